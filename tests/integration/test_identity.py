"""The right account or none: whose keys an account has is asked before a thread begins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import assemble
from bot.context import Context
from bot.core.delivery import Delivery, State
from bot.core.errors import Unavailable
from bot.core.network import X
from bot.deciding import accounts, doctor, inspect, resolve
from bot.scheduling import tick
from bot.watching import briefing
from tests.conftest import StoppedClock, make_context
from tests.fakes import x
from tests.fakes.x import FakeX
from tests.integration.test_x_delivery import booked, newest, post

ME, POST = "GET /2/users/me", "POST /2/tweets"
OTHER = "777000777000777"


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        running.state.add("Hello, this is the series.")
        yield running


def live(
    folder: Path, fake: FakeX, clock: StoppedClock, *names: str, username: str | None = None
) -> Context:
    """A live bot whose accounts all have the keys of this server's account."""
    tables = ""
    for name in names or ("lab",):
        settings = x.account(fake)
        if username is None:
            del settings["username"]
        else:
            settings["username"] = username
        lines = "\n".join(f"{key} = '''{value}'''" for key, value in settings.items())
        tables += f"[accounts.{name}]\n{lines}\n"
    context = make_context(
        folder, f'live = true\n[delivery]\nretry_first = "2m"\n{tables}', clock=clock
    )
    tick.tick(context)
    return context


def anew(context: Context, old: str = "", new: str = "") -> Context:
    """The bot of a new process, after the configuration was edited."""
    file = context.config.file
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    context.database.close()
    return assemble.context(assemble.configuration.load(file), clock=context.clock)


def become(fake: FakeX, user: str, handle: str) -> None:
    """From now on the keys are another account's."""
    fake.state.user, fake.state.username = user, handle


def heard(context: Context) -> list[str]:
    with context.read() as work:
        return [notice.text for notice in work.notices.listed() if "is held" in notice.text]


def looked(context: Context, clock: StoppedClock) -> Delivery:
    for _ in range(4):
        tick.tick(context)
        clock.go(minutes=5)
    return newest(context)


def test_keys_of_another_account_than_the_configuration_says_post_nothing(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, username="ourlab")
    post(context, "barlow")
    assert looked(context, clock).state is State.WAITING
    assert fake.counts[POST] == 0
    (told,) = heard(context)
    assert told == (
        "Account lab is held: The keys are those of @mlcollage, but the configuration says "
        "@ourlab. Give it the right keys: mlcollage connect x --account lab. If these are right, "
        'write username = "mlcollage" under [accounts.lab]. '
        "Then: mlcollage release --account lab"
    )
    context = anew(context, "'''ourlab'''", "'''mlcollage'''")
    accounts.release(context, "lab")
    assert looked(context, clock).state is State.SENT
    assert [bool(entry.parent) for entry in fake.state.posts] == [False, False, True, True, True]
    assert booked(context)["account read"] == fake.counts[ME]
    context.database.close()


def test_an_account_released_before_it_has_its_own_keys_is_held_again(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, username="ourlab")
    post(context, "barlow")
    clock.go(minutes=1)
    accounts.release(context, "lab")
    assert looked(context, clock).state is State.WAITING
    assert (fake.counts[POST], len(heard(context))) == (0, 2)
    context.database.close()


def test_without_a_username_the_first_keys_are_remembered_and_others_held(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock)
    post(context, "barlow")
    assert newest(context).state is State.SENT
    before = fake.counts[POST]
    become(fake, OTHER, "somebody")
    context = anew(context)
    post(context, "vit")
    assert looked(context, clock).state is State.WAITING
    assert fake.counts[POST] == before
    (told,) = heard(context)
    assert "The keys are those of @somebody, and until now it posted as @mlcollage." in told
    assert 'write username = "somebody" under [accounts.lab].' in told
    context = anew(context, "[accounts.lab]\n", '[accounts.lab]\nusername = "somebody"\n')
    accounts.release(context, "lab")
    assert looked(context, clock).state is State.SENT
    assert {entry.author for entry in fake.state.posts[-4:]} == {OTHER}
    context.database.close()


def test_another_handle_of_the_same_account_is_the_same_account(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock)
    post(context, "barlow")
    become(fake, fake.state.user, "ml_collage")
    post(context, "vit")
    assert newest(context).state is State.SENT
    assert heard(context) == []
    with context.read() as work:
        assert work.accounts.all()[0].identity_handle == "ml_collage"
    context.database.close()


def test_two_accounts_of_a_series_with_the_same_keys_post_each_thread_once(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    fake.state.refuses_duplicates = False
    context = live(tmp_path, fake, clock, "lab", "press")
    post(context, "barlow")
    looked(context, clock)
    texts = fake.state.texts()
    assert len(texts) == len(set(texts)) == 5
    (told,) = heard(context)
    assert "The keys are those of @mlcollage, and account " in told
    assert "has the same. Give it the right keys: mlcollage connect x --account" in told
    context.database.close()


def test_doctor_and_the_briefing_say_that_two_accounts_have_the_same_keys(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, "lab", "press")
    same = "The keys are those of @mlcollage, and account lab has the same."
    examined = doctor.examine_all(context)
    assert [(each.account, each.problem) for each in examined] == [("lab", ""), ("press", same)]
    clock.go(days=1, hours=8)
    briefing.give(context)
    with context.read() as work:
        [told] = [notice.text for notice in work.notices.listed() if notice.kind == "brief"]
    assert f"press cannot post: {same}" in told
    assert "lab cannot post" not in told
    context.database.close()


def test_a_thread_that_another_account_began_is_not_gone_on_with(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, username="mlcollage")
    fake.on_route[POST, 2] = x.SUSPENDED
    post(context, "barlow")
    assert len(fake.state.posts) == 2
    clock.go(minutes=1)
    become(fake, OTHER, "somebody")
    context = anew(context, "'''mlcollage'''", "'''somebody'''")
    accounts.release(context, "lab")
    assert looked(context, clock).state is State.WAITING
    assert len(fake.state.posts) == 2
    assert "@mlcollage has begun this thread, and the keys are those of @somebody" in "".join(
        heard(context)
    )
    context.database.close()


def test_keys_changed_while_nothing_is_out_take_no_picture_and_no_anchor_along(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, username="mlcollage")
    fake.on_route[POST, 1] = x.SUSPENDED
    post(context, "barlow")
    assert len(fake.state.media) == 1
    become(fake, OTHER, "somebody")
    context = anew(context, "'''mlcollage'''", "'''somebody'''")
    accounts.release(context, "lab")
    assert looked(context, clock).state is State.SENT
    assert len(fake.state.media) == 2
    assert newest(context).saved["user"] == OTHER
    context.database.close()


def test_the_network_is_asked_once_a_thread_and_again_by_a_new_process(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock)
    for name in ("barlow", "vit"):
        post(context, name)
    assert fake.counts[ME] == 2
    fake.on_route[POST, fake.counts[POST] + 2] = x.TOO_MANY
    post(context, "nerf")
    clock.go(minutes=20)
    tick.tick(context)
    assert newest(context).state is State.SENT
    assert fake.counts[ME] == 5, (
        "once to begin it, once for the count when it was refused, and once before it goes on"
    )
    fake.on_route[POST, fake.counts[POST] + 2] = x.TOO_MANY
    post(context, "ffjord")
    context = anew(context)
    clock.go(minutes=20)
    tick.tick(context)
    assert newest(context).state is State.SENT
    assert fake.counts[ME] == 9
    context.database.close()


@pytest.mark.parametrize("trouble", [x.DROP, x.FAIL_500, x.Trouble(raw=(200, b'{"data": {}}'))])
def test_an_identity_that_cannot_be_asked_lets_nothing_begin(
    tmp_path: Path, fake: FakeX, clock: StoppedClock, trouble: x.Trouble
) -> None:
    context = live(tmp_path, fake, clock)
    fake.on_route[ME, 1] = trouble
    post(context, "barlow")
    assert (newest(context).state, fake.counts[POST]) == (State.WAITING, 0)
    assert heard(context) == []
    assert looked(context, clock).state is State.SENT
    context.database.close()


def test_with_the_keys_of_another_account_nobody_is_told_what_is_out(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    context = live(tmp_path, fake, clock, username="mlcollage")
    fake.on_route[POST, 1] = x.ACCEPT_THEN_DROP
    post(context, "barlow")
    entry = inspect.of(context, str(newest(context).id)).entry
    assert entry.delivery.state is State.UNCERTAIN
    url = f"https://x.com/mlcollage/status/{fake.state.posts[-1].id}"
    become(fake, OTHER, "somebody")
    context = anew(context)
    with pytest.raises(Unavailable, match="The keys are those of @somebody, but the configuration"):
        resolve.posted(context, entry, [url])
    become(fake, type(fake.state).user, "mlcollage")
    context = anew(context)
    assert "part 1 is out" in resolve.posted(context, entry, [url])
    context.database.close()


def test_a_profile_has_the_account_s_own_count_of_posts(fake: FakeX, tmp_path: Path) -> None:
    context = live(tmp_path, fake, StoppedClock(fake.clock()))
    publisher = context.publishers["lab"]
    assert publisher.known is None
    profile = publisher.profile()
    assert profile
    assert (profile.id, profile.handle, profile.posts) == (fake.state.user, "mlcollage", 1)
    assert publisher.known == profile
    fake.state.add("Another one")
    again = publisher.profile()
    assert again
    assert again.posts == 2
    assert X.price
    assert X.price.of(publisher.usage()) == fake.state.costs()
    context.database.close()

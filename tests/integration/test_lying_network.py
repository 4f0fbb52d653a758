"""A network that lies: refusals that took effect, timelines that hide posts, posts that are cut.

Whatever it says, no part is there twice, or a person is told of it with both addresses.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.core.delivery import Delivery, State
from bot.core.errors import BadInput
from bot.deciding import audit, deliveries
from bot.scheduling import tick
from bot.storage.notices import Notice
from bot.watching import audit as audits
from tests.conftest import StoppedClock, make_context
from tests.fakes import x
from tests.fakes.x import FakeX, Trouble
from tests.fakes.x_state import Post, Refused, error
from tests.integration.test_x_delivery import is_held, newest, post, release

pytestmark = pytest.mark.slow_on_postgresql

ME, POST, TIMELINE = "GET /2/users/me", "POST /2/tweets", "GET /2/users/:id/tweets"
OFFSET = {1: 5, 2: 8, 3: 10, 4: 12}
"""The call, counted from a thread's first, with which each of its parts is posted."""


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    """X without its duplicate rule: nobody knows whether that looks at pictures."""
    with x.checked(clock.now) as running:
        running.state.add("Hello, this is the series.")
        running.state.refuses_duplicates = False
        yield running


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, fake: FakeX, clock: StoppedClock
) -> Iterator[Context]:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    delivery = '[delivery]\nretry_first = "2m"\n'
    database = f'[database]\nurl = "{database_url}"\n'
    settings = f"live = true\n{database}{delivery}[accounts.lab]\n{lines}\n"
    made = make_context(tmp_path, settings, clock=clock)
    tick.tick(made)
    yield made
    made.database.close()


def strike(context: Context, fake: FakeX, trouble: Trouble, position: int) -> None:
    """Post a collage; the request for one of its parts meets trouble."""
    fake.trouble = {len(fake.calls) + OFFSET[position]: trouble}
    post(context, "barlow")
    assert not fake.trouble, "the call was made"


def wait(context: Context, clock: StoppedClock, **span: float) -> Delivery:
    """Tick every five minutes for so long, with the audits beside."""
    end = clock.at + timedelta(**span)
    while clock.at < end:
        tick.tick(context)
        audits.look(context)
        clock.go(minutes=5)
    return newest(context)


def copies(fake: FakeX, context: Context) -> list[int]:
    """How often each part is at X."""
    with context.read() as work:
        parts = work.parts.of(newest(context).id)
    return [fake.state.texts().count(part.text) for part in parts]


def told(context: Context) -> list[Notice]:
    with context.read() as work:
        return [each for each in reversed(work.notices.listed()) if each.kind != "running dry"]


def kinds(context: Context) -> list[str]:
    return [each.kind.value for each in told(context)]


def hide(fake: FakeX, first: int) -> None:
    """From that post on, counted from 0, the timeline shows none; the rest it shows."""
    shown = fake.state.timeline

    def timeline(user: str, query: dict[str, str]) -> dict[str, object]:
        hidden = fake.state.posts[first:]
        bound = {"until_id": hidden[0].id} if hidden else {}
        return shown(user, query | bound)

    fake.state.timeline = timeline  # type: ignore[method-assign]


def show_all(fake: FakeX) -> None:
    del fake.state.timeline


ACCEPT_THEN_503 = Trouble(is_accepted=True, refusal=error(503, 0, "Service Unavailable"))
POSITIONS = pytest.mark.parametrize("position", [1, 2, 4])


@POSITIONS
def test_a_timeline_that_hides_what_is_new_makes_no_copy_and_a_person_is_asked(
    context: Context, fake: FakeX, clock: StoppedClock, position: int
) -> None:
    strike(context, fake, ACCEPT_THEN_503, position)
    hide(fake, position)
    delivery = wait(context, clock, hours=3)
    assert copies(fake, context)[:position] == [1] * position
    assert delivery.state is State.UNCERTAIN
    assert kinds(context) == ["uncertain", "uncertain"], "one for the doubt, one for the question"
    assert "the count of posts does not agree" in told(context)[-1].text


@POSITIONS
def test_a_part_that_is_shown_only_hours_later_is_found_and_the_rest_goes_on(
    context: Context, fake: FakeX, clock: StoppedClock, position: int
) -> None:
    strike(context, fake, ACCEPT_THEN_503, position)
    hide(fake, position)
    wait(context, clock, minutes=40)
    show_all(fake)
    assert wait(context, clock, hours=2).state is State.SENT
    assert copies(fake, context) == [1, 1, 1, 1]


def test_where_count_and_timeline_both_lag_it_is_sent_again_once_and_the_double_is_told(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    fake.state.count = 1
    strike(context, fake, ACCEPT_THEN_503, 1)
    hide(fake, 1)
    delivery = wait(context, clock, minutes=40)
    assert copies(fake, context)[0] <= 2
    fake.state.count = None
    show_all(fake)
    delivery = wait(context, clock, hours=30)
    twice = [each for each in told(context) if each.kind == "twice"]
    assert len(twice) == 1
    assert all(copy.id in twice[0].text for copy in fake.state.posts[1:3])
    double = twice[0].text.rpartition(" ")[2]
    assert f"mlcollage deliveries resolve {delivery.id} --delete {double}" in twice[0].text
    deliveries.delete(context, str(delivery.id), double)
    assert copies(fake, context)[0] == 1


def test_an_outage_of_six_hours_sends_a_part_twice_at_most_and_says_it_in_few_notices(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    away = Trouble(refusal=error(503, 0, "Service Unavailable"))
    fake.on_route = {(POST, number): away for number in range(2, 200)}
    post(context, "barlow")
    wait(context, clock, hours=6)
    assert fake.counts[POST] == 3, "part 1, part 2, and part 2 once more"
    assert kinds(context) == ["uncertain", "uncertain"]
    assert copies(fake, context) == [1, 0, 0, 0]


REFUSALS = {
    "400": error(400, 0, "One or more parameters to your request was invalid."),
    "403": error(403, 0, "You are not permitted to perform this action with this content."),
    "413": error(413, 0, "Payload Too Large"),
    "422": error(422, 0, "Unprocessable"),
    "429": x.too_many(600),
}


@pytest.mark.parametrize("position", [1, 3])
@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_that_took_effect_is_found_before_anything_is_said(
    context: Context, fake: FakeX, clock: StoppedClock, refusal: Exception, position: int
) -> None:
    strike(context, fake, Trouble(is_accepted=True, refusal=refusal), position)  # type: ignore[arg-type]
    assert wait(context, clock, hours=1).state is State.SENT
    assert copies(fake, context) == [1, 1, 1, 1]
    assert "failed" not in kinds(context)
    assert "held" not in kinds(context)
    with context.read() as work:
        assert work.queue.get("mlcollage", "barlow").state == "posted"


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_that_took_effect_and_is_hidden_is_asked_about_and_frees_no_number(
    context: Context, fake: FakeX, clock: StoppedClock, refusal: Exception
) -> None:
    hide(fake, 1)
    strike(context, fake, Trouble(is_accepted=True, refusal=refusal), 1)  # type: ignore[arg-type]
    delivery = wait(context, clock, minutes=30)
    assert copies(fake, context)[0] == 1
    with context.read() as work:
        assert work.queue.by_id(delivery.collage_id or 0).number == 1
    assert "failed" not in kinds(context)


REFUSED_FOR_NOW = {
    "429": x.too_many(600),
    "402": x.NO_CREDITS.refusal,
    "403 of the account": error(403, 0, "Your account is temporarily locked."),
    "a picture that is gone": error(400, 324, "media not found"),
}


def lag(fake: FakeX, timeline: timedelta, count: timedelta) -> None:
    """From now on the timeline and the account's count of posts are behind by so much."""
    state, me = fake.state, fake.state.me

    def counted(query: dict[str, str]) -> dict[str, object]:
        state.count = sum(1 for post in state.posts if post.at <= state.clock() - count)
        return me(query)

    state.lag = timeline
    state.me = counted  # type: ignore[method-assign]


@pytest.mark.parametrize("behind", [0, 2, 9], ids="count {} minutes behind".format)
@pytest.mark.parametrize("refusal", REFUSED_FOR_NOW.values(), ids=REFUSED_FOR_NOW)
def test_what_was_refused_for_now_and_is_out_is_not_sent_again_while_the_timeline_hides_it(
    context: Context, fake: FakeX, clock: StoppedClock, refusal: Refused, behind: int
) -> None:
    clock.go(hours=4)
    lag(fake, timedelta(hours=3), timedelta(minutes=behind))
    took = Trouble(is_accepted=True, refusal=refusal)
    fake.on_route = {(POST, count): took for count in range(1, 40)}
    post(context, "barlow")
    if is_held(context):
        release(context)
    delivery = wait(context, clock, hours=2)
    assert copies(fake, context) == [1, 0, 0, 0]
    assert delivery.state is State.UNCERTAIN
    assert "uncertain" in kinds(context)


def test_what_was_refused_for_now_goes_out_although_somebody_posts_by_hand_meanwhile(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    clock.go(hours=4)
    fake.on_route = {(POST, 1): Trouble(refusal=x.too_many(600))}
    post(context, "barlow")
    fake.state.add("Good morning.")
    assert wait(context, clock, hours=1).state is State.SENT
    assert copies(fake, context) == [1, 1, 1, 1]
    assert "uncertain" not in kinds(context)


def test_a_true_refusal_fails_at_once_after_one_look(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    strike(context, fake, x.REFUSED_CONTENT, 1)
    assert newest(context).state is State.FAILED
    assert kinds(context) == ["failed", "held"]
    with context.read() as work:
        assert [look.words for look in work.lookup.looks_of(newest(context).id)] == [
            "not seen: the newest known post is shown, and the count of posts agrees"
        ]


def test_what_a_network_refused_and_shows_hours_later_is_told_with_its_address(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    fake.state.count = 1
    hide(fake, 1)
    strike(context, fake, Trouble(is_accepted=True, refusal=REFUSALS["403"]), 1)
    assert newest(context).state is State.FAILED
    fake.state.count = None
    show_all(fake)
    delivery = wait(context, clock, hours=2)
    url = f"https://x.com/mlcollage/status/{fake.state.posts[1].id}"
    (notice,) = [each for each in told(context) if each.kind == "uncertain"]
    assert notice.text.endswith(f"mlcollage deliveries resolve {delivery.id} --posted {url}")
    deliveries.posted(context, str(delivery.id), [url], None)
    assert wait(context, clock, minutes=10).state is State.SENT
    assert copies(fake, context) == [1, 1, 1, 1]


def lose_picture(spoilt: Post) -> None:
    spoilt.media = []


def cut(spoilt: Post) -> None:
    spoilt.shown = spoilt.shown[:60]
    spoilt.text = spoilt.text[:60]


def rewrite(spoilt: Post) -> None:
    spoilt.text = spoilt.text.replace("#", "")
    spoilt.shown = spoilt.shown.replace("#", "")


@pytest.mark.parametrize("spoil", [lose_picture, cut, rewrite])
@pytest.mark.parametrize("is_ours", [True, False])
def test_a_first_part_that_is_shown_spoilt_is_asked_about_with_its_address(
    context: Context, fake: FakeX, clock: StoppedClock, spoil: object, is_ours: bool
) -> None:
    strike(context, fake, ACCEPT_THEN_503, 1)
    spoil(fake.state.posts[1])  # type: ignore[operator]
    delivery = wait(context, clock, hours=1)
    assert delivery.state is State.UNCERTAIN
    assert fake.counts[POST] == 1
    url = f"https://x.com/mlcollage/status/{fake.state.posts[1].id}"
    likely = [each for each in told(context) if url in each.text]
    assert len(likely) == 1
    assert f"mlcollage deliveries resolve {delivery.id} --posted {url}" in likely[0].text
    if is_ours:
        deliveries.posted(context, str(delivery.id), [url], None)
    else:
        deliveries.not_posted(context, str(delivery.id))
    assert wait(context, clock, minutes=10).state is State.SENT
    assert len(fake.state.posts) == 1 + 4 + (not is_ours)
    assert [each for each in told(context) if url in each.text][:1] == likely


def test_a_reply_of_ours_with_any_text_below_our_part_is_asked_about(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    strike(context, fake, ACCEPT_THEN_503, 3)
    fake.state.posts[3].text = fake.state.posts[3].shown = "…"
    delivery = wait(context, clock, hours=1)
    assert (delivery.state, fake.counts[POST]) == (State.UNCERTAIN, 3)
    assert "looks like part 3" in told(context)[-1].text


def test_what_is_taken_over_is_read_back_and_a_difference_is_told(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    strike(context, fake, ACCEPT_THEN_503, 1)
    fake.state.posts[1].media[0].alt = ""
    assert wait(context, clock, hours=1).state is State.SENT
    (differs,) = [each for each in told(context) if each.kind == "differs"]
    assert "alt text" in differs.text


def url_of(post: Post) -> str:
    return f"https://x.com/mlcollage/status/{post.id}"


def found_by_a_person(
    context: Context, fake: FakeX, clock: StoppedClock, position: int
) -> Delivery:
    """A part is out and hidden, and a person is asked; by then the timeline shows it."""
    strike(context, fake, ACCEPT_THEN_503, position)
    hide(fake, position)
    delivery = wait(context, clock, minutes=30)
    assert delivery.state is State.UNCERTAIN
    show_all(fake)
    return delivery


def lose_alt(spoilt: Post) -> None:
    spoilt.media[0].alt = ""


def answer_nothing(spoilt: Post) -> None:
    spoilt.parent, spoilt.conversation = None, spoilt.id


@pytest.mark.parametrize(
    ("position", "spoil", "words"),
    [
        (1, lose_picture, "its picture is missing"),
        (1, lose_alt, "its picture has another alt text or none"),
        (1, cut, "its text is "),
        (3, cut, "its text is "),
        (3, answer_nothing, "it is not in its place in the thread"),
    ],
)
def test_the_post_at_a_given_address_is_read_back_and_what_differs_is_told(
    context: Context, fake: FakeX, clock: StoppedClock, position: int, spoil: object, words: str
) -> None:
    delivery = found_by_a_person(context, fake, clock, position)
    post = fake.state.posts[position]
    spoil(post)  # type: ignore[operator]
    decided = deliveries.posted(context, str(delivery.id), [url_of(post)], None)
    said = f"Part {position} is out, but differs on X: {words}"
    assert said in decided.message
    (notice,) = differing(context)
    assert said in notice
    assert wait(context, clock, minutes=10).state is State.SENT
    assert [each for each in differing(context) if f"Part {position} " in each] == [notice]


def test_the_post_at_a_given_address_that_is_as_meant_is_taken_without_a_word(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    delivery = found_by_a_person(context, fake, clock, 2)
    decided = deliveries.posted(context, str(delivery.id), [url_of(fake.state.posts[2])], None)
    assert decided.message == (
        f"Delivery {delivery.id}: part 2 is out; parts 3 and 4 are still to be sent."
    )
    assert "differs" not in kinds(context)


@pytest.mark.parametrize("position", [1, 2])
def test_the_address_of_another_post_is_refused_unless_a_person_insists(
    context: Context, fake: FakeX, clock: StoppedClock, position: int
) -> None:
    delivery = found_by_a_person(context, fake, clock, position)
    hello = url_of(fake.state.posts[0])
    with pytest.raises(BadInput) as refused:
        deliveries.posted(context, str(delivery.id), [hello], None)
    assert str(refused.value) == (
        f"{hello} has another text than part {position} of delivery {delivery.id}: "
        "'Hello, this is the series.'. Nothing was changed; give the address of the part, or add "
        "--anyway if it is that part all the same."
    )
    assert newest(context).state is State.UNCERTAIN
    assert "differs" not in kinds(context)
    deliveries.posted(context, str(delivery.id), [hello], None, anyway=True)
    assert "differs" in kinds(context)
    with context.read() as work:
        receipt = work.parts.of(delivery.id)[position - 1].receipt
    assert receipt
    assert receipt.url == hello


def test_what_a_retry_takes_over_is_read_back_and_a_difference_is_told(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    fake.state.count = 1
    hide(fake, 1)
    strike(context, fake, Trouble(is_accepted=True, refusal=x.too_many(7200)), 1)
    lose_alt(fake.state.posts[1])
    fake.state.count = None
    show_all(fake)
    decided = deliveries.retry(context, str(newest(context).id))
    assert "Part 1 is out, but differs on X: its picture has another alt text" in decided.message
    assert kinds(context).count("differs") == 1
    assert wait(context, clock, minutes=10).state is State.SENT
    assert copies(fake, context) == [1, 1, 1, 1]


def test_what_a_person_s_look_finds_is_read_back_and_a_difference_is_told(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    delivery = found_by_a_person(context, fake, clock, 1)
    lose_alt(fake.state.posts[1])
    decided = deliveries.retry(context, str(delivery.id))
    assert "out: part 1. Part 1 is out, but differs on X: its picture has" in decided.message
    assert kinds(context).count("differs") == 1


def test_two_copies_that_begin_at_once_stop_at_the_first_double_and_both_say_so(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    settings = f"live = true\n[accounts.lab]\n{lines}\n"
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(make_context(tmp_path / name, settings, clock=clock))
        tick.tick(made[-1])
    one, two = made
    # The second copy begins and ends between the first one's survey and its first part.
    act, first = fake.act, []

    def interrupted(route: str, *rest: object) -> object:
        if route == POST and not first:
            first.append(route)
            fake.lock.release()
            try:
                post(two, "barlow")
            finally:
                fake.lock.acquire()
        return act(route, *rest)  # type: ignore[arg-type]

    fake.act = interrupted  # type: ignore[method-assign, assignment]
    post(one, "barlow")
    for each in (one, two):
        clock.go(minutes=6)
        audits.look(replace(each))
        assert "twice" in kinds(each)
    assert copies(fake, one)[0] == 2
    assert max(copies(fake, one)[1:]) == 1
    for each in made:
        each.database.close()


def test_a_part_deleted_by_hand_lets_the_rest_go_on_below_the_last_that_is_there(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    strike(context, fake, x.REFUSED_CONTENT, 3)
    first, second = fake.state.posts[1:3]
    fake.state.posts.remove(second)
    delivery = newest(context)
    assert delivery.state is State.FAILED
    deliveries.gone(context, str(delivery.id), 2)
    assert wait(context, clock, minutes=10).state is State.SENT
    assert [each.parent for each in fake.state.posts[2:]] == [
        first.id,
        fake.state.posts[2].id,
    ]
    (found,) = audit.accounts(context)
    assert found.is_well


def test_an_audit_of_an_account_that_shows_all_as_meant_finds_nothing_but_posts_by_hand(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    post(context, "barlow")
    (found,) = audit.accounts(context)
    assert (found.posts, found.is_well) == (5, True)
    (extra,) = found.findings
    assert (extra.kind, extra.detail) == ("extra", "Hello, this is the series.")


def gone(context: Context) -> list[str]:
    """The addresses of the posts of which it is told that they are gone."""
    found = [each.text for each in told(context) if "is gone from the account" in each.text]
    return [text.rpartition(" ")[2] for text in found]


@pytest.mark.parametrize("lag", [timedelta(seconds=20), timedelta(minutes=50)])
def test_what_a_timeline_does_not_show_yet_is_not_said_to_be_gone(
    context: Context, fake: FakeX, clock: StoppedClock, lag: timedelta
) -> None:
    clock.go(hours=1)
    fake.state.lag = lag
    post(context, "barlow")
    audits.look(context)
    (found,) = audit.accounts(context)
    assert [each.kind for each in found.findings if each.needs_a_person] == []
    wait(context, clock, hours=3)
    assert gone(context) == []


def test_what_neither_timeline_nor_its_own_address_shows_yet_is_looked_at_again_in_an_hour(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    clock.go(hours=1)
    post(context, "barlow")
    hidden = fake.state.posts.pop()
    audits.look(context)
    (found,) = audit.accounts(context)
    assert [each.kind for each in found.findings if each.meant] == ["not shown yet"]
    fake.state.posts.append(hidden)
    assert (found.is_well, gone(context)) == (True, [])
    wait(context, clock, hours=2)
    assert gone(context) == []


@pytest.mark.parametrize("position", [1, 3, 4])
def test_a_post_that_was_deleted_is_said_to_be_gone_an_hour_later_at_the_latest(
    context: Context, fake: FakeX, clock: StoppedClock, position: int
) -> None:
    post(context, "barlow")
    clock.go(days=8)
    audits.look(context)
    assert gone(context) == []
    post(context, "moco")
    clock.go(days=7, minutes=1)
    deleted = fake.state.posts.pop(-5 + position)
    wait(context, clock, hours=2)
    assert gone(context) == [url_of(deleted)]


def test_a_new_part_that_was_deleted_is_said_to_be_gone_within_two_hours(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    clock.go(hours=1)
    post(context, "barlow")
    deleted = fake.state.posts.pop()
    wait(context, clock, hours=2)
    assert gone(context) == [url_of(deleted)]


def test_one_post_that_a_timeline_leaves_out_is_asked_for_by_its_address(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    post(context, "barlow")
    clock.go(days=8)
    left_out, shown = fake.state.posts[2], fake.state.timeline

    def timeline(user: str, query: dict[str, str]) -> dict[str, object]:
        posts, fake.state.posts = (
            fake.state.posts,
            [each for each in fake.state.posts if each is not left_out],
        )
        try:
            return shown(user, query)
        finally:
            fake.state.posts = posts

    fake.state.timeline = timeline  # type: ignore[method-assign]
    (found,) = audit.accounts(context)
    assert found.is_well
    wait(context, clock, minutes=10)
    assert gone(context) == []
    with context.read() as work:
        booked = {each.what for each in work.charges.by_month()}
    assert "post read" in booked, "what asking cost is booked"


def test_a_late_look_says_nothing_of_what_is_only_shown_late(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    clock.go(hours=4)
    strike(context, fake, Trouble(refusal=x.too_many(300)), 4)
    fake.state.lag = timedelta(hours=2)
    wait(context, clock, hours=2)
    assert gone(context) == []


def test_each_difference_of_a_part_is_told_once(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    strike(context, fake, ACCEPT_THEN_503, 1)
    spoilt = fake.state.posts[1]
    lose_alt(spoilt)
    wait(context, clock, hours=1)
    assert [each.count("alt text") for each in differing(context)] == [1]
    clock.go(days=8)
    wait(context, clock, minutes=10)
    assert len(differing(context)) == 1, "the audit finds what was told at once"
    spoilt.text = spoilt.shown = "Something else"
    clock.go(days=8)
    wait(context, clock, minutes=10)
    assert "has another text there and has lost its alt text" in differing(context)[-1]
    fake.state.posts.remove(spoilt)
    clock.go(days=8)
    wait(context, clock, minutes=10)
    assert "is gone from the account" in differing(context)[-1]
    assert len(differing(context)) == 3


def differing(context: Context) -> list[str]:
    return [each.text for each in told(context) if each.kind == "differs"]

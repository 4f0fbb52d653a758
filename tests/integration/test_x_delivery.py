"""Threads on their way to X, over real HTTP: whatever befalls a call, each part is out once, or
somebody hears.
"""

import logging
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.core import errors
from bot.core.delivery import Delivery, State
from bot.core.price import Requests
from bot.core.settings import Table
from bot.deciding import doctor
from bot.intake import accept
from bot.publishers import table
from bot.scheduling import tick
from bot.storage import tables
from bot.storage.parts import Parts
from tests.conftest import StoppedClock, make_context, threads_out, write_item
from tests.fakes import x
from tests.fakes.x import FakeX, Trouble
from tests.fakes.x_state import PRICES, invalid

PARAGRAPH = " ".join(
    f"Sentence {n} says a little more of what {{name}} found & how <it> did." for n in range(9)
)
CALLS = (
    "GET /2/users/me", "GET /2/users/:id/tweets", "POST /2/media/upload", "POST /2/media/metadata",
    "POST /2/tweets", "GET /2/users/:id/tweets", "GET /2/users/:id/tweets",
    *("POST /2/tweets", "GET /2/users/:id/tweets") * 3, "GET /2/users/:id/tweets",
)  # fmt: skip
PREPARING = 4
POSTING = (5, 8, 10, 12)
READING = (6, 9, 11, 13)
LOOKING = (7, 14)
"""Which of a thread's calls do what, counted from 1."""


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        running.state.add("Hello, this is the series.")
        yield running


@pytest.fixture
def context(tmp_path: Path, fake: FakeX, clock: StoppedClock) -> Iterator[Context]:
    """A live bot with one account on the local X."""
    settings = x.account(fake)
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in settings.items())
    # So long that a tick, which stays for what is due within a minute, ends with the first failure.
    delivery = '[delivery]\nretry_first = "2m"\n'
    made = make_context(tmp_path, f"live = true\n{delivery}[accounts.lab]\n{lines}\n", clock=clock)
    tick.tick(made)
    yield made
    made.database.close()


def impatient(context: Context, fake: FakeX) -> Context:
    """The same bot, soon tired of a server that keeps it waiting."""
    raw = Table(
        "config.toml", "accounts.lab", x.account(fake, read_timeout="900ms", total_timeout="1s")
    )
    return replace(
        context, publishers={"lab": table.make(raw, context.config.folder, context.clock)}
    )


def add(context: Context, name: str) -> None:
    file = write_item(context.config.folder, name)
    whole = file.read_text(encoding="utf-8")
    file.write_text(
        f"{whole.rpartition('+++')[0]}+++\n\n{PARAGRAPH.format(name=name)}\n", encoding="utf-8"
    )
    accept.take(context, context.config.series["mlcollage"], [accept.from_file(file)])


def post(context: Context, name: str) -> None:
    """Post a collage now, and no two at the same instant."""
    context.clock.wait_until(context.clock.now() + timedelta(seconds=1))
    add(context, name)
    own = context.config.series["mlcollage"]
    with context.read() as work:
        item = work.queue.get(own.name, name)
    tick.post_now(context, own, item)
    tick.tick(context)


def booked(context: Context) -> Counter[str]:
    """How many requests of each kind are on the books."""
    with context.read() as work:
        return Counter({one.what: one.requests for one in work.charges.by_month()})


def newest(context: Context) -> Delivery:
    with context.read() as work:
        ids = work.conn.execute(
            select(tables.deliveries.c.id).order_by(tables.deliveries.c.id.desc())
        )
        return work.deliveries.get(ids.scalars().first() or 0)


def is_held(context: Context) -> bool:
    with context.read() as work:
        return any(row.held_at for row in work.accounts.all())


def release(context: Context) -> None:
    with context.write() as work:
        work.accounts.release("lab")


def heard(context: Context) -> list[str]:
    with context.read() as work:
        return [notice.kind.value for notice in work.notices.listed()]


def until_settled(context: Context, clock: StoppedClock) -> Delivery:
    """Tick as a bot does that looks now and then; a maintainer releases the account each time."""
    for _ in range(12):
        if newest(context).state in {State.SENT, State.FAILED}:
            break
        if is_held(context):
            release(context)
        tick.tick(context)
        clock.go(minutes=5)
    return newest(context)


def thread_at_x(fake: FakeX, context: Context, delivery: Delivery) -> int:
    """How many of a thread's parts are at X: each once, in order, as sent, and each with its
    receipt.
    """
    with context.read() as work:
        parts = work.parts.of(delivery.id)
    out = [[post for post in fake.state.posts if post.text == part.text] for part in parts]
    count = sum(1 for found in out if found)
    assert [len(found) for found in out] == [1] * count + [0] * (len(parts) - count)
    posts = [found[0] for found in out[:count]]
    assert [post.parent for post in posts] == [None, *(post.id for post in posts)][:count]
    assert [[media.alt for media in post.media] for post in posts] == [
        [parts[0].image.alt],
        [],
        [],
        [],
    ][:count]  # type: ignore[union-attr]
    assert [part.receipt.id if part.receipt else None for part in parts] == [
        *(post.id for post in posts), *[None] * (len(parts) - count),
    ]  # fmt: skip
    assert all(part.receipt.url.endswith(part.receipt.id) for part in parts if part.receipt)
    return count


def test_a_month_of_threads_goes_out_with_pictures_and_alt_text(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    for name in ("barlow", "vit", "ffjord", "nerf"):
        add(context, name)
    clock.go(days=2, hours=6)
    for _ in range(4):
        tick.tick(context)
        assert thread_at_x(fake, context, newest(context)) == 4
        clock.go(days=7)
    assert fake.routes() == list(CALLS) * 4
    assert len(fake.state.posts) == 1 + 4 * 4
    roots = [post for post in fake.state.posts[1:] if not post.parent]
    assert [post.media[0].alt for post in roots] == [
        f"A white slide about {name}." for name in ("barlow", "vit", "ffjord", "nerf")
    ]
    assert booked(context) == Counter(kind for kind, _ in fake.state.charged)
    with context.read() as work:
        assert sum(one.dollars for one in work.charges.by_month()) == fake.state.costs()


LOST = {
    "accept then drop": x.ACCEPT_THEN_DROP,
    "accept then 500": x.ACCEPT_THEN_500,
    "accept then late 504": x.ACCEPT_THEN_LATE_504,
    "accept then half a body": x.ACCEPT_THEN_HALF,
    "accept then one byte at a time": x.ACCEPT_THEN_DRIP,
    "accept much later": x.ACCEPT_MUCH_LATER,
    "drop": x.DROP,
    "500": x.FAIL_500,
    "late 504": x.LATE_504,
}
WAIT = {"429": x.TOO_MANY, "429 without reset": x.TOO_MANY_WITHOUT_RESET}
BLOCK = {"401": x.NOT_AUTHORIZED, "402": x.NO_CREDITS, "suspended": x.SUSPENDED}
REFUSE = {"403 content": x.REFUSED_CONTENT}
DOUBT = {"403 duplicate": x.DUPLICATE}


def strike(
    context: Context, fake: FakeX, trouble: Trouble, call: int, *, and_next: bool = False
) -> None:
    """Post a thread whose call of that number meets trouble, and perhaps the next one, too."""
    fake.trouble = {len(fake.calls) + call: trouble}
    if and_next:
        fake.trouble[len(fake.calls) + call + 1] = trouble
    post(context, f"paper{call}")
    assert not fake.trouble, "the call was made"


@pytest.mark.slow
@pytest.mark.parametrize("trouble", LOST.values(), ids=LOST)
def test_an_answer_that_is_lost_at_any_call_costs_and_doubles_no_part(
    context: Context, fake: FakeX, clock: StoppedClock, trouble: Trouble
) -> None:
    if trouble.is_held or trouble.is_dripped:
        context = impatient(context, fake)
    for call in range(1, len(CALLS) + 1):
        strike(context, fake, trouble, call)
        expected = (
            State.WAITING
            if call <= PREPARING
            else State.SENT
            if call in READING + LOOKING
            else State.UNCERTAIN
        )
        assert newest(context).state is expected
        if call <= PREPARING:
            assert thread_at_x(fake, context, newest(context)) == 0
        clock.go(minutes=3)
        tick.tick(context)
        fake.release()
        assert until_settled(context, clock).state is State.SENT
        assert thread_at_x(fake, context, newest(context)) == 4
    assert len(fake.state.posts) == 1 + 4 * len(CALLS)
    assert heard(context).count("uncertain") == len(POSTING)
    assert "differs" not in heard(context), "a part is read back by its id then"


def test_what_x_accepts_only_after_it_was_sent_again_is_not_there_twice(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    context = impatient(context, fake)
    for call in POSTING:
        strike(context, fake, x.ACCEPT_MUCH_LATER, call)
        assert until_settled(context, clock).state is State.SENT
        fake.release()
        assert thread_at_x(fake, context, newest(context)) == 4
    assert len(fake.state.posts) == 1 + 4 * 4


@pytest.mark.slow
@pytest.mark.parametrize("trouble", WAIT.values(), ids=WAIT)
def test_a_limit_is_waited_for_at_any_call(
    context: Context, fake: FakeX, clock: StoppedClock, trouble: Trouble
) -> None:
    for call in {*range(1, len(CALLS) + 1)} - {*READING, *LOOKING}:
        strike(context, fake, trouble, call)
        before = len(fake.calls)
        clock.go(minutes=8)
        tick.tick(context)
        assert len(fake.calls) == before, "not before the limit is over"
        assert until_settled(context, clock).state is State.SENT
        assert thread_at_x(fake, context, newest(context)) == 4
    assert set(heard(context)) <= {"running dry", "dry"}


@pytest.mark.parametrize("trouble", BLOCK.values(), ids=BLOCK)
def test_an_account_that_may_not_post_is_held_at_any_call_and_ends_its_thread_when_released(
    context: Context, fake: FakeX, clock: StoppedClock, trouble: Trouble
) -> None:
    for call in {*range(1, len(CALLS) + 1)} - {*READING, *LOOKING}:
        strike(context, fake, trouble, call)
        assert is_held(context)
        before = len(fake.calls)
        clock.go(hours=1)
        tick.tick(context)
        assert len(fake.calls) == before, "a held account is left alone"
        assert until_settled(context, clock).state is State.SENT
        assert thread_at_x(fake, context, newest(context)) == 4
    assert heard(context).count("held") == PREPARING + len(POSTING)


@pytest.mark.parametrize("trouble", {**WAIT, **BLOCK}.values(), ids={**WAIT, **BLOCK})
def test_a_part_that_cannot_be_read_back_is_out_all_the_same_and_somebody_hears(
    context: Context, fake: FakeX, trouble: Trouble
) -> None:
    for call in READING:
        strike(context, fake, trouble, call, and_next=True)
        assert newest(context).state is State.SENT
        assert thread_at_x(fake, context, newest(context)) == 4
    assert not is_held(context)
    assert heard(context).count("differs") == len(READING)


@pytest.mark.parametrize("trouble", REFUSE.values(), ids=REFUSE)
def test_content_that_x_refuses_ends_the_thread_with_x_s_own_words(
    context: Context, fake: FakeX, clock: StoppedClock, trouble: Trouble
) -> None:
    assert trouble.refusal
    for count, call in enumerate(POSTING):
        strike(context, fake, trouble, call)
        delivery = until_settled(context, clock)
        assert delivery.state is State.FAILED
        assert trouble.refusal.body["message"].rstrip(".") in delivery.note
        assert thread_at_x(fake, context, delivery) == count


def test_a_text_that_x_says_it_has_and_does_not_show_waits_for_a_person_and_nothing_is_given_back(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    for count, call in enumerate(POSTING):
        # The threads before are still looked for, now and then.
        tick.tick(context)
        strike(context, fake, x.DUPLICATE, call)
        before = fake.counts["POST /2/tweets"]
        clock.go(days=3)
        delivery = until_settled(context, clock)
        assert delivery.state is State.UNCERTAIN
        assert thread_at_x(fake, context, delivery) == count
        assert fake.counts["POST /2/tweets"] == before, "it is not sent again"
        with context.read() as work:
            assert work.queue.by_id(delivery.collage_id or 0).number == count + 1
            told = [notice.text for notice in work.notices.listed()]
        words = (
            f"X says that it has the text of part {count + 1} already "
            "(You are not allowed to create a Tweet"
        )
        assert [text for text in told if words in text] != []
    assert heard(context).count("uncertain") == 2 * len(POSTING)


@pytest.mark.parametrize("trouble", [x.DROP, x.FAIL_500, x.TOO_MANY, x.NO_CREDITS])
def test_a_thread_that_is_partly_out_goes_on_when_its_survey_failed(
    context: Context, fake: FakeX, clock: StoppedClock, trouble: Trouble
) -> None:
    for call in POSTING[1:]:
        fake.trouble = {
            len(fake.calls) + call: x.REPLY_TOO_EARLY,
            len(fake.calls) + call + 1: trouble,
        }
        post(context, f"paper{call}")
        assert until_settled(context, clock).state is State.SENT
        assert not fake.trouble, "both calls were made"
        assert thread_at_x(fake, context, newest(context)) == 4


def test_a_reply_that_comes_too_early_is_sent_some_seconds_later(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    for call in POSTING[1:]:
        before = clock.at
        fake.trouble = {len(fake.calls) + call + more: x.REPLY_TOO_EARLY for more in (0, 5, 10)}
        post(context, f"paper{call}")
        for _ in range(5):
            tick.tick(context)
        assert newest(context).state is State.SENT
        assert round((clock.at - before).total_seconds()) == 1 + 5 + 10 + 20
        assert thread_at_x(fake, context, newest(context)) == 4
    assert "uncertain" not in heard(context)


def test_an_upload_that_x_has_lost_is_made_once_more(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    post_route = "POST /2/tweets"
    fake.on_route[post_route, 1] = Trouble(
        refusal=invalid("media.media_ids", "Your media IDs are invalid.")
    )
    post(context, "barlow")
    assert until_settled(context, clock).state is State.SENT
    assert thread_at_x(fake, context, newest(context)) == 4
    assert fake.counts["POST /2/media/upload"] == 2


def test_a_timeline_that_lags_makes_a_person_decide(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    clock.go(hours=1)
    strike(context, fake, x.ACCEPT_THEN_DROP, POSTING[1])
    fake.state.lag = clock.at - fake.state.posts[0].at
    assert until_settled(context, clock).state is State.UNCERTAIN
    assert fake.counts["POST /2/tweets"] == 2
    assert heard(context).count("uncertain") == 2


def test_a_timeline_that_lags_behind_its_own_posts_does_not_lead_to_a_second_one(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    strike(context, fake, x.ACCEPT_THEN_DROP, POSTING[0])
    lost = fake.state.posts.pop()
    hidden = fake.state.timeline
    fake.state.posts.append(lost)
    fake.state.timeline = lambda user, query: hidden(user, query | {"until_id": lost.id})  # type: ignore[method-assign]
    delivery = until_settled(context, clock)
    assert delivery.state is State.UNCERTAIN
    assert fake.counts["POST /2/tweets"] == 1, "the count of posts tells that it is out"
    assert fake.state.texts().count(lost.text) == 1


def test_parts_that_a_look_while_sending_finds_are_not_sent_again(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    strike(context, fake, x.ACCEPT_THEN_DROP, POSTING[0])
    with context.read() as work:
        parts = work.parts.of(newest(context).id)
    first = fake.state.posts[-1]
    for part in parts[1:]:
        fake.state.add(part.text, parent=fake.state.posts[-1].id)
    shown, looks = fake.state.timeline, iter(range(10))

    def lagging(user: str, query: dict[str, str]) -> dict[str, object]:
        return shown(user, query | ({"until_id": first.id} if next(looks) < 3 else {}))

    fake.state.timeline = lagging  # type: ignore[method-assign]
    fake.state.count = 1
    assert until_settled(context, clock).state is State.SENT
    assert thread_at_x(fake, context, newest(context)) == 4
    assert fake.counts["POST /2/tweets"] == 2


def test_a_crash_after_any_request_resumes_with_the_right_parent(
    context: Context, fake: FakeX, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def die(*_: object) -> None:
        raise Crash

    for count in range(1, 5):
        with monkeypatch.context() as patched:
            record = Parts.record
            seen: list[object] = []

            def record_some(
                *args: object,
                count: int = count,
                record: object = record,
                seen: list[object] = seen,
            ) -> None:
                seen.append(args)
                (die if len(seen) == count else record)(*args)  # type: ignore[operator]

            patched.setattr(Parts, "record", record_some)
            with pytest.raises(Crash):
                post(context, f"paper{count}")
        clock.go(minutes=5)
        assert until_settled(context, clock).state is State.SENT
        assert thread_at_x(fake, context, newest(context)) == 4


def test_another_account_goes_on_while_one_is_out_of_credits(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    settings = f'live = true\n[accounts.lab]\n{lines}\n[accounts.folder]\nnetwork = "outbox"\n'
    context = make_context(tmp_path, settings, clock=clock)
    tick.tick(context)
    fake.trouble = {1: x.NO_CREDITS}
    post(context, "barlow")
    with context.read() as work:
        assert [row.name for row in work.accounts.all() if row.held_at] == ["lab"]
    assert len(threads_out(tmp_path)) == 1
    assert heard(context).count("held") == 1
    release(context)
    tick.tick(context)
    assert len(fake.state.posts) == 1 + 4
    context.database.close()


def test_in_a_rehearsal_an_outbox_stands_in_and_nothing_reaches_x(
    tmp_path: Path, fake: FakeX, clock: StoppedClock
) -> None:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    context = make_context(tmp_path, f"[accounts.lab]\n{lines}\n", clock=clock)
    post(context, "barlow")
    (thread,) = threads_out(tmp_path)
    assert (thread / "4.txt").exists(), "composed by the rules of X"
    assert fake.calls == []
    context.database.close()


def test_no_secret_is_in_any_log_message_row_repr_or_traceback(
    context: Context,
    fake: FakeX,
    clock: StoppedClock,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    context = impatient(context, fake)
    everything = {
        **LOST,
        **WAIT,
        **BLOCK,
        **REFUSE,
        **DOUBT,
        "385": x.REPLY_TOO_EARLY,
        "echo": ECHO,
    }
    for n, (_, trouble) in enumerate(everything.items()):
        fake.trouble = {len(fake.calls) + 1 + n % 2 * PREPARING: trouble}
        post(context, f"paper{n}")
        told.append(until_settled(context, clock).note)
    publisher = context.publishers["lab"]
    fake.on_route = {("GET /2/users/me", fake.counts["GET /2/users/me"] + n): ECHO for n in (1, 2)}
    told += [
        publisher.check(),
        repr(publisher),
        repr(vars(publisher)),
        repr(vars(publisher._api)),
    ]  # type: ignore[attr-defined]
    try:
        publisher._api.me()  # type: ignore[attr-defined]
    except errors.Blocked as error:
        told += [repr(error), "".join(traceback.format_exception(error))]
    told += [record.getMessage() for record in caplog.records]
    told.append((tmp_path / "queue.db").read_bytes().decode("latin-1"))
    told += [path.read_bytes().decode("latin-1") for path in tmp_path.glob("queue.db-*")]
    for secret in x.USER:
        for form in {secret, quote(secret, safe="")}:
            assert not [text for text in told if form in text]
    assert any("***" in text for text in told), "X repeated the keys, and that was seen"


ECHO = Trouble(refusal=x.error(403, 64, f"Your account is suspended: {' '.join(x.USER)}"))


def test_whatever_happens_the_books_have_every_post_and_read_that_x_charged(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    for call in POSTING:
        strike(context, fake, x.ACCEPT_THEN_DROP, call)
        clock.go(minutes=3)
        assert until_settled(context, clock).state is State.SENT
    for call in range(1, PREPARING + 1):
        fake.trouble = {len(fake.calls) + call: x.FAIL_500}
        post(context, f"other{call}")
    assert booked(context) == Counter(kind for kind, _ in fake.state.charged)


def test_asking_whether_an_account_can_post_is_on_the_books(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    doctor.examine_all(context)
    assert booked(context) == Counter(kind for kind, _ in fake.state.charged)
    assert booked(context)["account read"] == 1


def test_the_price_list_is_x_s(context: Context) -> None:
    price = context.publishers["lab"].price
    assert price
    assert dict(price.each(Requests(1, 1, 1, 1, 1, 1, 1))) == PRICES

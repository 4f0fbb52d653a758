"""One delivery from claim to receipt: every way a request can end, on both databases."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.context import Context
from bot.core import audit, errors
from bot.core.audit import Difference
from bot.core.collage import Collage
from bot.core.collage import State as CollageState
from bot.core.delivery import (
    Absent,
    Delivery,
    Found,
    Look,
    NotSeen,
    Post,
    Receipt,
    ShownPost,
    State,
    Survey,
    Thread,
)
from bot.core.network import Limits, X
from bot.core.notices.entry import Kind
from bot.core.price import Price, Requests
from bot.intake import accept
from bot.publishers.protocol import Saved
from bot.scheduling import tick
from bot.sending import deliver
from bot.storage import tables
from bot.storage.accounts import AccountRow
from bot.storage.attempts import Attempts
from bot.workers import Workers
from tests import made_up, waiting
from tests.conftest import MONDAY, StoppedClock, make_context, write_item

pytestmark = pytest.mark.slow_on_postgresql

Event = Callable[[], None]


class Crash(BaseException):
    """The process ends here: nothing catches it."""


class Scripted:
    """A network that does as a test says; it remembers what is out."""

    network = X
    duty = ""
    identity = "@tester"
    price: Price | None = None
    budget: Decimal | None = None
    secrets = ()
    handle = ""
    by_hand = ""
    known = None
    server = None
    layout = "thread"
    link_cards = False
    differs: Difference | None = None

    def __init__(self, *, whole: bool = False, proves_absence: bool = False) -> None:
        self.whole = self.indivisible = whole
        self.proves_absence = proves_absence
        self.out: list[int] = []
        self.sends = 0
        self.before: dict[int, Event] = {}
        self.after: dict[int, Event] = {}
        self.on_prepare: Event = lambda: None
        self.look: Look | None = None
        self.on_survey: Event = lambda: None
        self.since: str | None = None
        self.shows: dict[int, Receipt] = {}
        self.others: list[Post] = []
        self.posts: dict[str, ShownPost] = {}
        self.used = Requests()

    def limits(self) -> Limits:
        return X.limits

    def profile(self) -> None:
        """None: nobody has an identity here."""

    def usage(self) -> Requests:
        used, self.used = self.used, Requests()
        return used

    def problems(self, parts: object) -> tuple[str, ...]:
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        self.on_survey()
        self.since = since
        self.used = self.used.plus(Requests(owned_reads=1))
        return Survey(dict(self.shows), tuple(self.others), saved | {"surveyed": True})

    def receipt(self, url: str) -> Receipt:
        return Receipt(url.rpartition("/")[2], url, MONDAY)

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        assert saved["surveyed"]
        self.on_prepare()
        self.used = self.used.plus(Requests(alts=1))
        return saved | {"prepared": True}

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        assert saved["prepared"]
        self.sends += 1
        self.before.pop(self.sends, lambda: None)()
        positions = [part.position for part in thread.parts] if position is None else [position]
        self.out += positions
        for each in positions:
            self._show(thread, each)
        self.after.pop(self.sends, lambda: None)()
        return {each: _receipt(each) for each in positions}

    def find(self, thread: Thread, saved: Saved) -> Look:
        if self.look is not None:
            return self.look
        out = [each for each in self.out if not thread.parts[each - 1].receipt]
        if not out:
            return Absent() if self.proves_absence else NotSeen(anchor_seen=True, count_agrees=True)
        return Found({each: _receipt(each) for each in out})

    def read_back(self, thread: Thread, position: int, saved: Saved) -> Difference | None:
        assert thread.parts[position - 1].receipt
        self.used = self.used.plus(Requests(post_reads=1))
        return self.differs

    def _show(self, thread: Thread, position: int) -> None:
        part, answered = thread.parts[position - 1], None
        if position > 1:
            answered = _receipt(position - 1).id
        alts = (part.image.alt,) if part.image else ()
        post = ShownPost(_receipt(position), part.text, answered, len(alts), alts)
        self.posts[post.receipt.id] = post

    def shown(self, since: str) -> list[ShownPost]:
        return list(self.posts.values())

    def delete(self, post_id: str) -> None:
        assert post_id

    def check(self) -> str:
        return ""


def _receipt(position: int) -> Receipt:
    return Receipt(f"id-{position}", f"https://x.example/{position}", MONDAY)


def fails(error: BaseException) -> Event:
    def event() -> None:
        raise error

    return event


@pytest.fixture
def network() -> Scripted:
    return Scripted()


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> Iterator[Context]:
    """One ready collage, one account on the scripted network, and Wednesday's slot due."""
    made = begun(tmp_path, database_url, clock, network)
    yield made
    made.database.close()


def begun(
    folder: Path, url: str, clock: StoppedClock, network: Scripted, settings: str = ""
) -> Context:
    made = make_context(folder, settings, clock=clock, url=url)
    networks = dict.fromkeys(made.config.accounts, network)
    made = Context(made.config, made.database, clock, networks, made.rehearsal, "tester")
    accept.take(
        made, made.config.series["mlcollage"], [accept.from_file(write_item(folder, "barlow"))]
    )
    clock.go(days=2, hours=6)
    return made


def delivery(context: Context) -> Delivery:
    with context.read() as work:
        return work.deliveries.get(work.conn.execute(select(tables.deliveries.c.id)).scalar_one())


def collage(context: Context) -> Collage:
    with context.read() as work:
        return work.queue.get("mlcollage", "barlow")


def outcomes(context: Context) -> list[tuple[int | None, str | None]]:
    with context.read() as work:
        columns = (tables.attempts.c.position, tables.attempts.c.outcome)
        return [
            tuple(row) for row in work.conn.execute(select(*columns).order_by(tables.attempts.c.id))
        ]


def heard(context: Context) -> list[str]:
    with context.read() as work:
        return [notice.kind.value for notice in reversed(work.notices.listed())]


def until_settled(context: Context, clock: StoppedClock, days: int = 4) -> None:
    """Tick as a bot does that looks every ten minutes, and after some hours every half hour."""
    often, end = clock.at + timedelta(hours=3), clock.at + timedelta(days=days)
    tick.tick(context)
    while clock.at < end and delivery(context).state not in {State.SENT, State.FAILED, State.HELD}:
        tick.tick(context)
        clock.go(minutes=10 if clock.at < often else 30)


def test_each_part_goes_out_once_and_in_order(context: Context, network: Scripted) -> None:
    tick.tick(context)
    assert network.out == [1, 2]
    assert delivery(context).state is State.SENT
    assert collage(context).state is CollageState.POSTED
    assert collage(context).number == 1
    assert outcomes(context) == [(1, "sent"), (2, "sent")]


def test_the_intent_is_committed_and_no_transaction_is_open_while_the_network_is_called(
    context: Context, network: Scripted
) -> None:
    seen: list[object] = []

    def look_and_write() -> None:
        seen.append(outcomes(context))
        with context.write() as work:
            written = made_up.notice(Kind.EMPTY, "written while the network is called")
            work.notices.add(written)

    network.before = {1: look_and_write, 2: look_and_write}
    tick.tick(context)
    assert seen == [[(1, None)], [(1, "sent"), (2, None)]]


def test_what_was_surely_not_posted_is_tried_again_and_the_rest_is_kept(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {2: fails(errors.Unavailable("The network is away."))}
    tick.tick(context)
    until_settled(context, clock)
    assert network.out == [1, 2]
    assert outcomes(context) == [(1, "sent"), (2, "unavailable"), (2, "sent")]


@pytest.mark.parametrize(
    "error",
    [
        errors.Unavailable("The network is away.", MONDAY + timedelta(days=2, hours=7)),
        errors.Uncertain("The network is away."),
    ],
    ids=["surely unsent", "uncertain"],
)
def test_a_thread_that_is_out_says_no_more_why_it_was_not(
    context: Context, network: Scripted, clock: StoppedClock, error: errors.MlcollageError
) -> None:
    # What may be out is found when looked for.
    if isinstance(error, errors.Uncertain):
        network.after = {2: fails(error)}
    else:
        network.before = {2: fails(error)}
    tick.tick(context)
    assert delivery(context).note.startswith("The network is away.")
    until_settled(context, clock)
    assert (delivery(context).state, delivery(context).note) == (State.SENT, "")


def test_the_time_a_network_names_is_waited_for(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    later = clock.at + timedelta(minutes=17)
    network.before = {1: fails(errors.Unavailable("Too many requests.", later))}
    tick.tick(context)
    clock.go(minutes=16)
    tick.tick(context)
    assert network.out == [1, 2], "a tick stays while something is due within a minute"
    assert clock.at == later


def test_a_network_that_stays_away_too_long_fails_the_thread_and_gives_the_collage_back(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    network = Scripted()
    network.before = {n: fails(errors.Unavailable("Away.")) for n in range(1, 500)}
    context = begun(tmp_path, database_url, clock, network, '[delivery]\ngive_up = "24h"')
    until_settled(context, clock)
    assert delivery(context).state is State.FAILED
    assert (collage(context).state, collage(context).number) == (CollageState.HELD, None)
    assert {"failed", "held"} <= set(heard(context))
    context.database.close()


def test_what_has_not_begun_and_is_too_late_is_held_until_a_person_releases_it(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {n: fails(errors.Unavailable("Away.")) for n in range(1, 500)}
    until_settled(context, clock)
    assert delivery(context).state is State.HELD
    assert collage(context).state is CollageState.CLAIMED
    assert heard(context).count("held") == 1
    network.before = {}
    with context.write() as work:
        work.deliveries.release_all("outbox")
    until_settled(context, clock)
    assert network.out == [1, 2]


def test_a_thread_that_is_partly_out_is_finished_however_late(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {n: fails(errors.Unavailable("Away.")) for n in range(2, 110)}
    until_settled(context, clock, days=6)
    assert network.out == [1, 2]
    assert delivery(context).state is State.SENT


def test_what_was_sent_is_charged_by_month_and_account(context: Context, network: Scripted) -> None:
    network.price = X.price
    tick.tick(context)
    with context.read() as work:
        found = {
            one.what: (one.account, one.month, one.requests, one.dollars)
            for one in work.charges.by_month()
        }
    assert found == {
        "post": ("outbox", "2021-08", 1, Decimal("0.015")),
        "post with a link": ("outbox", "2021-08", 1, Decimal("0.2")),
        "alt text": ("outbox", "2021-08", 1, Decimal("0.005")),
        "own post read": ("outbox", "2021-08", 1, Decimal("0.001")),
        "post read": ("outbox", "2021-08", 2, Decimal("0.010")),
    }


def test_a_budget_that_would_be_passed_holds_the_account_until_the_month_ends(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.price, network.budget = X.price, Decimal("0.25")
    with context.write() as work:
        work.charges.add(1, "post", Decimal("0.10"))
    tick.tick(context)
    clock.go(days=1)
    tick.tick(context)
    assert network.sends == 0
    assert heard(context).count("held") == 1
    with context.read() as work:
        (account,) = work.accounts.all()
    assert account.held_until == datetime(2021, 9, 1, tzinfo=UTC)
    with context.write() as work:
        work.conn.execute(update(tables.deliveries).values(released=True))
    clock.at = datetime(2021, 9, 1, 0, 5, tzinfo=UTC)
    tick.tick(context)
    assert network.out == [1, 2]


def test_what_differs_when_read_back_is_a_notice_and_no_more(
    context: Context, network: Scripted
) -> None:
    network.differs = Difference("its alt text is missing.", frozenset({audit.Kind.ALT}))
    tick.tick(context)
    assert network.out == [1, 2]
    assert heard(context).count("differs") == 2


def test_refused_content_fails_at_once_and_frees_the_number(
    context: Context, network: Scripted
) -> None:
    network.before = {1: fails(errors.Rejected("The text is not allowed."))}
    tick.tick(context)
    assert delivery(context).state is State.FAILED
    assert (collage(context).state, collage(context).number) == (CollageState.HELD, None)
    assert "The text is not allowed." in collage(context).note
    assert network.out == []


def test_a_collage_that_is_partly_out_stays_posted(context: Context, network: Scripted) -> None:
    network.before = {2: fails(errors.Rejected("No."))}
    tick.tick(context)
    assert delivery(context).state is State.FAILED
    assert (collage(context).state, collage(context).number) == (CollageState.POSTED, 1)
    assert "failed" in heard(context)


def test_a_blocked_account_is_held_with_one_notice_and_goes_on_when_released(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {2: fails(errors.Blocked("Out of credits."))}
    for _ in range(5):
        tick.tick(context)
        clock.go(hours=1)
    assert (network.out, network.sends) == ([1], 2)
    assert heard(context).count("held") == 1
    with context.write() as work:
        work.accounts.release("outbox")
    tick.tick(context)
    assert network.out == [1, 2]


@pytest.mark.parametrize("position", [1, 2])
def test_a_part_that_got_out_though_the_answer_was_lost_is_found_and_not_sent_again(
    context: Context, network: Scripted, clock: StoppedClock, position: int
) -> None:
    network.after = {position: fails(errors.Uncertain("The connection dropped."))}
    until_settled(context, clock)
    assert network.out == [1, 2]
    assert delivery(context).state is State.SENT
    assert "uncertain" in heard(context)


def test_a_part_is_sent_again_only_after_two_settled_looks(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: fails(errors.Uncertain("Timeout."))}
    start = clock.at
    tick.tick(context)
    clock.go(minutes=3)
    tick.tick(context)
    assert network.sends == 1
    assert delivery(context).looks == 1
    clock.go(minutes=8)
    tick.tick(context)
    assert network.out == [1, 2]
    assert clock.at - start >= timedelta(minutes=10)
    assert outcomes(context)[0] == (1, "not sent")


def test_a_look_that_fails_is_made_again_after_the_longest_wait_and_not_before(
    context: Context, network: Scripted, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[datetime] = []

    def find(*_: object) -> Look:
        looks.append(clock.at)
        raise errors.Unavailable("Away.")

    monkeypatch.setattr(network, "find", find)
    network.before = {1: fails(errors.Uncertain("Timeout."))}
    tick.tick(context)
    clock.go(minutes=3)
    for _ in range(13):
        tick.tick(context)
        clock.go(minutes=10)
    assert [later - looks[0] for later in looks] == [timedelta(hours=hours) for hours in range(3)]
    assert (network.sends, delivery(context).state) == (1, State.UNCERTAIN)


def test_when_looking_does_not_tell_a_person_is_asked_and_nothing_is_sent(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: fails(errors.Uncertain("Timeout."))}
    network.look = NotSeen(anchor_seen=False, count_agrees=False)
    until_settled(context, clock, days=3)
    assert network.sends == 1
    assert delivery(context).state is State.UNCERTAIN
    assert heard(context).count("uncertain") == 2


def test_a_key_that_proves_absence_is_enough(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.proves_absence = True
    network.before = {1: fails(errors.Uncertain("Timeout."))}
    until_settled(context, clock)
    assert Counter(network.out) == {1: 1, 2: 1}


def test_what_nobody_foresaw_may_be_out(context: Context, network: Scripted) -> None:
    network.after = {1: fails(KeyError("data"))}
    tick.tick(context)
    assert delivery(context).state is State.UNCERTAIN


def test_whatever_goes_wrong_while_preparing_cannot_be_out(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.on_prepare = fails(KeyError("media_id"))
    tick.tick(context)
    assert delivery(context).state is State.WAITING
    assert outcomes(context) == []
    network.on_prepare = lambda: None
    until_settled(context, clock)
    assert network.out == [1, 2]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("position", [1, 2])
def test_a_crash_around_a_request_is_looked_into_once_the_lease_has_ended(
    context: Context, network: Scripted, clock: StoppedClock, when: str, position: int
) -> None:
    getattr(network, when)[position] = fails(Crash())
    with pytest.raises(Crash):
        tick.tick(context)
    tick.tick(context)
    assert delivery(context).state is State.SENDING, "somebody else's lease is respected"
    until_settled(context, clock)
    assert network.out == [1, 2]
    assert delivery(context).state is State.SENT


def test_a_crash_before_any_request_is_simply_sent_later(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.on_prepare = fails(Crash())
    with pytest.raises(Crash):
        tick.tick(context)
    network.on_prepare = lambda: None
    until_settled(context, clock)
    assert network.out == [1, 2]


def test_a_whole_thread_is_one_request(context: Context, network: Scripted) -> None:
    network.whole = True
    tick.tick(context)
    assert (network.sends, network.out) == (1, [1, 2])
    assert outcomes(context) == [(None, "sent")]


def test_nothing_is_sent_when_the_lease_ends_between_intent_and_request(
    context: Context, network: Scripted, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = Attempts.start

    def slow(*args: object) -> int:
        clock.go(minutes=5)
        return started(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Attempts, "start", slow)
        tick.tick(context)
    assert network.sends == 0
    until_settled(context, clock)
    assert network.out == [1, 2]
    assert outcomes(context)[0] == (1, "unavailable")


def test_parts_are_frozen_from_the_first_attempt_on(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.before = {1: fails(errors.Unavailable("Away.", clock.at + timedelta(minutes=5)))}
    tick.tick(context)
    with context.write() as work:
        frozen = work.parts.of(delivery(context).id)
        item = collage(context)
        edited = replace(item, paragraph="Something else altogether.")
        work.queue.replace(item, edited, item.picture, item.state)
    until_settled(context, clock)
    with context.read() as work:
        sent = work.parts.of(delivery(context).id)
    assert [part.text for part in sent] == [part.text for part in frozen]
    assert network.out == [1, 2]


def test_one_account_s_trouble_delays_no_other(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    settings = (
        '[accounts.good]\nnetwork = "outbox"\nfolder = "good"\n'
        '[accounts.bad]\nnetwork = "outbox"\nfolder = "bad"\n'
    )
    made = make_context(tmp_path, settings, clock=clock, url=database_url)
    good, bad = Scripted(), Scripted()
    bad.before = {1: fails(errors.Unavailable("Away."))}
    context = Context(
        made.config, made.database, clock, {"good": good, "bad": bad}, made.rehearsal, "tester"
    )
    accept.take(
        context,
        context.config.series["mlcollage"],
        [accept.from_file(write_item(tmp_path, "barlow"))],
    )
    clock.go(days=2, hours=6)
    bad.before = {
        n: fails(errors.Unavailable("Away.", clock.at + timedelta(hours=5))) for n in (1,)
    }
    tick.tick(context)
    assert good.out == [1, 2]
    assert bad.out == []
    assert collage(context).state is CollageState.POSTED
    context.database.close()


def assert_true(so: bool) -> None:
    assert so


def test_a_slow_account_delays_neither_another_one_nor_the_next_slot(
    tmp_path: Path, database_url: str, clock: StoppedClock
) -> None:
    slow, quick, answer = Scripted(), Scripted(), threading.Event()
    slow.before[1] = lambda: assert_true(answer.wait(200))
    accounts = (
        '[accounts.slow]\nnetwork = "outbox"\nfolder = "slow"\n'
        '[accounts.quick]\nnetwork = "outbox"\nfolder = "quick"\n'
    )
    slots = '[series.mlcollage]\nslots = ["wednesday 15:00", "wednesday 15:01"]\n'
    made = make_context(tmp_path, accounts + slots, clock=clock, url=database_url)
    context = replace(made, publishers={"slow": slow, "quick": quick})
    accept.take(
        context,
        context.config.series["mlcollage"],
        [accept.from_file(write_item(tmp_path, "barlow"))],
    )
    clock.go(days=2, hours=6)
    accept.take(
        context,
        context.config.series["mlcollage"],
        [accept.from_file(write_item(tmp_path, "simclr"))],
    )
    workers = Workers(timedelta(milliseconds=20))
    tick.tick(context, workers)
    clock.go(minutes=1)
    tick.tick(context, workers)

    def states() -> Counter[tuple[str, str]]:
        columns = (tables.accounts.c.name, tables.deliveries.c.state)
        its = tables.accounts.c.id == tables.deliveries.c.account_id
        with context.read() as work:
            rows = work.conn.execute(select(*columns).join(tables.accounts, its))
            return Counter(tuple(row) for row in rows)

    def is_quick_done() -> bool:
        # The tick finds the quick one's worker at its last step at times; the next one starts it.
        tick.tick(context, workers)
        return states()["quick", "sent"] == 2

    try:
        waiting.until(is_quick_done)
        assert states() == {("quick", "sent"): 2, ("slow", "sending"): 1, ("slow", "waiting"): 1}
    finally:
        answer.set()
        workers.finish()
        context.database.close()


def test_a_thread_of_a_series_that_is_gone_waits_for_a_person(
    context: Context, network: Scripted, clock: StoppedClock
) -> None:
    network.on_survey = fails(errors.Unavailable("away"))
    tick.tick(context)
    network.on_survey, clock.at = (lambda: None), clock.at + timedelta(hours=1)
    gone = replace(context, config=replace(context.config, series={}))
    deliver.run(gone, _account(context))
    assert delivery(context).state is State.HELD
    assert (
        delivery(context).note
        == "Series mlcollage is not in the configuration any more: put it back."
    )
    assert network.sends == 0


def _account(context: Context) -> AccountRow:
    with context.read() as work:
        return work.accounts.all()[0]


def test_what_a_person_has_tried_again_is_given_up_only_after_the_same_span_again(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> None:
    network.before = {n: fails(errors.Unavailable("Away.")) for n in range(1, 500)}
    context = begun(tmp_path, database_url, clock, network, '[delivery]\ngive_up = "24h"')
    until_settled(context, clock)
    assert delivery(context).state is State.FAILED
    with context.write() as work:
        again = {"next_at": clock.at, "tried_from": clock.at, "released": True}
        work.deliveries.move(delivery(context), State.WAITING, **again)
    tick.tick(context)
    assert delivery(context).state is State.WAITING
    until_settled(context, clock)
    assert delivery(context).state is State.FAILED
    context.database.close()


def test_leases_on_postgresql_go_by_the_database_s_clock(
    tmp_path: Path, postgres_database: str
) -> None:
    context = make_context(tmp_path, url=postgres_database)
    assert context.database.shares_clock
    network = Scripted()
    leases: list[tuple[datetime, datetime]] = []

    def look() -> None:
        with context.read() as work:
            statement = select(tables.deliveries.c.lease_until, func.clock_timestamp())
            leases.append(tuple(work.conn.execute(statement).one()))

    network.before[1] = network.before[2] = look
    # This machine's clock is days wrong; the others still see when its lease ends.
    wrong = StoppedClock(datetime.now(UTC) + timedelta(days=3))
    context = replace(context, clock=wrong, publishers={"outbox": network})
    own = context.config.series["mlcollage"]
    accept.take(context, own, [accept.from_file(write_item(tmp_path, "barlow"))])
    with context.read() as work:
        item = work.queue.get("mlcollage", "barlow")
    tick.post_now(context, own, item)
    assert delivery(context).state is State.SENT
    for until, now in leases:
        assert timedelta(minutes=1) < until - now <= timedelta(minutes=2)
    context.database.close()


def test_a_lease_on_sqlite_goes_by_the_machine_s_clock(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    assert not context.database.shares_clock
    context.database.close()


@pytest.mark.parametrize("text", ["one\ntwo \x00 three", "one\ntwo \udc80 three"])
@pytest.mark.parametrize("where", ["prepare", "send", "find"])
def test_an_unexpected_error_with_text_that_no_database_takes_is_stored_all_the_same(
    context: Context, network: Scripted, clock: StoppedClock, text: str, where: str
) -> None:
    def broken(*_: object) -> Look:
        raise RuntimeError(text)

    if where == "prepare":
        network.on_prepare = fails(RuntimeError(text))
    elif where == "send":
        network.after = {1: fails(RuntimeError(text))}
    else:
        network.after = {1: fails(RuntimeError("plain"))}
        network.find = broken  # type: ignore[method-assign]
        tick.tick(context)
        clock.go(minutes=3)
    tick.tick(context)
    expected = State.WAITING if where == "prepare" else State.UNCERTAIN
    assert delivery(context).state is expected


def test_what_becomes_due_while_other_accounts_send_is_done_in_the_same_tick(
    tmp_path: Path, clock: StoppedClock
) -> None:
    class InTurn(Workers):
        def run(self, jobs: dict[str, Event]) -> None:
            for name in sorted(jobs):
                jobs[name]()

    settings = "".join(
        f'[accounts.{name}]\nnetwork = "outbox"\nfolder = "{name}"\n' for name in ("alpha", "beta")
    )
    made = make_context(tmp_path, settings, clock=clock)
    alpha, beta = Scripted(), Scripted()
    both = replace(made, publishers={"alpha": alpha, "beta": beta})
    tick.tick(both)
    file = write_item(tmp_path, "barlow-twins")
    accept.take(both, both.config.series["mlcollage"], [accept.from_file(file)])
    clock.go(days=2, hours=6, minutes=30)

    def too_early() -> None:
        raise errors.Unavailable("Too early.", clock.now() + timedelta(seconds=5))

    alpha.before = {2: too_early}
    beta.before = {1: lambda: clock.go(seconds=10)}
    tick.tick(both, InTurn())
    assert (alpha.out, beta.out) == ([1, 2], [1, 2])
    made.database.close()

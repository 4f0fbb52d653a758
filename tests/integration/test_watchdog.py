"""What is past due is told once for each thing and state, and nothing else is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, update

from bot.context import Context
from bot.core.delivery import State
from bot.core.notices.entry import Kind
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from bot.watching import briefing, watchdog
from tests import made_up
from tests.conftest import StoppedClock, make_context, write_item
from tests.fakes import x
from tests.fakes.x import FakeX

pytestmark = pytest.mark.slow_on_postgresql

SLOT = datetime(2021, 8, 4, 15, tzinfo=UTC)
ROUNDUP = datetime(2021, 8, 31, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHEN = "Wednesday 2021-08-04 15:00"
SLOW = '[delivery]\nretry_first = "20m"\n'
SILENT = "[alerts]\nbrief = []\n"


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        yield running


@pytest.fixture
def context(tmp_path: Path, clock: StoppedClock, database_url: str) -> Iterator[Context]:
    """A rehearsal with an outbox and two collages; it gives no briefs."""
    made = begun(make_context(tmp_path, SILENT, clock, database_url))
    add(made, "barlow", "moco")
    yield made
    made.database.close()


@pytest.fixture
def live(tmp_path: Path, fake: FakeX, clock: StoppedClock) -> Iterator[Context]:
    """Live on the local X, with a site at an address that does not answer."""
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    site = '[series.mlcollage.roundup]\nbase_url = "http://127.0.0.1:9/roundups"\n'
    made = begun(
        make_context(tmp_path, f"live = true\n[accounts.lab]\n{lines}\n{site}{SILENT}{SLOW}", clock)
    )
    add(made, "barlow")
    yield made
    made.database.close()


def begun(context: Context) -> Context:
    tick.tick(context)
    return context


def add(context: Context, *names: str) -> None:
    files = [write_item(context.config.folder, name) for name in names]
    accept.take(
        context, context.config.series["mlcollage"], [accept.from_file(file) for file in files]
    )


def hold(context: Context, account: str, note: str, until: datetime | None = None) -> None:
    with context.write() as work:
        work.accounts.hold(account, note, until)


def release(context: Context, account: str) -> None:
    with context.write() as work:
        work.accounts.release(account)


def told(context: Context, clock: StoppedClock, at: datetime) -> list[str]:
    """What the watchdog says at that time, and has not said before; all else has been sent to
    everybody.
    """
    clock.at = at
    tick.unheard(context)
    with context.write() as work:
        work.conn.execute(update(tables.notices).values(alerted_at=at))
    watchdog.look(context)
    found = tick.unheard(context)
    assert {notice.kind for notice in found} <= {Kind.OVERDUE}
    assert all(notice.is_trouble for notice in found)
    return [notice.text for notice in found]


# Threads


def test_a_thread_that_is_not_out_an_hour_later_is_told_once_with_why(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT
    hold(context, "outbox", "Its disk is full.")
    tick.tick(context)
    assert told(context, clock, SLOT + HOUR) == []
    [line] = told(context, clock, SLOT + HOUR + timedelta(seconds=1))
    thread = "The thread rehearsal-1/mlcollage/2021-08-04T15:00:00Z/outbox on outbox"
    assert line == (
        f"{thread} was due on {WHEN}: its account is held: Its disk is full. "
        "See: mlcollage deliveries show 1"
    )
    assert told(context, clock, SLOT + 2 * HOUR) == []


def test_how_late_is_too_late_is_a_setting(context: Context, clock: StoppedClock) -> None:
    patient = replace(
        context,
        config=replace(context.config, alerts=replace(context.config.alerts, overdue=3 * HOUR)),
    )
    clock.at = SLOT
    hold(context, "outbox", "")
    tick.tick(context)
    assert told(patient, clock, SLOT + 2 * HOUR) == []
    assert len(told(patient, clock, SLOT + 4 * HOUR)) == 1


def test_a_thread_in_another_state_is_told_anew(
    live: Context, fake: FakeX, clock: StoppedClock
) -> None:
    clock.at = SLOT
    hold(live, "lab", "")
    tick.tick(live)
    [line] = told(live, clock, SLOT + 2 * HOUR)
    assert f"was due on {WHEN}: its account is held. See:" in line
    release(live, "lab")
    fake.trouble = {len(fake.calls) + 1: x.FAIL_500}
    tick.tick(live)
    [line] = told(live, clock, clock.at)
    assert "it waits, and is tried again on Wednesday 2021-08-04 17:" in line
    assert "X answered 500" in line
    clock.go(hours=1)
    fake.on_route["POST /2/tweets", fake.counts["POST /2/tweets"] + 1] = x.ACCEPT_THEN_DROP
    tick.tick(live)
    [line] = told(live, clock, clock.at)
    assert "it may or may not be out, and is looked for again at 18:" in line
    with live.write() as work:
        work.conn.execute(
            update(tables.deliveries).values(next_at=datetime(9999, 1, 1, tzinfo=UTC))
        )
    assert told(live, clock, clock.at) == [], "it is in the same state"


def test_a_thread_that_waits_for_a_person_says_so(
    live: Context, fake: FakeX, clock: StoppedClock
) -> None:
    fake.state.lag = timedelta(days=1)
    fake.on_route["POST /2/tweets", 1] = x.ACCEPT_THEN_DROP
    for minutes in (0, 3, 20):
        clock.at = SLOT + timedelta(minutes=minutes)
        tick.tick(live)
    with live.write() as work:
        work.conn.execute(
            update(tables.deliveries).values(
                state="uncertain", next_at=datetime(9999, 1, 1, tzinfo=UTC)
            )
        )
    [line] = told(live, clock, SLOT + 2 * HOUR)
    assert "it may or may not be out, and a person has to say." in line


def test_a_thread_that_is_being_sent_is_left_alone_until_its_lease_is_long_over(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT
    hold(context, "outbox", "")
    tick.tick(context)
    tick.unheard(context)
    clock.go(hours=2)
    own = context.config.delivery
    with context.write() as work:
        row = next(row for row in work.accounts.all() if row.name == "outbox")
        claimed = work.deliveries.claim(row.id, own.lease)
    assert claimed
    begun_at = clock.at
    release(context, "outbox")
    assert told(context, clock, begun_at + own.lease + own.lease + own.request) == []
    [line] = told(context, clock, clock.at + timedelta(seconds=1))
    assert "was being sent by a bot that has ended, and no tick has gone on with it" in line
    assert told(context, clock, clock.at + HOUR) == []
    tick.tick(context)
    with context.read() as work:
        assert work.deliveries.get(claimed.id).state is State.SENT
    assert told(context, clock, clock.at + HOUR) == []


def test_of_very_many_threads_the_first_are_told_and_that_there_are_more(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT
    hold(context, "outbox", "")
    tick.tick(context)
    with context.write() as work:
        row = {
            "kind": "collage",
            "series_id": 1,
            "account_id": 1,
            "state": "waiting",
            "saved": {},
            "rehearsal": 1,
        }
        at = {"due_at": SLOT, "next_at": SLOT, "local_on": SLOT.date()}
        work.conn.execute(
            insert(tables.deliveries), [row | at | {"key": f"k{n}"} for n in range(50)]
        )
    lines = told(context, clock, SLOT + 2 * HOUR)
    assert len(lines) == watchdog.MOST + 1
    assert lines[-1] == "More than 20 threads are past due. See: mlcollage deliveries list"
    assert told(context, clock, SLOT + 3 * HOUR) == []


def test_what_a_rehearsal_left_open_is_no_concern_when_live(
    tmp_path: Path, clock: StoppedClock, context: Context, database_url: str
) -> None:
    clock.at = SLOT
    hold(context, "outbox", "")
    tick.tick(context)
    clock.go(minutes=1)
    made = begun(make_context(tmp_path, "live = true\n", clock, database_url))
    assert told(made, clock, SLOT + 2 * HOUR) == []
    made.database.close()


# Slots and roundups


def test_a_slot_that_no_tick_has_seen_to_is_told(context: Context, clock: StoppedClock) -> None:
    assert told(context, clock, SLOT + HOUR - timedelta(seconds=1)) == []
    [line] = told(context, clock, SLOT + HOUR)
    assert line == (
        f"The slot of mlcollage on {WHEN} is past and was not seen to: "
        "a tick hangs or fails, see the log."
    )
    assert told(context, clock, SLOT + 2 * HOUR) == []
    tick.tick(context)
    assert told(context, clock, SLOT + timedelta(days=6)) == []


def test_a_slot_before_a_pause_that_no_tick_has_seen_to_is_told_and_one_in_it_is_not(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT + timedelta(minutes=5)
    with context.write() as work:
        work.series.pause("mlcollage", clock.at, None)
    [line] = told(context, clock, SLOT + timedelta(weeks=2))
    assert line.startswith(f"The slot of mlcollage on {WHEN} is past and was not seen to")


def test_several_slots_that_no_tick_has_seen_to_are_one_sentence(
    context: Context, clock: StoppedClock
) -> None:
    [line] = told(context, clock, SLOT + timedelta(days=15))
    assert line.startswith(
        f"The slot of mlcollage on {WHEN}, and 2 after it, are past and were not seen to:"
    )


def test_the_slots_of_a_pause_are_not_past_due(context: Context, clock: StoppedClock) -> None:
    with context.write() as work:
        work.series.pause("mlcollage", clock.at, None)
    assert told(context, clock, SLOT + timedelta(days=15)) == []


def test_a_roundup_that_no_tick_has_seen_to_is_told(context: Context, clock: StoppedClock) -> None:
    for week in range(4):
        clock.at = SLOT + timedelta(days=7 * week)
        tick.tick(context)
    assert told(context, clock, ROUNDUP) == []
    [line] = told(context, clock, ROUNDUP + HOUR)
    assert line == (
        "The roundup 2021-09 of mlcollage was due on Tuesday 2021-08-31 18:00: "
        "no tick has seen to it, see the log."
    )


def test_a_roundup_that_waits_for_threads_says_until_when(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT
    tick.tick(context)
    with context.write() as work:
        work.conn.execute(
            update(tables.deliveries).values(
                state="uncertain", next_at=datetime(9999, 1, 1, tzinfo=UTC)
            )
        )
    for days in (7, 14, 21, 27):
        clock.at = SLOT + timedelta(days=days)
        tick.tick(context)
        told(context, clock, clock.at + 2 * HOUR)
    clock.at = ROUNDUP
    tick.tick(context)
    [line] = told(context, clock, ROUNDUP + HOUR)
    assert line.endswith("it waits for threads on their way, until Wednesday 2021-09-01 18:00.")


def test_a_roundup_whose_link_does_not_answer_is_told(live: Context, clock: StoppedClock) -> None:
    for at in (SLOT, *(SLOT + timedelta(days=7 * week) for week in (1, 2, 3)), ROUNDUP):
        clock.at = at
        tick.tick(live)
    assert told(live, clock, ROUNDUP + HOUR) == []
    [line] = told(live, clock, ROUNDUP + 2 * HOUR)
    what = "The roundup 2021-09 of mlcollage was due on Tuesday 2021-08-31 18:00"
    assert line == f"{what}: its link does not answer. See: mlcollage notices"


# Accounts, notices, briefs


def test_an_account_held_with_something_waiting_is_remembered_once_a_day(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT
    hold(context, "outbox", "Its disk is full.")
    tick.tick(context)
    told(context, clock, SLOT + 2 * HOUR)
    assert told(context, clock, SLOT + timedelta(hours=23)) == []
    [line] = told(context, clock, SLOT + timedelta(hours=25))
    assert line == (
        "Account outbox has been held for 1 day, and 1 thread waits: Its disk is full. "
        "Then: mlcollage release --account outbox"
    )
    assert told(context, clock, SLOT + timedelta(hours=47)) == []
    assert "held for 2 days" in told(context, clock, SLOT + timedelta(hours=49))[0]
    release(context, "outbox")
    assert "it waits, and is tried again" in told(context, clock, SLOT + timedelta(hours=50))[0]
    tick.tick(context)
    assert told(context, clock, SLOT + timedelta(days=5)) == []


def test_an_account_held_with_nothing_to_send_is_no_trouble(
    context: Context, clock: StoppedClock
) -> None:
    hold(context, "outbox", "Its disk is full.")
    assert told(context, clock, clock.at + timedelta(days=1, hours=23)) == []


def test_notices_that_reached_nobody_are_counted_once_a_day(
    context: Context, clock: StoppedClock
) -> None:
    def looked(after: timedelta) -> list[str]:
        clock.at += after
        watchdog.look(context)
        return [notice.text for notice in tick.unheard(context)]

    told(context, clock, clock.at)
    with context.write() as work:
        work.conn.execute(update(tables.notices).values(alerted_at=clock.at))
        for number in range(2):
            held = made_up.notice(Kind.HELD, f"Account {number} is held.")
            work.notices.add(held)
    tick.unheard(context)
    assert looked(HOUR) == []
    assert looked(timedelta(minutes=1)) == [
        "2 notices have not reached everybody who is to be alerted. See: mlcollage notices"
    ]
    assert looked(3 * HOUR) == []
    assert looked(20 * HOUR) == [
        "3 notices have not reached everybody who is to be alerted. See: mlcollage notices"
    ]


def test_a_brief_that_could_not_be_given_is_told(tmp_path: Path, clock: StoppedClock) -> None:
    context = begun(make_context(tmp_path, clock=clock))
    first = SLOT - timedelta(hours=24)
    assert told(context, clock, first + HOUR) == []
    [line] = told(context, clock, first + 2 * HOUR)
    assert line.startswith(
        f"The brief of mlcollage for {WHEN} was due on Tuesday 2021-08-03 15:00 and was not given."
    )
    briefing.give(context)
    assert told(context, clock, first + 3 * HOUR) == []
    context.database.close()


# All is well


def test_it_is_silent_through_a_month_in_which_all_is_well(
    tmp_path: Path, clock: StoppedClock
) -> None:
    context = begun(make_context(tmp_path, clock=clock))
    add(context, "barlow", "moco", "nerf", "vit", "ffjord")
    end = ROUNDUP + timedelta(days=2)
    while clock.at < end:
        clock.go(hours=13)
        tick.tick(context)
        briefing.give(context)
        assert told(context, clock, clock.at) == []
    context.database.close()


def test_it_writes_nothing_where_there_is_nothing_new(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT
    hold(context, "outbox", "")
    tick.tick(context)
    assert len(told(context, clock, SLOT + 2 * HOUR)) == 1
    written: list[str] = []

    def collect(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("SELECT", "BEGIN")):
            written.append(statement)

    event.listen(context.database.engine, "before_cursor_execute", collect)
    watchdog.look(context)
    event.remove(context.database.engine, "before_cursor_execute", collect)
    assert written == []

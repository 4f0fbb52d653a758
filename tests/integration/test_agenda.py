"""What the agenda says is what is done: the tick writes the very lines that were read before."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.context import Context
from bot.core import agenda, schedule
from bot.core.agenda import Line, Snapshot
from bot.core.collage import Collage, Item, State
from bot.core.errors import NotAllowed
from bot.core.paper import Link, LinkKind, Paper
from bot.core.schedule import SlotState, SlotTime
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures import read
from bot.pictures.read import PictureFile
from bot.scheduling import forecast, pauses, tick
from bot.scheduling import slots as scheduling
from bot.storage import tables
from tests.conftest import StoppedClock, make_context, png
from tests.history import fill
from tests.integration.test_plans import HISTORY, asked, plans

START = datetime(2021, 12, 6, 9, tzinfo=UTC)
"""A Monday some weeks before the turn of the year, so that numbers begin anew on the way."""

SETTINGS = """zone = "Europe/Berlin"
[series.mlcollage]
slots = ["wednesday 15:00", "friday 10:00"]
"""


class Row(NamedTuple):
    """What a slot became, as the database has it."""

    state: SlotState
    collage_id: int | None
    number: int | None


def row_of(line: Line) -> Row:
    return Row(line.state, line.collage.id if line.collage else None, line.number)


@cache
def picture() -> PictureFile:
    return read.check(png(), "slide.png")


class Desk:
    """A bot whose queue somebody works on while time passes."""

    def __init__(self, folder: Path, more: str = "", url: str | None = None) -> None:
        self.clock = StoppedClock(START)
        self.context: Context = make_context(folder, SETTINGS + more, self.clock, url)
        self.series = self.context.config.series["mlcollage"]
        self.count = 0
        tick.tick(self.context)

    # Looking

    def snapshot(self, coming: int) -> Snapshot:
        with self.context.read() as work:
            return work.snapshots.take(self.series, self.clock.now(), coming)

    def queue(self, *states: State) -> list[Collage]:
        with self.context.read() as work:
            return work.queue.waiting("mlcollage", states)

    def ahead(self, count: int) -> list[SlotTime]:
        now = self.clock.now() + schedule.STEP
        return list(islice(schedule.slots_from(self.series.timetable, now), count))

    def rows(self) -> dict[datetime, Row]:
        columns = tables.slots.c
        with self.context.read() as work:
            found = work.conn.execute(select(tables.slots).where(columns.extra.is_(False))).all()
        return {row.due_at: Row(SlotState(row.state), row.collage_id, row.number) for row in found}

    # Working on the queue

    def add(self, *, draft: bool = False, kept: bool = False) -> None:
        self.count += 1
        name = f"paper-{self.count:03}"
        link = Link(LinkKind.PAPER, f"https://example.org/{name}")
        paper = Paper(f"Paper {self.count}", ("Ada",), others=True, year=2021, links=(link,))
        item = Item(name=name, paper=paper, paragraph="It says this.", alt="A slide.")
        number = 100 + self.count if kept else None
        accept.take(self.context, self.series, [Arrival(item, picture(), number)], draft=draft)

    def to(self, place: int, before: State, after: State) -> None:
        if found := self.queue(before):
            with self.context.write() as work:
                work.queue.change_state(found[place % len(found)], after)

    def move(self, place: int, to: int) -> None:
        if found := self.queue(State.READY, State.DRAFT, State.HELD):
            with self.context.write() as work:
                before = found[to % len(found)]
                work.queue.move(found[place % len(found)], before=before)

    def pin(self, place: int, slot: int) -> None:
        if found := self.queue(State.READY, State.DRAFT, State.HELD):
            on = self.ahead(slot + 1)[-1].local_on
            # Another one may be pinned to that day.
            with suppress(NotAllowed), self.context.write() as work:
                work.queue.pin(found[place % len(found)], on)

    def skip(self, slot: int) -> None:
        skipped = self.ahead(slot + 1)[-1]
        with self.context.write() as work:
            work.slots.skip("mlcollage", skipped)
            work.queue.unpin_day("mlcollage", skipped.local_on)

    def pause(self, days: int | None) -> None:
        now = self.clock.now()
        until = now + timedelta(days=days) if days else None
        with self.context.write() as work:
            work.series.pause("mlcollage", now, until)

    def resume(self) -> None:
        pauses.resume(self.context, self.series)

    # Time

    def look(self) -> None:
        """Tick, and compare every slot that is settled with the line read just before."""
        said = agenda.due(self.snapshot(0))
        before = self.rows()
        tick.tick(self.context)
        rows = {at: row for at, row in self.rows().items() if at not in before}
        assert rows == {line.slot.due_at: row_of(line) for line in said}

    def sleep(self, hours: int) -> None:
        """Nobody looks for a while."""
        self.clock.go(hours=hours)

    def live(self, count: int) -> None:
        """Tick at each coming slot, and compare them all with the lines read before the first."""
        self.look()
        said = list(islice(agenda.lines(self.snapshot(count)), count))
        numbers = {
            item.id: forecast.provisional_number(self.context, self.series, item)
            for item in self.queue(State.READY)
        }
        for line in said:
            self.clock.at = line.slot.due_at
            tick.tick(self.context)
        rows = self.rows()
        assert {line.slot.due_at: rows.get(line.slot.due_at) for line in said} == {
            line.slot.due_at: row_of(line) for line in said
        }
        for line in said:
            if line.collage:
                with self.context.read() as work:
                    taken = work.queue.by_id(line.collage.id)
                assert (taken.number, taken.number_year) == (line.number, line.year)
                assert taken.kept_number is not None or numbers[taken.id] == taken.number


@contextmanager
def desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        made = Desk(Path(folder))
        with closing(made.context.database):
            yield made


few = st.integers(0, 5)
doings = st.one_of(
    st.builds(
        lambda draft, kept: ("add", {"draft": draft, "kept": kept}), st.booleans(), st.booleans()
    ),
    st.tuples(st.just("to"), few, st.just(State.DRAFT), st.just(State.READY)),
    st.tuples(st.just("to"), few, st.just(State.READY), st.sampled_from([State.HELD, State.DRAFT])),
    st.tuples(st.just("to"), few, st.just(State.HELD), st.just(State.READY)),
    st.tuples(st.just("move"), few, few),
    st.tuples(st.just("pin"), few, few),
    st.tuples(st.just("skip"), few),
    st.tuples(st.just("pause"), st.none() | st.integers(1, 12)),
    st.tuples(st.just("resume")),
    st.tuples(st.just("sleep"), st.integers(1, 150)),
    st.tuples(st.just("look")),
    st.tuples(st.just("live"), st.integers(1, 3)),
)
"""What somebody does to the queue, and what time does."""


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 5), st.lists(doings, min_size=4, max_size=14))
def test_what_the_agenda_says_is_what_the_tick_writes_when_its_time_has_come(
    collages: int, steps: list[tuple[object, ...]]
) -> None:
    with desk() as made:
        for _ in range(collages):
            made.add()
        for name, *arguments in steps:
            if name == "add":
                made.add(**arguments[0])
            else:
                getattr(made, str(name))(*arguments)
        made.resume()
        made.live(6)


def test_a_line_that_no_longer_holds_is_read_again_before_it_is_carried_out(
    tmp_path: Path, database_url: str
) -> None:
    made = Desk(tmp_path, url=database_url)
    made.add()
    made.add()
    made.clock.at = made.ahead(1)[0].due_at
    now = made.clock.now()
    [line] = agenda.due(made.snapshot(0))
    made.to(0, State.READY, State.HELD)
    scheduling.Round(made.context, made.series, now).settle(line)
    [row] = made.rows().values()
    assert row == Row(SlotState.CLAIMED, 2, 1), "what was held after the line had been read"
    made.context.database.close()


def test_a_slot_said_to_be_empty_takes_what_was_added_at_the_last_moment(
    tmp_path: Path, database_url: str
) -> None:
    made = Desk(tmp_path, url=database_url)
    made.clock.at = made.ahead(1)[0].due_at
    [line] = agenda.due(made.snapshot(0))
    assert line.state is SlotState.EMPTY
    made.add()
    scheduling.Round(made.context, made.series, made.clock.now()).settle(line)
    assert [row.state for row in made.rows().values()] == [SlotState.CLAIMED]
    made.context.database.close()


def test_a_number_that_was_taken_meanwhile_is_not_claimed_again(
    tmp_path: Path, database_url: str
) -> None:
    made = Desk(tmp_path, url=database_url)
    made.add()
    made.add()
    made.clock.at = made.ahead(1)[0].due_at
    [line] = agenda.due(made.snapshot(0))
    second = made.queue(State.READY)[1]
    scheduling.claim_now(made.context, made.series, second)
    scheduling.Round(made.context, made.series, made.clock.now()).settle(line)
    assert [row.number for row in made.rows().values()] == [2]
    made.context.database.close()


def test_a_snapshot_says_the_same_of_a_few_slots_as_one_of_the_whole_queue(
    tmp_path: Path, database_url: str
) -> None:
    made = Desk(tmp_path, url=database_url)
    for place in range(30):
        made.add(draft=place % 5 == 4, kept=place % 7 == 6)
    for place, slot in ((25, 0), (24, 3), (3, 4), (2, 9)):
        made.pin(place, slot)
    made.skip(2)
    with made.context.read() as work:
        whole = work.snapshots.take(made.series, made.clock.now(), None)
    for count in range(1, 12):
        some = made.snapshot(count)
        assert len(some.ready) < len(whole.ready)
        said = list(islice(agenda.lines(some), count))
        assert said == list(islice(agenda.lines(whole), count))
    made.context.database.close()


def statements(made: Desk, coming: int) -> int:
    """How many statements a snapshot takes."""
    with asked(made.context) as found:
        made.snapshot(coming)
    return len(found)


@pytest.mark.parametrize("collages", [0, 3, 40])
def test_a_snapshot_takes_four_statements_and_one_where_nothing_is_asked(
    tmp_path: Path, collages: int
) -> None:
    made = Desk(tmp_path)
    for _ in range(collages):
        made.add()
    fill(made.context, 500)
    assert (statements(made, 0), statements(made, 1), statements(made, 20)) == (1, 4, 4)
    made.context.database.close()


def walks(context: Context, statements: list[tuple[str, object]]) -> list[str]:
    """Plans that read a table of history row by row."""
    found = plans(context, statements)
    scans = [f"{verb} {table}" for verb in ("SCAN", "Seq Scan on") for table in HISTORY]
    return [
        plan
        for plan in found
        for step in plan.split(" / ")
        if "INDEX" not in step and any(scan in step for scan in scans)
    ]


def test_a_snapshot_never_walks_through_history(tmp_path: Path, database_url: str) -> None:
    made = Desk(tmp_path, url=database_url)
    for place in range(6):
        made.add(kept=place == 3)
    fill(made.context, 20_000)
    with asked(made.context) as statements:
        made.snapshot(10)
        with made.context.read() as work:
            work.snapshots.take(made.series, made.clock.now(), None)
    assert len(statements) == 8
    assert walks(made.context, statements) == []
    made.context.database.close()


def test_numbers_of_a_year_are_those_of_its_own_days(tmp_path: Path, database_url: str) -> None:
    made = Desk(tmp_path, url=database_url)
    for _ in range(9):
        made.add()
    said = [line for line in islice(agenda.lines(made.snapshot(9)), 9) if line.collage]
    assert [line.number for line in said] == [1, 2, 3, 4, 5, 6, 7, 8, 1]
    assert said[-1].slot.local_on == date(2022, 1, 5)
    made.live(9)
    made.context.database.close()

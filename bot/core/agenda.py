"""The agenda of a series: what becomes of each slot that is due or still to come.

Everything follows from one `Snapshot`. The tick carries out the due lines; whoever looks ahead
reads the same lines, so that what is shown is what will be done.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import NamedTuple

from bot.core import calendar, schedule
from bot.core.calendar import Earlier, RoundupTime, YearTime
from bot.core.numbering import Numbering
from bot.core.schedule import STEP, SlotState, SlotTime, Timetable

HORIZON = 520
"""Slots looked at beyond those that the queue fills: ten years of a weekly series."""


class Waiting(NamedTuple):
    """What the agenda has to know of a collage in the queue.

    `kept_number` is one it brought along, to be taken when a slot claims it.
    """

    id: int
    name: str
    pinned_on: date | None = None
    kept_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A series at one moment.

    Slots up to `looked_until` are dealt with, and roundups up to the title month
    `roundups_through`; `roundups` and `years` are those that are due. `earlier` are calendars
    before the present one by which something may still be due. `settled` are slots after
    `looked_until` that are decided, as a skipped one is in advance. `ready` is in the queue's order
    and may end where nobody asks further. `newest` is the highest number taken by numbering year,
    and `kept` the number that each collage in the queue brought along, by its id.
    """

    series_id: int
    timetable: Timetable
    numbering: Numbering
    lateness: timedelta
    now: datetime
    looked_until: datetime
    roundups_through: str
    earlier: tuple[Earlier, ...] = ()
    roundups: tuple[RoundupTime, ...] = ()
    years: tuple[YearTime, ...] = ()
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    settled: Mapping[datetime, SlotState] = field(default_factory=dict)
    ready: tuple[Waiting, ...] = ()
    newest: Mapping[int, int] = field(default_factory=dict)
    kept: Mapping[int, int] = field(default_factory=dict)

    def is_stopped(self, due_at: datetime) -> bool:
        """Whether a pause keeps a slot from taking anything: it has begun, and ends later."""
        if self.paused_at is None:
            return False
        return self.paused_until is None or due_at < self.paused_until

    def is_barred(self, slot: SlotTime) -> bool:
        """Whether a due slot of an earlier calendar takes nothing.

        It is later than that calendar allowed, or lies on a day without slots by the present one:
        whoever adds such days wants nothing to go out on them.
        """
        by = calendar.of_slot(self.earlier, slot.due_at)
        if by is None:
            return False
        local_on = slot.due_at.astimezone(self.timetable.zone).date()
        is_late = self.now - slot.due_at > by.lateness
        return is_late or self.timetable.is_blacked_out(local_on)

    def after_claim(self, collage_id: int, slot: SlotTime, number: tuple[int, int]) -> "Snapshot":
        """The same moment once the slot has taken that collage; the number is with its year."""
        value, year = number
        return replace(
            self,
            newest={**self.newest, year: max(value, self.newest.get(year, value))},
            ready=tuple(item for item in self.ready if item.id != collage_id),
            settled={**self.settled, slot.due_at: SlotState.CLAIMED},
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A slot and its state: the one it has if it `is_settled`, else the one it gets.

    A slot that is to be claimed has the collage it takes, the number, and the numbering year.
    """

    slot: SlotTime
    state: SlotState
    is_settled: bool = False
    collage: Waiting | None = None
    number: int | None = None
    year: int = 0


def lines(snapshot: Snapshot, without: Collection[int] = ()) -> Iterator[Line]:
    """What is due, then what is to come without end, in order of time.

    Collages whose ids are in `without` are passed over, as those that cannot be composed will be.
    """
    too_late = _too_late(snapshot)
    rest = _Rest(snapshot, without)
    start = snapshot.looked_until + STEP
    for slot in calendar.slots_from(snapshot.earlier, snapshot.timetable, start):
        if slot.due_at in snapshot.settled:
            yield Line(slot, snapshot.settled[slot.due_at], is_settled=True)
        elif slot.due_at in too_late:
            yield Line(slot, SlotState.MISSED)
        elif snapshot.is_stopped(slot.due_at):
            yield Line(slot, _state_in_pause(snapshot, slot))
        else:
            yield rest.line(slot)


Trial = Callable[[Line], bool]
"""Whether the collage of a line cannot go out, which can only be found by trying."""


def never(line: Line) -> bool:
    """The trial of whoever counts on every collage."""
    return False


def tried(snapshot: Snapshot, is_stopped: Trial) -> Iterator[Line]:
    """The lines as slots carry them out: what cannot go out is passed over once it is tried."""
    passed = set[int]()
    done = snapshot.looked_until
    while True:
        for line in lines(snapshot, passed):
            if line.slot.due_at <= done:
                continue
            if line.collage and is_stopped(line):
                passed.add(line.collage.id)
                break
            yield line
            done = line.slot.due_at
        else:
            return


def ahead(snapshot: Snapshot, is_stopped: Trial = never) -> Iterator[Line]:
    """As `tried`, without those that are past and settled, as a day that was skipped."""
    for line in tried(snapshot, is_stopped):
        if line.slot.due_at > snapshot.now or not line.is_settled:
            yield line


def placed(snapshot: Snapshot, is_stopped: Trial = never) -> Iterator[Line]:
    """The lines that take a collage, however long a pause lasts; as `tried` has them."""
    snapshot = _resumed(snapshot)
    for line in islice(tried(snapshot, is_stopped), len(snapshot.ready) + HORIZON):
        if line.collage:
            yield line


def _too_late(snapshot: Snapshot) -> set[datetime]:
    """The due slots that take nothing: they are late or barred, or a newer one is due as well."""
    start = snapshot.looked_until + STEP
    due = calendar.slots_between(snapshot.earlier, snapshot.timetable, start, snapshot.now)
    running = [
        slot
        for slot in due
        if slot.due_at not in snapshot.settled and not snapshot.is_stopped(slot.due_at)
    ]
    barred = {slot.due_at for slot in running if snapshot.is_barred(slot)}
    open_ones = [slot for slot in running if slot.due_at not in barred]
    late = schedule.missed(open_ones, snapshot.now, snapshot.lateness)
    return barred | {
        slot.due_at for slot, is_missed in zip(open_ones, late, strict=True) if is_missed
    }


def _state_in_pause(snapshot: Snapshot, slot: SlotTime) -> SlotState:
    """`paused`, or `missed` where the pause found the slot past its time.

    Whoever pauses wants no late post, but hears that a slot before the pause was missed.
    """
    if snapshot.paused_at is not None and slot.due_at < snapshot.paused_at:
        return SlotState.MISSED
    return SlotState.PAUSED


def due(snapshot: Snapshot) -> list[Line]:
    """The lines whose time has come and that nobody has settled."""
    passed = takewhile(lambda line: line.slot.due_at <= snapshot.now, lines(snapshot))
    return [line for line in passed if not line.is_settled]


def at(snapshot: Snapshot, due_at: datetime, without: Collection[int] = ()) -> Line | None:
    """The line of the slot at that instant; None where the agenda has none."""
    for line in lines(snapshot, without):
        if line.slot.due_at >= due_at:
            return line if line.slot.due_at == due_at else None
    return None


def number_for(snapshot: Snapshot, collage: Waiting, local_on: date) -> tuple[int, int]:
    """The number a collage gets if it is taken before all others, and its numbering year."""
    year = snapshot.numbering.year(local_on)
    return _Rest(snapshot).number(collage, year), year


def number_of(snapshot: Snapshot, collage: Waiting) -> int:
    """The number a collage will have as things stand, if all that are before it can go out.

    One that is not ready (a draft, say, or an item not in the queue yet) counts as the last.
    """
    if collage.kept_number is not None:
        return collage.kept_number
    if all(item.id != collage.id for item in snapshot.ready):
        snapshot = replace(snapshot, ready=(*snapshot.ready, collage))
    for line in placed(snapshot):
        if line.number is not None and line.collage and line.collage.id == collage.id:
            return line.number
    today = snapshot.now.astimezone(snapshot.timetable.zone).date()
    return number_for(_resumed(snapshot), collage, today)[0]


def closed(snapshot: Snapshot, slots: Collection[SlotTime]) -> SlotState | None:
    """What keeps all these slots from taking anything; None where one of them may.

    It is MISSED where all are past, else the state of the last that is to come. A pause without an
    end may be over by then.
    """
    late = [line for line in due(snapshot) if line.state in {SlotState.CLAIMED, SlotState.EMPTY}]
    if not {line.slot.due_at for line in late}.isdisjoint(slot.due_at for slot in slots):
        return None
    why = SlotState.MISSED
    for slot in slots:
        if slot.due_at <= snapshot.now:
            continue
        if slot.due_at in snapshot.settled:
            why = snapshot.settled[slot.due_at]
        elif snapshot.paused_until is not None and snapshot.is_stopped(slot.due_at):
            why = SlotState.PAUSED
        else:
            return None
    return why


def goes_next(snapshot: Snapshot) -> Waiting | None:
    """The collage that goes out next, however long a pause lasts; None where none is ready."""
    snapshot = _resumed(snapshot)
    for line in islice(lines(snapshot), len(snapshot.ready) + HORIZON):
        if line.collage:
            return line.collage
    return next(iter(snapshot.ready), None)


def _resumed(snapshot: Snapshot) -> Snapshot:
    """The series as if a pause without an end were over now: some day it will be."""
    if snapshot.paused_at is None or snapshot.paused_until is not None:
        return snapshot
    looked_until = max(snapshot.looked_until, snapshot.now)
    return replace(snapshot, paused_at=None, looked_until=looked_until)


class Supply(NamedTuple):
    """How many slots of a span want a collage, and how many of them get one."""

    wanted: int
    filled: int


def supply(snapshot: Snapshot, after: datetime, until: datetime) -> Supply:
    """How far the queue goes for the slots with after < due_at <= until."""
    wanted = filled = 0
    for line in takewhile(lambda line: line.slot.due_at <= until, lines(snapshot)):
        if line.slot.due_at <= after or line.is_settled:
            continue
        wanted += line.state in {SlotState.CLAIMED, SlotState.EMPTY}
        filled += line.collage is not None
    return Supply(wanted, filled)


AHEAD = timedelta(days=31)
"""How long before numbers run past their total somebody hears of it."""


class PastTotal(NamedTuple):
    """The first slot that would get a number above the total that numbers are shown with.

    `slots` is how many slots its year has.
    """

    slot: SlotTime
    number: int
    total: int
    slots: int


def past_total(snapshot: Snapshot) -> PastTotal | None:
    """What is to be said of numbers that will run past their total, 53/52; None mostly.

    It counts on every slot, and looks a month ahead: for the slot itself, and for a numbering year
    that begins by then and has more slots than the total.
    """
    total = snapshot.numbering.total
    if total is None:
        return None
    newest = dict(snapshot.newest)
    until = snapshot.now + AHEAD
    start = snapshot.looked_until + STEP
    for slot in calendar.slots_between(snapshot.earlier, snapshot.timetable, start, until):
        if slot.due_at in snapshot.settled or snapshot.is_stopped(slot.due_at):
            continue
        year = snapshot.numbering.year(slot.local_on)
        newest[year] = snapshot.numbering.after(newest.get(year))
        if newest[year] > total:
            slots = len(_slots_of_year(snapshot, slot.local_on.year))
            return PastTotal(slot, newest[year], total, slots)
    return _past_total_of_next_year(snapshot, total)


def _past_total_of_next_year(snapshot: Snapshot, total: int) -> PastTotal | None:
    """The same of a numbering year that begins within a month, while nothing is numbered yet."""
    today, then = (
        at.astimezone(snapshot.timetable.zone).date() for at in (snapshot.now, snapshot.now + AHEAD)
    )
    if snapshot.numbering.restart == "never" or then.year == today.year:
        return None
    slots = _slots_of_year(snapshot, then.year)
    taken = total - snapshot.numbering.first + 1
    if not 0 <= taken < len(slots):
        return None
    return PastTotal(slots[taken], total + 1, total, len(slots))


def _slots_of_year(snapshot: Snapshot, year: int) -> list[SlotTime]:
    """The slots of a local year, as the timetable has them now."""
    zone = snapshot.timetable.zone
    start = schedule.instant(date(year, 1, 1), time(0), zone)
    end = schedule.instant(date(year + 1, 1, 1), time(0), zone) - STEP
    return list(schedule.slots_between(snapshot.timetable, start, end))


class _Rest:
    """What is left of the queue, and of the numbers, while lines are written one after another."""

    def __init__(self, snapshot: Snapshot, without: Collection[int] = ()) -> None:
        self._numbering = snapshot.numbering
        self._ready = [item for item in snapshot.ready if item.id not in without]
        self._pinned = {item.pinned_on for item in self._ready if item.pinned_on is not None}
        self._newest = dict(snapshot.newest)
        self._kept = dict(snapshot.kept)

    def line(self, slot: SlotTime) -> Line:
        """What a running slot takes; it is gone for the next one."""
        collage = self._first(slot.local_on)
        if collage is None:
            return Line(slot, SlotState.EMPTY)
        self._ready.remove(collage)
        year = self._numbering.year(slot.local_on)
        number = self.number(collage, year)
        self._kept.pop(collage.id, None)
        self._newest[year] = max(number, self._newest.get(year, number))
        return Line(slot, SlotState.CLAIMED, collage=collage, number=number, year=year)

    def _first(self, local_on: date) -> Waiting | None:
        """The collage pinned to that day, else the first that is not pinned to a later one."""
        if local_on in self._pinned:
            for item in self._ready:
                if item.pinned_on == local_on:
                    return item
        for item in self._ready:
            if item.pinned_on is None or item.pinned_on <= local_on:
                return item
        return None

    def number(self, collage: Waiting, year: int) -> int:
        """The number a collage keeps, else the one after all that are taken or kept."""
        if collage.kept_number is not None:
            return collage.kept_number
        taken = [*self._kept.values()]
        if year in self._newest:
            taken.append(self._newest[year])
        return self._numbering.after(max(taken, default=None))

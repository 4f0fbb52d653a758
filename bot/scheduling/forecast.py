"""What would go out when: the agenda's next lines with their collages, before anything is done."""

from datetime import datetime
from itertools import islice, takewhile
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import agenda, schedule
from bot.core.agenda import Line, Snapshot, Trial, Waiting
from bot.core.collage import Collage
from bot.core.notices.queue import NumbersPastTotal
from bot.core.schedule import STEP, SlotState, SlotTime
from bot.storage.work import Work


class Outlook(NamedTuple):
    """A coming slot: the collage it would take and its provisional number, or why there is none."""

    slot: SlotTime
    state: SlotState | None
    collage: Collage | None = None
    number: int | None = None


def coming_slots(
    context: Context, series: Series, count: int, is_stopped: Trial = agenda.never
) -> list[Outlook]:
    """The slots that are due and the next ones, and what each takes if nothing changes.

    What `is_stopped` is passed over, as slots do.
    """
    with context.read() as work:
        # All of it: how many will be passed over is not known before.
        found = work.snapshots.take(series, context.clock.now(), None)
    ahead = list(islice(agenda.ahead(found, is_stopped), count))
    with context.read() as work:
        items = work.queue.by_ids([line.collage.id for line in ahead if line.collage])
    return [_outlook(line, items) for line in ahead]


def _outlook(line: Line, items: dict[int, Collage]) -> Outlook:
    if line.collage is None:
        return Outlook(line.slot, line.state)
    return Outlook(line.slot, None, items.get(line.collage.id), line.number)


def next_collage(context: Context, series: Series) -> Collage | None:
    """The collage that goes out next, however long a pause lasts; None where none is ready."""
    with context.read() as work:
        first = agenda.goes_next(work.snapshots.take(series, work.now, None))
        if first is None:
            return None
        return work.queue.by_ids([first.id]).get(first.id)


def past_total(context: Context, series: Series) -> NumbersPastTotal | None:
    """That numbers will run past the total they are shown with; None where they will not."""
    if series.numbering.total is None:
        return None
    now = context.clock.now()
    soon = schedule.slots_between(series.timetable, now, now + agenda.AHEAD)
    # One at least: without any the numbers are not read.
    count = max(1, sum(1 for _ in soon))
    with context.read() as work:
        return past_total_of(series, work.snapshots.take(series, now, count))


def past_total_of(series: Series, snapshot: Snapshot) -> NumbersPastTotal | None:
    """The same by a snapshot, which must have the newest numbers."""
    found = agenda.past_total(snapshot)
    if found is None:
        return None
    shown = series.numbering.shown(found.number)
    due_at = found.slot.due_at
    return NumbersPastTotal(
        series.name, due_at, series.zone, shown, total=found.total, slots=found.slots
    )


def takes_any(work: Work, series: Series, until: datetime) -> bool:
    """Whether a slot that is not past takes a collage, up to that time."""
    coming = schedule.slots_between(series.timetable, work.now + STEP, until)
    found = work.snapshots.take(series, work.now, sum(1 for _ in coming))
    passed = takewhile(lambda line: line.slot.due_at <= until, agenda.ahead(found))
    return any(line.collage for line in passed)


def provisional_number(context: Context, series: Series, item: Collage) -> int:
    """The number a collage has or kept, else the one that the agenda gives it.

    All collages before it are counted.
    """
    for number in (item.number, item.kept_number):
        if number is not None:
            return number
    with context.read() as work:
        found = work.snapshots.take(series, context.clock.now(), None)
    return agenda.number_of(found, Waiting(item.id, item.name, item.pinned_on))

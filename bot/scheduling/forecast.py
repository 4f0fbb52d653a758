"""What would go out when: looked at before anything is done."""

from collections.abc import Collection
from datetime import date
from itertools import islice
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import schedule
from bot.core.collage import Collage, State
from bot.core.schedule import SlotState, SlotTime
from bot.storage import queue, series, slots


class Outlook(NamedTuple):
    """A coming slot: the collage it would take and its provisional number, or why there is none."""

    slot: SlotTime
    state: SlotState | None
    collage: Collage | None = None
    number: int | None = None


def coming_slots(
    context: Context, own: Series, count: int, without: Collection[str] = ()
) -> list[Outlook]:
    """The slots that are due and the next ones, and what each would take if nothing changed.

    Collages named in `without` are left out, as those that cannot be composed will be.
    """
    now = context.clock.now()
    with context.database.read() as conn:
        row = series.get(conn, own.name)
        times = list(
            islice(schedule.slots_from(own.timetable, row.looked_until + schedule.STEP), count)
        )
        settled = (
            slots.between(conn, row.id, times[0].due_at, times[-1].due_at, context.rehearsal)
            if times
            else {}
        )
        ready = [
            item for item in queue.waiting(conn, row.id, [State.READY]) if item.name not in without
        ]
        years = {own.numbering.year(slot.local_on) for slot in times}
        newest = {year: queue.newest_number(conn, row.id, year) for year in years}
    states = {due_at: slot.state for due_at, slot in settled.items()}
    states |= {
        slot.due_at: SlotState.PAUSED for slot in times if row.is_paused(slot.due_at)
    } | states
    late = [slot for slot in times if slot.due_at <= now and slot.due_at not in states]
    gone = zip(late, schedule.missed(late, now, own.lateness), strict=True)
    states |= {slot.due_at: SlotState.MISSED for slot, is_missed in gone if is_missed}
    return [_outlook(own, slot, states.get(slot.due_at), ready, newest) for slot in times]


def _outlook(
    own: Series,
    slot: SlotTime,
    state: SlotState | None,
    ready: list[Collage],
    newest: dict[int, int | None],
) -> Outlook:
    """What a slot takes of `ready`, and its number; both are counted on for the next slot."""
    if state is not None:
        return Outlook(slot, state)
    taken = take(ready, slot.local_on)
    if taken is None:
        return Outlook(slot, SlotState.EMPTY)
    ready.remove(taken)
    if taken.kept_number is not None:
        return Outlook(slot, None, taken, taken.kept_number)
    year = own.numbering.year(slot.local_on)
    newest[year] = own.numbering.after(newest[year])
    return Outlook(slot, None, taken, newest[year])


def take(ready: list[Collage], local_on: date) -> Collage | None:
    """What a slot on that day takes of these: the collage pinned to it, else the first not pinned
    to a later day.
    """
    pinned = [item for item in ready if item.pinned_on == local_on]
    free = [item for item in ready if item.pinned_on is None or item.pinned_on <= local_on]
    return next(iter(pinned + free), None)


def provisional_number(context: Context, own: Series, item: Collage) -> int:
    """The number a collage would get: its own, that of the slot it stands for, or the next one."""
    for number in (item.number, item.kept_number):
        if number is not None:
            return number
    with context.database.read() as conn:
        row = series.get(conn, own.name)
        ahead = len(queue.waiting(conn, row.id, [State.READY]))
        newest = queue.newest_number(
            conn, row.id, own.numbering.year(context.clock.now().astimezone(own.zone).date())
        )
    for coming in coming_slots(context, own, ahead + 1):
        if coming.number is not None and coming.collage and coming.collage.id == item.id:
            return coming.number
    return own.numbering.after(newest)

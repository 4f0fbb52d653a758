"""What would go out when: looked at before anything is done."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.config import Series
from bot.core import schedule
from bot.core.collage import Collage, State
from bot.core.schedule import SlotState, SlotTime
from bot.storage import queue, series, slots
from bot.world import World


@dataclass(frozen=True, slots=True)
class Outlook:
    """A coming slot: the collage it would take and its provisional number, or why there is none."""

    slot: SlotTime
    state: SlotState | None
    collage: Collage | None = None
    number: int | None = None


def coming_slots(world: World, own: Series, count: int) -> list[Outlook]:
    """The next slots, and what each would take if nothing changed."""
    now = world.clock.now()
    with world.database.read() as conn:
        row = series.find(conn, own.name)
        start = max(now, row.looked_until if row else now)
        settled = (
            slots.between(conn, row.id, start, datetime.max.replace(tzinfo=now.tzinfo), world.rehearsal) if row else {}
        )
        ready = queue.waiting(conn, row.id, [State.READY]) if row else []
        numbers = _Numbers(
            own, {year: queue.newest_number(conn, row.id, year) for year in _years(own, now)} if row else {}
        )
    found: list[Outlook] = []
    for slot in schedule.slots_from(own.timetable, start):
        if len(found) == count:
            break
        if slot.due_at in settled:
            found.append(Outlook(slot, settled[slot.due_at].state))
        elif row and row.is_paused(slot.due_at):
            found.append(Outlook(slot, SlotState.PAUSED))
        elif taken := take(ready, slot.local_on):
            ready.remove(taken)
            found.append(Outlook(slot, None, taken, numbers.next_for(taken, slot.local_on)))
        else:
            found.append(Outlook(slot, SlotState.EMPTY))
    return found


def take(ready: list[Collage], local_on: date) -> Collage | None:
    """What a slot on that day takes of these: the collage pinned to it, else the first not pinned to a later day."""
    pinned = [item for item in ready if item.pinned_on == local_on]
    free = [item for item in ready if item.pinned_on is None or item.pinned_on <= local_on]
    return next(iter(pinned + free), None)


def _years(own: Series, now: datetime) -> list[int]:
    return [now.year - 1, now.year, now.year + 1, now.year + 2] if own.numbering.restart == "yearly" else [0]


@dataclass(slots=True)
class _Numbers:
    """Counts on from the newest number of each numbering year."""

    own: Series
    newest: dict[int, int | None]

    def next_for(self, item: Collage, local_on: date) -> int:
        if item.kept_number is not None:
            return item.kept_number
        year = local_on.year if self.own.numbering.restart == "yearly" else 0
        before = self.newest.get(year)
        self.newest[year] = self.own.numbering.first if before is None else before + 1
        return self.newest[year] or 0


def provisional_number(world: World, own: Series, item: Collage) -> int:
    """The number a collage would get: its own, that of the slot it stands for, or the next one."""
    for number in (item.number, item.kept_number):
        if number is not None:
            return number
    with world.database.read() as conn:
        row = series.find(conn, own.name)
        ahead = len(queue.waiting(conn, row.id, [State.READY])) if row else 0
    for outlook in coming_slots(world, own, ahead + 1):
        if outlook.number is not None and outlook.collage and outlook.collage.id == item.id:
            return outlook.number
    with world.database.read() as conn:
        local_on = world.clock.now().astimezone(own.zone).date()
        year = local_on.year if own.numbering.restart == "yearly" else 0
        newest = queue.newest_number(conn, row.id, year) if row else None
    return own.numbering.first if newest is None else newest + 1

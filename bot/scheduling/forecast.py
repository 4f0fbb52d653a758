"""What would go out when: the agenda's next lines with their collages, before anything is done."""

from collections.abc import Collection
from itertools import islice, takewhile
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import agenda
from bot.core.agenda import Line, Waiting
from bot.core.collage import Collage
from bot.core.schedule import SlotState, SlotTime


class Outlook(NamedTuple):
    """A coming slot: the collage it would take and its provisional number, or why there is none."""

    slot: SlotTime
    state: SlotState | None
    collage: Collage | None = None
    number: int | None = None


def coming_slots(
    context: Context, series: Series, count: int, without: Collection[int] = ()
) -> list[Outlook]:
    """The slots that are due and the next ones, and what each takes if nothing changes.

    Collages whose ids are in `without` are passed over.
    """
    now = context.clock.now()
    with context.read() as work:
        found = work.snapshots.take(series, now, count + len(without))
        ahead = list(islice(agenda.lines(found, without), count))
        items = work.queue.by_ids([line.collage.id for line in ahead if line.collage])
    return [_outlook(line, items) for line in ahead]


def _outlook(line: Line, items: dict[int, Collage]) -> Outlook:
    if line.collage is None:
        return Outlook(line.slot, line.state)
    return Outlook(line.slot, None, items.get(line.collage.id), line.number)


def provisional_number(context: Context, series: Series, item: Collage) -> int:
    """The number a collage has or kept, else the one that the agenda gives it."""
    for number in (item.number, item.kept_number):
        if number is not None:
            return number
    with context.read() as work:
        found = work.snapshots.take(series, context.clock.now(), None)
    return agenda.number_of(found, Waiting(item.id, item.name, item.pinned_on))


def goes_before(context: Context, series: Series, item: Collage) -> set[int]:
    """The ids of the ready collages that go out before this one; of all, where it is not ready."""
    with context.read() as work:
        found = work.snapshots.take(series, context.clock.now(), None)
    others = {waiting.id for waiting in found.ready}
    if item.id not in others:
        return others
    lines = islice(agenda.lines(found), len(found.ready) + agenda.HORIZON)
    taken = (line.collage.id for line in lines if line.collage)
    return set(takewhile(lambda collage_id: collage_id != item.id, taken))

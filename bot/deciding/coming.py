"""What goes out when: the slots ahead with their collages and prices, and the next roundup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core.collage import Collage
from bot.scheduling import forecast
from bot.scheduling.forecast import Outlook
from bot.storage.work import Work


class NextRoundup(NamedTuple):
    """The next roundup by the month in its title; `is_late` where its moment has passed.

    With `is_made` its month has a roundup that was published elsewhere; with `is_empty` nothing is
    out that it could hold, and nothing goes out before it.
    """

    title_month: str
    due_at: datetime
    is_late: bool
    is_made: bool
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """The slots ahead in order of time, and the roundup.

    `prices` are US dollars by the collage's id, for all accounts together; a collage whose
    accounts charge nothing is not in it.
    """

    slots: tuple[Outlook, ...]
    prices: Mapping[int, Decimal]
    roundup: NextRoundup

    def price(self, outlook: Outlook) -> Decimal | None:
        """US dollars that a slot's threads would cost; None where nothing is charged."""
        if outlook.collage is None:
            return None
        return self.prices.get(outlook.collage.id)


def look(context: Context, series: Series, count: int) -> Coming:
    """What the next `count` slots would take if nothing changed, and the next roundup."""
    slots = forecast.coming_slots(context, series, count)
    prices = _prices(context, series, slots)
    return Coming(tuple(slots), prices, next_roundup(context, series))


def next_collage(context: Context, series: Series) -> Collage | None:
    """The collage that goes out next, however long a pause lasts; None where none is ready."""
    return forecast.next_collage(context, series)


def next_roundup(context: Context, series: Series) -> NextRoundup:
    """The first roundup that is not made yet."""
    now = context.clock.now()
    with context.read() as work:
        course = work.series.get(series.name).course(series.calendar, now)
        roundup = next(course.roundups())
        is_made = work.roundups.find(series.name, roundup.title_month) is not None
        is_empty = not fills(work, series, roundup.due_at)
    is_late = roundup.due_at < now
    return NextRoundup(roundup.title_month, roundup.due_at, is_late, is_made, is_empty)


def fills(work: Work, series: Series, due_at: datetime) -> bool:
    """Whether a roundup due then holds anything: what is out, on its way, or goes out before."""
    return (
        work.roundups.count(series.name, due_at) > 0
        or work.queue.is_any_claimed(series.name, due_at)
        or forecast.takes_any(work, series, due_at)
    )


def _prices(context: Context, series: Series, slots: Sequence[Outlook]) -> dict[int, Decimal]:
    """What each collage's threads would cost, where an account's network charges."""
    charging = tuple(name for name in series.accounts if context.publishers[name].price)
    if not charging:
        return {}
    # heavy: 40 ms with Jinja2, and most installations are charged nothing
    from bot.deciding import preview

    return {
        slot.collage.id: preview.cost(context, series, slot.collage, charging, slot.number)
        for slot in slots
        if slot.collage
    }

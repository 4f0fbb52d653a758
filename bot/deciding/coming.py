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


class NextRoundup(NamedTuple):
    """The next roundup by the month in its title; `is_late` where its moment has passed."""

    title_month: str
    due_at: datetime
    is_late: bool


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
    """The collage that goes out next, if one of the next slots takes any."""
    slots = forecast.coming_slots(context, series, 10)
    return next((slot.collage for slot in slots if slot.collage), None)


def next_roundup(context: Context, series: Series) -> NextRoundup:
    """The first roundup that is not made yet."""
    now = context.clock.now()
    with context.read() as work:
        course = work.series.get(series.name).course(series.calendar, now)
    roundup = next(course.roundups())
    return NextRoundup(roundup.title_month, roundup.due_at, roundup.due_at < now)


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

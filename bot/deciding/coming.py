"""What goes out when: the slots ahead with their collages and prices, and the next roundup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core.agenda import Line
from bot.core.collage import Collage, State
from bot.core.notices.queue import NumbersPastTotal
from bot.core.publication import UnderWay
from bot.deciding import awaited, budgets
from bot.deciding.awaited import ListedRoundup
from bot.intake import numbers, twins
from bot.roundups import review, to_come
from bot.roundups.review import Standing
from bot.scheduling import forecast
from bot.scheduling.forecast import Outlook
from bot.storage.work import Work

# The types only: see `look`.
if TYPE_CHECKING:
    from bot.composing.ahead import Ahead, Candidate


class NextRoundup(NamedTuple):
    """The next roundup by the month in its title; `is_late` where its moment has passed.

    With `is_made` its month has a roundup that was published elsewhere; with `is_empty` nothing is
    out that it could hold, and nothing goes out before it. `standing` says who has approved it,
    where people look at it first. `waits_until` is how long it waits at most for threads that are
    still on their way; None where it does not.
    """

    title_month: str
    due_at: datetime
    is_late: bool
    is_made: bool
    is_empty: bool
    standing: Standing | None = None
    waits_until: datetime | None = None


class NextYear(NamedTuple):
    """The next year with a thread, when that is due, and how many collages it would have now.

    `is_late` where its moment has passed.
    """

    year: str
    due_at: datetime
    is_late: bool
    collages: int


class Stopped(NamedTuple):
    """A collage of the queue that cannot go out as it is: its state, and why, in sentences."""

    name: str
    state: State
    problems: tuple[str, ...]


class Unapproved(NamedTuple):
    """A ready collage that slots pass over until it is approved, and why: a clause."""

    name: str
    why: str


class Waits(NamedTuple):
    """A slot of which an account would not get its thread in that month, and why."""

    due_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Coming:
    """The slots ahead in order of time, and the roundup.

    `prices` are US dollars by the collage's id, for all accounts together; a collage whose
    accounts charge nothing is not in it. `stopped` are ready collages that a slot would hold, and
    drafts that were kept from being ready; `unapproved` are those that slots pass over; `waiting`
    are threads that a budget would not allow; `past_total` says that numbers will run past their
    total. `careful` are sentences on papers and pictures that come twice, and on the numbers.
    """

    slots: tuple[Outlook, ...]
    prices: Mapping[int, Decimal]
    roundup: NextRoundup
    stopped: tuple[Stopped, ...] = ()
    waiting: tuple[Waits, ...] = ()
    past_total: NumbersPastTotal | None = None
    careful: tuple[str, ...] = ()
    roundups: tuple[ListedRoundup, ...] = ()
    """Those whose moment is past, and that are not out yet."""
    left_out: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The accounts that a collage does not go to, by its id."""
    year: NextYear | None = None
    unapproved: tuple[Unapproved, ...] = ()
    publishing: tuple[UnderWay, ...] = ()
    """Roundups of the series that are being published at a destination."""

    def left_out_of(self, outlook: Outlook) -> tuple[str, ...]:
        """The accounts that get nothing of a slot, because its collage leaves them out."""
        return self.left_out.get(outlook.collage.id, ()) if outlook.collage else ()

    def price(self, outlook: Outlook) -> Decimal | None:
        """US dollars that a slot's threads would cost; None where nothing is charged."""
        if outlook.collage is None:
            return None
        return self.prices.get(outlook.collage.id)


def look(context: Context, series: Series, count: int, most: int | None = None) -> Coming:
    """What the next `count` slots would take if nothing changed, and the next roundup.

    As a slot does, it passes over collages that could not go out. With `most` only so many are
    composed to know that, and those behind them are counted on.
    """
    before: Ahead | None = None

    def is_stopped(line: Line) -> bool:
        nonlocal before
        if line.collage is None:
            return False
        if before is None:
            # heavy: 40 ms with Jinja2, and an empty queue composes nothing
            from bot.composing import ahead

            before = ahead.whole(context, series)
        if most is not None and len(before.tried) >= most:
            return False
        return before.is_stopped(line)

    slots = forecast.coming_slots(context, series, count, is_stopped)
    tried = before.tried if before else {}
    with context.read() as work:
        kept_back = work.queue.kept_back(series.name)
    stopped = [
        Stopped(each.item.name, State.READY, each.problems)
        for each in tried.values()
        if each.problems
    ]
    stopped += [Stopped(draft.name, State.DRAFT, (draft.note,)) for draft in kept_back]
    chosen = [
        (slot.slot.due_at, tried[slot.collage.id])
        for slot in slots
        if slot.collage and slot.collage.id in tried
    ]
    return Coming(
        tuple(slots),
        _prices(context, [candidate for _, candidate in chosen]),
        next_roundup(context, series),
        tuple(stopped),
        tuple(_waiting(context, chosen)),
        forecast.past_total(context, series),
        (
            *_twins(context, series, [slot.collage for slot in slots if slot.collage]),
            *numbers.hints(context, series),
        ),
        tuple(awaited.waiting(context, series)),
        _left_out(context, series, slots),
        next_year(context, series),
        tuple(
            Unapproved(each.item.name, each.unapproved)
            for each in tried.values()
            if each.unapproved
        ),
        tuple(each for each in awaited.under_way(context) if each.series == series.name),
    )


def _left_out(
    context: Context, series: Series, slots: Iterable[Outlook]
) -> dict[int, tuple[str, ...]]:
    """The accounts that collages of the slots do not go to, by the collages' ids."""
    return {
        slot.collage.id: context.left_out(slot.collage, series.accounts)
        for slot in slots
        if slot.collage
    }


def _twins(context: Context, series: Series, items: list[Collage]) -> list[str]:
    """What a person should know of papers and pictures that have been out, or come twice."""
    cautions = twins.cautions(context, series, items)
    return [f"{caution}." for item in items for caution in cautions.get(item.id, ())]


def _waiting(context: Context, chosen: Iterable[tuple[datetime, Candidate]]) -> Iterator[Waits]:
    """The threads that the budgets would not allow, when those before them have gone out."""
    spending = budgets.Budgets(context)
    for due_at, candidate in chosen:
        for thread in candidate.threads:
            if why := spending.spend(thread.account, thread.cost, due_at):
                yield Waits(due_at, why)


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
        waits_until = to_come.waits_until(work, series, roundup.due_at, roundup.wait)
    return NextRoundup(
        roundup.title_month,
        roundup.due_at,
        is_late=roundup.due_at < now,
        is_made=is_made,
        is_empty=is_empty,
        standing=review.standing(context, series, roundup.title_month),
        waits_until=waits_until,
    )


def next_year(context: Context, series: Series) -> NextYear | None:
    """The first year whose thread is not made yet; None where years get none."""
    with context.read() as work:
        course = work.series.get(series.name).course(series.calendar, work.now)
        year = next(course.years(), None)
        if year is None:
            return None
        collages = len(work.roundups.year_holds(series.name, year.title))
        return NextYear(year.title, year.due_at, year.due_at < work.now, collages)


def fills(work: Work, series: Series, due_at: datetime) -> bool:
    """Whether a roundup due then holds anything: what is out, on its way, or goes out before."""
    return (
        work.roundups.count(series.name, due_at) > 0
        or work.queue.is_any_claimed(series.name, due_at)
        or forecast.takes_any(work, series, due_at)
    )


def _prices(context: Context, candidates: Iterable[Candidate]) -> dict[int, Decimal]:
    """What each collage's threads would cost, where an account's network charges."""
    prices: dict[int, Decimal] = {}
    for candidate in candidates:
        for thread in candidate.threads:
            if context.publishers[thread.account].price and thread.cost:
                so_far = prices.get(candidate.item.id, Decimal(0))
                prices[candidate.item.id] = so_far + thread.cost.total
    return prices

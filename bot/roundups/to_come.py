"""Roundups that are to come: the next one, and those whose moment is past but not settled."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.config import Series
from bot.core import hints, month, times
from bot.core.calendar import Course, RoundupTime
from bot.core.errors import BadInput
from bot.storage.work import Work


def months(work: Work, series: Series) -> Iterator[RoundupTime]:
    """The months whose roundups are not settled, in order, without end."""
    return _course(work, series).roundups()


def due_at(work: Work, series: Series, title_month: str) -> datetime:
    """When the roundup of a month or a year is due that is the next one, or late.

    Raises `BadInput` where it is none of these: what a later one holds is not known.
    """
    if month.is_year(title_month):
        return _year_due_at(work, series, title_month)
    for coming in months(work, series):
        if coming.title_month == title_month:
            return coming.due_at
        if coming.due_at > work.now:
            break
    next_one = told_next(work, series, instead_of=title_month)
    raise BadInput(f"There is no roundup {title_month}, and {next_one}")


def _year_due_at(work: Work, series: Series, year: str) -> datetime:
    coming = next(_course(work, series).years(), None)
    if coming and coming.title == year:
        return coming.due_at
    there_is_none = f"There is no roundup of the year {year}"
    if coming is None:
        raise BadInput(
            f"{there_is_none}: years have none without yearly_thread = true "
            f"under [series.{series.name}.roundup]."
        )
    due = times.full(coming.due_at, series.zone)
    raise BadInput(f"{there_is_none}; the next one is {coming.title}, due on {due}.")


def waits_until(work: Work, series: Series, due_at: datetime, wait: timedelta) -> datetime | None:
    """How long a roundup whose moment has come waits for threads that are still on their way."""
    until = due_at + wait
    if not due_at <= work.now < until:
        return None
    return until if work.roundups.is_unsettled(series.name, due_at) else None


def told_next(work: Work, series: Series, instead_of: str = "") -> str:
    """The end of a sentence that says which roundup is the next one, and when.

    Where another month was asked for `instead_of` it, the nearest that there is is named as well.
    """
    coming = next(each for each in months(work, series) if each.due_at > work.now)
    told = f"the next one is {coming.title_month}, due on {times.full(coming.due_at, series.zone)}"
    if not instead_of:
        return f"{told}."
    known = [each.title_month for each in work.roundups.listed(series.name)]
    return told + hints.or_see(instead_of, [coming.title_month, *known], "mlcollage roundup list")


def _course(work: Work, series: Series) -> Course:
    return work.series.get(series.name).course(series.calendar, work.now)

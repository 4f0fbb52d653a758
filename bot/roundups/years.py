"""The thread of a year: when it is due, its roundup, and the page that it leads to.

Its roundup goes the way of a month's, from `advance`; the page is the site's list of the year.
"""

from dataclasses import replace
from pathlib import Path

from bot.config import Series
from bot.context import Context
from bot.core.calendar import YearTime
from bot.core.errors import BadInput
from bot.core.notices.roundups import NoRoundup
from bot.roundups import site
from bot.site import pages
from bot.storage.work import Work


def settle(context: Context, series: Series, due: YearTime) -> bool:
    """Make the roundup of a year whose moment has come, or say that there is none.

    Returns False where another host goes by another configuration.
    """
    with context.write() as work:
        row = work.series.get(series.name, lock=True)
        course = row.stored_course(series.calendar, work.now)
        if course.current != series.calendar or course.years_through is None:
            return False
        if course.years_through < due.year:
            work.series.follow(series.name, replace(course, years_through=due.year))
            _fix(work, series, due)
    return True


def _fix(work: Work, series: Series, due: YearTime) -> None:
    if work.roundups.find(series.name, due.title):
        return
    if not work.roundups.year_holds(series.name, due.title):
        work.notices.add(NoRoundup(series.name, due.title, due.title))
        return
    link = pages.link(series, due.title)
    names = {"title": title(series, due.title), "link": link}
    work.roundups.fix_year(series.name, due.title, due.due_at, **names)


def title(series: Series, year: str) -> str:
    """The title of a year's roundup, which its page shows."""
    return series.words.in_year.format(year=year)


def write_page(context: Context, series: Series, page: Path) -> None:
    """Write what of the site is not as it should be; raises `BadInput` where the page is missing.

    A page that was edited by hand stays as it is.
    """
    written = site.write(context, series)
    if not page.is_file():
        why = next((why for _, why in written.problems), "there is nothing to be on it.")
        raise BadInput(f"{page} could not be written: {why}")

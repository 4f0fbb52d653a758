"""Begins a look at a series: by the configured calendar, in the mode that was entered.

What was due by the calendar before, or in the mode before, is not lost on the way.
"""

from dataclasses import replace
from datetime import datetime

from bot.config import Config, Series
from bot.core import agenda, month
from bot.core.calendar import SWITCHED_ON_LATE, Calendar, Course
from bot.core.notices.queue import SlotsChanged
from bot.core.notices.roundups import RoundupChanged
from bot.core.schedule import SlotState
from bot.scheduling import heal, slots, unconfigured
from bot.storage.installation import Entered
from bot.storage.series import SeriesRow
from bot.storage.work import Work


def begin(work: Work, config: Config, series: Series, entered: Entered) -> None:
    """Make the series' row, or bring it to the configured calendar and the mode entered.

    Raises `BadConfig` where the series may be one that the database knows by another name.
    """
    row = work.series.find(series.name)
    if row is None:
        unconfigured.check(work, config)
        row = work.series.make(series.name, Course.begun(series.calendar, work.now))
    if row.retired_at is not None:
        # It is in the configuration again.
        work.series.retire(series.name, None)
    if heal.is_series_ahead(work, series, row):
        row = heal.series(work, series)
    if entered.has_changed:
        _change_mode(work, series, row, entered)
        return
    # Nearly every look ends here, without a lock.
    if _looked(work, series, row).stored() == row.calendars:
        return
    row = work.series.get(series.name, lock=True)
    before = row.stored_course(series.calendar, work.now)
    course = _looked(work, series, row)
    work.series.follow(series.name, course)
    _tell_change(work, series, before, course)


def _looked(work: Work, series: Series, row: SeriesRow) -> Course:
    """The course of a series at this look: what is settled is forgotten, what is due is kept."""
    course = row.course(series.calendar, work.now)
    return replace(course.without_settled(), is_looked=True)


def _tell_change(work: Work, series: Series, before: Course, course: Course) -> None:
    """Say what is due from now on, where the configuration has changed that."""
    old, new = before.current, course.current
    if old.timetable != new.timetable:
        slots_changed = SlotsChanged(series.name, new.timetable.fingerprint, work.now)
        work.notices.add(slots_changed)
    # Of a thread of the year `next` and the brief tell.
    known = replace(old.roundup, wait=new.roundup.wait, yearly_thread=new.roundup.yearly_thread)
    if known != new.roundup:
        coming = next(roundup for roundup in course.roundups() if roundup.due_at > work.now)
        roundup_changed = RoundupChanged(
            series.name, coming.title_month, coming.due_at, series.zone, work.now
        )
        work.notices.add(roundup_changed)


def _change_mode(work: Work, series: Series, row: SeriesRow, entered: Entered) -> None:
    """Look from now on in the other mode.

    Slots that were due live become missed when a rehearsal begins. When it ends, the roundups go on
    where the live ones stopped: what went out live before the rehearsal gets its page.
    """
    calendar, now = series.calendar, work.now
    course = replace(Course.begun(calendar, now), is_looked=True)
    before = row.course(calendar, now)
    if entered.rehearsal:
        course = replace(course, years_through=_years_in_rehearsal(before, now))
        _miss_due(work.in_mode(0), series)
        reading = before.reading_through
        work.series.follow(series.name, course, live_through=month.key(reading))
        return
    if row.live_through:
        through = month.title_month(calendar.roundup, month.parse(row.live_through))
        through = min(through, course.roundups_through)
        years = _years_live_again(calendar, row.live_through, now)
        course = replace(course, roundups_through=through, years_through=years)
    work.series.follow(series.name, course, live_through="")


def _years_in_rehearsal(before: Course, now: datetime) -> int | None:
    """Up to which year threads of years are settled when a rehearsal begins: it looks from now."""
    if before.years_through is None:
        return None
    calendar = before.current
    past = month.last_year_before(calendar.roundup, now, calendar.zone)
    return max(before.years_through, past)


def _years_live_again(calendar: Calendar, live_through: str, now: datetime) -> int | None:
    """The same when a rehearsal ends: what was due meanwhile is made if that is not long ago.

    Those that were made live before it have their roundups, and are not made twice.
    """
    if not calendar.roundup.yearly_thread:
        return None
    since = now - SWITCHED_ON_LATE
    long_past = month.last_year_before(calendar.roundup, since, calendar.zone)
    return max(long_past, month.parse(live_through).year - 1)


def _miss_due(live: Work, series: Series) -> None:
    """Settle the slots that were due live and would have taken a collage as missed."""
    for line in agenda.due(live.snapshots.take(series, live.now)):
        if line.state is SlotState.CLAIMED:
            line = replace(line, state=SlotState.MISSED, collage=None, number=None)
        slots.pass_over(live, series, line)

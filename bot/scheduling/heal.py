"""Puts right what a clock that was wrong has left, where that can be done without a person.

Rows dated later than now say that a clock was ahead, or that this one is behind. What is done here
does no harm in either case. The rest is named by the watchdog and by `mlcollage repair`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from bot.config import Series
from bot.context import Context
from bot.core import clocks, lookups, month, times
from bot.core.calendar import Course
from bot.core.delivery import State
from bot.core.notices.clocks import ClockSet, ClockWasAhead
from bot.core.notices.deliveries import DeliveryHeld
from bot.core.schedule import STEP
from bot.storage.series import SeriesRow
from bot.storage.standings import Standing
from bot.storage.work import Work


def is_series_ahead(work: Work, series: Series, row: SeriesRow) -> bool:
    """Whether a series has looked, made roundups, or was paused, further than now.

    Where it even begins later than now, this clock is more likely behind: nothing is done then.
    """
    now = work.now
    if row.scheduled_from > now:
        return False
    if clocks.is_ahead(row.looked_until, now) or clocks.is_ahead(row.paused_at, now):
        return True
    return has_roundups_ahead(work, series, row)


def has_roundups_ahead(work: Work, series: Series, row: SeriesRow) -> bool:
    """Whether a roundup is settled before its time: of a month to come, or one that is not made;
    or the thread of a year that has not ended.
    """
    course = row.stored_course(series.calendar, work.now)
    return course.has_years_ahead(work.now) or _has_months_ahead(work, series, row, course)


def _has_months_ahead(work: Work, series: Series, row: SeriesRow, course: Course) -> bool:
    """As `has_roundups_ahead`, of months.

    This month's may have been made by another calendar, earlier in the month.
    """
    reading, this_month = course.reading_through, _month(series, work.now)
    if reading != this_month:
        return reading > this_month
    title_month = course.roundups_through
    moment = month.moment(course.current.roundup, title_month, course.current.zone)
    if not clocks.is_ahead(moment, work.now):
        return False
    return work.roundups.find(row.name, title_month) is None


def _month(series: Series, now: datetime) -> date:
    return now.astimezone(series.zone).date().replace(day=1)


def series(work: Work, settings: Series) -> SeriesRow:
    """Let a series look from now on, and settle the coming slots that took nothing anew.

    Several coming slots that have taken collages are no single wrong look: then this clock may be
    behind, and everything stays as it is. Returns the series as it is then.
    """
    now = work.now
    row = work.series.get(settings.name, lock=True)
    ahead = dict(work.ahead.slots(now + clocks.LEEWAY, row.id))
    if ahead.get("claimed", 0) > 1:
        return row
    opened = work.ahead.open_slots(now + clocks.LEEWAY, row.id)
    work.series.follow(row.name, from_now(work, settings, row))
    if row.paused_at and clocks.is_ahead(row.paused_at, now):
        work.series.pause(row.name, now, row.paused_until)
    if opened or clocks.is_far(row.looked_until, now):
        was_ahead = ClockWasAhead(row.name, row.looked_until, settings.zone, opened)
        work.notices.add(was_ahead)
    return work.series.get(row.name)


def from_now(work: Work, settings: Series, row: SeriesRow) -> Course:
    """The course of a series as far as it can have come by now."""
    now = work.now
    course = row.stored_course(settings.calendar, now)
    through = course.roundups_through
    if _has_months_ahead(work, settings, row, course):
        through = course.current.last_roundup_before(now)
    if course.has_years_ahead(now):
        course = replace(course, years_through=course.current.last_year_over(now))
    looked_until = min(course.looked_until, now - STEP)
    return replace(course, looked_until=looked_until, roundups_through=through)


def is_any_delivery_ahead(context: Context, standings: Sequence[Standing]) -> bool:
    """Whether something waits for a time that no rule has set."""
    now = context.clock.now()
    longest = now + context.config.delivery.lease + clocks.LEEWAY
    for standing in standings:
        account = standing.account
        if standing.lease_until and standing.lease_until > longest:
            return True
        if clocks.is_far(standing.waiting_at, now):
            return True
        if clocks.is_far(standing.uncertain_at, now) and standing.uncertain_at != lookups.NEVER:
            return True
        if account.held_until and clocks.is_ahead(account.held_at, now):
            return True
    return False


def deliveries(context: Context) -> None:
    """End leases and waits that a clock which was ahead has set.

    A thread claimed for a time to come, of which nothing is out, is held: a person says whether it
    goes out at this one.
    """
    policy = context.config.delivery
    with context.write() as work:
        now = work.now
        work.deliveries.shorten_leases(policy.lease, clocks.LEEWAY)
        work.ahead.end_timed_holds(now + clocks.LEEWAY)
        for delivery in work.deliveries.claimed_ahead(now + clocks.FAR):
            if delivery.released or any(part.receipt for part in work.parts.of(delivery.id)):
                continue
            due = times.full(delivery.due_at, _zone(context, delivery.series))
            reason = f"It was claimed for {due}, by a clock that was ahead: shall it go out now?"
            work.deliveries.move(delivery, State.HELD, note=reason)
            work.notices.add(DeliveryHeld(delivery, reason, now))
        work.ahead.wait_no_longer(now + clocks.FAR, now + policy.first_look)


def follow_clock(context: Context) -> None:
    """Where the wall clock was set since the last look of this process, put lookups off.

    They come so long after the request as the settings say, and never sooner because of a clock.
    """
    if context.pace is None:
        return
    step = context.pace.step()
    if abs(step) < clocks.STEP:
        return
    policy, put_off = context.config.delivery, 0
    with context.write() as work:
        if step > timedelta(0):
            latest = work.now + max(policy.first_look, policy.second_look)
            put_off = work.deliveries.look_later(step, latest, lookups.NEVER)
        was_set = ClockSet(step, put_off, work.now)
        # Set forward, with nothing to wait for: it only shows why something is early.
        if put_off or step < timedelta(0):
            work.notices.add(was_set)
            return
    context.say(was_set.sentence)


def _zone(context: Context, name: str) -> tzinfo:
    configured = context.config.series
    if name in configured:
        return configured[name].zone
    return next(iter(configured.values())).zone

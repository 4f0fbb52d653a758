"""Slots that pass without a post because people want it: days skipped, and a series paused."""

from datetime import date, time

from bot.config import Series
from bot.context import Context
from bot.core import changes, schedule, times
from bot.core.errors import BadInput
from bot.core.schedule import SlotTime
from bot.intake import accept
from bot.scheduling import slots as settling
from bot.storage.work import Work


def skip(context: Context, series: Series, on: date) -> str | None:
    """Let the slots of a day pass; the NAME of a collage that was pinned to it, now unpinned.

    Raises `BadInput` where no slot of that day is still to come.
    """
    coming = _still_to_come(context, series, on)
    with context.write() as work:
        for slot in coming:
            work.slots.skip(series.name, slot)
        unpinned = work.queue.unpin_day(series.name, on)
        made = changes.changed("skipped", "no", "yes")
        accept.changed(context, work, "skip", f"{series.name}/{on}", made)
        if unpinned:
            freed = changes.changed("pinned to", on, None)
            accept.changed(context, work, "skip", f"{series.name}/{unpinned}", freed)
    return unpinned


def unskip(context: Context, series: Series, on: date) -> None:
    """Do not skip a day after all; raises `BadInput` as `skip` does."""
    coming = _still_to_come(context, series, on)
    with context.write() as work:
        for slot in coming:
            work.slots.unskip(series.name, slot)
        made = changes.changed("skipped", "yes", "no")
        accept.changed(context, work, "skip", f"{series.name}/{on}", made)


def _still_to_come(context: Context, series: Series, on: date) -> list[SlotTime]:
    now = context.clock.now()
    coming = [slot for slot in schedule.slots_on(series.timetable, on) if slot.due_at > now]
    if not coming:
        raise BadInput(f"{times.day(on)} has no slot of {series.name} that is still to come.")
    return coming


def pause(context: Context, series: Series, until: date | None = None) -> None:
    """Stop a series' slots; `until` is the first day with slots again, else a person resumes it.

    A pause that is there already ends with this one; what has fallen into it stays paused.
    """
    now = context.clock.now()
    end = schedule.instant(until, time.min, series.zone) if until else None
    if end and end <= now:
        raise BadInput(f"{until} is not to come; pause until a later day.")
    with context.write() as work:
        made = changes.changed("paused", _paused(work, series), _until(until))
        settling.settle_pause(work, series)
        work.series.pause(series.name, now, end)
        accept.changed(context, work, "pause", series.name, made)


def resume(context: Context, series: Series) -> bool:
    """End a pause; slots that fell into it stay without a post. False where there was none."""
    with context.write() as work:
        was_paused = work.series.get(series.name).is_paused(work.now)
        made = changes.changed("paused", _paused(work, series), "no")
        settling.settle_pause(work, series)
        work.series.pause(series.name, None, None)
        if was_paused:
            accept.changed(context, work, "resume", series.name, made)
    return was_paused


def _paused(work: Work, series: Series) -> str:
    """Until when the series is paused, for the log."""
    row = work.series.get(series.name)
    if not row.is_paused(work.now):
        return "no"
    if row.paused_until is None:
        return _until(None)
    return _until(row.paused_until.astimezone(series.zone).date())


def _until(day: date | None) -> str:
    return "until resumed" if day is None else f"until {day}"

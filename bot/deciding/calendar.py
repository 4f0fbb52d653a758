"""A month of a series at a glance: what went out, what will, and when nothing shall."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import month, schedule
from bot.core.collage import Collage
from bot.core.schedule import SlotState
from bot.scheduling import forecast
from bot.scheduling.forecast import Outlook
from bot.storage.work import Work

FARTHEST = timedelta(days=3 * 366)
"""How far ahead it is told what a slot would take; those behind it are only named."""

MOST = 500
"""Slots that are told of at once."""


class Slot(NamedTuple):
    """A slot of a day: what became of it, or what it takes; `state` is None where it is open."""

    due_at: datetime
    state: SlotState | None
    name: str = ""
    number: int | None = None
    is_pinned: bool = False
    is_past: bool = False


class RoundupDue(NamedTuple):
    """A roundup by its title month, and whether there is anything of it to look at."""

    title_month: str = ""
    is_shown: bool = False


class Day(NamedTuple):
    """A day with its slots; `roundup` is the title month of one that is due on it.

    Only those that were made and the next one can be looked at (`is_shown`).
    """

    on: date
    slots: tuple[Slot, ...] = ()
    is_blackout: bool = False
    is_skipped: bool = False
    roundup: str = ""
    is_shown: bool = False


def look(context: Context, series: Series, first: date) -> list[Day]:
    """The days of the month that begins on that day."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    slots = dict[date, list[Slot]]()
    with context.read() as work:
        settled = work.slots.between(series.name, first, last)
        roundups = dict(_roundups(work, series, first, last))
        now = work.now
    for each in settled:
        made = Slot(each.due_at, each.state, each.name, each.number, is_past=each.due_at <= now)
        slots.setdefault(each.local_on, []).append(made)
    known = {each.due_at for each in settled}
    for outlook in _coming(context, series, first, last):
        if outlook.slot.due_at not in known:
            slots.setdefault(outlook.slot.local_on, []).append(_slot(outlook))
    return [
        _day(series, on, sorted(slots.get(on, ())), roundups.get(on, RoundupDue()))
        for on in (first + timedelta(days=count) for count in range((last - first).days + 1))
    ]


def _day(series: Series, on: date, slots: list[Slot], roundup: RoundupDue) -> Day:
    coming = [slot for slot in slots if not slot.is_past]
    is_skipped = bool(coming) and all(slot.state is SlotState.SKIPPED for slot in coming)
    return Day(on, tuple(slots), series.timetable.is_blacked_out(on), is_skipped, *roundup)


def _slot(outlook: Outlook) -> Slot:
    item = outlook.collage
    if item is None:
        return Slot(outlook.slot.due_at, outlook.state)
    is_pinned = item.pinned_on is not None
    return Slot(outlook.slot.due_at, None, item.name, outlook.number, is_pinned)


def _coming(context: Context, series: Series, first: date, last: date) -> Iterator[Outlook]:
    """What the slots of these days would take, as far as they are still to come."""
    now = context.clock.now()
    today = now.astimezone(series.zone).date()
    if last < today - timedelta(days=7) or first > today + FARTHEST:
        return
    end = schedule.instant(last + timedelta(days=1), datetime.min.time(), series.zone)
    passed = schedule.slots_between(series.timetable, now - series.lateness, max(now, end))
    count = min(MOST, sum(1 for _ in passed))
    for outlook in forecast.coming_slots(context, series, count):
        if first <= outlook.slot.local_on <= last:
            yield outlook


def _roundups(
    work: Work, series: Series, first: date, last: date
) -> Iterator[tuple[date, RoundupDue]]:
    """The days on which roundups were or will be due, with their title months."""
    for made in work.roundups.listed(series.name):
        on = made.due_at.astimezone(series.zone).date()
        if first <= on <= last and not made.is_year:
            yield on, RoundupDue(made.title_month, is_shown=True)
    if first > work.now.astimezone(series.zone).date() + FARTHEST:
        return
    course = work.series.get(series.name).course(series.calendar, work.now)
    until = schedule.instant(last + timedelta(days=1), datetime.min.time(), series.zone)
    is_next = True
    for coming in takewhile(lambda each: each.due_at < until, course.roundups()):
        on = coming.due_at.astimezone(series.zone).date()
        if on >= first:
            yield on, RoundupDue(coming.title_month, is_shown=is_next)
        is_next = False


class Coming(NamedTuple):
    """Something that is to come: a slot with the collage it would take, or a roundup."""

    at: datetime
    title: str
    key: str


def ahead(context: Context, series: Series, count: int) -> list[Coming]:
    """The next slots that take a collage, and the roundups due until the last of them."""
    found = list[Coming]()
    for outlook in forecast.coming_slots(context, series, count):
        if outlook.collage:
            found.append(_of_slot(series, outlook, outlook.collage))
    if not found:
        return []
    with context.read() as work:
        course = work.series.get(series.name).course(series.calendar, work.now)
        for each in takewhile(lambda roundup: roundup.due_at <= found[-1].at, course.roundups()):
            named = month.parse(each.title_month)
            title = f"{series.title}: the roundup of {named:%Y-%m}"
            found.append(Coming(each.due_at, title, f"roundup-{each.title_month}"))
    return sorted(found)


def _of_slot(series: Series, outlook: Outlook, item: Collage) -> Coming:
    number = series.numbering.shown(outlook.number)
    title = f"{series.title} {number}".rstrip()
    return Coming(
        outlook.slot.due_at, f"{title}: {item.name}", f"slot-{outlook.slot.due_at:%Y%m%dT%H%MZ}"
    )

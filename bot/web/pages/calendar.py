"""The calendar: months at a glance, with what went out, what will, and when nothing shall."""

from datetime import date, timedelta

from starlette.responses import Response

from bot.core import month, times
from bot.core.errors import BadInput
from bot.core.schedule import SlotState
from bot.deciding import calendar
from bot.scheduling import pauses
from bot.web.call import Call, address

YEARS = range(1900, 3000)
"""The years of the calendar."""

WEEKS = 52
"""Slots that a calendar program is given."""

STATES = {
    None: "free",
    SlotState.CLAIMED: "taken",
    SlotState.EMPTY: "empty",
    SlotState.MISSED: "missed",
    SlotState.SKIPPED: "skipped",
    SlotState.PAUSED: "paused",
}
"""What the calendar says of a slot without a collage."""


def show(call: Call) -> Response:
    """A month of a series: the one that is asked for, or this one."""
    series = call.series
    today = call.context.clock.now().astimezone(series.zone).date()
    first = _month(call.query.get("month") or f"{today:%Y-%m}")
    days = calendar.look(call.context, series, first)
    return call.page(
        "calendar.html",
        series=series,
        days=days,
        blanks=first.weekday(),
        first=first,
        today=today,
        before=_shifted(first, -1),
        after=_shifted(first, 1),
        states=STATES,
    )


def _month(text: str) -> date:
    """The first day of the month of an address; raises `BadInput`."""
    try:
        first = month.parse(text)
    except ValueError:
        raise BadInput(f"{text!r} is no month; write it like 2021-09.") from None
    if first.year not in YEARS:
        raise BadInput(f"The calendar goes from {YEARS[0]} to {YEARS[-1]}.")
    return first


def _shifted(first: date, months: int) -> str:
    """The month so many later, as addresses have it; "" beyond the calendar."""
    year, index = divmod(first.year * 12 + first.month - 1 + months, 12)
    return f"{year:04}-{index + 1:02}" if year in YEARS else ""


def skip(call: Call) -> Response:
    """Let the slots of a day pass, or not after all."""
    series, on = call.series, _day(call.form.needed("day"))
    if call.form.has("off"):
        pauses.unskip(call.context, series, on)
        told = f"{times.day(on)} is not skipped any more."
    else:
        unpinned = pauses.skip(call.context, series, on)
        told = f"{times.day(on)} is skipped."
        if unpinned:
            told += f" {unpinned} was pinned to it, and is back in its place in the queue."
    return call.see_other(address("s", series.name, "calendar", month=f"{on:%Y-%m}"), told)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no day; write it like 2021-08-18.") from None


def file(call: Call) -> Response:
    """What is to come as a file for calendar programs (RFC 5545)."""
    from icalendar import Calendar, Event  # heavy: 60 ms, for this file only

    series, now = call.series, call.context.clock.now()
    made = Calendar()
    made.add("prodid", "-//mlcollage//desk//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", series.title)
    for each in calendar.ahead(call.context, series, WEEKS):
        event = Event()
        event.add("uid", f"{each.key}@{series.name}.mlcollage")
        event.add("dtstamp", now)
        event.add("dtstart", each.at)
        event.add("duration", timedelta(minutes=15))
        event.add("summary", each.title)
        made.add_component(event)
    headers = {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": f'attachment; filename="{series.name}.ics"',
    }
    return Response(made.to_ical(), headers=headers)

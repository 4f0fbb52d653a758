"""Instants, days and spans of time as people read them.

A day is written `2021-08-04` and a time of day `15:00`, whatever the language of the machine.
"""

from datetime import date, datetime, timedelta, tzinfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_UNITS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)


def full(at: datetime, zone: tzinfo) -> str:
    """ "Wednesday 2021-08-04 15:00": for sentences."""
    return f"{day(at.astimezone(zone).date())} {clock(at, zone)}"


def short(at: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """ "Wed 2021-08-04 15:00", with seconds "Wed 2021-08-04 15:00:30": for tables."""
    weekday = DAYS[at.astimezone(zone).weekday()][:3]
    return f"{weekday} {plain(at, zone, seconds=seconds)}"


def plain(at: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """ "2021-08-04 15:00", with seconds "2021-08-04 15:00:30": for the log."""
    return f"{at.astimezone(zone).date().isoformat()} {clock(at, zone, seconds=seconds)}"


def clock(at: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """ "15:00", with seconds "15:00:30": for what is less than a day away."""
    local = at.astimezone(zone).time()
    if seconds:
        return local.isoformat("seconds")
    return local.isoformat("minutes")


def day(on: date) -> str:
    """ "Wednesday 2021-08-04"."""
    return f"{DAYS[on.weekday()]} {on.isoformat()}"


def span(length: timedelta) -> str:
    """A span in the largest unit of which it is a whole number: "21 days", "1 hour", "90 minutes".

    Up to two days are told in hours, as people do: "48 hours".
    """
    for name, unit in _UNITS:
        if name == "day" and length <= 2 * unit:
            continue
        if length and length % unit == timedelta(0):
            return counted(length // unit, name)
    return counted(length.total_seconds(), "second")


def wait(length: timedelta) -> str:
    """ "0.5 s", "20 s": for what a machine waits."""
    return f"{length.total_seconds():g} s"


def counted(count: float, unit: str) -> str:
    """ "1 day", "3 days"."""
    if count != 1:
        unit += "s"
    return f"{count:g} {unit}"

"""Slots in a zone: when they fall, which are due, which were missed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
STEP = timedelta(microseconds=1)
"""The smallest step of time a database keeps."""


class Clock(Protocol):
    """The source of time for every stage; a simulation has its own."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that is never set."""
        ...

    def wait_until(self, at: datetime) -> None:
        """Return at `at`, or a little earlier."""
        ...


class SlotState(StrEnum):
    """What became of a slot; each happens once."""

    CLAIMED = "claimed"
    EMPTY = "empty"
    MISSED = "missed"
    SKIPPED = "skipped"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, order=True)
class Weekly:
    """A weekday (0 is Monday) and a wall-clock time."""

    weekday: int
    at: time

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a series' slots fall. `blackout` are first and last local days without slots."""

    zone: ZoneInfo
    slots: tuple[Weekly, ...]
    blackout: tuple[tuple[date, date], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes exactly when zone, slots or blackout do; then earlier slots are no longer due."""
        slots = [str(slot) for slot in sorted(self.slots)]
        blackout = [f"not {first}..{last}" for first, last in sorted(self.blackout)]
        return " | ".join([self.zone.key, *slots, *blackout])

    def is_blacked_out(self, day: date) -> bool:
        """Whether a local day lies in a blackout."""
        return any(first <= day <= last for first, last in self.blackout)


class SlotTime(NamedTuple):
    """One slot: the instant it is due, and the local day it belongs to."""

    due_at: datetime
    local_on: date


def parse_weekly(text: str) -> Weekly:
    """Read "wednesday 15:00"; a weekday may be cut to three letters.

    Raises ValueError whose message follows the setting's name.
    """
    match = re.fullmatch(r"\s*([A-Za-z]+)\s+(\d{1,2}):(\d{2})\s*", text)
    if not match:
        raise ValueError('must be a weekday and a time, as in "wednesday 15:00"')
    word, hour, minute = match[1].lower(), int(match[2]), int(match[3])
    weekdays = [index for index, name in enumerate(WEEKDAYS) if word in (name, name[:3])]
    if not weekdays:
        raise ValueError(
            f"names {match[1][:40]}, which is no weekday; use one of {', '.join(WEEKDAYS)}"
        )
    if hour > 23 or minute > 59:
        raise ValueError(f"names {match[2]}:{match[3]}, which is no time of day")
    return Weekly(weekdays[0], time(hour, minute))


def parse_days(text: str) -> tuple[date, date]:
    """Read "2021-12-29" or "2021-12-20..2022-01-02" as first and last day.

    Raises ValueError whose message follows the setting's name.
    """
    first, dots, last = text.partition("..")
    if not dots:
        last = first
    try:
        days = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        raise ValueError(
            'must be a day or a span of days, as in "2021-12-29" or "2021-12-20..2022-01-02"'
        ) from None
    if days[1] < days[0]:
        raise ValueError(f"names {text.strip()}, which ends before it starts")
    return days


def instant(local_on: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time.

    In the gap of a clock change it is the first instant after the gap, in the fold the first of the
    two.
    """
    early = datetime.combine(local_on, at, zone).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == datetime.combine(local_on, at):
        return early
    # The time lies in a gap. With fold=1 Python counts by the offset after the change, which gives
    # an instant before it (PEP 495).
    before = datetime.combine(local_on, at, zone).replace(fold=1).astimezone(UTC)
    return _change_between(before, early, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first whole second in (before, after] with the offset that `after` has."""
    offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


def slots_on(timetable: Timetable, day: date) -> list[SlotTime]:
    """The slots of one local day in order of time, none on a blackout day."""
    if _blackout_end(timetable, day):
        return []
    times = sorted(slot.at for slot in timetable.slots if slot.weekday == day.weekday())
    return [SlotTime(instant(day, at, timetable.zone), day) for at in times]


def _blackout_end(timetable: Timetable, day: date) -> date | None:
    """The last day of the longest blackout that `day` lies in."""
    return max((last for first, last in timetable.blackout if first <= day <= last), default=None)


def slots_from(timetable: Timetable, start: datetime) -> Iterator[SlotTime]:
    """The slots at or after `start`, in order, without end; none for a timetable without slots."""
    if not timetable.slots:
        return
    day = start.astimezone(timetable.zone).date() - DAY
    latest = start - STEP
    while day < date.max - DAY:
        for slot in slots_on(timetable, day):
            # Two wall-clock times in one gap are one instant, and one slot.
            if slot.due_at > latest:
                latest = slot.due_at
                yield slot
        day = min(_blackout_end(timetable, day) or day, date.max - DAY) + DAY


def slots_between(timetable: Timetable, start: datetime, until: datetime) -> Iterator[SlotTime]:
    """The slots with start <= due_at <= until, in order."""
    for slot in slots_from(timetable, start):
        if slot.due_at > until:
            return
        yield slot


def missed(due: Sequence[SlotTime], now: datetime, lateness: timedelta) -> list[bool]:
    """For each due slot whether it was missed.

    It was if it is later than `lateness`, or if a newer one is due as well.
    """
    within = [slot for slot in due if now - slot.due_at <= lateness]
    newest = max((slot.due_at for slot in within), default=None)
    return [slot.due_at != newest for slot in due]

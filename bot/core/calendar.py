"""By which calendar a series looks: what in its configuration decides when something is due.

The database keeps the calendar of the last look. Where the configuration has another one by then,
what was due by the old one up to that moment stays due, and the new one counts from there on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.core import month, schedule
from bot.core.month import Rule
from bot.core.schedule import STEP, SlotTime, Timetable

Stored = Mapping[str, Any]
"""A calendar, or a whole course, as a JSON value."""


SWITCHED_ON_LATE = timedelta(days=31)
"""How long after its moment a year's thread is still made, when `yearly_thread` is set so late."""


class YearTime(NamedTuple):
    """When the thread of a year is due; `title` is the year, as the key of its roundup."""

    year: int
    due_at: datetime

    @property
    def title(self) -> str:
        return str(self.year)


class RoundupTime(NamedTuple):
    """When a roundup is due, and how long it waits for threads on their way.

    `reading_month` is the month whose collages it holds. Once it is settled, the series' roundups
    are settled up to the title month `through`, which is another one than its own where
    `names_month` has changed since.
    """

    title_month: str
    reading_month: str
    due_at: datetime
    wait: timedelta
    through: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides when something of a series is due, in a form that can be compared."""

    timetable: Timetable
    lateness: timedelta
    roundup: Rule

    @classmethod
    def of(cls, timetable: Timetable, lateness: timedelta, roundup: Rule) -> "Calendar":
        """The calendar with its slots in order, and nothing of the roundup but its times."""
        ordered = replace(
            timetable,
            slots=tuple(sorted(set(timetable.slots))),
            blackout=tuple(sorted(set(timetable.blackout))),
        )
        return cls(ordered, lateness, roundup.timing)

    @property
    def zone(self) -> ZoneInfo:
        return self.timetable.zone

    @property
    def fingerprint(self) -> str:
        """Changes exactly when the calendar does: a series with another one looks anew."""
        rule = self.roundup
        return " | ".join(
            [
                self.timetable.fingerprint,
                f"late {self.lateness.total_seconds():g}s",
                f"roundup {rule.day or 'last'} {rule.time:%H:%M} {rule.names_month} "
                f"{rule.wait.total_seconds():g}s{' yearly' if rule.yearly_thread else ''}",
            ]
        )

    def last_roundup_before(self, at: datetime) -> str:
        """The newest title month whose moment lies before that instant."""
        return month.last_before(self.roundup, at, self.zone)

    def last_year_over(self, at: datetime) -> int:
        """The newest year that has ended by that instant."""
        return at.astimezone(self.zone).year - 1

    def years_after(self, year: int) -> Iterator[YearTime]:
        """The years after that one with the moments of their threads, without end."""
        # Python's dates end with the year 9999.
        for each in range(year + 1, 9998):
            yield YearTime(each, month.year_moment(self.roundup, each, self.zone))

    def roundups_after(self, reading: date) -> Iterator[RoundupTime]:
        """The roundups of the months after the one that begins on `reading`, without end."""
        handled = month.title_month(self.roundup, reading)
        for title_month, due_at in month.coming(self.roundup, handled, self.zone):
            reading_month = month.reading_month(self.roundup, title_month)
            yield RoundupTime(title_month, reading_month, due_at, self.roundup.wait, title_month)

    def stored(self) -> dict[str, Any]:
        """The calendar as a JSON value."""
        rule = self.roundup
        yearly = {"yearly": True} if rule.yearly_thread else {}
        return {
            "zone": self.zone.key,
            "slots": [str(slot) for slot in self.timetable.slots],
            "blackout": [f"{first}..{last}" for first, last in self.timetable.blackout],
            "lateness": self.lateness.total_seconds(),
            "roundup": {
                "day": rule.day,
                "time": rule.time.isoformat(),
                "names_month": rule.names_month,
                "wait": rule.wait.total_seconds(),
                **yearly,
            },
        }

    def restored(self, stored: Stored) -> "Calendar":
        """The calendar that was stored; what was not, or cannot be read, is as in this one."""
        try:
            timetable = Timetable(
                ZoneInfo(stored.get("zone", self.zone.key)),
                _slots(stored, self.timetable),
                _blackout(stored, self.timetable),
            )
            lateness = timedelta(seconds=stored.get("lateness", self.lateness.total_seconds()))
            return Calendar.of(timetable, lateness, _rule(stored, self.roundup))
        # A KeyError: this machine does not know the zone.
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            return self


def _slots(stored: Stored, default: Timetable) -> tuple[schedule.Weekly, ...]:
    if "slots" not in stored:
        return default.slots
    return tuple(schedule.parse_weekly(text) for text in stored["slots"])


def _blackout(stored: Stored, default: Timetable) -> tuple[tuple[date, date], ...]:
    if "blackout" not in stored:
        return default.blackout
    return tuple(schedule.parse_days(text) for text in stored["blackout"])


def _rule(stored: Stored, default: Rule) -> Rule:
    if "roundup" not in stored:
        return replace(default, yearly_thread=False)
    rule = stored["roundup"]
    return Rule(
        day=rule["day"],
        time=time.fromisoformat(rule["time"]),
        names_month=rule["names_month"],
        wait=timedelta(seconds=rule["wait"]),
        yearly_thread=rule.get("yearly", False) is True,
    )


def _without_years(current: Calendar) -> Calendar:
    return replace(current, roundup=replace(current.roundup, yearly_thread=False))


def _stored_year(stored: Stored) -> int | None:
    """Up to which year threads of years are settled; None where that was not stored."""
    year = stored.get("years")
    return year if type(year) is int and 0 < year < 9998 else None


class Earlier(NamedTuple):
    """A calendar that something is still due by, and the instant until which it counted."""

    calendar: Calendar
    until: datetime


def slots_from(
    earlier: Sequence[Earlier], timetable: Timetable, start: datetime
) -> Iterator[SlotTime]:
    """The slots at or after `start` in order, each by the calendar that counted at its time.

    At the instant of a change both calendars count; a slot that both have is one slot.
    """
    latest = start - STEP
    for calendar, until in earlier:
        for slot in schedule.slots_between(calendar.timetable, start, until):
            if slot.due_at > latest:
                latest = slot.due_at
                yield slot
        start = max(start, until)
    for slot in schedule.slots_from(timetable, start):
        if slot.due_at > latest:
            yield slot


def slots_between(
    earlier: Sequence[Earlier], timetable: Timetable, start: datetime, until: datetime
) -> Iterator[SlotTime]:
    """The slots with start <= due_at <= until, in order."""
    return takewhile(lambda slot: slot.due_at <= until, slots_from(earlier, timetable, start))


def of_slot(earlier: Sequence[Earlier], due_at: datetime) -> Calendar | None:
    """The earlier calendar that a slot is due by; None where it is due by the present one."""
    for calendar, until in earlier:
        if due_at <= until:
            return calendar
    return None


@dataclass(frozen=True, slots=True)
class Course:
    """How far a series has looked, and by which calendars.

    Slots up to `looked_until` are settled, and roundups up to the title month `roundups_through`,
    as `current` names the months. What lies before `scheduled_from` was never due. `earlier` are
    calendars before the current one, by which something may still be due. Until a bot has looked
    (`is_looked`), nothing was promised, and a change of the calendar leaves nothing behind.
    Threads of years are settled up to `years_through`; None while the series makes none.
    """

    current: Calendar
    scheduled_from: datetime
    looked_until: datetime
    roundups_through: str
    earlier: tuple[Earlier, ...] = ()
    is_looked: bool = True
    years_through: int | None = None

    @classmethod
    def begun(cls, calendar: Calendar, now: datetime) -> "Course":
        """The course of a series that looks from now on."""
        course = cls(calendar, now, now - STEP, calendar.last_roundup_before(now), is_looked=False)
        if not calendar.roundup.yearly_thread:
            return course
        return replace(course, years_through=calendar.last_year_over(now))

    @property
    def reading_through(self) -> date:
        """The first day of the newest reading month whose roundup is settled."""
        rule = self.current.roundup
        return month.parse(month.reading_month(rule, self.roundups_through))

    def turned(self, calendar: Calendar, now: datetime) -> "Course":
        """The course once another calendar counts, from `now` on.

        What is due by the calendars before and not settled stays due. Where that is nothing, they
        are forgotten.
        """
        if not self.is_looked:
            return Course.begun(calendar, now)
        slots = slots_between(self.earlier, self.current.timetable, self.looked_until + STEP, now)
        owes_slots = any(True for _ in slots)
        owes_roundups = any(True for _ in self.roundups_due(now))
        turned = replace(
            self,
            current=calendar,
            earlier=(),
            roundups_through=self._through(calendar, owes_roundups=owes_roundups),
            years_through=self._years_turned(calendar, now),
        )
        if not owes_slots:
            turned = replace(turned, looked_until=max(self.looked_until, now - STEP))
        if owes_slots or owes_roundups:
            turned = replace(turned, earlier=(*self.earlier, Earlier(self.current, now)))
        return turned

    def _through(self, calendar: Calendar, *, owes_roundups: bool) -> str:
        """Up to which title month roundups are settled, as another calendar names the months."""
        reading = self.reading_through
        rule, zone = self.current.roundup, self.current.zone
        settled_at = month.moment(rule, self.roundups_through, zone)
        # It lies before the beginning: no roundup was due, the series only began after its moment.
        if settled_at < self.scheduled_from and not owes_roundups:
            return calendar.last_roundup_before(self.scheduled_from)
        return month.title_month(calendar.roundup, reading)

    def _years_turned(self, calendar: Calendar, now: datetime) -> int | None:
        """Up to which year threads of years are settled, once another calendar counts.

        Where they were just switched on, the thread of a year is made whose moment is to come, or
        not long past; never that of one that was over before the series began.
        """
        if not calendar.roundup.yearly_thread:
            return None
        if self.years_through is not None:
            return self.years_through
        since = now - SWITCHED_ON_LATE
        return max(
            month.last_year_before(calendar.roundup, since, calendar.zone),
            calendar.last_year_over(self.scheduled_from),
        )

    def years(self) -> Iterator[YearTime]:
        """The years whose threads are not settled, in order, without end; none without threads."""
        if self.years_through is not None:
            yield from self.current.years_after(self.years_through)

    def years_due(self, now: datetime) -> Iterator[YearTime]:
        """The years whose moment has come and that are not settled, in order."""
        return takewhile(lambda each: each.due_at <= now, self.years())

    def has_years_ahead(self, now: datetime) -> bool:
        """Whether the thread of a year is settled that has not even ended."""
        if self.years_through is None:
            return False
        return self.years_through > self.current.last_year_over(now)

    def roundups(self) -> Iterator[RoundupTime]:
        """The roundups that are not settled, in order, without end."""
        reading = self.reading_through
        for calendar, until in self.earlier:
            for roundup in calendar.roundups_after(reading):
                if roundup.due_at > until:
                    break
                reading = month.parse(roundup.reading_month)
                through = month.title_month(self.current.roundup, reading)
                # Its moment was announced. How long it waits was not: the present setting counts.
                yield roundup._replace(wait=self.current.roundup.wait, through=through)
        yield from self.current.roundups_after(reading)

    def roundups_due(self, now: datetime) -> Iterator[RoundupTime]:
        """The roundups whose moment has come and that are not settled, in order."""
        return takewhile(lambda roundup: roundup.due_at <= now, self.roundups())

    def without_settled(self) -> "Course":
        """The course without earlier calendars by which nothing is due any more."""
        if not self.earlier:
            return self
        until = self.earlier[-1].until
        slots = slots_between(self.earlier, self.current.timetable, self.looked_until + STEP, until)
        if any(True for _ in slots) or next(self.roundups()).due_at <= until:
            return self
        return replace(self, earlier=())

    def stored(self) -> dict[str, Any]:
        """The calendars of the course as a JSON value."""
        earlier = [
            {**calendar.stored(), "until": until.isoformat()} for calendar, until in self.earlier
        ]
        stored = {"looked": self.is_looked, "now": self.current.stored(), "earlier": earlier}
        if self.years_through is not None:
            stored["years"] = self.years_through
        return stored

    def restored(self, stored: Stored, configured: Calendar) -> "Course":
        """This course with the calendars that were stored; `configured` fills in what was not."""
        if "now" not in stored:
            return replace(self, current=_without_years(configured))
        earlier = tuple(
            Earlier(configured.restored(each), datetime.fromisoformat(each["until"]))
            for each in stored.get("earlier", ())
        )
        current = configured.restored(stored["now"])
        years = _stored_year(stored) if current.roundup.yearly_thread else None
        if years is None:
            # As if they were off: then they are switched on now, if the configuration says so.
            current = _without_years(current)
        return replace(
            self,
            current=current,
            earlier=earlier,
            is_looked=stored.get("looked", True),
            years_through=years,
        )

"""The calendars of a series: what was due by an earlier one stays due, and nothing is due twice."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import calendar, month
from bot.core.calendar import Calendar, Course, Earlier
from bot.core.schedule import STEP, Timetable, Weekly

WEDNESDAY = Weekly(2, time(15))
THURSDAY = Weekly(3, time(10))
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def made(*slots: Weekly, zone: str = "UTC", **rule: object) -> Calendar:
    return Calendar.of(Timetable(ZoneInfo(zone), slots), 48 * HOUR, month.Rule(**rule))


OLD, NEW = made(WEDNESDAY), made(THURSDAY)
START = utc("2021-08-02 09:00")


def looked(at: Calendar = OLD, since: datetime = START) -> Course:
    """A series that began then, and that a bot has looked at."""
    return replace(Course.begun(at, since), is_looked=True)


def ahead(course: Course, count: int) -> list[str]:
    start = course.looked_until + STEP
    slots = calendar.slots_from(course.earlier, course.current.timetable, start)
    return [f"{slot.due_at:%m-%d %H:%M}" for slot in islice(slots, count)]


weekly = st.builds(
    Weekly, st.integers(0, 6), st.builds(time, st.integers(0, 23), st.integers(0, 59))
)
calendars = st.builds(
    Calendar.of,
    st.builds(
        Timetable,
        st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]).map(ZoneInfo),
        st.lists(weekly).map(tuple),
        st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: (day, day))).map(
            tuple
        ),
    ),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.builds(
        month.Rule,
        day=st.integers(0, 31),
        time=st.sampled_from([time(0), time(18), time(23, 59)]),
        names_month=st.sampled_from(["next", "same"]),
        wait=st.timedeltas(timedelta(0), timedelta(days=3)),
        title=st.just("{count} {papers} in {month} {year}"),
        yearly_thread=st.booleans(),
    ),
)


@given(calendars, calendars)
def test_a_calendar_comes_back_from_json_as_it_was(one: Calendar, configured: Calendar) -> None:
    assert configured.restored(json.loads(json.dumps(one.stored()))) == one


@given(calendars, calendars)
def test_a_fingerprint_changes_exactly_when_the_calendar_does(one: Calendar, two: Calendar) -> None:
    assert (one.fingerprint == two.fingerprint) is (one == two)


def test_what_decides_nothing_that_is_due_is_no_part_of_a_calendar() -> None:
    other = Calendar.of(OLD.timetable, 48 * HOUR, month.Rule(title="{count}", folder="pages"))
    assert other == OLD


@pytest.mark.parametrize(
    "broken",
    [{"zone": "Mars/Olympus"}, {"slots": ["someday"]}, {"slots": 3}, {"lateness": "much"}, {}],
)
def test_a_calendar_that_cannot_be_read_is_taken_for_the_configured_one(
    broken: dict[str, object],
) -> None:
    assert OLD.restored(broken) == OLD


@given(calendars, calendars, st.integers(0, 200))
def test_a_course_comes_back_from_json_as_it_was(one: Calendar, two: Calendar, days: int) -> None:
    now = START + timedelta(days=days)
    course = looked(one, now - timedelta(days=40)).turned(two, now)
    plain = replace(course, earlier=(), is_looked=True)
    assert plain.restored(json.loads(json.dumps(course.stored())), one) == course


# Slots


def test_what_was_due_by_the_old_calendar_comes_before_the_new_ones_slots() -> None:
    turned = looked().turned(NEW, utc("2021-08-12 12:00"))
    assert ahead(turned, 4) == ["08-04 15:00", "08-11 15:00", "08-19 10:00", "08-26 10:00"]


def test_where_nothing_is_due_by_it_the_old_calendar_is_forgotten() -> None:
    turned = looked().turned(NEW, utc("2021-08-03 12:00"))
    assert turned.earlier == ()
    assert ahead(turned, 1) == ["08-05 10:00"]
    assert turned.without_settled() == turned


def test_at_the_moment_of_the_change_a_slot_of_either_calendar_counts_once() -> None:
    at = utc("2021-08-04 15:00")
    both = made(WEDNESDAY, THURSDAY)
    assert ahead(looked().turned(both, at), 2) == ["08-04 15:00", "08-05 10:00"]
    assert ahead(looked().turned(NEW, at), 2) == ["08-04 15:00", "08-05 10:00"]
    assert ahead(looked(NEW).turned(OLD, at), 2) == ["08-04 15:00", "08-11 15:00"]


def test_several_changes_one_after_the_other_keep_what_each_left_due() -> None:
    first = looked().turned(NEW, utc("2021-08-04 16:00"))
    second = first.turned(made(Weekly(4, time(9))), utc("2021-08-05 11:00"))
    assert ahead(second, 3) == ["08-04 15:00", "08-05 10:00", "08-06 09:00"]
    settled = replace(second, looked_until=utc("2021-08-05 10:00"))
    assert settled.without_settled().earlier == ()


def test_before_a_bot_has_looked_a_change_begins_anew() -> None:
    now = utc("2021-08-12 12:00")
    assert Course.begun(OLD, START).turned(NEW, now) == Course.begun(NEW, now)


@given(calendars, calendars, st.integers(1, 60 * 24 * 20))
def test_no_slot_of_the_old_calendar_is_lost_and_none_comes_twice(
    one: Calendar, two: Calendar, minutes: int
) -> None:
    now = START + timedelta(minutes=minutes)
    turned = looked(one).turned(two, now)
    found = [
        slot.due_at
        for slot in calendar.slots_between(
            turned.earlier, turned.current.timetable, turned.looked_until + STEP, now
        )
    ]
    assert found == sorted(set(found))
    due = calendar.slots_between((), one.timetable, START, now)
    assert {slot.due_at for slot in due} <= set(found)


def test_a_slot_belongs_to_the_calendar_that_counted_at_its_time() -> None:
    earlier = (Earlier(OLD, START), Earlier(NEW, START + HOUR))
    belongs = [calendar.of_slot(earlier, START + hours * HOUR) for hours in (0, 1, 2)]
    assert belongs == [OLD, NEW, None]


# Roundups

SAME = made(WEDNESDAY, names_month="same")
FIFTEENTH = made(WEDNESDAY, day=15)


def due(course: Course, now: str) -> list[str]:
    found = course.roundups_due(utc(now))
    return [f"{each.title_month} holds {each.reading_month}" for each in found]


def test_a_series_that_has_just_begun_makes_this_months_roundup_by_any_rule() -> None:
    turned = looked().turned(SAME, utc("2021-08-03 12:00"))
    assert turned.roundups_through == "2021-07"
    assert due(turned, "2021-08-31 18:00") == ["2021-08 holds 2021-08"]


def test_the_months_of_a_changed_rule_follow_those_that_are_settled() -> None:
    settled = replace(looked(), roundups_through="2021-09")
    turned = settled.turned(SAME, utc("2021-09-03 12:00"))
    assert due(turned, "2021-10-31 18:00") == ["2021-09 holds 2021-09", "2021-10 holds 2021-10"]
    back = turned.turned(OLD, utc("2021-09-04 12:00"))
    assert due(back, "2021-09-30 18:00") == ["2021-10 holds 2021-09"]


def test_a_roundup_due_by_the_old_rule_is_due_by_it_still_and_settles_that_month() -> None:
    turned = looked().turned(SAME, utc("2021-09-03 12:00"))
    first, second = islice(turned.roundups(), 2)
    assert (first.title_month, first.through) == ("2021-09", "2021-08")
    assert (second.title_month, second.reading_month) == ("2021-09", "2021-09")
    settled = replace(turned, roundups_through=first.through, looked_until=utc("2021-09-03 12:00"))
    assert settled.without_settled().earlier == ()
    assert due(settled, "2021-09-30 18:00") == ["2021-09 holds 2021-09"]


def test_a_month_whose_moment_the_new_rule_has_passed_is_due_at_once() -> None:
    turned = looked(since=utc("2021-07-01 09:00")).turned(FIFTEENTH, utc("2021-08-20 12:00"))
    assert due(turned, "2021-08-20 12:00") == ["2021-08 holds 2021-07", "2021-09 holds 2021-08"]


def test_a_month_that_is_settled_is_not_due_again_on_a_later_day() -> None:
    settled = replace(looked(FIFTEENTH), roundups_through="2021-09")
    turned = settled.turned(OLD, utc("2021-08-20 12:00"))
    assert due(turned, "2021-09-30 18:00") == ["2021-10 holds 2021-09"]


def test_a_month_that_only_the_beginning_left_out_is_due_on_its_later_day() -> None:
    begun = looked(FIFTEENTH, utc("2021-08-20 09:00"))
    turned = begun.turned(OLD, utc("2021-08-21 12:00"))
    assert due(turned, "2021-08-31 18:00") == ["2021-09 holds 2021-08"]


@given(calendars, calendars, st.integers(0, 200))
def test_roundups_come_in_order_and_no_month_twice(one: Calendar, two: Calendar, days: int) -> None:
    now = START + timedelta(days=days)
    turned = looked(one).turned(two, now)
    months = [roundup.reading_month for roundup in islice(turned.roundups(), 12)]
    assert months == sorted(set(months))


# Years

YEARLY = made(WEDNESDAY, yearly_thread=True)


def years(course: Course, now: str) -> list[int]:
    return [each.year for each in course.years_due(utc(now))]


def test_the_thread_of_a_year_is_due_on_the_second_of_january_by_the_series_clock() -> None:
    course = looked(made(WEDNESDAY, zone="Asia/Kathmandu", yearly_thread=True))
    (first, second) = islice(course.years(), 2)
    assert (first.title, first.due_at) == ("2021", utc("2022-01-02 12:15"))
    assert second.title == "2022"
    assert years(course, "2022-01-02 12:14") == []
    assert years(course, "2024-05-01 00:00") == [2021, 2022, 2023]


def test_without_the_setting_no_year_is_ever_due_and_nothing_is_stored_of_them() -> None:
    assert years(looked(), "2050-01-01 00:00") == []
    assert "years" not in looked().stored()
    assert "yearly" not in json.dumps(looked().stored())
    assert "yearly" not in OLD.fingerprint


@pytest.mark.parametrize(
    ("switched_on", "first"),
    [
        ("2021-12-31 12:00", 2021),
        ("2022-01-02 17:00", 2021),
        ("2022-02-02 17:59", 2021),
        ("2022-02-02 18:01", 2022),
        ("2022-07-01 12:00", 2022),
    ],
)
def test_who_switches_it_on_gets_the_year_before_for_a_month(switched_on: str, first: int) -> None:
    course = looked().turned(YEARLY, utc(switched_on))
    assert next(course.years()).year == first


def test_a_year_that_was_over_when_the_series_began_is_never_due() -> None:
    assert next(looked(YEARLY, utc("2022-01-01 10:00")).years()).year == 2022
    late = looked(OLD, utc("2022-01-01 10:00")).turned(YEARLY, utc("2022-01-05 10:00"))
    assert next(late.years()).year == 2022


def test_another_time_of_day_changes_no_year_that_is_settled() -> None:
    course = replace(looked(YEARLY), years_through=2021)
    other = made(WEDNESDAY, yearly_thread=True, time=time(20))
    assert next(course.turned(other, utc("2022-01-02 19:00")).years()).year == 2022
    off = course.turned(OLD, utc("2022-01-02 19:00"))
    assert off.years_through is None


def test_years_that_were_never_stored_are_switched_on_anew() -> None:
    stored = looked(YEARLY).stored()
    del stored["years"]
    course = looked().restored(stored, YEARLY)
    assert course.current == OLD
    assert next(course.turned(YEARLY, utc("2022-07-01 12:00")).years()).year == 2022

"""Slots in a zone: gaps, folds, missing days, blackouts, and what a look after a while finds."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import schedule
from bot.core.schedule import SlotTime, Timetable, Weekly


def wall(text: str) -> datetime:
    """A time as a clock on the wall shows it."""
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return wall(text).replace(tzinfo=UTC)


def reads(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = [
    *(
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
    ),
    *(
        "America/St_Johns",
        "Pacific/Apia",
        "Pacific/Kwajalein",
        "America/Sao_Paulo",
        "Asia/Beirut",
        "Africa/Cairo",
    ),
    *(
        "Atlantic/Azores",
        "Pacific/Chatham",
        "Antarctica/Troll",
        "Asia/Pyongyang",
        "America/Caracas",
        "Europe/Dublin",
    ),
]
HOUR, SECOND, WEEK = timedelta(hours=1), timedelta(seconds=1), timedelta(weeks=1)

steady = settings(derandomize=True, deadline=None)
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(1993, 1, 1), date(2037, 12, 31))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
weeklies = st.builds(Weekly, st.integers(0, 6), times)
spans = st.tuples(days, st.integers(0, 20)).map(
    lambda span: (span[0], span[0] + timedelta(days=span[1]))
)
timetables = st.builds(
    Timetable,
    zones,
    st.lists(weeklies, min_size=1, max_size=4, unique=True).map(tuple),
    st.just(()),
)
instants = st.datetimes(wall("1993-01-01"), wall("2037-12-31"), timezones=st.just(UTC))


def weekly(zone: str | ZoneInfo, *slots: str, blackout: tuple[str, ...] = ()) -> Timetable:
    return Timetable(
        zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone),
        tuple(schedule.parse_weekly(slot) for slot in slots),
        tuple(schedule.parse_days(text) for text in blackout),
    )


def due(timetable: Timetable, start: str, until: str) -> list[str]:
    return [
        f"{slot.due_at:%Y-%m-%d %H:%M}"
        for slot in schedule.slots_between(timetable, utc(start), utc(until))
    ]


def test_a_slot_is_at_its_wall_clock_time_summer_and_winter() -> None:
    assert due(weekly("Europe/Berlin", "wednesday 15:00"), "2021-03-24", "2021-04-01") == [
        "2021-03-24 14:00",
        "2021-03-31 13:00",
    ]


def test_a_slot_in_the_gap_happens_at_the_first_instant_after_it() -> None:
    at = schedule.instant(date(2021, 3, 28), time(2, 30), BERLIN)
    assert (at, reads(at, BERLIN)) == (utc("2021-03-28 01:00"), wall("2021-03-28 03:00"))
    # The gap's own ends: its first minute is in it, its last is not.
    assert schedule.instant(date(2021, 3, 28), time(2, 0), BERLIN) == at
    assert schedule.instant(date(2021, 3, 28), time(1, 59), BERLIN) == at - timedelta(minutes=1)
    assert schedule.instant(date(2021, 3, 28), time(3, 0), BERLIN) == at


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "after"),
    [
        ("Europe/Berlin", "2021-03-28", range(120, 180), "2021-03-28 03:00"),
        ("Australia/Lord_Howe", "2021-10-03", range(120, 150), "2021-10-03 02:30"),
        ("Pacific/Apia", "2011-12-30", range(0, 24 * 60, 7), "2011-12-31 00:00"),
    ],
)
def test_whichever_time_of_a_gap_a_slot_has_it_happens_at_the_same_instant(
    zone: str, day: str, minutes: range, after: str
) -> None:
    times = [time(*divmod(minute, 60)) for minute in minutes]
    found = {schedule.instant(date.fromisoformat(day), at, ZoneInfo(zone)) for at in times}
    assert {reads(at, ZoneInfo(zone)) for at in found} == {wall(after)}


def test_a_slot_in_the_fold_happens_once_and_the_first_time() -> None:
    sunday = weekly("Europe/Berlin", "sunday 02:30")
    assert due(sunday, "2021-10-30", "2021-11-01") == ["2021-10-31 00:30"]
    assert schedule.instant(date(2021, 10, 31), time(2, 30), BERLIN) == utc("2021-10-31 00:30")
    assert due(sunday, "2021-10-31 00:30:01", "2021-11-01") == []


def test_the_half_hour_of_lord_howe_has_its_gap_and_its_fold() -> None:
    in_the_gap = schedule.instant(date(2021, 10, 3), time(2, 15), LORD_HOWE)
    assert reads(in_the_gap, LORD_HOWE) == wall("2021-10-03 02:30")
    assert (
        reads(schedule.instant(date(2021, 10, 3), time(2, 45), LORD_HOWE), LORD_HOWE).minute == 45
    )
    in_the_fold = schedule.instant(date(2021, 4, 4), time(1, 45), LORD_HOWE)
    assert in_the_fold == utc("2021-04-03 14:45")
    assert reads(in_the_fold + HOUR / 2, LORD_HOWE) == reads(in_the_fold, LORD_HOWE)


def test_the_day_that_apia_left_out_has_its_slot_at_the_start_of_the_next() -> None:
    friday = weekly(APIA, "friday 15:00")
    found = list(schedule.slots_between(friday, utc("2011-12-20"), utc("2012-01-08")))
    assert [slot.local_on for slot in found] == [
        date(2011, 12, 23),
        date(2011, 12, 30),
        date(2012, 1, 6),
    ]
    assert [reads(slot.due_at, APIA) for slot in found] == [
        wall("2011-12-23 15:00"),
        wall("2011-12-31 00:00"),
        wall("2012-01-06 15:00"),
    ]


def test_a_look_that_begins_when_the_slot_of_a_missing_day_is_due_finds_it() -> None:
    friday = weekly(APIA, "friday 15:00")
    due_at = schedule.instant(date(2011, 12, 30), time(15), APIA)
    assert next(schedule.slots_from(friday, due_at)) == SlotTime(due_at, date(2011, 12, 30))
    assert next(schedule.slots_from(friday, due_at + SECOND)).local_on == date(2012, 1, 6)


def test_two_times_in_one_gap_are_one_slot() -> None:
    sunday = weekly("Europe/Berlin", "sunday 02:00", "sunday 02:30", "sunday 03:00")
    assert due(sunday, "2021-03-28", "2021-03-29") == ["2021-03-28 01:00"]
    assert len(due(sunday, "2021-04-04", "2021-04-05")) == 3


def test_a_slot_exactly_at_the_start_and_at_the_end_of_a_look_counts() -> None:
    monday = weekly("UTC", "monday 09:00")
    assert due(monday, "2021-08-02 09:00", "2021-08-09 09:00") == [
        "2021-08-02 09:00",
        "2021-08-09 09:00",
    ]
    assert due(monday, "2021-08-02 09:00:01", "2021-08-09 08:59:59") == []


def test_a_blackout_takes_the_slots_of_its_local_days_and_no_others() -> None:
    nightly = weekly(
        "America/New_York", "tuesday 23:59", "wednesday 00:00", blackout=("2021-12-29",)
    )
    assert due(nightly, "2021-12-28 12:00", "2021-12-31") == ["2021-12-29 04:59"]
    christmas = weekly("UTC", "wednesday 15:00", blackout=("2021-12-20..2022-01-02", "2022-01-05"))
    assert due(christmas, "2021-12-13", "2022-01-20") == [
        "2021-12-15 15:00",
        "2022-01-12 15:00",
        "2022-01-19 15:00",
    ]


def test_a_blackout_without_end_is_passed_over_at_once() -> None:
    for_ever = weekly(
        "UTC", "wednesday 15:00", blackout=("2021-01-01..9999-12-31", "2022-01-01..9999-12-30")
    )
    assert list(schedule.slots_from(for_ever, utc("2021-08-02"))) == []
    assert next(schedule.slots_from(for_ever, utc("2020-12-20"))).local_on == date(2020, 12, 23)


def test_a_series_without_slots_has_nothing_due() -> None:
    assert list(schedule.slots_from(weekly("UTC"), utc("2021-08-02"))) == []


@steady
@given(days, times, zones)
def test_an_instant_is_the_first_at_which_the_wall_clock_has_come_so_far(
    day: date, at: time, zone: ZoneInfo
) -> None:
    found, wanted = schedule.instant(day, at, zone), datetime.combine(day, at)
    assert reads(found - SECOND, zone) < wanted <= reads(found, zone)
    assert found.astimezone(zone).fold == 0 or reads(found, zone) != wanted


@steady
@given(weeklies, zones, instants)
def test_every_week_has_one_slot_at_one_wall_clock_time(
    one: Weekly, zone: ZoneInfo, start: datetime
) -> None:
    found = list(islice(schedule.slots_from(Timetable(zone, (one,)), start), 60))
    assert all(after.local_on - before.local_on == WEEK for before, after in pairwise(found))
    at_another_time = [
        slot
        for slot in found
        if reads(slot.due_at, zone) != datetime.combine(slot.local_on, one.at)
    ]
    # A gap comes once a year, in Morocco's Ramadan twice: sixty weeks hold no more of them than
    # this.
    assert len(at_another_time) <= 3
    assert all(slot.due_at >= start and slot.local_on.weekday() == one.weekday for slot in found)


@steady
@given(
    timetables, st.lists(spans, max_size=3), st.lists(instants, min_size=3, max_size=3).map(sorted)
)
def test_looking_in_two_steps_finds_what_one_look_finds(
    timetable: Timetable, blackout: list[tuple[date, date]], at: list[datetime]
) -> None:
    timetable = Timetable(timetable.zone, timetable.slots, tuple(blackout))
    first, middle, last = at[0], min(at[1], at[0] + 9 * WEEK), min(at[2], at[0] + 18 * WEEK)
    middle = min(middle, last)
    step = timedelta(microseconds=1)
    parts = [
        *schedule.slots_between(timetable, first, middle),
        *schedule.slots_between(timetable, middle + step, last),
    ]
    whole = list(schedule.slots_between(timetable, first, last))
    assert parts == whole
    assert all(before.due_at < after.due_at for before, after in pairwise(whole))
    assert not any(start <= slot.local_on <= end for slot in whole for start, end in blackout)


@steady
@given(timetables, days)
def test_a_day_has_its_slots_and_those_that_one_looks_for_from_its_morning_on(
    timetable: Timetable, day: date
) -> None:
    wanted = sorted(slot.at for slot in timetable.slots if slot.weekday == day.weekday())
    found = schedule.slots_on(timetable, day)
    assert found == [SlotTime(schedule.instant(day, at, timetable.zone), day) for at in wanted]
    ahead = schedule.slots_between(
        timetable,
        schedule.instant(day, time(0), timetable.zone),
        max((slot.due_at for slot in found), default=utc("1990-01-01")),
    )
    assert {slot.due_at for slot in found} <= {slot.due_at for slot in ahead}


NOW = utc("2021-09-01 12:00")


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [
        ([], []),
        ([0], [False]),
        ([48], [False]),
        ([48.001], [True]),
        ([400, 200, 100], [True, True, True]),
        ([200, 40, 10], [True, True, False]),
        ([47, 0], [True, False]),
    ],
)
def test_of_several_late_slots_the_newest_within_the_limit_is_done(
    hours_ago: list[float], expected: list[bool]
) -> None:
    late = [SlotTime(NOW - timedelta(hours=hours), date(2021, 9, 1)) for hours in hours_ago]
    assert schedule.missed(late, NOW, timedelta(hours=48)) == expected


@steady
@given(st.lists(st.integers(0, 100), unique=True), st.integers(0, 100))
def test_at_most_one_late_slot_is_done_and_none_newer_is_missed(
    hours: list[int], limit: int
) -> None:
    late = [
        SlotTime(NOW - timedelta(hours=ago), date(2021, 9, 1))
        for ago in sorted(hours, reverse=True)
    ]
    done = [
        slot
        for slot, is_missed in zip(late, schedule.missed(late, NOW, limit * HOUR), strict=True)
        if not is_missed
    ]
    newest = sorted(ago for ago in hours if ago <= limit)[:1]
    assert done == [SlotTime(NOW - timedelta(hours=ago), date(2021, 9, 1)) for ago in newest]


@pytest.mark.parametrize(
    "text",
    ["wednesday 15:00", "Wednesday 15:00", "wed 15:00", "  WED   15:00 ", "wednesday 15:00\n"],
)
def test_a_weekday_may_be_written_in_several_ways(text: str) -> None:
    assert schedule.parse_weekly(text) == Weekly(2, time(15))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "wednesday",
            "15:00",
            "wednesday 15",
            "wednesday 24:00",
            "wednesday 15:60",
            "mittwoch 15:00",
            "w 15:00",
        ),
        *(
            "wednesday 15:00:00",
            "wednesday -1:00",
            "wednesday 15:00 UTC",
            "we 15:00",
            "wednesdays 15:00",
            "wednesday 1500",
        ),
    ],
)
def test_what_is_no_weekly_slot_is_refused_with_what_it_must_be(text: str) -> None:
    with pytest.raises(
        ValueError,
        match=r"^(must be a weekday and a time|names .* is no weekday|names .* is no time of day)",
    ):
        schedule.parse_weekly(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2021-02-29",
            "2021-13-01",
            "..",
            "2021-12-29..",
            "..2021-12-29",
            "2021-12-29...2021-12-30",
            "yesterday",
        ),
        *("2021-12-29..2021-12-28", "2021-12-29 2021-12-30", "29.12.2021"),
    ],
)
def test_what_is_no_span_of_days_is_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"^(must be a day or a span of days|names .* ends before it starts)"
    ):
        schedule.parse_days(text)


@steady
@given(weeklies)
def test_a_slot_reads_back_as_it_is_shown(one: Weekly) -> None:
    assert schedule.parse_weekly(str(one)) == one


@steady
@given(spans)
def test_a_span_of_days_reads_back_as_it_is_shown(span: tuple[date, date]) -> None:
    assert schedule.parse_days(f"{span[0]}..{span[1]}") == span
    assert schedule.parse_days(f"{span[0]}") == (span[0], span[0])


@steady
@given(timetables, timetables, st.lists(spans, max_size=2), st.lists(spans, max_size=2))
def test_a_fingerprint_changes_exactly_when_zone_slots_or_blackouts_do(
    one: Timetable, other: Timetable, dark: list[tuple[date, date]], dim: list[tuple[date, date]]
) -> None:
    one, other = (
        Timetable(each.zone, each.slots, tuple(out)) for each, out in ((one, dark), (other, dim))
    )
    same = (one.zone.key, sorted(one.slots), sorted(one.blackout)) == (
        other.zone.key,
        sorted(other.slots),
        sorted(other.blackout),
    )
    assert (one.fingerprint == other.fingerprint) is same
    turned = Timetable(one.zone, one.slots[::-1], one.blackout[::-1])
    assert turned.fingerprint == one.fingerprint

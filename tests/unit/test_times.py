"""Times as people read them: one form for each place, in the zone of who reads them."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core import times
from tests.conftest import ROOT

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2021, 8, 4, 22, 5, 9, 999_999, tzinfo=UTC)


def test_each_form_is_in_the_zone_that_was_asked_for() -> None:
    assert times.full(AT, BERLIN) == "Thursday 2021-08-05 00:05"
    assert times.short(AT, BERLIN) == "Thu 2021-08-05 00:05"
    assert times.short(AT, UTC, seconds=True) == "Wed 2021-08-04 22:05:09"
    assert times.plain(AT, BERLIN) == "2021-08-05 00:05"
    assert times.plain(AT, UTC, seconds=True) == "2021-08-04 22:05:09"
    assert times.clock(AT, BERLIN) == "00:05"
    assert times.clock(AT, UTC, seconds=True) == "22:05:09"


def test_a_day_has_its_weekday_and_a_year_of_four_digits() -> None:
    days = [times.day(date(2021, 8, 2) + timedelta(days=more)) for more in range(7)]
    assert [day[:3] for day in days] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert days[6] == "Sunday 2021-08-08"
    assert times.day(date(987, 1, 1)).endswith(" 0987-01-01")


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(hours=48), "48 hours"),
        (timedelta(days=21), "21 days"),
        (timedelta(days=1), "24 hours"),
        (timedelta(hours=72), "3 days"),
        (timedelta(hours=60), "60 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=61), "61 seconds"),
        (timedelta(milliseconds=500), "0.5 seconds"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_a_span_is_told_in_the_largest_unit_that_fits_it(length: timedelta, shown: str) -> None:
    assert times.span(length) == shown


def test_what_a_machine_waits_is_told_in_seconds() -> None:
    assert times.wait(timedelta(milliseconds=500)) == "0.5 s"
    assert times.wait(timedelta(minutes=2)) == "120 s"


def test_no_other_module_formats_a_time_for_people() -> None:
    """Keys of the database have a "T" between day and time; X's headers have a comma."""
    pattern = re.compile(r"%[Aa] |%Y-%m-%d %H")
    found = [
        f"{file.relative_to(ROOT / 'bot')}: {line.strip()}"
        for file in sorted((ROOT / "bot").rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if pattern.search(line)
    ]
    assert found == []

"""Years go by in a moment: every week its post at one time, every month its roundup, nothing twice
and nothing lost.
"""

import calendar
import json
import os
import re
import tempfile
import time as process_time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, select

from bot.context import Context
from bot.core.collage import Item
from bot.core.notices.entry import Kind
from bot.core.paper import Link, LinkKind, Paper
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures import read
from bot.pictures.read import PictureFile
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import StoppedClock, make_context, png, threads_out

pytestmark = pytest.mark.slow

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LATENESS = timedelta(hours=48)
SECOND, DAY, WEEK = timedelta(seconds=1), timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True)
class Plan:
    """When a series posts, and when its roundups go out."""

    zone: str
    weekday: int
    at: time
    day: int = 0
    roundup_at: time = time(18)
    names_month: str = "next"

    @property
    def settings(self) -> str:
        day = self.day or '"last"'
        return f"""zone = "{self.zone}"
            [series.mlcollage]
            slots = ["{WEEKDAYS[self.weekday]} {self.at:%H:%M}"]
            [series.mlcollage.roundup]
            day = {day}
            time = "{self.roundup_at:%H:%M}"
            names_month = "{self.names_month}"
            """

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def has(self, wall: datetime) -> bool:
        """Whether a clock there ever shows this; in the gap of a change it does not."""
        return (
            self.local(wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)).replace(
                tzinfo=None
            )
            == wall
        )

    def instant(self, wall: datetime) -> datetime:
        """When a clock there first shows this, or the next minute that it shows."""
        while not self.has(wall):
            wall += timedelta(minutes=1)
        return wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def moments(self, since: datetime, until: datetime) -> dict[str, datetime]:
        """When the roundups between these instants go out, by the month that names them."""
        found = {}
        for count in range(since.year * 12 - 2, until.year * 12 + 14):
            year, read = divmod(count, 12)
            last = calendar.monthrange(year, read + 1)[1]
            on = date(year, read + 1, min(self.day or 31, last))
            names = divmod(count + (self.names_month == "next"), 12)
            found[f"{names[0]}-{names[1] + 1:02}"] = self.instant(
                datetime.combine(on, self.roundup_at)
            )
        return {name: at for name, at in found.items() if since <= at <= until}

    def days(self, first: date, last: date) -> list[date]:
        """The days from first to last that have a slot."""
        return [
            day
            for day in (first + DAY * n for n in range((last - first).days + 1))
            if day.weekday() == self.weekday
        ]


@cache
def picture() -> PictureFile:
    return read.check(png(), "slide.png")


def arrival(number: int) -> Arrival:
    """The collage that stands at this place of the queue."""
    link = Link(LinkKind.PAPER, f"https://example.org/paper-{number:03}")
    paper = Paper(f"Paper {number:03}", ("Ada Lovelace",), others=True, year=2021, links=(link,))
    return Arrival(
        Item(
            name=f"paper-{number:03}",
            paper=paper,
            paragraph="It says this. Then that.",
            alt="A slide.",
        ),
        picture(),
    )


class Years:
    """A bot in a folder of its own that lives as long as a test wants."""

    def __init__(self, folder: Path, plan: Plan, start: datetime, collages: int) -> None:
        self.folder, self.plan = folder, plan
        self.began_at = start.astimezone(UTC)
        self.clock = StoppedClock(self.began_at)
        self.context: Context = make_context(folder, plan.settings, self.clock)
        accept.take(
            self.context,
            self.context.config.series["mlcollage"],
            [arrival(n) for n in range(1, collages + 1)],
        )

    def live(self, until: datetime) -> None:
        """From due time to due time, up to and with `until`."""
        while self.clock.at <= until:
            tick.tick(self.context)
            soon = tick.next_at(self.context)
            assert soon is not None
            assert soon > self.clock.at, "a bot that has done what is due has time until the next"
            self.clock.at = soon

    def rows(self, table: str) -> list[Row[tuple[object, ...]]]:
        known = tables.metadata.tables[table]
        order = (
            known.c.title_month
            if table == "roundups"
            else known.c.due_at
            if table == "slots"
            else known.c.id
        )
        with self.context.read() as work:
            return list(work.conn.execute(select(known).order_by(order)))

    def heard(self) -> Counter[Kind]:
        with self.context.read() as work:
            return Counter(
                notice.kind for notice in work.notices.listed(everything=True, most=10_000)
            )

    def threads(self, kind: str) -> dict[str, dict[str, object]]:
        found = {}
        for file in [place / "thread.json" for place in threads_out(self.folder)]:
            described = json.loads(file.read_text(encoding="utf-8"))
            if described["kind"] == kind:
                found[file.parent.name] = described
        return found

    def articles(self) -> dict[str, list[str]]:
        """What each roundup's article holds, by the folder of its page."""
        return {
            file.parent.name: [
                f"paper-{number}"
                for number in re.findall(
                    r"^## .?Paper (\d+)", file.read_text(encoding="utf-8"), re.MULTILINE
                )
            ]
            for file in sorted((self.folder / "site").glob("*/article.md"))
        }


def check_posts(years: Years, days: list[date]) -> None:
    """One post on each of these days, in the queue's order, at one wall-clock time, gaps aside."""
    plan, slots, threads = years.plan, years.rows("slots"), years.threads("collage")
    assert [(slot.local_on, slot.state) for slot in slots] == [(day, "claimed") for day in days]
    assert years.rows("series")[0].looked_until == slots[-1].due_at
    assert list(threads) == [f"{day}-paper-{number:03}" for number, day in enumerate(days, 1)]
    for slot, thread in zip(slots, threads.values(), strict=True):
        assert datetime.fromisoformat(str(thread["posted_at"])) == slot.due_at
        wall = datetime.combine(slot.local_on, plan.at)
        shown = plan.local(slot.due_at).replace(tzinfo=None)
        if plan.has(wall):
            assert shown == wall
        else:
            assert plan.local(slot.due_at - SECOND).replace(tzinfo=None) < wall < shown


def check_numbers(years: Years) -> None:
    """Every year of local days counts from one on, without a gap and no number twice."""
    by_year: dict[int, list[int]] = {}
    for slot in years.rows("slots"):
        if slot.state == "claimed":
            by_year.setdefault(slot.local_on.year, []).append(slot.number)
    assert by_year == {year: list(range(1, len(numbers) + 1)) for year, numbers in by_year.items()}
    shown = [thread["number"] for thread in years.threads("collage").values()]
    assert shown == [number for numbers in by_year.values() for number in numbers]


def check_roundups(years: Years, until: datetime) -> None:
    """One roundup for each month with posts, and every post that was due by the last moment in
    exactly one.
    """
    moments = years.plan.moments(years.began_at, until)
    posted = [row for row in years.rows("collages") if row.state == "posted"]
    expected, since = {}, years.began_at
    for title_month, at in moments.items():
        expected[title_month] = [item.name for item in posted if since <= item.due_at <= at]
        since = at + SECOND
    made, articles = years.rows("roundups"), years.articles()
    assert {row.title_month: articles[row.slug] for row in made} == {
        name: held for name, held in expected.items() if held
    }
    assert all(row.due_at == moments[row.title_month] and row.state == "announced" for row in made)
    assert len(articles) == len(made) == len(years.threads("roundup"))
    assert years.heard()[Kind.NO_ROUNDUP] == len(moments) - len(made)
    told = Counter(name for names in articles.values() for name in names)
    assert told == Counter(item.name for item in posted if item.due_at < since)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder of files that need no disk, where there is such a place: years hold thousands of
    them.
    """
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=place if os.access(place, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The process lives in another zone than its people."""
    monkeypatch.setenv("TZ", request.param)
    process_time.tzset()
    offset = datetime.fromtimestamp(0, ZoneInfo(request.param)).utcoffset()
    assert timedelta(seconds=process_time.localtime(0).tm_gmtoff) == offset
    yield request.param
    monkeypatch.undo()
    process_time.tzset()


PLANS = [
    (Plan("Europe/Berlin", 6, time(2, 30)), "Pacific/Auckland"),
    (Plan("America/New_York", 6, time(2, 0), day=31, roundup_at=time(2, 30)), "Asia/Tokyo"),
    (
        Plan("Australia/Lord_Howe", 6, time(2, 15), day=30, roundup_at=time(0)),
        "America/Los_Angeles",
    ),
    (
        Plan("Asia/Kathmandu", 2, time(23, 59), roundup_at=time(23, 59), names_month="same"),
        "Europe/London",
    ),
]


@pytest.mark.parametrize(
    ("plan", "elsewhere"), PLANS, indirect=["elsewhere"], ids=[plan.zone for plan, _ in PLANS]
)
def test_three_years_have_a_post_every_week_and_a_roundup_every_month(
    plan: Plan, elsewhere: str
) -> None:
    zone = ZoneInfo(plan.zone)
    start, until = (
        datetime(2021, 1, 1, tzinfo=zone),
        datetime(2023, 12, 31, 23, 59, 59, tzinfo=zone),
    )
    days = plan.days(date(2021, 1, 1), date(2023, 12, 31))
    with in_memory() as folder:
        years = Years(folder, plan, start, len(days) + 4)
        years.live(until)
        check_years(years, days, until)
        years.context.database.close()


def check_years(years: Years, days: list[date], until: datetime) -> None:
    plan = years.plan
    check_posts(years, days)
    assert {after - before for before, after in pairwise(days)} == {WEEK}
    gaps = [day for day in days if not plan.has(datetime.combine(day, plan.at))]
    assert len(gaps) == (0 if plan.zone == "Asia/Kathmandu" else 3)
    check_numbers(years)
    check_roundups(years, until)
    months = [f"{year}-{number:02}" for year in (2021, 2022, 2023) for number in range(1, 13)]
    named = months if plan.names_month == "same" else [*months[1:], "2024-01"]
    assert [row.title_month for row in years.rows("roundups")] == named
    kinds = {Kind.ROUNDUP}
    if max(Counter(day.year for day in days).values()) > 52:
        kinds.add(Kind.NUMBERS)
    assert years.heard().keys() == kinds


ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Africa/Casablanca", "America/St_Johns", "Pacific/Apia"),
]
wall_times = st.sampled_from([time(0), time(2, 30), time(23, 59), time(15), time(1, 45)])
plans = st.builds(
    Plan,
    st.sampled_from(ZONES),
    st.integers(0, 6),
    wall_times,
    st.sampled_from([0, 1, 15, 29, 30, 31]),
    wall_times,
    st.sampled_from(["next", "same"]),
)
# Around a change of the clocks, and around the day that Apia left out.
starts = st.dates(date(2021, 1, 1), date(2022, 12, 31)) | st.sampled_from(
    [
        date(2011, 12, 9),
        date(2021, 3, 1),
        date(2021, 3, 29),
        date(2021, 9, 27),
        date(2021, 10, 25),
        date(2021, 12, 20),
    ]
)
# Without shrinking: an example is weeks of a bot's life, and reading one is quicker than a hundred
# smaller ones.
few = settings(
    derandomize=True, deadline=None, max_examples=14, phases=[Phase.explicit, Phase.generate]
)


@few
@example(Plan("Pacific/Apia", 4, time(15), 30, time(15)), date(2011, 12, 9), time(0), 60)
@example(Plan("Pacific/Apia", 4, time(0), 31, time(23, 59), "same"), date(2011, 12, 9), time(0), 60)
@given(plans, starts, wall_times, st.integers(20, 75))
def test_whatever_the_plan_every_week_has_its_post_and_every_month_its_roundup(
    plan: Plan, first: date, at: time, length: int
) -> None:
    zone = ZoneInfo(plan.zone)
    start, until = (
        datetime.combine(day, at, zone).astimezone(UTC) for day in (first, first + DAY * length)
    )
    with in_memory() as folder:
        years = Years(folder, plan, start, length // 7 + 6)
        years.live(until)
        # The instant a slot is due is the rule's own affair (test_schedule): here it is which days
        # had one.
        due = {slot.local_on: slot.due_at for slot in years.rows("slots")}
        days = plan.days(first - DAY, first + DAY * (length + 1))
        assert [day for day in days if first < day < first + DAY * (length - 1)] == [
            day for day in due if first < day < first + DAY * (length - 1)
        ]
        check_posts(years, list(due))
        assert all(start <= at <= until for at in due.values())
        check_numbers(years)
        check_roundups(years, until)
        years.context.database.close()


breaks = st.lists(
    st.integers(1, 9 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    min_size=4,
    max_size=12,
)


@few
@given(plans, starts, breaks)
def test_however_seldom_the_bot_runs_every_slot_is_decided_once_and_nothing_is_lost(
    plan: Plan, first: date, pauses: list[timedelta]
) -> None:
    start = datetime.combine(first, time(12), UTC)
    with in_memory() as folder:
        years = Years(folder, plan, start, 14)
        expected: dict[date, str] = {}
        for pause in pauses:
            years.clock.at += pause
            tick.tick(years.context)
            ran_at = years.clock.at
            fresh = [slot for slot in years.rows("slots") if slot.local_on not in expected]
            within = [slot for slot in fresh if ran_at - slot.due_at <= LATENESS]
            expected |= {
                slot.local_on: "claimed" if within and slot is within[-1] else "missed"
                for slot in fresh
            }
            assert [slot.local_on for slot in fresh] == sorted(slot.local_on for slot in fresh)
        slots = years.rows("slots")
        assert {slot.local_on: slot.state for slot in slots} == expected
        assert len(slots) == len(expected)
        assert not slots or years.rows("series")[0].looked_until == slots[-1].due_at
        ahead = plan.days(plan.local(start).date() + DAY, plan.local(years.clock.at).date() - DAY)
        assert set(ahead) <= expected.keys()
        names = [name.split("-", 3)[3] for name in years.threads("collage")]
        assert names == [
            f"paper-{number:03}"
            for number in range(1, list(expected.values()).count("claimed") + 1)
        ]
        assert years.heard()[Kind.MISSED] == list(expected.values()).count("missed")
        check_numbers(years)
        check_roundups(years, years.clock.at)
        years.context.database.close()

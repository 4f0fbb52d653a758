"""The thread of a year: once, in the first days of January, of what the year's list shows."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from benchmarks.statements import counted
from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.calendar import YearTime
from bot.core.errors import BadInput, NotAllowed
from bot.core.month import Roundup, State
from bot.core.notices.entry import Kind
from bot.deciding import awaited, coming, preview, repair, roundups, upkeep
from bot.intake import accept
from bot.roundups import advance, linking, review, site, years
from bot.scheduling import tick
from bot.storage import tables
from bot.watching import briefing, watchdog
from tests.chaos.points import Crash, Points, watched
from tests.conftest import StoppedClock, make_context, threads_out, write_item
from tests.fakes import servers

pytestmark = pytest.mark.slow_on_postgresql

NOVEMBER = datetime(2021, 11, 1, 9, tzinfo=UTC)
MOMENT = datetime(2022, 1, 2, 18, tzinfo=UTC)
ON = "yearly_thread = true\n"
NAMES = ("adam", "barlow", "clip", "dino")

Begin = Callable[..., Context]


@pytest.fixture
def begin(tmp_path: Path, database_url: str, clock: StoppedClock) -> Iterator[Begin]:
    """Begins a series, or goes on with it by another configuration."""
    opened: list[Context] = []

    def start(
        rule: str = ON, *, live: bool = True, at: datetime = NOVEMBER, more: str = ""
    ) -> Context:
        clock.at = at
        base_url = "" if "base_url" in rule else 'base_url = "https://lab.example.edu"'
        settings = f"""
live = {str(live).lower()}
{more}
[series.mlcollage.roundup]
{base_url}
{rule}"""
        opened.append(context := make_context(tmp_path, settings, clock, database_url))
        tick.tick(context)
        return context

    yield start
    for context in opened:
        context.database.close()


def fill(context: Context, names: tuple[str, ...] = NAMES) -> None:
    items = [accept.from_file(write_item(context.config.folder, name)) for name in names]
    accept.take(context, context.config.series["mlcollage"], items)


def live(context: Context, until: datetime) -> None:
    """From due time to due time, up to and with `until`."""
    clock = context.clock
    while clock.now() < until:
        tick.tick(context)
        soon = tick.next_at(context)
        assert soon is not None
        clock.wait_until(min(soon, until))
    tick.tick(context)


def threads(folder: Path) -> list[str]:
    """The folders of the threads of years."""
    names = [place.name for place in threads_out(folder)]
    return [name for name in names if name.partition("-roundup-")[2].isdigit()]


def thread(folder: Path, name: str) -> dict[str, Any]:
    (place,) = [place for place in threads_out(folder) if place.name == name]
    found: dict[str, Any] = json.loads((place / "thread.json").read_text(encoding="utf-8"))
    return found


def year(context: Context, name: str = "2021") -> Roundup | None:
    with context.read() as work:
        return work.roundups.find("mlcollage", name)


def made(context: Context) -> list[tuple[str, str]]:
    """The roundups' months and years, and the mode of each."""
    columns = tables.roundups.c
    with context.read() as work:
        rows = work.conn.execute(select(columns.title_month, columns.kind).order_by(columns.id))
        return [(row.title_month, row.kind) for row in rows]


def told(context: Context, kind: Kind) -> list[str]:
    with context.read() as work:
        return [each.text for each in work.notices.listed(everything=True) if each.kind is kind]


def test_the_year_gets_one_thread_on_the_second_of_january(tmp_path: Path, begin: Begin) -> None:
    context = begin()
    fill(context)
    live(context, MOMENT - timedelta(minutes=5))
    assert year(context) is None
    assert tick.next_at(context) == MOMENT
    live(context, MOMENT + timedelta(days=3))
    found = year(context)
    assert found is not None
    assert (found.state, found.due_at) == (State.ANNOUNCED, MOMENT)
    assert made(context) == [("2021-12", "month"), ("2021", "year")]
    out = thread(tmp_path, "2022-01-02-roundup-2021")
    first, links = out["parts"]
    assert out["key"] == "mlcollage/year-2021/outbox"
    assert first["text"] == "All collages of 2021\n\nMonth by month, 4 in all.\n\n#mlcollage"
    assert first["picture"]["alt"].startswith("Cover of the list ‘All collages of 2021’, ")
    assert "‘The adam paper’" in first["picture"]["alt"]
    assert links["text"] == "💻 https://lab.example.edu/2021/"
    assert "<h1>All collages of 2021</h1>" in (tmp_path / "site/2021/index.html").read_text("utf-8")
    live(context, MOMENT + timedelta(days=300))
    assert threads(tmp_path) == ["2022-01-02-roundup-2021"]
    assert len(told(context, Kind.ROUNDUP)) == 2


def test_the_list_counts_what_its_page_shows(tmp_path: Path, begin: Begin) -> None:
    context = begin()
    fill(context, (*NAMES, "elmo", "fixup", "gan"))
    live(context, MOMENT)
    # Those of December are in the roundup of January 2022.
    text = thread(tmp_path, "2022-01-02-roundup-2021")["parts"][0]["text"]
    assert "4 in all" in text
    page = (tmp_path / "site/2021/index.html").read_text("utf-8")
    assert [name in page for name in ("The dino paper", "The elmo paper")] == [True, False]


def test_without_the_setting_no_year_has_a_thread(tmp_path: Path, begin: Begin) -> None:
    context = begin("")
    fill(context)
    live(context, MOMENT + timedelta(days=10))
    assert made(context) == [("2021-12", "month")]
    with context.read() as work:
        assert "years" not in work.series.get("mlcollage").calendars


def test_a_bot_that_did_not_run_in_january_makes_it_at_its_next_start_once(
    tmp_path: Path, begin: Begin
) -> None:
    context = begin()
    fill(context)
    live(context, MOMENT - timedelta(days=20))
    context = begin(at=MOMENT + timedelta(days=150))
    assert threads(tmp_path) == ["2022-01-02-roundup-2021"]
    begin(at=MOMENT + timedelta(days=151))
    assert threads(tmp_path) == ["2022-01-02-roundup-2021"]


@pytest.mark.parametrize(("days", "count"), [(20, 1), (32, 0), (180, 0)])
def test_switched_on_late_it_is_made_within_a_month_of_its_moment(
    tmp_path: Path, begin: Begin, days: int, count: int
) -> None:
    context = begin("")
    fill(context)
    live(context, MOMENT + timedelta(days=days))
    context = begin(at=MOMENT + timedelta(days=days, hours=1))
    live(context, MOMENT + timedelta(days=days + 3))
    assert len(threads(tmp_path)) == count
    # Off and on again changes nothing.
    begin("", at=MOMENT + timedelta(days=days + 4))
    context = begin(at=MOMENT + timedelta(days=days + 5))
    assert len(threads(tmp_path)) == count
    ahead = coming.next_year(context, context.config.series["mlcollage"])
    assert ahead is not None
    assert (ahead.year, ahead.is_late) == ("2022", False)
    assert not told(context, Kind.ROUNDUP_CHANGED)


def test_no_thread_of_a_year_that_was_over_when_the_series_began(
    tmp_path: Path, begin: Begin
) -> None:
    context = begin(at=MOMENT - timedelta(days=1))
    live(context, MOMENT + timedelta(days=2))
    assert made(context) == []
    assert told(context, Kind.NO_ROUNDUP) == []
    off = begin("", at=MOMENT + timedelta(days=3))
    live(off, MOMENT + timedelta(days=4))
    on = begin(at=MOMENT + timedelta(days=5))
    assert made(on) == []
    assert told(on, Kind.NO_ROUNDUP) == []


def test_a_year_with_nothing_is_told_and_has_no_thread(tmp_path: Path, begin: Begin) -> None:
    context = begin()
    live(context, MOMENT + timedelta(days=1))
    assert year(context) is None
    assert any("no roundup 2021 of mlcollage" in each for each in told(context, Kind.NO_ROUNDUP))


def test_a_rehearsal_makes_its_own_and_live_makes_the_one_that_counts(
    tmp_path: Path, begin: Begin
) -> None:
    context = begin()
    fill(context)
    live(context, MOMENT - timedelta(days=9))
    context = begin(live=False, at=MOMENT - timedelta(days=8))
    live(context, MOMENT + timedelta(days=1))
    assert made(context)[-1] == ("2021", "year")
    rehearsed = threads_out(tmp_path)
    assert threads(tmp_path) == ["2022-01-02-roundup-2021"]
    context = begin(at=MOMENT + timedelta(days=2))
    assert made(context)[-2:] == [("2021", "year")] * 2
    found = year(context)
    assert found is not None
    assert found.rehearsal == 0
    assert len(threads(tmp_path)) == len(set(threads_out(tmp_path)) - set(rehearsed)) + 1 == 2
    context = begin(live=False, at=MOMENT + timedelta(days=3))
    context = begin(at=MOMENT + timedelta(days=4))
    assert len(threads(tmp_path)) == 2


def test_who_only_rehearsed_until_january_gets_no_thread_of_the_year_before(
    tmp_path: Path, begin: Begin
) -> None:
    context = begin(live=False)
    fill(context)
    live(context, MOMENT - timedelta(days=1))
    context = begin(at=MOMENT + timedelta(days=1))
    live(context, MOMENT + timedelta(days=2))
    assert threads(tmp_path) == []


def test_next_the_brief_and_the_preview_tell_of_it(begin: Begin) -> None:
    context = begin(more='[alerts]\nbrief = ["1d", "1h"]')
    series = context.config.series["mlcollage"]
    fill(context)
    live(context, MOMENT - timedelta(hours=20))
    ahead = coming.look(context, series, 3).year
    assert ahead == coming.NextYear("2021", MOMENT, False, 4)
    briefing.give(context)
    brief = next(each for each in told(context, Kind.BRIEF) if "the thread of 2021" in each)
    assert "with 4 collages goes to outbox; all is well." in brief
    imagined, items, shown = preview.roundup_threads(context, series, "2021")
    assert (imagined.due_at, len(items)) == (MOMENT, 4)
    live(context, MOMENT + timedelta(minutes=1))
    real, items, shown_now = preview.roundup_threads(context, series, "2021")
    assert (real.state, len(items)) == (State.ANNOUNCED, 4)
    assert [part.text for part in shown[0].parts] == [part.text for part in shown_now[0].parts]
    context.clock.wait_until(MOMENT + timedelta(hours=5))
    watchdog.look(context)
    assert not [each for each in told(context, Kind.OVERDUE) if "2021" in each]
    found = roundups.show(context, series, "2021")
    assert (len(found.items), len(found.threads), found.awaits) == (4, 1, None)


def test_what_no_tick_has_seen_to_is_overdue(begin: Begin) -> None:
    context = begin()
    fill(context)
    live(context, MOMENT - timedelta(days=1))
    context.clock.wait_until(MOMENT + timedelta(hours=3))
    watchdog.look(context)
    assert any("2021" in each and "2022-01-02" in each for each in told(context, Kind.OVERDUE))


def test_a_year_is_no_month(tmp_path: Path, begin: Begin) -> None:
    context = begin('yearly_thread = true\nreview = "1d"\nsilence = "wait"')
    series = context.config.series["mlcollage"]
    fill(context)
    live(context, datetime(2021, 11, 30, 18, tzinfo=UTC))
    review.approve(context, series, "2021-12")
    live(context, MOMENT)
    # Nobody has to approve it, and it is no neighbour of a month.
    found = year(context)
    assert found is not None
    assert found.state is State.ANNOUNCED
    with context.read() as work:
        month = work.roundups.get("mlcollage", "2021-12")
        assert work.roundups.neighbour(month, later=True) is None
        assert work.roundups.open("mlcollage") == []
        assert work.publications.of(found) == []
    assert list(upkeep.pages(context)) == []
    (tmp_path / "site/2021/index.html").write_text("mine")
    site.write(context, series)
    assert any("mlcollage site --series" in each for each in told(context, Kind.DIFFERS))
    with pytest.raises(NotAllowed, match="its link stays"):
        linking.give(context, series, "2021", "https://lab.example.edu/other")
    with pytest.raises((BadInput, NotAllowed)):
        review.approve(context, series, "2021")


def test_what_is_late_for_december_is_waited_for_although_the_year_is_out(
    tmp_path: Path, begin: Begin
) -> None:
    context = begin('yearly_thread = true\nday = 10\ntime = "18:00"')
    fill(context, (*NAMES, "elmo", "fixup", "gan", "hope", "idea", "joy"))
    live(context, MOMENT - timedelta(days=6))
    with context.write() as work:
        work.accounts.hold("outbox", "on holiday")
    live(context, MOMENT + timedelta(hours=1))
    with context.read() as work:
        assert work.roundups.is_unsettled("mlcollage", MOMENT + timedelta(days=8))


class Web:
    """A web site on which a test puts one page."""

    def __init__(self) -> None:
        self.page = b""

    def __call__(self, connection: Any, head: bytes) -> None:
        status = b"200 OK" if self.page else b"404 Not Found"
        length = str(len(self.page)).encode()
        answer = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nContent-Length: "
        servers.says(answer + length + b"\r\n\r\n" + self.page)(connection, head)


def test_it_waits_until_the_page_of_the_year_is_on_the_web(tmp_path: Path, begin: Begin) -> None:
    web = Web()
    with servers.serving(web) as server:
        by_hand = '[accounts.outbox]\nnetwork = "outbox"\n'
        by_hand += '[accounts.desk]\nnetwork = "manual"\nfolder = "desk"\n'
        base_url = f'base_url = "http://127.0.0.1:{server.port}"\n'
        home = 'destinations = ["www"]\nhome = "www"\n'
        www = '[destinations.www]\nkind = "folder"\nfolder = "www"\n'
        www += 'url = "https://www.example.edu/{slug}/"\n'
        (tmp_path / "www").mkdir()
        context = begin(ON + base_url + home, more=by_hand + www)
        series = context.config.series["mlcollage"]
        fill(context)
        live(context, MOMENT)
        assert [name for name, _ in made(context)] == ["2021-12", "2021"]
        found = year(context)
        assert found is not None
        # Its link is the site's own page, wherever months are at home.
        assert found.link == f"http://127.0.0.1:{server.port}/2021/"
        assert found.state is State.RENDERED
        context.clock.wait_until(MOMENT + timedelta(hours=2))
        tick.tick(context)
        (waits,) = [
            each.awaits for each in awaited.waiting(context, series) if each.roundup.is_year
        ]
        assert waits is not None
        assert waits.what == f"its page at {found.link}"
        assert any("mlcollage roundup link 2021 URL" in each for each in told(context, Kind.HELD))
        web.page = (tmp_path / "site/2021/index.html").read_bytes()
        # December's waits for its home; from the end of its patience on nothing waits for it.
        context.clock.wait_until(MOMENT + timedelta(hours=3))
        tick.tick(context)
        linked = year(context)
        assert linked is not None
        assert linked.state in {State.LINKED, State.ANNOUNCED}


def test_without_an_address_it_goes_out_without_a_link(tmp_path: Path, begin: Begin) -> None:
    context = begin(ON + 'base_url = ""')
    fill(context)
    live(context, MOMENT)
    (first,) = thread(tmp_path, "2022-01-02-roundup-2021")["parts"]
    assert "All collages of 2021" in first["text"]


def test_two_hosts_make_one(tmp_path: Path, begin: Begin) -> None:
    context = begin()
    fill(context)
    live(context, MOMENT - timedelta(minutes=5))
    context.clock.wait_until(MOMENT)
    other = replace(context, database=assemble.database(context.config))
    series, due = context.config.series["mlcollage"], YearTime(2021, MOMENT)
    with ThreadPoolExecutor(2) as hosts:
        settled = hosts.map(lambda each: years.settle(each, series, due), (context, other))
        assert list(settled) == [True, True]
        assert [name for name, _ in made(context)] == ["2021-12", "2021"]
        list(hosts.map(lambda each: advance.advance(each, series), (context, other)))
    other.database.close()
    live(context, MOMENT + timedelta(hours=1))
    assert threads(tmp_path) == ["2022-01-02-roundup-2021"]


def test_a_clock_that_was_years_ahead_costs_no_thread(tmp_path: Path, begin: Begin) -> None:
    context = begin()
    fill(context)
    live(context, MOMENT - timedelta(days=20))
    with context.write() as work:
        row = work.series.get("mlcollage", lock=True)
        course = row.stored_course(context.config.series["mlcollage"].calendar, work.now)
        work.series.follow("mlcollage", replace(course, years_through=2024))
        due_at = MOMENT + timedelta(days=1096)
        work.roundups.fix_year("mlcollage", "2024", due_at, title="2024", link="")
    assert any("2024" in each.what for each in repair.examine(context).left)
    repair.mend(context)
    live(context, MOMENT)
    assert threads(tmp_path) == ["2022-01-02-roundup-2021"]
    assert ("2024", "year") not in made(context)


def test_a_quiet_tick_asks_nothing_more_of_the_database(begin: Begin) -> None:
    def asked(rule: str, at: datetime) -> int:
        context = begin(rule, at=at)
        tick.tick(context)
        context.clock.wait_until(at + timedelta(minutes=2))
        with counted(context.database.engine) as traffic:
            tick.tick(context)
        return len(traffic.statements)

    assert asked("", NOVEMBER) == asked(ON, NOVEMBER + timedelta(hours=1))
    year_is_out = asked(ON, MOMENT + timedelta(hours=1))
    assert year_is_out == asked("", MOMENT + timedelta(hours=2))


@pytest.mark.parametrize("years", ["2021", None, -1, 99999, True, [1]])
def test_what_is_stored_of_years_is_read_with_care(begin: Begin, years: object) -> None:
    context = begin()
    with context.write() as work:
        calendars = {**work.series.get("mlcollage").calendars, "years": years}
        work.conn.execute(update(tables.series).values(calendars=calendars))
    tick.tick(context)
    with context.read() as work:
        assert work.series.get("mlcollage").calendars["years"] == 2020


@pytest.mark.slow
def test_a_process_that_ends_anywhere_leaves_one_thread_that_the_next_one_ends(
    tmp_path: Path, clock: StoppedClock
) -> None:
    clock.at = NOVEMBER
    rule = f'live = true\n[series.mlcollage.roundup]\nbase_url = "https://lab.example.edu"\n{ON}'
    context = make_context(tmp_path / "before", rule, clock)
    fill(context)
    live(context, MOMENT - timedelta(minutes=5))
    context.database.close()

    def run(folder: Path, points: Points) -> None:
        own = assemble.context(config.load(folder / "config.toml"), clock=clock)
        try:
            with watched(points):
                tick.tick(own)
        except Crash:
            pass
        finally:
            own.database.close()

    def ended(number: int) -> list[str]:
        folder = tmp_path / f"run{number}"
        shutil.copytree(tmp_path / "before", folder)
        clock.at = MOMENT
        points = Points(number)
        run(folder, points)
        for _ in range(4):
            clock.go(minutes=4)
            run(folder, Points())
        after = assemble.context(config.load(folder / "config.toml"), clock=clock)
        found = year(after)
        after.database.close()
        assert threads(folder) == ["2022-01-02-roundup-2021"], number
        assert len(thread(folder, threads(folder)[0])["parts"]) == 2
        assert found is not None
        assert found.state is State.ANNOUNCED, number
        shutil.rmtree(folder)
        return points.names

    names = ended(0)
    assert "before commit" in names
    for number in range(1, len(names) + 1, 4):
        ended(number)

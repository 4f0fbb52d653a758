"""The brief before a slot or roundup: what goes out, where, for how much, and what is wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.config import Series
from bot.context import Context
from bot.core.collage import State
from bot.core.notices.briefing import REHEARSAL
from bot.core.notices.entry import Kind
from bot.core.schedule import SlotTime
from bot.deciding import coming, doctor, upkeep
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import notices, tables
from bot.storage.work import writing
from bot.watching import briefing, watchdog
from tests.conftest import StoppedClock, make_context, write_item
from tests.fakes import x
from tests.fakes.x import FakeX

pytestmark = pytest.mark.slow_on_postgresql

SLOT = datetime(2021, 8, 4, 15, tzinfo=UTC)
"""The first slot of the series: a Wednesday."""
WHEN = "Wednesday 2021-08-04 15:00"
ROUNDUP = datetime(2021, 8, 31, 18, tzinfo=UTC)


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        yield running


@pytest.fixture
def settings(fake: FakeX) -> str:
    """Live, with an account on the local X and an outbox."""
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    return f'live = true\n[accounts.lab]\n{lines}\n[accounts.press]\nnetwork = "outbox"\n'


@pytest.fixture
def context(
    tmp_path: Path, settings: str, clock: StoppedClock, database_url: str
) -> Iterator[Context]:
    made = begun(make_context(tmp_path / "bot", settings, clock, database_url))
    yield made
    made.database.close()


@pytest.fixture
def rehearsal(tmp_path: Path, clock: StoppedClock) -> Iterator[Context]:
    """A bot as it is on its first day: a rehearsal with an outbox."""
    made = begun(make_context(tmp_path / "rehearsal", clock=clock))
    yield made
    made.database.close()


def begun(context: Context) -> Context:
    """A bot that is running; what it said at first is heard."""
    tick.tick(context)
    return context


def of(context: Context, name: str = "mlcollage") -> Series:
    return context.config.series[name]


def add(context: Context, *names: str, **more: object) -> None:
    files = [write_item(context.config.folder, name, **more) for name in names]
    accept.take(context, of(context), [accept.from_file(file) for file in files])


def heard(context: Context) -> list[notices.Notice]:
    """The briefs given since the last look, and nothing else."""
    found = tick.unheard(context)
    assert {notice.kind for notice in found} <= {Kind.BRIEF}
    return found


def given(context: Context, clock: StoppedClock, at: datetime) -> list[str]:
    """The briefs given at that time, line by line."""
    clock.at = at
    briefing.give(context)
    return [notice.text for notice in heard(context)]


def details(context: Context) -> str:
    """Those of the newest brief."""
    with context.read() as work:
        newest = select(tables.notices.c.details).order_by(tables.notices.c.id.desc())
        return str(work.conn.execute(newest.limit(1)).scalar_one())


def everything(context: Context) -> dict[str, list[Any]]:
    """All rows but the notices, and what asking cost."""
    with context.read() as work:
        told = {"notices", "charges"}
        names = [table for table in tables.metadata.sorted_tables if table.name not in told]
        return {
            table.name: [tuple(row) for row in work.conn.execute(select(table))] for table in names
        }


def change(context: Context, name: str, **values: object) -> None:
    """Edit a collage in the queue."""
    with context.write() as work:
        item = work.queue.get("mlcollage", name)
        work.queue.replace(item, replace(item, **values), item.picture, State.READY)  # type: ignore[arg-type]


# What it says


def test_a_day_before_a_slot_it_says_what_goes_where_and_for_how_much(
    context: Context, clock: StoppedClock
) -> None:
    add(context, "barlow")
    clock.at = SLOT - timedelta(days=1)
    briefing.give(context)
    [notice] = heard(context)
    assert notice.text == f"{WHEN}: barlow [1/52] goes to lab, press for $0.23; all is well."
    assert notice.acknowledged_at == clock.at
    assert not notice.is_trouble


def test_its_details_are_the_very_thread_that_goes_out(
    context: Context, fake: FakeX, clock: StoppedClock
) -> None:
    add(context, "barlow")
    given(context, clock, SLOT - timedelta(days=1))
    told = details(context)
    clock.at = SLOT
    tick.tick(context)
    assert len(fake.state.posts) == 2
    for post in fake.state.posts:
        assert f" of 280 characters\n{post.text}\n" in told + "\n"
    assert "[picture: barlow.png, 1000 × 563, " in told
    assert "[alt text: A white slide about barlow.]" in told
    assert (
        "lab as @mlcollage: $0.23, most of it for the part with a link; $0.01 spent in the month"
        in told
    )
    assert "The barlow paper, Lovelace et al. (2021)" in told


def test_an_hour_before_it_is_given_once_more(context: Context, clock: StoppedClock) -> None:
    add(context, "barlow")
    assert len(given(context, clock, SLOT - timedelta(hours=24))) == 1
    assert given(context, clock, SLOT - timedelta(hours=2)) == []
    assert len(given(context, clock, SLOT - timedelta(hours=1))) == 1
    assert given(context, clock, SLOT - timedelta(minutes=1)) == []


def test_it_is_given_neither_too_soon_nor_when_the_slot_has_come(
    context: Context, clock: StoppedClock
) -> None:
    assert given(context, clock, SLOT - timedelta(hours=24, seconds=1)) == []
    assert given(context, clock, SLOT) == []


def test_a_bot_that_did_not_run_then_gives_it_as_long_as_the_next_is_not_due(
    context: Context, clock: StoppedClock
) -> None:
    assert len(given(context, clock, SLOT - timedelta(hours=3))) == 1
    clock.at = SLOT
    tick.tick(context)
    following = SLOT + timedelta(days=7)
    assert len(given(context, clock, following - timedelta(minutes=30))) == 1
    with context.read() as work:
        keys = [
            key
            for key in work.conn.execute(select(tables.notices.c.key)).scalars()
            if key.startswith("brief/")
        ]
    assert keys == [
        "brief/mlcollage/2021-08-04T15:00:00Z/24h",
        "brief/mlcollage/2021-08-11T15:00:00Z/1h",
    ]


def test_two_bots_on_one_database_give_it_once(
    context: Context, tmp_path: Path, settings: str, clock: StoppedClock, database_url: str
) -> None:
    other = make_context(tmp_path / "other", settings, clock, database_url)
    clock.at = SLOT - timedelta(days=1)
    for _ in range(2):
        briefing.give(context)
        briefing.give(other)
    assert len(heard(context)) == 1
    other.database.close()


def test_the_times_are_a_setting_and_none_switches_it_off(
    tmp_path: Path, settings: str, clock: StoppedClock
) -> None:
    made = begun(make_context(tmp_path, settings + '[alerts]\nbrief = ["90m"]\n', clock))
    assert given(made, clock, SLOT - timedelta(hours=1)) == [
        f"{WHEN}: nothing goes out; no collage is ready; see: mlcollage list"
    ]
    silent = replace(
        made, config=replace(made.config, alerts=replace(made.config.alerts, brief=()))
    )
    assert given(silent, clock, SLOT + timedelta(days=6, hours=23)) == []
    made.database.close()


def test_several_series_are_told_apart_in_their_own_zones(
    tmp_path: Path, clock: StoppedClock
) -> None:
    more = (
        '[series.mlcollage]\n[series.berlin]\nzone = "Europe/Berlin"\nroundup.folder = "berlin"\n'
    )
    made = begun(make_context(tmp_path, more, clock))
    told = given(made, clock, SLOT - timedelta(hours=2, minutes=1))
    assert [line.partition(": ")[0] for line in told] == [
        f"berlin, {WHEN}, a rehearsal", f"mlcollage, {WHEN}, a rehearsal",
    ]  # fmt: skip
    made.database.close()


def test_a_rehearsal_is_called_one_and_costs_what_it_would(
    tmp_path: Path, settings: str, clock: StoppedClock
) -> None:
    made = begun(make_context(tmp_path, settings.replace("live = true", "live = false"), clock))
    add(made, "barlow")
    [line] = given(made, clock, SLOT - timedelta(days=1))
    assert line == f"{WHEN}, a rehearsal: barlow [1/52] goes to lab, press for $0.23; all is well."
    assert REHEARSAL in details(made)
    made.database.close()


# What is wrong


def test_an_empty_queue_needs_somebody(rehearsal: Context, clock: StoppedClock) -> None:
    clock.at = SLOT - timedelta(days=1)
    briefing.give(rehearsal)
    [notice] = heard(rehearsal)
    assert (
        notice.text
        == f"{WHEN}, a rehearsal: nothing goes out; no collage is ready; see: mlcollage list"
    )
    assert notice.is_trouble
    assert notice.acknowledged_at is None


def test_a_pause_and_a_skipped_slot_are_said_and_need_nobody(
    rehearsal: Context, clock: StoppedClock
) -> None:
    with rehearsal.write() as work:
        row = work.series.get("mlcollage")
        work.slots.skip(row.name, SlotTime(SLOT, SLOT.date()))
    assert given(rehearsal, clock, SLOT - timedelta(days=1)) == [
        f"{WHEN}, a rehearsal: nothing goes out; the slot is skipped."
    ]
    with rehearsal.write() as work:
        work.slots.unskip(row.name, SlotTime(SLOT, SLOT.date()))
        work.series.pause(row.name, clock.at, SLOT + timedelta(days=2))
    clock.at = SLOT - timedelta(hours=1)
    briefing.give(rehearsal)
    [notice] = heard(rehearsal)
    assert notice.text.endswith(
        "nothing goes out; mlcollage is paused until Friday 2021-08-06 15:00."
    )
    assert not notice.is_trouble


def test_a_pause_that_ends_before_the_slot_is_none(rehearsal: Context, clock: StoppedClock) -> None:
    add(rehearsal, "barlow")
    with rehearsal.write() as work:
        work.series.pause("mlcollage", clock.at, SLOT - timedelta(hours=2))
    assert (
        "barlow [1/52] goes to outbox; all is well."
        in given(rehearsal, clock, SLOT - timedelta(days=1))[0]
    )


def test_what_cannot_be_composed_is_said_with_what_goes_out_instead(
    rehearsal: Context, clock: StoppedClock
) -> None:
    add(rehearsal, "barlow", "moco")
    change(rehearsal, "barlow", alt="a" * 1_001)
    [line] = given(rehearsal, clock, SLOT - timedelta(days=1))
    assert line == (
        f"{WHEN}, a rehearsal: moco [1/52] goes to outbox; barlow would be held: "
        "barlow for outbox: its alt text has 1,001 of at most 1,000 characters; shorten it."
    )
    clock.at = SLOT
    assert [notice.kind for notice in tick.tick(rehearsal)] == [Kind.HELD, Kind.DRY], "and so it is"


def test_it_repeats_what_preview_says_to_be_careful_about_once_for_all_accounts(
    context: Context, clock: StoppedClock
) -> None:
    add(context, "barlow")
    change(context, "barlow", paragraph="Look into model.py first.")
    clock.at = SLOT - timedelta(days=1)
    briefing.give(context)
    [notice] = heard(context)
    careful = "careful: part 1: model.py becomes a link; write it another way if it should be none."
    assert notice.text.endswith(f"goes to lab, press for $0.42; {careful}")
    assert notice.is_trouble
    assert f"! {careful}" in details(context)


def test_a_picture_that_is_missing_is_said(rehearsal: Context, clock: StoppedClock) -> None:
    add(rehearsal, "barlow")
    with rehearsal.write() as work:
        work.conn.execute(tables.collages.update().values(picture_sha256=None))
    [line] = given(rehearsal, clock, SLOT - timedelta(days=1))
    assert (
        "nothing goes out; barlow would be held: barlow for outbox: it has no picture; "
        "no collage is ready" in line
    )


def test_a_number_that_is_taken_already_is_said(rehearsal: Context, clock: StoppedClock) -> None:
    add(rehearsal, "barlow", "moco")
    clock.at = SLOT
    tick.tick(rehearsal)
    with rehearsal.write() as work:
        work.conn.execute(
            tables.collages.update().where(tables.collages.c.name == "moco").values(kept_number=1)
        )
    [line] = given(rehearsal, clock, SLOT + timedelta(days=6))
    assert "moco would be held: moco cannot have the number 1: it is barlow's already" in line


def test_it_tries_some_collages_and_not_the_whole_queue(
    rehearsal: Context, clock: StoppedClock
) -> None:
    add(rehearsal, *(f"paper{n}" for n in range(9)))
    for n in range(9):
        change(rehearsal, f"paper{n}", alt="a" * 1_001)
    [line] = given(rehearsal, clock, SLOT - timedelta(days=1))
    assert line.count("would be held") == briefing.TRIES


def test_a_held_account_is_said_unless_its_hold_ends_in_time(
    context: Context, clock: StoppedClock
) -> None:
    add(context, "barlow")
    with context.write() as work:
        work.accounts.hold("press", "Its disk is full.", SLOT - timedelta(minutes=5))
    assert "all is well." in given(context, clock, SLOT - timedelta(days=1))[0]
    with context.write() as work:
        work.accounts.release("press")
        work.accounts.hold("press", "Its disk is full.")
    [line] = given(context, clock, SLOT - timedelta(hours=1))
    assert line.endswith(
        "; press is held: Its disk is full. Then: mlcollage release --account press"
    )


def test_next_and_doctor_know_the_budget_as_the_brief_does(
    tmp_path: Path, settings: str, clock: StoppedClock
) -> None:
    limited = settings.replace("[accounts.press]", 'budget = "1.00"\n[accounts.press]')
    made = begun(make_context(tmp_path, limited, clock))
    add(made, "barlow", "moco", "vit")
    with writing(made.database, SLOT - timedelta(days=2)) as work:
        work.charges.add(work.accounts.ids()["lab"], "post", Decimal("0.60"))
    series = made.config.series["mlcollage"]
    [first, _] = coming.look(made, series, 3).waiting
    assert first.due_at == SLOT + timedelta(days=7)
    assert first.why.startswith("lab would wait for the next month: the thread costs $0.23, and $0")
    [lab, press] = doctor.examine_all(made)
    assert (lab.waits, press.waits) == ("", "")
    with writing(made.database, SLOT - timedelta(days=2)) as work:
        work.charges.add(work.accounts.ids()["lab"], "post", Decimal("0.30"))
    [lab, press] = doctor.examine_all(made)
    assert lab.waits.startswith("lab would wait for the next month: the thread costs $0.23, and")
    assert (lab.problem, press.waits) == ("", "")
    made.database.close()


def test_numbers_past_their_total_are_told_by_brief_next_doctor_and_a_notice(
    tmp_path: Path, clock: StoppedClock
) -> None:
    settings = "[series.mlcollage.numbering]\nfirst = 50\n"
    made = begun(make_context(tmp_path, settings, clock))
    add(made, "barlow")
    last = SLOT + timedelta(weeks=3)
    told = f"The slot of mlcollage on {last:%A %Y-%m-%d} 15:00 would get the number 53/52. Give"
    clock.at = SLOT - timedelta(days=1)
    briefing.give(made)
    [brief] = heard(made)
    assert f"barlow [50/52] goes to outbox; all is well. {told}" in brief.text
    assert not brief.is_trouble
    series = made.config.series["mlcollage"]
    found = coming.look(made, series, 1).past_total
    assert found
    assert found.text.startswith(told)
    assert found.text.endswith("mlcollage skip 2021-08-25 --series mlcollage")
    assert found in upkeep.findings(made)
    watchdog.look(made)
    watchdog.look(made)
    [notice] = [each for each in tick.unheard(made) if each.kind is Kind.NUMBERS]
    assert notice.text == found.text
    assert not notice.is_trouble
    with made.write() as work:
        work.slots.skip("mlcollage", SlotTime(SLOT, SLOT.date()))
    later = coming.look(made, series, 1).past_total
    assert later
    assert later.due_at == last + timedelta(weeks=1), "the slots go on behind the one left out"
    made.database.close()


def test_a_slot_that_takes_a_collage_tells_of_numbers_past_their_total_as_a_simulation_shows(
    tmp_path: Path, clock: StoppedClock
) -> None:
    made = begun(make_context(tmp_path, "[series.mlcollage.numbering]\nfirst = 51\n", clock))
    add(made, "barlow", "moco", "vit")
    clock.at = SLOT
    assert Kind.NUMBERS in {notice.kind for notice in tick.tick(made)}
    clock.at = SLOT + timedelta(weeks=1)
    assert Kind.NUMBERS not in {notice.kind for notice in tick.tick(made)}, "it is told once"
    made.database.close()


def test_a_budget_that_would_not_do_is_said_by_the_month_of_the_slot(
    tmp_path: Path, settings: str, clock: StoppedClock
) -> None:
    limited = settings.replace("[accounts.press]", 'budget = "1.00"\n[accounts.press]')
    made = begun(make_context(tmp_path, limited, clock))
    add(made, "barlow", "moco")
    for month in ("2021-08", "2021-07"):
        at = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
        with writing(made.database, at) as work:
            work.charges.add(work.accounts.ids()["lab"], "post", Decimal("0.90"))
    [line] = given(made, clock, SLOT - timedelta(days=1))
    assert line.endswith(
        "; lab would wait for the next month: the thread costs $0.23, and $0.91 of $1.00 are spent."
    )
    assert "$0.91 of $1.00 spent in the month" in details(made)
    september = datetime(2021, 9, 1, 15, tzinfo=UTC)
    clock.at = september - timedelta(days=1)
    tick.tick(made)
    [*_, line] = given(made, clock, clock.at)
    assert line.endswith("goes to lab, press for $0.23; all is well."), (
        "September has a budget of its own"
    )
    made.database.close()


# Checks that fail


TROUBLES = {
    "401": (x.NOT_AUTHORIZED, "lab cannot post: X refuses this account's keys"),
    "402": (x.NO_CREDITS, "lab cannot post: X says this account has no credits left"),
    "suspended": (x.SUSPENDED, "lab cannot post: X does not let this account do that"),
    "429": (x.TOO_MANY, "lab cannot post: X asks to wait"),
    "500": (x.FAIL_500, "lab cannot post: X answered 500"),
    "drop": (x.DROP, "lab cannot post: The connection to X ended before its answer"),
    "hang": (x.ACCEPT_MUCH_LATER, "lab cannot post: The connection to X ended before its answer"),
    "no JSON": (x.Trouble(raw=(200, b"<html>")), "lab cannot post: X "),
}


@pytest.mark.parametrize(("trouble", "words"), TROUBLES.values(), ids=TROUBLES)
def test_a_check_that_fails_is_said_changes_nothing_and_cancels_no_slot(
    tmp_path: Path, settings: str, fake: FakeX, clock: StoppedClock, trouble: x.Trouble, words: str
) -> None:
    impatient = settings.replace("'''10s'''", "'''200ms'''").replace("'''20s'''", "'''250ms'''")
    made = begun(make_context(tmp_path, impatient, clock))
    add(made, "barlow")
    before = everything(made)
    fake.trouble = {1: trouble}
    [line] = given(made, clock, SLOT - timedelta(hours=1))
    assert f"goes to lab, press for $0.23; {words}" in line
    assert fake.routes() == ["GET /2/users/me"]
    assert everything(made) == before
    fake.release()
    clock.at = SLOT
    tick.tick(made)
    assert len(fake.state.posts) == 2
    made.database.close()


class Broken:
    """A publisher whose check does what nobody foresaw; all else is another's."""

    def __init__(self, whole: object, error: Exception) -> None:
        self._whole, self._error = whole, error

    def __getattr__(self, name: str) -> object:
        return getattr(self._whole, name)

    def check(self) -> str:
        raise self._error


def test_a_check_that_breaks_becomes_a_sentence_and_the_others_are_made(
    context: Context, clock: StoppedClock
) -> None:
    add(context, "barlow")
    broken = Broken(context.publishers["press"], ZeroDivisionError("division by zero"))
    context = replace(context, publishers={**context.publishers, "press": broken})  # type: ignore[dict-item]
    [line] = given(context, clock, SLOT - timedelta(hours=1))
    assert line.endswith("for $0.23; press could not be checked: division by zero.")


def test_what_breaks_while_it_is_composed_becomes_a_sentence(
    context: Context, clock: StoppedClock
) -> None:
    class Limitless(Broken):
        def limits(self) -> None:
            raise self._error

    add(context, "barlow")
    broken = Limitless(context.publishers["press"], ZeroDivisionError("division by zero"))
    context = replace(context, publishers={**context.publishers, "press": broken})  # type: ignore[dict-item]
    [line] = given(context, clock, SLOT - timedelta(hours=1))
    assert line.startswith(
        f"{WHEN}: what goes out cannot be told; division by zero; press could not"
    )


def test_what_breaks_while_it_is_told_becomes_a_sentence(
    context: Context, clock: StoppedClock
) -> None:
    class Priceless(Broken):
        @property
        def budget(self) -> None:
            raise self._error

    broken = Priceless(context.publishers["lab"], ZeroDivisionError("division by zero"))
    context = replace(context, publishers={**context.publishers, "lab": broken})  # type: ignore[dict-item]
    add(context, "barlow")
    assert given(context, clock, SLOT - timedelta(hours=1)) == [
        f"{WHEN}: what goes out cannot be told; division by zero."
    ]


def test_each_account_is_asked_once_however_many_briefs_are_due(
    tmp_path: Path, settings: str, fake: FakeX, clock: StoppedClock
) -> None:
    more = '[series.mlcollage]\nslots = ["wednesday 15:00", "wednesday 16:00", "wednesday 17:00"]\n'
    made = begun(make_context(tmp_path, settings + more, clock))
    add(made, "barlow", "moco")
    told = given(made, clock, SLOT - timedelta(hours=12))
    assert ["barlow [1/52]" in told[0], "moco [2/52]" in told[1], "no collage" in told[2]] == [
        True
    ] * 3
    assert fake.routes() == ["GET /2/users/me", "GET /2/users/:id/tweets"]
    made.database.close()


def test_a_bot_that_is_being_stopped_gives_no_more(context: Context, clock: StoppedClock) -> None:
    context.stop.set()
    assert given(context, clock, SLOT - timedelta(days=1)) == []


def test_no_brief_is_given_when_its_checks_took_until_the_slot(
    context: Context, clock: StoppedClock
) -> None:
    class Slow(Broken):
        def check(self) -> str:
            clock.at = SLOT
            return ""

    slow = Slow(context.publishers["press"], Exception())
    context = replace(context, publishers={**context.publishers, "press": slow})  # type: ignore[dict-item]
    assert given(context, clock, SLOT - timedelta(minutes=1)) == []


# Roundups


def month_of_posts(context: Context, clock: StoppedClock) -> None:
    add(context, "barlow", "moco", "nerf", "vit")
    for week in range(4):
        clock.at = SLOT + timedelta(days=7 * week)
        tick.tick(context)


def test_a_roundup_has_its_brief_with_all_it_would_hold(
    context: Context, clock: StoppedClock
) -> None:
    month_of_posts(context, clock)
    clock.at = ROUNDUP - timedelta(hours=1)
    briefing.give(context)
    brief = heard(context)[0]
    holds = "the roundup 2021-09 with 4 collages so far"
    assert (
        brief.text
        == f"Tuesday 2021-08-31 18:00: {holds} goes to lab, press for $0.03; all is well."
    )
    where = "without a link to its page; set base_url under [series.mlcollage.roundup]"
    assert where in brief.details


def test_a_roundup_s_brief_holds_the_very_thread_that_goes_out(
    rehearsal: Context, clock: StoppedClock
) -> None:
    slotless = replace(of(rehearsal), slots=())
    month_of_posts(rehearsal, clock)
    rehearsal = replace(rehearsal, config=replace(rehearsal.config, series={"mlcollage": slotless}))
    assert len(given(rehearsal, clock, ROUNDUP - timedelta(days=1))) == 1
    told = details(rehearsal)
    assert "Four Deep Learning Papers to Read in September 2021" in told
    assert "- nerf: The nerf paper" in told
    clock.at = ROUNDUP
    tick.tick(rehearsal)
    with rehearsal.read() as work:
        sent = (
            select(tables.parts.c.text)
            .join(tables.deliveries)
            .where(tables.deliveries.c.kind == "roundup")
        )
        texts = work.conn.execute(sent).scalars().all()
    assert texts
    assert all(text in told for text in texts)


def test_a_roundup_without_anything_to_hold_is_said(
    rehearsal: Context, clock: StoppedClock
) -> None:
    assert given(rehearsal, clock, ROUNDUP - timedelta(hours=1))[0].endswith(
        "nothing goes out; there is nothing that the roundup 2021-09 could hold."
    )


def test_a_roundup_that_was_published_elsewhere_needs_nobody(
    rehearsal: Context, clock: StoppedClock
) -> None:
    with rehearsal.write() as work:
        row = work.series.get("mlcollage")
        work.roundups.add_published(
            row.name, "2021-09", ROUNDUP, title="t", slug="s", link="https://example.org/s"
        )
    clock.at = ROUNDUP - timedelta(hours=1)
    briefing.give(rehearsal)
    notice = heard(rehearsal)[0]
    assert notice.text.endswith("the roundup 2021-09 is there already: https://example.org/s")
    assert not notice.is_trouble


def test_a_paper_that_is_out_already_is_told_before_it_goes_out_again(
    rehearsal: Context, clock: StoppedClock
) -> None:
    arxiv = '{{ paper = "{}" }}'
    add(rehearsal, "first", links=arxiv.format("https://arxiv.org/abs/2103.03230"))
    add(rehearsal, "again", links=arxiv.format("https://doi.org/10.48550/arXiv.2103.03230"))
    [told] = given(rehearsal, clock, SLOT - timedelta(hours=1))
    assert "same paper" not in told
    clock.at = SLOT
    tick.tick(rehearsal)
    heard(rehearsal)
    [told] = given(rehearsal, clock, SLOT + timedelta(days=7, hours=-1))
    out = "first (out since Wednesday 2021-08-04) is about the same paper: arXiv 2103.03230"
    assert f"careful: again: {out}." in told

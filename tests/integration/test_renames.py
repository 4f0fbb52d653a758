"""Series and accounts that get another name: what follows, and what stays as it is."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.context import Context
from bot.core.collage import State
from bot.core.delivery import State as Sending
from bot.core.errors import BadConfig, BadInput, NotAllowed
from bot.core.notices.queue import CollageHeld, SlotEmpty
from bot.deciding import collages, queue_changes
from bot.deciding import series as deciding
from bot.intake import accept
from bot.scheduling import tick, unconfigured
from bot.watching import outstanding
from tests import rows
from tests.conftest import MONDAY, StoppedClock, make_context, write_item

SERIES = """
live = true
[series.{}]
slots = ["wednesday 15:00"]
zone = "UTC"
numbering = {{ first = 29 }}
roundup = {{ day = 20, base_url = "" }}
"""
WEEK = timedelta(days=7)
Start = Callable[..., Context]


@pytest.fixture
def start(tmp_path: Path, database_url: str, clock: StoppedClock) -> Iterator[Start]:
    """Starts the bot with these settings, in one folder and on one database."""
    made: list[Context] = []

    def begin(settings: str) -> Context:
        for old in made:
            old.database.close()
        made.append(make_context(tmp_path / "bot", settings, clock, database_url))
        return made[-1]

    yield begin
    made[-1].database.close()


@pytest.fixture
def weekly(start: Start, tmp_path: Path) -> Context:
    """A live series with three ready collages."""
    context = start(SERIES.format("weekly"))
    files = [write_item(tmp_path, name) for name in ("one", "two", "three")]
    arrivals = [accept.from_file(file) for file in files]
    accept.take(context, context.config.series["weekly"], arrivals)
    tick.tick(context)
    return context


def renamed(start: Start, weekly: Context) -> Context:
    """The bot with the series called monthly, in configuration and database."""
    with weekly.write() as work:
        work.renames.series("weekly", "monthly")
    return start(SERIES.format("monthly"))


def keys(context: Context) -> list[tuple[str, str, Sending]]:
    with context.read() as work:
        found = work.lookup.listed([*Sending])
    return sorted((e.delivery.key, e.delivery.series, e.delivery.state) for e in found)


def test_nothing_begins_under_a_name_that_may_be_a_new_one(start: Start, weekly: Context) -> None:
    with pytest.raises(BadConfig, match="mlcollage series rename weekly monthly"):
        start(SERIES.format("monthly"))
    again = start(SERIES.format("weekly"))
    with again.read() as work:
        assert work.series.known() == {"weekly": False}


def test_what_is_on_its_way_goes_out_once_and_under_its_old_key(
    start: Start, weekly: Context, clock: StoppedClock, tmp_path: Path
) -> None:
    outbox = weekly.config.folder / "outbox"
    outbox.write_text("", encoding="utf-8")
    clock.at = MONDAY + timedelta(days=2, hours=6)
    tick.tick(weekly)
    key = "weekly/2021-08-04T15:00:00Z/outbox"
    assert keys(weekly) == [(key, "weekly", Sending.WAITING)]
    context = renamed(start, weekly)
    outbox.unlink()
    clock.go(hours=1)
    tick.tick(context)
    assert keys(context) == [(key, "monthly", Sending.SENT)]
    assert len(list(outbox.iterdir())) == 1
    clock.at += WEEK
    tick.tick(context)
    assert [made[0] for made in keys(context)] == [
        "monthly/2021-08-11T15:00:00Z/outbox",
        key,
    ]
    assert sorted(path.name for path in outbox.iterdir()) == ["2021-08-04-one", "2021-08-11-two"]


def test_numbers_slots_and_roundups_go_on(
    start: Start, weekly: Context, clock: StoppedClock, tmp_path: Path
) -> None:
    clock.at = MONDAY + timedelta(days=2, hours=6)
    tick.tick(weekly)
    context = renamed(start, weekly)
    series = context.config.series["monthly"]
    tick.tick(context)
    assert [item.number for item in collages.posted(context, series, 9)] == [29]
    clock.at = MONDAY + timedelta(days=19)
    tick.tick(context)
    with context.read() as work:
        [roundup] = work.roundups.listed("monthly", 9)
        assert [item.name for item in work.queue.in_roundup(roundup.id)][:1] == ["one"]
        assert [item.number for item in work.queue.posted("monthly", 9)][-1] == 29


def test_the_log_and_notices_that_are_open_follow_and_the_keys_of_threads_do_not(
    start: Start, weekly: Context, clock: StoppedClock, tmp_path: Path
) -> None:
    series = weekly.config.series["weekly"]
    queue_changes.hold(weekly, series, "three")
    empty = SlotEmpty("weekly", MONDAY, series.zone)
    with weekly.write() as work:
        work.notices.add(CollageHeld("weekly", "three", 2, "A reason."))
        work.notices.add(empty)
        work.log.record("ada", "retry", "weekly/2021-08-04T15:00:00Z/outbox")
    context = renamed(start, weekly)
    shown = collages.show(context, context.config.series["monthly"], "three")
    assert [change.what for change in shown.changes] == ["hold", "add"]
    with context.write() as work:
        assert work.log.changes("weekly/2021-08-04T15:00:00Z/outbox")
        subjects = {notice.subject for notice in work.notices.open_trouble(9)}
        assert "collage/monthly/three" in subjects
        assert work.notices.add(SlotEmpty("monthly", MONDAY, series.zone)) is None
    assert outstanding.is_any(context)


def test_a_series_that_only_began_is_taken_in_with_its_queue_and_its_slots(
    start: Start, weekly: Context, clock: StoppedClock, tmp_path: Path
) -> None:
    with weekly.write() as work:
        course = weekly.config.series["weekly"].calendar
        work.series.ensure("monthly", course.fingerprint, "2021-08")
        moved = work.queue.get("weekly", "three")
        work.queue.remove(moved)
        work.queue.add("monthly", moved, moved.picture, State.READY)
    context = renamed(start, weekly)
    with context.read() as work:
        assert [item.name for item in work.queue.waiting("monthly")] == ["one", "two", "three"]
        assert work.series.known() == {"monthly": False}


def test_a_series_of_which_something_is_out_is_not_taken_in(
    weekly: Context, clock: StoppedClock
) -> None:
    with weekly.write() as work:
        work.series.ensure("monthly", "", "2021-08")
    clock.at = MONDAY + timedelta(days=2, hours=6)
    tick.tick(weekly)
    with pytest.raises(NotAllowed, match="another series already"), weekly.write() as work:
        work.renames.series("monthly", "weekly")
    assert [item.name for item in collages.posted(weekly, weekly.config.series["weekly"], 9)] == [
        "one"
    ]


def test_two_collages_of_one_name_keep_a_series_from_being_taken_in(weekly: Context) -> None:
    with weekly.write() as work:
        work.series.ensure("monthly", "", "2021-08")
        one = work.queue.get("weekly", "one")
        work.queue.add("monthly", one, one.picture, State.READY)
    with pytest.raises(NotAllowed, match="have a collage one"), weekly.write() as work:
        work.renames.series("weekly", "monthly")


def test_nothing_is_renamed_while_a_thread_is_being_sent(
    weekly: Context, clock: StoppedClock
) -> None:
    (weekly.config.folder / "outbox").write_text("", encoding="utf-8")
    clock.at = MONDAY + timedelta(days=2, hours=6)
    tick.tick(weekly)
    with weekly.write() as work:
        work.conn.exec_driver_sql("UPDATE deliveries SET state = 'sending'")
    for change in (
        lambda work: work.renames.series("weekly", "monthly"),
        lambda work: work.renames.swap("weekly", "weekly"),
        lambda work: work.renames.account("outbox", "lab"),
    ):
        with pytest.raises(NotAllowed, match="being sent"), weekly.write() as work:
            change(work)


def test_two_series_swap_their_names(start: Start, tmp_path: Path) -> None:
    both = 'live = true\n[series.a]\nroundup = { folder = "a" }\n[series.b]\n'
    context = start(both)
    for name in ("a", "b"):
        file = write_item(tmp_path, f"of-{name}")
        accept.take(context, context.config.series[name], [accept.from_file(file)])
    deciding.swap(context, "a", "b")
    for name, other in (("a", "of-b"), ("b", "of-a")):
        listed = collages.listed(context, context.config.series[name])
        assert [item.name for item in listed] == [other]
        shown = collages.show(context, context.config.series[name], other)
        assert [change.what for change in shown.changes] == ["add"]
    with pytest.raises(BadInput, match="are the same"):
        deciding.swap(context, "a", "a")


def test_an_account_that_something_was_made_for_is_not_taken_in(
    weekly: Context, clock: StoppedClock
) -> None:
    with weekly.write() as work:
        work.accounts.ensure({"lab": "outbox"})
    clock.at = MONDAY + timedelta(days=2, hours=6)
    tick.tick(weekly)
    with pytest.raises(NotAllowed, match="another account already"), weekly.write() as work:
        work.renames.account("lab", "outbox")
    with weekly.write() as work:
        work.renames.account("outbox", "lab")
        assert list(work.accounts.ids()) == ["lab"]


def test_a_series_with_threads_on_their_way_is_not_retired(
    start: Start, weekly: Context, clock: StoppedClock
) -> None:
    (weekly.config.folder / "outbox").write_text("", encoding="utf-8")
    clock.at = MONDAY + timedelta(days=2, hours=6)
    tick.tick(weekly)
    with weekly.write() as work:
        work.series.ensure("other", "", "2021-08")
    context = start(SERIES.format("other"))
    with pytest.raises(NotAllowed, match="1 thread of weekly would never go out"):
        deciding.retire(context, "weekly")
    assert "1 thread on the way" in deciding.warnings(context)[0]


def test_any_database_can_be_asked_what_its_configuration_does_not_know(
    weekly: Context,
) -> None:
    with weekly.write() as work:
        rows.clear(work.conn)
        rows.fill(work.conn)
        # The calendars are of no kind that there is.
        work.conn.exec_driver_sql("UPDATE series SET calendars = '{}', counted = '{}'")
        assert len(unconfigured.findings(work, weekly.config)) > 1

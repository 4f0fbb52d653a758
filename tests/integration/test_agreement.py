"""What the brief, `next` and previews say before is what the tick then does."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.errors import BadInput
from bot.core.notices.entry import Kind
from bot.deciding import candidates, coming, modes, queue_changes
from bot.scheduling import forecast, pauses, tick
from bot.storage.database import Database
from bot.storage.installation import LIVE, REHEARSALS
from bot.storage.tables import installation
from bot.storage.work import reading, writing
from bot.watching import briefing, outstanding, watchdog
from tests.conftest import StoppedClock, make_context
from tests.integration.test_tick import Bot, berlin, of, one

pytestmark = pytest.mark.slow_on_postgresql

TWICE = '[series.mlcollage]\nslots = ["monday 09:00", "monday 15:00"]\n'
MONDAY = date(2021, 8, 9)
SLOT = date(2021, 8, 4)
UNSENDABLE = {"thread": '["{{ nope }} #mlcollage"]'}


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    """A bot that has looked on Monday 2 August 2021 at 11:00 in Berlin; its slot: Wednesday."""
    made = Bot(tmp_path, database_url).start()
    made.tick()
    yield made
    made.stop()


def briefs(bot: Bot, at: str) -> list[str]:
    bot.clock.at = berlin(at)
    briefing.give(bot.running)
    return [notice.text for notice in tick.unheard(bot.running) if notice.kind is Kind.BRIEF]


def ahead(bot: Bot, count: int) -> list[str]:
    """The days ahead, each with its collage or state."""
    return [
        f"{each.slot.local_on} {each.collage.name if each.collage else each.state}"
        for each in forecast.coming_slots(bot.running, bot.series(), count)
    ]


# Collages that cannot go out


def test_a_brief_knows_what_the_slot_before_will_hold(bot: Bot) -> None:
    bot.start(TWICE).tick()
    bot.add("a", **UNSENDABLE).insist("a").add("b", "c")
    early, late = briefs(bot, "2021-08-08 16:00")
    assert "b [1/52] goes to outbox; a would be held: " in early
    assert late.endswith("c [2/52] goes to outbox; all is well.")
    bot.play("2021-08-09 16:00")
    assert bot.numbers() == {"2021-08-09-b": 1, "2021-08-09-c": 2}


def test_a_brief_passes_over_what_only_its_own_slot_would_hold(bot: Bot) -> None:
    bot.start(TWICE).tick()
    bot.add("a").add("b", **UNSENDABLE).insist("b").add("c")
    early, late = briefs(bot, "2021-08-08 16:00")
    assert early.endswith("a [1/52] goes to outbox; all is well.")
    assert "c [2/52] goes to outbox; b would be held: " in late
    bot.play("2021-08-09 16:00")
    assert bot.numbers() == {"2021-08-09-a": 1, "2021-08-09-c": 2}


def test_a_brief_names_an_empty_slot_after_one_that_takes_the_last_collage(bot: Bot) -> None:
    bot.start(TWICE).tick()
    bot.add("a", **UNSENDABLE).insist("a").add("b")
    early, late = briefs(bot, "2021-08-08 16:00")
    assert "b [1/52] goes to outbox" in early
    assert late.endswith("nothing goes out; no collage is ready; see: mlcollage list")
    assert one(Kind.EMPTY, bot.play("2021-08-09 16:00"))


def test_a_preview_counts_nothing_before_it_that_cannot_go_out(bot: Bot) -> None:
    bot.add("a", **UNSENDABLE).insist("a").add("b", "c").add("d", **UNSENDABLE).insist("d").add("e")
    series = bot.series()
    said = {
        name: candidates.preview(bot.running, series, bot.collage(name), ()).number
        for name in "abce"
    }
    assert said == {"a": 1, "b": 1, "c": 2, "e": 3}
    bot.play("2021-08-18 16:00")
    assert {name: bot.collage(name).number for name in "bce"} == {"b": 1, "c": 2, "e": 3}


# Roundups


def test_a_month_without_a_roundup_is_announced_as_such_and_no_trouble(bot: Bot) -> None:
    bot.start("[series.mlcollage]\nslots = []\n").tick()
    found = coming.next_roundup(bot.running, bot.series())
    assert (found.title_month, found.is_empty, found.is_made) == ("2021-09", True, False)
    [brief] = briefs(bot, "2021-08-31 17:30")
    assert brief.endswith("nothing goes out; there is nothing that the roundup 2021-09 could hold.")
    assert not outstanding.is_any(bot.running)
    assert [kind for kind, _ in bot.tick("2021-08-31 18:00")] == [Kind.NO_ROUNDUP]
    assert not outstanding.is_any(bot.running)


def test_a_roundup_that_a_slot_still_fills_is_announced(bot: Bot) -> None:
    bot.start('[series.mlcollage]\nslots = ["tuesday 15:00"]\n', at="2021-08-27 12:00").tick()
    assert coming.next_roundup(bot.running, bot.series()).is_empty, "the queue is empty"
    bot.add("barlow")
    assert not coming.next_roundup(bot.running, bot.series()).is_empty
    [roundup] = [brief for brief in briefs(bot, "2021-08-30 18:00") if "roundup" in brief]
    assert roundup.endswith(
        "the roundup 2021-09 has nothing yet, and takes what goes out until then; all is well."
    )
    one(Kind.ROUNDUP, bot.play("2021-08-31 18:01"))


def test_what_is_on_its_way_fills_a_roundup(bot: Bot) -> None:
    bot.add("barlow")
    with bot.running.write() as work:
        work.accounts.hold("outbox", "Not now.")
    bot.tick("2021-08-04 15:00")
    assert bot.out() == []
    assert not coming.next_roundup(bot.running, bot.series()).is_empty


def test_a_roundup_that_was_published_elsewhere_is_no_coming_one(bot: Bot) -> None:
    with bot.running.write() as work:
        at = berlin("2021-08-31 18:00")
        work.roundups.add_published(
            "mlcollage", "2021-09", at, title="t", slug="s", link="https://example.org/s"
        )
    assert coming.next_roundup(bot.running, bot.series()).is_made


# Pauses


@pytest.mark.parametrize("until", [None, date(2022, 8, 1)], ids=["without an end", "for a year"])
def test_the_next_collage_is_known_in_a_pause_of_any_length(bot: Bot, until: date | None) -> None:
    bot.add("barlow", "moco")
    pauses.pause(bot.running, bot.series(), until)
    first = coming.next_collage(bot.running, bot.series())
    assert first == bot.collage("barlow")


def test_where_no_slot_is_left_the_first_of_the_queue_is_the_next(bot: Bot) -> None:
    bot.start("[series.mlcollage]\nslots = []\n").add("barlow", "moco")
    assert coming.next_collage(bot.running, bot.series()) == bot.collage("barlow")


@pytest.mark.parametrize("until", [None, date(2021, 9, 6)], ids=["without an end", "longer"])
def test_a_pause_that_is_made_longer_leaves_its_slots_paused(bot: Bot, until: date | None) -> None:
    bot.add("barlow")
    pauses.pause(bot.running, bot.series(), date(2021, 8, 9))
    bot.clock.at = berlin("2021-08-05 10:00")
    pauses.pause(bot.running, bot.series(), until)
    assert of(Kind.MISSED, bot.tick("2021-08-05 10:01")) == []
    assert bot.slots() == {"2021-08-04 15:00": "paused"}


def test_a_slot_between_two_pauses_is_missed_and_those_in_the_first_are_paused(bot: Bot) -> None:
    bot.add("barlow")
    pauses.pause(bot.running, bot.series(), date(2021, 8, 9))
    bot.clock.at = berlin("2021-08-12 10:00")
    pauses.pause(bot.running, bot.series())
    assert "Wednesday 2021-08-11 15:00 was missed" in one(Kind.MISSED, bot.tick())
    assert bot.slots() == {"2021-08-04 15:00": "paused", "2021-08-11 15:00": "missed"}


def test_a_slot_from_before_a_pause_is_told_once_however_often_the_pause_changes(bot: Bot) -> None:
    bot.add("barlow")
    heard = list[str]()
    for at, until in (("2021-08-04 15:05", None), ("2021-08-12 10:00", date(2021, 9, 6))):
        bot.clock.at = berlin(at)
        pauses.pause(bot.running, bot.series(), until)
        for hours in (0, 2, 50):
            bot.clock.at = berlin(at) + timedelta(hours=hours)
            watchdog.look(bot.running)
            heard += [each.text for each in tick.unheard(bot.running)]
    assert [text.partition(":")[0] for text in heard if "is past" in text] == [
        "The slot of mlcollage on Wednesday 2021-08-04 15"
    ]
    assert len([text for text in heard if "was missed" in text]) == 1
    assert bot.slots() == {"2021-08-04 15:00": "missed", "2021-08-11 15:00": "paused"}


# Skipped days


def test_a_skipped_day_that_is_past_is_no_coming_slot(bot: Bot) -> None:
    bot.add("barlow", "moco")
    pauses.skip(bot.running, bot.series(), SLOT)
    assert ahead(bot, 2) == ["2021-08-04 skipped", "2021-08-11 barlow"]
    bot.tick("2021-08-05 10:00")
    assert ahead(bot, 2) == ["2021-08-11 barlow", "2021-08-18 moco"]


def test_nothing_is_pinned_to_a_skipped_day_until_it_is_one_no_more(bot: Bot) -> None:
    bot.add("barlow")
    pauses.skip(bot.running, bot.series(), SLOT)
    with pytest.raises(BadInput) as refused:
        queue_changes.pin(bot.running, bot.series(), "barlow", SLOT)
    assert str(refused.value) == (
        "Wednesday 2021-08-04 is skipped; first take that back: mlcollage skip 2021-08-04 --off"
    )
    pauses.unskip(bot.running, bot.series(), SLOT)
    assert queue_changes.pin(bot.running, bot.series(), "barlow", SLOT).item.name == "barlow"
    bot.tick("2021-08-04 15:00")
    assert bot.out() == ["2021-08-04-barlow"]


def test_nothing_is_pinned_to_a_day_whose_last_slot_is_past(bot: Bot) -> None:
    bot.start(TWICE).add("barlow", "moco")
    bot.tick("2021-08-09 09:00")
    queue_changes.pin(bot.running, bot.series(), "moco", MONDAY)
    queue_changes.unpin(bot.running, bot.series(), "moco")
    bot.tick("2021-08-09 15:00")
    bot.add("byol")
    bot.clock.at = berlin("2021-08-09 15:01")
    with pytest.raises(BadInput) as refused:
        queue_changes.pin(bot.running, bot.series(), "byol", MONDAY)
    assert str(refused.value) == "Monday 2021-08-09 has no slot of mlcollage that is still to come."


def test_a_slot_that_is_late_still_takes_what_is_pinned_to_its_day(bot: Bot) -> None:
    bot.add("barlow", "moco")
    bot.clock.at = berlin("2021-08-04 15:10")
    queue_changes.pin(bot.running, bot.series(), "moco", SLOT)
    bot.tick()
    assert bot.out() == ["2021-08-04-moco"]


def test_nothing_is_pinned_to_a_day_in_a_pause_that_ends_later(bot: Bot) -> None:
    bot.add("barlow")
    pauses.pause(bot.running, bot.series(), date(2021, 8, 9))
    with pytest.raises(BadInput) as refused:
        queue_changes.pin(bot.running, bot.series(), "barlow", SLOT)
    assert str(refused.value) == (
        "mlcollage is paused until Monday 2021-08-09 00:00; pin to a later day, or: "
        "mlcollage resume"
    )
    queue_changes.pin(bot.running, bot.series(), "barlow", date(2021, 8, 11))
    pauses.pause(bot.running, bot.series())
    queue_changes.pin(bot.running, bot.series(), "barlow", SLOT)


# From one mode to the other


def test_that_a_rehearsal_ends_or_begins_is_said_until_the_tick(bot: Bot) -> None:
    bot.add("barlow", "moco")
    bot.tick("2021-08-04 15:00")
    assert modes.change_ahead(bot.running) == ""
    bot.start("live = true\n")
    assert modes.change_ahead(bot.running) == (
        "Not shown yet: the rehearsal ends at the next tick. Then 1 collage is ready again, with "
        "new numbers, and slots count from that moment."
    )
    bot.tick()
    assert modes.change_ahead(bot.running) == ""
    bot.start("live = false\n")
    assert modes.change_ahead(bot.running) == (
        "Not shown yet: a rehearsal begins at the next tick. Then slots that are due live are "
        "missed, and nothing goes out to the accounts any more."
    )
    bot.tick()
    assert modes.change_ahead(bot.running) == ""


def test_before_the_first_tick_no_mode_ends(tmp_path: Path, clock: StoppedClock) -> None:
    made = make_context(tmp_path, "live = true\n", clock)
    assert modes.change_ahead(made) == ""
    made.database.close()


def test_a_day_skipped_again_before_the_mode_changes_stays_skipped(bot: Bot) -> None:
    bot.add("barlow")
    pauses.skip(bot.running, bot.series(), SLOT)
    bot.start("live = true\n")
    pauses.skip(bot.running, bot.series(), SLOT)
    bot.tick()
    bot.tick("2021-08-04 15:00")
    assert bot.out() == []
    assert bot.slots(everything=True) == {"2021-08-04 15:00": "skipped"}


def test_a_day_that_is_skipped_no_more_before_the_mode_changes_has_its_slot(bot: Bot) -> None:
    bot.add("barlow")
    pauses.skip(bot.running, bot.series(), SLOT)
    bot.start("live = true\n")
    pauses.unskip(bot.running, bot.series(), SLOT)
    bot.tick()
    bot.tick("2021-08-04 15:00")
    assert bot.out() == ["2021-08-04-barlow"]


def test_two_processes_that_change_the_mode_lock_its_rows_in_the_same_order(
    postgres_database: str,
) -> None:
    now = datetime(2021, 8, 2, tzinfo=UTC)
    with closing(Database(postgres_database)) as ours, closing(Database(postgres_database)) as them:
        # The row that is locked last is found first: without an order it would be locked first.
        with writing(ours, now) as work:
            work.installation.put(REHEARSALS, "1")
            work.installation.put(LIVE, "false")

        def enter() -> None:
            with writing(them, now) as work:
                work.installation.enter(live=True)

        other = threading.Thread(target=enter)
        with writing(ours, now) as work:
            mine = select(installation.c.value).with_for_update()
            work.conn.execute(mine.where(installation.c.name == LIVE))
            other.start()
            wait_for_a_lock(ours, now)
            free = mine.with_for_update(nowait=True)
            work.conn.execute(free.where(installation.c.name == REHEARSALS))
        other.join(timeout=120)
        with reading(ours, now) as work:
            assert work.installation.is_live()


def wait_for_a_lock(database: Database, now: datetime) -> None:
    """Until a transaction waits for one."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(300):
        with reading(database, now) as work:
            if work.conn.exec_driver_sql(waiting).scalar():
                return
        threading.Event().wait(0.02)
    pytest.fail("Nobody waits.")

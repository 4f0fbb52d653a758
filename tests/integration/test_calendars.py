"""A configuration that changes between two looks: what was due by the old one is settled by it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core import errors
from bot.core.delivery import State as DeliveryState
from bot.core.notices.entry import Kind
from bot.deciding import collages, coming
from bot.scheduling import forecast, tick
from bot.watching import briefing, watchdog
from tests.integration.test_tick import LIVE, Bot, berlin, of, on_a_line, one, pin

pytestmark = pytest.mark.slow_on_postgresql

SERIES = "[series.mlcollage]\n"
DARK_DECEMBER = f'{SERIES}blackout = ["2021-12-20..2022-01-02"]'
DARK_AUGUST = f'{SERIES}blackout = ["2021-08-01..2021-08-31"]'
THURSDAY = f'{SERIES}slots = ["thursday 10:00"]'
SAME = f'{SERIES}roundup.names_month = "same"'
SLOT = "2021-08-04 15:00"


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    """A bot that has looked on Wednesday 4 August 2021 at 14:50 in Berlin; its slot is at 15:00."""
    made = Bot(tmp_path, database_url).start().add("barlow", "moco", "byol", "simclr")
    made.tick("2021-08-04 14:50")
    yield made
    made.stop()


# Slots

CHANGES = {
    "a blackout in December": DARK_DECEMBER,
    "other slots": THURSDAY,
    "the same slot and another one": f'{SERIES}slots = ["wednesday 15:00", "friday 09:00"]',
    "another zone": f'{SERIES}zone = "America/New_York"',
    "no slots at all": f"{SERIES}slots = []",
}


@pytest.mark.parametrize("settings", CHANGES.values(), ids=CHANGES)
def test_a_slot_that_came_before_the_change_was_seen_goes_out_by_the_old_calendar(
    bot: Bot, settings: str
) -> None:
    heard = bot.start(settings, at="2021-08-04 15:10").tick()
    assert bot.out() == ["2021-08-04-barlow"]
    assert bot.slots() == {SLOT: "claimed"}
    assert one(Kind.CHANGED, heard).startswith("The slots of mlcollage have changed")
    assert of(Kind.MISSED, heard) == []
    assert bot.tick("2021-08-04 15:20") == []


@pytest.mark.parametrize("settings", CHANGES.values(), ids=CHANGES)
def test_reading_commands_in_between_leave_the_slot_to_the_tick(bot: Bot, settings: str) -> None:
    bot.start(settings, at="2021-08-04 15:05")
    collages.listed(bot.running, bot.series())
    coming.look(bot.running, bot.series(), 3)
    coming.next_roundup(bot.running, bot.series())
    briefing.give(bot.running)
    watchdog.look(bot.running)
    assert bot.slots() == {}
    bot.start(settings, at="2021-08-04 15:10").tick()
    assert bot.out() == ["2021-08-04-barlow"]


def test_what_is_still_due_by_the_old_calendar_is_shown_first_then_the_new_one(bot: Bot) -> None:
    bot.start(THURSDAY, at="2021-08-04 15:05")
    ahead = forecast.coming_slots(bot.running, bot.series(), 3)
    assert [f"{each.slot.local_on} {each.number}" for each in ahead] == [
        "2021-08-04 1",
        "2021-08-05 2",
        "2021-08-12 3",
    ]


def test_after_the_change_the_new_slots_count_and_no_collage_is_taken_twice(bot: Bot) -> None:
    bot.start(THURSDAY, at="2021-08-04 15:10").play("2021-08-13 12:00")
    assert bot.numbers() == {
        "2021-08-04-barlow": 1,
        "2021-08-05-moco": 2,
        "2021-08-12-byol": 3,
    }


def test_a_slot_of_both_calendars_at_the_very_moment_of_the_change_is_one_slot(bot: Bot) -> None:
    bot.start(f'{SERIES}slots = ["wednesday 15:00", "friday 09:00"]', at=SLOT).tick()
    bot.play("2021-08-06 12:00")
    assert bot.numbers() == {"2021-08-04-barlow": 1, "2021-08-06-moco": 2}


def test_after_three_weeks_off_the_old_slots_are_missed_or_done_and_then_the_new_ones_count(
    bot: Bot,
) -> None:
    heard = bot.start(THURSDAY, at="2021-08-25 16:00").tick()
    assert bot.slots() == {
        SLOT: "missed",
        "2021-08-11 15:00": "missed",
        "2021-08-18 15:00": "missed",
        "2021-08-25 15:00": "claimed",
    }
    assert len(of(Kind.MISSED, heard)) == 3
    assert bot.out() == ["2021-08-25-barlow"]
    bot.play("2021-08-27 12:00")
    assert bot.out() == ["2021-08-25-barlow", "2021-08-26-moco"]


def test_a_slot_too_late_by_either_calendar_is_missed_with_a_notice(bot: Bot) -> None:
    heard = bot.start(f'{SERIES}lateness = "1h"', at="2021-08-04 17:00").tick()
    assert bot.slots() == {SLOT: "missed"}
    assert "was missed" in one(Kind.MISSED, heard)
    heard = bot.start(f'{SERIES}lateness = "30d"', at="2021-08-11 17:00").tick()
    assert bot.slots() == {SLOT: "missed", "2021-08-11 15:00": "missed"}
    assert "was missed" in one(Kind.MISSED, heard)


def test_a_slot_on_a_day_that_is_blacked_out_since_is_missed_with_a_notice(bot: Bot) -> None:
    heard = bot.start(DARK_AUGUST, at="2021-08-04 15:10").tick()
    assert (bot.out(), bot.slots()) == ([], {SLOT: "missed"})
    assert "was missed" in one(Kind.MISSED, heard)


def test_a_second_change_before_the_first_was_seen_loses_nothing(bot: Bot) -> None:
    bot.start(THURSDAY, at="2021-08-04 15:05")
    bot.start(DARK_DECEMBER, at="2021-08-04 15:06")
    bot.tick("2021-08-04 15:10")
    assert bot.slots() == {SLOT: "claimed"}


def test_a_pause_holds_for_a_slot_of_the_old_calendar(bot: Bot) -> None:
    bot.pause(bot.clock.now())
    heard = bot.start(THURSDAY, at="2021-08-04 15:10").tick()
    assert (bot.out(), bot.slots()) == ([], {SLOT: "paused"})
    assert of(Kind.MISSED, heard) == []


def test_a_pin_to_a_day_that_gets_a_later_slot_stays(bot: Bot) -> None:
    pin(bot, "byol", "2021-08-04")
    later = f'{SERIES}slots = ["wednesday 18:00"]\nlateness = "1m"'
    bot.start(later, at="2021-08-04 15:10").tick()
    assert bot.slots() == {SLOT: "missed"}
    bot.play("2021-08-04 19:00")
    assert bot.out() == ["2021-08-04-byol"]


def test_what_is_settled_is_forgotten_so_that_changes_do_not_pile_up(bot: Bot) -> None:
    for _ in range(5):
        bot.start(THURSDAY, at="2021-08-04 15:10").tick()
        bot.start(DARK_DECEMBER).tick()
    bot.tick()
    with bot.running.read() as work:
        assert work.series.get("mlcollage").calendars["earlier"] == []


def test_a_configuration_by_which_no_bot_has_looked_leaves_nothing_behind(
    tmp_path: Path, database_url: str
) -> None:
    bot = Bot(tmp_path, database_url).start().add("barlow")
    heard = bot.start(THURSDAY, at="2021-08-04 17:00").tick()
    assert (bot.out(), bot.slots(), of(Kind.MISSED, heard)) == ([], {}, [])
    bot.play("2021-08-05 12:00")
    assert bot.out() == ["2021-08-05-barlow"]
    bot.stop()


def test_a_settled_slot_does_not_come_back_when_the_old_calendar_does(bot: Bot) -> None:
    bot.tick(SLOT)
    bot.start(THURSDAY, at="2021-08-04 15:30").tick()
    bot.start(at="2021-08-04 15:40").tick()
    bot.play("2021-08-05 12:00")
    assert bot.slots() == {SLOT: "claimed"}


# Roundups


def made(bot: Bot) -> dict[str, list[str]]:
    """The roundups by title month, with the collages that each holds."""
    with bot.running.read() as work:
        return {
            roundup.title_month: [item.name for item in work.queue.in_roundup(roundup.id)]
            for roundup in work.roundups.listed("mlcollage")
        }


def briefs(bot: Bot) -> list[str]:
    briefing.give(bot.running)
    return [text for kind, text in bot.tick() if kind is Kind.BRIEF]


def test_the_first_roundup_comes_where_names_month_is_changed_after_init(
    tmp_path: Path, database_url: str
) -> None:
    bot = Bot(tmp_path, database_url).start().add("barlow")
    bot.start(SAME, at="2021-08-03 12:00").play("2021-08-30 19:00")
    assert "the roundup 2021-08 with 1 collage" in briefs(bot)[0]
    bot.play("2021-08-31 18:30")
    assert made(bot) == {"2021-08": ["barlow"]}
    bot.stop()


def test_a_change_of_the_roundup_says_which_one_is_next(bot: Bot) -> None:
    heard = bot.start(SAME, at="2021-08-05 12:00").tick()
    assert one(Kind.ROUNDUP_CHANGED, heard) == (
        "The roundups of mlcollage have changed: the next one is 2021-08, "
        "on Tuesday 2021-08-31 18:00."
    )
    assert of(Kind.CHANGED, heard) == []


def test_a_roundup_that_was_due_by_the_old_names_is_made_by_them(bot: Bot) -> None:
    bot.play("2021-08-31 17:00")
    bot.start(SAME, at="2021-09-01 12:00").tick()
    assert made(bot) == {"2021-09": ["barlow", "moco", "byol", "simclr"]}


def test_a_roundup_whose_title_month_is_taken_is_told_and_its_collages_come_later(
    bot: Bot,
) -> None:
    bot.play("2021-09-01 16:00")
    assert made(bot) == {"2021-09": ["barlow", "moco", "byol", "simclr"]}
    bot.add("dino", "swav")
    bot.start(SAME, at="2021-09-05 12:00").play("2021-09-29 17:00")
    bot.clock.at = berlin("2021-09-30 17:30")
    said = briefs(bot)[0]
    assert "the roundup 2021-09 is there already" in said
    assert said.endswith("What has gone out since comes into the next one.")
    heard = bot.play("2021-09-30 19:00")
    assert one(Kind.NO_ROUNDUP, heard).endswith("what went out in 2021-09 comes into the next one.")
    bot.play("2021-10-31 19:00")
    assert made(bot)["2021-10"] == ["dino", "swav"]


def test_a_month_whose_new_moment_has_passed_gets_its_roundup_at_once(bot: Bot) -> None:
    bot.play("2021-08-20 12:00")
    bot.start(f"{SERIES}roundup.day = 15", at="2021-08-20 13:00").tick()
    assert made(bot) == {"2021-09": ["barlow", "moco"]}


def test_a_month_whose_new_moment_lies_before_the_beginning_of_the_series_is_left_to_the_next(
    bot: Bot,
) -> None:
    heard = bot.start(f"{SERIES}roundup.day = 1", at="2021-08-20 13:00").tick()
    assert "the next one is 2021-10, on Wednesday 2021-09-01" in one(Kind.ROUNDUP_CHANGED, heard)
    bot.play("2021-09-01 19:00")
    assert made(bot) == {"2021-10": ["barlow", "moco", "byol"]}


def test_a_month_with_a_roundup_gets_no_second_one_on_a_later_day(bot: Bot) -> None:
    bot.start(f"{SERIES}roundup.day = 15", at="2021-08-05 12:00").play("2021-08-20 12:00")
    assert made(bot) == {"2021-09": ["barlow", "moco"]}
    heard = bot.start(at="2021-08-20 13:00").play("2021-09-01 12:00")
    assert list(made(bot)) == ["2021-09"]
    assert of(Kind.NO_ROUNDUP, heard) == []


def test_a_day_moved_behind_the_beginning_of_the_series_still_brings_the_month(
    tmp_path: Path, database_url: str
) -> None:
    early = f"{SERIES}roundup.day = 1"
    bot = Bot(tmp_path, database_url).start(early).add("barlow")
    bot.tick()
    bot.start(at="2021-08-03 12:00").play("2021-08-31 19:00")
    assert made(bot) == {"2021-09": ["barlow"]}
    bot.stop()


def test_a_roundup_that_waits_for_a_thread_stays_due_by_the_old_calendar(bot: Bot) -> None:
    line = on_a_line(bot)
    bot.play("2021-08-24 12:00")
    line.answers = [errors.Uncertain("The line went dead.")]
    bot.tick("2021-08-25 15:00")
    with bot.running.read() as work:
        [doubtful] = work.lookup.listed([DeliveryState.UNCERTAIN])
    bot.clock.at = berlin("2021-08-31 19:00")
    tick.tick(bot.running)
    assert made(bot) == {}
    for at, expected in (
        ("2021-08-31 20:00", {}),
        ("2021-09-01 18:01", {"2021-09": ["barlow", "moco", "byol"]}),
    ):
        bot.start(SAME, at=at)
        # What the network shows tells as little as before.
        on_a_line(bot)
        tick.tick(bot.running)
        assert made(bot) == expected
    assert doubtful.name == "simclr"


def test_a_roundup_that_is_due_waits_no_longer_than_the_configuration_says_now(bot: Bot) -> None:
    line = on_a_line(bot)
    bot.play("2021-08-24 12:00")
    line.answers = [errors.Uncertain("The line went dead.")]
    bot.tick("2021-08-25 15:00")
    bot.clock.at = berlin("2021-08-31 19:00")
    tick.tick(bot.running)
    assert made(bot) == {}, "by default it waits for a day"
    assert coming.next_roundup(bot.running, bot.series()).waits_until == berlin("2021-09-01 18:00")
    bot.start(f'{SERIES}roundup.wait = "2h"', at="2021-08-31 20:01")
    on_a_line(bot)
    tick.tick(bot.running)
    assert made(bot) == {"2021-09": ["barlow", "moco", "byol"]}


# Modes

REHEARSAL = "live = false\n"


def test_a_roundup_that_came_due_during_a_rehearsal_is_made_when_it_is_live_again(
    tmp_path: Path, database_url: str
) -> None:
    bot = Bot(tmp_path, database_url).start(LIVE).add("barlow", "moco", "byol", "simclr")
    bot.play("2021-08-19 12:00")
    bot.start(REHEARSAL, at="2021-08-30 12:00").play("2021-09-02 12:00")
    bot.start(LIVE, at="2021-09-03 12:00").tick()
    with bot.running.read() as work:
        listed = work.roundups.listed("mlcollage")
        names = [item.name for item in work.queue.in_roundup(listed[0].id)]
    assert [(each.title_month, each.rehearsal) for each in listed] == [("2021-09", 0)]
    assert names == ["barlow", "moco", "byol"]
    bot.stop()


def test_a_slot_that_was_due_live_is_missed_when_a_rehearsal_begins(
    tmp_path: Path, database_url: str
) -> None:
    bot = Bot(tmp_path, database_url).start(LIVE).add("barlow", "moco")
    bot.tick("2021-08-04 14:50")
    heard = bot.start(REHEARSAL, at="2021-08-04 15:10").tick()
    assert bot.out() == []
    assert bot.slots(everything=True) == {SLOT: "missed"}
    assert "was missed" in one(Kind.MISSED, heard)
    assert "live = false" in one(Kind.REHEARSAL_BEGUN, heard)
    with bot.running.read() as work:
        assert {notice.rehearsal for notice in work.notices.listed()} == {0}
    bot.stop()


# What a brief announced


def unkept(bot: Bot) -> list[str]:
    """What the watchdog has to tell of announcements, and nobody has heard."""
    watchdog.look(bot.running)
    return [text for text in of(Kind.OVERDUE, bot.tick()) if text.startswith("A brief of")]


def test_a_slot_that_was_announced_and_is_gone_is_told_once(bot: Bot) -> None:
    assert "barlow" in briefs(bot)[0]
    bot.start(THURSDAY, at="2021-08-04 14:55").tick()
    bot.clock.at = berlin("2021-08-04 16:01")
    [told] = unkept(bot)
    assert told.startswith("A brief of mlcollage announced the slot of Wednesday 2021-08-04 15:00")
    assert unkept(bot) == []


def test_a_roundup_that_was_announced_and_is_gone_is_told_once(bot: Bot) -> None:
    bot.play("2021-08-31 12:00")
    assert any("the roundup 2021-09" in text for text in briefs(bot))
    bot.start(SAME, at="2021-08-31 13:00").play("2021-09-01 11:00")
    assert list(made(bot)) == ["2021-08"]
    bot.clock.at += timedelta(hours=3)
    [told] = unkept(bot)
    assert "the roundup 2021-09, and it was not made" in told
    assert unkept(bot) == []


def test_what_was_announced_and_came_or_was_called_off_is_not_told(bot: Bot) -> None:
    briefs(bot)
    bot.tick(SLOT)
    bot.clock.at = berlin("2021-08-11 14:30")
    briefs(bot)
    bot.pause(bot.clock.now())
    bot.tick("2021-08-11 15:00")
    bot.clock.at = berlin("2021-08-11 17:00")
    assert unkept(bot) == []

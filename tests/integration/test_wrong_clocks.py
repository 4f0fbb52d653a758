"""A clock that was wrong once: what it left heals by itself, or is named and put right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.app.runner import Duty
from bot.context import Context, Pace
from bot.core import errors
from bot.core.delivery import State as DeliveryState
from bot.core.errors import NotAllowed
from bot.core.notices.entry import Kind
from bot.core.schedule import SlotTime
from bot.deciding import deliveries, repair
from bot.storage import tables
from bot.watching import outstanding, watchdog
from bot.workers import Workers
from tests.conftest import StoppedClock
from tests.fakes import x
from tests.fakes.x import FakeX
from tests.integration.test_deliver import Scripted, begun, delivery, fails
from tests.integration.test_tick import LIVE, Bot, berlin, of, on_a_line, one

pytestmark = pytest.mark.slow_on_postgresql

SLOT = "2021-08-04 15:00"
NAMES = ("barlow", "moco", "byol", "simclr", "dino", "swav")
YEAR = timedelta(days=365)


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    """A live bot that has looked on Monday; its slots are on Wednesdays at 15:00 in Berlin."""
    made = Bot(tmp_path, database_url).start(LIVE).add(*NAMES)
    made.tick()
    yield made
    made.stop()


def dated(bot: Bot, table: str, **values: object) -> None:
    with bot.running.write() as work:
        work.conn.execute(update(tables.metadata.tables[table]).values(values))


def left(bot: Bot) -> list[str]:
    return [each.what for each in repair.examine(bot.running).left]


# Slots


def test_a_series_that_has_looked_until_next_december_takes_its_next_slot(bot: Bot) -> None:
    dated(bot, "series", looked_until=berlin("2022-12-07 15:00"))
    heard = bot.tick(SLOT)
    assert bot.out() == ["2021-08-04-barlow"]
    assert "mlcollage had settled its slots until Wednesday 2022-12-07 15:00" in (
        one(Kind.CLOCK, heard)
    )
    assert bot.tick() == []


def test_a_tick_with_a_clock_a_year_ahead_costs_no_slot_of_that_year(bot: Bot) -> None:
    bot.tick("2022-08-10 15:10")
    assert bot.out() == ["2022-08-10-barlow"]
    assert list(bot.slots().values()).count("missed") == 53
    bot.tick("2021-08-03 12:00")
    assert bot.slots() == {"2022-08-10 15:00": "claimed"}
    with bot.running.read() as work:
        told = [notice.kind for notice in work.notices.open_trouble(100)]
    assert Kind.MISSED not in told, "what was told of slots that come again is over"
    heard = bot.tick(SLOT)
    assert bot.out() == ["2021-08-04-moco", "2022-08-10-barlow"]
    assert of(Kind.MISSED, heard) == []


def test_a_slot_that_is_really_missed_is_told_although_a_wrong_clock_had_told_it(bot: Bot) -> None:
    bot.tick("2022-08-10 15:10")
    bot.tick("2021-08-03 12:00")
    heard = bot.tick("2021-08-08 12:00")
    assert "Wednesday 2021-08-04 15:00 was missed" in one(Kind.MISSED, heard)


def test_a_roundup_of_each_month_comes_although_a_wrong_clock_had_settled_them(bot: Bot) -> None:
    bot.tick("2022-08-10 15:10")
    bot.tick("2021-08-03 12:00")
    bot.play("2021-08-31 19:00")
    with bot.running.read() as work:
        listed = work.roundups.listed("mlcollage")
        held = [item.name for item in work.queue.in_roundup(listed[-1].id)]
    assert listed[-1].title_month == "2021-09"
    assert held == ["moco", "byol", "simclr", "dino"]


def test_what_a_person_has_skipped_ahead_stays_skipped(bot: Bot) -> None:
    with bot.running.write() as work:
        day = berlin("2021-08-11 15:00")
        work.slots.skip("mlcollage", SlotTime(day, day.date()))
    dated(bot, "series", looked_until=berlin("2022-12-07 15:00"))
    bot.play("2021-08-12 12:00")
    assert bot.slots() == {SLOT: "claimed", "2021-08-11 15:00": "skipped"}


def test_a_clock_set_back_an_hour_does_nothing_again(bot: Bot) -> None:
    bot.tick("2021-08-04 15:01")
    bot.tick("2021-08-04 14:01")
    bot.play("2021-08-05 12:00")
    assert bot.out() == ["2021-08-04-barlow"]
    bot.play("2021-08-12 12:00")
    assert bot.out() == ["2021-08-04-barlow", "2021-08-11-moco"]


def test_a_clock_that_is_far_behind_changes_nothing_and_is_told(bot: Bot) -> None:
    bot.play("2021-08-26 12:00")
    before = bot.slots()
    heard = bot.tick("2020-01-01 00:00")
    assert heard == []
    watchdog.look(bot.running)
    assert "the clock is behind, or it was ahead" in one(Kind.CLOCK, bot.tick())
    assert outstanding.is_any(bot.running)
    bot.tick("2021-08-26 12:05")
    assert bot.slots() == before
    bot.play("2021-09-01 16:00")
    assert list(bot.slots()) == [*before, "2021-09-01 15:00"]


def test_a_clock_some_weeks_behind_opens_no_slot_again(bot: Bot) -> None:
    bot.play("2021-08-26 12:00")
    before = bot.slots()
    bot.tick("2021-08-10 12:00")
    bot.tick("2021-08-26 12:05")
    assert bot.slots() == before


# Deliveries


def sending(bot: Bot, lease: timedelta) -> None:
    """A thread claimed by a process that ended, with a lease of that length from now."""
    line = on_a_line(bot)
    line.answers = [errors.Unavailable() for _ in range(9)]
    bot.tick(SLOT)
    line.answers = []
    dated(
        bot,
        "deliveries",
        state="sending",
        lease_until=bot.clock.now() + lease,
        next_at=bot.clock.now(),
    )


def test_a_lease_dated_a_year_ahead_ends_as_soon_as_any(bot: Bot) -> None:
    sending(bot, YEAR)
    bot.play("2021-08-04 15:10")
    assert bot.states()["barlow"] == "posted"


def test_a_lease_of_a_clock_a_little_ahead_is_left_alone(bot: Bot) -> None:
    sending(bot, timedelta(minutes=8))
    bot.play("2021-08-04 15:07")
    assert bot.states()["barlow"] == "claimed"


@pytest.mark.parametrize("step", ["retry", "cancel"])
def test_a_person_can_decide_about_a_thread_whose_lease_is_dated_a_year_ahead(
    bot: Bot, step: str
) -> None:
    sending(bot, YEAR)
    if step == "retry":
        decided = deliveries.retry(bot.running, "1")
    else:
        decided = deliveries.cancel(bot.running, "1")
    expected = {"retry": DeliveryState.WAITING, "cancel": DeliveryState.FAILED}
    assert decided.entry.delivery.state is expected[step]


def test_a_thread_that_is_really_being_sent_is_left_alone(bot: Bot) -> None:
    sending(bot, timedelta(minutes=2))
    for step in (deliveries.retry, deliveries.cancel):
        with pytest.raises(NotAllowed, match="on its way at this moment"):
            step(bot.running, "1")


def test_a_wait_until_next_year_goes_on_now(bot: Bot) -> None:
    sending(bot, timedelta(0))
    dated(bot, "deliveries", state="waiting", next_at=bot.clock.now() + YEAR)
    bot.tick("2021-08-04 15:02")
    assert bot.states()["barlow"] == "posted"


def test_a_lookup_next_year_is_made_two_minutes_from_now(bot: Bot) -> None:
    line = on_a_line(bot)
    line.answers, line.is_out = [errors.Uncertain("The line went dead.")], True
    bot.tick(SLOT)
    dated(bot, "deliveries", next_at=bot.clock.now() + YEAR)
    bot.tick("2021-08-04 16:00")
    assert bot.states()["barlow"] == "claimed"
    bot.tick("2021-08-04 16:02")
    assert bot.states()["barlow"] == "posted"


def test_what_waits_for_a_person_goes_on_waiting(bot: Bot) -> None:
    on_a_line(bot).answers = [errors.Uncertain("The line went dead.")]
    bot.play("2021-08-04 16:00")
    with bot.running.read() as work:
        [before] = work.lookup.listed([DeliveryState.UNCERTAIN])
    bot.play("2021-08-05 16:00")
    with bot.running.read() as work:
        [after] = work.lookup.listed([DeliveryState.UNCERTAIN])
    assert (after.out, after.delivery.fence) == (before.out, before.delivery.fence)
    assert after.delivery.looks > before.delivery.looks, "it is only looked for meanwhile"


def test_a_thread_claimed_for_a_slot_of_next_year_asks_before_it_goes_out_now(bot: Bot) -> None:
    on_a_line(bot).answers = [errors.Unavailable() for _ in range(9)]
    bot.tick("2022-08-10 15:00")
    assert bot.states()["barlow"] == "claimed"
    heard = bot.tick("2021-08-03 12:00")
    assert "by a clock that was ahead: shall it go out now?" in one(Kind.HELD, heard)
    assert bot.out() == []
    deliveries.cancel(bot.running, "1")
    assert bot.states()["barlow"] == "held"


def test_an_account_held_until_a_time_by_a_wrong_clock_is_free(bot: Bot) -> None:
    dated(
        bot, "accounts", held_at=berlin("2022-08-04 15:00"), held_until=berlin("2022-09-01 00:00")
    )
    bot.tick(SLOT)
    assert bot.states()["barlow"] == "posted"


# A bot that stays


@pytest.fixture
def network() -> Scripted:
    return Scripted()


@pytest.fixture
def staying(
    tmp_path: Path, database_url: str, clock: StoppedClock, network: Scripted
) -> Iterator[Duty]:
    """A bot on duty, for which a thread of two parts is due; its network proves nothing."""
    made = begun(tmp_path, database_url, clock, network)
    yield Duty(made, Workers(timedelta(seconds=5)))
    made.database.close()


def lost(duty: Duty, network: Scripted) -> Context:
    """The answer to the first part is lost; the context."""
    network.before = {1: fails(errors.Uncertain("The answer was lost."))}
    duty.tick()
    assert delivery(duty.context).state is DeliveryState.UNCERTAIN
    return duty.context


def test_a_clock_set_forward_between_two_looks_makes_none_of_them_early(
    staying: Duty, network: Scripted, clock: StoppedClock
) -> None:
    context = lost(staying, network)
    clock.at += timedelta(hours=1)
    clock.go(seconds=30)
    assert Kind.CLOCK_SET in [notice.kind for notice in staying.tick()]
    assert delivery(context).looks == 0
    clock.go(minutes=2)
    staying.tick()
    assert delivery(context).looks == 1
    clock.at += timedelta(hours=1)
    clock.go(seconds=30)
    staying.tick()
    assert (delivery(context).looks, network.sends) == (1, 1)
    clock.go(minutes=8)
    staying.tick()
    assert network.out == [1, 2]
    staying.finish()


def test_a_lookup_put_off_is_never_put_off_for_long(
    staying: Duty, network: Scripted, clock: StoppedClock
) -> None:
    context = lost(staying, network)
    clock.at += timedelta(days=300)
    staying.tick()
    clock.go(minutes=10)
    staying.tick()
    assert delivery(context).looks == 1
    staying.finish()


def test_a_clock_set_back_is_told_and_the_bot_goes_on(
    staying: Duty, network: Scripted, clock: StoppedClock
) -> None:
    staying.tick()
    assert network.out == [1, 2]
    clock.at -= timedelta(hours=1)
    [notice] = [notice for notice in staying.tick() if notice.kind is Kind.CLOCK_SET]
    assert notice.text.startswith("The clock of this machine was set back by 1 hour")
    clock.go(seconds=30)
    assert staying.tick() == []
    assert network.sends == 2
    staying.finish()


def test_a_pace_tells_only_what_the_other_clock_does_not(clock: StoppedClock) -> None:
    pace = Pace(clock)
    clock.go(hours=5)
    assert pace.step() == timedelta(0)
    clock.at += timedelta(minutes=3)
    assert pace.step() == timedelta(minutes=3)
    assert pace.step() == timedelta(0)
    clock.at -= timedelta(days=1)
    assert pace.step() == timedelta(days=-1)


# What the watchdog says


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with x.checked(lambda: berlin(SLOT)) as running:
        yield running


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=1), "is 1 hour ahead of that of lab: set it"),
        (timedelta(minutes=-7), "is 7 minutes behind that of lab: set it"),
        (timedelta(minutes=4), ""),
    ],
)
def test_a_clock_that_differs_from_the_networks_is_told_once_a_day(
    bot: Bot, fake: FakeX, ahead: timedelta, words: str
) -> None:
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    bot.start(f"{LIVE}[accounts.lab]\n{lines}\n")
    bot.clock.at = berlin(SLOT) + ahead
    bot.running.publishers["lab"].check()
    for _ in range(2):
        watchdog.look(bot.running)
    told = of(Kind.CLOCK, bot.tick())
    assert len(told) == bool(words)
    assert words in "".join(told)


# Repair


def test_where_nothing_is_ahead_there_is_nothing_to_repair(bot: Bot) -> None:
    bot.play("2021-08-12 12:00")
    assert left(bot) == []
    assert repair.mend(bot.running).left == ()


def test_repair_names_all_that_a_wrong_clock_left_and_mends_what_it_can(bot: Bot) -> None:
    bot.play("2022-08-31 19:00")
    bot.clock.at = berlin("2021-08-03 12:00")
    found = left(bot)
    assert "mlcollage has looked further than now" in found
    assert "mlcollage has settled roundups of months to come" in found
    assert "barlow of mlcollage has taken the coming slot of Wednesday 2021-08-04 15:00" in found
    assert any(
        "roundup 2021-09 of mlcollage was made before its time, and is out" in each
        for each in found
    )
    assert any("notices are dated later than now" in each for each in found)
    repair.mend(bot.running)
    assert [each for each in left(bot) if "roundup" not in each] == []
    watchdog.look(bot.running)
    assert of(Kind.CLOCK, bot.tick()) == []


def test_a_slot_freed_by_repair_takes_the_next_collage_with_a_key_of_its_own(bot: Bot) -> None:
    bot.tick("2021-08-11 15:10")
    assert bot.out() == ["2021-08-11-barlow"]
    bot.clock.at = berlin("2021-08-03 12:00")
    repair.mend(bot.running)
    bot.play("2021-08-12 12:00")
    assert bot.states()["barlow"] == "posted"
    assert bot.out() == ["2021-08-04-moco", "2021-08-11-barlow", "2021-08-11-byol"]
    with bot.running.read() as work:
        keys = work.conn.execute(select(tables.deliveries.c.key)).scalars().all()
    assert "mlcollage/2021-08-11T13:00:00Z/outbox+2" in keys
    bot.play("2021-08-31 19:00")
    with bot.running.read() as work:
        [roundup] = work.roundups.listed("mlcollage")
        held = {item.name for item in work.queue.in_roundup(roundup.id)}
    assert held == {"barlow", "moco", "byol", "simclr", "dino"}


def test_a_roundup_made_too_early_and_not_out_is_taken_back(bot: Bot) -> None:
    bot.play("2021-08-26 12:00")
    bot.start(LIVE + '[accounts.outbox]\nnetwork = "outbox"\n', at="2021-08-31 19:00")
    with bot.running.write() as work:
        work.accounts.hold("outbox", "on holiday")
    bot.tick()
    bot.clock.at = berlin("2021-08-26 13:00")
    assert "the roundup 2021-09 of mlcollage was made before its time" in left(bot)
    repair.mend(bot.running)
    with bot.running.read() as work:
        assert work.roundups.listed("mlcollage") == []
    with bot.running.write() as work:
        work.accounts.release("outbox")
    bot.play("2021-08-31 19:00")
    with bot.running.read() as work:
        [roundup] = work.roundups.listed("mlcollage")
    assert roundup.state == "announced"


def test_a_thread_given_up_by_a_wrong_clock_is_named_with_the_command_that_sends_it(
    bot: Bot,
) -> None:
    sending(bot, timedelta(0))
    dated(bot, "deliveries", state="failed", ended_at=bot.clock.now() + YEAR)
    [failed] = [each for each in repair.examine(bot.running).left if each.command]
    assert failed.command == "mlcollage deliveries retry 1"


def test_what_is_mended_is_in_the_log_with_who_asked_for_it(bot: Bot) -> None:
    dated(bot, "series", looked_until=berlin("2022-12-07 15:00"))
    repair.mend(replace(bot.running, who="ada"))
    with bot.running.read() as work:
        [newest] = work.log.changes(most=1)
    assert (newest.who, newest.what) == ("ada", "repair")
    assert "has looked further than now" in newest.detail

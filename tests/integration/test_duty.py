"""A round of duty: what goes wrong in one part, or takes its time, stops no other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import select, text

from bot.app import scheduler as ticking
from bot.app.runner import GRACE, Duty
from bot.context import Context
from bot.core.errors import NoDatabase
from bot.core.notices.entry import Kind
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from bot.workers import Workers
from tests.conftest import StoppedClock, make_context, write_item
from tests.fakes import listeners, x
from tests.fakes.listeners import Webhook
from tests.fakes.x import FakeX
from tests.waiting import until

SLOT = datetime(2021, 8, 4, 15, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listeners.webhook() as made:
        yield made
        made.let_go.set()


@pytest.fixture
def fake(clock: StoppedClock) -> Iterator[FakeX]:
    with x.checked(clock.now) as running:
        yield running


@pytest.fixture
def told() -> list[str]:
    """What the bots of a test say."""
    return []


@pytest.fixture
def context(
    tmp_path: Path, hook: Webhook, clock: StoppedClock, told: list[str], database_url: str
) -> Iterator[Context]:
    """A rehearsal with an outbox, a collage, somebody to alert and somebody who listens for its
    heart.
    """
    made = heard(make_context(tmp_path, alerting(hook), clock, database_url), told)
    tick.tick(made)
    add(made, "barlow")
    hook.heard.clear()
    yield made
    made.database.close()


def alerting(hook: Webhook) -> str:
    beat = f'heartbeat_url = "http://127.0.0.1:{hook.port}/beat"'
    return f'[alerts]\nurls = ["{hook.url("people")}"]\n{beat}\nrequest = "5s"\n'


def heard(context: Context, told: list[str]) -> Context:
    return replace(context, say=told.append)


def add(context: Context, *names: str) -> None:
    files = [write_item(context.config.folder, name) for name in names]
    accept.take(
        context, context.config.series["mlcollage"], [accept.from_file(file) for file in files]
    )


def drop(context: Context, table: str) -> None:
    """Something is wrong with the database, but not with all of it."""
    with context.write() as work:
        work.conn.execute(text(f"ALTER TABLE {table} RENAME TO gone"))


def kinds(context: Context) -> list[str]:
    with context.read() as work:
        return list(
            work.conn.execute(select(tables.notices.c.kind).order_by(tables.notices.c.id)).scalars()
        )


# Once


def test_a_round_ticks_beats_gives_the_brief_and_alerts_people_of_it(
    context: Context, hook: Webhook, clock: StoppedClock
) -> None:
    clock.at = SLOT - DAY
    found = Duty(context).once()
    assert [notice.kind for notice in found] == [Kind.BRIEF]
    assert hook.calls() == {"beat": 1, "people": 1}
    [title] = hook.titles("people")
    assert title.startswith("[mlcollage] brief (notice ")
    assert "[alt text: A white slide about barlow.]" in hook.heard[-1][1]["message"]
    assert Duty(context).once() == [], "all is said"
    assert hook.calls()["people"] == 1


def test_what_the_watchdog_finds_is_told_in_the_same_round(
    context: Context, hook: Webhook, clock: StoppedClock
) -> None:
    clock.at = SLOT
    with context.write() as work:
        work.accounts.hold("outbox", "Its disk is full.")
    Duty(context).once()
    hook.heard.clear()
    clock.go(hours=2)
    assert [notice.kind for notice in Duty(context).once()] == [Kind.OVERDUE]
    assert [title.split(" (")[0] for title in hook.titles("people")] == ["[mlcollage] overdue"]


def test_a_tick_that_fails_is_raised_when_the_others_have_had_their_turn_and_no_heart_beats(
    context: Context, hook: Webhook, clock: StoppedClock, told: list[str]
) -> None:
    Duty(context).once()
    hook.heard.clear()
    clock.at = SLOT - timedelta(hours=1)
    with context.write() as work:
        # A collage is compared with what is out, for which a brief needs the deliveries as well.
        work.queue.remove(work.queue.get("mlcollage", "barlow"))
    drop(context, "deliveries")
    with pytest.raises(NoDatabase, match="deliveries"):
        Duty(context).once()
    assert hook.calls() == {"people": 1}, "the brief"
    assert told == [], "the watchdog failed for the same reason"


def test_a_brief_that_fails_stops_nobody_and_is_said(
    context: Context, hook: Webhook, clock: StoppedClock, told: list[str]
) -> None:
    clock.at = SLOT - DAY
    drop(context, "charges")
    with context.write() as work:
        work.series.pause("mlcollage", None, None)
    Duty(context).once()
    assert hook.calls()["beat"] == 1
    assert kinds(context) == []
    assert len(told) == 1
    assert told[0].startswith("! The database ")
    assert "charges" in told[0]


def test_a_bot_that_is_being_stopped_does_nothing_beside_its_tick(
    context: Context, hook: Webhook, clock: StoppedClock
) -> None:
    clock.at = SLOT - DAY
    context.stop.set()
    assert Duty(context).once() == []
    assert hook.heard == []


# Staying


def test_the_watch_gives_briefs_alerts_and_beats_after_a_healthy_tick_only(
    context: Context, hook: Webhook, clock: StoppedClock
) -> None:
    duty = Duty(context, Workers(timedelta(seconds=5)))
    clock.at = SLOT - DAY
    duty.watch()
    duty.others.finish()
    duty.watch()
    duty.others.finish()
    assert hook.calls() == {"people": 1}, "no tick yet"
    duty.tick()
    duty.watch()
    duty.finish()
    assert hook.calls() == {"people": 1, "beat": 1}


def test_a_tick_that_fails_silences_the_heart(context: Context, hook: Webhook) -> None:
    duty = Duty(context, Workers(timedelta(seconds=5)))
    drop(context, "deliveries")
    with pytest.raises(NoDatabase):
        duty.tick()
    duty.watch()
    duty.finish()
    assert hook.calls()["beat"] == 0


def test_what_is_wrong_is_said_when_it_is_new_and_not_at_every_look(
    context: Context, clock: StoppedClock, told: list[str]
) -> None:
    duty = Duty(context, Workers(timedelta(seconds=5)))
    clock.at = SLOT - DAY
    drop(context, "charges")
    for _ in range(3):
        duty.watch()
        duty.others.finish()
    assert len(told) == 1
    with context.write() as work:
        work.conn.execute(text("ALTER TABLE gone RENAME TO charges"))
    duty.watch()
    duty.others.finish()
    assert kinds(context)[0] == "brief"
    drop(context, "notices")
    duty.watch()
    duty.finish()
    assert len(told) == 2, "all parts fail for one reason"


def test_the_watchdog_waits_until_a_bot_that_has_just_begun_had_its_chance(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT + timedelta(hours=2)
    duty = Duty(context, Workers(timedelta(seconds=5)))
    duty.watch()
    assert Kind.OVERDUE not in kinds(context)
    clock.go(seconds=GRACE.total_seconds())
    assert Kind.OVERDUE in [notice.kind for notice in duty.watch()]
    duty.finish()


def live(folder: Path, fake: FakeX, hook: Webhook, clock: StoppedClock, patience: str) -> Context:
    """A bot whose account is on the local X, and waits so long for an answer."""
    lines = "\n".join(
        f"{key} = '''{value}'''" for key, value in x.account(fake, read_timeout=patience).items()
    )
    made = make_context(folder, f"live = true\n[accounts.lab]\n{lines}\n{alerting(hook)}", clock)
    tick.tick(made)
    add(made, "barlow", "moco")
    return made


def test_a_check_that_hangs_delays_neither_tick_nor_alerts(
    tmp_path: Path, fake: FakeX, hook: Webhook, clock: StoppedClock
) -> None:
    made = live(tmp_path, fake, hook, clock, "3s")
    duty = Duty(made, Workers(timedelta(seconds=5)))
    clock.at = SLOT - timedelta(minutes=1)
    fake.trouble = {1: x.ACCEPT_MUCH_LATER}
    duty.watch()
    until(lambda: fake.calls)
    clock.at = SLOT
    assert Kind.DRY in [notice.kind for notice in duty.tick()]
    assert len(fake.state.posts) == 2
    duty.watch()
    until(lambda: hook.titles("people"))
    assert kinds(made) == ["no link", "running dry"], "the check still hangs"
    duty.finish()
    made.database.close()


def test_a_tick_that_hangs_is_noticed_all_the_same(
    tmp_path: Path, fake: FakeX, hook: Webhook, clock: StoppedClock
) -> None:
    made = live(tmp_path, fake, hook, clock, "1s")
    duty = Duty(made)
    clock.at = SLOT
    fake.trouble = {1: x.ACCEPT_MUCH_LATER}
    hanging = Thread(target=duty.tick)
    hanging.start()
    until(lambda: fake.calls)
    clock.go(hours=3)
    found = duty.watch()
    assert Kind.OVERDUE in [notice.kind for notice in found]
    until(lambda: hook.titles("people"))
    assert hook.calls()["beat"] == 0
    duty.others.finish()
    made.stop.set()
    fake.release()
    hanging.join()
    made.database.close()


def test_the_clock_watches_while_the_very_first_tick_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticking, "BETWEEN", "*")
    stop, watched = Event(), Event()
    ticks: list[bool] = []

    def hang() -> None:
        ticks.append(watched.wait(60))
        stop.set()

    ticking.run(stop, hang, watched.set)
    assert ticks == [True]


def test_a_look_that_falls_into_a_longer_one_is_left_out_without_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ticking, "EVERY", "*")
    stop, looks = Event(), [datetime.now(UTC)]

    def tick_long() -> None:
        looks.append(datetime.now(UTC))
        if len(looks) == 3:
            stop.wait(2.5)
        elif len(looks) > 3:
            stop.set()

    ticking.run(stop, tick_long, lambda: None)
    assert looks[3] - looks[2] > timedelta(seconds=2)
    assert caplog.messages == []


def test_a_bot_is_known_to_be_at_work_from_its_first_tick_on(
    context: Context, clock: StoppedClock
) -> None:
    clock.at = SLOT - DAY
    duty = Duty(context, Workers(timedelta(seconds=5)))
    duty.tick()
    duty.finish()
    with context.read() as work:
        assert work.installation.beat_at() == clock.at

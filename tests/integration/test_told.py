"""Notices are told until somebody has heard them, and trouble is open until it is over."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from bot.app.runner import Duty
from bot.context import Context
from bot.core import errors
from bot.core.collage import State
from bot.core.notices.entry import Kind
from bot.core.notices.overdue import AlertsOverdue, SlotOverdue
from bot.deciding import accounts, deliveries, queue_changes
from bot.scheduling import tick
from bot.storage.notices import Notice
from bot.storage.queue import Queue
from bot.watching import notices, outstanding
from tests import made_up
from tests.conftest import ROOT, StoppedClock, make_context
from tests.integration.test_tick import LIVE, Bot, berlin, on_a_line

pytestmark = pytest.mark.slow_on_postgresql


@pytest.fixture
def context(tmp_path: Path, database_url: str, clock: StoppedClock) -> Iterator[Context]:
    made = make_context(tmp_path, "", clock, database_url)
    tick.tick(made)
    yield made
    made.database.close()


@pytest.fixture
def bot(tmp_path: Path, database_url: str) -> Iterator[Bot]:
    made = Bot(tmp_path, database_url).start()
    yield made
    made.stop()


def note(context: Context, words: str, kind: Kind = Kind.DRY) -> None:
    with context.write() as work:
        made = made_up.notice(kind, words)
        work.notices.add(made)


def texts(found: Sequence[Notice]) -> list[str]:
    return [notice.text for notice in found]


# Heard


def test_what_could_not_be_shown_is_told_again_until_it_is_heard(context: Context) -> None:
    note(context, "one")
    heard: list[str] = []

    def full(found: Sequence[Notice]) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        tick.tell(context, full)
    tick.tell(context, lambda found: heard.extend(texts(found)))
    tick.tell(context, lambda found: heard.extend(texts(found)))
    assert heard == ["one"]


KILLED = """
import os, sys
from pathlib import Path
from bot import config
from bot.app import assemble
from bot.scheduling import tick

def show(found):
    print(*(notice.text for notice in found), flush=True)
    os._exit(9)

context = assemble.context(config.load(Path(sys.argv[1])))
tick.tell(context, show)
"""


def test_a_process_that_is_killed_after_it_printed_and_before_it_marked_costs_no_notice(
    context: Context,
) -> None:
    note(context, "one")
    command = [sys.executable, "-c", KILLED, str(context.config.file)]
    killed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (killed.returncode, killed.stdout, killed.stderr) == (9, "one\n", "")
    assert texts(tick.unheard(context)) == ["one"]


def test_a_round_tells_the_notices_of_all_its_parts_and_each_once(context: Context) -> None:
    note(context, "one")
    heard: list[str] = []
    found = Duty(context, hear=lambda found: heard.extend(texts(found))).once()
    assert heard == texts(found) == ["one"]
    assert Duty(context, hear=lambda found: heard.extend(texts(found))).once() == []


def test_two_threads_of_one_process_tell_a_notice_once(context: Context) -> None:
    heard: list[str] = []
    for number in range(20):
        note(context, str(number))
    threads = [
        Thread(target=tick.tell, args=(context, lambda found: heard.extend(texts(found))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [str(number) for number in range(20)]


def test_where_the_tick_fails_what_was_noticed_is_told_before_the_failure(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(context, "one")
    heard: list[str] = []
    broken = replace(context, publishers={})

    def fail(*arguments: object) -> None:
        raise errors.NoDatabase("The disk is gone.")

    monkeypatch.setattr(tick, "_do_until_nothing_is_soon", fail)
    with pytest.raises(errors.NoDatabase):
        Duty(broken, hear=lambda found: heard.extend(texts(found))).once()
    assert heard == ["one"]


# Open


def is_open(bot: Bot) -> bool:
    return outstanding.is_any(bot.running)


def test_trouble_is_open_until_it_is_acknowledged(context: Context) -> None:
    assert not outstanding.is_any(context)
    note(context, "running dry")
    assert not outstanding.is_any(context), "nobody has to do something at once"
    note(context, "it was missed", Kind.MISSED)
    assert outstanding.is_any(context)
    tick.unheard(context)
    assert outstanding.is_any(context), "heard is not done"
    notices.acknowledge(context)
    assert not outstanding.is_any(context)


@pytest.mark.parametrize("kind", [Kind.EMPTY, Kind.MISSED])
def test_a_slot_without_a_post_is_open_trouble(bot: Bot, kind: Kind) -> None:
    if kind is Kind.MISSED:
        bot.add("barlow")
    heard = bot.tick("2021-08-04 15:00" if kind is Kind.EMPTY else "2021-08-08 15:00")
    assert kind in [each for each, _ in heard]
    assert is_open(bot)


def test_a_held_account_is_open_trouble_until_it_is_released(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr")
    line = on_a_line(bot)
    line.answers, line.count_agrees = [errors.Blocked("It is suspended.")], True
    bot.tick("2021-08-04 15:00")
    assert is_open(bot)
    assert bot.tick("2021-08-04 16:00") == []
    assert is_open(bot), "it is not new any more, and still held"
    accounts.release(bot.running, "outbox")
    assert not is_open(bot)


def test_a_doubt_is_open_until_the_thread_is_found(bot: Bot) -> None:
    line = on_a_line(bot.add("barlow", "moco", "byol", "simclr"))
    line.answers = [errors.Uncertain("The line went dead.")]
    bot.tick("2021-08-04 15:00")
    assert is_open(bot)
    line.is_out = True
    bot.tick("2021-08-04 15:03")
    assert bot.states()["barlow"] == State.POSTED
    assert not is_open(bot)


def test_what_failed_is_open_until_it_goes_on(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr")
    line = on_a_line(bot)
    line.answers, line.count_agrees = [errors.Rejected("It is too long.")], True
    bot.tick("2021-08-04 15:00")
    assert is_open(bot)
    queue_changes.release(bot.running, bot.series(), "barlow")
    assert not is_open(bot), "the collage is back, and goes on in the queue"


def test_a_thread_that_is_held_is_open_until_somebody_decides(bot: Bot) -> None:
    bot.add("barlow", "moco", "byol", "simclr")
    with bot.running.write() as work:
        work.accounts.hold("outbox", "on holiday", berlin("2021-08-09 12:00"))
    bot.tick("2021-08-04 15:00")
    bot.tick("2021-08-09 12:01")
    assert is_open(bot)
    deliveries.cancel(bot.running, "1")
    assert not is_open(bot)


def test_a_collage_that_is_held_is_open_until_it_is_released_or_removed(bot: Bot) -> None:
    bot.add("barlow", title='"' + "word " * 60 + '"').insist("barlow")
    bot.add("moco", "byol", "simclr", "dino")
    bot.tick("2021-08-04 15:00")
    assert bot.states()["barlow"] == State.HELD
    assert is_open(bot)
    bot.change("barlow", Queue.remove)
    assert not is_open(bot)


def test_a_rehearsal_that_has_begun_is_open_until_it_is_live_again(bot: Bot) -> None:
    bot.start(LIVE).tick()
    bot.start("live = false\n").tick()
    assert is_open(bot)
    bot.start(LIVE).tick()
    assert not is_open(bot)


def test_what_was_overdue_is_over_once_it_is_done_or_another_day(bot: Bot) -> None:
    zone = bot.series().zone
    with bot.running.write() as work:
        slot = SlotOverdue("mlcollage", berlin("2021-08-04 15:00"), zone)
        work.notices.add(slot)
    assert is_open(bot)
    bot.add("barlow", "moco", "byol", "simclr").tick("2021-08-04 15:00")
    assert not is_open(bot)
    with bot.running.write() as work:
        unsent = AlertsOverdue(3, work.now)
        work.notices.add(unsent)
    assert is_open(bot)
    bot.clock.at += timedelta(days=1)
    assert not is_open(bot)


def test_trouble_of_a_rehearsal_is_not_open_when_it_is_live(bot: Bot) -> None:
    bot.tick("2021-08-04 15:00")
    assert is_open(bot)
    bot.start(LIVE, at="2021-08-04 15:01").tick()
    assert not is_open(bot)

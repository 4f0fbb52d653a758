"""The bot as it stays: a process that waits, posts, and ends when it is told to."""

import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import threads_out, write_item
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage

pytestmark = pytest.mark.slow

PATIENCE = 20.0
"""Seconds to wait for what takes less than one."""
FAR = datetime.now(UTC) + timedelta(days=3)
"""The slot of an idle bot, read once: a test that runs across midnight means the same day."""


class Running:
    """`mlcollage run` in a folder; what it prints is in a file there."""

    def __init__(self, folder: Path, name: str = "run") -> None:
        self.log = folder / f"{name}.log"
        with self.log.open("w", encoding="utf-8") as out:
            command = [*COMMAND, "run"]
            self.process = subprocess.Popen(
                command, cwd=folder, env=ENVIRONMENT, stdout=out, stderr=subprocess.STDOUT
            )

    @property
    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, words: str) -> None:
        until(lambda: words in self.printed or self.process.poll() is not None)
        assert words in self.printed, self.printed

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def installation(folder: Path, slot: datetime) -> Path:
    """Two collages are ready, slots fall at that time of the week, the roundup far from now."""
    timetable = (
        f'slots = ["{slot:%A %H:%M}"]\nroundup = {{ day = {(slot + timedelta(days=14)).day} }}\n'
    )
    (folder / "config.toml").write_text(f"[series.mlcollage]\n{timetable}", encoding="utf-8")
    files = [write_item(folder, name).name for name in ("alpha", "beta")]
    mlcollage(folder, "add", *files)
    return folder


@pytest.fixture
def idle(tmp_path: Path) -> Path:
    """Nothing is due for days."""
    return installation(tmp_path, FAR)


@pytest.fixture
def late(tmp_path: Path) -> Path:
    """Nothing ran for three hours, and a slot was an hour ago."""
    now = datetime.now(UTC)
    folder = installation(tmp_path, now - timedelta(hours=1))
    before = f"{now - timedelta(hours=3):%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(folder / "queue.db")) as database, database:
        database.execute("UPDATE series SET scheduled_from = ?, looked_until = ?", (before, before))
    return folder


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "queue.db")) as database:
        return database.execute(statement).fetchall()


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    """Starts the bot; what still runs at the end of the test is killed."""
    started: list[Running] = []

    def start(folder: Path, name: str = "run") -> Running:
        started.append(Running(folder, name))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


Run = Callable[..., Running]


def test_run_says_what_is_next_and_waits(idle: Path, run: Run) -> None:
    bot = run(idle)
    bot.wait_for("next:")
    line = f"mlcollage on outbox, a rehearsal (live = false); next: {FAR:%A %Y-%m-%d %H:%M}\n"
    assert line in bot.printed
    time.sleep(1)
    assert bot.process.poll() is None
    assert len(bot.printed.splitlines()) == 1


SIGNALS = [
    (signal.SIGTERM, 0),
    (signal.SIGTERM, 0.1),
    (signal.SIGTERM, 0.7),
    (signal.SIGINT, 0),
    (signal.SIGINT, 0.7),
]
"""In the first tick, while the scheduler starts, and when it waits."""


@pytest.mark.parametrize(("by", "after"), SIGNALS)
def test_a_signal_ends_it_whenever_it_comes(
    idle: Path, run: Run, by: signal.Signals, after: float
) -> None:
    bot = run(idle)
    bot.wait_for("next:")
    time.sleep(after)
    assert bot.stop(by) == 0
    assert bot.printed.endswith("Stopped.\n")
    assert "Traceback" not in bot.printed


def test_a_slot_that_is_late_is_posted_at_once(late: Path, run: Run) -> None:
    bot = run(late)
    bot.wait_for("alpha is out")
    assert bot.stop() == 0
    assert [name for (name,) in rows(late, "SELECT name FROM collages WHERE state = 'posted'")] == [
        "alpha"
    ]
    assert len(threads_out(late)) == 1


def test_what_went_out_before_a_stop_does_not_go_out_after_it(late: Path, run: Run) -> None:
    first = run(late)
    first.wait_for("alpha is out")
    first.stop()
    second = run(late, "again")
    second.wait_for("next:")
    time.sleep(1)
    assert second.stop() == 0
    assert "is out" not in second.printed
    assert rows(late, "SELECT count(*) FROM attempts") == [(1,)]


def test_two_bots_on_one_database_post_once(late: Path, run: Run) -> None:
    bots = [run(late, name) for name in ("one", "two")]
    until(lambda: any("is out" in bot.printed for bot in bots))
    time.sleep(1)
    assert [bot.stop() for bot in bots] == [0, 0]
    assert sum(bot.printed.count("is out") for bot in bots) == 1
    assert rows(late, "SELECT state, collage_id FROM slots") == [("claimed", 1)]
    assert rows(late, "SELECT outcome FROM attempts") == [("sent",)]
    assert len(threads_out(late)) == 1
    assert not any("!" in bot.printed for bot in bots)


def test_a_tick_beside_a_running_bot_finds_nothing_left_to_do(late: Path, run: Run) -> None:
    bot = run(late)
    bot.wait_for("alpha is out")
    assert "is out" not in mlcollage(late, "tick")
    assert bot.stop() == 0

"""A disk that is full, or read-only, at any moment: no request without its saved intent, and
afterwards all goes on.
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.context import Context
from bot.core.delivery import State
from bot.core.errors import MlcollageError
from bot.scheduling import tick
from tests.chaos import scene
from tests.conftest import StoppedClock
from tests.e2e.process import COMMAND, ENVIRONMENT
from tests.fakes import x, x_threads
from tests.fakes.x import Call, FakeX, Trouble
from tests.small_disk import Disk

pytestmark = pytest.mark.slow

OUTBOX = {"network": "outbox"}


class Intents:
    """Counts, at every request for a post, the intents that are committed by then."""

    def __init__(self, fake: FakeX, database: Path) -> None:
        self.fake, self.database = fake, database
        self.saved: list[int] = []
        self._begin = fake.begin
        fake.begin = self.begin  # type: ignore[method-assign]

    def begin(self, call: Call) -> Trouble | None:
        if call.route == "POST /2/tweets":
            with closing(sqlite3.connect(self.database)) as database:
                self.saved += database.execute(
                    "SELECT count(*) FROM attempts WHERE outcome IS NULL"
                ).fetchone()
        return self._begin(call)


def full_from(context: Context, disk: Disk, commit: int, but: int) -> Callable[[], int]:
    """Fill the disk before the commit with that number; gives how many there were."""
    count = 0

    @event.listens_for(context.database.engine, "commit")
    def on_commit(_: Any) -> None:
        nonlocal count
        count += 1
        if count == commit:
            disk.fill(but)

    return lambda: count


def tick_in_need(context: Context) -> list[str]:
    """Tick for some hours, whatever is wrong; what was said of it."""
    said = []
    for _ in range(3):
        try:
            tick.tick(context)
        except MlcollageError as error:
            said.append(str(error))
        context.clock.wait_until(context.clock.now() + timedelta(minutes=45))
    return said


def afterwards(folder: Path, clock: StoppedClock) -> None:
    """There is space again: the next process brings the thread to its end."""
    context = scene.enter(folder, clock)
    assert scene.to_the_end(context).state == State.SENT
    context.database.close()


def is_plain(said: list[str]) -> bool:
    return all(len(words.splitlines()) == 1 and "cannot be" in words for words in said)


def test_a_disk_that_is_full_at_any_commit_of_a_thread_at_x_costs_and_doubles_no_part(
    tmp_path: Path, small_disk: Disk
) -> None:
    scene.prepare(tmp_path / "prepared", OUTBOX)
    for commit in range(1, 100):
        with x.running(lambda: scene.SLOT, x.description()) as fake:
            fake.state.add("Hello, this is the series.")
            folder, clock = small_disk.folder / f"try-{commit}", StoppedClock(scene.SLOT)
            scene.copy(tmp_path / "prepared", folder, x.account(fake))
            intents = Intents(fake, folder / "queue.db")
            commits, said = tick_and_fill(folder, clock, small_disk, commit)
            afterwards(folder, clock)
            assert is_plain(said)
            # One open intent at each of the four requests, and no request more.
            assert intents.saved == [1] * scene.PARTS
            assert at_x(fake, folder) == scene.PARTS
        shutil.rmtree(folder)
        if commits < commit:
            break
    assert 10 < commit < 99


def test_a_disk_that_is_full_at_any_commit_of_a_thread_to_an_outbox_on_it_leaves_one_whole_thread(
    tmp_path: Path, small_disk: Disk
) -> None:
    scene.prepare(tmp_path / "prepared", OUTBOX)
    for commit in range(1, 100):
        folder, clock = small_disk.folder / f"try-{commit}", StoppedClock(scene.SLOT)
        scene.copy(tmp_path / "prepared", folder, OUTBOX)
        commits, said = tick_and_fill(folder, clock, small_disk, commit, but=commit % 4)
        afterwards(folder, clock)
        assert is_plain(said)
        assert len(scene.out_in_folder(folder / "outbox")) == scene.PARTS
        shutil.rmtree(folder)
        if commits < commit:
            break
    assert 5 < commit < 99


def test_an_outbox_on_a_disk_with_hardly_any_space_shows_nothing_half_written_and_then_all(
    tmp_path: Path, small_disk: Disk
) -> None:
    scene.prepare(tmp_path / "prepared", OUTBOX)
    ends = []
    for pages in range(12):
        folder, clock, place = (
            tmp_path / f"try-{pages}",
            StoppedClock(scene.SLOT),
            small_disk.folder / f"outbox-{pages}",
        )
        scene.copy(tmp_path / "prepared", folder, OUTBOX | {"folder": str(place)})
        place.mkdir()
        small_disk.fill(but=pages)
        context = scene.enter(folder, clock)
        said = tick_in_need(context)
        with context.read() as work:
            delivery = work.deliveries.get(1)
        context.database.close()
        assert said == []
        ends.append(delivery.state)
        if delivery.state is State.WAITING:
            assert "No space left" in delivery.note
            assert not [entry.name for entry in place.iterdir() if not entry.name.startswith(".")]
        small_disk.empty()
        afterwards(folder, clock)
        assert len(scene.out_in_folder(place)) == scene.PARTS
        shutil.rmtree(place)
    assert ends == sorted(ends, reverse=True), "at first it waits, with enough space it is sent"
    assert set(ends) == {State.WAITING, State.SENT}


def tick_and_fill(
    folder: Path, clock: StoppedClock, disk: Disk, commit: int, but: int = 0
) -> tuple[int, list[str]]:
    """Tick on a disk that is full from that commit on, then make space; how many commits there
    were, what was said.
    """
    context = scene.enter(folder, clock)
    commits = full_from(context, disk, commit, but)
    said = tick_in_need(context)
    context.database.close()
    disk.empty()
    return commits(), said


def at_x(fake: FakeX, folder: Path) -> int:
    context = scene.enter(folder, StoppedClock(scene.SLOT))
    with context.read() as work:
        parts = work.parts.thread(work.deliveries.get(1)).parts
    context.database.close()
    return x_threads.out(fake, parts)


@pytest.mark.parametrize("is_full", [True, False], ids=["full", "read-only"])
@pytest.mark.parametrize("is_begun", [True, False], ids=["half out", "not begun"])
def test_the_command_says_in_one_sentence_that_nothing_can_be_written_and_asks_for_no_post(
    tmp_path: Path, small_disk: Disk, is_full: bool, is_begun: bool
) -> None:
    scene.prepare(tmp_path / "prepared", OUTBOX)
    with x.running(lambda: scene.SLOT, x.description()) as fake:
        fake.state.add("Hello, this is the series.")
        folder, clock = small_disk.folder / "desk", StoppedClock(scene.SLOT)
        scene.copy(tmp_path / "prepared", folder, x.account(fake))
        if is_begun:
            fake.on_route["POST /2/tweets", 2] = x.NO_CREDITS
            context = scene.enter(folder, clock)
            tick.tick(context)
            context.database.close()
        asked = x_threads.asked(fake)
        with ExitStack() as trouble:
            if is_full:
                small_disk.fill()
                trouble.callback(small_disk.empty)
            else:
                trouble.enter_context(small_disk.read_only())
            done = subprocess.run(
                [*COMMAND, "tick"],
                cwd=folder,
                env=ENVIRONMENT,
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert (done.stdout, len(done.stderr.splitlines())) == ("", 1)
        assert f"The database {folder / 'queue.db'} cannot be used" in done.stderr
        assert ("make room on that disk" if is_full else "is read-only") in done.stderr
        assert x_threads.asked(fake) == asked
        afterwards(folder, clock)
        assert at_x(fake, folder) == scene.PARTS

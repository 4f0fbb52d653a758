"""Real processes, cheaply: one process has everything loaded and forks a fresh one for each run."""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import Engine

from bot.publishers import table
from bot.roundups import publish
from bot.scheduling import tick
from bot.storage.database import Database
from tests.chaos import publishing, scene
from tests.chaos.points import Points, watched
from tests.chaos.scene import End
from tests.conftest import ROOT, StoppedClock
from tests.fakes import keyed


class Run(NamedTuple):
    """What became of a process: the points it came by, and its end, or where it was killed."""

    points: list[str]
    killed_at: str
    end: End | None


class Forks:
    """The way to the process that forks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def send(self, folder: Path, *, kill_at: int = 0) -> Run:
        """Tick once when the slot is due, and die at a point."""
        return self._run(
            folder=str(folder), at=scene.SLOT.isoformat(), kill_at=kill_at, is_restart=False
        )

    def warm(self, folder: Path) -> None:
        """As `send`, but in the process that forks: whatever is made once only, its forks have from
        then on.
        """
        self._run(
            folder=str(folder), at=scene.SLOT.isoformat(), kill_at=0, is_restart=False, is_here=True
        )

    def resume(self, folder: Path, *, after: timedelta = timedelta(0), kill_at: int = 0) -> Run:
        """What the next process makes of it, to the end."""
        at = (scene.AFTERWARDS + after).isoformat()
        return self._run(folder=str(folder), at=at, kill_at=kill_at, is_restart=True)

    def publish(self, folder: Path, *, after: timedelta = timedelta(0), kill_at: int = 0) -> Run:
        """Publish what is due at the roundup's moment, or so long after it."""
        at = (publishing.MOMENT + after).isoformat()
        return self._run(folder=str(folder), at=at, kill_at=kill_at, is_publishing=True)

    def _run(self, **job: Any) -> Run:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        assert "error" not in said, said["error"]
        assert said["signal"] == (signal.SIGKILL if said["killed_at"] else 0), said
        end = said["end"]
        return Run(said["points"], said["killed_at"], End(**end) if end else None)


@contextmanager
def running() -> Iterator[Forks]:
    command = (sys.executable, "-m", "tests.chaos.forks")
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        text=True,
    )
    try:
        yield Forks(process)
    finally:
        process.communicate(timeout=30)


def _serve() -> None:
    _load()
    assert threading.active_count() == 1, "a fork copies one thread only"
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        said = _done_here(job) if "is_here" in job else _forked(job)
        print(json.dumps(said), flush=True)


def _done_here(job: dict[str, Any]) -> dict[str, Any]:
    """Carry out a job in this process."""
    try:
        end = _carry_out(job)
    except BaseException:  # noqa: BLE001 - whoever asked says it
        return {"error": traceback.format_exc()}
    assert threading.active_count() == 1, "a fork copies one thread only"
    gc.collect()
    gc.freeze()
    return {"signal": 0, "points": [], "killed_at": "", "end": end and end._asdict()}


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    """Carry out a job in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(job, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        said: dict[str, Any] = json.loads(told.read() or "{}")
    _, status = os.waitpid(child, 0)
    said["signal"] = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return said


def _load() -> None:
    """Import whatever a run imports, by one whole run without a network, and by name what only
    talks to one.
    """
    import psycopg  # noqa: F401
    import requests  # noqa: F401
    import tweepy  # noqa: F401
    from sqlalchemy.dialects import postgresql  # noqa: F401

    table.NETWORKS[keyed.NAME] = keyed.PLACE
    with TemporaryDirectory() as folder:
        scene.prepare(Path(folder) / "warm", {"network": "outbox"})
        context = scene.enter(Path(folder) / "warm", StoppedClock(scene.SLOT))
        scene.to_the_end(context)
        context.database.close()


def _child(job: dict[str, Any], writing: int) -> NoReturn:
    seen: Points

    def tell(**more: Any) -> None:
        os.write(
            writing,
            json.dumps({"points": seen.names, "killed_at": "", "end": None} | more).encode(),
        )

    def die(name: str) -> NoReturn:
        tell(killed_at=name)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    seen = Points(job["kill_at"], die)
    try:
        with watched(seen):
            end = _carry_out(job)
        tell(end=end._asdict() if end else None)
    except BaseException:  # noqa: BLE001 - the parent says it
        tell(error=traceback.format_exc())
    os._exit(0)


def _carry_out(job: dict[str, Any]) -> End | None:
    clock = StoppedClock(datetime.fromisoformat(job["at"]))
    context = scene.enter(Path(job["folder"]), clock)
    _share_statements(context.database)
    try:
        if "is_publishing" in job:
            publish.everything(context)
            return None
        if job["is_restart"]:
            return scene.to_the_end(context)
        tick.tick(context)
        return scene.look(context)
    finally:
        context.database.close()


_compiled: dict[bool, Engine] = {}
"""The engine of each kind of database that was the first here."""


def _share_statements(database: Database) -> None:
    """Let a database use the statements that were compiled for the first of its kind, which would
    take most of the time of a fork.
    """
    first = _compiled.setdefault(database.is_sqlite, database.engine)
    database.engine.dialect = database.engine.pool._dialect = first.dialect
    database.engine._compiled_cache = first._compiled_cache


if __name__ == "__main__":
    _serve()

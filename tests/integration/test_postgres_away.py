"""A PostgreSQL that goes away at any moment and comes back: no request without its saved intent,
and all goes on.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from sqlalchemy import select

from bot.context import Context
from bot.core.delivery import State
from bot.core.errors import NoDatabase
from bot.scheduling import tick
from bot.storage import tables
from tests import postgres
from tests.chaos import scene
from tests.conftest import ROOM, StoppedClock, absent
from tests.fakes import x, x_threads
from tests.fakes.x import Call, FakeX, Trouble
from tests.waiting import until

pytestmark = pytest.mark.slow

Away = Callable[[int], None]
"""Takes the database away from a connection of ours, by its backend's process id."""


class Cluster(NamedTuple):
    """A PostgreSQL of this module's own, which can be stopped and started."""

    url: str
    home: Path
    binaries: Path

    def database(self, name: str, template: str = "template1") -> str:
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url.format(name=name)

    def ask(self, statement: str) -> None:
        address = self.url.replace("+psycopg", "").format(name="postgres")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def is_there(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def control(self, *what: str) -> None:
        user = "postgres" if os.geteuid() == 0 else None
        command = [
            str(self.binaries / "pg_ctl"),
            "-D",
            str(self.home / "data"),
            "-l",
            str(self.home / "log"),
            *what,
        ]
        subprocess.run(command, user=user, cwd=self.home, capture_output=True, check=True)

    def end_backend(self, pid: int) -> None:
        self.ask(f"SELECT pg_terminate_backend({pid})")

    def kill_backend(self, pid: int) -> None:
        """As where memory runs out: PostgreSQL ends all connections and recovers."""
        os.kill(pid, signal.SIGKILL)

    def stop(self, pid: int) -> None:
        self.control("-m", "immediate", "-w", "stop")

    def come_back(self) -> None:
        if not (self.home / "data" / "postmaster.pid").exists():
            self.control("-o", f"-k {self.home} -c listen_addresses='' -c fsync=off", "-w", "start")
        until(self.is_there)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = postgres.binaries()
    if folder is None:
        absent("PostgreSQL is not installed (Debian: postgresql)")
        return
    with postgres.running(folder, place=ROOM) as url:
        made = Cluster(url, Path(url.partition("host=")[2]), folder)
        scene.prepare(
            tmp_path_factory.mktemp("away") / "prepared",
            {"network": "outbox"},
            made.database("prepared"),
        )
        yield made
        made.come_back()


class Commits:
    """Counts a context's commits; at the one with that number the database goes away, before it or
    right after it.
    """

    def __init__(self, context: Context, at: int, away: Away, *, is_after: bool) -> None:
        self._count, self._at, self._away, self._is_after = 0, at, away, is_after
        self._inner = context.database.engine.dialect.do_commit
        context.database.engine.dialect.do_commit = self.commit  # type: ignore[method-assign]

    def end(self) -> int:
        """Let the database be from now on; how many commits there were."""
        self._at = 0
        return self._count

    def commit(self, connection: Any) -> None:
        self._count += 1
        is_now = self._count == self._at
        if is_now and not self._is_after:
            self._away(connection.dbapi_connection.info.backend_pid)
        self._inner(connection)
        if is_now and self._is_after:
            self._away(connection.dbapi_connection.info.backend_pid)
            raise psycopg.OperationalError(
                "server closed the connection unexpectedly\n\tbefore or while it answered"
            )


class Intents:
    """Counts, at every request for a post, the intents that are committed by then."""

    def __init__(self, fake: FakeX, url: str) -> None:
        self.saved: list[int] = []
        self._address = url.replace("+psycopg", "")
        self._begin = fake.begin
        fake.begin = self.begin  # type: ignore[method-assign]

    def begin(self, call: Call) -> Trouble | None:
        if call.route == "POST /2/tweets":
            with psycopg.connect(self._address) as connection:
                row = connection.execute(
                    "SELECT count(*) FROM attempts WHERE outcome IS NULL"
                ).fetchone()
                self.saved += row or ()
        return self._begin(call)


def tick_in_need(context: Context) -> list[str]:
    """Tick for some hours, whatever is wrong; what was said of it."""
    said = []
    for _ in range(3):
        try:
            tick.tick(context)
        except NoDatabase as error:
            said.append(str(error))
        context.clock.wait_until(context.clock.now() + timedelta(minutes=45))
    return said


def play(
    cluster: Cluster, folder: Path, name: str, commit: int, away: Away, *, is_after: bool = False
) -> int:
    """Send a thread; the database goes away at that commit and comes back.

    How many commits there were.
    """
    url = cluster.database(name, "prepared")
    with x.running(lambda: scene.SLOT, x.description()) as fake:
        fake.state.add("Hello, this is the series.")
        scene.copy(folder, folder / name, x.account(fake), url)
        context = scene.enter(folder / name, StoppedClock(scene.SLOT))
        intents = Intents(fake, url)
        commits = Commits(context, commit, away, is_after=is_after)
        said = tick_in_need(context)
        count = commits.end()
        cluster.come_back()
        # The same process goes on: connections that are gone cost one tick at most.
        said += tick_in_need(context)
        assert scene.to_the_end(context).state == State.SENT
        assert all(len(words.splitlines()) == 1 and "cannot be used" in words for words in said)
        assert intents.saved == [1] * scene.PARTS
        with context.read() as work:
            (delivery_id,) = work.conn.execute(select(tables.deliveries.c.id)).scalars()
            parts = work.parts.thread(work.deliveries.get(delivery_id)).parts
        assert x_threads.out(fake, parts) == scene.PARTS
        context.database.close()
    cluster.ask(f"DROP DATABASE {name}")
    return count


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_connection_that_breaks_at_a_commit_costs_and_doubles_no_part(
    cluster: Cluster, tmp_path: Path, is_after: bool
) -> None:
    """Before every other commit, and after those between: then nobody hears that it was done."""
    for commit in range(1 + is_after, 100, 2):
        name = f"{'after' if is_after else 'before'}_{commit}"
        if play(cluster, tmp_path, name, commit, cluster.end_backend, is_after=is_after) < commit:
            break
    assert 10 < commit < 98


@pytest.mark.parametrize("commit", [5, 12])
def test_a_backend_killed_at_a_commit_costs_and_doubles_no_part(
    cluster: Cluster, tmp_path: Path, commit: int
) -> None:
    assert play(cluster, tmp_path, f"killed_{commit}", commit, cluster.kill_backend) >= commit


@pytest.mark.parametrize("commit", [2, 9, 15])
def test_a_postgresql_that_is_stopped_and_started_costs_and_doubles_no_part(
    cluster: Cluster, tmp_path: Path, commit: int
) -> None:
    assert play(cluster, tmp_path, f"stopped_{commit}", commit, cluster.stop) >= commit

"""SIGTERM in the middle of a thread: the request in flight is the last one, and somebody else can
go on at once.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.delivery import State
from bot.scheduling import tick
from bot.storage import tables
from tests.e2e.process import COMMAND, ENVIRONMENT
from tests.e2e.test_stopped_worker import PARTS, check, delivery, is_sent, prepare
from tests.fakes import x, x_threads
from tests.fakes.x import FakeX, Trouble
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

POST, READ = "POST /2/tweets", "GET /2/users/:id/tweets"
SLOW = 1.0
"""Seconds X takes for the call in flight."""
SOON = 6.0
"""Seconds a process may take to end after that, on a machine that has other things to do."""


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with x.checked(lambda: datetime.now(UTC)) as running:
        running.state.add("Hello, this is the series.")
        yield running


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def context(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, fake: FakeX
) -> Iterator[Context]:
    """Another worker on the same database, whose leases last as long as by default; a thread of
    four parts is due.
    """
    url = (
        f"sqlite:///{tmp_path / 'queue.db'}"
        if kind == "sqlite"
        else request.getfixturevalue("postgres_database")
    )
    prepare(tmp_path, url, x.account(fake), "live = true\n")
    made = assemble.context(config.load(tmp_path / "config.toml"))
    yield made
    made.database.close()


Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(context: Context) -> Iterator[Start]:
    """Starts a command; what still runs at the end of the test is killed."""
    with ExitStack() as started:

        def run(command: str) -> "subprocess.Popen[str]":
            folder = context.config.folder
            with (folder / "log").open("w", encoding="utf-8") as log:
                process = subprocess.Popen(
                    [*COMMAND, command],
                    cwd=folder,
                    env=ENVIRONMENT,
                    text=True,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            started.callback(process.wait)
            started.callback(process.kill)
            return process

        yield run


def printed(context: Context) -> str:
    return (context.config.folder / "log").read_text(encoding="utf-8")


def stop_during(
    context: Context, fake: FakeX, start: Start, command: str, route: str, count: int
) -> int:
    """Tell a command to end while that call is in flight, and no sooner; its exit code."""
    fake.on_route[route, count] = Trouble(is_accepted=True, after=SLOW)
    process = start(command)
    until(lambda: fake.counts[route] == count or process.poll() is not None)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = process.wait(PATIENCE)
    assert time.monotonic() - began < SLOW + SOON, "it ends with the request, not with the lease"
    assert "Traceback" not in printed(context)
    assert "unexpected" not in printed(context)
    return code


def receipts(context: Context) -> int:
    with context.read() as work:
        return len(
            work.conn.execute(
                select(tables.parts.c.id).where(tables.parts.c.receipt_id.is_not(None))
            ).all()
        )


MOMENTS = [
    ("sqlite", "run", READ, 1, 0),
    ("sqlite", "run", "POST /2/media/upload", 1, 0),
    ("sqlite", "run", POST, 1, 1),
    ("sqlite", "tick", POST, 3, 3),
    ("sqlite", "run", READ, 4, 2),
    ("postgresql", "run", POST, 3, 3),
    ("postgresql", "tick", READ, 2, 1),
]
"""On which database a command meets a call that is slow, by its route and number, and how many
parts are out then.
"""


@pytest.mark.parametrize(("kind", "command", "route", "count", "out"), MOMENTS)
def test_the_request_in_flight_is_recorded_and_the_next_worker_goes_on_at_once(
    context: Context, fake: FakeX, start: Start, command: str, route: str, count: int, out: int
) -> None:
    assert stop_during(context, fake, start, command, route, count) == 0
    assert x_threads.asked(fake) == out
    found = delivery(context)
    assert found is not None
    assert (found.state, receipts(context)) == (State.WAITING, out)
    with context.read() as work:
        assert not work.attempts.is_unfinished(found.id)
        standings = work.standings.all(timedelta(minutes=1))
        assert [one.account.name for one in standings if one.is_due(work.now)] == ["lab"]
    tick.tick(context)
    assert is_sent(context)
    check(context, fake)


def test_a_thread_whose_last_part_is_in_flight_is_finished(
    context: Context, fake: FakeX, start: Start
) -> None:
    assert stop_during(context, fake, start, "run", POST, PARTS) == 0
    assert is_sent(context)
    check(context, fake)


def test_a_second_signal_ends_it_at_once_and_what_is_in_flight_is_looked_for(
    context: Context, fake: FakeX, start: Start
) -> None:
    fake.on_route[POST, 2] = Trouble(is_accepted=True, after=8)
    process = start("run")
    until(lambda: x_threads.asked(fake) == 2)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(SOON) == -signal.SIGTERM
    found = delivery(context)
    assert found is not None
    assert found.state is State.SENDING
    with context.read() as work:
        assert work.attempts.is_unfinished(found.id)

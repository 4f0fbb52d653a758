"""A worker that is stopped past its lease, as by a suspended machine, and goes on later: it sends
nothing more.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.delivery import Delivery, State
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import tables
from tests.conftest import ROOT, StoppedClock, make_context, write_item
from tests.e2e.process import ENVIRONMENT, tree
from tests.fakes import x, x_threads
from tests.fakes.x import FakeX
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow

PARAGRAPH = " ".join(
    f"Sentence {n} says a little more of what it found & how <it> did." for n in range(9)
)
PARTS = 4
SHORT = """live = true
[delivery]
lease = "2s"
request = "1s"
retry_first = "50ms"
retry_longest = "200ms"
first_look = "500ms"
second_look = "1s"
"""


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with x.checked(lambda: datetime.now(UTC)) as running:
        running.state.add("Hello, this is the series.")
        yield running


@pytest.fixture
def context(tmp_path: Path, database_url: str, fake: FakeX) -> Iterator[Context]:
    """Another worker on the same database: a thread of four parts is due."""
    prepare(tmp_path, database_url, x.account(fake, total_timeout="1s"), SHORT)
    made = assemble.context(config.load(tmp_path / "config.toml"))
    yield made
    made.database.close()


def prepare(folder: Path, url: str, account: dict[str, str], settings: str) -> None:
    """A slot was ten minutes ago, nothing ran since, and one collage is ready."""
    now = datetime.now(UTC)
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in account.items())
    slot, roundup = now - timedelta(minutes=10), now + timedelta(hours=12)
    series = f'slots = ["{slot:%A %H:%M}"]\nroundup = {{ time = "{roundup:%H:%M}" }}\n'
    settings += f"[accounts.lab]\n{lines}\n[series.mlcollage]\n{series}"
    prepared = make_context(folder, settings, StoppedClock(now - timedelta(hours=1)), url)
    tick.tick(prepared)
    file = write_item(folder, "barlow")
    whole = file.read_text(encoding="utf-8")
    file.write_text(f"{whole.rpartition('+++')[0]}+++\n\n{PARAGRAPH}\n", encoding="utf-8")
    accept.take(prepared, prepared.config.series["mlcollage"], [accept.from_file(file)])
    prepared.database.close()


def delivery(context: Context) -> Delivery | None:
    with context.read() as work:
        found = work.conn.execute(select(tables.deliveries.c.id)).scalar()
        return None if found is None else work.deliveries.get(found)


def is_sent(context: Context) -> bool:
    found = delivery(context)
    return found is not None and found.state is State.SENT


def check(context: Context, fake: FakeX) -> None:
    """All four parts are at X, and no more than four were asked for."""
    found = delivery(context)
    assert found is not None
    with context.read() as work:
        assert x_threads.out(fake, work.parts.thread(found).parts) == PARTS
    assert len(fake.state.posts) == 1 + PARTS
    assert x_threads.asked(fake) == PARTS


Stopping = Callable[[Context, str, int], "subprocess.Popen[str]"]


@pytest.fixture
def stopping() -> Iterator[Stopping]:
    """Starts a bot that stops itself at a moment of its request with that number, and waits until
    it has.
    """
    with ExitStack() as started:

        def start(context: Context, moment: str, count: int) -> "subprocess.Popen[str]":
            command = [
                sys.executable,
                "-m",
                "tests.e2e.stopping",
                str(context.config.file),
                moment,
                str(count),
            ]
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, text=True, **pipes)  # type: ignore[call-overload]
            started.callback(process.wait)
            started.callback(process.kill)
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status), process.communicate()[0]
            return process  # type: ignore[no-any-return]

        yield start


def carry_on(process: "subprocess.Popen[str]") -> str:
    """Let it continue to its end; what it said."""
    process.send_signal(signal.SIGCONT)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    return said


@pytest.mark.parametrize("moment", ["before_the_intent", "after_the_intent", "between_the_clocks"])
def test_a_worker_stopped_before_a_request_sends_nothing_once_another_has_taken_over(
    context: Context, fake: FakeX, stopping: Stopping, moment: str
) -> None:
    stopped = stopping(context, moment, 3)
    assert x_threads.asked(fake) == 2
    until(lambda: tick.tick(context) is not None and is_sent(context))
    assert x_threads.asked(fake) == PARTS
    assert "is out" not in carry_on(stopped)
    check(context, fake)


@pytest.mark.parametrize(
    "moment", ["before_the_intent", "within_the_intent", "after_the_intent", "between_the_clocks"]
)
def test_a_worker_stopped_past_its_lease_sends_nothing_before_it_has_claimed_the_thread_again(
    context: Context, fake: FakeX, stopping: Stopping, moment: str
) -> None:
    stopped = stopping(context, moment, 2)
    own = context.config.delivery
    began = datetime.now(UTC)
    until(lambda: datetime.now(UTC) - began > own.lease)
    carry_on(stopped)
    until(lambda: tick.tick(context) is not None and is_sent(context))
    with context.read() as work:
        columns = (tables.attempts.c.position, tables.attempts.c.outcome, tables.attempts.c.fence)
        tried = [
            tuple(row) for row in work.conn.execute(select(*columns).order_by(tables.attempts.c.id))
        ]
    assert tried[:2] == [(1, "sent", 1), (2, "unavailable", 1)]
    check(context, fake)


def test_a_worker_stopped_within_a_transaction_holds_nobody_up_for_long(
    postgres_database: str, tmp_path: Path, fake: FakeX, stopping: Stopping
) -> None:
    prepare(tmp_path, postgres_database, x.account(fake, total_timeout="1s"), SHORT)
    context = assemble.context(config.load(tmp_path / "config.toml"))
    stopped = stopping(context, "within_the_intent_for_long", 3)
    # PostgreSQL ends a transaction in which nothing happens; until then the row is locked, and
    # whoever wants it waits.
    going_on = Thread(
        target=lambda: until(lambda: tick.tick(context) is not None and is_sent(context)),
        daemon=True,
    )
    going_on.start()
    going_on.join(PATIENCE)
    assert not going_on.is_alive(), "it waits for the one that was stopped"
    stopped.send_signal(signal.SIGCONT)
    said, _ = stopped.communicate(timeout=PATIENCE)
    assert "cannot be used" in said
    check(context, fake)
    context.database.close()


@pytest.mark.parametrize("moment", ["within_the_writing", "before_the_renaming"])
def test_a_worker_stopped_while_it_writes_to_an_outbox_leaves_one_whole_thread(
    tmp_path: Path, stopping: Stopping, moment: str
) -> None:
    prepare(tmp_path, f"sqlite:///{tmp_path / 'queue.db'}", {"network": "outbox"}, SHORT)
    context = assemble.context(config.load(tmp_path / "config.toml"))
    outbox = tmp_path / "outbox"
    stopped = stopping(context, moment, 1)
    assert [folder.name[:9] for folder in outbox.iterdir()] == [".writing-"]
    until(lambda: tick.tick(context) is not None and is_sent(context))
    written = tree(outbox)
    assert "is out" not in carry_on(stopped)
    assert tree(outbox) == written
    assert len(list(outbox.iterdir())) == 1
    assert len(list(outbox.glob("*/?.txt"))) == PARTS
    context.database.close()

"""Who takes part in queue.py: our storage, its own statements sent bare, procrastinate and its own
calls.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import event

from bot.core.delivery import State
from bot.storage.database import BUSY, Database
from bot.storage.work import at_once, writing

THEIRS = PROCRASTINATE, CALLS = "procrastinate", "its calls alone"
TASK = "nothing"
LEASE = timedelta(minutes=5)

Take = Callable[[], int | None]
"""Claims one and finishes it, in two transactions; its id, or None when nothing is due."""


class Undone(Exception):
    """Ends a transaction without a trace."""


@contextmanager
def ours(url: str) -> Iterator[Take]:
    database = Database(url)
    # As `assemble` has it for a bot that runs.
    database.shares_clock = not database.is_sqlite

    def take() -> int | None:
        with at_once(database, datetime.now(UTC)) as work:
            claimed = work.deliveries.claim(1, LEASE)
        if claimed is None:
            return None
        with at_once(database, datetime.now(UTC)) as work:
            work.deliveries.move(claimed, State.SENT)
        return claimed.id

    yield take
    database.close()


class Sent(NamedTuple):
    """A statement as the driver got it; `names` are its parameters' where they have but a place."""

    words: str
    its: Any
    names: list[str] | None

    def of(self, delivery_id: int) -> Any:
        """The parameters for another delivery, freshly claimed as the first one was."""
        if self.names is None:
            return self.its | {"its_id": delivery_id}
        return [
            delivery_id if name == "its_id" else value
            for name, value in zip(self.names, self.its, strict=True)
        ]


def sent(url: str) -> list[Sent]:
    """What our storage sends for one claim and one finish; nothing of it stays."""
    database, found = Database(url), []

    # The signature is SQLAlchemy's.
    def collect(  # noqa: PLR0913
        conn: Any, cursor: Any, words: str, its: Any, context: Any, many: bool
    ) -> None:
        if context.compiled:
            found.append(Sent(words, its, context.compiled.positiontup))

    database.shares_clock = not database.is_sqlite
    event.listen(database.engine, "before_cursor_execute", collect)
    with suppress(Undone), writing(database, datetime.now(UTC)) as work:
        claimed = work.deliveries.claim(1, LEASE)
        assert claimed
        work.deliveries.move(claimed, State.SENT)
        raise Undone
    database.close()
    return found


@contextmanager
def bare(url: str) -> Iterator[Take]:
    """The very same statements, by the driver alone."""
    claim, finish = sent(url)
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(
            url.removeprefix("sqlite:///"), BUSY, isolation_level=None
        )
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
    else:
        import psycopg

        # As `Database.at_once` has it: each statement is a transaction by itself.
        connection = psycopg.connect(plain(url), autocommit=True)

    def begin() -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("BEGIN IMMEDIATE")

    def end() -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("COMMIT")

    def take() -> int | None:
        begin()
        row = connection.execute(claim.words, claim.its).fetchone()
        end()
        if row is None:
            return None
        begin()
        assert connection.execute(finish.words, finish.of(row[0])).rowcount == 1
        end()
        return int(row[0])

    yield take
    connection.close()


@contextmanager
def procrastinate(url: str) -> Iterator[Take]:
    """Its worker as people run it, one job at a time, with a task that does nothing."""
    from procrastinate import App, JobContext, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=plain(url)))
    done: asyncio.Queue[int | None] = asyncio.Queue()

    @app.task(name=TASK, pass_context=True)
    async def nothing(context: JobContext) -> None:
        done.put_nowait(context.job.id)

    async def begin() -> asyncio.Task[None]:
        await app.open_async()
        begun = asyncio.create_task(app.run_worker_async(wait=False, install_signal_handlers=False))
        begun.add_done_callback(lambda _: done.put_nowait(None))
        return begun

    async def one() -> int | None:
        """The next one it has done; where nothing is left, its worker ends."""
        return None if working.done() and done.empty() else await done.get()

    async def end() -> None:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await app.close_async()

    with asyncio.Runner() as runner:
        working = runner.run(begin())
        # Between two calls the worker stands still with its loop: what it does, it does within one.
        yield lambda: runner.get_loop().run_until_complete(one())
        runner.run(end())


@contextmanager
def its_calls(url: str) -> Iterator[Take]:
    """Procrastinate's own claim and own finish, without its worker and the task between them."""
    from procrastinate import PsycopgConnector
    from procrastinate.jobs import Status
    from procrastinate.manager import JobManager

    connector = PsycopgConnector(conninfo=plain(url), min_size=1, max_size=1)
    manager = JobManager(connector)

    async def one() -> int | None:
        job = await manager.fetch_job(None, worker)
        if job is None:
            return None
        await manager.finish_job(job, Status.SUCCEEDED, False)
        return job.id

    with asyncio.Runner() as runner:
        runner.run(connector.open_async())
        worker = runner.run(manager.register_worker())
        yield lambda: runner.get_loop().run_until_complete(one())
        runner.run(connector.close_async())


SIDES: dict[str, Callable[[str], AbstractContextManager[Take]]] = {
    "bare": bare,
    "ours": ours,
    PROCRASTINATE: procrastinate,
    CALLS: its_calls,
}


def plain(url: str) -> str:
    return url.replace("+psycopg", "")

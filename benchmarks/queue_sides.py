"""Who takes part in queue.py: our storage, its own statements sent bare, and procrastinate."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import event

from bot.core.delivery import State
from bot.storage import ledger
from bot.storage.database import BUSY, Database

PROCRASTINATE = "procrastinate"
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
        now = datetime.now(UTC)
        with database.write() as conn:
            claimed = ledger.claim(conn, 1, now, database.instant(now, LEASE), 0)
        if claimed is None:
            return None
        with database.write() as conn:
            ledger.move(conn, claimed, State.SENT, datetime.now(UTC))
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
        return [delivery_id if name == "its_id" else value for name, value in zip(self.names, self.its, strict=True)]


def sent(url: str) -> list[Sent]:
    """What our storage sends for one claim and one finish; nothing of it stays."""
    database, found = Database(url), []

    def collect(conn: Any, cursor: Any, words: str, its: Any, context: Any, many: bool) -> None:
        if context.compiled:
            found.append(Sent(words, its, context.compiled.positiontup))

    database.shares_clock = not database.is_sqlite
    event.listen(database.engine, "before_cursor_execute", collect)
    now = datetime.now(UTC)
    with suppress(Undone), database.write() as conn:
        claimed = ledger.claim(conn, 1, now, database.instant(now, LEASE), 0)
        assert claimed
        ledger.move(conn, claimed, State.SENT, now)
        raise Undone
    database.close()
    return found


@contextmanager
def bare(url: str) -> Iterator[Take]:
    """The very same statements, by the driver alone."""
    claim, finish = sent(url)
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), BUSY, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
    else:
        import psycopg

        connection = psycopg.connect(plain(url))

    def begin() -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("BEGIN IMMEDIATE")

    def take() -> int | None:
        begin()
        row = connection.execute(claim.words, claim.its).fetchone()
        connection.commit()
        if row is None:
            return None
        begin()
        assert connection.execute(finish.words, finish.of(row[0])).rowcount == 1
        connection.commit()
        return int(row[0])

    yield take
    connection.close()


@contextmanager
def procrastinate(url: str) -> Iterator[Take]:
    """Its own claim and its own finish, without the task between them."""
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
}


def plain(url: str) -> str:
    return url.replace("+psycopg", "")

"""One database, SQLite or PostgreSQL: connections, transactions, and the schema's version."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    DateTime,
    Engine,
    QueuePool,
    Table,
    create_engine,
    event,
    func,
    text,
)
from sqlalchemy import Connection as Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from bot.core.collage import one_line
from bot.core.errors import NoDatabase

HEAD = "0004"
"""The newest migration; a test compares it with the folder."""

SQLITE = "sqlite:///"

BUSY = 30
"""Seconds a writer waits for another one on SQLite."""

IDLE = 30
"""Seconds after which PostgreSQL ends a transaction in which nothing happens: whoever began it was
stopped or is gone, and the rows it locked would hold up everybody else."""

BEGIN = "begin"
"""Under this name a connection is told how its next transaction begins."""

MIGRATION_LOCK = 0x6D6C636F
"""PostgreSQL's advisory lock for migrations: any constant of our own."""


Instant = datetime | ColumnElement[datetime]
"""A moment, or the expression by which the database tells it."""


class Database:
    """An engine with our rules: `read` for looking, `write` for one transaction that commits at its
    end.
    """

    def __init__(self, url: str | URL, *, journal: str = "WAL") -> None:
        if isinstance(url, str) and url.startswith(SQLITE):
            # A path, taken as it is: in a URL "?" and "%" would mean something.
            url = URL.create("sqlite", database=url.removeprefix(SQLITE))
        self.is_sqlite = isinstance(url, URL)
        try:
            # As many connections as there are threads: waiting for one would end in an error of the
            # pool's own. Every transaction ends with its block, so that nothing is left to be
            # undone when one is given back.
            pool: dict[str, Any] = {
                "poolclass": QueuePool,
                "max_overflow": -1,
                "pool_reset_on_return": None,
            }
            self.engine = create_engine(
                url, connect_args={"timeout": BUSY} if self.is_sqlite else {}, **pool
            )
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            missing = (
                "; install it with: pip install 'mlcollage[postgresql]'"
                if "psycopg" in str(error)
                else ""
            )
            raise NoDatabase(
                f"database.url cannot be used: {_first_line(error)}{missing}."
            ) from None
        self.shares_clock = False
        """Whether leases go by the database's own clock, which all hosts share."""
        _prepare(self.engine, journal if self.is_sqlite else None)
        self.shown = _shown(url)

    @classmethod
    def in_one_file(cls, file: Path) -> "Database":
        """A SQLite database with nothing beside its file: whoever has the file has all of it."""
        return cls(URL.create("sqlite", database=str(file)), journal="DELETE")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only looks, in one consistent view."""
        with self.translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as it was at its first look, however long it reads."""
        with self.translated(), self.engine.connect() as connection:
            connection.info[BEGIN] = (
                "BEGIN" if self.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ"
            )
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; on SQLite it takes the write lock at once, so that what it read stays
        true.
        """
        with self._begun("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN") as connection:
            yield connection

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """For one statement, on PostgreSQL a transaction by itself: one way to the server in place
        of three.
        """
        with self._begun("BEGIN IMMEDIATE" if self.is_sqlite else "") as connection:
            yield connection

    @contextmanager
    def _begun(self, by: str) -> Iterator[Connection]:
        with self.translated(), self.engine.connect() as connection:
            connection.info[BEGIN] = by
            with connection.begin():
                yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """What the database refuses, said in a sentence that names it."""
        try:
            yield
        except DBAPIError as error:
            raise NoDatabase(
                f"The database {self.shown} cannot be used: {why(error)}; nothing was changed."
            ) from error

    def prepare(self, before_upgrade: Callable[[], Path] | None = None) -> Path | None:
        """Make the schema, or bring it to this version; raises `NoDatabase` when a newer program
        made it.

        One process does it while others wait, `before_upgrade` first where there is something to
        lose; what it made.
        """
        if self.version() == HEAD:
            return None
        if self.is_sqlite and not Path(str(self.engine.url.database)).parent.is_dir():
            raise NoDatabase(
                f"The database {self.shown} cannot be made: its folder does not exist."
            )
        with self.write() as connection:
            if not self.is_sqlite:
                # Nothing happens in it while a backup is made first, and that may take long.
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            found = version_in(connection)
            if found == HEAD:
                return None
            if found is not None and found > HEAD:
                raise NoDatabase(
                    f"The database {self.shown} was made by a newer mlcollage; upgrade the program."
                )
            made = before_upgrade() if found is not None and before_upgrade else None
            from bot.storage import (
                schema,  # heavy: Alembic takes longer to import than any command may
            )

            schema.upgrade(connection)
        return made

    def version(self) -> str | None:
        if self.is_sqlite and not Path(str(self.engine.url.database)).exists():
            return None
        with self.read() as connection:
            return version_in(connection)

    def instants(self, now: datetime) -> Callable[[timedelta], Instant]:
        """How to tell a moment so far ahead of now, where a lease begins or ends."""
        return _by_its_clock if self.shares_clock else now.__add__

    def close(self) -> None:
        self.engine.dispose()


@lru_cache
def _by_its_clock(ahead: timedelta) -> ColumnElement[datetime]:
    """One and the same for a span, so that a statement with it is built once."""
    return func.clock_timestamp(type_=DateTime(timezone=True)) + ahead


def version_in(connection: Connection) -> str | None:
    """The schema's version; None where there is no schema of ours."""
    there = connection.dialect.has_table(connection, "alembic_version")
    return (
        connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if there
        else None
    )


def _prepare(engine: Engine, journal: str | None) -> None:
    """Transactions that begin as we say; on SQLite, where there is a journal, what makes it keep
    its word.
    """
    settings = [f"SET idle_in_transaction_session_timeout = '{IDLE}s'"]
    if journal:
        # Full synchronisation: an intent must survive a power cut.
        settings = [
            f"PRAGMA journal_mode = {journal}",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
        ]

    @event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, record: object) -> None:
        if journal:
            dbapi.isolation_level = None
        else:
            dbapi.autocommit = True
        for setting in settings:
            dbapi.execute(setting)

    def begin(dbapi_connection: Any) -> None:
        if by := dbapi_connection.info.pop(BEGIN, "BEGIN"):
            dbapi_connection.execute(by)

    # Not at the event "begin": an engine that anybody listens to takes half as long again for every
    # statement.
    engine.dialect.do_begin = begin  # type: ignore[method-assign]


def _shown(url: str | URL) -> str:
    parsed = make_url(url)
    return (
        str(parsed.database)
        if parsed.get_backend_name() == "sqlite"
        else parsed.render_as_string(hide_password=True)
    )


def why(error: Exception) -> str:
    """What the database itself says, on one line and without a full stop; it may quote a whole
    value.
    """
    return one_line(_first_line(getattr(error, "orig", None) or error)[:300])


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def insert_new(connection: Connection, table: Table, **values: Any) -> Any:
    """Insert a row unless one with the same unique key is there; the new row's primary key, else
    None.
    """
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # the one dialect in use
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # heavy: 30 ms, as above
    new = insert(table).values(**values).on_conflict_do_nothing()
    return connection.execute(new.returning(*table.primary_key)).scalar()

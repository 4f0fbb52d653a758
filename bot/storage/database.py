"""One database, SQLite or PostgreSQL: connections, transactions, and the schema's version."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
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

from bot import files
from bot.config import SHOWN_PARAMETERS
from bot.core.collage import one_line
from bot.core.errors import NoDatabase
from bot.storage import refusals

HEAD = "0020"
"""The newest migration, written here so that a start need not import Alembic; a test compares it
with the folder."""

SQLITE = "sqlite:///"

BUSY = 30
"""Seconds that a writer waits for another one on SQLite."""

WAITS = {"connect_timeout": 10, "tcp_user_timeout": 30_000}
"""Seconds until there is a connection, and milliseconds until what was sent is acknowledged.

Without them, a host that is gone holds a worker for a quarter of an hour.
"""

IDLE = 30
"""Seconds after which PostgreSQL ends a transaction in which nothing happens.

The process that began it was stopped or is gone, and its locks would hold up all other workers.
"""

BEGIN = "begin"
"""Key in a connection's `info` for the statement that begins its next transaction; an empty one
means autocommit."""

MIGRATION_LOCK = 0x6D6C636F
"""Key of PostgreSQL's advisory lock for migrations: any constant of our own."""

WITH_IDLE_SESSION_TIMEOUT = 140_000
"""The version of PostgreSQL from which sessions may be ended for being idle."""

GROWING = ("log", "attempts", "deliveries", "notices")
"""Tables whose ids only grow, the log first.

Only `mlcollage repair` takes rows of others back, and adds one to the log.
"""

Instant = datetime | ColumnElement[datetime]
"""A moment, or the expression by which the database computes it."""


class Database:
    """An engine with our rules for connections and transactions.

    `read` is for looking, `write` for one transaction that commits at its end. `shares_clock`
    says whether leases go by the database's own clock, which all hosts share. `shown` is the
    database as messages may name it, without a password. `was_made` says that `prepare` has found
    none and made it.
    """

    def __init__(self, url: str | URL, *, journal: str = "WAL") -> None:
        """Raises `NoDatabase` where the URL is wrong or its driver is not installed.

        A `URL` is always of SQLite. `journal` is SQLite's journal mode.
        """
        if isinstance(url, str) and url.startswith(SQLITE):
            # Taken as a path: parsed as a URL, "?" and "%" in a folder's name would mean something.
            url = URL.create("sqlite", database=url.removeprefix(SQLITE))
        self.is_sqlite = isinstance(url, URL)
        self.shares_clock = False
        try:
            self.engine = _engine(url, is_sqlite=self.is_sqlite)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            reason = _first_line(error)
            if "psycopg" in str(error):
                reason += "; install it, in the checkout: pip install '.[postgresql]'"
            raise NoDatabase(f"database.url cannot be used: {reason}.") from None
        _prepare(self.engine, journal if self.is_sqlite else None)
        self.shown = _shown(url)
        self._file: tuple[int, int] | None = None
        self._newest: tuple[int, ...] = ()
        self.was_made = False

    @classmethod
    def in_one_file(cls, file: Path) -> "Database":
        """A SQLite database without a WAL beside it, so that a copy of the file is complete."""
        return cls(URL.create("sqlite", database=str(file)), journal="DELETE")

    def check_file(self) -> None:
        """Raise `NoDatabase` where SQLite's file is not the one that was opened any more.

        Connections of a running bot would go on writing to a file that nobody finds again. One
        that was overwritten in place, as `cp` does, is known by older content.
        """
        if not self.is_sqlite:
            return
        file = Path(str(self.engine.url.database))
        try:
            found = file.stat()
        except FileNotFoundError:
            found = None
        identity = (found.st_dev, found.st_ino) if found else None
        if self._file is None:
            self._file = identity
        if identity != self._file or self._has_gone_back():
            raise NoDatabase(
                f"The database {self.shown} was replaced or removed while it was in use; nothing "
                "was changed. Stop the bot, put the right file in its place, and start it again."
            )

    def is_missing(self) -> bool:
        """Whether SQLite's file is not there, whatever it was."""
        return self.is_sqlite and not Path(str(self.engine.url.database)).exists()

    def note_newest(self) -> None:
        """Remember how far SQLite's database has come, for the next `check_file`."""
        if self.is_sqlite and self._file is not None:
            self._has_gone_back()

    def _has_gone_back(self) -> bool:
        """Whether the file holds older rows than this process has seen; remembers the newest.

        A table may lose rows where the log has grown: then a person has repaired it.
        """
        newest = self._newest_in_file()
        is_older = any(now < before for now, before in zip(newest, self._newest, strict=False))
        if is_older and newest[0] <= self._newest[0]:
            return True
        self._newest = newest
        return False

    def _newest_in_file(self) -> tuple[int, ...]:
        """The greatest ids in the file, one step into each table's primary key.

        By a connection of its own: those of the pool have pages in their caches, and notice no
        change that went past SQLite.
        """
        uri = f"{Path(str(self.engine.url.database)).absolute().as_uri()}?mode=rw"
        greatest = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {name})" for name in GROWING)
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=BUSY)) as connection:
                found: tuple[int, ...] = connection.execute(f"SELECT {greatest}").fetchone()
                return found
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> NoDatabase:
        """The database's own message as an error of ours, with what is behind it."""
        reason = why(error)
        if self.is_sqlite:
            file = Path(str(self.engine.url.database))
            reason += refusals.advice(getattr(error, "orig", None) or error, file)
        return NoDatabase(
            f"The database {self.shown} cannot be used: {reason}; nothing was changed."
        )

    def damage(self) -> str:
        """What SQLite finds wrong in its file, in its words; "" where it is whole."""
        if not self.is_sqlite:
            return ""
        with self.read() as connection:
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        return "" if found == "ok" else str(found)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads."""
        with self.translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as of its first statement, however long it reads."""
        begin = "BEGIN"
        if not self.is_sqlite:
            # By default each statement of PostgreSQL sees what was committed before it began.
            begin = "BEGIN ISOLATION LEVEL REPEATABLE READ"
        with self.translated(), self.engine.connect() as connection:
            connection.info[BEGIN] = begin
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at its end and rolled back where it raises.

        On SQLite it takes the write lock at once, so that what it reads stays true until it
        commits; PostgreSQL locks rows.
        """
        with self._begun("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN") as connection:
            yield connection

    @contextmanager
    def write_if_free(self) -> Iterator[Connection]:
        """As `write`, but on SQLite it does not wait for another writer: then it raises."""
        if not self.is_sqlite:
            with self.write() as connection:
                yield connection
            return
        with self.translated(), self.engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.execute("PRAGMA busy_timeout = 0")
            try:
                connection.info[BEGIN] = "BEGIN IMMEDIATE"
                with connection.begin():
                    yield connection
            finally:
                # Whoever has the connection next waits again.
                driver.execute(f"PRAGMA busy_timeout = {BUSY * 1_000}")

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """A transaction of one statement.

        On PostgreSQL it is autocommitted: one round trip in place of three.
        """
        with self._begun("BEGIN IMMEDIATE" if self.is_sqlite else "") as connection:
            yield connection

    @contextmanager
    def _begun(self, statement: str) -> Iterator[Connection]:
        with self.translated(), self.engine.connect() as connection:
            connection.info[BEGIN] = statement
            with connection.begin():
                yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise `NoDatabase`, with a sentence that names the database, for a driver's error."""
        try:
            yield
        except DBAPIError as error:
            raise self._unusable(error) from error

    def prepare(self, before_upgrade: Callable[[], Path] | None = None) -> Path | None:
        """Make the schema, or bring it to this version; one process does it while others wait.

        Before an existing schema is upgraded `before_upgrade` makes a backup; returns its path, or
        None where there was none to make. Raises `NoDatabase` when a newer program made the
        schema, or the folder of the database does not exist.
        """
        if self.version() == HEAD:
            return None
        if self.is_sqlite:
            file = Path(str(self.engine.url.database))
            if not file.parent.is_dir():
                raise NoDatabase(
                    f"The database {self.shown} cannot be made: its folder does not exist."
                )
            make_private(file)
        with self.write() as connection:
            if not self.is_sqlite:
                # The transaction idles while the backup is made, which may take long.
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            # Another process may have done it while this one waited for the lock.
            current = version_in(connection)
            if current == HEAD:
                return None
            if current is not None and current > HEAD:
                raise NoDatabase(
                    f"The database {self.shown} was made by a newer mlcollage; upgrade the program."
                )
            self.was_made = current is None
            backup = None
            if current is not None and before_upgrade:
                backup = before_upgrade()
            from bot.storage import schema  # heavy: Alembic, for an upgrade only

            schema.upgrade(connection)
        return backup

    def version(self) -> str | None:
        """The schema's version; None where there is no schema, and no file is made for the look."""
        if self.is_sqlite and not Path(str(self.engine.url.database)).exists():
            return None
        with self.read() as connection:
            return version_in(connection)

    def instants(self, now: datetime) -> Callable[[timedelta], Instant]:
        """The function that gives the moment so far ahead of now, for the ends of leases."""
        if self.shares_clock:
            return _by_its_clock
        return now.__add__

    def close(self) -> None:
        """Close all connections; what is opened next may be another file."""
        self.engine.dispose()
        self._file = None
        self._newest = ()


def make_private(file: Path) -> None:
    """Make an empty file for a new SQLite database, which only its owner may read.

    SQLite gives its own files beside it the same mode. Where the file is there, it stays as it is;
    where it cannot be made, SQLite says so in its own words.
    """
    with suppress(OSError):
        file.touch(files.PRIVATE, exist_ok=False)


def _engine(url: str | URL, *, is_sqlite: bool) -> Engine:
    return create_engine(
        url,
        connect_args={"timeout": BUSY} if is_sqlite else _waits(make_url(url)),
        poolclass=QueuePool,
        # As many connections as there are threads: with a limit, a thread that waits for one would
        # end in an error of the pool.
        max_overflow=-1,
        # Every transaction ends with its block: nothing is left to roll back on return.
        pool_reset_on_return=None,
    )


def _waits(url: URL) -> dict[str, int]:
    """The longest waits for a PostgreSQL whose host is gone, unless the URL names its own."""
    return {name: value for name, value in WAITS.items() if name not in url.query}


@lru_cache
def _by_its_clock(ahead: timedelta) -> ColumnElement[datetime]:
    """The moment so far ahead of the database's clock.

    Cached: the same expression object lets the statement around it be built once.
    """
    return func.clock_timestamp(type_=DateTime(timezone=True)) + ahead


def version_in(connection: Connection) -> str | None:
    """The schema's version; None where there is no schema of ours."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _prepare(engine: Engine, journal: str | None) -> None:
    """Configure each new connection, and let transactions begin as `info[BEGIN]` says.

    `journal` is SQLite's journal mode; None stands for PostgreSQL.
    """
    settings = [f"SET idle_in_transaction_session_timeout = '{IDLE}s'"]
    if journal:
        settings = [
            f"PRAGMA journal_mode = {journal}",
            # Each commit is synced: an intent to send must survive a power cut.
            "PRAGMA synchronous = FULL",
            # SQLite checks no foreign keys unless a connection asks for it.
            "PRAGMA foreign_keys = ON",
        ]

    @event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, record: object) -> None:
        # Neither driver may begin transactions by itself: `begin` below does.
        if journal:
            dbapi.isolation_level = None
        else:
            dbapi.autocommit = True
        for setting in settings:
            dbapi.execute(setting)
        # Connections wait in the pool for the next look, however long the server thinks that is.
        if not journal and dbapi.info.server_version >= WITH_IDLE_SESSION_TIMEOUT:
            dbapi.execute("SET idle_session_timeout = 0")

    def begin(dbapi_connection: Any) -> None:
        if statement := dbapi_connection.info.pop(BEGIN, "BEGIN"):
            dbapi_connection.execute(statement)

    # Not by a listener of the event "begin": with any listener on the engine, every statement takes
    # half as long again.
    engine.dialect.do_begin = begin  # type: ignore[method-assign]


def _shown(url: str | URL) -> str:
    """The database for messages: SQLite's file, else the URL without what may be a secret."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(parsed.database)
    # Passwords may be parameters, too: `password`, `sslpassword`, or in what `options` holds.
    query = {name: value for name, value in parsed.query.items() if name in SHOWN_PARAMETERS}
    return parsed.set(query=query).render_as_string(hide_password=True)


def why(error: Exception) -> str:
    """The database's own message on one line, without a full stop.

    At most 300 characters, for PostgreSQL may quote a whole value in it.
    """
    return one_line(_first_line(getattr(error, "orig", None) or error)[:300])


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def insert_new(connection: Connection, table: Table, **values: Any) -> Any:
    """Insert a row unless one with the same unique key is there.

    Returns the primary key of the new row, or None where there was one. On PostgreSQL it waits for
    a transaction that is just inserting the same key.
    """
    new = _insert_or_ignore(connection, table, values)
    return connection.execute(new.returning(*table.primary_key)).scalar()


def insert_many_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """As `insert_new`, for several rows in one statement; how many are new."""
    new = _insert_or_ignore(connection, table, list(rows)).returning(*table.primary_key)
    return len(connection.execute(new).all())


def _insert_or_ignore(connection: Connection, table: Table, values: Any) -> Any:
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # heavy: 30 ms, and one dialect is in use
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]  # heavy: same
    return insert(table).values(values).on_conflict_do_nothing()

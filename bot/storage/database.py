"""One database, SQLite or PostgreSQL: connections, transactions, and the schema's version."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, Table, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from bot.core.errors import NoDatabase

HEAD = "0003"
"""The newest migration; a test compares it with the folder."""

BUSY = 30
"""Seconds a writer waits for another one on SQLite."""

MIGRATION_LOCK = 0x6D6C636F
"""PostgreSQL's advisory lock for migrations: any constant of our own."""


class Database:
    """An engine with our rules: `read` for looking, `write` for one transaction that commits at its end."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        try:
            self.engine = create_engine(url, connect_args={"timeout": BUSY} if self.is_sqlite else {})
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            missing = "; install it with: pip install 'mlcollage[postgresql]'" if "psycopg" in str(error) else ""
            raise NoDatabase(f"database.url cannot be used: {_first_line(error)}{missing}.") from None
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self.shown = _shown(url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only looks, in one consistent view."""
        with self._translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as it was at its first look, however long it reads."""
        with self._translated(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; on SQLite it takes the write lock at once, so that what it read stays true."""
        with self._translated(), self.engine.connect() as connection:
            connection = connection.execution_options(immediate=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            why = _first_line(error.orig or error)
            raise NoDatabase(f"The database {self.shown} cannot be used: {why}; nothing was changed.") from error

    def prepare(self) -> None:
        """Make the schema, or bring it to this version; raises `NoDatabase` when a newer program made it."""
        if self.version() == HEAD:
            return
        if self.is_sqlite and not Path(str(self.engine.url.database)).parent.is_dir():
            raise NoDatabase(f"The database {self.shown} cannot be made: its folder does not exist.")
        with self.write() as connection:
            if not self.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            found = _version(connection)
            if found == HEAD:
                return
            if found is not None and found > HEAD:
                raise NoDatabase(f"The database {self.shown} was made by a newer mlcollage; upgrade the program.")
            from bot.storage import schema  # heavy: Alembic takes longer to import than any command may

            schema.upgrade(connection)

    def version(self) -> str | None:
        if self.is_sqlite and not Path(str(self.engine.url.database)).exists():
            return None
        with self.read() as connection:
            return _version(connection)

    def close(self) -> None:
        self.engine.dispose()


def _version(connection: Connection) -> str | None:
    there = connection.dialect.has_table(connection, "alembic_version")
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if there else None


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, full synchronisation (an intent must survive a power cut), foreign keys, and BEGINs of our own."""

    @event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, record: object) -> None:
        dbapi.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _shown(url: str) -> str:
    parsed = make_url(url)
    return (
        str(parsed.database) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string(hide_password=True)
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def insert_new(connection: Connection, table: Table, **values: Any) -> Any:
    """Insert a row unless one with the same unique key is there; the new row's primary key, else None."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # the one dialect in use
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # heavy: 30 ms, as above
    new = insert(table).values(**values).on_conflict_do_nothing()
    return connection.execute(new.returning(*table.primary_key)).scalar()

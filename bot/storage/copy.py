"""Copies every row of one database into another, and sums the rows up on the way."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, Table, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from bot.core.errors import NoDatabase
from bot.storage import database, refusals, schema, tables
from bot.storage.database import HEAD, Database

BATCH = 500
"""Rows read and written at a time."""

SEAL = "backup"
"""Name of the row in `installation` that seals a backup; it belongs to the file, and is not copied.
"""

Row = dict[str, Any]


class Held(NamedTuple):
    """What a database holds: its schema's version, the number of rows by table, and a checksum."""

    version: str
    rows: Mapping[str, int]
    sum: str


class Tally:
    """Counts rows and sums up their hashes.

    A sum, so that the same rows give the same checksum in any order: SQLite and PostgreSQL read
    them in different ones.
    """

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self._sum = 0

    def add(self, table: Table, batch: Sequence[Row]) -> None:
        """Count these rows of a table; an empty batch makes the table known."""
        self.rows[table.name] = self.rows.get(table.name, 0) + len(batch)
        for row in batch:
            encoded = ENCODER.encode([table.name, row])
            self._sum += int.from_bytes(hashlib.sha256(encoded.encode()).digest(), "big")

    def held(self, version: str) -> Held:
        """What was counted, of a database whose schema has this version."""
        return Held(version, self.rows, f"{self._sum % 2**256:064x}")


def _plain(value: object) -> str:
    """A value that JSON lacks: bytes as their SHA-256, a day or an instant in ISO 8601."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError


ENCODER = json.JSONEncoder(default=_plain, sort_keys=True)


def batches(source: Database, reading: Connection) -> Iterator[tuple[Table, list[Row]]]:
    """Every row that the connection `reading` sees, table by table in batches.

    Referenced tables come first, and each table begins with an empty batch. Rows have the columns
    that the schema of `reading` has. Raises `NoDatabase` where a row cannot be read, or a picture's
    bytes do not have the hash in its key.
    """
    with source.translated():
        is_older = database.version_in(reading) != HEAD
        for table in tables.metadata.sorted_tables:
            columns = _older(reading, table) if is_older else list(table.c)
            if columns:
                yield table, []
                for batch in _of_table(source, reading, table, columns):
                    yield table, batch


def _older(reading: Connection, table: Table) -> list[Column[Any]]:
    """The columns that a table has in an older schema; none where it has no such table."""
    there = inspect(reading)
    if not there.has_table(table.name):
        return []
    names = {column["name"] for column in there.get_columns(table.name)}
    return [column for column in table.c if column.name in names]


def _of_table(
    source: Database, reading: Connection, table: Table, columns: list[Column[Any]]
) -> Iterator[list[Row]]:
    """The rows of one table, in batches that are not empty."""
    statement = select(*columns)
    if table is tables.installation:
        statement = statement.where(table.c.name != SEAL)
    size = BATCH
    if any(isinstance(column.type, LargeBinary) for column in columns):
        # Pictures are megabytes: only one of them at a time is kept in memory.
        size = 1
    result = reading.execute(statement, execution_options={"yield_per": size})
    partitions = result.mappings().partitions()
    while True:
        try:
            batch = [dict(row) for row in next(partitions, [])]
        # Raised by the types of columns for a value that is no JSON, no instant or no text.
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise NoDatabase(
                f"The database {source.shown} is damaged: a row of {table.name} cannot be read."
            ) from None
        if not batch:
            return
        if table is tables.pictures:
            _check_pictures(source, batch)
        yield batch


def _check_pictures(source: Database, batch: Sequence[Row]) -> None:
    """Raise `NoDatabase` where a picture's bytes do not have the hash in its key."""
    for row in batch:
        if _plain(row["data"]) != row["sha256"]:
            name = str(row["sha256"])[:12]
            raise NoDatabase(
                f"The database {source.shown} is damaged: picture {name} is not what it was."
            )


def tally(source: Database, reading: Connection) -> Held:
    """What a database holds, with every row of it read; raises `NoDatabase` as `batches` does."""
    counted = Tally()
    for table, batch in batches(source, reading):
        counted.add(table, batch)
    return counted.held(database.version_in(reading) or "")


def into_file(source: Database, target: Path) -> Held:
    """Copy every row of `source`, which may be in use, into the SQLite file `target`.

    The file must be empty or not exist yet; it gets the schema that `source` has, which may be an
    older one. Returns what was copied. Raises `NoDatabase` where `source` cannot be read, `OSError`
    where the file cannot be written.
    """
    if source.version() is None:
        raise NoDatabase(f"There is no database {source.shown} yet; make it with: mlcollage init")
    database.make_private(target)
    with closing(Database.in_one_file(target)) as copied, source.snapshot() as reading:
        version = database.version_in(reading) or ""
        if version not in schema.versions():
            raise NoDatabase(
                f"The database {source.shown} was made by a newer mlcollage; upgrade the program."
            )
        counted = Tally()
        try:
            with copied.engine.begin() as writing:
                schema.upgrade(writing, version)
                for table, batch in batches(source, reading):
                    if batch:
                        writing.execute(insert(table), batch)
                    counted.add(table, batch)
        except DBAPIError as error:
            raise refusals.as_system_error(error.orig or error, target) from None
    return counted.held(version)

"""Every row of one database into another, counted and added up on the way."""

import errno
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
from bot.storage import database, schema, tables
from bot.storage.database import HEAD, Database

BATCH = 500

SEAL = "backup"
"""The row of `installation` that says what a backup is; it belongs to the file and is never copied.
"""

Row = dict[str, Any]


class Held(NamedTuple):
    """What a database holds: its schema's version, the rows of each table, and a sum over all their
    values.
    """

    version: str
    rows: Mapping[str, int]
    sum: str


class Tally:
    """Counts rows and adds up what they say; the same rows give the same sum in any order, from
    either database.
    """

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self._sum = 0

    def add(self, table: Table, batch: Sequence[Row]) -> None:
        self.rows[table.name] = self.rows.get(table.name, 0) + len(batch)
        for row in batch:
            said = ENCODER.encode([table.name, row])
            self._sum += int.from_bytes(hashlib.sha256(said.encode()).digest(), "big")

    def held(self, version: str) -> Held:
        return Held(version, self.rows, f"{self._sum % 2**256:064x}")


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError


ENCODER = json.JSONEncoder(default=_plain, sort_keys=True)


def batches(source: Database, reading: Connection) -> Iterator[tuple[Table, list[Row]]]:
    """Every row that `reading` sees, a few at a time, in the columns that its schema has; an empty
    table once.

    Raises `NoDatabase` where a row cannot be read, or a picture is not what its name says.
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
    """The columns that a table had in an older schema; none where there was no such table."""
    there = inspect(reading)
    if not there.has_table(table.name):
        return []
    names = {column["name"] for column in there.get_columns(table.name)}
    return [column for column in table.c if column.name in names]


def _of_table(
    source: Database, reading: Connection, table: Table, columns: list[Column[Any]]
) -> Iterator[list[Row]]:
    statement = select(*columns)
    if table is tables.installation:
        statement = statement.where(table.c.name != SEAL)
    # Pictures are megabytes: no two of them in memory.
    size = 1 if any(isinstance(column.type, LargeBinary) for column in columns) else BATCH
    found = (
        reading.execute(statement, execution_options={"yield_per": size}).mappings().partitions()
    )
    while True:
        try:
            batch = [dict(row) for row in next(found, [])]
        # What a row holds that cannot be its column's: no JSON, no instant, no text.
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
    for row in batch:
        if _plain(row["data"]) != row["sha256"]:
            name = str(row["sha256"])[:12]
            raise NoDatabase(
                f"The database {source.shown} is damaged: picture {name} is not what it was."
            )


def tally(source: Database, reading: Connection) -> Held:
    """What a database holds, every row of it read."""
    counted = Tally()
    for table, batch in batches(source, reading):
        counted.add(table, batch)
    return counted.held(database.version_in(reading) or "")


def into_file(source: Database, target: Path) -> Held:
    """Copy every row of `source`, which may be in use and of an older schema, into the SQLite file
    `target`.

    The file must be empty or not exist yet, and has the schema that `source` has. Raises `OSError`
    where it cannot be written.
    """
    if source.version() is None:
        raise NoDatabase(f"There is no database {source.shown} yet; make it with: mlcollage init")
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
            raise OSError(errno.EIO, database.why(error)) from None
    return counted.held(version)

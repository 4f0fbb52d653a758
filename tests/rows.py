"""Rows for every table of any schema, with every kind of value in them."""

import hashlib
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    delete,
    insert,
    inspect,
)

from bot.storage import copy, restore, tables
from bot.storage.copy import Held
from bot.storage.database import Database
from bot.storage.tables import UtcDateTime

FIRST = 2**40
"""Ids are larger than 32 bits, and have gaps."""
TEXT = "论文 👩🏽‍🔬 naïve 'quoted' \"twice\" \\ % {n}\n\t\u2028 ’"
VALUE = {"ключ": [None, True, 1.5, -(2**62), "👩🏽‍🔬\u0000", {}], "": "论文"}


def fill(conn: Connection, count: int = 3, only: Collection[str] = tables.metadata.tables) -> None:
    """Put `count` rows into every table that there is, in the columns that it has; or into some
    tables only.
    """
    there = inspect(conn)
    for table in tables.metadata.sorted_tables:
        if table.name in only and there.has_table(table.name):
            names = {column["name"] for column in there.get_columns(table.name)}
            columns = [column for column in table.c if column.name in names]
            rows = [
                {column.name: value(column, number) for column in columns}
                for number in range(1, count + 1)
            ]
            conn.execute(insert(table), rows)


def clear(conn: Connection) -> None:
    for table in reversed(tables.metadata.sorted_tables):
        conn.execute(delete(table))


def picture(number: int) -> bytes:
    return bytes(range(256)) * number


def of_picture(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "data": data}


def value(column: Column[Any], number: int) -> Any:
    """A value of the column's kind; every second row has none where none is needed."""
    if column.nullable and number % 2:
        return None
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value(key.column, number)
    match column.type:
        case LargeBinary():
            return picture(number)
        case Boolean():
            return bool(number % 2)
        case UtcDateTime():
            return datetime(2021, 8, 4, 13, 0, 0, number, UTC) + timedelta(days=365 * number)
        case Date():
            return date(2021, 2, 28) + timedelta(days=number)
        case JSON():
            return [VALUE, number]
        case BigInteger():
            return FIRST + 10 * number
        case Integer():
            return 2**31 - number
    return _text(column, number)


def _text(column: Column[Any], number: int) -> str:
    if column.name == "sha256":
        return hashlib.sha256(picture(number)).hexdigest()
    said = f"{number} {TEXT}"
    return said[: getattr(column.type, "length", None)]


def tally(database: Database) -> Held:
    """What a database holds."""
    with database.snapshot() as conn:
        return copy.tally(database, conn)


def restored(file: Path, target: Database, now: datetime) -> int:
    """Fill a database from a file; how many threads are looked for first."""
    with restore.opened(file) as (copied, found):
        return restore.fill(target, copied, found, now, "ada")


ADDED = {"installation": 1, "log": 1, "notices": 1}
"""Rows that a restore adds to those of the backup."""

ENDED = ("invitations", "sessions")
"""Tables of which a restore ends what is open: nobody is let in by what the backup held."""

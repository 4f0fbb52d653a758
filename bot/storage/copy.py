"""A whole database into a fresh SQLite file, as it was at one moment."""

from pathlib import Path

from sqlalchemy import insert, select

from bot.storage import tables
from bot.storage.database import Database

BATCH = 500


def into_file(source: Database, target: Path) -> None:
    """Copy every row of `source`, which may be in use, into the SQLite file `target`, which must not exist yet."""
    copied = Database(f"sqlite:///{target}")
    copied.prepare()
    with source.snapshot() as reading, copied.write() as writing:
        for table in tables.metadata.sorted_tables:
            found = reading.execution_options(yield_per=BATCH).execute(select(table))
            for rows in found.mappings().partitions(BATCH):
                writing.execute(insert(table), [dict(row) for row in rows])
    copied.close()

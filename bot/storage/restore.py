"""An empty database filled from a backup, and what had begun by then looked for before anything
else.
"""

import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, case, delete, func, insert, literal_column, select, text, update

from bot.core.collage import one_line
from bot.core.errors import BadInput, NoDatabase, NotAllowed
from bot.core.notices import Restored
from bot.storage import backup, copy, installation, tables
from bot.storage.backup import Backup
from bot.storage.database import HEAD, Database, why
from bot.storage.statements import Scope
from bot.storage.tables import deliveries
from bot.storage.work import Work

RESTORED_AT = "restored_at"

MADE_AT_FIRST = frozenset({"installation", "series", "accounts", "notices", "alerts", "log"})
"""Tables in which a database that holds nothing yet may have rows; they give way to those of the
backup.
"""


@contextmanager
def opened(file: Path) -> Iterator[tuple[Database, Backup]]:
    """What is in a file, checked, as a database of the newest schema: a copy of it, for the file is
    only read.

    Raises `BadInput` where it is no backup or is damaged, `NotAllowed` where a newer program or a
    simulation made it.
    """
    name = one_line(str(file))
    try:
        folder = tempfile.TemporaryDirectory(prefix="mlcollage-")
    except OSError as error:
        raise BadInput(f"{name} cannot be copied for reading: {error.strerror or error}.") from None
    with folder:
        taken = Path(folder.name) / "backup.db"
        _take(file, taken, name)
        found = backup.check(taken, name)
        with closing(Database.in_one_file(taken)) as copied:
            copied.shown = name
            copied.prepare()
            with copied.read() as conn:
                if installation.is_simulation(conn):
                    raise NotAllowed(
                        f"{name} is of a simulation, which may become no real database."
                    )
            yield copied, found


def _take(file: Path, into: Path, name: str) -> None:
    """Copy a database as it is at this moment, which may be in use: what is still in its WAL comes
    along.
    """
    try:
        before = file.stat()
        if not stat.S_ISREG(before.st_mode):
            raise BadInput(f"{name} is no file: name a backup.")
        real = file.resolve()
        # With nothing beside it the file is all there is, and SQLite need not make anything there.
        is_alone = not any(Path(f"{real}{more}").exists() for more in ("-wal", "-journal"))
        where = f"{real.as_uri()}?mode=ro{'&immutable=1' if is_alone else ''}"
        with (
            closing(sqlite3.connect(where, uri=True)) as source,
            closing(sqlite3.connect(into)) as copied,
        ):
            source.backup(copied)
        after = file.stat()
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise BadInput(f"{name} cannot be copied to {into.parent}: {why(error)}.") from None
        raise backup.unreadable(name, error) from None
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror or error}.") from None
    if is_alone and (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise BadInput(f"{name} was changed while it was read; try again.")


def fill(target: Database, copied: Database, found: Backup, now: datetime, who: str) -> int:
    """Fill an empty database, in one transaction; how many threads are looked for first.

    Raises `NotAllowed` where the database is not empty.
    """
    with copied.snapshot() as reading, target.write() as conn:
        _clear(conn, target.shown)
        counted = copy.Tally()
        for table, batch in copy.batches(copied, reading):
            if batch:
                conn.execute(insert(table), batch)
            counted.add(table, batch)
        if copy.tally(target, conn) != counted.held(HEAD):
            raise NoDatabase(
                f"The database {target.shown} does not keep what is written to it; nothing was changed."
            )
        if not target.is_sqlite:
            _move_sequences(conn)
        count = _look_for_what_had_begun(conn, f"restored from {found}", now)
        work = Work(Scope(conn, 0, now))
        work.installation.put(RESTORED_AT, now.isoformat())
        work.log.record(who, "restored", "database", str(found))
        work.notices.add(Restored(str(found), count, now))
    return count


def _clear(conn: Connection, shown: str) -> None:
    """Make room in a database that holds nothing yet; raises `NotAllowed` where it holds something."""
    every = tables.metadata.sorted_tables
    if conn.dialect.name == "postgresql":
        # So that nobody writes between this look and the commit; SQLite has but one writer anyway.
        conn.execute(
            text(f"LOCK TABLE {', '.join(table.name for table in every)} IN ACCESS EXCLUSIVE MODE")
        )
    for table in every:
        count = conn.execute(select(func.count()).select_from(table)).scalar_one()
        if count and table.name not in MADE_AT_FIRST:
            holds = f"it holds {count} row{'' if count == 1 else 's'} of {table.name}"
            hint = "name a new one in database.url, or move this one away"
            raise NotAllowed(f"The database {shown} is not empty, {holds}: {hint}.")
    for table in reversed(every):
        conn.execute(delete(table))


def _move_sequences(conn: Connection) -> None:
    """Let new rows count on from the greatest ids; never back, for a sequence takes part in no
    rollback.
    """
    for table in tables.metadata.sorted_tables:
        if "id" in table.c:
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            newest = f"GREATEST((SELECT max(id) FROM {table.name}), nextval({sequence}))"
            conn.execute(text(f"SELECT setval({sequence}, {newest})"))


def _look_for_what_had_begun(conn: Connection, note: str, now: datetime) -> int:
    """Open threads of which something may be out meanwhile become uncertain; whoever held a lease
    writes no more.
    """
    state = deliveries.c.state
    conn.execute(
        update(deliveries)
        .where(state.in_(["waiting", "sending", "uncertain"]))
        .values(fence=deliveries.c.fence + 1, looks=0, lease_until=case((state == "sending", now)))
    )
    unbegun = (state == "sending", deliveries.c.begun.is_(False))
    conn.execute(update(deliveries).where(*unbegun).values(state="waiting", next_at=now))
    begun = (state.in_(["waiting", "sending"]), deliveries.c.begun.is_(True))
    return conn.execute(
        update(deliveries)
        .where(*begun)
        .values(state=literal_column("'uncertain'"), next_at=now, note=note)
    ).rowcount

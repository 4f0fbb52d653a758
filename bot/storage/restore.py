"""Fills an empty database from a backup.

Threads that were open in it may have gone out since: they become uncertain, and are looked for
before anything is sent.
"""

import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, case, delete, func, insert, literal_column, select, text, update

from bot import files, system
from bot.core import lookups
from bot.core.collage import one_line
from bot.core.errors import BadInput, NoDatabase, NotAllowed
from bot.core.notices.upkeep import Restored
from bot.storage import backup, copy, installation, tables
from bot.storage.backup import Backup
from bot.storage.database import HEAD, Database, why
from bot.storage.tables import deliveries
from bot.storage.work import Work, writing

SCRATCH = "mlcollage-restore-"
"""What the name of the folder begins with that a backup is copied into."""

RESTORED_AT = "restored_at"
"""Name of the row in `installation` that says when the database was restored."""

MADE_AT_FIRST = frozenset(
    {"installation", "series", "accounts", "notices", "alerts", "hooks", "log"}
)
"""Tables that have rows even in a new database; the backup's rows replace them."""


@contextmanager
def opened(file: Path) -> Iterator[tuple[Database, Backup]]:
    """A checked copy of a backup, upgraded to the newest schema; the file itself is only read.

    Raises `BadInput` where it is no backup or is damaged, `NotAllowed` where a newer program or a
    simulation made it.
    """
    name = one_line(str(file))
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(files.scratch(Path(tempfile.gettempdir()), SCRATCH))
        except OSError as error:
            why_not = system.why(error)
            raise BadInput(f"{name} cannot be copied for reading: {why_not}.") from None
        taken = folder / "backup.db"
        _take(file, taken, name)
        checked = backup.check(taken, name)
        with closing(Database.in_one_file(taken)) as copied:
            copied.shown = name
            copied.prepare()
            with copied.read() as conn:
                if installation.is_simulation(conn):
                    raise NotAllowed(
                        f"{name} is of a simulation, which may become no real database."
                    )
            yield copied, checked


def _take(file: Path, into: Path, name: str) -> None:
    """Copy a database file, which may be in use, with what is still in its WAL.

    Raises `BadInput` where it cannot be read, or was changed meanwhile.
    """
    try:
        before = file.stat()
        if not stat.S_ISREG(before.st_mode):
            raise BadInput(f"{name} is no file: name a backup.")
        real = file.resolve()
        is_alone = not any(Path(f"{real}{more}").exists() for more in ("-wal", "-journal"))
        uri = f"{real.as_uri()}?mode=ro"
        if is_alone:
            # Otherwise SQLite makes a WAL beside the file, where it may not be able to write.
            uri += "&immutable=1"
        with (
            closing(sqlite3.connect(uri, uri=True)) as source,
            closing(sqlite3.connect(into)) as copied,
        ):
            source.backup(copied)
        after = file.stat()
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise BadInput(f"{name} cannot be copied to {into.parent}: {why(error)}.") from None
        raise backup.unreadable(name, error) from None
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {system.why(error)}.") from None
    # An immutable file is read without locks, so that a change is only seen afterwards.
    if is_alone and (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise BadInput(f"{name} was changed while it was read; try again.")


def fill(target: Database, copied: Database, contents: Backup, now: datetime, who: str) -> int:
    """Fill an empty database, in one transaction; the number of threads to be looked for first.

    `who` is named in the log of changes. Raises `NotAllowed` where the database is not empty.
    """
    with copied.snapshot() as reading, writing(target, now) as work:
        _clear(work.conn, target.shown)
        counted = copy.Tally()
        for table, batch in copy.batches(copied, reading):
            if batch:
                work.conn.execute(insert(table), batch)
            counted.add(table, batch)
        if copy.tally(target, work.conn) != counted.held(HEAD):
            raise NoDatabase(
                f"The database {target.shown} does not keep what is written to it; "
                "nothing was changed."
            )
        if not target.is_sqlite:
            _move_sequences(work.conn)
        count = _make_uncertain(work, f"restored from {contents}")
        # Whoever was logged in may have been removed since, and an invitation been used.
        work.people.end_all()
        work.installation.put(RESTORED_AT, now.isoformat())
        work.log.record(who, "restored", "database", str(contents))
        work.notices.add(Restored(str(contents), count, now))
    return count


def _clear(conn: Connection, shown: str) -> None:
    """Empty a new database; raises `NotAllowed` where it holds more than a new one has."""
    referenced_first = tables.metadata.sorted_tables
    if conn.dialect.name == "postgresql":
        # Nothing may be written between the count and the commit; on SQLite the transaction holds
        # the write lock.
        names = ", ".join(table.name for table in referenced_first)
        conn.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    for table in referenced_first:
        count = conn.execute(select(func.count()).select_from(table)).scalar_one()
        if count and table.name not in MADE_AT_FIRST:
            rows = "1 row" if count == 1 else f"{count} rows"
            hint = "name a new one in database.url, or move this one away"
            raise NotAllowed(
                f"The database {shown} is not empty, it holds {rows} of {table.name}: {hint}."
            )
    for table in reversed(referenced_first):
        conn.execute(delete(table))


def _move_sequences(conn: Connection) -> None:
    """Let PostgreSQL's sequences continue after the greatest ids.

    They never go back: a sequence takes part in no rollback, so later ids may have been given.
    """
    for table in tables.metadata.sorted_tables:
        if "id" in table.c:
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            newest = f"GREATEST((SELECT max(id) FROM {table.name}), nextval({sequence}))"
            conn.execute(text(f"SELECT setval({sequence}, {newest})"))


def _make_uncertain(work: Work, note: str) -> int:
    """Mark open threads with an attempt as uncertain; how many have become so.

    Those being sent without one wait again. All get another fence, so that a worker of the old
    database that comes back writes no more. What waits for a person is looked for as well: since
    the backup somebody may have said where it is.
    """
    state = deliveries.c.state
    is_open = state.in_(["waiting", "sending", "uncertain"])
    fenced = {
        "fence": deliveries.c.fence + 1,
        "looks": 0,
        "lease_until": case((state == "sending", work.now)),
    }
    work.conn.execute(update(deliveries).where(is_open).values(fenced))
    unbegun = (state == "sending", deliveries.c.begun.is_(False))
    waiting = {"state": "waiting", "next_at": work.now}
    work.conn.execute(update(deliveries).where(*unbegun).values(waiting))
    asked = (state == "uncertain", deliveries.c.next_at >= lookups.NEVER)
    work.conn.execute(update(deliveries).where(*asked).values(next_at=work.now))
    begun = (state.in_(["waiting", "sending"]), deliveries.c.begun.is_(True))
    uncertain = {"state": literal_column("'uncertain'"), "next_at": work.now, "note": note}
    made = update(deliveries).where(*begun).values(uncertain).returning(deliveries.c.id)
    ids = work.conn.execute(made).scalars().all()
    work.deliveries.tell(ids)
    return len(ids)

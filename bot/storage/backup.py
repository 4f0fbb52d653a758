"""Backups: a whole database in one SQLite file, written atomically, sealed and checked.

The seal is a row of the file's `installation`: a hash over the time of the backup and a sum of all
rows. A file without one is taken as a copy of a database, of the time of its last change.
"""

import errno
import hashlib
import itertools
import json
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from bot import files, system
from bot.core import times
from bot.core.collage import one_line, shown
from bot.core.errors import BadInput, MlcollageError, NoDatabase, NotAllowed
from bot.storage import copy, installation, refusals, schema
from bot.storage.copy import SEAL, Held
from bot.storage.database import HEAD, Connection, Database, version_in, why
from bot.storage.tables import attempts, log, metadata, notices

SCRATCH = ".mlcollage-backup-"
"""What the name of the folder begins with that a backup is written in."""

OUR_TABLES = frozenset({*metadata.tables, "alembic_version"})
BEFORE_PARENTHESES = frozenset({"IN", "KEY", "UNIQUE", "VARCHAR"})
"""What our definitions of tables and indexes have before a parenthesis, beside names of tables."""

MARK = 0x6D6C636F
"""SQLite's `application_id` of a backup.

It shows that the file had a seal, even where the seal itself is damaged.
"""


class Backup(NamedTuple):
    """A file to restore from, and what it holds.

    With `is_copy` it is a database file, not a backup, and `made_at` the time of its last change;
    None where nothing has happened in it.
    """

    held: Held
    made_at: datetime | None
    is_copy: bool

    def __str__(self) -> str:
        at = "an unknown time"
        if self.made_at:
            at = f"{times.plain(self.made_at, UTC)} UTC"
        if self.is_copy:
            return f"a copy of a database as of {at}"
        return f"a backup of {at}"


def make(source: Database, file: Path, now: datetime) -> Held:
    """Back up a database, which may be in use, into a file that must not exist yet.

    The database is only read, and the backup has its version of the schema. Returns what the backup
    holds, read back from it; its folder is made where there is none. Raises `BadInput` where the
    file exists or cannot be written.
    """
    name = one_line(str(file))
    if os.path.isdir(file):  # noqa: PTH112 - pathlib's raises for a name that is too long
        raise BadInput(f"{name} is a folder: name a file in it, such as {name}/queue.db.")
    if os.path.lexists(file):
        raise BadInput(f"{name} is there already: name another file, or remove it.")
    try:
        files.make_folder(file.parent)
        # In the same folder, so that it can be renamed.
        with files.scratch(file.parent, SCRATCH) as folder:
            beside = folder / "backup.db"
            held = copy.into_file(source, beside)
            _seal(beside, held, now)
            if check(beside, name).held != held:
                raise OSError(errno.EIO, "what was read back is not what was written")
            # Its content is on disk: SQLite syncs at the end of each transaction.
            beside.rename(file)
        files.sync_folder(file.parent)
    except OSError as error:
        raise BadInput(f"{name} cannot be written: {system.why(error, file)}.") from None
    return held


def before_upgrade(source: Database, folder: Path, now: datetime) -> Path:
    """Back up a database of an older schema before it is upgraded; the path of the backup.

    It is written beside a SQLite database, for PostgreSQL into `folder`, under a name that is free.
    Raises `NoDatabase` where that cannot be done: then nothing may be upgraded.
    """
    file = folder / "queue.db"
    if source.is_sqlite:
        file = Path(str(source.engine.url.database))
    numbers = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    names = (file.with_name(f"{file.stem}-before-{HEAD}{number}.db") for number in numbers)
    free = next(name for name in names if not os.path.lexists(name))
    try:
        make(source, free, now)
    except MlcollageError as error:
        raise NoDatabase(
            f"The database {source.shown} is of an older version and is not upgraded without "
            f"a backup: {error}"
        ) from None
    return free


def _seal(file: Path, held: Held, now: datetime) -> None:
    """Write the seal: when the backup was made, and a hash of what it must hold."""
    made_at = now.astimezone(UTC).isoformat()
    seal = json.dumps({"made_at": made_at, "seal": _hash(made_at, held)})
    try:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("INSERT INTO installation (name, value) VALUES (?, ?)", (SEAL, seal))
            connection.execute(f"PRAGMA application_id = {MARK}")
    except sqlite3.Error as error:
        raise refusals.as_system_error(error, file) from None


def _hash(made_at: str, held: Held) -> str:
    return hashlib.sha256(f"{made_at} {held.version} {held.sum}".encode()).hexdigest()


def check(file: Path, name: str) -> Backup:
    """What a file holds, with every page and every row of it read; messages call it `name`.

    Raises `BadInput` where it is no database of ours or is damaged, `NotAllowed` where a newer
    program made it.
    """
    is_sealed = _check_pages(file, name)
    try:
        with closing(Database.in_one_file(file)) as database, database.snapshot() as conn:
            _check_version(version_in(conn), name)
            held = copy.tally(database, conn)
            if is_sealed:
                made_at = _made_at(installation.value(conn, SEAL), held)
            else:
                made_at = _last_change(conn)
    except (NoDatabase, UnicodeDecodeError):
        raise BadInput(
            f"{name} is damaged: not all of it can be read; use another backup."
        ) from None
    if is_sealed and made_at is None:
        raise BadInput(
            f"{name} is damaged: it does not hold what it was sealed with; use another backup."
        )
    return Backup(held, made_at, is_copy=not is_sealed)


def _check_version(version: str | None, name: str) -> None:
    if version is not None and version.isdigit() and version > HEAD:
        raise NotAllowed(f"{name} was made by a newer mlcollage; upgrade the program.")
    if version not in schema.versions():
        raise BadInput(f"{name} is no backup of mlcollage.")


def _check_pages(file: Path, name: str) -> bool:
    """Let SQLite check the file's pages and references; whether the file must have a valid seal.

    A backup that was put to use as a database is in WAL mode from then on, and its seal is stale.
    Raises `BadInput` where the file is damaged or no SQLite database.
    """
    try:
        with closing(sqlite3.connect(file)) as connection:
            _check_objects(connection, name)
            wrong = connection.execute("PRAGMA integrity_check").fetchone()[0]
            stray = connection.execute("PRAGMA foreign_key_check").fetchone()
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            journal = connection.execute("PRAGMA journal_mode").fetchone()[0]
            has_seal = _has_seal(connection)
    # UnicodeDecodeError: SQLite's message quotes bytes of the file that are no text.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise unreadable(name, error) from None
    problem = ""
    if wrong != "ok":
        problem = wrong.splitlines()[-1]
    elif stray:
        problem = f"a row of {stray[0]} refers to one that is missing"
    if problem:
        raise BadInput(f"{name} is damaged: {one_line(problem)}; use another backup.")
    return journal != "wal" and (mark == MARK or has_seal)


def _check_objects(connection: sqlite3.Connection, name: str) -> None:
    """Raise `BadInput` where a file holds more than tables and indexes of ours.

    A view, a trigger or an expression computes whatever its author wanted whenever a row is read
    or written, perhaps without end.
    """
    objects = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    for kind, own_name, table, sql in objects:
        is_ours = kind in {"table", "index"} and (table in OUR_TABLES or _is_sqlites(table))
        if not is_ours or not _is_plain(sql or ""):
            what = one_line(f"the {kind} {shown(own_name)}")
            raise BadInput(f"{name} is no backup of mlcollage: it holds {what}, which is not ours.")


def _is_sqlites(table: str) -> bool:
    """Whether it is a table that SQLite makes by itself."""
    return re.fullmatch(r"sqlite_(sequence|stat\d)", table) is not None


def _is_plain(sql: str) -> bool:
    """Whether a table or index is defined without any expression that could compute much."""
    words = re.findall(r"(\w*)[\"`\]]?\s*\(", sql)
    is_virtual = re.match(r"\s*CREATE\s+VIRTUAL", sql, re.IGNORECASE)
    return not is_virtual and not re.search(r"--|/\*", sql) and all(map(_may_open, words))


def _may_open(word: str) -> bool:
    """Whether our definitions have a parenthesis behind this word."""
    return word in OUR_TABLES or word in BEFORE_PARENTHESES or _is_sqlites(word)


def _has_seal(connection: sqlite3.Connection) -> bool:
    table = "SELECT count(*) FROM sqlite_master WHERE name = 'installation'"
    if not connection.execute(table).fetchone()[0]:
        return False
    seal = f"SELECT count(*) FROM installation WHERE name = '{SEAL}'"
    return bool(connection.execute(seal).fetchone()[0])


def unreadable(name: str, error: sqlite3.Error | UnicodeDecodeError) -> BadInput:
    """The error for a file that SQLite cannot read; messages call it `name`."""
    # The low byte is the primary result code; without one it is a message that is no text.
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF:
        case sqlite3.SQLITE_NOTADB:
            return BadInput(f"{name} is no backup of mlcollage: {why(error)}.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_ERROR:
            return BadInput(f"{name} is damaged: {why(error)}; use another backup.")
    return BadInput(f"{name} cannot be read: {why(error)}.")


def _made_at(seal_text: str | None, held: Held) -> datetime | None:
    """When a backup was made; None where it does not hold what its seal says."""
    try:
        seal = json.loads(seal_text or "")
        if seal["seal"] != _hash(seal["made_at"], held):
            return None
        return datetime.fromisoformat(seal["made_at"])
    # What a damaged seal may be: no JSON, another type, without its keys, nested too deep.
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _last_change(conn: Connection) -> datetime | None:
    """The time of the newest attempt, change by a person or notice; None where there is none."""
    moments = [
        conn.execute(select(func.max(at))).scalar()
        for at in (attempts.c.started_at, log.c.at, notices.c.created_at)
    ]
    return max((at for at in moments if at is not None), default=None)

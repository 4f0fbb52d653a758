"""Why SQLite cannot use its file: SQLite says little, so the system is asked."""

import errno
import os
import sqlite3
from contextlib import ExitStack, suppress
from pathlib import Path

from bot import files, system

_PRIMARY = 0xFF
"""The part of SQLite's extended codes that says the kind of error."""


def advice(error: BaseException | None, file: Path) -> str:
    """What lies behind an error of SQLite, or what to do about it, in brackets; "" if unknown."""
    code = getattr(error, "sqlite_errorcode", None)
    found = ""
    match code and code & _PRIMARY:
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY:
            found = _access(file)
        case sqlite3.SQLITE_FULL:
            found = system.no_space(file)
        case sqlite3.SQLITE_IOERR:
            # Where there is no space for its index of the WAL, SQLite says no more than this.
            found = system.no_space(file) if system.is_full(file) else _failing()
        case sqlite3.SQLITE_BUSY:
            found = "another program keeps it locked; end that one, or wait for it"
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            found = "put the right file in its place, or restore a backup: mlcollage restore FILE"
        case sqlite3.SQLITE_NOMEM:
            found = "end other programs, or raise the limit of memory (ulimit -v)"
    return f" ({found})" if found else ""


def as_system_error(error: BaseException, file: Path) -> OSError:
    """An error of SQLite over a file of its own that is written, as an error of the system."""
    if getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_FULL:
        return OSError(errno.ENOSPC, str(error))
    return OSError(0, f"{error}{advice(error, file)}")


def _access(file: Path) -> str:
    """Why a file cannot be opened for writing.

    It is not opened for that: to close it again would give up this process's locks on it.
    """
    if lost := files.lost_link(file):
        return f"it {lost}"
    if file.is_dir():
        return "it is a folder"
    with suppress(OSError, AttributeError):  # Windows has no such call
        if os.statvfs(file.parent).f_flag & os.ST_RDONLY:
            return "the file system is read-only; mount it for writing"
    for path in (file, file.parent):
        what = "the file" if path is file else f"the folder {path}, which has files beside it"
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            return f"permission denied: give the user who runs this the right to {what}"
    try:
        # As many as SQLite opens: the database, its WAL and the index of that, and a folder.
        with ExitStack() as stack:
            for _ in range(4):
                stack.enter_context(Path(os.devnull).open("rb"))
    except OSError as error:
        return system.why(error)
    return ""


def _failing() -> str:
    """What may be behind a disk that cannot be read or written, though it has space."""
    return f"{_limit()}look at the disk: it may be failing, or its quota be used up"


def _limit() -> str:
    """That files are limited in size, where this process's are."""
    with suppress(ImportError, OSError):
        import resource  # Windows has no such module

        if resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
            return "files have a limit of size here (ulimit -f); raise it, or "
    return ""

"""Files read within bounds, and written atomically: a power cut leaves the old or the new."""

import os
import stat
from pathlib import Path


class Unreadable(Exception):
    """Raised when a file cannot be used; the message goes on after "FILE: "."""


class Missing(Unreadable):
    """Raised when there is no such file."""


class TooLarge(Unreadable):
    """Raised when a file has more bytes than may be read."""


def read(path: Path, most: int, kind: str) -> bytes:
    """The bytes of a file that a person named; raises `Unreadable`, also above `most` bytes.

    Only a regular file is opened: a pipe would block, a device has no end. `kind` is what it should
    be, for the message, as in "an item file".
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            if stat.S_ISDIR(mode):
                raise Unreadable(f"is a folder; name {kind}")
            raise Unreadable(f"is no file; name {kind}")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise Missing("there is no such file") from None
    # ValueError: a path with a NUL in it.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreadable(f"cannot be read ({reason})") from None
    if len(data) > most:
        raise TooLarge(f"has more than {most:,} bytes, too many for {kind}")
    return data


def read_text(path: Path, most: int, kind: str) -> str:
    """As `read`, the text of a UTF-8 file without the byte order mark that some editors write."""
    data = read(path, most, kind)
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"line {line}: byte {error.start} of the file is no UTF-8; save it as UTF-8"
        ) from None


def write_synced(path: Path, data: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def put_private(path: Path, data: bytes) -> None:
    """Write a file that only this user may read, atomically, in place of one that is there.

    It is created with its mode, so that no other user can open it even for a moment.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a folder's new entries survive a power cut."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows has no such call, and no need of it
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each of them synced."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def put(path: Path, data: bytes) -> bool:
    """Write a file atomically; returns whether it changed.

    It is written under a temporary name, synced and renamed. A file with the same bytes is left
    alone.
    """
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    make_folder(path.parent)
    # With the process ID in its name, two bots on one folder do not write into the same file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_synced(temporary, data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True

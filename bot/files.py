"""Files read within bounds, and files that are there whole or not at all, through a power cut."""

import os
import stat
from pathlib import Path


class Unreadable(Exception):
    """A file that cannot be taken; the message says why, for behind the file's name and a colon."""


class Missing(Unreadable):
    """There is no such file."""


class TooLarge(Unreadable):
    """The file has more bytes than may be read."""


def read(path: Path, most: int, kind: str) -> bytes:
    """The bytes of a file that a person named, `most` of them at most; raises `Unreadable`.

    Only what is a regular file is opened: a pipe would keep us waiting, a device has no end. `kind`
    is what it should be, as in "an item file".
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            found = "a folder" if stat.S_ISDIR(mode) else "no file"
            raise Unreadable(f"is {found}; name {kind}")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise Missing("there is no such file") from None
    # ValueError: a path with a NUL in it.
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Unreadable(f"cannot be read ({why})") from None
    if len(data) > most:
        raise TooLarge(f"has more than {most:,} bytes, too many for {kind}")
    return data


def read_text(path: Path, most: int, kind: str) -> str:
    """As `read`, the text of a UTF-8 file; the mark that some editors put first is left out."""
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
    """Put a file beside its place, sync it, rename it in; the same bytes are left alone.

    Whether anything changed.
    """
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    make_folder(path.parent)
    # The process in the name: two bots on one folder must not write into one another's file.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_synced(beside, data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True

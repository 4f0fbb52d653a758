"""Files that are there whole or not at all, and stay so through a power cut."""

import os
from pathlib import Path


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

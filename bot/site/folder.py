"""Writes a site's files into its folder: each atomically, and pages after their pictures."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from bot import files as place
from bot import system
from bot.core.collage import shown
from bot.core.errors import BadInput, Unavailable

PAGE = "index.html"
WRITTEN = ".mlcollage.json"
"""The file in which a site's folder says what was written into it: SHA-256 by path."""
EDITED = ".edited"
"""Ends the name of a file that was edited by hand, once it has made way."""


class Written(NamedTuple):
    """What became of files: whether any changed, and which were left alone or made way.

    `edited` were edited by hand: they are as they were, or beside under another name.
    """

    changed: bool
    edited: tuple[str, ...] = ()


def write(folder: Path, files: Mapping[str, bytes], *, over_edits: bool = False) -> Written:
    """Write the files that are missing or differ.

    What was edited by hand since it was written is left alone; `over_edits` moves it aside first.
    Pages are written after the pictures they show. Raises `BadInput`, before anything is written,
    for a path that leads out of the folder, and `Unavailable` where the system refuses to write:
    then every file is still either the old or the new one.
    """
    path = folder
    try:
        targets = {name: inside(folder, name) for name in sorted(files, key=_turn)}
        ours = known(folder)
        edited = [name for name in targets if _is_edited(folder, ours, name, files[name])]
        changed = False
        for name, path in targets.items():
            if name in edited and not over_edits:
                continue
            if name in edited:
                path.replace(path.with_name(f"{path.name}{EDITED}"))
            changed |= place.put(path, files[name])
            ours[name] = digest(files[name])
        path = folder / WRITTEN
        remember(folder, ours)
        return Written(changed, tuple(edited))
    except OSError as error:
        reason = system.why(error, path)
        raise Unavailable(
            f"{path} cannot be written: {reason}; "
            "what was there before is still there, and it is tried again."
        ) from None


def is_edited(folder: Path, name: str) -> bool:
    """Whether a file is there and is not what was written."""
    try:
        return _is_edited(folder, known(folder), name)
    except OSError:
        return False


def _is_edited(folder: Path, ours: Mapping[str, str], name: str, wanted: bytes = b"") -> bool:
    """Whether a file was changed since it was written, into anything but what is `wanted`.

    One of which nothing is known, from before this was kept, counts as written by us.
    """
    path = folder / name
    if name not in ours or not path.is_file():
        return False
    return digest(path.read_bytes()) not in {ours[name], digest(wanted)}


def known(folder: Path) -> dict[str, str]:
    """What was written into the folder, as far as it says: SHA-256 by path."""
    try:
        found = json.loads((folder / WRITTEN).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, RecursionError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(value) for name, value in found.items()}


def remember(folder: Path, ours: Mapping[str, str]) -> None:
    """Say in the folder what was written into it; raises `OSError`."""
    place.put(folder / WRITTEN, json.dumps(ours, indent=0, sort_keys=True).encode())


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _turn(name: str) -> tuple[int, str]:
    """The order of writing: a page after everything it shows, the list of roundups last.

    Once its page is there, a roundup's link answers.
    """
    path = PurePosixPath(name)
    if path.name != PAGE:
        return 0, name
    if len(path.parts) == 1:
        return 2, name
    return 1, name


def inside(folder: Path, name: str) -> Path:
    """The file's path; raises `BadInput` where it is outside the folder on any system."""
    windows = PureWindowsPath(name)
    if not windows.parts or windows.anchor or ".." in windows.parts or "\0" in name:
        raise BadInput(f"{shown(name)} is no path inside {folder}; nothing was written.")
    path = folder / name
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{path} leads out of {folder} by a symbolic link; nothing was written.")
    return path

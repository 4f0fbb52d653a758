"""Writes a site's files into its folder: each atomically, and pages after their pictures."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from bot import files as place
from bot.core.collage import shown
from bot.core.errors import BadInput, Unavailable

PAGE = "index.html"


def write(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Write the files that are missing or differ, and return whether any did.

    Pages are written after the pictures they show. Raises `BadInput`, before anything is written,
    for a path that leads out of the folder, and `Unavailable` where the system refuses to write:
    then every file is still either the old or the new one.
    """
    path = folder
    try:
        targets = {name: _inside(folder, name) for name in sorted(files, key=_turn)}
        changed = False
        for name, path in targets.items():
            changed |= place.put(path, files[name])
    except OSError as error:
        reason = error.strerror or error
        raise Unavailable(
            f"{path} cannot be written: {reason}; "
            "what was there before is still there, and it is tried again."
        ) from None
    return changed


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


def _inside(folder: Path, name: str) -> Path:
    """The file's path; raises `BadInput` where it is outside the folder on any system."""
    windows = PureWindowsPath(name)
    if not windows.parts or windows.anchor or ".." in windows.parts or "\0" in name:
        raise BadInput(f"{shown(name)} is no path inside {folder}; nothing was written.")
    path = folder / name
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{path} leads out of {folder} by a symbolic link; nothing was written.")
    return path

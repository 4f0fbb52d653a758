"""Files put into a site's folder so that a reader never sees half of one, and never a page before
its pictures.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from bot import files as place
from bot.core.collage import shown
from bot.core.errors import BadInput, Unavailable

PAGE = "index.html"


def write(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Write the files that are not there yet as they should be, pages after what they show; whether
    anything changed.

    Raises `BadInput` for a path that leads out of the folder, before anything is written, and
    `Unavailable` where the system refuses: then every file is either the old one or the new one.
    """
    path = folder
    try:
        targets = {name: _inside(folder, name) for name in sorted(files, key=_turn)}
        changed = False
        for name, path in targets.items():
            changed |= place.put(path, files[name])
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror or error}; what was there before is still there, "
            "and it is tried again."
        ) from None
    return changed


def _turn(name: str) -> tuple[int, str]:
    """A roundup's page says that its link answers, so it comes after all it shows; the list of
    roundups comes last.
    """
    path = PurePosixPath(name)
    return (0 if path.name != PAGE else 2 if len(path.parts) == 1 else 1), name


def _inside(folder: Path, name: str) -> Path:
    windows = PureWindowsPath(name)
    if not windows.parts or windows.anchor or ".." in windows.parts or "\0" in name:
        raise BadInput(f"{shown(name)} is no path inside {folder}; nothing was written.")
    path = folder / name
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{path} leads out of {folder} by a symbolic link; nothing was written.")
    return path

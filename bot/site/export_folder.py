"""Writes an export into a folder that is somebody's own, such as the source of their site.

Nothing there is lost: only files that were written here and not changed since are written over.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot import files as place
from bot import system
from bot.core.errors import BadInput, NotAllowed
from bot.site.folder import EDITED, Written, check_inside

WRITTEN = ".mlcollage-export.json"
"""The file in which a folder says what was exported into it: SHA-256 by path."""
MOST_NAMED = 3
"""Files that a message names; it counts the others."""


def write(target: Path, files: Mapping[str, bytes], *, over_edits: bool = False) -> Written:
    """Write the files that are missing or differ, each whole or not at all, texts after pictures.

    `over_edits` keeps what is in the way beside it, under another name. Raises `NotAllowed`, before
    anything is written, where anything is in the way, and `BadInput` where the system refuses.
    """
    path = target
    try:
        for name in files:
            check_inside(target, name)
        paths = {name: target / name for name in sorted(files, key=_turn)}
        ours = _known(target)
        in_the_way = [name for name, path in paths.items() if _is_foreign(path, ours, name, files)]
        if in_the_way and not over_edits:
            raise NotAllowed(_refusal(target, in_the_way))
        for name in in_the_way:
            path = paths[name]
            path.replace(_free(path))
        changed = False
        for name, path in paths.items():
            changed |= place.put(path, files[name])
            ours[name] = _digest(files[name])
            # One at a time: what a full disk leaves half done is known as ours the next time.
            place.put(target / WRITTEN, json.dumps(ours, indent=0, sort_keys=True).encode())
        return Written(changed, tuple(in_the_way))
    except OSError as error:
        reason = system.why(error, path)
        raise BadInput(
            f"{path} cannot be written: {reason}; no file was left half written."
        ) from None


def _known(target: Path) -> dict[str, str]:
    """What was exported into the folder before, as far as it says."""
    try:
        found = json.loads((target / WRITTEN).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, RecursionError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(value) for name, value in found.items()}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_foreign(path: Path, ours: Mapping[str, str], name: str, files: Mapping[str, bytes]) -> bool:
    """Whether a file is there that was not written here, or was changed since."""
    if not path.exists():
        return False
    if not path.is_file():
        return True
    return _digest(path.read_bytes()) not in {ours.get(name), _digest(files[name])}


def _refusal(target: Path, names: Sequence[str]) -> str:
    listed = ", ".join(str(target / name) for name in names[:MOST_NAMED])
    others = len(names) - MOST_NAMED
    if others > 0:
        listed += f" and {others} more"
    was = "was"
    if len(names) > 1:
        was = "were"
    return (
        f"{listed} {was} edited by hand, or not written by mlcollage; nothing was written. "
        "With --over-edits what is there is kept beside the new file."
    )


def _free(path: Path) -> Path:
    """A name beside the file that is not taken: another edited version may be kept already."""
    free, count = path.with_name(f"{path.name}{EDITED}"), 1
    while free.exists():
        count += 1
        free = path.with_name(f"{path.name}{EDITED}-{count}")
    return free


def _turn(name: str) -> tuple[bool, str]:
    """The order of writing: pictures first, so that a text never names one that is missing."""
    return Path(name).suffix in (".md", ".qmd", ".html", ".txt", ".eml"), name

"""What is copied to a place that others write to as well: only what is ours is replaced there."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bot import system
from bot.core.errors import Unavailable

PAGE = "index.html"
LEDGER = ".mlcollage-published.json"
"""The file at the place that says what we have written there: ids of contents, by owner and path.

Several ids of one path mean that the last writing of it may not have been finished.
"""

Known = Mapping[str, list[str]]
"""The ids of contents that we have written at a path."""

STRANGE = "strange"
"""The id of what is no file: a folder, a symbolic link, a way out of the place."""

_OF_NO_USE = re.compile(r"\.mlcollage.*|\..+\.\d+-\d+|.+\.edited|\.git")
"""Names that are not copied: our own books, unfinished files, what made way for an edited file."""


class Plan(NamedTuple):
    """What is to be written and to be removed, and what is left alone because it is not ours."""

    write: tuple[str, ...]
    remove: tuple[str, ...]
    left: tuple[str, ...]


def sources(folder: Path) -> dict[str, Path]:
    """The files in a folder by their paths in it, pages after what they show.

    Raises `Unavailable` where the folder cannot be read.
    """
    found = {}
    try:
        # A site may be swapped for a newer one meanwhile: all files are of the same.
        root = folder.resolve(strict=True)
        for file in sorted(root.rglob("*")):
            path = file.relative_to(root)
            if not any(map(_OF_NO_USE.fullmatch, path.parts)) and file.is_file():
                found[path.as_posix()] = file
    except OSError as error:
        raise Unavailable(f"{folder} cannot be read: {system.why(error)}.") from None
    return {name: found[name] for name in sorted(found, key=_turn)}


def _turn(name: str) -> tuple[int, str]:
    """The order of copying: once a page is there, so is everything it shows."""
    if name == PAGE:
        return 2, name
    return int(name.endswith(PAGE)), name


def plan(wanted: Mapping[str, str], there: Mapping[str, str], known: Known, scope: str) -> Plan:
    """What to do about the files that are wanted, by the ids of contents.

    `there` are those of the place. What is there and is not known was made, or edited, by somebody
    else. Of what begins with `scope` that is removed which is ours, and not wanted any more.
    """
    changed = [name for name in wanted if there.get(name) != wanted[name]]
    write = tuple(name for name in changed if name not in there or _is_ours(name, there, known))
    gone = (name for name in known if name not in wanted and name.startswith(scope))
    return Plan(
        write,
        tuple(name for name in gone if _is_ours(name, there, known)),
        tuple(name for name in changed if name not in write),
    )


def _is_ours(name: str, there: Mapping[str, str], known: Known) -> bool:
    return there.get(name) in known.get(name, ())


def known_while(planned: Plan, wanted: Mapping[str, str], known: Known) -> dict[str, list[str]]:
    """What is known from before the writing on: the old contents and the new ones."""
    new = {name: list(ids) for name, ids in known.items()}
    for name in planned.write:
        new[name] = list(dict.fromkeys([*new.get(name, ()), wanted[name]]))
    return new


def known_after(planned: Plan, wanted: Mapping[str, str], known: Known) -> dict[str, list[str]]:
    """What is known once all is written."""
    kept = {name: list(ids) for name, ids in known.items() if name not in planned.remove}
    return kept | {name: [id_] for name, id_ in wanted.items() if name not in planned.left}


def read_ledger(text: str) -> dict[str, dict[str, list[str]]]:
    """What a ledger's text says of each owner; a damaged one says nothing."""
    try:
        found = json.loads(text)
    except (RecursionError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        owner: {name: str(ids).split() for name, ids in names.items()}
        for owner, names in found.items()
        if isinstance(names, dict)
    }


def ledger_text(ledger: Mapping[str, Known]) -> str:
    """A ledger as its file has it: a path a line, so that versions of it can be compared."""
    written = {
        owner: {name: " ".join(ids) for name, ids in known.items()}
        for owner, known in ledger.items()
    }
    return json.dumps(written, indent=0, sort_keys=True) + "\n"


def listed(names: Iterable[str], most: int = 3) -> str:
    """Some of the names, and how many more there are: for a sentence."""
    names = list(names)
    shown = ", ".join(names[:most])
    if len(names) > most:
        return f"{shown} and {len(names) - most} more"
    return shown

"""The known name nearest to a mistyped one."""

import difflib
from collections.abc import Iterable

LONGEST = 40
"""Characters of a name that are compared; difflib takes time that grows with the square."""

SHORTEST = 3
"""Characters that a part of a name must have to stand for it."""

MOST = 2_000
"""Known names that are compared: some tenths of a second."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like a mistaken one; empty where none is near.

    Capital letters make no difference. A part of a name will do where it is in one name only.
    """
    # The first of several that differ in capital letters alone.
    names = {each.casefold(): each for each in reversed(list(known)[:MOST])}
    wanted = name[:LONGEST].casefold()
    matches = difflib.get_close_matches(wanted, names, n=1)
    if not matches and len(wanted) >= SHORTEST:
        parts = [each for each in names if wanted in each]
        matches = parts if len(parts) == 1 else []
    return names[matches[0]] if matches else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question behind a sentence, with a space before it: " Did you mean alpha?"; or ""."""
    near = nearest(name, known)
    if not near:
        return ""
    return f" Did you mean {near}?"


def or_see(name: str, known: Iterable[str], command: str) -> str:
    """The end of a sentence that says that a name does not exist: the nearest one, if there is one,
    and the command that lists all of them.
    """
    near = nearest(name, known)
    if not near:
        return f"; see: {command}"
    return f". Did you mean {near}? See: {command}"

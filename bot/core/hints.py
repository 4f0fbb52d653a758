"""The known name nearest to a mistyped one."""

import difflib
from collections.abc import Iterable

LONGEST = 40
"""Characters of a name that are compared; difflib takes time that grows with the square."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like a mistaken one; empty where none is near."""
    matches = difflib.get_close_matches(name[:LONGEST], list(known), n=1)
    return next(iter(matches), "")

"""What was meant by a name that nobody knows."""

import difflib
from collections.abc import Iterable

LONGEST = 40
"""Characters of a name that are compared: longer ones only take time."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like a mistaken one; empty where none is near."""
    close = difflib.get_close_matches(name[:LONGEST], list(known), n=1)
    return close[0] if close else ""

"""Regular expressions, compiled on first use.

This program starts often, and few commands need them.
"""

import functools
import re
import sys
from typing import cast

POSSESSIVE_GROUP = r"\)(?:[*+?]|\{[0-9,]+\})\+|\(\?>"
"""What a pattern has where a group of it gives nothing back once it has matched."""


@functools.cache
def compiled(source: str) -> re.Pattern[str]:
    """The pattern; one with a possessive group is compiled here only, and a test sees to it."""
    # Before Python 3.11.5 `re` matches possessive groups wrongly (python/cpython#106052).
    if sys.version_info < (3, 11, 5) and re.search(POSSESSIVE_GROUP, source):
        import regex  # heavy: 9 ms, and only there

        return cast("re.Pattern[str]", regex.compile(source))
    return re.compile(source)

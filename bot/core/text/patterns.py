"""Regular expressions, compiled on first use.

This program starts often, and few commands need them.
"""

import functools
import re
import sys
from typing import cast


@functools.cache
def compiled(source: str) -> re.Pattern[str]:
    # Before Python 3.11.5 `re` matches possessive groups wrongly (python/cpython#106052).
    if sys.version_info < (3, 11, 5) and (")*+" in source or ")++" in source):
        import regex  # heavy: 9 ms, and only there

        return cast("re.Pattern[str]", regex.compile(source))
    return re.compile(source)

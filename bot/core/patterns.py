"""Regular expressions compiled when first used: this program starts often and seldom needs them all."""

import functools
import re


@functools.cache
def compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)

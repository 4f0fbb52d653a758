"""Values as YAML, for the front matter of articles: nothing in a text can end or change it."""

import json
import re
from collections.abc import Sequence

from bot.core.text.patterns import compiled

# What JSON writes as it is, and YAML refuses or takes for the end of a line.
_UNPRINTABLE = "[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"


def written(value: str | Sequence[str]) -> str:
    """A text, or a list of texts, on one line: `"He said: \\"yes\\""`.

    JSON's strings are YAML's in double quotes, once what is not printable is escaped.
    """
    return compiled(_UNPRINTABLE).sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"

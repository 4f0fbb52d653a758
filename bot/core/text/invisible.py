"""Characters that nobody sees: they are no content, and stay only where a script or emoji needs
them.

They come along with text from web pages, PDFs and editors, and some networks refuse them.
"""

import re

from bot.core.text import direction
from bot.core.text.patterns import compiled

# Default_Ignorable_Code_Point of Unicode 15.1 without joiners and variation selectors: the soft
# hyphen, overrides of direction, zero-width spaces, fillers, invisible operators; and the empty
# pattern of Braille.
_ALWAYS = (
    "\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a"
)
_MARKS = "\u061c\u200e\u200f"
_JOINERS = "\u200c\u200d"
_SELECTORS = "\u034f\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_ANY = f"[{_ALWAYS}{_MARKS}{_JOINERS}{_SELECTORS}{_TAGS}]"

# Scripts whose letters join or part by a joiner: Arabic to Mongolian but for Georgian, Hangul and
# Ethiopic; their extensions; and those beyond the first plane.
_JOINING = (
    r"\u0600-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc"
    r"\U00010800-\U00011fff\U0001e800-\U0001efff"
)
_PICTURE = r"[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
# What stays of them: a flag's tags, joiners in emoji and scripts, one selector behind a sign.
_KEPT = (
    r"\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f"
    rf"|(?<=[{_JOINING}])[{_JOINERS}]"
    r"|(?<=[\u2801-\u28ff])\u2800"
    rf"|(?<=[\U0001f000-\U0001faff\u203c-\u3299\ufe0f])\u200d(?={_PICTURE})"
    rf"|(?<=[^\s{_SELECTORS}{_ALWAYS}{_JOINERS}])[{_SELECTORS}]"
)
_EITHER = rf"(?P<kept>{_KEPT})|{_ANY}"


def removed(text: str) -> str:
    """The text without characters that show nothing and that nothing needs."""
    if text.isascii() or not compiled(_ANY).search(text):
        return text
    if compiled(direction.LETTERS).search(text):
        return compiled(_EITHER).sub(_unless_mark, text)
    return compiled(_EITHER).sub(_kept, text)


def found(text: str) -> str:
    """The characters that `removed` takes from a text, each once: "U+200B, U+FEFF"; else ""."""
    if text.isascii() or not compiled(_ANY).search(text):
        return ""
    is_marked = bool(compiled(direction.LETTERS).search(text))
    gone = {
        each[0]
        for each in compiled(_EITHER).finditer(text)
        if each["kept"] is None and not (is_marked and compiled(f"[{_MARKS}]").match(each[0]))
    }
    return ", ".join(f"U+{ord(character):04X}" for character in sorted(gone))


def _kept(match: re.Match[str]) -> str:
    return match["kept"] or ""


def _unless_mark(match: re.Match[str]) -> str:
    """Marks of direction stay beside a script that is written from right to left."""
    if compiled(f"[{_MARKS}]").match(match[0]):
        return match[0]
    return _kept(match)

"""A text in a terminal: without what a terminal obeys, and measured, cut and wrapped in columns."""

import re
import unicodedata

from bot.core.text import graphemes

OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Matches what a terminal obeys, what turns the direction of a text, and what is no character.

Line ends and tabs are not among them.
"""

_SPACES = re.compile(r"[ \t\n]+")
_JOINED_TO_EMOJI = "\ufe0f"
"""Behind a character it asks for its picture, which is two columns wide."""

_NO_COLUMN = {"Mn", "Me", "Cf"}
"""Unicode's categories of characters that stand on the one before, or are not seen at all."""

_SOFT_HYPHEN = "\xad"
_FIRST_FLAG_LETTER, _LAST_FLAG_LETTER = "\U0001f1e6", "\U0001f1ff"


def visible(text: str) -> str:
    """The text with escapes, as "\\x1b", for what a terminal would obey."""
    return OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    """The text as `visible` shows it, with a space for each line end, tab or row of spaces."""
    return visible(_SPACES.sub(" ", text).strip(" "))


def width(text: str) -> int:
    """How many columns a text takes: a wide character or an emoji two, a combining one none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, graphemes.clusters(text)))


def _columns(cluster: str) -> int:
    """The columns of one grapheme."""
    if len(cluster) > 1:
        is_flag = _FIRST_FLAG_LETTER <= cluster[1] <= _LAST_FLAG_LETTER
        if is_flag or _JOINED_TO_EMOJI in cluster:
            return 2
    return max(map(_column, cluster))


def _column(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    if unicodedata.category(char) in _NO_COLUMN and char != _SOFT_HYPHEN:
        return 0
    return 1


def cut(text: str, most: int) -> str:
    """The text on one line, cut behind a whole grapheme to at most so many columns, with "…"."""
    line = one_line(text)
    if width(line) <= most:
        return line
    return _beginning(line, most - 1).rstrip() + "…" if most > 0 else ""


def _beginning(line: str, most: int) -> str:
    """As many of a line's first graphemes as fit into so many columns."""
    kept, used = [], 0
    for cluster in graphemes.clusters(line):
        used += _columns(cluster)
        if used > most:
            break
        kept.append(cluster)
    return "".join(kept)


def wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most so many columns, cut between words.

    A word that is longer, such as an address, or Chinese text, is cut between graphemes.
    """
    lines = [""]
    for word in one_line(text).split(" "):
        line = f"{lines[-1]} {word}" if lines[-1] else word
        if width(line) <= most:
            lines[-1] = line
            continue
        rest = word
        if width(word) > most and width(lines[-1]) < most // 2:
            # Much room is left where the word is long: it begins there.
            rest = line
            lines.pop()
        elif not lines[-1]:
            lines.pop()
        while width(rest) > most and (start := _beginning(rest, most)):
            lines.append(start)
            rest = rest[len(start) :]
        lines.append(rest)
    return lines

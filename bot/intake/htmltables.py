"""Tables in HTML as tables in Markdown, on the lines that they had."""

import re

from bot.core.text.patterns import compiled

_TABLE = r"(?im)^[ \t]{0,8}<table(?:\s[^<>]{0,500})?>(?P<inside>(?:[^<]|<(?!/?table\b))*+)</table>"
_ROW = r"(?i)<tr(?:\s[^<>]{0,500})?>((?:[^<]|<(?!/?tr\b))*+)(?:</tr>)?"
_CELL = (
    r"(?i)<(?P<kind>t[dh])(?:\s[^<>]{0,500})?>(?P<words>(?:[^<]|<(?!/?t[dhr]\b))*+)(?:</t[dh]>)?"
)
_TAG = re.compile(
    r"</?(?:p|div|span|center|ul|ol|li|small|b|strong|i|em)(?:\s[^<>]{0,500})?>", re.I
)


def as_markdown(text: str) -> str:
    """The text with its tables in Markdown, where these have two columns, and lines enough.

    The cells of a table that arranges pictures stand for themselves. Any other one stays as it
    is.
    """
    return compiled(_TABLE).sub(_written, text)


def _written(match: re.Match[str]) -> str:
    lines = match[0].count("\n") + 1
    rows = [_cells(row) for row in compiled(_ROW).findall(match["inside"])]
    rows = [row for row in rows if row]
    widest = max(map(len, rows), default=0)
    written: list[str] = []
    cells = [words for row in rows for _, words in row if words]
    pictures = [words for words in cells if "![" in words]
    has_head = any(is_head for row in rows for is_head, _ in row)
    if pictures and not has_head and 2 * len(pictures) >= len(cells):
        # A table that only arranges pictures, with their captions.
        written = cells
    elif widest > 1:
        if not any(is_head for is_head, _ in rows[0]):
            rows.insert(0, [(True, "")] * widest)
        written = [_row([words for _, words in row], widest) for row in rows]
        written.insert(1, "|" + " --- |" * widest)
    if not written or len(written) > lines:
        return match[0]
    return "\n".join(written) + "\n" * (lines - len(written))


def _cells(row: str) -> list[tuple[bool, str]]:
    """The cells of a row: whether each is one of the head, and its words."""
    found = compiled(_CELL).finditer(row)
    return [(cell["kind"].casefold() == "th", _words(cell["words"])) for cell in found]


def _words(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).replace("|", "\\|").split())


def _row(cells: list[str], widest: int) -> str:
    return "| " + " | ".join(cells + [""] * (widest - len(cells))) + " |"

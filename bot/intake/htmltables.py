"""Tables in HTML as tables in Markdown, on the lines that they had."""

import re

_TABLE = re.compile(
    r"^[ \t]{0,8}<table(?:\s[^<>]{0,500})?>(?P<inside>(?:[^<]|<(?!/?table\b))*+)</table>",
    re.IGNORECASE | re.MULTILINE,
)
_ROW = re.compile(r"<tr(?:\s[^<>]{0,500})?>((?:[^<]|<(?!/?tr\b))*+)(?:</tr>)?", re.IGNORECASE)
_CELL = re.compile(
    r"<(?P<kind>t[dh])(?:\s[^<>]{0,500})?>(?P<words>(?:[^<]|<(?!/?t[dhr]\b))*+)(?:</t[dh]>)?",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"</?(?:p|div|span|center|ul|ol|li|small|b|strong|i|em)(?:\s[^<>]{0,500})?>", re.I
)


def as_markdown(text: str) -> str:
    """The text with its tables in Markdown, where these have two columns, and lines enough.

    The cells of a table that arranges pictures stand for themselves. Any other one stays as it
    is.
    """
    return _TABLE.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    lines = match[0].count("\n") + 1
    rows = [
        [(cell["kind"].casefold() == "th", _words(cell["words"])) for cell in _CELL.finditer(row)]
        for row in _ROW.findall(match["inside"])
    ]
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


def _words(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).replace("|", "\\|").split())


def _row(cells: list[str], widest: int) -> str:
    return "| " + " | ".join(cells + [""] * (widest - len(cells))) + " |"

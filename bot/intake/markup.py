"""Markdown as published articles hold it: lines, headings, links, pictures, and plain text without
marks.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

# No control character, no half of a surrogate pair: addresses appear in messages and file names.
_BAD = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_URL = rf"[^\s()<>{_BAD}]"
_BARE = rf"(?P<bare>{_URL}*+(?:\({_URL}*+\){_URL}*+)*+)"
_TARGET = rf"\(\s?(?:<(?P<angle>[^<>{_BAD}]{{0,2000}})>|{_BARE})(?:\s\"[^\"\n]{{0,500}}\")?\s?\)"
_LABEL = r"(?P<label>(?:[^\[\]\\\n]|\\.|\[[^\[\]\\\n]{0,300}+\]){0,500}+)"
_AUTO = rf"<(?P<auto>(?:https?://|/)[^\s<>{_BAD}]{{1,2000}})>"
_LINK = re.compile(rf"(?<![!\\])(?:\[{_LABEL}\]{_TARGET}|{_AUTO})")
_PICTURE = re.compile(rf"[*_\s]*+\[?!\[(?P<alt>(?:[^\[\]\\\n]|\\.|\[[^\[\]\\\n]*+\])*+)\]{_TARGET}")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
_MARK = re.compile(r"\\([!-/:-@\[-`{-~])|(\*+)|(_+)|(`+)")
_ADDRESS = re.compile(rf"https?://[^\s<>()\[\]{_BAD}]{{1,2000}}")
# Bars, emphasis, and what an emoji may be followed by: variation selector, joiner, skin tones.
_BESIDE_LINKS = " \t\xa0|｜*_\ufe0f\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"

QUOTES = {
    "‘": "’'",
    "“": '”"',
    "'": "'’",
    '"': '"”',
    "„": "“”",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    "《": "》",
}
"""Opening quotation marks and what may close them."""


@dataclass(frozen=True, slots=True)
class Heading:
    at: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link in a text; `label` with its Markdown; from `start` to `end`."""

    label: str
    url: str
    start: int
    end: int


def lines_of(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def headings_in(lines: list[str]) -> list[Heading]:
    found = ((at, _HEADING.match(line)) for at, line in enumerate(lines) if "#" in line[:4])
    return [Heading(at, len(match[1]), match[2].strip()) for at, match in found if match]


def links_in(text: str) -> Iterator[Anchor]:
    for match in _LINK.finditer(text):
        url = match["auto"] or match["angle"] or match["bare"] or ""
        yield Anchor(match["label"] or "", url.strip(), match.start(), match.end())


def is_only_links(text: str) -> bool:
    """Whether a text is links with emoji and bars around them."""
    rest, links = _LINK.subn("", text)
    return links > 0 and not without_symbols(rest)


def is_link(text: str) -> bool:
    """Whether a text is one link and nothing else."""
    anchors = list(links_in(text := text.strip("*_ ")))
    return len(anchors) == 1 and (anchors[0].start, anchors[0].end) == (0, len(text))


def address_in(text: str) -> str:
    """Where the first link of a text leads, or the first address standing in it bare."""
    linked = next((anchor.url for anchor in links_in(text) if anchor.url), "")
    bare = _ADDRESS.search(text)
    return linked or (bare[0] if bare else "")


def picture_in(line: str) -> tuple[str, str] | None:
    """Alt text and file name (the last part of the address) where a line is a picture."""
    match = _PICTURE.match(line) if "![" in line else None
    if match is None:
        return None
    address = re.split(r"[?#]", match["angle"] or match["bare"] or "", maxsplit=1)[0]
    file = re.split(r"[/\\]", unquote(address))[-1].strip()
    return plain(match["alt"]), file if file.isprintable() and file.strip(".") else ""


def block(lines: list[str], at: int) -> tuple[str, int]:
    """The text from a line to the end of its Markdown paragraph, on one line, and where the next
    one may start.

    A heading, a picture or a line that starts bold begins something new.
    """
    end = at + 1
    while end < len(lines) and lines[end].strip() and not begins_anew(lines[end]):
        end += 1
    return " ".join(line.strip() for line in lines[at:end]), end


def begins_anew(line: str) -> bool:
    return line.lstrip().startswith(("#", "**", "__", "![")) or picture_in(line) is not None


def spans(headings: list[Heading], end: int) -> Iterator[tuple[Heading, int]]:
    """Each heading with the line at which the next one, or the text, ends it."""
    return zip(headings, [*(heading.at for heading in headings[1:]), end], strict=False)


def next_text(lines: list[str], at: int, end: int) -> int:
    """The first line from `at` on that is not empty; `end` where there is none."""
    return next((here for here in range(at, end) if lines[here].strip()), end)


def plain(text: str) -> str:
    """A line without emphasis, link targets and backslash escapes; a lone star ("A*", "2 * 3") is
    none.
    """
    text = _LINK.sub(lambda link: link["label"] or "", text).strip()
    stars = sum(1 for mark in _MARK.finditer(text) if mark[2])

    def bare(mark: re.Match[str]) -> str:
        if mark[1]:
            return mark[1]
        before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
        if mark[2]:
            apart = before.isspace() and after.isspace()
            return mark[2] if apart or (stars == 1 and before) else ""
        return mark[0] if mark[3] and before.isalnum() and after.isalnum() else ""

    return " ".join(_MARK.sub(bare, text).split())


def unquoted(text: str) -> str:
    """A title without the quotation marks around it, also where only one of the two was printed."""
    closers = QUOTES.get(text[:1])
    if closers is None:
        stray = text[-1:] in {"”", "’", "」", "』", "》"} and not any(
            char in QUOTES for char in text
        )
        return text[:-1].strip() if stray else text
    # An apostrophe ("What’s") closes nothing.
    spoken = re.sub(r"(?<=\w)['’](?=\w)", "", text[1:])
    if not spoken or spoken[-1] not in closers:
        return text if any(char in closers for char in spoken) else text[1:].strip()
    return text if _opens_anew(spoken[:-1], text[0], closers) else text[1:-1].strip()


def _opens_anew(text: str, opener: str, closers: str) -> bool:
    """Whether a quotation ends inside and another begins, as in "A” and “B"."""
    depth = 0
    for at, char in enumerate(text):
        if char == opener and (char not in closers or not text[at - 1 : at].strip()):
            depth += 1
        elif char in closers:
            depth -= 1
            if depth < 0:
                return opener in text[at + 1 :]
    return False


def is_quoted(text: str) -> bool:
    return text[:1] in QUOTES and unquoted(text) != text


def without_symbols(text: str) -> str:
    """A text without the emoji, bars and emphasis at its end: what stands between words and a link."""
    end = len(text)
    while end and (text[end - 1] in _BESIDE_LINKS or unicodedata.category(text[end - 1]) == "So"):
        end -= 1
    return text[:end]

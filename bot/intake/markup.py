"""Markdown as published articles hold it: lines, headings, links, pictures, and their plain text.

Read by patterns, line by line: translated articles break Markdown's own rules too often, and a line
is what a finding has to name. The patterns are possessive or bounded, so that hostile text takes
linear time.
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
_MARK = re.compile(r"\\([!-/:-@\[-`{-~])|(\*+)|(_+)|(`+)|&(lt|gt|amp);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
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
    """A heading of that level, from 1 to 6; `at` is its line, counted from 0."""

    at: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link in a text, from `start` to `end`; its label is Markdown, "" for a bare address."""

    label: str
    url: str
    start: int
    end: int


def lines_of(text: str) -> list[str]:
    """The lines of a file, which may start with a byte order mark and end lines in any way."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def headings_in(lines: list[str]) -> list[Heading]:
    """The headings that start with number signs; underlined ones do not occur in articles."""
    headings = []
    for at, line in enumerate(lines):
        if match := _HEADING.match(line):
            headings.append(Heading(at, len(match[1]), match[2].strip()))
    return headings


def links_in(text: str) -> Iterator[Anchor]:
    """Yield the links of a text in order, labelled ones and addresses in angle brackets."""
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
    for anchor in links_in(text):
        if anchor.url:
            return anchor.url
    if bare := _ADDRESS.search(text):
        return bare[0]
    return ""


def picture_in(line: str) -> tuple[str, str] | None:
    """Alt text and file name of a line that is a picture, else None.

    The name is the last part of the address, or "" where that cannot name a file: it is joined to a
    folder later, and must not lead out of it.
    """
    # Most lines hold no picture: this spares them the slower pattern.
    if "![" not in line:
        return None
    match = _PICTURE.match(line)
    if match is None:
        return None
    address = re.split(r"[?#]", match["angle"] or match["bare"] or "", maxsplit=1)[0]
    file = re.split(r"[/\\]", unquote(address))[-1].strip()
    if not file.isprintable() or not file.strip("."):
        file = ""
    return plain(match["alt"]), file


def block(lines: list[str], at: int) -> tuple[str, int]:
    """Return the paragraph that starts at a line, joined to one line, and the line after it.

    Besides an empty line, a heading, a picture and a line that starts bold end it.
    """
    end = at + 1
    while end < len(lines) and lines[end].strip() and not begins_anew(lines[end]):
        end += 1
    return " ".join(line.strip() for line in lines[at:end]), end


def begins_anew(line: str) -> bool:
    """Whether a line begins something new, though no empty line is above it."""
    return line.lstrip().startswith(("#", "**", "__", "![")) or picture_in(line) is not None


def spans(headings: list[Heading], end: int) -> Iterator[tuple[Heading, int]]:
    """Each heading with the line that ends its section: the next heading's, or `end`."""
    return zip(headings, [*(heading.at for heading in headings[1:]), end], strict=False)


def next_text(lines: list[str], at: int, end: int) -> int:
    """The first line from `at` on that is not empty; `end` where there is none."""
    return next((here for here in range(at, end) if lines[here].strip()), end)


def plain(text: str) -> str:
    """Return a line without emphasis and link targets, its escapes and HTML's entities read.

    Stars and underscores stay where they mark nothing, as in "A*", "2 * 3" and "file_name".
    """
    text = _LINK.sub(lambda link: link["label"] or "", text).strip()
    stars = sum(1 for mark in _MARK.finditer(text) if mark[2])

    def shown(mark: re.Match[str]) -> str:
        """What is left of a mark; `_MARK` has groups for escapes, stars, underscores, entities."""
        if mark[1]:
            return mark[1]
        if mark[5]:
            return _ENTITIES[mark[5]]
        before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
        is_apart = before.isspace() and after.isspace()
        is_lone = stars == 1 and before
        is_in_word = before.isalnum() and after.isalnum()
        if (mark[2] and (is_apart or is_lone)) or (mark[3] and is_in_word):
            return mark[0]
        return ""

    return " ".join(_MARK.sub(shown, text).split())


def unquoted(text: str) -> str:
    """A title without the quotation marks around it, also where only one of the two was printed."""
    closers = QUOTES.get(text[:1])
    if closers is None:
        return _without_stray_closer(text)
    # An apostrophe ("What’s") closes nothing.
    rest = re.sub(r"(?<=\w)['’](?=\w)", "", text[1:])
    if rest and rest[-1] in closers:
        if _opens_anew(rest[:-1], text[0], closers):
            return text
        return text[1:-1].strip()
    if any(char in closers for char in rest):
        # Only a part of the title is quoted: “Attention” Is All You Need.
        return text
    return text[1:].strip()


def _without_stray_closer(text: str) -> str:
    """A text without the closing mark at its end whose opening one was lost."""
    if text[-1:] in {"”", "’", "」", "』", "》"} and not any(char in QUOTES for char in text):
        return text[:-1].strip()
    return text


def _opens_anew(text: str, opener: str, closers: str) -> bool:
    """Whether a quotation ends inside and another begins, as in "A” and “B"."""
    # Some marks open and close alike: those behind white space open.
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
    """A text without emoji, bars and emphasis at its end, as they stand before a link."""
    end = len(text)
    while end and (text[end - 1] in _BESIDE_LINKS or unicodedata.category(text[end - 1]) == "So"):
        end -= 1
    return text[:end]

"""Markdown inside a line, as published articles hold it: links, pictures, and their plain text.

Read by patterns, line by line: translated articles break Markdown's own rules too often, and a line
is what a finding has to name. The patterns are possessive or bounded, so that hostile text takes
linear time.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from bot.core.text.patterns import compiled

# No control character, no half of a surrogate pair: addresses appear in messages and file names.
_BAD = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_URL = rf"[^\s()<>{_BAD}]"
_BARE = rf"(?P<bare>{_URL}*+(?:\({_URL}*+\){_URL}*+)*+)"
_TARGET = rf"\(\s?(?:<(?P<angle>[^<>{_BAD}]{{0,2000}})>|{_BARE})(?:\s\"[^\"\n]{{0,500}}\")?\s?\)"
_LABEL = r"(?P<label>(?:[^\[\]\\\n]|\\.|\[[^\[\]\\\n]{0,300}+\]){0,500}+)"
_AUTO = rf"<(?P<auto>(?:(?i:https?)://|/(?=[^\s<>]{{0,200}}[-/.]))[^\s<>{_BAD}]{{1,2000}})>"
_LINK = rf"(?<![!\\])(?:\[{_LABEL}\]{_TARGET}|{_AUTO})"
_PICTURE = rf"(?<!\\)!\[(?P<alt>(?:[^\[\]\\\n]|\\.|\[[^\[\]\\\n]*+\])*+)\]{_TARGET}"
_AROUND = rf"\s?\]{_TARGET}"
_MARK = re.compile(
    r"\\([!-/:-@\[-`{-~])|(\*+)|(_+)|(`+)|&([a-zA-Z][a-zA-Z0-9]{1,12}|#[0-9]{1,6}|#x[0-9a-f]{1,5});"
)
_TAG = re.compile(
    r"(?<!\\)</?(?:b|i|em|strong|br|sup|sub|span|code|small|u|s|font|mark|a|wbr|nobr|kbd|big)"
    r"(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(rf"(?i:https?)://[^\s<>()\[\]{_BAD}]{{1,2000}}")
# Bars, emphasis, and what an emoji may be followed by: variation selector, joiner, skin tones.
_BESIDE_LINKS = " \t\xa0|｜*_\ufe0f\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"

_BADGE = re.compile(
    r"img\.shields\.io|badge|/stargazers|api\.star-history|star-history\.com|shields\.io"
    r"|/emoji/|avatars?[./]|visitor|hits\.|contrib\.rocks|buttons?[./]",
    re.IGNORECASE,
)
_MOST_COVERED = 200
"""Links of a line among which a bare address is looked for."""

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
class Picture:
    """A picture in a text, from `start` to `end`.

    `file` is the last part of its address, or "" where that cannot name a file: it is joined to a
    folder later, and must not lead out of it. `link` is where a link around it leads.
    """

    alt: str
    url: str
    file: str
    link: str
    start: int
    end: int

    @property
    def is_badge(self) -> bool:
        """Whether it is a badge, such as those of repositories, and no figure."""
        return bool(_BADGE.search(self.url))


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


def links_in(text: str) -> Iterator[Anchor]:
    """Yield the links of a text in order, labelled ones and addresses in angle brackets."""
    for match in compiled(_LINK).finditer(text):
        url = match["auto"] or _decoded(match["angle"] or match["bare"] or "")
        yield Anchor(match["label"] or "", url.strip(), match.start(), match.end())


def _decoded(url: str) -> str:
    """An address in Markdown with its escapes and entities read, as CommonMark says."""
    if "\\" in url:
        url = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", url)
    if "&" in url:
        url = re.sub(r"&(?:amp|lt|gt|quot|#38|#39);", lambda entity: html.unescape(entity[0]), url)
    return url


def is_only_links(text: str) -> bool:
    """Whether a text is links with emoji and bars around them."""
    rest, links = compiled(_LINK).subn("", text)
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


def bare_address(text: str) -> tuple[int, str] | None:
    """Where the first address of a text begins that is in no link, and the address."""
    covered = [(anchor.start, anchor.end) for anchor in links_in(text)]
    for found in _ADDRESS.finditer(text):
        if not any(start <= found.start() < end for start, end in covered[:_MOST_COVERED]):
            return found.start(), _trimmed(found[0])
    return None


def anchors_in(text: str) -> Iterator[Anchor]:
    """Yield the links of a text in order, with the addresses that stand in it bare."""
    last = 0
    for anchor in links_in(text):
        yield from _bare_in(text, last, anchor.start)
        yield anchor
        last = anchor.end
    yield from _bare_in(text, last, len(text))


def _bare_in(text: str, start: int, end: int) -> Iterator[Anchor]:
    for found in _ADDRESS.finditer(text, start, end):
        url = _trimmed(found[0])
        yield Anchor("", url, found.start(), found.start() + len(url))


def _trimmed(url: str) -> str:
    """A bare address without the punctuation behind it."""
    return url.rstrip(".,;:!?'\"*_|，。、；：！？》」）】`")


def pictures_in(line: str) -> Iterator[Picture]:
    """Yield the pictures of a line in order."""
    # Most lines hold no picture: this spares them the slower pattern.
    if "![" not in line:
        return
    for match in compiled(_PICTURE).finditer(line):
        url = (match["angle"] or match["bare"] or "").strip()
        start, end, link = match.start(), match.end(), ""
        opened = line[:start].rstrip(" ")
        around = compiled(_AROUND).match(line, end)
        if around and opened.endswith("["):
            start, end = len(opened) - 1, around.end()
            link = around["angle"] or around["bare"] or ""
        yield Picture(plain(match["alt"]), url, _file_of(url), link, start, end)


def _file_of(url: str) -> str:
    """The file that the address of a picture names; "" where it names none."""
    address = re.split(r"[?#]", url, maxsplit=1)[0]
    file = re.split(r"[/\\]", unquote(address))[-1].strip()
    if not file.isprintable() or not file.strip("."):
        return ""
    return file


def without_pictures(line: str, instead: str = "") -> str:
    """The line without its pictures; a link around one is left as a link without a label."""
    pieces, last = [], 0
    for picture in pictures_in(line):
        pieces.append(line[last : picture.start])
        pieces.append(f"[]({picture.link})" if picture.link and instead else "")
        last = picture.end
    return "".join([*pieces, line[last:]])


def picture_in(line: str) -> tuple[str, str] | None:
    """Alt text and file name of a line that starts with a picture, else None."""
    first = next(pictures_in(line), None)
    if first is None or line[: first.start].strip("*_ \t\xa0"):
        return None
    return first.alt, first.file


def without_breaks(line: str) -> str:
    """A line without HTML's line breaks and the backslash that makes one."""
    if "<" in line:
        line = re.sub(r"(?<!\\)<br\s{0,2}/?>", " ", line, flags=re.IGNORECASE)
    return line.rstrip().removesuffix("\\").rstrip()


def cells(row: str) -> list[str]:
    """The cells of a table's row; a bar behind a backslash separates none."""
    row = row.strip().removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]


def first_symbol(text: str, start: int, end: int) -> int:
    """Where the first bar or emoji between two places of a text stands; -1 without one."""
    for at in range(start, min(end, len(text))):
        char = text[at]
        if char in "|｜" or (char > "\u00ae" and unicodedata.category(char) == "So"):
            return at
    return -1


def block(lines: Sequence[str], at: int) -> tuple[str, int]:
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


def next_text(lines: Sequence[str], at: int, end: int) -> int:
    """The first line from `at` on that is not empty; `end` where there is none."""
    return next((here for here in range(at, end) if lines[here].strip()), end)


def plain(text: str) -> str:
    """Return a line without emphasis and link targets, its escapes and HTML's entities read.

    Stars and underscores stay where they mark nothing, as in "A*", "2 * 3" and "file_name".
    """
    text = compiled(_LINK).sub(lambda link: link["label"] or "", without_pictures(text)).strip()
    if "<" in text:
        text = _TAG.sub(" ", text)
    stars = sum(1 for mark in _MARK.finditer(text) if mark[2])

    def shown(mark: re.Match[str]) -> str:
        """What is left of a mark; `_MARK` has groups for escapes, stars, underscores, entities."""
        if mark[1]:
            return mark[1]
        if mark[5]:
            entity = html.unescape(mark[0])
            return entity if entity.isprintable() else " "
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

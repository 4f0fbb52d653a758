"""An article as blocks with their lines: headings in any dress, text, items, tables, pictures."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.intake import dress, facts, labels, markup, people
from bot.intake.dress import CAPTION
from bot.intake.markup import Picture

BOLD = 7
"""The level of a lone bold line, which may stand in a heading's place."""

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*)|(?<=##)(?=[^\s#])(.*))")
_UNDERLINE = re.compile(r" {0,3}(={2,}|-{3,})\s*")
_RULE = re.compile(
    r"\s{0,3}(?:(?:\*\s?){3,}|(?:-\s?){3,}|(?:_\s?){3,}|(?:⁂|[—–]{3,}|[・·•]{3,}))\s*"
)
_BOLD_LINE = re.compile(r"\s{0,3}(\*\*\*|\*\*|__)(?=\S)(.{1,300}?)\1\s?[:：]?\s*")
_ITEM = re.compile(
    r"(\s{0,16})([-*+•●▪◦‣]|[0-9]{1,3}(?:\)\.|[.)]))(?:\s+(.*)|$)|(\s{0,16})([0-9]{1,3}、)(.+)"
)
_QUOTE = re.compile(r"\s{0,3}>")
_DELIMITERS = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?")
_NOTE = re.compile(r" {0,3}\[\^[^\[\]\n]{1,60}\]:")
_HTML = re.compile(
    r"\s{0,8}</?(?:table|thead|tbody|tr|td|th|script|style|svg|form|button|object"
    r"|embed|video|audio|ul|ol|li|dl|dt|dd|blockquote|hr|colgroup|col)\b",
    re.I,
)
_CARD = re.compile(r"[*_\s]*\[\]\((?P<url>[^\s()]{1,2000})\)\s?\[#{1,6}\s")
_MOST_CARD = 12
"""Lines that a link preview may have."""

# What stands behind a heading's text and is no part of it.
_CLOSING = re.compile(r"(?<!\\)(?<=\s)#+\s*$")
_ATTRIBUTES = re.compile(r"\s*\{[:#.][^{}]{0,300}\}\s*$")
_PERMALINK = re.compile(r"\s*\[(?:¶|#|🔗|permalink)\]\([^()\s]{0,500}\)\s*$", re.IGNORECASE)


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    TEXT = "paragraph"
    QUOTE = "quotation"
    ITEM = "list item"
    TABLE = "table"
    PICTURE = "picture"
    CAPTION = "caption"
    CARD = "link preview"
    FENCE = "piece of code"
    HTML = "piece of HTML"
    RULE = "rule"
    NOTE = "footnote"


@dataclass(frozen=True, slots=True)
class Block:
    """A block from line `at` up to `end`, counted from 0, with its lines in one dress.

    `level` is a heading's, from 1 to 7 (`BOLD`); `text` a heading's or a caption's words. `indent`
    is an item's. `attached` says that no empty line is above it.
    """

    kind: Kind
    at: int
    end: int
    lines: tuple[str, ...] = ()
    level: int = 0
    text: str = ""
    indent: int = 0
    attached: bool = False
    picture: Picture | None = None
    links: tuple[str, ...] = field(default=())

    @property
    def source(self) -> str:
        """The block's Markdown."""
        return "\n".join(self.lines)


def read(lines: Sequence[str]) -> list[Block]:
    """The blocks of lines that are in one dress (`dress.one`)."""
    return list(_Reader(lines).blocks())


def heading_text(text: str) -> str:
    """A heading's words without closing number signs, attributes and links to itself."""
    text = _CLOSING.sub("", text.strip()).strip()
    if text.endswith("}"):
        text = _ATTRIBUTES.sub("", text)
    if text.endswith(")"):
        text = _PERMALINK.sub("", text)
    return text.replace(CAPTION, "").strip()


class _Reader:
    """Reads line for line; what begins at a line is decided by that line and the next one."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.fences = dict(dress.fences(lines))

    def blocks(self) -> Iterator[Block]:
        at, above = 0, False
        while at < len(self.lines):
            if not self.lines[at].strip():
                at, above = at + 1, False
                continue
            end = at + 1
            for block in self._from(at):
                yield replace(block, attached=above)
                end, above = max(end, block.end), True
            at = end

    def _from(self, at: int) -> Iterator[Block]:
        """Yield the block that begins at a line; with the pictures in it, more than one."""
        line = self.lines[at]
        if at in self.fences:
            end = self.fences[at]
            yield Block(Kind.FENCE, at, end, tuple(self.lines[at:end]))
        elif heading := self._heading(at):
            yield heading
        elif _RULE.fullmatch(line):
            yield Block(Kind.RULE, at, at + 1, (line,))
        elif card := self._card(at):
            yield card
        elif self._is_table(at):
            yield self._while(Kind.TABLE, at, lambda row: "|" in row)
        elif line.lstrip().startswith(CAPTION):
            yield Block(Kind.CAPTION, at, at + 1, (line,), text=line.replace(CAPTION, "").strip())
        elif _HTML.match(line):
            yield self._while(Kind.HTML, at, lambda row: bool(row.strip()))
        else:
            yield from self._paragraph(at)

    def _while(self, kind: Kind, at: int, goes_on: "object") -> Block:
        end = at + 1
        while end < len(self.lines) and self.lines[end].strip() and goes_on(self.lines[end]):  # type: ignore[operator]
            end += 1
        return Block(kind, at, end, tuple(self.lines[at:end]))

    def _heading(self, at: int) -> Block | None:
        line = self.lines[at]
        if match := _ATX.match(line):
            text = heading_text(match[2] or match[3] or "")
            return Block(Kind.HEADING, at, at + 1, (line,), level=len(match[1]), text=text)
        is_below_blank = at == 0 or not self.lines[at - 1].strip()
        below = self.lines[at + 1] if at + 1 < len(self.lines) else ""
        underline = _UNDERLINE.fullmatch(below)
        if underline and is_below_blank and self._may_be_heading(line):
            level = 1 if underline[1][0] == "=" else 2
            text = heading_text(line)
            return Block(Kind.HEADING, at, at + 2, (line, below), level=level, text=text)
        if is_below_blank and (bold := _BOLD_LINE.fullmatch(line)):
            text = bold[2].strip()
            is_sentence = text.endswith(("。", "！")) or (len(text) > 120 and text.endswith("."))
            is_label = labels.field_of(markup.plain(text)) is not None
            is_label = is_label or _is_byline(text, below_heading=self._is_below_heading(at))
            if bold[1] not in text and not is_label and not is_sentence:
                return Block(Kind.HEADING, at, at + 1, (line,), level=BOLD, text=text)
        return None

    def _is_below_heading(self, at: int) -> bool:
        """Whether nothing stands between a line and the heading above it."""
        above = next(
            (line for line in reversed(self.lines[max(0, at - 3) : at]) if line.strip()), ""
        )
        return _ATX.match(above) is not None

    def _may_be_heading(self, line: str) -> bool:
        """Whether a line above a line of hyphens or equals signs is a heading."""
        starts_otherwise = _ITEM.match(line) or _QUOTE.match(line) or "|" in line
        return len(line) <= 300 and not starts_otherwise and markup.picture_in(line) is None

    def _card(self, at: int) -> Block | None:
        """A link preview, as published articles print it: "[](URL) [## Title … host](URL)".

        One may begin where another ends.
        """
        match = _CARD.match(self.lines[at])
        if match is None:
            return None
        links, here = [match["url"]], at
        for end in range(at, min(len(self.lines), at + 4 * _MOST_CARD)):
            if end - here > _MOST_CARD:
                break
            line = self.lines[end]
            closes = line.find(f"]({links[-1]})", match.end() if end == at else 0)
            if closes < 0:
                continue
            following = _CARD.match(line, closes + len(links[-1]) + 3)
            if following is None:
                return Block(
                    Kind.CARD, at, end + 1, tuple(self.lines[at : end + 1]), links=tuple(links)
                )
            links.append(following["url"])
            here = end
        return None

    def _is_table(self, at: int) -> bool:
        if "|" not in self.lines[at] or at + 1 >= len(self.lines):
            return False
        below = self.lines[at + 1]
        return "|" in below and "-" in below and _DELIMITERS.fullmatch(below) is not None

    def _paragraph(self, at: int) -> Iterator[Block]:
        line = self.lines[at]
        kind, indent = Kind.TEXT, 0
        if item := _ITEM.match(line):
            kind, indent = Kind.ITEM, len((item[1] or item[4] or "").expandtabs(4))
        elif _QUOTE.match(line):
            kind = Kind.QUOTE
        elif _NOTE.match(line):
            kind = Kind.NOTE
        elif markup.picture_in(line) is not None:
            yield from self._pictures(at, line)
            return
        end = at + 1
        while end < len(self.lines) and not self._ends(end, kind):
            end += 1
        block = Block(kind, at, end, tuple(self.lines[at:end]), indent=indent)
        yield from _split_off_pictures(block)

    def _ends(self, at: int, kind: Kind) -> bool:
        """Whether a paragraph of this kind is over before this line."""
        line = self.lines[at]
        if not line.strip() or at in self.fences or line.lstrip().startswith(CAPTION):
            return True
        if _ATX.match(line) or _ITEM.match(line) or _NOTE.match(line) or _RULE.fullmatch(line):
            return True
        if _CARD.match(line) or _HTML.match(line) or self._is_table(at):
            return True
        if bool(_QUOTE.match(line)) != (kind is Kind.QUOTE):
            return kind is not Kind.QUOTE or markup.begins_anew(line)
        return kind is Kind.TEXT and markup.picture_in(line) is not None

    def _pictures(self, at: int, line: str) -> Iterator[Block]:
        """The pictures of a line that begins with one, and what stands behind the last: a caption
        that was marked as one, or a text.
        """
        last = 0
        pictures = list(markup.pictures_in(line))
        for picture in pictures:
            last = picture.end
        rest = line[last:].strip()
        if CAPTION in rest:
            marked = rest.split(CAPTION)
            if len(marked) > 2 and marked[1] == "fig-alt":
                caption = pictures[-1].alt
                pictures[-1] = replace(pictures[-1], alt=markup.plain(marked[2]))
                rest = " ".join([caption, *marked[3:]]).strip()
            else:
                rest = rest.replace(CAPTION, "").strip()
            kind = Kind.CAPTION
        else:
            kind = Kind.TEXT
        if links := [_badge(picture) for picture in pictures if _badge(picture)]:
            text = " | ".join(links)
            yield Block(Kind.TEXT, at, at + 1, (text,), text=text, attached=True)
        for picture in pictures:
            if not _badge(picture):
                yield Block(Kind.PICTURE, at, at + 1, (line,), picture=picture)
        if rest.strip("*_ \t\xa0"):
            yield Block(kind, at, at + 1, (rest,), text=rest, attached=True)


def _split_off_pictures(block: Block) -> Iterator[Block]:
    """Yield a paragraph without its pictures, and then each of them."""
    if "![" not in block.source:
        yield block
        return
    pictures = []
    lines = []
    for offset, line in enumerate(block.lines):
        for picture in markup.pictures_in(line):
            at = block.at + offset
            pictures.append(
                Block(Kind.PICTURE, at, block.end, (line,), attached=True, picture=picture)
            )
        lines.append(markup.without_pictures(line, instead="link").rstrip())
    yield replace(block, lines=tuple(lines))
    yield from pictures


def _badge(picture: Picture) -> str:
    """A badge as the link that it is; "" where it is none."""
    if not picture.is_badge or not picture.link:
        return ""
    if labels.exact_kind(picture.alt):
        return f"[{picture.alt}]({picture.link})"
    if labels.kind_by_address(picture.link):
        return f"[]({picture.link})"
    return ""


def _is_byline(text: str, *, below_heading: bool) -> bool:
    """Whether a bold line is authors and a year, and no title; right below a heading, names do."""
    line = facts.read(text)
    if line is None or line.names is None:
        return False
    return not line.is_weak or people.has_marks(text) or below_heading


def symbols_off(text: str) -> str:
    """A text without the emoji and other signs before its first word."""
    start = 0
    while start < len(text):
        char = text[start]
        is_sign = unicodedata.category(char) in {"So", "Sk", "Cf"} or char in "\ufe0f\u200d\u20e3"
        if not (is_sign or char.isspace()):
            break
        start += 1
    return text[start:]

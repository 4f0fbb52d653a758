"""Text that a site generator shows as it is, whatever its own marks are.

Each generator reads more into Markdown than CommonMark does: shortcodes, Liquid, tables, citations.
Signs that could begin such a mark are written as entities, which no generator takes for one. While
an article is made, placeholders stand for them: its template may then use the generator's marks.
"""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core import text as reader
from bot.core.text import tex
from bot.core.text.patterns import compiled

if TYPE_CHECKING:
    from markdown_it.token import Token

# Noncharacters: no text that people exchange has any, by Unicode's own rule.
_SIGNS = "{}$|^~@[]:=.)\\"
_PLACEHOLDERS = {sign: chr(0xFDD0 + place) for place, sign in enumerate(_SIGNS)}
_BREAK = "\ufdef"
_ANY = "[\ufdd0-\ufdef]"
_IN_ADDRESSES = str.maketrans({"{": "%7B", "}": "%7D", "|": "%7C", "^": "%5E"})
_BREAKS = ("softbreak", "hardbreak")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a generator reads into text.

    Backslashes and `signs` are written as entities wherever they stand (among them `~`, which TeX
    beside it makes a space), those of `at_start` where a line begins with them; `list_mark` matches
    what begins a list, up to the sign that is written as one. Code that matches `code` is written
    as text, for no entity is read in code. With `needs_spaces` a line break is two spaces, and each
    line of code stands by itself.
    """

    signs: str
    at_start: str = ":"
    list_mark: str = ""
    code: str = r"\{[{%]"
    needs_spaces: bool = False


HUGO = Dialect("{$|~")
"""Goldmark: definition lists, tables, attributes; shortcodes, also in code."""
JEKYLL = Dialect("{$|~^", at_start=":=", needs_spaces=True)
"""Kramdown: any line with `|` is a table, `^` ends a block; Liquid, also in code."""
PELICAN = Dialect("{$|~", at_start=":=", needs_spaces=True)
"""Python-Markdown with its extras: no backslash before `~` and `=`; `{filename}` and the like."""
QUARTO = Dialect("{}$|^~@[]", list_mark=r"\(?(?:[A-Za-z]|[ivxlcdmIVXLCDM]+|\d+)[.)](?=\s)")
"""Pandoc: TeX, citations, spans, links to headings, lists by letters; shortcodes, also in code."""


def paragraph(markdown: str, dialect: Dialect) -> str:
    """A paragraph's Markdown with placeholders, which stays in its section wherever it is put.

    Formulas are in Unicode.
    """
    tokens = reader.syntax.parse(markdown)
    text = reader.rewriting.article(list(_blocks(tokens, dialect))).strip("\n")
    if dialect.needs_spaces:
        # Backslashes of the text itself are placeholders by now. The spaces are one, too: those at
        # a line's end are taken off while the article is written. Of several breaks one is left,
        # for a line without a word would end the paragraph.
        text = compiled(r"(?:\\\n)+").sub(f"{_BREAK}\n", text)
    return text


def line(text: str, dialect: Dialect) -> str:
    """Plain text on one line with placeholders; its Markdown is still to be escaped."""
    return _marked(" ".join(text.split()), dialect, is_start=True)


def address(url: str) -> str:
    """An address without signs that generators take for marks, also in links."""
    return url.translate(_IN_ADDRESSES)


def written(text: str) -> str:
    """The text with entities in the place of placeholders."""
    return compiled(_ANY).sub(_entity, text)


def _entity(found: re.Match[str]) -> str:
    if found[0] == _BREAK:
        return "  "
    place = ord(found[0]) - 0xFDD0
    if place >= len(_SIGNS):
        return ""
    return f"&#{ord(_SIGNS[place])};"


@functools.lru_cache(maxsize=8)
def _table(signs: str) -> dict[int, str]:
    """The placeholders of these signs; what stood in the text as one is gone."""
    gone = dict.fromkeys(range(0xFDD0, 0xFDF0), "")
    # A backslash before an entity would take its meaning from it.
    return gone | {ord(sign): _PLACEHOLDERS[sign] for sign in f"{signs}\\"}


def _marked(text: str, dialect: Dialect, is_start: bool) -> str:
    marked = text.translate(_table(dialect.signs))
    if not is_start:
        return marked
    if marked[:1] and marked[0] in dialect.at_start:
        return _PLACEHOLDERS[marked[0]] + marked[1:]
    found = dialect.list_mark and compiled(dialect.list_mark).match(marked)
    if found:
        last = found.end() - 1
        return marked[:last] + _PLACEHOLDERS[marked[last]] + marked[last + 1 :]
    return marked


def _blocks(tokens: Sequence["Token"], dialect: Dialect) -> Iterator["Token"]:
    for token in tokens:
        is_code = token.type in reader.renderers.CODE
        if token.type == "math_block":
            yield from _lines_of(token, tex.plain(token.content), dialect)
        elif is_code and _is_shown_as_text(token.content, dialect):
            yield from _lines_of(token, token.content, dialect)
        elif is_code and dialect.needs_spaces:
            yield from _lines_of(token, token.content, dialect, "code_inline")
        else:
            if token.type == "inline":
                token.children = list(_inline(token.children or (), dialect))
            yield token


def _is_shown_as_text(code: str, dialect: Dialect) -> bool:
    return bool(compiled(dialect.code).search(code))


def _lines_of(block: "Token", text: str, dialect: Dialect, kind: str = "text") -> Iterator["Token"]:
    """A paragraph with the lines of a block of code or of a formula."""
    new = type(block)
    said: list[Token] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        if said:
            said.append(new("hardbreak", "br", 0))
        said.append(new(kind, "", 0, content=line))
    inline = new("inline", "", 0, map=block.map, children=list(_inline(said, dialect)))
    yield new("paragraph_open", "p", 1)
    yield inline
    yield new("paragraph_close", "p", -1)


def _inline(tokens: Sequence["Token"], dialect: Dialect) -> Iterator["Token"]:
    is_start = True
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrs["href"])
            if address(href) != href:
                # One that is written as its address would show the other one.
                token.attrs, token.markup = {**token.attrs, "href": address(href)}, ""
        elif token.type == "link_close":
            token.meta["href"] = address(token.meta["href"])
        elif token.type == "code_inline":
            if _is_shown_as_text(token.content, dialect):
                token = _text(token, token.content, dialect, is_start)
        elif said := _said(token):
            token = _text(token, said, dialect, is_start)
        yield token
        is_start = token.type in _BREAKS or (is_start and not token.content)


def _said(token: "Token") -> str:
    """What a token says in words; "" where it is a mark."""
    if token.nesting or token.type in _BREAKS:
        return ""
    write: Callable[[Token], str] = reader.renderers.POST[token.type]
    return write(token)


def _text(token: "Token", text: str, dialect: Dialect, is_start: bool) -> "Token":
    written = type(token)("text", "", 0, content=_marked(text, dialect, is_start))
    written.info = token.info
    return written

"""What of an item's texts is shown as it was written, or not at all: told before it goes out.

Each is a clause that names the field and, in a paragraph, the line.
"""

import re
from collections.abc import Iterator

from bot.core import alt_text, appearance
from bot.core.collage import Collage, Item
from bot.core.text import invisible, markdown
from bot.core.text.patterns import compiled


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


_CODE = r"(?ms)^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)|(`+)(?!`)[^`]*\2(?!`)"
# The line under a table's head: dashes between bars.
_TABLE = r"[ >]*(?=[^|]*\|)\|?(?:[ \t]*:?-+:?[ \t]*(?:\||\Z))+[ \t]*\Z"
_FOOTNOTE = r"\[\^[^\[\]\s]{1,60}\]"
_TAG = r"</?([A-Za-z][A-Za-z0-9]{0,14})(?:\s[^<>]{0,500})?/?>"
# `br`, `sub`, `sup` and `math` are read.
_LEFT_OUT = _words("""
a abbr b big cite code del div em i img ins kbd mark p small span strike strong tt u
""")
_SHOWN_TAGS = _words("""
article aside audio blockquote body button caption center col dd details dl dt embed figcaption
figure font footer form h1 h2 h3 h4 h5 h6 head header hr html iframe input li link main meta nav
object ol option picture pre q script section select source style summary svg table tbody td
template textarea tfoot th thead title tr ul video wbr
""")
_MOST_NAMED = 5


def notes(item: Item) -> tuple[str, ...]:
    """All that a person should know of how an item's texts are shown."""
    found = [note for where, text in _places(item) for note in _of_any(where, text)]
    found += _of_paragraph(item.paragraph)
    found += alt_text.findings(item, _picture_file(item))
    return tuple(dict.fromkeys(found))


def _picture_file(item: Item) -> str:
    """The name of the picture's file; "" where there is none."""
    if isinstance(item, Collage) and item.picture:
        return item.picture.file
    return item.picture_file


def of_collage(item: Collage) -> tuple[str, ...]:
    """As `notes`, and all that a person should know of how its picture looks.

    Slides that we draw ourselves are drawn to be seen.
    """
    if item.picture is None or item.picture_is_drawn:
        return notes(item)
    return notes(item) + appearance.notes(item.picture)


def _places(item: Item) -> Iterator[tuple[str, str]]:
    """The texts of an item that are shown, but for its paragraph, by what advice calls them."""
    yield "its title", item.paper.title
    yield from (("its authors", author) for author in item.paper.authors)
    yield "its caption", item.caption
    yield "its alt text", item.alt
    for place, text in enumerate(item.thread, 1):
        yield f"entry {place} of its thread", text
    for entry in item.on:
        for place, text in enumerate(entry.thread, 1):
            yield f"entry {place} of its thread on {entry.name}", text


def _of_any(where: str, text: str) -> Iterator[str]:
    yield from _invisible(where, text)
    if where.startswith("entry"):
        return  # which is no Markdown
    for tag in compiled(_TAG).findall(text):
        yield from _tag(where, tag.lower())
    for command in markdown.unknown_tex_in_line(text):
        yield _unknown(where, command)


def _of_paragraph(paragraph: str) -> Iterator[str]:
    yield from _invisible("its paragraph", paragraph)
    # Code is shown as it is, whatever stands in it.
    text = compiled(_CODE).sub(_blanked, paragraph)
    for number, line in enumerate(text.split("\n"), 1):
        where = f"its paragraph, line {number}"
        if "|" in line and compiled(_TABLE).match(line):
            yield f"{where}: a table is shown as it was written; say it in words or draw it"
        if footnote := compiled(_FOOTNOTE).search(line):
            yield (
                f"{where}: the footnote {footnote[0]} is shown as it was written; "
                "put it into the text"
            )
        for tag in compiled(_TAG).findall(line):
            yield from _tag(where, tag.lower())
    for number, command in markdown.unknown_tex(paragraph):
        yield _unknown(f"its paragraph, line {number}", command)


def _invisible(where: str, text: str) -> Iterator[str]:
    if characters := invisible.found(text):
        named = characters.split(", ")
        if len(named) > _MOST_NAMED:
            characters = f"{', '.join(named[:_MOST_NAMED])} and {len(named) - _MOST_NAMED} more"
        yield f"{where} holds characters that nobody sees ({characters}); they are left out"


def _tag(where: str, tag: str) -> Iterator[str]:
    if tag == "a":
        yield f"{where}: the HTML tag <a> is left out, with its address; write [label](address)"
    elif tag == "img":
        yield f"{where}: the HTML tag <img> is left out, with its picture; write ![words](address)"
    elif tag in _LEFT_OUT:
        yield f"{where}: the HTML tag <{tag}> is left out; its words stay"
    elif tag in _SHOWN_TAGS:
        yield f"{where}: the HTML tag <{tag}> is shown as it was written; remove it"


def _unknown(where: str, command: str) -> str:
    return f"{where}: the TeX command {command} is not known, so it is shown by its name"


def _blanked(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])

"""A paragraph's Markdown as a post, as a page and as Markdown again, and the links it holds."""

import functools
import html as html_entities
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.core import text as reader
from bot.core.text import invisible
from bot.core.text.patterns import compiled

if TYPE_CHECKING:
    from markdown_it.token import Token

# What a text without any of these says is what stands there.
_MARKS = r"[\\`*_<&$\[~]|\s\s|[^\S ]|://"


_IN_ATTRIBUTES = str.maketrans({'"': "&quot;", "&": "&amp;", "\\": "&#92;", "<": "&lt;"})


@functools.lru_cache(maxsize=64)
def _parsed(markdown: str) -> Sequence["Token"]:
    """Its tokens, which nobody may change: a page and an article are made of the same ones."""
    return reader.syntax.parse(markdown)


def plain(markdown: str) -> str:
    """What a post says of it: labels without their links, formulas in Unicode, a blank line between
    blocks.
    """
    return reader.renderers.post(_parsed(markdown))


def plain_with_addresses(markdown: str) -> str:
    """The same for a mail in plain text: the address of a link stands behind its words."""
    return reader.renderers.mail(reader.syntax.parse(markdown))


@functools.lru_cache(maxsize=2000)
def line(text: str) -> str:
    """What a title, a name or a caption says, on one line: read as a paragraph is.

    No sign at its beginning makes it a heading or a list.
    """
    visible = invisible.removed(text).strip()
    # Most titles are plain, and the commands that list them load no parser.
    if not compiled(_MARKS).search(visible):
        return visible
    tokens = reader.syntax.parse_line(visible)
    said = [reader.renderers.inline(token.children, reader.renderers.POST) for token in tokens]
    read = " ".join("".join(said).split())
    if not read and invisible.removed(html_entities.unescape(visible)).strip():
        return visible  # a tag or a comment alone would be a title that shows nothing
    return read


def lines(text: str) -> str:
    """What an alt text says: each of its lines read by itself."""
    return "\n".join(map(line, text.split("\n"))).strip("\n")


def html(markdown: str) -> str:
    """What a page shows of it: text, lists, code, links to the web, formulas as MathML.

    Pictures are their alternative text, headings are paragraphs in bold. All text is escaped; who
    puts this on a page still cleans it.
    """
    return reader.renderers.page(_parsed(markdown), reader.renderers.PAGE)


def html_to_paste(markdown: str) -> str:
    """The same for editors, blogs and mail, which drop MathML: formulas in Unicode, as in posts."""
    return reader.renderers.page(_parsed(markdown), reader.renderers.PASTED)


def contained(markdown: str) -> str:
    """The same in Markdown for an article: it stays in its section, however it was written.

    It uses only what every reader of Markdown knows, so it holds no headings, pictures, fences and
    HTML, and formulas in Unicode. Text that begins with a paragraph goes on in the line that it is
    put into; before anything else an empty line stands.
    """
    return reader.rewriting.article(_parsed(markdown))


def links(markdown: str) -> list[tuple[str, str]]:
    """Labels and addresses of its links, in order."""
    return reader.renderers.links(_parsed(markdown))


def unknown_tex(markdown: str) -> list[tuple[int, str]]:
    """The commands of TeX in it that are not known, each with the line its block begins at."""
    if "\\" not in markdown:
        return []
    found: list[tuple[int, str]] = []
    for token in _parsed(markdown):
        commands = reader.renderers.unknown_tex([token])
        found += [((token.map or [0])[0] + 1, command) for command in commands]
    return found


def unknown_tex_in_line(text: str) -> list[str]:
    """The same for a title, a name or a caption, without lines."""
    if "\\" not in text:
        return []
    return reader.renderers.unknown_tex(reader.syntax.parse_line(text))


def target(url: str) -> str:
    """An address as the target of a link in Markdown."""
    return reader.rewriting.target(url)


def literal_line(text: str) -> str:
    """Text on one line of Markdown that shows it as it is, wherever it stands."""
    return reader.rewriting.literal_line(text)


def attribute(text: str) -> str:
    """Text between the double quotes of an attribute, such as Pandoc's `{fig-alt="…"}`."""
    return text.translate(_IN_ATTRIBUTES)

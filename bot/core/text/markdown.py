"""A paragraph's Markdown as a post, as a page and as Markdown again, and the links it holds."""

import functools
import html as html_entities

from bot.core.text import invisible, renderers, rewriting, syntax
from bot.core.text.patterns import compiled

# What a text without any of these says is what stands there.
_MARKS = r"[\\`*_<&$\[~]|\s\s|[^\S ]|://"


def plain(markdown: str) -> str:
    """What a post says of it: labels without their links, formulas in Unicode, a blank line between
    blocks.
    """
    return renderers.post(syntax.parse(markdown))


@functools.lru_cache(maxsize=2000)
def line(text: str) -> str:
    """What a title, a name or a caption says, on one line: read as a paragraph is.

    No sign at its beginning makes it a heading or a list.
    """
    visible = invisible.removed(text).strip()
    # Most titles are plain, and the commands that list them load no parser.
    if not compiled(_MARKS).search(visible):
        return visible
    tokens = syntax.parse_line(visible)
    said = [renderers.inline(token.children, renderers.POST) for token in tokens]
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
    return renderers.page(syntax.parse(markdown))


def contained(markdown: str) -> str:
    """The same in Markdown for an article: it stays in its section, however it was written.

    It uses only what every reader of Markdown knows, so it holds no headings, pictures, fences and
    HTML, and formulas in Unicode. Text that begins with a paragraph goes on in the line that it is
    put into; before anything else an empty line stands.
    """
    return rewriting.article(syntax.parse(markdown))


def links(markdown: str) -> list[tuple[str, str]]:
    """Labels and addresses of its links, in order."""
    return renderers.links(syntax.parse(markdown))


def target(url: str) -> str:
    """An address as the target of a link in Markdown."""
    return rewriting.target(url)


def literal_line(text: str) -> str:
    """Text on one line of Markdown that shows it as it is, wherever it stands."""
    return rewriting.literal_line(text)

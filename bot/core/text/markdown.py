"""A paragraph's Markdown as a post, as a page and as Markdown again, and the links it holds."""

from bot.core.text import renderers, rewriting, syntax


def plain(markdown: str) -> str:
    """What a post says of it: labels without their links, formulas in Unicode, a blank line between
    blocks.
    """
    return renderers.post(syntax.parse(markdown))


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

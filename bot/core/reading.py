"""Items as people read them: the short texts made plain by the reader of paragraphs.

What somebody typed stays stored as it is; posts, pages, slides and lists show what these give.
"""

from dataclasses import replace
from typing import TypeVar

from bot.core.collage import Collage, Item
from bot.core.paper import Paper
from bot.core.text import markdown

AnyItem = TypeVar("AnyItem", bound=Item)


def paper(value: Paper) -> Paper:
    """The paper with plain title, names, captions and references."""
    return replace(
        value,
        title=markdown.line(value.title),
        authors=tuple(map(markdown.line, value.authors)),
        figures=tuple(
            figure._replace(caption=markdown.line(figure.caption)) for figure in value.figures
        ),
        references=tuple(
            reference._replace(title=markdown.line(reference.title))
            for reference in value.references
        ),
    )


def item(value: AnyItem) -> AnyItem:
    """The item with its paper made plain, and plain caption and alt text.

    Its paragraph stays Markdown, and an alt text that the program has drawn is plain already.
    """
    alt = value.alt
    if not (isinstance(value, Collage) and value.alt_is_drawn):
        alt = markdown.lines(alt)
    return replace(value, paper=paper(value.paper), caption=markdown.line(value.caption), alt=alt)

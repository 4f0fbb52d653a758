"""What templates see of our records: texts, numbers, truth values, days, and lists and tables of
them.

Nothing else may be handed to a template, because it could reach whatever hangs on it. So a record
never is, only its values.
"""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from bot.config import Series
from bot.core import identifiers, words
from bot.core.collage import without_control
from bot.core.month import Roundup
from bot.core.paper import Link, Paper
from bot.core.text import markdown

Table = dict[str, Any]
"""A record's values by their names."""


def series(value: Series) -> Table:
    """A series as templates see it."""
    return {
        "name": value.name,
        "title": value.title,
        "language": value.language,
        "hashtag": value.hashtag,
        "numbering": value.numbering.format,
        "base_url": value.base_url,
    }


def paper(value: Paper, language: str) -> Table:
    """A paper with its citation, its links labelled in that language."""
    return {
        "title": value.title,
        "authors": list(value.authors),
        "others": value.others,
        "year": value.year,
        "citation": value.citation,
        "links": links(value.links, language),
        "arxiv_id": value.arxiv_id,
        "doi": value.doi,
        "licence": value.licence,
        "figures": [figure._asdict() for figure in value.figures],
        "references": [reference._asdict() for reference in value.references],
    }


def links(values: Iterable[Link], language: str) -> list[Table]:
    """Links with their kind, label in that language, emoji and url."""
    phrases = words.of(language)
    return [
        {
            "kind": link.kind.value,
            "label": phrases.label(link.kind),
            "emoji": words.EMOJI[link.kind],
            "url": link.url,
        }
        for link in values
    ]


def roundup(value: Roundup, zone: ZoneInfo) -> Table:
    """A roundup; `due_on` is the day in that zone, `month` that of its title."""
    return {
        # Those of old articles were once stored as they were; every later page links to them.
        "title": without_control(value.title),
        "subtitle": without_control(value.subtitle),
        "month": value.title_month,
        "slug": value.slug,
        "link": value.link,
        "due_on": value.due_at.astimezone(zone).date(),
    }


def gathered(paragraph: str, known_links: Iterable[Link]) -> list[Table]:
    """The links in a paragraph that are not among the known ones, as templates see them.

    Each address comes once; a link without a label is labelled with its host.
    """
    known = [link.url for link in known_links]
    references = []
    for label, url in markdown.links(paragraph):
        if not url.startswith(("http://", "https://")):
            continue
        if any(identifiers.is_same_page(url, other) for other in known):
            continue
        known.append(url)
        host = url.split("//", 1)[1].split("/", 1)[0]
        references.append(
            {"kind": "reference", "label": label.strip() or host, "emoji": "🔗", "url": url}
        )
    return references

"""What templates see of our records: texts, numbers, truth values, days, and lists and tables of
them.

Nothing else may be handed to a template, because it could reach whatever hangs on it. So a record
never is, only its values.
"""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from bot.config import Series
from bot.core import address, identifiers
from bot.core.collage import without_control
from bot.core.month import Roundup
from bot.core.paper import Link, LinkKind, Paper
from bot.core.text import markdown
from bot.core.words import EMOJI, Words

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


def paper(value: Paper, words: Words) -> Table:
    """A paper with its citation, its links labelled in these words."""
    return {
        "title": value.title,
        "authors": list(value.authors),
        "others": value.others,
        "year": value.year,
        "citation": words.cite(value),
        "links": links(value.links, words),
        "arxiv_id": value.arxiv_id,
        "doi": value.doi,
        "licence": value.licence,
        "figures": [figure._asdict() for figure in value.figures],
        "references": [reference._asdict() for reference in value.references],
    }


def links(values: Iterable[Link], words: Words) -> list[Table]:
    """Links with their kind, label in these words, emoji and url."""
    return [
        {
            "kind": link.kind.value,
            "label": words.label(link.kind),
            "emoji": EMOJI[link.kind],
            "url": link.url,
        }
        for link in values
    ]


def phrases(words: Words) -> Table:
    """The phrases of a language that pages show, and how it is written."""
    names = (
        *("language", "locale", "direction", "colon", "gap", "et_al"),
        *("authors", "summary", "figures", "previous", "following", "every"),
        *("posts", "newest", "earlier", "collage_before", "collage_after", "skip"),
    )
    return {name: getattr(words, name) for name in names} | {
        "quotes": list(words.quotes),
        "labels": {str(kind): words.label(kind) for kind in LinkKind},
    }


def roundup(value: Roundup, zone: ZoneInfo) -> Table:
    """A roundup; `due_on` is the day in that zone, `month` that of its title."""
    return {
        # Those of old articles were once stored as they were; every later page links to them.
        "title": markdown.line(without_control(value.title)),
        "subtitle": markdown.line(without_control(value.subtitle)),
        "month": value.title_month,
        "slug": value.slug,
        "link": value.link,
        "due_on": value.due_at.astimezone(zone).date(),
    }


def gathered(paragraph: str, known_links: Iterable[Link]) -> list[Table]:
    """The links in a paragraph that are not among the known ones, as templates see them.

    Each address comes once. A link that has no label but its address has none, or a number where
    there are several of them.
    """
    known = [link.url for link in known_links]
    references = []
    for label, url in markdown.links(paragraph):
        if not address.is_web(url):
            continue
        if any(identifiers.is_same_page(url, other) for other in known):
            continue
        known.append(url)
        if address.is_web(label):
            label = ""
        references.append({"kind": "reference", "label": label.strip(), "emoji": "🔗", "url": url})
    unlabelled = [reference for reference in references if not reference["label"]]
    if len(unlabelled) > 1:
        for number, reference in enumerate(unlabelled, 1):
            reference["label"] = str(number)
    return references

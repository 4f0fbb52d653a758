"""Builds the feeds of a series, Atom and JSON Feed, and its sitemap; all need a base URL."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, NamedTuple

from bot import config
from bot.composing.rendering import Renderer
from bot.core import cards
from bot.core.collage import without_control
from bot.core.month import Roundup
from bot.site.lists import Shelf

ENTRY = "roundup/feed.html"
ATOM = "atom.xml"
JSON = "feed.json"
SITEMAP = "sitemap.xml"

MOST = 20
"""Roundups in a feed, the newest ones."""

ATOM_SPACE = "http://www.w3.org/2005/Atom"
SITEMAP_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
JSON_FEED = "https://jsonfeed.org/version/1.1"


class Item(NamedTuple):
    """A roundup in a feed. Its `id` is the address of its page here, which never changes."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    image: str
    published_at: datetime
    updated_at: datetime


class Place(NamedTuple):
    """A page in the sitemap; without `updated_at` nothing is said of when it changed."""

    url: str
    updated_at: datetime | None = None


def items(shelves: Sequence[Shelf], renderer: Renderer) -> list[Item]:
    """The newest of these roundups, which are newest first, with all that their pages say."""
    found = []
    for shelf in shelves[:MOST]:
        page, image = shelf.page, shelf.page["image"]
        html = renderer.render_page(ENTRY, page).strip()
        found.append(
            Item(
                id=page["folder"],
                url=page["url"],
                title=shelf.entry.title,
                summary=cards.line(page["description"], cards.DESCRIPTION),
                html=html,
                image=f"{page['folder']}{image['file']}" if image else "",
                published_at=shelf.roundup.due_at,
                updated_at=updated_at(shelf.roundup),
            )
        )
    return found


def updated_at(roundup: Roundup) -> datetime:
    """When what the roundup's page shows changed last."""
    return roundup.updated_at or roundup.due_at


def texts(series: config.Series, found: Sequence[Item]) -> dict[str, bytes]:
    """Both feeds by path; none without a base URL, or without a roundup."""
    if not series.base_url or not found:
        return {}
    return {ATOM: _atom(series, found).encode(), JSON: _json(series, found).encode()}


def _atom(series: config.Series, found: Sequence[Item]) -> str:
    home = f"{series.base_url}/"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<feed xmlns={_quoted(ATOM_SPACE)} xml:lang={_quoted(series.language)}>",
        f"<id>{_text(home)}</id>",
        f"<title>{_text(series.title)}</title>",
        f"<subtitle>{_text(series.words.introduce(series.title))}</subtitle>",
        f'<link rel="self" type="application/atom+xml" href={_quoted(home + ATOM)}/>',
        f'<link rel="alternate" type="text/html" href={_quoted(home)}/>',
        f"<updated>{_instant(max(item.updated_at for item in found))}</updated>",
        f"<author><name>{_text(series.title)}</name></author>",
        "<generator>mlcollage</generator>",
    ]
    for item in found:
        lines += _atom_entry(item)
    return "\n".join([*lines, "</feed>", ""])


def _atom_entry(item: Item) -> list[str]:
    return [
        "<entry>",
        f"<id>{_text(item.id)}</id>",
        f"<title>{_text(item.title)}</title>",
        f'<link rel="alternate" type="text/html" href={_quoted(item.url)}/>',
        f"<published>{_instant(item.published_at)}</published>",
        f"<updated>{_instant(item.updated_at)}</updated>",
        f"<summary>{_text(item.summary)}</summary>",
        f'<content type="html">{_text(item.html)}</content>',
        "</entry>",
    ]


def _json(series: config.Series, found: Sequence[Item]) -> str:
    home = f"{series.base_url}/"
    feed = {
        "version": JSON_FEED,
        "title": series.title,
        "home_page_url": home,
        "feed_url": home + JSON,
        "description": series.words.introduce(series.title),
        "language": series.language,
        "authors": [{"name": series.title, "url": home}],
        "items": [_json_item(item) for item in found],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _json_item(item: Item) -> dict[str, Any]:
    entry = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.html,
        "date_published": _instant(item.published_at),
        "date_modified": _instant(item.updated_at),
    }
    return entry | ({"image": item.image} if item.image else {})


def sitemap(places: Iterable[Place]) -> bytes:
    """The sitemap of these pages."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f"<urlset xmlns={_quoted(SITEMAP_SPACE)}>"]
    for place in places:
        when = f"<lastmod>{_instant(place.updated_at)}</lastmod>" if place.updated_at else ""
        lines.append(f"<url><loc>{_text(place.url)}</loc>{when}</url>")
    return "\n".join([*lines, "</urlset>", ""]).encode()


def _instant(at: datetime) -> str:
    """An instant as RFC 3339 has it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(text: str) -> str:
    """A text for XML, which cannot hold control characters; line ends stay."""
    # Not `xml.sax.saxutils`, which loads clients of the web in each command that looks at a site.
    lines = "\n".join(without_control(line) for line in text.split("\n"))
    return escape(lines, quote=False)


def _quoted(text: str) -> str:
    """An attribute's value for XML, with its quotation marks."""
    escaped = escape(without_control(text), quote=False)
    return '"{}"'.format(escaped.replace('"', "&quot;"))

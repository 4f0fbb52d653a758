"""What a page says of itself to programs: title, addresses, link previews, schema.org."""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from bot import config
from bot.composing import values
from bot.core.month import Roundup

SCHEMA = "https://schema.org"


def of_roundup(series: config.Series, page: Mapping[str, Any], roundup: Roundup) -> values.Table:
    """The head of a roundup's page, from its variables."""
    head = _head(page["roundup"]["title"], page["description"], page["url"], "article")
    head["image"] = _image(page["image"], page["folder"])
    for name, neighbour in (("before", page["previous"]), ("after", page["following"])):
        head[name] = neighbour["url"] if neighbour else ""
    held = [_collage(section, page["folder"]) for section in page["sections"]]
    data = _work("BlogPosting", series, head) | _dates(roundup)
    return head | {"data": _script(data | {"hasPart": held})}


def of_collage(series: config.Series, page: Mapping[str, Any], roundup: Roundup) -> values.Table:
    """The head of a collage's page, from its variables."""
    section, folder = page["section"], page["folder"]
    address = f"{folder}{section['page']}" if folder else ""
    title = section["plain_title"]
    described = f"{section['citation']} · {page['roundup']['title']}".removeprefix(" · ")
    head = _head(f"{title} · {series.title}", described, address, "article")
    picture = section["picture"]
    if picture:
        facts = {name: picture[name] for name in ("mime", "width", "height")}
        shown = {"file": section["file"], "alt": section["alt"], **facts}
        head["image"] = _image(shown, folder)
    for name in ("before", "after"):
        beside = page[name]
        if beside and series.base_url:
            head[name] = f"{series.base_url}/{beside['path']}"
    data = {"@context": SCHEMA, **_collage(section, folder), "inLanguage": series.language}
    data["isPartOf"] = {"@type": "BlogPosting", "headline": page["roundup"]["title"]}
    if folder:
        data["isPartOf"]["url"] = folder
    return head | {"title_of_card": title, "data": _script(data | _dates(roundup))}


def of_front(series: config.Series, page: Mapping[str, Any]) -> values.Table:
    """The head of the front page."""
    head = _head(series.title, page["about"], _address(series, ""), "website")
    return head | {"data": _script(_work("Blog", series, head))}


def of_archive(series: config.Series, page: Mapping[str, Any]) -> values.Table:
    """The head of the archive."""
    title = f"{series.words.every} · {series.title}"
    head = _head(title, page["about"], _address(series, "archive/"), "website")
    return head | {"data": _script(_work("CollectionPage", series, head))}


def of_year(series: config.Series, page: Mapping[str, Any]) -> values.Table:
    """The head of a year's list."""
    title, years = f"{page['title']} · {series.title}", {}
    for name, year in (("before", page["previous"]), ("after", page["following"])):
        years[name] = _address(series, f"{year}/") if year else ""
    head = _head(title, page["about"], _address(series, f"{page['year']}/"), "website")
    return head | years | {"data": _script(_work("CollectionPage", series, head))}


def _head(title: str, description: str, url: str, kind: str) -> values.Table:
    return {
        "title": title,
        "title_of_card": title,
        "description": description,
        "url": url,
        "kind": kind,
        "image": None,
        "before": "",
        "after": "",
        "data": "",
    }


def _address(series: config.Series, path: str) -> str:
    return f"{series.base_url}/{path}" if series.base_url else ""


def _image(image: values.Table | None, folder: str) -> values.Table | None:
    """The picture of a link preview, which needs a whole address."""
    if not image or not folder:
        return None
    return dict(image) | {"url": f"{folder}{image['file']}"}


def _work(kind: str, series: config.Series, head: values.Table) -> dict[str, Any]:
    """A page for schema.org, with the series it is part of."""
    named = "headline" if kind == "BlogPosting" else "name"
    work: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": kind,
        named: head["title"],
        "description": head["description"],
        "inLanguage": series.language,
    }
    if head["url"]:
        work |= {"url": head["url"], "mainEntityOfPage": head["url"]}
    if head["image"]:
        work["image"] = head["image"]["url"]
    if kind != "Blog":
        blog = {"@type": "Blog", "name": series.title}
        if series.base_url:
            blog["url"] = f"{series.base_url}/"
        work["isPartOf"] = blog
    if kind == "BlogPosting":
        work["author"] = {"@type": "Organization", "name": series.title}
    return work


def _dates(roundup: Roundup) -> dict[str, Any]:
    updated = roundup.updated_at or roundup.due_at
    return {
        "datePublished": roundup.due_at.astimezone(UTC).isoformat(),
        "dateModified": updated.astimezone(UTC).isoformat(),
    }


def _collage(section: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """A collage for schema.org: the work that it is, about the paper that it shows."""
    paper: dict[str, Any] = {"@type": "ScholarlyArticle", "headline": section["plain_title"]}
    if section["paper"]:
        paper["url"] = section["paper"]["url"]
    if section["citation"]:
        paper["citation"] = section["citation"]
    made: dict[str, Any] = {"@type": "CreativeWork", "name": section["plain_title"], "about": paper}
    if folder:
        made["url"] = f"{folder}{section['page']}"
    picture = section["picture"]
    if folder and picture:
        made["image"] = {
            "@type": "ImageObject",
            "contentUrl": f"{folder}{section['file']}",
            "caption": section["alt"],
            "width": picture["width"],
            "height": picture["height"],
        }
    return made


_ESCAPED = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def _script(data: Mapping[str, Any]) -> str:
    """Data as it stands in a page: nothing in it can end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Not `str.translate`, which takes a hundred times as long.
    for sign, escaped in _ESCAPED.items():
        text = text.replace(sign, escaped)
    return text

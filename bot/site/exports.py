"""A roundup as files for other programs: site generators, blog editors and mail.

Each kind is files by path, made of the same article: the text by a template of its own, and the
pictures in the sizes that the site shows, where that program looks for them.
"""

import base64
import hashlib
import html as html_entities
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from bot import config
from bot.composing import values
from bot.composing.rendering import Renderer
from bot.core.text import dialects, markdown
from bot.core.text.dialects import Dialect
from bot.destinations.protocol import ArticlePicture
from bot.site import articles, pages

COPY, MAIL, MAIL_TEXT = "roundup/copy.html", "roundup/mail.html", "roundup/mail.txt"

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Export:
    """What an export is made from.

    `canonical_url` is where the roundup can be read, "" while that is not known. A draft is marked
    as one, so that no generator publishes it.
    """

    series: config.Series
    edition: pages.Edition
    templates_folder: Path
    canonical_url: str = ""
    is_draft: bool = False

    @property
    def slug(self) -> str:
        return self.edition.roundup.slug


@dataclass(frozen=True, slots=True)
class _Generator:
    """How a site generator takes an article.

    `page` and `picture` are the paths of its files, `source` is how the text names a picture, and
    `cover` how the front matter does; each with `{slug}`, `{day}` and `{file}`. `front` writes a
    text for the front matter, if the generator reads it as anything but plain text.
    """

    template: str
    dialect: Dialect
    page: str
    picture: str = "{slug}/{file}"
    source: str = "{file}"
    cover: str = "{file}"
    front: Callable[[str], str] = str


def _as_markdown(text: str) -> str:
    """A text for Quarto's front matter, which Pandoc reads as Markdown."""
    return dialects.written(markdown.literal_line(dialects.line(text, dialects.QUARTO)))


GENERATORS = {
    "hugo": _Generator("roundup/hugo.md", dialects.HUGO, "{slug}/index.md"),
    "jekyll": _Generator(
        "roundup/jekyll.md",
        dialects.JEKYLL,
        "_posts/{day}-{slug}.md",
        "assets/roundups/{slug}/{file}",
        # The filter puts the site's baseurl before it.
        "{{{{ '/assets/roundups/{slug}/{file}' | relative_url }}}}",
        "/assets/roundups/{slug}/{file}",
    ),
    "quarto": _Generator(
        "roundup/quarto.md", dialects.QUARTO, "{slug}/index.qmd", front=_as_markdown
    ),
    "pelican": _Generator(
        "roundup/pelican.md",
        dialects.PELICAN,
        "{slug}.md",
        # In a folder of its own: all articles' pictures are put beside each other.
        source="{{attach}}{slug}/{file}",
        cover="{slug}/{file}",
        # Themes write titles into their pages as they are.
        front=html_entities.escape,
    ),
}


def build(export: Export, kind: str) -> Files:
    """The files of that kind by path; the same arguments give the same bytes.

    Raises what `pages.build` raises.
    """
    if kind in GENERATORS:
        return _generated(export, GENERATORS[kind])
    return _OTHERS[kind](export)


def _generated(export: Export, generator: _Generator) -> Files:
    context = articles.context_of(export.series, export.edition)
    pictures = articles.pictures(export.edition, context)
    places = {"slug": export.slug, "day": _due(export)[:10]}
    named = _named(context, lambda file: generator.source.format(file=file, **places))
    guarded = _guarded(named, generator.dialect) | {
        "kind": Path(generator.template).stem,
        "front": _front(export, context, generator, places),
    }
    text = Renderer(export.templates_folder).render_page(generator.template, guarded)
    files = {
        generator.picture.format(file=file, **places): picture.data
        for file, picture in pictures.items()
    }
    return files | {generator.page.format(**places): _encoded(dialects.written(text))}


def _front(
    export: Export, context: values.Table, generator: _Generator, places: Mapping[str, str]
) -> values.Table:
    """What templates of front matter have as `front`, in the form that the generator reads."""
    roundup, cover = context["roundup"], context["cover"]
    updated_at = export.edition.roundup.updated_at or export.edition.roundup.due_at
    return {
        "title": generator.front(roundup["title"]),
        "subtitle": generator.front(roundup["subtitle"]),
        "description": generator.front(context["description"]),
        "slug": export.slug,
        "date": _due(export),
        "updated": updated_at.astimezone(export.series.zone).isoformat(timespec="seconds"),
        "language": export.series.language,
        "tags": [export.series.hashtag.lstrip("#")],
        "cover": generator.cover.format(file=cover["file"], **places) if cover else "",
        "cover_alt": cover["alt"] if cover else "",
        "canonical": export.canonical_url,
        "draft": export.is_draft,
    }


def _due(export: Export) -> str:
    """When the roundup is due, as clocks in the series' zone show it: with the offset."""
    local = export.edition.roundup.due_at.astimezone(export.series.zone)
    return local.isoformat(timespec="seconds")


def _named(context: values.Table, name: Callable[[str], str]) -> values.Table:
    """The variables with other addresses of the pictures."""
    cover = context["cover"]
    return context | {
        "cover": cover and cover | {"file": name(cover["file"])},
        "sections": [
            section | {"file": section["file"] and name(section["file"])}
            for section in context["sections"]
        ],
    }


def _guarded(context: values.Table, dialect: Dialect) -> values.Table:
    """The variables with placeholders for what the generator would take for its own marks."""

    def line(table: values.Table | None, *names: str) -> values.Table | None:
        return table and table | {name: dialects.line(table[name], dialect) for name in names}

    def link(table: values.Table | None) -> values.Table | None:
        labelled = line(table, "label")
        return labelled and labelled | {"url": dialects.address(labelled["url"])}

    sections = [
        (line(section, "title", "citation", "alt", "number", "caption") or {})
        | {
            "links": [link(each) for each in section["links"]],
            "paper": link(section["paper"]),
            "paragraph": dialects.paragraph(section["paragraph"], dialect),
        }
        for section in context["sections"]
    ]
    previous = line(context["previous"], "title")
    return context | {
        "roundup": line(context["roundup"], "title", "subtitle"),
        "series": line(context["series"], "title"),
        "cover": line(context["cover"], "alt"),
        "intro": dialects.line(context["intro"], dialect),
        "previous": previous and previous | {"url": dialects.address(previous["url"])},
        "sections": sections,
    }


def _markdown(export: Export) -> Files:
    context = articles.context_of(export.series, export.edition)
    text = Renderer(export.templates_folder).render_page(
        pages.ARTICLE, context | {"kind": "markdown"}
    )
    article = {f"{export.slug}/article.md": _encoded(text)}
    return _beside(export, articles.pictures(export.edition, context)) | article


def _html(export: Export) -> Files:
    """A page to copy from, which holds its pictures, and its source with the pictures beside it."""
    context = articles.context_of(export.series, export.edition)
    pictures = articles.pictures(export.edition, context)
    renderer = Renderer(export.templates_folder)
    source = articles.html(renderer, context | {"kind": "html"})
    held = {
        f'src="{file}"': f'src="data:{picture.mime};base64,{_base64(picture.data)}"'
        for file, picture in pictures.items()
    }
    text = renderer.render_page(COPY, context | {"html": source})
    for named, inline in held.items():
        text = text.replace(named, inline)
    return _beside(export, pictures) | {
        f"{export.slug}/source.html": source.encode(),
        f"{export.slug}/article.html": _encoded(text),
    }


def _mail(export: Export) -> Files:
    """The mail as a page, as plain text, and as a message that mail programs open as a draft."""
    context = articles.context_of(export.series, export.edition)
    sections = [
        section | {"text": markdown.plain_with_addresses(section["paragraph"])}
        for section in context["sections"]
    ]
    roundup = context["roundup"] | {"link": export.canonical_url}
    context |= {"kind": "mail", "sections": sections, "roundup": roundup}
    pictures = articles.pictures(export.edition, context)
    renderer = Renderer(export.templates_folder)
    text = _encoded(renderer.render_page(MAIL_TEXT, context))
    ids = {file: f"{file}@{export.slug}" for file in pictures}
    with_ids = _named(context, lambda file: f"cid:{ids[file]}")
    message = _message(
        context["roundup"]["title"], text, _encoded(renderer.render_page(MAIL, with_ids))
    )
    html_part = message.get_payload(1)
    assert isinstance(html_part, EmailMessage)
    for file, picture in pictures.items():
        kind, subtype = picture.mime.split("/")
        html_part.add_related(
            picture.data, kind, subtype, cid=f"<{ids[file]}>", filename=file, disposition="inline"
        )
    _set_boundaries(message, export.slug)
    return _beside(export, pictures) | {
        f"{export.slug}/mail.txt": text,
        f"{export.slug}/mail.html": _encoded(renderer.render_page(MAIL, context)),
        f"{export.slug}/mail.eml": message.as_bytes(),
    }


def _message(subject: str, text: bytes, html: bytes) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    # Mail programs that know it open the file as a message to be sent.
    message["X-Unsent"] = "1"
    message.set_content(text.decode(), cte="quoted-printable")
    message.add_alternative(html.decode(), subtype="html", cte="quoted-printable")
    return message


def _set_boundaries(message: EmailMessage, slug: str) -> None:
    """Part the message by lines that are the same each time; Python would draw them by chance."""
    for part in message.walk():
        if part.is_multipart():
            name = f"{part.get_content_subtype()} {slug}"
            # An "=_" stands in no text in quoted-printable or base64.
            part.set_boundary(f"=_{hashlib.sha256(name.encode()).hexdigest()[:32]}")


def _beside(export: Export, pictures: Mapping[str, ArticlePicture]) -> Files:
    return {f"{export.slug}/{file}": picture.data for file, picture in pictures.items()}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _encoded(text: str) -> bytes:
    return f"{text.strip()}\n".encode()


_OTHERS: dict[str, Callable[[Export], Files]] = {
    "markdown": _markdown,
    "html": _html,
    "mail": _mail,
}
KINDS = (*GENERATORS, *_OTHERS)
"""The kinds of export by name."""

"""A roundup as other pages link to it, its address, and the variables that all pages have."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot import config
from bot.composing import values
from bot.composing.rendering import Renderer
from bot.core import month, settings
from bot.core.collage import without_control
from bot.core.month import Roundup
from bot.core.text import markdown
from bot.site.sections import host, web


class Entry(NamedTuple):
    """A roundup as other pages link to it.

    `path` is that of its page here, relative to the series' folder, and empty where it has none;
    `url` is its address. `host` names the other site where it was published, and is empty for ours.
    """

    title: str
    subtitle: str
    year: str
    url: str
    path: str
    host: str


def slug_path(roundup: Roundup) -> str:
    """The path of the roundup's page in the series' folder."""
    return f"{roundup.slug}/index.html"


def link(series: config.Series, slug: str) -> str:
    """The address of the page with that slug, under the series' base URL; "" without one."""
    return _under(series.base_url, slug)


def _under(base_url: str, slug: str) -> str:
    if not base_url:
        return ""
    return f"{base_url}/{slug}/"


def context_of(series: config.Series) -> values.Table:
    """The variables that all pages have."""
    return {
        "series": values.series(series),
        "words": values.phrases(series.words),
        "about": series.words.introduce(series.title),
        "feeds": bool(series.base_url),
    }


def text(renderer: Renderer, template: str, context: Mapping[str, object]) -> bytes:
    """A page or an article from its template, with one line end at its end.

    Raises what `Renderer.render_page` does.
    """
    return f"{renderer.render_page(template, context).rstrip()}\n".encode()


def month_named(key: str, language: str) -> str:
    """A month with its year, as a language writes it: "August 2021"."""
    from babel.dates import format_skeleton  # heavy: its locale data is read on first use

    first = month.parse(key)
    return str(format_skeleton("yMMMM", first, locale=settings.babel_name(language)))


def canonical(series: config.Series, roundup: Roundup) -> str:
    """The address that a roundup is at home at: its link, or its page under the base URL."""
    own = {"", link(series, roundup.slug), _under(series.example, roundup.slug)}
    # One that was made before the address counted as an example still has its link.
    if roundup.link not in own and (url := web(roundup.link)):
        return url
    return link(series, roundup.slug)


def entry(
    series: config.Series,
    roundup: Roundup,
    titles: Sequence[str] = (),
    *,
    with_pages: frozenset[str] = frozenset(),
) -> Entry:
    """A roundup as the pages link to it; `titles` are its papers', for one without a subtitle.

    Relative paths name their file, so that they also work in a folder opened without a server.
    """
    url = canonical(series, roundup)
    path = slug_path(roundup)
    if roundup.published_elsewhere and roundup.title_month not in with_pages:
        path, url = "", web(roundup.link)
    is_ours = not url or url == link(series, roundup.slug)
    subtitle = markdown.line(without_control(roundup.subtitle))
    return Entry(
        title=markdown.line(without_control(roundup.title)),
        subtitle=subtitle or month.subtitle(titles, series.words),
        year=roundup.title_month[:4],
        url=url,
        path=path,
        host="" if is_ours else host(url),
    )

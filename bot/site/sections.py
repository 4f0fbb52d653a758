"""What pages show of one collage: its paper, its picture, its paragraph and its posts."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import nh3

from bot import config
from bot.composing import values
from bot.core import address, network, reading
from bot.core.collage import Collage, Picture, shown
from bot.core.errors import BadInput
from bot.core.network import EXTENSIONS
from bot.core.paper import LinkKind
from bot.core.text import direction, markdown, mathml
from bot.core.words import EMOJI

TAGS = mathml.TAGS | (
    {"p", "br", "pre", "ul", "ol", "li", "blockquote"}
    | {"a", "em", "strong", "del", "sub", "sup", "code"}
)
"""What a paragraph may become."""
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, **mathml.ATTRIBUTES}
"""And the attributes it may have there."""
_PRINTED = re.compile(r"^[^\[\]|]{0,80}\[\s?\d{1,4}\s?(?:/\s?\d{1,4}\s?)?\]\s*(?:[:：]|$)")
"""What an imported caption holds before its text: the series and the number printed there."""


class Labelled(NamedTuple):
    """A link as the page shows it."""

    label: str
    emoji: str
    url: str


class Posted(NamedTuple):
    """Where the first part of a collage's thread is on one account."""

    account: str
    network: str
    url: str


class Section(NamedTuple):
    """One collage of the page.

    `title` has its quotation marks, `plain_title` has none; `paragraph` is Markdown, `html` the
    same, cleaned, and `direction` ("ltr" or "rtl") is how it is written. `page` is the file of its
    own page, `srcset` names its picture in several widths and `small` in the least of them.
    Templates get it as a table.
    """

    name: str
    title: str
    plain_title: str
    citation: str
    links: tuple[Labelled, ...]
    paper: Labelled | None
    picture: Picture | None
    file: str
    srcset: str
    small: str
    alt: str
    number: str
    caption: str
    paragraph: str
    html: str
    direction: str
    page: str
    posts: tuple[Labelled, ...]


class Shown:
    """The collages of one series as sections; each is made once."""

    def __init__(
        self,
        series: config.Series,
        posts: Mapping[int, Sequence[Posted]],
        smaller: Mapping[str, Sequence[Picture]],
    ) -> None:
        self._series = series
        self._posts = posts
        self._smaller = smaller

    def table(self, collage: Collage) -> values.Table:
        """A collage's section as templates see it."""
        section = self.section(collage)
        table = section._asdict()
        table["links"] = [link._asdict() for link in section.links]
        table["posts"] = [post._asdict() for post in section.posts]
        table["paper"] = section.paper and section.paper._asdict()
        if section.picture:
            table["picture"] = section.picture._asdict()
        return table

    def section(self, collage: Collage) -> Section:
        """What pages show of a collage; raises `BadInput` for a picture that no page can show."""
        language = self._series.words
        collage = reading.item(collage)
        paper = collage.paper
        links = tuple(
            Labelled(language.label(link.kind), EMOJI[link.kind], link.url)
            for link in paper.links
            if web(link.url)
        )
        to_paper = (link for link in links if link.emoji == EMOJI[LinkKind.PAPER])
        return Section(
            name=collage.name,
            title=f"{language.quotes[0]}{paper.title}{language.quotes[1]}",
            plain_title=paper.title,
            citation=language.cite(paper, affiliations=True),
            links=links,
            paper=next(to_paper, None),
            picture=collage.picture,
            file=file(collage),
            srcset=srcset(collage.name, collage.picture, self._smaller),
            small=_small(collage, self._smaller),
            alt=" ".join(collage.alt.split()),
            number=number(self._series, collage),
            caption=_caption(self._series, collage),
            paragraph=collage.paragraph.strip(),
            html=paragraph_html(collage.paragraph),
            direction=_direction(collage.paragraph),
            page=page_file(collage.name),
            posts=labelled_posts(self._posts.get(collage.id, ())),
        )


def page_file(name: str) -> str:
    """The file of a collage's page, in the folder of its roundup.

    One that is called as the roundup's own page gets an underscore, which no NAME has.
    """
    if name == "index":
        return "index_.html"
    return f"{name}.html"


def number(series: config.Series, collage: Collage) -> str:
    """The number that is shown with a collage: its own, or what its article printed."""
    if collage.number is not None:
        return series.numbering.shown(collage.number)
    return collage.printed_number


def smaller_file(name: str, picture: Picture) -> str:
    """The name of a picture's file in one of its smaller widths; no NAME has an underscore."""
    return f"{name}_{picture.width}.{EXTENSIONS[picture.mime]}"


def srcset(name: str, picture: Picture | None, smaller: Mapping[str, Sequence[Picture]]) -> str:
    """The files of a picture with their widths, the widest last; "" where there is only one."""
    if picture is None or not (others := smaller.get(picture.sha256)):
        return ""
    files = [f"{smaller_file(name, each)} {each.width}w" for each in others]
    return ", ".join([*files, f"{name}.{EXTENSIONS[picture.mime]} {picture.width}w"])


def _small(collage: Collage, smaller: Mapping[str, Sequence[Picture]]) -> str:
    """The file of a collage's picture in its least width; "" without a picture."""
    if collage.picture is None:
        return ""
    if others := smaller.get(collage.picture.sha256):
        return smaller_file(collage.name, others[0])
    return file(collage)


def labelled_posts(posts: Sequence[Posted]) -> tuple[Labelled, ...]:
    """Links to posts, each labelled with its network; also with its account where it has two."""
    titles = [_network(post) for post in posts]
    found = []
    for post, title in zip(posts, titles, strict=True):
        label = title if titles.count(title) == 1 else f"{title} ({post.account})"
        if web(post.url):
            found.append(Labelled(label, "", post.url))
    return tuple(found)


def _network(post: Posted) -> str:
    """What readers call the network: where a person has posted, its host says it."""
    if known := network.NETWORKS.get(post.network):
        return known.title
    return host(post.url)


def host(url: str) -> str:
    """The host of an address as people read it."""
    return re.sub(r"(?i:^https?)://(www\.)?|[/?#].*", "", url)


def _caption(series: config.Series, collage: Collage) -> str:
    """The caption without series and number, which the page sets before it.

    A picture without one is said to hold the authors' figures, but for a drawn slide without any.
    """
    if not collage.caption.strip():
        is_bare = collage.picture_is_drawn and not collage.slide.figures
        if collage.picture is None or is_bare:
            return ""
        return series.words.figures
    caption = _PRINTED.sub("", collage.caption, count=1).strip()
    behind = caption.removeprefix(series.title).lstrip()
    # An article of a series without numbers has its title alone there.
    if caption.startswith(series.title) and behind[:1] in ("", ":", "："):
        caption = behind[1:].strip()
    return caption


def file(collage: Collage) -> str:
    """The name of the picture's file; raises `BadInput` for a type that browsers do not show."""
    if collage.picture is None:
        return ""
    if collage.picture.mime not in EXTENSIONS:
        raise BadInput(
            f"The picture of {collage.name} is {shown(collage.picture.mime)}, "
            "which no page can show; give it one that is PNG, JPEG, GIF or WebP."
        )
    return f"{collage.name}.{EXTENSIONS[collage.picture.mime]}"


def web(url: str) -> str:
    """Return the address if it is an http or https one, else "".

    No other scheme becomes a link: `javascript:` would run in the reader's browser.
    """
    if re.fullmatch(rf"{address.SCHEME}[^\s<>\"\x00-\x1f]+", url):
        return url
    return ""


@functools.lru_cache(maxsize=512)
def paragraph_html(paragraph: str) -> str:
    """A paragraph as HTML with nothing but words, lists, code, formulas and links in it."""
    return _cleaner().clean(markdown.html(paragraph)).strip()


def _direction(paragraph: str) -> str:
    """How a paragraph is written; it is only read where it may be from right to left."""
    if not direction.is_any_right_to_left(paragraph):
        return direction.LEFT_TO_RIGHT
    return direction.of(markdown.plain(paragraph))


@functools.lru_cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="noopener",
    )

"""What publishing a roundup needs of a destination, and nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

Saved = dict[str, object]
"""A JSON value that a destination wants back: ids of its posts and pictures.

It is stored with each success, and may be lost or older than what the destination has.
"""

LONGEST = timedelta(minutes=5)
"""How long one publishing may take: many pictures are uploaded, or a whole site is pushed."""

LEASE = LONGEST + timedelta(minutes=1)
"""How long one try has a publication: what a killed one leaves is taken up after that."""

_INNER = str.maketrans('"“”„«»', "'‘’‚‹›")


class ArticlePicture(NamedTuple):
    """A picture of an article; `alt` is plain text, `caption` too."""

    data: bytes
    mime: str
    width: int
    height: int
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Article:
    """A roundup as other programs take it: in HTML and in Markdown, with its pictures.

    Both name their pictures by the keys of `pictures`, which are file names without folders.
    `html` and `markdown` are what stands below the title, the subtitle as their first paragraph;
    `cover` is in neither: a blog shows it as the picture of its post. `html` is clean, with nothing
    that a script could be. `slug` and `key`, which names series and month ("mlcollage/2021-09"),
    stay the same for ever. `canonical_url` is where the roundup is at home, "" while that is not
    known, or where it is this destination itself. `files` is the folder of the files that a
    destination publishes which `wants_site`: the series' site, or the article as a program takes
    it. None for any other one.
    """

    key: str
    title: str
    subtitle: str
    slug: str
    language: str
    description: str
    html: str
    markdown: str
    pictures: Mapping[str, ArticlePicture]
    cover: str
    canonical_url: str
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...]
    files: Path | None = None

    @property
    def named(self) -> str:
        """The title in quotation marks, as sentences name it: those within it are inner ones."""
        return f'"{self.title.translate(_INNER)}"'


class Published(NamedTuple):
    """What became of an article: where it can be read, and what is to be kept.

    `url` is "" where the destination does not tell, or where nobody can read it yet.
    `is_public` is False for a draft; `todo` then says what a person has yet to do, as a sentence.
    `left` are the files, by their paths there, that were not written: somebody edited them there,
    or they are not of our making.
    """

    url: str
    saved: Saved
    is_public: bool = True
    todo: str = ""
    left: tuple[str, ...] = ()


class Checked(NamedTuple):
    """What a destination says of itself: as whom it is used, and what is amiss, as sentences."""

    identity: str
    problems: tuple[str, ...] = ()


class Destination(Protocol):
    """One place to publish at.

    Errors are those of `core.errors`, by their next step; nothing here retries or waits.
    `Uncertain` is for nothing here: what may be there is looked up before anything is made.
    """

    @property
    def wants_site(self) -> bool:
        """Whether it publishes files, which the article then names the folder of.

        They are the whole site, and the article has no HTML, Markdown or pictures of its own. Such
        a destination may have `export`, the kind of files that it publishes in place of the site:
        a kind of `bot.site.exports`, or "".
        """
        ...

    def publish(self, article: Article, saved: Saved) -> Published:
        """Create the article, or update the one that is there; never make a second one.

        It is looked up by what `saved` says, and where that is gone or names nothing, by the
        article's slug or key. Calling it again after any crash has the same outcome.
        """
        ...

    def check(self) -> Checked:
        """Whether it could publish now. Raises what `publish` raises."""
        ...

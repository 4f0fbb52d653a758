"""An article, and the blogs and newsletters that it is published at, all looked at in one way."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from PIL import Image

from bot.core.settings import Table
from bot.destinations import table
from bot.destinations.protocol import Article, ArticlePicture, Destination
from tests.conftest import StoppedClock
from tests.fakes import buttondown, ghost
from tests.wordpress import WordPress

DUE = datetime(2021, 8, 31, 16, tzinfo=UTC)


def drawn(colour: str, width: int = 120, height: int = 90) -> bytes:
    """A small JPEG of one colour."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "JPEG")
    return written.getvalue()


def article(**changed: Any) -> Article:
    """An article with a cover and one collage; its texts have all that could be mistaken."""
    cover = ArticlePicture(drawn("red"), "image/jpeg", 120, 90, "The cover & more", "")
    alt = 'A graph: x > y, "so to say"'
    caption = "ML-Collage [29/52]: Figures & tables"
    collage = ArticlePicture(drawn("blue"), "image/jpeg", 120, 90, alt, caption)
    given: dict[str, Any] = {
        "key": "mlcollage/2021-09",
        "title": "Two Papers to Read in September 2021: p < 0.05 & “more”",
        "subtitle": "From attention to ants",
        "slug": "two-papers-to-read-in-september-2021",
        "language": "en",
        "description": "Two papers, about <ants> & attention.",
        "html": (
            "<p><em>From attention to ants</em></p>\n<h2>Ants</h2>\n"
            "<p>With x² &lt; y and {{ braces }}.</p>\n"
            '<figure>\n<img src="29.jpg" alt="A graph: x > y, &quot;so to say&quot;" width="120" '
            'height="90">\n<figcaption>ML-Collage [29/52]: Figures &amp; tables | '
            '<a href="https://arxiv.org/abs/2108.00001">Paper</a></figcaption>\n</figure>\n'
        ),
        "markdown": "",
        "pictures": {"cover.jpg": cover, "29.jpg": collage},
        "cover": "cover.jpg",
        "canonical_url": "",
        "published_at": DUE,
        "updated_at": DUE,
        "tags": ("mlcollage",),
    }
    return Article(**(given | changed))


class Seen(NamedTuple):
    """A post or mail as it is there; `html` as it was given."""

    id: str
    title: str
    slug: str
    status: str
    html: str


class Place(Protocol):
    """A blog or newsletter."""

    kind: str
    url: str
    public: str
    """The status of a post that everybody can read."""

    def settings(self) -> dict[str, Any]: ...
    def seen(self) -> list[Seen]: ...
    def pictures(self) -> int: ...
    def change(self, post_id: str, **changed: str) -> None: ...
    def clear(self) -> None: ...


def destination(
    place: Place, url: str = "", clock: StoppedClock | None = None, **more: Any
) -> Destination:
    """The destination as a configuration with these settings makes it; None leaves one out."""
    given = {"kind": place.kind, **place.settings(), **more}
    values = {key: value for key, value in given.items() if value is not None}
    if url:
        values["base_url"] = url
    raw = Table("config.toml", "destinations.blog", values)
    return table.make(raw, Path(), clock or StoppedClock(DUE), timedelta(seconds=60))


class OnWordPress:
    """A real WordPress, as one of its users."""

    kind, public = "wordpress", "publish"

    def __init__(self, site: WordPress, role: str = "author") -> None:
        self.site, self.url, self.role = site, site.url, role

    def settings(self) -> dict[str, Any]:
        password = self.site.passwords[self.role]
        return {"base_url": self.url, "username": self.role, "app_password": password}

    def seen(self) -> list[Seen]:
        return [
            Seen(
                str(post["id"]),
                post["title"]["raw"],
                post["slug"],
                post["status"],
                post["content"]["raw"],
            )
            for post in self.site.posts()
        ]

    def pictures(self) -> int:
        return len(self.site.media())

    def change(self, post_id: str, **changed: str) -> None:
        self.site.ask("POST", f"/wp/v2/posts/{post_id}", changed)

    def clear(self) -> None:
        self.site.clear()


class OnGhost:
    """A fake of Ghost."""

    kind, public = "ghost", "published"

    def __init__(self, site: ghost.Ghost) -> None:
        self.site, self.url = site, site.url

    def settings(self) -> dict[str, Any]:
        return {"base_url": self.url, "admin_key": ghost.KEY}

    def seen(self) -> list[Seen]:
        return [
            Seen(each["id"], each["title"], each["slug"], each["status"], each["html"])
            for each in self.site.posts.values()
        ]

    def pictures(self) -> int:
        return len(self.site.pictures)

    def change(self, post_id: str, **changed: str) -> None:
        self.site.posts[post_id].update(changed)

    def clear(self) -> None:
        self.site.posts.clear()


class OnButtondown:
    """A fake of Buttondown, where mails are sent."""

    kind, public = "buttondown", "about_to_send"

    def __init__(self, site: buttondown.Buttondown) -> None:
        self.site, self.url = site, site.url

    def settings(self) -> dict[str, Any]:
        return {"base_url": self.url, "api_key": buttondown.KEY, "send": True}

    def seen(self) -> list[Seen]:
        return [
            Seen(each["id"], each["subject"], each["slug"], each["status"], each["body"])
            for each in self.site.mails.values()
        ]

    def pictures(self) -> int:
        return len(self.site.pictures)

    def change(self, post_id: str, **changed: str) -> None:
        self.site.mails[post_id].update(changed)

    def clear(self) -> None:
        self.site.mails.clear()

"""Publishes a roundup as a post of a Ghost site, through its Admin API.

A post is made as an empty draft with our tag, which readers do not see, and only then filled and
let out: whatever breaks between, the next try finds it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from bot.core import settings
from bot.core.answers import dicts, inner, text_of
from bot.core.errors import Rejected, Unavailable
from bot.core.schedule import Clock
from bot.core.settings import Secret, setting
from bot.destinations import marks, pictures
from bot.destinations.ghost import setup
from bot.destinations.ghost.calls import Api, Owner, Params, Post
from bot.destinations.pictures import Placed
from bot.destinations.protocol import Article, Checked, Published, Saved
from bot.destinations.transport import Client

FORMAT = 1
"""Counts how posts are written: where it changes, posts are written anew."""

EXCERPT = 300
"""Characters of an excerpt, at most."""
ALT = 125
"""Characters of the cover's alternative text, at most: Ghost before 5.30 takes no more."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`[destinations.NAME]` with `kind = "ghost"`.

    `base_url` is where its admin is, without "/ghost". `status` is that of a new post, which goes
    out as a mail only to the `newsletter` that is named by its slug. With `tags` a post has the
    article's. `name` is what the configuration calls the destination.
    """

    base_url: str = setting(settings.base_url(setup.EXAMPLE))
    admin_key: Secret = setting(settings.secret_text, Secret())
    admin_key_file: str = setting(settings.text, "")
    secrets_file: str = setting(settings.text, "")
    status: str = setting(settings.one_of("published", "draft"), "published")
    newsletter: str = setting(settings.text, "")
    tags: bool = setting(settings.flag, True)
    name: str = "ghost"

    @property
    def problem(self) -> tuple[str, str] | None:
        """What does not fit together."""
        if self.newsletter and self.status == "draft":
            return (
                "newsletter",
                "goes with published posts: a draft is mailed by whoever lets it out",
            )
        return None


class Ghost:
    """One Ghost site, used by one of its integrations."""

    wants_site = False

    def __init__(self, settings: Settings, folder: Path, clock: Clock, longest: timedelta) -> None:
        self.settings = settings
        owner = Owner(settings.name, settings.base_url, settings.admin_key)
        self._api = Api(owner, Client(settings.base_url, clock, longest), clock)

    def check(self) -> Checked:
        """Ask whether the key is taken, and for the newsletter."""
        site = self._api.begin()
        self._api.posts("id:none")
        problems = []
        newsletters = self._api.newsletters() if self.settings.newsletter else None
        if newsletters is not None:
            slugs = [text_of(each.get("slug")) for each in newsletters]
            if self.settings.newsletter not in slugs:
                known = ", ".join(slugs) or "none"
                problems.append(
                    f"There is no newsletter {self.settings.newsletter}; there are: {known}."
                )
        title = text_of(site.get("title")) or "Ghost"
        return Checked(f"{title} at {self._api.host}", tuple(problems))

    def publish(self, article: Article, saved: Saved) -> Published:
        """Create the post, or bring it up to date; see the protocol.

        Status, slug, date and tags are set once, and are a person's from then on. Raises `Rejected`
        where another post has its address.
        """
        self._api.begin()
        state = self._state(article)
        post = self._found(article, saved) or self._made(article)
        known = self._known_pictures(article, post, saved)
        if marks.state(text_of(post.get("html")), article.key) != state:
            try:
                self._upload_missing(article, known)
                post = self._filled(article, post, known, state)
            except Unavailable as error:
                # What is uploaded already is not uploaded again.
                kept = self._kept(post, known)
                raise Unavailable(str(error), error.retry_at, kept) from None
        is_public = post.get("status") == "published"
        url, todo = text_of(post.get("url")), ""
        if not is_public:
            url, todo = "", f"{article.named} is {_words(post)} at {self._api.host}."
        return Published(url, self._kept(post, known), is_public, todo)

    def _kept(self, post: Post, known: Mapping[str, str]) -> Saved:
        """What is to be saved: the post's id and its pictures' addresses, which are this site's."""
        return {"site": self.settings.base_url, "id": _id(post), "pictures": dict(known)}

    def _state(self, article: Article) -> str:
        """The state of all that a post is filled with; see `marks`."""
        names = [(key, pictures.name(article, each)) for key, each in article.pictures.items()]
        texts = (article.title, article.description, article.html, article.canonical_url)
        return marks.state_of(FORMAT, *texts, article.cover, names, self._cover_alt(article))

    def _found(self, article: Article, saved: Saved) -> Post | None:
        """The article's post: by the id that is saved, by our tag, or by its slug with our mark.

        Raises `Rejected` where a post that is not ours has its slug.
        """
        known = saved.get("id")
        # Ids of another site name other posts.
        if isinstance(known, str) and saved.get("site") == self.settings.base_url:
            post = self._api.post(known)
            if post is not None:
                return post
        ours = self._tagged(article)
        named = self._api.posts(f"slug:'{article.slug}'")
        ours += [each for each in named if _state_of(each, article) is not None]
        if ours:
            return min(ours, key=lambda post: (_is_new(post, article), _age(post)))
        if named:
            raise self._taken(article)
        return None

    def _tagged(self, article: Article) -> list[Post]:
        slug = _tag(article).replace("#", "hash-")
        return list(self._api.posts(f"tag:'{slug}'"))

    def _made(self, article: Article) -> Post:
        """A new post: a draft with nothing but a title, our tag and our mark."""
        made = self._api.create(
            {
                "title": article.title,
                "slug": article.slug,
                "status": "draft",
                "lexical": _card(marks.written(article.key, marks.NEW)),
                "tags": [{"name": _tag(article)}],
            }
        )
        first = min(self._tagged(article), key=_age, default=made)
        if _age(first) < _age(made):
            # Another run was faster.
            self._api.delete(_id(made))
            return first
        if re.fullmatch(rf"{re.escape(article.slug)}-\d+", text_of(made.get("slug"))):
            self._api.delete(_id(made))
            raise self._taken(article)
        return made

    def _taken(self, article: Article) -> Rejected:
        return Rejected(
            f"{self._api.host} has another post with the slug {article.slug}: give that one "
            f"another slug, or the tag {_tag(article)} to have its text replaced."
        )

    def _known_pictures(self, article: Article, post: Post, saved: Saved) -> dict[str, str]:
        """The addresses of pictures that are there, by their names: Ghost has no list of them.

        They are in what is saved, and in the post itself.
        """
        known: dict[str, str] = {}
        kept = inner(saved, "pictures") if saved.get("site") == self.settings.base_url else None
        shown = f"{text_of(post.get('html'))} {text_of(post.get('feature_image'))}"
        for picture in article.pictures.values():
            name = pictures.name(article, picture)
            match = re.search(rf"https?://[^\s\"]+/{re.escape(name)}(?:-\d+)?\.\w+", shown)
            known[name] = match[0] if match else text_of(inner(kept, name))
        return known

    def _upload_missing(self, article: Article, known: dict[str, str]) -> None:
        """Upload the pictures that have no address yet, and write theirs into `known`."""
        for picture in article.pictures.values():
            name = pictures.name(article, picture)
            if not known.get(name):
                file = (pictures.file_name(article, picture), picture.data, picture.mime)
                known[name] = self._api.upload(file)

    def _filled(self, article: Article, post: Post, known: Mapping[str, str], state: str) -> Post:
        """The post with the article in it; a new one is let out as well.

        Where somebody saves it at the same moment, it is read and written once more.
        """
        body = self._body(article, known, state)
        for _ in range(2):
            more: dict[str, object] = {"updated_at": post.get("updated_at")}
            params: Params = []
            if _is_new(post, article):
                more |= self._once(article, post)
                params = self._mailed()
            elif not _has_tag(post, article):
                more["tags"] = [*_tags(post), {"name": _tag(article)}]
            changed = self._api.update(_id(post), body | more, params)
            if changed is not None:
                return self._whole(article, changed, state)
            post = self._api.post(_id(post)) or post
        raise Unavailable(f"{article.named} is being edited at {self._api.host}.")

    def _whole(self, article: Article, post: Post, state: str) -> Post:
        """The post, which has our text; raises `Rejected` where it has another one.

        Ghost drops texts in its new format from a post in the old one.
        """
        if _state_of(post, article) == state:
            return post
        raise Rejected(
            f"{self._api.host} did not take the text of {article.named}: open the post there "
            "in Ghost's editor and save it once, or delete it to have it made again."
        )

    def _body(self, article: Article, known: Mapping[str, str], state: str) -> dict[str, object]:
        addresses = {
            key: Placed(known[pictures.name(article, each)])
            for key, each in article.pictures.items()
        }
        html = pictures.with_addresses(article.html, addresses)
        cover = addresses.get(article.cover)
        return {
            "title": article.title,
            "lexical": _card(f"{marks.written(article.key, state)}\n{html.strip()}"),
            "custom_excerpt": shortened(article.description, EXCERPT) or None,
            "feature_image": cover.url if cover else None,
            "feature_image_alt": self._cover_alt(article) or None,
            "canonical_url": article.canonical_url or None,
        }

    def _once(self, article: Article, post: Post) -> dict[str, object]:
        """What a post is given when it is new, and keeps as a person changes it."""
        names = article.tags if self.settings.tags else ()
        # Ghost takes the first tag for the main one.
        return {
            "status": self.settings.status,
            "published_at": article.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "tags": [*({"name": name} for name in names), *_tags(post)],
        }

    def _mailed(self) -> Params:
        """What makes Ghost mail a post when it is let out; nothing unless a setting says so."""
        if not self.settings.newsletter:
            return []
        return [("newsletter", self.settings.newsletter)]

    def _cover_alt(self, article: Article) -> str:
        cover = article.pictures.get(article.cover)
        return shortened(cover.alt, ALT) if cover else ""


def shortened(text: str, most: int) -> str:
    """The text, cut at a space where it is longer, with an ellipsis."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    return f"{kept.rpartition(' ')[0] or kept}…"


def _tag(article: Article) -> str:
    """A tag that Ghost shows to nobody, as its sign says: "#mlcollage-2021-09"."""
    return f"#{article.key.replace('/', '-')}"


def _tags(post: Post) -> list[dict[str, object]]:
    """The tags of a post, as they are given back: else they would be taken away."""
    return [{"id": each.get("id")} for each in dicts(post.get("tags"))]


def _has_tag(post: Post, article: Article) -> bool:
    return any(text_of(each.get("name")) == _tag(article) for each in dicts(post.get("tags")))


def _card(html: str) -> str:
    """A text of Ghost's own format that is one HTML card, which Ghost keeps as it is.

    What it makes of HTML by itself (`?source=html`) has no comments and no text outside of
    elements: `parseHtmlNode` in TryGhost/Koenig.
    """
    card = {"type": "html", "version": 1, "html": html}
    root = {"type": "root", "version": 1, "direction": None, "format": "", "indent": 0}
    return json.dumps({"root": {**root, "children": [card]}}, ensure_ascii=False)


def _state_of(post: Post, article: Article) -> str | None:
    return marks.state(text_of(post.get("html")), article.key)


def _is_new(post: Post, article: Article) -> bool:
    """Whether a post was made by us and not filled yet."""
    return post.get("status") == "draft" and _state_of(post, article) == marks.NEW


def _id(post: Post) -> str:
    return text_of(post.get("id"))


def _age(post: Post) -> tuple[str, str]:
    """What sorts posts by when they were made; ids begin with the time as well."""
    return text_of(post.get("created_at")), _id(post)


def _words(post: Post) -> str:
    """The state of a post that not everybody can read."""
    words = {"draft": "a draft", "scheduled": "scheduled", "sent": "a mail without a page"}
    return words.get(text_of(post.get("status")), "not published yet")

"""Publishes a roundup as a post of a WordPress site, through its REST API.

A post is made as an empty draft that carries our mark, and only then filled and let out: whatever
breaks between, the next try finds it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from html import escape
from pathlib import Path

from bot.core import settings
from bot.core.answers import inner, text_of
from bot.core.errors import Rejected
from bot.core.schedule import Clock
from bot.core.settings import Secret, setting
from bot.destinations import marks, pictures
from bot.destinations.protocol import Article, Checked, Published, Saved
from bot.destinations.transport import Client
from bot.destinations.wordpress import media, setup, terms
from bot.destinations.wordpress.calls import TRASHED, Api, Owner, id_of, raw

Post = Mapping[str, object]

FORMAT = 1
"""Counts how posts are written: where it changes, posts are written anew."""

CLASSES = {"figure": "wp-block-image", "figcaption": "wp-element-caption"}
NEEDED = {
    "edit_posts": "write posts",
    "publish_posts": "publish posts",
    "upload_files": "upload pictures",
}
"""What the user must be allowed, as WordPress calls it and in words."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`[destinations.NAME]` with `kind = "wordpress"`.

    `status` is that of a new post. `categories` are names; with `tags` a post has the article's;
    with `create_terms` those that are missing are made. `canonical_field` is the field of a post
    in which a plugin keeps its canonical address. `name` is what the configuration calls the
    destination.
    """

    base_url: str = setting(settings.base_url(setup.EXAMPLE))
    username: str = setting(settings.some_text)
    app_password: Secret = setting(settings.secret_text, Secret())
    app_password_file: str = setting(settings.text, "")
    secrets_file: str = setting(settings.text, "")
    status: str = setting(settings.one_of("publish", "draft"), "publish")
    categories: tuple[str, ...] = setting(settings.list_of(settings.some_text), ())
    tags: bool = setting(settings.flag, True)
    create_terms: bool = setting(settings.flag, True)
    canonical_field: str = setting(settings.text, "")
    name: str = "wordpress"


class WordPress:
    """One WordPress site, used as one of its users."""

    wants_site = False

    def __init__(self, settings: Settings, folder: Path, clock: Clock, longest: timedelta) -> None:
        self.settings = settings
        owner = Owner(settings.name, settings.base_url, settings.username, settings.app_password)
        self._api = Api(owner, Client(settings.base_url, clock, longest), clock)

    def check(self) -> Checked:
        """Ask whose application password it is, and what the user may do."""
        self._api.begin()
        me = self._api.me()
        identity = f"{text_of(me.get('name')) or self.settings.username} at {self._api.host}"
        problems = [
            f"{self.settings.username} may not {words} there: give the user the role Author."
            for capability, words in NEEDED.items()
            if not _may(me, capability)
            and not (capability == "publish_posts" and self.settings.status == "draft")
        ]
        problems += self._missing_categories(me) + self._missing_field()
        return Checked(identity, tuple(problems))

    def publish(self, article: Article, saved: Saved) -> Published:
        """Create the post, or bring it up to date; see the protocol.

        Status, slug, date, categories and tags are set once, and are a person's from then on.
        Raises `Rejected` where the post is in the trash, or another one has its address.
        """
        self._api.begin()
        # Where a password is wrong, WordPress goes on as if nobody had asked with one.
        self._api.me()
        state = self._state(article)
        post = self._found(article, saved) or self._made(article)
        if post.get("status") == "trash":
            raise Rejected(
                f"{article.named} is in the trash of {self._api.host}: restore it there, "
                "or delete it for good to have it made again."
            )
        known = self._saved_pictures(saved)
        if marks.state(raw(post, "content"), article.key) != state:
            there = media.ensure(self._api, article, id_of(post), saved)
            known = {
                pictures.name(article, article.pictures[key]): id_of(entry)
                for key, entry in there.items()
            }
            post = self._filled(article, post, there, state)
        is_public = post.get("status") == "publish"
        url, todo = text_of(post.get("link")), ""
        if not is_public:
            url, todo = "", f"{article.named} is {_words(post)} at {self._api.host}."
        kept: Saved = {"site": self.settings.base_url, "id": id_of(post), "pictures": known}
        return Published(url, kept, is_public, todo)

    def _state(self, article: Article) -> str:
        """The state of all that a post is filled with; see `marks`."""
        described = [
            (key, pictures.name(article, each), each.alt, each.caption)
            for key, each in article.pictures.items()
        ]
        texts = (article.title, article.description, article.html, article.cover)
        return marks.state_of(FORMAT, *texts, described, self._meta(article))

    def _found(self, article: Article, saved: Saved) -> Post | None:
        """The article's post: by the id that is saved, or among all that carry its mark.

        Raises `Rejected` where a post that is not ours has its slug.
        """
        known = saved.get("id")
        # Ids of another site name other posts.
        if isinstance(known, int) and saved.get("site") == self.settings.base_url:
            post = self._api.post(known)
            if post is not None:
                return post
        slugs = [article.slug, article.slug + TRASHED]
        named = self._api.posts([("slug[]", slug) for slug in slugs])
        posts = [*named, *self._marked(article)]
        ours = [each for each in posts if self._is_ours(each, article)]
        if ours:
            return min(ours, key=lambda post: (self._is_new(post, article), id_of(post)))
        if any(text_of(each.get("slug")) == article.slug for each in named):
            raise self._taken(article)
        return None

    def _marked(self, article: Article) -> Sequence[Post]:
        """The posts that WordPress finds by the mark, whatever their slugs are."""
        return self._api.posts([("search", f'"{marks.words(article.key)}"')])

    def _made(self, article: Article) -> Post:
        """A new post: a draft with nothing but a title and our mark."""
        body: dict[str, object] = {
            "title": escape(article.title, quote=False),
            "slug": article.slug,
            "status": "draft",
            "content": _block(marks.written(article.key, marks.NEW)),
        }
        made = self._api.change("/wp/v2/posts", body)
        ours = [each for each in self._marked(article) if self._is_ours(each, article)]
        first = min(ours, key=id_of, default=made)
        if id_of(first) < id_of(made):
            # Another run was faster.
            self._api.delete(f"/wp/v2/posts/{id_of(made)}")
            return first
        if re.fullmatch(rf"{re.escape(article.slug)}-\d+", text_of(made.get("slug"))):
            self._api.delete(f"/wp/v2/posts/{id_of(made)}")
            raise self._taken(article)
        return made

    def _taken(self, article: Article) -> Rejected:
        return Rejected(
            f"{self._api.host} has another post with the slug {article.slug}: give that one "
            f"another slug, or write {marks.written(article.key, marks.GIVEN)} into it "
            "to have its text replaced."
        )

    def _filled(
        self, article: Article, post: Post, there: Mapping[str, media.Entry], state: str
    ) -> Post:
        """The post with the article in it; a new one is let out as well."""
        addresses = {key: media.placed(entry) for key, entry in there.items()}
        html = _dressed(pictures.with_addresses(article.html, addresses))
        body: dict[str, object] = {
            "title": escape(article.title, quote=False),
            "content": _block(f"{marks.written(article.key, state)}\n{html.strip()}"),
            "excerpt": escape(article.description, quote=False),
            "featured_media": id_of(there[article.cover]) if article.cover in there else 0,
        }
        if meta := self._meta(article):
            body["meta"] = meta
        if self._is_new(post, article):
            body |= self._once(article)
        return self._api.change(f"/wp/v2/posts/{id_of(post)}", body)

    def _once(self, article: Article) -> dict[str, object]:
        """What a post is given when it is new, and keeps as a person changes it."""
        chosen = self.settings
        names = article.tags if chosen.tags else ()
        body: dict[str, object] = {
            "status": chosen.status,
            "date_gmt": article.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "tags": terms.tags(self._api, names, may_make=chosen.create_terms),
        }
        if chosen.categories:
            body["categories"] = terms.categories(
                self._api, chosen.categories, may_make=chosen.create_terms
            )
        return body

    def _meta(self, article: Article) -> dict[str, str]:
        if not self.settings.canonical_field:
            return {}
        return {self.settings.canonical_field: article.canonical_url}

    def _is_ours(self, post: Post, article: Article) -> bool:
        return marks.state(raw(post, "content"), article.key) is not None

    def _is_new(self, post: Post, article: Article) -> bool:
        """Whether a post was made by us and not filled yet."""
        return (
            post.get("status") == "draft"
            and marks.state(raw(post, "content"), article.key) == marks.NEW
        )

    def _saved_pictures(self, saved: Saved) -> Mapping[str, object]:
        known = saved.get("pictures")
        return known if isinstance(known, dict) else {}

    def _missing_categories(self, me: Mapping[str, object]) -> list[str]:
        """What is amiss with the categories, where they would not be made."""
        if self.settings.create_terms and _may(me, "manage_categories"):
            return []
        return [
            f"There is no category {name} there, and it cannot be made: make it yourself."
            for name in self.settings.categories
            if terms.find(self._api, terms.CATEGORIES, name) is None
        ]

    def _missing_field(self) -> list[str]:
        """What is amiss with the field for the canonical address."""
        field = self.settings.canonical_field
        if not field:
            return []
        known = self._api.send("OPTIONS", "/wp/v2/posts").body
        for key in ("schema", "properties", "meta", "properties"):
            known = inner(known, key)
        if isinstance(known, dict) and field in known:
            return []
        return [f"Posts have no field {field} there that can be written: see canonical_field."]


def _dressed(html: str) -> str:
    """The HTML with the classes by which themes know pictures and captions."""
    for element, css_class in CLASSES.items():
        html = html.replace(f"<{element}>", f'<{element} class="{css_class}">')
    return html


def _block(html: str) -> str:
    """HTML as one block, so that WordPress puts no paragraphs and breaks of its own into it."""
    return f"<!-- wp:html -->\n{html}\n<!-- /wp:html -->"


def _may(me: Mapping[str, object], capability: str) -> bool:
    """Whether the user is allowed something, as WordPress calls it."""
    return inner(me.get("capabilities"), capability) is True


def _words(post: Post) -> str:
    """The state of a post that not everybody can read."""
    words = {"draft": "a draft", "future": "scheduled", "private": "private"}
    return words.get(text_of(post.get("status")), "not published yet")

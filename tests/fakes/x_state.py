"""What X keeps of one account, and its rules: posts, uploads, weighted length, duplicates and
prices.
"""

import base64
import hashlib
import html
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image

from bot.core.network import X

PRICES = {
    "post": Decimal("0.015"),
    "post with a link": Decimal("0.20"),
    "alt text": Decimal("0.005"),
    "own post read": Decimal("0.001"),
    "post read": Decimal("0.005"),
    "media read": Decimal("0.005"),
    "account read": Decimal("0.010"),
}
"""By X's list, as PLATFORMS.md has it; that the program has the same is what a test is for."""
INVALID = "https://api.x.com/2/problems/invalid-request"
NOT_FOUND = "https://api.x.com/2/problems/resource-not-found"


class Refused(Exception):
    """X says no: a status and a body."""

    def __init__(
        self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


def error(status: int, code: int, message: str) -> Refused:
    """An `Error` of the description, with what X adds to it."""
    return Refused(status, {"code": code, "message": message, "status": status})


def invalid(parameter: str, detail: str) -> Refused:
    """An `InvalidRequestProblem` of the description."""
    body = {
        "type": INVALID,
        "title": "Invalid Request",
        "detail": detail,
        "parameter": parameter,
        "status": 400,
    }
    return Refused(400, body)


@dataclass
class Media:
    id: str
    key: str
    until: datetime
    data: bytes
    mime: str
    alt: str = ""
    checks: int = 0
    """How often its state is still to be asked for before it is worked through."""


@dataclass
class Post:
    id: str
    text: str
    at: datetime
    parent: str | None
    conversation: str
    media: list[Media]
    author: str
    relation: str = "replied_to"
    """What it is to its parent: "retweeted" and "quoted" are the others."""
    shown: str = ""
    links: list[dict[str, Any]] = field(default_factory=list)


class State:
    """One account's posts and uploads; `clock` says what time it is at X."""

    user, username = "2244994945", "mlcollage"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.posts: list[Post] = []
        self.media: dict[str, Media] = {}
        self.charged: list[tuple[str, Decimal]] = []
        self.media_life = timedelta(hours=24)
        self.checks = 0
        self.lag = timedelta(0)
        self.count: int | None = None
        """What it says of how many posts the account has, where that is not so."""
        self.length = 280
        """How long a post of the account may be: with Premium 25,000."""
        self.shows_notes = True
        """Whether it shows the whole of a long post to those who ask for it."""
        self.refuses_duplicates = True
        """X does; a test that looks for duplicates would not see them."""
        self._next_id = 1_420_000_000_000_000_000

    def _new_id(self) -> str:
        own, self._next_id = self._next_id, self._next_id + 4_194_304
        return str(own)

    def texts(self) -> list[str]:
        return [post.text for post in self.posts]

    def costs(self) -> Decimal:
        return sum((price for _, price in self.charged), Decimal(0))

    def create_post(self, body: dict[str, Any]) -> dict[str, Any]:
        text = body.get("text", "").strip()
        media = [self._usable(media_id) for media_id in body.get("media", {}).get("media_ids", [])]
        if not text and not media:
            raise invalid("text", "A post needs text or media.")
        if X.length(text) > 25_000:
            raise invalid("text", "Your post text is too long.")
        if X.length(text) > self.length:
            raise error(403, 0, "You are not permitted to perform this action.")
        if len(X.cashtags(text)) > 1:
            raise invalid("text", "A post may have one cashtag.")
        parent = body.get("reply", {}).get("in_reply_to_tweet_id")
        if parent and not any(post.id == parent for post in self.posts):
            raise error(
                403, 385, "You attempted to reply to a Tweet that is deleted or not visible to you."
            )
        if self.refuses_duplicates and any(post.text == text for post in self.posts):
            raise error(403, 187, "You are not allowed to create a Tweet with duplicate content.")
        kind = "post with a link" if X.urls(text) else "post"
        self._charge(kind)
        post = self.add(text, parent, media)
        return {"data": {"id": post.id, "text": _cut(post)[0]}}

    def add(
        self,
        text: str,
        parent: str | None = None,
        media: list[Media] | None = None,
        author: str | None = None,
    ) -> Post:
        """A post, also one that somebody writes by hand, or somebody else."""
        own = self._new_id()
        root = next((post.conversation for post in self.posts if post.id == parent), own)
        post = Post(own, text, self.clock(), parent, root, media or [], author or self.user)
        self._shorten(post)
        self.posts.append(post)
        return post

    def _shorten(self, post: Post) -> None:
        """Write the text as X shows it: links shortened, the rest escaped, a link to the picture at
        the end.
        """
        shown, at = "", 0
        for span in X.urls(post.text):
            shown += html.escape(post.text[at : span.start], quote=False)
            target = span.text if "://" in span.text else f"http://{span.text}"
            target = f"{target}/" if target.count("/") == 2 else target
            shown = self._link(post, shown, span.text, target, {})
            at = span.end
        shown += html.escape(post.text[at:], quote=False)
        if post.media:
            target = f"https://x.com/{self.username}/status/{post.id}/photo/1"
            shown = self._link(post, f"{shown} ", target, target, {"media_key": post.media[0].key})
        post.shown = shown

    def _link(self, post: Post, shown: str, written: str, target: str, more: dict[str, Any]) -> str:
        short = (
            "https://t.co/"
            + hashlib.sha256(f"{post.id}{len(shown)}{written}".encode()).hexdigest()[:10]
        )
        place = {"start": len(shown), "end": len(shown) + len(short)}
        display = target.split("://")[1][:30]
        post.links.append(
            place | {"url": short, "expanded_url": target, "display_url": display} | more
        )
        return shown + short

    def upload(self, body: dict[str, Any]) -> dict[str, Any]:
        data = base64.b64decode(body["media"], validate=True)
        try:
            with Image.open(io.BytesIO(data)) as picture:
                frames = getattr(picture, "n_frames", 1)
                mime, (width, height) = picture.get_format_mimetype() or "", picture.size
                picture.verify()
        except OSError:
            raise invalid("media", "The media is no image.") from None
        is_gif = mime == "image/gif"
        if len(data) > (15_000_000 if is_gif else 5_000_000):
            raise invalid("media", "The media is too large.")
        if is_gif and (width > 1_280 or height > 1_080 or frames > 350):
            raise invalid("media", "The animation has too many pixels or frames.")
        if not (4 <= width <= 8_192 and 4 <= height <= 8_192):
            raise error(400, 324, "Image dimensions must be >= 4x4 and <= 8192x8192")
        own = self._new_id()
        media = Media(
            own, f"3_{own}", self.clock() + self.media_life, data, mime, checks=self.checks
        )
        self.media[own] = media
        image = {"image_type": mime, "w": width, "h": height}
        return {"data": self._media_data(media) | {"size": len(data), "image": image}}

    def _media_data(self, media: Media) -> dict[str, Any]:
        left = int((media.until - self.clock()).total_seconds())
        data: dict[str, Any] = {"id": media.id, "media_key": media.key, "expires_after_secs": left}
        if self.checks:
            state = (
                {"state": "pending", "check_after_secs": 2}
                if media.checks
                else {"state": "succeeded"}
            )
            data["processing_info"] = state
        return data

    def upload_state(self, media_id: str) -> dict[str, Any]:
        media = self._usable(media_id, is_posted=False)
        media.checks = max(0, media.checks - 1)
        return {"data": self._media_data(media)}

    def set_alt(self, body: dict[str, Any]) -> dict[str, Any]:
        media = self._usable(body["id"], is_posted=False)
        media.alt = body["metadata"]["alt_text"]["text"]
        self._charge("alt text")
        return {"data": {"id": media.id, "associated_metadata": {"alt_text": {"text": media.alt}}}}

    def _usable(self, media_id: str, *, is_posted: bool = True) -> Media:
        media = self.media.get(media_id)
        if media is None or media.until <= self.clock() or (is_posted and media.checks):
            raise invalid("media.media_ids", "Your media IDs are invalid.")
        return media

    def me(self, query: dict[str, str]) -> dict[str, Any]:
        """The account that the keys belong to, with the fields that were asked for."""
        self._charge("account read")
        own = self.count
        if own is None:
            own = sum(1 for post in self.posts if post.author == self.user)
        counts = {"followers_count": 9, "following_count": 3, "listed_count": 0, "post_count": own}
        everything = {
            "id": self.user,
            "username": self.username,
            "name": "ML-Collage",
            "public_metrics": counts,
        }
        wanted = {"id", "username", "name", *query.get("user.fields", "").split(",")}
        return {"data": {key: value for key, value in everything.items() if key in wanted}}

    def _charge(self, kind: str, count: int = 1) -> None:
        self.charged += [(kind, PRICES[kind])] * count

    def timeline(self, user: str, query: dict[str, str]) -> dict[str, Any]:
        """The newest first, page by page; posts show up `lag` after they were made."""
        if user != self.user:
            raise self._not_found("user", user)
        low, high = int(query.get("since_id", "0")), int(query.get("until_id", str(2**63)))
        settled = self.clock() - self.lag
        own = [post for post in self.posts if post.author == user]
        found = [post for post in reversed(own) if low < int(post.id) < high and post.at <= settled]
        size, start = int(query.get("max_results", "10")), int(query.get("pagination_token", "0"))
        page = found[start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if start + size < len(found):
            meta["next_token"] = str(start + size)
        return self._shown(page, query, "own post read") | {"meta": meta}

    def post(self, post_id: str, query: dict[str, str]) -> dict[str, Any]:
        found = [post for post in self.posts if post.id == post_id]
        if not found:
            raise self._not_found("post", post_id)
        shown = self._shown(found, query, "post read")
        return shown | {"data": shown["data"][0]}

    def delete(self, post_id: str) -> dict[str, Any]:
        """Take a post off, as its author may; one that is not there is no trouble."""
        self.posts = [post for post in self.posts if post.id != post_id]
        return {"data": {"deleted": True}}

    def _not_found(self, kind: str, value: str) -> Refused:
        detail = f"Could not find {kind} with id: [{value}]."
        body = {
            "type": NOT_FOUND,
            "title": "Not Found",
            "detail": detail,
            "resource_type": kind,
            "value": value,
        }
        return Refused(404, body)

    def _shown(self, posts: list[Post], query: dict[str, str], read: str) -> dict[str, Any]:
        """Posts with the fields that were asked for, and what they expand to: all is charged."""
        fields = {"id", "text", *query.get("post.fields", "").split(",")}
        expansions = query.get("expansions", "").split(",")
        data = [self._fields(post, fields, expansions) for post in posts]
        shown: dict[str, Any] = {"data": data} if data else {}
        includes: dict[str, Any] = {}
        if "attachments.media_keys" in expansions:
            wanted = {"type", "media_key", *query.get("media.fields", "").split(",")}
            of_all = [
                {"type": "photo", "media_key": one.key, "alt_text": one.alt}
                for post in posts
                for one in post.media
            ]
            includes["media"] = [
                {key: value for key, value in one.items() if key in wanted} for one in of_all
            ]
        if "author_id" in expansions:
            authors = sorted({post.author for post in posts})
            includes["users"] = [
                {"id": author, "username": self._name(author), "name": "Somebody"}
                for author in authors
            ]
        if "referenced_posts" in expansions:
            parents = {post.parent for post in posts}
            includes["posts"] = [
                {"id": post.id, "text": _cut(post)[0]} for post in self.posts if post.id in parents
            ]
        expanded = {each["id"] for each in includes.get("posts", [])}
        self._charge(read, len({post.id for post in posts} | expanded))
        self._charge("media read", len(includes.get("media", [])))
        self._charge("account read", len(includes.get("users", [])))
        kept = {key: value for key, value in includes.items() if value}
        return shown | ({"includes": kept} if kept else {})

    def _fields(self, post: Post, fields: set[str], expansions: list[str]) -> dict[str, Any]:
        keys = [media.key for media in post.media]
        text, links = _cut(post)
        note: dict[str, Any] | None = None
        if text != post.shown and self.shows_notes:
            note = {"text": post.shown}
            if post.links:
                note["entities"] = {"urls": post.links}
        metadata = [{"media_key": media.key, "alt_text": media.alt or None} for media in post.media]
        everything = {
            "id": post.id,
            "text": text,
            "note_post": note,
            "created_at": f"{post.at:%Y-%m-%dT%H:%M:%S}.000Z",
            "conversation_id": post.conversation,
            "entities": {"urls": links} if links else None,
            "attachments": {"media_keys": keys} if keys else None,
            "media_metadata": metadata or None,
        }
        shown = {
            key: value for key, value in everything.items() if key in fields and value is not None
        }
        if "author_id" in expansions or "author_id" in fields:
            shown["author_id"] = post.author
        with_parents = "referenced_posts" in expansions or "referenced_posts" in fields
        if with_parents and post.parent:
            shown["referenced_posts"] = [{"type": post.relation, "id": post.parent}]
        return shown

    def _name(self, user: str) -> str:
        return self.username if user == self.user else f"user{user[-6:]}"


SHOWN_OF_LONG = 275
"""About how many characters X shows of a post that is longer than 280."""


def _cut(post: Post) -> tuple[str, list[dict[str, Any]]]:
    """What `text` and `entities` show of a post: a long one is cut, with a link to itself behind.

    The whole of it is in the note, for those who ask for that.
    """
    if X.length(post.text) <= 280:
        return post.shown, post.links
    cut = post.shown[:SHOWN_OF_LONG]
    links = [link for link in post.links if link["end"] <= len(cut)]
    short = "https://t.co/" + hashlib.sha256(post.id.encode()).hexdigest()[:10]
    return f"{cut}… {short}", links

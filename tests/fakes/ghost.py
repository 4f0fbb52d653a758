"""A Ghost site as its Admin API is described: https://ghost.org/docs/admin-api/.

Tokens are checked as Ghost does (audience, key id, five minutes), slugs are made unique, a save is
refused whose `updated_at` is not the post's, and a tag that begins with "#" is one nobody sees.
"""

import base64
import hashlib
import hmac
import itertools
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.json_server import Answered, Asked, Uploaded, serving

KEY_ID, SECRET = "64a0b1c2d3e4f5a6b7c8d9e0", "ab" * 32
KEY = f"{KEY_ID}:{SECRET}"
API = "/ghost/api/admin/"
FIELDS = frozenset(
    {"title", "slug", "status", "lexical", "tags", "custom_excerpt", "feature_image", "updated_at"}
    | {"feature_image_alt", "canonical_url", "published_at"}
)
LONGEST = {"title": 255, "custom_excerpt": 300, "feature_image_alt": 125, "canonical_url": 2000}


class Refused(Exception):
    """An error as Ghost answers it."""

    def __init__(self, status: int, kind: str, message: str, code: str | None = None) -> None:
        super().__init__(message)
        error = {"message": message, "context": None, "type": kind, "code": code, "id": "e"}
        self.answer = Answered(status, {"errors": [error]})


class Ghost:
    """Its posts by their ids, its pictures by their addresses, and the mails it sent."""

    def __init__(self) -> None:
        self.url = ""
        self.posts: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, bytes] = {}
        self.mails: list[tuple[str, str]] = []
        self.newsletters = ["default"]
        self.refusal: Answered | None = None
        """What every call is answered with, but the one that everybody may make."""
        self.collisions = 0
        """How many saves somebody else is faster than."""
        self.ahead = 0.0
        """Seconds that its clock is ahead of ours."""
        self._numbers = itertools.count(1)

    def now(self) -> float:
        return time.time() + self.ahead

    def answer(self, asked: Asked) -> Answered:
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.now()))
        try:
            said = self._answer(asked)
        except Refused as refused:
            said = refused.answer
        return said._replace(headers={**said.headers, "Date": date})

    def _answer(self, asked: Asked) -> Answered:
        assert asked.path.startswith(API)
        assert asked.path.endswith("/"), "Ghost redirects addresses without a slash at their end"
        assert asked.headers["accept-version"].startswith("v")
        match asked.method, asked.path.removeprefix(API).strip("/").split("/"):
            case "GET", ["site"]:
                site = {"title": "Papers", "url": self.url, "version": "5.82"}
                return Answered(200, {"site": site})
            case _ if self.refusal:
                return self.refusal
        self._check_token(asked.headers.get("authorization", ""))
        match asked.method, asked.path.removeprefix(API).strip("/").split("/"):
            case "GET", ["posts"]:
                found = [each for each in self.posts.values() if _is_chosen(each, asked)]
                return Answered(200, {"posts": [self._shown(each, asked) for each in found]})
            case "GET", ["posts", post_id]:
                return self._one(self._post(post_id), asked)
            case "POST", ["posts"]:
                return self._one(self._add(asked), asked)._replace(status=201)
            case "PUT", ["posts", post_id]:
                return self._one(self._edit(self._post(post_id), asked), asked)
            case "DELETE", ["posts", post_id]:
                del self.posts[self._post(post_id)["id"]]
                return Answered(204, "")
            case "POST", ["images", "upload"]:
                return self._upload(asked)
            case "GET", ["newsletters"]:
                return Answered(200, {"newsletters": [{"slug": each} for each in self.newsletters]})
        raise Refused(404, "NotFoundError", "Resource not found")

    def _check_token(self, header: str) -> None:
        scheme, _, token = header.partition(" ")
        if scheme != "Ghost":
            raise Refused(403, "NoPermissionError", "Authorization failed", "NO_AUTH")
        head, claims, signature = token.split(".")
        if _decoded(head).get("kid") != KEY_ID:
            raise Refused(
                401, "UnauthorizedError", "Unknown Admin API Key", "UNKNOWN_ADMIN_API_KEY"
            )
        expected = hmac.new(
            bytes.fromhex(SECRET), f"{head}.{claims}".encode(), hashlib.sha256
        ).digest()
        said = _decoded(claims)
        wrong = ""
        if _bytes(signature) != expected or _decoded(head)["alg"] != "HS256":
            wrong = "invalid signature"
        elif not re.fullmatch(r"/?admin/?", said["aud"]):
            wrong = "jwt audience invalid"
        elif said["exp"] < self.now() - 1:
            wrong = "jwt expired"
        elif said["iat"] + 300 < self.now():
            wrong = "maxAge exceeded"
        if wrong:
            raise Refused(401, "UnauthorizedError", f"Invalid token: {wrong}", "INVALID_JWT")

    def _post(self, post_id: str) -> dict[str, Any]:
        if post_id not in self.posts:
            raise Refused(404, "NotFoundError", "Resource not found error, cannot read post.")
        return self.posts[post_id]

    def _one(self, post: dict[str, Any], asked: Asked) -> Answered:
        return Answered(200, {"posts": [self._shown(post, asked)]})

    def _shown(self, post: dict[str, Any], asked: Asked) -> dict[str, Any]:
        shown = dict(post)
        if "html" not in asked.one("formats"):
            del shown["html"]
        return shown

    def _moment(self) -> str:
        # Each later than the one before, as a database with milliseconds has them.
        number = next(self._numbers)
        return f"2026-01-01T00:{number // 60:02}:{number % 60:02}.000Z"

    def _checked(self, asked: Asked) -> dict[str, Any]:
        [given] = asked.body["posts"]
        # That would drop comments, which our mark is.
        assert not asked.one("source")
        assert set(given) <= FIELDS, set(given) - FIELDS
        for field, longest in LONGEST.items():
            if len(given.get(field) or "") > longest:
                raise Refused(
                    422,
                    "ValidationError",
                    f"Validation error, cannot save post. Value in [posts.{field}] exceeds "
                    f"maximum length of {longest} characters.",
                )
        checked: dict[str, Any] = dict(given)
        checked["html"] = _rendered(json.loads(checked.pop("lexical")))
        if "tags" in checked:
            checked["tags"] = [self._tag(each) for each in checked["tags"]]
        return checked

    def _tag(self, given: dict[str, str]) -> dict[str, str]:
        if "id" in given:
            return {"id": given["id"], "name": given["id"], "slug": _tag_slug(given["id"])}
        # Here a tag's name is its id as well.
        return {"id": given["name"], "name": given["name"], "slug": _tag_slug(given["name"])}

    def _add(self, asked: Asked) -> dict[str, Any]:
        given = self._checked(asked)
        number = next(self._numbers)
        moment = self._moment()
        post = {"status": "draft", "tags": [], **given}
        post |= {"id": f"{number:024x}", "created_at": moment, "updated_at": moment}
        post["slug"] = self._free(given["slug"])
        post["url"] = f"{self.url}/{post['slug']}/"
        self.posts[post["id"]] = post
        return post

    def _free(self, slug: str) -> str:
        taken = {each["slug"] for each in self.posts.values()}
        names = itertools.chain([slug], (f"{slug}-{number}" for number in itertools.count(2)))
        return next(name for name in names if name not in taken)

    def _edit(self, post: dict[str, Any], asked: Asked) -> dict[str, Any]:
        given = self._checked(asked)
        if self.collisions:
            self.collisions -= 1
            post["updated_at"] = self._moment()
        if given.get("updated_at") != post["updated_at"]:
            raise Refused(
                409,
                "UpdateCollisionError",
                "Saving failed! Someone else is editing this post.",
                "UPDATE_COLLISION",
            )
        newsletter = asked.one("newsletter")
        if post["status"] == "draft" and given.get("status") == "published" and newsletter:
            self.mails.append((post["id"], newsletter))
        post |= {**given, "updated_at": self._moment()}
        return post

    def _upload(self, asked: Asked) -> Answered:
        file = asked.body["file"]
        assert isinstance(file, Uploaded)
        if file.mime not in {"image/jpeg", "image/png", "image/webp", "image/gif"}:
            raise Refused(415, "UnsupportedMediaTypeError", "Please select a valid image.")
        stem, _, ending = file.name.rpartition(".")
        names = itertools.chain(
            [file.name], (f"{stem}-{number}.{ending}" for number in itertools.count(1))
        )
        folder = f"{self.url}/content/images/2026/01/"
        address = next(folder + name for name in names if folder + name not in self.pictures)
        self.pictures[address] = file.data
        return Answered(201, {"images": [{"url": address, "ref": asked.body.get("ref")}]})


def _rendered(lexical: dict[str, Any]) -> str:
    """The HTML of a text with HTML cards alone, as kg-lexical-html-renderer writes it."""
    cards = lexical["root"]["children"]
    assert all(card["type"] == "html" and card["version"] == 1 for card in cards)
    begin, end = "<!--kg-card-begin: html-->", "<!--kg-card-end: html-->"
    return "".join(f"\n{begin}\n{card['html']}\n{end}\n" for card in cards)


def _tag_slug(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower().replace("#", "hash-"))


def _is_chosen(post: dict[str, Any], asked: Asked) -> bool:
    """Whether a filter, in as much of NQL as is used, chooses a post."""
    chosen = asked.one("filter")
    if not chosen:
        return True
    match = re.fullmatch(r"(tag|slug|id):(?:'([^']*)'|([\w-]+))", chosen)
    assert match, chosen
    value = match[2] or match[3]
    if match[1] == "tag":
        return value in {each["slug"] for each in post["tags"]}
    return bool(post[match[1]] == value)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _decoded(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_bytes(text))
    return found


@contextmanager
def running() -> Iterator[Ghost]:
    """A site without posts, until the block ends."""
    site = Ghost()
    with serving(site.answer) as site.url:
        yield site

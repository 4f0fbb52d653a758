"""A newsletter at Buttondown as its API is described: https://docs.buttondown.com/api-introduction.

The same bytes uploaded again are the same picture, lists come in pages, and a mail that was let out
is sent a moment later, when a test says so.
"""

import hashlib
import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.json_server import Answered, Asked, Uploaded, serving

KEY = "0f2c3b1a-key-of-tests"
PAGE = 3
"""Mails on a page: few, so that there are several."""
FIELDS = frozenset(
    {"subject", "body", "status", "slug", "metadata", "description", "canonical_url", "image"}
)


class Refused(Exception):
    """An error as Buttondown answers it."""

    def __init__(self, status: int, detail: Any, code: str = "") -> None:
        super().__init__(detail)
        body = {"detail": detail}
        self.answer = Answered(status, {"code": code, **body} if code else body)


class Buttondown:
    """Its mails by their ids, its pictures by their addresses, and the ids of what was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.mails: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, bytes] = {}
        self.sent: list[str] = []
        self.refusal: Answered | None = None
        self._numbers = itertools.count(1)

    def deliver(self) -> None:
        """Send what is about to be sent."""
        for mail in self.mails.values():
            if mail["status"] == "about_to_send":
                mail["status"] = "sent"
                self.sent.append(mail["id"])

    def add(self, **fields: Any) -> dict[str, Any]:
        """A mail that somebody made."""
        number = next(self._numbers)
        mail_id = str(uuid.uuid5(uuid.NAMESPACE_URL, str(number)))
        mail = {"id": mail_id, "subject": "", "body": "", "status": "draft", "metadata": {}}
        mail["creation_date"] = f"2026-01-01T00:00:00.{number:06}Z"
        mail |= {"slug": f"mail-{number}"} | fields
        mail["absolute_url"] = f"{self.url}/archive/{mail['slug']}/"
        self.mails[mail_id] = mail
        return mail

    def answer(self, asked: Asked) -> Answered:
        try:
            return self._answer(asked)
        except Refused as refused:
            return refused.answer

    def _answer(self, asked: Asked) -> Answered:
        if self.refusal:
            return self.refusal
        if asked.headers.get("authorization") != f"Token {KEY}":
            raise Refused(401, "Unauthorized")
        assert asked.headers["x-api-version"] == "2026-04-01"
        match asked.method, asked.path.removeprefix("/v1/").split("/"):
            case "GET", ["accounts", "me"]:
                return Answered(200, {"username": "papers", "email_address": "lab@example.org"})
            case "GET", ["emails"]:
                return self._list(asked)
            case "GET", ["emails", mail_id]:
                return Answered(200, self._mail(mail_id))
            case "POST", ["emails"]:
                return Answered(201, self._create(asked.body))
            case "PATCH", ["emails", mail_id]:
                return Answered(200, self._update(self._mail(mail_id), asked.body))
            case "DELETE", ["emails", mail_id]:
                del self.mails[self._mail(mail_id)["id"]]
                return Answered(204, "")
            case "POST", ["images"]:
                return self._upload(asked.body["image"])
        raise Refused(404, "Not Found")

    def _mail(self, mail_id: str) -> dict[str, Any]:
        if mail_id not in self.mails:
            raise Refused(404, "Not Found")
        return self.mails[mail_id]

    def _list(self, asked: Asked) -> Answered:
        assert asked.one("ordering") == "creation_date"
        page = int(asked.one("page") or 1)
        excluded = asked.query.get("excluded_fields", [])
        found = [
            {key: value for key, value in mail.items() if key not in excluded}
            for mail in sorted(self.mails.values(), key=lambda mail: str(mail["creation_date"]))
        ]
        results = found[(page - 1) * PAGE : page * PAGE]
        return Answered(200, {"results": results, "count": len(found), "next": None})

    def _create(self, given: dict[str, Any]) -> dict[str, Any]:
        self._check(given)
        if given.get("status", "draft") != "draft":
            raise Refused(400, "Confirm that you want to send.", "sending_requires_confirmation")
        if given.get("slug") in {mail["slug"] for mail in self.mails.values()}:
            raise Refused(400, "The slug is in use.", "slug_invalid")
        return self.add(**given)

    def _update(self, mail: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        self._check(given)
        if given.get("status", mail["status"]) != mail["status"] and mail["status"] != "draft":
            raise Refused(400, "The email was sent already.", "status_invalid")
        mail |= given
        return mail

    def _check(self, given: dict[str, Any]) -> None:
        assert set(given) <= FIELDS, set(given) - FIELDS
        assert all(isinstance(value, str) for value in given.get("metadata", {}).values())
        if len(given.get("subject", "")) > 2000:
            raise Refused(400, "The subject is too long.", "subject_invalid")
        if len(given.get("slug", "")) > 100:
            raise Refused(422, [{"msg": "ensure this value has at most 100 characters"}])

    def _upload(self, file: Uploaded) -> Answered:
        if file.name.rpartition(".")[2] not in {"png", "jpg", "gif", "webp"}:
            raise Refused(422, [{"loc": ["file", "image"], "msg": "Unsupported image type."}])
        digest = hashlib.sha256(file.data).hexdigest()[:32]
        address = f"{self.url}/images/{digest}"
        self.pictures[address] = file.data
        return Answered(201, {"id": digest, "image": address})


@contextmanager
def running() -> Iterator[Buttondown]:
    """A newsletter without mails, until the block ends."""
    newsletter = Buttondown()
    with serving(newsletter.answer) as newsletter.url:
        yield newsletter

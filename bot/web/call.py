"""One request of a person at the desk, and the answers that a page gives to it."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.config import Desk, Series
from bot.context import Context
from bot.core import people
from bot.core.people import Person, Right, Visitor
from bot.web import rendering
from bot.web.form import Form

MOST_SAID = 1_800
"""Bytes of a message about what was done."""

MOST_COOKIE = 3_900
"""Bytes of a cookie: browsers keep 4,096 with its name and attributes."""


class Undo(NamedTuple):
    """The form that takes back what was just done: where it is sent, and its fields."""

    action: str
    fields: Mapping[str, str]


class Said(NamedTuple):
    """What was just done, in a sentence, and how it is taken back, where it can be."""

    text: str
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request: who asks, in which context, and what they send.

    `context.who` is the person's name. `path` and `query` are the values of the address, `form`
    what was sent. `said` is what was done before, `problem` what is wrong with what was sent.
    `source` is the address of the browser's machine, `token` that of its session. `here` is the
    path that was asked for, `base` how the desk's addresses begin. `wants_json` is said by the
    desk's script, which shows the answer itself.
    """

    context: Context
    desk: Desk
    person: Person | None = None
    visitor: Visitor | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    csrf: str = ""
    said: Said | None = None
    problem: str = ""
    trouble: str = ""
    source: str = ""
    token: str = ""
    here: str = "/"
    wants_json: bool = False
    base: str = ""

    @property
    def series(self) -> Series:
        """The series of the address; raises `BadInput` where there is none of its name."""
        return self.context.config.series_named(self.path["series"])

    def may(self, right: str) -> bool:
        """Whether the person has the right of this name."""
        return self.person is not None and people.may(self.person.role, Right(right))

    def desk_address(self, *parts: str) -> str:
        """A whole address of the desk, to be sent to somebody."""
        return self.base + address(*parts)

    def with_problem(self, problem: str) -> "Call":
        """The same request, for a page that shows what is wrong with it."""
        return replace(self, problem=problem)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page of a template. All templates have `call`, `config`, `now` and `all_series`."""
        config = self.context.config
        shared = {
            "call": self,
            "config": config,
            "now": self.context.clock.now(),
            "all_series": list(config.series.values()),
        }
        answer = HTMLResponse(rendering.page(template, shared | values), status)
        if self.said:
            answer.delete_cookie(said_cookie(self.desk), **self._cookie_settings)
        return answer

    def see_other(self, path: str, said: str = "", undo: Undo | None = None) -> Response:
        """Go on to another page, which says what was done: a reload does not do it again."""
        answer = RedirectResponse(path, 303)
        if said:
            key = self.csrf or self.path.get("token", "")
            value = _written(said, undo, key)
            answer.set_cookie(said_cookie(self.desk), value, max_age=60, **self._cookie_settings)
        return answer

    @property
    def _cookie_settings(self) -> Any:
        return {"httponly": True, "samesite": "strict", "secure": self.desk.is_open}


def session_cookie(desk: Desk) -> str:
    """The name of the session's cookie.

    With the prefix __Host- browsers take it from this host alone, and over HTTPS only. Without
    HTTPS, on this machine, all ports share their cookies, so that the port is in the name.
    """
    return "__Host-mlcollage" if desk.is_open else f"mlcollage-{desk.port}"


def said_cookie(desk: Desk) -> str:
    """The name of the cookie that carries what was done over the redirect to the next page."""
    return "__Host-said" if desk.is_open else f"said-{desk.port}"


def _written(said: str, undo: Undo | None, key: str) -> str:
    """The value of that cookie, signed with a key of the session's; `said` reads it."""
    text = said.encode("utf-8", "replace")[:MOST_SAID].decode("utf-8", "ignore")
    data = urlsafe_b64encode(json.dumps([text, undo], ensure_ascii=False).encode()).decode()
    if len(data) > MOST_COOKIE and undo:
        return _written(said, None, key)
    return f"{_signature(data, key)}.{data}"


def said(value: str, key: str) -> Said | None:
    """What the cookie says was done; None where there is none, or another session wrote it.

    Any program on this machine can give the browser a cookie, and so a form to be sent.
    """
    signature, _, data = value.partition(".")
    if not key or not hmac.compare_digest(signature.encode(), _signature(data, key).encode()):
        return None
    text, undo = json.loads(urlsafe_b64decode(data))
    return Said(text, Undo(*undo) if undo else None)


def _signature(data: str, key: str) -> str:
    return hmac.digest(key.encode(), f"said {data}".encode(), "sha256").hex()


def address(*parts: str, **query: str) -> str:
    """A path of the desk with its parts and query escaped: address("s", name, "queue")."""
    path = "/" + "/".join(quote(part, safe="") for part in parts)
    return f"{path}?{urlencode(query)}" if query else path


def inside(path: str) -> str:
    """A path to go on to after a login, or "/" for one that leads out of the desk."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path else "/"

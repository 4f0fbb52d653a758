"""One request of a person at the desk, and the answers that a page gives to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.config import Desk, Series
from bot.context import Context
from bot.core import people
from bot.core.people import Person, Right, Visitor
from bot.web import rendering
from bot.web.form import Form

SAID = "said"
"""The cookie that carries what was done over the redirect to the next page."""

MOST_SAID = 1_500
"""Characters of such a message: with its escapes, a cookie holds 4 KB."""


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
            answer.delete_cookie(SAID)
        return answer

    def see_other(self, path: str, said: str = "", undo: Undo | None = None) -> Response:
        """Go on to another page, which says what was done: a reload does not do it again."""
        answer = RedirectResponse(path, 303)
        if said:
            text = json.dumps([said[:MOST_SAID], undo], ensure_ascii=True)
            answer.set_cookie(SAID, quote(text), httponly=True, samesite="strict", max_age=60)
        return answer


def said(cookie: str) -> Said | None:
    """What the cookie says was done; None where it cannot be read, or there is none."""
    try:
        text, undo = json.loads(unquote(cookie))
        return Said(str(text), _undo(undo) if undo else None)
    except (ValueError, TypeError, AttributeError):
        return None


def _undo(given: Any) -> Undo | None:
    """A form of this desk; what leads elsewhere is none."""
    action, fields = given
    if not str(action).startswith("/") or str(action).startswith("//"):
        return None
    return Undo(str(action), {str(key): str(value) for key, value in fields.items()})


def address(*parts: str, **query: str) -> str:
    """A path of the desk with its parts and query escaped: address("s", name, "queue")."""
    path = "/" + "/".join(quote(part, safe="") for part in parts)
    return f"{path}?{urlencode(query)}" if query else path


def inside(path: str) -> str:
    """A path to go on to after a login, or "/" for one that leads out of the desk."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path else "/"

"""What a request has to pass before a page sees it, and what every answer carries."""

import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import Headers as RequestHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.config import Desk
from bot.context import Context
from bot.core import collage
from bot.core import people as roles
from bot.core.errors import MlcollageError
from bot.core.people import Person, Right, Visitor
from bot.deciding import people
from bot.web import call as calls
from bot.web import form
from bot.web.call import Call
from bot.web.routes import Access, Route

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Nothing is loaded from elsewhere, no script or style stands in a page, and no site frames it."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": with it browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cache-control": "no-store",
}
"""What every answer carries, unless the page says otherwise."""

SAFE = ("GET", "HEAD")

HOST = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*))(?::\d*)?")
"""The name of a host, or its address, with or without a port."""

MOST_READ = 256_000_000
"""Bytes that are read of what is too large, to answer it."""


class Refused(MlcollageError):
    """Raised for a request that no page sees; `status` is that of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NotEntered(Refused):
    """Raised where somebody has to log in first."""


class Headers:
    """Adds to every answer the headers that it does not have itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                own = ((name.encode(), value.encode()) for name, value in HEADERS.items())
                message["headers"] = [*given, *(each for each in own if each[0] not in names)]
            await send(message)

        await self._app(scope, receive, sent)


class Hosts:
    """Answers no request for a host of another name.

    A site whose name is made to lead to this machine would be of the desk's own origin.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or say that the desk has another name."""
        name = _host(scope)
        if scope["type"] == "http" and name not in self._names:
            told = (
                f"This desk does not go by the name {collage.shown(name)}. Who runs it can give it "
                "that name in its configuration, in hosts under [desk], and start it again."
            )
            await PlainTextResponse(told, 400)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _host(scope: Scope) -> str:
    """The name of the host that a request is for, in lower case, without its port."""
    host = RequestHeaders(scope=scope).get("host", "").lower()
    found = HOST.fullmatch(host)
    return (found[1] or found[2]) if found else host


def enter(context: Context, desk: Desk, route: Route, request: Request) -> Call:
    """The call of a request whose sender may make it; its form is not read yet.

    Raises `NotEntered` without a session where one is needed, and `Refused` where the sender lacks
    the right, or the form comes from another site.
    """
    _check_values(request.path_params)
    _check_values(request.query_params)
    if request.method not in SAFE:
        _check_origin(desk, request)
    token = request.cookies.get(calls.session_cookie(desk), "")
    entered = people.session(context, token) if token else None
    visitor = None
    if route.needs is Access.VISITOR:
        visitor = _visitor(context, request)
    elif route.needs is not Access.OPEN and entered is None:
        raise NotEntered(401, "Log in first: there is no session, or it has ended.")
    person = entered.person if entered else None
    if isinstance(route.needs, Right):
        _check_right(person, route.needs)
    acting = visitor or person
    csrf = entered.csrf if entered else ""
    return Call(
        context=replace(context, who=acting.name) if acting else context,
        desk=desk,
        person=None if visitor else person,
        visitor=visitor,
        path=request.path_params,
        query=request.query_params,
        csrf=csrf,
        said=_said(desk, request, csrf),
        source=request.client.host if request.client else "",
        token=token,
        here=here(request),
        base=desk.address or f"http://{request.headers.get('host', '')}",
        wants_json="application/json" in request.headers.get("accept", ""),
    )


def check_form(call: Call, route: Route, given: form.Form) -> None:
    """Raise `Refused` for the form of a session that does not carry its token.

    Where no session is needed, there is none that somebody else could use.
    """
    if not isinstance(route.needs, Right):
        return
    carried = given.get("csrf").encode("utf-8", "replace")
    if not hmac.compare_digest(carried, call.csrf.encode()):
        raise Refused(403, "The form is older than your session; load the page again.")


def _check_values(values: Mapping[str, Any]) -> None:
    """Raise `Refused` for an address that holds what no text may."""
    if not all(form.is_text(str(value)) for value in values.values()):
        raise Refused(400, "The address holds characters that no text may have.")


def _visitor(context: Context, request: Request) -> Visitor:
    try:
        return people.visit(context, request.path_params["token"])
    except MlcollageError as error:
        raise Refused(404, str(error)) from None


def _check_right(person: Person | None, right: Right) -> None:
    if person is None or not roles.may(person.role, right):
        who = f"{person.name} is {person.role} here" if person else "You are not logged in"
        raise Refused(403, f"{who}, which does not include this; an owner can change that.")


def _check_origin(desk: Desk, request: Request) -> None:
    """Raise `Refused` for a form that another site has sent.

    Browsers say where a form comes from; one that says neither is too old to be protected.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    is_foreign = site not in (None, "same-origin")
    if origin is not None and origin.lower() not in _origins(desk, request):
        is_foreign = True
    if is_foreign or (site is None and origin is None):
        raise Refused(403, "The form comes from another site, or does not say where it comes from.")


def _origins(desk: Desk, request: Request) -> tuple[str, ...]:
    """Where forms may come from: the desk's address, and without HTTPS whatever it is asked by."""
    if desk.is_open:
        return (desk.address,)
    return desk.address, f"http://{request.headers.get('host', '').lower()}"


def _said(desk: Desk, request: Request, csrf: str) -> calls.Said | None:
    """What was done before, by this session or by this link."""
    value = request.cookies.get(calls.said_cookie(desk), "")
    return calls.said(value, csrf or request.path_params.get("token", ""))


def here(request: Request) -> str:
    """The path that is asked for, with its query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


def bounded(request: Request, most: int) -> Request:
    """The request, whose body may have at most so many bytes; reading more raises `Refused`."""
    receive, received = request.receive, 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            await _read_out(receive, message)
            raise Refused(413, _too_large(most))
        return message

    return Request(request.scope, counted)


async def _read_out(receive: Receive, message: Message) -> None:
    """Read the rest of a body, and keep nothing: many browsers show no answer before."""
    left = MOST_READ
    while message.get("more_body") and left > 0:
        message = await receive()
        left -= len(message.get("body", b""))


def _too_large(most: int) -> str:
    return f"What was sent is larger than {most // 1_000_000} MB, which is the most taken here."

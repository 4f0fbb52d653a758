"""What a request has to pass before a page sees it, and what every answer carries."""

import hmac
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.config import Desk
from bot.context import Context
from bot.core import people as roles
from bot.core.errors import MlcollageError
from bot.core.people import Person, Right, Visitor
from bot.deciding import people
from bot.web import call as calls
from bot.web import form
from bot.web.call import SAID, Call
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


def cookie(desk: Desk) -> str:
    """The name of the session's cookie.

    With the prefix __Host- browsers take it from this host alone, and over HTTPS only. Without
    HTTPS, on this machine, all ports share their cookies, so that the port is in the name.
    """
    return "__Host-mlcollage" if desk.is_secure else f"mlcollage-{desk.port}"


def enter(context: Context, desk: Desk, route: Route, request: Request) -> Call:
    """The call of a request whose sender may make it; its form is not read yet.

    Raises `NotEntered` without a session where one is needed, and `Refused` where the sender lacks
    the right, or the form comes from another site.
    """
    if request.method not in SAFE:
        _check_origin(request)
    token = request.cookies.get(cookie(desk), "")
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
    return Call(
        context=replace(context, who=acting.name) if acting else context,
        desk=desk,
        person=None if visitor else person,
        visitor=visitor,
        path=request.path_params,
        query=request.query_params,
        csrf=entered.csrf if entered else "",
        said=calls.said(request.cookies.get(SAID, "")),
        source=request.client.host if request.client else "",
        token=token,
        here=_here(request),
        wants_json="application/json" in request.headers.get("accept", ""),
        base=desk.address.rstrip("/") or f"http://{request.headers.get('host', '')}",
    )


def check_form(call: Call, given: form.Form) -> None:
    """Raise `Refused` for the form of a session that does not carry its token."""
    # Without an account there is no session that somebody else could use.
    carried = given.get("csrf").encode("utf-8", "replace")
    if call.person and not hmac.compare_digest(carried, call.csrf.encode()):
        raise Refused(403, "The form is older than your session; load the page again.")


def _visitor(context: Context, request: Request) -> Visitor:
    try:
        return people.visit(context, request.path_params["token"])
    except MlcollageError as error:
        raise Refused(404, str(error)) from None


def _check_right(person: Person | None, right: Right) -> None:
    if person is None or not roles.may(person.role, right):
        who = f"{person.name} is {person.role} here" if person else "You are not logged in"
        raise Refused(403, f"{who}, which does not include this; an owner can change that.")


def _check_origin(request: Request) -> None:
    """Raise `Refused` for a form that another site has sent.

    Browsers say where a form comes from; one that says neither is too old to be protected.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = request.headers.get("host", "").lower()
    is_foreign = site not in (None, "same-origin")
    if origin is not None and urlsplit(origin).netloc.lower() != own:
        is_foreign = True
    if is_foreign or (site is None and origin is None):
        raise Refused(403, "The form comes from another site, or does not say where it comes from.")


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


async def bounded(request: Request, most: int) -> Request:
    """The request, whose body may have at most so many bytes; reading more raises `Refused`."""
    length, received = request.headers.get("content-length", ""), 0
    if length.isdecimal() and int(length) > most:
        raise Refused(413, _too_large(most))
    receive = request.receive

    async def counted() -> Message:
        nonlocal received
        message: Any = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise Refused(413, _too_large(most))
        return message

    return Request(request.scope, counted)


def _too_large(most: int) -> str:
    return f"What was sent is larger than {most // 1_000_000} MB, which is the most taken here."

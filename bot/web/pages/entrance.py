"""Coming in and leaving: the login, the one-time address, invitations; and the desk's own files."""

from dataclasses import replace

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bot.core.errors import BadInput, MlcollageError
from bot.deciding import people
from bot.web import call as calls
from bot.web import rendering
from bot.web.call import Call

TYPES = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""The files that pages load, with their types."""

LONGEST = 14 * 24 * 3600
"""Seconds that a browser keeps a session's cookie; the session itself may end sooner."""


def show(call: Call) -> Response:
    """The form for logging in."""
    onward = calls.inside(call.query.get("next") or call.form.get("next", "/"))
    return call.page("login.html", onward=onward, name=call.form.get("name"))


def enter(call: Call) -> Response:
    """Log in with a name and a password."""
    name, password = call.form.needed("name").strip(), call.form.needed("password")
    token = people.login(call.context, name, password, call.source)
    return _entered(call, token, call.form.get("next", "/"))


def show_once(call: Call) -> Response:
    """The one-time address: a button, because programs look at links in advance, too."""
    return call.page("once.html")


def enter_once(call: Call) -> Response:
    """Log in by the one-time address."""
    return _entered(call, people.take_login(call.context, call.path["token"]), "/")


def show_invitation(call: Call) -> Response:
    """The form with which somebody who is invited chooses a password."""
    try:
        person = people.invited(call.context, call.path["token"])
    except MlcollageError as error:
        return call.page("problem.html", 404, message=str(error))
    return call.page("invited.html", person=person)


def accept(call: Call) -> Response:
    """Take an invitation, with a password that was typed twice."""
    password = call.form.needed("password")
    if password != call.form.needed("again"):
        raise BadInput("The two passwords differ; type the same one twice.")
    who = people.invited(call.context, call.path["token"])
    named = replace(call.context, who=who.name)
    return _entered(call, people.accept(named, call.path["token"], password), "/")


def leave(call: Call) -> Response:
    """End the session."""
    people.end_session(call.context, call.token)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(calls.session_cookie(call.desk), secure=call.desk.is_open, httponly=True)
    return answer


def asset(call: Call) -> Response:
    """One of the desk's own files."""
    name = call.path["file"]
    if name not in TYPES:
        return PlainTextResponse("There is no such file.", 404)
    fresh = {"content-type": TYPES[name], "cache-control": "no-cache"}
    return Response(rendering.asset(name), headers=fresh)


def _entered(call: Call, token: str, onward: str) -> Response:
    """Go on with a session; its token is new, so that no one else can know it."""
    answer = RedirectResponse(calls.inside(onward), 303)
    answer.set_cookie(
        calls.session_cookie(call.desk),
        token,
        max_age=LONGEST,
        httponly=True,
        samesite="lax",
        secure=call.desk.is_open,
    )
    return answer

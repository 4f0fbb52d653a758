"""The desk as an application that a web server runs."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route as Served

from bot import system
from bot.config import Desk
from bot.core.errors import BadInput, MlcollageError, NotAllowed, Stale
from bot.web import form, guard
from bot.web.call import Call, address
from bot.web.guard import Headers, NotEntered, Refused
from bot.web.installation import Installation
from bot.web.routes import ROUTES, Route

log = logging.getLogger(__name__)

UNEXPECTED = "Something unexpected happened; it is a mistake in mlcollage, and its log says where."

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def application(
    installation: Installation, desk: Desk, routes: Sequence[Route] = ROUTES
) -> Starlette:
    """The desk of an installation; its pages are answered by threads, one for each request."""
    served = [
        Served(route.path, _endpoint(installation, desk, route), methods=[route.method])
        for route in routes
    ]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=desk.all_hosts, www_redirect=False)
    answers = {404: _missing, 405: _missing}
    return Starlette(
        routes=served, middleware=[Middleware(Headers), hosts], exception_handlers=answers
    )


async def _missing(request: Request, error: Exception) -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse("There is no such page here; the desk begins at /.", 404)


def _endpoint(installation: Installation, desk: Desk, route: Route) -> Endpoint:
    async def answer(request: Request) -> Response:
        call: Call | None = None
        try:
            call = await run_in_threadpool(_entered, installation, desk, route, request)
            if request.method not in guard.SAFE:
                given = await form.read(await guard.bounded(request, route.takes))
                guard.check_form(call, given)
                call = replace(call, form=given)
            return await run_in_threadpool(_answer, route, call)
        except NotEntered as error:
            return _to_login(request, error)
        except MlcollageError as error:
            return await run_in_threadpool(_failed, installation, desk, call, error)
        except Exception as error:
            log.exception("Unexpected error at %s %s", route.method, route.path)
            what = MlcollageError(system.refusal(error) or UNEXPECTED)
            return await run_in_threadpool(_failed, installation, desk, call, what)

    return answer


def _entered(installation: Installation, desk: Desk, route: Route, request: Request) -> Call:
    context = installation.context()
    call = guard.enter(context, desk, route, request)
    return replace(call, trouble=installation.problem)


def _answer(route: Route, call: Call) -> Response:
    """The handler's answer; where it raises, the page that the form is on, with the reason."""
    try:
        return route.handler(call)
    except MlcollageError as error:
        if route.back is None or call.wants_json:
            raise
        answer = route.back(call.with_problem(str(error)))
        answer.status_code = status(error)
        return answer


def status(error: MlcollageError) -> int:
    """The status of HTTP that says what an error says."""
    match error:
        case Refused():
            return error.status
        case Stale():
            return 409
        case NotAllowed():
            return 403
        case BadInput():
            return 400
        case _:
            return 500


def _to_login(request: Request, error: Refused) -> Response:
    """To the page for logging in, and from there back; a script is told that it has to."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"problem": str(error)}, error.status)
    back = request.url.path if request.method in guard.SAFE else "/"
    return RedirectResponse(address("login", next=back), 303)


def _failed(
    installation: Installation, desk: Desk, call: Call | None, error: MlcollageError
) -> Response:
    """The page that says what went wrong."""
    if call is None:
        call = Call(installation.context(), desk)
    if call.wants_json:
        return JSONResponse({"problem": str(error)}, status(error))
    return call.page("problem.html", status(error), message=str(error))

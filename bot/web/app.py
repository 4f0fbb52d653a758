"""The desk as an application that a web server runs."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route as Served
from starlette.types import ASGIApp

from bot import system
from bot.config import Desk
from bot.core.errors import BadInput, MlcollageError, NotAllowed, Stale
from bot.web import call as calls
from bot.web import form, guard
from bot.web.call import Call, address
from bot.web.form import Form
from bot.web.guard import Headers, Hosts, NotEntered, Refused
from bot.web.installation import Installation
from bot.web.routes import ANY_PAGE, ROUTES, Route

log = logging.getLogger(__name__)

UNEXPECTED = "Something unexpected happened; it is a mistake in mlcollage, and its log says where."

NO_PAGE = {404: "There is no such page at this desk.", 405: "Nothing can be sent to this page."}
"""What is said of an address that no route has, by the status of HTTP."""

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def application(
    installation: Installation, desk: Desk, routes: Sequence[Route] = ROUTES
) -> ASGIApp:
    """The desk of an installation; its pages are answered by threads, one for each request."""
    answering = _Answering(installation, desk)
    served = [
        Served(route.path, answering.endpoint(route), methods=[route.method]) for route in routes
    ]
    made = Starlette(routes=served, exception_handlers={HTTPException: answering.no_page})
    # An address is the one that is written in the table, and no other.
    made.router.redirect_slashes = False
    return Headers(Hosts(made, desk.names))


@dataclass(frozen=True, slots=True)
class _Answering:
    """What answers the requests at an installation's desk."""

    installation: Installation
    desk: Desk

    def endpoint(self, route: Route) -> Endpoint:
        """What answers the requests of a route, whatever happens."""

        async def answer(request: Request) -> Response:
            call: Call | None = None
            try:
                call = await run_in_threadpool(self._entered, route, request)
                if request.method not in guard.SAFE:
                    given = await form.read(guard.bounded(request, route.takes))
                    guard.check_form(call, route, given)
                    call = replace(call, form=given)
                return await run_in_threadpool(_answer, route, call)
            except NotEntered as error:
                return await self._to_login(route, request, error)
            except MlcollageError as error:
                return await run_in_threadpool(self._failed, request, call, error)
            except Exception as error:
                log.exception("Unexpected error at %s %s", route.method, route.path)
                what = MlcollageError(system.refusal(error) or UNEXPECTED)
                return await run_in_threadpool(self._failed, request, call, what)

        return answer

    async def no_page(self, request: Request, error: Exception) -> Response:
        """The page that says that there is none."""
        assert isinstance(error, HTTPException)
        message = NO_PAGE.get(error.status_code, error.detail)
        call: Call | None = None
        # Whoever is logged in sees the desk around it.
        with suppress(MlcollageError):
            call = await run_in_threadpool(self._entered, ANY_PAGE, request)
        wrong = Refused(error.status_code, message)
        return await run_in_threadpool(self._failed, request, call, wrong)

    def _entered(self, route: Route, request: Request) -> Call:
        context = self.installation.context()
        call = guard.enter(context, self.desk, route, request)
        return replace(call, trouble=self.installation.problem)

    async def _to_login(self, route: Route, request: Request, error: NotEntered) -> Response:
        """To the page for logging in, and from there back; a script is told that it has to.

        Of a form, the page has what was typed: by now it stands nowhere else.
        """
        if _is_script(request):
            return JSONResponse({"problem": str(error)}, error.status)
        if request.method in guard.SAFE:
            return RedirectResponse(address("login", next=guard.here(request)), 303)
        try:
            bounded = guard.bounded(request, route.takes)
            given = await form.read(bounded, keeps_files=False)
        except MlcollageError:
            given = Form()
        return await run_in_threadpool(self._ended, request, given)

    def _ended(self, request: Request, given: Form) -> Response:
        """The page for somebody whose session ended before they sent a form."""
        came_from = urlsplit(request.headers.get("referer", ""))
        return Call(self.installation.context(), self.desk).page(
            "ended.html",
            401,
            typed=given.typed(),
            login=address("login", next=calls.inside(came_from.path)),
        )

    def _failed(self, request: Request, call: Call | None, error: MlcollageError) -> Response:
        """The page that says what went wrong; for a script an object that does."""
        if _is_script(request):
            return JSONResponse({"problem": str(error)}, status(error))
        try:
            if call is None:
                call = Call(self.installation.context(), self.desk)
            return call.page("problem.html", status(error), message=str(error))
        # Without a database or a configuration there is no page, and still an answer.
        except Exception:
            log.exception("No page for an error")
            return PlainTextResponse(str(error), status(error))


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


def _is_script(request: Request) -> bool:
    """Whether our own script asks, which reads JSON."""
    return "application/json" in request.headers.get("accept", "")

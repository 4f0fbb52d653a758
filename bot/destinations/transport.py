"""Calls to a product's API: each is ended by a deadline, and all of one publishing by another."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bot import http_calls
from bot.core import answers
from bot.core.answers import Response
from bot.core.errors import Unavailable
from bot.core.schedule import Clock

CALL = timedelta(seconds=90)
"""How long one call may take: a large picture over a slow line."""


class Request(NamedTuple):
    """What is asked for: `body` goes as JSON, `form` as a form, with a file in it where one is."""

    method: str
    url: str
    params: Sequence[tuple[str, str]] = ()
    body: object = None
    form: Mapping[str, str] | None = None
    file: tuple[str, bytes, str] | None = None
    """Its name, its bytes, its MIME type."""
    field: str = "file"
    """The form's field that has the file."""


class Client:
    """Sends requests to one server, until the time for one publishing is over.

    No connection is kept between requests. Redirects are not followed: a request that changes
    something would become another one.
    """

    def __init__(self, base_url: str, clock: Clock, longest: timedelta) -> None:
        self._base_url = base_url
        self._clock = clock
        self._longest = longest
        self._until = clock.monotonic() + longest.total_seconds()

    @property
    def host(self) -> str:
        """The server's host, with its port where it has one."""
        return urlsplit(self._base_url).netloc

    def begin(self) -> None:
        """Begin a publishing: from now on its time counts."""
        self._until = self._clock.monotonic() + self._longest.total_seconds()

    def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """Send one request and wait for the whole response.

        Raises `Unavailable` where none came: what the request did is looked up the next time.
        """
        left = timedelta(seconds=self._until - self._clock.monotonic())
        if left <= timedelta(0):
            raise Unavailable(f"{self.host} took too long; the rest is done the next time.")
        limits = http_calls.Limits(min(CALL, left), connect=min(timedelta(seconds=15), left))
        deadline = http_calls.Deadline(limits)
        try:
            return deadline.run(lambda: self._send(request, headers, deadline))
        except http_calls.Unsent as error:
            raise Unavailable(f"{self.host} cannot be reached: {error}.") from None
        except http_calls.Cut as error:
            message = f"The connection to {self.host} ended before its answer: {error}."
            raise Unavailable(message) from None

    def _send(
        self, request: Request, headers: Mapping[str, str], deadline: http_calls.Deadline
    ) -> Response:
        headers = {"User-Agent": http_calls.AGENT, "Accept": "application/json", **headers}
        more: dict[str, Any] = {}
        if request.form is not None:
            more["data"] = request.form
        elif request.body is not None:
            more["json"] = request.body
        if request.file:
            more["files"] = {request.field: request.file}
        with deadline.session(use_proxies=not self._base_url.startswith("http:")) as session:
            session.auth = http_calls.unsigned
            response = deadline.request(
                session,
                request.method,
                request.url,
                params=list(request.params),
                headers=headers,
                **more,
            )
        value = answers.json_or_text(response.content)
        return Response(response.status_code, response.headers, value)

"""One call to a server with Mastodon's API, ended by a deadline wherever it is stuck."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot import http_calls
from bot.core import answers
from bot.core.answers import Response


class Request(NamedTuple):
    """What is asked for: `body` goes as JSON, `form` as a form, with a file in it where one is."""

    method: str
    route: str
    params: Mapping[str, str] | None = None
    body: object = None
    form: Mapping[str, str] | None = None
    file: tuple[str, bytes, str] | None = None
    """Its name, its bytes, its MIME type."""
    key: str = ""
    """The idempotency key."""


class Client:
    """Sends requests to one server, with an access token where there is one.

    No connection is kept between requests: a post on one that is dead would have an unknown
    outcome. Redirects are not followed: one would send the post a second time.
    """

    def __init__(self, base_url: str, token: str, limits: http_calls.Limits) -> None:
        self._base_url = base_url
        self._token = token
        self._limits = limits

    def send(self, request: Request) -> Response:
        """Send one request and wait for the whole response.

        Raises `http_calls.Unsent` where surely nothing was sent, else `http_calls.Cut`.
        """
        deadline = http_calls.Deadline(self._limits)
        return deadline.run(lambda: self._send(request, deadline))

    def _send(self, request: Request, deadline: http_calls.Deadline) -> Response:
        # Mastodon refuses in the reader's language, and one status may stand for two things.
        headers = {
            "User-Agent": http_calls.AGENT,
            "Accept": "application/json",
            "Accept-Language": "en",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if request.key:
            headers["Idempotency-Key"] = request.key
        more: dict[str, Any] = {}
        if request.form is not None:
            more = {"data": request.form}
            if request.file:
                more["files"] = {"file": request.file}
        elif request.body is not None:
            more = {"json": request.body}
        url = f"{self._base_url}{request.route}"
        with deadline.session(use_proxies=not self._base_url.startswith("http:")) as session:
            session.auth = http_calls.unsigned
            response = deadline.request(
                session, request.method, url, params=request.params, headers=headers, **more
            )
        value = answers.json_or_text(response.content)
        return Response(response.status_code, response.headers, value)

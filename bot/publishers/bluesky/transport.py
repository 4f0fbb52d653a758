"""One call to a server of Bluesky, ended by a deadline wherever it is stuck."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot import http_calls
from bot.core import answers
from bot.core.answers import Response


class Request(NamedTuple):
    """A call by the name of its method in the lexicons, such as "com.atproto.repo.getRecord".

    `token` goes with it where there is one. Of `body`, bytes are sent as they are, of the type
    `mime`, and anything else as JSON.
    """

    nsid: str
    method: str = "GET"
    params: Mapping[str, object] | None = None
    body: object = None
    mime: str = "application/json"
    token: str = ""


class Client:
    """Sends an account's requests to its server.

    No connection is kept between requests: a post on one that is dead would have an unknown
    outcome.
    """

    def __init__(self, base_url: str, limits: http_calls.Limits) -> None:
        self._base_url = base_url.rstrip("/")
        self._limits = limits
        self._use_proxies = not base_url.startswith("http:")

    def send(self, request: Request) -> Response:
        """Send one request and wait for the whole response.

        Raises `http_calls.Unsent` where surely nothing was sent, else `http_calls.Cut`.
        """
        deadline = http_calls.Deadline(self._limits)

        def call() -> Response:
            data, headers = request.body, {}
            if data is not None:
                headers["Content-Type"] = request.mime
                if not isinstance(data, bytes):
                    data = json.dumps(data).encode()
            elif request.method == "POST":
                data = b""
            with deadline.session(use_proxies=self._use_proxies) as session:
                # It follows no redirects: one would send the post a second time.
                answer = deadline.request(
                    session,
                    request.method,
                    f"{self._base_url}/xrpc/{request.nsid}",
                    params=request.params,
                    data=data,
                    headers=headers,
                    auth=_bearer(request.token),
                )
            value = answers.json_of(answer.content)
            return Response(answer.status_code, answer.headers, value)

        return deadline.run(call)


def _bearer(token: str) -> Any:
    """What signs a request. Always given, or a password for this host in ~/.netrc would be sent."""

    def sign(request: Any) -> Any:
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign

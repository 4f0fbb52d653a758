"""One call to X: signed by tweepy, and ended by a deadline wherever it is stuck."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot import http_calls
from bot.core import answers
from bot.core.answers import Response

# At DEBUG these write tokens and signatures into the log.
for _name in ("oauthlib", "requests_oauthlib", "tweepy"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Keys(NamedTuple):
    """OAuth 1.0a user keys, by tweepy's names."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str

    def __repr__(self) -> str:
        return "Keys(***)"


class _ErrorResponse(Exception):
    """Carries a response with an error status past tweepy.

    tweepy's own errors trust the form of bodies and headers, and fail on odd ones.
    """

    def __init__(self, response: Any) -> None:
        super().__init__(response.status_code)
        self.response = response


class Client:
    """Sends an account's requests to X.

    No connection is kept between requests: a post on one that is dead would have an unknown
    outcome.
    """

    def __init__(
        self, keys: Keys, base_url: str, limits: http_calls.Limits, *, use_proxies: bool
    ) -> None:
        self._keys = keys
        self._base_url = base_url
        self._limits = limits
        self._use_proxies = use_proxies

    def request(
        self,
        method: str,
        route: str,
        *,
        params: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Response:
        """Send one request and wait for the whole response.

        Raises `http_calls.Unsent` where surely nothing was sent, else `http_calls.Cut`.
        """
        import tweepy  # heavy: 90 ms, and only what talks to X needs it

        deadline = http_calls.Deadline(self._limits)
        client = tweepy.Client(**self._keys._asdict(), wait_on_rate_limit=False)
        client.session = _Session(self._base_url, deadline, self._use_proxies)

        def send() -> Response:
            try:
                answer = client.request(method, route, params=params, json=body, user_auth=True)
            except _ErrorResponse as error:
                answer = error.response
            value = answers.json_of(answer.content)
            return Response(answer.status_code, answer.headers, value)

        return deadline.run(send)


class _Session:
    """What tweepy takes for its `requests` session: sends to the account's `base_url`, in time."""

    def __init__(self, base_url: str, deadline: http_calls.Deadline, use_proxies: bool) -> None:
        self._base_url = base_url
        self._deadline = deadline
        self._use_proxies = use_proxies

    def request(self, method: str, url: str, **more: Any) -> Any:
        # tweepy's host is fixed in its code. It is replaced here, before the request is signed,
        # because the OAuth 1.0a signature covers the host (RFC 5849, 3.4.1).
        route = url.split("/", 3)[3]
        url = f"{self._base_url}/{route}"
        with self._deadline.session(use_proxies=self._use_proxies) as session:
            # It follows no redirects: one would send the post a second time.
            response = self._deadline.request(session, method, url, **more)
        if not 200 <= response.status_code < 300:
            raise _ErrorResponse(response)
        return response

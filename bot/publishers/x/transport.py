"""One call to X: signed by tweepy, and ended by a deadline wherever it is stuck."""

import json
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot import http_calls

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


class Answer(NamedTuple):
    """What came back, whatever its status; `body` is the JSON value, None where it is none."""

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class _NotDone(Exception):
    """Carries an answer past tweepy, which trusts the form of error bodies and headers and trips
    over odd ones.
    """

    def __init__(self, response: Any) -> None:
        super().__init__(response.status_code)
        self.response = response


class Line:
    """An account's way to X. Nothing is kept between calls, so that no dead connection is ever
    posted on.
    """

    def __init__(
        self, keys: Keys, base_url: str, limits: http_calls.Limits, *, use_proxies: bool
    ) -> None:
        self._keys = keys
        self._base_url = base_url
        self._limits = limits
        self._use_proxies = use_proxies

    def call(
        self,
        method: str,
        route: str,
        *,
        params: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Answer:
        """Send one request and wait for its whole answer; raises `http_calls.Unsent` or
        `http_calls.Cut`.
        """
        import tweepy  # heavy: 90 ms, and only what talks to X needs it

        deadline = http_calls.Deadline(self._limits)
        client = tweepy.Client(**self._keys._asdict(), wait_on_rate_limit=False)
        client.session = _Session(self._base_url, deadline, self._use_proxies)

        def ask() -> Answer:
            try:
                return _answer(
                    client.request(method, route, params=params, json=body, user_auth=True)
                )
            except _NotDone as refused:
                return _answer(refused.response)

        return deadline.run(ask)


class _Session:
    """What tweepy takes for its session: it leads to the account's own server before the request is
    signed.
    """

    def __init__(self, base_url: str, deadline: http_calls.Deadline, use_proxies: bool) -> None:
        self._base_url = base_url
        self._deadline = deadline
        self._use_proxies = use_proxies

    def request(self, method: str, url: str, **more: Any) -> Any:
        # tweepy names its host in the code; the signature covers the host, so it is exchanged
        # before signing.
        own_url = f"{self._base_url}/{url.split('/', 3)[3]}"
        with self._deadline.session(use_proxies=self._use_proxies) as session:
            # It follows no redirects: one would send the post a second time.
            response = self._deadline.request(session, method, own_url, **more)
        if not 200 <= response.status_code < 300:
            raise _NotDone(response)
        return response


def _answer(response: Any) -> Answer:
    try:
        body = json.loads(response.content)
    except (RecursionError, ValueError):
        body = None
    return Answer(response.status_code, response.headers, body)

"""One call to X: signed by tweepy, on a connection of its own, ended by a deadline wherever it is
stuck.
"""

import io
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from socket import SHUT_RDWR
from typing import Any, NamedTuple

MOST = 8_000_000
"""Bytes an answer may have; a full page of a hundred posts has less than a million."""

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


class Timeouts(NamedTuple):
    """`connect` to a connection, `read` between two pieces of an answer, `total` from start to end."""

    connect: timedelta
    read: timedelta
    total: timedelta


class Answer(NamedTuple):
    """What came back, whatever its status; `body` is the JSON value, None where it is none."""

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Unsent(Exception):
    """No connection came about: the request surely was not sent."""


class Cut(Exception):
    """The request may have gone out, and no whole answer came back in time."""


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

    def __init__(self, keys: Keys, base_url: str, timeouts: Timeouts, *, use_proxies: bool) -> None:
        self._keys = keys
        self._base_url = base_url
        self._timeouts = timeouts
        self._use_proxies = use_proxies

    def call(
        self,
        method: str,
        route: str,
        *,
        params: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Answer:
        """Send one request and wait for its whole answer; raises `Unsent` or `Cut`."""
        import tweepy  # heavy: 90 ms, and only what talks to X needs it

        with _Watch(self._timeouts.total) as watch:
            try:
                client = tweepy.Client(**self._keys._asdict(), wait_on_rate_limit=False)
                client.session = _Session(self._base_url, self._timeouts, watch, self._use_proxies)
                return _answer(
                    client.request(method, route, params=params, json=body, user_auth=True)
                )
            except _NotDone as refused:
                return _answer(refused.response)
            except Exception as error:  # noqa: BLE001 - whether a connection came about is all that counts
                why = (
                    f"no whole answer within {_seconds(self._timeouts.total)}"
                    if watch.is_over
                    else _why(error)
                )
            raise Cut(why) if watch.is_connected else Unsent(why)


class _Watch:
    """Shuts the connection down at the deadline: a server that drips holds nobody longer."""

    def __init__(self, total: timedelta) -> None:
        self.is_connected = False
        self.is_over = False
        self._socket: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(total.total_seconds(), self._end)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def take(self, socket: Any, total: timedelta) -> None:
        """Watch a connection that has come about; raises `TimeoutError`, before anything is sent,
        when it is late.
        """
        with self._lock:
            if self.is_over:
                raise TimeoutError
            # urllib3 would give a whole upload no longer than the time to connect.
            socket.settimeout(total.total_seconds())
            self._socket = socket
            self.is_connected = True

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(SHUT_RDWR)


class _Session:
    """What tweepy takes for its session: it leads to the account's own server before the request is
    signed.
    """

    def __init__(self, base_url: str, timeouts: Timeouts, watch: _Watch, use_proxies: bool) -> None:
        self._base_url = base_url
        self._timeouts = timeouts
        self._watch = watch
        self._use_proxies = use_proxies

    def request(self, method: str, url: str, **more: Any) -> Any:
        import requests  # heavy: 60 ms, as above

        # tweepy names its host in the code; the signature covers the host, so it is exchanged
        # before signing.
        own_url = f"{self._base_url}/{url.split('/', 3)[3]}"
        timeout = (self._timeouts.connect.total_seconds(), self._timeouts.read.total_seconds())
        with requests.Session() as session:
            session.trust_env = self._use_proxies
            adapter: Any = _Adapter(self._watch, self._timeouts.total)
            session.mount(f"{self._base_url}/", adapter)
            # A redirect would send the post a second time.
            response = session.request(
                method, own_url, timeout=timeout, allow_redirects=False, **more
            )
        if not 200 <= response.status_code < 300:
            raise _NotDone(response)
        return response


class _Adapter:
    """A fresh connection for one request, watched until the whole answer is here."""

    def __init__(self, watch: _Watch, total: timedelta) -> None:
        self._watch = watch
        self._total = total

    def send(self, request: Any, **more: Any) -> Any:
        from requests.adapters import HTTPAdapter  # heavy: as above

        inner = HTTPAdapter(max_retries=0)
        try:
            pool = inner.get_connection_with_tls_context(
                request, more["verify"], more["proxies"], more["cert"]
            )
            pool.ConnectionCls = self._watched(pool.ConnectionCls)
            response = inner.send(request, **more | {"stream": True})
            body = b"".join(_limited(response.raw.stream(65_536, decode_content=True)))
            response.raw = io.BytesIO(body)
        finally:
            inner.close()
        if self._watch.is_over:
            raise TimeoutError
        return response

    def close(self) -> None:
        """Nothing is kept open."""

    def _watched(self, kind: type[Any]) -> type[Any]:
        def connect(connection: Any) -> None:
            kind.connect(connection)
            self._watch.take(connection.sock, self._total)

        return type(kind.__name__, (kind,), {"connect": connect})


def _limited(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST:
            raise ValueError
        yield piece


def _answer(response: Any) -> Answer:
    try:
        body = json.loads(response.content)
    except (RecursionError, ValueError):
        body = None
    return Answer(response.status_code, response.headers, body)


def _why(error: BaseException) -> str:
    """What the system says of a failure, from the innermost error that says something."""
    words, inner = "", error
    while True:
        if isinstance(inner, TimeoutError):
            words = "timed out"
        elif isinstance(inner, OSError) and inner.strerror:
            words = inner.strerror[:1].lower() + inner.strerror[1:]
        following = inner.__cause__ or inner.__context__
        if following is None:
            return words or "the connection broke"
        inner = following


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"

"""X on this machine: real HTTP, held to the API's description, with trouble on demand."""

import json
import os
import select
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.conftest import SHARED
from tests.fakes import oauth, x_dialects
from tests.fakes.description import Description
from tests.fakes.x_dialects import Asked, Dialects
from tests.fakes.x_state import Refused, State, error

USER = oauth.User(
    "aConsumerKey1234567890abc", "aConsumerSecret+/=%&", "2244994945-aToken", "aTokenSecret!*'()"
)
WINDOW = timedelta(minutes=15)
LIMITS = {"POST /2/tweets": 100, "POST /2/media/upload": 500, "POST /2/media/metadata": 500}


class Trouble(NamedTuple):
    """What befalls one call: whether it takes effect, and what comes back."""

    is_accepted: bool = False
    refusal: Refused | None = None
    is_dropped: bool = False
    is_half: bool = False
    is_dripped: bool = False
    is_held: bool = False
    """It takes effect when the test says so, long after the client gave up."""
    after: float = 0
    """Seconds until the answer."""
    raw: tuple[int, bytes] | None = None
    """A status and a body that no description allows."""
    headers: tuple[tuple[str, str], ...] = ()


def too_many(reset: float | None) -> Refused:
    """429; `reset` in seconds from now, as X's header gives it."""
    refused = error(429, 88, "Too Many Requests")
    refused.headers = (
        {} if reset is None else {"x-rate-limit-remaining": "0", "x-rate-limit-reset": f"+{reset}"}
    )
    return refused


DROP = Trouble(is_dropped=True)
ACCEPT_THEN_DROP = Trouble(is_accepted=True, is_dropped=True)
FAIL_500 = Trouble(refusal=error(500, 131, "Internal error"))
ACCEPT_THEN_500 = Trouble(is_accepted=True, refusal=error(500, 131, "Internal error"))
LATE_504 = Trouble(refusal=error(504, 0, "Gateway Timeout"), after=0.1)
ACCEPT_THEN_LATE_504 = Trouble(
    is_accepted=True, refusal=error(504, 0, "Gateway Timeout"), after=0.1
)
ACCEPT_MUCH_LATER = Trouble(is_held=True)
ACCEPT_THEN_HALF = Trouble(is_accepted=True, is_half=True)
ACCEPT_THEN_DRIP = Trouble(is_accepted=True, is_dripped=True)
READ_ONLY = error(
    403, 0, "Your client app is not configured with the appropriate oauth1 app permissions."
)
NOT_AUTHORIZED = Trouble(refusal=error(401, 32, "Could not authenticate you."))
NO_CREDITS = Trouble(
    refusal=error(402, 0, "CreditsDepleted: your enrolled account has no credits.")
)
SUSPENDED = Trouble(
    refusal=error(403, 64, "Your account is suspended and is not permitted to access this feature.")
)
REFUSED_CONTENT = Trouble(refusal=error(403, 0, "This post was refused because of its content."))
DUPLICATE = Trouble(
    refusal=error(403, 187, "You are not allowed to create a Tweet with duplicate content.")
)
REPLY_TOO_EARLY = Trouble(
    refusal=error(
        403, 385, "You attempted to reply to a Tweet that is deleted or not visible to you."
    )
)
TOO_MANY = Trouble(refusal=too_many(600))
TOO_MANY_WITHOUT_RESET = Trouble(refusal=too_many(None))


class Call(NamedTuple):
    """One request as it came in; `body` is its JSON, `accepted` whether it took effect."""

    route: str
    query: dict[str, str]
    body: Any


@dataclass
class FakeX:
    """The server's side: its state, the calls it got, and the trouble that awaits some of them."""

    clock: Callable[[], datetime]
    description: Description | None = None
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    trouble: dict[int, Trouble] = field(default_factory=dict)
    """By the number of the call, from 1."""
    on_route: dict[tuple[str, int], Trouble] = field(default_factory=dict)
    """By the route and how often it was called, from 1."""
    held: list[Callable[[], object]] = field(default_factory=list)
    dialects: Dialects = field(default_factory=Dialects)
    access_level: str = "read-write"
    """What the keys may do, as the header `x-access-level` says it; "" for no such header."""

    def __post_init__(self) -> None:
        self.state = State(self.clock)
        self.nonces: set[str] = set()
        self.lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self._used: dict[str, tuple[datetime, int]] = {}

    def routes(self) -> list[str]:
        return [call.route for call in self.calls]

    def release(self) -> None:
        """Let what was held take effect now."""
        while self.held:
            try:
                self.held.pop(0)()
            except Refused:
                continue

    def begin(self, call: Call) -> Trouble | None:
        """Note a call; the trouble that waits for it."""
        self.calls.append(call)
        self.counts[call.route] += 1
        by_route = self.on_route.pop((call.route, self.counts[call.route]), None)
        return self.trouble.pop(len(self.calls), by_route)

    def limit(self, route: str) -> dict[str, str]:
        """Count a call against its limit; the headers, or `Refused` when it is spent."""
        most, now = LIMITS.get(route, 900), self.clock()
        since, count = self._used.get(route, (now, 0))
        since, count = (now, 0) if now - since >= WINDOW else (since, count)
        self._used[route] = (since, count + 1)
        reset = str(int((since + WINDOW).timestamp()))
        headers = {
            "x-rate-limit-limit": str(most),
            "x-rate-limit-remaining": str(max(0, most - count - 1)),
        }
        if count >= most:
            refused = too_many(None)
            refused.headers = headers | {"x-rate-limit-reset": reset}
            raise refused
        return headers | {"x-rate-limit-reset": reset}

    def act(
        self, route: str, path: str, query: dict[str, str], body: Any
    ) -> tuple[int, dict[str, Any]]:
        """Do what a call asks for; raises `Refused`."""
        state, parts = self.state, path.split("/")
        match route:
            case "POST /2/tweets":
                return 201, state.create_post(body)
            case "POST /2/media/upload":
                return 200, state.upload(body)
            case "POST /2/media/metadata":
                return 200, state.set_alt(body)
            case "GET /2/media/upload":
                return 200, state.upload_state(query["media_id"])
            case "GET /2/users/me":
                return 200, state.me(query)
            case "GET /2/users/:id/tweets":
                return 200, state.timeline(parts[3], query)
            case "DELETE /2/tweets/:id":
                return 200, state.delete(parts[3])
            case "GET /2/tweets/:id":
                return 200, state.post(parts[3], query)
        raise error(404, 34, "There is no such call.")


def route_of(method: str, path: str) -> str:
    """The call a path means, with `:id` for what it names."""
    parts = [
        ":id" if part.isdecimal() and place > 1 else part
        for place, part in enumerate(path.split("/"))
    ]
    return f"{method} {'/'.join(parts)}"


class _Handler(BaseHTTPRequestHandler):
    fake: FakeX

    def log_message(self, *_: object) -> None:
        """Nothing: the calls are kept."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return f"{self.fake.clock().astimezone(UTC):%a, %d %b %Y %H:%M:%S GMT}"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        if len(raw) < size:
            # Whoever sent it died on the way.
            self.close_connection = True
            return
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw
        call = Call(route_of(self.command, parts.path), query, body)
        with self.fake.lock:
            trouble = self.fake.begin(call) or Trouble(is_accepted=True)
        try:
            asked = self._check(parts.path, query, body)
            status, answer, headers = self._outcome(call, asked, parts.path, trouble)
        except Refused as refused:
            status, answer, headers = refused.status, refused.body, dict(refused.headers)
        if trouble.is_held:
            # As long as the client waits.
            select.select([self.connection], [], [], 10)
            trouble = trouble._replace(is_dropped=True)
        if not trouble.is_dropped:
            time.sleep(trouble.after)
            self._answer(parts.path, status, answer, headers | dict(trouble.headers), trouble)
        self.close_connection = True

    def _check(self, path: str, query: dict[str, str], body: Any) -> Asked:
        """The query as it is meant; raises `Refused` for keys, fields or forms that X refuses."""
        url = f"http://{self.headers['Host']}{self.path}"
        wrong = oauth.problem(
            self.command, url, self.headers.get("Authorization", ""), USER, self.fake.nonces
        )
        if wrong:
            raise error(401, 32, f"Could not authenticate you: {wrong}.")
        if self.fake.access_level == "read" and self.command == "POST":
            raise READ_ONLY
        asked = x_dialects.understood(query, self.fake.dialects)
        if self.fake.description:
            kind = self.headers.get("Content-Type", "")
            found = self.fake.description.wrong_in_request(
                self.command, path, asked.described, kind, body
            )
            if found:
                self.fake.violations += found
                raise error(400, 0, "; ".join(found))
        return asked

    def _outcome(
        self, call: Call, asked: Asked, path: str, trouble: Trouble
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        with self.fake.lock:
            headers = self.fake.limit(call.route)

            def act() -> tuple[int, dict[str, Any]]:
                return self.fake.act(call.route, path, asked.meant, call.body)

            if trouble.is_held:
                self.fake.held.append(act)
                return 504, {}, {}
            status, answer = act() if trouble.is_accepted else (200, {})
        if trouble.refusal:
            raise trouble.refusal
        # Held to the description before it is put into the other dialect's words.
        self._check_answer(path, status, answer, trouble)
        return status, x_dialects.answered(answer) if asked.is_old else answer, headers

    def _check_answer(self, path: str, status: int, answer: Any, trouble: Trouble) -> None:
        if self.fake.description and not trouble.raw and not trouble.is_dropped:
            self.fake.violations += self.fake.description.wrong_in_response(
                self.command, path, status, "application/json", answer
            )

    def _answer(
        self, path: str, status: int, answer: Any, headers: dict[str, str], trouble: Trouble
    ) -> None:
        kind = "application/problem+json" if "type" in answer else "application/json"
        data = json.dumps(answer, ensure_ascii=False).encode()
        if trouble.raw:
            status, data = trouble.raw
        elif self.fake.description and status >= 300:
            self.fake.violations += self.fake.description.wrong_in_response(
                self.command, path, status, kind, answer
            )
        self.send_response(status)
        if self.fake.access_level and status != 401:
            self.send_header("x-access-level", self.fake.access_level)
        for name, value in headers.items():
            if value.startswith("+"):
                value = str(int(self.fake.clock().timestamp() + float(value)))
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if trouble.is_half:
            data = data[: len(data) // 2]
        pieces = [data[at : at + 1] for at in range(len(data))] if trouble.is_dripped else [data]
        for piece in pieces:
            try:
                self.wfile.write(piece)
                self.wfile.flush()
            except OSError:
                return
            if trouble.is_dripped:
                time.sleep(0.05)


@contextmanager
def running(clock: Callable[[], datetime], description: Path | None) -> Iterator[FakeX]:
    """A server on a port of its own, until the block ends; without a description it says so."""
    if description is None:
        print(
            "The local X has no API description here: what is asked and answered is not checked.",
            file=sys.stderr,
        )
    fake = FakeX(clock, Description(description) if description else None)
    handler = type("Handler", (_Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def description() -> Path | None:
    """The API's description among the shared test data; nothing where that is not here, which fails
    under CI=true.
    """
    file = SHARED / "x-api/openapi.json"
    if file.exists():
        return file
    if os.environ.get("CI") == "true":
        pytest.fail("the shared test data has no x-api/openapi.json here")
    return None


@contextmanager
def checked(clock: Callable[[], datetime]) -> Iterator[FakeX]:
    """As `running`; what the description does not allow fails the test at the end."""
    with running(clock, description()) as fake:
        yield fake
    assert fake.violations == []


def account(fake: FakeX, **more: str) -> dict[str, str]:
    """The settings of an account on this server."""
    settings = {"network": "x", "base_url": fake.url, "username": State.username} | USER._asdict()
    return settings | {"read_timeout": "10s", "total_timeout": "20s"} | more

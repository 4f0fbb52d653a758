"""A network where the client names its records, and one put again is no second post: publisher and
server.
"""

import hashlib
import http.client
import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.core import layout as layouts
from bot.core import settings
from bot.core.audit import Difference, Kind
from bot.core.collage import shown
from bot.core.delivery import Absent, Found, Look, Part, Post, Receipt, ShownPost, Survey, Thread
from bot.core.errors import BadInput, Rejected, Unavailable, Uncertain
from bot.core.network import BLUESKY, Limits
from bot.core.price import Price, Requests
from bot.core.schedule import Clock
from bot.core.settings import setting
from bot.publishers.protocol import Saved

NAME = "keyed"
PLACE = ("tests.fakes.keyed", "Keyed")
"""As the table of publishers names a network; only tests enter it there."""


@dataclass(frozen=True, slots=True)
class Settings:
    base_url: str = setting(settings.some_text, "")


class Keyed:
    """One account; each part has a key of its own, made of the thread's key and its position."""

    network = BLUESKY
    duty = ""
    whole = False
    indivisible = False
    proves_absence = True
    by_hand = ""
    layout = layouts.THREAD
    link_cards = False
    price: Price | None = None
    budget: Decimal | None = None
    secrets = ()
    handle = ""
    known = None
    server = None

    def __init__(self, own: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.identity = own.base_url
        self._clock = clock
        self._longest = min(longest, timedelta(seconds=10)).total_seconds()

    def limits(self) -> Limits:
        return self.network.limits

    def profile(self) -> None:
        """None: nobody has an identity here."""

    def usage(self) -> Requests:
        return Requests()

    def problems(self, parts: Sequence[Part]) -> Sequence[str]:
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        _, listed = self._ask("GET", f"/records?after={since or ''}")
        own = {key_of(thread, part.position) for part in thread.parts}
        others = (
            Post(self._receipt(each["key"]), each["text"])
            for each in listed
            if each["key"] not in own
        )
        return Survey(self._there(thread), tuple(others), saved)

    def receipt(self, url: str) -> Receipt:
        key = url.removeprefix(f"{self.identity}/records/")
        if not re.fullmatch("[0-9a-f]{16}", key) or self._ask("GET", f"/records/{key}")[0] != 200:
            raise BadInput(f"{shown(url)} is no post of this account; name one of its posts.")
        return self._receipt(key)

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        for part in thread.parts:
            if part.image and part.receipt is None:
                status, _ = self._ask("PUT", f"/blobs/{part.image.sha256}", part.image.data)
                if status != 200:
                    raise Unavailable(f"The picture was not taken ({status}).")
        return saved | {
            "keys": {str(part.position): key_of(thread, part.position) for part in thread.parts}
        }

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        assert position is not None
        keys: Any = saved["keys"]
        part, key = thread.parts[position - 1], str(keys[str(position)])
        record = {
            "text": part.text,
            "parent": str(keys[str(position - 1)]) if position > 1 else None,
        }
        if part.image:
            record |= {"picture": part.image.sha256, "alt": part.image.alt}
        try:
            status, _ = self._ask("PUT", f"/records/{key}", json.dumps(record).encode())
        except _Cut as cut:
            raise Uncertain(str(cut)) from None
        if status != 200:
            raise Rejected(f"The record was refused ({status}).")
        return {position: self._receipt(key)}

    def find(self, thread: Thread, saved: Saved) -> Look:
        found = self._there(thread)
        return Found(found) if found else Absent()

    def read_back(self, thread: Thread, position: int, saved: Saved) -> Difference | None:
        _, record = self._ask("GET", f"/records/{key_of(thread, position)}")
        if record["text"] == thread.parts[position - 1].text:
            return None
        return Difference(f"Part {position} differs.", frozenset({Kind.TEXT}), record["text"])

    def shown(self, since: str) -> list[ShownPost]:
        """All records from that one on, the oldest first."""
        _, listed = self._ask("GET", "/records?after=")
        keys = [each["key"] for each in listed]
        first = keys.index(since) if since in keys else 0
        return [
            ShownPost(self._receipt(each["key"]), each["text"], None, 0, ())
            for each in listed[first:]
        ]

    def put_away(self, thread: Thread, saved: Saved) -> None:
        """Nothing waits for anybody here."""

    def delete(self, post_id: str) -> None:
        raise BadInput("Nothing is deleted here.")

    def check(self) -> str:
        return ""

    def _there(self, thread: Thread) -> dict[int, Receipt]:
        """The parts without a receipt that are there by their keys."""
        missing = {
            part.position: key_of(thread, part.position)
            for part in thread.parts
            if part.receipt is None
        }
        there = {
            position: key
            for position, key in missing.items()
            if self._ask("GET", f"/records/{key}")[0] == 200
        }
        return {position: self._receipt(key) for position, key in there.items()}

    def _receipt(self, key: str) -> Receipt:
        return Receipt(key, f"{self.identity}/records/{key}", self._clock.now())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
        parts = urlsplit(self.identity)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=self._longest
        )
        try:
            connection.connect()
        except OSError as error:
            raise Unavailable(f"{self.identity} cannot be reached: {error}.") from None
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _Cut(f"{self.identity} did not answer: {error}.") from None
        finally:
            connection.close()


class _Cut(Unavailable):
    """The request may have gone out; only where it can publish does that matter."""


def key_of(thread: Thread, position: int) -> str:
    return hashlib.sha256(f"{thread.key}/{position}".encode()).hexdigest()[:16]


@dataclass
class FakeKeyed:
    """The server's side: records by key in the order they came, pictures, and whatever was
    overwritten.
    """

    url: str = ""
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    overwritten: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, object]:
        kind, _, key = path.strip("/").partition("/")
        match method, kind:
            case "PUT", "blobs":
                self.blobs[key] = body
                return 200, {}
            case "PUT", "records":
                return self._put(key, json.loads(body))
            case "GET", "records" if key:
                return (200, self.records[key]) if key in self.records else (404, {})
            case "GET", "records":
                keys, after = list(self.records), "".join(query.get("after", []))
                since = keys.index(after) + 1 if after in keys else 0
                return 200, [
                    {"key": key, "text": self.records[key]["text"]} for key in keys[since:]
                ]
        return 404, {}

    def _put(self, key: str, record: dict[str, Any]) -> tuple[int, object]:
        if record.get("picture") and record["picture"] not in self.blobs:
            return 400, {}
        if key in self.records and self.records[key] != record:
            self.overwritten.append(key)
        self.records[key] = record
        return 200, {"key": key}


class _Handler(BaseHTTPRequestHandler):
    fake: FakeKeyed

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        size, parts = int(self.headers.get("Content-Length") or 0), urlsplit(self.path)
        body = self.rfile.read(size)
        if len(body) < size:
            return  # whoever sent it is gone
        with self.fake.lock:
            status, answer = self.fake.answer(self.command, parts.path, parse_qs(parts.query), body)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def running() -> Iterator[FakeKeyed]:
    """A server on a port of its own, until the block ends."""
    fake = FakeKeyed()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
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


def account(fake: FakeKeyed) -> dict[str, str]:
    """The settings of an account on this server."""
    return {"network": NAME, "base_url": fake.url}

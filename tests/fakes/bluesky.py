"""A server of Bluesky on this machine: real HTTP, held to the lexicons, with trouble on demand.

What the real one refuses it refuses with the same words (tests/integration/test_bluesky_server.py
compares them); what the real one takes though readers would be shown something wrong, it notes.
"""

import base64
import json
import re
import select
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from bot.core.text import graphemes
from bot.publishers.bluesky import cids

POST = "app.bsky.feed.post"
HANDLE, PASSWORD = "lab.example.org", "abcd-efgh-ijkl-mnop"
DID = "did:plc:lab23456723456723456723"
OTHERS = {"mlcollage.bsky.social": "did:plc:other456723456723456723"}
ACCESS_LIFE, REFRESH_LIFE = timedelta(hours=2), timedelta(days=90)
TID = "[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}"
ZONED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"


class Refused(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, name: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body = {"error": name, "message": message}


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
    raw: tuple[int, bytes] | None = None


def limited(reset: float | None) -> Refused:
    """429; `reset` in seconds from now, as an instant in the header."""
    headers = {} if reset is None else {"ratelimit-remaining": "0", "ratelimit-reset": f"+{reset}"}
    return Refused(429, "RateLimitExceeded", "Rate Limit Exceeded", headers)


def failure() -> Refused:
    return Refused(500, "InternalServerError", "Internal Server Error")


DROP = Trouble(is_dropped=True)
ACCEPT_THEN_DROP = Trouble(is_accepted=True, is_dropped=True)
FAIL_500 = Trouble(refusal=failure())
ACCEPT_THEN_500 = Trouble(is_accepted=True, refusal=failure())
LATE_504 = Trouble(refusal=Refused(504, "", "Gateway Timeout"), after=0.1)
ACCEPT_THEN_HALF = Trouble(is_accepted=True, is_half=True)
ACCEPT_THEN_DRIP = Trouble(is_accepted=True, is_dripped=True)
ACCEPT_MUCH_LATER = Trouble(is_held=True)
ACCEPT_THEN_REFUSE = Trouble(
    is_accepted=True, refusal=Refused(400, "InvalidRequest", "Something is not right")
)
EXPIRED = Trouble(refusal=Refused(400, "ExpiredToken", "Token has expired"))
REFUSED_CONTENT = Trouble(
    refusal=Refused(400, "InvalidRequest", f"Invalid {POST} record: it is not right")
)
UNKNOWN_METHOD = Trouble(refusal=Refused(501, "MethodNotImplemented", "Method Not Implemented"))
BLOB_GONE = Trouble(refusal=Refused(400, "BlobNotFound", "Could not find blob: bafkreia"))
TAKEN_DOWN = Trouble(refusal=Refused(401, "AccountTakedown", "Account has been taken down"))
TOO_MANY = Trouble(refusal=limited(600))
TOO_MANY_WITHOUT_RESET = Trouble(refusal=limited(None))


@dataclass
class FakeBluesky:
    """The server's side: the account's records in the order they came, blobs, and the calls."""

    clock: Callable[[], datetime]
    url: str = ""
    calls: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """What a real server would have taken, and a reader would be shown wrongly."""
    trouble: dict[int, Trouble] = field(default_factory=dict)
    """By the number of the call, from 1."""
    on_call: dict[tuple[str, int], Trouble] = field(default_factory=dict)
    """By the method's name and how often it was called, from 1."""
    held: list[Callable[[], object]] = field(default_factory=list)
    password: str = PASSWORD
    scope: str = "com.atproto.appPass"
    """What the password's sessions may do: "com.atproto.access" for the account's own."""
    handle: str = HANDLE
    status: str = ""
    """Why the account is not active: "takendown", "suspended", "deactivated"; "" where it is."""
    takes_whole_threads: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.blobs: dict[str, tuple[bytes, str]] = {}
        self.tokens: dict[str, tuple[str, datetime]] = {}
        self.counts: Counter[str] = Counter()

    def empty(self) -> None:
        """As before anything happened."""
        for kept in (self.calls, self.bodies, self.violations, self.trouble, self.on_call):
            kept.clear()
        self.held.clear()
        self.__post_init__()

    def logins(self) -> int:
        return self.counts["com.atproto.server.createSession"]

    def release(self) -> None:
        """Let what was held take effect now."""
        while self.held:
            try:
                self.held.pop(0)()
            except Refused:
                continue

    def begin(self, nsid: str, body: Any) -> Trouble:
        """Note a call; the trouble that waits for it."""
        self.calls.append(nsid)
        self.bodies.append(body)
        self.counts[nsid] += 1
        by_name = self.on_call.pop((nsid, self.counts[nsid]), None)
        return self.trouble.pop(len(self.calls), by_name) or Trouble(is_accepted=True)

    def uri(self, key: str) -> str:
        return f"at://{DID}/{POST}/{key}"

    # Who asks

    def session(self) -> dict[str, Any]:
        """A new pair of tokens."""
        number = len(self.tokens)
        claims = json.dumps({"scope": self.scope, "jti": f"access-{number}"}).encode()
        access = base64.urlsafe_b64encode(claims).decode().rstrip("=")
        tokens = {"access": f"e30.{access}.signed", "refresh": f"refresh-{number}"}
        for kind, token in tokens.items():
            life = ACCESS_LIFE if kind == "access" else REFRESH_LIFE
            self.tokens[token] = (kind, self.clock() + life)
        return {
            "did": DID,
            "handle": self.handle,
            "accessJwt": tokens["access"],
            "refreshJwt": tokens["refresh"],
        }

    def authorize(self, header: str, wanted: str = "access") -> None:
        """Raise `Refused` for no token, one of the wrong kind, or one that has ended."""
        if not header:
            raise Refused(401, "AuthMissing", "Authentication Required")
        kind, until = self.tokens.get(header.removeprefix("Bearer "), ("", self.clock()))
        if kind != wanted:
            raise Refused(400, "InvalidToken", "Token could not be verified")
        if self.clock() >= until:
            raise Refused(400, "ExpiredToken", "Token has expired")
        if self.status == "takendown":
            raise Refused(401, "AccountTakedown", "Account has been taken down")

    def act(self, nsid: str, query: dict[str, str], body: Any, header: str, kind: str) -> Any:
        """Do what a call asks for; raises `Refused`."""
        match nsid:
            case "com.atproto.server.createSession":
                return self._log_in(body)
            case "com.atproto.server.refreshSession":
                self.authorize(header, "refresh")
                return self.session()
            case "com.atproto.repo.getRecord":
                return self._get(query)
            case "com.atproto.repo.listRecords":
                return self._list(query)
            case "com.atproto.identity.resolveHandle":
                return self._resolve(query["handle"])
        self.authorize(header)
        return self._act_for_owner(nsid, body, kind)

    def _act_for_owner(self, nsid: str, body: Any, kind: str) -> Any:
        match nsid:
            case "com.atproto.server.getSession":
                return self._whose()
            case "com.atproto.repo.uploadBlob":
                return self._upload(body, kind)
            case "com.atproto.repo.applyWrites":
                return self._apply(body)
            case "com.atproto.repo.createRecord":
                write = {"rkey": body["rkey"], "value": body["record"]}
                return self._create([write])[0]
            case "com.atproto.repo.deleteRecord":
                self.records.pop(body["rkey"], None)
                return {}
        raise Refused(501, "MethodNotImplemented", "Method Not Implemented")

    def _log_in(self, body: Any) -> Any:
        if body["identifier"] not in {self.handle, DID} or body["password"] != self.password:
            raise Refused(401, "AuthenticationRequired", "Invalid identifier or password")
        if self.status == "takendown":
            raise Refused(401, "AccountTakedown", "Account has been taken down")
        return self.session()

    def _whose(self) -> Any:
        said = {"did": DID, "handle": self.handle, "active": not self.status}
        return said | ({"status": self.status} if self.status else {})

    def _resolve(self, handle: str) -> Any:
        known = {self.handle: DID, **OTHERS}
        if handle not in known:
            raise Refused(400, "InvalidRequest", "Unable to resolve handle")
        return {"did": known[handle]}

    # Records

    def _get(self, query: dict[str, str]) -> Any:
        key = query["rkey"]
        if query["repo"] not in {DID, self.handle} or key not in self.records:
            uri = f"at://{query['repo']}/{POST}/{key}"
            raise Refused(400, "RecordNotFound", f"Could not locate record: {uri}")
        return self._entry(key)

    def _entry(self, key: str) -> Any:
        value = self.records[key]
        return {"uri": self.uri(key), "cid": cids.of_record(value), "value": value}

    def _list(self, query: dict[str, str]) -> Any:
        limit, cursor = int(query.get("limit", "50")), query.get("cursor", "")
        if not 1 <= limit <= 100:
            raise Refused(400, "InvalidRequest", "Error: limit must be between 1 and 100")
        keys = sorted(self.records, reverse=query.get("reverse") != "true")
        if cursor:
            is_up = query.get("reverse") == "true"
            keys = [key for key in keys if (key > cursor) == is_up and key != cursor]
        page = keys[:limit]
        more = {"cursor": page[-1]} if page else {}
        return {"records": [self._entry(key) for key in page]} | more

    def _upload(self, data: bytes, kind: str) -> Any:
        if len(data) > 5_242_880:
            raise Refused(413, "PayloadTooLarge", "request entity too large")
        cid = cids.of_blob(data)
        self.blobs[cid] = (data, kind)
        if not data.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF")):
            self.violations.append("a picture that is none")
        ref = {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": len(data)}
        return {"blob": ref}

    def _apply(self, body: Any) -> Any:
        if not self.takes_whole_threads:
            raise Refused(400, "InvalidRequest", "Only one write is allowed")
        if {write["$type"] for write in body["writes"]} != {"com.atproto.repo.applyWrites#create"}:
            raise Refused(400, "InvalidRequest", "Only creates are known here")
        kind = "com.atproto.repo.applyWrites#createResult"
        results = [{"$type": kind, **each} for each in self._create(body["writes"])]
        return {"commit": {"cid": "bafyreia", "rev": "3laaaaaaaaaaa"}, "results": results}

    def _create(self, writes: list[dict[str, Any]]) -> list[dict[str, str]]:
        """All of them or none."""
        for write in writes:
            self._check(write["rkey"], write["value"])
        if any(write["rkey"] in self.records for write in writes):
            raise failure()
        for write in writes:
            self.records[write["rkey"]] = write["value"]
        for write in writes:
            self._check_reply(write["value"])
        made = (write["rkey"] for write in writes)
        return [{"uri": self.uri(key), "cid": cids.of_record(self.records[key])} for key in made]

    def _check(self, key: str, value: Any) -> None:
        """What the lexicons of posts say."""
        if not re.fullmatch(TID, key):
            self.violations.append(f"a key that is no TID: {key}")
        problem = _problem(value)
        if problem:
            raise Refused(400, "InvalidRequest", f"Invalid {POST} record: {problem}")
        for blob in _blobs(value):
            if blob["ref"]["$link"] not in self.blobs:
                missing = f"Could not find blob: {blob['ref']['$link']}"
                raise Refused(400, "BlobNotFound", missing)
        if not value["text"].strip():
            self.violations.append("an empty text")
        size = len(value["text"].encode())
        for facet in value.get("facets", []):
            index = facet["index"]
            if not 0 <= index["byteStart"] < index["byteEnd"] <= size:
                self.violations.append(f"a facet out of range: {index}")

    def _check_reply(self, value: Any) -> None:
        for ref in value.get("reply", {}).values():
            known = self.records.get(ref["uri"].rpartition("/")[2])
            if known is None or cids.of_record(known) != ref["cid"]:
                self.violations.append(f"a reply to nothing: {ref}")


def _problem(value: Any) -> str:
    """What a server finds wrong with a post; "" for nothing."""
    if value.get("$type") != POST:
        return "it is no post"
    count, size = graphemes.count(value["text"]), len(value["text"].encode())
    if count > 300:
        return f"grapheme too big (maximum 300, got {count}) at $.record.text"
    if size > 3_000:
        return f"string too big (maximum 3000, got {size}) at $.record.text"
    if not re.fullmatch(ZONED, value["createdAt"]):
        return f'Invalid datetime (got "{value["createdAt"]}") at $.record.createdAt'
    if len(value.get("langs", [])) > 3:
        return f"array too big (maximum 3, got {len(value['langs'])}) at $.record.langs"
    return _problem_of_embed(value)


def _problem_of_embed(value: Any) -> str:
    for image in value.get("embed", {}).get("images", []):
        if not isinstance(image.get("alt"), str):
            return 'Missing required key "alt" at $.record.embed.images[0]'
        sides = image.get("aspectRatio", {"width": 1, "height": 1})
        if (least := min(sides["width"], sides["height"])) < 1:
            return f"integer too small (minimum 1, got {least}) at $.record.embed.images[0]"
        if image["image"]["size"] > 2_000_000:
            got = image["image"]["size"]
            return f"blob too big (maximum 2000000, got {got}) at $.record.embed.images[0].image"
    thumb = value.get("embed", {}).get("external", {}).get("thumb")
    if thumb and thumb["size"] > 1_000_000:
        return "blob too big (maximum 1000000) at $.record.embed.external.thumb"
    return ""


def _blobs(value: Any) -> list[Any]:
    embed = value.get("embed", {})
    found = [image["image"] for image in embed.get("images", [])]
    thumb = embed.get("external", {}).get("thumb")
    return found + ([thumb] if thumb else [])


class _Handler(BaseHTTPRequestHandler):
    fake: FakeBluesky

    def log_message(self, *_: object) -> None:
        """Nothing: the calls are kept."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return f"{self.fake.clock().astimezone(UTC):%a, %d %b %Y %H:%M:%S GMT}"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        self.close_connection = True
        if len(raw) < size:
            # Whoever sent it died on the way.
            return
        nsid, kind = parts.path.removeprefix("/xrpc/"), self.headers.get("Content-Type", "")
        body = json.loads(raw) if raw and kind == "application/json" else raw
        with self.fake.lock:
            trouble = self.fake.begin(nsid, body)
        status, answer, headers = self._outcome(nsid, query, body, trouble)
        if trouble.is_held:
            # As long as the client waits.
            select.select([self.connection], [], [], 10)
        if not (trouble.is_dropped or trouble.is_held):
            time.sleep(trouble.after)
            self._answer(status, answer, headers, trouble)

    def _outcome(
        self, nsid: str, query: dict[str, str], body: Any, trouble: Trouble
    ) -> tuple[int, Any, dict[str, str]]:
        header, kind = (self.headers.get(name, "") for name in ("Authorization", "Content-Type"))

        def act() -> Any:
            return self.fake.act(nsid, query, body, header, kind)

        with self.fake.lock:
            if trouble.is_held:
                self.fake.held.append(act)
                return 504, {}, {}
            try:
                answer = act() if trouble.is_accepted else {}
                if trouble.refusal:
                    raise trouble.refusal
            except Refused as refused:
                return refused.status, refused.body, refused.headers
        return 200, answer, {}

    def _answer(self, status: int, answer: Any, headers: dict[str, str], trouble: Trouble) -> None:
        data = json.dumps(answer, ensure_ascii=False).encode()
        if trouble.raw:
            status, data = trouble.raw
        self.send_response(status)
        for name, value in headers.items():
            shown = value
            if value.startswith("+"):
                shown = str(int(self.fake.clock().timestamp() + float(value)))
            self.send_header(name, shown)
        self.send_header("Content-Type", "application/json; charset=utf-8")
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
def running(clock: Callable[[], datetime]) -> Iterator[FakeBluesky]:
    """A server on a port of its own, until the block ends."""
    fake = FakeBluesky(clock)
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


@contextmanager
def checked(clock: Callable[[], datetime]) -> Iterator[FakeBluesky]:
    """As `running`; what a reader would be shown wrongly fails the test at the end."""
    with running(clock) as fake:
        yield fake
    assert fake.violations == []


def account(fake: FakeBluesky, **more: str) -> dict[str, str]:
    """The settings of an account on this server."""
    settings = {"network": "bluesky", "base_url": fake.url}
    settings |= {"handle": HANDLE, "app_password": PASSWORD}
    return settings | {"read_timeout": "10s", "total_timeout": "20s"} | more

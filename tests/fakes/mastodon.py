"""A server with Mastodon's API on this machine: real HTTP, in the dialect of one kind of server or
another, with trouble on demand.
"""

import hashlib
import io
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
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from PIL import Image, UnidentifiedImageError

from tests.fakes.mastodon_dialects import MASTODON, Dialect

TOKEN, NAME, USER = "aToken-1234567890abcdef", "mlcollage", "109876543210"
CODE, CLIENT, SECRET = "aCodeToPaste", "aClientId", "aClientSecret"
SCOPES = "read:accounts read:statuses write:statuses write:media"
KNOWN = frozenset(
    {
        *("status", "visibility", "language", "media_ids", "in_reply_to_id", "spoiler_text"),
        *("sensitive", "content_type"),
    }
)
"""What a status may be made of; anything else is a violation."""


class Refused(Exception):
    def __init__(self, status: int, body: object = None, **headers: str) -> None:
        self.status, self.body, self.headers = status, body, headers


def error(status: int, text: str, **headers: str) -> Refused:
    return Refused(status, {"error": text}, **headers)


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


DROP = Trouble(is_dropped=True)
ACCEPT_THEN_DROP = Trouble(is_accepted=True, is_dropped=True)
FAIL_500 = Trouble(refusal=error(500, "Internal error"))
ACCEPT_THEN_500 = Trouble(is_accepted=True, refusal=error(500, "Internal error"))
ACCEPT_THEN_502 = Trouble(is_accepted=True, raw=(502, b"<html>Bad Gateway</html>"))
ACCEPT_MUCH_LATER = Trouble(is_held=True)
ACCEPT_THEN_HALF = Trouble(is_accepted=True, is_half=True)
ACCEPT_THEN_DRIP = Trouble(is_accepted=True, is_dripped=True)
NOT_AUTHORIZED = Trouble(refusal=error(401, "The access token is invalid"))
SUSPENDED = Trouble(refusal=error(403, "Your login is currently disabled"))
REFUSED_CONTENT = Trouble(
    refusal=error(422, "Validation failed: Text character limit of 500 exceeded")
)
ACCEPT_THEN_REFUSE = Trouble(is_accepted=True, refusal=error(422, "Validation failed: Text"))
TOO_MANY = Trouble(refusal=error(429, "Too many requests", **{"X-RateLimit-Reset": "+600"}))
TOO_MANY_WITHOUT_RESET = Trouble(refusal=error(429, "Throttled"))


class Call(NamedTuple):
    route: str
    query: dict[str, str]
    body: Any
    key: str = ""


@dataclass
class Upload:
    id: str
    data: bytes
    alt: str | None
    asked: int = 0


@dataclass
class Status:
    id: str
    text: str
    at: datetime
    visibility: str
    parent: str | None
    media: list[Upload]
    language: str | None = None
    warning: str = ""
    reblog: bool = False


@dataclass
class FakeMastodon:
    """The server's side: what it has, the calls it got, and the trouble that awaits them."""

    clock: Callable[[], datetime]
    dialect: Dialect = MASTODON
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    trouble: dict[int, Trouble] = field(default_factory=dict)
    """By the number of the call, from 1."""
    on_route: dict[tuple[str, int], Trouble] = field(default_factory=dict)
    """By the route and how often it was called, from 1."""
    held: list[Callable[[], object]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    """Ids of statuses that the timelines do not show."""
    home_shows_all: bool = False
    """Whether the home timeline shows them all the same."""
    others: set[str] = field(default_factory=set)
    """Ids of statuses that are another account's."""
    drops_alt_texts: int = 0
    """How many calls that give a picture its alt text have no effect."""
    echoes_token: bool = False
    """Whether what is refused is repeated in the refusal."""
    is_marked: bool = True
    scopes: str = SCOPES
    token: str = TOKEN

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.empty()

    def empty(self) -> None:
        """As a new server."""
        for kept in (self.calls, self.violations, self.trouble, self.on_route, self.held):
            kept.clear()
        self.hidden.clear()
        self.counts: Counter[str] = Counter()
        self.statuses: list[Status] = []
        self.uploads: dict[str, Upload] = {}
        self.keys: dict[str, str] = {}
        self.made = 0

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

    def new_id(self) -> str:
        self.made += 1
        return self.dialect.make_id(self.made, self.clock())

    def add(self, text: str, parent: str | None = None, **more: Any) -> Status:
        """A status that somebody wrote by hand."""
        made = Status(self.new_id(), text, self.clock(), "public", parent, [], **more)
        self.statuses.append(made)
        return made

    def act(self, call: Call, path: str) -> tuple[int, Any]:
        """Do what a call asks for; raises `Refused`."""
        last = unquote(path.rpartition("/")[2])
        match call.route:
            case "GET /api/v2/instance" if self.dialect.has_v2:
                return 200, self._instance()
            case "GET /api/v1/instance":
                return 200, self._instance_v1()
            case "GET /api/v1/accounts/verify_credentials":
                return 200, self._account() | {"source": {}}
            case "GET /api/v1/apps/verify_credentials" if self.dialect.has_scopes:
                return 200, {"name": "mlcollage", "scopes": self.scopes.split()}
            case "GET /api/v1/accounts/:id/statuses":
                return 200, self._timeline(call.query, self.hidden)
            case "GET /api/v1/timelines/home":
                return 200, self._timeline(
                    call.query, set() if self.home_shows_all else self.hidden
                )
            case "GET /api/v1/statuses/:id":
                return 200, self.shown(self._status(last))
            case "GET /api/v1/media/:id" if self.dialect.works_later:
                return self._progress(last)
        return self._change(call, last)

    def _change(self, call: Call, last: str) -> tuple[int, Any]:
        match call.route:
            case "DELETE /api/v1/statuses/:id" if self.dialect.has_delete:
                self.statuses.remove(self._status(last))
                return 200, {"id": last, "text": ""}
            case "POST /api/v2/media" if self.dialect.has_v2:
                upload = self._upload(call.body)
                is_later = self.dialect.works_later > 0
                return 202 if is_later else 200, self._medium(upload, is_ready=not is_later)
            case "POST /api/v1/media":
                return 200, self._medium(self._upload(call.body))
            case "PUT /api/v1/media/:id" if last in self.uploads:
                self.uploads[last].alt = self._taken(call.body["description"])
                return 200, self._medium(self.uploads[last])
            case "POST /api/v1/statuses":
                return 200, self.shown(self._post(call))
            case "POST /api/v1/apps":
                return 200, {"client_id": CLIENT, "client_secret": SECRET}
            case "POST /oauth/token":
                return 200, self._token(call.body)
        raise Refused(404, "<html>Not found</html>")

    def _token(self, body: Any) -> object:
        if self.dialect.takes_any_code and body.get("code") != CODE:
            return {"access_token": "aTokenOfNobody", "token_type": "Bearer", "scope": self.scopes}
        if body.get("code") != CODE or body.get("client_secret") != SECRET:
            raise Refused(
                400, {"error": "invalid_grant", "error_description": "The code has expired."}
            )
        return {"access_token": self.token, "token_type": "Bearer", "scope": self.scopes}

    def _instance(self) -> Any:
        own = self.dialect
        media = {
            "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "video/mp4"],
            "image_size_limit": 16_777_216,
            "image_matrix_limit": 33_177_600,
            "description_limit": own.alt_length,
        }
        statuses: dict[str, Any] = {
            "max_characters": own.length,
            "characters_reserved_per_url": 23,
        }
        if own.formats:
            statuses["supported_mime_types"] = list(own.formats)
        return {
            "domain": "social.example",
            "configuration": {"statuses": statuses, "media_attachments": media},
        }

    def _instance_v1(self) -> Any:
        if self.dialect.name == "pleroma":
            return {
                "uri": self.url,
                "max_toot_chars": self.dialect.length,
                "upload_limit": 16_000_000,
                "description_limit": 5_000,
                "pleroma": {"metadata": {"post_formats": list(self.dialect.formats)}},
            }
        return {"uri": "social.example", **self._instance()}

    def _account(self) -> dict[str, Any]:
        count = len([each for each in self.statuses if not each.reblog])
        return {
            "id": USER,
            "username": NAME,
            "acct": NAME,
            "url": f"{self.url}/@{NAME}",
            "bot": self.is_marked,
            "statuses_count": count if self.dialect.counts else 0,
        }

    def _status(self, status_id: str) -> Status:
        for status in self.statuses:
            if status.id == status_id:
                return status
        raise error(404, "Record not found")

    def _timeline(self, query: dict[str, str], hidden: set[str]) -> list[Any]:
        newest_first = [each for each in reversed(self.statuses) if each.id not in hidden]
        if query.get("exclude_reblogs") == "true":
            newest_first = [each for each in newest_first if not each.reblog]
        is_own = "exclude_reblogs" in query
        if is_own and self.dialect.leaves_out_replies and query.get("exclude_replies") != "false":
            newest_first = [each for each in newest_first if not each.parent]
        if self.dialect.pages:
            if before := query.get("max_id"):
                ids = [each.id for each in newest_first]
                at = ids.index(before) + 1 if before in ids else 0
                newest_first = newest_first[at:]
            newest_first = newest_first[: min(int(query.get("limit", "20")), 40)]
        return [self.shown(each) for each in newest_first]

    def shown(self, status: Status) -> dict[str, Any]:
        """A status as the server shows it."""
        own = self.dialect
        found: dict[str, Any] = {
            "id": status.id,
            "uri": f"{self.url}/users/{NAME}/statuses/{status.id}",
            "url": self.address(status),
            "created_at": status.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "account": self._account() | ({"id": "7"} if status.id in self.others else {}),
            "content": own.content(status.text),
            "spoiler_text": status.warning,
            "visibility": status.visibility,
            "language": status.language,
            "in_reply_to_id": status.parent,
            "reblog": {"id": "1"} if status.reblog else None,
            "media_attachments": [self._medium(each) for each in status.media],
            "mentions": [],
        }
        if own.shows_source:
            found["text"] = status.text
        if own.name == "pleroma":
            plain = re.sub(r"\s+", " ", status.text)
            found["pleroma"] = {"content": {"text/plain": plain}}
        return found

    def address(self, status: Status) -> str:
        """Where people see a status; snac's has no id in it."""
        match self.dialect.name:
            case "snac":
                return f"{self.url}/{NAME}/p/{status.at.timestamp():.0f}.{status.id[-4:]}"
            case "pleroma":
                return f"{self.url}/notice/{status.id}"
            case "gotosocial":
                return f"{self.url}/@{NAME}/statuses/{status.id}"
        return f"{self.url}/@{NAME}/{status.id}"

    def _upload(self, form: Any) -> Upload:
        data, own = form["file"], self.dialect
        try:
            Image.open(io.BytesIO(data)).verify()
        except (UnidentifiedImageError, OSError, SyntaxError):
            if own.bad_picture:
                raise error(own.bad_picture, "Validation failed: File is invalid") from None
        media_id = self.new_id()
        if own.name == "snac":
            # It keeps files by their names: one of the same name replaces the other.
            media_id = f"{hashlib.md5(form['name'].encode()).hexdigest()}.png"
            if media_id in self.uploads:
                self.uploads[media_id].data = data
        upload = Upload(media_id, data, self._taken(form.get("description")))
        self.uploads[media_id] = upload
        return upload

    def _taken(self, alt: str | None) -> str | None:
        """An alt text, unless this is a call that loses it."""
        self.drops_alt_texts -= 1
        return None if self.drops_alt_texts >= 0 else alt

    def _medium(self, upload: Upload, *, is_ready: bool = True) -> dict[str, Any]:
        return {
            "id": upload.id,
            "type": "image",
            "url": f"{self.url}/media/{upload.id}" if is_ready else None,
            "description": upload.alt,
        }

    def _progress(self, media_id: str) -> tuple[int, Any]:
        upload = self.uploads.get(media_id)
        if upload is None:
            raise error(404, "Record not found")
        upload.asked += 1
        is_ready = upload.asked >= self.dialect.works_later
        return 200 if is_ready else 206, self._medium(upload, is_ready=is_ready)

    def _post(self, call: Call) -> Status:
        body, own = call.body, self.dialect
        self._hold_to_the_form(body)
        if call.key in self.keys and own.keeps_keys:
            if own.replays_as_500:
                raise error(500, "Internal Server Error")
            return self._status(self.keys[call.key])
        text, warning = body["status"], body.get("spoiler_text", "")
        if len(text) + len(warning) > own.length and own.too_long:
            raise error(own.too_long, f"Text character limit of {own.length} exceeded")
        parent = body.get("in_reply_to_id")
        if parent and not any(each.id == parent for each in self.statuses):
            if own.reply_to_nothing:
                raise error(
                    own.reply_to_nothing,
                    "The post you are trying to reply to does not appear to exist.",
                )
            parent = None
        media = [self.uploads[each] for each in body.get("media_ids", []) if each in self.uploads]
        if len(media) < len(body.get("media_ids", [])) and own.too_long:
            raise error(422, "Media not found or already attached to another post")
        if own.works_later and any(each.asked < own.works_later for each in media):
            raise error(
                422, "Cannot attach files that have not finished processing. Try again in a moment!"
            )
        status = Status(
            self.new_id(),
            text,
            self.clock(),
            body["visibility"],
            parent,
            media,
            body.get("language"),
            warning,
        )
        self.statuses.append(status)
        if call.key:
            self.keys[call.key] = status.id
        return status

    def _hold_to_the_form(self, body: Any) -> None:
        """Note what a strict server would not take."""
        if not isinstance(body, dict):
            self.violations.append(f"a status is made of {body!r}")
            raise error(400, "no JSON")
        if wrong := body.keys() - KNOWN:
            self.violations.append(f"unknown: {wrong}")
        if "content_type" in body and body["content_type"] not in self.dialect.formats:
            self.violations.append("a format that was not offered")
        if body.get("visibility") not in {"public", "unlisted", "private"}:
            self.violations.append(f"visibility {body.get('visibility')}")
        if not isinstance(body.get("media_ids", []), list):
            self.violations.append("media_ids is no list")


PUBLIC = {"GET /api/v1/instance", "GET /api/v2/instance", "POST /api/v1/apps", "POST /oauth/token"}
NAMED = re.compile(r"/(accounts|statuses|media)/(?!verify_credentials)[^/]+")


def route_of(method: str, path: str) -> str:
    """The call a path means, with `:id` for what it names."""
    replaced = NAMED.sub(r"/\1/:id", path)
    return f"{method} {replaced}"


def _form(kind: str, raw: bytes) -> dict[str, Any]:
    """A form with a file in it, as browsers send it."""
    parsed = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    form: dict[str, Any] = {}
    for part in parsed.get_payload():
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        data = part.get_payload(decode=True)  # type: ignore[union-attr]
        if file := part.get_filename():  # type: ignore[union-attr]
            form |= {str(name): data, "name": file}
        else:
            form[str(name)] = data.decode()  # type: ignore[union-attr]
    return form


class _Handler(BaseHTTPRequestHandler):
    fake: FakeMastodon

    def log_message(self, *_: object) -> None:
        """Nothing: the calls are kept."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return f"{self.fake.clock().astimezone(UTC):%a, %d %b %Y %H:%M:%S GMT}"

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        self.close_connection = True
        if len(raw) < size:
            return  # whoever sent it died on the way
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        key = self.headers.get("Idempotency-Key", "")
        call = Call(route_of(self.command, parts.path), query, self._body(raw), key)
        with self.fake.lock:
            trouble = self.fake.begin(call) or Trouble(is_accepted=True)
        headers: dict[str, str] = {}
        try:
            self._check(call.route)
            status, answer = self._outcome(call, parts.path, trouble)
        except Refused as refused:
            status, answer, headers = refused.status, refused.body, refused.headers
        if trouble.is_held:
            # As long as the client waits.
            select.select([self.connection], [], [], 10)
            return
        if not trouble.is_dropped:
            time.sleep(trouble.after)
            self._answer(status, answer, headers, trouble)

    def _body(self, raw: bytes) -> Any:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            return _form(kind, raw)
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(raw.decode()))
        try:
            return json.loads(raw) if raw else None
        except ValueError:
            return raw

    def _check(self, route: str) -> None:
        if route in PUBLIC or self.headers.get("Authorization") == f"Bearer {self.fake.token}":
            return
        own = self.fake.dialect
        is_me = route == "GET /api/v1/accounts/verify_credentials"
        said = "The access token is invalid"
        if self.fake.echoes_token:
            said += f": {self.headers.get('Authorization')}"
        raise error(own.bad_token_of_me if is_me else own.bad_token, said)

    def _outcome(self, call: Call, path: str, trouble: Trouble) -> tuple[int, Any]:
        with self.fake.lock:
            if trouble.is_held:
                self.fake.held.append(lambda: self.fake.act(call, path))
                return 504, None
            status, answer = self.fake.act(call, path) if trouble.is_accepted else (200, {})
        if trouble.refusal:
            raise trouble.refusal
        return status, answer

    def _answer(self, status: int, answer: Any, headers: dict[str, str], trouble: Trouble) -> None:
        kind = "text/html" if isinstance(answer, str) else "application/json"
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        if trouble.raw:
            status, data = trouble.raw
        self.send_response(status)
        for name, value in headers.items():
            if value.startswith("+"):
                at = self.fake.clock().astimezone(UTC) + timedelta(seconds=float(value))
                value = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
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
def running(clock: Callable[[], datetime], dialect: Dialect = MASTODON) -> Iterator[FakeMastodon]:
    """A server on a port of its own, until the block ends; it holds what it is sent to the form."""
    fake = FakeMastodon(clock, dialect)
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
    assert fake.violations == []


def account(fake: FakeMastodon, **more: str) -> dict[str, str]:
    """The settings of an account on this server."""
    settings = {"network": "mastodon", "base_url": fake.url, "access_token": fake.token}
    return settings | {"username": NAME, "read_timeout": "10s", "total_timeout": "20s"} | more

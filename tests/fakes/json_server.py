"""What fakes of products with an API in JSON share: a server on loopback that asks one function."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Asked(NamedTuple):
    """A request: its body is JSON, or the fields of a form with what was uploaded in them."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any

    def one(self, key: str) -> str:
        """A parameter's one value; "" where it is not there."""
        return next(iter(self.query.get(key, [])), "")


class Answered(NamedTuple):
    """An answer; a body that is text goes as it is."""

    status: int
    body: Any
    headers: Mapping[str, str] = {}


class Uploaded(NamedTuple):
    """A file of a form."""

    name: str
    mime: str
    data: bytes


def _form(content_type: str, data: bytes) -> dict[str, Any]:
    message = message_from_bytes(
        f"Content-Type: {content_type}\r\n\r\n".encode() + data, policy=policy.default
    )
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        field = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        assert isinstance(field, str)
        assert isinstance(payload, bytes)
        name = part.get_filename()
        if name:
            found[field] = Uploaded(name, part.get_content_type(), payload)
        else:
            found[field] = payload.decode()
    return found


@contextmanager
def serving(answer: Callable[[Asked], Answered]) -> Iterator[str]:
    """A server that answers with what the function says, one request at a time; its address."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            content_type = self.headers.get("Content-Type", "")
            body: Any = None
            if content_type.startswith("multipart/form-data"):
                body = _form(content_type, data)
            elif data:
                body = json.loads(data)
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(parts.query, keep_blank_values=True)
            with lock:
                said = answer(Asked(self.command, parts.path, query, headers, body))
            is_text = isinstance(said.body, str)
            sent = said.body.encode() if is_text else json.dumps(said.body).encode()
            # Without a date: a fake has a clock of its own.
            self.send_response_only(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html" if is_text else "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()

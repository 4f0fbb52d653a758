"""Where alerts arrive: a webhook, a mailbox, and servers that answer badly or never, all real and
on loopback.
"""

import json
import socket
import socketserver
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


def _bomb() -> bytes:
    """A success whose body of a few megabytes unpacks to three gigabytes."""
    packer = zlib.compressobj(9, wbits=31)
    body = b"".join(packer.compress(bytes(10_000_000)) for _ in range(30)) + packer.flush()
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {10 * len(body)}\r\n\r\n"
    return head.encode() + 10 * body


class Webhook:
    """Hears what is posted to it; `requests` are the headers and the bytes of each.

    How it answers stands in `does`, by path, and may be changed. `hold` keeps the answer back until
    `let_go` is set; `drip` gives it a byte at a time without an end; `bomb` is a success that
    unpacks to gigabytes.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.does: dict[str, str] = {}
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.arrived = threading.Event()
        self.let_go = threading.Event()

    def url(self, path: str, scheme: str = "json") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/{path}"

    def titles(self, path: str) -> list[str]:
        return [body["title"] for heard, body in self.heard if heard == path]

    def calls(self) -> Counter[str]:
        return Counter(path for path, _ in self.heard)

    def hear(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.strip("/").partition("?")[0]
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((headers, body))
        self.heard.append((path, json.loads(body) if body else {}))
        self.arrived.set()
        match self.does.get(path, "200"):
            case "hold":
                self.let_go.wait(60)
                status = 200
            case "drip":
                request.wfile.write(b"HTTP/1.1 200 OK\r\n")
                # Slow enough: a client gives up after a hundred headers by itself.
                while not self.let_go.wait(0.2):
                    request.wfile.write(b"X-More: to come\r\n")
                return
            case "bomb":
                request.wfile.write(_bomb())
                return
            case code:
                status = int(code)
        request.send_response(status)
        if 300 <= status < 400:
            request.send_header("Location", "/elsewhere")
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")


@contextmanager
def webhook() -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                hook.hear(self)
            except OSError:
                # Whoever asked waits no longer.
                self.close_connection = True

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        hook = Webhook(server.server_port)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield hook
        finally:
            hook.let_go.set()
            server.shutdown()


class Mailbox:
    """A real mail server; what it took."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[EmailMessage] = []

    def url(self, to: str) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=bot@example.org&to={to}"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def dripping_mail_server() -> Iterator[int]:
    """Its greeting comes a byte at a time and never ends; its port."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while not over.wait(0.05):
                try:
                    self.request.sendall(b"2")
                except OSError:
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            over.set()
            server.shutdown()

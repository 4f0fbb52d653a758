"""A proxy before a server that cuts one connection: before a request arrives there, or after it was
done and before its answer comes back.
"""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Cutting:
    """Passes requests on; `at` is the number of the one that is cut, None for none.

    `is_done` says whether it arrives. `asked` are all requests since `begin`; `meet` is called with
    each before it is passed on, and `when_cut` in place of the answer to the one that is cut.
    """

    def __init__(self, port: int, target: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.target = target.removeprefix("http://")
        self.at: int | None = None
        self.is_done = True
        self.asked: list[str] = []
        self.meet: Callable[[str], None] = lambda _: None
        self.when_cut: Callable[[], object] = lambda: None
        self._lock = threading.Lock()

    def begin(self, at: int | None = None, *, is_done: bool = True) -> None:
        """Count from 0 again, and cut that request."""
        self.asked, self.at, self.is_done = [], at, is_done

    def is_cut(self, request: str) -> bool:
        """Count a request; whether it is the one to cut."""
        with self._lock:
            self.asked.append(request)
            return len(self.asked) - 1 == self.at


class _Handler(BaseHTTPRequestHandler):
    cutting: Cutting

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = f"{self.command} {self.path}"
        is_cut = self.cutting.is_cut(request)
        self.cutting.meet(request)
        if is_cut and not self.cutting.is_done:
            self.close_connection = True
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        headers["Host"] = self.cutting.target
        upstream = http.client.HTTPConnection(self.cutting.target, timeout=30)
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        if is_cut:
            self.cutting.when_cut()
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass_on

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def before(target: str) -> Iterator[Cutting]:
    """A proxy before the server at that address, until the block ends."""

    class Handler(_Handler):
        """One with a proxy of its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Handler.cutting = Cutting(server.server_port, target)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield Handler.cutting
        finally:
            server.shutdown()

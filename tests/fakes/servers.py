"""Servers that answer with any bytes at all, at any pace, or never: real ones, on loopback."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PATH = "hush-hush"
"""Where they are asked: like a heartbeat's address, it is nobody else's business."""

Serve = Callable[[socket.socket, bytes], None]
"""What a server does with a connection, once the request's head is there."""


class Server:
    """A real server on loopback that does anything; how often it was asked, and for what."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{PATH}"


@contextmanager
def serving(serve: Serve, *, waits_for_head: bool = True) -> Iterator[Server]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                head = b""
                while waits_for_head and b"\r\n\r\n" not in head:
                    piece = self.request.recv(65_536)
                    if not piece:
                        return
                    head += piece
                server.asked.append(head.decode("latin-1").partition("\r\n")[0])
                serve(self.request, head)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server = Server(listening.server_address[1])
        threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            listening.shutdown()


def says(answer: bytes) -> Serve:
    return lambda connection, _: connection.sendall(answer)


def drips(first: bytes, drop: bytes, every: float = 0.02) -> Serve:
    """A server that says something and then goes on for as long as anybody listens."""

    def serve(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(drop)
            time.sleep(every)

    return serve


def pours(first: bytes, piece: bytes) -> Serve:
    """As `drips`, but as fast as it can."""

    def serve(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)

    return serve


def keeps_silent(connection: socket.socket, _: bytes) -> None:
    while connection.recv(65_536):
        pass


def ok(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(to: str, *headers: str) -> bytes:
    lines = ["HTTP/1.1 302 Found", f"Location: {to}", "Content-Length: 0", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"

"""Shows a folder of pages on this machine, to nobody else."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bot import system
from bot.core.errors import BadInput

HOST = "127.0.0.1"

log = logging.getLogger(__name__)


class Handler(SimpleHTTPRequestHandler):
    """Answers with the files of the folder, as a web server would: no lists, nothing hidden."""

    # Set here and not asked of the system, whose tables differ.
    extensions_map = {  # noqa: RUF012 - its type is declared by the base class
        "": "application/octet-stream",
        ".css": "text/css; charset=utf-8",
        ".gif": "image/gif",
        ".html": "text/html; charset=utf-8",
        ".jpg": "image/jpeg",
        ".json": "application/feed+json",
        ".md": "text/markdown; charset=utf-8",
        ".png": "image/png",
        ".webp": "image/webp",
        ".xml": "application/xml",
    }

    def send_head(self) -> Any:
        """The file that is asked for; a path with a hidden name in it is not there."""
        names = unquote(urlsplit(self.path).path).split("/")
        if any(name.startswith(".") for name in names):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def guess_type(self, path: Any) -> str:
        """The type of a file by its name; feeds have types of their own."""
        if str(path).endswith("atom.xml"):
            return "application/atom+xml"
        return super().guess_type(path)

    def list_directory(self, path: Any) -> None:
        """No list of a folder without a page."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Ends the headers; nothing may be kept, because pages are looked at while they change."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests go to the log."""
        log.info("%s", format % args)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A port that another program listens on is an error, not shared.
    allow_reuse_address = True


def serve(folder: Path, port: int, started: Callable[[str], None]) -> None:
    """Show the folder until Ctrl-C; `started` is told the address, and port 0 is any free one.

    Raises `BadInput` where the port cannot be had.
    """
    handler = partial(Handler, directory=str(folder))
    try:
        server = _Server((HOST, port), handler)
    except (OSError, OverflowError) as error:
        reason = system.why(error) if isinstance(error, OSError) else "there is no such port"
        raise BadInput(f"Port {port} cannot be used: {reason}; choose one: --port 8001") from None
    with server:
        started(f"http://{HOST}:{server.server_address[1]}/")
        with suppress(KeyboardInterrupt):
            server.serve_forever()

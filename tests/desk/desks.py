"""Desks for the tests: a real installation with people and a filled queue, served on this machine.

`Desk` is one that is served, by this process or by one of its own; `Client` is a person's browser
without a screen: cookies, forms, no scripts.
"""

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core import people as rules
from bot.core.people import Role
from bot.deciding import people, queue_changes
from bot.intake import accept
from bot.web.installation import Installation
from bot.web.serving import Server
from tests.conftest import lay_database, write_item
from tests.e2e.process import COMMAND, ENVIRONMENT

SERIES = "mlcollage"
READY = ("alpha", "beta", "gamma")
"""The names of the ready collages, in order."""
DRAFT = "delta"
HELD = "epsilon"
OWNER, EDITOR, AUTHOR = "ada", "ben", "cleo"
"""The names of the people; whoever is at the machine is ada, too."""
ROLES = {OWNER: Role.OWNER, EDITOR: Role.EDITOR, AUTHOR: Role.AUTHOR}
PASSWORD = "correct horse battery"
"""Everybody's."""
SLOT = (datetime.now(UTC) + timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
"""The first slot; slots and roundups fall far enough from now that none is due during a test."""
DAYS = [f"{SLOT + timedelta(weeks=week):%Y-%m-%d}" for week in range(8)]
"""The days of the coming slots."""
SETTINGS = f"""
[series.{SERIES}]
title = "ML-Collage"
slots = ["{SLOT:%A} 12:00"]
numbering = {{ first = 29, restart = "never" }}
roundup = {{ folder = "site", day = {(SLOT + timedelta(days=11)).day} }}
"""
"""A configuration with one series, which posts to the outbox."""
TIMEOUT = 30
LISTENS = "0A"
"""The state of a socket that listens, in /proc/net/tcp."""


@dataclass(frozen=True, slots=True)
class Place:
    """An installation in a folder: `tokens` are those of a session of each person, by name."""

    folder: Path
    tokens: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Its configuration."""
        return self.folder / "config.toml"

    def write(self, settings: str) -> None:
        """Write its configuration."""
        # As an editor does: a desk never reads half of one.
        beside = self.folder / "config.new"
        beside.write_text(settings, encoding="utf-8")
        beside.chmod(0o600)
        beside.replace(self.file)

    @contextmanager
    def context(self, who: str = OWNER) -> Iterator[Context]:
        """The use cases' view of it, as a command of this person would have."""
        made = replace(assemble.context(config.load(self.file)), who=who)
        with closing(made.database):
            yield made


def install(folder: Path, settings: str = SETTINGS, url: str = "") -> Place:
    """A new installation with people and a filled queue, on SQLite or at a database's URL."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(folder)
    if url:
        settings += f'\n[database]\nurl = "{url}"\n'
    else:
        lay_database(folder / "queue.db")
    place.write(settings)
    with place.context() as context:
        fill(context, folder)
        tokens = {name: add_person(context, name, role) for name, role in ROLES.items()}
    return Place(folder, tokens)


def fill(context: Context, folder: Path) -> None:
    """Put five collages into the queue: three ready, a draft, one that is held."""
    series = context.config.series[SERIES]
    names = [*READY, DRAFT, HELD]
    arrivals = [accept.from_file(write_item(folder, name)) for name in names]
    accept.take(context, series, arrivals, draft=True)
    queue_changes.make_ready(context, series, [*READY, HELD])
    queue_changes.hold(context, series, HELD, "The figures may not be ours to show.")


def add_person(context: Context, name: str, role: Role, password: str = PASSWORD) -> str:
    """Make somebody one of the people; the token of a session of theirs."""
    return people.accept(context, people.invite(context, name, role), password)


def copied(place: Place, folder: Path) -> Place:
    """A copy of an installation whose database is a file beside it; its sessions go on."""
    shutil.copytree(place.folder, folder)
    place.file.chmod(0o600)
    return Place(folder, place.tokens)


class Client:
    """A browser without a screen or scripts: it keeps cookies, sends forms, follows nothing.

    It says where its forms come from, as browsers do, and adds the session's token to them.
    """

    def __init__(self, address: str, token: str = "", cookie: str = "") -> None:
        self.address, self.token = address, token
        self.session = requests.Session()
        # No proxy of this machine's environment comes between.
        self.session.trust_env = False
        if token:
            host = urlsplit(address).hostname
            domain = f"{host}.local" if host == "localhost" else host
            self.session.cookies.set(cookie, token, domain=domain, path="/")

    @property
    def csrf(self) -> str:
        """What the forms of this session carry; "" without one."""
        return rules.csrf(self.token) if self.token else ""

    def get(self, path: str, **more: Any) -> requests.Response:
        """Load a page; a redirect is not followed."""
        return self.session.get(f"{self.address}{path}", **_settings(more))

    def post(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **more: Any,
    ) -> requests.Response:
        """Send a form; `headers` replace those of a browser, and None takes one away.

        `csrf` among the fields replaces the session's own token.
        """
        carried = {"csrf": self.csrf} | dict(fields or {})
        own = {"Origin": self.address, "Sec-Fetch-Site": "same-origin"}
        sent = own | dict(headers or {})
        more = {"data": carried, "headers": sent} | more
        return self.session.post(f"{self.address}{path}", **_settings(more))

    def follow(self, answer: requests.Response) -> requests.Response:
        """The page that an answer to a form leads to."""
        assert answer.status_code == 303, (answer.status_code, message(answer))
        return self.get(answer.headers["location"].partition("#")[0])


def _settings(more: dict[str, Any]) -> dict[str, Any]:
    return {"allow_redirects": False, "timeout": TIMEOUT} | more


def message(answer: requests.Response) -> str:
    """What a page says is wrong; "" where it says nothing."""
    found = re.search(r'role="alert"[^>]*>(.*?)</', answer.text, re.DOTALL)
    return found[1].strip() if found else ""


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that is served at `address`; `process` where it is one of its own, and `login` is the
    one-time address that it printed.
    """

    place: Place
    address: str
    process: "subprocess.Popen[str] | None" = None
    login: str = ""

    @property
    def cookie(self) -> str:
        """The name of a session's cookie."""
        return f"mlcollage-{urlsplit(self.address).port}"

    def nobody(self) -> Client:
        """The browser of somebody who is not logged in."""
        return Client(self.address)

    def client(self, name: str) -> Client:
        """The browser of one of the people, logged in."""
        return Client(self.address, self.place.tokens[name], self.cookie)

    def behind_https(self, name: str = "") -> Client:
        """A browser that comes through what speaks HTTPS for the desk: logged in, if named."""
        assert self.process
        client = Client(f"http://127.0.0.1:{port_of(self.process.pid)}")
        client.session.headers["Host"] = urlsplit(self.address).netloc
        if name:
            client.token = self.place.tokens[name]
            # Over HTTP requests would keep back a cookie that is for HTTPS.
            client.session.headers["Cookie"] = f"__Host-mlcollage={client.token}"
        return client

    def with_new_session(self, name: str) -> Client:
        """The same, in a session of its own, which a test may end."""
        with self.place.context(name) as context:
            token = people.take_login(context, people.login_address(context))
        return Client(self.address, token, self.cookie)

    def stop(self) -> int:
        """Ask its process to end; its exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT)


@contextmanager
def served(place: Place, host: str = "127.0.0.1") -> Iterator[Desk]:
    """The desk of an installation, served by a thread of this process at a free port."""
    installation = Installation(place.file)
    settings = replace(installation.context().config.desk, port=0, host=host)
    server = Server(installation, settings)
    ended: list[str] = []
    server.start(ended.append)
    try:
        yield Desk(place, replace(settings, port=server.port).base)
    finally:
        server.stop()
    assert ended == []


@contextmanager
def running(
    place: Place, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[Desk]:
    """`mlcollage desk` in a process of its own at a free port; it is ended at the end."""
    own = {"MLCOLLAGE_USER": OWNER} | dict(environment or {})
    with subprocess.Popen(
        [*COMMAND, "desk", "--port", "0", "--json", *arguments],
        cwd=place.folder,
        env=ENVIRONMENT | own,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            told = json.loads(line)
            yield Desk(place, told["address"], process, told["login"] or "")
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(TIMEOUT)


def failing(place: Place, *arguments: str, code: int = 2) -> str:
    """What `mlcollage desk` says that cannot begin."""
    done = subprocess.run(
        [*COMMAND, "desk", *arguments],
        cwd=place.folder,
        env=ENVIRONMENT | {"MLCOLLAGE_USER": OWNER},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def port_of(pid: int) -> int:
    """The port at which a process listens."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        # It may have closed the file since.
        with suppress(FileNotFoundError):
            sockets.add(str(link.readlink()))
    for line in Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]:
        _, local, _, state, *others = line.split()
        if state == LISTENS and f"socket:[{others[5]}]" in sockets:
            return int(local.partition(":")[2], 16)
    raise AssertionError("it listens nowhere")


def memory(pid: int) -> float:
    """MiB of memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

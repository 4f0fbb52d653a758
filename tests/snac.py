"""A real server with Mastodon's API on loopback: snac, for the tests that need one."""

import json
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, absent
from tests.fakes.listeners import free_port

UNPACKED = ROOT / ".ci" / "snac" / "usr" / "bin" / "snac"
"""Where `.ci/run` puts it: the package of a newer Debian, unpacked and not installed."""
USER = "mlcollage"


def binary() -> Path:
    """The program; without it the test is skipped, or fails under CI=true."""
    found = str(UNPACKED) if UNPACKED.exists() else shutil.which("snac")
    if found is None:
        absent("snac is not here (Debian: snac2 of trixie or later; .ci/run unpacks it)")
    assert found
    asked = subprocess.run([found], capture_output=True, text=True, check=False)
    if "snac" not in asked.stdout + asked.stderr:
        absent(f"snac cannot be run: {asked.stderr.strip()[:200]} (Debian: libcurl4)")
    return Path(found)


class Snac:
    """One server with one account."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.password = ""
        self.token = ""
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make its folder, with a user."""
        host = f"127.0.0.1:{self.port}"
        self._run("init", answers=f"127.0.0.1\n{self.port}\n{host}\n\n\n")
        file = self._folder / "server.json"
        settings = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(settings | {"protocol": "http"}), encoding="utf-8")
        said = self._run("adduser", USER, answers="\n\n\n\n")
        self.password = said.partition("User password is ")[2].split()[0]

    def _run(self, command: str, *more: str, answers: str) -> str:
        done = subprocess.run(
            [str(self._program), command, str(self._folder), *more],
            input=answers,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [str(self._program), "httpd", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 20
        while True:
            try:
                self.get("/api/v1/instance")
            except OSError:
                assert time.monotonic() < until, "snac does not start"
                time.sleep(0.02)
            else:
                break
        if not self.token:
            self.token = self.ask("/oauth/x-snac-get-token", login=USER, passwd=self.password)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def start_if_down(self) -> None:
        """Start it again after `kill`."""
        if self._process is None:
            self.start()

    def post(self, text: str) -> None:
        """Post something by hand."""
        body = json.dumps({"status": text}).encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(self.url + "/api/v1/statuses", body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def ask(self, route: str, **form: str) -> str:
        """What it answers to a form."""
        data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(self.url + route, data, timeout=10) as answer:
            text: str = answer.read().decode()
        return text.strip()

    def read(self, address: str) -> bytes:
        """What is at an address there."""
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            data: bytes = answer.read()
        return data

    def get(self, route: str) -> Any:
        """What it answers to a request, as JSON."""
        return json.loads(self.read(self.url + route))

    def statuses(self) -> list[dict[str, Any]]:
        """All that the account has posted, oldest first."""
        me = self.get("/api/v1/accounts/verify_credentials")["id"]
        newest_first: list[dict[str, Any]] = self.get(f"/api/v1/accounts/{me}/statuses?limit=40")
        return newest_first[::-1]

    def account(self, **more: str) -> dict[str, str]:
        """The settings of an account on it."""
        settings = {"network": "mastodon", "base_url": self.url, "access_token": self.token}
        return settings | {"username": USER} | more


@contextmanager
def running(folder: Path) -> Iterator[Snac]:
    """A server of its own in a folder, until the block ends."""
    made = Snac(binary(), folder)
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.kill()


if __name__ == "__main__":
    with running(Path(sys.argv[1])) as snac:
        print(snac.url, snac.token, flush=True)
        time.sleep(3600)

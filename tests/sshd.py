"""A real ssh server on loopback, for the user who runs the tests."""

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.conftest import absent
from tests.fakes.listeners import free_port

SETTINGS = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
LogLevel ERROR
"""


class Sshd(NamedTuple):
    """One server: `key` is the file of a key that it takes, `known` one with its own key."""

    port: int
    key: Path
    known: Path

    def url(self, path: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{path}"

    @property
    def command(self) -> str:
        """What git is to call: ssh that knows this server, and nothing of the user's own."""
        return f"ssh -F none -o UserKnownHostsFile={self.known} -o IdentityAgent=none"


def binary() -> str:
    """The program; without it the test is skipped, or fails under CI=true."""
    found = shutil.which("sshd", path=f"/usr/sbin:/usr/local/sbin:{os.environ.get('PATH', '')}")
    if found is None or shutil.which("ssh-keygen") is None:
        absent("no ssh server is installed (Debian: openssh-server)")
    assert found
    return found


@contextmanager
def running(folder: Path) -> Iterator[Sshd]:
    """A server with its keys in a folder, which is made."""
    program, port = binary(), free_port()
    folder.mkdir()
    for name in ("host", "key"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(words, check=True)
    shutil.copyfile(folder / "key.pub", folder / "authorized")
    host = " ".join((folder / "host.pub").read_text(encoding="utf-8").split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{port} {host}\n", encoding="utf-8")
    settings = folder / "sshd_config"
    settings.write_text(SETTINGS.format(port=port, folder=folder), encoding="utf-8")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    # In the foreground, so that it ends with the test.
    process = subprocess.Popen([program, "-D", "-e", "-f", str(settings)])
    try:
        made = Sshd(port, folder / "key", folder / "known")
        _wait(made)
        yield made
    finally:
        process.terminate()
        process.wait(10)


def _wait(server: Sshd) -> None:
    end = time.monotonic() + 20
    words = [*server.command.split(), "-o", "BatchMode=yes", "-i", str(server.key)]
    words += ["-p", str(server.port), f"{getpass.getuser()}@127.0.0.1", "true"]
    while subprocess.run(words, capture_output=True, check=False).returncode:
        assert time.monotonic() < end, "the ssh server does not come up"
        time.sleep(0.1)

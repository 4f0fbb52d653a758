"""A disk of a few megabytes, for a test that fills it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, absent

SIZE = 4_000_000
INSIDE = "MLCOLLAGE_TEST_NAMESPACE"
"""Set where a test runs as the root of a namespace of its own."""


class Disk:
    """A folder that is a file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, but: int = 0) -> None:
        """Leave no more than so many pages free."""
        found = os.statvfs(self.folder)
        with self._ballast.open("ab") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(1, found.f_bavail - but) * found.f_frsize)

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing can be written; no file may be open for it."""
        _run("mount", "-o", "remount,ro", str(self.folder))
        try:
            yield
        finally:
            _run("mount", "-o", "remount,rw", str(self.folder))


def _run(*command: str) -> bool:
    """Whether a command is there and does what it is asked to do."""
    there = shutil.which(command[0]) is not None
    return there and subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def mounted(request: pytest.FixtureRequest) -> Iterator[Disk]:
    """A small disk, by mounting it here; else the whole test is run where that is allowed.

    Its folder is none of pytest's: where a run of tests is killed the disk stays mounted, and no
    later run could remove the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="mlcollage-disk-"))
    try:
        if not _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)):
            _run_elsewhere(request.node.nodeid)
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))
        folder.rmdir()


def _run_elsewhere(test: str) -> None:
    """Run a test as the root of a namespace of its own, where everybody may mount."""
    if INSIDE in os.environ or not _run("unshare", "-rm", "true"):
        absent(
            "a small disk can be mounted neither here nor in a namespace of its own "
            "(util-linux: unshare)"
        )
    command = ["unshare", "-rm", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test]
    environment = {**os.environ, INSIDE: "yes"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pytest.skip("it has passed in a namespace of its own")

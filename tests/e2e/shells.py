"""A real shell in a terminal, to which a test types."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 120
"""Seconds that a busy machine may take for an answer."""


class Terminal:
    """The other end of a terminal in which a program runs."""

    def __init__(self, end: int) -> None:
        self._end = end

    def type(self, text: str, wanted: str) -> str:
        """Type a text and wait until the terminal shows what is wanted; all that it showed."""
        os.write(self._end, text.encode())
        seen, deadline = "", time.monotonic() + PATIENCE
        while wanted not in seen:
            assert time.monotonic() < deadline, f"{wanted!r} is not in {seen!r}"
            if select.select([self._end], [], [], 0.2)[0]:
                seen += os.read(self._end, 65_536).decode(errors="replace")
        return seen


@contextmanager
def terminal(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[Terminal]:
    """A program in a terminal of its own, which it ends with."""
    end, its = pty.openpty()
    # Fish wants the terminal to be its own: `setsid -c` gives it that.
    process = subprocess.Popen(
        ["setsid", "-c", *command],
        cwd=folder,
        env=dict(environment),
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    try:
        yield Terminal(end)
    finally:
        process.kill()
        process.wait()
        os.close(end)


def printed(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[int, str]:
    """Run a program in a terminal to its end: its exit code, and all that the terminal got."""
    end, its = pty.openpty()
    process = subprocess.Popen(
        command, cwd=folder, env=dict(environment), stdin=its, stdout=its, stderr=its
    )
    os.close(its)
    shown = b""
    while True:
        try:
            shown += (read := os.read(end, 65_536))
        # Linux says so when nobody has the other end open any more.
        except OSError:
            break
        if not read:
            break
    os.close(end)
    return process.wait(PATIENCE), shown.decode().replace("\r\n", "\n")

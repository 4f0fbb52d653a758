"""Child processes that answer one question, with bounds: of time, memory, and what they inherit.

Only a process can be ended wherever it hangs, and only its memory can be bounded: a mail server may
send a byte a second for ever, a picture of a few bytes may unpack to gigabytes.
"""

import math
import os
import runpy
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Bounds(NamedTuple):
    """What a child may take: seconds from its start to its end, and bytes of memory."""

    seconds: float
    memory: int


class NoAnswer(Exception):
    """Raised when a child gave no answer; the message says why, after "it"."""


class TooLong(NoAnswer):
    """Raised when a child had not ended in time; it is ended then."""


class BrokeOff(NoAnswer):
    """Raised when a child ended without an answer, as it does when its memory is not enough."""


def ask(script: Path, question: bytes, bounds: Bounds, environment: Mapping[str, str]) -> bytes:
    """Run a script in a process of its own; what it writes to stdout.

    The script reads the question from stdin: not from an argument, which other users could see. It
    is run by its path, as this module is, so that neither needs the folder we were started in or a
    module of ours. Raises `NoAnswer`.
    """
    command = (sys.executable, "-P", __file__, *map(str, bounds), str(script))
    try:
        done = subprocess.run(
            command,
            input=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=bounds.seconds,
            env=dict(environment),
            # Ctrl-C, which goes to the terminal's whole group, shall not end it half-way.
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooLong(f"did not end within {bounds.seconds:g} s") from None
    except OSError as error:
        raise NoAnswer(f"could not be started ({error.strerror or error})") from None
    if done.returncode:
        raise BrokeOff(f"broke off ({done.returncode})")
    return done.stdout


def main() -> None:
    """The child: set the bounds, and become the script."""
    seconds, memory, script = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    _bound(seconds, memory)
    # The one that asked may be gone, and nobody else would end this process.
    deadline = threading.Timer(seconds, os._exit, [1])
    deadline.daemon = True
    deadline.start()
    runpy.run_path(script, run_name="__main__")


def _bound(seconds: float, memory: int) -> None:
    """Let the system end this process where it takes more; as far as the system can."""
    with suppress(ImportError):
        import resource  # Windows has no such module

        for limit, most in (
            (resource.RLIMIT_AS, memory),
            # Where one call of a library holds the interpreter, no thread of ours can end it.
            (resource.RLIMIT_CPU, math.ceil(seconds) + 1),
            # What is in its memory may be secret.
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(OSError, ValueError):
                resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()

"""The process that fills a maintainer's templates and the texts of items: it is small and alone.

It has no environment, writes no file, and takes no more memory than `MEMORY`. Whatever a template
computes, the system ends the process when its time is over. `rendering` starts it, asks, and hears
from it a line of JSON for each question.
"""

import contextlib
import faulthandler
import json
import mmap
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from bot.composing import templates
from bot.core.errors import BadInput

MEMORY = 256 * 1024 * 1024
"""Bytes of addresses; about 40 MB are taken before the first template is filled."""

IDLE = 10.0
"""Seconds without a question, after which the process ends."""

HANGING = 30.0
"""Seconds on the clock that one answer may take: a file system that hangs takes no computing."""

READY = b"ready\n"
"""What the process writes first."""


def encoded(question: dict[str, Any]) -> bytes:
    """A question as a line; raises `TypeError` where it holds anything but plain values."""
    return json.dumps(question, default=_encoded_date).encode() + b"\n"


def _encoded_date(value: object) -> dict[str, str]:
    if type(value) is not date:
        raise TypeError(f"a template is given a {type(value).__name__}")
    return {"$date": value.isoformat()}


def _decoded_date(table: dict[str, Any]) -> object:
    if list(table) == ["$date"]:
        return date.fromisoformat(table["$date"])
    return table


def main() -> None:
    """Answer questions from stdin on stdout until there are no more."""
    # Ctrl-C and a service manager signal all processes; the answer is finished, for the bot decides
    # when it stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.name == "posix":
        _bound()
    answers = sys.stdout.buffer
    # What anything else prints must not get between the answers.
    sys.stdout = sys.stderr
    _write(answers, READY)
    while True:
        _end_after(IDLE)
        line = sys.stdin.buffer.readline()
        if not line:
            # Not `sys.exit`, which would tidy up first.
            os._exit(0)
        _end_after(HANGING)
        answer = _answer(json.loads(line, object_hook=_decoded_date))
        _write(answers, json.dumps(answer).encode() + b"\n")
        # Not all memory is given back that was taken, and the next one shall have enough.
        if _memory() > MEMORY / 2:
            os._exit(0)


def _bound() -> None:
    """Give this process bounds that only the system can lift."""
    import resource  # Windows has none

    # Where a system has no such limit, as macOS, the time still bounds what can be filled.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.dont_write_bytecode = True
    # When its time is over, the process writes to stderr where it was, and ends by this signal.
    faulthandler.register(signal.SIGPROF, all_threads=False, chain=True)
    faulthandler.enable(all_threads=False)


def _end_after(seconds: float) -> None:
    if os.name == "posix":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _write(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    """The text that was asked for, or the problem with it; and the seconds it took."""
    used = _computed()
    if os.name == "posix":
        # A time that is rounded to 0 would be none at all.
        signal.setitimer(signal.ITIMER_PROF, max(question["seconds"], 0.001))
    try:
        answer: dict[str, Any] = _filled(question)
    except BadInput as error:
        answer = {"problem": str(error)}
    finally:
        if os.name == "posix":
            signal.setitimer(signal.ITIMER_PROF, 0)
    return answer | {"seconds": _computed() - used}


def _computed() -> float:
    """The seconds of computing that this process has taken."""
    times = os.times()
    return times.user + times.system


def _memory() -> int:
    """The bytes of addresses that this process has now; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * mmap.PAGESIZE


def _filled(question: dict[str, Any]) -> dict[str, Any]:
    env = templates.environment(tuple(question["folders"]))
    match question:
        case {"line": line, "file": file}:
            source = Path(file).read_text(encoding="utf-8-sig")
            return {"line": templates.line_of(env, source, line)}
        case {"line": line, "source": source}:
            return {"line": templates.line_of(env, source, line)}
        case {"source": source, "name": name}:
            context, most = question["context"], question["most"]
            return {"text": templates.render_text(env, source, context, name, most)}
        case _:
            name, context, most = question["name"], question["context"], question["most"]
            return {"text": templates.render(env, name, context, most)}

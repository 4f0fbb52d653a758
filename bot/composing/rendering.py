"""Fills templates within bounds of time and memory that nothing in a template can escape.

The program's own templates are filled here. A maintainer's, by mistake, and texts that stand in
items, which strangers may have written, can compute without end: they are filled in a process of
their own (`template_process`), which the system stops.
"""

import atexit
import copy
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from bot import system
from bot.composing import template_process, templates
from bot.core import collage
from bot.core.errors import BadInput, Unavailable

SECONDS = 3.0
"""Seconds of computing that all templates of one thread or page together may take."""

SECONDS_AGAIN = 0.25
"""Seconds that a template has which was stopped a short while ago.

A mistake in one that all collages share costs their slot little, and what fills it in milliseconds,
as most do, goes out.
"""

REMEMBERED = 600.0
"""Seconds for which it is remembered that a template was stopped, unless its file changes."""

SIZE = 20_000_000
"""Characters that they may write together, counted each time one is filled."""

MOST_IN_POST = 100_000
"""Characters that a post's template may write at once. No network takes as many, and to count a
text takes time.
"""

TOO_LONG = "takes too long to compute; make it simpler"
HANGS = f"is not filled within {template_process.HANGING:g} seconds"
SIGNALS = {"SIGPROF": TOO_LONG, "SIGALRM": HANGS}
"""What the signals that end the process say of the template that it was filling."""

MARKS = ("{{", "{%", "{#")
"""What a text that stands in an item needs, in order to be a template."""

PLACEHOLDER = r"(?<!\{)\{\{ ?([a-z_]+(?:\.[a-z_]+)*) ?\}\}(?!\})"
"""A name alone, as in `{{ number }}`: such a text can do nothing that takes time."""


class Renderer:
    """Fills the templates of one thread or page, which share one allowance of time and size.

    `own` is the maintainer's folder, and `variants` are the folders in it that go before it. One
    filling may write `most` characters; `seconds` of computing are what all may take where the
    process of its own is needed.
    """

    def __init__(
        self,
        own: Path,
        variants: tuple[str, ...] = (),
        most: int = templates.MOST,
        seconds: float = SECONDS,
    ) -> None:
        self._own = own
        self._variants = variants
        self._folders = templates.folders(own, variants)
        self._most = most
        self._allowed = seconds
        self._seconds = seconds
        self._size = SIZE

    def for_another(self) -> "Renderer":
        """One that fills the same templates for another thread or page, with its own allowance.

        Where a maintainer's templates are is not looked for again.
        """
        other = copy.copy(self)
        other._seconds, other._size = self._allowed, SIZE
        return other

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """Fill a template; raises `BadInput` naming the template's file and line.

        Raises `Unavailable` where the process that fills it cannot be started.
        """
        if self._folders == (str(templates.shipped()),):
            env = templates.own_environment()
            return self._counted(name, templates.render(env, name, context, self._most))
        return self._asked({"folders": self._folders, "name": name, "context": context})

    def render_page(self, name: str, context: Mapping[str, Any]) -> str:
        """As `render`, for what people are to see; raises `BadInput` where that is nothing."""
        text = self.render(name, context)
        if not text.strip():
            file = templates.used(self._own, self._variants, name) or name
            raise BadInput(
                f"Template {file}: writes nothing; fill it, or remove it to have the program's own."
            )
        return text

    def render_text(self, source: str, context: Mapping[str, Any], place: str) -> str:
        """As `render`, for a text that stands in an item; errors name `place` and line.

        It can include no other template.
        """
        text = _with_values(source, context)
        if text is not None and len(text) <= self._most:
            return self._counted(place, text)
        question = {"folders": (), "source": source, "name": place, "context": context}
        return self._asked(question)

    def _asked(self, question: dict[str, Any]) -> str:
        name = question["name"]
        if self._seconds <= 0:
            raise BadInput(f"Template {name}: {TOO_LONG}.")
        seconds, file = self._seconds, self._file(question)
        if _was_stopped(file):
            seconds = min(seconds, SECONDS_AGAIN)
        answer = _filler.ask(question | {"seconds": seconds, "most": self._most})
        if isinstance(answer, _End):
            if file is not None and answer.reason == TOO_LONG:
                _stopped[file] = time.monotonic()
            raise BadInput(f"Template {_place(question, answer)}: {answer.reason}.")
        self._seconds -= answer["seconds"]
        if "problem" in answer:
            raise BadInput(answer["problem"])
        return self._counted(name, answer["text"])

    def _file(self, question: dict[str, Any]) -> "_File | None":
        """The maintainer's file that is asked for, as it is now; None for an item's text."""
        if "source" in question:
            return None
        file = templates.used(self._own, self._variants, question["name"])
        try:
            return (file, file.stat().st_mtime_ns) if file else None
        except OSError:
            return None

    def _counted(self, name: str, text: str) -> str:
        """The text; raises `BadInput` where no network or page would take it."""
        self._size -= len(text)
        if self._size < 0:
            raise BadInput(f"Template {name}: writes more than {SIZE:,} characters in all.")
        if bad := collage.control(text, lines=True):
            raise BadInput(f"Template {name}: writes the control character U+{ord(bad):04X}.")
        return text


_File = tuple[Path, int]
"""A template's file, and when it was changed last."""

_stopped: dict[_File, float] = {}
"""When templates were stopped that took too long, in seconds of the monotonic clock."""


def _was_stopped(file: _File | None) -> bool:
    """Whether a template was stopped a short while ago, and has not changed since."""
    at = _stopped.get(file) if file else None
    return at is not None and time.monotonic() - at < REMEMBERED


def _with_values(source: str, context: Mapping[str, Any]) -> str | None:
    """The text with its placeholders filled in; None where it is more than text and placeholders.

    Also None where a name is not that of a text or a number: then the template itself says so.
    """
    if any(mark in re.sub(PLACEHOLDER, "", source) for mark in MARKS):
        return None
    found: dict[str, str] = {}
    for name in re.findall(PLACEHOLDER, source):
        value: Any = context
        for key in name.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if type(value) not in (str, int):
            return None
        found[name] = str(value)
    return re.sub(PLACEHOLDER, lambda match: found[match[1]], source)


class _End(NamedTuple):
    """Why the process has ended before it answered, and where it was then.

    `file` and `line` are those of the innermost template, as it was compiled; `file` is empty where
    no template was being filled.
    """

    reason: str
    file: str
    line: int


def _place(question: dict[str, Any], end: _End) -> str:
    """Name and line of the template at which the process has ended."""
    if not end.file:
        return str(question["name"])
    asked: dict[str, Any] = {"folders": (), "line": end.line, "seconds": SECONDS}
    if end.file == templates.UNNAMED:
        name, asked["source"] = question["name"], question["source"]
    else:
        name = asked["file"] = end.file
    answer = _filler.ask(asked)
    if isinstance(answer, _End) or "line" not in answer:
        return str(name)
    return f"{name}, line {answer['line']}"


class _Filler:
    """The process, started when it is first needed and again whenever it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: dict[str, Any]) -> dict[str, Any] | _End:
        """The answer to a question, or how the process has ended over it.

        Raises `Unavailable` where it cannot be started.
        """
        line = template_process.encoded(question)
        with self._lock:
            answer = self._ask(line)
            # It may have ended by itself, having been idle, or have been killed by somebody else.
            if isinstance(answer, _End) and answer.reason != TOO_LONG:
                answer = self._ask(line)
        return answer

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._ended(self._process)

    def _ask(self, line: bytes) -> dict[str, Any] | _End:
        process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:
            answer = b""
        if not answer.endswith(b"\n"):
            return self._ended(process)
        decoded: dict[str, Any] = json.loads(answer)
        return decoded

    def _started(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[2])
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Nothing of ours: a template must not find keys in it.
                env={"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)])},
                # Ctrl-C goes to the terminal's whole group.
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(_NOT_STARTED.format(system.why(error))) from None
        # Waited for from the start: what ends while nothing is asked leaves no zombie.
        threading.Thread(target=process.wait, daemon=True).start()
        self._process = process
        assert process.stdout is not None
        if process.stdout.readline() != template_process.READY:
            end = self._ended(process)
            raise Unavailable(_NOT_STARTED.format(end.reason))
        return process

    def _ended(self, process: subprocess.Popen[bytes]) -> _End:
        """End a process that does not answer, and say why it does not."""
        self._process = None
        process.kill()
        assert process.stdin is not None
        assert process.stderr is not None
        with suppress(OSError):
            # What it has not read is lost.
            process.stdin.close()
        with process:
            last_words = process.stderr.read().decode("utf-8", "replace")
        how = str(process.returncode)
        if process.returncode < 0:
            how = signal.Signals(-process.returncode).name
        reason = SIGNALS.get(how, f"ends the process that fills it ({how})")
        frames = re.findall(r'^  File "(.+)", line (\d+) in ', last_words, re.MULTILINE)
        for file, line in frames:
            if templates.is_template(file):
                return _End(reason, file, int(line))
        return _End(reason, "", 0)


_COMMAND = "from bot.composing import template_process; template_process.main()"
_NOT_STARTED = "The process that fills templates cannot be started: {}."

_filler = _Filler()
atexit.register(_filler.stop)

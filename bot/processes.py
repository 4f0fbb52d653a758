"""Child processes with bounds: of time, memory, and what they inherit.

Most answer questions; `run` is for programs of others, such as git.

Only a process can be ended wherever it hangs, and only its memory can be bounded: a mail server may
send a byte a second for ever, a picture of a few bytes may unpack to gigabytes.
"""

import math
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple


class Bounds(NamedTuple):
    """What a child may take: seconds from its start to its end, and bytes of memory."""

    seconds: float
    memory: int


class NoAnswer(Exception):
    """Raised when a child gave no answer; the message says why, after "it"."""


class TooLong(NoAnswer):
    """Raised when a child had not ended in time; it is ended then."""


class NotStarted(NoAnswer):
    """Raised when the system would not start a child; `__cause__` is its error."""


class BrokeOff(NoAnswer):
    """Raised when a child ended without an answer, as it does when its memory is not enough."""


def ask(script: Path, question: bytes, bounds: Bounds, environment: Mapping[str, str]) -> bytes:
    """Run a script in a process of its own; what it writes to stdout.

    The script reads the question from stdin: not from an argument, which other users could see. It
    is run by its path, as this module is, so that neither needs the folder we were started in or a
    module of ours. Raises `NoAnswer`.
    """
    try:
        done = subprocess.run(
            _command("once", script, bounds),
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
        raise TooLong(_too_long(bounds)) from None
    except OSError as error:
        raise _not_started(error) from error
    if done.returncode:
        raise BrokeOff(f"broke off ({done.returncode})")
    return done.stdout


class Ran(NamedTuple):
    """How a program ended: its exit code, and the last of what it printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """All that it printed."""
        return self.stdout + self.stderr


class Allowed(NamedTuple):
    """How many seconds a program may take, and how many bytes of its output, the last, are kept."""

    seconds: float
    kept: int = 50_000


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    allowed: Allowed,
    folder: Path,
    given: bytes = b"",
) -> Ran:
    """Run a program of others in a folder; how it ended.

    It reads `given` from stdin and has no terminal to ask at. When its time is over, and when this
    process is gone, it is ended with the processes that it has started. Raises `TooLong`,
    `NotStarted` where there is no such program or it may not be run.
    """
    try:
        child = subprocess.Popen(
            # Not by `-m`: nothing of ours, and no folder of modules, is needed.
            (sys.executable, "-I", "-S", __file__, "other", str(allowed.seconds), *command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )
    except OSError as error:
        raise _not_started(error) from error
    return _Watched(child, given, allowed.kept).end(allowed.seconds)


def end_running() -> None:
    """End every program that `run` has started and that is still under way, as at a stop."""
    for each in list(_RUNNING):
        each.kill()


_RUNNING: set["_Watched"] = set()


class _Watched:
    """A program under way; what it prints is read as it comes, so that it never waits for us."""

    def __init__(self, child: "subprocess.Popen[bytes]", given: bytes, most: int) -> None:
        self._child, self._most = child, most
        self._stdout, self._stderr = bytearray(), bytearray()
        assert child.stdout
        assert child.stderr
        works: tuple[tuple[Callable[..., None], tuple[Any, ...]], ...] = (
            (self._feed, (given,)),
            (self._keep, (child.stdout, self._stdout)),
            (self._keep, (child.stderr, self._stderr)),
        )
        self._threads = [
            threading.Thread(target=work, args=with_, daemon=True) for work, with_ in works
        ]
        for thread in self._threads:
            thread.start()

    def end(self, seconds: float) -> Ran:
        """Wait for its end, and bring it about when the time is over."""
        _RUNNING.add(self)
        try:
            code = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TooLong(f"did not end within {seconds:g} s") from None
        finally:
            _RUNNING.discard(self)
            self.kill()
            self._child.wait()
        for thread in self._threads:
            # What it has left running may hold its output open.
            thread.join(1)
        if code in _NEVER_RAN:
            raise NotStarted(_NEVER_RAN[code])
        stdout, stderr = (bytes(kept) for kept in (self._stdout, self._stderr))
        return Ran(code, stdout.decode(errors="replace"), stderr.decode(errors="replace"))

    def kill(self) -> None:
        """End it, and whatever of its group is left."""
        with suppress(OSError, AttributeError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.kill()

    def _feed(self, given: bytes) -> None:
        assert self._child.stdin
        with suppress(OSError):
            self._child.stdin.write(given)
        with suppress(OSError):
            self._child.stdin.close()

    def _keep(self, stream: IO[bytes], kept: bytearray) -> None:
        with suppress(OSError, ValueError), stream:
            while chunk := os.read(stream.fileno(), 65_536):
                kept += chunk
                del kept[: -self._most]


_NOT_THERE, _NOT_RUN = 251, 252
_NEVER_RAN = {_NOT_THERE: "is not there", _NOT_RUN: "may not be run"}
"""Why a program was never started, by codes that others hardly end with."""


def _other(seconds: float, command: Sequence[str]) -> int:
    """The child of `run`: start the program, and end it when its time is over or we are alone."""
    asking = os.getppid()
    try:
        program = subprocess.Popen(command)
    except FileNotFoundError:
        return _NOT_THERE
    except OSError:
        return _NOT_RUN
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and os.getppid() == asking:
        with suppress(subprocess.TimeoutExpired):
            code = program.wait(0.5)
            # One that was killed ends as a shell has it: 137 for signal 9.
            return code if code >= 0 else 128 - code
    with suppress(AttributeError):
        # It and what it has started, this process included.
        os.killpg(0, signal.SIGKILL)
    program.kill()
    return 1


class Lasting:
    """A child that answers one question after another, so that it is started only once.

    Its script has a function `answer` from bytes to bytes. The time counts for each question, and
    a child that has broken off or was ended is started again at the next one. So is one whose
    script has a function `is_spent` that says, after an answer, that it should answer no more.
    """

    def __init__(self, script: Path, bounds: Bounds, environment: Mapping[str, str]) -> None:
        self._script = script
        self._bounds = bounds
        self._environment = dict(environment)
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, question: bytes) -> bytes:
        """The answer to one question; raises `NoAnswer`."""
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                self.close()
                self._child = self._started()
            answer, is_late = self._exchanged(self._child, question)
            if answer and not is_late:
                if answer[:1] == _SPENT:
                    self.close()
                return answer[1:]
            self._child.kill()
            code = self._child.wait()
            self.close()
        if is_late:
            raise TooLong(_too_long(self._bounds))
        raise BrokeOff(f"broke off ({code})")

    def close(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            # What could not be written to a child that is gone fails again here.
            with suppress(OSError):
                if stream:
                    stream.close()
        child.kill()
        child.wait()

    def _started(self) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                _command("lasting", self._script, self._bounds),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as error:
            raise _not_started(error) from error

    def _exchanged(
        self, child: "subprocess.Popen[bytes]", question: bytes
    ) -> tuple[bytes | None, bool]:
        """The answer, None where the child broke off; and whether the time was over before."""
        late = threading.Event()

        def end() -> None:
            late.set()
            child.kill()

        deadline = threading.Timer(self._bounds.seconds, end)
        deadline.daemon = True
        deadline.start()
        try:
            assert child.stdin
            assert child.stdout
            _write(child.stdin, question)
            return _read(child.stdout), late.is_set()
        except OSError:
            return None, late.is_set()
        finally:
            deadline.cancel()


def _not_started(error: OSError) -> NotStarted:
    # Not in the words of `files`: nothing of ours is imported here.
    return NotStarted(f"could not be started ({error.strerror or error})")


def _command(way: str, script: Path, bounds: Bounds) -> tuple[str, ...]:
    return (sys.executable, "-P", __file__, way, *map(str, bounds), str(script))


def _too_long(bounds: Bounds) -> str:
    return f"did not end within {bounds.seconds:g} s"


_GOES_ON, _SPENT = b"\0", b"\1"
"""What begins an answer: whether the child should be asked once more."""


_LENGTH = 8
"""Bytes before each message between us and a lasting child that say how long it is."""


_LONGEST = 100_000_000
"""Bytes that such a message may have."""


def _write(stream: IO[bytes], message: bytes) -> None:
    stream.write(len(message).to_bytes(_LENGTH, "big") + message)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes | None:
    """The next message; None where none comes any more."""
    head = stream.read(_LENGTH)
    length = int.from_bytes(head, "big")
    if len(head) < _LENGTH or length > _LONGEST:
        return None
    message = stream.read(length)
    return message if len(message) == length else None


def main() -> None:
    """The child: set the bounds, and become the script; or watch a program of others."""
    if sys.argv[1] == "other":
        sys.exit(_other(float(sys.argv[2]), sys.argv[3:]))
    way, seconds, memory, script = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    _bound(memory)
    if way == "once":
        # The one that asked may be gone, and nobody else would end this process.
        _end_after(seconds)
        runpy.run_path(script, run_name="__main__")
        return
    names = runpy.run_path(script)
    answer, is_spent = names["answer"], names.get("is_spent", bool)
    # Nothing that a library prints may get between the answers.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    while (question := _read(sys.stdin.buffer)) is not None:
        deadline = _end_after(seconds)
        answered = answer(question)
        deadline.cancel()
        _write(answers, (_SPENT if is_spent() else _GOES_ON) + answered)


_GRACE = 5
"""Seconds that a child has beyond its time: the one that asked ends it first, and knows why."""


def _end_after(seconds: float) -> threading.Timer:
    """End this process when it goes on for longer, wherever it is then."""
    deadline = threading.Timer(seconds + _GRACE, os._exit, [1])
    deadline.daemon = True
    deadline.start()
    # Where one call of a library holds the interpreter, only the system can end it.
    with suppress(ImportError, OSError, ValueError):
        import resource  # Windows has no such module

        used = resource.getrusage(resource.RUSAGE_SELF)
        # Twice, for a library may use two processors.
        most = math.ceil(used.ru_utime + used.ru_stime + 2 * seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return deadline


def _bound(memory: int) -> None:
    """Give this process no more memory than that, as far as the system can."""
    with suppress(ImportError):
        import resource  # Windows has no such module

        for limit, most in (
            (resource.RLIMIT_AS, memory),
            # What is in its memory may be secret.
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(OSError, ValueError):
                resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()

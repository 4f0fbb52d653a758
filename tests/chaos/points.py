"""Every moment at which a process can die and leave something behind, found by hooks at what it
does to the context.

A commit, a request, a change on the disk: before and after; the start of another program. Nothing
is listed by hand, so a new one is met by itself.
"""

import os
import re
import select
import socket
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.engine.default import DefaultDialect

CHANGES = frozenset(
    {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"}
)
"""What Python audits when a folder changes (os.replace is a rename); a file opened for writing is
seen by its flags.
"""


class Crash(BaseException):
    """The end of a process, within this one: nothing catches it, and after it nothing more takes
    effect.
    """


class Points:
    """The points a run has come by, in order; at the one with number `at`, from 1, it ends by
    `strike`. At those before it of which `copies` has the number, it calls what that has.
    """

    def __init__(
        self,
        at: int = 0,
        strike: Callable[[str], NoReturn] | None = None,
        patience: float = 10,
        copies: Mapping[int, Callable[[], None]] | None = None,
    ) -> None:
        self.names: list[str] = []
        self.is_struck = False
        self._at, self._strike = at, strike or crash
        self._patience = patience
        self._copies = copies or {}
        self._lock = threading.Lock()

    def reach(self, name: str, connection: Any = None) -> None:
        """Come by a point.

        Where a request is under way it first has its effect: the other side answers.
        """
        with self._lock:
            if not self.is_struck:
                self.names.append(name)
                count = len(self.names)
                if connection is not None and (count == self._at or count in self._copies):
                    select.select([connection], [], [], self._patience)
                if count in self._copies:
                    with _unwatched():
                        self._copies[count]()
                if count != self._at:
                    return
                self.is_struck = True
        self._strike(name)


def crash(name: str) -> NoReturn:
    raise Crash(name)


_now: Points | None = None
"""Whose points are counted at present."""


@contextmanager
def _unwatched() -> Iterator[None]:
    """What a test itself does at a point is no way to others."""
    global _now
    before, _now = _now, None
    try:
        yield
    finally:
        _now = before


def _reach(name: str, connection: Any = None) -> None:
    if _now is not None:
        _now.reach(name, connection)


def _named(own: str) -> str:
    """What it is called in every run: ids differ."""
    return re.sub("[0-9a-f]{8,}", ":id", own)


@contextmanager
def watched(points: Points) -> Iterator[Points]:
    """Count this process's points as these, until the block ends."""
    global _now
    undo = [_watch_commits(), _watch_sockets(), _watch_syncs()]
    _watch_disk()
    _now = points
    try:
        yield points
    finally:
        _now = None
        for each in undo:
            each()


def _watch_commits() -> Callable[[], None]:
    commit: Any = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        _reach("before commit")
        commit(self, connection)
        _reach("after commit")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]

    def undo() -> None:
        DefaultDialect.do_commit = commit  # type: ignore[method-assign]

    return undo


class _Requests:
    """Requests, whatever library makes them; a server in this process is not seen, since it never
    connects.
    """

    def __init__(self, inner: dict[str, Callable[..., Any]]) -> None:
        self._inner = inner
        self._asked: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        self._unanswered: weakref.WeakSet[Any] = weakref.WeakSet()

    def connecting(self) -> Callable[..., Any]:
        def connect(own: Any, address: Any) -> Any:
            self._asked[own] = ""
            return self._inner["connect"](own, address)

        return connect

    def sending(self, name: str) -> Callable[..., Any]:
        def send(own: Any, data: Any, *more: Any) -> Any:
            if own in self._asked:
                self._reach_sending(own, data)
            return self._inner[name](own, data, *more)

        return send

    def _reach_sending(self, own: Any, data: Any) -> None:
        line = None
        if own not in self._unanswered:
            line = re.match(rb"[A-Z]+ [^ ?]+", bytes(data[:300]))
        if line:
            self._asked[own] = _named(line[0].decode())
        _reach(f"{'before' if line else 'within'} request {self._asked[own]}")
        self._unanswered.add(own)

    def receiving(self, name: str) -> Callable[..., Any]:
        def receive(own: Any, *more: Any) -> Any:
            if own in self._unanswered:
                self._unanswered.discard(own)
                _reach(f"after request {self._asked[own]}", own)
            return self._inner[name](own, *more)

        return receive


def _watch_sockets() -> Callable[[], None]:
    kind: Any = socket.socket
    names = ("connect", "send", "sendall", "recv", "recv_into")
    before = {name: vars(kind).get(name) for name in names}
    requests = _Requests({name: getattr(kind, name) for name in names})
    kind.connect = requests.connecting()
    for name in ("send", "sendall"):
        setattr(kind, name, requests.sending(name))
    for name in ("recv", "recv_into"):
        setattr(kind, name, requests.receiving(name))

    def undo() -> None:
        for name, method in before.items():
            if method is None:
                delattr(kind, name)
            else:
                setattr(kind, name, method)

    return undo


def _watch_syncs() -> Callable[[], None]:
    fsync = os.fsync

    def watched_fsync(handle: Any) -> None:
        _reach("before sync")
        fsync(handle)
        _reach("after sync")

    os.fsync = watched_fsync  # type: ignore[assignment]

    def undo() -> None:
        os.fsync = fsync

    return undo


_has_hook = False


def _watch_disk() -> None:
    # An audit hook cannot be taken out again: there is one, and it asks who is counting.
    global _has_hook
    if not _has_hook:
        _has_hook = True
        sys.addaudithook(_on_audit)


def _words(command: Any) -> str:
    """A command by its words without numbers, ids and folders, which differ from run to run."""
    words = [Path(os.fsdecode(word)).name for word in command]
    return " ".join(word for word in words if re.fullmatch("[a-z-]+", word))


def _on_audit(event: str, args: tuple[Any, ...]) -> None:
    if _now is None:
        return
    if event == "open":
        is_writing = args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if is_writing and not str(args[0]).endswith(".pyc") and "__pycache__" not in str(args[0]):
            _reach(f"before open {_named(Path(str(args[0])).name)}")
    elif event == "subprocess.Popen":
        _reach(f"before start {_words(args[1])}")
    elif event in CHANGES and "__pycache__" not in str(args[0]):
        _reach(f"before {event} {_named(Path(str(args[0])).name)}")

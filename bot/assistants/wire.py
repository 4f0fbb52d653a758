"""Standard input and output as the lines of a protocol, and for nothing else meanwhile.

The SDK's own transport waits for a line, or for a reader, in a way that nothing ends; it also takes
lines of any length. Here threads wait, which end with the process.
"""

import asyncio
import os
import queue
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

LONGEST = 4_000_000
"""Bytes that a line may have: many times what the arguments of any tool may hold."""

_AT_ONCE = 65_536

TOO_LONG = (
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,'
    f'"message":"A message may have at most {LONGEST:,} bytes; this one was left unread."}}}}\n'
)


class Ends(NamedTuple):
    """The two ends of the wire, as file descriptors."""

    incoming: int
    outgoing: int


@contextmanager
def claimed() -> Iterator[Ends]:
    """Take standard input and output for the protocol as long as this lasts.

    Whatever else reads gets an end of file, and what else is printed goes to standard error: also
    what a child process does. The ends stay open afterwards, for a thread may still wait at one.
    """
    ends = Ends(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        yield ends
    finally:
        if sys.stdout is not None:
            # Else what was printed meanwhile would be written to the wire at the end.
            with suppress(OSError):
                sys.stdout.flush()
        os.dup2(ends.incoming, 0)
        os.dup2(ends.outgoing, 1)
        os.close(nothing)


async def lines(end: int, too_long: Callable[[], None]) -> AsyncIterator[str]:
    """The lines that come in, up to the end; `too_long` is called for one that is left out."""
    loop = asyncio.get_running_loop()
    come: asyncio.Queue[str | None] = asyncio.Queue()
    # A line is read when the one before is taken: a client that only writes has to wait.
    room = threading.Semaphore()

    def deliver(line: str | None) -> None:
        room.acquire()
        loop.call_soon_threadsafe(come.put_nowait, line)

    def read() -> None:
        # RuntimeError: the loop is over, and nobody waits any more.
        with suppress(RuntimeError):
            for line in _split(end):
                if line is None:
                    loop.call_soon_threadsafe(too_long)
                else:
                    deliver(line.decode("utf-8", "replace"))
            deliver(None)

    threading.Thread(target=read, name="wire-in", daemon=True).start()
    while (line := await come.get()) is not None:
        room.release()
        yield line


def _split(end: int) -> Iterator[bytes | None]:
    """The lines of a file descriptor; None for one that is too long, of which nothing is kept."""
    begun, is_too_long = bytearray(), False
    while read := _read(end):
        first, *more = read.split(b"\n")
        begun += first
        for following in more:
            if not is_too_long and len(begun) <= LONGEST:
                yield bytes(begun)
            else:
                yield None
            begun, is_too_long = bytearray(following), False
        if len(begun) > LONGEST:
            begun, is_too_long = bytearray(), True
    if begun and not is_too_long:
        yield bytes(begun)


def _read(end: int) -> bytes:
    """What comes next; nothing at the end, also of a wire that has broken."""
    with suppress(OSError):
        return os.read(end, _AT_ONCE)
    return b""


class Writer:
    """Writes to the wire, each text whole and in order.

    Where it cannot be written, `broken` is called, and `error` says why. It has what the SDK wants
    of a file.
    """

    def __init__(self, end: int, broken: Callable[[], None]) -> None:
        self._end, self._broken = end, broken
        self.error: OSError | None = None
        self._loop = asyncio.get_running_loop()
        self._texts: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        threading.Thread(target=self._write_all, name="wire-out", daemon=True).start()

    async def write(self, text: str) -> None:
        """Write a text; this waits until it is taken, so that a slow reader slows us."""
        done = self._loop.create_future()
        self._texts.put((text.encode("utf-8", "backslashreplace"), done))
        await done

    async def flush(self) -> None:
        """Nothing is kept back."""

    def say(self, text: str) -> None:
        """Write a text without waiting for it."""
        self._texts.put((text.encode(), self._loop.create_future()))

    def _write_all(self) -> None:
        # RuntimeError: the loop is over, and nobody waits any more.
        with suppress(RuntimeError):
            while True:
                data, done = self._texts.get()
                try:
                    _write(self._end, data)
                except OSError as error:
                    self.error = error
                    self._loop.call_soon_threadsafe(self._broken)
                self._loop.call_soon_threadsafe(_settle, done)


def _write(end: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(end, left) :]


def _settle(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)

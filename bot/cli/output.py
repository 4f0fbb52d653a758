"""Standard output and error, which may be a file on a full disk, or a pipe that nobody reads."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import click

from bot import files


class Closed(io.TextIOBase):
    """Stands for a stream that the process was started without: what is written is dropped."""

    def write(self, text: str) -> int:
        return len(text)


def fill_gaps() -> None:
    """Open what stands for our standard streams where they are closed.

    Otherwise the next file that is opened would get the number of one, and what a child process
    prints would be written into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # It gets the lowest number that is free, which is this one.
            os.open(os.devnull, os.O_RDWR)


class Stream:
    """One of our streams, which remembers why it could last not be written.

    Each write is tried anew, for there may be space again; Python itself forgets what it could not
    write.
    """

    def __init__(self, stream: TextIO | Closed, name: str) -> None:
        self.stream, self.name = stream, name
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Write as the stream itself does; raises `OSError`."""
        with self._remembering():
            return self.stream.write(text)

    def require(self) -> None:
        """Raise `OSError` where the process was started without this stream."""
        if isinstance(self.stream, Closed):
            with self._remembering():
                raise OSError(errno.EBADF, "it is closed")

    def flush(self) -> None:
        """Write what is still kept back; raises `OSError`."""
        with self._remembering():
            self.stream.flush()

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = error
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    @property
    def message(self) -> str:
        """What is to be said of the error: nothing of a reader who has seen enough, as `head`."""
        if self.error is None or self.error.errno == errno.EPIPE:
            return ""
        return f"{self.name} cannot be written: {files.why(self.error)}."


@contextmanager
def watched() -> Iterator[list[Stream]]:
    """Remember whether our streams could be written, as long as this lasts; both streams."""
    before: dict[str, TextIO | None] = {"stdout": sys.stdout, "stderr": sys.stderr}
    names = {"stdout": "Standard output", "stderr": "Standard error"}
    watched = {at: Stream(stream or Closed(), names[at]) for at, stream in before.items()}
    for at, stream in watched.items():
        setattr(sys, at, stream)
    try:
        yield [*watched.values()]
    finally:
        for stream in watched.values():
            with suppress(OSError):
                stream.flush()
        for at, unwatched in before.items():
            setattr(sys, at, unwatched)


def give_up(stream: Stream) -> None:
    """Let go what still cannot be written: Python would try once more at its end and exit with 120.

    As Python's documentation has it for a pipe that nobody reads (`signal`, "Note on SIGPIPE").
    """
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.stream.fileno())
        os.close(nowhere)


def failed(error: BaseException) -> Stream | None:
    """The stream that this error is about, if it is about one of ours."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Stream) and stream.error is error:
            return stream
    return None


def require() -> None:
    """Raise `OSError` where nobody can see what is printed: for what counts as told then."""
    if isinstance(sys.stdout, Stream):
        sys.stdout.require()


def tell(text: str, *, err: bool = False) -> None:
    """Print a line of what is done meanwhile: where it cannot be written, the work goes on."""
    with suppress(OSError):
        click.echo(text, err=err)

"""Standard output and error: everything that is printed goes through here.

What a terminal would obey is written as escapes, colours go only to those who want them, and with
--json what is told becomes JSON. Either stream may be a file on a full disk, or a pipe that nobody
reads.
"""

import errno
import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TextIO

import click

from bot import environment, system
from bot.core.text import terminal

JSON = "--json"
"""The option with which all that is printed is JSON."""


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
        self.document: Document | None = None

    def write(self, text: str) -> int:
        """Write with escapes for what a terminal would obey; raises `OSError`.

        While there is a document, the text is kept for it. Bytes are refused with a TypeError, by
        which click knows that this is no binary stream.
        """
        shown = terminal.visible(text)
        if self.document is not None:
            self.document.told.append(text)
        else:
            self.write_made(shown)
        return len(text)

    def write_made(self, text: str) -> None:
        """Write as the stream itself does what was made here; raises `OSError`."""
        with self._remembering():
            self.stream.write(text)

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
        return f"{self.name} cannot be written: {system.why(self.error)}."


class Document:
    """What a command with --json has told, and the facts that it has added."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.facts: dict[str, Any] = {}

    def described(self) -> dict[str, Any]:
        """The document: its lines as "messages", then the facts."""
        lines = "".join(self.told).split("\n")
        return {"messages": [line for line in lines if line]} | self.facts


class Styled(NamedTuple):
    """A piece of a line in a style of its own, one of `STYLES`."""

    text: str
    style: str


STYLES = {
    "": "",
    "bold": "1",
    "dim": "2",
    "underlined": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
}
"""The parameters of ECMA-48's "select graphic rendition"."""


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


def is_json() -> bool:
    """Whether JSON was asked for; also of a command line that cannot be understood."""
    words = sys.argv[1:]
    if "--" in words:
        words = words[: words.index("--")]
    return JSON in words


def line(*pieces: str | Styled, style: str = "", err: bool = False) -> None:
    """Print a line of text, or of pieces, in one of `STYLES`; it is written out when this returns.

    What goes to standard error is a warning: JSON where that was asked for. Raises `OSError`.
    """
    if err and is_json():
        text = "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)
        json_line({"warning": {"message": text}}, err=True)
        return
    stream = sys.stderr if err else sys.stdout
    if not isinstance(stream, Stream):
        stream = Stream(stream, "")
    if stream.document is not None or not _is_coloured(stream):
        plain = "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)
        stream.write(f"{plain}\n")
    else:
        styled = [piece if isinstance(piece, Styled) else Styled(piece, style) for piece in pieces]
        stream.write_made("".join(map(_in_colour, styled)) + "\n")
    stream.flush()


def _is_coloured(stream: Stream) -> bool:
    wanted = environment.wants_colour()
    if wanted is None:
        return bool(stream.isatty())
    return wanted


def _in_colour(piece: Styled) -> str:
    text = terminal.visible(piece.text)
    if not piece.style:
        return text
    return f"\x1b[{STYLES[piece.style]}m{text}\x1b[0m"


def tell(text: str, *, err: bool = False) -> None:
    """Print a line of what is done meanwhile: where it cannot be written, the work goes on."""
    with suppress(OSError):
        line(text, err=err)


def fail(message: str, code: int, kind: str) -> None:
    """Say what is wrong, and with which exit code the command ends; JSON where that was asked for.

    Where it cannot be written, nothing more can be done about it.
    """
    if not is_json():
        tell(message, err=True)
        return
    with suppress(OSError):
        error = {"message": " ".join(message.splitlines()), "kind": kind, "exit_code": code}
        json_line({"error": error}, err=True)


def json_line(value: Any, *, err: bool = False) -> None:
    """Print a value as one line of JSON, written out when this returns; raises `OSError`."""
    _print_made(_json(value), err=err)


def print_json(value: Any) -> None:
    """Print a value as JSON for people and programs; raises `OSError`."""
    _print_made(_json(value, indent=2))


def _print_made(text: str, *, err: bool = False) -> None:
    stream = sys.stderr if err else sys.stdout
    if stream is not None:
        stream.write(f"{text}\n")
        stream.flush()


def _json(value: Any, indent: int | None = None) -> str:
    """JSON that a terminal shows as it is: what it would obey has JSON's own escapes."""
    import json  # heavy: 3 ms, and --help needs none

    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return terminal.OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@contextmanager
def document() -> Iterator[None]:
    """With --json: print what is told meanwhile, and the facts that `add` gives, as one document.

    Where an error ends the command, it is printed if something was told before.
    """
    stream = sys.stdout
    if not is_json() or not isinstance(stream, Stream):
        yield
        return
    made = stream.document = Document()
    is_whole = False
    try:
        yield
        is_whole = True
    except (SystemExit, click.exceptions.Exit):
        is_whole = True
        raise
    finally:
        stream.document = None
        if is_whole or made.told or made.facts:
            print_json(made.described())


def add(**facts: Any) -> None:
    """Add facts to the document that is made, if one is; lists grow, other facts are replaced."""
    stream = sys.stdout
    if not isinstance(stream, Stream) or stream.document is None:
        return
    known = stream.document.facts
    for name, value in facts.items():
        if isinstance(value, list):
            known[name] = [*known.get(name, []), *value]
        else:
            known[name] = value


def columns() -> int | None:
    """How many columns a table may take: as the terminal has; None where nothing limits it."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns

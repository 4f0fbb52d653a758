"""Where the log goes: tracebacks into a file beside the configuration, and all of it to stderr
when somebody asks for it.

Every module logs to a logger of its own name. What a maintainer must hear is a notice, and what a
person who watches sees is printed; the log is for finding mistakes.
"""

import logging
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from bot.core.text import terminal

FILE = "mlcollage.log"
SIZE = 1_000_000
"""Bytes after which the file is set aside; two such files are kept."""

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
ROOT = "bot"
"""The logger above those of all our modules; libraries keep theirs to themselves."""

_HIDDEN: set[str] = set()
"""Values that are not shown."""


def to_stderr(level: str) -> None:
    """Show the log from this level on, "debug" for all of it; an empty level shows nothing."""
    logger = logging.getLogger(ROOT)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(logging.NOTSET)
    # Without any handler Python itself would print what is logged.
    logger.addHandler(logging.NullHandler())
    if level:
        logger.setLevel(level.upper())
        _add(logging.StreamHandler(sys.stderr), level.upper())


def to_file(folder: Path) -> None:
    """Keep warnings and tracebacks in a file, which is made when there is the first of them."""
    # A log that cannot be written must never keep the bot from sending.
    logging.raiseExceptions = False
    handler = _PrivateFile(
        folder / FILE, maxBytes=SIZE, backupCount=1, encoding="utf-8", delay=True
    )
    _add(handler, logging.WARNING)


def hide(secrets: Iterable[str]) -> None:
    """Never show these values, whatever a message or a traceback quotes."""
    _HIDDEN.update(secret for secret in secrets if secret)


def _add(handler: logging.Handler, level: str | int) -> None:
    handler.setLevel(level)
    handler.setFormatter(_Formatter(FORMAT))
    logging.getLogger(ROOT).addHandler(handler)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        # The longest first: one secret may be a part of another.
        for secret in sorted(_HIDDEN, key=len, reverse=True):
            text = text.replace(secret, "***")
        # An address from elsewhere may have in it what a terminal obeys and no file can hold.
        return terminal.visible(text)


class _PrivateFile(RotatingFileHandler):
    """A file that only its owner may read: a traceback may quote what a network has said."""

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        Path(self.baseFilename).chmod(0o600)
        return stream

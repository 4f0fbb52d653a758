"""The installation a desk serves: its context, made anew when the configuration changes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bot import config
from bot.app import assemble, logs
from bot.context import Context
from bot.core.errors import MlcollageError, NoDatabase

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]
"""When a file was changed last, its size and its inode: one that differs was written anew."""


@dataclass(slots=True)
class Installation:
    """The configuration's file, and what was made of it last.

    A configuration that cannot be used any more leaves the desk with the one before: `problem` says
    what is wrong with it, for every page to show.
    """

    file: Path
    open: Callable[[Path], Context] = field(default=lambda file: opened(file))
    problem: str = ""
    _context: Context | None = None
    _stamp: Stamp | None = None
    _lock: Lock = field(default_factory=Lock)

    def context(self) -> Context:
        """What a request works in. Raises what `assemble.context` does where there was none yet,
        and `NoDatabase` where the database that it had is not there any more.
        """
        with self._lock:
            stamp = self._stamp_now()
            if self._context and stamp == self._stamp:
                _check_there(self._context)
            if self._context and _has_gone(self._context):
                # What a page wrote into it would be found by nobody.
                self._context.database.close()
                self._context = None
            if self._context is None or stamp != self._stamp or _stands_still(self._context):
                self._make(stamp)
            assert self._context is not None
            return self._context

    def close(self) -> None:
        """Close the database's connections."""
        with self._lock:
            if self._context:
                self._context.database.close()

    def _make(self, stamp: Stamp | None) -> None:
        try:
            made = self.open(self.file)
        except MlcollageError as error:
            if self._context is None:
                raise
            self.problem = str(error)
            return
        before, self._context = self._context, made
        self._stamp, self.problem = stamp, ""
        if before:
            # Requests under way keep the connections that they have; only idle ones are closed.
            before.database.close()

    def _stamp_now(self) -> Stamp | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def opened(file: Path) -> Context:
    """The context of a configuration as it is now."""
    settings = config.load(file)
    logs.hide(settings.secrets)
    context = assemble.context(settings, makes=False)
    # From here on another file is noticed, even before the second request.
    context.database.check_file()
    for publisher in context.publishers.values():
        logs.hide(publisher.secrets)
    return context


def _check_there(context: Context) -> None:
    """Raise `NoDatabase` without one: a rehearsal would begin with a new one, and with nobody in
    it.
    """
    if context.database.is_missing():
        raise NoDatabase(
            f"The database {context.database.shown} is not there any more. Put it back, or fill a "
            "new one from a backup: mlcollage restore FILE. The desk then goes on by itself."
        )


def _has_gone(context: Context) -> bool:
    """Whether its database was replaced or removed since it was opened."""
    try:
        context.database.check_file()
    except NoDatabase:
        return True
    return False


def _stands_still(context: Context) -> bool:
    """Whether its clock is that of a simulation, which may have been played on since."""
    return isinstance(context.clock, assemble.SimulatedClock)

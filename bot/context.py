"""What every stage works with: configuration, database, clock, publishers, and the mode."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event

from bot.config import Config
from bot.core.schedule import Clock
from bot.publishers.protocol import Publisher
from bot.storage import work
from bot.storage.database import Database
from bot.storage.work import Work


@dataclass(frozen=True, slots=True)
class Context:
    """The bot as one process has it.

    `rehearsal` is 0 when live, else the number of the rehearsal that runs; `who` is the name that
    the log of changes gets. `say` tells a person who watches what is being done. Once `stop` is
    set, the request in flight is the last one.
    """

    config: Config
    database: Database
    clock: Clock
    publishers: Mapping[str, Publisher]
    rehearsal: int
    who: str
    say: Callable[[str], None] = field(default=lambda words: None)
    stop: Event = field(default_factory=Event)

    def read(self) -> AbstractContextManager[Work]:
        """A unit of work that only looks."""
        return work.reading(self.database, self.clock.now(), self.rehearsal)

    def write(self) -> AbstractContextManager[Work]:
        """A unit of work that is committed at its end, all or nothing; no network is called in it."""
        return work.writing(self.database, self.clock.now(), self.rehearsal)

    def at_once(self) -> AbstractContextManager[Work]:
        """A unit of work of one statement."""
        return work.at_once(self.database, self.clock.now(), self.rehearsal)

"""What every stage works with: configuration, database, clock, publishers, and the mode."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from bot.config import Config
from bot.core import per_network
from bot.core.collage import Item
from bot.core.per_network import OnNetwork
from bot.core.schedule import Clock
from bot.publishers import table
from bot.publishers.protocol import Publisher
from bot.storage import work
from bot.storage.database import Database
from bot.storage.work import Work


class Pace:
    """Notices that the wall clock was set, by comparing it with the monotonic one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._monotonic = clock.now(), clock.monotonic()

    def step(self) -> timedelta:
        """By how much the wall clock was set since the last call: forward, or below zero back."""
        wall, monotonic = self._clock.now(), self._clock.monotonic()
        passed = timedelta(seconds=monotonic - self._monotonic)
        step = wall - self._wall - passed
        self._wall, self._monotonic = wall, monotonic
        return step


@dataclass(frozen=True, slots=True)
class Context:
    """What one process works with.

    `rehearsal` is 0 when live, else the number of the rehearsal that runs. `who` is the user's
    name for the log of changes. `say` shows a message to a person who watches the process. Once
    `stop` is set, no further request is begun. `pace` watches the clock of a process that stays.
    """

    config: Config
    database: Database
    clock: Clock
    publishers: Mapping[str, Publisher]
    rehearsal: int
    who: str
    say: Callable[[str], None] = field(default=lambda message: None)
    stop: Event = field(default_factory=Event)
    pace: Pace | None = None

    def read(self) -> AbstractContextManager[Work]:
        """A unit of work that only reads."""
        return work.reading(self.database, self.clock.now(), self.rehearsal)

    def write(self) -> AbstractContextManager[Work]:
        """A unit of work that is committed at its end, or rolled back where it raises.

        No network may be called in it: a transaction that waits for one holds up all other writers.
        """
        hooks = self.config.events.destinations
        return work.writing(self.database, self.clock.now(), self.rehearsal, hooks)

    def write_if_free(self) -> AbstractContextManager[Work]:
        """As `write`, for what may be left out: raises where SQLite has another writer now."""
        return work.writing_if_free(self.database, self.clock.now(), self.rehearsal)

    def at_once(self) -> AbstractContextManager[Work]:
        """A unit of work of one statement, which on PostgreSQL saves two round trips."""
        return work.at_once(self.database, self.clock.now(), self.rehearsal)

    def names(self, account: str) -> tuple[str, ...]:
        """The names by which an item may speak of an account, the narrowest first.

        They are its own, its network's, and that of the network whose rules an outbox goes by.
        """
        own = table.network_of(self.config.accounts[account])
        return tuple(dict.fromkeys((account, own, self.publishers[account].network.name)))

    def on(self, item: Item, account: str) -> OnNetwork:
        """What is different of an item on an account."""
        return per_network.merged(item.on, self.names(account))

    def wanted(self, item: Item, accounts: Iterable[str]) -> tuple[str, ...]:
        """Those of the accounts that the item is to go out on."""
        return tuple(name for name in accounts if not (item.on and self.on(item, name).skip))

    def left_out(self, item: Item, accounts: Iterable[str]) -> tuple[str, ...]:
        """Those of the accounts that the item leaves out."""
        accounts = tuple(accounts)
        kept = self.wanted(item, accounts)
        return tuple(name for name in accounts if name not in kept)

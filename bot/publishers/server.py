"""The server that an account is on, where each has limits of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bot.core.errors import MlcollageError
from bot.core.learned import AFTER_FAILURE, AGE, Learned
from bot.core.network import Limits
from bot.core.schedule import Clock


class Told(NamedTuple):
    """What a server tells: see `Learned`."""

    limits: Limits
    formats: tuple[str, ...] = ()


@dataclass(slots=True)
class Server:
    """One account's server: its address, a way to ask for its limits, and what it told last.

    `taken` are the characters that the account takes of each post by itself; `length` is the most
    that its posts may have, where the account has a word of its own. In a simulation it
    `is_asked` nothing.
    """

    address: str
    ask: Callable[[], Told]
    clock: Clock
    taken: int = 0
    length: int | None = None
    learned: Learned | None = None
    is_asked: bool = True

    def recall(self, learned: Learned | None) -> None:
        """Take what the database has, unless it is about another server."""
        if learned and learned.address == self.address:
            self.learned = learned

    @property
    def is_old(self) -> bool:
        """Whether it is to be asked again."""
        if not self.is_asked:
            return False
        return self.learned is None or self.learned.is_old(self.clock.now())

    def learn(self) -> Learned:
        """Ask it for its limits; where it does not answer, those that it told last go on."""
        now = self.clock.now()
        try:
            learned = Learned(self.address, now + AGE, *self.ask())
        except MlcollageError:
            known = self.learned or Learned(self.address, now)
            learned = known._replace(until=now + AFTER_FAILURE)
        self.learned = learned
        return learned

    def limits(self, default: Limits) -> Limits:
        """What is left of the limits that it told; of the default where it has told none.

        The account's own length makes what was told shorter, never longer.
        """
        told = self.learned and self.learned.limits
        limits = told or default
        length = limits.length
        if self.length is not None:
            length = min(self.length, told.length) if told else self.length
        return limits._replace(length=max(1, length - self.taken))

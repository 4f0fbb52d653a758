"""The server that an account is on: its address, and its limits where each has its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.core import settings
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

    `taken` are the characters that the account takes of each post by itself. In a simulation it
    `is_asked` nothing.
    """

    address: str
    ask: Callable[[], Told]
    clock: Clock
    taken: int = 0
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
        """What is left of the limits that it told; of the default where it has told none."""
        limits = (self.learned and self.learned.limits) or default
        return limits._replace(length=max(1, limits.length - self.taken))


def address(value: object) -> str:
    """The address of a server: https, or plain http to this machine; raises `ValueError`."""
    found = settings.address(value)
    parts = urlsplit(found)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https; plain http is for this machine only")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("must be a bare address, as in https://api.x.com")
    return found


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None

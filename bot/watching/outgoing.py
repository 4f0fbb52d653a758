"""Sends what is stored to destinations outside, each at least once and beside the others.

Notices and events go this way: claimed with a lease, tried again later and later, given up in the
end.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.context import Context
from bot.core import retry
from bot.storage.sendings import Claim, Sendings
from bot.storage.work import Work
from bot.watching.ways import Destination

T = TypeVar("T")

MOST = 50
"""Things sent to one destination in one call of `send`; the rest is due at the next."""

TRIES = 3
"""Tries before a sending is given up, however old it is: no process may have run meanwhile."""


class Route(ABC, Generic[T]):
    """The way of things of one kind to one destination; `request` is the longest try."""

    def __init__(self, context: Context, destination: Destination, request: timedelta) -> None:
        self.context = context
        self.destination = destination
        self.request = request

    @abstractmethod
    def due(self, work: Work, longest: timedelta) -> list[T]:
        """At most `MOST` things that are to be sent now, the oldest first."""

    @abstractmethod
    def sendings(self, work: Work) -> Sendings:
        """The group of statements that they are claimed by."""

    @abstractmethod
    def key(self, thing: T) -> tuple[int, datetime]:
        """The id of one, and since when it is to be sent."""

    @abstractmethod
    def name(self, thing: T) -> str:
        """What one is called in messages."""

    @abstractmethod
    def hand_over(self, thing: T) -> str:
        """Send one; why the destination did not take it, or ""."""

    @abstractmethod
    def give_up(self, work: Work, thing: T, reason: str) -> None:
        """Tell of one that was tried for long enough."""

    def refused(self, thing: T, claim: Claim, reason: str) -> None:
        """Store that one was not taken."""
        self.try_again(thing, claim, reason)

    def send_due(self) -> None:
        """Send what is due.

        The first failure ends it until the next call, and so does the time that one request may
        take.
        """
        context = self.context
        most, started = self.request.total_seconds(), context.clock.monotonic()
        with context.read() as work:
            due = self.due(work, self._longest)
        for thing in due:
            if context.stop.is_set() or context.clock.monotonic() - started > most:
                return
            if not self._send_one(thing):
                return

    @property
    def _lease(self) -> timedelta:
        """How long a sending is claimed for.

        The request takes a third of that at most, and as much again may pass before it begins.
        """
        return 3 * self.request

    @property
    def _longest(self) -> timedelta:
        """The longest time that the next try may lie ahead; twice, for hosts' clocks differ."""
        return 2 * (self._lease + self.context.config.delivery.retry_longest)

    def _send_one(self, thing: T) -> bool:
        """Claim a sending, send with no transaction open, and store the outcome.

        Returns whether the next one may be sent: False after a failure or a suspension.
        """
        context = self.context
        number, _ = self.key(thing)
        now, started = context.clock.now(), context.clock.monotonic()
        with context.write() as work:
            sendings = self.sendings(work)
            claim = sendings.claim(number, self.destination.id, self._lease, self._longest)
        if claim is None:
            return True
        # Both clocks: while a machine sleeps, the monotonic one may stand still.
        passed = abs((context.clock.now() - now).total_seconds())
        if max(passed, context.clock.monotonic() - started) > self.request.total_seconds():
            # This process was suspended after the claim, and another host may have sent it since.
            # It is due again when the lease has ended.
            return False
        if reason := self.hand_over(thing):
            self.refused(thing, claim, reason)
            return False
        with context.write() as work:
            self.sendings(work).taken(claim)
        return True

    def try_again(self, thing: T, claim: Claim, reason: str) -> None:
        """Schedule the next try; or give up after long enough, and tell of it."""
        settings, now = self.context.config.delivery, self.context.clock.now()
        number, since = self.key(thing)
        is_over = claim.failures + 1 >= TRIES and now - since > settings.give_up
        wait = None
        if not is_over:
            jitter = retry.jitter(f"{number}/{self.destination.id}", claim.failures)
            wait = retry.wait(claim.failures, settings, jitter)
        with self.context.write() as work:
            if not self.sendings(work).failed(claim, wait, reason):
                return
            if is_over:
                self.give_up(work, thing, reason)
        if wait is not None and claim.failures == 0:
            self.context.say(
                f"{self.name(thing)} has not reached {self.destination} yet: {reason} "
                "It is tried again."
            )


def send(routes: Sequence[Route[Any]]) -> None:
    """Send what is due on every route, side by side; raises nothing but `NoDatabase`."""
    with ThreadPoolExecutor(max(1, len(routes)), thread_name_prefix="outgoing") as threads:
        for sent in [threads.submit(route.send_due) for route in routes]:
            sent.result()


def ask_all(
    configured: Sequence[Destination], ask: Callable[[Destination], str]
) -> dict[Destination, str]:
    """The answers of `ask`, called with each destination, side by side."""
    with ThreadPoolExecutor(max(1, len(configured))) as threads:
        return dict(zip(configured, threads.map(ask, configured), strict=True))

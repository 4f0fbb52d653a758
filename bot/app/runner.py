"""One round of the bot: the tick, and beside it briefs, pages, the watchdog and alerts."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from threading import Event

from bot import processes, system
from bot.context import Context, Pace
from bot.core import errors
from bot.core.errors import MlcollageError, NotAllowed
from bot.roundups import advance, publish
from bot.scheduling import tick
from bot.scheduling.tick import Hear
from bot.storage.notices import Notice
from bot.watching import alerts, audit, briefing, events, link_cards, servers, watchdog
from bot.workers import Workers

log = logging.getLogger(__name__)

GRACE = timedelta(minutes=5)
"""How long a process that has just begun may work off what fell due before, until the watchdog
calls it late."""

Part = Callable[[Context], object]
"""What is done beside the tick; `PARTS` at the end of this module names all."""


def refuse_simulation(context: Context) -> None:
    """Raise `NotAllowed` where the database is a simulation's, whose time is not the clock's."""
    with context.read() as work:
        until = work.installation.simulated_until()
    if until:
        folder = context.config.folder
        raise NotAllowed(f"{folder} is a simulation: play it with mlcollage simulate.")


@dataclass(slots=True)
class Duty:
    """One process on duty. A failure of one part stops no other, and is shown when it is new.

    `accounts` are the threads that send, one for each account, `others` those of slow parts. `hear`
    shows notices to people; without it, whoever calls hears those that are returned.
    `has_ticked` is set by each tick without an error, until the heartbeat has told of it. `wrong`
    holds the present failures by the names of the parts.
    """

    context: Context
    accounts: Workers = field(default_factory=Workers)
    others: Workers = field(default_factory=lambda: Workers(timedelta(0)))
    hear: Hear | None = None
    has_ticked: Event = field(default_factory=Event)
    wrong: dict[str, str] = field(default_factory=dict)
    has_begun: bool = False
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.context.clock.monotonic()
        self.context = replace(self.context, pace=Pace(self.context.clock))

    def once(self) -> list[Notice]:
        """Do everything once, one part after the other; the notices that nobody had heard.

        When the tick fails, its exception is raised after the other parts were done.
        """
        notices: list[Notice] = []
        failure: Exception | None = None
        self._begin()
        try:
            notices = tick.tick(self.context, self.accounts, self.hear)
            self._try("heartbeat", alerts.beat)
        except Exception as error:  # noqa: BLE001 - raised again below, after the other parts
            failure = error
            self.wrong["tick"] = errors.sentence(error)
        # Alerts first, for a brief may be slow; and again, for the notices of the other parts.
        for name in ("alerts", "events", *ASKING, "watchdog", "alerts"):
            self._try(name, PARTS[name])
        if failure:
            # Whoever hears the failure hears what the other parts have found as well.
            with suppress(MlcollageError):
                tick.tell(self.context, self.hear)
            raise failure
        return notices + tick.tell(self.context, self.hear)

    def tick(self) -> list[Notice]:
        """Do what is due; the notices that nobody had heard. Raises what the tick raises."""
        self._begin()
        notices = tick.look(self.context, self.accounts, self.hear)
        self.has_ticked.set()
        return notices

    def watch(self) -> list[Notice]:
        """Do what is beside the tick, which may hang meanwhile; the notices nobody had heard.

        Raises nothing. What may take long runs on threads of its own.
        """
        notices: list[Notice] = []
        if self.has_ticked.is_set():
            self.has_ticked.clear()
            self._aside("heartbeat")
        self._aside("servers")
        self._aside("link cards")
        self._aside("brief")
        self._try("publishing", self._publish)
        self._aside("pages")
        self._aside("audit")
        if self.context.clock.monotonic() - self.began >= GRACE.total_seconds():
            self._try("watchdog", watchdog.look)
        self._aside("alerts")
        self._aside("events")
        self._try("notices", self._tell_into(notices))
        return notices

    def _tell_into(self, notices: list[Notice]) -> Part:
        return lambda context: notices.extend(tick.tell(context, self.hear))

    def _publish(self, context: Context) -> None:
        """Publish what is due, at each destination on a thread of its own: one may be slow."""
        for name in publish.waiting(context):
            part = f"destination {name}"
            self.others.start(part, partial(self._try, part, partial(publish.at, name=name)))

    def finish(self) -> None:
        """Wait for the threads that are still at work; at a stop, programs of others are ended."""
        if self.context.stop.is_set():
            processes.end_running()
        self.others.finish()
        self.accounts.finish()

    def _begin(self) -> None:
        """Say once what is to be known at the start."""
        if not self.has_begun:
            # The first tick may stay for long; the desk says meanwhile whether a bot is at work.
            self._try("start", alerts.note_at_work)
            self._try("start", advance.note_missing_links)
            self.has_begun = True

    def _aside(self, name: str) -> None:
        """Run a part on a thread of its own, unless the one of the same name still runs."""
        self.others.start(name, partial(self._try, name, PARTS[name]))

    def _try(self, name: str, part: Part) -> None:
        """Run a part; a failure is remembered, and shown unless the same one is present already."""
        if self.context.stop.is_set():
            return
        try:
            part(self.context)
        except Exception as error:
            reason = errors.sentence(error)
            if reason not in self.wrong.values():
                self.context.say(_shown(name, error))
                if not isinstance(error, errors.MlcollageError):
                    log.error("Unexpected error in the part %s", name, exc_info=error)
            self.wrong[name] = reason
        else:
            self.wrong.pop(name, None)


def _shown(name: str, error: Exception) -> str:
    """A part's failure for a person; an unexpected error is named with its part and class."""
    reason = errors.sentence(error)
    if isinstance(error, errors.MlcollageError):
        return f"! {reason}"
    return f"! The {name}: {system.refusal(error) or f'{type(error).__name__}: {reason}'}"


PARTS: dict[str, Part] = {
    "heartbeat": alerts.beat,
    "servers": servers.look,
    "link cards": link_cards.look,
    "brief": briefing.give,
    "pages": advance.link,
    "audit": audit.look,
    "watchdog": watchdog.look,
    "alerts": alerts.send,
    "events": events.send,
}
"""The parts by the names that failures are shown with."""
ASKING = ("servers", "link cards", "brief", "audit")
"""The parts that ask others, and may take long; a brief shows what those before it have learned."""

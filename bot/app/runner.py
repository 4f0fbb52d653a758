"""One round of duty: what is due is done, and people hear of what is coming, late or not well."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event

from bot.context import Context
from bot.core import errors
from bot.core.errors import NotAllowed
from bot.roundups import advance
from bot.scheduling import tick
from bot.storage.notices import Notice
from bot.watching import alerts, briefing, watchdog
from bot.workers import Workers

log = logging.getLogger(__name__)

GRACE = timedelta(minutes=5)
"""How long a bot that has just begun has for what fell due while none ran, before the watchdog
looks.
"""

Part = Callable[[Context], object]


def refuse_simulation(context: Context) -> None:
    """Raise `NotAllowed` where the database is a simulation's: its time is not now."""
    with context.read() as work:
        until = work.installation.simulated_until()
    if until:
        folder = context.config.folder
        raise NotAllowed(f"{folder} is a simulation: play it with mlcollage simulate.")


@dataclass(slots=True)
class Duty:
    """One process on duty.

    Whatever goes wrong in one part stops no other, and is said when it is new.
    """

    context: Context
    accounts: Workers = field(default_factory=Workers)
    others: Workers = field(default_factory=lambda: Workers(timedelta(0)))
    has_ticked: Event = field(default_factory=Event)
    """Set by each healthy tick, until the heartbeat has told of it."""
    wrong: dict[str, str] = field(default_factory=dict)
    """By the part's name, what is wrong with it at present."""
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.context.clock.monotonic()

    def once(self) -> list[Notice]:
        """All of it, one after the other; the notices nobody has heard yet.

        Raises what the tick raised, at the end.
        """
        found, raised = list[Notice](), None
        try:
            found = tick.tick(self.context, self.accounts)
            self._try("heartbeat", alerts.beat)
        except Exception as error:  # noqa: BLE001 - raised again below, after the others
            raised = error
            self.wrong["tick"] = errors.sentence(error)
        # Alerts first, for a brief may be slow; and again, for what the others have to tell.
        for name in ("alerts", "brief", "watchdog", "alerts"):
            self._try(name, PARTS[name])
        if raised:
            raise raised
        return found + tick.unheard(self.context)

    def tick(self) -> list[Notice]:
        """What is due; the notices nobody has heard yet. Raises what went wrong."""
        found = tick.look(self.context, self.accounts)
        self.has_ticked.set()
        return found

    def watch(self) -> list[Notice]:
        """What neither delays a tick nor waits for one that hangs; the notices nobody has heard
        yet. Raises nothing.
        """
        found: list[Notice] = []
        if self.has_ticked.is_set():
            self.has_ticked.clear()
            self._aside("heartbeat")
        self._aside("brief")
        self._aside("pages")
        if self.context.clock.monotonic() - self.began >= GRACE.total_seconds():
            self._try("watchdog", watchdog.look)
        self._aside("alerts")
        self._try("notices", lambda context: found.extend(tick.unheard(context)))
        return found

    def finish(self) -> None:
        """Wait for what is under way."""
        self.others.finish()
        self.accounts.finish()

    def _aside(self, name: str) -> None:
        """On a thread of its own, one of each name: networks may be slow."""
        self.others.start(name, partial(self._try, name, PARTS[name]))

    def _try(self, name: str, part: Part) -> None:
        if self.context.stop.is_set():
            return
        try:
            part(self.context)
        except Exception as error:  # noqa: BLE001 - the others go on
            reason = errors.sentence(error)
            if reason not in self.wrong.values():
                self._say_and_log(name, error, reason)
            self.wrong[name] = reason
        else:
            self.wrong.pop(name, None)

    def _say_and_log(self, name: str, error: Exception, reason: str) -> None:
        if isinstance(error, errors.MlcollageError):
            self.context.say(f"! {reason}")
        else:
            self.context.say(f"! The {name}: {type(error).__name__}: {reason}")
            log.error("Unexpected error in the part %s", name, exc_info=error)


PARTS: dict[str, Part] = {
    "heartbeat": alerts.beat,
    "brief": briefing.give,
    "pages": advance.link,
    "watchdog": watchdog.look,
    "alerts": alerts.send,
}
"""What is done beside the tick, by name."""

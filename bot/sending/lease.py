"""The lease on a delivery: how long a worker may go on with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.context import Context


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that has just begun, measured by two clocks.

    The wall clock may be set back or forward; the monotonic clock may stand still while the machine
    sleeps. Only where both say so is there time left.
    """

    started_at: datetime
    started: float

    @classmethod
    def begin(cls, context: Context) -> "Lease":
        return cls(context.clock.now(), context.clock.monotonic())

    def has_room(self, context: Context) -> bool:
        """Whether a request that takes `delivery.request`, the longest, ends within the lease."""
        settings = context.config.delivery
        room = settings.lease - settings.request
        by_wall_clock = context.clock.now() - self.started_at
        by_monotonic = timedelta(seconds=context.clock.monotonic() - self.started)
        return timedelta(0) <= by_wall_clock < room and by_monotonic < room

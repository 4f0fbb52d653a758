"""By how much a clock must be wrong to matter, and which dates say that one was."""

from datetime import datetime, timedelta

LEEWAY = timedelta(minutes=10)
"""How far ahead of now a row may be dated: the clocks of hosts differ by less."""

FAR = timedelta(days=2)
"""The longest wait that is believed: no network asks for more than a day."""

DRIFT = timedelta(minutes=5)
"""How far this machine's clock may be from a network's until somebody has to set it: X, for one,
refuses requests that are signed so far from its own time."""

STEP = timedelta(seconds=5)
"""How far the wall clock may go from the monotonic one between two looks and not be called set."""


def is_ahead(at: datetime | None, now: datetime) -> bool:
    """Whether a row's date lies so far ahead of now that one of the two clocks was wrong."""
    return at is not None and at > now + LEEWAY


def is_far(at: datetime | None, now: datetime) -> bool:
    """Whether a time to go on lies further ahead than anything that waits by itself."""
    return at is not None and at > now + FAR

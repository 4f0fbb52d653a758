"""What follows a failed attempt: another one, none, a lookup, or a held account."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core import errors, settings
from bot.core.settings import setting


@dataclass(frozen=True, slots=True)
class Policy:
    """`[delivery]`: leases, waits and retries.

    The wait after a failure doubles from `retry_first` to `retry_longest`; a delivery that is
    tried for longer than `give_up` fails. `first_look` and `second_look` are when an unclear
    answer is looked up, counted from the request's deadline.
    """

    lease: timedelta = setting(settings.some_span, timedelta(minutes=2))
    request: timedelta = setting(settings.some_span, timedelta(seconds=60))
    retry_first: timedelta = setting(settings.some_span, timedelta(minutes=1))
    retry_longest: timedelta = setting(settings.some_span, timedelta(hours=1))
    give_up: timedelta = setting(settings.span, timedelta(hours=48))
    first_look: timedelta = setting(settings.span, timedelta(minutes=2))
    second_look: timedelta = setting(settings.span, timedelta(minutes=10))


class History(NamedTuple):
    """A delivery's past: its failures, since when it is tried, and whether a part of it is out.

    `jitter`, from 0 to 1, is this delivery's own: see `wait`.
    """

    failures: int
    since: datetime
    jitter: float = 0.0
    is_partly_out: bool = False


class Again(NamedTuple):
    """It surely is not out, and is tried again at that time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Never:
    """It surely is not out, and is not tried again by itself."""


class HoldAccount(NamedTuple):
    """The account cannot post: it is held until then, or until a maintainer releases it."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome is unknown: a lookup comes before anything else."""


Decision = Again | Never | HoldAccount | Look


def decide(error: Exception, history: History, policy: Policy, now: datetime) -> Decision:
    """What follows an error of a delivery with this history.

    An unexpected error may have come after the request reached the network, so the outcome is
    unknown and a lookup follows. A thread that is partly out is tried without end: its rest has to
    follow.
    """
    match error:
        case errors.Rejected():
            return Never()
        case errors.Blocked():
            if error.until is None or error.until <= now:
                return HoldAccount()
            return HoldAccount(error.until)
        case errors.Unavailable():
            if now - history.since > policy.give_up and not history.is_partly_out:
                return Never()
            at = error.retry_at
            # The network's clock may be behind ours: a time that is past would mean no backoff.
            if at is None or at <= now:
                at = now + wait(history.failures, policy, history.jitter)
            return Again(at)
        case _:
            return Look()


def wait(failures: int, policy: Policy, jitter: float = 0.0) -> timedelta:
    """The backoff after a failure that `failures` others went before.

    `jitter`, from 0 to 1, shortens it by up to a quarter, so that deliveries which failed together
    do not all come back in the same second.
    """
    factor: int = 2 ** min(failures, 30)
    whole = policy.retry_longest
    # Compared by division: the product may be more than a timedelta can hold.
    if policy.retry_first <= policy.retry_longest / factor:
        whole = policy.retry_first * factor
    return whole * (1 - jitter / 4)


def waited(failures: int, policy: Policy) -> timedelta:
    """How long something was tried that has failed so often, by its backoff."""
    # Beyond these the waits no longer grow.
    growing = [wait(number, policy) for number in range(min(failures, 30))]
    return sum(growing, timedelta(0)) + policy.retry_longest * max(0, failures - 30)


def jitter(key: str, failures: int) -> float:
    """A number from 0 to 1 for a key and its count of failures.

    A hash and not chance, so that tests and a second look at the log find the same times.
    """
    return zlib.crc32(f"{key}/{failures}".encode()) / 2**32

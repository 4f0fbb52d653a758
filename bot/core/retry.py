"""After a failure: again at, never, or ask a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core import errors


class Policy(NamedTuple):
    """Waits grow by doubling from `first` to `longest`; after `give_up` since it was due a delivery fails."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=1)
    give_up: timedelta = timedelta(hours=48)


class Again(NamedTuple):
    at: datetime


@dataclass(frozen=True, slots=True)
class Never:
    """It surely is not out, and will not be sent again by itself."""


@dataclass(frozen=True, slots=True)
class HoldAccount:
    """Nothing is wrong with the thread: the account waits for a person."""


@dataclass(frozen=True, slots=True)
class Look:
    """It may be out: look before anything else."""


Decision = Again | Never | HoldAccount | Look


def decide(
    error: Exception, failures: int, due_at: datetime, now: datetime, policy: Policy, *, partly_out: bool = False
) -> Decision:
    """What follows an error, with `failures` earlier ones; whatever nobody foresaw may be out.

    A thread that is partly out is always finished: it is tried again without end.
    """
    match error:
        case errors.Rejected():
            return Never()
        case errors.Blocked():
            return HoldAccount()
        case errors.Unavailable():
            if now - due_at > policy.give_up and not partly_out:
                return Never()
            # A network whose clock is behind ours may name a time that is past: then our own wait holds.
            at = error.retry_at
            return Again(now + wait(failures, policy) if at is None or at <= now else at)
        case _:
            return Look()


def wait(failures: int, policy: Policy) -> timedelta:
    """The wait after a failure that `failures` others went before."""
    doublings = min(failures, 30)
    return policy.longest if policy.first > policy.longest / 2**doublings else policy.first * 2**doublings

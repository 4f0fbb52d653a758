"""After a failure: again at, never, or ask a person."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core import errors


class Policy(NamedTuple):
    """Waits grow by doubling from `first` to `longest`; a delivery that is tried for longer than
    `give_up` fails.
    """

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
    error: Exception,
    failures: int,
    since: datetime,
    now: datetime,
    policy: Policy,
    *,
    spread: float = 0.0,
    partly_out: bool = False,
) -> Decision:
    """What follows an error, with `failures` earlier ones, tried `since` then; whatever nobody
    foresaw may be out.

    A thread that is partly out is always finished: it is tried again without end.
    """
    match error:
        case errors.Rejected():
            return Never()
        case errors.Blocked():
            return HoldAccount()
        case errors.Unavailable():
            if now - since > policy.give_up and not partly_out:
                return Never()
            # A network whose clock is behind ours may name a time that is past: then our own wait
            # holds.
            at = error.retry_at
            return Again(now + wait(failures, policy, spread) if at is None or at <= now else at)
        case _:
            return Look()


def wait(failures: int, policy: Policy, spread: float = 0.0) -> timedelta:
    """The wait after a failure that `failures` others went before; `spread`, from 0 to 1, shortens
    it by a quarter.

    So that what failed together does not come back together.
    """
    doublings = min(failures, 30)
    whole = (
        policy.longest
        if policy.first > policy.longest / 2**doublings
        else policy.first * 2**doublings
    )
    return whole * (1 - spread / 4)


def spread(key: str, failures: int) -> float:
    """From 0 to 1, by a thread and how often it failed, never by chance."""
    return zlib.crc32(f"{key}/{failures}".encode()) / 2**32

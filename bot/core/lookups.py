"""What follows a lookup that does not show a thread whose outcome is unknown.

Absence is concluded only where two independent witnesses agree, twice; a part is sent again by
itself once at most; and a refusal is the network's claim, which one lookup has to confirm.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.core.delivery import NotSeen
from bot.core.retry import Policy

ASKED = 2
"""From this number of lookups on, a person has been asked: the bot only goes on looking."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The `next_at` of a delivery that waits for a person, and is not taken up by itself."""

AFTER_ASKING = (timedelta(hours=1), *[timedelta(days=1)] * 7)
"""The waits between lookups once a person was asked; then it is not looked up any more."""

LATE_LOOKS = (timedelta(hours=1), timedelta(days=1))
"""When a part is looked for once more that was taken to be absent: its first copy may show up."""


class Doubt(NamedTuple):
    """What is known of an attempt whose outcome is unknown, when a lookup does not show its part.

    `looks` counts the lookups before this one. `is_refused`: the network said no to the request;
    `was_rejected`: for good, because of what it holds. `was_sent_again`: the part was taken to be
    absent once before, and sent again.
    """

    looks: int
    is_refused: bool
    was_sent_again: bool
    was_rejected: bool = False


@dataclass(frozen=True, slots=True)
class SendAgain:
    """It is absent, and is sent once more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It is absent, as the network said when it refused the request."""


class LookAgain(NamedTuple):
    """It is looked for again after that time; never by itself where that is None."""

    after: timedelta | None


class Ask(NamedTuple):
    """Looking does not tell: a person has to say. It is looked for again after that time."""

    after: timedelta


Next = SendAgain | Refused | LookAgain | Ask


def after(seen: NotSeen, doubt: Doubt, policy: Policy) -> Next:
    """What follows a lookup that did not show the part."""
    if doubt.looks >= ASKED:
        return LookAgain(_wait_after_asking(doubt.looks))
    # The timeline of an account without posts shows none of ours either; its count tells.
    if doubt.is_refused and seen.count_agrees:
        return Refused()
    if doubt.looks == 0:
        return LookAgain(policy.second_look - policy.first_look)
    if seen.anchor_seen and seen.count_agrees and not doubt.was_sent_again:
        return SendAgain()
    return Ask(AFTER_ASKING[0])


def _wait_after_asking(looks: int) -> timedelta | None:
    """The wait until the next lookup; None once there have been enough."""
    done = looks - ASKED + 1
    if done >= len(AFTER_ASKING):
        return None
    return AFTER_ASKING[done]

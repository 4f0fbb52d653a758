"""What a server has told of its limits, as the database keeps it over restarts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.core.network import Limits, PictureLimits

AGE = timedelta(days=1)
"""How long what a server told counts, until it is asked again."""
AFTER_FAILURE = timedelta(hours=1)
"""When a server is asked again that did not answer."""


class Learned(NamedTuple):
    """The limits of the server at an address, which is asked again from `until` on.

    `limits` is None where it has never told any: then the network's own count.
    """

    address: str
    until: datetime
    limits: Limits | None = None

    def is_old(self, now: datetime) -> bool:
        """Whether the server is to be asked again; also where a clock that was wrong dated it."""
        return not now < self.until <= now + AGE

    def as_json(self) -> dict[str, Any]:
        """It as a JSON value."""
        limits: dict[str, Any] | None = None
        if self.limits:
            pictures = {mime: its._asdict() for mime, its in self.limits.pictures.items()}
            limits = self.limits._asdict() | {"pictures": pictures}
        return {"address": self.address, "until": self.until.isoformat(), "limits": limits}


def from_json(value: Mapping[str, Any]) -> Learned | None:
    """What `as_json` has made; None where it is something else, or of another version."""
    try:
        until = datetime.fromisoformat(value["until"])
        found = value["limits"]
        if found is None or until.tzinfo is None:
            return Learned(value["address"], until) if until.tzinfo else None
        pictures = {mime: PictureLimits(**its) for mime, its in found["pictures"].items()}
        return Learned(value["address"], until, Limits(**found | {"pictures": pictures}))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None

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
    """What the server at an address has told; it is asked again from `until` on.

    `limits` is None where it has never told any: then the network's own count. `formats` are the
    MIME types of texts among which a post may choose; none where it has no choice.
    """

    address: str
    until: datetime
    limits: Limits | None = None
    formats: tuple[str, ...] = ()

    def is_old(self, now: datetime) -> bool:
        """Whether the server is to be asked again; also where a clock that was wrong dated it."""
        return not now < self.until <= now + AGE

    def as_json(self) -> dict[str, Any]:
        """It as a JSON value."""
        limits: dict[str, Any] | None = None
        if self.limits:
            pictures = {mime: its._asdict() for mime, its in self.limits.pictures.items()}
            limits = self.limits._asdict() | {"pictures": pictures}
        return {
            "address": self.address,
            "until": self.until.isoformat(),
            "limits": limits,
            "formats": list(self.formats),
        }


def from_json(value: Mapping[str, Any]) -> Learned | None:
    """What `as_json` has made; None where it is something else, or of another version."""
    try:
        learned = Learned(
            value["address"],
            datetime.fromisoformat(value["until"]),
            _limits(value["limits"]),
            tuple(value["formats"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return learned if learned.until.tzinfo else None


def _limits(value: dict[str, Any] | None) -> Limits | None:
    if value is None:
        return None
    pictures = {mime: PictureLimits(**its) for mime, its in value["pictures"].items()}
    return Limits(**value | {"pictures": pictures})

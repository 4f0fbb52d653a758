"""What a server has told of its limits, as the database keeps it over restarts."""

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


def from_json(value: Any) -> Learned | None:
    """What `as_json` has made; None where it is something else, or of another version."""
    try:
        address, formats = value["address"], value["formats"]
        until = datetime.fromisoformat(value["until"])
        limits = _limits(value["limits"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    texts = [address, *formats] if isinstance(formats, list) else [None]
    if until.tzinfo is None or not all(isinstance(text, str) for text in texts):
        return None
    return Learned(address, until, limits, tuple(formats))


def _limits(value: Any) -> Limits | None:
    """Raises `TypeError` or `ValueError` where a value is no limits."""
    if value is None:
        return None
    pictures = {mime: PictureLimits(**its) for mime, its in value["pictures"].items()}
    limits = Limits(**value | {"pictures": pictures})
    needed = [limits.length, limits.alt_length, *(its.size for its in pictures.values())]
    others = [limits.url_length, limits.byte_length, limits.cashtags]
    for its in pictures.values():
        others += its[1:]
    if not all(map(_is_count, [*needed, *(each for each in others if each is not None)])):
        raise ValueError
    return limits


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 < value < 10**12

"""What the refusal of a product's API means, as far as all products agree."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from bot.core.answers import Response
from bot.core.collage import one_line
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable

Kind = type[Rejected] | type[Blocked] | type[Unavailable]

STATUSES: Mapping[int, Kind] = {
    400: Rejected,
    401: Blocked,
    402: Blocked,
    403: Blocked,
    413: Rejected,
    415: Rejected,
    422: Rejected,
}
"""What a status means where the product's own code says nothing; any other is `Unavailable`."""

WAIT = timedelta(minutes=5)
"""How long to wait where a server asks for a wait and does not say how long."""
LONGEST = timedelta(hours=25)
"""The longest wait that is believed."""


def refusal(
    response: Response, message: str, now: datetime, kind: Kind | None = None
) -> MlcollageError:
    """The error that a response other than success stands for.

    `kind` is what the product's code says, which goes before the status; `message` are its words.
    """
    status = response.status
    if 300 <= status < 400:
        where = one_line(response.headers.get("location", "another address"))[:200]
        return Unavailable(f"The server sends us on to {where}: is base_url right?")
    said = message or _phrase(status)
    if status in {429, 503} and kind is None:
        return Unavailable(f"The server asks to wait: {said}.", now + wait(response.headers, now))
    kind = kind or STATUSES.get(status, Unavailable)
    if kind is Rejected:
        return Rejected(f"The server refuses it: {said}.")
    if kind is Blocked:
        return Blocked(f"The server does not let us do that: {said}.")
    return Unavailable(f"The server answered {status} ({said}).")


class KeyRefused(Blocked):
    """There is no key, or it is none, or the server does not take it.

    `fact` is that alone, for where a key is just being given; the message says what to do as well.
    """

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(f"{fact}; {advice}")
        self.fact = fact


def not_taken(host: str, key: str, words: str, command: str) -> KeyRefused:
    """The error for a key that a server does not take; `command` renews it."""
    reason = f" ({words})" if words else ""
    return KeyRefused(f"{host} does not take the {key}{reason}", f"renew it with: {command}")


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long a server asks to wait: in seconds, or until a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    asked = WAIT
    if value.isdecimal() and len(value) < 10:
        asked = timedelta(seconds=int(value))
    elif value:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return WAIT
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        asked = date - now
    return min(max(asked, timedelta(seconds=1)), LONGEST)


def said(text: str) -> str:
    """A server's own words on one line, without the full stop; "" where they are for browsers."""
    if "<" in text:
        return ""
    return one_line(text).strip()[:500].rstrip(".")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"

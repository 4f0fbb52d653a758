"""What Bluesky's refusals mean: the account, the content, a time to wait, or an unknown outcome."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

from bot import http_calls
from bot.core.answers import Response, inner, text_of
from bot.core.collage import one_line
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable, Uncertain

Kind = Literal["read", "upload", "post", "delete"]
"""What a request does: only "post" can publish; a "read" and a "delete" have no content."""

EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})
"""The names of errors for which a session is renewed."""
ACCOUNT = ("Takendown", "TakenDown", "Takedown", "Suspended", "Deactivated", "RepoNotFound")
"""What the names of errors about the account end with, as "AccountTakedown"."""
NO_ACCOUNT = ("could not find user info", "could not find repo")
"""What the message says where the account is not there, or not any more: a server that has taken it
down names no such error for an old session.
"""
NO_RECORD, NO_BLOB = "RecordNotFound", "BlobNotFound"
NO_METHOD = frozenset({"MethodNotImplemented", "XRPCNotSupported", "NotImplemented"})
NOT_THERE = frozenset({404, 405, 501})
"""The statuses with which a server answers for a method that it does not have."""
CONTENT = frozenset({400, 413, 422})
WORDS_OF_CONTENT = ("record:", "record/", "blob", "text", "grapheme", "facet", "embed")
"""What the message says where a record is refused, and not the way it was sent."""

WINDOW = timedelta(minutes=5)
"""The span Bluesky counts its shortest limits in (documentation, "Rate limits")."""
LONGEST = timedelta(hours=25)
"""The longest wait that is believed: the limits of a day, and an hour for clocks that differ."""


def refusal(response: Response, now: datetime, kind: Kind, message: str) -> MlcollageError:
    """Return the error that a response other than success stands for.

    `message` is the server's own, fit to be shown.
    """
    name, status = error_name(response), response.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        retry_at = now + wait(response.headers, now)
        return Unavailable(f"Bluesky asks to wait ({message}).", retry_at, is_claim=True)
    if is_of_account(response):
        return Blocked(f"Bluesky does not let this account post ({message}).")
    if name == "AuthFactorTokenRequired":
        return Blocked(
            f"Bluesky asks for a code by mail ({message}): it wants an app password, and not the "
            "account's own."
        )
    if status == HTTPStatus.UNAUTHORIZED or name in EXPIRED:
        return Blocked(f"Bluesky refuses this account's app password ({message}).")
    if status == HTTPStatus.FORBIDDEN:
        return Blocked(f"Bluesky does not let this account do that ({message}).")
    if status in CONTENT and kind in {"upload", "post"}:
        return Rejected(f"Bluesky refuses it: {message}")
    if kind == "post":
        return Uncertain(f"Bluesky answered {status} ({message}).")
    unavailable = f"Bluesky answered {status} ({message})."
    if status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in response.headers:
        return Unavailable(unavailable, now + wait(response.headers, now))
    return Unavailable(unavailable)


def error_name(response: Response) -> str:
    """The error's name in the lexicons, such as "RecordNotFound"; "" where there is none."""
    return text_of(inner(response.body, "error"))


def message(response: Response) -> str:
    """The server's own error message on one line, or the status's phrase where there is none."""
    text = text_of(inner(response.body, "message")) or error_name(response)
    return one_line(text or _phrase(response.status))[:500].rstrip(".")


def is_expired(response: Response) -> bool:
    """Whether a session has ended, or is none for this server."""
    return not response.is_success and (
        error_name(response) in EXPIRED
        or (response.status == HTTPStatus.UNAUTHORIZED and not is_of_account(response))
    )


def is_of_account(response: Response) -> bool:
    """Whether the account itself is refused: taken down, suspended, deactivated."""
    text = message(response).lower()
    return error_name(response).endswith(ACCOUNT) or any(words in text for words in NO_ACCOUNT)


def is_no_record(response: Response) -> bool:
    """Whether the server says that it has no such record."""
    if error_name(response) == NO_RECORD:
        return True
    # What other servers answer; a server without the method has another error.
    is_missing = response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
    return is_missing and "could not locate record" in message(response).lower()


def is_blob_gone(response: Response) -> bool:
    """Whether the upload that a post names does not exist, or no longer."""
    text = message(response).lower()
    return error_name(response) == NO_BLOB or "could not find blob" in text


def is_unable(response: Response) -> bool:
    """Whether a server cannot write several records at once, or not so; content is another matter.

    Whatever the record is refused for, it would be refused for alone as well.
    """
    if response.status in NOT_THERE or error_name(response) in NO_METHOD:
        return True
    if response.status not in {400, 422} or error_name(response) not in {"", "InvalidRequest"}:
        return False
    if is_of_account(response):
        return False
    text = message(response).lower()
    return not any(words in text for words in WORDS_OF_CONTENT)


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the server asks to wait, counted by its own clock where it shows it."""
    seconds = _number(headers.get("retry-after"))
    reset = _number(headers.get("ratelimit-reset"))
    if reset is not None:
        # Given as an instant by Bluesky, and as seconds by the standard's draft.
        until = reset - (now - (http_calls.clock_ahead(headers, now) or timedelta(0))).timestamp()
        seconds = until if reset > LONGEST.total_seconds() else reset
    if seconds is None:
        return WINDOW
    # A past time allows another try, but not at once: that could become a busy loop.
    return timedelta(seconds=min(max(seconds, 1), LONGEST.total_seconds()))


def _number(value: str | None) -> float | None:
    # Bounded, because a header may hold any number of digits.
    if value is None or not value.isdecimal() or len(value) >= 15:
        return None
    return float(value)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"

"""What the refusals of a server mean: the account, the content, a time to wait, or an unknown
outcome.

Servers differ in what they answer. So a status is taken in its widest meaning, and words decide
only where one status stands for two things.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal

from bot import http_calls
from bot.core.answers import Response
from bot.core.collage import one_line
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable, Uncertain

Kind = Literal["public", "read", "me", "upload", "post", "delete"]
"""What a request does: only "post" can publish; "me" asks whose token it is, and "public" needs
none.
"""

# Servers answer 400, 401, 403 or 422 to a token that is wrong, was revoked, or may not do that.
TOKEN_WORDS = (
    "access token", "invalid_token", "invalid token", "token not", "bearer", "unauthorized",
    "unauthorised", "authorization", "authenticat", "authorized scope", "insufficient_scope",
    "insufficient scope", "insufficient permission", "outside the authorized", "login is currently",
    "account is disabled", "account is suspended", "suspended", "deactivated",
    "not confirmed", "missing a confirmed", "awaiting approval", "pending approval",
)  # fmt: skip
CONTENT = frozenset({400, 406, 413, 415, 422})
MISSING = frozenset({404, 405, 410, 501})
"""How servers answer to a call that they do not have, or for what is not there."""

WINDOW = timedelta(minutes=5)
"""The span that Mastodon counts most limits in (documentation, "Rate limits")."""
LONGEST = timedelta(hours=25)
"""The longest wait that is believed: the limits of a day, and an hour for clocks that differ."""
COUNTED = timedelta(minutes=1)
"""A request that was refused for now is not made again before the account would show that it had
taken effect.
"""


def refusal(response: Response, now: datetime, kind: Kind, message: str) -> MlcollageError:
    """Return the error that a response other than success stands for.

    `message` is the server's own, fit to be shown.
    """
    status = response.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        retry_at = now + max(wait(response.headers, now), COUNTED)
        return Unavailable(f"The server asks to wait ({message}).", retry_at, is_claim=True)
    if _is_of_the_token(response, kind):
        return Blocked(f"The server refuses this account's access token: {message}.")
    if status == HTTPStatus.FORBIDDEN:
        return Blocked(f"The server does not let this account do that: {message}.")
    if status in CONTENT and kind in {"upload", "post"}:
        return Rejected(f"The server refuses it: {message}.")
    if 300 <= status < 400:
        where = one_line(response.headers.get("location", "another address"))[:200]
        return Unavailable(
            f"The server sends us on to {where}: is base_url right?", is_claim=kind == "post"
        )
    if kind == "me" and status in MISSING:
        return Unavailable(
            f"The server has no account for this access token ({status}, {message}): "
            "is base_url right?"
        )
    if kind == "post" and status not in MISSING:
        return Uncertain(f"The server answered {status} ({message}).")
    return Unavailable(f"The server answered {status} ({message}).", is_claim=kind == "post")


def _is_of_the_token(response: Response, kind: Kind) -> bool:
    """Whether a server refuses the token itself, and not what is asked with it."""
    if response.status == HTTPStatus.UNAUTHORIZED:
        return True
    if kind == "me":
        # Nothing but the token can be wrong in this request; snac answers 422, others 400.
        return response.status in {400, 403, 422}
    return response.status in CONTENT | {403} and any(
        word in _everything(response) for word in TOKEN_WORDS
    )


def is_media_gone(response: Response) -> bool:
    """Whether the server does not have the picture any more that a post names."""
    text = _everything(response)
    return response.status in CONTENT | {404} and bool(
        re.search(r"(media|attachment)", text) and re.search(r"not found|unknown|attached", text)
    )


def is_media_processed_later(response: Response) -> bool:
    """Whether the server still works on the picture that a post names."""
    text = _everything(response)
    return response.status in CONTENT and "process" in text and "again" in text


def is_parent_gone(response: Response) -> bool:
    """Whether the server does not know the post that is replied to."""
    text = _everything(response)
    return response.status == HTTPStatus.NOT_FOUND or (
        response.status in CONTENT
        and bool(re.search(r"repl(y|ied)|in_reply_to", text))
        and bool(re.search(r"not (exist|found)|does ?n.t exist|not appear to exist|unknown", text))
    )


def message(response: Response) -> str:
    """The server's own message on one line, or the status's phrase where there is none."""
    texts = dict.fromkeys(text for text in _texts(response.body) if text.strip())
    said = one_line("; ".join(texts)).strip()[:500].rstrip(".")
    return said or _phrase(response.status)


def _texts(body: object) -> Iterator[str]:
    if isinstance(body, str):
        # A page for people says nothing that fits into a sentence.
        if "<" not in body and len(body) <= 300:
            yield body
        return
    if not isinstance(body, dict):
        return
    for key in ("error", "error_description", "message", "errors", "details"):
        yield from _said(body.get(key))


def _said(value: object) -> Iterator[str]:
    """What a member of an answer says: servers have texts, lists and tables of them."""
    match value:
        case str():
            yield value
        case list():
            for entry in value[:10]:
                yield from _said(entry)
        case dict():
            for entry in list(value.values())[:10]:
                yield from _said(entry)


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the server asks to wait, counted by its own clock where it shows it."""
    theirs = now - (http_calls.clock_ahead(headers, now) or timedelta(0))
    reset = _instant(headers.get("x-ratelimit-reset", ""))
    seconds: float | None = None
    if reset is not None:
        seconds = (reset - theirs).total_seconds()
    elif (after := headers.get("retry-after", "")).isdecimal() and len(after) < 10:
        seconds = float(after)
    if seconds is None:
        return WINDOW
    return min(max(timedelta(seconds=seconds), timedelta(seconds=1)), LONGEST)


def _instant(value: str) -> datetime | None:
    """A time as Mastodon writes it ("2026-11-29T12:00:00.000000Z"), or GoToSocial (Unix time)."""
    value = value.strip()
    if value.isdecimal() and len(value) < 12:
        return datetime.fromtimestamp(int(value), UTC)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"


def _everything(response: Response) -> str:
    """All that a response says, in lower case, to be searched for words."""
    return " ".join(_texts(response.body)).lower()

"""What X's refusals mean, as data: the account, the content, a time to wait, or nobody knows."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal

from bot.core.collage import one_line
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable, Uncertain
from bot.publishers.x.transport import Answer

Kind = Literal["read", "upload", "post"]
"""What a call does.

Only a post can be out without our knowing; a read has no content that could be refused.
"""

DUPLICATE, REPLY_GONE, MEDIA_GONE, POSTS_OF_A_DAY = 187, 385, {324, 325}, 185

# X's codes that speak of the account, its keys or its app: suspended, locked, read-only, no access
# to this call.
ACCOUNT_CODES = frozenset({32, 63, 64, 87, 89, 99, 135, 215, 220, 226, 261, 326, 416, 453})
# The same said in words or in a problem's type, in lower case; everything else that is refused is
# content.
ACCOUNT_WORDS = (
    "suspended", "temporarily locked", "account is locked", "client-forbidden", "client forbidden",
    "client-not-enrolled", "oauth1-permissions", "app permissions", "write actions", "read-only", "read only",
    "unsupported-authentication", "unsupported authentication", "authenticating with", "access level",
    "subset of x api", "subset of twitter api", "attached to a project", "credentials do not allow", "credits",
    "might be automated", "not-authorized", "permission", "your account is", "this account is", "account has been",
)  # fmt: skip
CONTENT = frozenset({400, 403, 413, 422})

WINDOW = timedelta(minutes=15)
"""The span X counts most limits in (documentation, "Rate limits")."""
LONGEST = timedelta(hours=25)
LIMITS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")


def refusal(answer: Answer, now: datetime, kind: Kind, said: str) -> MlcollageError:
    """The error that an answer other than success stands for; `said` is what X said, fit to be
    shown.
    """
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Blocked(
            f"X refuses this account's keys ({said}); check them, and this machine's clock."
        )
    if answer.status == HTTPStatus.PAYMENT_REQUIRED:
        return Blocked(f"X says this account has no credits left ({said}).")
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or POSTS_OF_A_DAY in codes(answer):
        return Unavailable(f"X asks to wait ({said}).", now + wait(answer.headers, now))
    if answer.status == HTTPStatus.FORBIDDEN and (kind != "post" or _is_of_the_account(answer)):
        return Blocked(f"X does not let this account do that ({said}).")
    if answer.status in CONTENT and kind != "read":
        return Rejected(f"X refuses it: {said}")
    if kind == "post":
        return Uncertain(f"X answered {answer.status} ({said}).")
    return Unavailable(f"X answered {answer.status} ({said}).")


def is_duplicate(answer: Answer) -> bool:
    return answer.status in {400, 403} and (
        DUPLICATE in codes(answer) or "duplicate" in _everything(answer)
    )


def is_reply_too_early(answer: Answer) -> bool:
    """A reply to a post made a moment ago; X says the same of a post that is gone."""
    return answer.status in {400, 403, 404} and (
        REPLY_GONE in codes(answer) or "deleted or not visible" in _everything(answer)
    )


def is_media_gone(answer: Answer) -> bool:
    """The upload a post names is not there, or not any more."""
    return answer.status == HTTPStatus.BAD_REQUEST and (
        bool(MEDIA_GONE & codes(answer)) or "media" in _everything(answer)
    )


def words(answer: Answer) -> str:
    """X's own words, on one line."""
    said = [_said(problem) for problem in list(_problems(answer.body))[1:]] or [_said(answer.body)]
    told = (
        "; ".join(dict.fromkeys(text for text in said if text))
        or _said(answer.body)
        or _phrase(answer.status)
    )
    return one_line(told)[:500].rstrip(".")


def codes(answer: Answer) -> set[int]:
    """X's own numbers for what is wrong."""
    found = set()
    for problem in _problems(answer.body):
        code = problem.get("code")
        if isinstance(code, int) or (isinstance(code, str) and code.isdecimal() and len(code) < 10):
            found.add(int(code))
    return found


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long X asks to wait, counted by its own clock where it shows it; a window where it says
    nothing.
    """
    spent = [
        f"{name}-reset"
        for name in LIMITS
        if name == LIMITS[0] or headers.get(f"{name}-remaining") == "0"
    ]
    resets = [reset for name in spent if (reset := _number(headers.get(name))) is not None]
    after = max(resets) - _date(headers, now) if resets else _number(headers.get("retry-after"))
    if after is None:
        return WINDOW
    # A time that is past says only that we may try again; not at once, or it would be a loop.
    return (
        timedelta(seconds=min(after, LONGEST.total_seconds()))
        if after > 0
        else timedelta(minutes=1)
    )


def _date(headers: Mapping[str, str], now: datetime) -> float:
    try:
        return (
            datetime.strptime(headers["date"], "%a, %d %b %Y %H:%M:%S %Z")
            .replace(tzinfo=UTC)
            .timestamp()
        )
    except (KeyError, ValueError):
        return now.timestamp()


def _number(value: str | None) -> float | None:
    return float(value) if value is not None and value.isdecimal() and len(value) < 15 else None


def _problems(body: object) -> Iterator[Mapping[str, object]]:
    """The body, then the errors it lists: X has had several forms of them."""
    if not isinstance(body, dict):
        return
    yield body
    listed = body.get("errors")
    for error in [*(listed if isinstance(listed, list) else []), body.get("error")]:
        if isinstance(error, dict):
            yield error
        elif isinstance(error, str):
            yield {"message": error}


def _said(problem: object) -> str:
    if not isinstance(problem, dict):
        return ""
    return next(
        (
            text
            for key in ("message", "detail", "title")
            if isinstance(text := problem.get(key), str) and text
        ),
        "",
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"


def _everything(answer: Answer) -> str:
    """All that X says, in lower case, to be searched for words."""
    keys = ("message", "detail", "title", "type", "reason", "parameter")
    return " ".join(
        str(problem.get(key, "")) for problem in _problems(answer.body) for key in keys
    ).lower()


def _is_of_the_account(answer: Answer) -> bool:
    said = _everything(answer)
    return bool(ACCOUNT_CODES & codes(answer)) or any(word in said for word in ACCOUNT_WORDS)

"""What X's refusals mean: the account, the content, a time to wait, or an unknown outcome."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal

from bot import http_calls
from bot.core import times
from bot.core.answers import Response
from bot.core.collage import one_line
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable, Uncertain

Kind = Literal["read", "upload", "post", "delete"]
"""What a request does: only "post" can publish; a "read" and a "delete" have no content."""

DUPLICATE, REPLY_GONE, MEDIA_GONE, POSTS_OF_A_DAY = 187, 385, {324, 325}, 185

# X's codes that speak of the account, its keys or its app: suspended, locked, read-only, no access
# to this call.
ACCOUNT_CODES = frozenset({32, 63, 64, 87, 89, 99, 135, 215, 220, 226, 261, 326, 416, 453})
# The same in words or in a problem's type, in lower case; all else that is refused is content.
ACCOUNT_WORDS = (
    "suspended", "temporarily locked", "account is locked", "client-forbidden", "client forbidden",
    "client-not-enrolled", "oauth1-permissions", "app permissions", "write actions", "read-only",
    "read only", "unsupported-authentication", "unsupported authentication", "authenticating with",
    "access level", "subset of x api", "subset of twitter api", "attached to a project",
    "credentials do not allow", "credits", "might be automated", "not-authorized", "permission",
    "your account is", "this account is", "account has been",
)  # fmt: skip
CONTENT = frozenset({400, 403, 413, 422})

COUNTED = timedelta(minutes=10)
"""How far X's own count of an account's posts is taken to be behind, at most: a request that was
refused is not made again before the count would tell that it had taken effect."""
WINDOW = timedelta(minutes=15)
"""The span X counts most limits in (documentation, "Rate limits")."""
CLOCK_WAIT = timedelta(hours=1)
"""When it is tried again where X refuses keys because our clock is wrong."""
LONGEST_CAP = timedelta(days=40)
"""A spending cap counts for a month: a later reset is not believed."""
LONGEST = timedelta(hours=25)
"""The longest wait that is believed: the limits of a day, and an hour for clocks that differ."""
CLOCK_DIFFERENCE = timedelta(minutes=2)
"""How far a clock may be off before a refusal of the keys is put down to it."""
LIMITS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")


def refusal(response: Response, now: datetime, kind: Kind, message: str) -> MlcollageError:
    """Return the error that a response other than success stands for.

    `message` is X's own, fit to be shown. What refuses the account is told from what refuses the
    content by codes and words, because X answers 403 for both.
    """
    if cap := _cap(response, now):
        return Blocked(f"X says this app's spending cap is reached ({message}).", cap)
    if response.status == HTTPStatus.UNAUTHORIZED:
        reason = f"X refuses this account's keys ({message}); {_remedy(response, now)}."
        ahead = http_calls.clock_ahead(response.headers, now)
        if ahead is None or abs(ahead) < CLOCK_DIFFERENCE:
            return Blocked(reason)
        # A clock that is wrong is set some day, and then nobody has to release the account.
        return Blocked(reason, now + CLOCK_WAIT)
    if response.status == HTTPStatus.PAYMENT_REQUIRED:
        return Blocked(f"X says this account has no credits left ({message}).")
    if response.status == HTTPStatus.TOO_MANY_REQUESTS or POSTS_OF_A_DAY in codes(response):
        retry_at = now + max(wait(response.headers, now), COUNTED)
        return Unavailable(f"X asks to wait ({message}).", retry_at, is_claim=True)
    if response.status == HTTPStatus.FORBIDDEN and (kind != "post" or _is_of_the_account(response)):
        return Blocked(f"X does not let this account do that ({message}).")
    if response.status in CONTENT and kind in {"upload", "post"}:
        return Rejected(f"X refuses it: {message}")
    if kind == "post":
        return Uncertain(f"X answered {response.status} ({message}).")
    return Unavailable(f"X answered {response.status} ({message}).")


def _remedy(response: Response, now: datetime) -> str:
    """What to look at where X refuses the keys: a signature with a wrong time is refused as well.

    X's own time stands in its `date` header.
    """
    if "date" not in response.headers:
        return "check them, and this machine's clock"
    ahead = now.timestamp() - _date(response.headers, now)
    if abs(ahead) < CLOCK_DIFFERENCE.total_seconds():
        return "check them"
    off = times.span(timedelta(minutes=round(abs(ahead) / 60)))
    where = "ahead of" if ahead > 0 else "behind"
    return f"this machine's clock is {off} {where} X's"


def is_duplicate(response: Response) -> bool:
    """Whether X refuses a post because the account has one with the same text."""
    return response.status in {400, 403} and (
        DUPLICATE in codes(response) or "duplicate" in _everything(response)
    )


def is_of_fields(response: Response) -> bool:
    """Whether X refuses the names of the fields that were asked for."""
    text = _everything(response)
    return response.status == HTTPStatus.BAD_REQUEST and (".fields" in text or "expansions" in text)


def is_reply_too_early(response: Response) -> bool:
    """Whether X does not know the post that is replied to.

    It may have been made a moment ago, or be gone: X answers the same for both.
    """
    return response.status in {400, 403, 404} and (
        REPLY_GONE in codes(response) or "deleted or not visible" in _everything(response)
    )


def is_media_gone(response: Response) -> bool:
    """Whether the upload that a post names does not exist, or no longer."""
    return response.status == HTTPStatus.BAD_REQUEST and (
        bool(MEDIA_GONE & codes(response)) or "media" in _everything(response)
    )


def message(response: Response) -> str:
    """X's own error messages on one line, or the status's phrase where there are none."""
    problems = list(_problems(response.body))
    texts = [_text_of(problem) for problem in problems[1:]]
    # The listed errors say more than the summary above them.
    text = "; ".join(dict.fromkeys(text for text in texts if text))
    if not text and problems:
        text = _text_of(problems[0])
    text = text or _phrase(response.status)
    return one_line(text)[:500].rstrip(".")


def codes(response: Response) -> set[int]:
    """X's own numbers for what is wrong."""
    found = set()
    for problem in _problems(response.body):
        code = problem.get("code")
        if isinstance(code, int) or (isinstance(code, str) and code.isdecimal() and len(code) < 10):
            found.add(int(code))
    return found


def wait(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long X asks to wait, counted by its own clock where it shows it.

    The reset times of exhausted limits count, else `retry-after`; without either it is a window.
    """
    seconds = _until_reset(headers, now)
    if seconds is None:
        seconds = _number(headers.get("retry-after"))
    if seconds is None:
        return WINDOW
    if seconds <= 0:
        # A past time allows another try, but not at once: that could become a busy loop.
        return timedelta(minutes=1)
    return timedelta(seconds=min(seconds, LONGEST.total_seconds()))


def _until_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the last exhausted limit is reset; None where X names no time."""
    # The first is the limit of the route that was called; it counts without its remainder, too.
    exhausted = [
        name for name in LIMITS if name == LIMITS[0] or headers.get(f"{name}-remaining") == "0"
    ]
    resets = [_number(headers.get(f"{name}-reset")) for name in exhausted]
    known = [reset for reset in resets if reset is not None]
    if not known:
        return None
    return max(known) - _date(headers, now)


def _date(headers: Mapping[str, str], now: datetime) -> float:
    """X's clock by the response's `date` header, else ours, as a Unix time."""
    ahead = http_calls.clock_ahead(headers, now) or timedelta(0)
    return (now - ahead).timestamp()


def _cap(response: Response, now: datetime) -> datetime | None:
    """When a spending cap that is reached is reset; None where X speaks of none, or of no day."""
    if "spendcapreached" not in _everything(response).replace(" ", ""):
        return None
    for problem in _problems(response.body):
        try:
            at = datetime.fromisoformat(str(problem.get("reset_date")))
        except ValueError:
            continue
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        if now < at <= now + LONGEST_CAP:
            return at
    return None


def _number(value: str | None) -> float | None:
    # Bounded, because a header may hold any number of digits.
    if value is None or not value.isdecimal() or len(value) >= 15:
        return None
    return float(value)


def _problems(body: object) -> Iterator[Mapping[str, object]]:
    """Yield the body, then the errors it lists: X has had several forms of them."""
    if not isinstance(body, dict):
        return
    yield body
    errors = body.get("errors")
    if not isinstance(errors, list):
        errors = []
    for error in [*errors, body.get("error")]:
        if isinstance(error, dict):
            yield error
        elif isinstance(error, str):
            yield {"message": error}


def _text_of(problem: Mapping[str, object]) -> str:
    for key in ("message", "detail", "title"):
        text = problem.get(key)
        if isinstance(text, str) and text:
            return text
    return ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"


def _everything(response: Response) -> str:
    """All texts of a response in lower case, to be searched for words."""
    keys = ("message", "detail", "title", "type", "reason", "parameter")
    return " ".join(
        str(problem.get(key, "")) for problem in _problems(response.body) for key in keys
    ).lower()


def _is_of_the_account(response: Response) -> bool:
    """Whether X refuses the account, its keys or its app, and not what is posted."""
    text = _everything(response)
    return bool(ACCOUNT_CODES & codes(response)) or any(word in text for word in ACCOUNT_WORDS)

"""What the refusals of Buttondown mean: the content, the key, or a time to wait."""

from datetime import datetime

from bot.core.answers import Response, dicts, inner, text_of
from bot.core.errors import Blocked, MlcollageError, Rejected
from bot.destinations import refusals
from bot.destinations.refusals import Kind

CODES: dict[str, Kind] = {
    "subject_invalid": Rejected,
    "body_invalid": Rejected,
    "body_contains_frontmatter": Rejected,
    "canonical_url_invalid": Rejected,
    "email_duplicate": Rejected,
    "email_invalid": Rejected,
    "status_invalid": Rejected,
    "email_not_confirmed": Blocked,
    "sending_requires_confirmation": Blocked,
}
"""What an error's code means; where it is not here, its status decides."""
SLUG = "slug_invalid"


def code(response: Response) -> str:
    """The code of an error; "" where there is none."""
    return text_of(inner(response.body, "code"))


def refusal(response: Response, now: datetime, message: str) -> MlcollageError:
    """The error that a response other than success stands for."""
    return refusals.refusal(response, message, now, CODES.get(code(response)))


def message(response: Response) -> str:
    """Buttondown's own message on one line; "" where there is none."""
    detail = inner(response.body, "detail")
    texts = [text_of(each.get("msg")) for each in dicts(detail)]
    return refusals.said(text_of(detail) or "; ".join(text for text in texts if text))

"""What the refusals of Ghost mean: the content, the key, or a time to wait."""

from collections.abc import Mapping
from datetime import datetime

from bot.core.answers import Response, dicts, inner, text_of
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable
from bot.destinations import refusals
from bot.destinations.refusals import Kind

TYPES: dict[str, Kind] = {
    "ValidationError": Rejected,
    "UnsupportedMediaTypeError": Rejected,
    "RequestEntityTooLargeError": Rejected,
    "UnauthorizedError": Blocked,
    "NoPermissionError": Blocked,
    "HostLimitError": Blocked,
    "DisabledFeatureError": Blocked,
    "RequestNotAcceptableError": Blocked,
    "UpdateCollisionError": Unavailable,
    "InternalServerError": Unavailable,
}
"""What an error's type means; where it is not here, its status decides."""

CODES: dict[str, Kind] = {
    # With 400, though it is the key that is wrong.
    "INVALID_JWT": Blocked,
    "MISSING_ADMIN_API_KID": Blocked,
    "UNKNOWN_ADMIN_API_KEY": Blocked,
}
"""What an error's code means; it goes before its type."""

COLLISION = 409


def first(response: Response) -> Mapping[str, object]:
    """The first error of an answer; empty where there is none."""
    return next(iter(dicts(inner(response.body, "errors"))), {})


def is_missing(response: Response) -> bool:
    """Whether Ghost does not have what was asked for."""
    return response.status == 404 and text_of(first(response).get("type")) == "NotFoundError"


def refusal(response: Response, now: datetime, message: str) -> MlcollageError:
    """The error that a response other than success stands for."""
    error = first(response)
    kind = CODES.get(text_of(error.get("code"))) or TYPES.get(text_of(error.get("type")))
    return refusals.refusal(response, message, now, kind)


def message(response: Response) -> str:
    """Ghost's own message on one line; "" where there is none."""
    error = first(response)
    texts = [text_of(error.get("message")).strip().rstrip("."), text_of(error.get("context"))]
    return refusals.said(": ".join(dict.fromkeys(text for text in texts if text)))

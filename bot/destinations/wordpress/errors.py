"""What the refusals of WordPress mean: the content, the user, or a time to wait.

WordPress names its errors by codes, and its status for them is not always the one of HTTP.
"""

from datetime import datetime

from bot.core.answers import Response, inner, text_of
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable
from bot.destinations import refusals
from bot.destinations.refusals import Kind

CODES: dict[str, Kind] = {
    "rest_invalid_param": Rejected,
    "rest_missing_callback_param": Rejected,
    "empty_content": Rejected,
    # With 500, for a type of file that is not allowed there.
    "rest_upload_unknown_error": Rejected,
    "rest_upload_sideload_error": Rejected,
    "rest_upload_file_too_big": Rejected,
    "rest_upload_no_data": Rejected,
    "rest_upload_limited_space": Blocked,
    "rest_upload_user_quota_exceeded": Blocked,
    "rest_not_logged_in": Blocked,
    "rest_forbidden": Blocked,
    "rest_forbidden_context": Blocked,
    "rest_forbidden_status": Blocked,
    "rest_user_cannot_view": Blocked,
    "rest_cannot_create": Blocked,
    "rest_cannot_edit": Blocked,
    "rest_cannot_publish": Blocked,
    "rest_cannot_read": Blocked,
    "rest_disabled": Blocked,
    "incorrect_password": Blocked,
    "invalid_username": Blocked,
    "invalid_email": Blocked,
    "application_passwords_disabled": Blocked,
    "application_passwords_disabled_for_user": Blocked,
    # With 400: its picture was deleted between our look and our change.
    "rest_invalid_featured_media": Unavailable,
    "db_insert_error": Unavailable,
    "db_update_error": Unavailable,
    "internal_server_error": Unavailable,
}
"""What an error's code means; where it is not here, its status decides."""

GONE = frozenset({"rest_post_invalid_id", "rest_term_invalid"})
"""The codes for what is not there any more."""
NO_API = "rest_no_route"


def code(response: Response) -> str:
    """The code of an error; "" where the answer is none of WordPress's API."""
    return text_of(inner(response.body, "code"))


def is_of_the_api(response: Response) -> bool:
    """Whether the answer comes from WordPress's API, and not from a page for people."""
    return isinstance(response.body, dict) and code(response) != NO_API


def refusal(response: Response, now: datetime, message: str) -> MlcollageError:
    """The error that a response other than success stands for."""
    return refusals.refusal(response, message, now, CODES.get(code(response)))


def message(response: Response) -> str:
    """WordPress's own message on one line; "" where there is none."""
    said = text_of(inner(response.body, "message"))
    parameters = inner(inner(response.body, "data"), "params")
    if isinstance(parameters, dict):
        more = "; ".join(text_of(each) for each in parameters.values())
        said = f"{said}: {more}"
    return refusals.said(said)

"""Connects the bot to an account: registers it as an app, and turns a pasted code into a token."""

from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from bot import http_calls
from bot.core import settings
from bot.core.answers import Response, inner, text_of
from bot.core.collage import one_line, shown
from bot.core.errors import BadInput, Unavailable
from bot.publishers.mastodon import errors, setup
from bot.publishers.mastodon.transport import Client, Request

LIMITS = http_calls.Limits(timedelta(seconds=30), connect=timedelta(seconds=10))


WRONG = frozenset({400, 401, 422})
"""How servers answer to a token that is none of theirs; 403 has reasons of its own."""


class App(NamedTuple):
    """The bot as a server has registered it."""

    base_url: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where a person allows it to use their account."""
        query = urlencode(
            {
                "client_id": self.client_id,
                "redirect_uri": setup.REDIRECT,
                "response_type": "code",
                "scope": " ".join(self.scopes),
            }
        )
        return f"{self.base_url}/oauth/authorize?{query}"


def server_address(given: str) -> str:
    """The address of a server, from however a person names it: "social.example",
    "@me@social.example" or "https://social.example/@me".

    Raises `BadInput`.
    """
    text = given.strip()
    if "://" not in text:
        text = f"https://{text.rpartition('@')[2]}"
    scheme, _, rest = text.partition("://")
    try:
        address: str = settings.base_url(setup.EXAMPLE)(f"{scheme}://{rest.partition('/')[0]}")
    except ValueError as error:
        raise BadInput(f"The server {shown(given, 200)} {error}.") from None
    return address


def register(base_url: str) -> App:
    """Register the bot with a server, for no more than it needs.

    Raises `BadInput` where the server has no such API, `Unavailable` where it cannot be asked.
    """
    for scopes in (setup.SCOPES, setup.WIDE_SCOPES):
        body = {
            "client_name": setup.APP,
            "redirect_uris": setup.REDIRECT,
            "scopes": " ".join(scopes),
        }
        response = _ask(base_url, Request("POST", "/api/v1/apps", body=body))
        client_id = text_of(inner(response.body, "client_id"))
        client_secret = text_of(inner(response.body, "client_secret"))
        if response.is_success and client_id and client_secret:
            return App(base_url, client_id, client_secret, scopes)
        if response.status not in errors.CONTENT:
            break
    raise BadInput(
        f"{base_url} does not register apps as servers with Mastodon's API do "
        f"({response.status}: {errors.message(response)}); is that the server?"
    )


def token(app: App, code: str) -> str:
    """The access token for a code that a person was shown.

    Raises `BadInput` where the server does not take the code, or grants too little.
    """
    form = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": setup.REDIRECT,
        "scope": " ".join(app.scopes),
        "code": code.strip(),
    }
    # A form, as OAuth wants it (RFC 6749, 4.1.3).
    response = _ask(app.base_url, Request("POST", "/oauth/token", form=form))
    found = text_of(inner(response.body, "access_token"))
    if not (response.is_success and found):
        raise _bad_code(response, code)
    # Some servers, as snac, have a token for any code, and refuse it afterwards.
    asked = _ask(app.base_url, Request("GET", setup.WHO), found)
    if asked.status in WRONG:
        raise _bad_code(asked, code)
    granted = text_of(inner(response.body, "scope")).split()
    if granted and (lacking := setup.lacking(granted)):
        raise BadInput(f"The server did not grant {', '.join(lacking)}. Nothing was saved.")
    return found


def _bad_code(response: Response, code: str) -> BadInput:
    said = one_line(errors.message(response)).replace(code.strip() or "\0", "***")
    return BadInput(
        f"The server does not take this code ({said}). Nothing was saved; codes hold for a few "
        "minutes, and once: begin again."
    )


def _ask(base_url: str, request: Request, token: str = "") -> Response:
    try:
        return Client(base_url, token, LIMITS).send(request)
    except http_calls.NoAnswer as error:
        raise Unavailable(f"{base_url} cannot be asked: {error}. Nothing was saved.") from None

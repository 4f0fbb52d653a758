"""The calls to Buttondown, with each failure as an error named by the next step."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from bot.core.answers import Response, dicts, inner, text_of
from bot.core.errors import Blocked, Unavailable
from bot.core.schedule import Clock
from bot.destinations import refusals
from bot.destinations.buttondown import errors, setup
from bot.destinations.transport import Client, Request

Mail = Mapping[str, object]
Params = Sequence[tuple[str, str]]

VERSION = "2026-04-01"
"""The API that is spoken, whatever the key has for its own: older ones send new mails at once."""
MOST_PAGES = 100
"""Pages that a lookup reads."""


class Owner(NamedTuple):
    """Whose calls they are: the destination's name, the server, and the key."""

    destination: str
    base_url: str
    key: str


class Api:
    """The calls for one newsletter. No error message contains the key."""

    def __init__(self, owner: Owner, client: Client, clock: Clock) -> None:
        self._owner, self._client, self._clock = owner, client, clock

    @property
    def host(self) -> str:
        """The server's host."""
        return self._client.host

    def begin(self) -> None:
        """Begin a publishing: from now on its time counts."""
        self._client.begin()

    def identity(self) -> str:
        """The user whose key it is; "" where the key may not ask for that."""
        response = self._send("GET", "accounts/me")
        if response.status in {403, 404}:
            return ""
        return text_of(inner(self._checked(response).body, "username"))

    def mail(self, mail_id: str) -> Mail | None:
        """A mail by its id, in any state; None where there is none."""
        response = self._send("GET", f"emails/{quote(mail_id, safe='')}")
        # An id that is none is refused as invalid.
        if response.status in {404, 422}:
            return None
        return self._one(response)

    def mails(self) -> Sequence[Mail]:
        """All mails in any state, without their texts.

        Raises `Unavailable` unless they are all there: what seems to be missing would be sent
        again.
        """
        found: dict[str, Mail] = {}
        for page in range(1, MOST_PAGES + 1):
            params = [("excluded_fields", "body"), ("ordering", "creation_date")]
            body = self._checked(self._send("GET", "emails", [*params, ("page", str(page))])).body
            results, count = inner(body, "results"), inner(body, "count")
            entries = dicts(results)
            if not isinstance(results, list) or len(entries) != len(results):
                break
            found |= {text_of(each.get("id")): each for each in entries}
            if len(found) == count:
                return list(found.values())
            if not entries:
                break
        raise Unavailable(f"{self.host} did not answer with all mails of the newsletter.")

    def create(self, mail: Mail) -> Mail:
        """Create a mail; what it is then. Where its slug is taken, it gets one by itself."""
        response = self._send("POST", "emails", body=mail)
        if errors.code(response) == errors.SLUG:
            without = {key: value for key, value in mail.items() if key != "slug"}
            response = self._send("POST", "emails", body=without)
        return self._one(response)

    def update(self, mail_id: str, changed: Mail) -> Mail:
        """Change a mail; what it is then."""
        return self._one(self._send("PATCH", f"emails/{quote(mail_id, safe='')}", body=changed))

    def delete(self, mail_id: str) -> None:
        """Delete a draft that we have just made; that it is gone already is as well."""
        response = self._send("DELETE", f"emails/{quote(mail_id, safe='')}")
        if response.status != 404:
            self._checked(response)

    def upload(self, file: tuple[str, bytes, str]) -> str:
        """Upload a picture: its name, bytes and type; its address there.

        The same bytes again give the same picture.
        """
        request = Request("POST", self._url("images"), file=file, field="image")
        response = self._checked(self._client.send(request, self._headers()))
        address = text_of(inner(response.body, "image"))
        if not address.startswith("http"):
            raise Unavailable(f"{self.host} did not answer with the picture's address.")
        return address

    def _one(self, response: Response) -> Mail:
        body = self._checked(response).body
        if not isinstance(body, dict) or not text_of(body.get("id")):
            raise Unavailable(f"{self.host} did not answer with a mail.")
        return body

    def _checked(self, response: Response) -> Response:
        if response.is_success:
            return response
        message = errors.message(response)
        if self._owner.key:
            message = message.replace(self._owner.key, "***")
        if response.status == HTTPStatus.UNAUTHORIZED:
            command = setup.command(self._owner.destination)
            raise refusals.not_taken(self.host, "API key", message, command)
        raise errors.refusal(response, self._clock.now(), message)

    def _send(self, method: str, route: str, params: Params = (), body: object = None) -> Response:
        if not self._owner.key:
            raise Blocked(
                "This destination has no api_key; set it up with: "
                f"{setup.command(self._owner.destination)}"
            )
        return self._client.send(Request(method, self._url(route), params, body), self._headers())

    def _url(self, route: str) -> str:
        return f"{self._owner.base_url}/v1/{route}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self._owner.key}", "X-API-Version": VERSION}

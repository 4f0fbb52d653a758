"""The calls to a Ghost site, with each failure as an error named by the next step."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from bot import http_calls
from bot.core.answers import Response, dicts, inner, text_of
from bot.core.errors import Unavailable
from bot.core.schedule import Clock
from bot.destinations import refusals
from bot.destinations.ghost import errors, setup, tokens
from bot.destinations.transport import Client, Request

Post = Mapping[str, object]
Params = Sequence[tuple[str, str]]

VERSION = "v5.0"
"""The API that is spoken; newer versions of Ghost answer as it does."""
FORMATS = ("formats", "html")


class Owner(NamedTuple):
    """Whose calls they are: the destination's name, its site, and the key."""

    destination: str
    base_url: str
    key: str


class Api:
    """The calls to one site. No error message contains the key's secret."""

    def __init__(self, owner: Owner, client: Client, clock: Clock) -> None:
        self._owner, self._client, self._clock = owner, client, clock
        self._ahead = timedelta(0)

    @property
    def host(self) -> str:
        """The site's host."""
        return self._client.host

    def begin(self) -> Mapping[str, object]:
        """Begin a publishing: from now on its time counts. What everybody may know of the site."""
        self._client.begin()
        if not tokens.is_key(self._owner.key):
            raise refusals.KeyRefused(
                self._no_key(), f"set it up with: {setup.command(self._owner.destination)}"
            )
        response = self._client.send(Request("GET", self._url("site/")), self._plain_headers())
        site = inner(response.body, "site")
        if response.is_success and not isinstance(site, dict):
            raise Unavailable(f"{self._owner.base_url} has no Ghost there: is base_url right?")
        if not isinstance(site, dict):
            raise self.refusal(response)
        # A token counts by their clock.
        now = self._clock.now()
        self._ahead = http_calls.clock_ahead(response.headers, now) or timedelta(0)
        return site

    def post(self, post_id: str) -> Post | None:
        """A post by its id, in any state; None where there is none."""
        response = self._send("GET", f"posts/{quote(post_id, safe='')}/", [FORMATS])
        # An id that is none is refused as invalid.
        if errors.is_missing(response) or response.status == 422:
            return None
        return self._only(response, "posts")

    def posts(self, chosen: str) -> Sequence[Post]:
        """The posts in any state that a filter chooses."""
        params = [("filter", chosen), FORMATS, ("limit", "50")]
        response = self._checked(self._send("GET", "posts/", params))
        body = inner(response.body, "posts")
        found = dicts(body)
        # Only a whole list proves anything: a post that seems not to be there would be made again.
        if not isinstance(body, list) or len(found) != len(body):
            raise Unavailable(f"{self.host} did not answer with posts.")
        return found

    def create(self, post: Post) -> Post:
        """Create a post; what it is then."""
        response = self._send("POST", "posts/", [FORMATS], {"posts": [post]})
        return self._only(response, "posts")

    def update(self, post_id: str, post: Post, params: Params = ()) -> Post | None:
        """Change a post; what it is then, or None where somebody has changed it meanwhile."""
        route = f"posts/{quote(post_id, safe='')}/"
        response = self._send("PUT", route, [FORMATS, *params], {"posts": [post]})
        if response.status == errors.COLLISION:
            return None
        return self._only(response, "posts")

    def delete(self, post_id: str) -> None:
        """Delete a post that we have just made; that it is gone already is as well."""
        response = self._send("DELETE", f"posts/{quote(post_id, safe='')}/")
        if not errors.is_missing(response):
            self._checked(response)

    def upload(self, file: tuple[str, bytes, str]) -> str:
        """Upload a picture: its name, bytes and type; its address there."""
        url = self._url("images/upload/")
        form = {"purpose": "image", "ref": file[0]}
        response = self._client.send(Request("POST", url, form=form, file=file), self._headers())
        address = text_of(self._only(response, "images").get("url"))
        if not address.startswith("http"):
            raise Unavailable(f"{self.host} did not answer with the picture's address.")
        return address

    def newsletters(self) -> Sequence[Mapping[str, object]] | None:
        """The newsletters; None where the key may not see them."""
        response = self._send("GET", "newsletters/", [("limit", "100")])
        if response.status == 403:
            return None
        return dicts(inner(self._checked(response).body, "newsletters"))

    def refusal(self, response: Response) -> Exception:
        """The error that a response stands for."""
        message = errors.message(response)
        if response.status == HTTPStatus.UNAUTHORIZED:
            command = setup.command(self._owner.destination)
            return refusals.not_taken(self.host, "Admin API key", message, command)
        return errors.refusal(response, self._clock.now(), message)

    def _no_key(self) -> str:
        """What is wrong with a key that cannot be one."""
        if not self._owner.key:
            return "This destination has no admin_key"
        return "The key is no Admin API key, which is two words of 0-9 and a-f with a colon between"

    def _only(self, response: Response, kind: str) -> Post:
        """The one object of that kind in an answer."""
        found = dicts(inner(self._checked(response).body, kind))
        if len(found) != 1:
            raise Unavailable(f"{self.host} did not answer with what was asked for.")
        return found[0]

    def _checked(self, response: Response) -> Response:
        if response.is_success:
            return response
        raise self.refusal(response)

    def _send(self, method: str, route: str, params: Params = (), body: object = None) -> Response:
        request = Request(method, self._url(route), params, body)
        return self._client.send(request, self._headers())

    def _url(self, route: str) -> str:
        return f"{self._owner.base_url}/ghost/api/admin/{route}"

    def _plain_headers(self) -> dict[str, str]:
        return {"Accept-Version": VERSION}

    def _headers(self) -> dict[str, str]:
        token = tokens.token(self._owner.key, self._clock.now() - self._ahead)
        return {**self._plain_headers(), "Authorization": f"Ghost {token}"}

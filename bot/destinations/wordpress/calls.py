"""The calls to a WordPress site, with each failure as an error named by the next step."""

import base64
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from bot.core.answers import Response, dicts, inner, text_of
from bot.core.errors import Blocked, Unavailable
from bot.core.schedule import Clock
from bot.destinations import refusals
from bot.destinations.transport import Client, Request
from bot.destinations.wordpress import errors, setup

Params = Sequence[tuple[str, str]]

STATUSES = ("publish", "future", "draft", "pending", "private", "trash")
"""Where a post may be; a list shows only what is asked for."""
TRASHED = "__trashed"
"""What WordPress appends to the slug of a post in the trash."""
MOST = "100"
"""Entries on a page: the most that WordPress gives."""
ANSWERS = "/wp/v2/types/post"
"""What every WordPress answers, whoever asks."""


class Owner(NamedTuple):
    """Whose calls they are: the destination's name, its site, and the user with the password."""

    destination: str
    base_url: str
    username: str
    password: str


class Api:
    """The calls to one site. No error message contains the application password."""

    def __init__(self, owner: Owner, client: Client, clock: Clock) -> None:
        self._owner, self._client, self._clock = owner, client, clock
        self._has_plain_links: bool | None = None

    @property
    def host(self) -> str:
        """The site's host."""
        return self._client.host

    def begin(self) -> None:
        """Begin a publishing: from now on its time counts."""
        self._client.begin()

    def me(self) -> Mapping[str, object]:
        """The user whose password it is, with what they may do."""
        found = self.get("/wp/v2/users/me", [("context", "edit")])
        if not isinstance(found, dict) or not inner(found, "id"):
            raise Unavailable(f"{self.host} does not say whose application password this is.")
        return found

    def post(self, post_id: int) -> Mapping[str, object] | None:
        """A post by its id, as it is edited; None where there is none."""
        return self._one(f"/wp/v2/posts/{post_id}")

    def posts(self, params: Params) -> Sequence[Mapping[str, object]]:
        """The posts in any state that the user may edit, and that these parameters choose."""
        states = [("status[]", each) for each in STATUSES]
        return self._all("/wp/v2/posts", [*params, *states])

    def picture(self, media_id: int) -> Mapping[str, object] | None:
        """A picture by its id; None where there is none."""
        return self._one(f"/wp/v2/media/{media_id}")

    def pictures(self, slugs: Sequence[str]) -> Sequence[Mapping[str, object]]:
        """The pictures with these slugs."""
        return self._all("/wp/v2/media", [("slug[]", each) for each in slugs])

    def terms(self, kind: str, name: str) -> Sequence[Mapping[str, object]]:
        """The categories or tags in whose name this one stands."""
        # As everybody sees them: an author may not edit them.
        return self._all(f"/wp/v2/{kind}", [("search", name)], "view")

    def change(self, route: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """Create or change what the route names; what it is afterwards."""
        return self._body_of(self.send("POST", route, body=body))

    def upload(self, file: tuple[str, bytes, str], form: Mapping[str, str]) -> Mapping[str, object]:
        """Upload a picture: its name, bytes and type, and what is said of it."""
        url, params = self._to("/wp/v2/media")
        return self._body_of(self._asked(Request("POST", url, params, form=form, file=file)))

    def delete(self, route: str) -> None:
        """Delete for good what we have just made; that it is gone already is as well."""
        response = self.send("DELETE", route, [("force", "true")])
        if not response.is_success and errors.code(response) not in errors.GONE:
            raise self.refusal(response)

    def get(self, route: str, params: Params = ()) -> object:
        """What the route answers, as JSON."""
        response = self.send("GET", route, params)
        if not response.is_success:
            raise self.refusal(response)
        return response.body

    def send(self, method: str, route: str, params: Params = (), body: object = None) -> Response:
        """The response to one call, whatever it is."""
        url, params = self._to(route, params)
        return self._asked(Request(method, url, params, body))

    def refusal(self, response: Response) -> Exception:
        """The error that a response stands for."""
        message = errors.message(response)
        if self._owner.password:
            message = message.replace(self._owner.password, "***")
        if response.status == HTTPStatus.UNAUTHORIZED:
            key = f"application password of {self._owner.username}"
            command = setup.command(self._owner.destination)
            return refusals.not_taken(self.host, key, message, command)
        return errors.refusal(response, self._clock.now(), message)

    def _one(self, route: str) -> Mapping[str, object] | None:
        response = self.send("GET", route, [("context", "edit")])
        if errors.code(response) in errors.GONE:
            return None
        return self._body_of(response)

    def _all(
        self, route: str, params: Params, context: str = "edit"
    ) -> Sequence[Mapping[str, object]]:
        """A list; raises `Unavailable` unless every entry is an object.

        Only a whole list proves anything: a post that seems not to be there would be made again.
        """
        body = self.get(route, [*params, ("context", context), ("per_page", MOST)])
        found = dicts(body)
        if not isinstance(body, list) or len(found) != len(body):
            raise Unavailable(f"{self.host} did not answer with a list.")
        return found

    def _body_of(self, response: Response) -> Mapping[str, object]:
        if not response.is_success:
            raise self.refusal(response)
        if not isinstance(response.body, dict) or not isinstance(inner(response.body, "id"), int):
            raise Unavailable(f"{self.host} did not answer with what was asked for.")
        return response.body

    def _asked(self, request: Request) -> Response:
        if not self._owner.password:
            raise Blocked(
                "This destination has no app_password; set it up with: "
                f"{setup.command(self._owner.destination)}"
            )
        return self._client.send(request, self._headers())

    def _headers(self) -> dict[str, str]:
        pair = f"{self._owner.username}:{self._owner.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def _to(self, route: str, params: Params = ()) -> tuple[str, Params]:
        """The address and the parameters of a route on this site."""
        if self._has_plain_links is None:
            self._has_plain_links = self._look_for_api()
        url, more = self._address(route, self._has_plain_links)
        return url, [*more, *params]

    def _address(self, route: str, has_plain_links: bool) -> tuple[str, Params]:
        if has_plain_links:
            return f"{self._owner.base_url}/", [("rest_route", route)]
        return f"{self._owner.base_url}/wp-json{route}", []

    def _look_for_api(self) -> bool:
        """Whether the site has plain permalinks, where the API is found by a parameter alone."""
        first: Response | None = None
        for has_plain_links in (False, True):
            url, params = self._address(ANSWERS, has_plain_links)
            response = self._client.send(Request("GET", url, params), {})
            if errors.is_of_the_api(response):
                return has_plain_links
            first = first or response
        assert first
        if first.is_success or first.status == 404:
            raise Unavailable(
                f"{self._owner.base_url} has no WordPress there, or one whose REST API is closed: "
                "is base_url right?"
            )
        raise self.refusal(first)


def id_of(entry: Mapping[str, object]) -> int:
    """The id of a post, a picture or a term."""
    found = entry.get("id")
    assert isinstance(found, int)
    return found


def raw(entry: Mapping[str, object], field: str) -> str:
    """A text of a post as it is edited."""
    return text_of(inner(entry.get(field), "raw"))

"""The calls to a server for one account, with each failure as an error named by the next step."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from bot import http_calls
from bot.core.answers import Response, dicts, inner, text_of
from bot.core.collage import one_line
from bot.core.delivery import Image
from bot.core.errors import BadInput, Blocked, Unavailable, Uncertain
from bot.core.identity import Profile
from bot.core.network import EXTENSIONS
from bot.core.schedule import Clock
from bot.publishers.mastodon import errors, matching, setup
from bot.publishers.mastodon.matching import Status, id_of
from bot.publishers.mastodon.transport import Client, Request

PAGE = 40
"""Statuses on a page: the most that Mastodon gives."""
MOST_PAGES = 20
"""Pages that a lookup reads."""
OWN = {"exclude_reblogs": "true", "exclude_replies": "false"}
"""What is wanted of the account's own statuses, whatever a server does by itself."""
NOWHERE = " "
"""An id that no status has."""


class Owner(NamedTuple):
    """Whose calls they are: the account's name in the configuration, and its server."""

    account: str
    base_url: str

    @property
    def host(self) -> str:
        """The server's host, with its port where it has one."""
        return urlsplit(self.base_url).netloc


class Me(NamedTuple):
    """Whose token it is: what everybody knows, the id on the server, and whether it says that a
    bot posts to it.
    """

    profile: Profile
    id: str
    is_marked: bool


class Timeline(NamedTuple):
    """The account's own statuses.

    `newer` are those newer than the anchor, oldest first; `anchor` is that one itself, None where
    the server does not show it.
    """

    newer: Sequence[Status]
    anchor: Status | None = None


class Api:
    """One account's calls to its server. No error message contains the account's token.

    `clock_ahead` is how far this machine's clock was ahead of the server's at the last answer.
    """

    def __init__(self, token: str, owner: Owner, limits: http_calls.Limits, clock: Clock) -> None:
        self._token, self._owner = token, owner
        self._client = Client(owner.base_url, token, limits)
        self._clock = clock
        self.clock_ahead: timedelta | None = None

    def message(self, response: Response) -> str:
        """The server's own message, with our token masked in case it repeats it."""
        message = errors.message(response)
        if self._token:
            message = message.replace(self._token, "***")
        return message

    def me(self) -> Me:
        """Ask whose token it is."""
        response = self._read(setup.WHO, kind="me")
        body = response.body
        own_id, name = id_of(body), one_line(text_of(inner(body, "username")))
        if not own_id or not name:
            raise Unavailable(f"{self._owner.host} does not say whose access token this is.")
        count = inner(body, "statuses_count")
        posts = count if isinstance(count, int) and not isinstance(count, bool) else None
        # Two servers may give the same id.
        host = self._owner.host
        profile = Profile(f"{own_id}@{host}", f"{name}@{host}", posts)
        return Me(profile, own_id, inner(body, "bot") is True)

    def instance(self) -> Mapping[str, object]:
        """What the server tells of itself, in the newest form that it has."""
        for route in ("/api/v2/instance", "/api/v1/instance"):
            response = self._request(Request("GET", route), "public")
            if response.is_success and isinstance(response.body, dict):
                return response.body
        if not response.is_success:
            raise self.refusal(response, "read")
        raise Unavailable(f"{self._owner.host} tells nothing of itself.")

    def scopes(self) -> Sequence[str]:
        """What the token may do, as far as the server tells it; else empty."""
        response = self._request(Request("GET", "/api/v1/apps/verify_credentials"))
        scopes = inner(response.body, "scopes") if response.is_success else None
        if isinstance(scopes, list):
            return [text_of(scope) for scope in scopes]
        return text_of(scopes).split()

    def timeline(self, user: str, anchor: str | None) -> Timeline:
        """The account's own statuses, back to the one with the id `anchor`.

        Without one, only the newest page is read. Ids of other servers are no numbers, so that the
        order is the one in which they are shown.
        """
        route = f"/api/v1/accounts/{quote(user, safe='')}/statuses"
        return self._back_to(route, anchor, OWN)

    def everything(self, user: str) -> Sequence[Status]:
        """The account's own statuses, oldest first, as far back as a lookup reads."""
        return self.timeline(user, NOWHERE).newer

    def home(self, anchor: str | None) -> Timeline:
        """As `timeline`, of the account's home: its own statuses among those it follows."""
        return self._back_to("/api/v1/timelines/home", anchor, {}, most_pages=1)

    def _back_to(
        self,
        route: str,
        anchor: str | None,
        more: Mapping[str, str],
        most_pages: int = MOST_PAGES,
    ) -> Timeline:
        params = {"limit": str(PAGE), **more}
        seen: dict[str, Status] = {}
        for _ in range(most_pages if anchor else 1):
            # Some servers ignore where a page shall begin, and show the same again.
            page = [each for each in self._page(route, params) if id_of(each) not in seen]
            for status in page:
                if id_of(status) == anchor:
                    return Timeline(_oldest_first(seen), status)
                seen[id_of(status)] = status
            if not page:
                break
            params["max_id"] = id_of(page[-1])
        return Timeline(_oldest_first(seen))

    def _page(self, route: str, params: Mapping[str, str]) -> list[Status]:
        """Statuses, newest first; raises `Unavailable` unless every entry is one.

        Only a complete page proves anything: a post that seems not to be there would be sent again.
        """
        response = self._read(route, params)
        body, statuses = response.body, dicts(response.body)
        is_complete = isinstance(body, list) and len(statuses) == len(body)
        if not is_complete or not all(map(id_of, statuses)):
            raise Unavailable(f"{self._owner.host} did not answer with posts.")
        return list(statuses)

    def status(self, status_id: str) -> Status | None:
        """A status by its id; None where the server does not have it."""
        response = self._request(Request("GET", f"/api/v1/statuses/{quote(status_id, safe='')}"))
        if response.status in errors.MISSING:
            return None
        self._checked(response, "read")
        body = response.body
        if not isinstance(body, dict) or not id_of(body):
            raise Unavailable(f"{self._owner.host} did not answer with a post.")
        return body

    def upload(self, version: str, image: Image) -> Response:
        """Upload a picture with its alt text by that version of the call, "v1" or "v2"; return the
        response whatever it is.
        """
        # Some servers go by the name's ending; and snac keeps files by their names, so that one
        # that comes again would replace the picture of an earlier post.
        name = hashlib.sha256(image.data + image.alt.encode()).hexdigest()[:32]
        file = (f"{name}.{EXTENSIONS[image.mime]}", image.data, image.mime)
        form = {"description": image.alt}
        return self._request(Request("POST", f"/api/{version}/media", form=form, file=file))

    def media(self, media_id: str) -> Response:
        """How far an upload is; the response whatever it is."""
        return self._request(Request("GET", f"/api/v1/media/{quote(media_id, safe='')}"))

    def describe(self, media_id: str, alt: str) -> Response:
        """Give an upload its alt text once more; the response whatever it is."""
        route = f"/api/v1/media/{quote(media_id, safe='')}"
        return self._request(Request("PUT", route, body={"description": alt}))

    def post(self, body: object, key: str) -> Response:
        """Create a status; the response whatever it is. Raises `Uncertain` where none came."""
        request = Request("POST", "/api/v1/statuses", body=body, key=key)
        return self._request(request, "post")

    def delete(self, status_id: str) -> None:
        """Delete a status; one that the server does not have any more is gone.

        Raises `BadInput` where the server has no way to do that.
        """
        route = f"/api/v1/statuses/{quote(status_id, safe='')}"
        response = self._request(Request("DELETE", route))
        if response.is_success:
            return
        if response.status not in errors.MISSING:
            self._checked(response, "delete")
        if self.status(status_id) is not None:
            raise BadInput(
                f"{self._owner.host} deletes no post on request: delete it there yourself."
            )

    def refusal(self, response: Response, kind: errors.Kind) -> Exception:
        """The error that a response stands for."""
        return errors.refusal(response, self._clock.now(), kind, self.message(response))

    def _read(
        self, route: str, params: Mapping[str, str] | None = None, kind: errors.Kind = "read"
    ) -> Response:
        response = self._request(Request("GET", route, params))
        return self._checked(response, kind)

    def _checked(self, response: Response, kind: errors.Kind) -> Response:
        if response.is_success:
            return response
        raise self.refusal(response, kind)

    def _request(self, request: Request, kind: errors.Kind = "read") -> Response:
        """Send one request; the response whatever its status.

        Raises `Blocked` without a token, `Unavailable` where surely nothing was sent, and where no
        response came `Uncertain` for a request that may have published, else `Unavailable`.
        """
        host = self._owner.host
        if not self._token and kind != "public":
            raise Blocked(
                f"This account has no access_token; set it up with: "
                f"{setup.command(self._owner.account)}"
            )
        try:
            response = self._client.send(request)
        except http_calls.Unsent as error:
            raise Unavailable(f"{host} cannot be reached: {error}.") from None
        except http_calls.Cut as error:
            message = f"The connection to {host} ended before its answer: {error}."
            if kind == "post":
                raise Uncertain(message) from None
            raise Unavailable(message) from None
        self.clock_ahead = http_calls.clock_ahead(response.headers, self._clock.now())
        return response


def _oldest_first(newest_first: Mapping[str, Status]) -> Sequence[Status]:
    own = [status for status in newest_first.values() if not matching.is_repost(status)]
    return own[::-1]

"""The calls to X's API for one account, with each failure as an error named by the next step."""

from datetime import timedelta
from typing import Any

from bot import http_calls
from bot.core.errors import BadInput, Blocked, Unavailable, Uncertain
from bot.core.schedule import Clock
from bot.publishers.x import errors, matching
from bot.publishers.x.matching import Post, dicts, inner, text_of
from bot.publishers.x.transport import Client, Keys, Response

Params = dict[str, Any]

MOST_PAGES = 20
"""Pages of a hundred posts that a lookup reads."""
GONE = {400, 404, 410}
"""The statuses with which X answers for a post it does not have, or an id that cannot be one."""
POST_FIELDS = {
    "post.fields": "attachments,conversation_id,created_at,entities,id,note_post,text",
    "expansions": "referenced_posts",
}
AUTHOR_FIELDS = {"post.fields": "created_at,id", "expansions": "author_id"}


class Api:
    """One account's calls to X. No error message contains the account's keys.

    `clock_ahead` is how far this machine's clock was ahead of X's at the last answer.
    """

    def __init__(self, keys: Keys, base_url: str, limits: http_calls.Limits, clock: Clock) -> None:
        self._keys = keys
        self._client = Client(keys, base_url, limits, use_proxies=not base_url.startswith("http:"))
        self._clock = clock
        self.clock_ahead: timedelta | None = None

    def read(self, route: str, params: Params) -> Response:
        """GET; raises the error that a refusal stands for."""
        response = self._request("read", route, params=params)
        return self._checked(response, "read")

    def upload(self, route: str, body: object) -> Response:
        """POST what cannot publish; raises the error that a refusal stands for."""
        response = self._request("upload", route, body=body)
        return self._checked(response, "upload")

    def post(self, body: object) -> Response:
        """Create a post; return the response whatever it is, raise `Uncertain` where none came."""
        return self._request("post", "/2/tweets", body=body)

    def message(self, response: Response) -> str:
        """X's own error message, with our keys masked in case it repeats them."""
        message = errors.message(response)
        for key in self._keys:
            if key:
                message = message.replace(key, "***")
        return message

    def me(self) -> dict[str, str]:
        """The account that the keys belong to: `user`, its id, and `username`."""
        response = self.read("/2/users/me", {"user.fields": "id,username"})
        data = inner(response.body, "data")
        user = text_of(inner(data, "id"))
        if not matching.is_id(user):
            raise Unavailable(f"X does not say whose keys these are ({self.message(response)}).")
        return {"user": user, "username": text_of(inner(data, "username"))}

    def timeline(self, user: str, since: int) -> list[Post]:
        """The account's posts with ids above `since`, oldest first; of all the newest 100 for 0."""
        params: Params = POST_FIELDS | {"max_results": 100}
        most_pages = 1
        if since:
            params["since_id"] = str(since)
            most_pages = MOST_PAGES
        posts: list[Post] = []
        for _ in range(most_pages):
            response = self.read(f"/2/users/{user}/tweets", params)
            posts += self._posts_in(response)
            token = text_of(inner(inner(response.body, "meta"), "next_token"))
            if not token:
                break
            params = params | {"pagination_token": token}
        # Checked here as well, because a look must not count what is not newer.
        newer = [post for post in posts if matching.number_of(post) > since]
        return sorted(newer, key=matching.number_of)

    def post_with_id(self, post_id: str, me: dict[str, str]) -> Post:
        """Read one of the account's own posts.

        Raises `BadInput` where X shows none with this id, or it is another account's, and
        `Unavailable` where X does not say whose it is.
        """
        response = self._request("read", f"/2/tweets/{post_id}", params=AUTHOR_FIELDS)
        is_gone = response.status in GONE
        if not is_gone:
            self._checked(response, "read")
        post = inner(response.body, "data")
        # X answers 200 with errors in place of the data for some posts that are gone.
        if is_gone or (not isinstance(post, dict) and inner(response.body, "errors")):
            message = self.message(response)
            raise BadInput(
                f"X shows no post {post_id} ({message}); give the address of one that is out."
            )
        author = text_of(inner(post, "author_id"))
        if text_of(inner(post, "id")) != post_id or not matching.is_id(author):
            raise Unavailable(f"X does not say whose post {post_id} is.")
        if author != me["user"]:
            raise BadInput(
                f"The post {post_id} is not one of @{me['username']}; "
                "give the address of one that is."
            )
        assert isinstance(post, dict)
        return post

    def _posts_in(self, response: Response) -> list[dict[str, object]]:
        """The posts of a page; raises `Unavailable` unless every entry is one.

        Only a complete page proves anything: a post that X seems not to have would be sent again.
        """
        data = inner(response.body, "data")
        entries: list[object] = []
        if isinstance(data, list):
            entries = data
        posts = [post for post in dicts(entries) if matching.number_of(post)]
        is_empty = inner(inner(response.body, "meta"), "result_count") == 0
        if len(posts) != len(entries) or not (posts or is_empty):
            raise Unavailable(f"X did not answer with posts ({self.message(response)}).")
        return posts

    def _checked(self, response: Response, kind: errors.Kind) -> Response:
        if response.is_success:
            return response
        raise errors.refusal(response, self._clock.now(), kind, self.message(response))

    def _request(
        self,
        kind: errors.Kind,
        route: str,
        *,
        params: Params | None = None,
        body: object = None,
    ) -> Response:
        """Send one request; the response whatever its status.

        Raises `Blocked` without keys, `Unavailable` where surely nothing was sent, and where no
        response came `Uncertain` for a request that may have published, else `Unavailable`.
        """
        missing = [name for name, key in self._keys._asdict().items() if not key]
        if missing:
            raise Blocked(
                f"This account has no {', '.join(missing)}; set it up with: mlcollage connect x."
            )
        method = "GET" if kind == "read" else "POST"
        try:
            response = self._client.request(method, route, params=params, body=body)
            self.clock_ahead = errors.clock_ahead(response.headers, self._clock.now())
            return response
        except http_calls.Unsent as error:
            raise Unavailable(f"X cannot be reached: {error}.") from None
        except http_calls.Cut as error:
            message = f"The connection to X ended before its answer: {error}."
            if kind == "post":
                raise Uncertain(message) from None
            raise Unavailable(message) from None

"""The calls to X's API for one account, with each failure as an error named by the next step."""

from datetime import timedelta
from threading import Lock
from typing import Any, Literal, NamedTuple

from bot import http_calls
from bot.core.answers import Response, dicts, inner, text_of
from bot.core.collage import one_line
from bot.core.errors import BadInput, Blocked, Unavailable, Uncertain
from bot.core.identity import Profile
from bot.core.price import Requests
from bot.core.schedule import Clock
from bot.publishers.x import dialects, errors, matching, setup
from bot.publishers.x.dialects import Dialect, Understood
from bot.publishers.x.matching import Post
from bot.publishers.x.transport import Client, Keys

Params = dict[str, Any]
Purpose = Literal["timeline", "audit", "own_post", "by_id", "author"]

WITH_PARENTS = frozenset({"timeline", "audit"})
OWN = WITH_PARENTS | {"own_post"}
"""What is read from the account's own timeline, which costs less."""

WITHOUT_FIELDS = (
    "X leaves out what a post is known again by: its date, its links, and what it answers."
)

MOST_PAGES = 20
"""Pages of a hundred posts that a lookup reads."""
METHODS: dict[errors.Kind, str] = {
    "read": "GET",
    "upload": "POST",
    "post": "POST",
    "delete": "DELETE",
}
GONE = {400, 404, 410}
"""The statuses with which X answers for a post it does not have, or an id that cannot be one."""
NEWEST = 100
"""Posts on a page, and the most that are read where there is none to begin at."""
FEW = 5
"""The fewest posts that X can be asked for."""


class Owner(NamedTuple):
    """Whose calls they are: the account's name in the configuration, and where its network is."""

    account: str
    base_url: str


class Api:
    """One account's calls to X. No error message contains the account's keys.

    `access_level` is what X says that the keys may do, "read" or "read-write"; "" where it did not.
    `clock_ahead` is how far this machine's clock was ahead of X's at the last answer.
    """

    def __init__(self, keys: Keys, owner: Owner, limits: http_calls.Limits, clock: Clock) -> None:
        self._keys, self._account = keys, owner.account
        base_url = owner.base_url
        self._client = Client(keys, base_url, limits, use_proxies=not base_url.startswith("http:"))
        self._clock = clock
        self._dialect = dialects.POSTS
        self._is_dialect_settled = False
        self.access_level = ""
        self.clock_ahead: timedelta | None = None
        self._lock = Lock()
        self._usage = Requests()

    def usage(self) -> Requests:
        """What was asked since this was called last, except for posts, and is charged."""
        with self._lock:
            used, self._usage = self._usage, Requests()
        return used

    def _count(self, requests: Requests) -> None:
        # Locked, because a briefing asks beside the worker that sends.
        with self._lock:
            self._usage = self._usage.plus(requests)

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

    def set_alt_text(self, media_id: str, alt: str) -> None:
        """Give an upload its alt text; raises `Unavailable` where X did not take it."""
        body = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
        response = self.upload("/2/media/metadata", body)
        self._count(Requests(alts=1))
        if not isinstance(response.body, dict) or response.body.get("errors"):
            raise Unavailable(f"X did not take the alt text ({self.message(response)}).")

    def me(self) -> Profile:
        """The account that the keys belong to."""
        response = self.read("/2/users/me", {"user.fields": "id,username,public_metrics"})
        data = inner(response.body, "data")
        user, handle = text_of(inner(data, "id")), one_line(text_of(inner(data, "username")))
        self._count(Requests(user_reads=1 if user else 0))
        if not matching.is_id(user) or not handle:
            raise Unavailable(f"X does not say whose keys these are ({self.message(response)}).")
        return Profile(user, handle, _post_count(data))

    def delete(self, post_id: str) -> None:
        """Delete one of the account's own posts; one that X does not have any more is gone."""
        response = self._request("delete", f"/2/tweets/{post_id}")
        if response.status not in GONE:
            self._checked(response, "delete")

    def timeline(
        self, user: str, since: int, newest: int = NEWEST, purpose: Purpose = "timeline"
    ) -> list[Post]:
        """The account's posts with ids above `since`, oldest first; for 0 the newest of all.

        Raises `Unavailable` also where X leaves out the fields that a part is known again by.
        """
        params: Params = {"max_results": newest}
        most_pages = 1
        if since:
            params["since_id"] = str(since)
            most_pages = MOST_PAGES
        posts: list[Post] = []
        for _ in range(most_pages):
            response, understood = self._read_posts(f"/2/users/{user}/tweets", purpose, params)
            self._checked(response, "read")
            posts += self._posts_in(response)
            if not understood:
                raise Unavailable(WITHOUT_FIELDS)
            token = text_of(inner(inner(response.body, "meta"), "next_token"))
            if not token:
                break
            params = params | {"pagination_token": token}
        # Checked here as well, because a look must not count what is not newer.
        newer = [post for post in posts if matching.number_of(post) > since]
        return sorted(newer, key=matching.number_of)

    def own_post(self, user: str, post_id: str) -> Post | None:
        """One of the account's own posts from its timeline; None where that does not show it.

        Costs a fifth of a post that is asked for by its id.
        """
        number = int(post_id)
        around = {"since_id": str(number - 1), "until_id": str(number + 1), "max_results": FEW}
        response, understood = self._read_posts(f"/2/users/{user}/tweets", "own_post", around)
        self._checked(response, "read")
        if not understood:
            return None
        posts = dicts(inner(response.body, "data"))
        return next((post for post in posts if post.get("id") == post_id), None)

    def shown(self, post_id: str) -> Response:
        """A post by its id, with its pictures; raises `Unavailable` where X leaves fields out."""
        response, understood = self._read_posts(f"/2/tweets/{post_id}", "by_id")
        self._checked(response, "read")
        if not understood:
            raise Unavailable(WITHOUT_FIELDS)
        return response

    def post_with_id(self, post_id: str, me: Profile) -> Post:
        """Read one of the account's own posts.

        Raises `BadInput` where X shows none with this id, or it is another account's, and
        `Unavailable` where X does not say whose it is.
        """
        response, _ = self._read_posts(f"/2/tweets/{post_id}", "author")
        is_gone = response.status in GONE and not errors.is_of_fields(response)
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
        if author != me.id:
            raise BadInput(
                f"The post {post_id} is not one of @{me.handle}; give the address of one that is."
            )
        assert isinstance(post, dict)
        return post

    def _read_posts(
        self, route: str, purpose: Purpose, more: Params | None = None
    ) -> tuple[Response, Understood]:
        """Read posts in the dialect that X understands; the response, and how much it understood.

        The other dialect is tried where this one is refused, or fields of it are left out. Which
        of the two is the better one is remembered.
        """
        response, understood = self._read_in(self._dialect, route, purpose, more)
        is_refused = errors.is_of_fields(response)
        if not is_refused and (understood is Understood.ALL or self._is_dialect_settled):
            return response, understood
        other = next(each for each in dialects.BOTH if each is not self._dialect)
        in_other, understood_other = self._read_in(other, route, purpose, more)
        if in_other.is_success and (is_refused or understood_other > understood):
            self._dialect = other
            return in_other, understood_other
        self._is_dialect_settled = not is_refused and understood is not Understood.NOTHING
        return response, understood

    def _read_in(
        self, dialect: Dialect, route: str, purpose: Purpose, more: Params | None
    ) -> tuple[Response, Understood]:
        """Read posts in a dialect, and book what came back."""
        params = {**getattr(dialect, purpose), **(more or {})}
        response = self._request("read", route, params=params)
        if not response.is_success:
            return response, Understood.ALL
        self._count(_reads(response, is_own_timeline=purpose in OWN))
        posts = [post for post in _posts(response) if matching.number_of(post)]
        with_parents = purpose in WITH_PARENTS
        return response, dialects.understood(posts, with_parents=with_parents)

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
                f"This account has no {', '.join(missing)}; set it up with: "
                f"{setup.command(self._account)}"
            )
        method = METHODS[kind]
        try:
            response = self._client.request(method, route, params=params, body=body)
            self.access_level = response.headers.get("x-access-level", self.access_level)
            self.clock_ahead = http_calls.clock_ahead(response.headers, self._clock.now())
            return response
        except http_calls.Unsent as error:
            raise Unavailable(f"X cannot be reached: {error}.") from None
        except http_calls.Cut as error:
            message = f"The connection to X ended before its answer: {error}."
            if kind == "post":
                raise Uncertain(message) from None
            raise Unavailable(message) from None


def _post_count(user: object) -> int | None:
    """An account's count of its posts; None where X tells none, or not as a number.

    It has one name or the other by the dialect that X answers in.
    """
    metrics = inner(user, "public_metrics")
    for name in ("post_count", "tweet_count"):
        count = inner(metrics, name)
        if isinstance(count, int) and not isinstance(count, bool):
            return count
    return None


def _posts(response: Response) -> list[dict[str, object]]:
    """The posts of a response that has one, or a list of them."""
    data = inner(response.body, "data")
    return dicts(data) or dicts([data])


def _reads(response: Response, *, is_own_timeline: bool = False) -> Requests:
    """What a read is charged for: each post, picture and account in it, also by `expansions`."""
    includes = inner(response.body, "includes")
    expanded = dicts(inner(includes, "posts")) + dicts(inner(includes, "tweets"))
    count = len({text_of(post.get("id")) for post in _posts(response) + expanded})
    more = Requests(
        media_reads=len(dicts(inner(includes, "media"))),
        user_reads=len(dicts(inner(includes, "users"))),
    )
    if is_own_timeline:
        return more._replace(owned_reads=count)
    return more._replace(post_reads=count)

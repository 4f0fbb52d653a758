"""An account's calls to X, whose refusals are errors named by what to do next."""

from typing import Any

from bot import http_calls
from bot.core.errors import BadInput, Blocked, Unavailable, Uncertain
from bot.core.schedule import Clock
from bot.publishers.x import errors, matching
from bot.publishers.x.matching import Post, dicts, inner, text_of
from bot.publishers.x.transport import Answer, Keys, Line

Params = dict[str, Any]

PAGES = 20
"""Pages of a hundred posts a look reads at most."""
GONE = {400, 404, 410}
"""What X answers for a post it does not have, or an id that cannot be one."""
POST_FIELDS = {
    "post.fields": "attachments,conversation_id,created_at,entities,id,note_post,text",
    "expansions": "referenced_posts",
}
AUTHOR_FIELDS = {"post.fields": "created_at,id", "expansions": "author_id"}


class Calls:
    """What may be called, and how each failure of it is told; X's words come without our keys."""

    def __init__(self, keys: Keys, base_url: str, limits: http_calls.Limits, clock: Clock) -> None:
        self._keys = keys
        self._line = Line(keys, base_url, limits, use_proxies=not base_url.startswith("http:"))
        self._clock = clock

    def read(self, route: str, params: Params) -> Answer:
        return self._done("read", "GET", route, params, None)

    def upload(self, route: str, body: object) -> Answer:
        return self._done("upload", "POST", route, None, body)

    def post(self, body: object) -> Answer:
        """Ask for a post: the answer whatever it is; raises `Uncertain` where none came."""
        return self._call("post", "POST", "/2/tweets", None, body)

    def said(self, answer: Answer) -> str:
        """X's own words, without our keys, should it repeat them."""
        said = errors.words(answer)
        for key in self._keys:
            said = said.replace(key, "***") if key else said
        return said

    def me(self) -> dict[str, str]:
        """The account the keys belong to: `user`, its id, and `username`."""
        answer = self.read("/2/users/me", {"user.fields": "id,username"})
        user, name = (text_of(inner(inner(answer.body, "data"), key)) for key in ("id", "username"))
        if not matching.is_id(user):
            raise Unavailable(f"X does not say whose keys these are ({self.said(answer)}).")
        return {"user": user, "username": name}

    def own_posts(self, user: str, after: int) -> list[Post]:
        """The account's posts, oldest first: those newer than the one with the id `after`, or the
        newest hundred.
        """
        posts: list[Post] = []
        params: Params = (
            POST_FIELDS | {"max_results": 100} | ({"since_id": str(after)} if after else {})
        )
        for _ in range(PAGES if after else 1):
            answer = self.read(f"/2/users/{user}/tweets", params)
            posts += self._posts_in(answer)
            token = text_of(inner(inner(answer.body, "meta"), "next_token"))
            if not token:
                break
            params = params | {"pagination_token": token}
        return sorted(
            (post for post in posts if matching.number_of(post) > after), key=matching.number_of
        )

    def own_post(self, post_id: str, me: dict[str, str]) -> Post:
        """A post of this account's own; raises `BadInput` when X shows none with this id, or
        another's.
        """
        answer = self._call("read", "GET", f"/2/tweets/{post_id}", AUTHOR_FIELDS, None)
        if not answer.is_success and answer.status not in GONE:
            raise errors.refusal(answer, self._clock.now(), "read", self.said(answer))
        post, said = inner(answer.body, "data"), self.said(answer)
        if answer.status in GONE or (not isinstance(post, dict) and inner(answer.body, "errors")):
            raise BadInput(
                f"X shows no post {post_id} ({said}); give the address of one that is out."
            )
        author = text_of(inner(post, "author_id"))
        if (
            not isinstance(post, dict)
            or text_of(post.get("id")) != post_id
            or not matching.is_id(author)
        ):
            raise Unavailable(f"X does not say whose post {post_id} is.")
        if author != me["user"]:
            raise BadInput(
                f"The post {post_id} is not one of @{me['username']}; give the address of one that is."
            )
        return post

    def _posts_in(self, answer: Answer) -> list[dict[str, object]]:
        data = inner(answer.body, "data")
        listed = data if isinstance(data, list) else []
        posts = [post for post in dicts(listed) if matching.number_of(post)]
        is_none = inner(inner(answer.body, "meta"), "result_count") == 0
        # Only a whole answer tells: what X seems not to have would be sent.
        if len(posts) != len(listed) or not (posts or is_none):
            raise Unavailable(f"X did not answer with posts ({self.said(answer)}).")
        return posts

    def _done(
        self, kind: errors.Kind, method: str, route: str, params: Params | None, body: object
    ) -> Answer:
        answer = self._call(kind, method, route, params, body)
        if answer.is_success:
            return answer
        raise errors.refusal(answer, self._clock.now(), kind, self.said(answer))

    def _call(
        self, kind: errors.Kind, method: str, route: str, params: Params | None, body: object
    ) -> Answer:
        missing = [name for name, key in self._keys._asdict().items() if not key]
        if missing:
            raise Blocked(
                f"This account has no {', '.join(missing)}; set it up with: mlcollage connect x."
            )
        try:
            return self._line.call(method, route, params=params, body=body)
        except http_calls.Unsent as error:
            raise Unavailable(f"X cannot be reached: {error}.") from None
        except http_calls.Cut as error:
            ended = f"The connection to X ended before its answer: {error}."
            raise (Uncertain if kind == "post" else Unavailable)(ended) from None

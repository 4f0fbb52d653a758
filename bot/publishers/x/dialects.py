"""The two dialects in which X names fields: of posts, as its description has it, and of tweets.

Servers answer in one or the other, and some in both. One that does not know a field either refuses
the request, or drops the field and answers without it.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from bot.core.answers import text_of
from bot.publishers.x.matching import Post, references_of

Params = Mapping[str, Any]

COMMON = "attachments,conversation_id,created_at,entities,id,text"
WITH_PICTURES = {
    "expansions": "attachments.media_keys",
    "media.fields": "alt_text,media_key,type",
}


class Dialect(NamedTuple):
    """The parameters of each kind of read.

    `timeline` has what a part is known again by, `audit` also the alt text of a picture, `own_post`
    that instead of the post's parent, `by_id` also the pictures, which are charged, and `author`
    whose post it is.
    """

    timeline: Params
    audit: Params
    own_post: Params
    by_id: Params
    author: Params


POSTS = Dialect(
    timeline={"post.fields": f"{COMMON},note_post", "expansions": "referenced_posts"},
    audit={
        "post.fields": f"{COMMON},note_post,media_metadata",
        "expansions": "referenced_posts",
    },
    own_post={"post.fields": f"{COMMON},note_post,media_metadata"},
    by_id={"post.fields": f"{COMMON},note_post,media_metadata"} | WITH_PICTURES,
    author={"post.fields": "created_at,id", "expansions": "author_id"},
)
TWEETS = Dialect(
    timeline={"tweet.fields": f"{COMMON},note_tweet,referenced_tweets"},
    audit={"tweet.fields": f"{COMMON},note_tweet,media_metadata,referenced_tweets"},
    own_post={"tweet.fields": f"{COMMON},note_tweet,media_metadata"},
    by_id={"tweet.fields": f"{COMMON},note_tweet"} | WITH_PICTURES,
    author={"tweet.fields": "author_id,created_at,id"},
)
BOTH = (POSTS, TWEETS)


class Understood(IntEnum):
    """How much of a dialect a server knew, by what it answered."""

    NOTHING = 0
    DATES = 1
    """It shows the fields, but not what a reply answers: that has to be told from its thread."""
    ALL = 2


def understood(posts: Sequence[Post], *, with_parents: bool) -> Understood:
    """How much of what was asked for is in an answer; all where it has no posts to tell by.

    Every post has a date, and every reply, unless `with_parents` is False, something it answers.
    """
    if not all(text_of(post.get("created_at")) for post in posts):
        return Understood.NOTHING
    if with_parents and not all(references_of(post) for post in posts if _is_reply(post)):
        return Understood.DATES
    return Understood.ALL


def _is_reply(post: Post) -> bool:
    """Whether a post is in a thread that another post began."""
    thread = text_of(post.get("conversation_id"))
    return bool(thread) and thread != post.get("id")

"""The dialects of X's field names, from the server's side: which it knows, and what it does with
the other one.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.fakes.x_state import invalid

OLD_NAMES = {"referenced_tweets": "referenced_posts", "note_tweet": "note_post"}
OUTSIDE = {"referenced_posts", "author_id"}
"""Fields of the old dialect that the description has as expansions only."""
ANSWERED = {"referenced_posts": "referenced_tweets", "note_post": "note_tweet",
            "post_count": "tweet_count", "posts": "tweets"}  # fmt: skip


class Dialects(NamedTuple):
    """Which dialects a server knows; fields of another are refused, or dropped with 200."""

    known: tuple[str, ...] = ("post.fields",)
    drops: bool = False


class Asked(NamedTuple):
    """A query as the description has it, as the state takes it, and whether it was in the old
    dialect.
    """

    described: dict[str, str]
    meant: dict[str, str]
    is_old: bool


def understood(query: Mapping[str, str], dialects: Dialects) -> Asked:
    """What a query means; raises `Refused` where it has fields of an unknown dialect."""
    kept = dict(query)
    for name in ("post.fields", "tweet.fields"):
        if name in query and name not in dialects.known:
            if not dialects.drops:
                raise invalid(name, f"The query parameter [{name}] is not one that is known.")
            del kept[name]
            if name == "post.fields":
                kept.pop("expansions", None)
    if "tweet.fields" not in kept:
        return Asked(kept, kept, is_old="post.fields" not in dialects.known)
    old = kept.pop("tweet.fields").split(",")
    fields = [OLD_NAMES.get(field, field) for field in old]
    described = kept | {"post.fields": ",".join(f for f in fields if f not in OUTSIDE)}
    return Asked(described, kept | {"post.fields": ",".join(fields)}, is_old=True)


def answered(value: Any) -> Any:
    """An answer in the old dialect."""
    if isinstance(value, list):
        return [answered(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {ANSWERED.get(key, key): answered(each) for key, each in value.items()}

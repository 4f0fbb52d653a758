"""Tells whether a post, as X shows it, is a given part: by its text, its parent and its picture.

X rewrites links to t.co and changes other details, so that texts are compared in a normal form.
"""

import html
import re
from collections.abc import Mapping, Sequence

from bot.core.answers import dicts, inner, text_of
from bot.core.delivery import Part
from bot.core.text import sameness

Post = Mapping[str, object]

SHORT_LINK = r"(?i:https?)://t\.co/\w+"
ASCII_HOST = "xn--"
"""Starts a host's ASCII form (RFC 5890), whose letters are not those that were written."""
PICTURE_LINK = r"/status/\d+/(photo|video)/\d+$"
ADDRESS = (
    r"(https?://)?((www|mobile|m)\.)?(x|twitter)\.com"
    r"/(\w+|i/web)/status(es)?/(?P<id>[0-9]{1,19})([/?#].*)?"
)
"""A post's address, however it was copied; the account's name in it means nothing to X."""


def is_id(value: str) -> bool:
    """Whether it has the form the API description gives ids."""
    return re.fullmatch(r"[0-9]{1,19}", value) is not None


def id_in(address: str) -> str:
    """The id in a post's address on X; "" where it is no such address."""
    match = re.fullmatch(ADDRESS, address.strip(), re.ASCII | re.IGNORECASE)
    if match is None:
        return ""
    return match["id"]


def number(value: object) -> int:
    """A number, or a string that is one; else 0."""
    if isinstance(value, int):
        return value
    if isinstance(value, str) and is_id(value):
        return int(value)
    return 0


def number_of(post: Post) -> int:
    """Its id as a number, which grows with time; 0 where there is none."""
    return number(text_of(post.get("id")))


def find(posts: Sequence[Post], part: Part, parent: str | None, root: str | None) -> Post | None:
    """Return the first of the posts, oldest first, that is this part; None where none is.

    It has to reply to the post `parent` in the thread that begins with `root`, both by their ids.
    """
    for post in posts:
        has_picture = bool(media_keys(post)) == (part.image is not None)
        if has_picture and _is_in_place(post, parent, root) and has_text(post, part.text):
            return post
    return None


def may_be(post: Post, part: Part, parent: str | None, root: str | None) -> bool:
    """Whether a post may be this part, changed or cut by X.

    Whatever replies to the part before it may be this one: nobody else answers there for us.
    """
    if not _is_in_place(post, parent, root):
        return False
    if parent is not None and references_of(post).get("replied_to") == parent:
        return True
    return sameness.resembles(shown_text(post), part.text)


def has_text(post: Post, text: str) -> bool:
    """Whether a post has this text."""
    return sameness.is_same(shown_text(post), text)


def shown_text(post: Post) -> str:
    """The post's text with links as they were written, without the one X adds for a picture."""
    whole = _whole(post)
    shown = html.unescape(text_of(inner(whole, "text")))
    for link in dicts(inner(inner(whole, "entities"), "urls")):
        short, target = text_of(link.get("url")), text_of(link.get("expanded_url"))
        if short and (link.get("media_key") or re.search(PICTURE_LINK, target)):
            shown = shown.replace(short, "")
        elif short and target and ASCII_HOST not in target:
            shown = shown.replace(short, target)
    if media_keys(post):
        shown = re.sub(rf"\s{SHORT_LINK}\s*$", "", shown)
    return shown.strip()


def links_of(post: Post) -> set[str]:
    """The targets of a post's links, normalized."""
    links = dicts(inner(inner(_whole(post), "entities"), "urls"))
    return {sameness.normalized(text_of(link.get("expanded_url"))) for link in links}


def _whole(post: Post) -> object:
    """What holds the post's whole text: of a long one the note, as `text` itself is cut."""
    for name in ("note_post", "note_tweet"):
        note = post.get(name)
        if isinstance(note, dict):
            return note
    return post


def media_keys(post: Post) -> list[object]:
    """The keys of a post's pictures; none where it has no picture."""
    keys = inner(post.get("attachments"), "media_keys")
    if isinstance(keys, list):
        return keys
    return []


def alt_texts(post: Post, media: object) -> set[str]:
    """The alt texts of a post's pictures, normalized: from the post, or from the media beside it.

    Which of the two X uses differs by the fields that were asked for.
    """
    described = [*dicts(post.get("media_metadata")), *dicts(media)]
    texts = {sameness.normalized(text_of(entry.get("alt_text"))) for entry in described}
    return texts - {""}


def has_alt_text(post: Post, media: object, alt: str) -> bool:
    return sameness.normalized(alt) in alt_texts(post, media)


def is_elsewhere(post: Post, part: Part, root: str | None) -> bool:
    """Whether a post surely is in another thread than the one that begins with the post `root`.

    The thread of a part that is not the first is known only where its first part is.
    """
    thread = text_of(post.get("conversation_id"))
    if part.position == 1:
        root = text_of(post.get("id"))
    return bool(thread and root) and thread != root


def is_repost(post: Post) -> bool:
    """Whether a post only repeats another one."""
    return "retweeted" in references_of(post)


def parent_of(post: Post) -> str | None:
    """The id of the post it replies to; None where it replies to none."""
    return references_of(post).get("replied_to")


def references_of(post: Post) -> dict[str, str]:
    """The ids of the posts it refers to, by type: "replied_to", "quoted", "retweeted"."""
    references = dicts(post.get("referenced_posts")) + dicts(post.get("referenced_tweets"))
    return {text_of(ref.get("type")): text_of(ref.get("id")) for ref in references}


def _is_in_place(post: Post, parent: str | None, root: str | None) -> bool:
    """Whether a post replies to `parent`, or to none where that is None.

    Where X does not say what it replies to, its thread decides.
    """
    references = references_of(post)
    if "quoted" in references or "retweeted" in references:
        return False
    if "replied_to" in references:
        return references["replied_to"] == parent
    thread = text_of(post.get("conversation_id"))
    if parent is None:
        # The first post of a thread gives the thread its id.
        root = text_of(post.get("id"))
    return not thread or thread == root

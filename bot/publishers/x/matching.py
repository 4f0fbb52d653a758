"""Whether a post, as X shows it, is a part of ours: its text with X's links undone, its parent, its
picture.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from bot.core.delivery import Part

Post = Mapping[str, object]

SHORT_LINK = r"https?://t\.co/\w+"
ASCII_HOST = "xn--"
"""In a host's ASCII form, which cannot be told from ours by its letters."""
PICTURE_LINK = r"/status/\d+/(photo|video)/\d+$"
ADDRESS = r"(https?://)?((www|mobile|m)\.)?(x|twitter)\.com/(\w+|i/web)/status(es)?/(?P<id>[0-9]{1,19})([/?#].*)?"
"""A post's address, however it was copied; the account's name in it means nothing to X."""


def dicts(value: object) -> list[dict[str, object]]:
    """The JSON objects of a list, whatever came instead."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def inner(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def is_id(value: str) -> bool:
    """Whether it has the form the API description gives ids."""
    return re.fullmatch(r"[0-9]{1,19}", value) is not None


def id_in(address: str) -> str:
    """The id of the post with this address on X; nothing where it is none."""
    found = re.fullmatch(ADDRESS, address.strip(), re.ASCII | re.IGNORECASE)
    return found["id"] if found else ""


def number(value: object) -> int:
    """A number, or a string that is one; else 0."""
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and is_id(value) else 0


def number_of(post: Post) -> int:
    """Its id as a number, which grows with time; 0 where there is none."""
    return number(text_of(post.get("id")))


def find(posts: Sequence[Post], part: Part, parent: str | None, root: str | None) -> Post | None:
    """The oldest of the posts that is this part, as an answer to `parent` in the thread that begins
    with `root`.
    """
    for post in posts:
        has_picture = bool(media_keys(post)) == (part.image is not None)
        if has_picture and _is_in_place(post, parent, root) and says(post, part.text):
            return post
    return None


def says(post: Post, text: str) -> bool:
    """Whether a post has this text; a link whose target X does not tell may be any."""
    pieces = re.split(r"\bt\.co/\w+", loose(shown_text(post)))
    return re.fullmatch(r"\S+".join(map(re.escape, pieces)), loose(text)) is not None


def shown_text(post: Post) -> str:
    """The post's text with every link as it was written, without the one X appends for a picture."""
    import html  # heavy: 3 ms, and only looking needs it

    whole = post.get("note_post") if isinstance(post.get("note_post"), dict) else post
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
    """The targets of a post's links, `loose`."""
    whole = post.get("note_post") if isinstance(post.get("note_post"), dict) else post
    return {
        loose(text_of(link.get("expanded_url")))
        for link in dicts(inner(inner(whole, "entities"), "urls"))
    }


def media_keys(post: Post) -> list[object]:
    found = inner(post.get("attachments"), "media_keys")
    return found if isinstance(found, list) else []


def alt_texts(post: Post, media: object) -> set[str]:
    """The alt texts X shows with a post, where it tells them: with the post, or with the media
    beside it.
    """
    described = [*dicts(post.get("media_metadata")), *dicts(media)]
    return {text for entry in described if (text := loose(text_of(entry.get("alt_text"))))}


def has_alt_text(post: Post, media: object, alt: str) -> bool:
    return loose(alt) in alt_texts(post, media)


def is_repost(post: Post) -> bool:
    """Whether it only shows another post once more."""
    return "retweeted" in _references(post)


def _references(post: Post) -> dict[str, str]:
    return {
        text_of(ref.get("type")): text_of(ref.get("id"))
        for ref in dicts(post.get("referenced_posts"))
    }


def _is_in_place(post: Post, parent: str | None, root: str | None) -> bool:
    """Whether it answers `parent`, or nobody where that is None; it is judged by its thread if X
    tells no more.
    """
    references = _references(post)
    if "quoted" in references or "retweeted" in references:
        return False
    if "replied_to" in references:
        return references["replied_to"] == parent
    thread = text_of(post.get("conversation_id"))
    return not thread or thread == (post.get("id") if parent is None else root)


def loose(text: str) -> str:
    """Text or a link without what X may change in it: entities, composition, case, schemes,
    slashes, white space.
    """
    import html  # heavy: as above

    plain = unicodedata.normalize("NFC", unquote(html.unescape(text), errors="replace")).casefold()
    return re.sub(r"/(?!\w)", "", " ".join(re.sub(r"https?://", "", plain).split()))

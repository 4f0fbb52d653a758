"""Tells whether a record on Bluesky is a given part, and how it differs from what was meant."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.core.answers import dicts, inner, text_of
from bot.core.audit import Kind
from bot.core.collage import shown
from bot.core.delivery import Part, Receipt, ShownPost
from bot.core.text import labels, sameness
from bot.core.text.labels import Labelled
from bot.core.text.span import Span
from bot.publishers.bluesky import cids
from bot.publishers.bluesky.calls import POST, Entry, Record

ADDRESS = re.compile(
    r"(?:(?:(?i:https?)://)?(?:\w+\.)?bsky\.app/profile/(?P<who>[^/\s?#]{1,300})/post/"
    r"|at://(?P<repo>[^/\s?#]{1,300})/app\.bsky\.feed\.post/)"
    r"(?P<key>[a-zA-Z0-9._~:-]{1,512})(?:[/?#]\S*)?"
)
"""A post's address, as the app or the protocol writes it."""
IMAGES, WITH_RECORD = "app.bsky.embed.images", "app.bsky.embed.recordWithMedia"
PASSING = frozenset({"createdAt", "langs"})
"""What of a record is no part of what readers see, and may be another one at another try."""


def address_in(url: str) -> tuple[str, str] | None:
    """Whose post an address leads to, a handle or an id, and the post's key; None for no such."""
    found = ADDRESS.fullmatch(url.strip())
    if found is None:
        return None
    return (found["who"] or found["repo"]).casefold(), found["key"]


def url_of(who: str, key: str) -> str:
    """Where people see a post."""
    return f"https://bsky.app/profile/{who}/post/{key}"


def uri_of(did: str, key: str) -> str:
    """The protocol's own address of a post, which is its id."""
    return f"at://{did}/{POST}/{key}"


def key_of(uri: str | None, did: str) -> str:
    """The key of one of this account's posts by its id; "" for another's, or none."""
    prefix = f"at://{did}/{POST}/"
    if uri and uri.startswith(prefix):
        return uri.removeprefix(prefix)
    return ""


def at(record: Record, otherwise: datetime) -> datetime:
    """When a record says that it was made."""
    try:
        made = datetime.fromisoformat(text_of(record.get("createdAt")))
    except ValueError:
        return otherwise
    if made.tzinfo is None:
        return otherwise
    return made.astimezone(UTC)


def text(record: Record) -> str:
    """The record's text as templates write it, with the addresses that stand behind words."""
    seen = text_of(record.get("text"))
    data = seen.encode()
    found = []
    for start, end, url in _links(record):
        try:
            before, words = data[:start].decode(), data[start:end].decode()
        except UnicodeDecodeError:
            continue
        if words:
            found.append(Labelled(Span(len(before), len(before) + len(words), words), url))
    return labels.marked(seen, found)


def _links(record: Record) -> Iterator[tuple[int, int, str]]:
    """The bytes that each link stands on, and where it leads."""
    for facet in dicts(record.get("facets")):
        start, end = (inner(facet.get("index"), key) for key in ("byteStart", "byteEnd"))
        for feature in dicts(facet.get("features")):
            url = text_of(feature.get("uri"))
            if url and isinstance(start, int) and isinstance(end, int) and 0 <= start <= end:
                yield start, end, url


def pictures(record: Record) -> list[Record]:
    """The pictures of a post."""
    embed = record.get("embed")
    if inner(embed, "$type") == WITH_RECORD:
        embed = inner(embed, "media")
    if inner(embed, "$type") != IMAGES:
        return []
    return dicts(inner(embed, "images"))


def alts(record: Record) -> tuple[str, ...]:
    """The alt texts of a post's pictures, as far as they have any."""
    found = (text_of(picture.get("alt")) for picture in pictures(record))
    return tuple(alt for alt in found if alt)


def parent(record: Record) -> str | None:
    """The id of the post that a record answers."""
    return text_of(inner(inner(record.get("reply"), "parent"), "uri")) or None


def is_ours(entry: Entry, record: Record) -> bool:
    """Whether a record on the server is the one that was or would be sent.

    It is where their hashes are the same; else what a reader sees has to be the same.
    """
    return entry.cid == cids.of_record(record) or _seen(entry.value) == _seen(record)


def _seen(record: Record) -> Record:
    """What readers see of a record, and what it answers."""
    kept = {key: value for key, value in record.items() if key not in PASSING}
    root = inner(inner(record.get("reply"), "root"), "uri")
    return kept | {"reply": [root, parent(record)]}


def has_part(record: Record, part: Part, answered: str | None) -> bool:
    """Whether a record under any key is this part: its text, its picture and its place."""
    if parent(record) != answered or not sameness.is_same(text(record), part.text):
        return False
    wanted = [part.image.alt] if part.image else []
    return list(alts(record)) == wanted


def shown_post(entry: Entry, receipt: Receipt) -> ShownPost:
    """A record with all that an audit compares."""
    value = entry.value
    return ShownPost(receipt, text(value), parent(value), len(pictures(value)), alts(value))


def differences(
    record: Record, part: Part, parents: Sequence[str | None]
) -> list[tuple[Kind, str]]:
    """How a record differs from a part: each difference's kind, and words for it."""
    found = []
    if not sameness.is_same(text(record), part.text):
        found.append((Kind.TEXT, f"its text is {shown(text(record), 300)}"))
    if part.image and not pictures(record):
        found.append((Kind.PICTURE, "its picture is missing"))
    elif part.image and cids.of_blob(part.image.data) not in _blobs(record):
        found.append((Kind.PICTURE, "its picture is another one"))
    elif part.image and list(alts(record)) != [part.image.alt]:
        found.append((Kind.ALT, "its picture has another alt text or none"))
    if parent(record) not in parents:
        found.append((Kind.PARENT, "it is not in its place in the thread"))
    return found


def _blobs(record: Record) -> set[str]:
    """The hashes of a post's pictures."""
    refs = (inner(inner(picture.get("image"), "ref"), "$link") for picture in pictures(record))
    return {text_of(ref) for ref in refs}

"""Makes the record of each part: its text with facets, its picture or link card, its place."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

# The package only: counting loads tables that commands which send nothing need not wait for.
from bot.core import text as texts
from bot.core.delivery import Image, Part, Thread
from bot.core.network import BLUESKY
from bot.publishers.bluesky.calls import POST, Record

if TYPE_CHECKING:
    from bot.core.text.counting import Facet

FACET = "app.bsky.richtext.facet"


class Ref(NamedTuple):
    """What a reply names a post by: its address and the hash of its record."""

    uri: str
    cid: str

    def as_json(self) -> Record:
        return {"uri": self.uri, "cid": self.cid}


class Reply(NamedTuple):
    """The first post of the thread, and the one that is answered."""

    root: Ref
    parent: Ref


def made_at(moment: datetime, position: int) -> str:
    """When a part says that it was made: a millisecond after the one before it."""
    at = (moment + timedelta(milliseconds=position - 1)).astimezone(UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def mentioned(part: Part) -> list[str]:
    """The handles that a part mentions."""
    return [facet.value for facet in texts.counting.facets(part.text) if facet.kind == "mention"]


def of(
    thread: Thread,
    part: Part,
    created_at: str,
    dids: Mapping[str, str],
    blobs: Mapping[str, Record],
) -> Record:
    """A part's record, apart from what it answers.

    `dids` has the ids of those it mentions by their handles, `blobs` what was uploaded by SHA-256.
    """
    record: Record = {
        "$type": POST,
        "text": BLUESKY.visible(part.text),
        "createdAt": created_at,
    }
    if thread.language:
        record["langs"] = [thread.language]
    if facets := [_facet(facet, dids) for facet in texts.counting.facets(part.text)]:
        record["facets"] = facets
    if part.image:
        record["embed"] = _images(part.image, blobs[part.image.sha256])
    elif card := _card(thread, part, blobs):
        record["embed"] = card
    return record


def answering(record: Record, reply: Reply) -> Record:
    """The record of a part that answers another one."""
    named = {"root": reply.root.as_json(), "parent": reply.parent.as_json()}
    return {**record, "reply": named}


def _facet(facet: "Facet", dids: Mapping[str, str]) -> Record:
    match facet.kind:
        case "tag":
            feature = {"$type": f"{FACET}#tag", "tag": facet.value}
        case "mention":
            feature = {"$type": f"{FACET}#mention", "did": dids[facet.value]}
        case _:
            feature = {"$type": f"{FACET}#link", "uri": facet.value}
    index = {"byteStart": facet.start, "byteEnd": facet.end}
    return {"index": index, "features": [feature]}


def _images(image: Image, blob: Record) -> Record:
    shown: Record = {"alt": image.alt, "image": blob}
    if image.width and image.height:
        # Without it apps show a part of the picture only.
        shown["aspectRatio"] = {"width": image.width, "height": image.height}
    return {"$type": "app.bsky.embed.images", "images": [shown]}


def _card(thread: Thread, part: Part, blobs: Mapping[str, Record]) -> Record | None:
    card = thread.card
    # A person may have worded the part anew since, without the link.
    if card is None or card.position != part.position or card.url not in part.text:
        return None
    external: Record = {"uri": card.url, "title": card.title, "description": card.description}
    if card.image:
        external["thumb"] = blobs[card.image.sha256]
    return {"$type": "app.bsky.embed.external", "external": external}

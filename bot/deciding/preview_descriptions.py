"""What JSON shows of threads as they would be sent, with what each network counts in them.

Apart from `descriptions`, because counting loads tables that `list` and `next` need not wait for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.core.collage import obstacle
from bot.deciding import descriptions
from bot.deciding.descriptions import Description

# The types only: `count` starts without the database.
if TYPE_CHECKING:
    from bot.composing.composed import ComposedThread
    from bot.config import Series
    from bot.core.collage import Collage
    from bot.core.delivery import Part
    from bot.core.month import Roundup
    from bot.core.network import Limits, Network
    from bot.core.text.labels import Labelled
    from bot.core.text.span import Span


def collage(
    series: Series, item: Collage, number: int, previews: Iterable[ComposedThread]
) -> Description:
    """A collage's threads as they would be sent, with the number it has or would get."""
    return {
        "name": item.name,
        "number": number,
        "shown_number": series.numbering.shown(number),
        "is_provisional": item.number is None,
        "state": item.state,
        "problem": obstacle(item) or None,
        "accounts": [thread(one) for one in previews],
    }


def roundup(
    made: Roundup, items: Iterable[Collage], previews: Iterable[ComposedThread]
) -> Description:
    """A roundup as it is or would be, and the threads that would announce it."""
    return descriptions.roundup(made) | {
        "collages": [item.name for item in items],
        "accounts": [thread(one) for one in previews],
    }


def thread(composed: ComposedThread) -> Description:
    """A thread as it would be sent, or the problem that keeps it from being composed."""
    cost: str | None = None
    reads: str | None = None
    if composed.cost:
        cost = descriptions.dollars(composed.cost.total)
        reads = descriptions.dollars(composed.cost.reads)
    return {
        "account": composed.account,
        "network": composed.network.name,
        "standing": composed.standing or None,
        "problem": " ".join(composed.problems) or None,
        "problems": list(composed.problems),
        "cost": cost,
        "cost_of_reads": reads,
        "caution": composed.caution or None,
        "notes": list(composed.notes),
        "parts": [_part(composed, part) for part in composed.parts],
    }


def _part(composed: ComposedThread, part: Part) -> Description:
    fit = composed.fits.get(part.position)
    picture: Description | None = None
    if part.image:
        picture = {
            "file": part.image.file,
            "sha256": part.image.sha256,
            "alt": part.image.alt,
            "mime": part.image.mime,
        }
        if fit:
            picture |= descriptions.fitted(fit)
    return {
        "text": part.text,
        "shown": composed.text(part),
        "length": composed.length(part),
        "limit": composed.limits.length,
        "urls": spans(composed.urls(part)),
        "labels": labels(composed.labels(part)),
        "hashtags": spans(composed.hashtags(part)),
        "mentions": spans(composed.mentions(part)),
        "cautions": composed.cautions(part),
        "picture": picture,
        "link_card": _card(composed, part),
        "no_link_card": _no_card(composed, part),
    }


def _card(composed: ComposedThread, part: Part) -> Description | None:
    """What a part's link card shows, and where it leads."""
    card = composed.card
    if card is None or card.position != part.position:
        return None
    picture: Description | None = None
    if card.image and composed.card_fit:
        shot = composed.card_fit.picture
        picture = {"file": shot.file, "sha256": shot.sha256, "mime": shot.mime, "size": shot.size}
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "picture": picture,
    }


def _no_card(composed: ComposedThread, part: Part) -> Description | None:
    """Why a part has no link card that is to have one, and of which page."""
    if not composed.card_note or composed.links_at != part.position:
        return None
    return {"url": composed.card_url, "reason": composed.card_note}


def counted(text: str, network: Network, limits: Limits, colon: str) -> Description:
    """A text as a network measures it; a language puts the `colon` between words and address.

    Where links stand on words, "shown" is what readers see; elsewhere the address is written out,
    and "written" is the text as it is sent and counted.
    """
    on_words: Description = {}
    written = network.written(text, colon)
    if written != text:
        on_words = {"written": written}
        text = written
    if found := network.labels(text):
        on_words = {"shown": network.visible(text), "labels": labels(found)}
    return on_words | {
        "length": network.length(text, limits),
        "limit": limits.length,
        "valid": network.fits(text, limits),
        "urls": spans(network.urls(text)),
        "hashtags": spans(network.hashtags(text)),
        "mentions": spans(network.mentions(text)),
    }


def spans(found: Iterable[Span]) -> list[tuple[int, int, str]]:
    """Links or tags: [start, end, text], counted in code points."""
    return [(span.start, span.end, span.text) for span in found]


def labels(found: Iterable[Labelled]) -> list[tuple[int, int, str, str]]:
    """Links that stand on words: [start, end, words, address], counted in code points."""
    return [(span.start, span.end, span.text, url) for span, url in found]

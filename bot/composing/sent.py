"""What a collage sends, as it is approved: each account's texts, picture, alt text and card."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from bot.composing import slides
from bot.composing.composed import ComposedThread
from bot.config import Series
from bot.context import Context
from bot.core import approval, fit
from bot.core.approval import Approval, Sent, SentPart, SentThread, Standing
from bot.core.collage import Collage
from bot.core.delivery import Part
from bot.publishers import protocol


def of(
    context: Context,
    series: Series,
    item: Collage,
    number: int | None,
    threads: Iterable[ComposedThread],
) -> Sent:
    """What these threads send, composed with that number and with the pictures that go out.

    A slide need not be drawn for it. Raises `BadInput` where one could not be drawn.
    """
    slide = ""
    if item.picture_is_drawn:
        slide = slides.apart_from_number(context.config, series, item)
    sent = tuple(_thread(context, thread, slide) for thread in threads)
    return Sent(series.numbering.shown(number), sent)


def _thread(context: Context, thread: ComposedThread, slide: str) -> SentThread:
    parts = tuple(_part(thread, part, slide) for part in thread.parts)
    beside = protocol.beside(context.publishers[thread.account])
    return SentThread(thread.account, thread.network.name, parts, thread.card, beside)


def _part(thread: ComposedThread, part: Part, slide: str) -> SentPart:
    image = part.image
    if image is None:
        return SentPart(part.text)
    picture = image.sha256
    if slide:
        # What goes out of a slide differs by the account's limits, too.
        limits = fit.key(thread.limits.pictures)
        picture = hashlib.sha256(f"{slide} {limits}".encode()).hexdigest()
    return SentPart(part.text, picture, image.alt, image.file)


def as_numbered(series: Series, item: Collage, number: int | None) -> Collage:
    """The collage with the alt text that its slide gets with that number."""
    if not item.alt_is_drawn:
        return item
    shown = series.numbering.shown(number)
    return replace(item, alt=slides.alt_of(series, item, shown).text)


def approvals(context: Context, series: Series, item: Collage) -> list[Approval]:
    """The collage's approvals that stand; none are looked for where the series wants none."""
    if not series.wants_approval or item.id < 1:
        return []
    with context.read() as work:
        return work.approvals.of(item.id)


def standing(
    series: Series, item: Collage, given: Iterable[Approval], sent: Sent | None
) -> Standing:
    """How the collage stands with these approvals, and whether they cover what it would send."""
    return approval.standing(series.approval, tuple(given), sent, item.changed_by)

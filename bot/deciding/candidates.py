"""Collages composed as they would go out, with the number and the slide that they would have.

Apart from `preview`, which loads what makes pages: `next` need not wait for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.composing import ahead, slides
from bot.composing.ahead import Ahead
from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import cards, collage
from bot.core.collage import Collage, State
from bot.core.delivery import Delivery
from bot.core.delivery import State as Sending
from bot.scheduling import forecast

LOOKED_AT = 6
"""Collages before one that are composed for its page; those behind them are counted on."""


class Preview(NamedTuple):
    """A collage's threads as they would be sent, and the number that it has or would get."""

    number: int
    threads: tuple[ComposedThread, ...]


class Placed(NamedTuple):
    """A preview, and the slot that would take the collage; None where none would, or one has."""

    preview: Preview
    due_at: datetime | None


def preview(
    context: Context,
    series: Series,
    item: Collage,
    accounts: Sequence[str],
    fits: Fittings | None = None,
) -> Preview:
    """The collage as it would go out in its turn, on these accounts of its series.

    `fits` gets what is made of its picture.

    One that has been claimed has its slide already, and nothing goes out before it. Where its
    thread has begun, it is shown as it is out.
    """
    if item.state in {State.CLAIMED, State.POSTED}:
        return _past(context, series, item, accounts, fits)
    place = ahead.place(context, series, item, fits)
    return Preview(place.number, drawn(place.ahead, item, place.number, accounts))


def in_its_place(
    context: Context, series: Series, item: Collage, fits: Fittings | None = None
) -> Placed:
    """The same on all accounts of its series, for a page that must not take long.

    Only the first `LOOKED_AT` collages before it are composed to know whether they can go out.
    """
    if item.state in {State.CLAIMED, State.POSTED}:
        return Placed(_past(context, series, item, series.accounts, fits), None)
    place = ahead.place(context, series, item, fits, LOOKED_AT)
    threads = drawn(place.ahead, item, place.number, series.accounts)
    return Placed(Preview(place.number, threads), place.due_at)


def _past(
    context: Context,
    series: Series,
    item: Collage,
    accounts: Sequence[str],
    fits: Fittings | None,
) -> Preview:
    number = forecast.provisional_number(context, series, item)
    begun = _begun(context, item)
    threads = list[ComposedThread]()
    for account in accounts:
        if account not in begun and context.on(item, account).skip:
            continue
        if account in begun:
            threads.append(_frozen(context, series, begun[account]))
        else:
            composer = Composer.of(context, series.name, account, fits)
            threads.append(composer.collage_shown(item, number))
    return Preview(number, tuple(threads))


def obstacle(context: Context, series: Series, item: Collage) -> str:
    """Why a collage could not go out on any account, as a sentence; "" where it could."""
    if lacking := collage.obstacle(item):
        return lacking
    if context.wanted(item, series.accounts) or not series.accounts:
        return ""
    return ahead.goes_nowhere(item)


def _begun(context: Context, item: Collage) -> dict[str, Delivery]:
    """The threads of a collage that have begun, by account: no edit changes them."""
    with context.read() as work:
        threads = work.lookup.of_collage(item.id)
    # The newest of each account: an earlier slot's may have failed.
    newest = {thread.account: thread for thread in threads}
    return {account: thread for account, thread in newest.items() if thread.is_frozen}


def _frozen(context: Context, series: Series, delivery: Delivery) -> ComposedThread:
    """A thread that has begun, with the texts that it was frozen with."""
    composer = Composer.of(context, series.name, delivery.account)
    with context.read() as work:
        parts = work.parts.of(delivery.id)
        fits = {part.position: work.fittings.shown(part.image) for part in parts if part.image}
        card = cards.from_json(delivery.saved)
        card_fit = work.fittings.shown(card.image) if card and card.image else None
    receipts = [part.receipt for part in parts if part.receipt]
    standing = f"begun: {len(receipts)} of {len(parts)} parts are out"
    if not delivery.begun:
        standing = "approved, and waits to be sent as it is"
    if receipts:
        standing += f", the first at {receipts[0].url}"
    if delivery.state is Sending.SENT:
        standing = f"out: {receipts[0].url}" if receipts else "out"
    return ComposedThread(
        delivery.account,
        composer.network,
        composer.limits,
        parts,
        fits,
        is_charged=False,
        card=card,
        card_fit=card_fit,
        standing=standing,
    )


def drawn(
    before: Ahead, item: Collage, number: int | None, accounts: Sequence[str]
) -> tuple[ComposedThread, ...]:
    """The threads after what is before them, with a slide drawn for the number."""
    slide = slides.with_number(before.context, before.series, item, number)
    if slide.picture:
        before.fits.know(slide.picture)
    threads = tuple(before.threads(slide.item, number, accounts))
    if not (slide.unshown or slide.cut):
        return threads
    return tuple(replace(thread, unshown=slide.unshown, cut=slide.cut) for thread in threads)

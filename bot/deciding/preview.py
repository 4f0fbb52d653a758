"""A thread as it would be sent now: the exact parts per account, looked at before anything is done."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.composing import compose
from bot.config import Series
from bot.context import Context
from bot.core import month, price
from bot.core.collage import Collage, Picture
from bot.core.delivery import Part
from bot.core.errors import MlcollageError
from bot.core.month import Roundup
from bot.core.text import counting
from bot.scheduling import forecast
from bot.site import pages
from bot.storage import pictures as stored
from bot.storage import queue, roundups, series


@dataclass(frozen=True, slots=True)
class Preview:
    """One account's thread as it would be sent now; `problem` says why it could not be.

    `pictures` by the position of their part.
    """

    account: str
    network: str
    parts: tuple[Part, ...]
    lengths: tuple[int, ...]
    limit: int
    pictures: dict[int, Picture]
    number: str = ""
    problem: str = ""


def collage_threads(
    context: Context,
    own: Series,
    item: Collage,
    accounts: tuple[str, ...],
    number: int | None = None,
) -> Iterator[Preview]:
    """The exact parts per account, with this number, or without one the number the collage has or
    would get.
    """
    number = forecast.provisional_number(context, own, item) if number is None else number
    for account in accounts:
        voice = compose.Voice.of(context.config, own.name, account, context.publishers[account])
        try:
            made = _preview(voice, compose.collage_thread(voice, item, number), item)
            yield replace(made, number=own.numbering.shown(number))
        except MlcollageError as error:
            yield Preview(
                account, voice.network, (), (), voice.limits.length, {}, problem=str(error)
            )


def cost(
    context: Context,
    own: Series,
    item: Collage,
    accounts: tuple[str, ...],
    number: int | None = None,
) -> Decimal:
    """What a collage's threads on these accounts would cost in all; the number as above."""
    total = Decimal(0)
    for thread in collage_threads(context, own, item, accounts, number):
        found = price.of([part.text for part in thread.parts], len(thread.pictures), thread.network)
        total += found.total if found else Decimal(0)
    return total


def roundup_threads(
    context: Context, own: Series, title_month: str
) -> tuple[Roundup, list[Collage], list[Preview]]:
    """The roundup as it is, or as it would be if its moment were now, with its threads."""
    with context.database.read() as conn:
        row = series.get(conn, own.name)
        roundup = roundups.find(conn, row.id, title_month, context.rehearsal)
        moment = month.moment(own.roundup, title_month, own.zone)
        items = (
            queue.in_roundup(conn, roundup.id) if roundup else queue.unrounded(conn, row.id, moment)
        )
    roundup = roundup or _imagined(context, own, title_month, len(items))
    return roundup, items, list(_roundup_previews(context, own, roundup, items))


def check_templates(context: Context, own: Series) -> Iterator[str]:
    """Fill the templates of every account with every item of the queue, and the roundup's with all
    of them.

    For each thread and page what is wrong with it, or nothing. What has no picture or alt text yet
    is left out.
    """
    with context.database.read() as conn:
        row = series.get(conn, own.name)
        items = [item for item in queue.waiting(conn, row.id) if item.picture and item.alt.strip()]
        data = {
            item.picture.sha256: stored.data(conn, item.picture.sha256)
            for item in items
            if item.picture
        }
    for item in items:
        yield from (one.problem for one in collage_threads(context, own, item, own.accounts))
    if not items:
        return
    title_month = month.last_before(own.roundup, context.clock.now(), own.zone)
    stand_in = _imagined(context, own, title_month, len(items))
    yield from (one.problem for one in _roundup_previews(context, own, stand_in, items))
    try:
        pages.build(own, stand_in, items, data, None, None, [stand_in], context.config.templates)
        yield ""
    except MlcollageError as error:
        yield str(error)


def _imagined(context: Context, own: Series, title_month: str, count: int) -> Roundup:
    """A roundup that is not there yet, with so many collages."""
    title = month.title(own.roundup, title_month, count, own.language)
    slug = month.slug(title, title_month)
    return Roundup(
        id=0, series=own.name, title_month=title_month, title=title, slug=slug, state=month.State.DUE,
        due_at=month.moment(own.roundup, title_month, own.zone), link=pages.link(own, slug), rehearsal=context.rehearsal,
    )  # fmt: skip


def _roundup_previews(
    context: Context, own: Series, roundup: Roundup, items: list[Collage]
) -> Iterator[Preview]:
    for account in own.accounts if items else ():
        voice = compose.Voice.of(context.config, own.name, account, context.publishers[account])
        try:
            yield _preview(voice, compose.roundup_thread(voice, roundup, items), items[0])
        except MlcollageError as error:
            yield Preview(
                account, voice.network, (), (), voice.limits.length, {}, problem=str(error)
            )


def _preview(voice: compose.Voice, parts: tuple[Part, ...], item: Collage) -> Preview:
    lengths = tuple(counting.length(part.text, voice.network) for part in parts)
    pictures = {part.position: item.picture for part in parts if part.image and item.picture}
    return Preview(voice.account, voice.network, parts, lengths, voice.limits.length, pictures)

"""Threads as they would be sent now, per account, looked at before anything is done."""

from collections.abc import Iterator
from decimal import Decimal

from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer
from bot.config import Series
from bot.context import Context
from bot.core import month
from bot.core.collage import Collage
from bot.core.errors import MlcollageError
from bot.core.month import Roundup
from bot.scheduling import forecast
from bot.site import pages


def collage_threads(
    context: Context,
    own: Series,
    item: Collage,
    accounts: tuple[str, ...],
    number: int | None = None,
) -> Iterator[ComposedThread]:
    """The exact parts per account, with this number, or without one the number the collage has or
    would get.
    """
    if number is None:
        number = forecast.provisional_number(context, own, item)
    for account in accounts:
        yield Composer.of(context, own.name, account).collage_shown(item, number)


def cost(
    context: Context,
    own: Series,
    item: Collage,
    accounts: tuple[str, ...],
    number: int | None = None,
) -> Decimal:
    """What a collage's threads on these accounts would cost in all; the number as above."""
    threads = collage_threads(context, own, item, accounts, number)
    return sum((thread.cost.total for thread in threads if thread.cost), Decimal(0))


def roundup_threads(
    context: Context, own: Series, title_month: str
) -> tuple[Roundup, list[Collage], list[ComposedThread]]:
    """The roundup as it is, or as it would be if its moment were now, with its threads."""
    with context.read() as work:
        row = work.series.get(own.name)
        roundup = work.roundups.find(row.name, title_month)
        moment = month.moment(own.roundup, title_month, own.zone)
        items = (
            work.queue.in_roundup(roundup.id) if roundup else work.queue.unrounded(row.name, moment)
        )
    roundup = roundup or _imagined(context, own, title_month, len(items))
    return roundup, items, list(_roundup_threads(context, own, roundup, items))


def check_templates(context: Context, own: Series) -> Iterator[str]:
    """Fill the templates of every account with every item of the queue, and the roundup's with all
    of them.

    For each thread and page what is wrong with it, or nothing. What has no picture or alt text yet
    is left out.
    """
    with context.read() as work:
        row = work.series.get(own.name)
        items = [item for item in work.queue.waiting(row.name) if item.picture and item.alt.strip()]
        data = {
            item.picture.sha256: work.pictures.data(item.picture.sha256)
            for item in items
            if item.picture
        }
    for item in items:
        yield from (one.problem for one in collage_threads(context, own, item, own.accounts))
    if not items:
        return
    title_month = month.last_before(own.roundup, context.clock.now(), own.zone)
    stand_in = _imagined(context, own, title_month, len(items))
    yield from (one.problem for one in _roundup_threads(context, own, stand_in, items))
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
        id=0,
        series=own.name,
        title_month=title_month,
        title=title,
        slug=slug,
        state=month.State.DUE,
        due_at=month.moment(own.roundup, title_month, own.zone),
        link=pages.link(own, slug),
        rehearsal=context.rehearsal,
    )


def _roundup_threads(
    context: Context, own: Series, roundup: Roundup, items: list[Collage]
) -> Iterator[ComposedThread]:
    for account in own.accounts if items else ():
        yield Composer.of(context, own.name, account).roundup_shown(roundup, items)

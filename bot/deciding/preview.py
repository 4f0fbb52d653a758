"""Threads as they would be sent now, per account, looked at before anything is done."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.composing import ahead
from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer, nothing_repeated
from bot.config import Series
from bot.context import Context
from bot.core import month
from bot.core.collage import Collage, Picture, State, is_blank
from bot.core.errors import MlcollageError
from bot.core.month import Roundup
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference
from bot.core.price import Cost
from bot.scheduling import forecast
from bot.site import pages

SHA256 = "0" * 64

EXAMPLE = Collage(
    id=0,
    series="",
    name="example",
    paper=Paper(
        title="An Example: Every Field Has a Value",
        authors=("Ada Example", "Bo Example"),
        others=True,
        year=2021,
        links=tuple(Link(kind, f"https://example.org/{kind}") for kind in LinkKind),
        arxiv_id="2101.00001",
        doi="10.1000/example",
        licence="CC BY 4.0",
        figures=(Figure("figure.png", "A figure", "https://example.org/figure"),),
        references=(Reference("A reference", "https://example.org/reference"),),
    ),
    paragraph="One sentence. A second one with a [link](https://example.org/link).",
    alt="A drawing.",
    printed_number="29/52",
    caption="Figures by the authors",
    state=State.READY,
    position=1,
    picture=Picture(SHA256, "image/png", 16, 9, 100, "example.png"),
)
"""A collage that no queue holds, for filling templates."""


def costs(context: Context, series: Series, item: Collage, accounts: tuple[str, ...]) -> list[Cost]:
    """What a collage's threads on these accounts would cost, where they cost anything."""
    place = ahead.place(context, series, item)
    threads = place.ahead.threads(item, place.number, accounts)
    return [thread.cost for thread in threads if thread.cost]


def cost(context: Context, series: Series, item: Collage, accounts: tuple[str, ...]) -> Decimal:
    """US dollars that a collage's threads on these accounts would cost together."""
    each = (cost.total for cost in costs(context, series, item, accounts))
    return sum(each, Decimal(0))


def roundup_threads(
    context: Context, series: Series, title_month: str
) -> tuple[Roundup, list[Collage], list[ComposedThread]]:
    """The roundup, its collages and its threads; imagined for now where it is not made yet."""
    with context.read() as work:
        row = work.series.get(series.name)
        roundup = work.roundups.find(row.name, title_month)
        if roundup:
            items = work.queue.in_roundup(roundup.id)
        else:
            moment = month.moment(series.roundup, title_month, series.zone)
            items = work.queue.unrounded(row.name, moment)
    if roundup is None:
        roundup = _imagined(context, series, title_month, len(items))
    return roundup, items, list(_roundup_threads(context, series, roundup, items))


def check_templates(context: Context, series: Series) -> Iterator[str]:
    """Fill every account's templates with each item of the queue, the roundup's with all of them.

    Yields one text for each thread and page: what is wrong with it, or "". Items without a picture
    or alt text are left out, since they cannot be composed anyway. Then each template is filled by
    itself with an example, for the queue's items may not need all of them.
    """
    with context.read() as work:
        row = work.series.get(series.name)
        items = [
            item for item in work.queue.waiting(row.name) if item.picture and not is_blank(item.alt)
        ]
        hashes = {item.picture.sha256 for item in items if item.picture}
        pictures = {sha256: work.pictures.data(sha256) for sha256 in hashes}
    # A thread that is out already is filled once more, which the templates cannot help.
    composers = [
        replace(Composer.of(context, series.name, account), repeated=nothing_repeated)
        for account in series.accounts
    ]
    for item in items:
        number = forecast.provisional_number(context, series, item)
        for composer in composers:
            yield " ".join(composer.collage_shown(item, number).problems)
    title_month = month.last_before(series.roundup, context.clock.now(), series.zone)
    stand_in = _imagined(context, series, title_month, len(items) or 1)
    if items:
        for composer in composers:
            yield " ".join(composer.roundup_shown(stand_in, items).problems)
    for composer in composers:
        yield from composer.problems(EXAMPLE, stand_in)
    edition = pages.Edition(stand_in, items or [EXAMPLE], pictures | {SHA256: b""})
    try:
        pages.build(series, edition, context.config.templates)
        yield ""
    except MlcollageError as error:
        yield str(error)


def _imagined(context: Context, series: Series, title_month: str, count: int) -> Roundup:
    """A roundup that is not in the database, with `count` collages."""
    title = month.title(series.roundup, title_month, count, series.words)
    slug = month.slug(title, title_month)
    return Roundup(
        id=0,
        series=series.name,
        title_month=title_month,
        title=title,
        slug=slug,
        state=month.State.DUE,
        due_at=month.moment(series.roundup, title_month, series.zone),
        link=pages.link(series, slug),
        rehearsal=context.rehearsal,
    )


def _roundup_threads(
    context: Context, series: Series, roundup: Roundup, items: list[Collage]
) -> Iterator[ComposedThread]:
    if not items:
        return
    for account in series.accounts:
        yield Composer.of(context, series.name, account).roundup_shown(roundup, items)

"""Threads as they would be sent now, per account, looked at before anything is done."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from bot.composing import ahead, covers, fittings, slides
from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer, nothing_repeated
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import month
from bot.core.collage import Collage, Picture, is_blank
from bot.core.errors import BadInput, MlcollageError, Unavailable
from bot.core.month import Roundup
from bot.core.price import Cost
from bot.deciding import samples
from bot.pictures.read import PictureFile
from bot.roundups import to_come, years
from bot.scheduling import forecast
from bot.site import articles, exports, pages


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
    """The roundup, its collages and its threads with their cover; imagined for now where it is not
    made yet.
    """
    found, items = roundup(context, series, title_month)
    return found, items, list(_roundup_threads(context, series, found, items))


def roundup(context: Context, series: Series, title_month: str) -> tuple[Roundup, list[Collage]]:
    """The roundup and its collages; imagined for now where it is not made yet.

    Raises `BadInput` where there is none of that month or year, and none is to come.
    """
    with context.read() as work:
        row = work.series.get(series.name)
        found = work.roundups.find(row.name, title_month)
        if found:
            return found, work.roundups.holds(found)
        if month.is_year(title_month):
            items = work.roundups.year_holds(row.name, title_month)
            # Of any year that has a list, its thread can be looked at.
            if not items:
                to_come.due_at(work, series, title_month)
            return _imagined_year(context, series, title_month), items
        due_at = to_come.due_at(work, series, title_month)
        items = work.queue.unrounded(row.name, due_at)
    imagined = replace(_imagined(context, series, title_month, len(items)), due_at=due_at)
    if not items:
        # Its title is to count its papers, and its address follows from its title.
        imagined = replace(imagined, title="", slug="", link="")
    return imagined, items


class Filled(NamedTuple):
    """A thread, a page or a single template that was filled: what is wrong with it, or "".

    `sample` says which of the program's samples it was filled with; "" for one of the queue.
    """

    problem: str
    sample: str = ""


def check_templates(context: Context, series: Series) -> Iterator[Filled]:
    """Fill every account's templates with each item of the queue, the roundup's with all of them.

    Items without a picture or alt text are left out, since they cannot be composed anyway. Then the
    same is done with samples, and each template is filled by itself with each of them, for the
    queue's items may not need all of them.
    """
    with context.read() as work:
        row = work.series.get(series.name)
        items = [
            item for item in work.queue.waiting(row.name) if item.picture and not is_blank(item.alt)
        ]
    # A thread that is out already is filled once more, which the templates cannot help.
    composers = [
        replace(
            Composer.of(context, series.name, account), repeated=nothing_repeated
        ).assuming_fit()
        for account in series.accounts
    ]
    for item in items:
        number = forecast.provisional_number(context, series, item)
        for composer in composers:
            if composer.on(item).skip:
                continue
            yield Filled(" ".join(composer.collage_shown(item, number).problems))
    if items:
        title_month = _last_month(context, series)
        stand_in = _imagined(context, series, title_month, len(items))
        year = _imagined_year(context, series, title_month[:4])
        for composer in composers:
            yield Filled(" ".join(composer.roundup_shown(stand_in, items).problems))
            yield Filled(" ".join(composer.roundup_shown(year, items).problems))
        edition = pages.Edition(stand_in, *fittings.for_pages(context, items))
        yield Filled(_page_problem(context, series, edition))
    yield from _check_with_samples(context, series, composers)
    yield from _check_slides(context, series, items)
    yield from _check_covers(context, series)


def _check_covers(context: Context, series: Series) -> Iterator[Filled]:
    """Typeset the covers and cards of roundups of samples."""
    title_month = _last_month(context, series)
    for count in samples.ROUNDUPS:
        stand_in = _imagined(context, series, title_month, count)
        shown = covers.Shown(series, stand_in, samples.several(count))
        for page in (covers.cover_page, covers.card_page):
            problem = _problem(partial(page, context.config, shown, samples.bytes_of))
            yield Filled(problem, f"the cover of a roundup of {count}")


def _check_slides(context: Context, series: Series, items: Sequence[Collage]) -> Iterator[Filled]:
    """Draw the slides of the queue's items that have one, and then those of samples."""
    for item in items:
        if item.picture_is_drawn:
            number = forecast.provisional_number(context, series, item)
            yield Filled(_problem(partial(slides.with_number, context, series, item, number)))
    first = series.numbering.shown(series.numbering.first)
    for sample in samples.slides_of_samples():
        draw = partial(
            slides.draw, context.config, series, sample.collage, first, samples.figure_of
        )
        yield Filled(_problem(draw), sample.what)


def _problem(do: Callable[[], object]) -> str:
    """What is wrong with what is drawn or built; or ""."""
    try:
        do()
    except MlcollageError as error:
        return str(error)
    return ""


def _check_with_samples(
    context: Context, series: Series, composers: Sequence[Composer]
) -> Iterator[Filled]:
    """As `check_templates`, with samples in the place of the queue's items."""
    title_month = _last_month(context, series)
    single = _imagined(context, series, title_month, 1)
    for sample in samples.collages(series.numbering.first):
        for composer in composers:
            problems = [*composer.problems(sample.collage, single, sample.number)]
            if not problems:
                shown = composer.collage_shown(sample.collage, sample.number)
                problems = [" ".join(shown.problems)]
            yield from (Filled(problem, sample.what) for problem in problems)
    for count in samples.ROUNDUPS:
        items = samples.several(count)
        stand_in = _imagined(context, series, title_month, count)
        what = f"a roundup of {count}"
        year = _imagined_year(context, series, title_month[:4])
        for roundup, more in (
            (stand_in, ""),
            (replace(stand_in, link=""), " without a link"),
            (year, " as a year's"),
            (replace(year, link=""), " as a year's without a link"),
        ):
            for composer in composers:
                shown = composer.roundup_shown(roundup, items)
                yield Filled(" ".join(shown.problems), what + more)
        alone = pages.Edition(stand_in, items, {samples.SHA256: b""})
        among = replace(alone, previous=single, following=single, listed=(stand_in, single))
        yield Filled(_page_problem(context, series, alone), what)
        yield Filled(_page_problem(context, series, among), f"{what} between two others")


def _page_problem(context: Context, series: Series, edition: pages.Edition) -> str:
    """What is wrong with a roundup's pages and its exports; or ""."""
    folder = context.config.templates
    export = exports.Export(series, edition, folder, is_draft=True)
    fillings: list[Callable[[], object]] = [
        partial(pages.build, series, edition, folder),
        partial(articles.of, series, edition, folder, ""),
        *[partial(exports.build, export, kind) for kind in exports.KINDS],
    ]
    problems = map(_problem, fillings)
    return next(filter(None, problems), "")


def _last_month(context: Context, series: Series) -> str:
    return month.last_before(series.roundup, context.clock.now(), series.zone)


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


def _imagined_year(context: Context, series: Series, year: str) -> Roundup:
    """The roundup of a year that is not in the database."""
    return Roundup(
        id=0,
        series=series.name,
        title_month=year,
        kind=month.YEAR,
        state=month.State.DUE,
        due_at=month.year_moment(series.roundup, int(year), series.zone),
        rehearsal=context.rehearsal,
        title=years.title(series, year),
        slug=year,
        link=pages.link(series, year),
    )


def _roundup_threads(
    context: Context, series: Series, roundup: Roundup, items: list[Collage]
) -> Iterator[ComposedThread]:
    if not items:
        return
    cover, not_stored, remarks = _cover(context, series, roundup, items)
    fits = Fittings.of(context, series, not_stored)
    for account in series.accounts:
        composer = Composer.of(context, series.name, account, fits)
        shown = composer.roundup_shown(roundup, items, cover)
        yield replace(shown, notes=(*shown.notes, *remarks))


class _Cover(NamedTuple):
    """The cover that a roundup has or would get, with its file where it is not stored."""

    picture: Picture | None
    not_stored: tuple[PictureFile, ...] = ()
    remarks: tuple[str, ...] = ()


def _cover(context: Context, series: Series, roundup: Roundup, items: list[Collage]) -> _Cover:
    """The cover of a roundup, and remarks on it or on why there is none; nothing is stored."""
    shown = covers.Shown(series, roundup, items)
    if roundup.state is month.State.ANNOUNCED:
        kept = covers.kept(context, shown)
        if kept or covers.went_out_without(context, roundup):
            return _Cover(kept)
    if not any(item.picture for item in items):
        return _Cover(None)
    try:
        made = covers.cover(context, shown)
    except (BadInput, Unavailable) as error:
        why = f"no cover can be made, so the first collage's picture is shown: {error}"
        return _Cover(None, remarks=(why,))
    return _Cover(made.picture, (made,), made.remarks)

"""Collages composed as they would go out, for every account, and what keeps one from it.

Apart from `preview`, which loads what makes pages: `next` need not wait for it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from bot.composing import slides
from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer
from bot.config import Series
from bot.context import Context
from bot.core.collage import Collage, State
from bot.scheduling import forecast


class Candidate(NamedTuple):
    """A collage composed for all accounts of its series, and what keeps it from going out."""

    item: Collage
    threads: tuple[ComposedThread, ...]
    problems: tuple[str, ...]


def of(
    context: Context, series: Series, item: Collage, number: int | None, local_on: date
) -> Candidate:
    """The collage as the slot of a day would try it, with that number.

    No slide is drawn: whatever number is on it, it can go out.
    """
    made = tuple(threads(context, series, item, series.accounts, number))
    problems = [problem for thread in made for problem in thread.problems]
    # Counted numbers lie above all that are taken; only one brought along may be somebody else's.
    if item.kept_number is not None:
        with context.read() as work:
            year = series.numbering.year(local_on)
            other = work.queue.taken_by(series.name, item.kept_number, year)
        if other:
            problems.append(
                f"{item.name} cannot have the number {number}: it is {other}'s already; "
                f"give it another one: mlcollage number {item.name} N"
            )
    return Candidate(item, made, tuple(problems))


def previews(
    context: Context,
    series: Series,
    item: Collage,
    accounts: tuple[str, ...],
    number: int | None = None,
) -> Iterator[ComposedThread]:
    """As `threads`, with a slide drawn for the number, as it would be sent.

    One that has been claimed has its slide already.
    """
    if item.state in {State.CLAIMED, State.POSTED}:
        yield from threads(context, series, item, accounts, number)
        return
    if number is None:
        number = forecast.provisional_number(context, series, item)
    drawn = slides.with_number(series, item, number)
    for thread in threads(context, series, drawn.item, accounts, number):
        if drawn.drawing:
            yield replace(thread, unshown=drawn.drawing.unshown)
        else:
            yield thread


def threads(
    context: Context,
    series: Series,
    item: Collage,
    accounts: tuple[str, ...],
    number: int | None = None,
) -> Iterator[ComposedThread]:
    """Compose the collage's thread for each account, with the picture that it has.

    Without a `number` it is shown with the one that the collage has or would get.
    """
    if number is None:
        number = forecast.provisional_number(context, series, item)
    alike = _alike_before(context, series, item)
    for account in accounts:
        composer = Composer.of(context, series.name, account)
        yield composer.after(_texts(context, composer, alike)).collage_shown(item, number)


def _alike_before(context: Context, series: Series, item: Collage) -> list[Collage]:
    """The collages with a link in common that will be out before this one, and are not yet."""
    if item.state not in {State.DRAFT, State.READY, State.HELD}:
        return []
    with context.read() as work:
        alike = work.queue.with_a_link_of(item)
    if not alike:
        return []
    before = forecast.goes_before(context, series, item)
    return [other for other in alike if other.id in before or other.state is State.CLAIMED]


def _texts(context: Context, composer: Composer, items: list[Collage]) -> dict[str, str]:
    """The texts of these collages' threads, each with a word on where it will be."""
    if composer.network.takes_repeats:
        return {}
    return {
        part.text: f"a part of {item.name}, which goes out before"
        for item in items
        for part in composer.collage_shown(
            item, forecast.provisional_number(context, composer.series, item)
        ).parts
    }

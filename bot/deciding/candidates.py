"""Collages composed as they would go out, with the number and the slide that they would have.

Apart from `preview`, which loads what makes pages: `next` need not wait for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.composing import ahead, slides
from bot.composing.ahead import Ahead
from bot.composing.composed import ComposedThread
from bot.composing.composer import Composer
from bot.config import Series
from bot.context import Context
from bot.core.collage import Collage, State
from bot.scheduling import forecast


class Preview(NamedTuple):
    """A collage's threads as they would be sent, and the number that it has or would get."""

    number: int
    threads: tuple[ComposedThread, ...]


def preview(context: Context, series: Series, item: Collage, accounts: Sequence[str]) -> Preview:
    """The collage as it would go out in its turn, on these accounts of its series.

    One that has been claimed has its slide already, and nothing goes out before it.
    """
    if item.state in {State.CLAIMED, State.POSTED}:
        number = forecast.provisional_number(context, series, item)
        composers = [Composer.of(context, series.name, account) for account in accounts]
        return Preview(number, tuple(each.collage_shown(item, number) for each in composers))
    place = ahead.place(context, series, item)
    return Preview(place.number, drawn(series, place.ahead, item, place.number, accounts))


def drawn(
    series: Series, before: Ahead, item: Collage, number: int | None, accounts: Sequence[str]
) -> tuple[ComposedThread, ...]:
    """The threads after what is before them, with a slide drawn for the number."""
    slide = slides.with_number(series, item, number)
    threads = tuple(before.threads(slide.item, number, accounts))
    if slide.drawing is None:
        return threads
    return tuple(replace(thread, unshown=slide.drawing.unshown) for thread in threads)

"""Threads as pages show them: what is composed, with all that a template would have to ask for."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.composing.composed import ComposedThread
from bot.composing.fittings import Fittings
from bot.context import Context
from bot.core import price
from bot.publishers import protocol


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A thread of one account for a page.

    `beside` is what readers get beside each part, such as a content warning. `price` is a line on
    what it costs, or "". `pictures` are the addresses of its pictures by their SHA-256: those of
    the database, others with their bytes in them.
    """

    thread: ComposedThread
    beside: tuple[str, ...] = ()
    price: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)


def of(
    context: Context,
    threads: Iterable[ComposedThread],
    fits: Fittings | None = None,
    base: str = "/pictures",
) -> list[ShownThread]:
    """Threads with what pages show beside them.

    `fits` has the pictures that the database may not have: a slide that was drawn to be looked at.
    The addresses of the others begin with `base`.
    """
    shown = list(threads)
    pictures = _pictures(context, shown, fits, base)
    return [
        ShownThread(
            thread,
            protocol.beside(context.publishers[thread.account]),
            price_line(thread, is_live=context.config.live),
            pictures,
        )
        for thread in shown
    ]


def price_line(thread: ComposedThread, *, is_live: bool) -> str:
    """What sending a thread costs, in a line; "" where it costs nothing."""
    cost = thread.cost
    if cost is None:
        return ""
    heading = "Price" if is_live else "Price when live"
    reads = f"${price.mills(cost.reads)} of it for reading"
    return f"{heading}: {cost}; {reads}; by the price list of {cost.read_on}"


def hashes(threads: Iterable[ComposedThread]) -> dict[str, str]:
    """The types of all pictures of threads, by their SHA-256."""
    shown = list(threads)
    images = {
        part.image.sha256: part.image.mime
        for thread in shown
        for part in thread.parts
        if part.image
    }
    cards = {
        thread.card.image.sha256: thread.card.image.mime
        for thread in shown
        if thread.card and thread.card.image
    }
    return images | cards


def _pictures(
    context: Context, threads: Sequence[ComposedThread], fits: Fittings | None, base: str
) -> dict[str, str]:
    images = hashes(threads)
    with context.read() as work:
        stored = work.pictures.known(images)
    found = {sha256: f"{base}/{sha256}" for sha256 in stored}
    if fits:
        for sha256 in images.keys() - stored:
            data = base64.b64encode(fits.data(sha256)).decode()
            found[sha256] = f"data:{images[sha256]};base64,{data}"
    return found

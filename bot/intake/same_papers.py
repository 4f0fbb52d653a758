"""Finds collages about the same paper in the queue and in history, and says so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import same_paper, times
from bot.core.collage import Collage, Item, State
from bot.storage.work import Work


class Twin(NamedTuple):
    """Another collage about the same paper, and by what that is known: "arXiv 2103.03230"."""

    other: Collage
    why: str


def of(work: Work, series: Series, item: Item, own_id: int | None = None) -> list[Twin]:
    """The collages of a series about an item's paper, the oldest first; not the item's own row."""
    return _twins(item, work.queue.about(series.name, same_paper.keys(item.paper)), own_id)


def of_all(work: Work, series: Series, items: Sequence[Collage]) -> dict[int, list[Twin]]:
    """The collages about the same paper as each of some collages, by id; only where there are any.

    One look into the database, however many they are.
    """
    keys = dict.fromkeys(key for item in items for key in same_paper.keys(item.paper))
    candidates = work.queue.about(series.name, keys)
    found = {item.id: _twins(item, candidates, item.id) for item in items}
    return {item_id: twins for item_id, twins in found.items() if twins}


def sentences(series: Series, twins: Iterable[Twin]) -> tuple[str, ...]:
    """What a person should know of each twin, without a full stop."""
    return tuple(_sentence(series, twin) for twin in twins)


def cautions(context: Context, series: Series, items: Sequence[Collage]) -> Mapping[int, list[str]]:
    """What a person should know before each of these collages goes out, by id.

    A collage that comes later in the queue is no reason to hesitate about the one before it.
    """
    with context.read() as work:
        twins = of_all(work, series, items)
    by_id = {item.id: item for item in items}
    return {
        item_id: [
            f"{by_id[item_id].name}: {_sentence(series, twin)}"
            for twin in found
            if comes_first(twin.other, by_id[item_id])
        ]
        for item_id, found in twins.items()
    }


def comes_first(other: Collage, item: Collage) -> bool:
    """Whether another collage is out or on its way, or stands before this one in the queue."""
    if other.state in {State.POSTED, State.CLAIMED}:
        return True
    return other.state is State.READY and other.position < item.position


def _twins(item: Item, candidates: Iterable[Collage], own_id: int | None) -> list[Twin]:
    found = []
    for other in candidates:
        if other.id == own_id:
            continue
        if why := same_paper.reason(item.paper, other.paper):
            found.append(Twin(other, why))
    return found


def _sentence(series: Series, twin: Twin) -> str:
    other = twin.other
    where = "in the queue"
    if other.state is State.POSTED:
        where = "out"
        if other.posted_at and not other.posted_is_assumed:
            where = f"out since {times.day(other.posted_at.astimezone(series.zone).date())}"
    elif other.state is State.CLAIMED:
        where = "on its way"
    elif other.state is not State.READY:
        where = f"in the queue, {other.state}"
    if twin.why.startswith("the link "):
        address = twin.why.removeprefix("the link ")
        return f"{other.name} ({where}) gives the same address for its paper: {address}"
    return f"{other.name} ({where}) is about the same paper: {twin.why}"

"""Finds collages about the same paper, or with the same alt text, and says so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import same_paper, times
from bot.core.collage import Collage, Item, State, is_blank
from bot.storage.work import Work

SAME_ALT = "the same alt text"


class Twin(NamedTuple):
    """Another collage about the same paper, and by what that is known: "arXiv 2103.03230".

    Or one about another paper that has `SAME_ALT`.
    """

    other: Collage
    why: str


def of(work: Work, series: Series, item: Item, own_id: int | None = None) -> list[Twin]:
    """The collages of a series about an item's paper, the oldest first; not the item's own row."""
    return _twins(item, work.queue.about(series.name, same_paper.keys(item.paper)), own_id)


def with_alts(work: Work, series: Series, item: Item, own_id: int | None = None) -> list[Twin]:
    """As `of`, and the collages about other papers that have the item's alt text."""
    found = of(work, series, item, own_id)
    return found + _same_alts(item, work.queue.with_alt(series.name, _alts([item])), own_id, found)


def of_all(work: Work, series: Series, items: Sequence[Collage]) -> dict[int, list[Twin]]:
    """As `with_alts` for each of some collages, by id; only where there are any.

    Two looks into the database, however many they are.
    """
    keys = dict.fromkeys(key for item in items for key in same_paper.keys(item.paper))
    about = work.queue.about(series.name, keys)
    alike = work.queue.with_alt(series.name, _alts(items))
    found = {}
    for item in items:
        twins = _twins(item, about, item.id)
        found[item.id] = twins + _same_alts(item, alike, item.id, twins)
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


def _alts(items: Iterable[Item]) -> list[str]:
    """The alt texts that somebody wrote; those of drawn slides name the paper."""
    written = [item.alt for item in items if not (isinstance(item, Collage) and item.alt_is_drawn)]
    return list(dict.fromkeys(alt for alt in written if not is_blank(alt)))


def _same_alts(
    item: Item, candidates: Iterable[Collage], own_id: int | None, known: Iterable[Twin]
) -> list[Twin]:
    """The candidates that have the item's alt text, but for itself and those that are known."""
    others = {own_id, *(twin.other.id for twin in known)}
    return [
        Twin(other, SAME_ALT)
        for other in candidates
        if other.alt == item.alt and other.id not in others
    ]


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
    if twin.why == SAME_ALT:
        return f"{other.name} ({where}) has the same alt text; say what this picture shows"
    if twin.why.startswith("the link "):
        address = twin.why.removeprefix("the link ")
        return f"{other.name} ({where}) gives the same address for its paper: {address}"
    return f"{other.name} ({where}) is about the same paper: {twin.why}"

"""Finds collages that repeat another one's paper, picture or alt text, in the queue and in history,
and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core import appearance, same_paper, times
from bot.core.collage import Collage, Item, Picture, State, is_blank
from bot.storage.pictures import Shown
from bot.storage.work import Work

SAME_ALT = "has the same alt text; say what this picture shows"


class Twin(NamedTuple):
    """Another collage, and what it has in common: "is about the same paper: arXiv 2103.03230"."""

    other: Collage
    what: str


def of(
    work: Work, series: Series, item: Item, picture: Picture | None, own_id: int | None = None
) -> list[Twin]:
    """The collages of a series with an item's paper or alt text, or a picture that looks the same.

    The oldest come first, and not the item's own row; no `picture` means none to compare.
    """
    found = of_paper(work, series, item, own_id)
    if picture:
        alike = _alike(picture, work.pictures.shown_in(series.name), own_id)
        others = work.queue.by_ids(list(alike))
        found += [Twin(other, alike[other.id]) for other in others.values()]
    candidates = work.queue.with_alt(series.name, _written_alts([item]))
    return found + _same_alts(item, candidates, own_id, found)


def of_paper(work: Work, series: Series, item: Item, own_id: int | None = None) -> list[Twin]:
    """As `of`, by the paper only."""
    candidates = work.queue.about(series.name, same_paper.keys(item.paper))
    return _about_same(item, candidates, own_id)


def of_all(work: Work, series: Series, items: Sequence[Collage]) -> dict[int, list[Twin]]:
    """The twins of each of some collages, by id; only where there are any.

    A few looks into the database, however many collages they are.
    """
    keys = dict.fromkeys(key for item in items for key in same_paper.keys(item.paper))
    candidates = work.queue.about(series.name, keys)
    found = {item.id: _about_same(item, candidates, item.id) for item in items}
    with_picture = [(item, picture) for item in items if (picture := own_picture(item))]
    if with_picture:
        shown = work.pictures.shown_in(series.name)
        alike = {item.id: _alike(picture, shown, item.id) for item, picture in with_picture}
        others = work.queue.by_ids(sorted({each for ids in alike.values() for each in ids}))
        for item_id, ids in alike.items():
            found[item_id] += [Twin(others[each], what) for each, what in ids.items()]
    with_alt = work.queue.with_alt(series.name, _written_alts(items))
    for item in items:
        found[item.id] += _same_alts(item, with_alt, item.id, found[item.id])
    return {item_id: twins for item_id, twins in found.items() if twins}


def own_picture(item: Collage) -> Picture | None:
    """The picture that somebody made for a collage; slides that we draw all look alike."""
    if item.picture_is_drawn:
        return None
    return item.picture


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


def _about_same(item: Item, candidates: Iterable[Collage], own_id: int | None) -> list[Twin]:
    found = []
    for other in candidates:
        if other.id == own_id:
            continue
        why = same_paper.reason(item.paper, other.paper)
        if why.startswith("the link "):
            address = why.removeprefix("the link ")
            found.append(Twin(other, f"gives the same address for its paper: {address}"))
        elif why:
            found.append(Twin(other, f"is about the same paper: {why}"))
    return found


def _alike(picture: Picture, shown: Iterable[Shown], own_id: int | None) -> dict[int, str]:
    """The collages whose pictures look like this one, by id, and what is to be said of each."""
    found = {}
    for other in shown:
        if other.collage_id == own_id:
            continue
        if (other.sha256, other.page) == (picture.sha256, picture.page):
            found[other.collage_id] = "has the same picture"
        elif appearance.is_alike(picture.fingerprint, other.fingerprint):
            found[other.collage_id] = "has a picture that looks the same"
    return found


def _written_alts(items: Iterable[Item]) -> list[str]:
    """The alt texts that somebody wrote; those of slides that we draw name the paper."""
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
    return f"{other.name} ({where}) {twin.what}"

"""Collages that are looked for by a few words, of all series."""

from typing import NamedTuple

from bot.context import Context
from bot.core.collage import Collage
from bot.core.text import markdown

MOST = 20
"""Collages that are told of."""


class Found(NamedTuple):
    """A collage that fits what was looked for, and how well: less is better."""

    rank: int
    item: Collage


def collages(context: Context, text: str) -> list[Collage]:
    """The collages whose NAME or title has all these words; the queue first, then the newest."""
    words = text.casefold().split()
    if not words:
        return []
    found = list[Found]()
    with context.read() as work:
        for name in context.config.series:
            queue = work.queue.waiting(name)
            listed = [*queue, *work.queue.posted_matching(name, words, MOST)]
            found += [Found(_rank(item, words), item) for item in listed if _fits(item, words)]
    ordered = sorted(found, key=lambda each: each.rank)
    by_id = {each.item.id: each.item for each in ordered}
    return list(by_id.values())[:MOST]


def _fits(item: Collage, words: list[str]) -> bool:
    told = f"{item.name} {markdown.line(item.paper.title)}".casefold()
    return all(word in told for word in words)


def _rank(item: Collage, words: list[str]) -> int:
    """Nothing for the very name, little for one that begins like that."""
    text = "-".join(words)
    if item.name == text:
        return 0
    return 1 if item.name.startswith(text) else 2

"""A stretch of a text that means something: a link, a tag, a mention."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """`text` is what stands from `start` up to `end`, counted in code points."""

    start: int
    end: int
    text: str


def apart(spans: Iterable[Span]) -> list[Span]:
    """The spans without those that overlap one that begins before them.

    Of two that begin at one place the first given is kept.
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return kept


def beside(first: Collection[Span], others: Iterable[Span]) -> list[Span]:
    """The first spans, and those of the others that overlap none of them, in order."""
    free = [
        span
        for span in apart(others)
        if all(span.end <= taken.start or taken.end <= span.start for taken in first)
    ]
    return sorted([*first, *free], key=lambda span: span.start)

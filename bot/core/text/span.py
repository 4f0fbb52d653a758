"""A stretch of a text that means something: a link, a tag, a mention."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """`text` is what stands from `start` up to `end`, counted in code points."""

    start: int
    end: int
    text: str


def apart(spans: Iterable[Span]) -> list[Span]:
    """Those that do not reach into one that begins before them; of two at one place the first
    given.
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return kept

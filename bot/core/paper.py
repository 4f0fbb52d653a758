"""A paper and how it is cited ("Feurer et al. (2021)")."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.core import identifiers

SUFFIXES = {"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"}
"""What may follow a family name and is left out of a citation."""


class LinkKind(StrEnum):
    PAPER = "paper"
    CODE = "code"
    PROJECT = "project"
    TALK = "talk"
    PODCAST = "podcast"
    BLOG = "blog"
    DEMO = "demo"


class Link(NamedTuple):
    kind: LinkKind
    url: str


class Figure(NamedTuple):
    """A figure of the paper, as an article shows it; `source` is where it was taken from."""

    file: str
    caption: str = ""
    source: str = ""


class Reference(NamedTuple):
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Paper:
    """`authors` as far as they are known, in order; `others` says that there are more."""

    title: str
    authors: tuple[str, ...] = ()
    others: bool = False
    year: int | None = None
    links: tuple[Link, ...] = ()
    arxiv_id: str = ""
    doi: str = ""
    licence: str = ""
    figures: tuple[Figure, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def citation(self) -> str:
        return cite(self)

    def links_of(self, kind: LinkKind) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.kind == kind)


def family_name(name: str) -> str:
    """The part of a name a citation uses: "Gelman, Andrew" and "Andrew Gelman" give "Gelman".

    Lower-case particles belong to it ("Laurens van der Maaten" → "van der Maaten"); a single word
    is kept whole.
    """
    before, comma, after = (piece.strip() for piece in name.partition(","))
    if comma and after not in SUFFIXES:
        return before or after
    words = before.split()
    while len(words) > 1 and words[-1] in SUFFIXES:
        words.pop()
    first = max(len(words) - 1, 0)
    least = 0
    # Where even the last word is in small letters, all may be: then the first is a given name.
    if words and _is_particle(words[-1]):
        least = 1
    while first > least and _is_particle(words[first - 1]):
        first -= 1
    return " ".join(words[first:])


def _is_particle(word: str) -> bool:
    return word.lstrip("'’")[:1].islower()


def cite(paper: Paper) -> str:
    """How a paper is cited: "A (2021)", "A & B (2021)", with more authors "A et al. (2021)".

    The year is left out where it is not known, the names where no author is.
    """
    pieces = []
    names = [family_name(author) for author in paper.authors]
    if names and (paper.others or len(names) > 2):
        pieces.append(f"{names[0]} et al.")
    elif names:
        pieces.append(" & ".join(names))
    if paper.year:
        pieces.append(f"({paper.year})")
    return " ".join(pieces)


def same_address(one: str, other: str) -> bool:
    """Whether two addresses lead to the same paper, in whatever form and on whatever site."""
    return identifiers.of_address(one) == identifiers.of_address(other)


def kinds_in_order(links: Iterable[Link]) -> list[Link]:
    """Links sorted by kind in the order of `LinkKind`, each kind's own order kept."""
    order = list(LinkKind)
    return sorted(links, key=lambda link: order.index(link.kind))


def replaced(
    links: Sequence[Link], wanted: Sequence[Link], unwanted: Sequence[LinkKind] = ()
) -> tuple[Link, ...]:
    """The links with the wanted ones in place of those of their kinds, and none of some kinds.

    New ones stand where the first of their kind stood; those of a kind that was not there come
    last.
    """
    rest = list(wanted)
    found: list[Link] = []
    for link in links:
        if link.kind in unwanted:
            continue
        if all(link.kind != new.kind for new in wanted):
            found.append(link)
            continue
        found += [new for new in rest if new.kind == link.kind]
        rest = [new for new in rest if new.kind != link.kind]
    return (*found, *rest)

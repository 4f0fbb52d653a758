"""A paper, its links, and which addresses lead to the same one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.core import citation, identifiers


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
        """How it is cited where no language is known; posts and pages have `Words.cite`."""
        return citation.cite(self.authors, self.year, others=self.others)

    def links_of(self, kind: LinkKind) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.kind == kind)


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

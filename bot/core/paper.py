"""A paper, its links, and which addresses lead to the same one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.core import citation


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
    """Whether two URLs lead to the same paper.

    Scheme, "www." and a last slash make no difference, nor do arXiv's versions and forms (abs,
    pdf, html).
    """
    return _canonical(one) == _canonical(other)


def _canonical(url: str) -> str:
    bare = url.strip().split("://", 1)[-1].removeprefix("www.").rstrip("/")
    host, _, path = bare.partition("/")
    host = host.lower()
    if host.endswith("arxiv.org") and path.startswith(("abs/", "pdf/", "html/")):
        path = path.split("/", 1)[1].removesuffix(".pdf")
        stem, version, digits = path.rpartition("v")
        if version and digits.isdigit():
            path = stem
        host = "arxiv.org"
    return f"{host}/{path}"


def kinds_in_order(links: Iterable[Link]) -> list[Link]:
    """Links sorted by kind in the order of `LinkKind`, each kind's own order kept."""
    order = list(LinkKind)
    return sorted(links, key=lambda link: order.index(link.kind))

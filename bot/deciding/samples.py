"""Collages that no queue holds, for filling templates: what a series may meet some day.

Each is one that the program's own templates make a thread of on every network.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from bot.core.collage import Collage, Picture, State
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference

SHA256 = "0" * 64
"""The picture of every sample."""

ORDINARY = Collage(
    id=0,
    series="",
    name="example",
    paper=Paper(
        title="An Example: Every Field Has a Value",
        authors=("Ada Example", "Bo Example"),
        others=True,
        year=2021,
        links=tuple(Link(kind, f"https://example.org/{kind}") for kind in LinkKind),
        arxiv_id="2101.00001",
        doi="10.1000/example",
        licence="CC BY 4.0",
        figures=(Figure("figure.png", "A figure", "https://example.org/figure"),),
        references=(Reference("A reference", "https://example.org/reference"),),
    ),
    paragraph="One sentence. A second one with a [link](https://example.org/link).",
    alt="A drawing of an example: two boxes and an arrow.",
    printed_number="29/52",
    caption="Figures by the authors",
    state=State.READY,
    position=1,
    picture=Picture(SHA256, "image/png", 16, 9, 100, "example.png"),
)
"""A sample in which every field has a value."""

BARE = replace(
    ORDINARY,
    name="bare",
    paper=Paper(title="Bare", authors=("Ada Example",)),
    paragraph="It works.",
    printed_number="",
    caption="",
)

LONG = " ".join(
    f"Sentence {number} of this paragraph says a little more of what was found and why it matters."
    for number in range(1, 25)
)
CHINESE = "".join(
    f"我们提出的第{number}种方法在许多任务上都有效。实验{number}表明，它比以前的方法更快。"
    for number in range(1, 9)
)
GERMAN = "Die Größe des Modells, z. B. mit 3 Mio. Gewichten, ist nicht alles. Auch Übung zählt."
FORMULAS = r"The loss is $\mathcal{L} = \sqrt{s} + \alpha^2$. We bound it by $O(n \log n)$."


class Sample(NamedTuple):
    """A collage, and what it is a sample of, in a few words."""

    what: str
    collage: Collage
    number: int | None = 1


def _paper(what: str, **values: object) -> Sample:
    return Sample(what, replace(ORDINARY, paper=replace(ORDINARY.paper, **values)))  # type: ignore[arg-type]


def collages(first: int) -> Iterator[Sample]:
    """The samples for a series whose numbers begin with `first`."""
    for sample in (
        Sample("every field has a value", ORDINARY),
        Sample("nothing but a title, an author and a sentence", BARE),
        _paper("no links", links=()),
        _paper("no year", year=None),
        _paper("one author", authors=("Ada Example",), others=False),
        _paper("twelve authors", authors=tuple(f"Ada Example {n}" for n in range(12))),
        _paper("a team as author", authors=("The Example Team",), others=False),
        _paper(
            "a long title", title="A Title That Says All There Is to Say, " * 2 + "and Then Some"
        ),
        _paper("a Chinese title", title="一种能够看懂图像的神经网络：从数据到模型"),
        Sample("a long paragraph", replace(ORDINARY, paragraph=LONG)),
        Sample("a Chinese paragraph", replace(ORDINARY, paragraph=CHINESE)),
        Sample("a German paragraph", replace(ORDINARY, paragraph=GERMAN)),
        Sample("formulas", replace(ORDINARY, paragraph=FORMULAS)),
    ):
        yield sample._replace(number=first)
    yield Sample("no number", ORDINARY, None)
    yield Sample("the last number of a year", ORDINARY, 53)


ROUNDUPS = (1, 4, 9)
"""How many papers the roundups of samples hold."""


def several(count: int) -> list[Collage]:
    """So many different collages, for a roundup."""
    made = [sample.collage for sample in collages(1)]
    return [
        replace(made[number % len(made)], id=number, name=f"example-{number}", position=number)
        for number in range(count)
    ]

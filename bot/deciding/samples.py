"""Collages that no queue holds, for filling templates: what a series may meet some day.

Each is one that the program's own templates make a thread of on every network.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from bot.composing import slides
from bot.core import slide
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


def _png(width: int, height: int) -> bytes:
    """A grey picture of that size as a PNG (https://www.w3.org/TR/png-3/)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xb0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SIZES = ((160, 90), (90, 120), (400, 60), (60, 200), (100, 100), (120, 80))
"""Of the figures on slides of samples, in pixels."""


def figure_of(figure: slide.Figure) -> slides.Stored:
    """The bytes of a sample's figure."""
    width, height = SIZES[int(figure.sha256)]
    return slides.Stored(_png(width, height), "image/png")


def bytes_of(picture: Picture) -> bytes:
    """The bytes of a sample's picture."""
    return _png(picture.width, picture.height)


def slides_of_samples() -> Iterator[Sample]:
    """Collages with slides: without and with figures, and with long texts."""
    figures = [
        slide.Figure(f"{place}.png", f"Figure {place}, of something", str(place))
        for place in range(len(SIZES))
    ]
    long = replace(ORDINARY.paper, title="A Title That Says All There Is to Say, " * 8)
    chinese = replace(ORDINARY.paper, title="一种能够看懂图像的神经网络：从数据到模型")
    say = ("It scales.", FORMULAS, "More data helps, and more of it helps more.", GERMAN)
    for what, paper, count, takeaways in (
        ("a slide with a title alone", ORDINARY.paper, 0, ()),
        ("a slide with one figure", ORDINARY.paper, 1, ()),
        ("a slide with three figures and two takeaways", ORDINARY.paper, 3, say[:2]),
        ("a slide with all there can be", long, 6, say),
        ("a Chinese slide", chinese, 2, (CHINESE[:60],)),
    ):
        on_it = slide.Slide(tuple(figures[:count]), takeaways)
        yield Sample(what, replace(ORDINARY, paper=paper, slide=on_it))


ROUNDUPS = (1, 4, 9)
"""How many papers the roundups of samples hold."""


def several(count: int) -> list[Collage]:
    """So many different collages, for a roundup."""
    made = [sample.collage for sample in collages(1)]
    return [
        replace(made[number % len(made)], id=number, name=f"example-{number}", position=number)
        for number in range(count)
    ]

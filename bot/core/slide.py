"""What a collage's slide shows beside its paper: figures, what to take away, and how it looks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.core.text import markdown

MOST_FIGURES = 6
MOST_TAKEAWAYS = 4

LENGTHS = {"figure": 300, "caption": 300, "takeaway": 300, "theme": 40}
"""The most characters of each; what the page has no room for ends with an ellipsis, and is told."""

FORMATS = {"16:9": (1280, 720), "4:3": (1280, 960)}
"""The page's width and height by its format, in points of two pixels each."""

DEFAULT_FORMAT = "16:9"


class Figure(NamedTuple):
    """A figure on a slide: its file as it was named, its caption, and the SHA-256 of its bytes."""

    file: str
    caption: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Slide:
    """The figures in their order and the takeaways; an empty `theme` or `format` is the series'.

    `drawn` is the fingerprint of what the picture was last drawn from; `unshown` is what no font
    could show then, and `cut` names what was too long.
    """

    figures: tuple[Figure, ...] = ()
    takeaways: tuple[str, ...] = ()
    theme: str = ""
    format: str = ""
    drawn: str = field(default="", compare=False)
    unshown: tuple[str, ...] = field(default=(), compare=False)
    cut: tuple[str, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        """Whether anything is said of the slide; without it a title is all that it shows."""
        return self != NONE


NONE = Slide()
"""The slide of which nothing is said."""


def problems(slide: Slide) -> Iterator[str]:
    """What cannot be on a slide, each a clause that names the key."""
    if len(slide.figures) > MOST_FIGURES:
        yield (
            f"slide.figures: has {len(slide.figures)} figures, "
            f"and a slide shows at most {MOST_FIGURES}"
        )
    if len(slide.takeaways) > MOST_TAKEAWAYS:
        yield (
            f"slide.takeaways: has {len(slide.takeaways)} entries, "
            f"and a slide shows at most {MOST_TAKEAWAYS}"
        )
    if slide.format and slide.format not in FORMATS:
        yield f"slide.format: must be {' or '.join(FORMATS)}, not {slide.format[:40]}"


def told_cut(cut: Iterable[str]) -> str:
    """What a person should know of what was too long for the page."""
    return f"its slide has no room for all of {', '.join(cut)}, which ends with …; make it shorter"


def texts(slide: Slide) -> Iterator[tuple[str, str]]:
    """All texts of a slide, each with the name of its field."""
    for figure in slide.figures:
        yield "figure", figure.file
        yield "caption", figure.caption
    yield from (("takeaway", text) for text in slide.takeaways)
    yield "theme", slide.theme


def stored(slide: Slide) -> dict[str, Any]:
    """The slide as the database keeps it."""
    if not (slide or slide.drawn):
        return {}
    return {
        "figures": [figure._asdict() for figure in slide.figures],
        "takeaways": list(slide.takeaways),
        "theme": slide.theme,
        "format": slide.format,
        "drawn": slide.drawn,
        "unshown": list(slide.unshown),
        "cut": list(slide.cut),
    }


def from_stored(values: Mapping[str, Any]) -> Slide:
    """The slide that `stored` gave."""
    return Slide(
        figures=tuple(Figure(**figure) for figure in values.get("figures", ())),
        takeaways=tuple(values.get("takeaways", ())),
        theme=values.get("theme", ""),
        format=values.get("format", ""),
        drawn=values.get("drawn", ""),
        unshown=tuple(values.get("unshown", ())),
        cut=tuple(values.get("cut", ())),
    )


def read(slide: Slide) -> Slide:
    """The slide with its texts as people read them, formulas in Unicode."""
    return Slide(
        tuple(figure._replace(caption=markdown.line(figure.caption)) for figure in slide.figures),
        tuple(map(markdown.line, slide.takeaways)),
        slide.theme,
        slide.format,
    )

"""A plain slide for a paper that has no picture yet: its title, authors and number, drawn, and
described as drawn.
"""

import bisect
import io
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.pictures import font

Measure = Callable[[str], float]

WIDTH, HEIGHT, MARGIN = 1600, 900, 120
COLUMN = WIDTH - 2 * MARGIN
OVERSAMPLING = 2
"""Drawn at twice the size and then reduced: smooth edges, and places between the pixels."""

PAPER, INK, GREY = "#fbfaf7", "#1c1d20", "#5d6066"
ACCENTS = ("#3f6b2f", "#9c3d2a", "#74396b", "#1f6688", "#0f6b63", "#33508f", "#8c3550", "#80590c")
"""The title takes one. On the paper each has a contrast of at least 4.5 : 1 (WCAG AA)."""

TITLE_SIZES = range(128, 39, -4)
TITLE_HEIGHT, LEADING = 410, 1.16
MOST_READ = 1_000
"""Characters of a text that are looked at: of a title the smallest size holds about half as many.
"""

_OPENING, _CLOSING = "「『（《〈【［｛", "、。，．：；？！）」』】》〉］｝…"
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_PIECE = re.compile(rf" ?(?:[{_OPENING}]*[{_CJK}][{_CLOSING}]*|[^ {_CJK}]+[{_CLOSING}]*)")
"""What stays together on a line: a word, or a Chinese character with the punctuation that clings to
it.
"""


@dataclass(frozen=True, slots=True)
class Slide:
    """`alt` describes what is really on the slide; `unshown` names what no font here could show."""

    png: bytes
    alt: str
    unshown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is drawn; `x` is its left or its right edge; `weight` thickens the strokes by a
    part of `size`.
    """

    face: font.Face
    text: str
    size: int
    x: int
    baseline: float
    colour: str
    weight: float = 0
    is_right: bool = False


def draw(
    title: str, authors: str, number: str, series: str, folders: Sequence[str] = font.FOLDERS
) -> Slide:
    """The slide as a PNG of 1600 × 900: from the same words and fonts the same bytes.

    `number` may be empty.
    """
    words = {"title": title, "authors": authors, "series": series, "number": number}
    shown = {name: font.choose(text[:MOST_READ], folders) for name, text in words.items()}
    accent = ACCENTS[zlib.crc32(title.encode(errors="replace")) % len(ACCENTS)]
    heading, is_cut = _heading(shown["title"])
    lines = [
        *heading,
        *_under(heading, shown["authors"]),
        *_foot(shown["series"], shown["number"], accent),
    ]
    unshown = tuple(
        dict.fromkeys(part for lettering in shown.values() for part in lettering.unshown)
    )
    alt = _alt(
        title, shown, is_whole=not (is_cut or shown["title"].unshown or len(title) > MOST_READ)
    )
    return Slide(_png(lines, accent), alt, unshown)


def _heading(title: font.Lettering) -> tuple[list[_Line], bool]:
    """The title in the largest size that fits, its lines about equally long; and whether it had to
    be cut.
    """
    pieces = _PIECE.findall(title.text)
    for size in TITLE_SIZES:
        measure, most = title.face.sized(size).getlength, int(TITLE_HEIGHT / (size * LEADING))
        texts = _wrapped(pieces, measure, COLUMN)
        if len(texts) <= most and all(measure(piece.strip()) <= COLUMN for piece in pieces):
            break
    for width in range(COLUMN, COLUMN // 2, -COLUMN // 40):
        narrower = _wrapped(pieces, measure, width)
        if len(narrower) > len(texts) or max(map(measure, narrower), default=0) > width:
            break
        texts = narrower
    is_cut = len(texts) > most
    if is_cut:
        texts = [*texts[: most - 1], _cut(texts[most - 1], measure, COLUMN)]
    top = MARGIN + 0.74 * size  # the first baseline, so that capitals begin at the margin
    baselines = (top + row * size * LEADING for row in range(len(texts)))
    lines = [
        _Line(title.face, text, size, MARGIN, baseline, INK, 0.012)
        for text, baseline in zip(texts, baselines, strict=True)
    ]
    return lines, is_cut


def _under(heading: list[_Line], authors: font.Lettering) -> list[_Line]:
    text, size = _on_one_line(authors, range(44, 27, -4), COLUMN)
    baseline = heading[-1].baseline + 92 if heading else MARGIN + 0.74 * size
    return [_Line(authors.face, text, size, MARGIN, baseline, GREY)]


def _foot(series: font.Lettering, number: font.Lettering, accent: str) -> list[_Line]:
    digits, digits_size = _on_one_line(number, range(150, 39, -10), COLUMN // 2)
    name, name_size = _on_one_line(series, range(38, 25, -4), COLUMN // 2 - 40)
    return [
        _Line(series.face, name, name_size, MARGIN, HEIGHT - MARGIN - 40, accent, 0.012),
        _Line(
            number.face,
            digits,
            digits_size,
            WIDTH - MARGIN,
            HEIGHT - MARGIN,
            accent,
            0.01,
            is_right=True,
        ),
    ]


def _on_one_line(lettering: font.Lettering, sizes: Iterable[int], width: int) -> tuple[str, int]:
    for size in sizes:
        measure = lettering.face.sized(size).getlength
        if measure(lettering.text) <= width:
            return lettering.text, size
    return _cut(lettering.text, measure, width), size


def _cut(text: str, measure: Measure, width: float) -> str:
    return text[: _fitting(text, measure, width - measure("…"))].rstrip() + "…"


def _fitting(text: str, measure: Measure, width: float) -> int:
    """How many of the first characters fit."""
    return bisect.bisect_right(range(1, len(text) + 1), width, key=lambda end: measure(text[:end]))


def _wrapped(pieces: Sequence[str], measure: Measure, width: float) -> list[str]:
    """The pieces on lines; one that is longer than a line is broken where the line ends."""
    lines = [""]
    for piece in pieces:
        if measure(longer := (lines[-1] + piece).lstrip()) <= width:
            lines[-1] = longer
            continue
        rest = piece.lstrip()
        while (end := max(1, _fitting(rest, measure, width))) < len(rest):
            lines.append(rest[:end])
            rest = rest[end:]
        lines.append(rest)
    return [line for line in lines if line]


def _png(lines: Iterable[_Line], accent: str) -> bytes:
    from PIL import Image, ImageDraw  # heavy: 16 ms

    image = Image.new("RGB", (WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING), PAPER)
    pen = ImageDraw.Draw(image)
    bar = (MARGIN, HEIGHT - MARGIN - 10, MARGIN + 150, HEIGHT - MARGIN)
    pen.rectangle([edge * OVERSAMPLING for edge in bar], fill=accent)
    for line in lines:
        sized = line.face.sized(line.size * OVERSAMPLING)
        weight = line.size * line.weight * OVERSAMPLING
        mask, offset = sized.getmask2(line.text, anchor="ls", stroke_width=weight)
        ink = mask.getbbox() or (0, 0, 0, 0)
        # The ink ends at the margin, not the blank that letters have beside them.
        x = line.x * OVERSAMPLING - offset[0] - (ink[2] if line.is_right else ink[0])
        pen.text(
            (x, line.baseline * OVERSAMPLING),
            line.text,
            line.colour,
            sized,
            "ls",
            stroke_width=weight,
        )
    out = io.BytesIO()
    image.reduce(OVERSAMPLING).save(out, "PNG", compress_level=9)
    return out.getvalue()


def _alt(title: str, shown: Mapping[str, font.Lettering], *, is_whole: bool) -> str:
    """What is on the slide, in at most 1,000 characters; a title that is not there in full is added
    in full.
    """
    drawn, full = _short(shown["title"].text, 150), _short(title, 500)
    if is_whole:
        words = f" with the title “{full}”" if full else ""
    else:
        words = f" with these words of its title: “{drawn}”" if drawn else " without its title"
    by, series, number = (_short(shown[name].text, 100) for name in ("authors", "series", "number"))
    parts = [f"Plain slide{words}", by and f"by {by}", f"{series} {number}".strip()]
    more = "" if is_whole else f" The paper’s title: “{full}”."
    return ", ".join(part for part in parts if part) + "." + more


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"

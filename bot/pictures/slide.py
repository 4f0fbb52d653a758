"""Draws a plain slide for a paper without a picture, and describes it in its alt text."""

import bisect
import io
import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.words import SlideWords
from bot.pictures import font

Measure = Callable[[str], float]

WIDTH, HEIGHT, MARGIN = 1600, 900, 120
COLUMN = WIDTH - 2 * MARGIN
OVERSAMPLING = 2
"""Drawn at twice the size and then reduced: for smooth edges, and positions between pixels."""

PAPER, INK, GREY = "#fbfaf7", "#1c1d20", "#5d6066"
ACCENTS = ("#3f6b2f", "#9c3d2a", "#74396b", "#1f6688", "#0f6b63", "#33508f", "#8c3550", "#80590c")
"""One is chosen by the title. Each has a contrast of at least 4.5 : 1 to `PAPER` (WCAG 2.1, AA)."""

TITLE_SIZES = range(128, 39, -4)
TITLE_HEIGHT, LEADING = 410, 1.16
MOST_READ = 1_000
"""Characters of a text that are read; the smallest size shows about half as many of a title."""

_OPENING, _CLOSING = "「『（《〈【［｛", "、。，．：；？！）」』】》〉］｝…"
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_PIECE = re.compile(rf" ?(?:[{_OPENING}]*[{_CJK}][{_CLOSING}]*|[^ {_CJK}]+[{_CLOSING}]*)")
"""What stays together on a line: a word, or a Chinese character with the punctuation beside it."""


@dataclass(frozen=True, slots=True)
class Slide:
    """A drawn slide, and the texts on it as its fonts could show them.

    `unshown` lists what no font could show; `is_whole` says that the title is there in full.
    """

    png: bytes
    title: str
    shown: Mapping[str, font.Lettering]
    is_whole: bool
    unshown: tuple[str, ...] = ()

    def alt(self, phrases: SlideWords) -> str:
        """Describe what is on the slide in a series' phrases, in at most 1,000 characters.

        A title that the slide does not show in full is added in full: alt text is read for it.
        """
        drawn, full = _short(self.shown["title"].text, 150), _short(self.title, 500)
        by, series, number = (
            _short(self.shown[name].text, 100) for name in ("authors", "series", "number")
        )
        slide, more = phrases.slide, ""
        if not self.is_whole:
            more = phrases.whole.format(full)
            slide += phrases.part.format(drawn) if drawn else phrases.untitled
        elif full:
            slide += phrases.title.format(full)
        parts = [slide, by and phrases.by.format(by), f"{series} {number}".strip()]
        return phrases.comma.join(part for part in parts if part) + phrases.stop + more


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text to be drawn, in pixels of the finished slide.

    `x` is its left edge or, if it `is_right`, its right edge; `weight` thickens the strokes, as a
    fraction of `size`.
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
    """Draw a slide as a PNG of 1600 × 900; the same texts and fonts give the same bytes.

    `number` may be empty.
    """
    texts = {"title": title, "authors": authors, "series": series, "number": number}
    shown = {name: font.choose(text[:MOST_READ], folders) for name, text in texts.items()}
    accent = ACCENTS[zlib.crc32(title.encode(errors="replace")) % len(ACCENTS)]
    heading, is_cut = _heading(shown["title"])
    lines = [
        *heading,
        *_under(heading, shown["authors"]),
        *_foot(shown["series"], shown["number"], accent),
    ]
    is_whole = not (is_cut or shown["title"].unshown or len(title) > MOST_READ)
    unshown = itertools.chain.from_iterable(lettering.unshown for lettering in shown.values())
    return Slide(
        png=_png(lines, accent),
        title=title,
        shown=shown,
        is_whole=is_whole,
        unshown=tuple(dict.fromkeys(unshown)),
    )


def _heading(title: font.Lettering) -> tuple[list[_Line], bool]:
    """The title's lines in the largest size that fits, and whether the title had to be cut."""
    pieces = _PIECE.findall(title.text)
    for size in TITLE_SIZES:
        measure, most = title.face.sized(size).getlength, int(TITLE_HEIGHT / (size * LEADING))
        texts = _wrapped(pieces, measure, COLUMN)
        if len(texts) <= most and all(measure(piece.strip()) <= COLUMN for piece in pieces):
            break
    texts = _balanced(texts, pieces, measure)
    is_cut = len(texts) > most
    if is_cut:
        texts = [*texts[: most - 1], _cut(texts[most - 1], measure, COLUMN)]
    # Capitals are about 0.74 of the size high, so that they begin at the margin.
    top = MARGIN + 0.74 * size
    baselines = (top + row * size * LEADING for row in range(len(texts)))
    lines = [
        _Line(title.face, text, size, MARGIN, baseline, INK, 0.012)
        for text, baseline in zip(texts, baselines, strict=True)
    ]
    return lines, is_cut


def _balanced(texts: list[str], pieces: Sequence[str], measure: Measure) -> list[str]:
    """The lines about equally long: as narrow as they can be without becoming more."""
    for width in range(COLUMN, COLUMN // 2, -COLUMN // 40):
        narrower = _wrapped(pieces, measure, width)
        if len(narrower) > len(texts) or max(map(measure, narrower), default=0) > width:
            break
        texts = narrower
    return texts


def _under(heading: list[_Line], authors: font.Lettering) -> list[_Line]:
    """The line of authors below the title, or in its place where the title shows nothing."""
    text, size = _on_one_line(authors, range(44, 27, -4), COLUMN)
    baseline = MARGIN + 0.74 * size
    if heading:
        baseline = heading[-1].baseline + 92
    return [_Line(authors.face, text, size, MARGIN, baseline, GREY)]


def _foot(series: font.Lettering, number: font.Lettering, accent: str) -> list[_Line]:
    """The series' title at the lower left and the number at the lower right."""
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
    """The text and the first of the sizes in which it fits; cut to fit in the last of them."""
    for size in sizes:
        measure = lettering.face.sized(size).getlength
        if measure(lettering.text) <= width:
            return lettering.text, size
    return _cut(lettering.text, measure, width), size


def _cut(text: str, measure: Measure, width: float) -> str:
    return text[: _fitting(text, measure, width - measure("…"))].rstrip() + "…"


def _fitting(text: str, measure: Measure, width: float) -> int:
    """How many of the first characters fit into the width."""
    return bisect.bisect_right(range(1, len(text) + 1), width, key=lambda end: measure(text[:end]))


def _wrapped(pieces: Sequence[str], measure: Measure, width: float) -> list[str]:
    """The pieces on lines; a piece longer than a line is broken where the line ends."""
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
        left, _, right, _ = mask.getbbox() or (0, 0, 0, 0)
        edge = left
        if line.is_right:
            edge = right
        # The ink touches the margin, not the blank that letters have beside them.
        x = line.x * OVERSAMPLING - offset[0] - edge
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


def _short(text: str, most: int) -> str:
    """The text on one line, cut to that many characters."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rstrip() + "…"

"""Pictures drawn by the project, always the same: one as a slide is, one as a photograph is."""

import io
import random

import typst
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WORDS = (
    *(
        [
            "the",
            "model",
            "learns",
            "a",
            "contrastive",
            "loss",
            "between",
            "views",
            "of",
            "one",
            "image",
            "and",
        ]
    ),
    *(
        [
            "reduces",
            "redundancy",
            "in",
            "its",
            "embeddings",
            "while",
            "accuracy",
            "on",
            "transfer",
            "tasks",
        ]
    ),
)
COLOURS = ("#c0392b", "#2980b9", "#27ae60", "#8e44ad", "#d35400", "#16a085", "#222222")
COLUMNS, TEXT_ENDS, PLOT = 3, 0.52, (0.57, 0.96)
"""Three columns of a slide, down to where their text goes, and where their plots are."""


def slide(width: int = 3_000, height: int = 1_700, seed: int = 1) -> Image.Image:
    """A page with a title, small text in colours, two plots and a heat map."""
    chance = random.Random(seed)
    page = Image.new("RGB", (width, height), "#fdfdf8")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, width, height * 0.11), fill="#1f3a5f")
    title = ImageFont.load_default(height * 0.05)
    draw.text((width * 0.02, height * 0.025), "Redundancy reduction", font=title, fill="white")
    for column in range(COLUMNS):
        left = width * (0.02 + column * 0.33)
        _paragraphs(draw, chance, (left, height * 0.14, width * 0.3, height * TEXT_ENDS))
        box = (left, height * PLOT[0], left + width * 0.29, height * PLOT[1])
        if column == 1:
            _heat(page, chance, box)
        else:
            _plot(draw, chance, box)
    return page


Box = tuple[float, float, float, float]


def _paragraphs(draw: ImageDraw.ImageDraw, chance: random.Random, box: Box) -> None:
    left, top, room, bottom = box
    while top < bottom:
        size = chance.choice((0.014, 0.017, 0.021)) * bottom / TEXT_ENDS
        font, colour = ImageFont.load_default(size), chance.choice(COLOURS)
        for _ in range(3):
            line = ""
            while draw.textlength(line, font) < room * 0.85:
                line += f"{chance.choice(WORDS)} "
            draw.text((left, top), line, font=font, fill=colour)
            top += size * 1.4
        top += size


def _plot(draw: ImageDraw.ImageDraw, chance: random.Random, box: Box) -> None:
    left, top, right, bottom = box
    draw.rectangle(box, outline="#888888", width=2, fill="white")
    for colour in COLOURS:
        value, points = chance.random(), list[tuple[float, float]]()
        for step in range(1, 90):
            value = min(0.95, max(0.05, value + chance.uniform(-0.06, 0.06)))
            across, down = step / 90, value * 0.85
            points.append((left + (right - left) * across, top + (bottom - top) * down))
        draw.line(points, fill=colour, width=max(1, int((right - left) / 200)))
    font = ImageFont.load_default((bottom - top) * 0.04)
    for tick in range(8):
        place = (left + (right - left) * (tick + 0.2) / 8, bottom - (bottom - top) * 0.08)
        draw.text(place, f"{tick * 12.5:.1f}", font=font, fill="#444444")


def _heat(page: Image.Image, chance: random.Random, box: Box) -> None:
    left, top, right, bottom = map(int, box)
    size = (right - left, bottom - top)
    cells = Image.frombytes("L", (96, 64), chance.randbytes(96 * 64))
    noise = cells.resize(size, Image.Resampling.BICUBIC)
    slope = Image.linear_gradient("L").resize(size)
    channels = (Image.blend(slope, noise, 0.4), noise, Image.blend(noise, slope, 0.7))
    page.paste(Image.merge("RGB", channels), (left, top))


def photograph(width: int = 4_000, height: int = 3_000, seed: int = 2) -> Image.Image:
    """Shapes and textures of all sizes, soft as a lens makes them, with a sensor's grain."""
    chance = random.Random(seed)
    slopes = (Image.linear_gradient("L").rotate(angle) for angle in (0, 90, 180))
    size = (width, height)
    scene = Image.merge("RGB", [slope.resize(size, Image.Resampling.BICUBIC) for slope in slopes])
    for cells, weight in ((12, 0.5), (48, 0.35), (200, 0.25), (800, 0.16)):
        rows = max(1, cells * height // width)
        scene = Image.blend(scene, _noise(chance, (cells, rows), size), weight)
    draw = ImageDraw.Draw(scene)
    for _ in range(60):
        across, down = chance.uniform(0, width), chance.uniform(0, height)
        radius = chance.uniform(0.01, 0.08) * width
        box = (across - radius, down - radius, across + radius, down + radius)
        draw.ellipse(box, fill=chance.choice(COLOURS))
    soft = scene.filter(ImageFilter.GaussianBlur(width / 2_500))
    return Image.blend(soft, _noise(chance, (width // 2, height // 2), size), 0.05)


def _noise(chance: random.Random, cells: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    data = chance.randbytes(cells[0] * cells[1] * 3)
    return Image.frombytes("RGB", cells, data).resize(size, Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


PAGE = "#set page(width: 16cm, height: 9cm)\n= A slide\n#lorem(20)\n"


def pdf(*pages: str) -> bytes:
    """A PDF of pages in typst's markup."""
    return typst.compile("\n#pagebreak()\n".join(pages or (PAGE,)).encode(), format="pdf")

"""Slides for tests: figures that the tests draw, and items with them on their slides."""

import hashlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from bot import config
from bot.composing import slides
from bot.composing.slides import Drawing, Stored
from bot.config import Config
from bot.core import slide
from bot.core.collage import Item
from bot.core.paper import Paper

SHAPES = ((1600, 900), (900, 1200), (2000, 300), (300, 1500), (1000, 1000), (800, 600))


@lru_cache
def figure(place: int) -> bytes:
    """A figure of one of `SHAPES`: bars that grow, in a colour of its own, within a frame."""
    width, height = SHAPES[place % len(SHAPES)]
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, width - 1, height - 1), outline="#444", width=6)
    colour = ("#1d5f80", "#9c3d2a", "#3f6b2f", "#74396b", "#80590c", "#0f6b63")[place % 6]
    for bar in range(8):
        left, top = width * (bar + 1) // 10, height - height * (bar + 2) // 12
        pen.rectangle((left, top, left + width // 14, height - height // 20), fill=colour)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def figure_of(found: slide.Figure) -> Stored:
    """The bytes of a figure of `item`."""
    return Stored(figure(int(found.file.removesuffix(".png"))), "image/png")


def item(title: str, count: int = 0, **more: Any) -> Item:
    """An item with so many figures on its slide; `captions` and the slide's other fields."""
    captions = more.pop("captions", [f"Figure {place}" for place in range(count)])
    figures = tuple(
        slide.Figure(f"{place}.png", captions[place], hashlib.sha256(figure(place)).hexdigest())
        for place in range(count)
    )
    paper = Paper(title, more.pop("authors", ("Ada Lovelace", "Bo Example", "Cy Third")), year=2021)
    return Item(name="a", paper=paper, slide=slide.Slide(figures, **more))


def settings(folder: Path, language: str = "en", look: str = "") -> Config:
    """A configuration with one series in that language, whose `[slide]` is `look`."""
    source = f'[series.mlcollage]\nlanguage = "{language}"\n[series.mlcollage.slide]\n{look}\n'
    return config.parse(source, folder / "config.toml")


def drawn(made: Config, wanted: Item, number: str = "29/52") -> Drawing:
    """The slide of an item in the series of `settings`."""
    return slides.draw(made, made.series["mlcollage"], wanted, number, figure_of)

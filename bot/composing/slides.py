"""Draws the plain slide of a collage, which carries the number and the citation of its thread.

A collage may be moved, held or passed over until a slot takes it, and then has another number than
when its slide was drawn: so the slide is drawn again whenever it is shown or sent.
"""

from dataclasses import replace
from typing import NamedTuple

from bot.config import Series
from bot.core import reading
from bot.core.collage import Collage
from bot.core.paper import Paper
from bot.pictures import read, slide
from bot.pictures.read import PictureFile


class Drawing(NamedTuple):
    """A slide as a picture with its alt text; `unshown` lists what no font here could show."""

    picture: PictureFile
    alt: str
    unshown: tuple[str, ...]


class Drawn(NamedTuple):
    """A collage with its slide as of now, and the drawing; None where its picture is no slide."""

    item: Collage
    drawing: Drawing | None = None


def draw(series: Series, paper: Paper, name: str, number: str) -> Drawing:
    """Draw the slide of a paper for a series; `number` is as the series shows it, and may be "".

    The picture's file is called after the collage's `name`.
    """
    paper = reading.paper(paper)
    drawn = slide.draw(paper.title, series.words.cite(paper), number, series.title)
    picture = read.check(drawn.png, f"{name}.png")
    return Drawing(picture, drawn.alt(series.words.slide), drawn.unshown)


def with_number(series: Series, item: Collage, number: int | None) -> Drawn:
    """The collage with its slide and the slide's alt text drawn for that number.

    A picture that somebody made stays, and so does an alt text that somebody wrote.
    """
    if not item.picture_is_drawn:
        return Drawn(item)
    drawing = draw(series, item.paper, item.name, series.numbering.shown(number))
    alt = item.alt
    if item.alt_is_drawn:
        alt = drawing.alt
    return Drawn(replace(item, picture=drawing.picture.picture, alt=alt), drawing)

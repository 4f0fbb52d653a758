"""Draws the slide of a collage, which carries the number and the citation of its thread.

A collage may be moved, held or passed over until a slot takes it, and then has another number than
when its slide was drawn: so the slide is drawn again whenever it is shown or sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from bot.composing.look import Look, logo_name
from bot.config import Config, Series
from bot.context import Context
from bot.core import alt_text, reading
from bot.core import slide as slide_data
from bot.core.collage import Collage, Item
from bot.core.network import NARROWEST_ALT
from bot.core.slide import Figure, Slide
from bot.core.text import typesetting
from bot.pictures import figures, read, typeset
from bot.pictures.read import PictureFile

TEMPLATE = "collage.typ"

_CHINESE = "; ".join(
    ("Noto Serif CJK {0}", "Noto Serif {0}", "Source Han Serif {0}", "Noto Sans CJK {0}")
)
_FAMILIES = {
    "SC": f"{_CHINESE.format('SC')}; Songti SC; SimSun; PingFang SC; Microsoft YaHei",
    "TC": f"{_CHINESE.format('TC')}; Songti TC; PMingLiU; PingFang TC; Microsoft JhengHei",
    "JP": f"{_CHINESE.format('JP')}; Hiragino Mincho ProN; Yu Mincho; Yu Gothic",
    "KR": f"{_CHINESE.format('KR')}; AppleMyungjo; Batang; Malgun Gothic",
}
"""Fonts for Chinese characters by the forms that they have, the better ones first."""


class Stored(NamedTuple):
    """A figure's bytes and their type."""

    data: bytes
    mime: str


FigureOf = Callable[[Figure], Stored]
"""Gives the bytes of a figure."""


class Drawing(NamedTuple):
    """A slide as a picture with its alt text; `unshown` lists what no font here could show."""

    picture: PictureFile
    alt: str
    slide: Slide

    @property
    def unshown(self) -> tuple[str, ...]:
        return self.slide.unshown


class Drawn(NamedTuple):
    """A collage with its slide as of now, and the picture where it had to be drawn anew."""

    item: Collage
    picture: PictureFile | None = None

    @property
    def unshown(self) -> tuple[str, ...]:
        """What no font here could show on its slide."""
        return self.item.slide.unshown if self.item.picture_is_drawn else ()

    @property
    def cut(self) -> tuple[str, ...]:
        """What of its slide was too long for the page."""
        return self.item.slide.cut if self.item.picture_is_drawn else ()


def draw(config: Config, series: Series, item: Item, number: str, figure_of: FigureOf) -> Drawing:
    """Draw the slide of an item for a series; `number` is as the series shows it, and may be "".

    Raises `BadInput` where a figure or a template cannot be used, `Unavailable` where nothing can
    be drawn at present.
    """
    plan = _Plan.of(config, series, item, number)
    page = plan.set(figure_of)
    slide = replace(item.slide, drawn=plan.fingerprint, unshown=page.unshown, cut=page.cut)
    picture = read.drawn(page.png, f"{item.name}.png")
    return Drawing(picture, alt_of(series, item, number).text, slide)


def with_number(
    context: Context,
    series: Series,
    item: Collage,
    number: int | None,
    figure_of: FigureOf | None = None,
) -> Drawn:
    """The collage with its slide and the slide's alt text drawn for that number.

    `figure_of` gives figures that the database may not have yet.
    A picture that somebody made stays, and so does an alt text that somebody wrote. One that shows
    what it would show is not drawn again.
    """
    if not item.picture_is_drawn:
        return Drawn(item)
    shown = series.numbering.shown(number)
    made = None
    plan = _Plan.of(context.config, series, item, shown)
    if item.picture is None or plan.fingerprint != item.slide.drawn:
        drawing = draw(context.config, series, item, shown, figure_of or stored(context))
        made = drawing.picture
        item = replace(item, picture=made.picture, slide=drawing.slide)
    if item.alt_is_drawn:
        item = replace(item, alt=alt_of(series, item, shown).text)
    return Drawn(item, made)


def apart_from_number(config: Config, series: Series, item: Item) -> str:
    """What is the same exactly where the slide is, whatever number it carries.

    Raises `BadInput` where a template or the logo cannot be read.
    """
    return _Plan.of(config, series, item, "").fingerprint


def stored(context: Context) -> FigureOf:
    """What gives figures that the database has."""

    def figure_of(figure: Figure) -> Stored:
        with context.read() as work:
            data, mime = work.pictures.with_type(figure.sha256)
        return Stored(data, mime)

    return figure_of


def alt_of(series: Series, item: Item, number: str) -> alt_text.Draft:
    """The alt text of an item's slide, within what every network takes, and what it leaves out."""
    shown = f"{series.title} {number}".strip()
    return alt_text.draft(item, series.words, shown, NARROWEST_ALT, is_drawn=True)


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that a slide is drawn from, but for its figures' pixels.

    `fingerprint` is the same exactly where the slide would be.
    """

    data: Mapping[str, Any]
    look: Look
    figures: tuple[Figure, ...]
    fingerprint: str

    @classmethod
    def of(cls, config: Config, series: Series, item: Item, number: str) -> "_Plan":
        look, figures = Look.of(config, series), item.slide.figures
        data = page_data(series, item, number)
        hashes = [[figure.sha256, figure.file] for figure in figures]
        return cls(data, look, figures, look.fingerprint(data, hashes))

    def set(self, figure_of: FigureOf) -> typeset.Page:
        """Set the page."""
        pictures: dict[str, bytes] = {}
        described = []
        for place, figure in enumerate(self.figures, 1):
            held = figure_of(figure)
            prepared = figures.prepared(figure.sha256, held.data, held.mime, figure.file)
            name = f"figure-{place}.png"
            pictures[name] = prepared.png
            caption = typesetting.pieces(figure.caption)
            described.append({"file": name, "ratio": prepared.ratio, "caption": caption})
        return self.look.set(TEMPLATE, {**self.data, "figures": described}, pictures)


def page_data(series: Series, item: Item, number: str) -> dict[str, Any]:
    """What the template of a slide reads, but for its figures."""
    paper, look, slide = reading.paper(item.paper), series.slide, item.slide
    width, height = slide_data.FORMATS[slide.format or look.format]
    return {
        "width": width,
        "height": height,
        **appearance(series, slide.theme),
        "logo": logo_name(series),
        "title": typesetting.pieces(item.paper.title),
        "citation": series.words.cite(paper),
        "number": number,
        "hashtag": series.hashtag,
        "series": series.title,
        "credit": reading.item(item).caption or series.words.figures,
        "captions": [figure.caption for figure in slide.figures],
        "takeaways": [typesetting.pieces(text) for text in slide.takeaways],
    }


def appearance(series: Series, theme: str = "") -> dict[str, Any]:
    """How pages of a series look, and the language of their texts, as templates read it."""
    language, *rest = series.words.language.split("-")
    region = next((part for part in rest if len(part) == 2), None)
    is_traditional = series.words.language.startswith("zh-Hant") or region in ("TW", "HK", "MO")
    forms = {"ja": "JP", "ko": "KR"}.get(language, "TC" if is_traditional else "SC")
    if is_traditional:
        region = region or "TW"
    families = [_FAMILIES[form] for form in (forms, *(_FAMILIES.keys() - {forms}))]
    return {
        "theme": theme or series.slide.theme,
        "accent": series.slide.accent or None,
        "lang": language,
        "region": region,
        "fonts": [family for group in sorted_first(families) for family in group.split("; ")],
    }


def sorted_first(groups: list[str]) -> list[str]:
    """The first group, and the others in a fixed order."""
    return [groups[0], *sorted(groups[1:])]

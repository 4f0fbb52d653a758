"""The slide of a collage: set for a look, or given to the collage as its picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot import files, system
from bot.composing import slide_templates, slides
from bot.config import Series
from bot.context import Context
from bot.core import appearance
from bot.core.collage import Collage, Item
from bot.core.errors import BadInput
from bot.core.slide import Figure, Slide
from bot.deciding import queue_changes
from bot.deciding.queue_changes import Edited
from bot.intake import accept
from bot.intake.accept import Arrival
from bot.pictures.read import PictureFile
from bot.scheduling import forecast


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be on a slide; what is None or empty stays as it is.

    `figures` name files.
    """

    figures: tuple[Figure, ...] = ()
    takeaways: tuple[str, ...] = ()
    theme: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A slide that was drawn: its picture, what is on it, its alt text and the number it shows."""

    picture: PictureFile
    slide: Slide
    alt: str
    number: str

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of it."""
        return accept.told_of_slide(self.slide)


def arrival(item: Item, wanted: Wanted) -> Arrival:
    """The item with what is wanted on its slide, its figures read; raises `BadInput`."""
    changes: dict[str, object] = {}
    if wanted.figures:
        changes["figures"] = wanted.figures
    if wanted.takeaways:
        changes["takeaways"] = wanted.takeaways
    if wanted.theme is not None:
        changes["theme"] = wanted.theme
    if wanted.format is not None:
        changes["format"] = wanted.format
    changed = replace(item.slide, **changes)  # type: ignore[arg-type]
    return accept.with_figures(Arrival(replace(item, slide=changed)))


def drawn(context: Context, series: Series, given: Arrival) -> Made:
    """The slide of an item, with the number that it has or would get; nothing is stored."""
    item = given.item
    if isinstance(item, Collage):
        number = series.numbering.shown(forecast.provisional_number(context, series, item))
    else:
        (number,) = accept.coming_numbers(context, series, [given])
    return _drawn(context, series, given, number)


def _drawn(context: Context, series: Series, given: Arrival, number: str) -> Made:
    accept.check(given.item)
    figure_of = accept.figure_of(context, given)
    drawing = slides.draw(context.config, series, given.item, number, figure_of)
    return Made(drawing.picture, drawing.slide, drawing.alt, number)


def written(file: Path, made: Made) -> None:
    """Write the picture of a slide; raises `BadInput`."""
    try:
        files.put(file, made.picture.data)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {system.why(error, file)}.") from None


def given(context: Context, series: Series, before: Collage, new: Arrival) -> tuple[Edited, Made]:
    """Give a collage of the queue the slide as its picture; raises as `queue_changes.edit`."""
    accept.check(new.item)
    arrival = queue_changes.drawn(context, series, before, _with_alt(before, new))
    edited = queue_changes.edit(context, series, before, arrival)
    stored = edited.taken.collage
    assert arrival.picture
    number = series.numbering.shown(forecast.provisional_number(context, series, stored))
    return edited, Made(arrival.picture, stored.slide, stored.alt, number)


def _with_alt(before: Collage, new: Arrival) -> Arrival:
    """The arrival without an alt text that tells of another picture, or that was drawn.

    One that somebody wrote for a slide stays.
    """
    if before.picture_is_drawn and not before.alt_is_drawn:
        return new
    return replace(new, item=replace(new.item, alt=""))


def watched(
    context: Context, series: Series, item_file: Path | None, figures: Sequence[Figure]
) -> list[Path]:
    """The files that a slide is drawn from: its item, its figures, logo, and templates."""
    found = [Path(appearance.named(figure.file).file) for figure in figures]
    if item_file:
        found.append(item_file)
    if series.slide.logo_file:
        found.append(series.slide.logo_file)
    return [*found, *slide_templates.files_of(context.config.templates, series.name)]

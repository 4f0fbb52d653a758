"""The slide of a collage, looked at while it is made, or given to the collage as its picture."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import click

from bot.app import scheduler
from bot.cli import completion, items, options, output
from bot.config import Series
from bot.context import Context
from bot.core.collage import Item, one_line
from bot.core.errors import Unusable
from bot.core.slide import Figure
from bot.deciding import collages, descriptions, slides
from bot.deciding.slides import Made, Wanted
from bot.intake import items as item_files

EVERY = 0.3
"""Seconds between two looks whether a file was changed."""


@options.command(
    "slide",
    "mlcollage slide barlow-twins --figure loss.png='The loss' --takeaway 'No negatives.'",
    series=True,
)
@click.argument("which", metavar="[NAME|FILE]", required=False, shell_complete=completion.queued)
@items.fields_of_slide
@click.option(
    "--output", "target", type=click.Path(dir_okay=False), metavar="FILE", help="Only write it."
)
@click.option("--watch", is_flag=True, help="Draw it again whenever a file it is made of changes.")
def slide_command(
    config_file: str | None,
    series: str | None,
    which: str | None,
    target: str | None,
    watch: bool,
    **given: Any,
) -> None:
    """Draw a slide from a paper's figures.

    A collage of the queue, by its NAME, gets it as its picture; with --output it is only written
    to a file. The slide of an item FILE, or of a paper that options describe, can be written only.
    """
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    wanted = items.wanted(given)
    file = _item_file(which)
    if target is None and (file or not which):
        raise click.UsageError(
            "Name the FILE to write with --output; a collage gets its slide when it is added: "
            "mlcollage add FILE"
        )

    if watch and output.is_json():
        raise click.UsageError("--watch tells what it does as it goes on: leave --json out.")

    def once() -> Sequence[Figure]:
        new = slides.arrival(_item(context, chosen, which, file, given), wanted)
        begun = time.monotonic()
        if target is None:
            assert which
            before = collages.get(context, chosen, which)
            edited, made = slides.given(context, chosen, before, new)
            items.print_edited(edited)
            output.add(collages=[descriptions.edited(chosen, edited, [])])
        else:
            made = slides.drawn(context, chosen, new)
            slides.written(Path(target), made)
            _print_made(target, made, time.monotonic() - begun)
        output.add(slide=descriptions.slide_made(made))
        return new.item.slide.figures

    if watch:
        _watch(context, chosen, file, wanted, once)
    else:
        once()


def _print_made(target: str, made: Made, seconds: float) -> None:
    picture = made.picture.picture
    number = f", number {made.number}" if made.number else ""
    click.echo(
        f"{one_line(target)}: {picture.width} × {picture.height}, {picture.size:,} bytes{number}, "
        f"drawn in {seconds:.1f} s"
    )
    for remark in made.remarks:
        click.echo(f"  note: {remark}")


def _item_file(which: str | None) -> Path | None:
    """The item file that is meant; None for the NAME of a collage."""
    if which and ("/" in which or "." in which):
        return Path(which)
    return None


def _item(
    context: Context, series: Series, which: str | None, file: Path | None, given: dict[str, Any]
) -> Item:
    """The item whose slide is wanted: of the queue, of a file, or of options."""
    if file:
        return items.changed(item_files.load(file), given)
    if which:
        return items.changed(collages.get(context, series, which), given)
    return items.described(given).item


def _watch(
    context: Context,
    series: Series,
    file: Path | None,
    wanted: Wanted,
    once: Callable[[], Sequence[Figure]],
) -> None:
    """Draw the slide again whenever a file that it is drawn from was changed, until Ctrl-C."""
    stop = Event()
    figures: Sequence[Figure] = wanted.figures
    with scheduler.stoppable(stop):
        seen: dict[Path, tuple[int, int]] | None = None
        while not stop.is_set():
            now = _stamps(slides.watched(context, series, file, figures))
            if now != seen:
                if seen is not None:
                    click.echo(f"{_changed(seen, now)} was changed.")
                seen = now
                try:
                    figures = [*wanted.figures, *_named(file, once())]
                except Unusable as error:
                    output.line(f"! {error}", style="red")
                # Figures that the item names only now were not changed; others may have been.
                seen = {**_stamps(slides.watched(context, series, file, figures)), **now}
            stop.wait(EVERY)
    click.echo("Stopped.")


def _named(file: Path | None, figures: Sequence[Figure]) -> list[Figure]:
    """The figures of an item file, by their paths."""
    if file is None:
        return []
    return [figure._replace(file=str(file.parent / figure.file)) for figure in figures]


def _stamps(found: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """When each file was changed last, and its size; those that are missing are left out."""
    stamps = {}
    for path in found:
        try:
            status = path.stat()
        except OSError:
            continue
        stamps[path] = (status.st_mtime_ns, status.st_size)
    return stamps


def _changed(before: Mapping[Path, object], now: Mapping[Path, object]) -> str:
    """The name of the first file that is not as it was."""
    every = {**before, **now}
    return next(one_line(path.name) for path in every if before.get(path) != now.get(path))

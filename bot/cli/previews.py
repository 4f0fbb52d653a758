"""Threads as they would be sent: cards with their counts, links, tags and price."""

import re

import click

from bot.cli import options, printing
from bot.config import Series
from bot.context import Context
from bot.core import price
from bot.core.collage import Collage
from bot.core.delivery import Part
from bot.core.errors import BadInput
from bot.core.text import counting
from bot.deciding import collages, coming, preview, preview_descriptions
from bot.deciding.preview import Preview
from bot.scheduling import forecast


@options.command(
    "preview", "mlcollage preview barlow-twins --account outbox", series=True, as_json=True
)
@click.argument("name", required=False)
@click.option("--account", metavar="NAME", help="Only for this account.")
def preview_command(
    config_file: str | None,
    series: str | None,
    as_json: bool,
    name: str | None,
    account: str | None,
) -> None:
    """Show the exact parts per account, as they would be sent; without a NAME those of the next
    collage.
    """
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    item = _wanted(context, own, name)
    if account is not None and account not in own.accounts:
        raise click.UsageError(
            f"Series {own.name} has no account {account}; it has {', '.join(own.accounts)}."
        )
    accounts = (account,) if account else own.accounts
    number = forecast.provisional_number(context, own, item)
    shown = own.numbering.shown(number)
    previews = list(preview.collage_threads(context, own, item, accounts))
    if as_json:
        printing.print_json(preview_descriptions.collage(own, item, number, previews))
    else:
        would = "is" if item.number is not None else "would be"
        click.secho(
            f"{item.name} {would} {shown or 'without a number'}{printing.mode(context.config)}",
            bold=True,
        )
        for one in previews:
            print_thread(one)
    if any(one.problem for one in previews):
        click.get_current_context().exit(1)


def _wanted(context: Context, own: Series, name: str | None) -> Collage:
    if name is None:
        item = coming.next_collage(context, own)
        if item is None:
            raise BadInput("No collage is ready to go out; name one: mlcollage preview NAME")
        return item
    return collages.get(context, own, name)


def print_thread(one: Preview) -> None:
    """A thread as cards: counts, links and tags marked, the picture, and what the whole of it
    costs.
    """
    click.secho(f"\n{one.account} ({one.network}, {one.limit} characters)", bold=True)
    if one.problem:
        click.secho(f"! {one.problem}", fg="red")
    for part, length in zip(one.parts, one.lengths, strict=True):
        click.secho(f"┌ {part.position}/{len(one.parts)} · {length}/{one.limit}", dim=True)
        for line in _marked(part.text, one.network).splitlines():
            click.echo(f"│ {line}")
        for note in _notes(one, part):
            click.secho(f"│ {note}", dim=True)
        click.secho("└", dim=True)
    if one.parts and (
        cost := price.of([part.text for part in one.parts], len(one.pictures), one.network)
    ):
        click.echo(f"Price: {cost}")


def _marked(said: str, network: str) -> str:
    """The text with its links underlined and its tags in colour, where the terminal can."""
    links = [
        (span, click.style(span.text, underline=True)) for span in counting.urls(said, network)
    ]
    tags = [(span, click.style(span.text, fg="cyan")) for span in counting.hashtags(said, network)]
    for span, styled in sorted(links + tags, key=lambda pair: pair[0].start, reverse=True):
        said = said[: span.start] + styled + said[span.end :]
    return said


def _other_number(alt: str, number: str) -> str:
    """A number of the series' form in an alt text that is not the thread's: a slide drawn before
    the order changed.
    """
    total = number.partition("/")[2]
    found = re.findall(rf"\b\d+/{total}\b", alt) if total.isdigit() else []
    return next((other for other in found if other != number), "")


def _notes(one: Preview, part: Part) -> list[str]:
    """What a reader of the card should know beside the text."""
    found = []
    if links := counting.urls(part.text, one.network):
        found.append(
            f"links: {', '.join(f'{span.text} [{span.start}–{span.end}]' for span in links)}"
        )
    if tags := counting.hashtags(part.text, one.network):
        found.append(f"tags: {', '.join(span.text for span in tags)}")
    if one.network == "x" and (bare := counting.bare_links(part.text)):
        names = ", ".join(span.text for span in bare)
        found.append(f"careful: {names} becomes a link; write it another way if it should be none")
    if part.image:
        shot = one.pictures.get(part.position)
        size = f", {shot.width} × {shot.height}, {shot.size:,} bytes" if shot else ""
        if other := _other_number(part.image.alt, one.number):
            found.append(
                f"careful: the alt text, and so perhaps the picture, says {other}; the thread says {one.number}"
            )
        found += [
            f"picture: {part.image.file}, {part.image.mime}{size}",
            f"alt text: {part.image.alt}",
        ]
    return found

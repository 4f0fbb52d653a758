"""Threads as they would be sent: cards with their counts, links, tags and price."""

import click

from bot.cli import options, printing
from bot.composing.composed import ComposedThread
from bot.config import Config, Series
from bot.context import Context
from bot.core import collage, price
from bot.core.collage import Collage, State
from bot.core.delivery import Part
from bot.core.errors import BadInput
from bot.deciding import candidates, collages, coming, preview_descriptions


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
    number, previews = candidates.preview(context, own, item, accounts)
    shown = own.numbering.shown(number)
    obstacle = collage.obstacle(item)
    if as_json:
        printing.print_json(preview_descriptions.collage(own, item, number, previews))
    else:
        would = "is" if item.number is not None else "would be"
        click.secho(
            f"{item.name} {would} {shown or 'without a number'}{printing.mode(context.config)}",
            bold=True,
        )
        _print_standing(item, obstacle)
        for one in previews:
            print_thread(one, context.config)
    if obstacle or any(one.problems for one in previews):
        click.get_current_context().exit(1)


def _print_standing(item: Collage, obstacle: str) -> None:
    """Why the collage cannot go out, or what has to be done so that it does."""
    if obstacle:
        click.secho(f"! {obstacle}", fg="red")
    elif item.state is State.DRAFT:
        click.echo(f"It is a draft and goes nowhere before: mlcollage ready {item.name}")
    elif item.state is State.HELD:
        click.echo(f"It is held and goes nowhere before: mlcollage release {item.name}")


def _wanted(context: Context, own: Series, name: str | None) -> Collage:
    if name is None:
        item = coming.next_collage(context, own)
        if item is None:
            raise BadInput("No collage is ready to go out; name one: mlcollage preview NAME")
        return item
    return collages.get(context, own, name)


def print_thread(thread: ComposedThread, config: Config) -> None:
    """A thread as cards: counts, links and tags marked, the picture, and what the whole of it
    costs; in a rehearsal, what it would cost when live.
    """
    limit, count = thread.limits.length, len(thread.parts)
    click.secho(f"\n{thread.account} ({thread.network.name}, {limit} characters)", bold=True)
    if thread.standing:
        click.echo(thread.standing)
    for problem in thread.problems:
        click.secho(f"! {problem}", fg="red")
    for part in thread.parts:
        click.secho(f"┌ {part.position}/{count} · {thread.length(part)}/{limit}", dim=True)
        for line in _marked(thread, part).splitlines():
            click.echo(f"│ {line}")
        for note in _notes(thread, part):
            click.secho(f"│ {note}", dim=True)
        click.secho("└", dim=True)
    for caution in filter(None, (thread.caution, *thread.notes)):
        click.secho(f"careful: {caution}", dim=True)
    if cost := thread.cost:
        heading = "Price" if config.live else "Price when live"
        reads = f"${price.mills(cost.reads)} of it for reading"
        click.echo(f"{heading}: {cost}; {reads}; by the price list of {cost.read_on}")


def _marked(thread: ComposedThread, part: Part) -> str:
    """The text with its links underlined and its tags in colour, where the terminal can."""
    styled = [(span, click.style(span.text, underline=True)) for span in thread.urls(part)]
    tags = thread.hashtags(part) + thread.mentions(part)
    styled += [(span, click.style(span.text, fg="cyan")) for span in tags]
    text = part.text
    # From the end on: what stands before keeps its place.
    for span, shown in sorted(styled, key=lambda pair: pair[0].start, reverse=True):
        text = text[: span.start] + shown + text[span.end :]
    return text


def _notes(thread: ComposedThread, part: Part) -> list[str]:
    """What a reader of the card should know beside the text."""
    found = []
    if links := thread.urls(part):
        places = ", ".join(f"{span.text} [{span.start}–{span.end}]" for span in links)
        found.append(f"links: {places}")
    if tags := thread.hashtags(part):
        found.append(f"tags: {', '.join(span.text for span in tags)}")
    if mentions := thread.mentions(part):
        found.append(f"mentions: {', '.join(span.text for span in mentions)}")
    found += [f"careful: {caution}" for caution in thread.cautions(part)]
    return found + _image_notes(thread, part)


def _image_notes(thread: ComposedThread, part: Part) -> list[str]:
    if part.image is None:
        return []
    size = ""
    if shot := thread.pictures.get(part.position):
        size = f", {shot.width} × {shot.height}, {shot.size:,} bytes"
    return [
        f"picture: {part.image.file}, {part.image.mime}{size}",
        f"alt text: {part.image.alt}",
    ]

"""Threads as they would be sent: cards with their counts, links, tags and price."""

from pathlib import Path

import click

from bot.cli import completion, options, output, printing
from bot.cli.output import Styled
from bot.composing.composed import ComposedThread
from bot.composing.fittings import Fittings
from bot.config import Config, Series
from bot.context import Context
from bot.core import hints, per_network, price
from bot.core.collage import Collage, State
from bot.core.delivery import Part
from bot.core.errors import BadInput
from bot.deciding import (
    approvals,
    candidates,
    collages,
    coming,
    preview_descriptions,
    preview_page,
    shown_pictures,
)


@options.command(
    "preview", "mlcollage preview barlow-twins --account outbox", series=True, as_json=True
)
@click.argument("name", required=False, shell_complete=completion.collages)
@click.option(
    "--account",
    metavar="NAME",
    help="Only for this account.",
    shell_complete=completion.accounts,
)
@click.option(
    "--pictures",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the pictures there, exactly as they would be sent.",
)
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all of it into one page, for people without a terminal.",
)
def preview_command(
    config_file: str | None,
    series: str | None,
    as_json: bool,
    name: str | None,
    account: str | None,
    pictures: Path | None,
    page: Path | None,
) -> None:
    """Show the exact parts per account, as they would be sent; without a NAME those of the next
    collage.
    """
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    item = _wanted(context, own, name)
    if account is not None and account not in own.accounts:
        hint = hints.did_you_mean(account, own.accounts)
        known = ", ".join(own.accounts)
        raise click.UsageError(f"Series {own.name} has no account {account}; it has {known}.{hint}")
    accounts = (account,) if account else own.accounts
    asked = approvals.asked(context, own, item)
    fits = Fittings.of(context, own)
    number, previews = candidates.preview(context, own, item, accounts, fits)
    written = shown_pictures.write(previews, fits, pictures) if pictures else []
    shown = own.numbering.shown(number)
    obstacle = candidates.obstacle(context, own, item)
    same = collages.repeated(context, own, item)
    if page:
        what = preview_page.Shown(item, shown, previews, obstacle, same, asked)
        preview_page.write(context, own, what, fits, page)
        written.append(page)
    if as_json:
        described = preview_descriptions.collage(own, item, number, previews)
        described |= {"problem": obstacle or None}
        described |= {"left_out": list(context.left_out(item, accounts))}
        described |= {"approval": asked.described if asked else None}
        paths = [str(path) for path in written]
        printing.print_json(described | {"repeated": same, "written": paths})
    else:
        would = "is" if item.number is not None else "would be"
        output.line(
            f"{item.name} {would} {shown or 'without a number'}{printing.mode(context.config)}",
            style="bold",
        )
        _print_standing(item, obstacle)
        if asked:
            printing.print_approval(own, asked)
        for sentence in same:
            click.echo(f"careful: {sentence}.")
        if told := per_network.told_left_out(context.left_out(item, accounts)):
            output.line(f"\n{told}.")
        for one in previews:
            print_thread(one, context.config)
        for path in written:
            output.line(f"written: {path}")
    if obstacle or any(one.problems for one in previews):
        click.get_current_context().exit(1)


def _print_standing(item: Collage, obstacle: str) -> None:
    """Why the collage cannot go out, or what has to be done so that it does."""
    if obstacle:
        output.line(f"! {obstacle}", style="red")
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
    output.line(f"\n{thread.account} ({thread.network.name}, {limit} characters)", style="bold")
    if thread.standing:
        click.echo(thread.standing)
    for problem in thread.problems:
        output.line(f"! {problem}", style="red")
    for part in thread.parts:
        output.line(f"┌ {part.position}/{count} · {thread.length(part)}/{limit}", style="dim")
        for pieces in _marked(thread, part):
            output.line("│ ", *pieces)
        for note in _notes(thread, part):
            output.line(f"│ {note}", style="dim")
        output.line("└", style="dim")
    for caution in filter(None, (thread.caution, *thread.notes)):
        output.line(f"careful: {caution}", style="dim")
    if cost := thread.cost:
        heading = "Price" if config.live else "Price when live"
        reads = f"${price.mills(cost.reads)} of it for reading"
        click.echo(f"{heading}: {cost}; {reads}; by the price list of {cost.read_on}")


def _marked(thread: ComposedThread, part: Part) -> list[list[str | Styled]]:
    """The text's lines in pieces, as readers see it: links are underlined and tags in colour, where
    that is shown.
    """
    text = thread.text(part)
    styled = [(span, "underlined") for span in thread.urls(part)]
    styled += [(span, "cyan") for span in thread.hashtags(part) + thread.mentions(part)]
    lines: list[list[str | Styled]] = [[]]
    at = 0
    for span, style in sorted(styled, key=lambda pair: pair[0].start):
        first, *more = text[at : span.start].split("\n")
        lines[-1].append(first)
        lines += [[line] for line in more]
        lines[-1].append(Styled(span.text, style))
        at = span.end
    first, *more = text[at:].split("\n")
    lines[-1].append(first)
    lines += [[line] for line in more]
    return lines


def _notes(thread: ComposedThread, part: Part) -> list[str]:
    """What a reader of the card should know beside the text."""
    found = []
    if links := thread.urls(part):
        targets = {span: f" → {url}" for span, url in thread.labels(part)}
        places = ", ".join(
            f"{span.text}{targets.get(span, '')} [{span.start}–{span.end}]" for span in links
        )
        found.append(f"links: {places}")
    if tags := thread.hashtags(part):
        found.append(f"tags: {', '.join(span.text for span in tags)}")
    if mentions := thread.mentions(part):
        found.append(f"mentions: {', '.join(span.text for span in mentions)}")
    found += [f"careful: {caution}" for caution in thread.cautions(part)]
    return found + _image_notes(thread, part) + _card_notes(thread, part)


def _image_notes(thread: ComposedThread, part: Part) -> list[str]:
    if part.image is None:
        return []
    size = ""
    if fit := thread.fits.get(part.position):
        shot = fit.picture
        size = f", {shot.width} × {shot.height}, {shot.size:,} bytes; {fit.words}".rstrip("; ")
    return [
        f"picture: {part.image.file}, {part.image.mime}{size}",
        f"alt text: {part.image.alt}",
    ]


def _card_notes(thread: ComposedThread, part: Part) -> list[str]:
    card = thread.card
    if thread.card_note and thread.links_at == part.position:
        return [f"link card: none of {thread.card_url}, for {thread.card_note}"]
    if card is None or card.position != part.position:
        return []
    shown = "without a picture"
    if card.image and thread.card_fit:
        shot = thread.card_fit.picture
        shown = f"with {card.image.file}, {shot.width} × {shot.height}, {shot.size:,} bytes"
    found = [f"link card: {card.title} → {card.url}, {shown}"]
    if card.description:
        found.append(f"its description: {card.description}")
    return found

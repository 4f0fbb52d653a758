"""Approving what a collage sends, and what its reviewers say to each other."""

from collections.abc import Sequence

import click

from bot.cli import completion, options, output, printing
from bot.composing.composed import ComposedThread
from bot.config import Series
from bot.context import Context
from bot.core.errors import MlcollageError
from bot.deciding import approvals
from bot.deciding.approvals import Approved, Look
from bot.publishers import protocol
from bot.watching import link_cards


@options.command("approve", "mlcollage approve barlow-twins", series=True)
@click.argument("name", shell_complete=completion.queued)
@click.option("--take-back", is_flag=True, help="Take back what you have approved.")
@click.option("--note", default="", metavar="TEXT", help="A note for the other reviewers.")
@click.option(
    "--hash",
    "seen",
    default="",
    metavar="HASH",
    help="Only if it is still what was shown with this hash.",
)
def approve_command(
    config_file: str | None,
    series: str | None,
    name: str,
    take_back: bool,
    note: str,
    seen: str,
) -> None:
    """Approve what a collage sends, as it is shown, for a series that wants approval.

    What was changed since somebody approved it is shown first, and approved anew with --hash.
    """
    if take_back and seen:
        raise click.UsageError(
            "--take-back takes back whatever you have approved: leave --hash out."
        )
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    if take_back:
        item = approvals.take_back(context, chosen, name, note)
        click.echo(f"{item.name}: {context.who} approves it no more.")
        output.add(**approvals.look(context, chosen, item.name).described)
        return
    look = _look(context, chosen, name)
    _print(context, chosen, look)
    try:
        approved = approvals.approve(context, chosen, look, note=note, seen=seen)
    except MlcollageError:
        # A program is told what is different, too.
        output.add(**look.described)
        raise
    click.echo(_told(context, approved))
    output.add(**look._replace(standing=approved.standing, differences=()).described)


def _look(context: Context, series: Series, name: str) -> Look:
    """The collage as it would go out, with its link cards: their pages are asked first."""
    look = approvals.look(context, series, name)
    if link_cards.ask(context, (thread.card_url for thread in look.threads)):
        look = approvals.look(context, series, name)
    return look


def _told(context: Context, approved: Approved) -> str:
    """What was approved by whom, and what is still missing."""
    item, standing = approved.look.item, approved.standing
    already = "" if approved.is_new else " already"
    told = f"{item.name}: {context.who} has{already} approved it"
    told += f" ({approved.look.hash[:12]})"
    missing = standing.needed - len(standing.counted)
    if missing > 0:
        return f"{told}; {missing} more has to."
    return f"{told}; a slot may take it."


def _print(context: Context, series: Series, look: Look) -> None:
    """What would go out, and what of it was changed since it was approved."""
    shown = series.numbering.shown(look.number)
    output.line(f"{look.item.name} would be {shown or 'without a number'}", style="bold")
    printing.print_differences(series, look)
    for thread in look.threads:
        _print_thread(context, thread)
    click.echo("")


def _print_thread(context: Context, thread: ComposedThread) -> None:
    """The texts of a thread, its picture and its alt text."""
    count = len(thread.parts)
    parts = "1 part" if count == 1 else f"{count} parts"
    output.line(f"\n{thread.account} ({thread.network.name}), {parts}", style="bold")
    for line in protocol.beside(context.publishers[thread.account]):
        click.echo(line)
    for problem in thread.problems:
        output.line(f"! {problem}", style="red")
    for part in thread.parts:
        limit = thread.limits.length
        output.line(f"┌ {part.position}/{count} · {thread.length(part)}/{limit}", style="dim")
        for line in [*thread.text(part).split("\n"), *_beside(thread, part.position)]:
            output.line(f"│ {line}")


def _beside(thread: ComposedThread, position: int) -> Sequence[str]:
    """What a part has beside its text."""
    part, found = thread.parts[position - 1], list[str]()
    if part.image:
        found += [f"picture: {part.image.file}", f"alt text: {part.image.alt}"]
    if thread.card and thread.card.position == position:
        found.append(f"link card: {thread.card.title} → {thread.card.url}")
    if thread.card_note and thread.links_at == position:
        found.append(f"link card: none of {thread.card_url}, for {thread.card_note}")
    return found


@options.command("note", 'mlcollage note barlow-twins "Is the year right?"', series=True)
@click.argument("name", shell_complete=completion.collages)
@click.argument("text")
def note_command(config_file: str | None, series: str | None, name: str, text: str) -> None:
    """Leave a note on a collage for its other reviewers; it never goes out."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    item = approvals.add_note(context, chosen, name, text)
    click.echo(f"Noted on {item.name}; all notes: mlcollage show {item.name}")
    printing.add_collages(context, chosen, [item.name])

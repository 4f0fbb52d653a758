"""What goes out when."""

from datetime import datetime
from decimal import Decimal

import click

from bot.cli import awaiting, options, output, printing
from bot.config import Series
from bot.core import legibility, per_network, times
from bot.core.collage import State
from bot.core.schedule import SlotState
from bot.core.text import markdown
from bot.deciding import coming, descriptions
from bot.deciding.coming import Coming, NextRoundup, NextYear, Stopped, Unapproved
from bot.scheduling.forecast import Outlook

WHY = {
    SlotState.EMPTY: "empty: no collage is ready",
    SlotState.SKIPPED: "skipped",
    SlotState.PAUSED: "paused",
    SlotState.MISSED: "missed",
    SlotState.CLAIMED: "taken",
}


@options.command("next", "mlcollage next --count 8", series=True, as_json=True)
@click.option(
    "--count",
    default=5,
    show_default=True,
    type=click.IntRange(1, 520),
    help="How many slots ahead.",
)
def next_command(config_file: str | None, series: str | None, as_json: bool, count: int) -> None:
    """Show what goes out when, in the series' zone; numbers marked ~ are provisional."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    ahead = coming.look(context, chosen, count)
    if as_json:
        printing.print_json(descriptions.coming(chosen, ahead))
        return
    mode = printing.mode(context.config)
    output.line(f"{chosen.title} in {chosen.zone.key}{mode}", style="bold")
    if not ahead.slots:
        click.echo("The series has no slots.")
    rows = [
        (slot.slot.due_at, (*_row(chosen, slot), _price(ahead.price(slot)))) for slot in ahead.slots
    ]
    due_at = ahead.roundup.due_at
    rows.append((due_at, (printing.local(chosen, due_at), "", _roundup(ahead.roundup), "", "")))
    if ahead.year:
        about = f"the thread of {ahead.year.year}, with {_collages(ahead.year)} so far"
        at = ahead.year.due_at
        rows.append((at, (printing.local(chosen, at), "", about, "", "")))
    printing.table([row for _, row in sorted(rows, key=lambda row: row[0])], free=(3,))
    _print_roundups(chosen, ahead)
    for each in ahead.stopped:
        output.line(f"! {_why_stopped(each)}", style="red")
    for unapproved in ahead.unapproved:
        output.line(f"! {_why_unapproved(unapproved)}", style="red")
    for waits in ahead.waiting:
        output.line(f"! {printing.local(chosen, waits.due_at)}: {waits.why}", style="red")
    if ahead.past_total:
        output.line(f"! {ahead.past_total.text}", style="red")
    for sentence in ahead.careful:
        output.line(f"careful: {sentence}")
    _print_notes(ahead)


def _print_roundups(series: Series, ahead: Coming) -> None:
    """What roundups wait for whose moment is past, and which are being published."""
    if ahead.roundup.waits_until:
        output.line(_why_late(series, ahead.roundup, ahead.roundup.waits_until))
    for waiting in ahead.roundups:
        output.line(awaiting.told(series, waiting))
    for trying in ahead.publishing:
        output.line(awaiting.under_way(series, trying))


def _print_notes(ahead: Coming) -> None:
    """What a person should know of the collages, and where they do not go."""
    for slot in ahead.slots:
        if slot.collage is None:
            continue
        if told := per_network.told_left_out(ahead.left_out_of(slot)):
            output.line(f"note: {slot.collage.name}: {told}")
        for note in legibility.of_collage(slot.collage):
            output.line(f"note: {slot.collage.name}: {note}")


def _why_stopped(stopped: Stopped) -> str:
    """Why a collage does not go out, and what to do."""
    problems = " ".join(stopped.problems)
    if stopped.state is State.DRAFT:
        return f"{stopped.name} is a draft: {problems} Then: mlcollage ready {stopped.name}"
    return f"{stopped.name} would be held: {problems}"


def _why_unapproved(unapproved: Unapproved) -> str:
    """Why slots pass over a collage, and what to do."""
    name = unapproved.name
    return f"{name} waits for approval: {unapproved.why}. Then: mlcollage approve {name}"


def _roundup(roundup: NextRoundup) -> str:
    """The next roundup, or why there will be none."""
    return _made(roundup) + _approved(roundup)


def _approved(roundup: NextRoundup) -> str:
    """Who has approved the roundup, where people look at it first."""
    standing = roundup.standing
    if standing is None or roundup.is_empty or roundup.is_made:
        return ""
    if standing.review and standing.review.is_approved:
        return f", approved by {standing.review.by}"
    if standing.is_let_out:
        return ", which nobody has approved yet; it goes out all the same"
    return ", which waits until it is approved"


def _why_late(series: Series, roundup: NextRoundup, until: datetime) -> str:
    """What a roundup waits for whose moment has come, and where to see it."""
    return (
        f"the roundup {roundup.title_month} is due and waits for threads that are still on their "
        f"way, until {printing.local(series, until)} at the latest; see: mlcollage deliveries list"
    )


def _made(roundup: NextRoundup) -> str:
    if roundup.is_made:
        return f"the roundup {roundup.title_month} is there already"
    if roundup.is_empty:
        return f"no roundup {roundup.title_month}: nothing goes out for it"
    return f"the roundup {roundup.title_month}"


def _collages(year: NextYear) -> str:
    return times.counted(year.collages, "collage")


def _price(dollars: Decimal | None) -> str:
    return "" if dollars is None else f"${dollars:.2f}"


def _row(series: Series, outlook: Outlook) -> tuple[str, ...]:
    """A slot's time, number, collage and title; or why it takes no collage."""
    at = printing.local(series, outlook.slot.due_at)
    item = outlook.collage
    if item is None:
        return at, "", WHY[outlook.state or SlotState.EMPTY], ""
    number = series.numbering.shown(outlook.number)
    pinned = " (pinned)" if item.pinned_on == outlook.slot.local_on else ""
    title = markdown.line(item.paper.title)
    return at, f"~{number}" if number else "", item.name + pinned, title

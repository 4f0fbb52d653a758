"""Deliveries: what is on its way, what was tried and seen, and what a person does about it."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from bot import files
from bot.app import scheduler
from bot.cli import completion, editing, errors, naming, options, output, printing
from bot.config import Series
from bot.context import Context
from bot.core import times
from bot.core.collage import one_line
from bot.core.delivery import Delivery, Part, State
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.deciding import deliveries, descriptions, folders, inspect
from bot.deciding.actions import Ahead
from bot.deciding.deliveries import Decided, Listed
from bot.deciding.inspect import Event, Sight
from bot.deciding.resolve import Rewording
from bot.scheduling import tick

MOST_BYTES = 100_000
"""Of a file with the text of one part, far more than any network takes."""


@options.group("deliveries", "mlcollage deliveries show 12")
def deliveries_command() -> None:
    """List what is on its way to an account, show all about it, and decide; an ID is its number or
    its key.
    """


@deliveries_command.add_command
@options.command("list", "mlcollage deliveries list --account x", as_json=True)
@click.option("--all", "everything", is_flag=True, help="With what is sent.")
@click.option(
    "--account",
    metavar="NAME",
    help="Only to this account.",
    shell_complete=completion.accounts,
)
@click.option(
    "--state",
    type=naming.Choice([state.value for state in State]),
    help="Only what is in this state.",
)
@click.option(
    "--most",
    default=50,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many, newest first.",
)
def list_command(
    config_file: str | None,
    as_json: bool,
    everything: bool,
    account: str | None,
    state: str | None,
    most: int,
) -> None:
    """List what is not sent, newest first: how far it has got, what happens next, and why it is not
    out.
    """
    context = options.context(config_file)
    states = deliveries.UNSENT
    if state:
        states = (State(state),)
    elif everything:
        states = tuple(State)
    found = deliveries.listed(context, states, account=account, most=most)
    if as_json:
        printing.print_json([descriptions.delivery(listed) for listed in found])
    elif found:
        rows = [_row(context, listed) for listed in found]
        head = ("", "thread", "account", "state", "out", "next", "why")
        printing.table(rows, head=head, free=(1, 5, 6))
    elif state or everything:
        click.echo("Nothing.")
    else:
        click.echo("Nothing is on its way. Also what is sent: --all")


def _row(context: Context, listed: Listed) -> tuple[str, ...]:
    entry, ahead = listed
    delivery = entry.delivery
    name = entry.name
    if len(context.config.series) > 1:
        name = f"{delivery.series}/{name}"
    coming = ""
    if delivery.state is not State.SENT:
        coming = printing.local(_series(context, delivery), ahead.at) or ahead.words
    return (
        str(delivery.id),
        name,
        delivery.account,
        delivery.state,
        f"{entry.out}/{entry.saved_parts}" if entry.saved_parts else "",
        coming,
        delivery.note,
    )


def _series(context: Context, delivery: Delivery) -> Series:
    """The delivery's series; the first one where the configuration has it no more."""
    every = context.config.series
    return every.get(delivery.series) or next(iter(every.values()))


@deliveries_command.add_command
@options.command("show", "mlcollage deliveries show 12", as_json=True)
@click.argument("wanted", metavar="ID", shell_complete=completion.deliveries)
@click.option("--trace", is_flag=True, help="With the tracebacks of unexpected errors.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Write what is not out into it: texts, picture and alt text, to be posted by hand.",
)
def show_command(
    config_file: str | None, as_json: bool, wanted: str, trace: bool, folder: str | None
) -> None:
    """Show all that is known of a delivery: its parts, what was tried and seen, and what you can
    do.
    """
    context = options.context(config_file)
    seen = inspect.of(context, wanted)
    place = folders.write(context, seen, Path(folder)) if folder else None
    if as_json:
        written = {"written": str(place)} if place else {}
        printing.print_json(descriptions.sight(seen) | written)
        return
    series = _series(context, seen.entry.delivery)
    _print_facts(series, seen, printing.mode(context.config))
    for part in seen.parts:
        _print_part(series, part)
    _print_edit(seen)
    if seen.timeline:
        output.line("\nWhat happened", style="bold")
        rows = [(_second(series, event), inspect.told(event)) for event in seen.timeline]
        printing.table(rows, whole=True)
    if trace:
        _print_traces(series, seen)
    if place:
        output.line(f"\nwritten: {place}")
    if seen.possible:
        output.line("\nWhat you can do", style="bold")
        for command in seen.possible:
            click.echo(command)


def _print_facts(series: Series, seen: Sight, mode: str) -> None:
    delivery = seen.entry.delivery
    output.line(f"{seen.entry.name} on {delivery.account}: {delivery.state}{mode}", style="bold")
    facts = {
        "delivery": str(delivery.id),
        "key": delivery.key,
        "due": printing.local(series, delivery.due_at),
        "out": f"{seen.entry.out} of {len(seen.parts)} parts",
        "why": delivery.note,
        "next": _next(series, seen.ahead),
        "look at": seen.identity,
        "after": seen.before,
    }
    printing.table([(name, value) for name, value in facts.items() if value], whole=True)


def _print_traces(series: Series, seen: Sight) -> None:
    """The tracebacks of unexpected errors, or that there were none."""
    failed = [event for event in seen.timeline if event.trace]
    if not failed:
        click.echo("\nThere was no unexpected error.")
    for event in failed:
        output.line(f"\n{_second(series, event)}", style="bold")
        click.echo(event.trace.rstrip())


def _second(series: Series, event: Event) -> str:
    """When it happened, to the second: attempts and looks follow each other quickly."""
    return times.short(event.at, series.zone, seconds=True)


def _next(series: Series, ahead: Ahead) -> str:
    comma = ", " if ahead.at else ""
    return f"{ahead.words}{comma}{printing.local(series, ahead.at)}"


def _print_part(series: Series, part: Part) -> None:
    receipt = part.receipt
    if receipt:
        at = printing.local(series, receipt.at)
        gone = ", and taken off since" if part.is_gone else ""
        output.line(f"\n{part.position}. out {at}  {receipt.url}{gone}")
    else:
        output.line(f"\n{part.position}. not out", style="yellow")
    for line in inspect.described(part):
        click.echo(f"   {line}".rstrip())


def _print_edit(seen: Sight) -> None:
    """What has been changed since the thread was frozen, line by line."""
    if seen.problem:
        output.line(f"\nIt could not be composed now: {seen.problem}", style="red")
    if not seen.anew:
        return
    output.line("\nIt has been edited since it was frozen, and goes out as frozen", style="bold")
    for position, line in inspect.edits(seen):
        output.line(f"{position}. {line}", style="red" if line.startswith("-") else "green")


IDS = click.argument(
    "wanted", metavar="ID…", nargs=-1, required=True, shell_complete=completion.deliveries
)


@deliveries_command.add_command
@options.command("retry", "mlcollage deliveries retry 12 --now")
@IDS
@click.option(
    "--edited",
    is_flag=True,
    help="Compose it anew from what was edited; only where nothing of it is out.",
)
@click.option(
    "--not-posted",
    is_flag=True,
    help="With --edited, where it may be out: you looked, and nothing of it is.",
)
@click.option(
    "--now", is_flag=True, help="Send what is missing at this moment, not with the next tick."
)
def retry_command(
    config_file: str | None, wanted: tuple[str, ...], edited: bool, not_posted: bool, now: bool
) -> None:
    """Look for deliveries, take over what is out, and let what is missing be sent."""
    if not_posted and not edited:
        raise click.UsageError("--not-posted goes with --edited; else: deliveries resolve.")
    context = _context(config_file)

    def step(name: str) -> Decided:
        if not_posted:
            return deliveries.compose_anew(context, name)
        return deliveries.retry(context, name, edited=edited)

    done, code = _decide(context, wanted, step)
    if now and done:
        code |= _send_now(context, done)
    entries = deliveries.current(context, [decided.entry for decided in done])
    if any(entry.delivery.state is State.UNCERTAIN for entry in entries):
        code = 1
    sys.exit(code)


@deliveries_command.add_command
@options.command(
    "resolve",
    "mlcollage deliveries resolve 12 --posted https://x.com/mlcollage/status/1460323737035677698",
)
@click.argument("wanted", metavar="ID", shell_complete=completion.deliveries)
@click.option(
    "--posted",
    "urls",
    metavar="URL",
    multiple=True,
    help="It is out, here; once for each part, in order.",
)
@click.option(
    "--part", type=click.IntRange(1), metavar="N", help="The first part that --posted means."
)
@click.option(
    "--anyway", is_flag=True, help="--posted means those parts, though their texts are others."
)
@click.option("--not-posted", is_flag=True, help="It is not out: send it again.")
@click.option(
    "--gone",
    type=click.IntRange(1),
    metavar="N",
    help="Part N was deleted by hand: the rest goes on below what is there.",
)
@click.option("--delete", "double", metavar="URL", help="Delete this second copy of a part.")
def resolve_command(
    config_file: str | None,
    wanted: str,
    urls: tuple[str, ...],
    part: int | None,
    anyway: bool,
    not_posted: bool,
    gone: int | None,
    double: str | None,
) -> None:
    """Say whether a delivery is out, after you looked. The rest of its thread goes on by itself."""
    said = [bool(urls), not_posted, gone is not None, double is not None]
    if said.count(True) != 1 or ((part or anyway) and not urls):
        raise click.UsageError(
            "Say one thing: that it is out, with --posted URL, that it is not, with --not-posted, "
            "that a part was deleted by hand, with --gone N, or --delete URL for a second copy."
        )
    context = _context(config_file)

    def step(name: str) -> Decided:
        if not_posted:
            return deliveries.not_posted(context, name)
        if gone is not None:
            return deliveries.gone(context, name, gone)
        if double is not None:
            return deliveries.delete(context, name, double)
        return deliveries.posted(context, name, urls, part, anyway=anyway)

    sys.exit(_decide(context, (wanted,), step)[1])


@deliveries_command.add_command
@options.command("reword", "mlcollage deliveries reword 12 2")
@click.argument("wanted", metavar="ID", shell_complete=completion.deliveries)
@click.argument("part", type=click.IntRange(1))
@click.option("--text", help="The new text, in place of an editor.")
@click.option(
    "--from",
    "file",
    type=click.Path(readable=False),
    metavar="FILE",
    help="It is in this file; - reads it.",
)
@click.option("--not-posted", is_flag=True, help="You looked, and the part is not out.")
def reword_command(
    config_file: str | None,
    wanted: str,
    part: int,
    text: str | None,
    file: str | None,
    not_posted: bool,
) -> None:
    """Give PART of a frozen thread another text, where the network refuses the one it has; without
    options in $EDITOR. The rest of the thread goes on.
    """
    if text is not None and file is not None:
        raise click.UsageError("Give the text with --text or with --from FILE, not with both.")
    context = _context(config_file)
    try:
        before = deliveries.frozen_text(context, wanted, part, is_not_posted=not_posted)
        new = _new_text(before, text, file)
    except (BadInput, NotAllowed) as error:
        output.fail(*errors.failure(error))
        sys.exit(1)
    if new.strip() == before:
        click.echo(f"Part {part} is unchanged.")
        return
    rewording = Rewording(part, new, is_not_posted=not_posted)

    def step(name: str) -> Decided:
        return deliveries.reword(context, name, rewording)

    sys.exit(_decide(context, (wanted,), step)[1])


def _new_text(before: str, text: str | None, file: str | None) -> str:
    """The text as it was given, or as its editor left it; raises `BadInput` for a bad file."""
    if text is not None:
        return text
    if file == "-":
        return sys.stdin.read()
    if file is not None:
        try:
            return files.read_text(Path(file), MOST_BYTES, "a text")
        except files.Unreadable as error:
            raise BadInput(f"{one_line(file)}: {error}.") from None
    return editing.edited(before, ".txt") or before


@deliveries_command.add_command
@options.command("cancel", "mlcollage deliveries cancel 12")
@IDS
@click.option("--not-posted", is_flag=True, help="You have looked: nothing of it is out.")
def cancel_command(config_file: str | None, wanted: tuple[str, ...], not_posted: bool) -> None:
    """Let nothing more of deliveries go out; what is out stays."""
    context = _context(config_file)

    def step(name: str) -> Decided:
        return deliveries.cancel(context, name, is_not_posted=not_posted)

    sys.exit(_decide(context, wanted, step)[1])


def _context(config_file: str | None) -> Context:
    """A context that tells what it does, each line with its time."""
    config = options.load(config_file)
    return options.opened(config, lambda at, text: output.tell(printing.stamped(config, at, text)))


def _decide(
    context: Context, wanted: Sequence[str], step: Callable[[str], Decided]
) -> tuple[list[Decided], int]:
    """Take the step for each delivery and tell what came of it and what is next.

    Returns the decisions that were taken, and the exit code: 1 where one was refused.
    """
    done, code = [], 0
    for name in wanted:
        try:
            decided = step(name)
        except (BadInput, NotAllowed, Unavailable) as error:
            failure = errors.failure(error)
            output.fail(*failure)
            output.add(refused=[{"delivery": name, "message": failure.message}])
            code = 1
            continue
        output.tell(decided.message)
        described = descriptions.delivery(Listed(decided.entry, decided.ahead))
        output.add(deliveries=[described])
        series = _series(context, decided.entry.delivery)
        output.tell(f"  next: {_next(series, decided.ahead)}")
        done.append(decided)
    return done, code


def _send_now(context: Context, done: Sequence[Decided]) -> int:
    """Send what is due on their accounts; the exit code."""
    with scheduler.stoppable(context.stop):
        unsent = deliveries.send_now(context, [decided.entry for decided in done])
    for entry in unsent:
        delivery = entry.delivery
        click.echo(f"Delivery {delivery.id} is not sent yet: {delivery.note or delivery.state}")
        output.add(unsent=[delivery.id])
    tick.tell(context, partial(printing.print_notices, context.config))
    return int(bool(unsent))

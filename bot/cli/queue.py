"""The queue's order and states."""

import click

from bot.cli import completion, options, output, printing
from bot.config import Series
from bot.context import Context
from bot.core import changes, collage, times
from bot.deciding import accounts, queue_changes
from bot.deciding.queue_changes import Moved, Place, Where


def _opened(config_file: str | None, series: str | None) -> tuple[Context, Series]:
    context = options.context(config_file)
    return context, options.one_series(context.config, series)


@options.command("ready", "mlcollage ready barlow-twins", series=True)
@click.argument("names", metavar="NAME…", nargs=-1, required=True, shell_complete=completion.queued)
def ready_command(config_file: str | None, series: str | None, names: tuple[str, ...]) -> None:
    """Make drafts ready to go out; what still lacks something is refused."""
    context, chosen = _opened(config_file, series)
    found = queue_changes.make_ready(context, chosen, names)
    click.echo(f"Ready: {', '.join(names)}")
    for name, why in found.unapproved.items():
        waits = f"{name}: no slot takes it before it is approved: {why}"
        click.echo(f"  note: {waits}; mlcollage approve {name}")
    for remark in found.remarks:
        click.echo(f"  note: {remark}")
    printing.add_collages(context, chosen, names)


@options.command("move", "mlcollage move barlow-twins --first", series=True)
@click.argument("name", shell_complete=completion.queued)
@click.option("--first", is_flag=True, help="To the head of the queue.")
@click.option("--last", is_flag=True, help="To its end.")
@click.option(
    "--before",
    metavar="NAME",
    help="Directly before another collage.",
    shell_complete=completion.queued,
)
@click.option(
    "--after",
    metavar="NAME",
    help="Directly after another collage.",
    shell_complete=completion.queued,
)
def move_command(
    config_file: str | None,
    series: str | None,
    name: str,
    first: bool,
    last: bool,
    before: str | None,
    after: str | None,
) -> None:
    """Change a collage's place in the queue."""
    places = []
    if first:
        places.append(Place(Where.FIRST))
    if last:
        places.append(Place(Where.LAST))
    if before is not None:
        places.append(Place(Where.BEFORE, before))
    if after is not None:
        places.append(Place(Where.AFTER, after))
    if len(places) != 1:
        raise click.UsageError("Say where to: --first, --last, --before NAME or --after NAME.")
    context, chosen = _opened(config_file, series)
    moved = queue_changes.move(context, chosen, name, places[0])
    click.echo(f"{moved.item.name} stands {places[0]} now{_from_to(moved)}.")
    printing.add_collages(context, chosen, [moved.item.name])


@options.command("pin", "mlcollage pin barlow-twins 2021-08-18", series=True)
@click.argument("name", shell_complete=completion.queued)
@click.argument("day", required=False)
@click.option("--off", is_flag=True, help="Take the pin off.")
def pin_command(
    config_file: str | None, series: str | None, name: str, day: str | None, off: bool
) -> None:
    """Tie a collage to a DAY that has a slot: it goes out then, not before.

    A day on which nothing can go out is refused: one that is skipped, say, or lies in a pause.
    """
    if (day is None) != off:
        raise click.UsageError("Name a day, or take the pin off with --off.")
    context, chosen = _opened(config_file, series)
    if day is None:
        moved = queue_changes.unpin(context, chosen, name)
        click.echo(f"{moved.item.name} is not pinned any more{_from_to(moved)}.")
    else:
        on = options.day(day)
        moved = queue_changes.pin(context, chosen, name, on)
        click.echo(f"{moved.item.name} is pinned to {times.day(on)}{_from_to(moved)}.")
    printing.add_collages(context, chosen, [moved.item.name])


@options.command(
    "number",
    "mlcollage number barlow-twins 31  (or: mlcollage number --next 33)",
    series=True,
)
@click.argument("name", required=False, shell_complete=completion.queued)
@click.argument("number", required=False, type=click.IntRange(0, collage.MOST_NUMBER))
@click.option("--off", is_flag=True, help="Keep no number: its slot counts on, as for others.")
@click.option(
    "--next",
    "coming",
    metavar="N",
    type=click.IntRange(1, collage.MOST_NUMBER),
    help="Which number the series goes on with, at the next slot.",
)
def number_command(
    config_file: str | None,
    series: str | None,
    name: str | None,
    number: int | None,
    off: bool,
    coming: int | None,
) -> None:
    """Let a collage in the queue keep a NUMBER of its own, or another one than it brought along; or
    let the series go on with another number.

    One that is taken is refused.
    """
    if coming is not None:
        if name is not None or off:
            raise click.UsageError("--next is about the series: name no collage, and no --off.")
        _count_from(*_opened(config_file, series), coming)
        return
    if name is None:
        raise click.UsageError("Name a collage, or the series' next number with --next.")
    if (number is None) != off:
        raise click.UsageError("Name a number, or have the slot count with --off.")
    context, chosen = _opened(config_file, series)
    moved = queue_changes.keep_number(context, chosen, name, number)
    item, change = moved.item, _from_to(moved)
    if number is None:
        click.echo(f"{item.name} gets the next number when a slot takes it{change}.")
    else:
        shown = chosen.numbering.shown(number) or number
        told = f"{item.name} keeps the number {shown}; the others count on behind it"
        click.echo(f"{told}{change}.")
    printing.add_collages(context, chosen, [item.name])


def _count_from(context: Context, series: Series, number: int) -> None:
    before, now = queue_changes.count_from(context, series, number)
    shown = series.numbering.shown
    told = f"The next number is {shown(now) or now} (before: {shown(before) or before})"
    if now != number:
        told += ", for a collage in the queue keeps the one before it"
    click.echo(f"{told}.")


def _from_to(moved: Moved) -> str:
    """From what to what a collage was changed, in brackets; empty where nothing is different."""
    if not moved.changes:
        return ""
    return f" ({changes.told(moved.changes)})"


@options.command(
    "hold", "mlcollage hold barlow-twins  (or: mlcollage hold --account outbox)", series=True
)
@click.argument("name", required=False, shell_complete=completion.queued)
@click.option(
    "--account",
    metavar="NAME",
    help="Hold an account: nothing goes out on it.",
    shell_complete=completion.accounts,
)
@click.option("--why", default="", help="A reason, for the others.")
def hold_command(
    config_file: str | None, series: str | None, name: str | None, account: str | None, why: str
) -> None:
    """Hold a collage, or an account, until it is released."""
    _check_one_of(name, account)
    if account:
        is_new = accounts.hold(options.context(config_file), account, why)
        held = "held" if is_new else "already held"
        click.echo(f"Account {account} is {held}: nothing goes out on it.")
        output.add(account=account, is_held=True)
    else:
        context, chosen = _opened(config_file, series)
        item = queue_changes.hold(context, chosen, str(name), why)
        click.echo(f"{item.name} is held.")
        printing.add_collages(context, chosen, [item.name])


@options.command(
    "release",
    "mlcollage release barlow-twins  (or: mlcollage release --account outbox)",
    series=True,
)
@click.argument("name", required=False, shell_complete=completion.queued)
@click.option(
    "--account",
    metavar="NAME",
    help="Release an account: what waits for it goes out.",
    shell_complete=completion.accounts,
)
@click.option("--late", is_flag=True, help="With --account: also what is too late by now.")
def release_command(
    config_file: str | None, series: str | None, name: str | None, account: str | None, late: bool
) -> None:
    """Release a held collage, or account."""
    _check_one_of(name, account)
    if account:
        freed = accounts.release(options.context(config_file), account, with_late=late)
        _print_freed(account, freed)
        return
    context, chosen = _opened(config_file, series)
    released = queue_changes.release(context, chosen, str(name))
    item = released.item
    if released.missing:
        lacks = ", ".join(released.missing)
        click.echo(f"{item.name} is a draft again: it lacks {lacks}.")
    elif released.problems:
        click.echo(f"{item.name} is a draft again, because it cannot go out:")
        for problem in released.problems:
            click.echo(f"  ! {problem}")
    else:
        click.echo(f"{released.item.name} is ready again.")
    printing.add_collages(context, chosen, [item.name])
    output.add(missing=list(released.missing), problems=list(released.problems))


def _print_freed(account: str, freed: accounts.Freed) -> None:
    """What becomes of an account that was released, and of what waited for it."""
    state = "free again" if freed.was_held else "not held"
    waiting = ""
    if freed.deliveries:
        waiting = f", {freed.deliveries} held deliveries wait again"
    click.echo(f"Account {account} is {state}{waiting}.")
    if freed.late:
        click.echo(
            f"Too late to go out by themselves: {', '.join(freed.late)}. "
            f"All of them: mlcollage release --account {account} --late"
        )
    output.add(account=account, is_held=False, waiting=freed.deliveries, late=list(freed.late))


def _check_one_of(name: str | None, account: str | None) -> None:
    if (name is None) == (account is None):
        raise click.UsageError("Name a collage, or an account with --account NAME.")


@options.command("remove", "mlcollage remove barlow-twins", series=True)
@click.argument("name", shell_complete=completion.queued)
def remove_command(config_file: str | None, series: str | None, name: str) -> None:
    """Take a collage out of the queue. What is out already stays as it is."""
    context, chosen = _opened(config_file, series)
    item = queue_changes.remove(context, chosen, name)
    click.echo(f"{item.name} is out of the queue.")
    output.add(removed=item.name)

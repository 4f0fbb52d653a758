"""The queue's order and states."""

import click

from bot.cli import options, printing
from bot.config import Series
from bot.context import Context
from bot.core import collage, times
from bot.deciding import accounts, queue_changes
from bot.deciding.queue_changes import Place, Where


def _opened(config_file: str | None, series: str | None) -> tuple[Context, Series]:
    context = options.context(config_file)
    return context, options.one_series(context.config, series)


@options.command("ready", "mlcollage ready barlow-twins", series=True)
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
def ready_command(config_file: str | None, series: str | None, names: tuple[str, ...]) -> None:
    """Make drafts ready to go out; what still lacks something is refused."""
    context, chosen = _opened(config_file, series)
    items = queue_changes.make_ready(context, chosen, names)
    click.echo(f"Ready: {', '.join(names)}")
    printing.legibility_notes(items)


@options.command("move", "mlcollage move barlow-twins --first", series=True)
@click.argument("name")
@click.option("--first", is_flag=True, help="To the head of the queue.")
@click.option("--last", is_flag=True, help="To its end.")
@click.option("--before", metavar="NAME", help="Directly before another collage.")
@click.option("--after", metavar="NAME", help="Directly after another collage.")
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
    item = queue_changes.move(context, chosen, name, places[0])
    click.echo(f"{item.name} stands {places[0]} now.")


@options.command("pin", "mlcollage pin barlow-twins 2021-08-18", series=True)
@click.argument("name")
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
        item = queue_changes.unpin(context, chosen, name)
        click.echo(f"{item.name} is not pinned any more.")
    else:
        on = options.day(day)
        item = queue_changes.pin(context, chosen, name, on)
        click.echo(f"{item.name} is pinned to {times.day(on)}.")


@options.command("number", "mlcollage number barlow-twins 31", series=True)
@click.argument("name")
@click.argument("number", required=False, type=click.IntRange(0, collage.MOST_NUMBER))
@click.option("--off", is_flag=True, help="Keep no number: its slot counts on, as for others.")
def number_command(
    config_file: str | None, series: str | None, name: str, number: int | None, off: bool
) -> None:
    """Let a collage in the queue keep a NUMBER of its own, or another one than it brought along.

    One that is taken is refused.
    """
    if (number is None) != off:
        raise click.UsageError("Name a number, or have the slot count with --off.")
    context, chosen = _opened(config_file, series)
    item = queue_changes.keep_number(context, chosen, name, number)
    if number is None:
        click.echo(f"{item.name} gets the next number when a slot takes it.")
    else:
        shown = chosen.numbering.shown(number) or number
        click.echo(f"{item.name} keeps the number {shown}; the others count on behind it.")


@options.command(
    "hold", "mlcollage hold barlow-twins  (or: mlcollage hold --account outbox)", series=True
)
@click.argument("name", required=False)
@click.option("--account", metavar="NAME", help="Hold an account: nothing goes out on it.")
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
    else:
        context, chosen = _opened(config_file, series)
        item = queue_changes.hold(context, chosen, str(name), why)
        click.echo(f"{item.name} is held.")


@options.command(
    "release",
    "mlcollage release barlow-twins  (or: mlcollage release --account outbox)",
    series=True,
)
@click.argument("name", required=False)
@click.option("--account", metavar="NAME", help="Release an account: what waits for it goes out.")
@click.option("--late", is_flag=True, help="With --account: also what is too late by now.")
def release_command(
    config_file: str | None, series: str | None, name: str | None, account: str | None, late: bool
) -> None:
    """Release a held collage, or account."""
    _check_one_of(name, account)
    if account:
        freed = accounts.release(options.context(config_file), account, with_late=late)
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


def _check_one_of(name: str | None, account: str | None) -> None:
    if (name is None) == (account is None):
        raise click.UsageError("Name a collage, or an account with --account NAME.")


@options.command("remove", "mlcollage remove barlow-twins", series=True)
@click.argument("name")
def remove_command(config_file: str | None, series: str | None, name: str) -> None:
    """Take a collage out of the queue. What is out already stays as it is."""
    context, chosen = _opened(config_file, series)
    item = queue_changes.remove(context, chosen, name)
    click.echo(f"{item.name} is out of the queue.")

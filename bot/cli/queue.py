"""The queue's order and states."""

import click

from bot.cli import options
from bot.config import Series
from bot.context import Context
from bot.core import collage, schedule, times
from bot.core.collage import Collage, State
from bot.core.errors import BadInput, NotAllowed
from bot.intake import accept
from bot.storage import installation, ledger, log, queue
from bot.storage import series as storage
from bot.storage.database import Connection


def _opened(config_file: str | None, series: str | None) -> tuple[Context, Series]:
    context = options.context(config_file)
    return context, options.one_series(context.config, series)


def _find(conn: Connection, own: Series, name: str) -> Collage:
    return queue.get(conn, storage.get(conn, own.name).id, name)


@options.command("ready", "mlcollage ready barlow-twins", series=True)
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
def ready_command(config_file: str | None, series: str | None, names: tuple[str, ...]) -> None:
    """Make drafts ready to go out; what still lacks something is refused."""
    context, own = _opened(config_file, series)
    with context.database.write() as conn:
        for name in names:
            item = _find(conn, own, name)
            if item.state is State.READY:
                continue
            if missing := collage.missing(item, has_picture=item.picture is not None):
                raise NotAllowed(
                    f"{item.name} lacks {', '.join(missing)}; give it with: mlcollage edit {item.name}"
                )
            queue.change_state(conn, item, State.READY)
            accept.change(context, conn, "ready", own, item.name)
    click.echo(f"Ready: {', '.join(names)}")


@options.command("move", "mlcollage move barlow-twins --first", series=True)
@click.argument("name")
@click.option("--first", "place", flag_value="first", help="To the head of the queue.")
@click.option("--last", "place", flag_value="last", help="To its end.")
@click.option("--before", metavar="NAME", help="Directly before another collage.")
@click.option("--after", metavar="NAME", help="Directly after another collage.")
def move_command(
    config_file: str | None,
    series: str | None,
    name: str,
    place: str | None,
    before: str | None,
    after: str | None,
) -> None:
    """Change a collage's place in the queue."""
    if sum(option is not None for option in (place, before, after)) != 1:
        raise click.UsageError("Say where to: --first, --last, --before NAME or --after NAME.")
    context, own = _opened(config_file, series)
    with context.database.write() as conn:
        item = _find(conn, own, name)
        order = [
            one
            for one in queue.waiting(conn, storage.get(conn, own.name).id, MOVABLE)
            if one.id != item.id
        ]
        neighbour = _find(conn, own, before or after or name)
        if neighbour.id == item.id and not place:
            raise BadInput(f"{item.name} cannot stand beside itself.")
        if place:
            target = order[0] if place == "first" and order else None
        elif before:
            target = neighbour
        else:
            behind = [one for one in order if one.position > neighbour.position]
            target = behind[0] if behind else None
        queue.move(conn, item, before=target)
        where = place or (f"before {before}" if before else f"after {after}")
        accept.change(context, conn, "move", own, item.name, where)
    click.echo(f"{item.name} stands {where} now.")


MOVABLE = (State.DRAFT, State.READY, State.HELD)


@options.command("pin", "mlcollage pin barlow-twins 2021-08-18", series=True)
@click.argument("name")
@click.argument("day", required=False)
@click.option("--off", is_flag=True, help="Take the pin off.")
def pin_command(
    config_file: str | None, series: str | None, name: str, day: str | None, off: bool
) -> None:
    """Tie a collage to a DAY that has a slot: it goes out then, not before."""
    if (day is None) != off:
        raise click.UsageError("Name a day, or take the pin off with --off.")
    context, own = _opened(config_file, series)
    on = options.day(day) if day else None
    if on and on < context.clock.now().astimezone(own.zone).date():
        raise BadInput(f"{on} is past; pin to a day that is to come.")
    if on and not schedule.slots_on(own.timetable, on):
        raise BadInput(f"{times.day(on)} has no slot of {own.name}; its slots are {_slots(own)}.")
    with context.database.write() as conn:
        item = _find(conn, own, name)
        queue.pin(conn, item, on)
        accept.change(context, conn, "pin", own, item.name, str(on or "off"))
    click.echo(
        f"{item.name} is pinned to {times.day(on)}."
        if on
        else f"{item.name} is not pinned any more."
    )


def _slots(own: Series) -> str:
    return ", ".join(map(str, own.timetable.slots)) or "none"


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
    _one_of(name, account)
    if account:
        _hold_account(options.context(config_file), account, why)
        return
    context, own = _opened(config_file, series)
    with context.database.write() as conn:
        item = _find(conn, own, str(name))
        if item.state is State.CLAIMED:
            raise NotAllowed(
                f"{item.name} is on its way out; hold its account instead: mlcollage hold --account NAME"
            )
        if item.state is State.DRAFT:
            raise NotAllowed(
                f"{item.name} is a draft: it goes nowhere before you say mlcollage ready {item.name}"
            )
        queue.change_state(conn, item, State.HELD, why)
        accept.change(context, conn, "hold", own, item.name, why)
    click.echo(f"{item.name} is held.")


@options.command(
    "release",
    "mlcollage release barlow-twins  (or: mlcollage release --account outbox)",
    series=True,
)
@click.argument("name", required=False)
@click.option("--account", metavar="NAME", help="Release an account: what waits for it goes out.")
def release_command(
    config_file: str | None, series: str | None, name: str | None, account: str | None
) -> None:
    """Release a held collage, or account."""
    _one_of(name, account)
    if account:
        _release_account(options.context(config_file), account)
        return
    context, own = _opened(config_file, series)
    with context.database.write() as conn:
        item = _find(conn, own, str(name))
        if item.state is not State.HELD:
            raise NotAllowed(f"{item.name} is {item.state}, not held.")
        missing = collage.missing(item, has_picture=item.picture is not None)
        to = State.DRAFT if missing else State.READY
        queue.change_state(conn, item, to)
        accept.change(context, conn, "release", own, item.name)
    lacks = f": it lacks {', '.join(missing)}" if missing else ""
    click.echo(f"{item.name} is {'a draft' if missing else 'ready'} again{lacks}.")


def _one_of(name: str | None, account: str | None) -> None:
    if (name is None) == (account is None):
        raise click.UsageError("Name a collage, or an account with --account NAME.")


def _hold_account(context: Context, account: str, why: str) -> None:
    _check_account(context, account)
    with context.database.write() as conn:
        changed = storage.hold_account(conn, account, context.clock.now(), why)
        log.record(
            conn, log.Change(context.clock.now(), context.who, "hold", f"account/{account}", why)
        )
    click.echo(f"Account {account} is {'' if changed else 'already '}held: nothing goes out on it.")


def _release_account(context: Context, account: str) -> None:
    _check_account(context, account)
    with context.database.write() as conn:
        rehearsal = installation.rehearsal(conn, live=context.config.live)
        changed = storage.hold_account(conn, account, None, "")
        count = ledger.release_all(conn, account, rehearsal, context.clock.now())
        log.record(
            conn, log.Change(context.clock.now(), context.who, "release", f"account/{account}", "")
        )
    waiting = f", {count} held deliveries wait again" if count else ""
    click.echo(f"Account {account} is {'free again' if changed else 'not held'}{waiting}.")


def _check_account(context: Context, account: str) -> None:
    if account not in context.config.accounts:
        known = ", ".join(context.config.accounts)
        raise BadInput(
            f"There is no account {account} in {context.config.file.name}; it has {known}."
        )


@options.command("remove", "mlcollage remove barlow-twins", series=True)
@click.argument("name")
def remove_command(config_file: str | None, series: str | None, name: str) -> None:
    """Take a collage out of the queue. What is out already stays as it is."""
    context, own = _opened(config_file, series)
    with context.database.write() as conn:
        item = _find(conn, own, name)
        queue.remove(conn, item, context.clock.now())
        accept.change(context, conn, "remove", own, item.name)
    click.echo(f"{item.name} is out of the queue.")

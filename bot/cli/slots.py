"""The timetable: what goes out when, and when nothing shall."""

from datetime import datetime

import click

from bot import intake, tick
from bot.cli import context
from bot.core import schedule
from bot.core.errors import BadInput
from bot.storage import installation, queue, slots
from bot.storage import series as storage


@context.command("skip", "mlcollage skip 2021-12-29", series=True)
@click.argument("day", metavar="DATE")
@click.option("--off", is_flag=True, help="Do not skip it after all.")
def skip_command(config_file: str | None, series: str | None, day: str, off: bool) -> None:
    """Let the slots of a day pass without a post; the queue waits for the next one."""
    world = context.world(config_file)
    own = context.one_series(world.config, series)
    on, now = context.day(day), world.clock.now()
    coming = [slot for slot in schedule.slots_on(own.timetable, on) if slot.due_at > now]
    if not coming:
        raise BadInput(f"{on:%A %Y-%m-%d} has no slot of {own.name} that is still to come.")
    with world.database.write() as conn:
        row = storage.get(conn, own.name)
        rehearsal = installation.rehearsal(conn, live=world.config.live)
        for slot in coming:
            if off:
                slots.unskip(conn, row.id, slot, rehearsal)
            else:
                slots.skip(conn, row.id, slot, rehearsal)
        unpinned = None if off else queue.unpin_day(conn, row.id, on)
        intake.change(world, conn, "skip", own, str(on), "off" if off else "")
    click.echo(f"{on:%A %Y-%m-%d} is {'not skipped any more' if off else 'skipped'}.")
    if unpinned:
        click.echo(f"{unpinned} was pinned to that day; it is back in its place in the queue.")


@context.command("pause", "mlcollage pause --until 2022-01-10", series=True)
@click.option("--until", metavar="DATE", help="The first day with slots again; default: until you resume.")
def pause_command(config_file: str | None, series: str | None, until: str | None) -> None:
    """Stop a series' slots; threads that are on their way still go out, and roundups appear."""
    world = context.world(config_file)
    own = context.one_series(world.config, series)
    now = world.clock.now()
    end = schedule.instant(context.day(until), datetime.min.time(), own.zone) if until else None
    if end and end <= now:
        raise BadInput(f"{until} is not to come; pause until a later day.")
    with world.database.write() as conn:
        storage.pause(conn, storage.get(conn, own.name).id, now, end)
        intake.change(world, conn, "pause", own, "", until or "")
    click.echo(f"{own.name} is paused{f' until {until}' if until else ''}.")


@context.command("resume", "mlcollage resume", series=True)
def resume_command(config_file: str | None, series: str | None) -> None:
    """End a pause. Slots that fell into it stay without a post."""
    world = context.world(config_file)
    own = context.one_series(world.config, series)
    with world.database.read() as conn:
        was_paused = storage.get(conn, own.name).is_paused(world.clock.now())
    tick.settle_pause(world, own)
    if was_paused:
        with world.database.write() as conn:
            intake.change(world, conn, "resume", own, "")
    click.echo(f"{own.name} {'goes on' if was_paused else 'was not paused'}.")

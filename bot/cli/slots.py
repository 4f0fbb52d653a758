"""The timetable: what goes out when, and when nothing shall."""

from datetime import datetime

import click

from bot.cli import options
from bot.core import schedule, times
from bot.core.errors import BadInput
from bot.intake import accept
from bot.scheduling import tick
from bot.storage import installation, queue, slots
from bot.storage import series as storage


@options.command("skip", "mlcollage skip 2021-12-29", series=True)
@click.argument("day", metavar="DATE")
@click.option("--off", is_flag=True, help="Do not skip it after all.")
def skip_command(config_file: str | None, series: str | None, day: str, off: bool) -> None:
    """Let the slots of a day pass without a post; the queue waits for the next one."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    on, now = options.day(day), context.clock.now()
    coming = [slot for slot in schedule.slots_on(own.timetable, on) if slot.due_at > now]
    if not coming:
        raise BadInput(f"{times.day(on)} has no slot of {own.name} that is still to come.")
    with context.database.write() as conn:
        row = storage.get(conn, own.name)
        rehearsal = installation.rehearsal(conn, live=context.config.live)
        for slot in coming:
            if off:
                slots.unskip(conn, row.id, slot, rehearsal)
            else:
                slots.skip(conn, row.id, slot, rehearsal)
        unpinned = None if off else queue.unpin_day(conn, row.id, on)
        accept.change(context, conn, "skip", own, str(on), "off" if off else "")
    click.echo(f"{times.day(on)} is {'not skipped any more' if off else 'skipped'}.")
    if unpinned:
        click.echo(f"{unpinned} was pinned to that day; it is back in its place in the queue.")


@options.command("pause", "mlcollage pause --until 2022-01-10", series=True)
@click.option(
    "--until", metavar="DATE", help="The first day with slots again; default: until you resume."
)
def pause_command(config_file: str | None, series: str | None, until: str | None) -> None:
    """Stop a series' slots; threads that are on their way still go out, and roundups appear."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    now = context.clock.now()
    end = schedule.instant(options.day(until), datetime.min.time(), own.zone) if until else None
    if end and end <= now:
        raise BadInput(f"{until} is not to come; pause until a later day.")
    with context.database.write() as conn:
        storage.pause(conn, storage.get(conn, own.name).id, now, end)
        accept.change(context, conn, "pause", own, "", until or "")
    click.echo(f"{own.name} is paused{f' until {until}' if until else ''}.")


@options.command("resume", "mlcollage resume", series=True)
def resume_command(config_file: str | None, series: str | None) -> None:
    """End a pause. Slots that fell into it stay without a post."""
    context = options.context(config_file)
    own = options.one_series(context.config, series)
    with context.database.read() as conn:
        was_paused = storage.get(conn, own.name).is_paused(context.clock.now())
    tick.settle_pause(context, own)
    if was_paused:
        with context.database.write() as conn:
            accept.change(context, conn, "resume", own, "")
    click.echo(f"{own.name} {'goes on' if was_paused else 'was not paused'}.")

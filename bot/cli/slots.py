"""The timetable: what goes out when, and when nothing shall."""

from datetime import datetime
from typing import Any

import click

from bot import intake, outlook, tick
from bot.cli import context
from bot.config import Series
from bot.core import month, schedule
from bot.core.errors import BadInput
from bot.core.schedule import SlotState
from bot.outlook import Outlook
from bot.storage import installation, queue, slots
from bot.storage import series as storage
from bot.world import World

WHY = {
    SlotState.EMPTY: "empty: no collage is ready",
    SlotState.SKIPPED: "skipped",
    SlotState.PAUSED: "paused",
    SlotState.MISSED: "missed",
    SlotState.CLAIMED: "taken",
}


@context.command("next", "mlcollage next --count 8", series=True, as_json=True)
@click.option("--count", default=5, show_default=True, type=click.IntRange(1, 520), help="How many slots ahead.")
def next_command(config_file: str | None, series: str | None, as_json: bool, count: int) -> None:
    """Show what goes out when, in the series' zone; numbers marked ~ are provisional."""
    world = context.world(config_file)
    own = context.one_series(world.config, series)
    coming = outlook.coming_slots(world, own, count)
    roundup = _next_roundup(world, own)
    if as_json:
        slots_ahead = [_described(own, one) for one in coming]
        context.print_json({"series": own.name, "zone": own.zone.key, "slots": slots_ahead, "roundup": roundup})
        return
    click.secho(f"{own.title} in {own.zone.key}{'' if world.config.live else ' (rehearsal)'}", bold=True)
    if not coming:
        click.echo("The series has no slots.")
    context.table([_row(own, one) for one in coming])
    at = context.local(own, datetime.fromisoformat(roundup["due_at"]))
    click.echo(f"{at}  the roundup {roundup['month']}")


def _row(own: Series, one: Outlook) -> tuple[str, ...]:
    at = context.local(own, one.slot.due_at)
    if one.collage is None:
        return at, "", WHY[one.state or SlotState.EMPTY], ""
    number = own.numbering.shown(one.number)
    pinned = " (pinned)" if one.collage.pinned_on == one.slot.local_on else ""
    return at, f"~{number}" if number else "", one.collage.name + pinned, context.cut(one.collage.paper.title, 50)


def _described(own: Series, one: Outlook) -> dict[str, Any]:
    return {
        "due_at": one.slot.due_at.isoformat(),
        "local": one.slot.due_at.astimezone(own.zone).isoformat(),
        "day": one.slot.local_on,
        "state": one.state.value if one.state else None,
        "name": one.collage.name if one.collage else None,
        "provisional_number": one.number,
    }


def _next_roundup(world: World, own: Series) -> dict[str, str]:
    now = world.clock.now()
    with world.database.read() as conn:
        row = storage.get(conn, own.name)
    title_month, at = next(month.coming(own.roundup, row.roundups_through, own.zone))
    return {"month": title_month, "due_at": at.isoformat(), "is_late": str(at < now).lower()}


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

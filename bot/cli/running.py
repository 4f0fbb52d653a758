"""Doing what is due: once, for as long as it runs, or for one collage at once."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import click

from bot import clock, tick
from bot.cli import context
from bot.core.collage import Collage
from bot.core.delivery import State
from bot.core.errors import MlcollageError, NotAllowed
from bot.duty import Duty
from bot.storage import installation, ledger, queue
from bot.storage import series as storage
from bot.storage.notices import Notice
from bot.workers import Workers
from bot.world import World


def _world(config_file: str | None) -> World:
    """A world that tells what it does, each line with its time."""
    own = context.load(config_file)

    def say(at: datetime, words: str) -> None:
        click.echo(context.stamped(own, at, words))

    return context.opened(own, say)


def _refuse_simulation(world: World) -> None:
    with world.database.read() as conn:
        if installation.simulated_until(conn):
            raise NotAllowed(f"{world.config.folder} is a simulation: play it with mlcollage simulate.")


@context.command("tick", "mlcollage tick   (every few minutes, from cron)")
def tick_command(config_file: str | None) -> None:
    """Do what is due now, print what a maintainer must hear, and exit: 1 if a person has to do something."""
    world = _world(config_file)
    _refuse_simulation(world)
    with clock.stoppable(world.stop):
        found = Duty(world).once()
    sys.exit(context.print_notices(world.config, found))


@context.command("run", "mlcollage run")
def run_command(config_file: str | None) -> None:
    """Stay, and do what is due when it is due; SIGTERM ends it after the request in flight."""
    world = _world(config_file)
    _refuse_simulation(world)
    duty = Duty(world, Workers(PATIENCE))
    with clock.stoppable(world.stop):
        world.say(_headline(world))
        clock.run(world.stop, partial(_told, world, duty.tick), partial(_told, world, duty.watch))
        duty.finish()
    world.say("Stopped.")


def _told(world: World, do: Callable[[], Sequence[Notice]]) -> None:
    """Print what is to be heard, and what went wrong."""
    try:
        context.print_notices(world.config, do())
    except MlcollageError as error:
        click.echo(f"! {error}", err=True)
    except Exception as error:  # noqa: BLE001 - one bad tick must not end a bot that serves others
        click.echo(f"! Something unexpected happened: {type(error).__name__}: {error}", err=True)
    sys.stdout.flush()


PATIENCE = timedelta(seconds=5)
"""How long a look waits for the accounts' workers, before it does what else is due."""


def _headline(world: World) -> str:
    own, soon = world.config, tick.next_at(world)
    mode = "live" if own.live else "a rehearsal (live = false)"
    when = f"{soon.astimezone(context.zone(own)):%A %Y-%m-%d %H:%M}" if soon else "nothing"
    return f"{', '.join(own.series)} on {', '.join(own.accounts)}, {mode}; next: {when}"


@context.command("post", "mlcollage post barlow-twins --now", series=True)
@click.argument("name")
@click.option("--now", is_flag=True, help="At this moment, outside the timetable.")
def post_command(config_file: str | None, series: str | None, name: str, now: bool) -> None:
    """Post a ready collage at once. It takes its number; the timetable's next slot takes the next collage."""
    if not now:
        raise click.UsageError("Posting cannot be undone: add --now to do it at this moment.")
    world = _world(config_file)
    _refuse_simulation(world)
    own = context.one_series(world.config, series)
    world = tick.begin(world)
    with world.database.read() as conn:
        item = queue.get(conn, storage.get(conn, own.name).id, name)
    started_at = world.clock.now().replace(microsecond=0)
    with clock.stoppable(world.stop):
        tick.post_now(world, own, item)
    is_trouble = context.print_notices(world.config, tick.unheard(world))
    sys.exit(int(_tell_unsent(world, item, started_at)) or is_trouble)


def _tell_unsent(world: World, item: Collage, started_at: datetime) -> bool:
    """Say which of the threads just made are not out yet, and why; whether there are any."""
    with world.database.read() as conn:
        made = [thread for thread in ledger.of_collage(conn, item.id) if thread.due_at >= started_at]
        held = {row.name for row in storage.all_accounts(conn) if row.is_held(world.clock.now())}
    unsent = [thread for thread in made if thread.state is not State.SENT]
    for thread in unsent:
        why = "the account is held" if thread.account in held else thread.note or thread.state.value
        world.say(f"{thread.account}: {item.name} is not out yet: {why.rstrip('.')}. mlcollage run or tick goes on.")
    return bool(unsent)

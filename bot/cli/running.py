"""Doing what is due: once, for as long as it runs, or for one collage at once."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import click

from bot.app import scheduler
from bot.app.runner import Duty
from bot.cli import options, printing
from bot.context import Context
from bot.core import times
from bot.core.collage import Collage
from bot.core.delivery import State
from bot.core.errors import MlcollageError, NotAllowed
from bot.scheduling import tick
from bot.storage import installation, ledger, queue
from bot.storage import series as storage
from bot.storage.notices import Notice
from bot.workers import Workers


def _context(config_file: str | None) -> Context:
    """A context that tells what it does, each line with its time."""
    own = options.load(config_file)

    def say(at: datetime, words: str) -> None:
        click.echo(printing.stamped(own, at, words))

    return options.opened(own, say)


def _refuse_simulation(context: Context) -> None:
    with context.database.read() as conn:
        if installation.simulated_until(conn):
            raise NotAllowed(
                f"{context.config.folder} is a simulation: play it with mlcollage simulate."
            )


@options.command("tick", "mlcollage tick   (every few minutes, from cron)")
def tick_command(config_file: str | None) -> None:
    """Do what is due now, print what a maintainer must hear, and exit: 1 if a person has to do
    something.
    """
    context = _context(config_file)
    _refuse_simulation(context)
    with scheduler.stoppable(context.stop):
        found = Duty(context).once()
    sys.exit(printing.print_notices(context.config, found))


@options.command("run", "mlcollage run")
def run_command(config_file: str | None) -> None:
    """Stay, and do what is due when it is due; SIGTERM ends it after the request in flight."""
    context = _context(config_file)
    _refuse_simulation(context)
    duty = Duty(context, Workers(PATIENCE))
    with scheduler.stoppable(context.stop):
        context.say(_headline(context))
        scheduler.run(
            context.stop, partial(_told, context, duty.tick), partial(_told, context, duty.watch)
        )
        duty.finish()
    context.say("Stopped.")


def _told(context: Context, do: Callable[[], Sequence[Notice]]) -> None:
    """Print what is to be heard, and what went wrong."""
    try:
        printing.print_notices(context.config, do())
    except MlcollageError as error:
        click.echo(f"! {error}", err=True)
    except Exception as error:  # noqa: BLE001 - one bad tick must not end a bot that serves others
        click.echo(f"! Something unexpected happened: {type(error).__name__}: {error}", err=True)
    sys.stdout.flush()


PATIENCE = timedelta(seconds=5)
"""How long a look waits for the accounts' workers, before it does what else is due."""


def _headline(context: Context) -> str:
    own, soon = context.config, tick.next_at(context)
    mode = "live" if own.live else "a rehearsal (live = false)"
    when = times.full(soon, options.zone(own)) if soon else "nothing"
    return f"{', '.join(own.series)} on {', '.join(own.accounts)}, {mode}; next: {when}"


@options.command("post", "mlcollage post barlow-twins --now", series=True)
@click.argument("name")
@click.option("--now", is_flag=True, help="At this moment, outside the timetable.")
def post_command(config_file: str | None, series: str | None, name: str, now: bool) -> None:
    """Post a ready collage at once.

    It takes its number; the timetable's next slot takes the next collage.
    """
    if not now:
        raise click.UsageError("Posting cannot be undone: add --now to do it at this moment.")
    context = _context(config_file)
    _refuse_simulation(context)
    own = options.one_series(context.config, series)
    context = tick.begin(context)
    with context.database.read() as conn:
        item = queue.get(conn, storage.get(conn, own.name).id, name)
    started_at = context.clock.now().replace(microsecond=0)
    with scheduler.stoppable(context.stop):
        tick.post_now(context, own, item)
    is_trouble = printing.print_notices(context.config, tick.unheard(context))
    sys.exit(int(_tell_unsent(context, item, started_at)) or is_trouble)


def _tell_unsent(context: Context, item: Collage, started_at: datetime) -> bool:
    """Say which of the threads just made are not out yet, and why; whether there are any."""
    with context.database.read() as conn:
        made = [
            thread for thread in ledger.of_collage(conn, item.id) if thread.due_at >= started_at
        ]
        held = {row.name for row in storage.all_accounts(conn) if row.is_held(context.clock.now())}
    unsent = [thread for thread in made if thread.state is not State.SENT]
    for thread in unsent:
        why = "the account is held" if thread.account in held else thread.note or thread.state.value
        context.say(
            f"{thread.account}: {item.name} is not out yet: {why.rstrip('.')}. mlcollage run or tick goes on."
        )
    return bool(unsent)

"""Doing what is due: once, for as long as it runs, or for one collage at once."""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import click

from bot import system
from bot.app import runner, scheduler
from bot.app.runner import Duty
from bot.cli import completion, desk, options, output, printing
from bot.context import Context
from bot.core import times
from bot.core.errors import MlcollageError
from bot.deciding import deliveries
from bot.deciding.deliveries import Posted
from bot.roundups import advance
from bot.scheduling import tick
from bot.scheduling.tick import Hear
from bot.watching import outstanding
from bot.workers import Workers

log = logging.getLogger(__name__)


def _context(config_file: str | None, *, is_endless: bool = False) -> Context:
    """A context that tells what it does, each line with its time; not one of a simulation.

    One `is_endless`: with --json each line is an object of its own.
    """
    config = options.load(config_file)

    def say(at: datetime, text: str) -> None:
        if is_endless and output.is_json():
            with suppress(OSError):
                output.json_line({"at": at.isoformat(), "message": text})
        else:
            output.tell(printing.stamped(config, at, text))

    context = options.opened(config, say)
    runner.refuse_simulation(context)
    return context


@options.command("tick", "mlcollage tick   (every few minutes, from cron)")
def tick_command(config_file: str | None) -> None:
    """Do what is due now, print what a maintainer must hear, and exit: 1 while a person has to do
    something, told now or before.
    """
    context = _context(config_file)
    with scheduler.stoppable(context.stop):
        Duty(context, hear=_hear(context)).once()
    needs_a_person = outstanding.is_any(context)
    output.add(needs_a_person=needs_a_person)
    sys.exit(int(needs_a_person))


@options.command("run", "mlcollage run --desk", as_json=True)
@click.option("--desk", "with_desk", is_flag=True, help="Serve the desk beside it.")
def run_command(config_file: str | None, as_json: bool, with_desk: bool) -> None:
    """Stay, and do what is due when it is due; SIGTERM ends it after the request in flight.

    With --json it prints an object a line.
    """
    if with_desk:
        desk.check_installed()
    context = _context(config_file, is_endless=True)
    duty = Duty(context, Workers(PATIENCE), hear=_hear(context))
    with scheduler.stoppable(context.stop):
        context.say(_headline(context))
        server = desk.beside(context) if with_desk else None
        scheduler.run(context.stop, partial(_shielded, duty.tick), partial(_shielded, duty.watch))
        if server:
            server.stop()
        duty.finish()
    context.say("Stopped.")


def _hear(context: Context) -> Hear:
    return partial(printing.print_notices, context.config)


def _shielded(do: Callable[[], object]) -> None:
    """Do a round, and print what went wrong."""
    try:
        do()
    except MlcollageError as error:
        output.tell(f"! {error}", err=True)
    except Exception as error:
        if stream := output.failed(error):
            if stream.message:
                output.tell(f"! {stream.message}", err=True)
            return
        # One bad tick must not end a bot that serves others.
        log.exception("Unexpected error in a round")
        reason = f"Something unexpected happened: {type(error).__name__}: {error}"
        output.tell(f"! {system.refusal(error) or reason}", err=True)


PATIENCE = timedelta(seconds=5)
"""How long a look waits for the accounts' workers, before it does what else is due."""


def _headline(context: Context) -> str:
    """What a bot that starts serves, in which mode, and when it does something next."""
    config, next_at = context.config, tick.next_at(context)
    mode = "live" if config.live else "a rehearsal (live = false)"
    coming = "nothing"
    if next_at:
        coming = times.full(next_at, options.zone(config))
    series, accounts = ", ".join(config.series), ", ".join(config.accounts)
    headline = f"{series} on {accounts}, {mode}; next: {coming}"
    if without := advance.without_links(config):
        names = ", ".join(notice.series for notice in without)
        headline += f"; the roundups of {names} go out without a link"
    return headline


@options.command("post", "mlcollage post barlow-twins --now", series=True)
@click.argument("name", shell_complete=completion.queued)
@click.option("--now", is_flag=True, help="At this moment, outside the timetable.")
def post_command(config_file: str | None, series: str | None, name: str, now: bool) -> None:
    """Post a ready collage at once.

    It takes its number; the timetable's next slot takes the next collage.
    """
    if not now:
        raise click.UsageError("Posting cannot be undone: add --now to do it at this moment.")
    context = _context(config_file)
    chosen = options.one_series(context.config, series)
    with scheduler.stoppable(context.stop):
        posted = deliveries.post_now(context, chosen, name)
    tick.tell(context, _hear(context))
    _say_unsent(context, posted)
    printing.add_collages(context, chosen, [posted.item.name])
    output.add(unsent=[unsent._asdict() for unsent in posted.unsent])
    sys.exit(int(bool(posted.unsent)))


def _say_unsent(context: Context, posted: Posted) -> None:
    """Say which of the threads just made are not out yet, and why."""
    for unsent in posted.unsent:
        why = unsent.why.rstrip(".")
        late = f"{unsent.account}: {posted.item.name} is not out yet: {why}."
        if not context.publishers[unsent.account].by_hand:
            late += " mlcollage run or tick goes on."
        context.say(late)

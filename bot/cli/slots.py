"""The timetable: what goes out when, and when nothing shall."""

import click

from bot.cli import options, output
from bot.core import times
from bot.scheduling import pauses


@options.command("skip", "mlcollage skip 2021-12-29", series=True)
@click.argument("day", metavar="DATE")
@click.option("--off", is_flag=True, help="Do not skip it after all.")
def skip_command(config_file: str | None, series: str | None, day: str, off: bool) -> None:
    """Let the slots of a day pass without a post; the queue waits for the next one."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    on = options.day(day)
    if off:
        pauses.unskip(context, chosen, on)
        click.echo(f"{times.day(on)} is not skipped any more.")
        output.add(day=str(on), is_skipped=False)
        return
    unpinned = pauses.skip(context, chosen, on)
    click.echo(f"{times.day(on)} is skipped.")
    output.add(day=str(on), is_skipped=True, unpinned=unpinned or None)
    if unpinned:
        click.echo(f"{unpinned} was pinned to that day; it is back in its place in the queue.")


@options.command("pause", "mlcollage pause --until 2022-01-10", series=True)
@click.option(
    "--until", metavar="DATE", help="The first day with slots again; default: until you resume."
)
def pause_command(config_file: str | None, series: str | None, until: str | None) -> None:
    """Stop a series' slots; threads that are on their way still go out, and roundups appear.

    Another pause takes the place of the one before; what has fallen into that stays paused.
    """
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    end_on = options.day(until) if until else None
    pauses.pause(context, chosen, end_on)
    end = f" until {end_on}" if end_on else ""
    click.echo(f"{chosen.name} is paused{end}.")
    output.add(series=chosen.name, is_paused=True, until=until and str(end_on))


@options.command("resume", "mlcollage resume", series=True)
def resume_command(config_file: str | None, series: str | None) -> None:
    """End a pause. Slots that fell into it stay without a post."""
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    was_paused = pauses.resume(context, chosen)
    click.echo(f"{chosen.name} {'goes on' if was_paused else 'was not paused'}.")
    output.add(series=chosen.name, is_paused=False, was_paused=was_paused)

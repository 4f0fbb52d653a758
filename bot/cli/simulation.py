"""A month, or years, in a moment."""

from datetime import datetime
from pathlib import Path

import click

from bot.app import simulate
from bot.cli import options, output
from bot.config import FILE
from bot.core import times


@options.command("simulate", "mlcollage simulate --in trial --from 2021-08-01 --to 2021-08-31")
@click.option(
    "--in",
    "folder",
    required=True,
    metavar="FOLDER",
    type=click.Path(readable=False, path_type=Path),
    help="Its own folder.",
)
@click.option("--from", "start", metavar="DATE", help="The first day; default: where it stopped.")
@click.option("--to", "end", metavar="DATE", help="The last day; default: the first one.")
@click.option("--quiet", is_flag=True, help="Only say how far it came.")
def simulate_command(
    config_file: str | None, folder: Path, start: str | None, end: str | None, quiet: bool
) -> None:
    """Play a copy of this installation forward in time: the real code, the outbox, nothing posted.

    The first call copies configuration, database and templates into FOLDER; later calls go on
    there, and any command reaches it with --config FOLDER/config.toml. The real database is never
    written.
    """
    start_on = options.day(start) if start else None
    end_on = options.day(end) if end else start_on
    if end_on is None or (start_on and end_on < start_on):
        raise click.UsageError("Say until when: --to DATE, not before --from.")
    is_new = not (folder / FILE).exists()
    config = simulate.prepare(lambda: options.load(config_file), folder)
    if is_new:
        command = f"mlcollage --config {folder / FILE} next"
        click.echo(f"Made {folder}, where nothing is posted. Look around: {command}")
    zone = options.zone(config)

    def say(at: datetime, text: str) -> None:
        if not quiet:
            output.tell(f"{times.short(at, zone)}  {text}")

    until = simulate.run(config, start_on, end_on, say)
    click.echo(f"Simulated until {times.plain(until, zone)}.")
    output.add(folder=str(folder), until=until.isoformat())

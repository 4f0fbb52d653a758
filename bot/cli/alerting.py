"""Alerts: whether they reach the people they are meant for."""

import click

from bot.cli import options, printing
from bot.core.errors import NotAllowed
from bot.watching import alerts


@click.group("alerts", epilog="Example: mlcollage alerts test")
def alerts_command() -> None:
    """Try the destinations of notices."""


@alerts_command.add_command
@options.command("test", "mlcollage alerts test", as_json=True)
def test_command(config_file: str | None, as_json: bool) -> None:
    """Send a test message to every destination, and say which took it: exit 1 if one did not."""
    own = options.load(config_file)
    if not own.alerts.urls:
        raise NotAllowed(f"There is nobody to alert: write alerts.urls into {own.file.name}.")
    found = alerts.test(own)
    if as_json:
        printing.print_json(
            [{"destination": str(one), "problem": wrong or None} for one, wrong in found.items()]
        )
    else:
        for one, wrong in found.items():
            if wrong:
                click.secho(f"! {one} did not take it: {wrong}", fg="red")
            else:
                click.secho(f"{one} took it.", fg="green")
    if any(found.values()):
        click.get_current_context().exit(1)

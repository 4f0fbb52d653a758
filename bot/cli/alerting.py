"""Alerts: whether they reach the people they are meant for."""

import click

from bot.cli import options, output, printing
from bot.core.errors import NotAllowed
from bot.deciding import descriptions
from bot.watching import alerts


@options.group("alerts", "mlcollage alerts test")
def alerts_command() -> None:
    """Try the destinations of notices."""


@alerts_command.add_command
@options.command("test", "mlcollage alerts test", as_json=True)
def test_command(config_file: str | None, as_json: bool) -> None:
    """Send a test message to every destination, and say which took it: exit 1 if one did not."""
    config = options.load(config_file)
    if not config.alerts.urls:
        hint = f"write alerts.urls into {config.file.name}"
        raise NotAllowed(f"There is nobody to alert: {hint}.")
    problems = alerts.test(config)
    if as_json:
        printing.print_json(descriptions.alert_tests(problems))
    else:
        for destination, problem in problems.items():
            if problem:
                output.line(f"! {destination} did not take it: {problem}", style="red")
            else:
                output.line(f"{destination} took it.", style="green")
    if any(problems.values()):
        click.get_current_context().exit(1)

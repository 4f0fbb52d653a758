"""Alerts: whether they reach the people they are meant for."""

from bot.cli import options, printing
from bot.core.errors import NotAllowed
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
    printing.print_tests(alerts.test(config), as_json=as_json)

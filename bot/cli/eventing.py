"""Events: what scripts are told, and whether it reaches them."""

import click

from bot.cli import options, printing
from bot.config import Series
from bot.core.errors import NotAllowed
from bot.deciding import descriptions
from bot.watching import events
from bot.watching.events import Event, Listed


@options.group("events", "mlcollage events list")
def events_command() -> None:
    """List what scripts are told, and try whether it reaches them."""


@events_command.add_command
@options.command("list", "mlcollage events list --most 5", as_json=True)
@click.option(
    "--most", default=50, show_default=True, type=click.IntRange(1), help="How many, newest first."
)
def list_command(config_file: str | None, as_json: bool, most: int) -> None:
    """List the events of the last 30 days, and to how many destinations each has got."""
    context = options.context(config_file)
    found = events.listed(context, most)
    if as_json:
        printing.print_json([descriptions.event(*each) for each in found])
    elif not found:
        click.echo("No event yet.")
    else:
        first = next(iter(context.config.series.values()))
        head = ("when", "type", "taken", "about", "id")
        printing.table([_row(first, each) for each in found], head=head, whole=True)


def _row(series: Series, listed: Listed[Event]) -> tuple[str, ...]:
    event = listed.thing
    at = printing.local(series, event.at)
    return at, event.type, listed.taken, event.subject, event.key


@events_command.add_command
@options.command("test", "mlcollage events test", as_json=True)
def test_command(config_file: str | None, as_json: bool) -> None:
    """Send a test event to every destination, and say which took it: exit 1 if one did not."""
    context = options.context(config_file)
    if not context.config.events.urls:
        hint = f"write events.urls into {context.config.file.name}"
        raise NotAllowed(f"There is nobody to tell: {hint}.")
    printing.print_tests(events.test(context), as_json=as_json)

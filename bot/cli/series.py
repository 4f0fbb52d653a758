"""Whole series, and the names of accounts."""

import click

from bot.cli import options, output, printing
from bot.context import Context
from bot.deciding import descriptions, series
from bot.scheduling import unconfigured


def _opened(config_file: str | None) -> Context:
    """A context in which a series may have been renamed: these commands are the way back."""
    return options.opened(options.load(config_file), checked=False)


@options.group("series", "mlcollage series rename weekly monthly")
def series_command() -> None:
    """List the series of configuration and database, and bring the two together again."""


@series_command.add_command
@options.command("list", "mlcollage series list", as_json=True)
def list_command(config_file: str | None, as_json: bool) -> None:
    """List every series of the configuration and of the database, and what there is of it."""
    found = series.listed(_opened(config_file))
    if as_json:
        printing.print_json([descriptions.series(each) for each in found])
        return
    rows = [(each.name, each.standing, unconfigured.told(each.contents)) for each in found]
    printing.table(rows, head=("name", "", "what there is"))


@series_command.add_command
@options.command("rename", "mlcollage series rename weekly monthly")
@click.argument("old")
@click.argument("new")
@click.option("--swap", is_flag=True, help="Two series swap their names.")
def rename_command(config_file: str | None, old: str, new: str, swap: bool) -> None:
    """Give the series OLD of the database the name NEW that it has in the configuration.

    Its queue, numbers, slots, roundups, threads and log follow. What is on its way keeps its keys,
    so that nothing goes out twice.
    """
    context = _opened(config_file)
    if swap:
        series.swap(context, old, new)
        click.echo(f"{old} and {new} have swapped their names; the keys of threads stay.")
    else:
        renamed = series.rename(context, old, new)
        told = unconfigured.told(renamed.contents)
        click.echo(f"{old} is called {new} now: {told}; the keys of its threads stay.")
        if renamed.templates:
            there = renamed.templates.with_name(new)
            click.echo(f"Its templates are in {renamed.templates}; move them to {there}.")
    output.add(series=[descriptions.series(each) for each in series.listed(context)])


@series_command.add_command
@options.command("retire", "mlcollage series retire weekly")
@click.argument("name")
def retire_command(config_file: str | None, name: str) -> None:
    """Say that a series was taken out of the configuration on purpose.

    Nothing speaks of it any more, and nothing of it is removed: put it back into the configuration
    and it goes on.
    """
    contents = series.retire(_opened(config_file), name)
    held = unconfigured.told(contents)
    click.echo(f"{name} is retired ({held}); put [series.{name}] back, and it goes on.")


@options.group("accounts", "mlcollage accounts rename x lab-x")
def accounts_command() -> None:
    """Bring the accounts of configuration and database together; of each, see: mlcollage doctor."""


@accounts_command.add_command
@options.command("rename", "mlcollage accounts rename x lab-x")
@click.argument("old")
@click.argument("new")
def rename_account_command(config_file: str | None, old: str, new: str) -> None:
    """Give the account OLD of the database the name NEW that it has in the configuration.

    It must be the same identity on the same network. What is on its way to it keeps its keys.
    """
    count = series.rename_account(_opened(config_file), old, new)
    waiting = ""
    if count:
        waiting = f" {count} of its threads are not out yet"
        waiting += f"; those that are held go on with: mlcollage release --account {new}"
    click.echo(f"{old} is called {new} now.{waiting}")

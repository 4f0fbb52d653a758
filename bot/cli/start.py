"""The beginning: a configuration and a database."""

import click

from bot import config
from bot.app import start
from bot.cli import options


@options.command("init", "mlcollage init")
def init_command(config_file: str | None) -> None:
    """Make config.toml and the database; what is there already stays as it is."""
    file = options.file_of(config_file)
    if start.write_config(file):
        click.echo(f"Made {file}: every setting with its default.")
    else:
        click.echo(f"{file} is there already and stays as it is.")
    settings = config.load(file)
    context = options.opened(settings)
    click.echo(f"The database is {context.database.shown}.")
    if start.has_lost_live(context):
        click.echo(
            'This database is live, and the configuration is not: set "live = true" before you '
            "start the bot, or a rehearsal begins."
        )
    elif not settings.live:
        click.echo('It is a rehearsal until you set "live = true".')
    click.echo("Next: mlcollage add ITEM.md, then mlcollage preview NAME")

"""The beginning: a configuration and a database."""

import click

from bot import config
from bot.cli import options
from bot.composing import templates
from bot.core.errors import BadConfig


@options.command("init", "mlcollage init")
def init_command(config_file: str | None) -> None:
    """Make config.toml and the database; what is there already stays as it is."""
    file = options.file_of(config_file)
    if file.exists():
        click.echo(f"{file} is there already and stays as it is.")
    else:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as new:
                new.write(templates.example_config())
        except OSError as error:
            raise BadConfig(f"{file} cannot be written: {error.strerror or error}.") from None
        click.echo(f"Made {file}: every setting with its default.")
    own = config.load(file)
    context = options.opened(own)
    click.echo(f"The database is {context.database.shown}.")
    if not own.live:
        click.echo('It is a rehearsal until you set "live = true".')
    click.echo("Next: mlcollage add ITEM.md, then mlcollage preview NAME")

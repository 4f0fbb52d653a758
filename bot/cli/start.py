"""The beginning: a configuration and a database."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from bot import config
from bot.app import start
from bot.app.start import CHOICES, Choice
from bot.cli import options, output
from bot.context import Context
from bot.core.errors import BadInput
from bot.deciding import series, upkeep

Option = Callable[..., Any]


def _value(choice: Choice) -> Callable[[Any, Any, Any], Any]:
    """Reads what was given as an option for a choice."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
        if value is None:
            return None
        return _read(choice, value)

    return read


def _read(choice: Choice, value: str) -> Any:
    """The value of a choice; raises `BadParameter`, after which a question is asked again."""
    try:
        return choice.read(value)
    except BadInput as error:
        raise click.BadParameter(str(error)) from None


def _options(function: Option) -> Option:
    """An option for each choice."""
    for name, choice in reversed(list(CHOICES.items())):
        function = click.option(
            f"--{name}",
            metavar="TEXT",
            callback=_value(choice),
            help=f'{choice.question}, as in "{choice.example}".',
        )(function)
    return function


@options.command(
    "init", 'mlcollage init --zone Europe/Berlin --slots "wednesday 15:00" --hashtag "#mlcollage"'
)
@_options
def init_command(config_file: str | None, **given: Any) -> None:
    """Make config.toml and the database; what is there already stays as it is.

    In a terminal it asks for what was not given as an option; without one it takes the defaults.
    """
    file = options.file_of(config_file)
    chosen = {name: value for name, value in given.items() if value is not None}
    if file.exists():
        _refuse_choices(file, chosen)
    else:
        chosen |= _asked(chosen)
    if start.write_config(file, chosen):
        what = "every setting with its default"
        if chosen:
            what = f"your {', '.join(chosen)}, and every other setting with its default"
        click.echo(f"Made {file}: {what}.")
    else:
        click.echo(f"{file} is there already and stays as it is.")
    settings = config.load(file)
    context = options.opened(settings, makes=True, checked=False)
    click.echo(f"The database is {context.database.shown}{_held(context)}.")
    for warning in series.warnings(context):
        output.line(f"! {warning}", style="red", err=True)
    if start.has_lost_live(context):
        click.echo(
            'This database is live, and the configuration is not: set "live = true" before you '
            "start the bot, or a rehearsal begins."
        )
    elif not settings.live:
        click.echo('It is a rehearsal until you set "live = true".')
    for notice in upkeep.wordless(settings):
        click.echo(notice.text)
    click.echo("Next: mlcollage add ITEM.md, then mlcollage preview NAME")
    output.add(config=str(file), database=context.database.shown, live=settings.live)


def _held(context: Context) -> str:
    """What is in a database that was there before, by series; empty where it was made now."""
    if context.database.was_made:
        return ""
    return f", which was there already: {series.overview(context)}"


def _refuse_choices(file: Path, chosen: dict[str, Any]) -> None:
    """Raise `UsageError` where something was chosen for a configuration that is there already."""
    if chosen:
        raise click.UsageError(
            f"{file} is there already and stays as it is: --{', --'.join(chosen)} "
            "would change nothing. Change it in the file."
        )


def _asked(chosen: dict[str, Any]) -> dict[str, Any]:
    """What a person at a terminal answers for what was not given; nothing without a terminal."""
    if output.is_json() or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return {}
    defaults = start.defaults()
    answers: dict[str, Any] = {}
    for name, choice in CHOICES.items():
        if name in chosen:
            continue
        answers[name] = click.prompt(
            choice.question,
            default=defaults[name],
            show_default=bool(defaults[name]),
            value_proc=partial(_read, choice),
        )
    return answers

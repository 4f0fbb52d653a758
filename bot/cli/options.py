"""What every command shares: its options, and the context it works in."""

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot import config
from bot.app import assemble, logs
from bot.cli import completion, naming, output
from bot.config import Config, Series
from bot.context import Context
from bot.core import month
from bot.deciding import modes, series
from bot.destinations import table as destinations

Command = Callable[..., Any]


def command(
    name: str, example: str, *, series: bool = False, as_json: bool = False
) -> Callable[[Command], Any]:
    """A command with the options all share; its help ends with an example.

    With --json, what the command tells becomes one document, to which `output.add` adds facts. One
    that is called `as_json` prints a document of its own instead, where its argument of that name
    is true.
    """

    def decorate(function: Command) -> Any:
        if not as_json:
            function = _documented(function)
        function = click.option(
            output.JSON, "as_json", is_flag=True, expose_value=as_json, help="Print JSON."
        )(function)
        if series:
            function = click.option(
                "--series",
                metavar="NAME",
                help="Which series, where there are several.",
                shell_complete=completion.series,
            )(function)
        function = click.option(
            "--config", "config_file", metavar="FILE", help="The configuration."
        )(function)
        function = click.option(
            "--verbose",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_log,
            help="Show the whole log.",
        )(function)
        return click.command(name, epilog=f"Example: {example}")(function)

    return decorate


def _documented(function: Command) -> Command:
    """The command, which with --json prints one document."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with output.document():
            return function(*args, **kwargs)

    return run


def group(name: str, example: str) -> Callable[[Command], naming.Group]:
    """A group of commands; its help ends with an example."""
    return click.group(name, cls=naming.Group, epilog=f"Example: {example}")


def _log(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Set up the log, at the command or before it; the environment may ask for it, too."""
    shared = ctx.find_root().obj
    level = config.log_level()
    if value or (shared and shared.verbose):
        level = "debug"
    logs.to_stderr(level)


def file_of(config_file: str | None) -> Path:
    """The configuration named at this command, else before it, else by the environment."""
    shared = click.get_current_context().find_root().obj
    before = shared.config if shared else None
    named = config_file or before
    return Path(named) if named else config.default_file()


def load(config_file: str | None) -> Config:
    """The configuration that was named, read and checked; tracebacks are kept beside it."""
    settings = config.load(file_of(config_file))
    logs.hide(settings.secrets)
    logs.to_file(settings.folder)
    return settings


def context(config_file: str | None) -> Context:
    """What a command works in that tells nothing while it works.

    That the mode is about to change, and what the configuration does not know, is said beside what
    the command prints.
    """
    made = opened(load(config_file))
    if change := modes.change_ahead(made):
        output.line(change, err=True)
    for warning in series.warnings(made):
        output.line(f"! {warning}", style="red", err=True)
    return made


def opened(
    config: Config,
    say: assemble.Say = assemble.quiet,
    *,
    makes: bool = False,
    checked: bool = True,
) -> Context:
    """A context whose database is closed when the command ends.

    Without `makes` a live installation must have its database, and that of a rehearsal is said to
    be new where it is made. Unless it is `checked`, a series may have been renamed.
    """
    made = assemble.context(config, say=say, makes=makes, checked=checked)
    if not makes and (message := assemble.newly_made(config, made.database)):
        output.line(message, err=True)
    for publisher in made.publishers.values():
        logs.hide(publisher.secrets)
    for place in config.destinations.values():
        logs.hide(destinations.hidden(place, config.folder))
    click.get_current_context().call_on_close(made.database.close)
    return made


def one_series(config: Config, name: str | None) -> Series:
    """The series that is meant: the only one, or the one that was named."""
    if name is None:
        if len(config.series) > 1:
            names = ", ".join(config.series)
            raise click.UsageError(f"There are several series; name one with --series: {names}.")
        return next(iter(config.series.values()))
    return config.series_named(name)


def zone(config: Config) -> ZoneInfo:
    """What concerns all series is told in the zone of the first."""
    return next(iter(config.series.values())).zone


def day(text: str) -> date:
    """A day as it was typed; raises `UsageError` where it is none or too far away."""
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f'{text} is no day; write it as "2021-08-04".') from None
    if not 1900 <= read.year < 3000:
        raise click.UsageError(f"{text} is too far away: days from 1900 to 2999 are read.")
    return read


def month_in_title(text: str, of_year: str) -> str:
    """A month as it was typed; raises `UsageError` where it is none.

    `of_year` is a clause that says why a year will not do, and what will.
    """
    if month.is_year(text):
        raise click.UsageError(f"{text} is a year: {of_year}.")
    try:
        month.parse(text)
    except ValueError:
        raise click.UsageError(f'{text} is no month; write it as "2021-09".') from None
    return text

"""What every command shares: its options, and the context it works in."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot import config
from bot.app import assemble
from bot.config import Config, Series
from bot.context import Context
from bot.core.errors import BadInput

Command = Callable[..., Any]


def command(
    name: str, example: str, *, series: bool = False, as_json: bool = False
) -> Callable[[Command], Any]:
    """A command with the options all share; its help ends with an example."""

    def decorate(function: Command) -> Any:
        if as_json:
            function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
        if series:
            function = click.option(
                "--series", metavar="NAME", help="Which series, where there are several."
            )(function)
        function = click.option(
            "--config", "config_file", metavar="FILE", help="The configuration."
        )(function)
        return click.command(name, epilog=f"Example: {example}")(function)

    return decorate


def file_of(config_file: str | None) -> Path:
    """The configuration named at this command, else before it, else config.toml here."""
    ctx = click.get_current_context()
    return Path(config_file or ctx.find_root().obj or config.FILE)


def load(config_file: str | None) -> Config:
    return config.load(file_of(config_file))


def context(config_file: str | None) -> Context:
    return opened(load(config_file))


def opened(own: Config, say: assemble.Say = assemble.quiet) -> Context:
    """A context whose database is closed when the command ends."""
    made = assemble.context(own, say=say)
    click.get_current_context().call_on_close(made.database.close)
    return made


def one_series(own: Config, name: str | None) -> Series:
    """The series that is meant: the only one, or the one that was named."""
    if name is None:
        if len(own.series) > 1:
            raise click.UsageError(
                f"There are several series; name one with --series: {', '.join(own.series)}."
            )
        return next(iter(own.series.values()))
    if name not in own.series:
        raise BadInput(
            f"There is no series {name} in {own.file.name}; it has {', '.join(own.series)}."
        )
    return own.series[name]


def zone(own: Config) -> ZoneInfo:
    """What concerns all series is told in the zone of the first."""
    return next(iter(own.series.values())).zone


def day(text: str) -> date:
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f'{text} is no day; write it as "2021-08-04".') from None
    if not 1900 <= read.year < 3000:
        raise click.UsageError(f"{text} is too far away: days from 1900 to 2999 are read.")
    return read

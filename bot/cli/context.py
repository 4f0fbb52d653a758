"""What every command shares: its options, the world it works in, and how it prints."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

import click

from bot import assemble, config
from bot.config import Config, Series
from bot.core.errors import BadInput
from bot.storage.notices import Notice
from bot.world import World

Command = Callable[..., Any]


def command(name: str, example: str, *, series: bool = False, as_json: bool = False) -> Callable[[Command], Any]:
    """A command with the options all share; its help ends with an example."""

    def decorate(function: Command) -> Any:
        if as_json:
            function = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
        if series:
            function = click.option("--series", metavar="NAME", help="Which series, where there are several.")(function)
        function = click.option("--config", "config_file", metavar="FILE", help="The configuration.")(function)
        return click.command(name, epilog=f"Example: {example}")(function)

    return decorate


def file_of(config_file: str | None) -> Path:
    """The configuration named at this command, else before it, else config.toml here."""
    ctx = click.get_current_context()
    return Path(config_file or ctx.find_root().obj or config.FILE)


def load(config_file: str | None) -> Config:
    return config.load(file_of(config_file))


def world(config_file: str | None) -> World:
    return opened(load(config_file))


def opened(own: Config, say: assemble.Say = assemble.quiet) -> World:
    """A world whose database is closed when the command ends."""
    made = assemble.world(own, say=say)
    click.get_current_context().call_on_close(made.database.close)
    return made


def one_series(own: Config, name: str | None) -> Series:
    """The series that is meant: the only one, or the one that was named."""
    if name is None:
        if len(own.series) > 1:
            raise click.UsageError(f"There are several series; name one with --series: {', '.join(own.series)}.")
        return next(iter(own.series.values()))
    if name not in own.series:
        raise BadInput(f"There is no series {name} in {own.file.name}; it has {', '.join(own.series)}.")
    return own.series[name]


def mode(own: Config) -> str:
    """A remark behind a heading where nothing counts yet."""
    return "" if own.live else " (rehearsal)"


def zone(own: Config) -> ZoneInfo:
    """What concerns all series is told in the zone of the first."""
    return next(iter(own.series.values())).zone


def stamped(own: Config, at: datetime, words: str) -> str:
    """A line of the log, with its time."""
    return f"{at.astimezone(zone(own)):%Y-%m-%d %H:%M:%S}  {words}"


def local(own: Series, at: datetime | None) -> str:
    """An instant as the series' people see it: "Wed 2021-08-04 15:00"."""
    return f"{at.astimezone(own.zone):%a %Y-%m-%d %H:%M}" if at else ""


def day(text: str) -> date:
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f'{text} is no day; write it as "2021-08-04".') from None
    if not 1900 <= read.year < 3000:
        raise click.UsageError(f"{text} is too far away: days from 1900 to 2999 are read.")
    return read


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> None:
    """Rows in aligned columns, empty columns left out; wide characters count as two."""
    filled = [place for place, cells in enumerate(zip(*rows, strict=True)) if any(cells)]
    lines = [[str(row[place]) for place in filled] for row in ([head] if head and rows else []) + list(rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(lines[0]))] if lines else []
    for number, line in enumerate(lines):
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        click.secho("  ".join(cells).rstrip(), bold=bool(head) and number == 0)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def cut(text: str, most: int) -> str:
    """The text on one line, cut to a width with "…"."""
    line = " ".join(text.split())
    while _width(line) > most:
        line = line[:-2].rstrip() + "…"
    return line


def print_notices(own: Config, notices: Sequence[Notice]) -> int:
    """Print notices; the exit code: 1 when one of them asks a person to do something."""
    for notice in notices:
        words = stamped(own, notice.created_at, f"{'!' if notice.is_trouble else '·'} {notice.text}")
        click.secho(words, fg="red" if notice.is_trouble else None)
    return int(any(notice.is_trouble for notice in notices))

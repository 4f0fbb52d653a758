"""How commands print: tables, JSON, times, notices."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

import click

from bot.cli import options, output
from bot.config import Config, Series
from bot.core import times
from bot.watching.notices import Notice


def mode(config: Config) -> str:
    """A remark behind a heading where nothing counts yet."""
    return "" if config.live else " (rehearsal)"


def stamped(config: Config, at: datetime, text: str) -> str:
    """A line of the log, with its time."""
    return f"{times.plain(at, options.zone(config), seconds=True)}  {text}"


def local(series: Series, at: datetime | None) -> str:
    """An instant as the series' people see it: "Wed 2021-08-04 15:00"; empty without one."""
    return times.short(at, series.zone) if at else ""


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> None:
    """Rows in aligned columns, empty columns left out; wide characters count as two."""
    if not rows:
        return
    filled = [column for column, cells in enumerate(zip(*rows, strict=True)) if any(cells)]
    lines = [[str(row[column]) for column in filled] for row in ([head] if head else []) + [*rows]]
    widths = [max(map(_width, cells)) for cells in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ]
        click.secho("  ".join(cells).rstrip(), bold=bool(head) and number == 0)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def cut(text: str, most: int) -> str:
    """The text on one line, cut to a width with "…"."""
    line = " ".join(text.split())
    while _width(line) > most:
        line = line[:-2].rstrip() + "…"
    return line


def print_notices(config: Config, notices: Sequence[Notice]) -> None:
    """Print notices, those that ask a person to do something with another mark.

    They are written out when it returns; raises `OSError` where that is not possible.
    """
    if notices:
        output.require()
    for notice in notices:
        mark, colour = ("!", "red") if notice.is_trouble else ("·", None)
        line = stamped(config, notice.created_at, f"{mark} {notice.text}")
        # It flushes each line.
        click.secho(line, fg=colour)

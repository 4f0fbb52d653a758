"""How commands print: tables, JSON, times, notices."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

import click

from bot.cli import options
from bot.config import Config, Series
from bot.core import times
from bot.storage.notices import Notice


def mode(own: Config) -> str:
    """A remark behind a heading where nothing counts yet."""
    return "" if own.live else " (rehearsal)"


def stamped(own: Config, at: datetime, words: str) -> str:
    """A line of the log, with its time."""
    return f"{times.plain(at, options.zone(own), seconds=True)}  {words}"


def local(own: Series, at: datetime | None) -> str:
    """An instant as the series' people see it: "Wed 2021-08-04 15:00"."""
    return times.short(at, own.zone) if at else ""


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> None:
    """Rows in aligned columns, empty columns left out; wide characters count as two."""
    filled = [place for place, cells in enumerate(zip(*rows, strict=True)) if any(cells)]
    lines = [
        [str(row[place]) for place in filled]
        for row in ([head] if head and rows else []) + list(rows)
    ]
    widths = (
        [max(_width(line[column]) for line in lines) for column in range(len(lines[0]))]
        if lines
        else []
    )
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


def print_notices(own: Config, notices: Sequence[Notice]) -> int:
    """Print notices; the exit code: 1 when one of them asks a person to do something."""
    for notice in notices:
        words = stamped(
            own, notice.created_at, f"{'!' if notice.is_trouble else '·'} {notice.text}"
        )
        click.secho(words, fg="red" if notice.is_trouble else None)
    return int(any(notice.is_trouble for notice in notices))

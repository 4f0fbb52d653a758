"""How commands print: tables, times, notices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bot.cli import options, output
from bot.config import Config, Series
from bot.context import Context
from bot.core import times
from bot.core.text import terminal
from bot.deciding import collages, descriptions
from bot.watching.notices import Notice

# The type only: what composes is not loaded for a table.
if TYPE_CHECKING:
    from bot.deciding.approvals import Look


SIGNS = {"-": "red", "+": "green", " ": "bold"}
"""How the lines of a difference are shown."""


def print_approval(series: Series, look: Look) -> None:
    """Who has approved a collage, or why it waits, with what was changed since."""
    for each in look.standing.counted:
        output.line(f"approved by {each.who}, {local(series, each.at)}")
    if look.waits:
        then = f"Then: mlcollage approve {look.item.name}"
        output.line(f"! It waits for approval: {look.waits}. {then}", style="red")
    print_differences(series, look)


def print_differences(series: Series, look: Look) -> None:
    """What was changed since somebody approved it, line by line."""
    for each, lines in look.differences:
        output.line(f"Changed since {each.who} approved it, {local(series, each.at)}:", style="red")
        for line in lines:
            output.line(f"{line.sign} {line.text}".rstrip(), style=SIGNS[line.sign])


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
    """Print what a command that looks has found, for programs."""
    output.print_json(value)


def print_tests(problems: Mapping[Any, str], *, as_json: bool) -> None:
    """Print which destinations took a test message; ends with 1 where one did not."""
    if as_json:
        print_json(descriptions.tests(problems))
    else:
        for destination, problem in problems.items():
            if problem:
                output.line(f"! {destination} did not take it: {problem}", style="red")
            else:
                output.line(f"{destination} took it.", style="green")
    if any(problems.values()):
        click.get_current_context().exit(1)


def add_collages(context: Context, series: Series, names: Iterable[str]) -> None:
    """Add collages as they are now to the document, where --json asks for one."""
    if output.is_json():
        items = [collages.get(context, series, name) for name in names]
        output.add(collages=[descriptions.collage(series, item) for item in items])


def table(
    rows: Sequence[Sequence[str]],
    *,
    head: Sequence[str] = (),
    free: Collection[int] = (),
    whole: bool = False,
) -> None:
    """Print rows in aligned columns, empty columns left out.

    In a terminal they fit its width: first the `free` columns are cut, then all. The last column of
    a `whole` table is wrapped instead, so that nothing of it is lost; its `free` ones are never
    wider than `NARROW`, so that they leave room for that. A cell with nothing behind it in its row
    goes on over the columns there, and makes none wider.
    """
    if not rows:
        return
    filled = [column for column, cells in enumerate(zip(*rows, strict=True)) if any(cells)]
    shown = [*([head] if head else []), *rows]
    lines = [[terminal.one_line(str(row[column])) for column in filled] for row in shown]
    widths = [_width(lines, column) for column in range(len(filled))]
    room = output.columns()
    if room is not None:
        free = {filled.index(at) for at in free if at in filled}
        # The last column of a whole table is wrapped, and needs none of the others' room.
        narrowed = widths[:-1] if whole else widths
        if whole:
            narrowed = [
                min(each, NARROW) if at in free else each for at, each in enumerate(narrowed)
            ]
        widths[: len(narrowed)] = _narrowed(narrowed, free, room)
    for number, cells in enumerate(lines):
        style = "bold" if head and number == 0 else ""
        texts = _line(cells, widths, room) if whole else [_cut_line(cells, widths, room)]
        for text in texts:
            output.line(text, style=style)


GAP = 2
"""Spaces between columns."""

LEAST = 4
"""Columns that the free ones keep before others are cut, too."""

NARROW, INDENT = 24, 4
"""A last column with less room than that is wrapped below the others, behind so many spaces; a free
one of a whole table is cut to it.
"""


def _narrowed(widths: Sequence[int], free: Collection[int], room: int) -> list[int]:
    """The widths so that all fit into the room: the widest of the free ones are cut first."""
    left = room - GAP * (len(widths) - 1)
    kept = [min(LEAST, width) if at in free else width for at, width in enumerate(widths)]
    if sum(kept) > left:
        cap = _cap(kept, left)
        return [min(width, cap) for width in kept]
    taken = sum(width for at, width in enumerate(widths) if at not in free)
    cap = _cap([width for at, width in enumerate(widths) if at in free], left - taken)
    return [min(width, cap) if at in free else width for at, width in enumerate(widths)]


def _cap(widths: Sequence[int], room: int) -> int:
    """The width to which the wider columns are cut so that all fit; 1 at least."""
    cap = max(widths, default=1)
    while cap > 1 and sum(min(width, cap) for width in widths) > room:
        cap -= 1
    return cap


def _width(lines: Sequence[Sequence[str]], column: int) -> int:
    """The widest cell of a column; what nothing stands behind counts in the last column alone."""
    is_last = column == len(lines[0]) - 1
    counted = [cells[column] for cells in lines if is_last or any(cells[column + 1 :])]
    return max(map(terminal.width, counted), default=0)


def _cut_line(cells: Sequence[str], widths: Sequence[int], room: int | None) -> str:
    """A row as a line: its cells cut to their widths, the last one that is filled to the room."""
    last = max((at for at, cell in enumerate(cells) if cell), default=0)
    before = zip(cells[:last], widths, strict=False)
    padded = "".join(_padded(cell, width) + " " * GAP for cell, width in before)
    text = cells[last]
    if room is not None:
        text = terminal.cut(text, max(1, room - terminal.width(padded)))
    return f"{padded}{text}".rstrip()


def _line(cells: Sequence[str], widths: Sequence[int], room: int | None) -> list[str]:
    """A row as lines: its cells cut to their widths; with `room`, the last one is wrapped."""
    *first, last = cells
    *before, width = widths
    padded = "".join(
        _padded(cell, most) + " " * GAP for cell, most in zip(first, before, strict=True)
    )
    if room is None:
        return [f"{padded}{terminal.cut(last, width)}".rstrip()]
    indent = terminal.width(padded)
    if room - indent >= min(width, NARROW):
        texts = terminal.wrapped(last, room - indent)
        return [f"{padded}{texts[0]}".rstrip(), *(" " * indent + text for text in texts[1:])]
    if not last:
        return [padded.rstrip()]
    below = terminal.wrapped(last, max(1, room - INDENT))
    return [padded.rstrip(), *(" " * INDENT + text for text in below)]


def _padded(cell: str, most: int) -> str:
    shown = terminal.cut(cell, most)
    return shown + " " * (most - terminal.width(shown))


def print_notices(config: Config, notices: Sequence[Notice]) -> None:
    """Print notices, those that ask a person to do something with another mark.

    They are written out when it returns; raises `OSError` where that is not possible. With --json
    they go to standard error at once, and into the command's document.
    """
    if notices:
        output.require()
    for notice in notices:
        if output.is_json():
            described = descriptions.notice(notice, ())
            output.json_line({"notice": described}, err=True)
            output.add(notices=[described])
            continue
        mark, style = ("!", "red") if notice.is_trouble else ("·", "")
        output.line(stamped(config, notice.created_at, f"{mark} {notice.text}"), style=style)

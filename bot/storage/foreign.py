"""What the rows of a database from elsewhere may hold: its seal proves that a file is whole, not
that this program has written it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Connection

from bot import config
from bot.core import address, collage, delivery, month, paper, schedule
from bot.core.collage import shown
from bot.core.notices.entry import Kind
from bot.storage import copy, installation, tables
from bot.storage.database import Database

Row = Mapping[str, Any]

WORDS: Mapping[Column[Any], type[StrEnum]] = {
    tables.attempts.c.outcome: delivery.Outcome,
    tables.collages.c.state: collage.State,
    tables.deliveries.c.kind: delivery.Kind,
    tables.deliveries.c.state: delivery.State,
    tables.links.c.kind: paper.LinkKind,
    tables.notices.c.kind: Kind,
    tables.roundups.c.state: month.State,
    tables.slots.c.state: schedule.SlotState,
}
"""Columns that hold a word of an enumeration."""

MARGIN = timedelta(days=2)
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Nearer to the ends of the calendar an instant has no time in some zone."""


def first_problem(database: Database, reading: Connection) -> str:
    """What is wrong with the first value that this program would not have written: a clause, or ""
    where there is none. Items and pictures as a whole are for the caller to check.
    """
    for table, batch in copy.batches(database, reading):
        for row in batch:
            for problem in _problems(table.name, table.c.values(), row):
                return f"{table.name}: {problem}"
    return ""


def _problems(name: str, columns: list[Column[Any]], row: Row) -> Iterator[str]:
    for column in columns:
        value = row[column.name]
        if not _fits(column, value):
            yield f"{column.name} is {shown(value)}"
            return
    for check in CHECKS.get(name, ()):
        yield from check(row)


def _fits(column: Column[Any], value: Any) -> bool:
    """Whether a value has the column's type, and is one of its words where those are known."""
    if value is None:
        return bool(column.nullable)
    if column in WORDS:
        return value in set(WORDS[column])
    if isinstance(column.type, JSON):
        form = FORMS.get(column)
        return form is None or form(value)
    if isinstance(value, datetime):
        return EARLIEST + MARGIN <= value <= LATEST - MARGIN
    # Exactly that type: a bool is an int, too.
    return type(value) is column.type.python_type


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _is_records(keys: tuple[str, ...]) -> Callable[[Any], bool]:
    """Whether a value is a list of tables with these keys, and texts in them."""

    def check(value: Any) -> bool:
        return isinstance(value, list) and all(
            isinstance(entry, dict) and entry.keys() <= {*keys} and _is_texts([*entry.values()])
            for entry in value
        )

    return check


FORMS: Mapping[Column[Any], Callable[[Any], bool]] = {
    tables.accounts.c.strangers: _is_texts,
    tables.papers.c.authors: _is_texts,
    tables.papers.c.figures: _is_records(paper.Figure._fields),
    tables.papers.c.reference_list: _is_records(paper.Reference._fields),
    tables.collages.c.thread: _is_texts,
    tables.deliveries.c.saved: lambda value: isinstance(value, dict),
}
"""What a column of JSON holds."""


def _name(row: Row) -> Iterator[str]:
    """Names become folders and parts of keys."""
    name = row["name"]
    if not re.fullmatch(config.NAME, name) or len(name) > config.NAME_LENGTH:
        yield f"name is {shown(name)}"


def _roundup(row: Row) -> Iterator[str]:
    """The slug becomes a folder, title and link go out."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["slug"]):
        yield f"slug is {shown(row['slug'])}"
    if row["link"] and (problem := address.problem(row["link"])):
        yield f"link {shown(address.without_user(row['link']))} {problem}"
    for name in ("title", "subtitle"):
        if collage.control(row[name], lines=False):
            yield f"{name} is {shown(row[name])}"
    try:
        month.parse(row["title_month"])
    except ValueError:
        yield f"title_month is {shown(row['title_month'])}"


def _part(row: Row) -> Iterator[str]:
    for name in ("text", "alt"):
        if collage.control(row[name], lines=True):
            yield f"{name} is {shown(row[name])}"


def _setting(row: Row) -> Iterator[str]:
    name, value = row["name"], row["value"]
    if name == installation.REHEARSALS and not re.fullmatch(r"[0-9]{1,9}", value):
        yield f"{name} is {shown(value)}"
    if name == installation.LIVE and value not in {"true", "false"}:
        yield f"{name} is {shown(value)}"


CHECKS: Mapping[str, tuple[Callable[[Row], Iterator[str]], ...]] = {
    "accounts": (_name,),
    "installation": (_setting,),
    "parts": (_part,),
    "roundups": (_roundup,),
    "series": (_name,),
}
"""What is checked of a whole row, by the name of its table."""

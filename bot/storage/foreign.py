"""What the rows of a database from elsewhere may hold: its seal proves that a file is whole, not
that this program has written it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Column, Connection

from bot import config
from bot.core import (
    address,
    appearance,
    collage,
    delivery,
    events,
    fit,
    learned,
    lookups,
    month,
    paper,
    per_network,
    schedule,
    slide,
)
from bot.core.calendar import Calendar
from bot.core.changes import Changed
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
    tables.events.c.type: events.Type,
    tables.links.c.kind: paper.LinkKind,
    tables.notices.c.kind: Kind,
    tables.roundups.c.state: month.State,
    tables.slots.c.state: schedule.SlotState,
}
"""Columns that hold a word of an enumeration."""

EARLIEST, LATEST = datetime(1969, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)
"""The instants that may be written, by a machine whose clock begins with 1970, too. Later ones have
no time in some zone, or no month after them; from much earlier ones on a series has slots without
end.
"""

MOST, MOST_ID = 1_000_000_000, 2**53
"""The greatest number, and the greatest id: greater ones, and all that are counted on from them,
do not fit into every database.
"""

LONGEST_SPAN = timedelta(days=3_650)
"""What `settings.span` takes at most."""

LINES = (
    *("collages.paragraph", "collages.alt", "collages.thread", "collages.note", "papers.figures"),
    *("collages.slide", "collages.on_networks"),
    *("parts.text", "parts.beginning", "parts.alt", "deliveries.note", "deliveries.saved"),
    *("attempts.detail", "attempts.trace", "looks.saw", "looks.trace", "log.detail"),
    *("notices.text", "notices.details", "accounts.note", "alerts.note", "installation.value"),
)
"""The columns whose texts may have several lines."""


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
        if not (_fits(column, value) and _is_clean(column, value)):
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
        return EARLIEST <= value <= LATEST or value == lookups.NEVER
    # Exactly that type: a bool is an int, too.
    if type(value) is not column.type.python_type:
        return False
    match value:
        case date():
            return EARLIEST.date() <= value <= LATEST.date()
        case bool():
            return True
        case int():
            is_id = column.primary_key or column.foreign_keys
            return 0 <= value <= (MOST_ID if is_id else MOST)
        case str():
            return len(value) <= (getattr(column.type, "length", None) or len(value))
    return True


def _is_clean(column: Column[Any], value: Any) -> bool:
    """Whether no text in a value holds a control character, which a terminal would obey."""
    lines = str(column) in LINES
    match value:
        case str():
            return not collage.control(value, lines=lines)
        case dict():
            return all(_is_clean(column, each) for pair in value.items() for each in pair)
        case list():
            return all(_is_clean(column, each) for each in value)
    return True


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


def _is_slide(value: Any) -> bool:
    """Whether a value is what `slide.stored` gives."""
    try:
        found = slide.from_stored(value)
        return slide.stored(found) == value and all(
            isinstance(text, str)
            for text in (
                *(each for figure in found.figures for each in figure),
                *(*found.takeaways, *found.unshown, *found.cut),
                *(found.theme, found.format, found.drawn),
            )
        )
    except (AttributeError, TypeError):
        return False


def _is_on_networks(value: Any) -> bool:
    """Whether a value is what `per_network.stored` gives."""
    try:
        found = per_network.from_stored(value)
        return (
            per_network.stored(found) == value
            and all(isinstance(said.get("skip", False), bool) for said in value.values())
            and all(_is_texts([*entry.thread, *entry.authors]) for entry in found)
        )
    except (AttributeError, TypeError):
        return False


ANY_CALENDAR = Calendar.of(schedule.Timetable(ZoneInfo("UTC"), (), ()), timedelta(0), month.Rule())


def _is_calendar(value: Any) -> bool:
    """Whether a value is a calendar as it is stored, or what an earlier version stored of one."""
    if not isinstance(value, dict) or not value.keys() <= ANY_CALENDAR.stored().keys():
        return False
    read = ANY_CALENDAR.restored(value)
    stored, rule = read.stored(), read.roundup
    spans = (read.lateness, rule.wait)
    return (
        all(stored[key] == kept for key, kept in value.items())
        and type(rule.day) is int
        and 0 <= rule.day <= 31
        and rule.time.tzinfo is None
        and rule.names_month in ("next", "same")
        and all(timedelta(0) <= span <= LONGEST_SPAN for span in spans)
    )


def _is_earlier(value: Any) -> bool:
    """Whether a value is a calendar with the instant until which it counted."""
    if not isinstance(value, dict):
        return False
    try:
        until = datetime.fromisoformat(value["until"])
    except (KeyError, TypeError, ValueError):
        return False
    calendar = {key: kept for key, kept in value.items() if key != "until"}
    return until.tzinfo is not None and EARLIEST <= until <= LATEST and _is_calendar(calendar)


def _is_course(value: Any) -> bool:
    """Whether a value is what `Course.stored` writes; an earlier version wrote nothing."""
    if value == {}:
        return True
    if not isinstance(value, dict) or not {"now"} <= value.keys() <= {"looked", "now", "earlier"}:
        return False
    earlier = value.get("earlier", [])
    return (
        isinstance(value.get("looked", True), bool)
        and _is_calendar(value["now"])
        and isinstance(earlier, list)
        and all(map(_is_earlier, earlier))
    )


def _is_counted(value: Any) -> bool:
    """Whether it is a number by numbering year: {"2021": 32}."""
    return isinstance(value, dict) and all(
        re.fullmatch("[0-9]{1,4}", year) and type(number) is int and 0 <= number <= 1_000_000
        for year, number in value.items()
    )


def _is_learned(value: Any) -> bool:
    """Whether it is what a server has told; empty where none has."""
    return value == {} or learned.from_json(value) is not None


FORMS: Mapping[Column[Any], Callable[[Any], bool]] = {
    tables.accounts.c.server: _is_learned,
    tables.accounts.c.strangers: _is_texts,
    tables.papers.c.authors: _is_texts,
    tables.papers.c.figures: _is_records(paper.Figure._fields),
    tables.collages.c.slide: _is_slide,
    tables.collages.c.on_networks: _is_on_networks,
    tables.papers.c.reference_list: _is_records(paper.Reference._fields),
    tables.collages.c.thread: _is_texts,
    tables.deliveries.c.saved: lambda value: isinstance(value, dict),
    tables.series.c.calendars: _is_course,
    tables.series.c.counted: _is_counted,
    tables.log.c.changes: _is_records(Changed._fields),
}
"""What a column of JSON holds."""


def _name(row: Row) -> Iterator[str]:
    """Names become folders and parts of keys."""
    name = row["name"]
    if not re.fullmatch(config.NAME, name) or len(name) > config.NAME_LENGTH:
        yield f"name is {shown(name)}"


def _months(*names: str) -> Callable[[Row], Iterator[str]]:
    """Checks that these columns hold months, or nothing where that is another's default."""

    def check(row: Row) -> Iterator[str]:
        for name in names:
            try:
                month.parse(row[name])
            except ValueError:
                if row[name] or name != "live_through":
                    yield f"{name} is {shown(row[name])}"

    return check


def _account(row: Row) -> Iterator[str]:
    if not re.fullmatch(config.NAME, row["network"]):
        yield f"network is {shown(row['network'])}"


def _roundup(row: Row) -> Iterator[str]:
    """The slug becomes a folder, title and link go out."""
    slug = row["slug"]
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > month.SLUG_LENGTH:
        yield f"slug is {shown(slug)}"
    if row["link"] and (problem := address.problem(row["link"])):
        yield f"link {shown(address.without_user(row['link']))} {problem}"
    try:
        (month.parse_year if row["kind"] == month.YEAR else month.parse)(row["title_month"])
    except ValueError:
        yield f"title_month is {shown(row['title_month'])}"
    if row["kind"] not in {month.MONTH, month.YEAR}:
        yield f"kind is {shown(row['kind'])}"


def _picture_file(row: Row) -> Iterator[str]:
    """A picture's file is looked for beside the item's."""
    file = row["picture_file"]
    if file.startswith(("/", "~")) or ".." in re.split(r"[/\\]", file):
        yield f"picture_file is {shown(file)}"


def _page(row: Row) -> Iterator[str]:
    """Fingerprints are numbers, and the ground is a colour that we know."""
    if not re.fullmatch("([0-9a-f]{64})?", row["fingerprint"]):
        yield f"fingerprint is {shown(row['fingerprint'])}"
    if row["ground"] not in appearance.GROUNDS:
        yield f"ground is {shown(row['ground'])}"


def _number(row: Row) -> Iterator[str]:
    if (row["kept_number"] or 0) > collage.MOST_NUMBER:
        yield f"kept_number is {shown(row['kept_number'])}"


def _receipt(row: Row) -> Iterator[str]:
    """A person opens the address, or a script does."""
    url = row["receipt_url"] or ""
    if url and not url.startswith("file:///") and (problem := address.problem(url)):
        yield f"receipt_url {shown(address.without_user(url))} {problem}"
    if not (row["receipt_id"] or "").isprintable():
        yield f"receipt_id is {shown(row['receipt_id'])}"


def _setting(row: Row) -> Iterator[str]:
    name, value = row["name"], row["value"]
    if name == installation.REHEARSALS and not re.fullmatch(r"[0-9]{1,9}", value):
        yield f"{name} is {shown(value)}"
    if name == installation.LIVE and value not in {"true", "false"}:
        yield f"{name} is {shown(value)}"


def _event(row: Row) -> Iterator[str]:
    """What a script gets is signed: only what this program writes may be."""
    if not re.fullmatch("[A-Za-z0-9_-]{1,40}", row["key"]):
        yield f"key is {shown(row['key'])}"
    try:
        body = json.loads(row["body"])
        is_ours = body.keys() == {"type", "timestamp", "data"} and body["type"] == row["type"]
    except (AttributeError, RecursionError, ValueError):
        is_ours = False
    if not is_ours:
        yield f"body is {shown(row['body'])}"


def _fitting(row: Row) -> Iterator[str]:
    """What was made of a picture is found by a hash, and is at most the whole of it."""
    if not re.fullmatch("[0-9a-f]{64}", row["key"]):
        yield f"key is {shown(row['key'])}"
    if row["fidelity"] > fit.WHOLE:
        yield f"fidelity is {shown(row['fidelity'])}"


CHECKS: Mapping[str, tuple[Callable[[Row], Iterator[str]], ...]] = {
    "accounts": (_name, _account),
    "charges": (_months("month"),),
    "collages": (_picture_file, _number),
    "events": (_event,),
    "fittings": (_fitting,),
    "installation": (_setting,),
    "parts": (_picture_file, _receipt),
    "picture_pages": (_page,),
    "reviews": (_months("title_month"),),
    "roundups": (_roundup,),
    "series": (_name, _months("roundups_through", "live_through")),
}
"""What is checked of a whole row, by the name of its table."""

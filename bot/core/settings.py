"""A raw table of settings with its place, and the readers that turn its values into checked ones."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.core import hints, schedule
from bot.core.collage import one_line, shown
from bot.core.errors import BadConfig

# tomllib's time grows with the square of a dotted key's parts: one of 1 MB would take an hour.
DOTTED_KEY = r"(?:\.[ \t]*+(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s.,=\"']*+)[ \t]*+){100}"
"""A pattern of what is too long for a dotted key, and is no text either."""


class Secret(str):
    """A string that never shows itself in a log, a message or a repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table of the file with its place, for whoever knows its keys."""

    file: str
    path: str
    values: Mapping[str, Any]

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, why: str) -> BadConfig:
        dotted = self.at(key)
        return BadConfig(
            one_line(f"{dotted if len(dotted) < 200 else shown(dotted)} in {self.file} {why}.")
        )

    def table(self, key: str) -> "Table":
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            # The value is not shown: it may be a secret in the wrong place.
            raise self.wrong(key, f"must be a section of settings, as in [{self.at(key)}]")
        return Table(self.file, self.at(key), value)

    def without(self, *keys: str) -> "Table":
        return Table(
            self.file,
            self.path,
            {key: value for key, value in self.values.items() if key not in keys},
        )


T = TypeVar("T")
Reader = Callable[[Any], Any]


def setting(reader: Reader, default: Any = MISSING) -> Any:
    """A dataclass field read from a table's key of the same name; `reader` raises ValueError with
    what must be.
    """
    metadata = {"reader": reader}
    return (
        field(metadata=metadata)
        if default is MISSING
        else field(default=default, metadata=metadata)
    )


def read(table: Table, settings: type[T]) -> T:
    """Fill a settings class (fields made by `setting`) from a table; an unknown key or a bad value
    is `BadConfig`.
    """
    known: dict[str, Field[Any]] = {f.name: f for f in fields(settings) if "reader" in f.metadata}  # type: ignore[arg-type]
    for key in table.values:
        if key not in known:
            raise table.wrong(key, f"is no setting{nearest(key, known)}")
    values = {}
    for key, spec in known.items():
        if key in table.values:
            try:
                values[key] = spec.metadata["reader"](table.values[key])
            except ValueError as error:
                raise table.wrong(key, str(error)) from None
        elif spec.default is MISSING:
            raise table.wrong(key, "is missing")
    return settings(**values)


def nearest(key: str, known: Iterable[str]) -> str:
    """A hint at the known key most like a mistaken one, or at all of them."""
    close = hints.nearest(key, known)
    return f"; did you mean {close}" if close else f"; known here: {', '.join(known)}"


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, not {shown(value)}")
    if len(value) > 2_000 or any(ord(char) < 32 for char in value):
        raise ValueError("must be one line of at most 2,000 characters")
    return value


def some_text(value: Any) -> str:
    if not text(value).strip():
        raise ValueError("must not be empty")
    return str(value)


def secret_text(value: Any) -> Secret:
    """As `some_text`, but what is wrong is said without showing it."""
    return Secret(some_text(secret_line(value)))


def secret_line(value: Any) -> Secret:
    """As `text`, but what is wrong is said without showing it."""
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    return Secret(text(value))


def secret_list(value: Any) -> tuple[Secret, ...]:
    """As `list_of(secret_text)`, but what is wrong is said without showing it."""
    if not isinstance(value, list):
        raise ValueError("must be a list in [ ]")
    return tuple(list_of(secret_text)(value))


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {shown(value)}")
    return value


def whole(least: int, most: int) -> Reader:
    def reader(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most:,}, not {shown(value)}")
        return value

    return reader


def one_of(*choices: str) -> Reader:
    def reader(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {shown(value)}")
        return str(value)

    return reader


def span(value: Any) -> timedelta:
    """Read "48h", "10m", "30s", "500ms" or "7d"; ten years are long enough for anything."""
    units = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    match = re.fullmatch(r"(\d{1,6})\s*(ms|s|m|h|d)", value) if isinstance(value, str) else None
    if not match:
        raise ValueError(
            f'must be a span of time such as "48h", "10m" or "30s", not {shown(value)}'
        )
    read_span = timedelta(**{units[match[2]]: int(match[1])})
    if read_span > timedelta(days=3_650):
        raise ValueError(f'must be at most "3650d", not {shown(value)}')
    return read_span


def some_span(value: Any) -> timedelta:
    if not (read_span := span(value)):
        raise ValueError("must be longer than nothing")
    return read_span


def zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(some_text(value))
    except (KeyError, OSError, ValueError):
        raise ValueError(
            f'must be an IANA zone such as "Europe/Berlin", not {shown(value)}'
        ) from None


def clock_time(value: Any) -> time:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,2}):(\d{2})", value)):
        hour, minute = int(match[1]), int(match[2])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError(f'must be a time of day such as "18:00", not {shown(value)}')


def list_of(reader: Reader) -> Reader:
    def read_list(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError(f"must be a list in [ ], not {shown(value)}")
        if len(value) > 1_000:
            raise ValueError(f"has {len(value):,} entries, at most 1,000 are read")
        read_values = tuple(reader(entry) for entry in value)
        if len(set(read_values)) < len(read_values):
            raise ValueError("names an entry twice")
        return read_values

    return read_list


def weekly(value: Any) -> schedule.Weekly:
    return schedule.parse_weekly(text(value))


def days(value: Any) -> tuple[date, date]:
    return schedule.parse_days(value.isoformat() if isinstance(value, date) else text(value))


def hashtag(value: Any) -> str:
    word = some_text(value).removeprefix("#")
    if not re.fullmatch(r"\w+", word) or word.isdigit():
        raise ValueError(f'must be one word such as "#mlcollage", not {shown(value)}')
    return f"#{word}"


def number_format(value: Any) -> str:
    if value == "none":
        return ""
    if "{n}" not in text(value) or re.search(r"[{}]", value.replace("{n}", "")):
        raise ValueError(f'must hold {{n}}, as in "{{n}}/52", or be "none", not {shown(value)}')
    return str(value)


def title_format(value: Any) -> str:
    known = {"{count}", "{papers}", "{month}", "{year}"}
    if re.search(r"[{}]", re.sub("|".join(known), "", some_text(value))):
        raise ValueError(
            f"may hold {', '.join(sorted(known))} and no other braces, not {shown(value)}"
        )
    if not {"{month}", "{year}"} <= set(re.findall(r"{\w+}", value)):
        raise ValueError(
            f"must hold {{month}} and {{year}}: each roundup's page is named by it, not {shown(value)}"
        )
    return str(value)


def month_day(value: Any) -> int:
    return 0 if value == "last" else int(_day_number(value))


def _day_number(value: Any) -> int:
    try:
        return int(whole(1, 31)(value))
    except ValueError:
        raise ValueError(f'must be "last" or a day from 1 to 31, not {shown(value)}') from None


def singular_and_plural(value: Any) -> tuple[str, str]:
    names = list_of(some_text)(value)
    if len(names) != 2:
        raise ValueError('must be two names, for one and for several, as in ["Paper", "Papers"]')
    return names[0], names[1]


ADDRESS = r"https?://[^\s/]+[^\s]*"


def address(value: Any) -> str:
    if not re.fullmatch(ADDRESS, some_text(value)):
        raise ValueError(f"must be an http(s) address, not {shown(value)}")
    return str(value).rstrip("/")

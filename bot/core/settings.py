"""A raw table of settings with its place, and readers that check and convert its values."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import date, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.core import address as addresses
from bot.core import hints, schedule
from bot.core.collage import control, one_line, shown
from bot.core.errors import BadConfig


class Secret(str):
    """A string that never shows itself in a log, a message or a repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"

    @property
    def fingerprint(self) -> str:
        """A hash that names it without revealing it."""
        return hashlib.sha256(self.encode("utf-8", "surrogateescape")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table of a TOML file with its place: the file's name and the table's dotted path."""

    file: str
    path: str
    values: Mapping[str, Any]

    def at(self, key: str) -> str:
        """The dotted name of a key in this table."""
        if not self.path:
            return key
        return f"{self.path}.{key}"

    def wrong(self, key: str, why: str) -> BadConfig:
        """The error for a key's value; `why` goes on after the key and the file."""
        dotted = self.at(key)
        if len(dotted) >= 200:
            dotted = shown(dotted)
        return BadConfig(one_line(f"{dotted} in {self.file} {why}."))

    def table(self, key: str) -> "Table":
        """The table under a key, empty where it is left out; raises `BadConfig`."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            # The value is not shown: it may be a secret in the wrong place.
            raise self.wrong(key, f"must be a section of settings, as in [{self.at(key)}]")
        return Table(self.file, self.at(key), value)

    def without(self, *keys: str) -> "Table":
        """The table without these keys."""
        values = {key: value for key, value in self.values.items() if key not in keys}
        return Table(self.file, self.path, values)


T = TypeVar("T")
Reader = Callable[[Any], Any]
"""Turns a TOML value into a checked one; raises ValueError whose message follows the key's name."""


def setting(reader: Reader, default: Any = MISSING) -> Any:
    """A dataclass field that `read` fills from the table's key of the same name."""
    return field(default=default, metadata={"reader": reader})


def read(table: Table, settings: type[T], base: T | None = None) -> T:
    """A settings class with its fields made by `setting` filled from a table.

    What the table leaves out is as in `base`, or has its default. Raises `BadConfig` for an
    unknown key, a bad value, or a missing one that has no default.
    """
    known: dict[str, Field[Any]] = {
        each.name: each
        for each in fields(settings)  # type: ignore[arg-type]
        if "reader" in each.metadata
    }
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
        elif base is None and spec.default is MISSING:
            raise table.wrong(key, "is missing")
    if base is not None:
        return replace(base, **values)  # type: ignore[type-var]
    return settings(**values)


def nearest(key: str, known: Iterable[str]) -> str:
    """A hint at the known key most like a mistaken one, or at all of them."""
    close = hints.nearest(key, known)
    if close:
        return f'; did you mean "{close}"'
    return f"; known here: {', '.join(known)}"


def text(value: Any) -> str:
    """One line, which may be empty."""
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, not {shown(value)}")
    if len(value) > 2_000 or "\n" in value:
        raise ValueError("must be one line of at most 2,000 characters")
    if bad := control(value):
        raise ValueError(
            f"must be one line without control characters, and holds U+{ord(bad):04X}; "
            "a backslash is written twice"
        )
    return value


def some_text(value: Any) -> str:
    """One line that is not blank."""
    if not text(value).strip():
        raise ValueError("must not be empty")
    return str(value)


def secret_text(value: Any) -> Secret:
    """As `some_text`, with messages that do not show the value."""
    return Secret(some_text(secret_line(value)))


def secret_line(value: Any) -> Secret:
    """As `text`, with messages that do not show the value."""
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    return Secret(text(value))


def secret_list(value: Any) -> tuple[Secret, ...]:
    """As `list_of(secret_text)`, with messages that do not show the value."""
    if not isinstance(value, list):
        raise ValueError("must be a list in [ ]")
    return tuple(list_of(secret_text)(value))


def colour(value: Any) -> str:
    """A colour as six hexadecimal digits behind a `#`, or "" for none."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}|", text(value)):
        raise ValueError(f'must be a colour such as "#1d5f80", not {shown(value)}')
    return str(value).lower()


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {shown(value)}")
    return value


def whole(least: int, most: int) -> Reader:
    """A reader of whole numbers from `least` to `most`."""

    def reader(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most:,}, not {shown(value)}")
        return value

    return reader


def one_of(*choices: str) -> Reader:
    """A reader of one of these words."""

    def reader(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {shown(value)}")
        return str(value)

    return reader


def span(value: Any) -> timedelta:
    """A span of time, such as "48h", "10m", "30s", "500ms" or "7d"; ten years at most."""
    units = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    match = None
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{1,6})\s*(ms|s|m|h|d)", value)
    if not match:
        raise ValueError(
            f'must be a span of time such as "48h", "10m" or "30s", not {shown(value)}'
        )
    read_span = timedelta(**{units[match[2]]: int(match[1])})
    if read_span > timedelta(days=3_650):
        raise ValueError(f'must be at most "3650d", not {shown(value)}')
    return read_span


def some_span(value: Any) -> timedelta:
    """A span of time longer than 0."""
    if not (read_span := span(value)):
        raise ValueError("must be longer than nothing")
    return read_span


def zone(value: Any) -> ZoneInfo:
    """A zone of the IANA database by its name."""
    try:
        return ZoneInfo(some_text(value))
    except (KeyError, OSError, ValueError):
        raise ValueError(
            f'must be an IANA zone such as "Europe/Berlin", not {shown(value)}'
        ) from None


def clock_time(value: Any) -> time:
    """A time of day, such as "18:00"."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,2}):(\d{2})", value)):
        hour, minute = int(match[1]), int(match[2])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError(f'must be a time of day such as "18:00", not {shown(value)}')


def list_of(reader: Reader) -> Reader:
    """A reader of lists whose entries `reader` reads: 1,000 at most, none twice."""

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
    """A weekday and a time, such as "wednesday 15:00"."""
    return schedule.parse_weekly(text(value))


def days(value: Any) -> tuple[date, date]:
    """First and last day, from a text such as "2021-12-20..2022-01-02" or a date of TOML's own."""
    if isinstance(value, date):
        return schedule.parse_days(value.isoformat())
    return schedule.parse_days(text(value))


KNOWN_LANGUAGES = ("en", "de", "zh", "zh-Hant")
"""Languages that are known without looking them up."""


def language(value: Any) -> str:
    """A language's tag, as in "de", "pt-BR" or "zh-Hant", as HTML writes it.

    It is one that Babel knows: months, plurals and lists are as Unicode CLDR has them.
    """
    tag = some_text(value).strip().replace("_", "-")
    if tag in KNOWN_LANGUAGES:
        return tag
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", tag):
        tag = _cased(tag)
        if tag in KNOWN_LANGUAGES or _is_in_babel(tag):
            return tag
    raise ValueError(
        f'must be the tag of a language, such as "en", "de", "zh" or "pt-BR", not {shown(value)}'
    )


def _cased(tag: str) -> str:
    """A tag as BCP 47 recommends to write it: "zh-Hant-TW"."""
    base, *rest = tag.split("-")
    by_length = {2: str.upper, 4: str.title}
    cased = [by_length.get(len(piece), str)(piece) for piece in rest]
    return "-".join([base.lower(), *cased])


def _is_in_babel(tag: str) -> bool:
    from babel import Locale, UnknownLocaleError  # heavy: 7 ms, for other languages only

    try:
        return Locale.parse(babel_name(tag)) is not None
    except (UnknownLocaleError, ValueError):
        return False


def babel_name(tag: str) -> str:
    """A language's tag as Babel names it: "pt_BR"."""
    return tag.replace("-", "_")


def hashtag(value: Any) -> str:
    """A hashtag, written with its `#` or without."""
    word = some_text(value).removeprefix("#")
    if not re.fullmatch(r"\w+", word) or word.isdigit():
        raise ValueError(f'must be one word such as "#mlcollage", not {shown(value)}')
    return f"#{word}"


def number_format(value: Any) -> str:
    """How a number is shown, with `{n}` in its place; "" for "none"."""
    if value == "none":
        return ""
    if "{n}" not in text(value) or re.search(r"[{}]", value.replace("{n}", "")):
        raise ValueError(f'must hold {{n}}, as in "{{n}}/52", or be "none", not {shown(value)}')
    return str(value)


def title_format(value: Any) -> str:
    """A roundup's title, with names in braces that are filled in."""
    known = {"{count}", "{papers}", "{month}", "{year}"}
    if re.search(r"[{}]", re.sub("|".join(known), "", some_text(value))):
        raise ValueError(
            f"may hold {', '.join(sorted(known))} and no other braces, not {shown(value)}"
        )
    if not {"{month}", "{year}"} <= set(re.findall(r"{\w+}", value)):
        raise ValueError(
            "must hold {month} and {year}: each roundup's page is named by it, "
            f"not {shown(value)}"
        )
    return str(value)


def formatted(*names: str) -> Reader:
    """A reader of one line that may hold these names in braces, and no other braces."""
    known = [f"{{{name}}}" for name in names]

    def reader(value: Any) -> str:
        if re.search(r"[{}]", re.sub("|".join(map(re.escape, known)), "", some_text(value))):
            raise ValueError(f"may hold {', '.join(known)} and no other braces, not {shown(value)}")
        return str(value)

    return reader


def with_place(value: Any) -> str:
    """One line with a single `{}`, where something is filled in."""
    if some_text(value).count("{}") != 1 or re.search(r"[{}]", value.replace("{}", "")):
        raise ValueError(f"must hold {{}} once and no other braces, not {shown(value)}")
    return str(value)


def quotes(value: Any) -> tuple[str, str]:
    """The opening and the closing quotation mark, as a text of two or as a list."""
    pair = value
    if isinstance(value, str):
        pair = list(value)
    if not isinstance(pair, list) or len(pair) != 2:
        raise ValueError(f'must be two marks, as in "‘’" or ["« ", " »"], not {shown(value)}')
    return some_text(pair[0]), some_text(pair[1])


PLURALS = ("zero", "one", "two", "few", "many", "other")
"""The plural categories of Unicode CLDR in their order."""


def forms(reader: Reader) -> Reader:
    """A reader of the forms of a text for different numbers; none where the language's own count.

    They are one text, a list of them for one and for several, or for each plural category of the
    language, or a table by category. A table becomes all six forms, "" where it has none.
    """

    def read_forms(value: Any) -> tuple[str, ...]:
        if isinstance(value, dict):
            return _forms_by_category(value, reader)
        if value in ("", []):
            return ()
        if isinstance(value, str):
            return (reader(value),)
        if not isinstance(value, list) or len(value) > len(PLURALS):
            raise ValueError(
                'must be one text, a list for one and for several, as in ["Paper", "Papers"], or a '
                f'table such as {{one = "…", few = "…", other = "…"}}, not {shown(value)}'
            )
        return tuple(reader(entry) for entry in value)

    return read_forms


def _forms_by_category(table: Mapping[str, Any], reader: Reader) -> tuple[str, ...]:
    for name in table:
        if name not in PLURALS:
            raise ValueError(f"has no form {shown(name)}{nearest(name, PLURALS)}")
    found = [reader(table[name]) if name in table else "" for name in PLURALS]
    # In many languages no whole number has the category "other".
    rest = next((form for form in reversed(found) if form), "")
    if not rest:
        raise ValueError("names no form")
    return (*found[:-1], found[-1] or rest)


def month_day(value: Any) -> int:
    """A day of the month, 0 for "last"."""
    if value == "last":
        return 0
    try:
        return int(whole(1, 31)(value))
    except ValueError:
        raise ValueError(f'must be "last" or a day from 1 to 31, not {shown(value)}') from None


def address(value: Any) -> str:
    """An http(s) address, without a slash at its end."""
    url = some_text(value)
    match addresses.problem(url):
        case "":
            return addresses.with_small_scheme(url).rstrip("/")
        case addresses.NONE:
            raise ValueError(f"must be an http(s) address, not {shown(value)}")
        case problem:
            # It is not shown: it may hold a password.
            raise ValueError(problem)


def address_if_any(value: Any) -> str:
    """An http(s) address as `address` reads it, or "" for none."""
    if value == "":
        return ""
    return address(value)


def base_url(example: str) -> Reader:
    """A reader of a server's address: https, or this machine; the `example` stands in its message.

    What is asked for there is written behind it.
    """

    def reader(value: Any) -> str:
        url = address(value)
        if wrong := addresses.open_problem(url):
            raise ValueError(wrong)
        if "?" in url or "#" in url:
            raise ValueError(f"must be a bare address, as in {example}")
        return url

    return reader


def desk_address(value: Any) -> str:
    """The address of the desk, or "" for none: https, or this machine, with nothing behind it.

    The cookies of a path would be those of its neighbours as well.
    """
    if value == "":
        return ""
    example = "https://desk.example.org"
    url = str(base_url(example)(value))
    if "/" in url.partition("://")[2]:
        raise ValueError(f"must be an address without a path, as in {example}")
    return url


def host_name(value: Any) -> str:
    """A name of a host, as a browser asks for it: without a scheme, a port or a path."""
    name = some_text(value).lower()
    if addresses.problem(f"https://{name}/") or re.search(r"[:/?#@]", name):
        raise ValueError(f'must be a name such as "desk.example.org", not {shown(value)}')
    return name


EXAMPLE_HOST = r"(.+\.)?(example(\.(com|net|org))?|invalid|test)\.?"
"""Hosts that stand for an example and belong to nobody (RFC 2606)."""


def is_example(link: str) -> bool:
    """Whether an address is one of those that documents show as examples."""
    host = re.sub(r"^https?://([^/?#]*@)?|(:\d*)?([/?#].*)?$", "", link.casefold())
    return re.fullmatch(EXAMPLE_HOST, host) is not None

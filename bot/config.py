"""config.toml and the environment as frozen, checked values; the only reader of either."""

import os
import re
import stat
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import files
from bot.core import month, schedule, settings
from bot.core.collage import one_line, shown
from bot.core.errors import BadConfig
from bot.core.numbering import Numbering
from bot.core.settings import Secret, Table, nearest, read, setting

FILE = "config.toml"
LOG_LEVELS = ("debug", "info", "warning", "error")
LANGUAGES = ("en", "de", "zh")
SIZE = 1_000_000
"""Bytes a configuration may have."""


@dataclass(frozen=True, slots=True)
class RoundupSettings:
    day: int = setting(settings.month_day, 0)
    time: time = setting(settings.clock_time, time(18, 0))
    names_month: str = setting(settings.one_of("next", "same"), "next")
    wait: timedelta = setting(settings.span, timedelta(hours=24))
    title: str = setting(settings.title_format, month.TITLE)
    papers: tuple[str, str] = setting(settings.singular_and_plural, month.PAPERS)
    base_url: str = setting(settings.address, "https://example.org/mlcollage")
    folder: str = setting(settings.some_text, "site")

    @property
    def rule(self) -> month.Rule:
        return month.Rule(
            self.day, self.time, self.names_month == "next", self.wait, self.title, self.papers
        )


@dataclass(frozen=True, slots=True)
class SeriesSettings:
    title: str = setting(settings.some_text, "ML-Collage")
    hashtag: str = setting(settings.hashtag, "#mlcollage")
    language: str = setting(settings.one_of(*LANGUAGES), "en")
    zone: ZoneInfo | None = setting(settings.zone, None)
    accounts: tuple[str, ...] | None = setting(settings.list_of(settings.some_text), None)
    slots: tuple[schedule.Weekly, ...] = setting(
        settings.list_of(settings.weekly), (schedule.Weekly(2, time(15, 0)),)
    )
    blackout: tuple[tuple[date, date], ...] = setting(settings.list_of(settings.days), ())
    markers: bool = setting(settings.flag, False)
    lateness: timedelta = setting(settings.span, timedelta(hours=48))
    dry: timedelta = setting(settings.span, timedelta(days=21))


@dataclass(frozen=True, slots=True)
class Series:
    """One `[series.NAME]`: everything its rules need, as core's values."""

    name: str
    title: str
    hashtag: str
    language: str
    accounts: tuple[str, ...]
    timetable: schedule.Timetable
    markers: bool
    lateness: timedelta
    dry: timedelta
    numbering: Numbering
    roundup: month.Rule
    base_url: str
    site: Path

    @property
    def zone(self) -> ZoneInfo:
        return self.timetable.zone


@dataclass(frozen=True, slots=True)
class Delivering:
    """`[delivery]`: leases, waits and retries."""

    lease: timedelta = setting(settings.some_span, timedelta(minutes=2))
    request: timedelta = setting(settings.some_span, timedelta(seconds=60))
    retry_first: timedelta = setting(settings.some_span, timedelta(minutes=1))
    retry_longest: timedelta = setting(settings.some_span, timedelta(hours=1))
    give_up: timedelta = setting(settings.span, timedelta(hours=48))
    first_look: timedelta = setting(settings.span, timedelta(minutes=2))
    second_look: timedelta = setting(settings.span, timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Alerting:
    """`[alerts]`: where notices go, who is told that we live, and when people hear of what is
    coming or past due.
    """

    urls: tuple[Secret, ...] = setting(settings.secret_list, ())
    urls_file: str = setting(settings.text, "")
    only_trouble: bool = setting(settings.flag, False)
    heartbeat_url: Secret = setting(settings.secret_line, Secret(""))
    heartbeat_url_file: str = setting(settings.text, "")
    request: timedelta = setting(settings.some_span, timedelta(seconds=20))
    brief: tuple[timedelta, ...] = setting(
        settings.list_of(settings.some_span), (timedelta(hours=24), timedelta(hours=1))
    )
    overdue: timedelta = setting(settings.some_span, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Top:
    zone: ZoneInfo = setting(settings.zone, ZoneInfo("UTC"))
    live: bool = setting(settings.flag, False)
    templates: str = setting(settings.some_text, "templates")


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    url: Secret = setting(settings.secret_text, Secret("sqlite:///queue.db"))
    url_file: str = setting(settings.text, "")
    url_variable: str = setting(settings.text, "MLCOLLAGE_DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration; paths are absolute, relative ones in the file count from its folder."""

    file: Path
    live: bool
    database_url: Secret
    templates: Path
    delivery: Delivering
    alerts: Alerting
    accounts: Mapping[str, Table]
    series: Mapping[str, Series]

    @property
    def folder(self) -> Path:
        return self.file.parent


POSTGRESQL = (
    r"postgresql(\+psycopg)?://([^@\s]*@)?([^@/?\s:\[]*|\[[\w:.]+\])(:\d{1,5})?(/[^?\s]*)?(\?\S*)?"
)
"""What SQLAlchemy reads without a part of the password getting into host, port or a message."""

MOST_URLS = 50
"""Destinations of alerts at most: each has a thread of its own while notices are sent."""

DEFAULT_ACCOUNT = "outbox"
DEFAULT_SERIES = "mlcollage"


def load(file: Path) -> Config:
    """Read and check the configuration; raises `BadConfig` with one sentence that names the dotted
    key and the file.
    """
    return parse(read_source(file), file)


def read_source(file: Path) -> str:
    """The text of a configuration; raises `BadConfig`."""
    shown_file = one_line(str(file))
    try:
        return files.read_text(file, SIZE, "a configuration")
    except files.Missing:
        raise BadConfig(
            f"{shown_file} cannot be read: No such file or directory; "
            "make one with: mlcollage init."
        ) from None
    except files.Unreadable as error:
        raise BadConfig(f"{shown_file}: {error}.") from None


def parse(source: str, file: Path) -> Config:
    """As `load`, from the text of a file at `file`."""
    try:
        if re.search(settings.DOTTED_KEY, source):
            raise RecursionError
        values = tomllib.loads(source)
    except (RecursionError, ValueError) as error:
        raise BadConfig(one_line(f"{file} is no valid TOML: {_why(error)}.")) from None
    root = Table(file.name, "", values)
    sections = ("database", "delivery", "alerts", "accounts", "series")
    known = (*(f.name for f in fields(Top)), *sections)
    for key in values:
        if key not in known:
            raise root.wrong(key, f"is no setting{nearest(key, known)}")
    top = read(root.without(*sections), Top)
    folder = file.absolute().parent
    accounts = _accounts(root)
    return Config(
        file=file.absolute(),
        live=top.live,
        database_url=_database_url(root.table("database"), folder),
        templates=folder / top.templates,
        delivery=_delivering(root.table("delivery")),
        alerts=_alerting(root.table("alerts"), folder),
        accounts=types.MappingProxyType(accounts),
        series=types.MappingProxyType(_all_series(root, top, accounts, folder)),
    )


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if not isinstance(error, tomllib.TOMLDecodeError):
        return "it holds a number that is too long"
    words = str(error).rstrip(".")
    return words if len(words) <= 200 else f"{words[:120]} … {words[-60:]}"


def _delivering(table: Table) -> Delivering:
    made = read(table, Delivering)
    if made.lease <= made.request:
        raise table.wrong(
            "lease", f"must be longer than {table.at('request')}: no request may outlive its lease"
        )
    return made


def _database_url(table: Table, folder: Path) -> Secret:
    own = read(table, DatabaseSettings)
    url = secret(own.url, own.url_file, own.url_variable, table, "url", folder)
    if re.fullmatch(POSTGRESQL, url):
        return Secret(url.replace("postgresql://", "postgresql+psycopg://", 1))
    match = re.fullmatch(r"sqlite:///(.+)", url)
    if not match:
        raise table.wrong(
            "url", 'must be "sqlite:///FILE" or "postgresql+psycopg://USER@HOST/DATABASE", @ as %40'
        )
    return Secret(f"sqlite:///{folder / match[1]}")


def _alerting(table: Table, folder: Path) -> Alerting:
    own = read(table, Alerting)
    urls, variable = own.urls, "MLCOLLAGE_ALERTS_URLS"
    if os.environ.get(variable):
        urls = tuple(map(Secret, os.environ[variable].split()))
    elif own.urls_file:
        lines = map(str.strip, secret("", own.urls_file, "", table, "urls", folder).splitlines())
        urls = tuple(Secret(line) for line in lines if line and not line.startswith("#"))
    if len(urls) > MOST_URLS:
        raise table.wrong("urls", f"names {len(urls):,} destinations, at most {MOST_URLS} are used")
    file, variable = own.heartbeat_url_file, "MLCOLLAGE_HEARTBEAT_URL"
    beat = secret(own.heartbeat_url, file, variable, table, "heartbeat_url", folder)
    if beat and not re.fullmatch(settings.ADDRESS, beat):
        raise table.wrong("heartbeat_url", "must be an http(s) address")
    return replace(own, urls=tuple(dict.fromkeys(urls)), heartbeat_url=beat)


def secret(value: str, file: str, variable: str, table: Table, key: str, folder: Path) -> Secret:
    """A secret from the environment, else from the file its `*_file` setting names, else as
    written.
    """
    if os.environ.get(variable):
        return Secret(os.environ[variable])
    if not file:
        return Secret(value)
    try:
        return Secret(files.read_text(folder / file, SIZE, "a file of secrets").strip())
    except files.Unreadable:
        raise table.wrong(f"{key}_file", f"names {shown(file)}, which cannot be read") from None


def with_secrets(table: Table, keys: Sequence[str], folder: Path) -> Table:
    """An account's table with the secrets it may have in their places, each taken from where it is
    found first.

    That is the environment (MLCOLLAGE_ACCOUNT_KEY), a file of its own (`KEY_file`), the table, the
    `secrets_file`.
    """
    if not keys:
        return table
    account = table.path.rpartition(".")[2].replace("-", "_")
    shared = _secrets_file(table, keys, folder)
    found = {}
    for key in keys:
        written = _one(table, key, settings.secret_text) or shared.get(key, "")
        file = _one(table, f"{key}_file", settings.text)
        found[key] = secret(written, file, f"MLCOLLAGE_{account}_{key}".upper(), table, key, folder)
    return Table(
        table.file,
        table.path,
        {**table.values, **{key: value for key, value in found.items() if value}},
    )


def _one(table: Table, key: str, reader: settings.Reader) -> str:
    try:
        return str(reader(table.values[key])) if key in table.values else ""
    except ValueError as error:
        raise table.wrong(key, str(error)) from None


def _secrets_file(table: Table, keys: Sequence[str], folder: Path) -> Mapping[str, str]:
    """The secrets of the TOML file an account names: nobody else on the machine may read it."""
    name = _one(table, "secrets_file", settings.some_text)
    if not name:
        return {}
    try:
        file = folder / Path(name).expanduser()
        mode = file.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise table.wrong(
                "secrets_file", f"names {shown(name)}, which others may read; run: chmod 600 {name}"
            )
        values = tomllib.loads(files.read_text(file, SIZE, "a file of secrets"))
    except (OSError, RecursionError, RuntimeError, ValueError, files.Unreadable):
        raise table.wrong(
            "secrets_file", f"names {shown(name)}, which cannot be read as TOML"
        ) from None
    inside = Table(one_line(name), "", values)
    for key in values:
        if key not in keys:
            raise inside.wrong(key, f"is no secret{nearest(key, keys)}")
    return {key: _one(inside, key, settings.secret_text) for key in values}


def _named(root: Table, key: str) -> dict[str, Table]:
    """The sub-tables of `[accounts]` or `[series]`; their names become folders and keys."""
    tables = root.table(key)
    for name in tables.values:
        if not re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", name) or len(name) > 40:
            raise tables.wrong(
                name,
                "is no good name: use lower-case letters, digits and single hyphens, at most 40",
            )
    return {name: tables.table(name) for name in tables.values}


def _accounts(root: Table) -> dict[str, Table]:
    return _named(root, "accounts") or {
        DEFAULT_ACCOUNT: Table(root.file, f"accounts.{DEFAULT_ACCOUNT}", {"network": "outbox"})
    }


def _all_series(
    root: Table, top: Top, accounts: Mapping[str, Table], folder: Path
) -> dict[str, Series]:
    tables = _named(root, "series") or {
        DEFAULT_SERIES: Table(root.file, f"series.{DEFAULT_SERIES}", {})
    }
    made: dict[str, Series] = {}
    for name, table in tables.items():
        series = _one_series(name, table, top, accounts, folder)
        for other in made.values():
            if other.site == series.site:
                raise table.wrong(
                    "roundup.folder",
                    f"is also the folder of series {other.name}; give each its own",
                )
        made[name] = series
    return made


def _one_series(
    name: str, table: Table, top: Top, accounts: Mapping[str, Table], folder: Path
) -> Series:
    own = read(table.without("numbering", "roundup"), SeriesSettings)
    for account in own.accounts or ():
        if account not in accounts:
            raise table.wrong(
                "accounts", f"names {shown(account)}, but there is no such [accounts.NAME]"
            )
    if own.accounts == ():
        raise table.wrong("accounts", "must name an account; leave it out to use all of them")
    roundup = read(table.table("roundup"), RoundupSettings)
    return Series(
        name=name,
        title=own.title,
        hashtag=own.hashtag,
        language=own.language,
        accounts=tuple(accounts) if own.accounts is None else own.accounts,
        timetable=schedule.Timetable(own.zone or top.zone, own.slots, own.blackout),
        markers=own.markers,
        lateness=own.lateness,
        dry=own.dry,
        numbering=read(table.table("numbering"), Numbering),
        roundup=roundup.rule,
        base_url=roundup.base_url,
        site=folder / roundup.folder,
    )


def who() -> str:
    """Whose doing a change is, for the log: $MLCOLLAGE_USER or the name of the system's user."""
    for variable in ("MLCOLLAGE_USER", "LOGNAME", "USER"):
        if os.environ.get(variable):
            return os.environ[variable]
    from getpass import getuser  # heavy: it brings the terminal along

    try:
        return getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


def editor() -> str:
    """The maintainer's text editor."""
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"


def log_level() -> str:
    """The level of the log on stderr, as MLCOLLAGE_LOG names it; raises `BadConfig`."""
    level = os.environ.get("MLCOLLAGE_LOG", "").lower()
    if level and level not in LOG_LEVELS:
        raise BadConfig(f"MLCOLLAGE_LOG is {shown(level)}; use one of {', '.join(LOG_LEVELS)}.")
    return level

"""config.toml and the environment as frozen, checked values; the only reader of the file."""

import os
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from getpass import getuser
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus, urlsplit
from zoneinfo import ZoneInfo

from bot import files, secret_sources, series_settings
from bot.core import (
    address,
    events,
    hints,
    retry,
    settings,
    toml,
)
from bot.core.collage import one_line, shown
from bot.core.errors import BadConfig, BadInput
from bot.core.settings import Secret, Table, nearest, read, setting
from bot.secret_sources import Place
from bot.series_settings import UTC
from bot.series_settings import Series as Series
from bot.series_settings import SlideLook as SlideLook

FILE = "config.toml"
LOG_LEVELS = ("debug", "info", "warning", "error")
SIZE = 1_000_000
"""Bytes a configuration may have."""


@dataclass(frozen=True, slots=True)
class Top:
    """The settings above the first `[section]`."""

    zone: ZoneInfo = setting(settings.zone, UTC)
    live: bool = setting(settings.flag, False)
    templates: str = setting(settings.some_text, "templates")


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """`[database]`."""

    url: Secret = setting(settings.secret_text, Secret("sqlite:///queue.db"))
    url_file: str = setting(settings.text, "")
    url_variable: str = setting(settings.text, "MLCOLLAGE_DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Alerting:
    """`[alerts]`: destinations of notices, the heartbeat, and when maintainers are told what."""

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
class Eventing:
    """`[events]`: where scripts hear what happens, and what their messages are signed with.

    `secret` may hold several, separated by spaces: then each message has a signature by each.
    """

    urls: tuple[Secret, ...] = setting(settings.secret_list, ())
    urls_file: str = setting(settings.text, "")
    secret: Secret = setting(settings.secret_line, Secret(""))
    secret_file: str = setting(settings.text, "")
    request: timedelta = setting(settings.some_span, timedelta(seconds=20))

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(self.secret.split())

    @property
    def destinations(self) -> frozenset[str]:
        """The addresses by their names in the database."""
        return frozenset(url.fingerprint for url in self.urls)


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names by which a machine asks itself."""


@dataclass(frozen=True, slots=True)
class Desk:
    """`[desk]`: where the desk listens, and under which addresses people reach it.

    `hosts` are names besides that of `address` which a browser may ask for. An invitation or a
    review link begins with `base`.
    """

    address: str = setting(settings.desk_address, "")
    host: str = setting(settings.some_text, "127.0.0.1")
    port: int = setting(settings.whole(1, 65_535), 8765)
    hosts: tuple[str, ...] = setting(settings.list_of(settings.host_name), ())

    @property
    def base(self) -> str:
        """Its address without a slash at the end: that on this machine where none is given."""
        if self.address:
            return self.address
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def is_open(self) -> bool:
        """Whether people reach it from other machines, by an address that is given."""
        return self.address.startswith("https://")

    @property
    def is_local(self) -> bool:
        """Whether it listens to this machine alone."""
        return self.host in LOOPBACK

    @property
    def names(self) -> frozenset[str]:
        """All names of hosts that it is asked for by, in lower case."""
        own = urlsplit(self.address).hostname or ""
        return frozenset({own, *LOOPBACK, *self.hosts} - {""})


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration.

    All paths are absolute: relative ones in the file count from its folder. `accounts` and
    `destinations` stay raw tables, because only a network's own publisher, or the destination,
    knows their keys. `key_files` are the files that it takes secrets from; `has_secrets` says
    whether some stand in `file` itself, apart from those of accounts and destinations; `says_live`
    whether it has the setting `live`, and `says_series` a series.
    """

    file: Path
    live: bool
    database_url: Secret
    templates: Path
    delivery: retry.Policy
    alerts: Alerting
    events: Eventing
    accounts: Mapping[str, Table]
    series: Mapping[str, Series]
    destinations: Mapping[str, Table] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)
    key_files: tuple[Path, ...] = ()
    has_secrets: bool = False
    says_live: bool = field(default=False, compare=False)
    says_series: bool = field(default=False, compare=False)

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def database_file(self) -> Path | None:
        """The file of a SQLite database; None for another kind."""
        scheme, _, path = self.database_url.partition("///")
        return Path(path) if scheme == "sqlite:" else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may show, but for the accounts' keys, which their publishers know."""
        database = (self.database_url, *_passwords(self.database_url))
        alerts = (*self.alerts.urls, self.alerts.heartbeat_url)
        return (*database, *alerts, *self.events.urls, *self.events.secrets)

    def series_named(self, name: str) -> Series:
        """The series of that name; raises `BadInput` naming those there are."""
        if name not in self.series:
            raise BadInput(self._unknown("series", name, self.series))
        return self.series[name]

    def check_account(self, name: str) -> None:
        """Raise `BadInput` where there is no account of that name."""
        if name not in self.accounts:
            raise BadInput(self._unknown("account", name, self.accounts))

    def _unknown(self, what: str, name: str, known: Iterable[str]) -> str:
        """That a name does not exist, and which do."""
        hint = hints.did_you_mean(name, known)
        names = ", ".join(known)
        return f"There is no {what} {name} in {self.file.name}; it has {names}.{hint}"


SECTIONS = (
    "database",
    "delivery",
    "alerts",
    "events",
    "desk",
    "accounts",
    "destinations",
    "series",
)

POSTGRESQL = (
    r"postgresql(\+psycopg)?://([^@\s]*@)?([^@/?\s:\[]*|\[[\w:.]+\])(:\d{1,5})?"
    r"(/[^?\s@]*)?(\?[^\s@]*)?"
)
"""What SQLAlchemy reads without a part of the password getting into host, port or a message: with
an `@` behind the host, the host may be the rest of a password.
"""

SHOWN_PARAMETERS = frozenset({"host", "hostaddr", "port", "dbname", "user", "service"})
"""Parameters of a URL that say which database it is."""

NAME = r"[a-z0-9]+([-_][a-z0-9]+)*"
NAME_LENGTH = 40
"""Names of accounts and series become folders and parts of idempotency keys."""

MOST_URLS = 50
"""Destinations of alerts, or of events, at most: each has a thread of its own."""

DEFAULT_ACCOUNT = "outbox"
DEFAULT_SERIES = "mlcollage"


def load(file: Path) -> Config:
    """Read and check the configuration.

    Raises `BadConfig` with one sentence that names the dotted key and the file.
    """
    source = read_source(file)
    loaded = parse(source, file)
    if not (loaded.says_live or loaded.says_series):
        raise _not_whole(source, file)
    return loaded


def _not_whole(source: str, file: Path) -> BadConfig:
    """The error for a file that was emptied, or cut off before `live` and every series.

    By its defaults it would begin a rehearsal in a new database, and what is live would end in
    silence.
    """
    what = "says neither live nor any series"
    if not toml.load(source):
        what = "is empty"
    return BadConfig(
        f"{one_line(str(file))} {what}: is it the whole file? Put it back from a copy; "
        "for a new installation write live = false, or run mlcollage init in another folder."
    )


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
    root = Table(file.name, "", _values(source, file))
    _check_top(root)
    top = read(root.without(*SECTIONS), Top)
    folder = file.absolute().parent
    accounts, destinations = _accounts(root), _named(root, "destinations")
    shared = series_settings.Shared(top.zone, top.live, tuple(accounts), folder)
    all_series = series_settings.read_all(_series(root), shared)
    series_settings.check_destinations(root.table("series"), all_series, destinations)
    return Config(
        file=file.absolute(),
        live=top.live,
        database_url=_database_url(root.table("database"), folder),
        templates=folder / top.templates,
        delivery=_delivery(root.table("delivery")),
        alerts=_alerts(root.table("alerts"), folder),
        events=_events(root.table("events"), folder),
        accounts=types.MappingProxyType(accounts),
        series=types.MappingProxyType(all_series),
        destinations=types.MappingProxyType(destinations),
        desk=read(root.table("desk"), Desk),
        key_files=tuple(_key_files(root, [*accounts.values(), *destinations.values()], folder)),
        has_secrets=_has_secrets(root),
        says_live="live" in root.values,
        says_series="series" in root.values,
    )


def _values(source: str, file: Path) -> dict[str, object]:
    """The file's TOML; raises `BadConfig`."""
    try:
        return toml.load(source)
    except toml.BadToml as error:
        raise BadConfig(one_line(f"{file} is no valid TOML: {error}.")) from None


def _check_top(root: Table) -> None:
    """Raise `BadConfig` for a key that is neither a setting of `Top` nor a section."""
    known = (*(each.name for each in fields(Top)), *SECTIONS)
    for key in root.values:
        if key not in known:
            raise root.wrong(key, f"is no setting{nearest(key, known)}")


def _delivery(table: Table) -> retry.Policy:
    policy = read(table, retry.Policy)
    if policy.lease <= policy.request:
        raise table.wrong(
            "lease", f"must be longer than {table.at('request')}: no request may outlive its lease"
        )
    return policy


def _key_files(root: Table, others: Sequence[Table], folder: Path) -> Iterator[Path]:
    """The files that settings name to hold secrets; `others` are of accounts and destinations."""
    for table in (*map(root.table, ("database", "alerts", "events")), *others):
        for key, name in table.values.items():
            if key.endswith("_file") and name and isinstance(name, str):
                # RuntimeError: a "~" without a home folder.
                with suppress(RuntimeError):
                    yield folder / Path(name).expanduser()


def _has_secrets(root: Table) -> bool:
    """Whether a password of the database, or where alerts or events go, stands in it."""
    url = root.table("database").values.get("url", "")
    alerts, events = root.table("alerts").values, root.table("events").values
    values = (alerts.get("urls"), alerts.get("heartbeat_url"), *map(events.get, ("urls", "secret")))
    return bool(_passwords(url) or any(values))


def _database_url(table: Table, folder: Path) -> Secret:
    """The database's URL as SQLAlchemy takes it: an SQLite file's path absolute, psycopg named."""
    written = read(table, DatabaseSettings)
    place = Place(table, "url", folder)
    url = secret_sources.read(place, written.url, written.url_file, written.url_variable)
    if re.fullmatch(POSTGRESQL, url) and not _may_hide_password(url):
        return Secret(url.replace("postgresql://", "postgresql+psycopg://", 1))
    match = re.fullmatch(r"sqlite:///(.+)", url)
    if not match:
        raise table.wrong(
            "url", 'must be "sqlite:///FILE" or "postgresql+psycopg://USER@HOST/DATABASE", @ as %40'
        )
    return Secret(f"sqlite:///{folder / match[1]}")


def _may_hide_password(url: str) -> bool:
    """Whether what is shown of a database's URL may hold another one, or settings of it.

    PostgreSQL reads a database's name with a `=` in it as such settings.
    """
    place, _, query = url.partition("?")
    path = place.partition("://")[2].partition("/")[2]
    shown_values = [value for key, value in parse_qsl(query) if key in SHOWN_PARAMETERS]
    return any(re.search(r"[=@\s]|://", text) for text in (unquote_plus(path), *shown_values))


def _passwords(url: str) -> list[str]:
    """The passwords in a database's URL: before its host and among its parameters, each also as
    the database gets it.
    """
    written = re.findall(r"://[^/?@]*?:([^/?@]*)@|[?&][^=&]*pass[^=&]*=([^&]*)", url)
    passwords = [password for pair in written for password in pair if password]
    return [*passwords, *map(unquote_plus, passwords)]


def _alerts(table: Table, folder: Path) -> Alerting:
    """`[alerts]` with its secrets from the environment or their files, each destination once."""
    written = read(table, Alerting)
    urls = _urls(written, Place(table, "urls", folder), "MLCOLLAGE_ALERTS_URLS")
    heartbeat_url = secret_sources.read(
        Place(table, "heartbeat_url", folder),
        written.heartbeat_url,
        written.heartbeat_url_file,
        "MLCOLLAGE_HEARTBEAT_URL",
    )
    if heartbeat_url and (wrong := address.problem(heartbeat_url, may_have_user=True)):
        place = Place(table, "heartbeat_url", folder)
        raise place.wrong(written.heartbeat_url_file, "MLCOLLAGE_HEARTBEAT_URL", wrong)
    return replace(written, urls=urls, heartbeat_url=heartbeat_url)


def _events(table: Table, folder: Path) -> Eventing:
    """`[events]` with its secrets from the environment or their files, each destination once."""
    written = read(table, Eventing)
    urls = _urls(written, Place(table, "urls", folder), "MLCOLLAGE_EVENTS_URLS")
    for entry, url in enumerate(urls, 1):
        if wrong := address.problem(url, may_have_user=True) or address.open_problem(url):
            place = Place(table, "urls", folder)
            wrong = f"has an entry {entry} that {wrong}"
            raise place.wrong(written.urls_file, "MLCOLLAGE_EVENTS_URLS", wrong)
    place = Place(table, "secret", folder)
    variable = "MLCOLLAGE_EVENTS_SECRET"
    secret = secret_sources.read(place, written.secret, written.secret_file, variable)
    if urls and not secret.split():
        missing = "is empty" if written.secret_file else "is missing"
        why = f"{missing}: events are signed with it; see docs/events.md"
        raise place.wrong(written.secret_file, variable, why)
    for each in secret.split():
        if wrong := events.secret_problem(each):
            raise place.wrong(written.secret_file, variable, wrong)
    return replace(written, urls=urls, secret=secret)


def _urls(written: Alerting | Eventing, place: Place, variable: str) -> tuple[Secret, ...]:
    """Destinations from the environment, else from their file, one a line, else as written.

    Each stands there once. Raises `BadConfig` where they are too many.
    """
    urls = list(written.urls)
    if in_environment := os.environ.get(variable):
        urls = list(map(Secret, in_environment.split()))
    elif written.urls_file:
        lines = map(str.strip, secret_sources.read(place, "", written.urls_file, "").splitlines())
        urls = [Secret(line) for line in lines if line and not line.startswith("#")]
    if len(urls) > MOST_URLS:
        why = f"names {len(urls):,} destinations, at most {MOST_URLS} are used"
        raise place.wrong(written.urls_file, variable, why)
    return tuple(dict.fromkeys(urls))


def _named(root: Table, key: str) -> dict[str, Table]:
    """The sub-tables of a section such as `[accounts]` by name.

    Raises `BadConfig` for a bad name.
    """
    tables = root.table(key)
    for name in tables.values:
        if problem := name_problem(name):
            raise tables.wrong(name, problem)
    return {name: tables.table(name) for name in tables.values}


def name_problem(name: str) -> str:
    """Why an account or a series cannot be called that, as the rest of a sentence; "" if it can."""
    if re.fullmatch(NAME, name) and len(name) <= NAME_LENGTH:
        return ""
    return (
        f"is no good name: use lower-case letters, digits and single hyphens, at most {NAME_LENGTH}"
    )


def _accounts(root: Table) -> dict[str, Table]:
    return _named(root, "accounts") or {
        DEFAULT_ACCOUNT: Table(root.file, f"accounts.{DEFAULT_ACCOUNT}", {"network": "outbox"})
    }


def _series(root: Table) -> dict[str, Table]:
    return _named(root, "series") or {
        DEFAULT_SERIES: Table(root.file, f"series.{DEFAULT_SERIES}", {})
    }


def who() -> str:
    """Whose doing a change is, for the log: $MLCOLLAGE_USER or the name of the system's user."""
    for variable in ("MLCOLLAGE_USER", "LOGNAME", "USER"):
        # With a blank at its end a name would be that of another person.
        if name := os.environ.get(variable, "").strip():
            return one_line(name)
    try:
        return getuser()
    # An ID without a name; Windows has no module `pwd`.
    except (KeyError, OSError, ImportError):
        return "unknown"


def default_file() -> Path:
    """The configuration where none is named: $MLCOLLAGE_CONFIG, else config.toml here."""
    return Path(os.environ.get("MLCOLLAGE_CONFIG") or FILE)


def log_level() -> str:
    """The level of the log on stderr, as MLCOLLAGE_LOG names it; raises `BadConfig`."""
    level = os.environ.get("MLCOLLAGE_LOG", "").lower()
    if level and level not in LOG_LEVELS:
        raise BadConfig(f"MLCOLLAGE_LOG is {shown(level)}; use one of {', '.join(LOG_LEVELS)}.")
    return level

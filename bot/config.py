"""config.toml and the environment as frozen, checked values; the only reader of either."""

import os
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import date, time, timedelta
from getpass import getuser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlsplit
from zoneinfo import ZoneInfo

from bot import files
from bot.core import (
    address,
    approval,
    events,
    hints,
    month,
    retry,
    schedule,
    settings,
    toml,
    words,
)
from bot.core.calendar import Calendar
from bot.core.collage import one_line, shown
from bot.core.errors import BadConfig, BadInput
from bot.core.numbering import Numbering
from bot.core.settings import Secret, Table, nearest, read, setting
from bot.core.slide import DEFAULT_FORMAT, FORMATS
from bot.core.words import Words

FILE = "config.toml"
LOG_LEVELS = ("debug", "info", "warning", "error")
SIZE = 1_000_000
"""Bytes a configuration may have."""

UTC = ZoneInfo("UTC")


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
class SlideLook:
    """`[series.NAME.slide]`: how its slides look.

    `logo_file` and `fonts_folder` are `logo` and `fonts` as absolute paths, None where they are
    left out.
    """

    theme: str = setting(settings.some_text, "paper")
    accent: str = setting(settings.colour, "")
    logo: str = setting(settings.text, "")
    fonts: str = setting(settings.text, "")
    format: str = setting(settings.one_of(*FORMATS), DEFAULT_FORMAT)

    logo_file: Path | None = None
    fonts_folder: Path | None = None


LOGO_SIZE = 5_000_000
"""Bytes a logo may have."""

LOGOS = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True, slots=True)
class Series:
    """One `[series.NAME]`.

    A series that names no zone or no accounts has those of the whole configuration. The tables
    below it and its name are filled in by `load`; `site` is `roundup.folder` as an absolute path.
    """

    title: str = setting(settings.some_text, "ML-Collage")
    hashtag: str = setting(settings.hashtag, "#mlcollage")
    language: str = setting(settings.language, "en")
    zone: ZoneInfo = setting(settings.zone, UTC)
    accounts: tuple[str, ...] = setting(settings.list_of(settings.some_text), ())
    slots: tuple[schedule.Weekly, ...] = setting(
        settings.list_of(settings.weekly), (schedule.Weekly(2, time(15, 0)),)
    )
    blackout: tuple[tuple[date, date], ...] = setting(settings.list_of(settings.days), ())
    markers: bool = setting(settings.flag, False)
    lateness: timedelta = setting(settings.span, timedelta(hours=48))
    dry: timedelta = setting(settings.span, timedelta(days=21))
    approval: str = setting(settings.one_of(*approval.NEEDED), approval.Rule.NONE.value)

    name: str = ""
    phrases: Words | None = None
    """The language's phrases with those that the configuration gives; see `words`."""
    numbering: Numbering = field(default_factory=Numbering)
    roundup: month.Rule = field(default_factory=month.Rule)
    slide: SlideLook = field(default_factory=SlideLook)
    site: Path = Path()
    example: str = ""
    """The address that is left out because it is an example and the configuration is live."""

    @property
    def words(self) -> Words:
        """The phrases of its posts and pages."""
        return self.phrases or words.of(self.language)

    @property
    def wants_approval(self) -> bool:
        """Whether people must approve a collage before a slot may take it."""
        return self.approval != approval.Rule.NONE

    @property
    def timetable(self) -> schedule.Timetable:
        return schedule.Timetable(self.zone, self.slots, self.blackout)

    @property
    def calendar(self) -> Calendar:
        """All that decides when something of the series is due."""
        return Calendar.of(self.timetable, self.lateness, self.roundup)

    @property
    def base_url(self) -> str:
        """Where its pages are published, "" for nowhere; templates of pages use this name."""
        return self.roundup.base_url


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
    all_series = _all_series(root, top, accounts, folder)
    _check_destinations(root.table("series"), all_series, destinations)
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
    place = _Place(table, "url", folder)
    url = _secret(place, written.url, written.url_file, written.url_variable)
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
    urls = _urls(written, _Place(table, "urls", folder), "MLCOLLAGE_ALERTS_URLS")
    heartbeat_url = _secret(
        _Place(table, "heartbeat_url", folder),
        written.heartbeat_url,
        written.heartbeat_url_file,
        "MLCOLLAGE_HEARTBEAT_URL",
    )
    if heartbeat_url and (wrong := address.problem(heartbeat_url, may_have_user=True)):
        place = _Place(table, "heartbeat_url", folder)
        raise place.wrong(written.heartbeat_url_file, "MLCOLLAGE_HEARTBEAT_URL", wrong)
    return replace(written, urls=urls, heartbeat_url=heartbeat_url)


def _events(table: Table, folder: Path) -> Eventing:
    """`[events]` with its secrets from the environment or their files, each destination once."""
    written = read(table, Eventing)
    urls = _urls(written, _Place(table, "urls", folder), "MLCOLLAGE_EVENTS_URLS")
    for entry, url in enumerate(urls, 1):
        if wrong := address.problem(url, may_have_user=True) or address.open_problem(url):
            place = _Place(table, "urls", folder)
            wrong = f"has an entry {entry} that {wrong}"
            raise place.wrong(written.urls_file, "MLCOLLAGE_EVENTS_URLS", wrong)
    place = _Place(table, "secret", folder)
    secret = _secret(place, written.secret, written.secret_file, "MLCOLLAGE_EVENTS_SECRET")
    if urls and not secret.split():
        missing = "is empty" if written.secret_file else "is missing"
        why = f"{missing}: events are signed with it; see docs/events.md"
        raise place.wrong(written.secret_file, "MLCOLLAGE_EVENTS_SECRET", why)
    for each in secret.split():
        if wrong := events.secret_problem(each):
            raise place.wrong(written.secret_file, "MLCOLLAGE_EVENTS_SECRET", wrong)
    return replace(written, urls=urls, secret=secret)


def _urls(written: Alerting | Eventing, place: "_Place", variable: str) -> tuple[Secret, ...]:
    """Destinations from the environment, else from their file, one a line, else as written.

    Each stands there once. Raises `BadConfig` where they are too many.
    """
    urls = list(written.urls)
    if in_environment := os.environ.get(variable):
        urls = list(map(Secret, in_environment.split()))
    elif written.urls_file:
        lines = map(str.strip, _secret(place, "", written.urls_file, "").splitlines())
        urls = [Secret(line) for line in lines if line and not line.startswith("#")]
    if len(urls) > MOST_URLS:
        why = f"names {len(urls):,} destinations, at most {MOST_URLS} are used"
        raise place.wrong(written.urls_file, variable, why)
    return tuple(dict.fromkeys(urls))


class _Place(NamedTuple):
    """Where a secret is set: its table and key, and the folder that paths count from."""

    table: Table
    key: str
    folder: Path

    def wrong(self, file: str, variable: str, why: str) -> BadConfig:
        """The error for a value that `_secret` gave, which names where it stands."""
        if os.environ.get(variable):
            return BadConfig(f"{variable} in the environment {why}.")
        key = f"{self.key}_file" if file else self.key
        return self.table.wrong(key, f"names {shown(file)}, which {why}" if file else why)


def _secret(place: _Place, written: str, file: str, variable: str) -> Secret:
    """A secret from the environment, else from the file its `*_file` names, else as written.

    Raises `BadConfig` where that file cannot be read.
    """
    if in_environment := os.environ.get(variable):
        return Secret(in_environment)
    if not file:
        return Secret(written)
    try:
        text = files.read_text(place.folder / file, SIZE, "a file of secrets")
    except files.Unreadable as error:
        key = f"{place.key}_file"
        raise place.table.wrong(key, f"names {shown(file)}: {error}") from None
    return Secret(text.strip())


def with_secrets(table: Table, keys: Sequence[str], folder: Path) -> Table:
    """An account's table with its secrets, the keys named by `keys`, filled in.

    Each is taken from the first of: the environment (MLCOLLAGE_ACCOUNT_KEY), a file of its own
    (`KEY_file`), the table itself, the `secrets_file`. Raises `BadConfig`.
    """
    if not keys:
        return table
    shared = _secrets_file(table, keys, folder)
    secrets = {}
    for key in keys:
        written = _value(table, key, settings.secret_text) or shared.get(key, "")
        file = _value(table, f"{key}_file", settings.text)
        variable = _variable(table, key)
        if secret := _secret(_Place(table, key, folder), written, file, variable):
            secrets[key] = secret
    return Table(table.file, table.path, {**table.values, **secrets})


def source_of(table: Table, key: str) -> str:
    """Where an account's key stands that goes before its `secrets_file`; "" where it does not."""
    variable = _variable(table, key)
    if os.environ.get(variable):
        return f"the environment ({variable})"
    if table.values.get(f"{key}_file"):
        return f"the file that {key}_file names"
    if table.values.get(key):
        return table.file
    return ""


def _variable(table: Table, key: str) -> str:
    """The environment variable of an account's key: MLCOLLAGE_ACCOUNT_KEY."""
    account = table.path.rpartition(".")[2].replace("-", "_")
    return f"MLCOLLAGE_{account}_{key}".upper()


def _value(table: Table, key: str, reader: settings.Reader) -> str:
    """A table's checked value as text, empty where the key is left out."""
    if key not in table.values:
        return ""
    try:
        return str(reader(table.values[key]))
    except ValueError as error:
        raise table.wrong(key, str(error)) from None


def _secrets_file(table: Table, keys: Sequence[str], folder: Path) -> Mapping[str, str]:
    """The secrets in the TOML file an account names.

    Raises `BadConfig` where the file cannot be read, holds another key, or where other users of
    the machine may read it.
    """
    name = _value(table, "secrets_file", settings.some_text)
    if not name:
        return {}
    try:
        file = folder / Path(name).expanduser()
        if files.is_exposed(file):
            raise table.wrong(
                "secrets_file", f"names {shown(name)}, which others may read; run: chmod 600 {name}"
            )
        values = toml.load(files.read_text(file, SIZE, "a file of secrets"))
    except files.Missing:
        raise table.wrong("secrets_file", f"names {shown(name)}, which is missing") from None
    except files.Unreadable as error:
        raise table.wrong("secrets_file", f"names {shown(name)}, which {error}") from None
    except toml.BadToml as error:
        # Other reasons may quote a part of a secret.
        reason = error if error.is_ours else f"line {error.line}"
        raise table.wrong(
            "secrets_file", f"names {shown(name)}, which is no valid TOML: {reason}"
        ) from None
    # A "~" without a home folder.
    except RuntimeError:
        raise table.wrong(
            "secrets_file", f"names {shown(name)}, which has no home folder"
        ) from None
    secrets = Table(one_line(name), "", values)
    for key in values:
        if key not in keys:
            raise secrets.wrong(key, f"is no secret{nearest(key, keys)}")
    return {key: _value(secrets, key, settings.secret_text) for key in values}


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


def _all_series(
    root: Table, top: Top, accounts: Mapping[str, Table], folder: Path
) -> dict[str, Series]:
    """The series by name; raises `BadConfig`, also where two write their pages to one folder."""
    tables = _named(root, "series") or {
        DEFAULT_SERIES: Table(root.file, f"series.{DEFAULT_SERIES}", {})
    }
    all_series: dict[str, Series] = {}
    for name, table in tables.items():
        series = _series(table, top, tuple(accounts))
        look = _slide_look(table.table("slide"), folder)
        site = folder / series.roundup.folder
        series = replace(series, name=name, site=site, slide=look)
        if top.live and settings.is_example(series.base_url):
            series = _without_example(series)
        for other in all_series.values():
            if other.site == series.site:
                raise _same_folder(tables, name, other.name)
        all_series[name] = series
    return all_series


def _check_destinations(
    table: Table, all_series: Mapping[str, Series], destinations: Mapping[str, Table]
) -> None:
    """Raise `BadConfig` where a roundup is to be published at a place that is not configured."""
    for name, series in all_series.items():
        rule = series.roundup
        at = f"{name}.roundup.destinations"
        for each in rule.destinations:
            if each not in destinations:
                hint = nearest(each, destinations) if destinations else ""
                raise table.wrong(at, f"names {shown(each)}, which is no [destinations.…]{hint}")
        if rule.home and rule.home not in rule.destinations:
            known = ", ".join(rule.destinations) or "none"
            reason = f'must be one of its destinations ({known}), or "" for the site\'s own page'
            raise table.wrong(f"{name}.roundup.home", reason)


def _same_folder(tables: Mapping[str, Table], name: str, other: str) -> BadConfig:
    """The error for two series with one folder; one of them may be what a renaming left behind."""
    for left, renamed in ((name, other), (other, name)):
        table = tables[left]
        if table.values and all(isinstance(value, dict) for value in table.values.values()):
            sections = ", ".join(f"[{table.at(key)}]" for key in table.values)
            return table.wrong(
                "roundup.folder",
                f"is also the folder of series {renamed}, and series {left} has nothing but "
                f"{sections}; if it was renamed to {renamed}, rename that as well, "
                "else give each series its own folder",
            )
    return tables[name].wrong(
        "roundup.folder", f"is also the folder of series {other}; give each its own"
    )


def _without_example(series: Series) -> Series:
    """The series without its example of an address: nothing that goes out may lead there."""
    rule = replace(series.roundup, base_url="")
    return replace(series, roundup=rule, example=series.base_url)


def _series(table: Table, top: Top, all_accounts: tuple[str, ...]) -> Series:
    """One series with the tables below it and what it inherits; raises `BadConfig`."""
    series = read(table.without("numbering", "roundup", "slide", "words"), Series)
    if "accounts" not in table.values:
        series = replace(series, accounts=all_accounts)
    if "zone" not in table.values:
        series = replace(series, zone=top.zone)
    for account in series.accounts:
        if account not in all_accounts:
            raise table.wrong(
                "accounts",
                f"names {shown(account)}, but there is no such [accounts.NAME]"
                f"{nearest(account, all_accounts)}",
            )
    if not series.accounts:
        raise table.wrong("accounts", "must name an account; leave it out to use all of them")
    return replace(
        series,
        phrases=words.given(table.table("words"), series.language),
        numbering=read(table.table("numbering"), Numbering),
        roundup=_roundup(table.table("roundup"), series.language),
    )


def _slide_look(table: Table, folder: Path) -> SlideLook:
    """`[series.NAME.slide]`; raises `BadConfig`, also for what is not there or cannot be read."""
    look = read(table, SlideLook)
    if look.logo:
        look = replace(look, logo_file=_logo(table, _path(table, "logo", look.logo, folder)))
    if look.fonts:
        fonts = _path(table, "fonts", look.fonts, folder)
        if not fonts.is_dir():
            raise table.wrong("fonts", f"names {shown(look.fonts)}, and there is no such folder")
        look = replace(look, fonts_folder=fonts)
    return look


def _path(table: Table, key: str, value: str, folder: Path) -> Path:
    try:
        return folder / Path(value).expanduser()
    # A "~" without a home folder.
    except RuntimeError:
        raise table.wrong(key, f"names {shown(value)}, which has no home folder") from None


def _logo(table: Table, file: Path) -> Path:
    """The file of a logo; raises `BadConfig` where it cannot be one."""
    name = shown(str(table.values["logo"]))
    if file.suffix.lower() not in LOGOS:
        raise table.wrong("logo", f"names {name}; use a file that is {', '.join(LOGOS)}")
    try:
        data = files.read(file, LOGO_SIZE, "a logo")
    except files.Missing:
        raise table.wrong("logo", f"names {name}, which is missing") from None
    except files.Unreadable as error:
        raise table.wrong("logo", f"names {name}: {error}") from None
    if file.suffix.lower() == ".svg" and b"<svg" not in data:
        raise table.wrong("logo", f"names {name}, which is no SVG")
    return file


def _roundup(table: Table, language: str) -> month.Rule:
    """`[series.NAME.roundup]`; raises `BadConfig`, also for forms that the language has not."""
    rule = read(table, month.Rule)
    for key, forms in (("title", rule.title), ("papers", rule.papers)):
        if problem := month.odd_forms(forms, language):
            raise table.wrong(key, problem)
    return rule


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


def editor() -> str:
    """The maintainer's text editor."""
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"


INHERITED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR"
    r"|\w+_LIBRARY_PATH|PYTHON\w+|XDG_\w+|DBUS_SESSION_BUS_ADDRESS"
    r"|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE",
    re.IGNORECASE,
)
"""The environment's variables that a process of our own needs, to run and to call a network."""


def for_children() -> dict[str, str]:
    """The environment for processes of our own, without the keys and passwords that are in ours."""
    return {name: value for name, value in os.environ.items() if INHERITED.fullmatch(name)}


def without_ours() -> dict[str, str]:
    """Changes to the environment that empty our own variables, for a program of the maintainer's:
    they may hold keys and passwords.
    """
    return {name: "" for name in os.environ if name.startswith(("MLCOLLAGE_", "PGPASS"))}


def for_programs() -> dict[str, str]:
    """The environment for a program that the maintainer has named, which may need theirs, without
    our own variables.
    """
    ours = without_ours()
    return {name: value for name, value in os.environ.items() if name not in ours}


def log_level() -> str:
    """The level of the log on stderr, as MLCOLLAGE_LOG names it; raises `BadConfig`."""
    level = os.environ.get("MLCOLLAGE_LOG", "").lower()
    if level and level not in LOG_LEVELS:
        raise BadConfig(f"MLCOLLAGE_LOG is {shown(level)}; use one of {', '.join(LOG_LEVELS)}.")
    return level

"""config.toml: the defaults, the example that shows every setting, and the sentence for each
mistake.
"""

import importlib.util
import re
import tomllib
from dataclasses import fields
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import config, environment
from bot.config import Config
from bot.core import month
from bot.core.errors import BadConfig
from bot.core.numbering import Numbering
from bot.core.retry import Policy
from bot.core.schedule import Weekly
from bot.core.settings import Secret
from bot.destinations import table as kinds
from bot.publishers import table
from tests.conftest import MONDAY, ROOT, StoppedClock

NETWORKS = ", ".join(table.NETWORKS)
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
SERIES = "series.mlcollage"
PASSWORD = "hunter2"

KINDS = [name for name, (module, _) in kinds.KINDS.items() if importlib.util.find_spec(module)]

SECTIONS: dict[str, type[Any]] = {
    "": config.Top,
    "database": config.DatabaseSettings,
    "delivery": Policy,
    "alerts": config.Alerting,
    "events": config.Eventing,
    "desk": config.Desk,
    SERIES: config.Series,
    f"{SERIES}.numbering": Numbering,
    f"{SERIES}.roundup": month.Rule,
    f"{SERIES}.slide": config.SlideLook,
} | {f"accounts.{name}": table.network(name).settings for name in table.NETWORKS}
SECTIONS |= {f"destinations.{name}": kinds.kind(name).settings for name in KINDS}
"""Every settings class and where its table stands."""


def every_setting() -> set[str]:
    """Every dotted key that the code reads."""
    dotted = {
        f"{section}.{field.name}".lstrip(".")
        for section, settings in SECTIONS.items()
        for field in fields(settings)
        if "reader" in field.metadata
    }
    dotted |= {f"destinations.{name}.kind" for name in KINDS}
    return dotted | {f"accounts.{name}.network" for name in table.NETWORKS}


def uncommented(source: str) -> str:
    """The example with the settings that it only hints at."""
    return re.sub(r"^# (\[|\w+ = )", r"\1", source, flags=re.MULTILINE)


def flat(values: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        dotted = f"{path}.{key}".lstrip(".")
        found |= flat(value, dotted) if isinstance(value, dict) else {dotted: value}
    return found


def parse(tmp_path: Path, source: str = "") -> Config:
    return config.parse(source, tmp_path / "config.toml")


def complaint(tmp_path: Path, source: str) -> str:
    with pytest.raises(BadConfig) as refused:
        parse(tmp_path, source)
    return str(refused.value)


def test_an_empty_file_is_a_whole_configuration(tmp_path: Path) -> None:
    own = parse(tmp_path)
    assert (own.live, own.database_url, own.templates) == (
        False,
        f"sqlite:///{tmp_path / 'queue.db'}",
        tmp_path / "templates",
    )
    assert {name: dict(raw.values) for name, raw in own.accounts.items()} == {
        "outbox": {"network": "outbox"}
    }
    series = own.series["mlcollage"]
    assert list(own.series) == ["mlcollage"]
    assert (series.title, series.hashtag, series.language, series.accounts) == (
        "ML-Collage",
        "#mlcollage",
        "en",
        ("outbox",),
    )
    assert (series.zone, series.timetable.slots) == (ZoneInfo("UTC"), (Weekly(2, time(15)),))
    assert (series.lateness, series.roundup.wait) == (timedelta(hours=48), timedelta(hours=24))
    assert (series.roundup.day, series.roundup.time) == (0, time(18))
    assert series.roundup.names_month == "next"
    assert (series.numbering.shown(29), series.numbering.restart, series.numbering.first) == (
        "29/52",
        "yearly",
        1,
    )
    assert (series.base_url, series.site) == ("https://example.org/mlcollage", tmp_path / "site")


def test_the_desk_is_on_this_machine_until_it_has_an_address(tmp_path: Path) -> None:
    desk = parse(tmp_path).desk
    assert (desk.base, desk.is_open) == ("http://127.0.0.1:8765", False)
    assert parse(tmp_path, "[desk]\nport = 80").desk.base == "http://127.0.0.1:80"
    desk = parse(tmp_path, '[desk]\naddress = "https://desk.example.org/"').desk
    assert (desk.base, desk.is_open) == ("https://desk.example.org", True)


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ('address = "http://desk.example.org"', "must be https"),
        ('address = "https://example.org/desk"', "without a path"),
        ('address = "desk.example.org"', "must be an http"),
        ("port = 0", "from 1 to 65,535"),
        ('hosts = ["desk.local:80"]', "must be a name"),
        ('hosts = ["https://desk.local"]', "must be a name"),
        ('hosts = ["desk local"]', "must be a name"),
        ('host = ""', "must not be empty"),
    ],
)
def test_an_address_of_the_desk_that_would_not_do_is_refused(
    tmp_path: Path, setting: str, problem: str
) -> None:
    assert problem in complaint(tmp_path, f"[desk]\n{setting}")


def test_the_example_is_the_default_with_and_without_its_hints(tmp_path: Path) -> None:
    assert parse(tmp_path, EXAMPLE) == parse(tmp_path)
    hinted = parse(tmp_path, uncommented(EXAMPLE))
    assert hinted.series == parse(tmp_path).series
    made = [
        table.make(own.accounts["outbox"], tmp_path, StoppedClock(MONDAY))
        for own in (hinted, parse(tmp_path, EXAMPLE))
    ]
    assert vars(made[0]).keys() == vars(made[1]).keys()
    assert [vars(made[0])[key] for key in ("network", "folder")] == [
        vars(made[1])[key] for key in ("network", "folder")
    ]


def test_the_example_mentions_every_setting_and_no_other() -> None:
    assert set(flat(tomllib.loads(uncommented(EXAMPLE)))) == every_setting()


def test_the_example_says_of_every_setting_why_in_one_line() -> None:
    lines = [line for line in EXAMPLE.splitlines() if re.match(r"(# )?\w+ = ", line)]
    assert len(lines) == len(every_setting())
    assert [
        line for line in lines if not re.search(r"\S {2,}# \S.{5,}$", line) or len(line) > 120
    ] == []


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    own = parse(
        tmp_path,
        f"""templates = "words"
        database.url = "sqlite:////{tmp_path.name}/elsewhere.db"
        series.mlcollage.roundup.folder = "{tmp_path.parent}/pages"
        """,
    )
    assert own.templates == tmp_path / "words"
    assert own.database_url == f"sqlite:////{tmp_path.name}/elsewhere.db"
    assert own.series["mlcollage"].site == tmp_path.parent / "pages"


def test_a_relative_name_of_the_file_makes_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("live = false", encoding="utf-8")
    own = config.load(Path("config.toml"))
    assert own.folder == tmp_path
    assert own.database_url == f"sqlite:///{tmp_path / 'queue.db'}"


def test_a_series_takes_its_own_zone_before_the_one_of_all(tmp_path: Path) -> None:
    own = parse(
        tmp_path,
        'zone = "Europe/Berlin"\n[series.a]\n[series.b]\nzone = "UTC"\nroundup.folder = "b"\n',
    )
    assert {name: series.zone.key for name, series in own.series.items()} == {
        "a": "Europe/Berlin",
        "b": "UTC",
    }


def test_series_name_the_accounts_they_use_or_use_all(tmp_path: Path) -> None:
    own = parse(
        tmp_path,
        """[accounts.lab]
        network = "outbox"
        [accounts.press]
        network = "outbox"
        [series.a]
        [series.b]
        accounts = ["press"]
        roundup.folder = "b"
        """,
    )
    assert {name: series.accounts for name, series in own.series.items()} == {
        "a": ("lab", "press"),
        "b": ("press",),
    }


def test_blackouts_may_be_dates_or_text(tmp_path: Path) -> None:
    own = parse(tmp_path, '[series.a]\nblackout = [2021-12-24, "2021-12-29..2022-01-02"]\n')
    assert own.series["a"].timetable.blackout == (
        (date(2021, 12, 24), date(2021, 12, 24)),
        (date(2021, 12, 29), date(2022, 1, 2)),
    )


@pytest.mark.parametrize(
    ("format_", "number", "shown"),
    [
        ("{n}/52", 29, "29/52"),
        ("none", 29, ""),
        ("#{n}", 1, "#1"),
        ("{n}/52", None, ""),
        ("{n}/52", 0, "0/52"),
    ],
)
def test_a_number_is_shown_as_the_series_writes_it(
    tmp_path: Path, format_: str, number: int, shown: str
) -> None:
    own = parse(tmp_path, f'series.a.numbering.format = "{format_}"')
    assert own.series["a"].numbering.shown(number) == shown


MISTAKES = [
    ("zon = 1", 'zon in config.toml is no setting; did you mean "zone".'),
    ("xyz = 1",
     "xyz in config.toml is no setting; known here: "
     "zone, live, templates, database, delivery, alerts,"),
    ("[serie.a]", 'serie in config.toml is no setting; did you mean "series".'),
    ('zone = "Europe/Berln"', "zone in config.toml must be an IANA zone such as"),
    ('live = "yes"', "live in config.toml must be true or false, not 'yes'."),
    ("database = 1", "database in config.toml must be a section of settings, as in [database]."),
    ("[[series]]", "series in config.toml must be a section of settings, as in [series]."),
    ("[series]\ntitle = 'x'",
     "series.title in config.toml must be a section of settings, as in [series.title]."),
    ("[series.A]",
     "series.A in config.toml is no good name: use lower-case letters, digits and single hyphens"),
    ("[series.'']", "series. in config.toml is no good name"),
    ("[series.'../x']", "series.../x in config.toml is no good name"),
    ("[accounts.'a/b']\nnetwork = 'outbox'", "accounts.a/b in config.toml is no good name"),
    (f"[series.{'a' * 41}]", f"series.{'a' * 41} in config.toml is no good name"),
    ("[series.a]\nslotz = []",
     'series.a.slotz in config.toml is no setting; did you mean "slots".'),
    ("[series.a]\nslots = ['someday 15:00']",
     "series.a.slots in config.toml names someday, which is no weekday"),
    ("[series.a]\nslots = ['wednesday 25:00']",
     "series.a.slots in config.toml names 25:00, which is no time of day."),
    ("[series.a]\nslots = ['wed 15:00', 'wednesday 15:00']",
     "series.a.slots in config.toml names an entry twice."),
    ("[series.a]\nblackout = ['2021-02-30']",
     "series.a.blackout in config.toml must be a day or a span of days"),
    ("[series.a]\naccounts = ['lab']",
     "series.a.accounts in config.toml names 'lab', but there is no such"),
    ("[series.a]\naccounts = []",
     "series.a.accounts in config.toml must name an account; leave it out to use all"),
    ("[series.a]\nlanguage = 'xx'",
     "series.a.language in config.toml must be the tag of a language, such as"),
    ("[series.a.roundup]\npapers = ['a', 'b', 'c']",
     "series.a.roundup.papers in config.toml has 3 forms; give one, or two for one and"),
    ("[series.a.words]\nautors = 'x'",
     "series.a.words.autors in config.toml is no setting; did you mean \"authors\""),
    ("[series.a.words]\nabout = '{hashtag}'",
     "series.a.words.about in config.toml may hold {series} and no other braces"),
    ("[series.a.words.labels]\npapier = 'x'",
     "series.a.words.labels.papier in config.toml is no kind of link; did you mean"),
    ("[series.a.words.alt]\nby = 'x'",
     "series.a.words.alt.by in config.toml must hold {} once"),
    ("[series.a.roundup]\ndestinations = ['blogs']\n[destinations.blog]",
     "series.a.roundup.destinations in config.toml names 'blogs', which is no [destinations.…]; "),
    ("[series.a.roundup]\ndestinations = ['blog', 'blog']\n[destinations.blog]",
     "series.a.roundup.destinations in config.toml names an entry twice"),
    ("[series.a.roundup]\nhome = 'blog'\n[destinations.blog]",
     "series.a.roundup.home in config.toml must be one of its destinations (none), or"),
    ("[series.a]\n[series.b]",
     "series.b.roundup.folder in config.toml is also the folder of series a; give"),
    ("[series.a]\ntitle = 'A'\n[series.b.numbering]\nfirst = 1",
     "series.b.roundup.folder in config.toml is also the folder of series a, and series b has "
     "nothing but [series.b.numbering]; if it was renamed to a, rename that as well"),
    ("[series.a.numbering]\nfirst = -1",
     "series.a.numbering.first in config.toml must be a whole number from 0 to"),
    ("[series.a.numbering]\nrestart = 'monthly'",
     "series.a.numbering.restart in config.toml must be one of yearly,"),
    ("[series.a.numbering]\nformat = '52'",
     "series.a.numbering.format in config.toml must hold {n}"),
    ("[series.a.roundup]\nday = 32",
     "series.a.roundup.day in config.toml must be \"last\" or a day from 1 to 31"),
    ("[series.a.roundup]\ntime = '24:00'",
     "series.a.roundup.time in config.toml must be a time of day"),
    ("[series.a.roundup]\ntitle = 'Papers'",
     "series.a.roundup.title in config.toml must hold {month} and {year}"),
    ("[series.a.roundup]\nbase_url = 'example.org'",
     "series.a.roundup.base_url in config.toml must be an http(s)"),
    ("[delivery]\nlease = '60s'",
     "delivery.lease in config.toml must be longer than delivery.request"),
    ("[delivery]\nretry_first = '0s'",
     "delivery.retry_first in config.toml must be longer than nothing."),
    ("[delivery]\nrequest = 60", "delivery.request in config.toml must be a span of time such as"),
    ("[database]\nurl = 'mysql://host/db'",
     'database.url in config.toml must be "sqlite:///FILE" or'),
    ("[database]\nurl = 'sqlite://'", 'database.url in config.toml must be "sqlite:///FILE" or'),
    ("[database]\nurl_file = 'no/such'",
     "database.url_file in config.toml names 'no/such': there is no such file."),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), MISTAKES)
def test_a_mistake_is_one_sentence_with_the_dotted_key_and_the_file(
    tmp_path: Path, source: str, expected: str
) -> None:
    message = complaint(tmp_path, source)
    assert message.startswith(expected)
    assert message.endswith(".")
    assert message.isprintable()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", f"accounts.lab.network in config.toml is missing; it is one of {NETWORKS}."),
        (
            "network = 'myspace'",
            f"accounts.lab.network in config.toml must be one of {NETWORKS}, not 'myspace'.",
        ),
        (
            "network = ['outbox']",
            f"accounts.lab.network in config.toml must be one of {NETWORKS}, not ['outbox'].",
        ),
        (
            "network = 'outbox'\nfoldr = 'x'",
            'accounts.lab.foldr in config.toml is no setting; did you mean "folder".',
        ),
        (
            "network = 'outbox'\nfolder = ''",
            "accounts.lab.folder in config.toml must not be empty.",
        ),
        (
            "network = 'outbox'\nlike = 'outbox'",
            "accounts.lab.like in config.toml must be one of x, bluesky, mastodon,",
        ),
    ],
)
def test_a_mistake_in_an_account_is_found_by_its_network(
    tmp_path: Path, raw: str, expected: str
) -> None:
    own = parse(tmp_path, f"[accounts.lab]\n{raw}\n")
    with pytest.raises(BadConfig) as refused:
        table.make(own.accounts["lab"], tmp_path, StoppedClock(MONDAY))
    assert str(refused.value).startswith(expected)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(
        BadConfig, match=r"No such file or directory; make one with: mlcollage init\.$"
    ):
        config.load(tmp_path / "config.toml")


URL = f"postgresql+psycopg://bot:{PASSWORD}@db.example.org:5432/queue"


@pytest.mark.parametrize(
    ("url", "used"),
    [
        (URL, URL),
        (URL.replace("+psycopg", ""), URL),
        ("postgresql:///queue", "postgresql+psycopg:///queue"),
        (
            "postgresql+psycopg://test@/queue?host=/run/pg",
            "postgresql+psycopg://test@/queue?host=/run/pg",
        ),
        (
            "postgresql://bot:p%40ss@[::1]:5432/queue",
            "postgresql+psycopg://bot:p%40ss@[::1]:5432/queue",
        ),
    ],
)
def test_a_postgresql_url_gets_the_driver_we_bring(tmp_path: Path, url: str, used: str) -> None:
    assert parse(tmp_path, f'database.url = "{url}"').database_url == used


def test_the_environment_goes_before_the_file_and_the_file_before_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f" {URL}\n", encoding="utf-8")
    source = 'database = { url = "sqlite:///a.db", url_file = "secret" }'
    assert parse(tmp_path, source).database_url == URL
    monkeypatch.setenv("MLCOLLAGE_DATABASE_URL", "postgresql:///other")
    assert parse(tmp_path, source).database_url == "postgresql+psycopg:///other"
    monkeypatch.setenv("MLCOLLAGE_DATABASE_URL", "")
    assert parse(tmp_path, source).database_url == URL


@pytest.mark.parametrize(
    "rest",
    [
        "bot:hu@sh/word@host/queue",
        "bot:hu@sh?word@host/queue",
        "bot:hu@sh?a=word@host/queue",
        "bot:hu@sh@host/queue",
        "host/password%3Dhush",
        "host/queue?dbname=password%3Dhush",
        "host/queue?dbname=postgresql%3A%2F%2Fbot%3Ahush%40host",
        "host/queue?host=bot:hush@host",
        "host/queue?host=bot%3Ahush%40host",
    ],
)
def test_an_address_that_would_show_a_part_of_a_password_is_refused(
    tmp_path: Path, rest: str
) -> None:
    with pytest.raises(BadConfig, match=r'must be "sqlite:///FILE" or .*, @ as %40') as refused:
        parse(tmp_path, f'database.url = "postgresql://{rest}"')
    assert "sh" not in str(refused.value)


def test_every_password_of_the_database_is_kept_out_of_the_log(tmp_path: Path) -> None:
    url = "postgresql://bot:in%40front@host/queue?user=a&password=be%20hind&sslpassword=key&a=b"
    secrets = parse(tmp_path, f'database.url = "{url}"').secrets
    assert {"in%40front", "in@front", "be%20hind", "be hind", "key"} <= {*secrets}
    assert not {"a", "b", "bot", "host", "queue"} & {*secrets}


def test_a_password_does_not_show_in_the_configuration(tmp_path: Path) -> None:
    own = parse(tmp_path, f'database.url = "{URL}"')
    assert isinstance(own.database_url, Secret)
    assert PASSWORD in own.database_url
    assert PASSWORD not in repr(own)
    assert PASSWORD not in repr(config.DatabaseSettings(Secret(URL)))


@pytest.mark.parametrize(
    "source",
    [
        f'database = "{URL}"',
        f'database = ["{URL}"]',
        f'database.url = ["{URL}"]',
        f'database.url = {{ a = "{URL}" }}',
        f'database.url = "{URL.replace("postgresql", "postgres")}"',
        f'database.url = "{URL.replace(":5432", f":{PASSWORD}")}"',
        f'database.url = "postgresql://bot:a@{PASSWORD}@host/queue"',
        f'database.url = "postgresql://bot:a@b:{PASSWORD}@host/queue"',
        f'database.url = "{URL}\\nmore"',
        f'database.url = "{URL} {URL}"',
        f'[database]\nurl = "{URL}',
        f'[database]\nurl = "{URL}"\nurl = "{URL}"',
        'database.url_file = "secret"',
        'database.url_file = "secret"\nlive = 1',
    ],
)
def test_a_password_does_not_show_in_a_complaint(tmp_path: Path, source: str) -> None:
    (tmp_path / "secret").write_text(f"{URL}\n{PASSWORD}", encoding="utf-8")
    assert PASSWORD not in complaint(tmp_path, source)


ALERTS = f"mailto://ada:{PASSWORD}@example.org"
BEAT = f"https://example.org/{PASSWORD}"


def test_alerts_come_from_the_environment_else_from_their_files_else_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "urls").write_text(
        f"# who is on duty\n{ALERTS}\n\n  ntfy://topic \n{ALERTS}\n", encoding="utf-8"
    )
    (tmp_path / "beat").write_text(f"{BEAT}\n", encoding="utf-8")
    written = '[alerts]\nurls = ["json://h"]\nheartbeat_url = "http://h/b"\n'
    files = 'urls_file = "urls"\nheartbeat_url_file = "beat"\n'
    own = parse(tmp_path, written).alerts
    assert (own.urls, own.heartbeat_url) == (("json://h",), "http://h/b")
    own = parse(tmp_path, written + files).alerts
    assert (own.urls, own.heartbeat_url) == ((ALERTS, "ntfy://topic"), BEAT)
    monkeypatch.setenv("MLCOLLAGE_ALERTS_URLS", " slack://a\n discord://b ")
    monkeypatch.setenv("MLCOLLAGE_HEARTBEAT_URL", "http://other")
    own = parse(tmp_path, written + files).alerts
    assert (own.urls, own.heartbeat_url) == (("slack://a", "discord://b"), "http://other")
    assert all(isinstance(url, Secret) for url in (*own.urls, own.heartbeat_url))


def test_alerts_do_not_show_in_the_configuration(tmp_path: Path) -> None:
    own = parse(tmp_path, f'[alerts]\nurls = ["{ALERTS}"]\nheartbeat_url = "{BEAT}"\n')
    assert PASSWORD not in repr(own)


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (f'urls = "{ALERTS}"', "urls"),
        (f'urls = ["{ALERTS}", "{ALERTS}"]', "urls"),
        (f'urls = [["{ALERTS}"]]', "urls"),
        (f'urls = ["{ALERTS}\\n"]', "urls"),
        (f"urls = {[f'{ALERTS}/{n}' for n in range(51)]}", "urls"),
        ('urls_file = "many"', "urls_file"),
        ('urls_file = "no/such"', "urls_file"),
        (f'heartbeat_url = ["{BEAT}"]', "heartbeat_url"),
        (f'heartbeat_url = "example.org/{PASSWORD}"', "heartbeat_url"),
        ('heartbeat_url_file = "many"', "heartbeat_url_file"),
        ('heartbeat_url_file = "no/such"', "heartbeat_url_file"),
    ],
)
def test_alerts_do_not_show_in_a_complaint(tmp_path: Path, source: str, key: str) -> None:
    (tmp_path / "many").write_text("".join(f"{ALERTS}/{n}\n" for n in range(51)), encoding="utf-8")
    message = complaint(tmp_path, f"[alerts]\n{source}\n")
    assert message.startswith(f"alerts.{key} in config.toml ")
    assert PASSWORD not in message


def test_who_and_editor_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOLLAGE_USER", "ada")
    monkeypatch.setenv("VISUAL", "")
    monkeypatch.setenv("EDITOR", "ed")
    assert (config.who(), environment.editor()) == ("ada", "ed")
    monkeypatch.delenv("EDITOR")
    assert environment.editor() == "vi"


@pytest.mark.parametrize("said", [" ada", "ada\n", "ada"])
def test_blanks_around_a_name_are_no_part_of_it(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOLLAGE_USER", said)
    assert config.who() == "ada"


def test_a_name_of_blanks_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOLLAGE_USER", " ")
    monkeypatch.setenv("LOGNAME", "bob")
    assert config.who() == "bob"

"""Hostile configurations: each is refused in one sentence that names key and file, and nothing else
ever comes out.
"""

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import __main__, config
from bot.core import collage
from bot.core.errors import BadConfig
from bot.publishers import table
from tests.conftest import MONDAY, StoppedClock, make_context, write_item

PASSWORD = "hunter2"
GOOD = f"""zone = "Europe/Berlin"
live = true
templates = "templates"

[database]
url = "postgresql+psycopg://bot:{PASSWORD}@host/queue"
url_file = ""

[delivery]
lease = "2m"
request = "60s"
retry_first = "1m"
retry_longest = "1h"
give_up = "48h"
first_look = "2m"
second_look = "10m"

[alerts]
urls = ["mailto://bot:{PASSWORD}@example.org"]
urls_file = ""
only_trouble = false
heartbeat_url = "https://example.org/{PASSWORD}"
heartbeat_url_file = ""
request = "20s"

[accounts.lab]
network = "outbox"
folder = "outbox"
like = "x"

[accounts.press]
network = "x"
username = "mlcollage"
secrets_file = "keys.toml"
consumer_key = "{PASSWORD}"
consumer_secret = "{PASSWORD}"
access_token = "{PASSWORD}"
access_token_secret = "{PASSWORD}"
consumer_key_file = ""
consumer_secret_file = ""
access_token_file = ""
access_token_secret_file = ""
budget = "5.00"
base_url = "https://api.x.com"
connect_timeout = "5s"
read_timeout = "20s"
total_timeout = "60s"

[series.main]
title = "ML-Collage"
hashtag = "#mlcollage"
language = "en"
zone = "Asia/Kathmandu"
accounts = ["lab"]
slots = ["wednesday 15:00"]
blackout = ["2021-12-20..2022-01-02"]
lateness = "48h"
dry = "21d"

[series.main.numbering]
format = "{{n}}/52"
restart = "yearly"
first = 1

[series.main.roundup]
day = "last"
time = "18:00"
names_month = "next"
wait = "24h"
title = "{{count}} {{papers}} to Read in {{month}} {{year}} — 论文"
papers = ["Paper", "Papers"]
base_url = "https://example.org/mlcollage"
folder = "site"
"""

TEXT = {"templates", "folder", "title"}
MAY_BE_EMPTY = {
    *((f"series.main.roundup.{key}", '""') for key in ("base_url", "title", "papers")),
    *((f"series.main.roundup.{key}", "[]") for key in ("title", "papers")),
}
"""A series need not have an address, nor a title and papers other than its language's."""
SECRETS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
FILES = (
    "url_file",
    "urls_file",
    "heartbeat_url_file",
    "secrets_file",
    *(f"{key}_file" for key in SECRETS),
)
SPANS = {
    *("lease", "request", "retry_first", "retry_longest", "give_up", "first_look", "second_look"),
    *("lateness", "dry", "wait", "connect_timeout", "read_timeout", "total_timeout"),
}
NUMBERS = ("1.5", "-1", "1e400", "nan", "0x" + "F" * 5_000, "-9223372036854775809")
DATES = ("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z")
TABLES = ("{ a = 1 }", "{ a = { a = [{ b = 1 }] } }", "{ a" + ".a" * 90 + " = 1 }")
LISTS = ("[[]]", "[1]", "[" * 60 + "]" * 60)
TEXTS = (
    '""',
    '" "',
    r'"a\nb"',
    r'"\u0000"',
    r'"\u001b[2J"',
    '"' + "a" * 3_000 + '"',
    '"' + "界" * 30_000 + '"',
)
NEVER = (*NUMBERS, *DATES, *TABLES, *LISTS)
"""What no setting takes, whatever its key, but for blackouts, which may be dates."""

WRONG: dict[str, tuple[str, ...]] = {
    "zone": (
        '"Mars/Olympus"',
        '"Europe"',
        '"../../etc/passwd"',
        '"/etc/passwd"',
        '"UTC "',
        '"europe/berlin/x"',
        "true",
    ),
    "live": ('"true"', "0", "1", '""', "[true]"),
    "url": (
        '"mysql://h/d"',
        '"sqlite://"',
        '"sqlite:queue.db"',
        '"postgresql:queue"',
        '"postgresql://u@h:port/d"',
    ),
    **dict.fromkeys(
        FILES, ('"no/such"', '"."', '"broken"', '"/"', "true", r'"\u0000"', '"' + "a" * 3_000 + '"')
    ),
    **dict.fromkeys(
        SECRETS, ("true", f'["{PASSWORD}"]', f'{{ key = "{PASSWORD}" }}', f'"{PASSWORD}\\n"')
    ),
    "urls": (
        f'"{PASSWORD}"',
        f'["{PASSWORD}", "{PASSWORD}"]',
        f'[["{PASSWORD}"]]',
        f'["{PASSWORD}\\n"]',
        '[""]',
        "true",
    ),
    "only_trouble": ('"true"', "0", '""', "[true]"),
    "heartbeat_url": (
        f'"{PASSWORD}"',
        f'["http://{PASSWORD}"]',
        '"ftp://h"',
        '"http:// h"',
        "true",
    ),
    "username": ('"two words"', '"@"', '"a-b"', '"' + "a" * 16 + '"', "true"),
    "budget": ("5", '"five"', '"-1"', '"1e9"', '"nan"', '"inf"', "true"),
    "network": ('"myspace"', '""', '"Outbox"', "true"),
    "like": ('"outbox"', '"myspace"', '""', "true"),
    "hashtag": ('"#"', '"two words"', '"#a-b"', '"#123"', '"a#b"', "true"),
    "language": ('"xx"', '"english"', '"de-XX"', '""', "true"),
    "accounts": (
        "[]",
        '["pres"]',
        '"lab"',
        '["lab", "lab"]',
        '[""]',
        "true",
        "[" + '"lab",' * 1_001 + "]",
    ),
    "slots": (
        '["wednesday"]',
        '["wednesday 24:00"]',
        '["wednesday 15:60"]',
        '["29 February 12:00"]',
        '"wednesday 15:00"',
    ),
    "blackout": (
        '["2021-02-30"]',
        '["2022-01-02..2021-12-20"]',
        '["always"]',
        "[1]",
        "2021-12-24",
        '["2021-W53-9"]',
    ),
    "format": ('"52"', '"{n"', '"{n}{m}"', '"{}"', '"{n.__class__}"', '"{n!r}{0}"', "true"),
    "restart": ('"monthly"', '""', "true"),
    "first": ('"1"', "true", "1_000_001", '""'),
    "day": ('"first"', "0", "32", '"31"', "true", '""'),
    "time": ('"24:00"', '"18:60"', '"6 pm"', '"18"', "true", '"18:00:00"'),
    "names_month": ('"previous"', '""', "true"),
    "title": ("true",),
    "papers": ('["a", "b", "c"]', '["", "b"]', "{}", '{some = "a"}', "true"),
    "base_url": (
        '"example.org"',
        '"ftp://x.org"',
        '"javascript:alert(1)"',
        '"https://"',
        '"https://a b"',
        "true",
    ),
    **dict.fromkeys(TEXT - {"title"}, ("true",)),
    **dict.fromkeys(
        SPANS,
        ('"48"', '"-1h"', '"1.5h"', '"1w"', '"9999999h"', '"4000d"', '"h"', "true", '"1h 30m"'),
    ),
}
BROKEN = (
    *(
        "",
        "=",
        "'",
        '"',
        "'''",
        '"""',
        "[",
        "]",
        "{",
        "}",
        "[1,",
        "{a",
        "nope",
        "True",
        "01",
        "1_",
        "0x",
        '"a" "b"',
    ),
    *(
        "2021-13-45",
        "25:00:00",
        r'"\q"',
        r'"\ud800"',
        r'"\U00110000"',
        '"\x00"',
        '"\x07"',
        '"\x1b[31m"',
        '"\x7f"',
    ),
    *("[" * 5_000, "{a=" * 3_000, "9" * 5_000, "# only a comment"),
)
"""What is no TOML at all."""

UNKNOWN = (
    "zon",
    "Zone",
    "",
    "a.b",
    "a\nb",
    "\x1b[31m",
    "\u2028",
    "\u202e",
    "\x00",
    "论文",
    "__class__",
    "a" * 5_000,
)
BAD_NAMES = (
    "''",
    "A",
    "a--b",
    "'../x'",
    "'a b'",
    "'论文'",
    "a" * 41,
    "'-'",
    r'"a\nb"',
    "'con/nul'",
)
BOMBS = (
    "a" + ".a" * 50_000 + " = 1",
    "zone" + ".a" * 50_000 + " = 1",
    "[series" + ".a" * 50_000 + "]",
    "series.main" + ".a" * 3_000 + " = 1",
    "[[" + "a." * 50_000 + "a]]",
    "a = " + "[" * 200_000,
    "\n".join(f"k{count} = 1" for count in range(50_000)),
    "[series." + "]\n[series.".join(f"s{count}" for count in range(300)) + "]",
)
SHAPES = (
    *(
        "zone",
        "= 1",
        "[",
        "]",
        "[]",
        "[[]]",
        "[a.]",
        "[.a]",
        "{}",
        "\ufeff\ufeffzone = 'UTC'",
        "zone = 'UTC' live = true",
    ),
    *(
        "<html></html>",
        '{"zone": "UTC"}',
        "zone: UTC\n",
        "zone = 'UTC'\rlive = true",
        "PK\x03\x04",
        "#!/bin/sh\necho\n",
    ),
    *(
        "zone = 'UTC'\nzone = 'UTC'",
        "[series.a]\n[series.a]",
        "[database]\n[database]",
        "[series]\na = 1\n[series.a]",
    ),
    *(
        "zone.a = 1\nzone = 'UTC'",
        "[[accounts]]",
        "[[series.a]]",
        "series = []",
        "accounts = 'outbox'",
        "delivery = 1",
    ),
)


@dataclass(frozen=True)
class Hostile:
    """A file's name in a message, its bytes, and the dotted key that its complaint must name."""

    what: str
    data: bytes
    key: str = ""


def settings_of(source: str) -> Iterator[tuple[int, str, str]]:
    """Each setting's line, dotted key and plain key."""
    section = ""
    for number, line in enumerate(source.splitlines()):
        if line.startswith("["):
            section = line.strip("[]") + "."
        elif " = " in line:
            key = line.split(" = ")[0]
            yield number, section + key, key


def with_line(number: int, text: str) -> bytes:
    lines = GOOD.splitlines()
    return "\n".join([*lines[:number], text, *lines[number + 1 :], ""]).encode()


def hostile_values() -> Iterator[Hostile]:
    for number, dotted, key in settings_of(GOOD):
        texts = TEXTS[2:] if key in {*FILES, "heartbeat_url"} else TEXTS
        never = [value for value in NEVER if not (key == "first" and value == "1e400")]
        for value in (*WRONG[key], *never, *texts):
            if (dotted, value) in MAY_BE_EMPTY:
                continue
            yield Hostile(f"{dotted} = {value[:40]}", with_line(number, f"{key} = {value}"), dotted)
        for value in BROKEN:
            yield Hostile(f"{dotted} = {value[:40]}", with_line(number, f"{key} = {value}"))
        yield Hostile(
            f"{dotted} twice",
            with_line(number, "\n".join(GOOD.splitlines()[number : number + 1] * 2)),
        )


def named(section: str, key: str) -> str:
    """What a complaint about a key holds of it."""
    return f"{section}.{collage.one_line(key)}".lstrip(".") if len(key) < 40 else section


def hostile_keys() -> Iterator[Hostile]:
    for number, line in enumerate(GOOD.splitlines()):
        if not line.startswith("["):
            continue
        section = line.strip("[]")
        yield from (
            Hostile(
                f"{key[:40]!r} in {section}",
                with_line(number, f"{line}\n{json.dumps(key)} = 1"),
                named(section, key),
            )
            for key in UNKNOWN
        )
        yield Hostile(f"{section} twice", with_line(number, f"{line}\n{line}"))
        yield Hostile(f"{section} not closed", with_line(number, line.rstrip("]")))
    for key in UNKNOWN:
        yield Hostile(
            f"{key[:40]!r} at the top", f"{json.dumps(key)} = 1\n{GOOD}".encode(), named("", key)
        )
    for kind in ("accounts", "series"):
        for name in BAD_NAMES:
            yield Hostile(
                f"{kind} named {name}",
                f"{GOOD}\n[{kind}.{name}]\nnetwork = 'outbox'\n".encode(),
                f"{kind}.",
            )


def hostile_bytes() -> Iterator[Hostile]:
    chance = random.Random(2021)
    good = GOOD.encode()
    for bad in (b"\x00", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\x1b", b"\x7f", b"\xf8\xef"):
        places = (at for at in sorted(chance.sample(range(len(good)), 20)) if good[at] < 0x80)
        yield from (Hostile(f"{bad!r} at {at}", good[:at] + bad + good[at:]) for at in places)
    values = [at for at in range(len(good)) if good[:at].endswith(b" = ")]
    yield from (Hostile(f"cut at {at}", good[:at]) for at in values)
    yield from (Hostile(f"shape {shape[:40]!r}", shape.encode()) for shape in (*SHAPES, *BOMBS))
    yield Hostile("utf-16", GOOD.encode("utf-16"))
    yield Hostile("latin-1", GOOD.replace("论文", "ä").encode("latin-1", "replace"))
    yield Hostile("ten megabytes", good + b"#" * 10_000_000)


def refused(use: Callable[[], object], what: str = "") -> str:
    """The one sentence of the complaint; any other exception is a failure."""
    message = ""
    try:
        use()
    except BadConfig as error:
        message = str(error)
    assert message, f"{what} was taken"
    assert message.isprintable(), "one line, and nothing that moves a cursor"
    assert message.endswith(".")
    assert 10 < len(message) < 700
    assert PASSWORD not in message
    return message


def lay_out(folder: Path) -> None:
    """The files that the good configuration names, and one that is no text."""
    (folder / "keys.toml").write_text(f'consumer_key = "{PASSWORD}"\n', encoding="utf-8")
    (folder / "keys.toml").chmod(0o600)
    (folder / "broken").write_bytes(b"\xff\xfe")


def load_whole(file: Path) -> None:
    """Load a configuration and what its accounts say, as every command does first."""
    own = config.load(file)
    for raw in own.accounts.values():
        table.make(raw, own.folder, StoppedClock(MONDAY))


def test_the_good_configuration_is_one(tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "config.toml").write_text(GOOD, encoding="utf-8")
    load_whole(tmp_path / "config.toml")
    assert {key for _, _, key in settings_of(GOOD)} == WRONG.keys()


@pytest.mark.parametrize("family", [hostile_values, hostile_keys, hostile_bytes])
def test_every_hostile_file_is_refused_in_one_sentence(
    tmp_path: Path, family: Callable[[], Iterator[Hostile]]
) -> None:
    file = tmp_path / "config.toml"
    lay_out(tmp_path)
    for hostile in family():
        file.write_bytes(hostile.data)
        message = refused(lambda: load_whole(file), hostile.what)
        assert hostile.key in message, hostile.what
        assert "config.toml" in message, hostile.what
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "broken",
        "config.toml",
        "keys.toml",
    ]


def test_they_are_more_than_a_thousand() -> None:
    assert (
        sum(1 for family in (hostile_values, hostile_keys, hostile_bytes) for _ in family()) > 1_000
    )


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "a\nb").mkdir()
    for name in ("", "pipe", "loop", "a\nb", "nothing", "x" * 300, "nothing/config.toml"):
        assert name.replace("\n", r"\n") in refused(lambda name=name: config.load(tmp_path / name))
    assert "is no file" in refused(lambda: config.load(Path("/dev/zero")))


def test_a_hostile_configuration_ends_a_command_with_two_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_context(tmp_path, clock=StoppedClock(MONDAY))
    context.database.close()
    lay_out(tmp_path)
    before = (tmp_path / "queue.db").read_bytes()
    item = write_item(tmp_path, "barlow")
    chance = random.Random(2021)
    for hostile in chance.sample([*hostile_values(), *hostile_keys()], 20):
        (tmp_path / "config.toml").write_bytes(
            hostile.data.replace(b'url = "postgresql', b'# url = "postgresql')
        )
        monkeypatch.setattr(
            sys, "argv", ["mlcollage", "--config", str(tmp_path / "config.toml"), "add", str(item)]
        )
        with pytest.raises(SystemExit) as end:
            __main__.main()
        printed = capsys.readouterr()
        assert end.value.code == 2, hostile.what
        assert len(printed.err.splitlines()) == 1, hostile.what
        assert "config.toml" in printed.err
        assert printed.out == ""
    assert (tmp_path / "queue.db").read_bytes() == before


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            """[accounts.a]
network = "outbox"
[accounts.b]
network = "outbox"
folder = "./outbox"
""",
            "accounts.b.folder in config.toml is also the folder of account a; give each its own.",
        ),
        (
            """[accounts.lab]
network = "x"
consumer_key = "a"
consumer_secret = "b"
access_token = "1-c"
access_token_secret = "d"
[accounts.a]
network = "outbox"
folder = "outbox/lab"
""",
            "accounts.a.folder in config.toml is the folder of account lab in a rehearsal; "
            "give it another one.",
        ),
    ],
)
def test_two_accounts_cannot_write_to_one_folder(
    tmp_path: Path, settings: str, message: str
) -> None:
    with pytest.raises(BadConfig) as refused:
        make_context(tmp_path, settings)
    assert str(refused.value) == message


def test_accounts_with_folders_of_their_own_are_taken(tmp_path: Path) -> None:
    settings = """[accounts.a]
network = "outbox"
[accounts.b]
network = "outbox"
folder = "outbox/b"
"""
    made = make_context(tmp_path, settings)
    made.database.close()
    assert set(made.publishers) == {"a", "b"}

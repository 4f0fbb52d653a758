"""Every command's exit codes are those of the table in docs/terminal.md."""

import re

import pytest

from tests.conftest import ROOT
from tests.e2e.conftest import DAYS, Desk
from tests.e2e.test_json import leaves

PAGE = (ROOT / "docs/terminal.md").read_text(encoding="utf-8").partition("## Exit codes")[2]
ROWS = re.findall(r"^\| (`.+`) \| (.+) \|$", PAGE, re.MULTILINE)
MEANINGS = {name: meaning for cell, meaning in ROWS for name in re.findall(r"`([^`]+)`", cell)}

FAILING: dict[str, list[tuple[object, ...]]] = {
    "init": [("init",)],
    "connect x": [],
    "connect mastodon": [("connect", "mastodon", "--server", "http://social.example")],
    "connect bluesky": [],
    "connect wordpress": [("connect", "wordpress", "--url", "http://blog.example")],
    "connect ghost": [("connect", "ghost", "--url", "http://blog.example")],
    "connect buttondown": [("connect", "buttondown", "--destination", "No Name")],
    "doctor": [("doctor",)],
    "alerts test": [("alerts", "test")],
    "events test": [("events", "test")],
    "add": [("add", "alpha.md"), ("add", "missing.md")],
    "import": [("import", "missing.md")],
    "slide": [("slide", "nobody"), ("slide", "missing.md", "--output", "x.png")],
    "edit": [("edit", "nobody", "--alt", "a"), ("edit", "alpha", "--picture", "missing.png")],
    "alt": [("alt", "nobody")],
    "mcp": [("mcp", "--pictures", "nowhere")],
    "ready": [("ready", "nobody")],
    "approve": [("approve", "nobody"), ("approve", "alpha")],
    "note": [("note", "nobody", "Look here")],
    "move": [("move", "nobody", "--first")],
    "pin": [("pin", "alpha", "2021-08-04")],
    "number": [("number", "nobody", 3)],
    "hold": [("hold", "nobody"), ("hold", "--account", "nobody")],
    "release": [("release", "alpha")],
    "remove": [("remove", "nobody")],
    "skip": [("skip", "2021-08-04")],
    "pause": [("pause", "--until", "2021-08-04")],
    "show": [("show", "nobody")],
    "preview": [("preview", "nobody")],
    "tick": [],
    "desk": [],
    "post": [("post", "nobody", "--now")],
    "simulate": [("simulate", "--in", "trial", "--to", DAYS[0])],
    "roundup show": [("roundup", "show", "2021-09")],
    "roundup preview": [("roundup", "preview", "1999-01")],
    "roundup link": [("roundup", "link", "2021-09", "https://lab.example.net/a")],
    "roundup publish": [("roundup", "publish", "2021-09")],
    "roundup approve": [("roundup", "approve", "2021-09")],
    "roundup edit": [("roundup", "edit", "2021-09", "--title", "Another")],
    "roundup render": [("roundup", "render", "2021-09")],
    "roundup export": [("roundup", "export", "2021-09")],
    "site": [],
    "notices": [("notices", "--done", 99)],
    "deliveries list": [("deliveries", "list", "--account", "nobody")],
    "deliveries show": [("deliveries", "show", 99)],
    "deliveries retry": [("deliveries", "retry", 99)],
    "deliveries resolve": [("deliveries", "resolve", 99, "--not-posted")],
    "deliveries reword": [("deliveries", "reword", 99, 1, "--text", "a")],
    "deliveries cancel": [("deliveries", "cancel", 99)],
    "audit": [("audit", "--account", "nobody")],
    "repair": [],
    "templates copy": [("templates", "copy", "nothing.txt")],
    "templates check": [],
    "count": [],
    "split": [],
    "series rename": [("series", "rename", "nobody", "mlcollage")],
    "series retire": [("series", "retire", "nobody")],
    "accounts rename": [("accounts", "rename", "nobody", "outbox")],
    "people invite": [("people", "invite", "No (Body)")],
    "people role": [("people", "role", "nobody", "owner")],
    "people remove": [("people", "remove", "nobody")],
    "people login": [],
    "people reset": [("people", "reset", "nobody")],
    "people link": [("people", "link", "nobody", "--for", "Cleo")],
    "backup": [("backup", "alpha.md")],
    "restore": [("restore", "alpha.md")],
}
"""Calls that end with 1. Those without one stand in tests of their own: `test_connect.py`,
`test_commands.py` (tick), `tests/desk/test_trouble.py` (desk), `test_repair.py`,
`test_site_command.py`, and below."""

WELL: list[tuple[object, ...]] = [
    ("list",),
    ("next",),
    ("history",),
    ("costs",),
    ("show", "alpha"),
    ("preview", "alpha"),
    ("alt", "alpha"),
    ("notices",),
    ("events", "list"),
    ("people", "list"),
    ("deliveries", "list"),
    ("roundup", "list"),
    ("roundup", "preview"),
    ("audit",),
    ("repair",),
    ("templates", "list"),
    ("templates", "check"),
    ("tick",),
    ("resume",),
    ("help", "deliveries", "resolve"),
    ("completion", "zsh"),
]


def test_the_table_has_every_command_once() -> None:
    assert sorted(MEANINGS) == sorted(name for name, _ in leaves())
    named = [name for cell, _ in ROWS for name in re.findall(r"`([^`]+)`", cell)]
    assert len(named) == len(MEANINGS)


def test_what_the_table_says_may_fail_is_tried() -> None:
    may_fail = {name for name, meaning in MEANINGS.items() if not meaning.startswith("–")}
    assert may_fail == set(FAILING)


def test_a_command_that_fails_ends_with_1_and_one_sentence(desk: Desk) -> None:
    (desk.folder / "templates").mkdir()
    for name, calls in FAILING.items():
        if name in {"init", "doctor"}:
            continue
        for call in calls:
            assert desk(*call, code=1).err.strip(), call


def test_init_and_doctor_end_with_1_where_the_machine_is_in_the_way(desk: Desk) -> None:
    (desk.folder / "config.toml").chmod(0o644)
    settings = desk.folder / "config.toml"
    secret = '[alerts]\nurls = ["json://localhost/secret"]\n'
    settings.write_text(settings.read_text(encoding="utf-8") + secret, encoding="utf-8")
    assert "chmod 600" in desk("doctor", code=1).err
    (desk.folder / "queue.db").unlink()
    (desk.folder / "queue.db").mkdir()
    assert "queue.db" in desk("init", code=1).err


def test_a_command_that_is_well_ends_with_0(desk: Desk) -> None:
    for call in WELL:
        assert desk(*call).err == "", call


@pytest.mark.parametrize("name", MEANINGS)
def test_what_cannot_be_understood_ends_with_2(bare: Desk, name: str) -> None:
    assert "--frobnicate" in bare(*name.split(), "--frobnicate", code=2).err


@pytest.mark.parametrize(
    ("text", "code"), [('{"text": "A text."}\n', 0), ("no json\n", 1), ("[]\n", 1)]
)
@pytest.mark.parametrize("command", ["count", "split"])
def test_a_line_that_cannot_be_read_ends_counting_with_1(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, command: str, text: str, code: int
) -> None:
    file = desk.folder / "lines.jsonl"
    file.write_text(text, encoding="utf-8")
    with file.open(encoding="utf-8") as lines:
        monkeypatch.setattr("sys.stdin", lines)
        desk(command, code=code)


def test_a_template_with_a_mistake_ends_its_check_with_1(desk: Desk) -> None:
    desk("templates", "copy", "posts/collage/first.txt")
    own = desk.folder / "templates/posts/collage/first.txt"
    own.write_text("{{ nothing.of_it }}", encoding="utf-8")
    desk("templates", "check", code=1)

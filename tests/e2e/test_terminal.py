"""What a terminal, a pipe and a file get: no control characters of others, colours where they are
wanted, tables that fit, and suggestions for what was mistyped.
"""

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.text import terminal
from tests.conftest import ROOT, absent
from tests.e2e.conftest import Desk
from tests.e2e.process import COMMAND, ENVIRONMENT
from tests.e2e.shells import printed

COLOURFUL = ENVIRONMENT | {"TERM": "xterm-256color"}
ESCAPE = "\x1b"
HOSTILE = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202eevil"


def piped(folder: Path, *args: object, **more: str) -> subprocess.CompletedProcess[str]:
    """A command whose output goes into pipes."""
    return subprocess.run(
        [*COMMAND, *map(str, args)],
        cwd=folder,
        env=COLOURFUL | more,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=120,
        check=False,
    )


LOOKS = [("list",), ("next",), ("preview", "alpha"), ("show", "alpha"), ("doctor",)]


@pytest.mark.parametrize("args", LOOKS, ids=" ".join)
def test_colours_are_for_terminals_that_want_them(desk: Desk, args: tuple[str, ...]) -> None:
    command = [*COMMAND, *args]
    assert ESCAPE in printed(command, desk.folder, COLOURFUL)[1]
    for unwanted in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}):
        assert ESCAPE not in printed(command, desk.folder, COLOURFUL | unwanted)[1]
    assert ESCAPE not in piped(desk.folder, *args).stdout
    assert ESCAPE in piped(desk.folder, *args, FORCE_COLOR="1").stdout
    assert ESCAPE not in piped(desk.folder, *args, FORCE_COLOR="0").stdout


CALLS: list[tuple[object, ...]] = [
    (HOSTILE,),
    ("show", HOSTILE),
    ("hold", f"--{HOSTILE}"),
    ("list", "--state", HOSTILE),
    ("list", "--series", HOSTILE),
    ("hold", "--account", HOSTILE),
    ("skip", HOSTILE),
    ("add", f"{HOSTILE}.md"),
    ("add", "--title", "A", "--link", f"{HOSTILE}=https://example.org"),
    ("add", "--title", HOSTILE),
    ("import", f"{HOSTILE}.md"),
    ("import", "a.md", "--posted", "--pictures", HOSTILE),
    ("--config", f"{HOSTILE}.toml", "list"),
    ("backup", f"{HOSTILE}/b.db"),
    ("restore", f"{HOSTILE}.db"),
    ("simulate", "--in", f"{HOSTILE}/x", "--to", "soon"),
    ("roundup", "show", HOSTILE),
    ("roundup", "link", "2021-09", f"https://{HOSTILE}"),
    ("deliveries", HOSTILE),
    ("deliveries", "show", HOSTILE),
    ("deliveries", "reword", "1", "1", "--from", HOSTILE),
    ("templates", "copy", HOSTILE),
    ("templates", "copy", "posts/collage/first.txt", "--network", HOSTILE),
    ("help", HOSTILE),
    ("completion", HOSTILE),
    ("count", "--network", HOSTILE),
    ("add", b"caf\xe9\x1b[1m.md"),
]


def obeyed(text: str) -> set[str]:
    """What a terminal would obey in a text."""
    return set(terminal.OBEYED.findall(text))


@pytest.mark.parametrize("args", CALLS, ids=lambda args: str(args[0]).strip()[:12].encode())
def test_no_message_hands_control_characters_of_others_to_a_terminal(
    desk: Desk, args: tuple[object, ...]
) -> None:
    command = [*COMMAND, *args]
    for environment in (COLOURFUL, COLOURFUL | {"NO_COLOR": "1"}):
        code, shown = printed(command, desk.folder, environment)  # type: ignore[arg-type]
        # A backup makes the folder that was named.
        assert code in {1, 2} or args[0] == "backup"
        assert obeyed(shown) == set()
        assert r"\x1b" in shown or r"\u202e" in shown or "HOSTILE" not in repr(args)
    code, shown = printed([*command, "--json"], desk.folder, COLOURFUL)  # type: ignore[list-item]
    assert obeyed(shown) == set()


@pytest.mark.parametrize("args", LOOKS, ids=" ".join)
def test_with_colours_the_text_is_the_same(desk: Desk, args: tuple[str, ...]) -> None:
    coloured = piped(desk.folder, *args, FORCE_COLOR="1").stdout
    assert re.sub("\x1b\\[[0-9]*m", "", coloured) == piped(desk.folder, *args).stdout


def test_texts_that_are_stored_are_shown_with_escapes(desk: Desk) -> None:
    desk("edit", "beta", "--alt", "a \u202efdp.exe", "--title", "\u2066Beta\u2069")
    # As an earlier version took it; today such a reason is refused.
    desk("hold", "alpha", "--why", "Wait")
    with closing(sqlite3.connect(desk.folder / "queue.db")) as conn, conn:
        conn.execute("UPDATE collages SET note = ? WHERE note = 'Wait'", ("\x1b[31mWait\x07",))
    for args in (
        ("list",),
        ("show", "beta"),
        ("show", "alpha"),
        ("preview", "beta"),
        ("history", "--changes"),
    ):
        done = piped(desk.folder, *args)
        assert obeyed(done.stdout + done.stderr) == set(), args
    assert r"\x1b[31mWait\x07" in piped(desk.folder, "list").stdout
    assert r"\u202efdp.exe" in piped(desk.folder, "show", "beta").stdout


def test_help_has_no_escapes_and_groups_the_commands(bare: Desk) -> None:
    shown = printed([*COMMAND, "--help"], bare.folder, COLOURFUL)[1]
    assert ESCAPE not in shown
    assert r"\x1b" not in shown
    for group in ("Setting up:", "The queue:", "Looking:", "When something is wrong:"):
        assert group in shown


def test_help_explains_a_command_and_a_command_of_a_group(bare: Desk) -> None:
    assert bare("help").out == bare("--help").out
    assert bare("help", "hold").out == bare("hold", "--help").out
    explained = bare("help", "deliveries", "resolve").out
    assert explained == bare("deliveries", "resolve", "--help").out
    assert "Usage: mlcollage deliveries resolve [OPTIONS] ID" in explained
    assert "Did you mean resolve?" in bare("help", "deliveries", "resovle", code=2).err
    assert "Did you mean deliveries?" in bare("help", "delivries", code=2).err
    assert "no commands of its own" in bare("help", "hold", "alpha", code=2).err


@pytest.mark.parametrize(
    ("args", "code", "meant"),
    [
        (("preveiw",), 2, "preview"),
        (("deliveries", "resovle"), 2, "resolve"),
        (("roundup", "lst"), 2, "list"),
        (("hold", "--acount", "outbox"), 2, "--account"),
        (("list", "--state", "raedy"), 2, "ready"),
        (("count", "--network", "blueksy"), 2, "bluesky"),
        (("show", "alpah"), 1, "alpha"),
        (("show", "gam"), 1, "gamma"),
        (("show", "BETTA"), 1, "beta"),
        (("move", "alpha", "--before", "gama"), 1, "gamma"),
        (("list", "--series", "mlcolage"), 1, "mlcollage"),
        (("hold", "--account", "outbx"), 1, "outbox"),
        (("preview", "alpha", "--account", "outbx"), 2, "outbox"),
        (("deliveries", "list", "--account", "outbx"), 1, "outbox"),
        (("audit", "--account", "outbx"), 1, "outbox"),
        (("edit", "alpha", "--link", "papr=https://example.org"), 2, "paper"),
        (("templates", "copy", "posts/collage/frist.txt"), 1, "posts/collage/first.txt"),
        (("completion", "bahs"), 2, "bash"),
    ],
)
def test_a_mistyped_name_gets_the_nearest_one_as_a_suggestion(
    desk: Desk, args: tuple[str, ...], code: int, meant: str
) -> None:
    assert f"Did you mean {meant}?" in desk(*args, code=code).err


def test_a_roundup_and_a_delivery_are_suggested_too(posted: Desk) -> None:
    posted("import", "--posted", ROOT / "tests/articles/english.md")
    [roundup] = posted("roundup", "list", "--json").json
    month = roundup["title_month"]
    other = f"{int(month[:4]) + 1}{month[4:]}"
    assert f"Did you mean {month}?" in posted("roundup", "show", other, code=1).err
    [delivery] = posted("deliveries", "list", "--all", "--json").json
    mistyped = delivery["key"].replace("outbox", "outbx")
    assert f"Did you mean {delivery['key']}?" in posted("deliveries", "show", mistyped, code=1).err


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('zoen = "UTC"', "zone"),
        ('[accounts.lab]\nnetwork = "outbx"', "outbox"),
        ('[series.mlcollage]\naccounts = ["outbx"]', "outbox"),
    ],
)
def test_a_mistyped_setting_gets_a_suggestion(bare: Desk, line: str, meant: str) -> None:
    (bare.folder / "config.toml").write_text(f"live = false\n{line}\n", encoding="utf-8")
    (bare.folder / "config.toml").chmod(0o600)
    assert f'did you mean "{meant}"' in bare("list", code=2).err


def test_the_environment_names_a_configuration_elsewhere(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "config.toml cannot be read" in desk("list", code=2).err
    monkeypatch.setenv("MLCOLLAGE_CONFIG", str(desk.folder / "config.toml"))
    assert "alpha" in desk("list").out
    assert "nowhere.toml" in desk("--config", "nowhere.toml", "list", code=2).err
    assert "nowhere.toml" in desk("list", "--config", "nowhere.toml", code=2).err
    monkeypatch.setenv("MLCOLLAGE_CONFIG", "")
    assert "config.toml cannot be read" in desk("list", code=2).err


@pytest.mark.parametrize("args", [("list",), ("list", "--json"), ("--help",), ("show", "alpha")])
def test_a_reader_that_goes_away_is_no_error_to_speak_of(desk: Desk, args: tuple[str, ...]) -> None:
    command = subprocess.Popen(
        [*COMMAND, *args],
        cwd=desk.folder,
        env=COLOURFUL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert command.stdout
    command.stdout.close()
    assert command.stderr
    assert command.stderr.read() == ""
    command.stderr.close()
    command.wait(120)


def test_tables_fit_the_terminal_and_are_whole_in_a_pipe(
    desk: Desk,
) -> None:
    title = "视觉变换器 👩‍👩‍👧 " + "and what they see " * 10
    desk("edit", "beta", "--title", title.strip())
    for columns in (40, 72, 120):
        plain = {"COLUMNS": str(columns), "NO_COLOR": "1"}
        for args in (("list",), ("next",), ("history", "--changes"), ("notices",)):
            shown = printed([*COMMAND, *args], desk.folder, COLOURFUL | plain)[1]
            tables = [line for line in shown.splitlines() if not line.startswith("ML-Collage")]
            assert max(map(terminal.width, tables)) <= columns
    assert title.strip() in piped(desk.folder, "list", COLUMNS="40").stdout


def test_a_screen_of_another_program_shows_what_was_measured(desk: Desk) -> None:
    """Tmux is a terminal of its own, with its own idea of what is wide."""
    if shutil.which("tmux") is None:
        absent("tmux is not installed")
    desk("edit", "beta", "--title", "视觉变换器 do see like networks, again and again and again")
    socket = desk.folder / "tmux"
    run = ["tmux", "-S", str(socket), "-f", "/dev/null"]
    command = f"{sys.executable} -m bot list; sleep 60"
    start = [*run, "new-session", "-d", "-x", "60", "-y", "20", command]
    subprocess.run(start, cwd=desk.folder, env=COLOURFUL | {"LANG": "C.UTF-8"}, check=True)
    try:
        shown = ""
        for _ in range(600):
            show = [*run, "capture-pane", "-p"]
            shown = subprocess.run(show, capture_output=True, encoding="utf-8", check=True).stdout
            if "delta" in shown:
                break
        lines = [line for line in shown.splitlines() if line.strip()]
        assert len(lines) == 5, "a row that is too wide would take two lines"
    finally:
        subprocess.run([*run, "kill-server"], check=False)


def test_a_very_long_user_name_leaves_room_for_what_was_changed(desk: Desk) -> None:
    long = {"MLCOLLAGE_USER": "ada-" * 60}
    piped(desk.folder, "edit", "alpha", "--title", "Alpha, corrected", **long)
    plain = ENVIRONMENT | {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "140"}
    shown = printed([*COMMAND, "history", "--changes"], desk.folder, plain)[1]
    [line] = [line for line in shown.splitlines() if "mlcollage/alpha" in line and "edit" in line]
    assert "  ada-ada-ada-ada-ada-ada…  edit " in line
    assert "Alpha, corrected" in shown
    assert "ada-" * 60 in piped(desk.folder, "history", "--changes").stdout

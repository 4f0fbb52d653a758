"""Shells complete commands, options and names: in a real bash, zsh and fish."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot import config
from bot.deciding import names
from tests.conftest import ROOT, absent
from tests.e2e.conftest import ITEMS, Desk
from tests.e2e.process import COMMAND, ENVIRONMENT, tree
from tests.e2e.shells import terminal

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
# The words in two pieces: the terminal shows what is typed, too.
LOADED = {
    "bash": 'eval "$(mlcollage completion bash)"; echo loa""ded\n',
    "zsh": (
        'autoload -Uz compinit; compinit -u\neval "$(mlcollage completion zsh)"; echo loa""ded\n'
    ),
    "fish": 'mlcollage completion fish | source; echo loa""ded\n',
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """One in which `mlcollage` is this program."""
    home = tmp_path / "home"
    home.mkdir()
    command = home / "mlcollage"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bot "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    path = f"{home}:{ENVIRONMENT['PATH']}"
    return ENVIRONMENT | {"PATH": path, "HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8"}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_commands_options_and_names(
    desk: Desk, environment: Mapping[str, str], shell: str
) -> None:
    if shutil.which(shell) is None:
        absent(f"{shell} is not installed")
    with terminal(SHELLS[shell], desk.folder, environment) as shown:
        shown.type(LOADED[shell], "loaded")
        shown.type("mlcollage sho\t", "show")
        shown.type("al\t", "pha")
        shown.type("\x15mlcollage hold --acc\t", "ount")
        shown.type(" out\t", "box")


def completed(folder: Path, *words: str) -> list[str]:
    """What bash is offered for the last of these words."""
    typed = {
        "_MLCOLLAGE_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(["mlcollage", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        COMMAND,
        cwd=folder,
        env=ENVIRONMENT | typed,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line.removeprefix("plain,") for line in done.stdout.split()]


def test_each_kind_of_name_is_completed_where_it_may_stand(posted: Desk) -> None:
    posted("hold", "--account", "outbox")
    posted("post", "beta", "--now", code=1)
    posted("people", "invite", "ben")
    place = posted.folder
    assert completed(place, "show", "") == ["beta", "gamma", "delta", "alpha"]
    assert completed(place, "move", "gamma", "--before", "") == ["beta", "gamma", "delta"]
    assert completed(place, "ready", "gamma", "") == ["beta", "delta"]
    assert completed(place, "release", "--account", "") == ["outbox"]
    assert completed(place, "list", "--series", "m") == ["mlcollage"]
    assert completed(place, "list", "--state", "h") == ["held"]
    assert completed(place, "deliveries", "retry", "") == ["2"]
    assert completed(place, "deliveries", "re") == ["resolve", "retry", "reword"]
    assert completed(place, "people", "role", "") == ["ben"]
    assert completed(place, "people", "role", "ben", "e") == ["editor"]
    assert completed(place, "help", "deliveries", "resol") == ["resolve"]
    assert completed(place, "templates", "copy", "posts/collage/f") == ["posts/collage/first.txt"]


def test_the_months_of_roundups_are_completed(desk: Desk) -> None:
    desk("import", "--posted", ROOT / "tests/articles/english.md")
    months = [each["title_month"] for each in desk("roundup", "list", "--json").json]
    assert len(months) == 1
    assert completed(desk.folder, "roundup", "show", "20") == months


def test_completing_changes_nothing_and_says_nothing_where_there_is_nothing(
    bare: Desk, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert completed(empty, "show", "") == []
    assert list(empty.iterdir()) == []
    before = tree(bare.folder)
    assert completed(bare.folder, "show", "a") == []
    (bare.folder / "queue.db").write_bytes(b"no database at all")
    assert completed(bare.folder, "show", "a") == []
    (bare.folder / "queue.db").unlink()
    assert tree(bare.folder) == before
    (bare.folder / "config.toml").write_text("zone = 1", encoding="utf-8")
    assert completed(bare.folder, "hold", "--account", "") == []


def test_names_are_read_beside_a_bot_that_writes_and_nothing_is_left_behind(desk: Desk) -> None:
    before = tree(desk.folder)
    assert completed(desk.folder, "show", "") == ITEMS
    assert tree(desk.folder) == before
    settings = config.load(desk.folder / "config.toml")
    writer = sqlite3.connect(desk.folder / "queue.db")
    writer.execute("BEGIN IMMEDIATE")
    assert completed(desk.folder, "show", "") == ITEMS
    writer.rollback()
    writer.close()
    assert [each.name for each in names.queued(settings, "mlcollage", "g")] == ["gamma"]


def test_the_configuration_that_is_named_before_or_by_the_environment_is_asked(
    desk: Desk, tmp_path: Path
) -> None:
    file = desk.folder / "config.toml"
    assert completed(tmp_path, "--config", str(file), "show", "g") == ["gamma"]
    assert completed(tmp_path, "show", "--config", str(file), "g") == ["gamma"]

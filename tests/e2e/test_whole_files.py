"""What a command writes is there whole or not at all, on a full disk and after a kill."""

import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.composing import templates
from tests.e2e.conftest import Desk
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage, tree

FULL = ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *COMMAND)
"""The program where no file may have a byte."""

DIES = """
import os, signal, sys
from bot import __main__
def fsync(handle):
    os.kill(os.getpid(), signal.SIGKILL)
os.fsync = fsync
__main__.main()
"""
"""The program, killed before the disk has what it has written."""

TOO_LARGE = "File too large; raise the limit of a file's size (ulimit -f)."


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=ENVIRONMENT | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_leaves_no_half_of_a_first_configuration(tmp_path: Path) -> None:
    done = run(tmp_path, *FULL, "init")
    assert (done.returncode, done.stderr) == (
        2,
        f"config.toml cannot be written: {TOO_LARGE}\n",
    )
    assert tree(tmp_path) == {}
    assert "Made config.toml" in mlcollage(tmp_path, "init")


def test_a_kill_leaves_a_whole_first_configuration_or_none(tmp_path: Path) -> None:
    done = run(tmp_path, sys.executable, "-c", DIES, "init")
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "config.toml").exists()
    assert "Made config.toml" in mlcollage(tmp_path, "init")
    assert tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))


def test_a_configuration_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("# mine\nlive = false\n", encoding="utf-8")
    assert "stays as it is" in mlcollage(tmp_path, "init")
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == "# mine\nlive = false\n"


def test_a_full_disk_leaves_no_half_of_a_template(desk: Desk) -> None:
    desk("list")
    done = run(desk.folder, *FULL, "templates", "copy", "roundup/page.html")
    assert done.returncode == 1
    assert done.stderr.endswith(f"page.html cannot be written: {TOO_LARGE}\n")
    assert not list((desk.folder / "templates").rglob("*.html"))
    desk("templates", "copy", "roundup/page.html")
    (copied,) = (desk.folder / "templates").rglob("page.html")
    assert copied.read_bytes() == (templates.shipped() / "roundup/page.html").read_bytes()


@pytest.mark.parametrize("is_kept", [True, False])
def test_an_edited_text_is_kept_where_there_is_room_for_it(desk: Desk, is_kept: bool) -> None:
    script = desk.folder / "editor.py"
    script.write_text(
        "import os, pathlib, resource, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "text = file.read_text(encoding='utf-8')\n"
        "file.write_text(text.replace('year = 2021', 'year = soon'), encoding='utf-8')\n"
        "os.utime(file, (0, 0))\n",
        encoding="utf-8",
    )
    before = desk.shown("beta")
    temporary = desk.folder / "temporary"
    temporary.mkdir()
    if not is_kept:
        # A folder has the name of each file that it would be kept in: root may write anywhere.
        (desk.folder / "beta.rejected.md").mkdir()
    editor = {"EDITOR": f"{sys.executable} {script}", "TMPDIR": str(temporary)}
    done = run(desk.folder, *COMMAND, "edit", "beta", **editor)
    assert done.returncode == 1
    name = "beta.rejected.md" if is_kept else "beta.rejected-2.md"
    assert f"your text is in {name}." in done.stderr
    assert "year = soon" in (desk.folder / name).read_text(encoding="utf-8")
    assert desk.shown("beta") == before

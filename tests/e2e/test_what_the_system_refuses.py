"""What the system refuses is named for what it is, and keeps no round from sending: permissions,
limits of a process, files that are something else, outputs that cannot be written.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.intake import accept
from bot.scheduling import tick
from tests.conftest import StoppedClock, absent, make_context, threads_out, write_item
from tests.e2e.conftest import Desk
from tests.e2e.process import COMMAND, ENVIRONMENT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="these are limits of POSIX systems")

OURS = ("mistake in mlcollage", "unexpected", "Traceback")
"""What is said only of what is wrong in the program itself."""


def run(
    folder: Path, *args: object, before: str = "", after: str = ""
) -> subprocess.CompletedProcess[str]:
    """A command that a shell runs with a limit set before it, or with outputs named after it."""
    script = f'{before or "true"} && exec "$@" {after}'
    done = subprocess.run(
        [*bounded(), "sh", "-c", script, "sh", *COMMAND, *map(str, args)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not any(said in done.stdout + done.stderr for said in OURS), done.stderr
    return done


def bounded() -> list[str]:
    """What lets the modes of files count for root, too."""
    if os.getuid():
        return []
    if not shutil.which("setpriv"):
        absent("root may read and write everything (Debian: setpriv, in util-linux)")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def refused(done: subprocess.CompletedProcess[str], *said: str, code: int = 1) -> None:
    """It ends in one line on stderr, which holds all of that."""
    assert done.returncode == code, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1
    for text in said:
        assert text in done.stderr


RIGHT = "give the user who runs this the right to"


def lock(name: str, mode: int = 0) -> Callable[[Path], None]:
    return lambda folder: (folder / name).chmod(mode)


def lead_nowhere(name: str) -> Callable[[Path], None]:
    def lead(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("nowhere/at-all")

    return lead


def make_folder(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return make


def shut(name: str) -> Callable[[Path], None]:
    """Make a folder that nobody may write to."""

    def make(folder: Path) -> None:
        (folder / name).mkdir()
        (folder / name).chmod(0o555)

    return make


def spoil(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"not what it was" * 1_000) and None


LINK = "is a symbolic link to 'nowhere/at-all', which is not there"
FILES: list[tuple[Callable[[Path], None], list[str], int, tuple[str, ...]]] = [
    (lock("queue.db"), ["list"], 1, ("queue.db cannot be used", RIGHT)),
    (lock("queue.db", 0o400), ["tick"], 1, ("queue.db cannot be used", RIGHT)),
    (lead_nowhere("queue.db"), ["list"], 1, ("queue.db cannot be used", f"it {LINK}")),
    (make_folder("queue.db"), ["list"], 1, ("queue.db cannot be used", "it is a folder")),
    (spoil("queue.db"), ["list"], 1, ("file is not a database", "mlcollage restore FILE")),
    (lock("config.toml"), ["list"], 2, ("config.toml: cannot be read (Permission denied", RIGHT)),
    (lead_nowhere("config.toml"), ["list"], 2, (f"config.toml: {LINK}.",)),
    (lead_nowhere("config.toml"), ["init"], 2, (f"config.toml {LINK}.",)),
    (make_folder("config.toml"), ["list"], 2, ("config.toml: is a folder",)),
    (lock("alpha.md"), ["add", "alpha.md"], 1, ("alpha.md: cannot be read (Permission", RIGHT)),
    (lock("alpha.png"), ["add", "alpha.md"], 1, ("alpha.png: cannot be read (Perm", RIGHT)),
    (lead_nowhere("alpha.md"), ["add", "alpha.md"], 1, (f"alpha.md: {LINK}",)),
    (make_folder("alpha.md"), ["add", "alpha.md"], 1, ("alpha.md: is a folder",)),
    (lambda folder: None, ["add", "no.md"], 1, ("no.md: there is no such file",)),
    (lambda folder: None, ["add", f"{'x' * 300}.md"], 1, ("File name too long; use a shorter",)),
    (lambda folder: None, ["backup", "alpha.md/b.db"], 1, ("Not a directory; a file is where",)),
    (lambda folder: None, ["backup", f"{'x' * 300}.db"], 1, ("File name too long",)),
]


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """An empty queue, and an item that is not in it yet."""
    folder = tmp_path / "installation"
    with closing(make_context(folder).database):
        write_item(folder, "alpha")
    return folder


@pytest.mark.parametrize(("spoil", "args", "code", "said"), FILES)
def test_a_file_that_cannot_be_used_is_named_with_what_is_wrong_with_it(
    installation: Path,
    spoil: Callable[[Path], None],
    args: list[str],
    code: int,
    said: Sequence[str],
) -> None:
    spoil(installation)
    refused(run(installation, *args), *said, code=code)


def test_a_folder_that_cannot_be_written_is_named(installation: Path) -> None:
    installation.chmod(0o555)
    try:
        refused(run(installation, "tick"), f"the folder {installation}", RIGHT)
        refused(run(installation, "backup", "b.db"), "b.db cannot be written: Permission", RIGHT)
    finally:
        installation.chmod(0o755)


@pytest.mark.parametrize("number", [5, 8, 12])
@pytest.mark.parametrize("args", [["add", "alpha.md"], ["tick"], ["backup", "b.db"]])
def test_too_many_open_files_are_named_where_they_stop_anything(
    installation: Path, args: list[str], number: int
) -> None:
    done = run(installation, *args, before=f"ulimit -n {number}")
    if done.returncode:
        refused(done, "ulimit -n")


def test_a_limit_of_a_file_s_size_is_named(installation: Path) -> None:
    refused(run(installation, "add", "alpha.md", before="ulimit -f 8"), "ulimit -f")
    refused(run(installation, "backup", "b.db", before="ulimit -f 64"), "b.db", "ulimit -f")
    assert not (installation / "b.db").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to this limit")
@pytest.mark.parametrize("kilobytes", [40_000, 60_000, 80_000])
def test_too_little_memory_is_named(installation: Path, kilobytes: int) -> None:
    done = run(installation, "list", before=f"ulimit -v {kilobytes}")
    if done.returncode:
        refused(done, "There is not enough memory", "ulimit -v")


@pytest.mark.parametrize("after", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_without_its_streams_a_command_works_and_writes_nothing_into_the_database(
    installation: Path, after: str
) -> None:
    assert run(installation, "add", "alpha.md", after=after).returncode == 0
    assert "alpha" in run(installation, "list").stdout


# A round


SETTINGS = """[delivery]
retry_first = "10m"           # a tick does not wait for that
[accounts.first]
network = "outbox"
folder = "first"
[accounts.second]
network = "outbox"
folder = "outbox"
[series.mlcollage]
slots = ["{slot:%A} {slot:%H:%M}"]
roundup = {{ day = {day} }}
"""


@pytest.fixture
def due(tmp_path: Path) -> Path:
    """An installation with two accounts and a collage whose slot was due a minute ago."""
    now = datetime.now(UTC)
    slot = now - timedelta(minutes=1)
    folder = tmp_path / "due"
    settings = SETTINGS.format(slot=slot, day=(now + timedelta(days=14)).day)
    context = make_context(folder, settings, StoppedClock(now - timedelta(hours=2)))
    with closing(context.database):
        tick.tick(context)
        item = accept.from_file(write_item(folder, "alpha"))
        accept.take(context, context.config.series["mlcollage"], [item])
    return folder


def is_out(folder: Path) -> bool:
    """Whether the second account has its thread."""
    return [place.name[11:] for place in threads_out(folder)] == ["alpha"]


@pytest.mark.parametrize(
    "after", [">&-", ">&- 2>&-", "<&- >&- 2>&-", "> /dev/full", "> /dev/full 2>&1"]
)
def test_no_output_keeps_a_tick_from_sending(due: Path, after: str) -> None:
    run(due, "tick", after=after)
    assert is_out(due)


def test_a_notice_that_could_not_be_shown_comes_again(due: Path) -> None:
    (due / "queue.db").chmod(0o644)
    refused(run(due, "tick", after=">&-"), "Standard output cannot be written: it is closed.")
    assert "other users of this machine can open it" in run(due, "tick").stdout


@pytest.mark.parametrize("wrong", [shut("first"), spoil("first"), lead_nowhere("first")])
def test_an_outbox_that_cannot_be_written_keeps_no_other_account_waiting(
    due: Path, wrong: Callable[[Path], None]
) -> None:
    wrong(due)
    run(due, "tick")
    assert is_out(due)


@pytest.mark.parametrize("name", ["mlcollage.log", "site"])
@pytest.mark.parametrize("wrong", [make_folder, lead_nowhere, spoil])
def test_a_log_or_a_site_that_cannot_be_written_keeps_no_thread_waiting(
    due: Path, name: str, wrong: Callable[[str], Callable[[Path], None]]
) -> None:
    wrong(name)(due)
    (due / "first").write_text("in the way", encoding="utf-8")
    run(due, "tick")
    assert is_out(due)


def test_a_command_that_was_interrupted_is_no_mistake_of_ours(desk: Desk) -> None:
    script = "import os, signal; from bot import __main__, cli; "
    script += "cli.main = lambda **_: os.kill(os.getpid(), signal.SIGINT); __main__.main()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=desk.folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "Stopped.\n")

"""Where what is printed goes may be a file on a full disk, or a pipe that nobody reads: what is to
be done is done, and the message names the output.
"""

import json
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.intake import accept
from bot.scheduling import tick
from tests.conftest import ROOT, StoppedClock, make_context, threads_out, write_item
from tests.e2e.conftest import Desk
from tests.e2e.process import COMMAND, ENVIRONMENT
from tests.waiting import until

FULL = Path("/dev/full")
SAID = "Standard output cannot be written: No space left on device; make room on that disk.\n"

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


def run(folder: Path, *args: object, errors_too: bool = False) -> subprocess.CompletedProcess[str]:
    """A command whose output goes to a full disk."""
    with FULL.open("w", encoding="utf-8") as full:
        return subprocess.run(
            [*COMMAND, *map(str, args)],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=full,
            stderr=full if errors_too else subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def due(tmp_path: Path) -> Path:
    """An installation with two collages, and a slot that was due a minute ago."""
    now = datetime.now(UTC)
    slot = now - timedelta(minutes=1)
    settings = f'[series.mlcollage]\nslots = ["{slot:%A} {slot:%H:%M}"]\n'
    settings += f"roundup = {{ day = {(now + timedelta(days=14)).day} }}\n"
    context = make_context(tmp_path, settings, StoppedClock(now - timedelta(hours=2)))
    with closing(context.database):
        tick.tick(context)
        series = context.config.series["mlcollage"]
        files = [write_item(tmp_path, name) for name in ("alpha", "beta")]
        accept.take(context, series, [accept.from_file(file) for file in files])
    return tmp_path


def out(folder: Path) -> list[str]:
    return [place.name[len("2021-08-04-") :] for place in threads_out(folder)]


COMMANDS = [["list"], ["list", "--json"], ["--help"], ["next"], ["doctor"], ["show", "alpha"]]


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_command_says_in_one_line_which_output_cannot_be_written(
    desk: Desk, args: Sequence[str]
) -> None:
    done = run(desk.folder, *args)
    expected = SAID
    if "--json" in args:
        error = {"message": SAID.rstrip(), "kind": "output", "exit_code": 1}
        expected = json.dumps({"error": error}) + "\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_a_tick_whose_log_is_on_a_full_disk_does_all_that_is_due(due: Path) -> None:
    done = run(due, "tick")
    assert out(due) == ["alpha"]
    assert (done.returncode, done.stderr) == (1, SAID)


def test_so_does_one_whose_errors_go_there_too(due: Path) -> None:
    assert run(due, "tick", errors_too=True).returncode == 1
    assert out(due) == ["alpha"]


def test_a_bot_that_stays_goes_on(due: Path) -> None:
    with (
        FULL.open("w", encoding="utf-8") as full,
        subprocess.Popen(
            [*COMMAND, "run"], cwd=due, env=ENVIRONMENT, stdout=full, stderr=full
        ) as process,
    ):
        try:
            until(lambda: out(due) == ["alpha"])
            time.sleep(0.5)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 1
        finally:
            # Otherwise a failure would wait for its end, which nobody has asked for.
            process.kill()


def test_every_article_is_imported_though_nothing_can_be_told_of_them(desk: Desk) -> None:
    articles = [ROOT / "tests/articles" / name for name in ("english.md", "german.md")]
    before = len(desk.names())
    done = run(desk.folder, "import", *articles)
    assert (done.returncode, done.stderr) == (1, SAID)
    assert len(desk.names()) > before + 1


def test_a_command_that_was_wrong_ends_as_it_does_otherwise(desk: Desk) -> None:
    assert run(desk.folder, "nonsense", errors_too=True).returncode == 2
    assert run(desk.folder, "show", "nobody", errors_too=True).returncode == 1


def test_a_reader_that_has_seen_enough_is_no_trouble(desk: Desk) -> None:
    with subprocess.Popen(
        [*COMMAND, "list"],
        cwd=desk.folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_without_any_output_a_command_works(desk: Desk) -> None:
    command = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *COMMAND, "hold", "beta"]
    assert subprocess.run(command, cwd=desk.folder, env=ENVIRONMENT, check=False).returncode == 0
    assert desk.shown("beta")["state"] == "held"

"""Commands that compose nothing start without the libraries that composing needs."""

import subprocess
import sys

import pytest

from tests.e2e.conftest import Desk


@pytest.mark.parametrize("words", [("--help",), ("list",), ("show", "alpha")])
def test_a_command_that_composes_nothing_reads_no_markdown(
    desk: Desk, words: tuple[str, ...]
) -> None:
    code = "import sys; from bot.__main__ import main\ntry: main()\nfinally: print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=desk.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.splitlines()[-1].split()
    assert "bot.cli" in loaded
    assert not {"markdown_it", "nh3"} & set(loaded)

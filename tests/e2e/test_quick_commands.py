"""Commands that compose nothing start without the libraries that composing needs."""

import subprocess
import sys
from pathlib import Path

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


ACCOUNTS = """
[accounts.x]
network = "x"
username = "mlcollage"
consumer_key = "k1"
consumer_secret = "k2"
access_token = "k3"
access_token_secret = "k4"

[accounts.bluesky]
network = "bluesky"
handle = "mlcollage.bsky.social"
app_password = "k5"

[accounts.mastodon]
network = "mastodon"
base_url = "https://mastodon.example"
access_token = "k6"
"""


def accounts_on_all_networks(folder: Path) -> None:
    file = folder / "config.toml"
    settings = file.read_text(encoding="utf-8")
    file.write_text(f"live = true\n{settings}{ACCOUNTS}", encoding="utf-8")


@pytest.mark.parametrize("words", [("--help",), ("list",), ("next",), ("show", "alpha")])
def test_with_accounts_on_all_networks_what_only_shows_loads_no_library_for_http(
    desk: Desk, words: tuple[str, ...]
) -> None:
    accounts_on_all_networks(desk.folder)
    code = "import sys; from bot.__main__ import main\ntry: main()\nfinally: print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=desk.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "bot.cli" in loaded
    assert not {"httpx", "requests", "tweepy", "urllib3"} & loaded
    assert not {"anyio", "bot.assistants", "mcp", "pydantic", "starlette"} & loaded
    if words != ("--help",):
        assert {"bot.publishers.x.publisher", "bot.publishers.bluesky.publisher"} <= loaded

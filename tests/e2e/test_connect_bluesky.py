"""An account on Bluesky, connected and examined as a maintainer does it, on the local server."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import cli
from bot.core.errors import BadInput, MlcollageError, NotAllowed, Unavailable
from tests.e2e.conftest import Desk
from tests.fakes import bluesky, listeners
from tests.fakes.bluesky import FakeBluesky
from tests.integration.test_x_month import serving


@pytest.fixture
def fake() -> Iterator[FakeBluesky]:
    with bluesky.checked(lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def connect(
    fake: FakeBluesky, *more: str, handle: str = bluesky.HANDLE, password: str = bluesky.PASSWORD
) -> Result:
    args = ["connect", "bluesky", "--server", fake.url, *more]
    return CliRunner().invoke(cli.main, args, input=f"{handle}\n{password}\n")


def failure(result: Result, kind: type[MlcollageError]) -> str:
    assert isinstance(result.exception, kind), result.output
    return str(result.exception)


def test_connecting_keeps_the_app_password_for_the_user_alone_and_the_account_can_post(
    desk: Desk, fake: FakeBluesky, home: Path
) -> None:
    done = connect(fake, handle=f"@{bluesky.HANDLE}")
    assert done.exit_code == 0, done.output
    assert f"Connected as @{bluesky.HANDLE}" in done.output
    file = home / ".config" / "mlcollage" / "bluesky.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = (desk.folder / "config.toml").read_text(encoding="utf-8")
    assert bluesky.PASSWORD not in done.output
    assert bluesky.PASSWORD not in written
    assert f'handle = "{bluesky.HANDLE}"' in written
    assert f"bluesky (bluesky) can post as @{bluesky.HANDLE}" in desk("doctor").out
    fake.status = "takendown"
    assert "Account has been taken down" in desk("doctor", code=1).out


def test_the_account_s_own_password_is_taken_and_an_app_password_is_advised(
    desk: Desk, fake: FakeBluesky, home: Path
) -> None:
    assert "own password" not in connect(fake).output.partition("Connected")[2]
    fake.scope = "com.atproto.access"
    told = connect(fake, "--account", "second").output
    assert "This is the account's own password, which may do everything" in told
    assert "  This is the account's own password" in desk("doctor", code=1).out


def test_the_app_password_of_an_account_that_is_there_is_renewed(
    desk: Desk, fake: FakeBluesky, home: Path
) -> None:
    assert connect(fake, "--handle", bluesky.HANDLE).exit_code == 1, "the handle is no password"
    fake.password = bluesky.HANDLE
    assert connect(fake, "--handle", bluesky.HANDLE).exit_code == 0
    before = (desk.folder / "config.toml").read_text(encoding="utf-8")
    fake.password = "new-pass-word-here"
    args = ["connect", "bluesky"]
    done = CliRunner().invoke(cli.main, args, input="new-pass-word-here\n")
    assert done.exit_code == 0, done.output
    assert "has new keys" in done.output
    assert (desk.folder / "config.toml").read_text(encoding="utf-8") == before
    kept = (home / ".config/mlcollage/bluesky.toml").read_text(encoding="utf-8")
    assert "new-pass-word-here" in kept


def test_what_cannot_be_connected_is_told_and_nothing_is_saved(
    desk: Desk, fake: FakeBluesky, home: Path
) -> None:
    before = (desk.folder / "config.toml").read_text(encoding="utf-8")
    told = failure(connect(fake, password="wrong"), BadInput)
    assert "Invalid identifier or password" in told
    assert told.endswith("Nothing was saved.")
    assert "must be a handle" in failure(connect(fake, handle="no handle"), BadInput)
    bad = connect(fake, "--server", "ftp://example.org")
    assert "http" in failure(bad, BadInput)
    fake.status = "suspended"
    assert "suspended" in failure(connect(fake), BadInput)
    fake.on_call["com.atproto.server.createSession", fake.logins() + 1] = bluesky.TOO_MANY
    assert "try again later" in failure(connect(fake), Unavailable)
    assert (desk.folder / "config.toml").read_text(encoding="utf-8") == before
    assert not (home / ".config").exists()


def test_a_server_that_is_none_of_bluesky_s_is_named(
    desk: Desk, fake: FakeBluesky, home: Path
) -> None:
    with serving(desk.folder) as port:
        told = failure(connect(fake, "--server", f"http://127.0.0.1:{port}"), Unavailable)
    assert told.startswith(f"http://127.0.0.1:{port} is no server of Bluesky's kind (501, ")
    assert ": is base_url right?" in told
    port = listeners.free_port()
    told = failure(connect(fake, "--server", f"http://127.0.0.1:{port}"), Unavailable)
    assert told.startswith(f"Bluesky cannot be reached at http://127.0.0.1:{port}: ")


def test_an_account_of_another_network_is_not_replaced(
    desk: Desk, fake: FakeBluesky, home: Path
) -> None:
    assert connect(fake).exit_code == 0
    done = CliRunner().invoke(cli.main, ["connect", "x", "--account", "bluesky"])
    assert "is on another network" in failure(done, NotAllowed)

"""WordPress, Ghost and Buttondown, connected as a maintainer does it."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import cli, config
from bot.core.errors import BadInput, NotAllowed
from tests import wordpress
from tests.conftest import ROOM
from tests.e2e.conftest import Desk
from tests.fakes import buttondown, ghost


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def ghost_site() -> Iterator[ghost.Ghost]:
    with ghost.running() as site:
        yield site


def connect(*words: str, answers: str) -> Result:
    return CliRunner().invoke(cli.main, ["connect", *words], input=f"{answers}\n")


def test_a_ghost_site_is_connected_and_its_key_is_kept_for_the_user_alone(
    desk: Desk, ghost_site: ghost.Ghost, home: Path
) -> None:
    done = connect("ghost", "--url", f"{ghost_site.url}/ghost/", answers=ghost.KEY)
    assert done.exit_code == 0, done.output
    assert "Connected as Papers at 127.0.0.1" in done.output
    assert 'destinations = ["ghost"]' in done.output
    file = home / ".config" / "mlcollage" / "ghost.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text(encoding="utf-8") == f'admin_key = "{ghost.KEY}"\n'
    written = (desk.folder / "config.toml").read_text(encoding="utf-8")
    assert ghost.SECRET not in done.output
    assert ghost.SECRET not in written
    read = config.load(desk.folder / "config.toml").destinations["ghost"].values
    assert read == {
        "kind": "ghost",
        "base_url": ghost_site.url,
        "secrets_file": "~/.config/mlcollage/ghost.toml",
    }
    said = desk("doctor").out
    assert "ghost (ghost) can publish: Papers at 127.0.0.1" in said


def test_a_key_is_renewed_in_its_place_and_what_a_person_wrote_stays(
    desk: Desk, ghost_site: ghost.Ghost, home: Path
) -> None:
    assert connect("ghost", "--url", ghost_site.url, answers=ghost.KEY).exit_code == 0
    file = desk.folder / "config.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + 'status = "draft" # until we know it\n', encoding="utf-8")
    done = connect("ghost", answers=ghost.KEY)
    assert done.exit_code == 0, done.output
    assert "[destinations.ghost] has a new key" in done.output
    assert 'status = "draft" # until we know it' in file.read_text(encoding="utf-8")


def test_a_newsletter_is_connected_under_the_name_that_is_given(desk: Desk, home: Path) -> None:
    with buttondown.running() as site:
        words = ("--destination", "mail", "--base-url", site.url)
        done = connect("buttondown", *words, answers=buttondown.KEY)
    assert done.exit_code == 0, done.output
    assert "Connected as papers at 127.0.0.1" in done.output
    file = home / ".config" / "mlcollage" / "mail.toml"
    assert file.read_text(encoding="utf-8") == f'api_key = "{buttondown.KEY}"\n'


def test_a_wordpress_site_is_connected_by_its_user_and_application_password(
    desk: Desk, home: Path
) -> None:
    with wordpress.running(ROOM) as site:
        done = connect(
            *("wordpress", "--url", site.url, "--destination", "blog"),
            answers=f"editor\n{site.passwords['editor']}",
        )
    assert done.exit_code == 0, done.output
    assert "Connected as editor at 127.0.0.1" in done.output
    read = config.load(desk.folder / "config.toml").destinations["blog"].values
    assert (read["username"], read["base_url"]) == ("editor", site.url)


@pytest.mark.parametrize("key", ["", "nonsense", f"{'0' * 24}:{'cd' * 32}"])
def test_a_key_that_is_not_taken_saves_nothing(
    desk: Desk, ghost_site: ghost.Ghost, home: Path, key: str
) -> None:
    before = (desk.folder / "config.toml").read_bytes()
    done = connect("ghost", "--url", ghost_site.url, answers=key or " ")
    assert isinstance(done.exception, BadInput), done.output
    assert "Nothing was saved" in str(done.exception)
    assert "mlcollage connect" not in str(done.exception), "it is what is being done"
    assert (desk.folder / "config.toml").read_bytes() == before
    assert not home.exists()


def test_a_destination_is_not_moved_to_another_site_or_kind(
    desk: Desk, ghost_site: ghost.Ghost
) -> None:
    assert connect("ghost", "--url", ghost_site.url, answers=ghost.KEY).exit_code == 0
    done = connect("ghost", "--url", "other.example", answers=ghost.KEY)
    assert isinstance(done.exception, NotAllowed)
    assert "name another destination with --destination" in str(done.exception)
    done = connect("wordpress", "--destination", "ghost", answers="")
    assert isinstance(done.exception, NotAllowed)
    assert "is of another kind" in str(done.exception)


def test_an_address_without_tls_is_refused(desk: Desk) -> None:
    done = connect("ghost", "--url", "http://blog.example", answers=ghost.KEY)
    assert isinstance(done.exception, BadInput)
    assert "must be https" in str(done.exception)

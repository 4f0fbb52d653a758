"""An account on a server with Mastodon's API, connected and examined as a maintainer does it."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import cli
from bot.core.errors import BadInput, MlcollageError, NotAllowed, Unavailable
from bot.publishers.mastodon import oauth, setup
from tests import snac as servers
from tests.e2e.conftest import Desk
from tests.e2e.process import ENVIRONMENT
from tests.fakes import mastodon
from tests.fakes.mastodon import CODE, TOKEN, FakeMastodon
from tests.fakes.mastodon_dialects import SNAC


@pytest.fixture
def fake() -> Iterator[FakeMastodon]:
    with mastodon.running(lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def connect(*more: str, answers: str = CODE) -> Result:
    return CliRunner().invoke(cli.main, ["connect", "mastodon", *more], input=f"{answers}\n")


def test_a_pasted_code_connects_the_account_and_its_token_is_kept_for_the_user_alone(
    desk: Desk, fake: FakeMastodon, home: Path
) -> None:
    done = connect("--server", fake.url)
    assert done.exit_code == 0, done.output
    assert f"{fake.url}/oauth/authorize?client_id=" in done.output
    host = fake.url.removeprefix("http://")
    assert f"Connected as @mlcollage@{host}." in done.output
    file = home / ".config" / "mlcollage" / "mastodon.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text(encoding="utf-8") == f'access_token = "{TOKEN}"\n'
    written = (desk.folder / "config.toml").read_text(encoding="utf-8")
    for secret in (TOKEN, CODE):
        assert secret not in done.output
        assert secret not in written
    assert f'base_url = "{fake.url}"' in written
    said = desk("doctor").out
    assert f"mastodon (mastodon) can post as @mlcollage@{host}." in said
    assert "it takes 500 characters a post, 1,500 of alt text, pictures of 16.8 MB" in said
    assert "automated account" not in said
    asked = fake.routes().count("GET /api/v2/instance")
    assert asked == 1, "connecting keeps the limits"
    (account,) = [one for one in desk("doctor", "--json").json if one["account"] == "mastodon"]
    assert (account["problem"], account["week"], account["characters"]) == (None, None, 500)


def test_a_token_made_by_hand_does_as_well_and_is_renewed_in_its_place(
    desk: Desk, fake: FakeMastodon, home: Path
) -> None:
    done = connect("--server", fake.url, "--token", "--account", "lab", answers=TOKEN)
    assert done.exit_code == 0, done.output
    assert "write:statuses write:media" in done.output
    fake.token = "aNewToken-42"
    done = connect("--token", "--account", "lab", answers="aNewToken-42")
    assert done.exit_code == 0, done.output
    assert "[accounts.lab] has new keys" in done.output
    file = home / ".config" / "mlcollage" / "lab.toml"
    assert file.read_text(encoding="utf-8") == 'access_token = "aNewToken-42"\n'


def test_an_account_is_not_moved_to_another_server(desk: Desk, fake: FakeMastodon) -> None:
    assert connect("--server", fake.url).exit_code == 0
    done = connect("--server", "mastodon.example")
    assert isinstance(done.exception, NotAllowed)
    assert "name another account with --account" in str(done.exception)


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        ("aWrongCode", BadInput, "does not take this code"),
        ("", BadInput, "does not take this code"),
    ],
)
def test_a_code_that_the_server_does_not_take_saves_nothing(
    desk: Desk,
    fake: FakeMastodon,
    home: Path,
    answers: str,
    error: type[MlcollageError],
    words: str,
) -> None:
    before = (desk.folder / "config.toml").read_bytes()
    done = connect("--server", fake.url, answers=answers or " ")
    assert isinstance(done.exception, error)
    assert words in str(done.exception)
    assert "Nothing was saved" in str(done.exception)
    assert (desk.folder / "config.toml").read_bytes() == before
    assert not home.exists()


def test_a_code_whose_token_is_refused_afterwards_is_a_wrong_code(
    desk: Desk, fake: FakeMastodon, home: Path
) -> None:
    fake.dialect = SNAC
    done = connect("--server", fake.url, answers="aWrongCode")
    assert isinstance(done.exception, BadInput)
    assert "does not take this code" in str(done.exception)
    assert not home.exists()


def test_a_wrong_token_saves_nothing(desk: Desk, fake: FakeMastodon, home: Path) -> None:
    done = connect("--server", fake.url, "--token", answers="aWrongToken-1")
    assert isinstance(done.exception, BadInput)
    assert "Nothing was saved" in str(done.exception)
    assert "aWrongToken" not in str(done.exception) + done.output
    assert not home.exists()


def test_a_token_may_be_piped_in_and_its_absence_is_told(
    desk: Desk, fake: FakeMastodon, home: Path
) -> None:
    for given, said in ((f"{TOKEN}\n", "Connected as @mlcollage"), ("", "Nothing was given for")):
        command = ["connect", "mastodon", "--server", fake.url, "--token", "--account", "lab"]
        done = subprocess.run(
            [sys.executable, "-m", "bot", *command],
            cwd=desk.folder,
            env=ENVIRONMENT | {"HOME": str(home)},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert said in done.stdout + done.stderr
        assert done.stderr == "" or not given, "no warning that it could be seen"


def test_a_server_that_cannot_be_asked_is_told_apart_from_one_that_refuses(desk: Desk) -> None:
    done = connect("--server", "http://127.0.0.1:9")
    assert isinstance(done.exception, Unavailable)
    assert "cannot be asked" in str(done.exception)
    done = connect("--server", "http://social.example")
    assert isinstance(done.exception, BadInput)
    assert "must be https" in str(done.exception)


def test_doctor_says_what_keeps_an_account_from_posting(desk: Desk, fake: FakeMastodon) -> None:
    assert connect("--server", fake.url).exit_code == 0
    fake.is_marked = False
    assert setup.DUTY in desk("doctor").out
    fake.scopes = "read write:media"
    assert "lacks write:statuses" in desk("doctor", code=1).out
    fake.token = "revoked"
    assert (
        "cannot post: The server refuses this account's access token" in desk("doctor", code=1).out
    )


def test_a_real_server_s_oauth_gives_a_token_that_can_post(
    desk: Desk, tmp_path: Path, home: Path
) -> None:
    with servers.running(tmp_path / "snac") as snac:
        app = oauth.register(snac.url)
        with pytest.raises(BadInput, match="does not take this code"):
            oauth.token(app, "aWrongCode")
        # What a person does in a browser.
        code = snac.ask(
            "/oauth/x-snac-login",
            login=servers.USER,
            passwd=snac.password,
            redir=setup.REDIRECT,
            cid=app.client_id,
            state="",
        )
        token = oauth.token(app, code)
        done = connect("--server", snac.url, "--token", answers=token)
        assert done.exit_code == 0, done.output
        said = desk("doctor", "--json").json
        (account,) = [one for one in said if one["account"] == "mastodon"]
        assert account["problem"] is None
        assert account["characters"] == 100_000


@pytest.mark.parametrize("words", [("--help",), ("list",), ("next",), ("show", "alpha")])
def test_commands_that_only_show_load_no_library_for_http(
    desk: Desk, fake: FakeMastodon, home: Path, words: tuple[str, ...]
) -> None:
    assert connect("--server", fake.url).exit_code == 0
    config = desk.folder / "config.toml"
    config.write_text("live = true\n" + config.read_text("utf-8"), encoding="utf-8")
    before = len(fake.calls)
    code = (
        "import sys, json; from bot.__main__ import main\n"
        "try: main()\nfinally: print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=desk.folder,
        env=ENVIRONMENT | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert "bot.cli" in loaded
    assert not {"httpx", "requests", "tweepy", "urllib3"} & set(loaded)
    assert len(fake.calls) == before

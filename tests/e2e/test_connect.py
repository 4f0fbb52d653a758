"""An account on X, connected and examined as a maintainer does it, against the local X."""

import errno
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import cli
from bot.core.errors import BadInput, MlcollageError, NotAllowed, Unavailable
from tests.e2e.conftest import Desk
from tests.e2e.process import COMMAND, ENVIRONMENT, tree
from tests.fakes import x
from tests.fakes.x import FakeX


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with x.checked(lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def connect(fake: FakeX, *more: str, keys: tuple[str, ...] = x.USER) -> Result:
    args = ["connect", "x", "--base-url", fake.url, *more]
    return CliRunner().invoke(cli.main, args, input="\n".join(keys) + "\n")


def test_connecting_keeps_the_keys_for_the_user_alone_and_the_account_can_post(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    done = connect(fake)
    assert done.exit_code == 0, done.output
    file = home / ".config" / "mlcollage" / "x.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = (desk.folder / "config.toml").read_text(encoding="utf-8")
    for secret in x.USER:
        assert secret not in done.output
        assert secret not in written
    said = desk("doctor").out
    assert "x (x) can post as @" in said
    assert "a week costs about $0." in said
    assert "Automated" in said
    assert "$" not in desk("next").out, "in a rehearsal nothing costs anything"
    (desk.folder / "config.toml").write_text(f"live = true\n{written}", encoding="utf-8")
    assert "$0.2" in desk("next").out
    assert next(iter(desk("next", "--json").json["slots"]))["price"].startswith("0.2")
    (account,) = [one for one in desk("doctor", "--json").json if one["account"] == "x"]
    assert account["problem"] is None
    assert float(account["week"]) > 0.2
    amounts = [account["week"], account["spent"]]
    amounts += [slot["price"] for slot in desk("next", "--json").json["slots"] if slot["price"]]
    assert [amount for amount in amounts if not re.fullmatch(r"\d+\.\d{3}", amount)] == []
    for name in desk.names():
        desk("remove", name)
    said = desk("doctor").out
    assert "nothing is ready to tell what a week costs; $0." in said
    (account,) = [one for one in desk("doctor", "--json").json if one["account"] == "x"]
    assert account["week"] is None


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_configuration_keeps_its_mode_and_its_place_when_an_account_is_added(
    desk: Desk, fake: FakeX, home: Path, mode: int
) -> None:
    config = desk.folder / "config.toml"
    real = desk.folder / "elsewhere" / "real.toml"
    real.parent.mkdir()
    config.rename(real)
    config.symlink_to(real)
    real.chmod(mode)
    assert connect(fake).exit_code == 0
    assert config.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == mode
    assert "[accounts.x]" in real.read_text(encoding="utf-8")


# A full disk, and a kill

DIES = """
import os, signal, sys
from bot import __main__
count = int(sys.argv.pop(1))
sync = os.fsync
def fsync(handle):
    global count
    count -= 1
    if count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    sync(handle)
os.fsync = fsync
__main__.main()
"""
"""The program, killed before the disk has what it has written for the Nth time."""


def connected(
    desk: Desk, fake: FakeX, home: Path, *before: str
) -> subprocess.CompletedProcess[str]:
    """Connect in a process of its own, which `before` starts."""
    args = ["connect", "x", "--base-url", x.account(fake)["base_url"]]
    return subprocess.run(
        [*before, *args],
        cwd=desk.folder,
        env=ENVIRONMENT | {"HOME": str(home)},
        input="\n".join(x.USER) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_leaves_the_old_configuration_and_no_keys(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    config = desk.folder / "config.toml"
    config.write_text("#" * 2_000 + "\n" + config.read_text(encoding="utf-8"), encoding="utf-8")
    before = tree(desk.folder)
    # Files of at most 1,024 bytes: there is room for the keys, and none for the configuration.
    small = ("sh", "-c", 'ulimit -f 2; exec "$@"', "sh", *COMMAND)
    done = connected(desk, fake, home, *small)
    assert done.returncode == 1
    assert (
        "File too large; raise the limit of a file's size (ulimit -f); it is as it was."
        in done.stderr
    )
    assert tree(desk.folder) == before
    assert tree(home) == {}
    assert connected(desk, fake, home, *COMMAND).returncode == 0, "nothing stands in its way"


def test_a_kill_at_any_moment_leaves_the_old_configuration_or_the_new_one(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    config = desk.folder / "config.toml"
    before, states = config.read_text(encoding="utf-8"), []
    for count in range(1, 20):
        done = connected(desk, fake, home, sys.executable, "-c", DIES, str(count))
        after = config.read_text(encoding="utf-8")
        states.append("[accounts.x]" in after)
        assert after == before or states[-1]
        keys = home / ".config" / "mlcollage" / "x.toml"
        assert not keys.exists() or len(tomllib.loads(keys.read_text("utf-8"))) == len(x.USER)
        if done.returncode == 0:
            break
        config.write_text(before, encoding="utf-8")
        shutil.rmtree(home)
    assert states == sorted(states)
    assert states[0] is False
    assert states[-1] is True


def test_keys_that_x_does_not_accept_are_not_kept(desk: Desk, fake: FakeX, home: Path) -> None:
    before = (desk.folder / "config.toml").read_bytes()
    done = connect(fake, keys=("wrong", "wrong", "wrong", "wrong"))
    assert isinstance(done.exception, BadInput)
    assert "Nothing was saved" in str(done.exception)
    assert not home.exists()
    assert (desk.folder / "config.toml").read_bytes() == before


@pytest.mark.parametrize("where", ["beside", "repository", "twice"])
def test_keys_are_never_kept_where_they_could_be_committed_or_written_over_others(
    desk: Desk, fake: FakeX, home: Path, where: str
) -> None:
    place = desk.folder / "keys.toml" if where == "beside" else home / "keys" / "x.toml"
    if where == "repository":
        (home / ".git").mkdir(parents=True)
    if where == "twice":
        place.parent.mkdir(parents=True)
        place.write_text("mine", encoding="utf-8")
    done = connect(fake, "--secrets", str(place))
    assert isinstance(done.exception, NotAllowed)
    assert not place.exists() or place.read_text(encoding="utf-8") == "mine"
    assert fake.calls == []


def test_doctor_names_what_keeps_an_account_from_posting(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    connect(fake)
    fake.on_route["GET /2/users/me", fake.counts["GET /2/users/me"] + 1] = x.NOT_AUTHORIZED
    said = desk("doctor", code=1).out
    assert "! x (x) cannot post: " in said
    assert "Could not authenticate you" in said


def test_the_outbox_can_post_and_costs_nothing(desk: Desk) -> None:
    (account,) = desk("doctor", "--json").json
    assert (account["problem"], account["week"], account["budget"]) == (None, None, None)
    assert "Nothing has cost anything yet" in desk("costs").out


def test_the_keys_of_an_account_that_is_there_are_renewed_and_the_rest_of_it_stays(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    file = home / ".config" / "mlcollage" / "x.toml"
    assert connect(fake).exit_code == 0
    config = desk.folder / "config.toml"
    before = config.read_text(encoding="utf-8").replace(
        'network = "x"\n', 'network = "x" # ours\nbudget = "5.00"\n'
    )
    config.write_text(before, encoding="utf-8")
    file.write_text('consumer_key = "old"\n', encoding="utf-8")
    assert "X refuses" not in desk("doctor", code=1).out
    done = connect(fake)
    assert done.exit_code == 0, done.output
    assert "[accounts.x] has new keys. Restart a bot that is running." in done.output
    assert "mlcollage release --account x" in done.output
    assert config.read_text(encoding="utf-8") == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["x.toml"]
    assert "x (x) can post as @mlcollage" in desk("doctor").out


def test_an_account_that_was_written_by_hand_gets_its_first_keys(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    config = desk.folder / "config.toml"
    written = f'[accounts.lab]\nnetwork = "x"\nbase_url = "{fake.url}"\n'
    config.write_text(written + config.read_text(encoding="utf-8"), encoding="utf-8")
    assert "set it up with: mlcollage connect x --account lab" in desk("doctor", code=1).out
    done = connect(fake, "--account", "lab")
    assert done.exit_code == 0, done.output
    assert 'username = "mlcollage"\nsecrets_file = "~/.config/mlcollage/lab.toml"\n' in (
        config.read_text(encoding="utf-8")
    )
    assert "lab (x) can post as @mlcollage" in desk("doctor").out


def test_keys_of_another_account_are_not_taken_for_one_that_has_a_name(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    assert connect(fake).exit_code == 0
    file = home / ".config" / "mlcollage" / "x.toml"
    before = file.read_bytes()
    fake.state.username = "somebody"
    done = connect(fake)
    assert isinstance(done.exception, BadInput)
    assert str(done.exception) == (
        "@somebody could not post: The keys are those of @somebody, but the configuration says "
        "@mlcollage. Nothing was saved."
    )
    assert file.read_bytes() == before


def test_a_network_that_cannot_be_reached_is_not_called_a_refusal_of_the_keys(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    fake.url = "http://127.0.0.1:9"
    done = connect(fake)
    assert isinstance(done.exception, Unavailable)
    assert str(done.exception) == (
        "X cannot be reached: connection refused. Nothing was saved; try again later."
    )
    assert not home.exists()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (x.FAIL_500, "X answered 500 (Internal error). Nothing was saved; try again later."),
        (x.DROP, "The connection to X ended before its answer: "),
        (x.NOT_AUTHORIZED, "X refuses this account's keys (Could not authenticate you)"),
        (x.NO_CREDITS, "X says this account has no credits left ("),
    ],
)
def test_what_keeps_an_account_from_being_connected_is_said_as_it_is(
    desk: Desk, fake: FakeX, home: Path, trouble: x.Trouble, words: str
) -> None:
    fake.on_route["GET /2/users/me", 1] = trouble
    done = connect(fake)
    assert isinstance(done.exception, MlcollageError)
    assert str(done.exception).startswith(words)
    assert "Nothing was saved" in str(done.exception)
    assert not home.exists()


def test_keys_that_may_only_read_are_not_kept(desk: Desk, fake: FakeX, home: Path) -> None:
    fake.access_level = "read"
    done = connect(fake)
    assert isinstance(done.exception, BadInput)
    assert str(done.exception) == (
        '@mlcollage could not post: These keys may only read. Give the app the permission "Read '
        'and write" at https://console.x.com, make the access token again, and: mlcollage connect '
        "x --account x. Nothing was saved."
    )
    assert "https://console.x.com" in done.output
    assert not home.exists()


def test_keys_that_stand_elsewhere_are_renewed_there(
    desk: Desk, fake: FakeX, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connect(fake).exit_code == 0
    monkeypatch.setenv("MLCOLLAGE_X_ACCESS_TOKEN", "from the environment")
    done = connect(fake)
    assert isinstance(done.exception, NotAllowed)
    assert str(done.exception) == (
        "[accounts.x] takes its access_token from the environment (MLCOLLAGE_X_ACCESS_TOKEN): "
        "renew it there, or take it away from there first."
    )


def test_a_disk_that_is_full_leaves_the_keys_that_were_there(
    desk: Desk, fake: FakeX, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connect(fake).exit_code == 0
    file = home / ".config" / "mlcollage" / "x.toml"
    before = file.read_bytes()

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    fake.state.username = "somebody"
    connect(fake)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["x.toml"]


def test_what_the_notice_about_another_identity_advises_leads_to_one_thread(
    desk: Desk, fake: FakeX, home: Path
) -> None:
    assert connect(fake).exit_code == 0
    config = desk.folder / "config.toml"
    config.write_text(f"live = true\n{config.read_text(encoding='utf-8')}", encoding="utf-8")
    fake.state.username = "somebody"
    desk("post", "alpha", "--now", code=1)
    (notice,) = [one for one in desk("notices", "--json").json if one["kind"] == "held"]
    connecting, releasing = re.findall(r"mlcollage ([\w-]+ [^.;]*?(?= If|\.|$))", notice["text"])
    assert fake.state.posts == []
    # With the right keys X knows them by the right name.
    fake.state.username = "mlcollage"
    assert connect(fake, *connecting.split()[2:]).exit_code == 0
    desk(*releasing.split())
    desk("tick")
    assert len([post for post in fake.state.posts if not post.parent]) == 1
    assert [one["state"] for one in desk("deliveries", "list", "--json", "--all").json] == ["sent"]


@pytest.mark.parametrize("name", ["NAME", "Bad Name", "a/b", "", "x" * 41])
def test_a_name_that_the_configuration_would_refuse_is_refused_before_the_questions(
    desk: Desk, fake: FakeX, home: Path, name: str
) -> None:
    before = (desk.folder / "config.toml").read_bytes()
    done = connect(fake, "--account", name)
    assert isinstance(done.exception, BadInput)
    assert str(done.exception).endswith(
        "is no good name: use lower-case letters, digits and single hyphens, at most 40. "
        "Give one with --account."
    )
    assert "API key" not in done.output
    assert (desk.folder / "config.toml").read_bytes() == before
    assert not home.exists()


def test_keys_are_renewed_in_the_file_that_is_named_and_configured(
    desk: Desk, fake: FakeX, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "kept" / "keys.toml"
    assert connect(fake, "--secrets", str(file)).exit_code == 0
    file.write_text('consumer_key = "old"\n', encoding="utf-8")
    done = connect(fake, "--secrets", str(file))
    assert done.exit_code == 0, done.output
    assert "[accounts.x] has new keys." in done.output
    assert "x (x) can post as @mlcollage" in desk("doctor").out


def test_a_folder_for_the_keys_is_told_which_file_to_name(
    desk: Desk, fake: FakeX, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    done = connect(fake, "--secrets", str(folder))
    assert str(done.exception) == (
        f"{folder} is a folder; name the file that shall hold the keys: --secrets {folder}/x.toml"
    )

"""What is to be repaired on the machine is told: files with keys, or the queue, that others can
open, and what lies in an outbox and is no thread.
"""

import os
import stat
from pathlib import Path

import pytest

from bot.app.runner import Duty
from bot.config import load
from bot.context import Context
from bot.core.notices.entry import Kind
from bot.deciding import upkeep
from tests.conftest import StoppedClock, make_context
from tests.e2e.process import mlcollage


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def complaints(folder: Path) -> list[str]:
    return [notice.text for notice in upkeep.exposed(load(folder / "config.toml"))]


def test_what_the_program_makes_is_for_its_owner_alone(tmp_path: Path) -> None:
    mlcollage(tmp_path, "init")
    mlcollage(tmp_path, "simulate", "--in", "trial", "--from", "2021-08-01", "--to", "2021-08-02")
    mlcollage(tmp_path, "backup", "backup.db")
    made = ["config.toml", "queue.db", "backup.db", "trial/config.toml", "trial/queue.db"]
    assert {name: mode(tmp_path / name) for name in made} == dict.fromkeys(made, 0o600)
    assert complaints(tmp_path) == []


def test_what_sqlite_puts_beside_the_database_is_as_private(tmp_path: Path) -> None:
    mlcollage(tmp_path, "init")
    context = make_context(tmp_path)
    with context.write() as work:
        work.installation.put("test", "value")
    assert mode(tmp_path / "queue.db-wal") == 0o600
    context.database.close()


INLINE = {
    "database": '[database]\nurl = "postgresql://bot:secret@host/queue"',
    "in its query": '[database]\nurl = "postgresql://host/queue?password=secret"',
    "alerts": '[alerts]\nurls = ["json://host/secret"]',
    "heartbeat": '[alerts]\nheartbeat_url = "https://host/secret"',
    "account": '[accounts.x]\nnetwork = "x"\nconsumer_key = "secret"',
}


@pytest.mark.parametrize("settings", INLINE.values(), ids=INLINE)
def test_a_configuration_with_secrets_that_others_can_open_is_complained_of(
    tmp_path: Path, settings: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"live = true\n{settings}", encoding="utf-8")
    file.chmod(0o600)
    assert complaints(tmp_path) == []
    for open_mode in (0o640, 0o604, 0o620):
        file.chmod(open_mode)
        (text,) = complaints(tmp_path)
        assert text.startswith(f"{file} holds keys or passwords, and other users")
        assert text.endswith(f"Run: chmod 600 {file}")
        assert "secret" not in text


@pytest.mark.parametrize(
    "settings",
    [
        '[database]\nurl_file = "keys/one"',
        '[alerts]\nurls_file = "keys/one"',
        '[alerts]\nheartbeat_url_file = "keys/one"',
        '[accounts.x]\nnetwork = "x"\nconsumer_key_file = "keys/one"',
    ],
)
def test_a_file_of_keys_that_others_can_open_is_complained_of(
    tmp_path: Path, settings: str
) -> None:
    (tmp_path / "config.toml").write_text(f"live = true\n{settings}", encoding="utf-8")
    file = tmp_path / "keys" / "one"
    file.parent.mkdir()
    file.write_text("sqlite:///q.db" if "[database]" in settings else "https://h/b", "utf-8")
    file.chmod(0o644)
    assert [text.partition(" holds")[0] for text in complaints(tmp_path)] == [str(file)]
    file.chmod(0o600)
    assert complaints(tmp_path) == []


def test_a_configuration_without_secrets_may_be_read_by_everybody(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("live = true\n", encoding="utf-8")
    (tmp_path / "config.toml").chmod(0o644)
    assert complaints(tmp_path) == []


def test_an_exposed_file_is_told_once_in_a_notice_that_asks_a_person(
    tmp_path: Path, clock: StoppedClock
) -> None:
    context = make_context(tmp_path, clock=clock)
    (tmp_path / "queue.db").chmod(0o644)
    for _ in range(3):
        Duty(context).once()
        clock.go(days=1)
    with context.read() as work:
        told = [each for each in work.notices.listed() if each.kind is Kind.EXPOSED]
    assert [notice.text for notice in told] == [
        f"{tmp_path / 'queue.db'} holds the whole queue and its history, and other users of this "
        f"machine can open it. Run: chmod 600 {tmp_path / 'queue.db'}"
    ]
    assert told[0].is_trouble
    context.database.close()


def test_doctor_says_it_until_it_is_repaired(tmp_path: Path) -> None:
    mlcollage(tmp_path, "init")
    (tmp_path / "queue.db").chmod(0o664)
    for _ in range(2):
        mlcollage(tmp_path, "doctor", code=1)
    (tmp_path / "queue.db").chmod(0o600)
    mlcollage(tmp_path, "doctor")


def test_what_is_no_thread_in_an_outbox_is_told_once_and_again_when_there_is_more(
    tmp_path: Path, clock: StoppedClock
) -> None:
    context = make_context(tmp_path, clock=clock)
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    os.mkfifo(outbox / "2021-08-01-pipe")
    for _ in range(3):
        Duty(context).once()
    assert strange(context) == [
        f"The outbox {outbox} holds what is no thread, and it is passed over: "
        "'2021-08-01-pipe' is no folder. Move it elsewhere."
    ]
    (outbox / "notes").mkdir()
    Duty(context).once()
    assert len(strange(context)) == 2
    assert "'notes' does not begin with a day" in strange(context)[0]
    context.database.close()


def strange(context: Context) -> list[str]:
    with context.read() as work:
        return [each.text for each in work.notices.listed() if each.kind is Kind.DIFFERS]


def test_doctor_names_it_and_the_account_can_post_all_the_same(tmp_path: Path) -> None:
    mlcollage(tmp_path, "init")
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "2021-13-01-x").mkdir()
    assert "outbox (outbox) can post" in mlcollage(tmp_path, "doctor")

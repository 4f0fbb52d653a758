"""What the outbox alone promises: its files, and that a thread is there whole or not at all."""

import hashlib
import json
from pathlib import Path

import pytest

from bot.core.delivery import Found, Kind
from bot.core.errors import Unavailable
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.protocol import Publisher
from tests.conftest import MONDAY, StoppedClock
from tests.contract.test_publishers import IMAGE, THREAD


@pytest.fixture
def outbox(tmp_path: Path) -> Publisher:
    return table.make(Table("config.toml", "accounts.lab", {"network": "outbox"}), tmp_path, StoppedClock(MONDAY))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


def test_a_thread_is_a_folder_with_its_description_texts_and_the_picture_s_exact_bytes(
    outbox: Publisher, folder: Path
) -> None:
    outbox.send(THREAD, None, {})
    place = folder / "2021-08-04-auto-sklearn"
    assert sorted(path.name for path in place.iterdir()) == [
        "1.txt", "2.txt", "3.txt", "auto-sklearn.png", "thread.json",
    ]  # fmt: skip
    assert (place / "auto-sklearn.png").read_bytes() == IMAGE.data
    assert (place / "1.txt").read_text(encoding="utf-8") == "First #mlcollage\n"
    assert json.loads((place / "thread.json").read_text(encoding="utf-8")) == {
        "key": THREAD.key,
        "kind": "collage",
        "series": "mlcollage",
        "number": 29,
        "posted_at": "2021-08-02T09:00:00+00:00",
        "parts": [
            {
                "text": "First #mlcollage",
                "picture": {"file": "auto-sklearn.png", "alt": "A white slide.", "mime": "image/png"},
            },
            {"text": "Second", "picture": None},
            {"text": "📝 Paper: https://example.org/paper", "picture": None},
        ],
    }


def test_a_roundup_s_folder_has_its_month(outbox: Publisher, folder: Path) -> None:
    outbox.send(THREAD._replace(kind=Kind.ROUNDUP, name="roundup-2021-09", number=None, key="other"), None, {})
    described = json.loads((folder / "2021-08-04-roundup-2021-09" / "thread.json").read_text(encoding="utf-8"))
    assert (described["kind"], described["number"]) == ("roundup", None)


def test_the_same_key_is_never_written_twice(outbox: Publisher, folder: Path) -> None:
    first = outbox.send(THREAD, None, {})
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert outbox.send(THREAD, None, {}) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_another_thread_of_the_same_day_and_name_gets_a_folder_of_its_own(outbox: Publisher, folder: Path) -> None:
    other = THREAD._replace(key="second/2021-08-04T13:00:00Z/lab")
    outbox.send(THREAD, None, {})
    outbox.send(other, None, {})
    assert (folder / "2021-08-04-auto-sklearn-2" / "thread.json").exists()
    assert isinstance(outbox.find(THREAD, {}), Found)
    assert isinstance(outbox.find(other, {}), Found)


def test_what_a_killed_writer_left_behind_is_swept_up(outbox: Publisher, folder: Path) -> None:
    left = folder / f".writing-{hashlib.sha256(THREAD.key.encode()).hexdigest()[:16]}"
    left.mkdir(parents=True)
    (left / "1.txt").write_text("half a", encoding="utf-8")
    assert not isinstance(outbox.find(THREAD, {}), Found)
    outbox.send(THREAD, None, {})
    assert [path.name for path in folder.iterdir()] == ["2021-08-04-auto-sklearn"]


@pytest.fixture
def unwritable(tmp_path: Path) -> Publisher:
    """An outbox whose folder is a file: root may write anywhere, but not there."""
    (tmp_path / "outbox").write_bytes(b"")
    return table.make(Table("config.toml", "accounts.lab", {"network": "outbox"}), tmp_path, StoppedClock(MONDAY))


def test_an_outbox_that_cannot_be_written_is_unavailable_and_says_so(unwritable: Publisher) -> None:
    with pytest.raises(Unavailable, match="outbox cannot be written"):
        unwritable.send(THREAD, None, {})
    assert "cannot be written" in unwritable.check()

"""What posting by hand alone promises: its folder, its rules, and that nobody posts what is out."""

import json
import shutil
from pathlib import Path

import pytest

from bot import config
from bot.core.delivery import Absent, Found, Handed, Part, Receipt
from bot.core.errors import BadConfig, BadInput, Unavailable
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.manual import Manual
from tests.conftest import MONDAY, StoppedClock
from tests.contract.test_publishers import IMAGE, THREAD

URL = "https://www.linkedin.com/feed/update/urn:li:activity:7123"


def make(base: Path, **more: object) -> Manual:
    raw = Table("config.toml", "accounts.lab", {"network": "manual", **more})
    made = table.make(raw, base, StoppedClock(MONDAY))
    assert isinstance(made, Manual)
    return made


@pytest.fixture
def manual(tmp_path: Path) -> Manual:
    return make(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "by-hand" / "lab"


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_what_lies_ready_has_each_text_the_picture_s_exact_bytes_and_its_alt_text(
    manual: Manual, folder: Path
) -> None:
    handed = manual.send(THREAD, None, {})
    place = folder / "2021-08-04-auto-sklearn"
    assert isinstance(handed, Handed)
    assert str(place) in handed.where
    assert names(place) == [
        "1.txt", "2.txt", "3.txt", "alt.txt", "auto-sklearn.png", "how-to-post.txt", "thread.json",
    ]  # fmt: skip
    assert (place / "auto-sklearn.png").read_bytes() == IMAGE.data
    assert (place / "alt.txt").read_text(encoding="utf-8") == "A white slide.\n"
    assert (place / "3.txt").read_text(encoding="utf-8") == "📝 Paper: https://example.org/paper\n"
    assert (place / "how-to-post.txt").read_text(encoding="utf-8").splitlines() == [
        "To be posted by hand on lab, in this order:",
        "",
        "1.txt, with the picture auto-sklearn.png; its alt text is in alt.txt",
        "2.txt",
        "3.txt",
        "",
        "Then say where it is:",
        "",
        f"mlcollage deliveries resolve {THREAD.key} --posted URL",
    ]
    assert json.loads((place / "thread.json").read_text(encoding="utf-8"))["key"] == THREAD.key


def test_a_thread_that_lies_ready_as_it_is_is_left_alone_and_another_text_takes_its_place(
    manual: Manual, folder: Path
) -> None:
    first = manual.send(THREAD, None, {})
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert manual.send(THREAD, None, {}) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    other = THREAD._replace(parts=(*THREAD.parts[:2], Part(3, "Other words")))
    assert manual.send(other, None, {}) == first
    assert (folder / "2021-08-04-auto-sklearn/3.txt").read_bytes() == b"Other words\n"
    assert names(folder / "withdrawn") == ["2021-08-04-auto-sklearn"]


def test_only_what_never_lay_ready_is_absent(manual: Manual, folder: Path) -> None:
    assert manual.find(THREAD, {}) == Absent()
    handed = manual.send(THREAD, None, {})
    assert isinstance(handed, Handed)
    assert manual.find(THREAD, {}) == handed
    (folder / "2021-08-04-auto-sklearn").rename(folder / "mine")
    gone = manual.find(THREAD, handed.saved)
    assert isinstance(gone, Handed)
    assert "is gone" in gone.where
    assert manual.prepare(THREAD, handed.saved) == {}


def test_receipts_are_kept_also_where_what_lay_ready_is_gone(manual: Manual, folder: Path) -> None:
    handed = manual.send(THREAD, None, {})
    assert isinstance(handed, Handed)
    shutil.rmtree(folder)
    receipts = dict.fromkeys((1, 2, 3), manual.receipt(URL))
    manual.put_away(THREAD, handed.saved)
    assert not folder.exists()
    for _ in range(2):
        manual.put_away(THREAD.with_receipts(receipts), handed.saved)
    assert names(folder / "posted") == ["2021-08-04-auto-sklearn"]
    assert manual.survey(THREAD, {}, None).found == receipts


def test_two_threads_of_one_name_and_day_do_not_get_in_each_other_s_way(
    manual: Manual, folder: Path
) -> None:
    second = THREAD._replace(key="second/2021-08-04T13:00:00Z/lab")
    manual.send(THREAD, None, {})
    handed = manual.send(second, None, {})
    assert names(folder) == ["2021-08-04-auto-sklearn", "2021-08-04-auto-sklearn-2"]
    receipt = manual.receipt(URL)
    out = THREAD.with_receipts(dict.fromkeys((1, 2, 3), receipt))
    manual.put_away(out, {})
    # The name before it is free now.
    assert manual.find(second, {}) == handed
    assert manual.find(THREAD, {}) == Found(dict.fromkeys((1, 2, 3), receipt))
    manual.put_away(second, {})
    assert manual.find(second, {}) == Absent()
    assert names(folder) == ["posted", "withdrawn"]


def test_what_lies_ready_is_cleared_where_it_is_though_the_account_has_another_folder_now(
    manual: Manual, tmp_path: Path, folder: Path
) -> None:
    handed = manual.send(THREAD, None, {})
    assert isinstance(handed, Handed)
    now = make(tmp_path, folder="elsewhere")
    assert now.find(THREAD, handed.saved) == handed
    now.put_away(THREAD, handed.saved)
    assert names(folder) == ["withdrawn"]
    assert not (tmp_path / "elsewhere").exists()


def test_a_note_of_where_it_is_that_somebody_has_spoilt_proves_nothing(
    manual: Manual, folder: Path
) -> None:
    manual.send(THREAD, None, {})
    for text in ("", "[]", '{"1": 5}', '{"x": {"url": "u", "at": "2021-08-04T13:00:00+00:00"}}'):
        (folder / "2021-08-04-auto-sklearn/posted.json").write_text(text, encoding="utf-8")
        assert isinstance(manual.find(THREAD, {}), Handed)


def test_any_https_address_is_taken_at_a_person_s_word(manual: Manual) -> None:
    assert manual.receipt(URL) == Receipt(URL, URL, MONDAY)
    for address in ("http://example.org/1", "example.org", "https://u:p@example.org/"):
        with pytest.raises(BadInput, match="give the address of the post on lab"):
            manual.receipt(address)


@pytest.mark.parametrize("like", ["x", "bluesky", "mastodon"])
def test_it_goes_by_another_network_s_rules_but_no_link_stands_on_words_and_nothing_is_charged(
    tmp_path: Path, like: str
) -> None:
    network = make(tmp_path, like=like).network
    assert (network.name, network.has_labels, network.price) == (like, False, None)
    text = "[📝 Paper](https://example.org/1)"
    assert network.written(text, ": ") == "📝 Paper: https://example.org/1"


def test_a_length_of_its_own_holds_for_texts_beyond_the_network_s(tmp_path: Path) -> None:
    manual = make(tmp_path, like="bluesky", length=3000, title="LinkedIn")
    assert manual.network.fits("论" * 3000, manual.limits())
    assert not manual.network.fits("论" * 3001, manual.limits())
    with pytest.raises(BadConfig, match=r"accounts\.lab\.length .* from 100 to 100,000"):
        make(tmp_path, length=5)


def test_a_folder_that_cannot_be_written_is_unavailable_and_told_by_a_check(
    manual: Manual, tmp_path: Path
) -> None:
    (tmp_path / "by-hand").write_bytes(b"")
    assert "cannot be written" in manual.check()
    with pytest.raises(Unavailable, match="cannot be written"):
        manual.send(THREAD, None, {})


def test_two_accounts_cannot_share_a_folder(tmp_path: Path) -> None:
    detour = f"../{tmp_path.name}/here"
    shared = ("manual", "here/posted"), ("outbox", "here/withdrawn")
    for network, folder in (("outbox", "here"), ("manual", "./here"), ("manual", detour), *shared):
        source = (
            '[accounts.one]\nnetwork = "manual"\nfolder = "here"\n'
            f'[accounts.two]\nnetwork = "{network}"\nfolder = "{folder}"\n'
        )
        parsed = config.parse(source, tmp_path / "config.toml")
        with pytest.raises(BadConfig, match="is also the folder of account one"):
            table.check_folders(parsed.accounts, tmp_path)

"""What the outbox alone promises: its files, and that a thread is there whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.delivery import Found, Kind, Part, thread_key
from bot.core.errors import BadConfig, BadInput, Unavailable
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.outbox import Outbox
from bot.publishers.protocol import Publisher
from tests.conftest import MONDAY, StoppedClock
from tests.contract.test_publishers import EARLIER, IMAGE, LATER, THREAD, firsts, ids, ids_of, send


@pytest.fixture
def outbox(tmp_path: Path, clock: StoppedClock) -> Publisher:
    return table.make(Table("config.toml", "accounts.lab", {"network": "outbox"}), tmp_path, clock)


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
                "picture": {
                    "file": "auto-sklearn.png",
                    "alt": "A white slide.",
                    "mime": "image/png",
                },
            },
            {"text": "Second", "picture": None},
            {"text": "📝 Paper: https://example.org/paper", "picture": None},
        ],
    }


def test_a_roundup_s_folder_has_its_month(outbox: Publisher, folder: Path) -> None:
    outbox.send(
        THREAD._replace(kind=Kind.ROUNDUP, name="roundup-2021-09", number=None, key="other"),
        None,
        {},
    )
    described = json.loads(
        (folder / "2021-08-04-roundup-2021-09" / "thread.json").read_text(encoding="utf-8")
    )
    assert (described["kind"], described["number"]) == ("roundup", None)


def test_the_same_key_is_never_written_twice(outbox: Publisher, folder: Path) -> None:
    first = outbox.send(THREAD, None, {})
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert outbox.send(THREAD, None, {}) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_another_thread_of_the_same_day_and_name_gets_a_folder_of_its_own(
    outbox: Publisher, folder: Path
) -> None:
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
    return table.make(
        Table("config.toml", "accounts.lab", {"network": "outbox"}), tmp_path, StoppedClock(MONDAY)
    )


def test_an_outbox_that_cannot_be_written_is_unavailable_and_says_so(unwritable: Publisher) -> None:
    with pytest.raises(Unavailable, match="outbox cannot be written"):
        unwritable.send(THREAD, None, {})
    assert unwritable.check().endswith(
        " cannot be written: Not a directory; a file is where a folder should be."
    )


# What is there already


def test_a_survey_reads_the_threads_since_the_day_of_the_last_receipt_and_no_older_one(
    outbox: Publisher, folder: Path
) -> None:
    send(outbox, EARLIER)
    beside = THREAD._replace(
        key="second/2021-08-04T13:00:00Z/lab", parts=(Part(1, "The same day #mlcollage"),)
    )
    out, _ = send(outbox, THREAD), send(outbox, beside)
    survey = outbox.survey(LATER, {}, ids_of(out)[3])
    assert firsts(survey) == ["First #mlcollage", "The same day #mlcollage"]
    assert [post.receipt.id for post in survey.others] == [
        "2021-08-04-auto-sklearn/1",
        "2021-08-04-auto-sklearn-2/1",
    ]


@pytest.mark.parametrize("since", [None, "", "1420000000000000000", "../../etc/passwd/1"])
def test_without_a_receipt_of_ours_the_newest_twenty_are_read(
    outbox: Publisher, clock: StoppedClock, since: str | None
) -> None:
    texts = [f"The one of day {day} #mlcollage" for day in range(1, 26)]
    for day, text in enumerate(texts, 1):
        local_on = THREAD.local_on.replace(day=day)
        send(
            outbox,
            EARLIER._replace(
                key=f"mlcollage/{local_on}/lab", local_on=local_on, parts=(Part(1, text),)
            ),
        )
    clock.at = datetime(2021, 8, 25, tzinfo=UTC)
    assert firsts(outbox.survey(LATER._replace(name="another"), {}, since)) == texts[5:]


def test_threads_of_a_rehearsal_are_no_posts_but_are_found_by_their_own_key(
    outbox: Publisher,
) -> None:
    rehearsed = THREAD._replace(key=thread_key("mlcollage", "2021-08-04T13:00:00Z", "lab", 1))
    out = send(outbox, rehearsed)
    assert outbox.survey(THREAD, {}, None).others == ()
    assert outbox.survey(THREAD, {}, None).found == {}
    assert ids(outbox.survey(rehearsed, {}, None).found) == ids_of(out)


def test_another_collage_under_our_key_is_another_post(outbox: Publisher) -> None:
    send(outbox, EARLIER._replace(key=THREAD.key))
    survey = outbox.survey(THREAD, {}, None)
    assert survey.found == {}
    assert firsts(survey) == [EARLIER.parts[0].text]


@pytest.mark.parametrize("content", [
    b"", b"null", b"[]", b"{", b"\xff", b'{"key": 5, "parts": [{"text": "a"}]}',
    b'{"key": "a/b/c"}', b'{"key": "a/b/c", "parts": 5}', b'{"key": "a/b/c", "parts": []}',
    b'{"key": "a/b/c", "parts": [5, {"text": 5}]}',
    b"[" * 100_000,
])  # fmt: skip
def test_a_folder_that_describes_no_thread_is_no_post(
    outbox: Publisher, folder: Path, content: bytes
) -> None:
    send(outbox, EARLIER)
    (folder / "2021-08-03-notes").mkdir()
    (folder / "2021-08-03-notes" / "thread.json").write_bytes(content)
    (folder / "2021-08-03-empty").mkdir()
    (folder / "2021-08-03-file").write_bytes(b"")
    (folder / "notes").mkdir()
    assert firsts(outbox.survey(THREAD, {}, None)) == [EARLIER.parts[0].text]


@pytest.mark.parametrize("posted_at", ['"yesterday"', "5", "null", '"2021-08-04T13:00:00"'])
def test_a_description_that_does_not_tell_its_time_is_found_all_the_same(
    outbox: Publisher, folder: Path, posted_at: str
) -> None:
    send(outbox, THREAD)
    file = folder / "2021-08-04-auto-sklearn" / "thread.json"
    described = file.read_text(encoding="utf-8").replace('"2021-08-02T09:00:00+00:00"', posted_at)
    file.write_text(described, encoding="utf-8")
    assert {receipt.at for receipt in outbox.survey(THREAD, {}, None).found.values()} == {MONDAY}
    assert isinstance(outbox.find(THREAD, {}), Found)


def test_a_survey_of_an_outbox_that_cannot_be_read_is_unavailable(
    unwritable: Publisher,
) -> None:
    with pytest.raises(Unavailable, match="outbox cannot be read"):
        unwritable.survey(THREAD, {}, None)


def test_a_part_is_known_by_its_text_s_path_or_address_and_by_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"network": "outbox", "folder": "my own/存档 50%"}
    outbox = table.make(
        Table("config.toml", "accounts.lab", settings), tmp_path, StoppedClock(MONDAY)
    )
    second = send(outbox, THREAD).parts[1].receipt
    assert second
    place = tmp_path / "my own/存档 50%/2021-08-04-auto-sklearn"
    monkeypatch.chdir(place)
    ways = [
        second.url,
        str(place / "2.txt"),
        "../2021-08-04-auto-sklearn/2.txt",
        second.url.replace("//", "//localhost"),
    ]
    assert [outbox.receipt(way) for way in ways] == [second] * 4
    (place / "4.txt").write_text("beside the thread", encoding="utf-8")
    (place / "02.txt").write_text("Second", encoding="utf-8")
    elsewhere = tmp_path / "2021-08-04-auto-sklearn"
    elsewhere.mkdir()
    (elsewhere / "2.txt").write_text("Second", encoding="utf-8")
    wrong = ["4.txt", "02.txt", "thread.json", "auto-sklearn.png", ".", str(elsewhere / "2.txt")]
    for way in [
        *(str(place / name) for name in wrong),
        second.url.replace("//", "//other.example"),
    ]:
        with pytest.raises(
            BadInput, match="is no part of a thread in this outbox; name its text, as in"
        ):
            outbox.receipt(way)


@given(st.text())
def test_any_other_text_is_no_part(text: str) -> None:
    raw = Table("config.toml", "accounts.lab", {"network": "outbox"})
    with pytest.raises(BadInput):
        table.make(raw, Path("/nowhere"), StoppedClock(MONDAY)).receipt(text)


# What is in the folder and is no thread


WEDNESDAY = datetime(2021, 8, 4, 13, tzinfo=UTC)


@pytest.fixture
def on_its_day(outbox: Publisher, clock: StoppedClock) -> Outbox:
    """The outbox on the day of the thread."""
    clock.at = WEDNESDAY
    assert isinstance(outbox, Outbox)
    return outbox


def a_pipe(place: Path) -> None:
    os.mkfifo(place)


def a_loop(place: Path) -> None:
    place.symlink_to(place.name)


def a_link_to_nowhere(place: Path) -> None:
    place.symlink_to("nowhere")


def a_file(place: Path) -> None:
    place.write_text("a note", encoding="utf-8")


def an_empty_folder(place: Path) -> None:
    place.mkdir()


def with_description(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def made(place: Path) -> None:
        place.mkdir()
        make(place / "thread.json")

    made.__name__ = f"whose description is {make.__name__}"
    return made


def saying(text: str) -> Callable[[Path], None]:
    def made(place: Path) -> None:
        place.mkdir()
        (place / "thread.json").write_text(text, encoding="utf-8")

    made.__name__ = f"that says {text[:20]}"
    return made


ODD = [
    a_pipe,
    a_loop,
    a_link_to_nowhere,
    a_file,
    an_empty_folder,
    with_description(a_pipe),
    with_description(a_loop),
    with_description(a_link_to_nowhere),
    with_description(an_empty_folder),
    with_description(lambda file: file.symlink_to("/dev/zero")),
    saying("[" * 100_000),
    saying("no json"),
    saying('{"key": 5, "parts": "none"}'),
    saying('{"key": "k", "parts": [' + '{"text": "x"},' * 400_000 + "5]}"),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["2021-08-04-auto-sklearn", "2021-08-01-odd"])
def test_what_is_no_thread_stops_none_and_is_named(
    on_its_day: Outbox, folder: Path, make: Callable[[Path], None], name: str
) -> None:
    """Where the thread itself belongs, or beside it."""
    out = send(on_its_day, EARLIER)
    make(folder / name)
    assert firsts(on_its_day.survey(THREAD, {}, None)) == [EARLIER.parts[0].text]
    assert not isinstance(on_its_day.find(THREAD, {}), Found)
    sent = on_its_day.send(THREAD, None, {})
    assert on_its_day.send(THREAD, None, {}) == sent
    assert isinstance(on_its_day.find(THREAD, {}), Found)
    (told,) = on_its_day.strange()
    assert told.startswith(f"'{name}' ")
    assert on_its_day.check() == ""
    assert ids_of(out)[1].startswith("2021-07-28")


DATES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "+12021-08-04", "31.12.2021"]


@pytest.mark.parametrize("posted_at", DATES)
def test_a_wrong_date_in_a_description_is_named_and_taken_for_now(
    on_its_day: Outbox, folder: Path, posted_at: str
) -> None:
    send(on_its_day, THREAD)
    file = folder / "2021-08-04-auto-sklearn" / "thread.json"
    described = json.loads(file.read_text(encoding="utf-8")) | {"posted_at": posted_at}
    file.write_text(json.dumps(described), encoding="utf-8")
    found = on_its_day.survey(THREAD, {}, None).found
    assert {receipt.at for receipt in found.values()} == {WEDNESDAY}
    assert on_its_day.strange() == [
        "'2021-08-04-auto-sklearn' has a wrong date in its thread.json, as \"posted_at\""
    ]


@pytest.mark.parametrize(
    "day", ["2021-13-45", "9999-12-31", "0000-00-00", "2021-8-4", "二〇二一年"]
)
def test_folders_with_a_wrong_day_hide_no_thread_and_are_named(
    on_its_day: Outbox, folder: Path, day: str
) -> None:
    out = send(on_its_day, EARLIER)
    for count in range(30):
        shutil.copytree(folder / "2021-07-28-barlow-twins", folder / f"{day}-{count}")
    survey = on_its_day.survey(THREAD, {}, None)
    assert out.parts[0].receipt
    assert ids_of(out)[1] in {post.receipt.id for post in survey.others}
    assert len(on_its_day.strange()) == 30


def test_a_name_with_a_stray_byte_is_named_and_no_receipt_is_made_of_it(
    on_its_day: Outbox, folder: Path
) -> None:
    send(on_its_day, EARLIER)
    stray = os.fsdecode(b"2021-08-01-\xff")
    shutil.copytree(folder / "2021-07-28-barlow-twins", folder / stray)
    survey = on_its_day.survey(THREAD, {}, None)
    assert [post.receipt.id for post in survey.others] == ["2021-07-28-barlow-twins/1"]
    assert len(on_its_day.strange()) == 1


def test_an_outbox_of_threads_alone_has_nothing_strange(on_its_day: Outbox, folder: Path) -> None:
    assert on_its_day.strange() == []
    for thread in (EARLIER, THREAD):
        send(on_its_day, thread)
    (folder / ".writing-abc").mkdir()
    assert on_its_day.strange() == []


# Rehearsals


REHEARSED = THREAD._replace(key=thread_key("mlcollage", "2021-08-04T13:00:00Z", "lab", 3))


def outbox_of_old(tmp_path: Path, clock: StoppedClock) -> Publisher:
    """The outbox as it was when rehearsed threads lay among the others."""
    settings = {"network": "outbox", "rehearsal_apart": False}
    return table.make(Table("config.toml", "accounts.lab", settings), tmp_path, clock)


def test_a_rehearsed_thread_has_a_folder_apart_and_addresses_that_say_so(
    outbox: Publisher, folder: Path
) -> None:
    send(outbox, THREAD)
    receipts = outbox.send(REHEARSED, None, {})
    place = folder / "rehearsal/2021-08-04-auto-sklearn"
    assert (place / "thread.json").is_file()
    assert receipts[1].id == "rehearsal/2021-08-04-auto-sklearn/1"
    assert receipts[1].url == (place / "1.txt").as_uri()
    assert (folder / "2021-08-04-auto-sklearn/thread.json").is_file()
    assert sorted(path.name for path in folder.iterdir()) == [
        "2021-08-04-auto-sklearn",
        "rehearsal",
    ]


def test_it_is_found_again_and_never_written_twice(outbox: Publisher, folder: Path) -> None:
    first = outbox.send(REHEARSED, None, {})
    assert outbox.send(REHEARSED, None, {}) == first
    found = outbox.find(REHEARSED, {})
    assert isinstance(found, Found)
    assert found.receipts == first
    assert outbox.survey(REHEARSED, {}, None).found == first
    assert len(list((folder / "rehearsal").iterdir())) == 1


def test_one_that_was_rehearsed_before_there_was_such_a_folder_is_found_where_it_is(
    outbox: Publisher, folder: Path, tmp_path: Path, clock: StoppedClock
) -> None:
    before = outbox_of_old(tmp_path, clock).send(REHEARSED, None, {})
    assert before[1].id == "2021-08-04-auto-sklearn/1"
    assert outbox.send(REHEARSED, None, {}) == before
    assert not (folder / "rehearsal").exists()


def test_no_rehearsed_thread_is_taken_for_one_that_counts_wherever_it_lies(
    outbox: Publisher, tmp_path: Path, clock: StoppedClock
) -> None:
    send(outbox_of_old(tmp_path, clock), REHEARSED)
    other = REHEARSED._replace(key=REHEARSED.key.replace("rehearsal-3", "rehearsal-4"))
    send(outbox, other)
    survey = outbox.survey(THREAD, {}, None)
    assert (survey.found, survey.others) == ({}, ())
    assert outbox.shown("") == []


def test_the_address_of_a_rehearsed_part_is_one(outbox: Publisher, folder: Path) -> None:
    receipts = outbox.send(REHEARSED, None, {})
    assert outbox.receipt(receipts[2].url) == receipts[2]
    path = folder / "rehearsal/2021-08-04-auto-sklearn/2.txt"
    assert outbox.receipt(str(path)) == receipts[2]


def test_what_is_no_thread_is_named_in_the_folder_of_rehearsals_too(
    outbox: Publisher, folder: Path, clock: StoppedClock
) -> None:
    clock.go(days=3)
    send(outbox, REHEARSED)
    assert outbox.strange() == []  # type: ignore[attr-defined]
    (folder / "rehearsal/notes.txt").touch()
    (folder / "other").mkdir()
    assert outbox.strange() == [  # type: ignore[attr-defined]
        "'other' does not begin with a day",
        "'rehearsal/notes.txt' does not begin with a day",
    ]


def test_two_accounts_do_not_share_a_folder_of_rehearsals(
    tmp_path: Path, clock: StoppedClock
) -> None:
    accounts = {
        "a": Table("config.toml", "accounts.a", {"network": "outbox"}),
        "b": Table(
            "config.toml", "accounts.b", {"network": "outbox", "folder": "outbox/rehearsal"}
        ),
    }
    with pytest.raises(BadConfig, match=r"accounts\.b\.folder in config\.toml is also the folder"):
        table.check_folders(accounts, tmp_path)
    accounts["b"].values["folder"] = "outbox/b"  # type: ignore[index]
    table.check_folders(accounts, tmp_path)

"""Files that people name are read within bounds, and a sentence says what is wrong with one."""

import os
from pathlib import Path

import pytest

from bot import config, files
from bot.app import simulate
from bot.composing import templates
from bot.core.errors import BadConfig, BadInput
from bot.intake import article, items
from tests.conftest import make_context, write_item

MARK = b"\xef\xbb\xbf"
"""What some editors put before UTF-8 text."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notes.txt"


def refused(file: Path, most: int = 100) -> files.Unreadable:
    with pytest.raises(files.Unreadable) as told:
        files.read_text(file, most, "a note")
    return told.value


def test_a_text_comes_back_as_it_is(file: Path) -> None:
    file.write_bytes("one\r\ntwo — 两个\n".encode())
    assert files.read_text(file, 100, "a note") == "one\r\ntwo — 两个\n"


def test_one_mark_before_the_text_is_left_out_and_no_second_one(file: Path) -> None:
    file.write_bytes(MARK + b"text")
    assert files.read_text(file, 100, "a note") == "text"
    file.write_bytes(MARK + MARK + b"text")
    assert files.read_text(file, 100, "a note") == "\ufefftext"


def test_a_file_holds_as_much_as_it_may_and_no_byte_more(file: Path) -> None:
    file.write_bytes(bytes(100))
    assert files.read(file, 100, "a note") == bytes(100)
    file.write_bytes(bytes(101))
    error = refused(file)
    assert isinstance(error, files.TooLarge)
    assert str(error) == "has more than 100 bytes, too many for a note"


def test_a_huge_file_is_not_read(file: Path) -> None:
    with file.open("wb") as huge:
        huge.truncate(1 << 40)
    assert isinstance(refused(file), files.TooLarge)


def test_what_is_no_regular_file_is_not_even_opened(file: Path) -> None:
    os.mkfifo(file)
    assert str(refused(file)) == "is no file; name a note"
    assert str(refused(Path("/dev/zero"))) == "is no file; name a note"
    assert str(refused(file.parent)) == "is a folder; name a note"


def test_what_is_not_there_or_cannot_be_opened_is_said(file: Path) -> None:
    assert isinstance(refused(file), files.Missing)
    assert str(refused(file)) == "there is no such file"
    file.symlink_to(file)
    assert str(refused(file)) == f"cannot be read ({os.strerror(40)})"
    assert str(refused(file / "below")).startswith("cannot be read (")
    assert str(refused(Path("a\0b"))) == "cannot be read (embedded null byte)"


@pytest.mark.parametrize(
    ("data", "line", "byte"),
    [
        (b"\xff", 1, 0),
        (b"one\ntwo\nthr\xc3\x28e", 3, 11),
        (MARK + b"a\nb\xe9", 2, 6),
        (b"a\n\xe4", 2, 2),
    ],
)
def test_a_byte_that_is_no_utf_8_is_named_with_its_line(
    file: Path, data: bytes, line: int, byte: int
) -> None:
    file.write_bytes(data)
    wanted = f"line {line}: byte {byte} of the file is no UTF-8; save it as UTF-8"
    assert str(refused(file)) == wanted


# Where it is used


def marked(file: Path) -> Path:
    """The file, with a mark before its text."""
    file.write_bytes(MARK + file.read_bytes())
    return file


def test_every_text_a_person_gives_may_begin_with_a_mark(tmp_path: Path) -> None:
    (tmp_path / "beat.txt").write_bytes(MARK + b"https://example.org/beat\n")
    own = tmp_path / "config.toml"
    own.write_bytes(
        MARK + b'live = false\nzone = "Asia/Tokyo"\n[alerts]\nheartbeat_url_file = "beat.txt"\n'
    )
    read = config.load(own)
    assert read.series["mlcollage"].zone.key == "Asia/Tokyo"
    assert read.alerts.heartbeat_url == "https://example.org/beat"
    simulate.prepare(lambda: read, tmp_path / "trial")
    assert items.load(marked(write_item(tmp_path, "barlow"))).name == "barlow"


def test_a_template_that_begins_with_a_mark_puts_none_into_a_post(tmp_path: Path) -> None:
    (tmp_path / "word.txt").write_bytes(MARK + b"Hello {{ name }}")
    env = templates.environment(tmp_path)
    assert templates.render(env, "word.txt", {"name": "you"}) == "Hello you"


def test_a_configuration_that_cannot_be_read_is_told_with_its_name(tmp_path: Path) -> None:
    own = tmp_path / "config.toml"
    own.write_bytes(b"zone = 'UTC'\n# caf\xe9\n")
    with pytest.raises(BadConfig, match=r"config\.toml: line 2: byte 18 of the file is no UTF-8"):
        config.load(own)
    own.write_bytes(b"#" * 1_000_001)
    with pytest.raises(BadConfig, match=r"more than 1,000,000 bytes, too many for a configuration"):
        config.load(own)


def test_an_article_that_cannot_be_read_is_told_with_its_name(tmp_path: Path) -> None:
    july = tmp_path / "july.md"
    july.write_bytes(b"# July\n\xff")
    with pytest.raises(BadInput, match=r"july\.md: line 2: byte 7 of the file is no UTF-8"):
        article.load(july)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match=r"pipe: is no file; name an article\.$"):
        article.load(tmp_path / "pipe")


def test_a_secret_in_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadConfig, match=r"urls_file in config\.toml names 'pipe': is no file"):
        make_context(tmp_path, '[alerts]\nurls_file = "pipe"\n')

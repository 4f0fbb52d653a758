"""A file to restore from may be whole and yet be somebody else's: its values are checked as `add`
checks them.
"""

import hashlib
import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bot import config
from bot.app import backups
from bot.core.errors import BadInput
from bot.intake import accept
from bot.scheduling import tick
from tests.conftest import MONDAY, StoppedClock, make_context, png, write_item

PICTURE = png(size=(21, 9))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of an installation in use: threads out, a roundup, notices, collages waiting."""
    folder, clock = tmp_path_factory.mktemp("played"), StoppedClock(MONDAY)
    context = make_context(folder, clock=clock)
    tick.tick(context)
    series = context.config.series["mlcollage"]
    names = ("alpha", "beta", "gamma", "delta", "epsilon")
    accept.take(context, series, [accept.from_file(write_item(folder, name)) for name in names])
    clock.at = datetime(2021, 8, 4, 15, tzinfo=UTC)
    for _ in range(5):
        tick.tick(context)
        clock.go(days=7)
    context.database.close()
    return folder / "queue.db"


@pytest.fixture
def crafted(played: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    file = tmp_path / "crafted.db"
    with closing(sqlite3.connect(played)) as source, closing(sqlite3.connect(file)) as copied:
        source.backup(copied)
    return file


def restore(file: Path, *, trusted: bool = False) -> backups.Restored:
    folder = file.parent / "new"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text("live = false", encoding="utf-8")
    return backups.fill(config.load(folder / "config.toml"), file, trusted=trusted)


def test_what_the_program_has_written_itself_is_taken(crafted: Path) -> None:
    restored = restore(crafted)
    assert restored.backup.held.rows["collages"] == 5
    assert restored.backup.held.rows["roundups"] == 1


Statement = tuple[str, tuple[object, ...]]


def a_picture(data: bytes, **facts: object) -> list[Statement]:
    """The statements that put other bytes in the place of a picture, with facts of their own."""
    sha256 = hashlib.sha256(data).hexdigest()
    about = {"mime": "image/png", "width": 21, "height": 9, "size": len(data)} | facts
    about |= {"sha256": sha256, "data": data}
    names, marks = ", ".join(about), ", ".join("?" * len(about))
    return [
        (f"INSERT OR REPLACE INTO pictures ({names}) VALUES ({marks})", tuple(about.values())),
        ("UPDATE collages SET picture_sha256 = ? WHERE name = 'alpha'", (sha256,)),
    ]


def progressive(scans: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (16, 16)).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + scans * data[last:-2] + data[-2:]


SET = "UPDATE {} SET {} = ? WHERE id = (SELECT min(id) FROM {})"


def put(place: str, value: object) -> list[Statement]:
    """The statement that puts a value into the first row of a table."""
    table, column = place.split(".")
    return [(SET.format(table, column, table), (value,))]


CRAFTED = [
    (put("collages.name", "../../evil"), "'../../evil' must be lower-case letters"),
    (put("collages.name", "a" * 81), "must be lower-case letters"),
    (put("collages.alt", "\x1b[2J"), "alt: holds the control character U+001B"),
    (put("collages.paragraph", "a" * 20_001), "paragraph: 20,001 characters"),
    (put("collages.thread", json.dumps(["a\x00"])), "thread: holds the control character"),
    (put("collages.thread", '{"a": 1}'), "collages: thread is {'a': 1}"),
    (put("collages.state", "sent"), "collages: state is 'sent'"),
    (put("collages.caption", b"bytes"), "collages: caption is b'bytes'"),
    (put("papers.title", "two\nlines"), "title: holds the control character U+000A"),
    (put("papers.authors", '["Ada", 5]'), "papers: authors is ['Ada', 5]"),
    (put("papers.authors", '["Ada\\u0007"]'), "author: holds the control character U+0007"),
    (put("papers.figures", '[{"folder": "/"}]'), "papers: figures is [{'folder': '/'}]"),
    (put("papers.year", 99_999), "year: 99999 is no year"),
    (put("papers.year", "soon"), "papers: year is 'soon'"),
    (put("links.url", "javascript:alert(1)"), "'javascript:alert(1)' is no http(s) address"),
    (put("links.url", "https://ada:hush@h.org"), "'https://***@h.org' holds a user name"),
    (put("links.kind", "payment"), "links: kind is 'payment'"),
    (put("roundups.slug", "../../../evil"), "roundups: slug is '../../../evil'"),
    (put("roundups.slug", "/etc"), "roundups: slug is '/etc'"),
    (put("roundups.link", "https://"), "roundups: link 'https://' has no host"),
    (put("roundups.link", "javascript:alert(1)"), "is no http(s) address"),
    (put("roundups.title", "a\x9b2J"), "roundups: title is 'a\\x9b2J'"),
    (put("roundups.title_month", "2021-13"), "roundups: title_month is '2021-13'"),
    (put("roundups.due_at", "9999-12-31 23:59:59.000000"), "roundups: due_at is "),
    (put("series.name", "../up"), "series: name is '../up'"),
    (put("accounts.name", ""), "accounts: name is ''"),
    (put("deliveries.saved", "[]"), "deliveries: saved is []"),
    (put("deliveries.state", "done"), "deliveries: state is 'done'"),
    (put("parts.text", "a\x00b"), "parts: text is 'a\\x00b'"),
    (put("slots.state", "late"), "slots: state is 'late'"),
    (put("notices.kind", "weather"), "notices: kind is 'weather'"),
    (
        [("INSERT OR REPLACE INTO installation (name, value) VALUES ('rehearsals', 'x')", ())],
        "installation: rehearsals is 'x'",
    ),
    (a_picture(b"<svg onload='alert(1)'/>", mime="image/svg+xml"), "is no JPEG, PNG, GIF or"),
    (a_picture(PICTURE, mime="text/html"), "is not what its row says"),
    (a_picture(PICTURE, width=9_999), "is not what its row says"),
    (a_picture(PICTURE[:40]), "is cut off before its end"),
    (a_picture(progressive(200), mime="image/jpeg", width=16, height=16), "more than 100 scans"),
]


def craft(file: Path, statements: list[Statement]) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            assert connection.execute(*statement).rowcount


@pytest.mark.parametrize(("statements", "said"), CRAFTED, ids=[said for _, said in CRAFTED])
def test_a_value_that_add_would_refuse_is_named_and_nothing_is_restored(
    crafted: Path, statements: list[Statement], said: str
) -> None:
    craft(crafted, statements)
    with pytest.raises(BadInput) as refused:
        restore(crafted)
    told = str(refused.value)
    assert said in told
    assert told.isprintable()
    assert "hush" not in told
    assert told.startswith(f"{crafted} holds what mlcollage does not write: ")
    assert not (crafted.parent / "new" / "queue.db").exists()


def test_whoever_trusts_the_file_gets_it_all(crafted: Path) -> None:
    craft(crafted, put("links.url", "https://ada@example.org/"))
    with pytest.raises(BadInput, match=r"restore it with --trust\.$"):
        restore(crafted)
    assert restore(crafted, trusted=True).backup.held.rows["collages"] == 5

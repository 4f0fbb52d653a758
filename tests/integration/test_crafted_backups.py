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
import typst
from PIL import Image

from bot import config
from bot.app import backups
from bot.core import errors
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


def an_event(**facts: object) -> list[Statement]:
    """The statement that adds an event of which some is not as it is written."""
    row = {
        "key": "evt_1",
        "type": "delivery.sent",
        "subject": "delivery/1",
        "at": "2021-08-04 13:00:00.000000",
        "body": '{"type": "delivery.sent", "timestamp": "", "data": {}}',
        "rehearsal": 0,
    } | facts
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    return [(f"INSERT INTO events ({names}) VALUES ({marks})", tuple(row.values()))]


CRAFTED = [
    (put("collages.name", "../../evil"), "'../../evil' must be lower-case letters"),
    (put("collages.name", "a" * 81), "collages: name is 'aaa"),
    (put("collages.alt", "\x1b[2J"), "collages: alt is '\\x1b[2J'"),
    (put("collages.paragraph", "a" * 20_001), "paragraph: 20,001 characters"),
    (put("collages.thread", json.dumps(["a\x00"])), "collages: thread is ['a\\x00']"),
    (put("collages.thread", '{"a": 1}'), "collages: thread is {'a': 1}"),
    (put("collages.state", "sent"), "collages: state is 'sent'"),
    (put("collages.caption", b"bytes"), "collages: caption is b'bytes'"),
    (put("collages.on_networks", '{"x": {"skip": "no"}}'), "on_networks is {'x': {'skip': 'no'}}"),
    (put("collages.on_networks", '{"x": {"pay": true}}'), "on_networks is {'x': {'pay': True}}"),
    (an_event(type="paid"), "events: type is 'paid'"),
    (an_event(key="a.b"), "events: key is 'a.b'"),
    (an_event(body="pay 5"), "events: body is 'pay 5'"),
    (an_event(body='{"type": "test", "timestamp": "", "data": {}}'), "events: body is "),
    (put("papers.title", "two\nlines"), "papers: title is 'two\\nlines'"),
    (put("papers.authors", '["Ada", 5]'), "papers: authors is ['Ada', 5]"),
    (put("papers.authors", '["Ada\\u0007"]'), "papers: authors is ['Ada\\x07']"),
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
    (put("roundups.title_month", "2021"), "roundups: title_month is '2021'"),
    (put("roundups.kind", "year"), "roundups: title_month is '2021-09'"),
    (put("roundups.kind", "decade"), "roundups: kind is 'decade'"),
    (put("roundups.due_at", "9999-12-31 23:59:59.000000"), "roundups: due_at is "),
    (put("series.name", "../up"), "series: name is '../up'"),
    (put("roundups.slug", "a" * 121), "roundups: slug is 'aaa"),
    (put("accounts.name", ""), "accounts: name is ''"),
    (put("accounts.network", "../x"), "accounts: network is '../x'"),
    (put("accounts.note", "\x1b[2J"), "accounts: note is '\\x1b[2J'"),
    (put("accounts.strangers", '["\\u001b"]'), "accounts: strangers is ['\\x1b']"),
    (put("accounts.server", '{"limits": "none"}'), "accounts: server is {'limits': 'none'}"),
    (put("accounts.server", "[]"), "accounts: server is []"),
    (put("series.roundups_through", "9999-99"), "series: roundups_through is '9999-99'"),
    (put("series.live_through", "zz"), "series: live_through is 'zz'"),
    (put("series.looked_until", "0001-01-05 00:00:00.000000"), "series: looked_until is "),
    (put("series.calendars", "[1, 2]"), "series: calendars is [1, 2]"),
    (put("series.calendars", '{"a": 1}'), "series: calendars is {'a': 1}"),
    (put("series.calendars", '{"now": {"slots": [5]}}'), "series: calendars is "),
    (put("series.calendars", '{"now": {"lateness": 1e12}}'), "series: calendars is "),
    (put("series.calendars", '{"now": {}, "earlier": [{"until": "x"}]}'), "series: calendars is "),
    (
        put(
            "series.calendars",
            '{"now": {"roundup": {"day": "x", "time": "18:00:00", "names_month": "next", '
            '"wait": 0}}}',
        ),
        "series: calendars is ",
    ),
    (put("collages.picture_file", "../../../etc/x"), "collages: picture_file is '../../../etc/x'"),
    (put("parts.picture_file", "/etc/passwd"), "parts: picture_file is '/etc/passwd'"),
    (put("collages.kept_number", 99_999_999), "collages: kept_number is 99999999"),
    (put("collages.number", 99_999_999_999), "collages: number is 99999999999"),
    (put("collages.position", -5), "collages: position is -5"),
    (put("collages.note", "\x1b[31m"), "collages: note is '\\x1b[31m'"),
    (put("collages.pinned_on", "9999-12-31"), "collages: pinned_on is "),
    (put("parts.receipt_url", "javascript:alert(1)"), "is no http(s) address"),
    (put("parts.receipt_id", "../x\x1b[31m"), "parts: receipt_id is '../x\\x1b[31m'"),
    (put("deliveries.fence", 2**63 - 1), "deliveries: fence is 9223372036854775807"),
    (put("deliveries.looks", -9), "deliveries: looks is -9"),
    (put("deliveries.key", "a\nb"), "deliveries: key is 'a\\nb'"),
    (put("notices.text", "x\x1b]0;owned\x07"), "notices: text is 'x\\x1b]0;owned\\x07'"),
    (put("notices.id", 2**63 - 1), "notices: id is 9223372036854775807"),
    (put("log.what", "a" * 41), "log: what is 'aaa"),
    (put("log.who", "a\x1b[2J"), "log: who is 'a\\x1b[2J'"),
    (put("deliveries.saved", "[]"), "deliveries: saved is []"),
    (put("deliveries.state", "done"), "deliveries: state is 'done'"),
    (put("parts.text", "a\x00b"), "parts: text is 'a\\x00b'"),
    (put("slots.state", "late"), "slots: state is 'late'"),
    (put("notices.kind", "weather"), "notices: kind is 'weather'"),
    (
        [("INSERT OR REPLACE INTO installation (name, value) VALUES ('rehearsals', 'x')", ())],
        "installation: rehearsals is 'x'",
    ),
    (a_picture(b"<svg onload='alert(1)'/>", mime="image/svg+xml"), "is an SVG drawing; export"),
    ([("UPDATE picture_pages SET fingerprint = 'x'", ())], "picture_pages: fingerprint is 'x'"),
    ([("UPDATE picture_pages SET ground = 'pink'", ())], "picture_pages: ground is 'pink'"),
    ([("UPDATE picture_pages SET letters = -1", ())], "picture_pages: letters is -1"),
    ([("UPDATE picture_pages SET width = 5", ())], "is not what its row says"),
    ([("UPDATE picture_pages SET page = 7", ())], "is not what its row says"),
    ([("UPDATE fittings SET fidelity = 1000001", ())], "fittings: fidelity is 1000001"),
    (
        [("UPDATE fittings SET key = 'x' WHERE rowid = (SELECT min(rowid) FROM fittings)", ())],
        "fittings: key is 'x'",
    ),
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


def test_a_thread_that_waits_for_a_person_is_taken(crafted: Path) -> None:
    craft(crafted, put("deliveries.next_at", "9999-01-01 00:00:00.000000"))
    assert restore(crafted).backup.held.rows["collages"] == 5


def test_an_event_that_waits_is_taken(crafted: Path) -> None:
    craft(crafted, an_event())
    assert restore(crafted).backup.held.rows["events"] == 1


def test_what_an_earlier_version_did_not_measure_is_no_reason(crafted: Path) -> None:
    """It stored the sides of a turned photograph as the file has them, and no fingerprints."""
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    Image.effect_noise((30, 20), 50).save(out, "JPEG", exif=exif)
    craft(crafted, a_picture(out.getvalue(), mime="image/jpeg", width=30, height=20))
    craft(crafted, [("UPDATE picture_pages SET fingerprint = '', letters = 0", ())])
    assert restore(crafted).backup.held.rows["collages"] == 5


def test_a_page_of_a_pdf_is_restored(crafted: Path) -> None:
    data = typst.compile(
        b"= One\n#pagebreak()\n#set page(width: 9cm, height: 9cm)\nTwo", format="pdf"
    )
    craft(crafted, a_picture(data, mime="application/pdf", width=4_096, height=4_096))
    sha256 = hashlib.sha256(data).hexdigest()
    row = (sha256, 2, 4_096, 4_096, 1, "", "", 0, False)
    # The cover, the card and the pictures in lesser widths are some, too.
    craft(crafted, [(f"INSERT INTO picture_pages VALUES ({', '.join('?' * len(row))})", row)])
    assert restore(crafted).backup.held.rows["picture_pages"] == 15


def test_whoever_trusts_the_file_gets_it_all(crafted: Path) -> None:
    craft(crafted, put("links.url", "https://ada@example.org/"))
    with pytest.raises(BadInput, match=r"restore it with --trust\.$"):
        restore(crafted)
    assert restore(crafted, trusted=True).backup.held.rows["collages"] == 5


OBJECTS = [
    "CREATE VIEW other AS SELECT 1",
    "CREATE TABLE evil (x INTEGER)",
    "CREATE TRIGGER later AFTER INSERT ON log BEGIN DELETE FROM collages; END",
    "ALTER TABLE log ADD COLUMN big GENERATED ALWAYS AS (zeroblob(100000000)) VIRTUAL",
    "CREATE INDEX slow ON log (zeroblob(id))",
    "CREATE INDEX slow ON log (id) WHERE (length(detail) > 5)",
    "ALTER TABLE looks ADD COLUMN x INTEGER CHECK (length(hex(zeroblob(9))) > 1)",
    "ALTER TABLE looks RENAME TO evil",
    "CREATE VIRTUAL TABLE v USING fts5(x)",
    "DROP TABLE late_looks; CREATE VIEW late_looks AS WITH RECURSIVE c(x) AS "
    "(SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS id, 1 AS delivery_id, x AS at FROM c",
]


@pytest.mark.parametrize("statements", OBJECTS)
@pytest.mark.parametrize("trusted", [False, True])
def test_what_computes_in_a_database_is_refused_before_anything_is_read_from_it(
    crafted: Path, statements: str, trusted: bool
) -> None:
    with closing(sqlite3.connect(crafted)) as connection:
        connection.executescript(statements)
    with pytest.raises(BadInput, match=r"is no backup of mlcollage: it holds the \w+ '\w+', which"):
        restore(crafted, trusted=trusted)
    assert not (crafted.parent / "new" / "queue.db").exists()


def test_what_sqlite_has_analysed_is_no_obstacle(crafted: Path) -> None:
    with closing(sqlite3.connect(crafted)) as connection:
        connection.executescript("ANALYZE; VACUUM")
    assert restore(crafted).backup.held.rows["collages"] == 5


def test_what_the_program_stores_of_an_error_is_taken_again(crafted: Path) -> None:
    said = errors.sentence(RuntimeError("bad \x1b[2J gateway\r\nmore"))
    assert said == "bad \\x1b[2J gateway."
    craft(crafted, put("deliveries.note", said))
    assert restore(crafted).backup.held.rows["collages"] == 5

"""Forms that are too large, broken, or hold what no text may: said so, and nothing is changed."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from bot.web.routes import LARGE, ROUTES, SMALL
from tests.desk import desks
from tests.desk.desks import EDITOR, Desk, Place
from tests.waiting import until

QUEUE = f"/s/{desks.SERIES}/queue"
STATE = f"{QUEUE}/state"
HOLD = {"name": "beta", "what": "hold"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def still(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all tests that change nothing."""
    place = desks.copied(filled, tmp_path_factory.mktemp("still") / "desk")
    with desks.served(place) as desk:
        yield desk


@pytest.fixture
def unchanged(still: Desk) -> Iterator[None]:
    """Nothing is changed by the test."""
    before = log(still.place)
    yield
    assert log(still.place) == before


def log(place: Place) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(place.folder / "queue.db")) as connection:
        return connection.execute("SELECT who, what, subject FROM log ORDER BY id").fetchall()


def pieces(size: int, first: bytes) -> Iterator[bytes]:
    """A body of this size in pieces: sent so, a request does not say how long it is."""
    yield first
    for _ in range(size // 100_000):
        yield b"&why=" + b"x" * 100_000


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("is_chunked", [False, True], ids=["whole", "in pieces"])
def test_a_form_that_is_too_large_is_refused_with_its_limit(still: Desk, is_chunked: bool) -> None:
    client = still.client(EDITOR)
    body = b"".join(pieces(SMALL + 200_000, f"csrf={client.csrf}&why=".encode()))
    sent = iter([body[:1_000_000], body[1_000_000:]]) if is_chunked else body
    answer = client.post(STATE, data=sent, headers={"Content-Type": FORM})
    assert answer.status_code == 413
    assert "larger than 2 MB" in answer.text


@pytest.mark.usefixtures("unchanged")
def test_a_picture_that_is_too_large_is_refused_with_its_limit(still: Desk) -> None:
    route = next((each for each in ROUTES if each.takes == LARGE), None)
    if route is None:
        pytest.skip("no page takes pictures")
    path = route.path.replace("{series}", desks.SERIES).replace("{name}", "delta")
    client = still.client(EDITOR)
    head = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{client.csrf}\r\n--b\r\n'
    file = 'Content-Disposition: form-data; name="picture"; filename="x.png"\r\n\r\n'
    sent = pieces(LARGE + 1_000_000, f"{head}{file}".encode())
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post(path, data=sent, headers=headers)
    assert answer.status_code == 413
    assert "larger than 64 MB" in answer.text


@pytest.mark.usefixtures("unchanged")
def test_somebody_without_a_session_cannot_make_it_read_much(still: Desk) -> None:
    body = b"".join(pieces(SMALL + 200_000, b"why="))
    headers = {"Content-Type": FORM}
    answer = still.nobody().post(STATE, data=body, headers=headers)
    assert answer.status_code == 401


BROKEN = {
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "an empty boundary": ("multipart/form-data; boundary=", b"--\r\n"),
    "no end": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nbe',
    ),
    "no name": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n",
    ),
    "a header of no form": ("multipart/form-data; boundary=x", b"--x\r\n\0\0: \r\n\r\n--x--"),
    "a wrong boundary": ("multipart/form-data; boundary=x", b"--y\r\n\r\n--y--\r\n"),
    "an unknown charset": (
        "multipart/form-data; boundary=x; charset=nothing",
        b'--x\r\nContent-Disposition: form-data; name="n\xff"\r\n\r\nv\r\n--x--\r\n',
    ),
    "another charset": (
        "multipart/form-data; boundary=x; charset=raw_unicode_escape",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800\r\n--x--\r\n',
    ),
    "a charset of no text": (
        "multipart/form-data; boundary=x; charset=zlib",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nv\r\n--x--\r\n',
    ),
    "JSON": ("application/json", b'{"name": "beta", "what": "hold"}'),
    "text": ("text/plain", b"name=beta"),
    "no type": ("", b"name=beta"),
    "bytes": (FORM, bytes(range(256))),
    "nothing": (FORM, b""),
    "too many fields": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n' * 500 + b"--x--\r\n",
    ),
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("kind", "body"), BROKEN.values(), ids=BROKEN)
def test_a_broken_form_is_refused_by_a_page(still: Desk, kind: str, body: bytes) -> None:
    answer = still.client(EDITOR).post(STATE, data=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403), answer.text
    assert desks.message(answer)


STRANGE = ["\0", "a\0b", "\ud800", "\ufffe", "x" * 900_000, "💣" * 1_000, "\x1b[31m", "\u202e"]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("text", STRANGE, ids=[ascii(each)[:12] for each in STRANGE])
@pytest.mark.parametrize("field", ["name", "what"])
def test_a_field_may_hold_anything_and_breaks_nothing(still: Desk, text: str, field: str) -> None:
    fields = {"csrf": still.client(EDITOR).csrf} | HOLD | {field: text}
    sent = {key: value.encode("utf-8", "surrogatepass") for key, value in fields.items()}
    for as_parts in (False, True):
        more = {"files": {"none": b""}} if as_parts else {}
        answer = still.client(EDITOR).post(STATE, sent, **more)
        assert answer.status_code == 400, answer.text[:2_000]
        assert desks.message(answer)


def test_a_name_that_no_database_takes_is_refused_on_postgresql(desk_on_postgresql: Desk) -> None:
    client = desk_on_postgresql.client(EDITOR)
    for value in ("a\0b", "\ufffd"):
        assert client.post(STATE, {"name": value, "what": "hold"}).status_code == 400
    for path in ("/s/%00/queue", f"/s/{desks.SERIES}/collages/a%00/review", "/?q=a%00b"):
        assert client.get(path).status_code in (400, 404)


@pytest.mark.usefixtures("unchanged")
def test_a_form_that_breaks_off_does_nothing_and_is_no_mistake_of_ours(
    still: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    place = urlsplit(still.address)
    client = still.client(EDITOR)
    body = f"csrf={client.csrf}&name=beta&what=hold"
    head = (
        f"POST {STATE} HTTP/1.1\r\nHost: {place.netloc}\r\nOrigin: {still.address}\r\n"
        f"Cookie: {still.cookie}={client.token}\r\nContent-Type: {FORM}\r\n"
        f"Content-Length: {len(body) + 10}\r\n\r\n{body}"
    )
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(head.encode())
    until(lambda: client.get(QUEUE).status_code == 200)
    assert "Unexpected" not in caplog.text


@pytest.mark.usefixtures("unchanged")
def test_a_form_without_its_fields_says_to_load_the_page_again(still: Desk) -> None:
    answer = still.client(EDITOR).post(STATE)
    assert answer.status_code == 400
    assert "load the page again" in desks.message(answer)


def test_many_that_send_slowly_keep_nobody_out(still: Desk) -> None:
    place = urlsplit(still.address)
    client = still.client(EDITOR)
    slow: list[socket.socket] = []
    try:
        for _ in range(60):
            connection = socket.create_connection((place.hostname, place.port), timeout=30)
            connection.sendall(
                f"POST /login HTTP/1.1\r\nHost: {place.netloc}\r\nOrigin: {still.address}\r\n"
                f"Content-Type: {FORM}\r\nContent-Length: 100\r\n\r\nname=".encode()
            )
            slow.append(connection)
        assert client.get(QUEUE).status_code == 200
    finally:
        for connection in slow:
            connection.close()

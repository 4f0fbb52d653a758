"""A call over HTTP ends by its deadline and within its bounds, whatever the server does."""

import gzip
import logging
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest

from bot import http_calls
from bot.http_calls import Answer, Cut, Limits, NoAnswer, Unsent
from bot.site import reach
from tests.fakes import listeners
from tests.fakes.servers import PATH as SECRET
from tests.fakes.servers import (
    Serve,
    Server,
    drips,
    keeps_silent,
    ok,
    pours,
    redirect,
    says,
    serving,
)

TOTAL = 0.4
LIMITS = Limits(timedelta(seconds=TOTAL), body=100_000, redirects=3)


def chunked(*chunks: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def refused(url: str, limits: Limits = LIMITS) -> NoAnswer:
    """How a call fails, which takes no longer than its deadline and leaves no thread behind."""
    start = time.monotonic()
    with pytest.raises(NoAnswer) as told:
        http_calls.get(url, limits)
    assert time.monotonic() - start < limits.total.total_seconds() + 0.3
    assert SECRET not in str(told.value)
    end = time.monotonic() + 2
    while [thread for thread in threading.enumerate() if thread.name == "http call"]:
        assert time.monotonic() < end, "a call goes on past its deadline"
        time.sleep(0.01)
    return told.value


# Answers


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (ok(b"a page"), b"a page"),
        (ok(b""), b""),
        (b"HTTP/1.0 200 OK\r\n\r\na page without a length", b"a page without a length"),
        (chunked(b"a ", b"page", b""), b"a page"),
        (ok(gzip.compress(b"a page"), "Content-Encoding: gzip"), b"a page"),
        (ok(gzip.compress(b"a ") + gzip.compress(b"page"), "Content-Encoding: x-gzip"), b"a page"),
        (ok(zlib.compress(b"a page"), "Content-Encoding: deflate"), b"a page"),
        (ok(b"", "Content-Encoding: gzip"), b""),
    ],
    ids=["length", "empty", "no length", "chunks", "gzip", "two members", "deflate", "empty gzip"],
)
def test_a_whole_answer_comes_back_unpacked(raw: bytes, body: bytes) -> None:
    with serving(says(raw)) as server:
        answer = http_calls.get(server.url, LIMITS)
    assert (answer.status, answer.body, answer.is_success) == (200, body, True)
    assert server.asked == [f"GET /{SECRET} HTTP/1.1"]


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_answer_that_is_no_success_is_an_answer(status: int) -> None:
    raw = f"HTTP/1.1 {status} No\r\nX-Why: because\r\nContent-Length: 2\r\n\r\nno".encode()
    with serving(says(raw)) as server:
        answer = http_calls.get(server.url, LIMITS)
    assert answer == Answer(status, answer.headers, b"no", server.url)
    assert answer.headers["x-why"] == "because"
    assert not answer.is_success


def test_a_slow_server_that_comes_to_an_end_in_time_is_waited_for() -> None:
    def serve(connection: socket.socket, _: bytes) -> None:
        for byte in ok(b"slow"):
            connection.sendall(bytes([byte]))
            time.sleep(0.002)

    with serving(serve) as server:
        assert http_calls.get(server.url, LIMITS).body == b"slow"


# The deadline


@pytest.mark.parametrize(
    "serve",
    [
        drips(b"", b"H"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X-More: to come\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nX-One: ", b"x"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        drips(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        drips(chunked(), b"1\r\nx\r\n"),
        drips(chunked(), b"0"),
        drips(chunked() + b"0\r\n", b"X-Trailer: more\r\n"),
        keeps_silent,
    ],
    ids=[
        "status line", "headers", "one header", "continue", "body", "body without length",
        "chunks", "length of a chunk", "trailers", "silence",
    ],
)  # fmt: skip
def test_a_server_that_drips_or_keeps_silent_is_left_at_the_deadline(serve: Serve) -> None:
    with serving(serve) as server:
        error = refused(server.url)
    assert isinstance(error, Cut)
    assert str(error) == "no whole answer within 0.4 s"


def test_the_deadline_is_one_for_all_redirects() -> None:
    def serve(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.15)
        connection.sendall(redirect("/next"))

    limits = LIMITS._replace(redirects=50)
    with serving(serve) as server:
        error = refused(server.url, limits)
    assert str(error) == "no whole answer within 0.4 s"
    assert len(server.asked) <= 4


def test_a_server_that_drips_its_side_of_tls_was_not_sent_anything() -> None:
    with serving(drips(b"\x16\x03\x03\x40\x00", b"\x02"), waits_for_head=False) as server:
        error = refused(f"https://127.0.0.1:{server.port}/{SECRET}")
    assert isinstance(error, Unsent)
    assert str(error) in {"no connection within 0.4 s", "timed out"}


def test_what_comes_without_a_length_is_not_whole_because_the_deadline_ended_it() -> None:
    with serving(drips(b"HTTP/1.0 200 OK\r\n\r\nhalf a pa", b"")) as server:
        assert isinstance(refused(server.url), Cut)


def test_a_read_deadline_of_its_own_ends_a_call_before() -> None:
    limits = Limits(timedelta(seconds=20), read=timedelta(milliseconds=100))
    start = time.monotonic()
    with serving(keeps_silent) as server, pytest.raises(Cut, match=r"^timed out$"):
        http_calls.get(server.url, limits)
    assert time.monotonic() - start < 2


def test_calls_under_way_at_the_same_time_have_a_deadline_each() -> None:
    failed: list[NoAnswer] = []

    def ask(url: str) -> None:
        try:
            http_calls.get(url, LIMITS)
        except NoAnswer as error:
            failed.append(error)

    with serving(keeps_silent) as silent, serving(says(ok(b"a page"))) as good:
        threads = [threading.Thread(target=ask, args=(silent.url,)) for _ in range(8)]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        assert http_calls.get(good.url, LIMITS).is_success
        for thread in threads:
            thread.join()
    assert time.monotonic() - start < 2 * TOTAL
    assert len(failed) == 8


# Bounds


@pytest.mark.parametrize(
    "serve",
    [
        pours(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65_536)),
        pours(chunked(), b"8000\r\n" + bytes(0x8000) + b"\r\n"),
        says(ok(bytes(100_001))),
        says(ok(gzip.compress(bytes(100_001)), "Content-Encoding: gzip")),
        says(ok(zlib.compress(bytes(50_000_000)), "Content-Encoding: deflate")),
        pours(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
    ],
    ids=["endless", "endless chunks", "a byte too many", "gzip", "bomb", "endless empty members"],
)
def test_more_than_the_bound_is_neither_read_nor_unpacked(serve: Serve) -> None:
    with serving(serve) as server:
        error = refused(server.url)
    assert isinstance(error, Cut)
    assert str(error) == "its answer has more than 100,000 bytes"


def test_as_much_as_the_bound_is_taken() -> None:
    with serving(says(ok(gzip.compress(bytes(100_000)), "Content-Encoding: gzip"))) as server:
        assert len(http_calls.get(server.url, LIMITS).body) == 100_000


def test_a_bomb_of_gzip_takes_no_memory() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()
    with serving(says(ok(bomb, "Content-Encoding: gzip"))) as server:
        tracemalloc.start()
        try:
            with pytest.raises(Cut, match="more than 1,000,000 bytes"):
                http_calls.get(server.url, Limits(timedelta(seconds=20), body=1_000_000))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 30_000_000, "requests itself is loaded meanwhile"


def test_a_line_without_end_between_chunks_takes_no_memory() -> None:
    with serving(pours(chunked(), b"0" * 65_536)) as server:
        assert isinstance(refused(server.url), Cut)


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "compress"])
def test_what_is_packed_otherwise_is_refused(coding: str) -> None:
    body = gzip.compress(gzip.compress(bytes(1_000)))
    with serving(says(ok(body, f"Content-Encoding: {coding}"))) as server:
        error = refused(server.url)
    assert str(error) == "its answer is packed in a way that was not asked for"


HALF = gzip.compress(b"a page")[:-4]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (ok(b"no gzip", "Content-Encoding: gzip"), "its answer cannot be unpacked"),
        (ok(HALF, "Content-Encoding: gzip"), "its answer is cut off before its end"),
        (ok(b"a page")[:-2], "the connection broke"),
        (chunked(b"a page"), "the connection broke"),
        (b"SSH-2.0-OpenSSH\r\n", "the connection broke"),
        (b"", "the connection broke"),
    ],
    ids=["no gzip", "half a gzip", "half a body", "half the chunks", "not HTTP", "nothing"],
)  # fmt: skip
def test_half_an_answer_is_none(raw: bytes, words: str) -> None:
    with serving(says(raw)) as server:
        error = refused(server.url)
    assert isinstance(error, Cut)
    assert str(error) == words


# Redirects


def test_a_redirect_is_followed_to_another_host() -> None:
    with serving(says(ok(b"here"))) as other:
        target = f"http://localhost:{other.port}/there#part"
        with serving(says(redirect(target))) as server:
            assert http_calls.get(server.url, LIMITS).body == b"here"
    assert other.asked == ["GET /there HTTP/1.1"]


def test_a_cookie_that_was_set_on_the_way_is_brought_along() -> None:
    def serve(connection: socket.socket, head: bytes) -> None:
        has_cookie = b"Cookie: seen=yes" in head
        answer = ok(b"in") if has_cookie else redirect("/again", "Set-Cookie: seen=yes; Path=/")
        connection.sendall(answer)

    with serving(serve) as server:
        assert http_calls.get(server.url, LIMITS).body == b"in"
    assert len(server.asked) == 2


@pytest.mark.parametrize(("redirects", "asked"), [(0, 1), (1, 2), (3, 4)])
def test_a_loop_of_redirects_is_left_after_as_many_as_may_be(redirects: int, asked: int) -> None:
    with serving(says(redirect("/round"))) as server:
        error = refused(server.url, LIMITS._replace(redirects=redirects))
    times = "1 time" if redirects == 1 else f"{redirects} times"
    assert str(error) == f"it redirects more than {times}"
    assert len(server.asked) == asked


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://[::1", "x:y"])
def test_a_redirect_to_what_is_no_web_address_is_refused(target: str) -> None:
    with serving(says(redirect(target))) as server:
        assert str(refused(server.url)) == "it redirects to what is no web address"


# Private networks

PRIVATE = "it leads to an address of a private network"


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AbstractContextManager[Server]]:
    """Makes a server that answers with a redirect for every public host: as a proxy does, which is
    not asked for hosts of this machine.
    """

    @contextmanager
    def redirecting(target: str) -> Iterator[Server]:
        with serving(says(redirect(target))) as proxy:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv("no_proxy", "127.0.0.1,localhost,[::1],::1,inside.example,0x7f.1")
            yield proxy

    return redirecting


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "inside.example"])
def test_a_public_page_leads_to_no_host_of_a_private_network(
    outside: Callable[[str], AbstractContextManager[Server]],
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda name, *more: look_up("127.0.0.1" if name == "inside.example" else name, *more),
    )
    with (
        serving(says(ok(b"a secret"))) as inside,
        outside(f"http://{host}:{inside.port}/") as proxy,
    ):
        error = refused(f"http://public.example/{SECRET}")
    assert str(error) == PRIVATE
    assert len(proxy.asked) == 1
    assert inside.asked == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/", "http://0x7f.1:{port}/", "http://wiki/", "http://a.lan/"]
)
def test_where_only_public_pages_are_wanted_no_private_host_is_asked(
    outside: Callable[[str], AbstractContextManager[Server]], url: str
) -> None:
    with serving(says(ok(b"a secret"))) as inside, outside("http://public.example/") as proxy:
        with pytest.raises(NoAnswer) as caught:
            http_calls.get(url.format(port=inside.port), LIMITS, is_public_only=True)
        assert str(caught.value) == PRIVATE
        assert inside.asked == proxy.asked == []


def test_a_page_of_a_private_network_may_lead_anywhere(
    outside: Callable[[str], AbstractContextManager[Server]],
) -> None:
    with (
        serving(says(ok(b"inside"))) as end,
        outside(f"http://127.0.0.1:{end.port}/"),
        serving(says(redirect("http://public.example/"))) as server,
    ):
        assert http_calls.get(server.url, LIMITS).body == b"inside"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1\\@public.example/", "http://public.example@127.0.0.1/",
        "http://%31%32%37.0.0.1/", "http://metadata/",
        "http://1.2.3.4 @127.0.0.1/", "http://[64:ff9b:1::7f00:1]/", "http://printer.lan/",
        "//169.254.169.254/latest", "http://①②⑦.0.0.1/",
    ],
)  # fmt: skip
def test_behind_a_proxy_no_way_of_writing_leads_to_a_private_host(
    outside: Callable[[str], AbstractContextManager[Server]],
    monkeypatch: pytest.MonkeyPatch,
    target: str,
) -> None:
    with outside(target) as proxy:
        monkeypatch.setenv("no_proxy", "")
        error = refused("http://public.example/", LIMITS._replace(total=timedelta(seconds=20)))
    assert str(error) in {PRIVATE, "it redirects to what is no web address"}
    assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://10.1.2.3/", "http://169.254.169.254/latest", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "http://[fe80::1]/", "http://[fd00::1]/", "http://2130706433/",
        "http://0177.0.0.1/", "http://0/", "http://a.localhost/", "http://printer.local/",
        "http://metadata.google.internal/", "http://100.64.0.1/", "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/", "http://LOCALHOST./", "http://[64:ff9b:1::7f00:1]/",
        "http://[fec0::1]/", "http://[::127.0.0.1]/", "http://[ff02::1]/", "http://224.0.0.1/",
        "http://[3fff::1]/", "http://[5f00::1]/", "http://240.0.0.1/", "http://intranet/",
        "http://ip6-localhost/", "http://router.lan/", "http://nas.home.arpa/",
        "http://%31%32%37.0.0.1/",
    ],
)  # fmt: skip
def test_these_name_private_hosts(url: str) -> None:
    assert http_calls._names_private(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "http://1.1.1.1/",
        "http://[2606:4700::1111]/",
        "http://localhost.org",
        "http://134744072/",
        "http://[64:ff9b::808:808]/",
    ],
)
def test_these_do_not(url: str) -> None:
    assert not http_calls._names_private(url)


# No connection


def test_where_nobody_listens_nothing_was_sent() -> None:
    error = refused(f"http://127.0.0.1:{listeners.free_port()}/{SECRET}")
    assert isinstance(error, Unsent)
    assert str(error) == "connection refused"


def test_a_name_that_cannot_be_looked_up_is_said() -> None:
    with pytest.raises(Unsent, match=r"^its name cannot be looked up \("):
        http_calls.get(f"http://nowhere.invalid/{SECRET}", Limits(timedelta(seconds=20)))


def test_a_look_up_that_takes_too_long_is_not_waited_for_and_leads_to_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, look_up = threading.Event(), socket.getaddrinfo

    def slow(*arguments: object, **more: object) -> object:
        found.wait(60)
        return look_up(*arguments, **more)  # type: ignore[arg-type]

    with serving(says(ok(b"a page"))) as server:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        start = time.monotonic()
        with pytest.raises(Unsent, match=r"^no connection within 0\.4 s$"):
            http_calls.get(server.url, LIMITS)
        assert time.monotonic() - start < TOTAL + 0.3
        found.set()
        for thread in threading.enumerate():
            if thread.name == "http call":
                thread.join(10)
        assert server.asked == []


@pytest.mark.parametrize(
    "url", ["http://", "ftp://127.0.0.1/x", "nothing", "http://[::1", "http://a..b/"]
)
def test_what_is_no_address_is_not_asked(url: str) -> None:
    error = refused(url)
    assert isinstance(error, Unsent)


def test_nothing_was_sent_to_a_server_that_refuses_tls() -> None:
    alert = b"\x15\x03\x03\x00\x02\x02\x28"
    with serving(says(alert), waits_for_head=False) as server:
        error = refused(f"https://127.0.0.1:{server.port}/{SECRET}")
    assert isinstance(error, Unsent)
    assert "alert handshake failure" in str(error).replace("_", " ").lower()


# Secrets


def test_no_address_gets_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(says(redirect(f"/{SECRET}/2"))) as server:
        refused(server.url)
    with serving(
        says(b"HTTP/1.1 200 OK\r\nno header\r\n: odd\r\nContent-Length: 0\r\n\r\n")
    ) as server:
        http_calls.get(server.url, LIMITS)
    assert SECRET not in caplog.text


# A roundup's page


@pytest.mark.parametrize(
    ("raw", "is_there"),
    [
        (ok(b"<h1>Four Papers</h1>"), True),
        (ok(b"\x8b\x02\x80packed", "Content-Encoding: br"), True),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n", False),
        (redirect("/round"), False),
        (b"", False),
    ],
    ids=["page", "packed anyhow", "missing", "not modified", "loop", "nothing"],
)
def test_a_page_answers_when_a_get_of_it_ends_in_one(raw: bytes, is_there: bool) -> None:
    with serving(says(raw)) as server:
        assert reach.answers(server.url) is is_there


def test_no_page_answers_where_nobody_listens_or_at_what_is_no_address() -> None:
    assert not reach.answers(f"http://127.0.0.1:{listeners.free_port()}/")
    assert not reach.answers("nothing")

"""What every answer of the desk carries, and to whom it answers at all."""

import http.client
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from bot import config
from bot.core.errors import BadConfig
from bot.web.guard import HEADERS
from bot.web.installation import Installation
from bot.web.serving import Server
from tests.desk import desks
from tests.desk.desks import EDITOR, OWNER, Client, Desk, Place

QUEUE = f"/s/{desks.SERIES}/queue"
PATHS = [
    "/login",
    "/",
    QUEUE,
    "/people",
    "/nothing",
    "/s/nothing/queue",
    "/static/desk.css",
    "/static/nothing",
    "/pictures/nothing",
    "/review/nothing",
    "/invited/nothing",
    "/login/nothing",
]


@pytest.fixture(scope="module")
def still(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all tests that change nothing."""
    place = desks.copied(filled, tmp_path_factory.mktemp("still") / "desk")
    with desks.served(place) as desk:
        yield desk


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers_that_keep_others_out(still: Desk, path: str) -> None:
    for client in (still.nobody(), still.client(OWNER)):
        for answer in (client.get(path), client.post(path), client.post(path, {"csrf": "x"})):
            for name in HEADERS:
                assert answer.headers.get(name), (path, name, answer.status_code)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "server" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_the_policy_allows_no_script_and_no_frame_from_elsewhere(still: Desk, path: str) -> None:
    answer = still.client(OWNER).get(path)
    policy = dict(
        each.strip().partition(" ")[::2]
        for each in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    if answer.headers["content-type"].startswith("text/html"):
        assert "unsafe" not in str(policy)
        assert policy["script-src"] == "'self'"
        assert policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'self'"


def test_no_page_has_a_script_or_a_style_in_it(still: Desk) -> None:
    client = still.client(OWNER)
    for path in ("/", QUEUE, "/people", "/deliveries", "/login", "/nothing"):
        page = client.get(path).text
        assert not re.search(r"<style|\sstyle=|<script(?! src=)|\son\w+=|javascript:", page), path
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', page):
            assert address.startswith(("/", "#")), (path, address)
            assert not address.startswith("//"), (path, address)


def test_only_our_own_files_and_pictures_may_be_kept_by_a_browser(still: Desk) -> None:
    client = still.client(OWNER)
    assert client.get(QUEUE).headers["cache-control"] == "no-store"
    assert client.get("/static/desk.css").headers["cache-control"] == "no-cache"
    small = f"/s/{desks.SERIES}/collages/alpha/small"
    assert client.get(small).headers["cache-control"].startswith("private")


def test_a_picture_opened_alone_runs_nothing(still: Desk) -> None:
    answer = still.client(OWNER).get(f"/s/{desks.SERIES}/collages/alpha/small")
    assert answer.headers["content-type"].startswith("image/")
    assert "sandbox" in answer.headers["content-security-policy"]


# Names of the host.


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:1", "[::1]:8765"])
def test_the_desk_goes_by_the_names_of_this_machine(still: Desk, host: str) -> None:
    assert still.nobody().get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["example.org", "127.0.0.1.example.org", "evil@127.0.0.1", "", "[::1", "0x7f000001", "xn--"],
)
def test_the_desk_answers_to_no_other_name(still: Desk, host: str) -> None:
    answer = still.nobody().get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert "does not go by the name" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_name_that_the_configuration_gives_is_one_of_them(place: Place) -> None:
    place.write(f'{desks.SETTINGS}\n[desk]\nhosts = ["Desk.Example.Local"]\n')
    with desks.served(place) as desk:
        client = desk.nobody()
        assert client.get("/login", headers={"Host": "desk.example.local"}).status_code == 200
        assert client.get("/login", headers={"Host": "example.local"}).status_code == 400


def test_no_answer_leads_to_the_host_that_was_asked_for(still: Desk) -> None:
    answer = still.client(OWNER).get(QUEUE, headers={"X-Forwarded-Host": "example.org"})
    assert "example.org" not in answer.text
    # A path with a slash too many is another path, and leads nowhere.
    assert still.client(OWNER).get(f"{QUEUE}/").status_code == 404


# Addresses that nobody meant.


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2fconfig.toml",
        "/static/../../config.toml",
        "/static/%2e%2e/%2e%2e/config.toml",
        "/static/desk.css%00",
        "/static//etc/passwd",
        "/pictures/..%2f..%2fqueue.db",
        f"/s/{desks.SERIES}/site/../config.toml",
        f"/s/{desks.SERIES}/site/..%2fconfig.toml",
        f"/s/{desks.SERIES}/site/%2e%2e%2fconfig.toml",
        f"/s/{desks.SERIES}/site//etc/passwd",
        f"/s/{desks.SERIES}/site/%2fetc%2fpasswd",
        f"/s/{desks.SERIES}/site/..%5cconfig.toml",
        f"/s/{desks.SERIES}/site/.hidden.html",
        f"/s/{desks.SERIES}/collages/..%2falpha/small",
        f"/s/{desks.SERIES}/collages/%00/small",
        "/s/..%2f..%2f/queue",
        "/s/%ff%fe/queue",
        "/deliveries/99999999999999999999999999",
        "/deliveries/-1",
        "/deliveries/1%00",
        "/deliveries/%F0%9F%92%A3",
        f"/s/{desks.SERIES}/roundups/9999-99",
        "/?q=%00",
        "/login?next=%00",
        "//example.org/login",
    ],
)
def test_a_path_that_nobody_meant_shows_no_file_and_breaks_nothing(still: Desk, path: str) -> None:
    site = still.place.folder / "site"
    site.mkdir(exist_ok=True)
    (site / ".hidden.html").write_text("[series. root:", encoding="utf-8")
    status, _, body = raw(still, path)
    assert status in (400, 404), path
    assert "[series." not in body
    assert "root:" not in body
    assert "SQLite" not in body


def test_a_link_in_the_site_leads_to_no_file_outside_of_it(still: Desk) -> None:
    site = still.place.folder / "site"
    site.mkdir(exist_ok=True)
    (site / "outside.html").symlink_to(still.place.file)
    assert raw(still, f"/s/{desks.SERIES}/site/outside.html")[0] == 400


def raw(desk: Desk, path: str, name: str = EDITOR) -> tuple[int, dict[str, str], str]:
    """The answer to a path that is sent as it is written: requests would tidy it up."""
    place = urlsplit(desk.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    cookie = f"{desk.cookie}={desk.place.tokens[name]}"
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read().decode()
    headers = {key.lower(): value for key, value in answer.getheaders()}
    connection.close()
    return answer.status, headers, body


@pytest.mark.parametrize("sent", [b"GARBAGE\r\n\r\n", b"\0" * 100, b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_is_refused_and_the_desk_goes_on(still: Desk, sent: bytes) -> None:
    place = urlsplit(still.address)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(sent)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 400")
    assert still.nobody().get("/login").status_code == 200


def test_a_page_that_is_not_there_is_a_page_with_the_way_back(still: Desk) -> None:
    answer = still.client(OWNER).get("/nothing")
    assert answer.status_code == 404
    assert desks.message(answer) == "There is no such page at this desk."
    assert f'href="{QUEUE}"' in answer.text
    without = still.nobody().get("/nothing")
    assert without.status_code == 404
    assert QUEUE not in without.text


# Where others could read what is sent.


def test_a_desk_for_other_machines_has_an_address_with_https(place: Place) -> None:
    place.write(f'{desks.SETTINGS}\n[desk]\nhost = "0.0.0.0"\n')
    failed = desks.failing(place)
    assert "could be read on the way" in failed
    assert 'address = "https://' in failed


@pytest.mark.parametrize("host", ["::", "192.0.2.1", "desk.example.org"])
def test_whatever_is_not_this_machine_alone_is_other_machines(place: Place, host: str) -> None:
    for address in ("", "http://localhost:9000"):
        with pytest.raises(BadConfig, match="could be read on the way"):
            Server(Installation(place.file), config.Desk(host=host, port=0, address=address))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_desk_for_this_machine_alone_needs_no_address(place: Place, host: str) -> None:
    with desks.served(place, host=host) as desk:
        client = Client(desk.address, desk.place.tokens[EDITOR], desk.cookie)
        assert urlsplit(desk.address).hostname == host
        client.session.headers["Cookie"] = f"{desk.cookie}={client.token}"
        assert client.get(QUEUE).status_code == 200
        assert client.post(f"{QUEUE}/state", {"name": "beta", "what": "hold"}).status_code == 303


def test_behind_https_only_its_address_may_send_forms_and_no_login_is_printed(
    place: Place,
) -> None:
    place.write(f'{desks.SETTINGS}\n[desk]\naddress = "https://desk.example.org"\n')
    with desks.running(place) as found:
        assert found.address == "https://desk.example.org"
        assert found.login == ""
        client = found.behind_https(OWNER)
        fields = {"name": "beta", "what": "hold"}
        path = f"{QUEUE}/state"
        for origin in (client.address, "https://desk.example.org:8443", "http://desk.example.org"):
            assert client.post(path, fields, {"Origin": origin}).status_code == 403
        good = {"Origin": "https://desk.example.org"}
        assert client.post(path, fields, good).status_code == 303


def test_a_name_with_line_breaks_makes_no_header(still: Desk) -> None:
    client = still.client(OWNER)
    for name in ("x\r\nSet-Cookie: a=b", "x%0d%0aSet-Cookie: a=b", "x\nLocation: //example.org"):
        fields = {"name": name, "what": "hold", "new": name, "role": "author", "next": f"/{name}"}
        for path in (f"{QUEUE}/state", "/people/invite", "/login", f"{QUEUE}/pin"):
            answer = client.post(path, fields | {"password": "x" * 12})
            assert "a" not in answer.cookies
            assert "example.org" not in answer.headers.get("location", "")


def test_an_answer_is_sent_at_once_and_not_when_the_browser_has_acknowledged_its_head(
    desk: Desk,
) -> None:
    client = desk.nobody()
    # Waiting for that takes 40 ms each time; the machine may be busy, but not at every try.
    seconds = [client.get("/static/desk.css").elapsed.total_seconds() for _ in range(20)]
    assert min(seconds) < 0.03

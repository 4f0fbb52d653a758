"""How people come in and leave: addresses for once, passwords, cookies, and what lets nobody in."""

import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.errors import NotAllowed
from bot.core.people import Role
from bot.deciding import people
from tests.conftest import StoppedClock
from tests.desk import desks
from tests.desk.desks import EDITOR, OWNER, PASSWORD, Client, Desk, Place

QUEUE = f"/s/{desks.SERIES}/queue"
UNKNOWN = "dora"


def login(
    client: Client, name: str = EDITOR, password: str = PASSWORD, **more: str
) -> requests.Response:
    return client.post("/login", {"name": name, "password": password} | more)


def cookie_of(answer: requests.Response, name: str) -> dict[str, str]:
    """The value and the attributes of a cookie that an answer sets, as they are written."""
    jar: SimpleCookie = SimpleCookie()
    for line in answer.raw.headers.getlist("Set-Cookie"):
        jar.load(line)
    found = jar[name]
    return {"value": found.value} | {key: str(value) for key, value in found.items() if value}


@contextmanager
def at(place: Place, moment: datetime, who: str = OWNER) -> Iterator[Context]:
    """The use cases' view of an installation at another time."""
    made = assemble.context(config.load(place.file), clock=StoppedClock(moment))
    with closing(made.database):
        yield replace(made, who=who)


def invitation(place: Place, name: str = UNKNOWN) -> str:
    with place.context() as context:
        return f"/invited/{people.invite(context, name, Role.AUTHOR)}"


# The address for one login.


def test_the_address_for_one_login_is_used_up_by_its_button_and_by_nothing_else(
    desk_process: Desk,
) -> None:
    path = desk_process.login.removeprefix(desk_process.address)
    for _ in range(3):
        looked_at = desk_process.nobody().get(path)
        assert looked_at.status_code == 200
        assert not looked_at.cookies
        assert desk_process.nobody().session.head(desk_process.login).status_code == 200
    first, second = desk_process.nobody(), desk_process.nobody()
    assert first.post(path).status_code == 303
    assert first.get(QUEUE).status_code == 200
    refused = second.post(path)
    assert refused.status_code == 403
    assert "lets nobody in" in desks.message(refused)
    assert second.get(QUEUE).status_code == 303


def test_an_address_that_is_too_old_lets_nobody_in(desk: Desk) -> None:
    with at(desk.place, datetime.now(UTC) - timedelta(minutes=16)) as context:
        token = people.login_address(context)
    answer = desk.nobody().post(f"/login/{token}")
    assert answer.status_code == 403
    assert "was good until" in desks.message(answer)
    assert not answer.cookies


def test_somebody_who_is_in_already_comes_in_once_more(desk: Desk) -> None:
    with desk.place.context() as context:
        path = f"/login/{people.login_address(context)}"
    client = desk.client(EDITOR)
    assert client.post(path, {"csrf": ""}).status_code == 303
    assert login(desk.client(EDITOR), csrf="").status_code == 303


def test_an_owner_is_made_of_whoever_sits_at_the_machine_and_of_nobody_else(desk: Desk) -> None:
    with desk.place.context("eve") as context:
        path = f"/login/{people.login_address(context)}"
    client = desk.nobody()
    client.post(path)
    assert "eve" in client.get("/people").text


# The cookie.


def test_a_session_has_a_token_that_nobody_knew_before(desk: Desk) -> None:
    client = desk.nobody()
    given = "A" * 43
    client.session.cookies.set(desk.cookie, given, domain="127.0.0.1", path="/")
    cookie = cookie_of(login(client), desk.cookie)
    assert cookie["value"] not in (given, desk.place.tokens[EDITOR])
    planted = Client(desk.address, given, desk.cookie)
    assert planted.get(QUEUE).status_code == 303


def test_each_login_has_a_session_of_its_own(desk: Desk) -> None:
    first, second = (cookie_of(login(desk.nobody()), desk.cookie)["value"] for _ in range(2))
    assert first != second


def test_the_cookie_of_this_machine_is_for_this_port_and_for_no_script(desk: Desk) -> None:
    cookie = cookie_of(login(desk.nobody()), desk.cookie)
    assert cookie["httponly"] == "True"
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert "domain" not in cookie
    assert "secure" not in cookie
    assert str(urlsplit(desk.address).port) in desk.cookie


def test_the_cookie_behind_https_is_for_https_and_for_this_host_alone(place: Place) -> None:
    place.write(f'{desks.SETTINGS}\n[desk]\naddress = "https://desk.example.org"\n')
    with desks.running(place) as desk:
        client = desk.behind_https()
        origin = {"Origin": desk.address}
        answer = client.post("/login", {"name": EDITOR, "password": PASSWORD}, origin)
        cookie = cookie_of(answer, "__Host-mlcollage")
        assert cookie["secure"] == "True"
        assert cookie["httponly"] == "True"
        assert cookie["path"] == "/"
        assert "domain" not in cookie
        entered = desk.behind_https(EDITOR)
        moved = entered.post(f"{QUEUE}/state", {"name": "beta", "what": "hold"}, origin)
        said = cookie_of(moved, "__Host-said")
        assert said["secure"] == "True"
        assert said["httponly"] == "True"


def test_what_was_done_is_told_once_and_only_where_our_own_session_wrote_it(desk: Desk) -> None:
    client = desk.client(EDITOR)
    client.post(f"{QUEUE}/state", {"name": "beta", "what": "hold", "why": "wait"})
    name = next(each.name for each in client.session.cookies if each.name.startswith("said"))
    value = client.session.cookies[name]
    other = desk.client(OWNER)
    other.session.cookies.set(name, value, domain="127.0.0.1", path="/")
    assert 'role="status"' not in other.get(QUEUE).text
    other.session.cookies.set(name, "x.W10=", domain="127.0.0.1", path="/")
    assert 'role="status"' not in other.get(QUEUE).text
    assert "beta is held" in client.get(QUEUE).text
    assert 'role="status"' not in client.get(QUEUE).text


def test_what_was_done_is_told_in_full_in_any_language(desk: Desk) -> None:
    client = desk.client(EDITOR)
    why = "图" * 166
    answer = client.post(f"{QUEUE}/state", {"name": "beta", "what": "hold", "why": why})
    assert max(len(line) for line in answer.raw.headers.getlist("Set-Cookie")) < 4_096
    assert "beta is held" in client.follow(answer).text


# Passwords.


def test_a_password_lets_in_whom_it_is_of(desk: Desk) -> None:
    client = desk.nobody()
    assert client.follow(login(client, "BEN ", next=QUEUE)).status_code == 200
    assert login(desk.nobody(), EDITOR, "another horse battery").status_code == 403


def test_who_there_is_cannot_be_told_from_a_refused_login(desk: Desk) -> None:
    told = {login(desk.nobody(), name, "wrong horse battery").text for name in (EDITOR, UNKNOWN)}
    assert len({text.replace(EDITOR, "").replace(UNKNOWN, "") for text in told}) == 1
    page = told.pop()
    assert "The name or the password is not right" in page
    assert "wrong horse battery" not in page


def seconds(context: Context, name: str, source: int) -> float:
    begun = time.perf_counter()
    with pytest.raises(NotAllowed):
        people.login(context, name, "wrong horse battery", f"192.0.2.{source}")
    return time.perf_counter() - begun


def test_how_long_a_refused_login_takes_does_not_tell_who_there_is(place: Place) -> None:
    with place.context() as context:
        invited = "fay"
        people.invite(context, invited, Role.AUTHOR)
        seconds(context, UNKNOWN, 0)
        took: dict[str, list[float]] = {EDITOR: [], UNKNOWN: [], invited: []}
        for number in range(4):
            for name, each in took.items():
                each.append(seconds(context, name, 1 + number))
    medians = [statistics.median(each) for each in took.values()]
    assert max(medians) < 1.8 * min(medians), took


@pytest.mark.parametrize("name", [EDITOR, UNKNOWN])
def test_after_five_wrong_passwords_for_a_name_no_other_is_looked_at(desk: Desk, name: str) -> None:
    for _ in range(5):
        assert "not right" in desks.message(login(desk.nobody(), name, "wrong horse battery"))
    # Where a request says it comes from is not believed: nothing stands before this desk.
    for number, spelling in enumerate((name, name.upper(), f" {name}")):
        client = desk.nobody()
        client.session.headers["X-Forwarded-For"] = f"192.0.2.{number}"
        answer = login(client, spelling)
        assert answer.status_code == 403
        assert "wait until" in desks.message(answer)
    # It is in the database: a restart forgets nothing.
    with desks.served(desk.place) as again:
        assert "wait until" in desks.message(login(again.nobody(), name))


def test_after_five_wrong_passwords_from_a_place_no_name_is_looked_at(desk: Desk) -> None:
    for number in range(5):
        login(desk.nobody(), f"{UNKNOWN}{number}", "wrong horse battery")
    assert "wait until" in desks.message(login(desk.nobody()))


def test_behind_a_proxy_the_place_is_that_of_the_browser(place: Place) -> None:
    place.write(f'{desks.SETTINGS}\n[desk]\naddress = "https://desk.example.org"\n')
    with desks.running(place) as desk:

        def tried(name: str, source: str, password: str) -> requests.Response:
            client = desk.behind_https()
            # What a browser itself claims stands before what the proxy has seen.
            client.session.headers["X-Forwarded-For"] = f"203.0.113.9, {source}"
            origin = {"Origin": desk.address}
            return client.post("/login", {"name": name, "password": password}, origin)

        for number in range(5):
            tried(f"{UNKNOWN}{number}", "192.0.2.1", "wrong horse battery")
        assert "wait until" in desks.message(tried(EDITOR, "192.0.2.1", PASSWORD))
        assert tried(EDITOR, "192.0.2.2", PASSWORD).status_code == 303


def test_a_login_that_waits_is_looked_at_again_after_a_quarter_of_an_hour(place: Place) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=16)
    with at(place, long_ago) as context:
        for number in range(5):
            seconds(context, EDITOR, number)
    with desks.served(place) as desk:
        assert login(desk.nobody()).status_code == 303


# Invitations.


def test_an_invitation_is_taken_once_with_a_password_typed_twice(desk: Desk) -> None:
    path = invitation(desk.place)
    client = desk.nobody()
    good = {"password": PASSWORD, "again": PASSWORD}
    for wrong in ({"password": "short", "again": "short"}, good | {"again": "another one here"}):
        answer = client.post(path, wrong)
        assert answer.status_code == 400
        assert desks.message(answer)
        assert PASSWORD not in answer.text
    assert client.get(path).status_code == 200
    assert client.post(path, good).status_code == 303
    assert client.get(QUEUE).status_code == 200
    again = desk.nobody()
    assert again.post(path, good).status_code in (403, 404)
    assert again.get(QUEUE).status_code == 303
    assert login(desk.nobody(), UNKNOWN).status_code == 303


def test_a_new_invitation_ends_the_one_before(desk: Desk) -> None:
    first = invitation(desk.place)
    with desk.place.context() as context:
        second = f"/invited/{people.reset(context, UNKNOWN)}"
    assert desk.nobody().get(first).status_code == 404
    assert desk.nobody().get(second).status_code == 200


# Where somebody goes on to.


@pytest.mark.parametrize(
    "onward",
    [
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "\\\\example.org",
        "/\t/example.org",
        "/\n/example.org",
        "///example.org",
        "javascript:alert(1)",
        "example.org",
        "@example.org",
        " //example.org",
        "/\x00/example.org",
    ],
)
def test_a_login_leads_nowhere_else(desk: Desk, onward: str) -> None:
    client = desk.nobody()
    page = client.get("/login", params={"next": onward})
    assert page.status_code in (200, 400)
    assert 'name="next" value="/"' in page.text or page.status_code == 400
    answer = login(client, next=onward)
    if answer.status_code != 400:
        place = urljoin(desk.address, answer.headers["location"])
        assert urlsplit(place).netloc == urlsplit(desk.address).netloc


def test_a_login_leads_back_to_the_page_that_was_wanted(desk: Desk) -> None:
    client = desk.nobody()
    answer = client.get("/deliveries?state=sent&page=2")
    page = client.follow(answer)
    onward = page.text.partition('name="next" value="')[2].partition('"')[0]
    assert onward.replace("&amp;", "&") == "/deliveries?state=sent&page=2"


# A session that has ended meanwhile.


def test_what_was_typed_is_shown_to_somebody_whose_session_has_ended(desk: Desk) -> None:
    client = desk.client(EDITOR)
    with desk.place.context() as context:
        people.end_sessions(context, EDITOR)
    text = "It says one thing & <b>another</b>.\nThen a third one, which took an hour to write."
    fields = {"name": "beta", "what": "hold", "why": text, "password": "not to be shown again ever"}
    referer = {"Referer": f"{desk.address}{QUEUE}?x=1"}
    answer = client.post(f"{QUEUE}/state", fields, referer)
    assert answer.status_code == 401
    assert "another&lt;/b&gt;.\nThen a third one" in answer.text
    assert "not to be shown" not in answer.text
    assert client.csrf not in answer.text
    assert f'href="/login?next={QUEUE.replace("/", "%2F")}"' in answer.text


def test_of_another_sites_form_nothing_is_shown(desk: Desk) -> None:
    fields = {"why": "It is a text of some length that another site has sent."}
    answer = desk.nobody().post(f"{QUEUE}/state", fields, {"Origin": "https://example.org"})
    assert answer.status_code == 403
    assert "another site has sent" not in answer.text

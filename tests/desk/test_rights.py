"""Who may do what at the desk: every route for every role, and what is refused whoever asks."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
import requests

from bot.core.people import Role
from bot.deciding import collages, people
from bot.web.routes import ROUTES, Route
from tests.desk import desks
from tests.desk.desks import AUTHOR, EDITOR, OWNER, ROLES, SERIES, Client, Desk, Place

ANYBODY = "anybody"
LINK = "who has a review link"
ALL = {AUTHOR, EDITOR, OWNER}
EDITORS = {EDITOR, OWNER}
OWNERS = {OWNER}
NEW = "/s/{series}/new"
COLLAGE = "/s/{series}/collages/{name}"
ROUNDUP = "/s/{series}/roundups/{month}"
QUEUE = f"/s/{SERIES}/queue"

MAY: dict[str, str | set[str]] = {
    "GET /login": ANYBODY,
    "POST /login": ANYBODY,
    "GET /login/{token}": ANYBODY,
    "POST /login/{token}": ANYBODY,
    "GET /invited/{token}": ANYBODY,
    "POST /invited/{token}": ANYBODY,
    "GET /static/{file}": ANYBODY,
    "POST /logout": ALL,
    "GET /": ALL,
    "POST /notices/acknowledge": EDITORS,
    "GET /deliveries": ALL,
    "GET /deliveries/{id}": ALL,
    "POST /deliveries/{id}/retry": EDITORS,
    "POST /deliveries/{id}/posted": EDITORS,
    "POST /deliveries/{id}/not-posted": EDITORS,
    "POST /deliveries/{id}/gone": EDITORS,
    "POST /deliveries/{id}/delete": EDITORS,
    "POST /deliveries/{id}/reword": EDITORS,
    "POST /deliveries/{id}/cancel": EDITORS,
    "GET /people": ALL,
    "POST /people/invite": OWNERS,
    "POST /people/reset": OWNERS,
    "POST /people/role": OWNERS,
    "POST /people/logout": OWNERS,
    "POST /people/remove": OWNERS,
    "GET /pictures/{sha256}": ALL,
    f"GET {COLLAGE}/small": ALL,
    f"GET {NEW}": ALL,
    f"POST {NEW}": ALL,
    f"POST {NEW}/ready": EDITORS,
    f"POST {NEW}/preview": ALL,
    f"POST {NEW}/alt": ALL,
    f"GET {COLLAGE}": ALL,
    f"POST {COLLAGE}/save": ALL,
    f"POST {COLLAGE}/ready": EDITORS,
    f"POST {COLLAGE}/preview": ALL,
    f"POST {COLLAGE}/alt": ALL,
    f"GET {COLLAGE}/take-back": EDITORS,
    f"POST {COLLAGE}/take-back": EDITORS,
    f"GET {COLLAGE}/review": ALL,
    f"POST {COLLAGE}/review/approve": EDITORS,
    f"POST {COLLAGE}/review/take-back": EDITORS,
    f"POST {COLLAGE}/review/note": ALL,
    f"POST {COLLAGE}/review/link": EDITORS,
    f"POST {COLLAGE}/review/end-link": EDITORS,
    "GET /review/{token}": LINK,
    "POST /review/{token}/approve": LINK,
    "POST /review/{token}/take-back": LINK,
    "POST /review/{token}/note": LINK,
    "GET /review/{token}/pictures/{sha256}": LINK,
    "GET /s/{series}/roundups": ALL,
    f"GET {ROUNDUP}": ALL,
    f"GET {ROUNDUP}/page": ALL,
    "GET /s/{series}/site/{path:path}": ALL,
    f"POST {ROUNDUP}/approve": EDITORS,
    f"POST {ROUNDUP}/link": EDITORS,
    f"POST {ROUNDUP}/edit": EDITORS,
    "GET /find": ALL,
    "GET /s/{series}": ALL,
    "POST /s/{series}/pause": OWNERS,
    "POST /s/{series}/resume": OWNERS,
    "POST /s/{series}/hold": OWNERS,
    "POST /s/{series}/release": OWNERS,
    "GET /s/{series}/calendar": ALL,
    "GET /s/{series}/calendar.ics": ALL,
    "POST /s/{series}/calendar/skip": OWNERS,
    "GET /s/{series}/queue": ALL,
    "POST /s/{series}/queue/move": EDITORS,
    "POST /s/{series}/queue/pin": EDITORS,
    "POST /s/{series}/queue/state": EDITORS,
}
"""Every route, and who may use it. A new one gets its line here, by hand."""

VALUES = {
    "series": SERIES,
    "name": "alpha",
    "id": "1",
    "month": "2021-09",
    "path:path": "index.html",
    "file": "desk.css",
}
"""What stands in the addresses, besides tokens and pictures."""

FOREIGN = {
    "another origin": {"Origin": "https://example.org", "Sec-Fetch-Site": None},
    "another port": {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": None},
    "a page in a sandbox": {"Origin": "null", "Sec-Fetch-Site": None},
    "no origin at all": {"Origin": None, "Sec-Fetch-Site": None},
    "a broken origin": {"Origin": "http://[", "Sec-Fetch-Site": None},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another host of the site": {"Sec-Fetch-Site": "same-site"},
    "another site with our origin": {"Origin": None, "Sec-Fetch-Site": "cross-site"},
}
"""Headers with which a browser sends forms that are not ours."""


def label(route: Route) -> str:
    return f"{route.method} {route.path}"


@dataclass(frozen=True)
class Scene:
    """A desk with a review link of alpha, and the pictures of alpha and beta."""

    desk: Desk
    link: str
    pictures: dict[str, str]

    def path(self, route: Route) -> str:
        """The address of a route, with real values in it."""
        path = route.path
        own = {"token": self.link, "sha256": self.pictures["alpha"]}
        for name, value in (VALUES | own).items():
            path = path.replace(f"{{{name}}}", value)
        assert "{" not in path, f"VALUES of this test needs a value for {path}"
        return path

    def ask(
        self, client: Client, route: Route, headers: dict[str, str | None] | None = None
    ) -> requests.Response:
        """Ask for a route's address; a form has no fields but the token of the session."""
        if route.method == "GET":
            return client.get(self.path(route))
        return client.post(self.path(route), headers=headers)


@pytest.fixture(scope="module")
def scene(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One for all tests here: what they do is refused, or does nothing for want of fields."""
    place = desks.copied(filled, tmp_path_factory.mktemp("rights") / "desk")
    with place.context() as context:
        link = people.review_link(context, SERIES, "alpha", "Dora")
        series = context.config.series[SERIES]
        pictures = {}
        for name in ("alpha", "beta"):
            picture = collages.get(context, series, name).picture
            assert picture
            pictures[name] = picture.sha256
    with desks.served(place) as desk:
        yield Scene(desk, link, pictures)


def content(place: Place) -> list[str]:
    """All that is in the database, but for when somebody was last here."""
    with closing(sqlite3.connect(place.folder / "queue.db")) as connection:
        lines = list(connection.iterdump())
    return [line for line in lines if '"sessions"' not in line and '"people"' not in line]


FORMS = [route for route in ROUTES if route.method == "POST"]
LINKED = [route for route in ROUTES if MAY.get(label(route)) == LINK]
IN_SESSION = [route for route in ROUTES if isinstance(MAY.get(label(route)), set)]
"""The routes that need a session."""


def test_the_table_has_every_route_and_no_other() -> None:
    assert sorted(MAY) == sorted(map(label, ROUTES))


def test_forms_are_sent_by_post_and_all_else_is_looked_at() -> None:
    assert {route.method for route in ROUTES} == {"GET", "POST"}


@pytest.mark.parametrize("name", ROLES)
def test_a_route_is_for_the_roles_that_have_its_right_and_for_no_other(
    scene: Scene, name: str
) -> None:
    before = content(scene.desk.place)
    refused = {label(route) for route in IN_SESSION if name not in MAY[label(route)]}
    for route in IN_SESSION:
        if label(route) in refused:
            answer = scene.ask(scene.desk.client(name), route)
            assert answer.status_code == 403, label(route)
            assert "does not include this" in answer.text, label(route)
    assert content(scene.desk.place) == before
    for route in IN_SESSION:
        if label(route) not in refused:
            answer = scene.ask(scene.desk.with_new_session(name), route)
            assert answer.status_code < 500, (label(route), answer.text)
            assert answer.status_code != 401, label(route)
            assert "does not include this" not in answer.text, label(route)


def test_without_a_session_nothing_is_shown_or_done(scene: Scene) -> None:
    before = content(scene.desk.place)
    for route in IN_SESSION:
        answer = scene.ask(scene.desk.nobody(), route)
        if route.method == "GET":
            assert answer.status_code == 303, label(route)
            assert answer.headers["location"].startswith("/login?next="), label(route)
        else:
            assert answer.status_code == 401, label(route)
        for name in (*desks.READY, *ROLES):
            assert name not in answer.text, label(route)
    assert content(scene.desk.place) == before


def test_a_script_without_a_session_is_told_so(scene: Scene) -> None:
    client = scene.desk.nobody()
    client.session.headers["Accept"] = "application/json"
    for route in IN_SESSION:
        answer = scene.ask(client, route)
        assert answer.status_code == 401, label(route)
        assert answer.json()["problem"].startswith("Log in first"), label(route)


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_form_of_another_site_is_refused_to_everybody(
    scene: Scene, headers: dict[str, str | None]
) -> None:
    before = content(scene.desk.place)
    client = scene.desk.client(OWNER)
    for route in FORMS:
        answer = scene.ask(client, route, headers)
        assert answer.status_code == 403, label(route)
        assert "from another site" in answer.text, label(route)
    assert content(scene.desk.place) == before


@pytest.mark.parametrize("whose", ["nobody's", "another's", "a wrong", "an unusual"])
def test_a_form_without_the_token_of_its_session_is_refused(scene: Scene, whose: str) -> None:
    tokens = {
        "nobody's": "",
        "another's": scene.desk.client(EDITOR).csrf,
        "a wrong": "0" * 64,
        "an unusual": "ü\ufffd",
    }
    before = content(scene.desk.place)
    client = scene.desk.client(OWNER)
    for route in IN_SESSION:
        if route.method == "POST":
            answer = client.post(scene.path(route), {"csrf": tokens[whose]})
            assert answer.status_code == 403, label(route)
            assert "older than your session" in answer.text, label(route)
    assert content(scene.desk.place) == before


def test_other_methods_do_nothing(scene: Scene) -> None:
    before = content(scene.desk.place)
    client = scene.desk.client(OWNER)
    methods = itertools.cycle(["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "GARBAGE"])
    for route, method in zip(ROUTES, methods, strict=False):
        address = f"{client.address}{scene.path(route)}"
        answer = client.session.request(method, address, timeout=desks.TIMEOUT)
        assert answer.status_code == 405, label(route)
    assert content(scene.desk.place) == before


def test_the_head_of_a_page_is_for_those_who_may_see_it(scene: Scene) -> None:
    for route in IN_SESSION:
        if route.method == "GET":
            answer = scene.desk.nobody().session.head(f"{scene.desk.address}{scene.path(route)}")
            assert answer.status_code == 303, label(route)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "ü" * 43, "' OR 1=1 --", "x" * 5_000])
def test_a_token_of_no_session_lets_nobody_in(scene: Scene, token: str) -> None:
    client = scene.desk.nobody()
    cookie = f"{scene.desk.cookie}={token}".encode()
    answer = client.get(QUEUE, headers={"Cookie": cookie})
    assert answer.status_code == 303


def test_a_role_counts_from_the_next_request_on(desk: Desk) -> None:
    client = desk.client(EDITOR)
    fields = {"name": "beta", "what": "hold", "why": "wait"}
    with desk.place.context() as context:
        people.set_role(context, EDITOR, Role.AUTHOR)
        assert client.post(f"{QUEUE}/state", fields).status_code == 403
        people.set_role(context, EDITOR, Role.EDITOR)
    assert client.post(f"{QUEUE}/state", fields).status_code == 303


@pytest.mark.parametrize("how", ["removed", "logged out by an owner", "given a new password"])
def test_a_session_that_somebody_ends_is_over_at_once(desk: Desk, how: str) -> None:
    client = desk.client(EDITOR)
    assert client.get(QUEUE).status_code == 200
    with desk.place.context() as context:
        match how:
            case "removed":
                people.remove(context, EDITOR)
            case "logged out by an owner":
                people.end_sessions(context, EDITOR)
            case _:
                people.reset(context, EDITOR)
    assert client.get(QUEUE).status_code == 303
    assert client.post(f"{QUEUE}/state", {"name": "beta", "what": "hold"}).status_code == 401


def test_leaving_ends_the_session_and_not_only_the_cookie(desk: Desk) -> None:
    client, copy = desk.client(EDITOR), desk.client(EDITOR)
    assert client.post("/logout").headers["location"] == "/login"
    assert desk.cookie not in client.session.cookies
    assert copy.get(QUEUE).status_code == 303


def test_the_log_has_the_name_of_whoever_did_it(desk: Desk) -> None:
    answer = desk.client(EDITOR).post(f"{QUEUE}/state", {"name": "beta", "what": "hold"})
    assert answer.status_code == 303
    with closing(sqlite3.connect(desk.place.folder / "queue.db")) as connection:
        newest = connection.execute("SELECT who, what FROM log ORDER BY id DESC").fetchone()
    assert newest == (EDITOR, "hold")


# Whoever comes by a link.


def test_a_link_shows_its_collage_and_nothing_of_the_others(scene: Scene) -> None:
    page = scene.desk.nobody().get(f"/review/{scene.link}").text
    assert "The alpha paper" in page
    for name in ("beta", "gamma", "delta", "epsilon"):
        assert f"The {name} paper" not in page
    assert "/queue" not in page


def test_a_link_shows_the_pictures_of_its_collage_and_no_other(scene: Scene) -> None:
    client = scene.desk.nobody()
    base = f"/review/{scene.link}/pictures"
    page = client.get(f"/review/{scene.link}").text
    shown = page.partition(f'src="{base}/')[2].partition('"')[0]
    assert client.get(f"{base}/{shown}").status_code == 200
    assert client.get(f"{base}/{scene.pictures['beta']}").status_code in (400, 404)
    assert client.get(f"/pictures/{shown}").status_code == 303


def test_without_a_good_link_nothing_is_shown_or_done(scene: Scene) -> None:
    before = content(scene.desk.place)
    # Not even an owner's session makes a link of another token.
    clients = (scene.desk.nobody(), scene.desk.client(OWNER))
    for token in ("x", scene.link[:-1], scene.desk.place.tokens[OWNER], "%2e%2e"):
        for route in LINKED:
            path = scene.path(route).replace(scene.link, token)
            for client in clients:
                answer = client.get(path) if route.method == "GET" else client.post(path)
                assert answer.status_code == 404, label(route)
                assert "The alpha paper" not in answer.text, label(route)
    assert content(scene.desk.place) == before


def test_a_link_is_no_session(scene: Scene) -> None:
    client = Client(scene.desk.address, scene.link, scene.desk.cookie)
    for route in IN_SESSION:
        assert scene.ask(client, route).status_code in (303, 401), label(route)


@pytest.mark.parametrize("path", ["login", "invited"])
def test_a_link_is_no_invitation_and_no_login(scene: Scene, path: str) -> None:
    client = scene.desk.nobody()
    fields = {"password": desks.PASSWORD, "again": desks.PASSWORD}
    answer = client.post(f"/{path}/{scene.link}", fields)
    assert answer.status_code in (403, 404)
    assert not client.session.cookies


def test_a_session_is_no_link(scene: Scene) -> None:
    token = scene.desk.place.tokens[OWNER]
    assert scene.desk.nobody().get(f"/review/{token}").status_code == 404


@pytest.mark.parametrize("how", ["taken back", "its maker is removed"])
def test_a_link_that_is_good_no_more_shows_nothing(desk: Desk, how: str) -> None:
    with desk.place.context(EDITOR) as context:
        link = people.review_link(context, SERIES, "alpha", "Dora")
    client = desk.nobody()
    assert client.get(f"/review/{link}").status_code == 200
    with desk.place.context() as context:
        if how == "taken back":
            people.end_link(context, SERIES, "alpha", "Dora")
        else:
            people.remove(context, EDITOR)
    assert client.get(f"/review/{link}").status_code == 404
    assert client.post(f"/review/{link}/note", {"text": "Not yet."}).status_code == 404

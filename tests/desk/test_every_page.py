"""Every page of the desk in a real browser: on a desktop and a phone, light and dark."""

import pytest

from bot.deciding import accounts, deliveries
from bot.web.routes import ROUTES
from tests.desk import browsers, desks
from tests.desk.browsers import Browsing
from tests.desk.desks import Desk

pytestmark = pytest.mark.slow

S = f"/s/{desks.SERIES}"
PAGES = {
    "/": "/",
    "/deliveries": "/deliveries?state=all",
    "/deliveries/{id}": "/deliveries/1",
    "/find": "/find?q=a",
    "/login": "/login",
    "/login/{token}": "/login/abc",
    "/invited/{token}": "/invited/abc",
    "/people": "/people",
    "/s/{series}": S,
    "/s/{series}/calendar": f"{S}/calendar?month={desks.DAYS[0][:7]}",
    "/s/{series}/collages/{name}": f"{S}/collages/beta",
    "/s/{series}/collages/{name}/review": f"{S}/collages/beta/review",
    "/s/{series}/collages/{name}/take-back": f"{S}/collages/alpha/take-back",
    "/s/{series}/new": f"{S}/new",
    "/s/{series}/queue": f"{S}/queue",
    "/s/{series}/roundups": f"{S}/roundups",
    "/s/{series}/roundups/{month}": f"{S}/roundups/2030-01",
}
"""A page at each address that shows one."""

NO_PAGES = {
    "/static/{file}",
    "/pictures/{sha256}",
    "/review/{token}",
    "/review/{token}/pictures/{sha256}",
    "/s/{series}/calendar.ics",
    "/s/{series}/collages/{name}/small",
    "/s/{series}/roundups/{month}/page",
    "/s/{series}/site/{path:path}",
}
"""What is no page of its own, or is the same page as another address shows."""


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk with something on its way, and something to be told."""
    with desk.place.context() as context:
        accounts.hold(context, "outbox", "the disk is full")
        deliveries.post_now(context, context.config.series[desks.SERIES], "alpha")
    return desk


def test_all_pages_are_looked_at() -> None:
    shown = {route.path for route in ROUTES if route.method == "GET"}
    assert shown - NO_PAGES == set(PAGES)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_pages_are_good_for_everybody(
    busy: Desk, browse: Browsing, phone: bool, dark: bool
) -> None:
    page = browse(busy, desks.OWNER, phone=phone, dark=dark)
    wrong = []
    for path in PAGES.values():
        page.goto(path)
        wrong += [(path, each) for each in browsers.violations(page)]
        wrong += [(path, each) for each in browsers.small_targets(page)]
        if browsers.overflow(page):
            wrong.append((path, ("wider than the window", [])))
    assert wrong == []


def test_pages_work_without_scripts(busy: Desk, browse: Browsing) -> None:
    page = browse(busy, desks.OWNER, scripts=False)
    for path in PAGES.values():
        page.goto(path)
        assert page.locator("h1").count() == 1, path

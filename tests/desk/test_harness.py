"""The desks of the tests are real ones, and their browsers see what is wrong with a page."""

import pytest

from tests.desk import browsers, desks
from tests.desk.browsers import Browsing
from tests.desk.desks import Desk

QUEUE = "/s/mlcollage/queue"


@pytest.mark.parametrize("name", desks.ROLES)
def test_everybody_sees_the_queue(desk: Desk, name: str) -> None:
    answer = desk.client(name).get(QUEUE)
    assert answer.status_code == 200
    for each in (*desks.READY, desks.DRAFT, desks.HELD):
        assert each in answer.text


def test_nobody_sees_it_without_a_session(desk: Desk) -> None:
    assert desk.nobody().get(QUEUE).status_code == 303


def test_a_form_moves_a_collage(desk_on_each: Desk) -> None:
    client = desk_on_each.client(desks.EDITOR)
    order = client.get(QUEUE).text.partition('name="order" value="')[2].partition('"')[0]
    fields = {"name": "beta", "where": "first", "neighbour": "", "order": order}
    page = client.follow(client.post(f"{QUEUE}/move", fields))
    assert page.text.index('id="beta"') < page.text.index('id="alpha"')


def test_a_desk_of_its_own_lets_in_by_the_address_that_it_prints(desk_process: Desk) -> None:
    client = desk_process.nobody()
    path = desk_process.login.removeprefix(desk_process.address)
    assert client.post(path).status_code == 303
    assert client.get(QUEUE).status_code == 200
    assert desk_process.stop() == 0


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("dark", [True, False])
def test_a_browser_shows_the_queue(desk: Desk, browse: Browsing, scripts: bool, dark: bool) -> None:
    page = browse(desk, desks.EDITOR, QUEUE, scripts=scripts, dark=dark, phone=True)
    assert page.locator("h1").inner_text() == "Queue"
    assert browsers.overflow(page) == 0
    assert browsers.small_targets(page) == []
    if scripts:
        assert browsers.violations(page) == []


@pytest.mark.slow
def test_what_a_page_may_not_do_is_seen(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.EDITOR, QUEUE)
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "1";
      document.body.append(script);
    }""")
    page.wait_for_timeout(100)
    assert "Content Security Policy" in browse.wrong.pop()

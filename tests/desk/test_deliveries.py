"""Deliveries at the desk: all that is known of one, and what a person decides."""

import re

import pytest

from bot.core.delivery import State
from bot.deciding import accounts, deliveries
from tests.desk import desks
from tests.desk.desks import Client, Desk, Place


@pytest.fixture
def waiting(desk: Desk) -> str:
    """The path of a delivery that waits because its account is held."""
    with desk.place.context() as context:
        accounts.hold(context, "outbox", "the disk is full")
        deliveries.post_now(context, context.config.series[desks.SERIES], "alpha")
        found = deliveries.listed(context)
    return f"/deliveries/{found[0].entry.delivery.id}"


def state(place: Place, path: str) -> State:
    """The state of the delivery at a path."""
    with place.context() as context:
        found = deliveries.listed(context, tuple(State))
    wanted = int(path.rsplit("/", 1)[1])
    return next(each.entry.delivery.state for each in found if each.entry.delivery.id == wanted)


@pytest.fixture
def ben(desk: Desk) -> Client:
    return desk.client(desks.EDITOR)


def test_the_list_says_what_is_on_its_way_and_what_happens_next(ben: Client, waiting: str) -> None:
    page = ben.get("/deliveries").text
    assert waiting in page
    assert "account outbox is held" in page


def test_a_delivery_shows_its_parts_with_picture_and_alt_text(ben: Client, waiting: str) -> None:
    page = ben.get(waiting).text
    assert "A white slide about alpha." in page
    pictures = re.findall(r'src="(/pictures/\w+)"', page)
    assert pictures
    assert ben.get(pictures[0]).headers["content-type"] == "image/png"
    assert "1 of" in page


def test_cancelling_asks_whether_you_are_sure_and_says_what_came_of_it(
    desk: Desk, ben: Client, waiting: str
) -> None:
    assert ben.post(f"{waiting}/cancel").status_code == 400
    assert state(desk.place, waiting) is State.WAITING
    page = ben.follow(ben.post(f"{waiting}/cancel", {"sure": "yes"})).text
    assert "Next:" in page
    assert state(desk.place, waiting) is not State.WAITING


def test_a_wrong_address_of_a_post_is_refused_and_stays_in_the_form(
    ben: Client, waiting: str
) -> None:
    answer = ben.post(f"{waiting}/posted", {"urls": "https://example.org/nowhere", "first": "1"})
    assert answer.status_code in (400, 403)
    assert "https://example.org/nowhere" in answer.text
    assert desks.message(answer)


def test_a_delivery_that_is_not_there_is_named_so(ben: Client) -> None:
    for wanted in ("999", "nothing", "../etc/passwd", "%00"):
        answer = ben.get(f"/deliveries/{wanted}")
        assert answer.status_code in (400, 404)


@pytest.mark.parametrize("query", ["?state=nonsense", "?account=nobody"])
def test_a_filter_that_is_none_is_refused_with_a_sentence(ben: Client, query: str) -> None:
    answer = ben.get(f"/deliveries{query}")
    assert answer.status_code == 400
    assert desks.message(answer)


def test_an_author_looks_and_decides_nothing(desk: Desk, waiting: str) -> None:
    cleo = desk.client(desks.AUTHOR)
    assert "What you can do" not in cleo.get(waiting).text
    for step in ("retry", "posted", "not-posted", "gone", "delete", "reword", "cancel"):
        assert cleo.post(f"{waiting}/{step}", {"sure": "yes"}).status_code == 403

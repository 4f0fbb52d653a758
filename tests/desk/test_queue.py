"""The queue at the desk: its order, its states, and two people who change it at once."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.desk import desks
from tests.desk.browsers import Browsing
from tests.desk.desks import Client, Desk

QUEUE = f"/s/{desks.SERIES}/queue"


def order(client: Client) -> str:
    """What the page says that it shows."""
    return field(client.get(QUEUE).text, "order")


def field(page: str, name: str) -> str:
    """The value of the first field of this name in a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def names(page: str) -> list[str]:
    """The collages of a page of the queue that have a slot, in order."""
    return re.findall(r'data-name="([^"]*)"', page)


def move(client: Client, name: str, where: str, neighbour: str = "", seen: str = "") -> str:
    """Move a collage as the page does; the page that follows."""
    fields = {"name": name, "where": where, "neighbour": neighbour, "order": seen or order(client)}
    return client.follow(client.post(f"{QUEUE}/move", fields)).text


@pytest.fixture
def editor(desk: Desk) -> Client:
    return desk.client(desks.EDITOR)


def test_dates_stay_and_collages_move(editor: Client) -> None:
    page = move(editor, "gamma", "before", "alpha")
    assert names(page) == ["gamma", "alpha", "beta"]
    dates = re.findall(r'<div class="when"><time datetime="([\d-]{10})', page)
    assert dates[:3] == desks.DAYS[:3]


def test_moving_is_undone_by_the_form_that_the_page_offers(editor: Client) -> None:
    page = move(editor, "alpha", "last")
    assert names(page) == ["beta", "gamma", "alpha"]
    assert "alpha was moved from place 1 to" in page
    note = page.partition('class="note good"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', note))
    undone = editor.follow(editor.post(f"{QUEUE}/move", fields))
    assert names(undone.text) == ["alpha", "beta", "gamma"]


def test_a_page_that_is_stale_moves_nothing_and_shows_the_new_order(desk: Desk) -> None:
    ben, ada = desk.client(desks.EDITOR), desk.client(desks.OWNER)
    seen = order(ben)
    move(ada, "gamma", "first")
    fields = {"name": "beta", "where": "first", "neighbour": "", "order": seen}
    answer = ben.post(f"{QUEUE}/move", fields)
    assert answer.status_code == 409
    assert names(answer.text) == ["gamma", "alpha", "beta"]
    assert "Somebody has changed the queue" in desks.message(answer)


def test_a_collage_is_pinned_to_a_day_and_freed_again(editor: Client) -> None:
    day = desks.DAYS[4]
    page = editor.follow(editor.post(f"{QUEUE}/pin", {"name": "alpha", "day": day})).text
    assert names(page) == ["beta", "gamma", "alpha"]
    assert "pinned to" in page
    freed = editor.follow(editor.post(f"{QUEUE}/pin", {"name": "alpha", "day": ""})).text
    assert names(freed) == ["alpha", "beta", "gamma"]


@pytest.mark.parametrize("day", ["2001-01-01", "tomorrow", "2026-13-40"])
def test_a_day_that_cannot_be_is_refused_with_a_sentence(editor: Client, day: str) -> None:
    answer = editor.post(f"{QUEUE}/pin", {"name": "alpha", "day": day})
    assert answer.status_code == 400
    assert desks.message(answer)
    assert names(answer.text) == ["alpha", "beta", "gamma"]


def test_holding_says_why_and_releasing_brings_back(editor: Client) -> None:
    fields = {"name": "beta", "what": "hold", "why": "The plot is upside down."}
    held = editor.follow(editor.post(f"{QUEUE}/state", fields)).text
    assert names(held) == ["alpha", "gamma"]
    assert "The plot is upside down." in held
    fields = {"name": "beta", "what": "release"}
    assert names(editor.follow(editor.post(f"{QUEUE}/state", fields)).text) == [
        "alpha",
        "beta",
        "gamma",
    ]


@pytest.mark.parametrize("why", ["y" * 2_001, "a\x1b[31m"])
def test_a_reason_that_no_page_could_show_is_refused(desk: Desk, why: str) -> None:
    ada = desk.client(desks.OWNER)
    hold = {"name": "beta", "what": "hold", "why": why, "account": "outbox"}
    for path in (f"{QUEUE}/state", f"/s/{desks.SERIES}/hold"):
        answer = ada.post(path, hold)
        assert answer.status_code == 400
        assert "The reason h" in desks.message(answer)


def test_a_draft_becomes_ready_and_gets_the_next_free_slot(editor: Client) -> None:
    fields = {"name": desks.DRAFT, "what": "ready"}
    page = editor.follow(editor.post(f"{QUEUE}/state", fields)).text
    assert names(page) == ["alpha", "beta", "gamma", desks.DRAFT]


def test_taking_out_asks_whether_you_are_sure(editor: Client) -> None:
    fields = {"name": "beta", "what": "remove"}
    answer = editor.post(f"{QUEUE}/state", fields)
    assert answer.status_code == 400
    page = editor.follow(editor.post(f"{QUEUE}/state", fields | {"sure": "yes"})).text
    assert names(page) == ["alpha", "gamma"]


def test_an_author_sees_the_queue_and_no_buttons(desk: Desk) -> None:
    page = desk.client(desks.AUTHOR).get(QUEUE).text
    assert "beta" in page
    assert f'action="{QUEUE}' not in page


def test_every_change_is_in_the_log_under_the_name_of_the_person(desk: Desk) -> None:
    move(desk.client(desks.EDITOR), "gamma", "first")
    with desk.place.context() as context, context.read() as work:
        newest = work.log.changes(f"{desks.SERIES}/gamma")[0]
    assert (newest.who, newest.what) == (desks.EDITOR, "move")


@pytest.fixture
def page(desk: Desk, browse: Browsing) -> Iterator[Page]:
    return browse(desk, desks.EDITOR, QUEUE)


def shown(page: Page) -> list[str]:
    """The names of the collages in slots, as the browser shows them."""
    found = page.locator("[data-name]").evaluate_all("all => all.map(it => it.dataset.name)")
    return [str(name) for name in found]


@pytest.mark.slow
def test_a_collage_is_dragged_to_another_date(page: Page) -> None:
    page.drag_and_drop("#gamma", "#alpha")
    page.wait_for_selector(".note.good")
    assert shown(page) == ["gamma", "alpha", "beta"]
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector(".note.good")
    assert shown(page) == ["alpha", "beta", "gamma"]


@pytest.mark.slow
def test_a_collage_is_dragged_behind_all_others(page: Page) -> None:
    page.drag_and_drop("#alpha", ".free >> nth=0")
    page.wait_for_selector(".note.good")
    assert shown(page) == ["beta", "gamma", "alpha"]


@pytest.mark.slow
def test_the_keyboard_alone_moves_a_collage(page: Page) -> None:
    page.locator("#beta h3 a").focus()
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_selector(".note.good")
    assert shown(page) == ["beta", "alpha", "gamma"]
    page.get_by_role("button", name="Move beta down").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-name]").first).to_have_attribute("data-name", "alpha")


@pytest.mark.slow
def test_the_keyboard_moves_a_collage_on_from_where_it_has_just_come(page: Page) -> None:
    first = page.locator("[data-name]").first
    page.locator("#gamma h3 a").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#gamma h3 a")).to_be_focused()
    page.wait_for_selector(".note.good")
    page.keyboard.press("Alt+ArrowUp")
    expect(first).to_have_attribute("data-name", "gamma")
    expect(page.locator("#gamma h3 a")).to_be_focused()


@pytest.mark.slow
def test_undo_is_in_sight_where_the_page_goes_on_at_a_collage_far_below(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 500})
    page.get_by_role("button", name="Move beta down").click()
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()
    expect(page.locator("#beta h3 a")).to_be_in_viewport()


@pytest.mark.slow
def test_without_scripts_buttons_move_a_collage(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.EDITOR, QUEUE, scripts=False, phone=True)
    first = page.locator("[data-name]").first
    page.get_by_role("button", name="Move beta up").click()
    expect(first).to_have_attribute("data-name", "beta")
    page.locator("#gamma summary").click()
    page.get_by_role("button", name="Move gamma to the head of the queue").click()
    expect(first).to_have_attribute("data-name", "gamma")
    assert shown(page) == ["gamma", "beta", "alpha"]


@pytest.mark.slow
def test_two_browsers_race_and_the_second_sees_what_the_first_did(
    desk: Desk, browse: Browsing
) -> None:
    ben, ada = browse(desk, desks.EDITOR, QUEUE), browse(desk, desks.OWNER, QUEUE)
    ada.drag_and_drop("#gamma", "#alpha")
    ada.wait_for_selector(".note.good")
    ben.drag_and_drop("#beta", "#alpha")
    ben.wait_for_selector("#problem")
    assert shown(ben) == ["gamma", "alpha", "beta"]


@pytest.mark.slow
def test_ctrl_k_goes_anywhere(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("beta")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/s/{desks.SERIES}/collages/beta$"))


@pytest.mark.slow
def test_ctrl_k_goes_on_from_a_page_for_reviewing_too(page: Page) -> None:
    page.goto(f"/s/{desks.SERIES}/collages/beta/review")
    page.keyboard.press("Control+k")
    expect(page).to_have_url(re.compile("/find$"))

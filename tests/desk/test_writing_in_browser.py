"""Writing in a real browser: live preview, autosave, two browsers at once, no scripts, a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import plain_picture
from tests.desk import browsers, desks
from tests.desk.browsers import Browsing
from tests.desk.desks import Desk
from tests.desk.test_writing import DELTA, ROOT, stored

pytestmark = pytest.mark.slow
NEW = f"{ROOT}/new"
SAVED = re.compile(r"Saved \d")
PAGES = (NEW, DELTA, f"{ROOT}/collages/alpha")


def status(page: Page) -> str:
    return page.locator("#status").inner_text()


def write(page: Page, field: str, text: str) -> None:
    page.locator(f'[name="{field}"]').fill(text)


def saved(page: Page) -> None:
    """Wait until the page says that all of it is stored."""
    expect(page.locator("#status")).to_have_text(SAVED, timeout=10_000)


def test_what_goes_out_is_shown_while_somebody_types(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.EDITOR, f"{ROOT}/collages/alpha")
    page.locator('[name="paragraph"]').press_sequentially("Words <b>that</b> are typed. ")
    threads = page.locator("#threads")
    expect(threads).to_contain_text("that are typed")
    assert re.search(r"\d+/280", threads.inner_text())
    write(page, "year", "20")
    expect(page.locator('[data-wrong="year"]')).to_contain_text("no year")
    assert page.locator('[name="year"]').get_attribute("aria-invalid") == "true"
    assert browsers.violations(page) == []
    assert "typed" not in stored(desk, "alpha").paragraph


def test_a_new_collage_is_saved_by_itself_once_it_has_a_title(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.AUTHOR, NEW)
    write(page, "paragraph", "Words before there is a title.")
    page.wait_for_timeout(3_500)
    assert page.url.endswith("/new")
    write(page, "title", "Zeta")
    saved(page)
    assert page.url.endswith("/collages/zeta")
    page.locator('[name="paragraph"]').press_sequentially("More: ")
    expect(page.locator("#status")).to_have_text(SAVED)
    page.set_input_files(
        '[name="upload"]', {"name": "z.png", "mimeType": "image/png", "buffer": plain_picture("z")}
    )
    page.locator('[name="alt"]').fill("A slide.")
    expect(page.locator("#threads img")).to_be_visible(timeout=10_000)
    saved(page)
    page.reload()
    made = stored(desk, "zeta")
    assert made.paragraph.startswith("More: ") or made.paragraph.endswith("More:")
    assert (made.alt, made.picture.file) == ("A slide.", "z.png")
    assert page.locator("#kept").is_hidden()


def test_two_browsers_never_lose_a_sentence(desk: Desk, browse: Browsing) -> None:
    ben, cleo = browse(desk, desks.EDITOR, DELTA), browse(desk, desks.AUTHOR, DELTA)
    write(ben, "title", "Ben's title")
    saved(ben)
    write(cleo, "alt", "Cleo's alt text.")
    saved(cleo)
    assert cleo.locator('[name="title"]').input_value() == "Ben's title"
    write(ben, "paragraph", "Ben's paragraph.")
    saved(ben)
    write(cleo, "paragraph", "Cleo's paragraph.")
    expect(cleo.locator("#status")).to_contain_text("has changed the same", timeout=10_000)
    cleo.get_by_role("button", name="Look at both versions").click()
    expect(cleo.locator("h1")).to_contain_text("Two versions")
    assert browsers.violations(cleo) == []
    page = cleo.locator("main").inner_text()
    assert "Ben's paragraph." in page
    assert "Cleo's paragraph." in page
    cleo.get_by_label("One of both:").check()
    cleo.get_by_role("button", name="Save what I have chosen").click()
    expect(cleo.locator("h1")).to_contain_text("Ben's title")
    assert cleo.locator("#kept").is_hidden()
    assert stored(desk, "delta").paragraph == "Ben's paragraph.\n\nCleo's paragraph."
    assert stored(desk, "delta").alt == "Cleo's alt text."


def test_what_was_typed_outlives_a_lost_connection_and_a_closed_window(
    desk: Desk, browse: Browsing
) -> None:
    page = browse(desk, desks.AUTHOR, DELTA)
    page.context.set_offline(True)
    write(page, "paragraph", "Typed in a tunnel.")
    expect(page.locator("#status")).to_contain_text("no connection", timeout=10_000)
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(DELTA)
    page.close()
    expect(again.locator("#kept")).to_be_visible()
    assert browsers.violations(again) == []
    again.get_by_role("button", name="Take it over").click()
    saved(again)
    assert stored(desk, "delta").paragraph == "Typed in a tunnel."
    again.reload()
    assert again.locator("#kept").is_hidden()


def test_what_was_typed_outlives_a_session_that_ends(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.AUTHOR, DELTA)
    page.context.clear_cookies()
    write(page, "paragraph", "Typed too late.")
    expect(page.locator("#status")).to_contain_text("Log in", timeout=10_000)
    assert browse.wrong == []
    page.context.add_cookies([browsers._cookie(desk, desks.AUTHOR)])
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="Take it over").click()
    saved(page)
    assert stored(desk, "delta").paragraph == "Typed too late."


def test_leaving_with_unsaved_words_asks_first(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.EDITOR, f"{ROOT}/collages/alpha")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator('[name="alt"]').press_sequentially("More ")
    page.get_by_role("link", name="Queue").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/alpha")
    page.wait_for_timeout(3_500)
    assert "More" not in stored(desk, "alpha").alt
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".note.good")).to_contain_text("alpha is saved")
    assert "More" in stored(desk, "alpha").alt


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_usable_on_a_phone_and_by_everybody(
    desk: Desk, browse: Browsing, path: str, dark: bool
) -> None:
    page = browse(desk, desks.EDITOR, path, phone=True, dark=dark)
    for summary in page.locator("main summary").all():
        summary.click()
    assert browsers.overflow(page) == 0
    assert browsers.small_targets(page) == []
    assert browsers.violations(page) == []


def test_without_scripts_a_stranger_writes_looks_and_saves(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.EDITOR, NEW, scripts=False, phone=True)
    write(page, "title", "Zeta")
    write(page, "paragraph", "Words without scripts.")
    page.set_input_files(
        '[name="upload"]', {"name": "z.png", "mimeType": "image/png", "buffer": plain_picture("z")}
    )
    page.get_by_role("button", name="Draft it").click()
    assert "Zeta" in page.locator('[name="alt"]').input_value()
    page.get_by_role("button", name="Show how it looks").click()
    assert "Words without scripts." in page.locator("#threads").inner_text()
    write(page, "authors", "Ada Lovelace")
    write(page, "year", "2021")
    write(page, "link.paper", "https://example.org/zeta")
    page.get_by_role("button", name="Save and make ready").click()
    assert "zeta is ready" in page.locator(".note.good").inner_text()
    made = stored(desk, "zeta")
    assert (made.state, made.picture.file) == ("ready", "z.png")


def test_the_keyboard_alone_writes_and_saves(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.EDITOR, f"{ROOT}/collages/alpha")
    page.locator('[name="title"]').focus()
    page.keyboard.press("End")
    page.keyboard.type(", once more")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("The alpha paper, once more")
    page.locator('[name="title"]').focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "paragraph"


def test_a_picture_is_seen_as_soon_as_it_is_chosen(desk: Desk, browse: Browsing) -> None:
    page = browse(desk, desks.EDITOR, f"{ROOT}/collages/alpha")
    before = page.locator("#threads img").get_attribute("src")
    picture = {"name": "new.png", "mimeType": "image/png", "buffer": plain_picture("new")}
    page.set_input_files('[name="upload"]', picture)
    expect(page.locator("#threads img")).not_to_have_attribute("src", before or "")
    expect(page.locator("#chosen")).to_contain_text("new.png")
    bad = {"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"}
    page.set_input_files('[name="upload"]', bad)
    expect(page.locator('[data-wrong="picture"]')).to_contain_text("bad.png")
    assert stored(desk, "alpha").picture.file == "alpha.png"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".note.good")).to_be_visible()
    assert stored(desk, "alpha").picture.file == "new.png"

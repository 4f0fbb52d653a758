"""In a real browser: what keeps others out, and the pages that nobody wants to see."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.deciding import people
from tests.desk import browsers, desks
from tests.desk.browsers import Browsing
from tests.desk.desks import EDITOR, Desk

pytestmark = pytest.mark.slow

QUEUE = f"/s/{desks.SERIES}/queue"
TEXT = "It was held because the figures are not ours,\nand because an hour went into this sentence."


class Elsewhere(BaseHTTPRequestHandler):
    """Another site on this machine: it frames the desk, and sends a form to it."""

    desk = ""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        page = (
            f'<!doctype html><title>elsewhere</title><iframe src="{self.desk}{QUEUE}"></iframe>'
            f'<form method="post" action="{self.desk}{QUEUE}/state">'
            '<input name="name" value="beta"><input name="what" value="hold">'
            "<button>Send</button></form>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())


@pytest.fixture
def elsewhere(desk: Desk) -> Iterator[str]:
    handler = type("Handler", (Elsewhere,), {"desk": desk.address})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    # Another name of this machine is another site for a browser.
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_site_can_neither_frame_the_desk_nor_send_its_forms(
    desk: Desk, browse: Browsing, elsewhere: str
) -> None:
    page = browse(desk, EDITOR)
    page.goto(elsewhere)
    page.wait_for_load_state()
    frame = page.frames[1]
    assert "alpha" not in frame.content()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(f"{desk.address}/**")
    # The cookie does not come along either, and so it is nobody who is refused.
    assert page.get_by_role("alert").is_visible()
    assert "another site" in page.get_by_role("alert").inner_text()
    browse.wrong.clear()
    state = browse(desk, EDITOR, QUEUE)
    assert state.locator("article#beta").count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_page_of_an_ended_session_keeps_what_was_typed_and_leads_back(
    desk: Desk, browse: Browsing, phone: bool, dark: bool
) -> None:
    page = browse(desk, EDITOR, QUEUE, phone=phone, dark=dark)
    page.locator("article#beta details.more > summary").click()
    page.locator("article#beta input[name=why]").fill(TEXT.replace("\n", " "))
    with desk.place.context() as context:
        people.end_sessions(context, EDITOR)
    page.locator("article#beta").get_by_role("button", name="Hold", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your session has ended"
    assert page.get_by_role("textbox").input_value() == TEXT.replace("\n", " ")
    assert browsers.violations(page) == []
    assert browsers.overflow(page) == 0
    assert browsers.small_targets(page) == []
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("Name").fill(EDITOR)
    page.get_by_label("Password").fill(desks.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{QUEUE}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", ["/nothing", "/s/nothing/queue", "/login/x", "/invited/x"])
def test_a_page_that_says_no_is_a_page_for_everybody(
    desk: Desk, browse: Browsing, path: str, dark: bool
) -> None:
    page = browse(desk, EDITOR, path, phone=True, dark=dark)
    assert browsers.violations(page) == []
    assert browsers.overflow(page) == 0


def test_a_form_that_is_too_large_gets_its_answer_in_a_browser(
    desk: Desk, browse: Browsing, tmp_path: Path
) -> None:
    page = browse(desk, EDITOR, f"/s/{desks.SERIES}/collages/delta")
    file = tmp_path / "large.png"
    with file.open("wb") as made:
        made.truncate(70_000_000)
    field = page.locator("input[type=file]").first
    field.set_input_files(file)
    form = field.locator("xpath=ancestor::form")
    form.evaluate("form => { form.noValidate = true; form.submit(); }")
    page.get_by_role("alert").first.wait_for()
    assert "64 MB" in page.content()

"""A real browser at the desk: Debian's Chromium, driven by Playwright, and axe in its pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import ROOT, absent
from tests.desk.desks import Desk

AXE = ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
PATIENCE = 15_000
"""Milliseconds to wait for what a page takes few for."""


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser; where there is none the test is skipped, under CI=true it fails."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        absent(f"no browser is installed: none of {', '.join(NAMES)} is on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Browsing:
    """Opens windows of the browser for a test, each with cookies of its own, and watches them.

    `wrong` is what no page of a desk may do: load from elsewhere, break its own policy, or have a
    script fail.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.wrong: list[str] = []

    def __call__(
        self,
        desk: Desk,
        name: str = "",
        path: str = "",
        *,
        scripts: bool = True,
        phone: bool = False,
        dark: bool = False,
    ) -> Page:
        """A window of one of the people, or of nobody, at a path of the desk if one is given.

        `phone` makes it 360 px wide, `dark` asks for dark colours.
        """
        context = self._browser.new_context(
            base_url=desk.address,
            java_script_enabled=scripts,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            locale="en-GB",
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if name:
            context.add_cookies([_cookie(desk, name)])
        page = context.new_page()
        self._watch(page, desk)
        if path:
            page.goto(path)
        return page

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()

    def _watch(self, page: Page, desk: Desk) -> None:
        own = urlsplit(desk.address).netloc

        def requested(request: Any) -> None:
            place = urlsplit(request.url)
            if place.scheme not in ("data", "blob", "about") and place.netloc != own:
                self.wrong.append(f"{page.url} loads {request.url}")

        def told(message: ConsoleMessage) -> None:
            if "Content Security Policy" in message.text:
                self.wrong.append(f"{page.url}: {message.text}")

        page.on("request", requested)
        page.on("console", told)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))


def _cookie(desk: Desk, name: str) -> Any:
    token = desk.place.tokens[name]
    return {"name": desk.cookie, "value": token, "url": desk.address, "httpOnly": True}


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong with a page: each rule with the elements that break it."""
    if not AXE.exists():
        absent(f"npm's axe-core is not in {AXE.parent} (.ci/run installs it)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    assert found["passes"], "axe looked at nothing"
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


def overflow(page: Page) -> int:
    """Pixels that a page is wider than its window."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def small_targets(page: Page) -> list[str]:
    """The buttons and fields of a page that are less than 44 px high, as far as they are seen."""
    return list(
        page.evaluate(
            """[...document.querySelectorAll("button, select, input, textarea, a.button")]
            .filter(it => !["checkbox", "radio", "hidden"].includes(it.type))
            .filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 43.5)
            .map(it => it.outerHTML.slice(0, 120))"""
        )
    )

"""A real browser at the panel: this machine's Chromium or Playwright's own; what it complains of fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.serving import PANEL, PASSWORD

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--mute-audio",
)  # fmt: skip
AXE = Path("web/node_modules/axe-core/axe.min.js")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
DESK = (1440, 900)
PHONE = (390, 844)
PATIENCE_SECONDS = 20


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Runs the browser during the block, with more flags."""
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, PROGRAMS)), playwright.chromium.executable_path)
        if not Path(program).exists():
            pytest.fail(f"none of {', '.join(PROGRAMS)} is on PATH; scripts/system_packages.sh installs chromium")
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *more])
        yield browser
        browser.close()


def look(page: Page, name: str) -> None:
    """Keeps a picture of the page in the folder that the variable SHOTS names, for whoever wants to see it."""
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/{name}.png", full_page=True)


NOTIFICATIONS = """
    window.notes = [];
    window.Notification = class {
        static permission = "granted";
        static requestPermission = async () => "granted";
        constructor(title, { body, tag }) { window.notes.push({ title, body, tag }); }
    };
    localStorage.setItem("callcenter.desk.notify", "on");
"""
"""Run in a page before anything else: what it would tell the desktop is kept in `notes`; no browser without a screen
shows it."""


FULL = """() => {
  window.plain = Storage.prototype.setItem;
  Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""
"""The browser has no room left for what a page wants to keep."""
ROOM = "() => { Storage.prototype.setItem = window.plain; }"


class Visitor:
    """Somebody with a browser window of their own. What the browser complains of fails the test at the end."""

    def __init__(self, browser: Browser, url: str, size: tuple[int, int] = DESK) -> None:
        self.url = url
        self.complaints: list[str] = []
        width, height = size
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            color_scheme="light",
            reduced_motion="reduce",  # what fades in has the colours of no theme for a moment
        )
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page: Page = self.another_page()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()
        if error is None:
            assert self.complaints == [], self.complaints

    def another_page(self) -> Page:
        """One more tab of this window; what the browser complains of there counts, too."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def sign_in(self, username: str) -> Self:
        """Signs in behind the page's back, which is quicker; `enter` does it with the form."""
        credentials = {"username": str(username), "password": PASSWORD}
        answer = self.context.request.post(f"{self.url}api/session", headers=PANEL, data=credentials)
        assert answer.ok, answer.text()
        return self

    def enter(self, username: str, password: str) -> None:
        """Fills in the form for signing in and sends it."""
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def open(self, path: str = "") -> None:
        """Loads a page of the panel."""
        self.page.goto(self.url + path)

    def visit(self, name: str) -> None:
        """Follows a link of the navigation; on a phone it may be behind the button there."""
        navigation = self.page.get_by_role("navigation", name="Pages")
        link, more = navigation.get_by_role("link", name=name), navigation.get_by_role("button", name="More")
        link.or_(more).first.wait_for()
        if link.count() == 0:
            more.click()
            link = self.page.get_by_role("menuitem", name=name)
        link.click()

    def tab_to(self, is_there: Callable[[], bool], most: int = 80) -> None:
        """Presses Tab until the focus is there; fails when it does not get there in so many steps."""
        for _ in range(most):
            if is_there():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{most} times Tab did not lead there")

    def focus(self, expression: str) -> object:
        """What this expression of the focused element `e` is."""
        return self.page.evaluate(f"(() => {{ const e = document.activeElement; return {expression}; }})()")

    def _heard(self, message: ConsoleMessage) -> None:
        # Asking who is signed in, and being told "nobody" or "wrong password", is no fault; browsers log each 401.
        is_question = "401" in message.text and message.location["url"].endswith("/api/session")
        if message.type in ("error", "warning") and not is_question:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")


def violations(page: Page) -> list[str]:
    """What axe finds to complain of on the page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found]

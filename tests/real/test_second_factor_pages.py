"""What stands before the panel for whose role asks for a second factor, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.settings import AccountSettings, Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, violations
from tests.serving import PASSWORD, Serving, serving, serving_with, write_settings

pytestmark = pytest.mark.real

NARROW = (360, 740)
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server that asks supervisors for a second factor."""
    accounts = AccountSettings(second_factor_for=("supervisor", "nobody yet"))
    settings = Settings(timezone="Asia/Shanghai", accounts=accounts)
    with serving_with(tmp_path_factory.mktemp("server"), settings, Role.SUPERVISOR, Role.ADMIN) as server:
        yield server


def _set_up(page: Page) -> None:
    page.get_by_role("button", name="Set up").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Present password").fill(PASSWORD)
    dialog.get_by_role("button", name="Continue").click()
    app = pyotp.TOTP(dialog.locator("code").inner_text().replace(" ", ""))
    dialog.get_by_label("Code of the app").fill(app.now())
    dialog.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("dialog", name="Recovery codes")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="I have kept it").click()


def test_whose_role_asks_for_a_code_sets_it_up_before_anything_else(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, NARROW) as visitor, Visitor(browser, server.url) as admin:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("reports")
        expect(page.get_by_role("heading", name="Set up your code for sign-in")).to_be_visible()
        expect(page.get_by_role("navigation")).to_have_count(0)
        for switch in ("中文", "深色主题", "English", "Light theme"):
            page.get_by_role("button", name=switch).click()
            page.mouse.move(2, 2)
            expect(page.get_by_role("tooltip")).to_have_count(0)
            assert page.evaluate(SIDEWAYS) <= 0, switch
            assert violations(page) == [], switch
        _set_up(page)
        visitor.open("profile")
        expect(page.get_by_text("Your role asks for it.")).to_be_visible()
        expect(page.get_by_role("button", name="New recovery codes")).to_be_visible()
        expect(page.get_by_role("button", name="Switch off")).to_have_count(0)

        visitor.open("floor")
        expect(page.get_by_text("No seats yet")).to_be_visible()
        admin.sign_in(Role.ADMIN).open("users")
        admin.page.get_by_role("button", name="Remove code of supervisor").click()
        admin.page.get_by_role("button", name="Really sign in by password alone?").click()
        # The live feed ends, which leads there without a request of the page's own.
        expect(page.get_by_role("heading", name="Set up your code for sign-in")).to_be_visible(timeout=3000)
        visitor.complaints.clear()  # what a page asks for at that moment is refused
        row = admin.page.get_by_role("row", name="supervisor")
        expect(row.get_by_text("Has yet to set up a code, which the role asks for")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert "'nobody yet', and there is no such role" in server.said


def test_the_first_administrator_is_led_through(tmp_path: Path, browser: Browser) -> None:
    asked = AccountSettings(second_factor_for=("admin",))
    write_settings(tmp_path, Settings(timezone="Asia/Shanghai", accounts=asked))
    with serving(tmp_path) as server, Visitor(browser, server.url) as visitor:
        page = visitor.page
        visitor.open()
        [file] = re.findall(r"word in (\S+?);", server.said)
        page.get_by_label("Word from the server").fill((tmp_path / file).read_text())
        page.get_by_label("User name").fill("root")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("New password again").fill(PASSWORD)
        page.get_by_role("button", name="Begin").click()
        _set_up(page)
        expect(page.get_by_role("navigation").get_by_role("link", name="Floor")).to_be_visible()

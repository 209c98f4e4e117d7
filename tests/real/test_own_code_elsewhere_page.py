"""The code of our own app, set up and asked for after a real provider's page, in a real browser."""

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.real.browsing import PHONE, Visitor, look, violations
from tests.real.test_sign_in_elsewhere_page import SIDEWAYS, press_provider, serving_elsewhere, sign_in_there
from tests.serving import Serving

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server that asks supervisors for a second factor wherever they sign in."""
    with serving_elsewhere(tmp_path_factory.mktemp("server"), asks_second_factor=True) as server:
        yield server


def test_our_own_code_is_set_up_and_asked_for_where_the_settings_say_so(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.page
        visitor.open()
        press_provider(page)
        sign_in_there(page, "s-1")
        page.get_by_role("button", name="Set up").click()  # and no password is asked for
        dialog = page.get_by_role("dialog")
        secret = dialog.locator("code").inner_text().replace(" ", "")
        dialog.get_by_label("Code").fill(pyotp.TOTP(secret).now())
        dialog.get_by_role("button", name="Switch on").click()
        kept = page.get_by_role("dialog", name="Recovery codes")
        expect(kept.locator("code")).to_be_visible()
        first = kept.locator("code").inner_text().split("\n")[0]
        kept.get_by_role("button", name="kept").click()
        expect(page.get_by_role("link", name="Floor")).to_be_visible()

    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.page
        visitor.open("reports/queues")
        press_provider(page)
        sign_in_there(page, "s-1")
        code = page.get_by_label("Code")
        expect(page.get_by_role("heading", name="Type your code")).to_be_visible()
        assert violations(page) == []
        look(page, "elsewhere-code")
        assert page.evaluate(SIDEWAYS) <= 0
        code.fill("000000")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("This code is wrong")).to_be_visible()
        visitor.complaints.clear()  # the browser's own line about the refusal
        code.fill(first)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Reports")).to_be_visible()
        assert page.url == server.url + "reports/queues"

"""Signing in with the company's account, in a real browser, at a real provider: there, back, and refused."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from callcenter.accounts.oidc.api import PLACE
from callcenter.accounts.rules import Role
from callcenter.settings import AccountSettings, OidcSettings, Settings
from tests.accounts.oidc.providers import CLIENT, SECRET, provider_running
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

USERS = {
    "s-1": {"preferred_username": "supervisor", "name": "Ada"},
    "s-2": {"preferred_username": "stranger", "name": "Bob"},
}
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server of the provider's client, which asks supervisors for a second factor where they type a password."""
    with serving_elsewhere(tmp_path_factory.mktemp("server"), asks_second_factor=False) as server:
        yield server


@contextmanager
def serving_elsewhere(folder: Path, *, asks_second_factor: bool) -> Iterator[Serving]:
    """A server at a provider; supervisors must have a second factor of ours."""
    port = _free_port()
    with provider_running([f"http://127.0.0.1:{port}{PLACE}/callback"], USERS) as issuer:
        oidc = OidcSettings(
            issuer=issuer,
            client_id=CLIENT,
            client_secret=SecretStr(SECRET),
            label_en="Sign in with ACME",
            label_zh="使用 ACME 账号登录",
            asks_second_factor=asks_second_factor,
        )
        accounts = AccountSettings(second_factor_for=("supervisor",), oidc=oidc)
        settings = Settings(timezone="Asia/Shanghai", accounts=accounts)
        with serving_with(folder, settings, Role.SUPERVISOR, Role.ADMIN, port=port) as server:
            yield server


def press_provider(page: Page) -> None:
    """Goes to the provider's page."""
    # The provider's own page asks for a font of another site, which a machine of tests may not reach.
    page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css", body=""))
    page.get_by_role("link", name="Sign in with ACME").click()


def sign_in_there(page: Page, person: str) -> None:
    """What that person does there."""
    page.get_by_placeholder("Enter any login").fill(person)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_the_button_goes_the_whole_way(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.page
        visitor.open("reports/queues")
        expect(page.get_by_role("link", name="Sign in with ACME")).to_be_visible()
        assert violations(page) == []
        press_provider(page)
        sign_in_there(page, "s-1")
        expect(page.get_by_role("heading", name="Reports")).to_be_visible()
        assert page.url == server.url + "reports/queues", "back where it began, and not asked for a code of ours"


def test_who_has_no_account_is_told_why(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.page
        visitor.open()
        press_provider(page)
        sign_in_there(page, "s-2")
        expect(page.get_by_role("alert")).to_contain_text("There is no account for you here yet.")
        assert page.url == server.url
        for switch in ("中文", "深色主题", "English", "Light theme"):
            page.get_by_role("button", name=switch).click()
            page.mouse.move(2, 2)
            expect(page.get_by_role("tooltip")).to_have_count(0)
            look(page, f"elsewhere-{switch}")
            assert page.evaluate(SIDEWAYS) <= 0, switch
            assert violations(page) == [], switch
        page.reload()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)

"""Somebody who sees a part of the centre goes through the whole panel: nothing is shown that the server refuses."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import scope_of
from callcenter.accounts.service import NewUser
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, look
from tests.serving import PASSWORD, Serving, serving_with

pytestmark = pytest.mark.real

CLOSED = {
    "/callbacks/do-not-call", "/quality/inbox", "/quality/calibrations", "/quality/plans", "/alerts/rules",
    "/alerts/deliveries", "/audit", "/users", "/retention", "/erasures", "/wrap-up-reasons",
}  # fmt: skip
"""Pages of what is about the whole centre."""

LINKS = "[...document.querySelectorAll('nav a, [role=menu] a')].map((link) => link.getAttribute('href'))"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A centre of two queues, whose PBX does not answer; Ada may do all and sees sales and Team A."""
    ada = NewUser("ada", PASSWORD, (Role.ADMIN,), scope=scope_of(["Team A"], ["sales"]))
    settings = Settings(
        pbxs=(PbxSettings(name="north", port=1),),
        queues={"sales": QueueSettings(label="Sales"), "support": QueueSettings(label="Support")},
        agents=(AgentSettings(number="1001", name="Li", team="Team A", queues=("sales",)),),
    )
    with serving_with(tmp_path_factory.mktemp("server"), settings, ada) as server:
        yield server


def test_every_way_that_is_shown_is_open(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in("ada").page
        refused: list[str] = []
        page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
        visitor.open()
        expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
        page.get_by_role("button", name="Account of").click()
        expect(page.get_by_role("menu")).to_be_visible()
        ways, seen = [*page.evaluate(LINKS)], set[str]()
        page.keyboard.press("Escape")
        while ways:
            way = ways.pop(0)
            if way in seen:
                continue
            seen.add(way)
            visitor.open(way.lstrip("/"))
            expect(page.locator("main h1").first).to_be_attached()
            page.wait_for_load_state("networkidle")
            assert page.get_by_text("Your account may not see this").count() == 0, way
            ways += [each for each in page.evaluate(LINKS) if each not in seen]
        assert refused == []
        assert seen.isdisjoint(CLOSED)
        assert {"/callbacks", "/quality/coaching", "/reports/quality", "/alerts/wallboards"} <= seen, seen
        look(page, "scope-last")


def test_what_is_made_is_made_of_ones_queues(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in("ada").page
        visitor.open("callbacks")
        page.get_by_role("button", name="New list").first.click()
        page.get_by_role("dialog").get_by_label("Queue").first.click()
        expect(page.get_by_role("option", name="Sales")).to_be_visible()
        expect(page.get_by_role("option", name="Support")).to_have_count(0)
        look(page, "scope-new-list")

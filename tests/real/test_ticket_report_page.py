"""The report of tickets in a real browser: lines, trend, the tickets behind a number, and that it is kept."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import make_engine
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.reports.test_tickets import SPAN, Desk
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

ADDRESS = f"reports/tickets?from={SPAN['from']}&to={SPAN['to']}"
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    settings = Settings(pbxs=(PbxSettings(port=1),), timezone="Asia/Shanghai")
    folder = tmp_path_factory.mktemp("centre")
    with serving_with(folder, settings, Role.SUPERVISOR, Role.QA, filled=_fill) as server:
        yield server


async def _fill(folder: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    await Desk(engine).fill()
    await engine.dispose()


def lines(page: Page) -> Locator:
    return page.get_by_role("region", name="Tickets", exact=True).get_by_role("table")


def test_a_number_opens_its_tickets(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("reports/queues")
        page.get_by_role("navigation", name="Reports").get_by_role("link", name="Tickets").click()
        expect(lines(page).get_by_role("button", name=re.compile("^Backlog, All"))).to_be_visible()
        visitor.open("reports/tickets?from=2020-01-01&to=2020-01-02")
        expect(page.get_by_text("No tickets in these days")).to_be_visible()
        visitor.open(ADDRESS)
        team = lines(page).get_by_role("row").filter(has=page.get_by_role("rowheader", name="A", exact=True))
        number = team.get_by_role("button", name="Tickets closed, A")
        count = int(number.inner_text())
        number.click()
        drawer = page.get_by_role("dialog")
        expect(drawer).to_contain_text(f"{count} of {count}")
        expect(drawer.get_by_role("row")).to_have_count(count + 1)
        assert violations(page) == []
        look(page, "ticket-report-counted")
        drawer.get_by_role("link", name=re.compile(r"^T-\d+$")).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"^T-\d+ · Lamp"))
        visitor.open(ADDRESS)
        nobody = lines(page).get_by_role("button", name="Tickets closed, (none)")
        count = int(nobody.inner_text())
        nobody.click()
        expect(drawer).to_contain_text(f"{count} of {count}")  # those of no team, and not of all


def test_by_what_it_is_counted_in_both_languages_wide_and_narrow(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open(f"{ADDRESS}&by=type")
        expect(lines(page).get_by_role("rowheader", name="Complaint", exact=True)).to_be_visible()
        page.get_by_text("Closed in time").first.click()
        expect(page.get_by_role("img", name=re.compile("^Closed in time"))).to_be_visible()
        for language, width in (("en", DESK), ("en", PHONE), ("zh", DESK), ("zh", PHONE)):
            page.set_viewport_size({"width": width[0], "height": width[1]})
            page.evaluate(f"localStorage.setItem('callcenter.language', '{language}')")
            visitor.open(f"{ADDRESS}&by=owner")
            expect(page.get_by_role("rowheader", name="ann", exact=True)).to_be_visible()
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                look(page, f"ticket-report-{language}-{width[0]}-{theme}")
                assert violations(page) == [], (language, width, theme)
            assert page.evaluate(SIDEWAYS) <= 0, (language, width)


def test_the_report_is_kept(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("reports/tickets?range=last_month")
        page.get_by_role("button", name="Save this report").click()
        page.get_by_label("Name").fill("Tickets of the month")
        page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("link", name="Tickets of the month").click()
        expect(page).to_have_url(re.compile(r"/reports/tickets\?.*range=last_month"))


def test_who_does_not_work_on_tickets_sees_numbers_alone(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open(ADDRESS)
        expect(lines(page).get_by_role("rowheader", name="A", exact=True)).to_be_visible()
        expect(lines(page).get_by_role("button")).to_have_count(0)

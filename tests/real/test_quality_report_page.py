"""The report of quality in a real browser: what reviews say, where points are lost, and the reviews behind a number."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import make_engine
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.reports.test_abandoned import record
from tests.reports.test_quality import SPAN, Desk
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

ADDRESS = f"reports/quality?from={SPAN['from']}&to={SPAN['to']}"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    settings = Settings(pbxs=(PbxSettings(port=1),), timezone="Asia/Shanghai")
    folder = tmp_path_factory.mktemp("centre")
    with serving_with(folder, settings, Role.QA, filled=_fill) as server:
        yield server


async def _fill(folder: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    desk = Desk(engine)
    await desk.fill()
    await record(engine, *desk.talks)
    await engine.dispose()


def _table(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True).get_by_role("table")


def test_a_number_opens_its_reviews(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("reports/queues")
        page.get_by_role("navigation", name="Reports").get_by_role("link", name="Quality").click()
        expect(page.get_by_text("No reviews in these days")).to_be_visible()
        visitor.open(ADDRESS)
        line = _table(page, "Quality").get_by_role("row").filter(has_text="1001")
        expect(line).to_be_visible()
        assert violations(page) == []
        done = line.get_by_role("button", name="Reviews done, 1001")
        count = int(done.inner_text())
        done.click()
        drawer = page.get_by_role("dialog")
        expect(drawer).to_contain_text(f"{count} of {count}")
        expect(drawer.get_by_role("row")).to_have_count(count + 1)
        expect(drawer.get_by_role("link").nth(1)).to_have_attribute("href", _ends_with_a_number("/quality/reviews/"))
        assert violations(page) == []


def _ends_with_a_number(address: str) -> re.Pattern[str]:
    return re.compile(re.escape(address) + r"\d+$")


def test_reviewers_lost_points_and_the_phone(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open(f"{ADDRESS}&by=reviewer")
        expect(_table(page, "Quality").get_by_role("columnheader", name="Beside other reviewers")).to_be_visible()
        lost = _table(page, "Where points are lost")
        expect(lost.get_by_role("row").filter(has_text="Greets").filter(has_text="Incoming")).to_have_count(1)
        lost.get_by_role("button", name="Points lost, Greets").first.click()
        expect(page.get_by_role("dialog").get_by_role("row").nth(1)).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_text("QA pass rate").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert violations(page) == []


def test_the_weekly_report_is_kept(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("reports/quality?range=last_week")
        page.get_by_role("button", name="Save this report").click()
        page.get_by_label("Name").fill("Weekly QA")
        page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("link", name="Weekly QA").click()
        expect(page).to_have_url(re.compile(r"/reports/quality\?.*range=last_week"))

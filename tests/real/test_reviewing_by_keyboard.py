"""A reviewer's work without a mouse, in a real browser: a call is claimed, listened to, judged and published."""

import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.quality.plan_rules import period_at
from callcenter.settings import Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, violations
from tests.real.one_call import SECONDS, serving_one_call
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server that has one recorded call of this month, of agent 1001, whose PBX is away."""
    now = time.time()
    began_at = max(now - 1200, period_at(now, "month", ZoneInfo(Settings().timezone)).since)
    with serving_one_call(tmp_path_factory.mktemp("centre"), Role.QA, began_at=began_at) as server:
        yield server


@pytest.fixture
def reviewer(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.QA)


def _give_to_review(visitor: Visitor) -> None:
    """A plan that puts the call into the reviewer's inbox, once there is something to hear."""
    plan = {
        "name": "All",
        "form_id": 1,
        "period": "month",
        "per_agent": 0,
        "rules": {"long_seconds": 10},
        "reviewers": [{"username": "qa", "target": 1}],
    }
    request, path = visitor.context.request, f"{visitor.url}api/review-plans"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while request.get(f"{visitor.url}api/recordings/1/sound").json() is None:
        assert time.monotonic() < deadline, "the recording was not listened through"
        visitor.page.wait_for_timeout(100)
    made = request.post(path, headers=PANEL, data=plan)
    assert made.ok, made.text()
    started = request.post(f"{path}/{made.json()['id']}/start", headers=PANEL)
    assert started.ok, started.text()


def _heard_until(page: Page, seconds: float) -> None:
    for _ in range(PATIENCE_SECONDS * 10):
        if page.evaluate(SECONDS) > seconds:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the player did not come to {seconds}")


def test_a_call_is_claimed_heard_judged_and_published_without_a_mouse(reviewer: Visitor) -> None:
    page, keys = reviewer.page, reviewer.page.keyboard
    _give_to_review(reviewer)
    reviewer.open("quality/inbox")
    expect(page.get_by_role("row").filter(has_text="Li Na")).to_be_visible()
    assert violations(page) == []
    keys.press("n")
    expect(page.get_by_role("link", name="Begin the review of Li Na")).to_be_focused()
    keys.press("Enter")
    form = page.get_by_role("region", name="Review", exact=True)
    expect(form).to_contain_text("No score yet")
    reviewer.tab_to(lambda: form.evaluate("e => e === document.activeElement"))
    keys.press("p")
    _heard_until(page, 1)
    keys.press(".")
    _heard_until(page, 6)
    keys.press("p")
    at = int(page.evaluate(SECONDS))
    for _ in range(form.get_by_role("group").count()):
        keys.press("j")
        keys.press("1")
    keys.press("m")
    keys.type("Did not greet")
    keys.press("Escape")
    expect(form.get_by_role("button", name=f"Play from 0:{at:02}")).to_be_visible()
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()
    assert violations(page) == []
    keys.press("Control+Enter")
    expect(page.get_by_text("Published: the agent can read it now.")).to_be_visible()
    expect(form.get_by_text("Did not greet")).to_be_visible()

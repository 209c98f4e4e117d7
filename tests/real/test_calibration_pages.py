"""Calibration in a real browser: opened from a call, scored blind by two with the keyboard, then compared."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.real.one_call import SECONDS, serving_one_call
from tests.serving import PASSWORD, Serving

pytestmark = pytest.mark.real

EVIL = "<img src=x onerror=alert(1)> was short with the customer"
LEAD, FIRST, SECOND = "lead", "ada", "bo"
JUDGED = "li"
"""A reviewer who is the agent of the call: there is nothing to be seen."""
WIDTH = "document.documentElement.scrollWidth"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with one recorded call of agent 1001 and three reviewers, whose PBX is away."""
    users = [NewUser(name, PASSWORD, (Role.QA,), name=name.title()) for name in (LEAD, FIRST, SECOND)]
    users.append(NewUser(JUDGED, PASSWORD, (Role.QA,), agent_number="1001"))
    with serving_one_call(tmp_path_factory.mktemp("centre"), *users) as server:
        yield server


def _open(lead: Visitor) -> Page:
    """Opens a calibration by the form for complaints with the two reviewers; its page."""
    page = lead.page
    lead.open("calls/pbx1/1763812800.1")
    page.get_by_role("link", name="Calibrate with Li Na").click()
    page.get_by_role("combobox", name="Review form").click()
    page.get_by_role("option", name="Complaints", exact=True).click()
    reviewers = page.get_by_role("combobox", name="Reviewers")
    reviewers.click()
    for name in (FIRST, SECOND):
        page.get_by_role("option", name=f"{name.title()} ({name})").click()
    reviewers.press("Escape")
    assert violations(page) == []
    page.mouse.move(1, 1)  # away from what will tell something where the pointer is
    page.get_by_role("button", name="Open the calibration").press("Enter")
    expect(page.get_by_role("heading", name="Calibration: Li Na")).to_be_visible()
    return page


def _score(visitor: Visitor, answer: str, note: str = "") -> Page:
    """Scores the newest calibration with the keyboard alone; the first item is answered by `answer`."""
    page = visitor.page
    visitor.open("quality/calibrations")
    row = page.get_by_role("row").filter(has_text="to be scored by you").first
    row.get_by_role("link").press("Enter")
    form = page.get_by_role("region", name="Review", exact=True)
    expect(form).to_contain_text("Once finished, your scores stand.")
    assert violations(page) == []
    form.focus()
    items = form.get_by_role("group")
    for nth in range(items.count()):
        page.keyboard.press("j")
        page.keyboard.press(answer if nth == 0 else "5")
        if note and nth == 0:
            page.evaluate(f"{SECONDS} = 12.5")
            page.keyboard.press("m")
            page.keyboard.type(note)
            page.keyboard.press("Escape")
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()
    page.keyboard.press("Control+Enter")
    return page


def test_two_score_blind_and_then_see_how_far_apart_they_are(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as lead:
        page = _open(lead.sign_in(LEAD))
        expect(page.get_by_role("region", name="Who scores")).to_contain_text("has not scored yet")
        assert violations(page) == []
        place = page.url.removeprefix(server.url)
    with Visitor(browser, server.url) as first:
        page = _score(first.sign_in(FIRST), "5", EVIL)
        expect(page.get_by_role("heading", name="Not closed yet")).to_be_visible()
        expect(page.get_by_text("You have scored this call.")).to_be_visible()
        assert violations(page) == []
    with Visitor(browser, server.url) as lead:
        page = lead.sign_in(LEAD).page
        lead.open(place)
        expect(page.get_by_role("region", name="Who scores")).to_contain_text("has scored")
        expect(page.get_by_text(EVIL)).to_have_count(0)
        expect(page.get_by_role("table")).to_have_count(0)
    with Visitor(browser, server.url) as second:
        page = _score(second.sign_in(SECOND), "0")
        result = page.get_by_role("region", name="How far apart")
        expect(result.get_by_text("furthest apart")).to_have_count(1)
        expect(result.get_by_role("row").filter(has_text="furthest apart")).to_contain_text(EVIL)
        expect(result.get_by_role("columnheader", name=FIRST)).to_be_visible()
        assert violations(page) == []
        result.get_by_role("button", name="Play from 0:12").click()
        page.wait_for_function(f"{SECONDS} >= 12")
    with Visitor(browser, server.url, PHONE) as lead:
        page = lead.sign_in(LEAD).page
        page.emulate_media(color_scheme="dark")
        lead.open(place)
        expect(page.get_by_text("furthest apart")).to_be_visible()
        assert page.evaluate(WIDTH) <= PHONE[0]
        assert violations(page) == []
        lead.open("quality/calibrations")
        expect(page.get_by_role("row").filter(has_text="closed")).to_have_count(1)
        assert page.evaluate(WIDTH) <= PHONE[0]
        assert violations(page) == []


def test_closed_early_it_tells_what_was_finished(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as lead:
        page = _open(lead.sign_in(LEAD))
        page.get_by_role("button", name="Close", exact=True).click()
        page.get_by_role("button", name="Close for all (2 missing)").click()
        expect(page.get_by_text("It was closed before anybody had scored.")).to_be_visible()
        assert violations(page) == []


def test_empty_pages_say_what_to_do_in_chinese_and_dark(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(JUDGED).page
        page.emulate_media(color_scheme="dark")
        page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
        for path, words in (("quality/calibrations", "没有校准"), ("quality/calibrations/new", "哪一通电话")):
            visitor.open(path)
            expect(page.get_by_text(words).first).to_be_visible()
            assert page.evaluate(WIDTH) <= PHONE[0]
            assert violations(page) == []

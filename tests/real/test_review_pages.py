"""Reviews in a real browser: written with the keyboard alone, appealed by the agent, changed by a leader."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from tests.real.browsing import FULL, PATIENCE_SECONDS, PHONE, ROOM, Visitor, violations
from tests.real.one_call import SECONDS, serving_one_call
from tests.serving import PASSWORD, Serving

pytestmark = pytest.mark.real

EVIL = "<img src=x onerror=alert(1)> spoke over the customer"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server that has one recorded call of agent 1001, whose PBX is away."""
    agent = NewUser(Role.AGENT.value, PASSWORD, (Role.AGENT,), agent_number="1001")
    with serving_one_call(tmp_path_factory.mktemp("centre"), Role.QA, Role.SUPERVISOR, agent) as server:
        yield server


def _begin(visitor: Visitor, form: str) -> Page:
    page = visitor.page
    visitor.open("calls/pbx1/1763812800.1")
    page.get_by_role("link", name="Review Li Na").click()
    page.get_by_role("combobox", name="Review form").click()
    page.get_by_role("option", name=form, exact=True).click()
    assert violations(page) == []
    page.get_by_role("button", name="Begin the review").click()
    return page


def _type_without_room(page: Page, form: Locator) -> None:
    """It is said that what is typed is in the page alone, until the server has it."""
    held: list[Route] = []
    page.route(
        "**/api/reviews/*", lambda route: held.append(route) if route.request.method == "PUT" else route.fallback()
    )
    page.evaluate(FULL)
    with page.expect_request(lambda request: request.method == "PUT"):
        form.get_by_role("textbox").filter(has_text=EVIL).fill(f"{EVIL}!")
    expect(form.get_by_role("alert")).to_contain_text("no room left")
    assert violations(page) == []
    page.evaluate(ROOM)
    held[0].continue_()
    expect(form.get_by_role("alert")).to_have_count(0)
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()
    page.unroute_all()


def test_a_review_from_the_keyboard_to_a_changed_score(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as reviewer:
        page = _begin(reviewer.sign_in(Role.QA), "Complaints")
        form = page.get_by_role("region", name="Review", exact=True)
        expect(form).to_contain_text("No score yet")
        form.focus()
        items = form.get_by_role("group")
        for _ in range(items.count()):
            page.keyboard.press("j")
            page.keyboard.press("5")
        expect(form).to_contain_text("Saved")
        page.evaluate(f"{SECONDS} = 12.5")
        page.keyboard.press("k")
        page.keyboard.press("m")
        page.keyboard.type(EVIL)
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        expect(form.get_by_role("button", name="Play from 0:12")).to_be_visible()
        expect(form.get_by_text("Saved", exact=True)).to_be_visible()
        expect(form).to_contain_text("76 of 100")
        assert violations(page) == []
        _type_without_room(page, form)
        page.reload()
        expect(form.get_by_role("textbox").filter(has_text=EVIL)).to_have_count(1)
        form.focus()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Published: the agent can read it now.")).to_be_visible()
        expect(form.get_by_text(EVIL)).to_be_visible()
        expect(page.get_by_role("button", name="Publish")).to_have_count(0)
        assert violations(page) == []
    with Visitor(browser, server.url, PHONE) as agent:
        page = agent.sign_in(Role.AGENT).page
        agent.open("my-reviews")
        expect(page.get_by_role("table").get_by_role("link")).to_have_count(1)
        assert violations(page) == []
        page.get_by_role("table").get_by_role("link").first.click()
        expect(page.get_by_text(EVIL)).to_be_visible()
        page.get_by_role("button", name="Play from 0:12").click()
        page.wait_for_timeout(500)
        assert page.evaluate(SECONDS) >= 12
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        expect(page.get_by_role("button", name="Appeal")).to_be_disabled()
        page.get_by_label("Your words").fill("The customer asked me to.")
        page.get_by_role("button", name="Appeal").click()
        appealed = page.get_by_role("listitem").filter(has_text="appealed")
        expect(appealed).to_contain_text("The customer asked me to.")
        assert violations(page) == []
    with Visitor(browser, server.url) as leader:
        page = leader.sign_in(Role.SUPERVISOR).page
        leader.open("quality/reviews?state=appealed")
        expect(page.get_by_role("row")).to_have_count(2)
        assert violations(page) == []
        page.get_by_role("table").get_by_role("link").first.click()
        total = page.get_by_role("region", name="Review", exact=True).get_by_text("of 100")
        before = total.inner_text().split()[0]
        page.get_by_role("button", name="Change answers").click()
        answers = page.get_by_role("region", name="Decide the appeal")
        chosen = answers.get_by_role("radio", name="1", exact=True).and_(page.locator(":checked"))
        expect(chosen).to_have_count(1)
        answers.get_by_role("group").filter(has=page.locator("input[value='1']:checked")).get_by_text(
            "5", exact=True
        ).click()
        page.get_by_label("Your words").fill("True.")
        assert violations(page) == []
        page.get_by_role("button", name="Change the review").click()
        changed = page.get_by_role("listitem").filter(has_text="changed the review")
        expect(changed).to_contain_text(f"(before: {before})")
        expect(page.get_by_role("region", name="Review", exact=True)).not_to_contain_text(f"{before} of 100")


def test_a_second_review_of_the_same_part_is_refused_in_words(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as reviewer:
        page = reviewer.sign_in(Role.QA).page
        _begin(reviewer, "Complaints")
        expect(page.get_by_role("alert")).to_contain_text("already")
        reviewer.complaints.clear()


def test_empty_pages_say_what_to_do_in_chinese_and_dark(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(Role.QA).page
        page.emulate_media(color_scheme="dark")
        page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
        for path, words in (("quality/reviews?agent=9", "没有符合的质检"), ("quality/reviews/new", "哪一通电话")):
            visitor.open(path)
            expect(page.get_by_text(words).first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            assert violations(page) == []

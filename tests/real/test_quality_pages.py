"""Review forms in a real browser: the shipped ones tried with the keyboard, one built from nothing, both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import PbxSettings
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away: forms need none."""
    folder = tmp_path_factory.mktemp("centre")
    with serving_with(folder, OwnSettings(pbxs=(PbxSettings(port=9),)), Role.QA, Role.SUPERVISOR) as server:
        yield server


@pytest.fixture
def reviewer(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.QA)


def test_a_shipped_form_is_tried_with_the_keyboard_alone(reviewer: Visitor) -> None:
    page = reviewer.page
    reviewer.open("quality/forms")
    expect(page.get_by_role("row")).to_have_count(4)
    reviewer.tab_to(lambda: reviewer.focus("e.textContent") == "Complaints")
    page.keyboard.press("Enter")
    preview = page.get_by_role("region", name="As reviewers see it; try it")
    expect(preview).to_contain_text("No score yet")
    first = preview.get_by_role("group", name="Registered completely")
    # The builder with its 17 items lies between: the focus begins at the preview.
    first.get_by_role("radio", name="0").focus()
    page.keyboard.press("ArrowRight")
    expect(first.get_by_role("radio", name="1")).to_be_checked()
    expect(preview).to_contain_text("20 of 100")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(preview.get_by_role("group", name="Investigated")).to_contain_text("0 of 50 points")
    expect(preview).to_contain_text("10 of 100")
    assert violations(page) == []


def _words(page: Page, label: str, words: str, *, nth: int = 0) -> None:
    page.get_by_label(f"{label} (English)", exact=True).nth(nth).fill(words)


def _choose(page: Page, label: str, option: str, *, nth: int = 0) -> None:
    page.get_by_role("combobox", name=label).nth(nth).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_form_is_built_saved_changed_and_retired(reviewer: Visitor) -> None:
    page = reviewer.page
    reviewer.open("quality/forms")
    page.get_by_role("link", name="New form").click()
    preview = page.get_by_role("region", name="As reviewers see it; try it")
    expect(preview).to_contain_text("Something is missing still")
    _words(page, "Name", "Sales calls")
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_role("alert")).to_contain_text("Something is missing still")
    _words(page, "Section", "Opening")
    _words(page, "Item", "Did the customer wait?")
    _choose(page, "Answered by", "yes or no")
    page.get_by_label("Points").first.fill("0")
    page.get_by_role("button", name="Add an item to section 1").click()
    _words(page, "Item", "Apologises", nth=1)
    _choose(page, "Asked only if", "Did the customer wait?")
    page.get_by_role("combobox", name="is answered by").press("ArrowDown")
    page.get_by_role("option", name="Yes", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add an item to section 1").click()
    _words(page, "Item", "Tells the truth", nth=2)
    page.get_by_label("Fatal").nth(2).check()
    expect(preview.get_by_role("group")).to_have_count(2)
    preview.get_by_role("group", name="Did the customer wait?").get_by_text("Yes", exact=True).click()
    expect(preview.get_by_role("group")).to_have_count(3)
    preview.get_by_role("group", name="Apologises").get_by_text("5", exact=True).click()
    expect(preview).to_contain_text("100 of 100")
    preview.get_by_role("group", name="Tells the truth").get_by_text("0", exact=True).click()
    expect(preview).to_contain_text("Zeroed by: Tells the truth")
    expect(preview).to_contain_text("0 of 100")
    assert violations(page) == []
    page.get_by_role("button", name="Move up: Item 1.3").click()
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_role("heading", name="Sales calls")).to_be_visible()
    expect(page.get_by_label("Item (English)", exact=True).nth(1)).to_have_value("Tells the truth")
    _words(page, "Name", "Sales calls 2")
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_text("Version 2,")).to_be_visible()
    page.get_by_role("link", name="Review forms").click()
    row = page.get_by_role("row").filter(has_text="Sales calls 2")
    row.get_by_role("button", name="Retire Sales calls 2").click()
    expect(row).to_contain_text("retired")
    expect(row.get_by_role("button", name="Take back Sales calls 2")).to_be_visible()
    assert violations(page) == []


def test_a_phone_in_chinese_and_dark(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(Role.QA).page
        page.emulate_media(color_scheme="dark")
        page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
        for path, words in (("quality/forms", "呼入质检表"), ("quality/forms/1", "质检员所见，可试填")):
            visitor.open(path)
            expect(page.get_by_text(words).first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            assert violations(page) == []


def test_who_may_not_review_sees_no_forms(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("quality/forms")
        expect(page.get_by_text("Your account may not see this")).to_be_visible()
        visitor.visit("Quality")  # appeals are decided there
        expect(page.get_by_role("link", name="Reviews")).to_be_visible()
        expect(page.get_by_role("link", name="Review forms")).to_have_count(0)

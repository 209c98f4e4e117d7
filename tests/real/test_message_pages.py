"""Messages in a real browser: written on the floor, on the desk at once, understood, and who has is seen and kept."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.settings import AgentSettings, PbxSettings, Settings
from tests.real.browsing import NOTIFICATIONS, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.serving import PANEL, PASSWORD, Serving, serving_with

pytestmark = pytest.mark.real

EVIL = "<img src=x onerror=alert(1)> meeting at 3"
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
AT_ONCE_MS = 3000

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

ASKED = "performance.getEntriesByType('resource').some((one) => one.name.includes('/api/messages/mine'))"
"""The page has had an answer to what is on the desk."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with two agents of two teams, whose PBX is away."""
    people = [
        NewUser(name, PASSWORD, (Role.AGENT,), agent_number=number) for name, number in (("li", "1001"), ("wu", "1002"))
    ]
    agents = (
        AgentSettings(number="1001", name="Li Na", team="Team A"),
        AgentSettings(number="1002", name="Wu Wei", team="Team B"),
    )
    settings = Settings(pbxs=(PbxSettings(port=1),), agents=agents)
    with serving_with(tmp_path_factory.mktemp("centre"), settings, Role.SUPERVISOR, *people) as server:
        yield server


def test_a_message_is_written_understood_and_kept(server: Serving, browser: Browser) -> None:
    with (
        Visitor(browser, server.url) as boss,
        Visitor(browser, server.url, PHONE) as li,
        Visitor(browser, server.url) as wu,
    ):
        for visitor, name, path in ((li, "li", "desk"), (wu, "wu", "desk"), (boss, Role.SUPERVISOR, "")):
            visitor.sign_in(name).open(path)
        desk, other, page = li.page, wu.page, boss.page
        expect(desk.get_by_role("heading", name="Li Na")).to_be_visible()
        expect(other.get_by_role("heading", name="Wu Wei")).to_be_visible()
        page.get_by_role("button", name="Message…").press("Enter")
        dialog = page.get_by_role("dialog", name="Messages")
        expect(dialog.get_by_text("No messages yet")).to_be_visible()
        dialog.get_by_role("combobox", name="To", exact=True).click()
        page.get_by_role("option", name="A team").click()
        dialog.get_by_role("combobox", name="Team", exact=True).click()
        page.get_by_role("option", name="Team A").click()
        dialog.get_by_label("Message", exact=True).fill(EVIL)
        dialog.get_by_role("button", name="Send message").click()
        came = desk.get_by_role("region", name="Messages")
        expect(came.get_by_text(EVIL)).to_be_visible(timeout=AT_ONCE_MS)
        expect(other.get_by_role("region", name="Messages").get_by_role("listitem")).to_have_count(0)
        state = dialog.get_by_role("button", name="Understood: 0 of 1")
        state.click()
        expect(dialog.get_by_text("Li Na seen at")).to_be_visible()
        assert violations(page) == []
        assert violations(desk) == []
        assert desk.evaluate(SIDEWAYS) <= 0
        desk.reload()
        came.get_by_role("button", name="Understood").press("Enter")
        expect(came.get_by_text(EVIL)).to_have_count(0)
        expect(dialog.get_by_text("Li Na understood at")).to_be_visible(timeout=AT_ONCE_MS)
        desk.reload()
        page.reload()
        page.get_by_role("button", name="Message…").click()
        expect(dialog.get_by_role("button", name="Understood: 1 of 1")).to_be_visible()
        expect(desk.get_by_role("heading", name="Li Na")).to_be_visible()
        expect(came.get_by_role("listitem")).to_have_count(0)
        desk.get_by_role("button", name="Earlier messages").press("Enter")
        earlier = desk.get_by_role("dialog", name="Messages of the last 30 days")
        expect(earlier.get_by_role("listitem")).to_contain_text(EVIL)
        expect(earlier.get_by_role("listitem")).to_contain_text("understood at")
        assert violations(desk) == []
        assert desk.evaluate(SIDEWAYS) <= 0
        look(desk, "earlier-messages")
        other.get_by_role("button", name="Earlier messages").click()
        expect(other.get_by_text("Nothing was written to you")).to_be_visible()


def test_chosen_seats_are_written_to_and_it_is_withdrawn(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as boss, Visitor(browser, server.url) as wu:
        wu.sign_in("wu").open("desk")
        boss.sign_in(Role.SUPERVISOR).open("")
        page, came = boss.page, wu.page.get_by_role("region", name="Messages")
        page.get_by_role("button", name="Choose several seats").click()
        bar = page.get_by_role("region", name="Several seats")
        page.get_by_role("button", name="Wu Wei").click()
        bar.get_by_role("button", name="Message…").click()
        dialog = page.get_by_role("dialog", name="Messages")
        expect(dialog.get_by_text("Wu Wei (1002)")).to_be_visible()
        dialog.get_by_label("Message", exact=True).fill("To the wrong one")
        dialog.get_by_role("button", name="Send message").click()
        expect(came.get_by_text("To the wrong one")).to_be_visible(timeout=AT_ONCE_MS)
        written = dialog.get_by_role("listitem").filter(has_text="To the wrong one")
        written.get_by_role("button", name="Withdraw").click()
        written.get_by_role("button", name="Really withdraw").click()
        expect(came.get_by_role("listitem")).to_have_count(0, timeout=AT_ONCE_MS)
        expect(written).to_contain_text("withdrawn")


def test_a_message_is_read_and_understood_on_whatever_page(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, (360, 740)) as li:
        li.context.add_init_script(NOTIFICATIONS)
        li.sign_in("li").open("customers")
        page, other = li.page, li.another_page()
        other.goto(f"{li.url}library")
        typed = page.get_by_role("textbox").first
        typed.fill("Bo")
        for tab in (page, other):
            expect(tab.get_by_role("region", name="Messages")).to_have_count(1)
            tab.wait_for_function(ASKED)  # what is open before counts as told
            tab.wait_for_load_state("networkidle")
        with Visitor(browser, server.url) as boss:
            boss.sign_in(Role.SUPERVISOR)
            for text in ("Meeting at 3", EVIL * 10):
                sent = {"text": text, "to": "agents", "agents": ["1001"]}
                assert boss.context.request.post(f"{server.url}api/messages", headers=PANEL, data=sent).status == 201
        came = page.get_by_role("region", name="Messages")
        expect(came.get_by_role("listitem")).to_have_count(1)
        expect(came).to_contain_text(EVIL * 10)
        expect(came.get_by_role("link", name="One more on my desk")).to_be_visible()
        for tab in (page, other):
            tab.wait_for_function("notes.length === 2")
        notes = page.evaluate("notes")
        assert sorted(note["body"] for note in notes) == sorted(["Meeting at 3", EVIL * 10])
        assert sorted(note["tag"] for note in other.evaluate("notes")) == sorted({note["tag"] for note in notes})
        expect(typed).to_be_focused()
        assert page.evaluate(SIDEWAYS) <= 0
        assert violations(page) == []
        look(page, "message-elsewhere")
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_role("link", name="我的工作台上还有 1 条")).to_be_visible()
        page.get_by_role("button", name="English").click()
        came.get_by_role("button", name="Understood").press("Enter")
        expect(came.get_by_text("Meeting at 3")).to_be_visible()
        expect(came.get_by_role("link")).to_have_count(0)
        came.get_by_role("button", name="Understood").click()
        expect(came.get_by_role("listitem")).to_have_count(0)
        expect(other.get_by_role("region", name="Messages").get_by_role("listitem")).to_have_count(0)
        assert violations(page) == []
        li.visit("My desk")
        expect(page.get_by_role("heading", name="Li Na")).to_be_visible()
        expect(came).to_have_count(1)
        assert len(page.evaluate("notes")) == 2

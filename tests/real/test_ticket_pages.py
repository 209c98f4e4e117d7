"""Tickets in a real browser: opened, offered to who asks again, worked on in steps, merged, closed with a result."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.customers import service
from callcenter.customers.rules import Number, Record
from callcenter.customers.service import Context
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, PbxSettings
from callcenter.store.engine import make_engine, make_sessions
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.serving import PANEL, PASSWORD, Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

NARROW = (360, 740)
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"


async def _fill(folder: Path) -> None:
    """A customer who calls again."""
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    li = Record(name="Li Wei", numbers=(Number("+8613800138000"),))
    await service.create(Context(make_sessions(engine), time.time), li, "system")
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away, with two teams."""
    agents = tuple(AgentSettings(number=str(1001 + n), name=f"Li Na {n}", team=f"Team {'AB'[n]}") for n in range(2))
    settings = OwnSettings(pbxs=(PbxSettings(name="pbx1", port=9),), agents=agents)
    with serving_with(tmp_path_factory.mktemp("centre"), settings, *Role, filled=_fill) as server:
        yield server


def press(where: Page | Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def choose(dialog: Locator, field: str, option: str) -> None:
    dialog.get_by_role("combobox", name=field).click()
    dialog.page.get_by_role("option", name=option).click()


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="All tickets").locator("tbody").get_by_role("row")


def fill_in(dialog: Locator, subject: str) -> None:
    """A complaint of Li Wei, whose team is Team B."""
    choose(dialog, "Type", "Complaint")
    dialog.get_by_label("Subject").fill(subject)
    dialog.get_by_role("combobox", name="Customer").fill("li w")
    dialog.page.get_by_role("option", name="Li Wei").click()
    choose(dialog, "Agent", "Li Na 1 (1002)")


def show(page: Page, name: str) -> None:
    """Pictures in both languages and themes, wide and narrow; nothing is wider than the page."""
    for width, height in (NARROW, PHONE, DESK):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(SIDEWAYS) <= 0, (name, width)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            look(page, f"{name}-{width}-{theme}")
            assert (width, height) != PHONE or violations(page) == [], (name, theme)
    page.emulate_media(color_scheme="light")


def test_a_ticket_from_opening_to_its_result(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open()
        visitor.visit("Tickets")
        expect(page.get_by_text("No tickets yet")).to_be_visible()
        show(page, "tickets-none")

        press(page, "New ticket")
        dialog = page.get_by_role("dialog")
        press(dialog, "Open the ticket")
        expect(dialog.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
        visitor.complaints.clear()  # browsers log the 422
        fill_in(dialog, "Lamp <b>broken</b>")
        assert violations(page) == []
        look(page, "ticket-dialog")
        press(dialog, "Open the ticket")
        expect(page.get_by_role("heading", name="T-1 · Lamp <b>broken</b>")).to_be_visible()
        known = page.get_by_role("region", name="What is known")
        expect(known).to_contain_text("Team B")
        expect(known.get_by_role("link", name="Li Wei")).to_be_visible()

        press(page, "Add step")
        step = page.get_by_role("dialog")
        step.get_by_role("textbox", name="Step", exact=True).fill("Ask the shop")
        choose(step, "Who does it", "Li Na 0 (1001)")
        step.get_by_label("Due").fill("2020-01-01T12:00")
        press(step, "Add step")
        expect(page.get_by_role("region", name="Steps")).to_contain_text("Ask the shop")
        late = page.get_by_role("heading", level=1).get_by_text("Late, level 2: supervisor")
        page.reload()
        expect(late).to_be_visible()  # the look at who is late comes at once
        show(page, "ticket-late")
        page.get_by_role("checkbox", name="Mark as done: Ask the shop").focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("checkbox", name="Not done after all: Ask the shop")).to_be_checked()
        expect(late).to_have_count(0)

        visitor.visit("Tickets")
        backlog = page.get_by_role("region", name="Backlog by team").get_by_role("row")
        expect(backlog.filter(has_text="Team B")).to_contain_text("Team B1000")
        backlog.filter(has_text="Team B").get_by_role("link").nth(2).click()
        expect(page.get_by_text("No ticket like this")).to_be_visible()
        backlog.filter(has_text="Team B").get_by_role("link").first.click()
        expect(rows(page)).to_have_count(1)  # every number opens its list
        press(page, "New ticket")
        fill_in(dialog, "Lamp once more")
        press(dialog, "Open the ticket")
        expect(dialog.get_by_role("alert")).to_contain_text("This customer has open tickets")
        expect(dialog.get_by_role("alert")).to_contain_text("T-1 · Lamp <b>broken</b>")
        assert violations(page) == []
        look(page, "ticket-repeats")
        press(dialog, "Open a new one all the same")
        expect(page.get_by_role("heading", name="T-2 · Lamp once more")).to_be_visible()

        visitor.open("tickets/1")
        press(page, "Merge another")
        dialog.get_by_label("Number of the other ticket").fill("T-2")
        page.keyboard.press("Enter")
        expect(dialog).to_contain_text("Lamp once more")
        press(dialog, "Merge another")
        expect(page.get_by_role("region", name="Merged into this one")).to_contain_text("T-2 · Lamp once more")
        visitor.open("tickets/2")
        expect(page.get_by_text("This ticket is a part of T-1.")).to_be_visible()
        expect(page.get_by_role("button", name="Close", exact=True)).to_have_count(0)

        visitor.open("tickets/1")
        press(page, "Close")
        expect(dialog.get_by_role("note")).to_contain_text("no callback list has a rule for closed complaints")
        press(dialog, "Close with this result")
        expect(dialog).to_contain_text("Choose what came of it")
        choose(dialog, "Outcome", "Partly solved")
        press(dialog, "Close with this result")
        expect(dialog.get_by_role("alert")).to_be_visible()
        visitor.complaints.clear()  # browsers log the 422
        dialog.get_by_role("textbox", name="Result").fill("A new lamp was sent")
        press(dialog, "Close with this result")
        expect(known).to_contain_text("A new lamp was sent")
        expect(page.get_by_role("region", name="Callbacks")).to_contain_text("No callback was raised.")
        history = page.get_by_role("region", name="History").get_by_role("listitem")
        expect(history.first).to_contain_text("Closed supervisor")
        show(page, "ticket-closed")
        visitor.visit("Tickets")
        expect(page.get_by_text("No tickets yet")).to_be_visible()  # those that are closed are not shown
        page.get_by_label("Ticket or whole number").fill("t-1")
        expect(rows(page)).to_have_count(1)
        show(page, "tickets")
        visitor.open("customers/1")
        expect(page.get_by_role("region", name="History")).to_contain_text("Ticket T-1: Lamp <b>broken</b>")
        page.evaluate("localStorage.setItem('callcenter.language', 'zh')")
        for path, name in (("tickets?search=t-1", "tickets-zh"), ("tickets/1", "ticket-zh")):
            visitor.open(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            page.wait_for_load_state("networkidle")
            show(page, name)


def test_an_agent_merges_nothing(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.AGENT).page
        visitor.open("tickets")
        press(page, "New ticket")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Subject").fill("Question")
        press(dialog, "Open the ticket")
        expect(page.get_by_role("heading", name="Question")).to_be_visible()
        expect(page.get_by_role("button", name="Merge another")).to_have_count(0)
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("tickets")
        expect(page.get_by_role("heading", name="New ticket")).to_have_count(0)
        expect(page.get_by_role("link", name="Tickets")).to_have_count(0)


def test_open_pages_learn_what_somebody_else_changed(server: Serving, browser: Browser) -> None:
    with (
        Visitor(browser, server.url) as visitor,
        httpx.Client(base_url=f"{server.url}api", headers=PANEL, timeout=20) as other,
    ):
        other.post("/session", json={"username": Role.TEAM_LEADER, "password": PASSWORD}).raise_for_status()
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("tickets")
        expect(page.get_by_role("button", name="New ticket")).to_be_visible()
        ticket = {"type": "repair", "subject": "Door is stuck"}
        made = other.post("/tickets", json={"ticket": ticket, "is_new": True}).json()["ticket"]
        line = rows(page).filter(has_text="Door is stuck")
        expect(line).to_be_visible()
        line.get_by_role("link").click()
        expect(page.get_by_role("heading", name="Door is stuck")).to_be_visible()

        press(page, "Change")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("combobox", name="User").fill("team")
        page.get_by_role("option", name=Role.TEAM_LEADER).click()
        look(page, "ticket-owner")
        changed = other.put(f"/tickets/{made['id']}", json={"version": 1, "ticket": ticket | {"subject": "Door fell"}})
        assert changed.is_success, changed.text
        expect(page).to_have_title(re.compile("Door fell"))  # the page behind the dialog knows; what is typed stays
        expect(dialog.get_by_label("Subject")).to_have_value("Door is stuck")
        press(dialog, "Save")
        expect(dialog.get_by_role("alert")).to_contain_text("Somebody has saved this ticket meanwhile")
        visitor.complaints.clear()  # browsers log the 409
        dialog.get_by_label("Subject").fill("Door fell")
        press(dialog, "Save")
        known = page.get_by_role("region", name="What is known")
        expect(known).to_contain_text(Role.TEAM_LEADER)

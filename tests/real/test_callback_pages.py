"""Callbacks in a real browser: tester, calendar, the record form while talking, its report, emergency stop."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, DialerSettings, QueueSettings
from tests.real.browsing import FULL, PATIENCE_SECONDS, PHONE, ROOM, Visitor, look, violations
from tests.real.conftest import Pair, running_pair
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

NUMBER, OTHER, THIRD, FOURTH = "13900000002", "13900000003", "13900000004", "13900000005"
ALWAYS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]
QUESTIONS: list[dict[str, Any]] = [
    {"id": "pleased", "kind": "scale", "label": "How pleased?", "minimum": 1, "maximum": 5, "is_required": True},
    {
        "id": "why", "kind": "text", "label": "Why not more?", "is_required": True,
        "shown_if": {"question": "pleased", "any_of": ["1", "2"]},
    },
]  # fmt: skip

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A centre whose only agent is signed in; the customer answers and talks for longer than the form takes."""
    queues = {"support": QueueSettings(extension="4000", label="Support 客服", wrap_up_seconds=2)}
    agents = (AgentSettings(number="1001", name="Li Na", team="Day", queues=("support",)),)
    dialer = DialerSettings(caller_id="4008001234", ring_seconds=6, earliest="00:00", latest="24:00")
    settings = OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents, dialer=dialer)
    with running_pair(settings) as pair:
        pair.sign_in("1001", queues=1)
        for number in (NUMBER, OTHER, THIRD, FOURTH):
            pair.behave(f"86{number}", after=0, talk=120)
        pair.behave("1001", after=0, talk=120)
        yield pair


@pytest.fixture
def supervisor(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.SUPERVISOR)


@pytest.fixture
def agent(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.AGENT)


@pytest.fixture
def post(server: Serving) -> Iterator[httpx.Client]:
    """A supervisor's program."""
    with httpx.Client(base_url=server.url, headers=PANEL, timeout=20) as client:
        client.post("api/session", json={"username": "supervisor", "password": "correct horse battery"})
        yield client


def _list(client: httpx.Client, name: str, *numbers: str, **fields: Any) -> str:
    made = client.post("api/lists", json={"name": name, "queue": "support", "windows": ALWAYS} | fields)
    assert made.status_code == 201, made.text
    identity: str = made.json()["id"]
    for number in numbers:
        text = f"number,name,policy\n{number},Ann,A-1\n"
        sent = client.post(f"api/lists/{identity}/import", files={"file": ("a.csv", text.encode(), "text/csv")})
        assert sent.is_success, sent.text
    return identity


# --- may this number be called --------------------------------------------------------------------------------------


def test_the_tester_says_why_a_number_may_not_be_called(supervisor: Visitor, post: httpx.Client) -> None:
    workdays = [{"weekdays": [1, 2, 3, 4, 5], "from": "12:00", "until": "13:30"}]
    _list(post, "Noon 午间", windows=workdays, calendar={"region": "CN"})
    page = supervisor.page
    supervisor.open("callbacks/tester")
    page.get_by_role("combobox", name="List", exact=True).click()
    page.get_by_role("option", name="Noon").click()
    page.get_by_label("Number", exact=True).fill("abc")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("is no phone number")).to_be_visible()
    assert all("422" in complaint for complaint in supervisor.complaints)
    supervisor.complaints.clear()
    page.get_by_label("Number", exact=True).fill("138 0013 8000")
    # The national holiday, and a working day outside and inside the window.
    for wall, words in (
        ("2026-10-01T12:30", ["+8613800138000 may not be called", "A holiday", "May be called next"]),
        ("2026-11-25T11:00", ["may not be called", "Outside the calling windows", "until 25 Nov, 12:00"]),
        ("2026-11-25T12:30", ["+8613800138000 may be called"]),
    ):
        page.get_by_label("When").fill(wall)
        page.get_by_role("button", name="Ask", exact=True).click()
        for word in words:
            expect(page.locator("[data-may]")).to_contain_text(word)
    assert violations(page) == []


def test_a_day_is_closed_in_the_calendar(supervisor: Visitor, post: httpx.Client) -> None:
    identity = _list(post, "Fair 展会")
    page = supervisor.page
    supervisor.open(f"callbacks/{identity}")
    page.get_by_role("tab", name="Calendar").click()
    month = page.get_by_role("table", name="Calendar")
    today = month.locator('[data-today="true"]')
    expect(today).to_contain_text("00:00–24:00")
    assert violations(page) == []
    today.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Closed", exact=True).click()
    dialog.get_by_label("Note").fill("Fair")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(today).to_contain_text("Fair")
    expect(today).to_contain_text("closed")
    post.post(f"api/lists/{identity}/import", files={"file": ("a.csv", b"number\n13900000009\n", "text/csv")})
    page.get_by_role("button", name="Start: Fair").click()
    expect(page.get_by_text("Nothing is dialled right now: Closed on this date")).to_be_visible()
    page.get_by_role("button", name="Stop: Fair").click()


# --- the form -------------------------------------------------------------------------------------------------------


def test_a_form_is_built(supervisor: Visitor, post: httpx.Client) -> None:
    identity = _list(post, "Welcome 欢迎")
    page = supervisor.page
    supervisor.open(f"callbacks/{identity}")
    page.get_by_role("tab", name="Record form").click()
    page.get_by_role("button", name="Begin with the usual questions").click()
    cards = page.get_by_role("tabpanel").get_by_role("listitem")
    expect(cards).to_have_count(3)
    page.get_by_role("button", name="Add a question").click()
    new = cards.last
    new.get_by_label("Question", exact=True).fill("Which product?")
    new.get_by_label("Answered by", exact=True).click()
    page.get_by_role("option", name="one of several", exact=True).click()
    new.get_by_label("Option 1", exact=True).fill("Home")
    page.get_by_role("button", name="Save the form").click()
    # The second option has no words yet.
    expect(new.get_by_text("Words are needed here.")).to_be_visible()
    new.get_by_label("Option 2", exact=True).fill("Car")
    new.get_by_label("Asked only if").click()
    page.get_by_role("option", name="How pleased is the customer?").click()
    new.get_by_role("combobox", name="is answered by").press("ArrowDown")
    page.get_by_role("option", name="5", exact=True).click()
    page.keyboard.press("Escape")
    preview = page.get_by_role("region", name="As agents see it; try it")
    expect(preview.get_by_text("Which product?")).to_have_count(0)
    preview.get_by_text("5", exact=True).click()
    expect(preview.get_by_text("Which product?")).to_be_visible()
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_text(re.compile("^Version 1, .*supervisor$"))).to_be_visible()
    assert violations(page) == []


def test_a_form_is_filled_in_while_talking_survives_a_reload_and_is_reported(
    agent: Visitor, supervisor: Visitor, post: httpx.Client, pair: Pair
) -> None:
    identity = _list(post, "Renewals 续保", NUMBER)
    saved = post.put(f"api/lists/{identity}/form", json={"version": 0, "questions": QUESTIONS})
    assert saved.is_success, saved.text
    page = agent.page
    agent.open("mine")
    page.get_by_label("Agent number").fill("1001")
    expect(page.get_by_text("No callback before you")).to_be_visible()
    assert violations(page) == []
    post.post(f"api/lists/{identity}/start")
    # The talk has begun: the form is there by itself.
    expect(page.get_by_role("heading", name="Ann")).to_be_visible()
    expect(page.get_by_text("A-1")).to_be_visible()
    page.get_by_text("2", exact=True).click()
    page.get_by_label("Why not more?").fill("slow")
    page.reload()
    expect(page.get_by_label("Why not more?")).to_have_value("slow")
    page.evaluate(FULL)
    page.get_by_label("Why not more?").fill("slower")
    expect(page.get_by_role("alert")).to_contain_text("no room left")
    expect(page.get_by_label("Why not more?")).to_have_value("slower")
    assert violations(page) == []
    page.evaluate(ROOM)
    page.get_by_label("Why not more?").fill("slow")
    expect(page.get_by_text("What you type is kept")).to_be_visible()
    page.get_by_role("button", name="Save the record").click()
    expect(page.get_by_text("An answer is needed.")).to_be_visible()
    page.get_by_text("Completed", exact=True).click()
    page.get_by_label("Next step promised").fill("send the contract")
    page.get_by_label("Call again on").fill("2027-03-01T10:00")
    page.get_by_label("Agent 1001 keeps this promise").check()
    assert violations(page) == []
    page.get_by_role("button", name="Save the record").click()
    expect(page.get_by_role("status")).to_contain_text("by agent")
    pair.quieten()
    _reported(supervisor, identity)


def test_an_agent_is_shown_whom_to_call_skips_one_calls_the_next_and_fills_in_its_form(
    agent: Visitor, supervisor: Visitor, post: httpx.Client, pair: Pair
) -> None:
    identity = _list(post, "Visits 回访", OTHER, THIRD, mode="preview", preview_seconds=60)
    post.put(f"api/lists/{identity}/form", json={"version": 0, "questions": QUESTIONS})
    page = agent.page
    agent.open("mine")
    page.get_by_label("Agent number").fill("1001")
    page.get_by_role("button", name="Show me the next one").click()
    expect(page.get_by_text("Nothing is due")).to_be_visible()
    assert violations(page) == []
    post.post(f"api/lists/{identity}/start")
    supervisor.open(f"callbacks/{identity}")
    expect(supervisor.page.get_by_text("Nothing is dialled right now")).to_be_visible()
    page.get_by_role("button", name="Show me the next one").click()
    card = page.get_by_role("region", name="Next callback")
    expect(card).to_contain_text(OTHER)
    expect(card).to_contain_text("A-1")
    expect(card.get_by_role("timer")).to_be_visible()
    assert violations(page) == []
    card.get_by_role("button", name="Skip").click()
    card.get_by_role("button", name="Wrong record").click()
    expect(card).not_to_contain_text(OTHER)
    page.get_by_role("button", name="Show me the next one").click()
    expect(card).to_contain_text(THIRD)
    page.keyboard.press("Control+Enter")
    # The agent's phone is called first, then the customer; the form is there before he answers.
    expect(page.get_by_role("heading", name="Ann")).to_be_visible()
    pair.ami.wait_for("BridgeEnter")
    page.get_by_text("5", exact=True).click()
    page.get_by_text("Completed", exact=True).click()
    page.get_by_role("button", name="Save the record").click()
    expect(page.get_by_role("status").filter(has_text="by agent")).to_be_visible()
    assert violations(page) == []
    pair.quieten()
    expect(page.get_by_role("button", name="Show me the next one")).to_be_visible()
    targets = supervisor.page.get_by_role("tabpanel").get_by_role("row")
    expect(targets.filter(has_text=THIRD)).to_contain_text("Reached")
    skipped = post.get(f"api/lists/{identity}/targets").json()["targets"][0]
    assert (skipped["state"], skipped["attempts"]) == ("open", 0)
    post.post(f"api/lists/{identity}/stop")


def test_an_agent_sees_what_they_promised_and_calls_one_before_its_time(
    agent: Visitor, post: httpx.Client, pair: Pair
) -> None:
    identity = _list(post, "Promises 约定", mode="preview")
    now = time.time()
    for number, name, due_at in ((FOURTH, "Later", now + 5400), ("13900000006", "Late", now - 90)):
        body = {"number": number, "agent_number": "1001", "due_at": due_at, "name": name}
        made = post.post(f"api/lists/{identity}/promises", json=body)
        assert made.status_code == 201, made.text
    page = agent.page
    agent.open("mine")
    page.get_by_label("Agent number").fill("1001")
    promised = page.get_by_role("region", name="What you promised")
    lines = promised.get_by_role("listitem").filter(has_text="Promises")
    expect(lines.nth(0)).to_contain_text("overdue for 1:")
    expect(lines.nth(0)).to_contain_text("Late")
    expect(lines.nth(1)).to_contain_text(FOURTH)
    expect(lines.nth(1)).to_contain_text("List not running")
    expect(lines.nth(1)).not_to_contain_text("overdue")
    assert violations(page) == []
    look(page, "promised")
    promised.get_by_role("button", name="Call Later now").press("Enter")
    expect(promised.get_by_role("alert")).to_contain_text("is stopped; a supervisor must start it first")
    assert all("409" in complaint for complaint in agent.complaints)
    agent.complaints.clear()
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    look(page, "promised-narrow")
    post.post(f"api/lists/{identity}/start")
    promised.get_by_role("button", name="Call Later now").press("Enter")
    expect(page.get_by_role("heading", name="Later")).to_be_visible()
    pair.ami.wait_for("BridgeEnter")
    expect(lines).to_have_count(1)
    expect(promised.get_by_role("button", name="Call Late now")).to_be_disabled()
    expect(promised).to_contain_text("when the callback above is done")
    pair.quieten()
    post.post(f"api/lists/{identity}/stop")


def _reported(supervisor: Visitor, identity: str) -> None:
    page = supervisor.page
    supervisor.open(f"callbacks/{identity}")
    targets = page.get_by_role("tabpanel").get_by_role("row")
    expect(targets.filter(has_text="+8613900000002")).to_contain_text("1 Mar, 10:00")
    page.get_by_role("tab", name="Answers").click()
    answers = page.get_by_role("tabpanel")
    expect(answers.get_by_text("1 record")).to_be_visible()
    expect(answers.locator("section", has_text="How pleased?").get_by_role("listitem").nth(1)).to_have_text("21")
    assert violations(page) == []
    with page.expect_download() as file:
        answers.get_by_role("link", name="Save as CSV file").click()
    text = Path(file.value.path()).read_text(encoding="utf-8-sig")
    assert "send the contract" in text
    supervisor.open(f"reports/callbacks?list={identity}&by=agent&range=today")
    row = page.get_by_role("table").get_by_role("row").filter(has_text="Li Na")
    expect(row.get_by_role("button", name=re.compile("^Callbacks completed, Li Na: 1"))).to_be_visible()
    assert violations(page) == []
    row.get_by_role("button", name=re.compile("^Callbacks completed")).click()
    expect(page.get_by_role("dialog")).to_contain_text("+8613900000002")


# --- the emergency stop ---------------------------------------------------------------------------------------------


def test_the_emergency_stop_asks_stops_and_is_seen_on_every_page(supervisor: Visitor, post: httpx.Client) -> None:
    identity = _list(post, "Stopped 停", "13900000077")
    page = supervisor.page
    supervisor.open("callbacks")
    page.get_by_role("button", name="Emergency stop").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Stop all dialling?")
    dialog.get_by_role("button", name="Cancel").click()
    assert post.get("api/emergency-stop").json()["is_stopped"] is False
    page.get_by_role("button", name="Emergency stop").click()
    dialog.get_by_label("Reason").fill("Wrong list")
    assert violations(page) == []
    dialog.get_by_role("button", name="Stop everything now").click()
    banner = page.get_by_role("alert").filter(has_text="Emergency stop")
    expect(banner).to_contain_text("Wrong list")
    post.post(f"api/lists/{identity}/start")
    for path in ("floor", "calls", "reports/queues", f"callbacks/{identity}"):
        supervisor.open(path)
        expect(banner).to_contain_text("by supervisor")
    expect(page.get_by_text("Nothing is dialled right now: Emergency stop")).to_be_visible()
    assert post.get(f"api/lists/{identity}/attempts").json()["attempts"] == []
    assert violations(page) == []
    page.once("dialog", lambda question: question.accept())
    banner.get_by_role("button", name="Let lists go on").click()
    expect(banner).to_have_count(0)
    post.post(f"api/lists/{identity}/stop")


@pytest.mark.parametrize("path", ["callbacks", "callbacks/tester", "mine", "reports/callbacks"])
def test_pages_fit_a_phone(server: Serving, browser: Browser, path: str) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        visitor.sign_in(Role.SUPERVISOR).open(path)
        visitor.page.get_by_role("heading", level=1).wait_for()
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

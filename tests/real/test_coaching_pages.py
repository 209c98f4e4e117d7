"""Coaching in a real browser: given on the page of a review, seen by the agent on a phone, closed by the leader."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.settings import AgentSettings, PbxSettings, Settings
from callcenter.store.engine import make_engine
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_conversation
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.serving import PANEL, PASSWORD, Serving, serving_with

pytestmark = pytest.mark.real

EVIL = "<img src=x onerror=alert(1)> let them finish"
PART = {"pbx": "pbx1", "call_id": a_call().call_id, "agent_number": "1001", "form_id": 1}
WIDTH = "document.documentElement.scrollWidth"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with one call of agent 1001, whose PBX is away."""
    agent = NewUser(Role.AGENT.value, PASSWORD, (Role.AGENT,), agent_number="1001")
    folder = tmp_path_factory.mktemp("centre")
    settings = Settings(pbxs=(PbxSettings(port=1),), agents=(AgentSettings(number="1001", name="Li Na"),))
    with serving_with(folder, settings, Role.QA, Role.SUPERVISOR, agent, filled=_note) as server:
        yield server


async def _note(folder: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    recorder = Recorder(engine)
    recorder.note([a_call(), a_conversation()])
    await recorder.flush()
    await engine.dispose()


def _worst(item: dict[str, Any]) -> object:
    if item["kind"] == "yes_no":
        return False
    return 0 if item["kind"] == "scale" else min(item["options"], key=lambda option: option["share"])["id"]


def _publish(reviewer: Visitor) -> int:
    """A published review in which everything went wrong; its id."""

    def ask(method: str, path: str, data: object) -> dict[str, Any]:
        answer = reviewer.context.request.fetch(f"{reviewer.url}api/{path}", method=method, headers=PANEL, data=data)
        assert answer.ok, answer.text()
        told: dict[str, Any] = answer.json()
        return told

    made = ask("POST", "reviews", PART)
    answers = {item["id"]: _worst(item) for section in made["sections"] for item in section["items"]}
    path = f"reviews/{made['id']}"
    saved = ask("PUT", path, {"version": made["version"], "answers": answers, "notes": {}, "comments": []})
    ask("POST", f"{path}/publish", {"version": saved["version"]})
    return int(made["id"])


def test_from_giving_to_closing(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("quality/coaching")
        expect(page.get_by_text("No coaching tasks")).to_be_visible()
        assert violations(page) == []
        review = _publish(visitor)
    with Visitor(browser, server.url) as leader:
        page = leader.sign_in(Role.SUPERVISOR).page
        leader.open(f"quality/reviews/{review}")
        card = page.get_by_role("region", name="Coaching")
        card.get_by_role("button", name="Give a coaching task").press("Enter")
        card.get_by_label("Note for the agent").fill(EVIL)
        expect(card.get_by_role("combobox", name="Who coaches")).to_have_value("Supervisor (supervisor)")
        card.get_by_role("checkbox").first.press("Space")
        assert violations(page) == []
        card.get_by_role("button", name="Give the task").press("Enter")
        expect(card).to_contain_text("not seen yet")
        expect(card).to_contain_text(EVIL)
        assert violations(page) == []
    with Visitor(browser, server.url, PHONE) as agent:
        page = agent.sign_in(Role.AGENT).page
        agent.open("desk")
        waiting = page.get_by_role("region", name="My reviews")
        expect(waiting.get_by_role("listitem")).to_have_count(2)
        expect(waiting.get_by_role("listitem").nth(0)).to_contain_text("Waits for your answer. You may appeal until")
        expect(waiting.get_by_role("listitem").nth(1)).to_contain_text("not seen yet")
        assert page.evaluate(WIDTH) <= PHONE[0]
        assert violations(page) == []
        look(page, "desk-reviews")
        waiting.get_by_role("listitem").nth(0).get_by_role("link").press("Enter")
        page.get_by_role("button", name="Acknowledge").press("Enter")
        expect(page.get_by_text("You may appeal until")).to_be_visible()
        agent.open("desk")
        expect(waiting.get_by_role("listitem")).to_have_count(1)
        expect(waiting).to_contain_text("not seen yet")
        waiting.get_by_role("link", name="My reviews").press("Enter")
        tasks = page.get_by_role("region", name="Coaching")
        expect(tasks.get_by_role("link")).to_have_count(1)
        assert violations(page) == []
        tasks.get_by_role("link").press("Enter")
        card = page.get_by_role("region", name="Coaching")
        expect(card).to_contain_text(EVIL)
        card.get_by_role("button", name="I have seen it").press("Enter")
        expect(card).to_contain_text("seen by the agent")
        expect(card.get_by_role("button")).to_have_count(0)
        assert page.evaluate(WIDTH) <= PHONE[0]
        assert violations(page) == []
    with Visitor(browser, server.url) as leader:
        page = leader.sign_in(Role.SUPERVISOR).page
        leader.open(f"quality/reviews/{review}")
        card = page.get_by_role("region", name="Coaching")
        expect(card.get_by_role("button", name="Close the task")).to_be_disabled()
        card.get_by_label("What was done").fill("Heard it together.")
        card.get_by_role("button", name="Close the task").press("Enter")
        expect(card).to_contain_text("Heard it together.")
        expect(card).to_contain_text("is drawn by a sampling plan with this form")
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
        leader.open("quality/coaching")
        expect(page.get_by_role("row").filter(has_text="已结束")).to_have_count(1)
        assert violations(page) == []
    with Visitor(browser, server.url) as agent:
        page = agent.sign_in(Role.AGENT).page
        with page.expect_response(lambda answer: "state=open" in answer.url):
            agent.open("desk")
        expect(page.get_by_role("region", name="My state")).to_be_visible()
        expect(page.get_by_role("region", name="My reviews")).to_have_count(0)

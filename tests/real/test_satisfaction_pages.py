"""What callers pressed after the call, in a real browser: at the call, in the reports, in a sampling plan."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.floor.facts import AnyFact
from callcenter.settings import PbxSettings, QueueSettings
from callcenter.store.engine import make_engine
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_conversation, a_survey, a_visit
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

SCORES = (4, 1, 0)
COLUMNS = "satisfaction,satisfaction_score,survey_answer_rate,surveys_offered"
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"


def _facts() -> Iterator[AnyFact]:
    """Three calls of a moment ago: one caller pressed 4, one pressed 1, one hung up at the question."""
    for nth, score in enumerate(SCORES):
        at, call = time.time() - 60 * (nth + 1), f"call-{nth}"
        of_call = {"call_id": call, "channel_id": call}
        yield a_call(call_id=call, started_at=at, answered_at=at, ended_at=at + 40)
        yield a_visit(**of_call, joined_at=at, ended_at=at + 2, wait_seconds=2.0)
        yield a_conversation(
            call_id=call, leg_id=f"{call}.2", queue="service", began_at=at + 2, ended_at=at + 30, completed_at=at + 30
        )
        yield a_survey(**of_call, asked_at=at + 31, ended_at=at + 36, score=score)


async def _write_down(folder: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    recorder = Recorder(engine)
    recorder.note(tuple(_facts()))
    await recorder.flush()
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away, with what three callers pressed."""
    settings = OwnSettings(pbxs=(PbxSettings(name="pbx1", port=9),), queues={"service": QueueSettings(label="Service")})
    folder = tmp_path_factory.mktemp("centre")
    with serving_with(folder, settings, Role.QA, Role.SUPERVISOR, filled=_write_down) as server:
        yield server


@pytest.fixture
def supervisor(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.SUPERVISOR)


def test_the_answer_stands_with_the_call(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("calls/pbx1/call-0")
    expect(page.get_by_role("definition").filter(has_text="4 of 5")).to_be_visible()
    expect(page.get_by_role("cell", name="Asked how satisfied they were with Li Na")).to_be_visible()
    expect(page.get_by_role("cell", name="Pressed 4 of 5")).to_be_visible()
    assert violations(page) == []
    supervisor.open("calls/pbx1/call-2")
    expect(page.get_by_role("definition").filter(has_text="No answer")).to_be_visible()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("subject", ["queues", "agents"])
def test_satisfaction_opens_the_calls_that_it_counts(supervisor: Visitor, subject: str) -> None:
    page = supervisor.page
    supervisor.open(f"reports/{subject}?columns={COLUMNS}")
    grid = page.get_by_role("region", name=subject.title(), exact=True).get_by_role("grid")
    row = grid.get_by_role("row").filter(has_text="Service" if subject == "queues" else "Li Na")
    expect(row).to_contain_text("50.0")
    expect(row).to_contain_text("2.5")
    expect(row).to_contain_text("66.7")
    row.get_by_role("button").filter(has_text="66.7").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("2 surveys")
    expect(drawer.get_by_role("cell", name="1 of 5")).to_be_visible()
    assert violations(page) == []
    drawer.get_by_text("Out of what").click()
    expect(drawer).to_contain_text("3 surveys")
    expect(drawer.get_by_role("cell", name="No answer")).to_be_visible()
    drawer.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_text("4 of 5").first).to_be_visible()


def test_a_plan_asks_for_low_answers(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("quality/plans")
        page.get_by_role("button", name="New plan").click()
        form = page.get_by_role("dialog")
        form.get_by_label("Name").fill("Low answers")
        form.get_by_label("Conversations of each agent").fill("0")
        form.get_by_label("Survey answer of at most (1–5)").fill("2")
        form.get_by_role("combobox", name="Who reviews").click()
        page.get_by_role("option", name="Qa (qa)").click()
        page.keyboard.press("Escape")
        assert violations(page) == []
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_role("dialog", name="What Low answers would draw")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_role("row").filter(has_text="Low answers").get_by_role("button", name="Change Low answers").click()
        expect(form.get_by_label("Survey answer of at most (1–5)")).to_have_value("2")

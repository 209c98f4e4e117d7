"""Sampling in a real browser: a plan is made, previewed, switched on; its reviews are claimed by key and given back."""

import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.floor.facts import Fact
from callcenter.quality.plan_rules import period_at
from callcenter.recordings.tables import RecordingAudio
from callcenter.settings import PbxSettings, QueueSettings
from callcenter.store.engine import make_engine, make_sessions
from callcenter.store.recorder import Recorder
from callcenter.store.tables import recording_files
from tests.facts import a_call, a_conversation, a_recording
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

MINUTE = 60.0
AGENTS = ("1001", "1002")
LONG_SECONDS = 700.0


def _facts() -> Iterator[Fact]:
    """Two agents with two calls each of this month, one of them long."""
    now = time.time()
    began_at = max(now - 20 * MINUTE, period_at(now, "month", ZoneInfo(OwnSettings().timezone)).since)
    for nth, (agent, talk) in enumerate((agent, talk) for agent in AGENTS for talk in (60.0, LONG_SECONDS)):
        call = f"call/{nth}"
        end = {"ended_at": began_at + talk}
        yield a_call(call_id=call, started_at=began_at, answered_at=began_at, **end)
        yield a_conversation(
            call_id=call,
            leg_id=f"{call}.2",
            agent_number=agent,
            agent_name=f"Agent {agent}",
            queue="service",
            began_at=began_at,
            completed_at=began_at + talk,
            talk_seconds=talk,
            hold_seconds=0.0,
            **end,
        )
        yield a_recording(path=f"/{nth}.wav", call_id=call, began_at=began_at, **end)


async def _write_down(folder: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    recorder = Recorder(engine)
    recorder.start()
    recorder.note(tuple(_facts()))  # type: ignore[arg-type]
    await recorder.flush()
    await recorder.close()
    heard = {"state": "ready", "has_audio": True, "has_customer_leg": False, "has_agent_leg": False}
    async with make_sessions(engine).begin() as session:
        for recording in await session.scalars(select(recording_files.c.id)):
            row = RecordingAudio(recording_id=recording, duration_seconds=60.0, size=1, checked_at=0.0, **heard)
            session.add(row)
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away, with what two agents talked."""
    folder = tmp_path_factory.mktemp("centre")
    settings = OwnSettings(pbxs=(PbxSettings(name="pbx1", port=9),), queues={"service": QueueSettings(label="Service")})
    with serving_with(folder, settings, Role.QA, Role.SUPERVISOR, filled=_write_down) as server:
        yield server


@pytest.fixture
def reviewer(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.QA)


def test_a_plan_is_made_previewed_switched_on_and_its_reviews_are_claimed(reviewer: Visitor) -> None:
    page = reviewer.page
    reviewer.open("quality/inbox")
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Sampling plans").click()
    expect(page.get_by_text("No sampling plans")).to_be_visible()
    page.get_by_role("button", name="New plan").click()
    form = page.get_by_role("dialog")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Name").fill("Every agent")
    form.get_by_label("Conversations of each agent").fill("0")
    form.get_by_label("Talk of at least (seconds)").fill("600")
    form.get_by_role("combobox", name="Queues").press("ArrowDown")
    page.get_by_role("option", name="Service").click()
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("A plan needs a reviewer")).to_be_visible()
    form.get_by_role("combobox", name="Who reviews").click()
    page.get_by_role("option", name="Qa (qa)").click()
    page.keyboard.press("Escape")
    reviewer.complaints.clear()  # the browser's own lines about what was refused
    form.get_by_label("Target of qa in a period").fill("10")
    assert violations(page) == []
    form.get_by_role("button", name="Save").click()
    preview = page.get_by_role("dialog", name="What Every agent would draw")
    expect(preview.get_by_role("row").filter(has_text="Agent 1002")).to_contain_text("long call: 1")
    expect(preview).to_contain_text("2 would be drawn")
    assert violations(page) == []
    preview.get_by_role("button", name="Switch on").click()
    row = page.get_by_role("row").filter(has_text="Every agent")
    expect(row).to_contain_text("active")
    expect(row).to_contain_text("0 of 2")
    expect(row).to_contain_text("qa: 0 of 2 done, target 10")
    assert violations(page) == []
    page.get_by_role("link", name="Inbox").click()
    mine = page.get_by_role("region", name="My reviews")
    expect(mine.get_by_role("row")).to_have_count(3)
    expect(mine.get_by_role("row").nth(1)).to_contain_text("11:40")
    page.keyboard.press("n")
    begin = mine.get_by_role("link", name="Begin the review of Agent 1001")
    expect(begin).to_be_focused()
    assert begin.get_attribute("href") == ("/quality/reviews/new?pbx=pbx1&call=call%2F1&agent=1001&form=1&assignment=1")
    expect(mine.get_by_role("row").nth(1)).to_contain_text("by ")
    assert violations(page) == []
    mine.get_by_role("button", name="Give back the review of Agent 1001").click()
    pool = page.get_by_role("region", name="Pool")
    expect(pool.get_by_role("row")).to_have_count(2)
    expect(mine.get_by_role("row")).to_have_count(2)
    assert violations(page) == []
    pool.get_by_role("button", name="Claim the review of Agent 1001").click()
    expect(begin).to_be_visible()
    expect(pool).to_have_count(0)
    _review(page, begin)
    reviewer.complaints.clear()  # the browser's own lines about sound that is only in the tables here
    reviewer.open("quality/inbox")
    expect(mine.get_by_role("row")).to_have_count(2)
    expect(mine).not_to_contain_text("Agent 1001")
    reviewer.open("quality/plans")
    expect(row).to_contain_text("1 of 2")
    row.get_by_role("button", name="Pause Every agent").click()
    expect(row).to_contain_text("paused")
    row.get_by_role("button", name="Change Every agent").click()
    expect(form.get_by_label("Name")).to_have_value("Every agent")
    form.get_by_label("Name").fill("Each agent")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Each agent")).to_be_visible()


def _review(page: Page, begin: Locator) -> None:
    """Begins the review, leaves it and begins it again, answers every item, and publishes."""
    begin.click()
    form = page.get_by_role("region", name="Review", exact=True)
    expect(form).to_contain_text("No score yet")
    address = page.url
    page.go_back()
    begin.click()
    expect(form).to_contain_text("No score yet")
    assert page.url == address, "what was begun is gone on with"
    form.focus()
    for _ in range(form.get_by_role("group").count()):
        page.keyboard.press("j")
        page.keyboard.press("1")
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Published: the agent can read it now.")).to_be_visible()


def test_a_phone_in_chinese_and_dark(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(Role.QA).page
        page.emulate_media(color_scheme="dark")
        page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
        for path, words in (("quality/inbox", "我的质检"), ("quality/plans", "Each agent")):
            visitor.open(path)
            expect(page.get_by_text(words).first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            assert violations(page) == []
        page.get_by_role("button", name="修改 Each agent").click()
        expect(page.get_by_role("dialog").get_by_role("button", name="保存")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert violations(page) == []


def test_who_may_not_review_sees_neither(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        for path in ("quality/inbox", "quality/plans"):
            visitor.open(path)
            expect(page.get_by_text("Your account may not see this")).to_be_visible()

"""Wrap-up forms in a real browser on a real Asterisk: typed in the call, kept over reload and the next call, found."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

NARROW = (360, 740)
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
FIRST, SECOND, OTHER = "13800138000", "13800138001", "13800138002"
ALWAYS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """An agent whose phone answers, and a moment for the work after a call."""
    queues = {"support": QueueSettings(extension="4000", label="Support 客服", wrap_up_seconds=5)}
    agents = (AgentSettings(number="1001", name="Li Na", queues=tuple(queues)),)
    with running_pair(Settings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.behave("1001", do="answer", after=1, talk=0)
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA) as server:
        yield server


def _state(page: Page) -> Locator:
    return page.get_by_role("region", name="My state").get_by_role("status").first


def _form(page: Page, number: str) -> Locator:
    return page.get_by_role("region", name=f"Wrap-up: {number}")


def _choose(within: Locator, field: str, option: str) -> None:
    within.get_by_role("combobox", name=field).click()
    within.page.get_by_role("option", name=option, exact=True).click()


def _pictures(visitor: Visitor, name: str) -> None:
    page = visitor.page
    for size, (width, height) in {"desk": DESK, "phone": PHONE}.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            look(page, f"{name}-{size}-{scheme}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def _hang_up(pair: Pair, caller: str) -> None:
    pair.outside.action("Hangup", Channel=pair.channel(caller))


def test_what_an_agent_writes_down_is_kept_saved_promised_and_found(
    server: Serving, browser: Browser, pair: Pair
) -> None:
    with Visitor(browser, server.url) as agent, Visitor(browser, server.url) as supervisor:
        boss = supervisor.sign_in(Role.SUPERVISOR).page
        _edit_the_reasons(supervisor)
        page = agent.sign_in("li-na").page
        agent.open("desk")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(_state(page)).to_have_text("Ready")

        # Typed in the talk, kept over a reload.
        caller = pair.customer_calls("4000", caller=FIRST)
        expect(_state(page)).to_have_text("Talking")
        first = _form(page, FIRST)
        _choose(first, "Reason", "Enquiry")
        first.get_by_label("Note").fill("asks for a price <b>今天</b>")
        expect(first.get_by_label("Call back on")).to_be_disabled()
        expect(first).to_contain_text("No callback list takes promises now")
        page.reload()
        expect(first.get_by_label("Note")).to_have_value("asks for a price <b>今天</b>")
        expect(first.get_by_role("combobox", name="Reason")).to_have_value("Enquiry")
        assert violations(page) == []
        first.get_by_role("button", name="Save the wrap-up").click()
        expect(first).to_contain_text("Say more exactly why.")
        expect(first.get_by_role("alert")).to_have_text("Say what came of it.")
        _pictures(agent, "wrap-up")

        # Kept over the next call, too.
        _hang_up(pair, caller)
        expect(_state(page)).to_have_text("Wrap-up")
        expect(_state(page)).to_have_text("Ready")
        _start_a_list(boss, server.url)
        caller = pair.customer_calls("4000", caller=SECOND)
        expect(_state(page)).to_have_text("Talking")
        second = _form(page, SECOND)
        expect(second.get_by_label("Note")).to_have_value("")
        expect(first.get_by_label("Note")).to_have_value("asks for a price <b>今天</b>")
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert page.evaluate(SIDEWAYS) <= 0
        assert violations(page) == []
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})

        # Saved with the keyboard, and with a promise.
        _choose(first, "More exactly", "Price or offer")
        agent.tab_to(lambda: agent.focus("e.parentElement.textContent") == "Solved")
        page.keyboard.press("Space")
        tomorrow = time.strftime("%Y-%m-%dT10:00", time.localtime(time.time() + 86_400))
        first.get_by_label("Call back on").fill(tomorrow)
        expect(first.get_by_role("combobox", name="By the callback list")).to_have_value("Promises")
        agent.tab_to(lambda: agent.focus("e.textContent") == "Save the wrap-up")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The wrap-up is saved.")).to_be_visible()
        expect(first).to_have_count(0)
        _choose(second, "Reason", "Praise 表扬")
        second.get_by_text("Passed on", exact=True).click()
        second.get_by_role("button", name="Save the wrap-up").click()
        expect(second.get_by_role("status")).to_contain_text("by li-na")
        second.get_by_role("button", name="Correct it").click()
        second.get_by_label("Note").fill("likes the service")
        second.get_by_role("button", name="Save the wrap-up").click()
        expect(second).to_contain_text("likes the service")
        _hang_up(pair, caller)
        expect(_state(page)).to_have_text("Wrap-up")

        _find_them(supervisor, server.url)


def _edit_the_reasons(supervisor: Visitor) -> None:
    """A reason more, and one less."""
    page = supervisor.page
    supervisor.open("wrap-up-reasons")
    reasons = page.get_by_role("region", name="Reasons", exact=True)
    expect(reasons.get_by_label("Enquiry, in Chinese")).to_have_value("咨询")
    reasons.get_by_role("button", name="Add a reason").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(reasons).to_contain_text("Words are needed in one language")
    reasons.locator("input[lang=en]").last.fill("Praise 表扬")
    reasons.get_by_role("button", name="Retire Repair").click()
    assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The reasons are saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Take back Repair")).to_be_visible()
    _pictures(supervisor, "wrap-up-reasons")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert page.evaluate(SIDEWAYS) <= 0
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def _start_a_list(page: Page, url: str) -> None:
    made = page.request.post(
        f"{url}api/lists", headers=PANEL, data={"name": "Promises", "queue": "support", "windows": ALWAYS}
    )
    assert made.ok, made.text()
    listed = f"{url}api/lists/{made.json()['id']}"
    later = {"targets": [{"number": OTHER, "due_at": time.time() + 30 * 86_400}]}
    for act, body in (("targets", later), ("start", None)):
        done = page.request.post(f"{listed}/{act}", headers=PANEL, data=body)
        assert done.ok, done.text()


def _find_them(supervisor: Visitor, url: str) -> None:
    """Each call by its reason, the first one by the reason above it, too; and what its page shows."""
    page = supervisor.page
    rows = page.get_by_role("table").locator("tbody").get_by_role("row")
    supervisor.open("calls")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="More filters").click()
    for reason, found in (("Praise 表扬", SECOND), ("Enquiry", FIRST), ("Enquiry › Price or offer", FIRST)):
        page.get_by_role("combobox", name="Wrap-up reason").click()
        page.get_by_role("option", name=reason, exact=True).click()
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(found)
    assert violations(page) == []
    rows.get_by_role("link").first.click()
    record = page.get_by_role("region", name="Wrap-up by Li Na")
    expect(record).to_contain_text("asks for a price <b>今天</b>")
    expect(record).to_contain_text("Promises")
    record.get_by_role("button", name="Correct it").click()
    record.get_by_label("Note").fill("asked for a price")
    record.get_by_role("button", name="Save the wrap-up").click()
    expect(record).to_contain_text("Changed once")
    assert violations(page) == []
    _pictures(supervisor, "wrap-up-of-call")
    targets = page.request.get(f"{url}api/lists/1/targets").json()
    assert [one["number"] for one in targets["targets"]] == [f"+86{OTHER}", f"+86{FIRST}"]

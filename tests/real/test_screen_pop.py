"""Who rings pops at the right desk, within a second, on a real Asterisk and in real browsers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.serving import PANEL, PASSWORD, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

POP_SECONDS = 1.0
KNOWN, STRANGER, OTHER_STRANGER = "13800138000", "13800138001", "13800138002"
COLLEAGUE = NewUser("wang-wei", PASSWORD, (Role.AGENT,), agent_number="1002")
NARROW = (360, 740)
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"

WATCH = """name => {
  window.poppedAt = null;
  new MutationObserver(() => {
    if (window.poppedAt === null && document.body.innerText.includes(name)) window.poppedAt = Date.now() / 1000;
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
"""Notes in the page when a name is first seen there."""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two agents whose phones answer after a while."""
    queues = {"support": QueueSettings(extension="4000", label="Support", wrap_up_seconds=8)}
    agents = tuple(AgentSettings(number=str(1001 + n), name=f"Li Na {n}", queues=tuple(queues)) for n in range(2))
    with running_pair(Settings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.behave("1001", do="answer", after=4, talk=0)
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA, COLLEAGUE) as server:
        yield server


@pytest.fixture
def agent(server: Serving, browser: Browser, pair: Pair) -> Iterator[Visitor]:
    """Agent 1001 at the desk, ready."""
    pair.quieten()
    with Visitor(browser, server.url) as visitor:
        visitor.sign_in("li-na").open("desk")
        visitor.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(state(visitor.page)).to_have_text("Ready")
        yield visitor
    pair.quieten()
    pair.ami.action("QueueRemove", Queue="support", Interface="PJSIP/1001")


def state(page: Page) -> Locator:
    return page.get_by_role("region", name="My state").get_by_role("status").first


def newcomer(page: Page, number: str) -> Locator:
    return page.get_by_role("region", name=f"New customer +86{number}")


def hang_up(pair: Pair, caller: str) -> None:
    pair.outside.action("Hangup", Channel=pair.channel(caller))


def test_a_known_customer_pops_at_the_desk_that_rings_and_at_no_other(
    agent: Visitor, server: Serving, browser: Browser, pair: Pair
) -> None:
    page = agent.page
    record = {"name": "Zhao Liu", "level": "important", "note": "likes tea", "numbers": [{"number": KNOWN}]}
    made = page.request.post(f"{server.url}api/customers", headers=PANEL, data={"record": record})
    assert made.ok, made.text()
    with Visitor(browser, server.url) as colleague:
        colleague.sign_in("wang-wei").open("desk")
        expect(state(colleague.page)).to_have_text("Signed out")
        for desk in (page, colleague.page):
            desk.evaluate(WATCH, "Zhao Liu")
        caller = pair.customer_calls("4000", caller=KNOWN, name="Bob")
        rang_at = float(pair.ami.wait_for("AgentCalled")["Timestamp"])
        card = page.get_by_role("region", name="The customer")
        expect(card).to_contain_text("Zhao Liu")
        took = page.evaluate("window.poppedAt") - rang_at
        assert took < POP_SECONDS, f"the record was seen {took:.2f} s after the ring began"
        expect(card).to_contain_text("Important")
        expect(card).to_contain_text("likes tea")
        assert violations(page) == []

        seen = pair.ami.listing("CoreShowChannels")
        call_id = next(one["Linkedid"] for one in seen if one.get("Channel", "").startswith("PJSIP/1001"))
        params: dict[str, str | float | bool] = {"pbx": "pbx1", "call_id": call_id}
        assert page.request.get(f"{server.url}api/customer-pop", params=params).ok
        refused = colleague.page.request.get(f"{server.url}api/customer-pop", params=params)
        assert refused.status == 404
        expect(state(page)).to_have_text("Talking")
        hang_up(pair, caller)
        expect(state(page)).to_have_text("Wrap-up")
        expect(card).to_contain_text("Zhao Liu")  # for the work after the call
        assert colleague.page.evaluate("window.poppedAt") is None
    expect(state(page)).to_have_text("Ready")
    expect(card).to_have_count(0)

    # The next time the last contact stands in the record.
    caller = pair.customer_calls("4000", caller=KNOWN)
    expect(card).to_contain_text("Last contacts")
    expect(card).to_contain_text("Called us")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert page.evaluate(SIDEWAYS) <= 0
    assert violations(page) == []
    hang_up(pair, caller)


def test_what_is_typed_of_an_unknown_caller_is_never_lost(agent: Visitor, pair: Pair) -> None:
    page = agent.page
    caller = pair.customer_calls("4000", caller=STRANGER)
    first = newcomer(page, STRANGER)
    first.get_by_label("Name").fill("Sun")
    first.get_by_label("Note").fill("asks for a price")
    assert violations(page) == []
    page.reload()
    expect(first.get_by_label("Note")).to_have_value("asks for a price")
    expect(state(page)).to_have_text("Talking")
    hang_up(pair, caller)
    expect(state(page)).to_have_text("Wrap-up")
    expect(state(page)).to_have_text("Ready")
    expect(first.get_by_label("Name")).to_have_value("Sun")  # the call is over, the form is not

    caller = pair.customer_calls("4000", caller=OTHER_STRANGER)
    second = newcomer(page, OTHER_STRANGER)
    expect(second.get_by_label("Name")).to_have_value("")
    expect(first.get_by_label("Name")).to_have_value("Sun")  # the next caller takes nothing away
    first.get_by_role("button", name="Make the customer").click()
    expect(first).to_have_count(0)
    second.get_by_label("Name").fill("Qian")
    second.get_by_role("button", name="Make the customer").click()
    expect(page.get_by_role("region", name="The customer")).to_contain_text("Qian")
    expect(second).to_have_count(0)
    hang_up(pair, caller)

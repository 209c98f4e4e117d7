"""Who rings pops at the right desk, within a second, on a real Asterisk and in real browsers."""

import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from typing_extensions import override

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.settings import (
    AgentSettings,
    CrmSettings,
    CustomerSettings,
    PopSettings,
    QueueSettings,
    Settings,
    WebhookSettings,
)
from tests.real.browsing import FULL, PATIENCE_SECONDS, ROOM, Visitor, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.serving import PANEL, PASSWORD, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

POP_SECONDS = 1.0
"""From the ring on: to the record at the desk, and to the webhook at another system."""

KNOWN, STRANGER, OTHER_STRANGER, ASKER, WRITER = (f"1380013800{n}" for n in range(5))
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


class Outsider(BaseHTTPRequestHandler):
    """Another system: a CRM that knows one number, its pages, and what it was told by webhooks."""

    told: ClassVar[list[tuple[float, dict[str, Any]]]] = []
    opened: ClassVar[list[tuple[float, str]]] = []

    def do_GET(self) -> None:
        if self.path.startswith("/page"):
            self.opened.append((time.time(), self.path))
            self._say(b"<title>page</title>", "text/html")
        elif self.path == f"/crm?phone=%2B86{KNOWN}":
            self._say(json.dumps({"name": "Zhao Liu Ltd", "level": "A", "link": "https://crm.example/li"}).encode())
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.told.append((time.time(), event))
        self._say(b"{}")

    @override
    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _say(self, content: bytes, kind: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    """Where the other system is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Outsider) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def pair(outside: str) -> Iterator[Pair]:
    """Two agents whose phones answer after a while, and another system that knows customers."""
    queues = {"support": QueueSettings(extension="4000", label="Support", wrap_up_seconds=8)}
    agents = tuple(AgentSettings(number=str(1001 + n), name=f"Li Na {n}", queues=tuple(queues)) for n in range(2))
    page = f"{outside}/page?of={{number}}&queue={{queue}}&by={{agent}}"
    settings = Settings(
        timezone="Asia/Shanghai",
        queues=queues,
        agents=agents,
        customers=CustomerSettings(
            pop=PopSettings(url=page, opens="ring"), crm=CrmSettings(url=f"{outside}/crm?phone={{number}}")
        ),
        webhooks=WebhookSettings(allowed_networks=(ip_network("127.0.0.0/8"),)),
    )
    with running_pair(settings) as pair:
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
    try:
        with Visitor(browser, server.url) as visitor:
            visitor.sign_in("li-na").open("desk")
            visitor.page.get_by_role("button", name="Sign in", exact=True).click()
            expect(state(visitor.page)).to_have_text("Ready")
            yield visitor
    finally:
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
    first.get_by_role("button", name="Discard").click()  # once is not enough
    first.get_by_label("Note").click()
    expect(first.get_by_role("button", name="Discard")).to_be_visible()
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
    page.evaluate(FULL)
    second.get_by_label("Name").fill("Qi")
    expect(second.get_by_label("Name")).to_have_value("Qi")
    expect(second.get_by_role("alert")).to_contain_text("no room left")
    expect(first.get_by_label("Name")).to_have_value("Sun")
    assert violations(page) == []
    page.evaluate(ROOM)
    second.get_by_label("Name").fill("Qia")
    expect(second.get_by_role("alert")).to_have_count(0)
    first.get_by_role("button", name="Make the customer").click()
    expect(first).to_have_count(0)
    second.get_by_label("Name").fill("Qian")
    second.get_by_role("button", name="Make the customer").click()
    expect(page.get_by_role("region", name="The customer")).to_contain_text("Qian")
    expect(second).to_have_count(0)
    hang_up(pair, caller)


def test_the_callers_tickets_are_at_the_desk(agent: Visitor, server: Serving, pair: Pair) -> None:
    page = agent.page
    caller = pair.customer_calls("4000", caller=ASKER)
    tickets = page.get_by_role("region", name="Tickets of the caller")
    expect(tickets).to_contain_text("No open tickets.")
    tickets.get_by_role("button", name="New ticket").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Caller's number")).to_have_value(f"+86{ASKER}")
    dialog.get_by_label("Subject").fill("Lamp broken")
    expect(state(page)).to_have_text("Talking")
    hang_up(pair, caller)
    expect(state(page)).to_have_text("Wrap-up")
    expect(state(page)).to_have_text("Ready")
    dialog.get_by_role("button", name="Open the ticket").click()  # what is typed outlives the work after the call
    expect(page.get_by_text("The call is with T-1").first).to_be_visible()
    assert len(page.request.get(f"{server.url}api/tickets/1").json()["calls"]) == 1
    step = {"text": "Ask the shop", "agent_number": "1001", "due_at": 1_600_000_000}
    assert page.request.post(f"{server.url}api/tickets/1/steps", headers=PANEL, data=step).ok
    mine = page.get_by_role("region", name="My tickets")
    expect(mine).to_contain_text("T-1 · Lamp broken")
    expect(mine).to_contain_text("Late")

    caller = pair.customer_calls("4000", caller=ASKER)
    expect(tickets).to_contain_text("T-1 · Lamp broken")
    assert violations(page) == []
    with (
        page.expect_response(
            lambda response: "/api/ticket-pop" in response.url
        ),  # asked again, before the call is over
        page.expect_response(lambda response: response.url.endswith("/api/tickets/1/calls")) as added,
    ):
        tickets.get_by_role("button", name="Add this call to T-1").click()
    assert len(added.value.json()["calls"]) == 2
    hang_up(pair, caller)


def test_the_caller_stays_at_the_desk_for_the_work_after_the_call(agent: Visitor, server: Serving, pair: Pair) -> None:
    page = agent.page
    record = {"name": "Wu Ming", "numbers": [{"number": WRITER}]}
    made = page.request.post(f"{server.url}api/customers", headers=PANEL, data={"record": record})
    assert made.ok, made.text()
    caller = pair.customer_calls("4000", caller=WRITER)
    card = page.get_by_role("region", name="The customer")
    tickets = page.get_by_role("region", name="Tickets of the caller")
    expect(state(page)).to_have_text("Talking")
    hang_up(pair, caller)
    expect(state(page)).to_have_text("Wrap-up")

    def is_all_there() -> None:
        expect(card).to_contain_text("Wu Ming")
        expect(tickets).to_contain_text("No open tickets.")
        expect(state(page)).to_have_text("Wrap-up")

    page.reload()
    is_all_there()
    card.get_by_role("link", name="Wu Ming").click()
    expect(page.get_by_role("heading", name="Wu Ming")).to_be_visible()
    page.go_back()
    is_all_there()
    expect(state(page)).to_have_text("Ready")
    expect(card).to_have_count(0)
    expect(tickets).to_have_count(0)


def test_a_pop_that_fails_is_told_and_asked_again(agent: Visitor, pair: Pair) -> None:
    page = agent.page
    pops = re.compile(r"/api/(customer|ticket)-pop\?")
    page.route(pops, lambda route: route.fulfill(status=500, content_type="application/problem+json", body="{}"))
    caller = pair.customer_calls("4000", caller=KNOWN)
    card = page.get_by_role("region", name="The customer")
    retry = card.get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    assert violations(page) == []
    page.unroute(pops)
    page.route(re.compile("/api/ticket-pop"), lambda route: route.abort())
    retry.click()
    expect(card).to_contain_text("Zhao Liu")
    tickets = page.get_by_role("region", name="Tickets of the caller")
    expect(tickets.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute_all()
    tickets.get_by_role("button", name="Try again").click()
    expect(tickets.get_by_role("button", name="New ticket")).to_be_visible()
    agent.complaints.clear()  # browsers log what failed
    hang_up(pair, caller)


def test_other_systems_learn_of_the_ring_and_are_asked(
    agent: Visitor, server: Serving, browser: Browser, outside: str, pair: Pair
) -> None:
    page = agent.page
    with Visitor(browser, server.url) as admin:
        hook = {"name": "CRM", "url": f"{outside}/hook", "kinds": ["call.ringing"], "is_enabled": True}
        made = admin.sign_in(Role.ADMIN).page.request.post(f"{server.url}api/webhooks", headers=PANEL, data=hook)
        assert made.ok, made.text()
    with page.expect_popup() as tab:
        caller = pair.customer_calls("4000", caller=KNOWN)
        rang_at = float(pair.ami.wait_for("AgentCalled")["Timestamp"])
    expect(tab.value).to_have_url(f"{outside}/page?of=%2B86{KNOWN}&queue=support&by=1001")
    opened_at = max(at for at, path in Outsider.opened if path.startswith(f"/page?of=%2B86{KNOWN}&"))
    took = opened_at - rang_at
    assert took < POP_SECONDS, f"the other system's page was opened {took:.2f} s after the ring began"
    says = page.get_by_role("region", name="The CRM says")
    expect(says).to_contain_text("Zhao Liu Ltd · A")
    expect(says.get_by_role("link")).to_have_attribute("href", "https://crm.example/li")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not Outsider.told:
        assert time.monotonic() < deadline, "no webhook came"
        page.wait_for_timeout(50)
    [(came_at, event)] = Outsider.told
    took = came_at - rang_at
    assert took < POP_SECONDS, f"the webhook came {took:.2f} s after the ring began"
    assert event["data"]["agent_number"] == "1001"
    assert event["data"]["crm"] == {"name": "Zhao Liu Ltd", "level": "A", "link": "https://crm.example/li"}
    hang_up(pair, caller)

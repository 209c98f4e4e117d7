"""An agent holds a call and hands it over, on a real Asterisk: phone, panel, queue_log and floor agree at each step."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.settings import Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.real.feed import Feed, cookie_of
from tests.real.test_gaps import reconciled
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)
NARROW = (360, 740)

SEAT, COLLEAGUE = "PJSIP/1001", "PJSIP/1002"
CALLER = "13800138000"
TONE_SECONDS = 2
"""So long the agent hears that the caller is back; what is asked meanwhile is lost (docs/asterisk.md)."""
ANSWERED_WITHIN = 3.5
"""Of a command: three seconds for the floor, and the way there and back."""


@pytest.fixture(scope="module")
def pair(centre_settings: Settings) -> Iterator[Pair]:
    with running_pair(centre_settings) as pair:
        for agent in ("1001", "1002", "1003"):
            pair.behave(agent, do="answer", after=0.3, talk=0)
        yield pair


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("centre")


@pytest.fixture(scope="module")
def server(pair: Pair, folder: Path) -> Iterator[Serving]:
    with serving_pair(pair, folder, LI_NA) as server:
        yield server


class Agent:
    """Agent 1001's program, the floor as it is shown, and Asterisk's own word."""

    def __init__(self, pair: Pair, server: Serving, feed: Feed) -> None:
        self.pair, self.server, self.feed = pair, server, feed
        self.http = self._client("li-na")
        self.chief = self._client(Role.SUPERVISOR)
        self.began_at = time.time()
        self.lines_before = len(self._lines())

    def _client(self, user: str) -> httpx.Client:
        headers = PANEL | {"Cookie": cookie_of(self.server.url, user)}
        return httpx.Client(base_url=self.server.url, headers=headers, timeout=10)

    def talks(self) -> str:
        """A customer of support talks with 1001; the customer's channel outside."""
        assert self.http.post(f"api/seats/pbx1/{SEAT}/sign-in", json={"queues": ["support"]}).status_code == 200
        customer = self.pair.customer_calls("4000", caller=CALLER)
        self.shows(state="talking", consulting="", number=CALLER)
        self.is_with("PJSIP/trunk", SEAT)
        return customer

    def asks(self, what: str, **body: str) -> httpx.Response:
        began = time.monotonic()
        body = {"call_id": self.feed.seat(SEAT)["call_id"], **body}
        answer = self.http.post(f"api/seats/pbx1/{SEAT}/{what}", json=body)
        assert time.monotonic() - began < ANSWERED_WITHIN
        return answer

    def does(self, what: str, **body: str) -> None:
        answer = self.asks(what, **body)
        assert (answer.status_code, answer.json()["result"]) == (200, "done"), answer.text

    def shows(self, seat: str = SEAT, **fields: object) -> None:
        self.feed.until(lambda: bool(self.feed.entities) and fields.items() <= self.feed.seat(seat).items(), 20)

    def is_with(self, one: str, other: str) -> None:
        """Asterisk has just these two in one bridge."""

        def bridged() -> bool:
            told = self.pair.ami.listing("CoreShowChannels")
            of = {event["Channel"].rpartition("-")[0]: event.get("BridgeId") for event in told if "Channel" in event}
            return bool(of.get(one)) and of.get(one) == of.get(other)

        await_(bridged, lambda: str(self.pair.ami.listing("CoreShowChannels")))

    def logged(self, *events: str) -> list[list[str]]:
        """The lines of queue_log since this agent began, of these events: queue, event, what it says."""
        return [[line[2], *line[4:]] for line in self._lines()[self.lines_before :] if line[4] in events]

    def _lines(self) -> list[list[str]]:
        [path] = self.pair.centre.plan.run.rglob("queue_log")
        return [line.split("|") for line in path.read_text(encoding="utf-8").splitlines()]

    def conversations(self) -> list[dict[str, Any]]:
        """What remained of this call, once it is over."""
        calls = self.chief.get("api/calls", params={"from": self.began_at}).raise_for_status().json()["calls"]
        told: list[dict[str, Any]] = []
        for call in calls:
            story = self.chief.get(f"api/calls/{call['pbx']}/{call['call_id']}").raise_for_status().json()
            told += story["conversations"]
        return sorted(told, key=lambda one: float(one["began_at"]))

    def audited(self, act: str) -> list[dict[str, Any]]:
        cookie = {"Cookie": cookie_of(self.server.url, Role.ADMIN)}
        answer = httpx.get(f"{self.server.url}api/audit", params={"act": act}, headers=cookie).raise_for_status()
        return [one["details"] for one in answer.json()["entries"] if one["at"] >= self.began_at]


def await_(holds: Callable[[], bool], told: Callable[[], str], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, told()
        threading.Event().wait(0.1)


def lasts(seconds: float) -> None:
    """So long what goes on goes on."""
    threading.Event().wait(seconds)


@pytest.fixture
def agent(pair: Pair, server: Serving) -> Iterator[Agent]:
    with Feed(server.url) as feed:
        feed.until(lambda: bool(feed.entities))
        agent = Agent(pair, server, feed)
        yield agent
        pair.quieten()
        for seat in (SEAT, COLLEAGUE):
            agent.chief.post(f"api/seats/pbx1/{seat}/sign-out")
            agent.chief.post(f"api/seats/pbx1/{seat}/end-wrap-up")
        agent.shows(state="signed_out")
        agent.shows(COLLEAGUE, state="signed_out")
        agent.http.close()
        agent.chief.close()


def test_hold_by_the_panel_and_by_the_phone_is_one_hold_and_counts(agent: Agent, pair: Pair) -> None:
    customer = agent.talks()
    agent.does("hold")
    agent.shows(state="on_hold")
    lasts(2)
    agent.does("resume")
    agent.shows(state="talking")
    pair.outside.action("Ping")  # whatever was said before the answer has been read then
    leg = [event for event in pair.outside.of("Newchannel") if event["Exten"] == "1001"][-1]["Channel"]
    for digit in "*5":
        pair.outside.action("PlayDTMF", Channel=leg, Digit=digit, Duration=150)
    agent.shows(state="on_hold")
    assert agent.asks("hold").json()["result"] == "already"
    agent.does("resume")
    agent.does("hold")
    pair.outside.action("Hangup", Channel=pair.channel(customer))  # of a customer who has had enough
    agent.shows(call_id=None)
    await_(lambda: len(agent.conversations()) == 1, lambda: str(agent.conversations()))
    [talk] = agent.conversations()
    assert talk["holds"] == 3
    assert talk["hold_seconds"] > 1.9
    assert agent.logged("COMPLETECALLER") != []
    await_(lambda: agent.pair.ami.listing("CoreShowChannels")[:-1] == [], lambda: "the phone is left in the hold")
    assert len(agent.audited("seat.hold")) == 3


def test_a_call_sent_to_a_colleague_at_once_is_talked_there(agent: Agent, pair: Pair) -> None:
    agent.talks()
    paused = agent.asks("transfer", agent="1002")
    assert (paused.status_code, paused.json()["code"]) == (409, "agent_not_free")  # signed out
    agent.chief.post(f"api/seats/pbx1/{COLLEAGUE}/sign-in", json={"queues": ["sales"]})
    agent.does("hold")
    agent.does("transfer", agent="1002")
    agent.shows(COLLEAGUE, state="talking", number=CALLER)
    agent.shows(call_id=None)
    agent.is_with("PJSIP/trunk", COLLEAGUE)
    assert [line[:3] for line in agent.logged("BLINDTRANSFER")] == [["support", "BLINDTRANSFER", "1002"]]
    assert [one["agent"] for one in agent.audited("seat.transfer")] == ["1002"]
    pair.quieten()
    await_(lambda: len(agent.conversations()) == 2, lambda: str(agent.conversations()))
    assert next(one["ended_by"] for one in agent.conversations()) == "transfer"


def test_a_colleague_is_asked_and_the_agent_goes_back_then_hands_over(agent: Agent, pair: Pair, folder: Path) -> None:
    agent.talks()
    pair.behave("1002", do="ignore")
    agent.does("hold")
    agent.does("consult", agent="1002")
    agent.shows(state="on_hold", consulting="1002", consult_answered=False)
    early = agent.asks("complete-transfer")
    assert (early.status_code, "answered" in early.json()["detail"]) == (409, True)
    agent.does("cancel-transfer")  # while it rings
    agent.shows(state="talking", consulting="")
    agent.is_with("PJSIP/trunk", SEAT)
    pair.behave("1002", do="answer", after=0.3)
    lasts(TONE_SECONDS)
    agent.does("consult", agent="1002")
    agent.shows(consulting="1002", consult_answered=True)
    agent.shows(COLLEAGUE, state="talking")
    agent.does("cancel-transfer")
    agent.shows(state="talking", consulting="")
    agent.shows(COLLEAGUE, state="signed_out")
    lasts(TONE_SECONDS)
    agent.does("consult", agent="1002")
    agent.shows(consulting="1002", consult_answered=True)
    lasts(1)
    agent.does("complete-transfer")
    agent.shows(call_id=None, consulting="")
    agent.shows(COLLEAGUE, state="talking", number=CALLER)
    agent.is_with("PJSIP/trunk", COLLEAGUE)
    assert len(agent.logged("ATTENDEDTRANSFER")) == 1
    pair.quieten()
    await_(lambda: len(agent.conversations()) == 3, lambda: str(agent.conversations()))
    [first] = [one for one in agent.conversations() if one["agent_number"] == "1001"]
    assert (first["ended_by"], first["holds"]) == ("transfer", 4)
    assert reconciled(folder)["differences"] == []


def test_who_does_not_answer_leaves_the_agent_with_the_caller(agent: Agent, pair: Pair) -> None:
    agent.talks()
    pair.behave("1002", do="busy", after=1)
    agent.does("consult", agent="1002")
    agent.shows(consulting="1002")
    agent.shows(state="talking", consulting="")
    agent.is_with("PJSIP/trunk", SEAT)
    pair.behave("1002", do="answer", after=0.3)
    call_id = agent.feed.seat(SEAT)["call_id"]
    agent.does("hang-up")
    agent.shows(call_id=None)
    assert agent.asks("hold", call_id=call_id).status_code == 409


def test_a_queue_and_a_number_outside_take_the_call_over(agent: Agent, pair: Pair) -> None:
    agent.talks()
    empty = agent.asks("transfer", queue="sales")
    assert (empty.status_code, empty.json()["code"]) == (409, "queue_is_empty")
    agent.chief.post(f"api/seats/pbx1/{COLLEAGUE}/sign-in", json={"queues": ["sales"]})
    agent.does("transfer", queue="sales")
    agent.shows(COLLEAGUE, state="talking", queue="sales", number=CALLER)
    assert [line[0] for line in agent.logged("CONNECT")] == ["support", "sales"]
    pair.quieten()
    agent.shows(state="ready")
    pair.behave("13900139000", do="answer", after=0.3, talk=0)
    agent.talks()
    agent.does("consult", number="13900139000")
    agent.shows(consulting="13900139000", consult_answered=True)
    agent.does("complete-transfer")
    agent.shows(call_id=None)
    await_(lambda: len(pair.ami.listing("CoreShowChannels")[:-1]) >= 2, lambda: "the customer was cut off")


def test_at_the_desk_by_the_keyboard_in_a_narrow_strip(agent: Agent, server: Serving, browser: Browser) -> None:
    agent.talks()
    with Visitor(browser, server.url, NARROW) as visitor:
        visitor.sign_in("li-na").open("desk")
        page = visitor.page
        call = page.get_by_role("region", name="The call", exact=True)
        expect(call.get_by_role("button", name="Hold")).to_be_enabled()
        visitor.tab_to(lambda: visitor.focus("e.textContent") == "Hold")
        page.keyboard.press("Enter")
        agent.shows(state="on_hold")
        expect(call.get_by_role("button", name="Take back")).to_be_enabled()
        page.keyboard.press("Enter")
        agent.shows(state="talking")
        visitor.tab_to(lambda: visitor.focus("e.textContent") == "Hand over…")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Hand the call over")
        expect(dialog.get_by_label("Name or number")).to_be_focused()
        expect(dialog.get_by_role("radio")).to_have_count(4)  # two colleagues, two queues
        expect(dialog.get_by_role("button", name="Hand over at once")).to_be_disabled()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        page.keyboard.type("wang")
        expect(dialog.get_by_role("radio")).to_have_count(1)
        expect(dialog.get_by_role("button", name="Hand over at once")).to_be_disabled()  # signed out
        page.keyboard.press("Enter")
        expect(call).to_contain_text("You talk with Wang Wei; the caller hears music.")
        assert violations(page) == []
        call.get_by_role("button", name="Back to the caller").click()
        expect(call.get_by_role("button", name="Hold")).to_be_visible()
        lasts(TONE_SECONDS)
        call.get_by_role("button", name="Hand over…").click()
        dialog.get_by_label("Name or number").fill("13900139000")
        expect(dialog.get_by_role("radio")).to_have_count(1)
        dialog.get_by_role("button", name="Cancel").or_(dialog.get_by_role("button", name="Close")).first.click()
        call.get_by_role("button", name="Hang up").click()
        call.get_by_role("button", name="Press again to hang up").click()
        expect(call).to_have_count(0)
        agent.shows(call_id=None)

"""Seats commanded over the API on a real Asterisk: panel, phone and Asterisk agree after every step."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.settings import Settings
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.real.feed import Feed, cookie_of
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

SEAT, OTHER = "PJSIP/1001", "PJSIP/1002"


@pytest.fixture(scope="module")
def pair(centre_settings: Settings) -> Iterator[Pair]:
    with running_pair(centre_settings) as pair:
        yield pair


class Panel:
    """Somebody's program, a panel that watches, and Asterisk's own word."""

    def __init__(self, pair: Pair, url: str, feed: Feed, headers: dict[str, str]) -> None:
        self.pair, self.feed = pair, feed
        self.http = httpx.Client(base_url=url, headers=PANEL | headers, timeout=10)

    def post(self, what: str, body: object = None, *, seat: str = SEAT) -> httpx.Response:
        return self.http.post(f"api/seats/pbx1/{seat}/{what}", json=body)

    def does(self, what: str, body: object = None, *, seat: str = SEAT, result: str = "done") -> None:
        answer = self.post(what, body, seat=seat)
        assert answer.status_code == 200, answer.text
        assert answer.json()["result"] == result, answer.text

    def agree(self, state: str, *queues: str, reason: str = "", seat: str = SEAT) -> None:
        """The panel shows this, and Asterisk says the same of its members."""
        shows = (state, sorted(queues), reason)

        def shown() -> tuple[str, list[str], str]:
            one = self.feed.seat(seat)
            return one["state"], one["queues"], one["reason"]

        self.feed.until(lambda: shown() == shows)
        members = self.members(seat)
        assert sorted(members) == sorted(queues)
        assert {(one["Paused"], one["PausedReason"]) for one in members.values()} <= {("1" if reason else "0", reason)}

    def members(self, seat: str = SEAT) -> dict[str, dict[str, str]]:
        """Asterisk's members at this interface, by queue."""
        told = self.pair.ami.listing("QueueStatus")
        return {one["Queue"]: one for one in told if one.get("Location") == seat}


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with a user of each role, and one who is agent 1001."""
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA) as server:
        yield server


@pytest.fixture
def feed(server: Serving) -> Iterator[Feed]:
    with Feed(server.url) as feed:
        yield feed


@pytest.fixture
def agent(server: Serving, pair: Pair, feed: Feed) -> Iterator[Panel]:
    """Agent 1001, signed out."""
    panel = Panel(pair, server.url, feed, {"Cookie": cookie_of(server.url, "li-na")})
    yield panel
    panel.post("sign-out")
    panel.http.close()
    pair.quieten()


@pytest.fixture
def supervisor(server: Serving, pair: Pair, feed: Feed) -> Iterator[Panel]:
    panel = Panel(pair, server.url, feed, {"Cookie": cookie_of(server.url, Role.SUPERVISOR)})
    yield panel
    for seat in (SEAT, OTHER):
        panel.post("sign-out", seat=seat)
    panel.http.close()
    pair.quieten()


def newest_act(server: Serving, act: str) -> dict[str, Any]:
    cookie = {"Cookie": cookie_of(server.url, Role.ADMIN)}
    answer = httpx.get(f"{server.url}api/audit", params={"act": act}, headers=cookie)
    entry: dict[str, Any] = answer.raise_for_status().json()["entries"][0]
    return entry


def test_the_panel_and_the_phone_take_turns_and_asterisk_agrees_each_time(agent: Panel, pair: Pair) -> None:
    agent.does("sign-in", {})
    agent.agree("ready", "sales", "support")
    pair.dial("1001", "*721")
    agent.agree("paused", "sales", "support", reason="break")
    agent.does("pause", {"reason": "break"}, result="already")
    agent.does("pause", {"reason": "meal"})
    agent.agree("paused", "sales", "support", reason="meal")
    pair.dial("1001", "*73")
    agent.agree("ready", "sales", "support")
    agent.does("ready", result="already")
    pair.dial("1001", "*71")
    agent.agree("signed_out")
    agent.does("sign-out", result="already")
    agent.does("sign-in", {"queues": ["sales"]})
    agent.agree("ready", "sales")
    pair.dial("1001", "*70")  # the code joins the rest
    agent.agree("ready", "sales", "support")
    agent.does("pause", {"reason": "paperwork"})
    agent.does("ready")
    agent.agree("ready", "sales", "support")
    agent.does("sign-out")
    agent.agree("signed_out")
    names = {one["MemberName"] for one in pair.ami.of("QueueMemberAdded") if one["Interface"] == SEAT}
    assert names == {"Li Na"}


def test_an_agent_adds_and_leaves_one_queue_after_the_other_and_asterisk_agrees(
    agent: Panel, server: Serving, pair: Pair
) -> None:
    agent.does("sign-in", {"queues": ["support"]})
    agent.does("pause", {"reason": "meal"})
    agent.does("join-queue", {"queue": "sales"})
    agent.agree("paused", "sales", "support", reason="meal")
    added = newest_act(server, "seat.join_queue")
    assert (added["username"], added["subject_id"]) == ("li-na", SEAT)
    assert (added["details"]["queue"], added["details"]["agent_number"]) == ("sales", "1001")
    agent.does("leave-queue", {"queue": "support"})
    agent.agree("paused", "sales", reason="meal")
    assert newest_act(server, "seat.leave_queue")["details"]["queue"] == "support"
    agent.does("ready")
    pair.dial("1001", "*70")  # the code joins the rest
    agent.agree("ready", "sales", "support")
    for queue in ("sales", "support"):
        agent.does("leave-queue", {"queue": queue})
    agent.agree("signed_out")


def test_a_pause_in_a_call_begins_at_its_end_and_wrap_up_is_ended_from_the_panel(agent: Panel, pair: Pair) -> None:
    pair.behave("1001", do="answer", after=0.2, talk=60)
    agent.does("sign-in", {"queues": ["support"]})
    caller = pair.customer_calls("4000")
    agent.feed.until(lambda: agent.feed.seat(SEAT)["state"] == "talking")
    agent.does("pause", {"reason": "meal"})
    agent.feed.until(lambda: bool(agent.feed.seat(SEAT)["pause_pending"]))
    assert agent.feed.seat(SEAT)["state"] == "talking"
    agent.does("ready")
    agent.feed.until(lambda: not agent.feed.seat(SEAT)["pause_pending"])
    agent.does("end-wrap-up", result="already")
    pair.outside.action("Hangup", Channel=pair.channel(caller))
    agent.feed.until(lambda: agent.feed.seat(SEAT)["state"] == "wrap_up")
    agent.does("end-wrap-up")
    agent.agree("ready", "support")


def test_a_supervisor_moves_a_seat_between_queues_and_hangs_up_its_call(supervisor: Panel, pair: Pair) -> None:
    pair.behave("1002", do="answer", after=0.2, talk=60)
    supervisor.does("sign-in", {"queues": ["support"]}, seat=OTHER)
    supervisor.does("pause", {"reason": "training"}, seat=OTHER)
    supervisor.does("join-queue", {"queue": "sales", "penalty": 2}, seat=OTHER)
    supervisor.agree("paused", "sales", "support", reason="training", seat=OTHER)
    assert {name: one["Penalty"] for name, one in supervisor.members(OTHER).items()} == {"sales": "2", "support": "0"}
    supervisor.does("penalty", {"queue": "sales", "penalty": 7}, seat=OTHER)
    supervisor.does("penalty", {"queue": "sales", "penalty": 7}, seat=OTHER, result="already")
    assert {name: one["Penalty"] for name, one in supervisor.members(OTHER).items()} == {"sales": "7", "support": "0"}
    supervisor.feed.until(lambda: supervisor.feed.seat(OTHER)["penalties"] == {"sales": 7, "support": 0})
    supervisor.does("leave-queue", {"queue": "sales"}, seat=OTHER)
    supervisor.does("ready", seat=OTHER)
    supervisor.agree("ready", "support", seat=OTHER)
    pair.customer_calls("4000")
    supervisor.feed.until(lambda: supervisor.feed.seat(OTHER)["state"] == "talking")
    call = supervisor.feed.seat(OTHER)["call_id"]
    assert supervisor.post("hang-up", {"call_id": "1.1"}, seat=OTHER).status_code == 409
    supervisor.does("hang-up", {"call_id": call}, seat=OTHER)
    supervisor.feed.until(lambda: supervisor.feed.seat(OTHER)["state"] in ("wrap_up", "ready"))
    # Signed out while it talks: the call goes on, no other comes.
    supervisor.feed.until(lambda: supervisor.feed.seat(OTHER)["state"] == "ready")
    pair.customer_calls("4000")
    supervisor.feed.until(lambda: supervisor.feed.seat(OTHER)["state"] == "talking")
    supervisor.does("sign-out", seat=OTHER)
    assert supervisor.feed.seat(OTHER)["state"] == "talking"
    assert supervisor.members(OTHER) == {}


def _change_penalty(bar: Locator, page: Page) -> None:
    bar.get_by_label("What").click()
    page.get_by_role("option", name="Change penalty").click()
    bar.get_by_label("Queue").click()
    page.get_by_role("option", name="Support").click()
    bar.get_by_label("Penalty").fill("4")
    bar.get_by_role("button", name="Do it").click()
    expect(bar).to_contain_text("Done at 2 of 3 seats.")


def test_several_seats_at_once_and_each_says_what_came_of_it(
    supervisor: Panel, server: Serving, browser: Browser
) -> None:
    for seat in (SEAT, OTHER):
        supervisor.does("sign-in", {"queues": ["support"]}, seat=seat)
    with Visitor(browser, server.url, PHONE) as chief:
        chief.sign_in(Role.SUPERVISOR).open("floor")
        page = chief.page
        page.get_by_role("button", name="Choose several seats").click()
        bar = page.get_by_role("region", name="Several seats")
        chief.tab_to(lambda: chief.focus("e.dataset.seat") == f"pbx1/{SEAT}", most=200)
        page.keyboard.press("Space")
        page.locator('[data-seat="pbx1/PJSIP/1003"]').click(modifiers=["Shift"])
        expect(bar).to_contain_text("Seats chosen: 3")
        expect(page.locator(f'[data-seat="pbx1/{OTHER}"]')).to_have_attribute("aria-pressed", "true")
        bar.get_by_label("Reason").click()
        page.get_by_role("option", name="Meal").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        bar.get_by_role("button", name="Do it").click()
        expect(bar).to_contain_text("Done at 2 of 3 seats.")
        expect(bar.get_by_role("listitem")).to_contain_text("signed out")  # of 1003, by name
        for seat in (SEAT, OTHER):
            supervisor.agree("paused", "support", reason="meal", seat=seat)
        _change_penalty(bar, page)
        for seat in (SEAT, OTHER):
            assert supervisor.members(seat)["support"]["Penalty"] == "4"
        bar.get_by_label("What").click()
        page.get_by_role("option", name="Sign out").click()
        bar.get_by_role("button", name="Do it").click()
        supervisor.agree("paused", "support", reason="meal")  # nothing happens before it is confirmed
        bar.get_by_role("button", name="Sure? At 3 seats").click()
        expect(bar).to_contain_text("Done at 3 of 3 seats.")
        for seat in (SEAT, OTHER):
            supervisor.agree("signed_out", seat=seat)
        bar.get_by_role("button", name="Finish").click()
        supervisor.does("sign-in", {"queues": ["support"]})
        page.locator(f'[data-seat="pbx1/{SEAT}"]').click()
        at_one = page.get_by_role("dialog")
        at_one.get_by_role("textbox", name="Penalty in Support").fill("6")
        at_one.get_by_role("button", name="Change the penalty in Support").click()
        supervisor.feed.until(lambda: supervisor.feed.seat(SEAT)["penalties"] == {"support": 6}, 3)
        expect(at_one.get_by_role("button", name="Change the penalty in Support")).to_be_disabled()
        assert supervisor.members()["support"]["Penalty"] == "6"
        details = newest_act(server, "seat.change_penalty")["details"]
        assert {"queue": "support", "penalty": 6, "agent_number": "1001"}.items() <= details.items()
        look(page, "penalty")
        assert violations(page) == []
        assert all("409" in one for one in chief.complaints)
        chief.complaints.clear()  # the browser's own line about the refusal


def test_a_program_with_the_permission_commands_by_its_key_and_it_is_all_written_down(
    supervisor: Panel, server: Serving, pair: Pair
) -> None:
    for permissions, status in ((["see_floor"], 403), (["control_seats"], 200)):
        made = supervisor.http.post("api/keys", json={"name": permissions[0], "permissions": permissions}).json()
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        answer = httpx.post(f"{server.url}api/seats/pbx1/{SEAT}/sign-in", json={}, headers=bearer, timeout=10)
        assert answer.status_code == status
    supervisor.agree("ready", "sales", "support")
    entry = newest_act(server, "seat.sign_in")
    assert (entry["username"], entry["subject_id"], "api_key" in entry["details"]) == ("supervisor", SEAT, True)


def test_while_asterisk_is_away_nothing_is_sent_and_it_is_said(supervisor: Panel, server: Serving, pair: Pair) -> None:
    supervisor.does("sign-in", {})
    os.kill(pair.centre.pid, signal.SIGSTOP)
    try:
        answer = supervisor.post("pause", {"reason": "meal"})
        assert (answer.status_code, answer.json()["code"]) in ((504, "outcome_unknown"), (503, "phone_unreachable"))
    finally:
        os.kill(pair.centre.pid, signal.SIGCONT)
    supervisor.feed.until(lambda: supervisor.feed.link()["state"] == "live", 60)
    if answer.status_code == 504:
        assert newest_act(server, "seat.pause")["details"]["outcome"] == "unknown"

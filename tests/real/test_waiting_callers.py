"""Supervisors act on those who wait, on a real Asterisk: the caller's channel, queue_log and the floor agree."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.settings import Settings
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.real.conftest import Pair, running_pair, serving_pair
from tests.real.feed import Feed, cookie_of
from tests.real.test_gaps import reconciled
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

SEAT, OTHER = "PJSIP/1001", "PJSIP/1002"
FIRST, SECOND, THIRD = "13800000001", "13800000002", "13800000003"


@pytest.fixture(scope="module")
def pair(centre_settings: Settings) -> Iterator[Pair]:
    with running_pair(centre_settings) as pair:
        yield pair


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("centre")


@pytest.fixture(scope="module")
def server(pair: Pair, folder: Path) -> Iterator[Serving]:
    with serving_pair(pair, folder) as server:
        yield server


@pytest.fixture
def feed(server: Serving) -> Iterator[Feed]:
    with Feed(server.url) as feed:
        yield feed


class Supervisor:
    """A supervisor's program, the floor that it is shown, and Asterisk's own word."""

    def __init__(self, pair: Pair, server: Serving, feed: Feed, folder: Path) -> None:
        self.pair, self.feed, self.server, self.folder = pair, feed, server, folder
        headers = PANEL | {"Cookie": cookie_of(server.url, Role.SUPERVISOR)}
        self.http = httpx.Client(base_url=server.url, headers=headers, timeout=10)
        self.began_at = time.time()
        self.lines_before = len(self.lines())

    def seat(self, what: str, body: object = None, *, seat: str = SEAT) -> None:
        answer = self.http.post(f"api/seats/pbx1/{seat}/{what}", json=body)
        assert answer.status_code == 200, answer.text

    def act(self, number: str, what: str, body: object = None) -> httpx.Response:
        return self.http.post(f"api/waiting/{self.visit_id(number)}/{what}", json=body)

    def does(self, number: str, what: str, body: object = None, *, result: str = "done") -> dict[str, Any]:
        answer = self.act(number, what, body)
        assert (answer.status_code, answer.json().get("result")) == (200, result), answer.text
        told: dict[str, Any] = answer.json()
        return told

    def visit_id(self, number: str) -> str:
        return next(name for name, one in self.visits().items() if one["number"] == number)

    def visits(self) -> dict[str, dict[str, Any]]:
        return self.feed.entities.get("visits", {})

    def line(self, queue: str) -> list[str]:
        """Who waits there, as the feed has it, in order."""
        places = [(one["position"], one["number"]) for one in self.visits().values() if one["queue"] == queue]
        return [number for _, number in sorted(places)]

    def asterisks(self, queue: str) -> list[str]:
        """Who waits there, as Asterisk has it, in order."""
        told = self.pair.ami.listing("QueueStatus")
        entries = [one for one in told if one.get("Event") == "QueueEntry" and one["Queue"] == queue]
        return [one["CallerIDNum"] for one in sorted(entries, key=lambda one: int(one["Position"]))]

    def agree(self, queue: str, *numbers: str) -> None:
        """Feed and Asterisk have these in the line, in this order."""
        self.feed.until(lambda: self.line(queue) == list(numbers))
        assert self.asterisks(queue) == list(numbers)

    def calls(self, *numbers: str) -> list[str]:
        """They call support one after another and wait; the ids of their channels outside."""
        ids = []
        for number in numbers:
            ids.append(self.pair.customer_calls("4000", caller=number))
            self.feed.until(lambda number=number: number in self.line("support"))  # type: ignore[misc]
        return ids

    def nobody_is_free(self) -> None:
        """Signed in and paused: callers may wait."""
        self.seat("sign-in", {})
        self.seat("pause", {"reason": "meal"})

    def await_logged(self, *expected: tuple[str, str]) -> None:
        """queue_log says just this of these events."""
        events = {event for _, event in expected}
        await_(lambda: self.logged(events) == list(expected), lambda: str(self.logged(events)))

    def logged(self, events: Collection[str]) -> list[tuple[str, str]]:
        """What queue_log says since this supervisor came, of these events: (queue, event)."""
        return [(line[2], line[4]) for line in self.lines()[self.lines_before :] if line[4] in events]

    def lines(self) -> list[list[str]]:
        [path] = self.pair.centre.plan.run.rglob("queue_log")
        return [line.split("|") for line in path.read_text(encoding="utf-8").splitlines()]

    def outcomes(self) -> list[tuple[str, str]]:
        """How stays ended since this supervisor came, as they are stored: (queue, outcome)."""
        calls = self.http.get("api/calls", params={"from": self.began_at}).raise_for_status().json()["calls"]
        told = []
        for call in calls:
            story = self.http.get(f"api/calls/{call['pbx']}/{call['call_id']}").raise_for_status().json()
            told += [(visit["queue"], visit["outcome"]) for visit in story["visits"]]
        return sorted(told)

    def await_outcomes(self, *expected: tuple[str, str]) -> None:
        await_(lambda: self.outcomes() == sorted(expected), lambda: str(self.outcomes()))

    def audited(self, act: str) -> list[tuple[str, Any]]:
        cookie = {"Cookie": cookie_of(self.server.url, Role.ADMIN)}
        answer = httpx.get(f"{self.server.url}api/audit", params={"act": act}, headers=cookie).raise_for_status()
        return [(one["username"], one["details"]) for one in answer.json()["entries"] if one["at"] >= self.began_at]


def await_(holds: Callable[[], bool], told: Callable[[], str], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, told()
        threading.Event().wait(0.1)


@pytest.fixture
def supervisor(pair: Pair, server: Serving, feed: Feed, folder: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(pair, server, feed, folder)
    yield supervisor
    pair.quieten()
    for seat in (SEAT, OTHER):
        supervisor.http.post(f"api/seats/pbx1/{seat}/sign-out")
    supervisor.http.close()


def test_a_caller_moved_to_the_front_stands_there_in_asterisk_too_and_is_answered_first(
    supervisor: Supervisor, pair: Pair
) -> None:
    supervisor.nobody_is_free()
    supervisor.calls(FIRST, SECOND, THIRD)
    supervisor.agree("support", FIRST, SECOND, THIRD)
    assert supervisor.does(THIRD, "to-front")["visit"]["position"] == 1
    supervisor.agree("support", THIRD, FIRST, SECOND)
    supervisor.does(THIRD, "to-front", result="already")
    pair.behave("1001", do="answer", after=0.2, talk=60)
    supervisor.seat("ready")
    supervisor.feed.until(lambda: supervisor.feed.seat(SEAT)["state"] == "talking")
    assert supervisor.feed.seat(SEAT)["number"] == THIRD
    supervisor.agree("support", FIRST, SECOND)
    assert [who for who, _ in supervisor.audited("waiting.to_front")] == [Role.SUPERVISOR] * 2


def test_a_caller_who_is_hung_up_is_gone_everywhere(supervisor: Supervisor, pair: Pair) -> None:
    supervisor.nobody_is_free()
    _, second = supervisor.calls(FIRST, SECOND)
    visit = supervisor.visit_id(SECOND)
    assert supervisor.does(SECOND, "hang-up")["visit"] is None
    supervisor.agree("support", FIRST)
    pair.outside.next("Hangup", Uniqueid=second)
    assert supervisor.http.post(f"api/waiting/{visit}/hang-up").status_code == 404
    supervisor.await_logged(("support", "ABANDON"))
    supervisor.await_outcomes(("support", "abandoned"))
    assert len(supervisor.audited("waiting.hang_up")) == 1


def test_a_caller_moved_to_another_queue_waits_there_and_the_key_of_that_line_holds(
    supervisor: Supervisor, pair: Pair
) -> None:
    supervisor.nobody_is_free()
    first, _ = supervisor.calls(FIRST, SECOND)
    supervisor.does(FIRST, "to-queue", {"queue": "sales"})
    supervisor.agree("support", SECOND)
    supervisor.agree("sales", FIRST)
    full = supervisor.act(SECOND, "to-queue", {"queue": "sales"})  # one may wait there
    assert (full.status_code, full.json()["field"], "full" in full.json()["detail"]) == (409, "queue", True)
    supervisor.does(FIRST, "to-queue", {"queue": "support"})
    supervisor.agree("support", SECOND, FIRST)
    pair.outside.action("PlayDTMF", Channel=pair.channel(first), Digit="9", Duration=100)
    supervisor.agree("support", SECOND)
    supervisor.await_logged(("support", "ABANDON"), ("sales", "ABANDON"), ("support", "EXITWITHKEY"))
    supervisor.await_outcomes(("support", "withdrawn"), ("sales", "withdrawn"), ("support", "left_by_key"))
    assert [details["queue"] for _, details in supervisor.audited("waiting.to_queue")] == ["support", "sales"]


def test_a_caller_is_turned_away_nowhere(supervisor: Supervisor) -> None:
    """A queue into which nobody is signed in would say goodbye: it is refused before anything is sent."""
    supervisor.seat("sign-in", {"queues": ["support"]})
    supervisor.seat("pause", {"reason": "meal"})
    supervisor.calls(FIRST)
    refused = supervisor.act(FIRST, "to-queue", {"queue": "sales"})
    assert (refused.status_code, refused.json()["field"]) == (409, "queue")
    supervisor.agree("support", FIRST)


def test_a_caller_given_to_an_agent_talks_there(supervisor: Supervisor, pair: Pair) -> None:
    supervisor.nobody_is_free()
    supervisor.calls(FIRST, SECOND)
    paused = supervisor.act(SECOND, "to-seat", {"interface": SEAT})
    assert (paused.status_code, paused.json()["field"]) == (409, "interface")
    pair.behave("1002", do="answer", after=2, talk=60)
    supervisor.seat("sign-in", {"queues": ["sales"]}, seat=OTHER)
    supervisor.does(SECOND, "to-seat", {"interface": OTHER})
    supervisor.feed.until(lambda: supervisor.feed.seat(OTHER)["state"] == "talking")
    supervisor.agree("support", FIRST)
    shown = supervisor.feed.seat(OTHER)
    assert (shown["number"], shown["queue"]) == (SECOND, "")
    ended = supervisor.http.post(f"api/seats/pbx1/{OTHER}/hang-up", json={"call_id": shown["call_id"]})
    assert ended.status_code == 200, ended.text
    supervisor.await_logged(("support", "ABANDON"))
    assert supervisor.logged(("CONNECT",)) == []
    supervisor.await_outcomes(("support", "withdrawn"))


def test_a_caller_whom_the_agent_does_not_answer_comes_back_before_the_others(
    supervisor: Supervisor, pair: Pair
) -> None:
    supervisor.nobody_is_free()
    supervisor.calls(FIRST, SECOND)
    pair.behave("1002", do="busy", after=0)
    supervisor.seat("sign-in", {"queues": ["sales"]}, seat=OTHER)
    answer = supervisor.act(SECOND, "to-seat", {"interface": OTHER})
    assert answer.status_code in (200, 202), answer.text
    supervisor.agree("support", SECOND, FIRST)
    entered = ("support", "ENTERQUEUE")
    supervisor.await_logged(entered, entered, ("support", "ABANDON"), entered)


def test_queue_log_differs_from_what_is_stored_only_where_it_is_known_why(supervisor: Supervisor, pair: Pair) -> None:
    supervisor.nobody_is_free()
    supervisor.calls(FIRST, SECOND)
    supervisor.does(FIRST, "to-queue", {"queue": "sales"})
    supervisor.does(SECOND, "hang-up")
    pair.quieten()
    supervisor.await_outcomes(("support", "withdrawn"), ("sales", "abandoned"), ("support", "abandoned"))
    told = reconciled(supervisor.folder)
    assert told["differences"] == []
    assert {(one["stored"], one["logged"]) for one in told["explained"]} == {("withdrawn", "abandoned")}
    assert "somebody moved the caller" in told["explained"][0]["explanation"]


def test_the_panel_acts_on_who_waits(supervisor: Supervisor, server: Serving, browser: Browser) -> None:
    supervisor.nobody_is_free()
    supervisor.calls(FIRST, SECOND)
    with Visitor(browser, server.url, PHONE) as chief:
        chief.sign_in(Role.SUPERVISOR).open("floor")
        page = chief.page
        callers = page.get_by_role("region", name="Waiting callers").get_by_role("listitem")
        expect(callers).to_have_count(2)
        button = page.get_by_role("button", name=f"Actions: {SECOND}")
        chief.tab_to(lambda: chief.focus("e.getAttribute('aria-label')") == f"Actions: {SECOND}", most=200)
        page.keyboard.press("Enter")
        expect(page.get_by_role("menuitem", name="Move to the front")).to_be_focused()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"{SECOND} is first in the line now.")).to_be_visible()
        supervisor.agree("support", SECOND, FIRST)
        button.click()
        page.get_by_role("menuitem", name="Move to another queue…").click()
        dialog = page.get_by_role("dialog", name="Move to another queue")
        expect(dialog).to_be_visible()
        assert violations(page) == []
        dialog.get_by_label("Queue").click()
        page.get_by_role("option", name="Sales").click()
        dialog.get_by_role("button", name="Move the caller").click()
        expect(page.get_by_text(f"{SECOND} waits in Sales now.")).to_be_visible()
        supervisor.agree("sales", SECOND)
        page.get_by_role("button", name=f"Actions: {FIRST}").click()
        page.get_by_role("menuitem", name="Move to another queue…").click()
        dialog.get_by_label("Queue").click()
        page.get_by_role("option", name="Sales").click()
        dialog.get_by_role("button", name="Move the caller").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Sales is full")
        dialog.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name=f"Actions: {FIRST}").click()
        page.get_by_role("menuitem", name="Give to an agent…").click()
        gives = page.get_by_role("dialog", name="Give to an agent")
        expect(gives).to_contain_text("No agent is free")
        gives.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name=f"Actions: {FIRST}").click()
        page.get_by_role("menuitem", name="Hang up…").click()
        sure = page.get_by_role("dialog", name="Hang up")
        supervisor.agree("support", FIRST)  # nothing happens before it is confirmed
        sure.get_by_role("button", name="Hang up").click()
        expect(page.get_by_text(f"{FIRST} was hung up.")).to_be_visible()
        supervisor.agree("support")
        assert all("409" in one for one in chief.complaints)
        chief.complaints.clear()  # the browser's own line about the refusal
    with Visitor(browser, server.url) as agent:
        agent.sign_in(Role.AGENT).open("floor")
        region = agent.page.get_by_role("region", name="Waiting callers")
        expect(region.get_by_role("listitem")).to_contain_text(SECOND)
        expect(region.get_by_role("button")).to_have_count(0)

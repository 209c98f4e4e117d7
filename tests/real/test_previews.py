"""Callbacks that an agent takes off the panel, on a real Asterisk: he is called first, every fate is recorded right."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, DialerSettings, QueueSettings
from tests.real.conftest import Pair, running_pair
from tests.real.feed import cookie_of
from tests.serving import PANEL, Serving, add_users, serving, write_settings

pytestmark = pytest.mark.real

AGENT = "1001"
ALWAYS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]
PICKS_UP = {"do": "answer", "after": 0.5, "talk": 0}

FATES: dict[str, tuple[dict[str, object], str]] = {
    "8613900001001": ({"do": "answer", "after": 1, "talk": 2}, "reached"),
    "8613900001002": ({"do": "busy", "after": 0.3}, "busy"),
    "8613900001003": ({"do": "ignore"}, "no_answer"),
    "8613900001004": ({"do": "missing"}, "invalid_number"),
    "8613900001005": ({"do": "reject", "after": 0.5}, "rejected"),
}


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A centre with one agent, signed in."""
    queues = {"callbacks": QueueSettings(extension="8003", ring_seconds=6, wrap_up_seconds=1)}
    agents = (AgentSettings(number=AGENT, name="Li Na", queues=("callbacks",)),)
    dialer = DialerSettings(caller_id="4008001234", ring_seconds=5, earliest="00:00", latest="24:00", number_limits=())
    settings = OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents, dialer=dialer)
    with running_pair(settings) as pair:
        pair.ami.action("QueueAdd", Queue="callbacks", Interface=f"PJSIP/{AGENT}", MemberName="Li Na")
        yield pair


@pytest.fixture
def folder(pair: Pair, tmp_path: Path) -> Iterator[Path]:
    """A server's, with somebody who may do everything that is done here."""
    write_settings(tmp_path, pair.centre.plan.settings)
    add_users(tmp_path, Role.SUPERVISOR)
    for number, (how, _) in FATES.items():
        pair.behave(number, **how)
    pair.behave(AGENT, **PICKS_UP)
    yield tmp_path
    pair.quieten()


@contextmanager
def at_desk(folder: Path, list_id: int = 0) -> Iterator["Desk"]:
    """A server that works, and an agent's panel; stopped in good order unless it was killed."""
    with serving(folder) as server:
        server.await_said("pbx1: live")
        headers = PANEL | {"Cookie": cookie_of(server.url, Role.SUPERVISOR)}
        with httpx.Client(base_url=server.url, headers=headers, timeout=10) as http:
            yield Desk(server, http, list_id)
        if server.process.poll() is None:
            assert server.stop() == 0
    assert "Traceback" not in server.said


@dataclass
class Desk:
    """What the agent's panel asks of the server."""

    server: Serving
    http: httpx.Client
    list_id: int

    def make_list(self, *numbers: str, **fields: Any) -> None:
        once = {"delay_seconds": 600, "max_attempts": 1}
        body = {
            "name": "Visits",
            "queue": "callbacks",
            "mode": "preview",
            "windows": ALWAYS,
            "rules": {"busy": once, "no_answer": once},
            "region": "CN",
            **fields,
        }
        self.list_id = self.post("/api/lists", body)["id"]
        targets = [{"number": f"+{number}", "name": f"Customer {number[-1]}"} for number in numbers]
        self.post(f"/api/lists/{self.list_id}/targets", {"targets": targets})
        self.post(f"/api/lists/{self.list_id}/start", None)

    def post(self, path: str, body: object) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def mine(self) -> Any:
        return self.http.get("/api/callbacks/mine", params={"agent": AGENT}).raise_for_status().json()

    def next_offer(self) -> Any:
        """Asked again while the phone is still in the call before."""
        return self._until(lambda: self._offer())

    def _offer(self) -> Any:
        answer = self.http.post("/api/offers", json={"agent_number": AGENT})
        return answer.json()["offer"] if answer.is_success else None

    def attempt(self, row: int) -> Any:
        """An attempt, once it is over."""
        path = f"/api/lists/{self.list_id}/attempts"
        return self._until(lambda: next((a for a in self._attempts(path) if a["id"] == row and a["outcome"]), None))

    def _attempts(self, path: str) -> list[Any]:
        found: list[Any] = self.http.get(path).raise_for_status().json()["attempts"]
        return found

    @staticmethod
    def _until(ask: Any, seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := ask()):
            assert time.monotonic() < deadline, "it does not come to that"
            threading.Event().wait(0.1)
        return found


def test_every_fate_of_an_accepted_callback_is_recorded_right(pair: Pair, folder: Path) -> None:
    with at_desk(folder) as desk:
        desk.make_list(*FATES)
        for number, (_, outcome) in FATES.items():
            offer = desk.next_offer()
            assert offer["sheet"]["target"]["number"] == f"+{number}"
            row = desk.post(f"/api/offers/{offer['id']}/accept", {})["attempt"]
            ended = desk.attempt(row)
            assert (ended["outcome"], ended["agent_number"], ended["mode"]) == (outcome, AGENT, "preview")
        states = {
            t["number"]: t["state"] for t in desk.http.get(f"/api/lists/{desk.list_id}/targets").json()["targets"]
        }
        assert states == {f"+{n}": "reached" if how[1] == "reached" else "closed" for n, how in FATES.items()}


def test_the_agent_is_called_first_sees_the_form_while_it_rings_and_the_customer_sees_the_centre(
    pair: Pair, folder: Path
) -> None:
    with at_desk(folder) as desk:
        pair.behave("8613900001003", do="ignore")
        desk.make_list("8613900001003")
        row = desk.post(f"/api/offers/{desk.next_offer()['id']}/accept", {})["attempt"]
        at_phone = pair.outside.wait_for("Newchannel", Exten=AGENT)
        at_customer = pair.outside.wait_for("Newchannel", Exten="+8613900001003")
        assert at_phone["CallerIDNum"] == "+8613900001003"
        assert at_customer["CallerIDNum"] == "4008001234"
        sheet = desk.mine()["sheet"]
        assert (sheet["attempt"]["id"], sheet["attempt"]["answered_at"]) == (row, None)
        desk.attempt(row)


@pytest.mark.parametrize("how", [{"do": "ignore"}, {"do": "busy", "after": 0}, {"do": "reject", "after": 0.3}])
def test_no_customer_is_called_for_an_agent_who_does_not_pick_up(
    pair: Pair, folder: Path, how: dict[str, object]
) -> None:
    with at_desk(folder) as desk:
        desk.make_list("8613900001001")
        pair.behave(AGENT, **how)
        before = len(pair.outside.events)
        offer = desk.next_offer()
        row = desk.post(f"/api/offers/{offer['id']}/accept", {})["attempt"]
        assert desk.attempt(row)["outcome"] == "failed"
        [target] = desk.http.get(f"/api/lists/{desk.list_id}/targets").json()["targets"]
        assert (target["state"], target["attempts"]) == ("open", 0)
        pair.outside.listing("CoreShowChannels")  # whatever happened in the world has been told before that
        begun = [event["Exten"] for event in pair.outside.events[before:] if event.get("Event") == "Newchannel"]
        assert "+8613900001001" not in begun
        assert AGENT in begun
        pair.behave(AGENT, **PICKS_UP)
        row = desk.post(f"/api/offers/{desk.next_offer()['id']}/accept", {})["attempt"]
        assert desk.attempt(row)["outcome"] == "reached"


@pytest.mark.parametrize("number", ["8613900001001", "8613900001003"])
def test_a_server_killed_in_the_middle_learns_what_became_of_the_call(pair: Pair, folder: Path, number: str) -> None:
    with at_desk(folder) as desk:
        desk.make_list(number)
        row = desk.post(f"/api/offers/{desk.next_offer()['id']}/accept", {})["attempt"]
        pair.outside.wait_for("Newchannel", Exten=f"+{number}")
        desk.server.process.kill()
        desk.server.process.wait()
    pair.ami.wait_for("Hangup", seconds=20)
    with at_desk(folder, desk.list_id) as desk:
        assert desk.attempt(row)["outcome"] == FATES[number][1]

"""Supervisors listen on a real Asterisk: each party has a tone, and what each of them receives is measured."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.demo.watch import Watch
from callcenter.settings import Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.real.feed import Feed, cookie_of, open_feed
from tests.real.hearing import Ears
from tests.serving import PANEL, PASSWORD, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

SEAT, PHONE = "PJSIP/1001", "PJSIP/1003"
LISTENS = {"agent": {"caller"}, "caller": {"agent"}, "supervisor": {"agent", "caller"}}
WHISPERS = {"agent": {"caller", "supervisor"}, "caller": {"agent"}, "supervisor": {"agent", "caller"}}
BARGES = {"agent": {"caller", "supervisor"}, "caller": {"agent", "supervisor"}, "supervisor": {"agent", "caller"}}


@pytest.fixture(scope="module")
def pair(centre_settings: Settings) -> Iterator[Pair]:
    with running_pair(centre_settings) as pair:
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with a supervisor whose phone is that of agent 1003, and one without a phone."""
    chief = NewUser("chief", PASSWORD, (Role.SUPERVISOR,), agent_number="1003")
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), chief, LI_NA) as server:
        yield server


@pytest.fixture
def feed(server: Serving) -> Iterator[Feed]:
    with Feed(server.url) as feed:
        yield feed


class Supervisor:
    """The supervisor's program and the call that is listened to."""

    def __init__(self, pair: Pair, server: Serving, feed: Feed, folder: Path) -> None:
        self.pair, self.feed, self.server = pair, feed, server
        self.ears = Ears(pair, folder)
        headers = PANEL | {"Cookie": cookie_of(server.url, "chief")}
        self.http = httpx.Client(base_url=server.url, headers=headers, timeout=10)

    def post(self, what: str, body: object = None, *, seat: str = SEAT) -> httpx.Response:
        return self.http.post(f"api/seats/pbx1/{seat}/{what}", json=body)

    def a_call(self) -> str:
        """A caller talks with agent 1001; the call's id."""
        self.ears.phone("1001", "agent")
        self.ears.phone("1003", "supervisor")
        assert self.post("sign-in", {"queues": ["support"]}).status_code == 200
        self.ears.caller_calls("4000")
        self.feed.until(lambda: self.feed.seat(SEAT)["state"] == "talking")
        call_id: str = self.feed.seat(SEAT)["call_id"]
        return call_id

    def shown(self) -> list[tuple[str, str, str]]:
        """Who listens to whom, and how, as the feed has it."""
        listenings: dict[str, Any] = self.feed.entities.get("listenings", {})
        return [(one["interface"], one["listener"], one["mode"]) for one in listenings.values()]

    def await_shown(self, *expected: tuple[str, str, str]) -> None:
        self.feed.until(lambda: self.shown() == list(expected))


@pytest.fixture
def supervisor(pair: Pair, server: Serving, feed: Feed, tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(pair, server, feed, tmp_path)
    yield supervisor
    supervisor.post("sign-out")
    supervisor.http.close()
    pair.quieten()


def test_listen_whisper_and_barge_are_heard_by_those_whom_they_are_for(supervisor: Supervisor) -> None:
    call_id = supervisor.a_call()
    answer = supervisor.post("listen", {"call_id": call_id, "mode": "listen"})
    assert answer.status_code in (200, 202), answer.text
    supervisor.await_shown((SEAT, PHONE, "listen"))
    supervisor.ears.await_heard(LISTENS)
    for mode, heard in (("whisper", WHISPERS), ("barge", BARGES), ("listen", LISTENS)):
        answer = supervisor.post("listen-mode", {"mode": mode})
        assert (answer.status_code, answer.json()["result"]) == (200, "done"), answer.text
        supervisor.await_shown((SEAT, PHONE, mode))
        supervisor.ears.await_heard(heard)
    assert supervisor.post("stop-listening").json()["result"] == "done"
    supervisor.await_shown()
    supervisor.ears.await_heard({"agent": {"caller"}, "caller": {"agent"}})
    assert supervisor.feed.seat(SEAT)["state"] == "talking"


def test_the_phones_keys_switch_and_the_listening_ends_with_the_call(supervisor: Supervisor, pair: Pair) -> None:
    call_id = supervisor.a_call()
    assert supervisor.post("listen", {"call_id": "1.1"}).status_code == 409
    pair.outside.events.clear()
    assert supervisor.post("listen", {"call_id": call_id, "mode": "whisper"}).status_code in (200, 202)
    supervisor.await_shown((SEAT, PHONE, "whisper"))
    assert supervisor.post("listen", {"call_id": call_id}).status_code == 409
    somebodys = agents_view(supervisor.server)
    assert [(one["interface"], one["mode"], "listener" in one) for one in somebodys] == [(SEAT, "whisper", False)]
    phone = pair.outside.next("Newchannel", Exten="1003")["Channel"]
    for key, mode in (("6", "barge"), ("4", "listen"), ("5", "whisper")):
        assert pair.outside.action("PlayDTMF", Channel=phone, Digit=key, Duration=100)["Response"] == "Success"
        supervisor.await_shown((SEAT, PHONE, mode))
    assert supervisor.post("hang-up", {"call_id": call_id}).status_code == 200
    supervisor.await_shown()
    supervisor.feed.until(lambda: supervisor.feed.seat(SEAT)["state"] in ("wrap_up", "ready"))
    supervisor.feed.until(lambda: supervisor.feed.seat(PHONE)["device"] == "not_in_use")
    assert supervisor.feed.seat(PHONE)["state"] == "signed_out"
    cookie = {"Cookie": cookie_of(supervisor.server.url, Role.ADMIN)}
    told = httpx.get(f"{supervisor.server.url}api/audit", params={"act": "seat.listen"}, headers=cookie).json()
    assert (told["entries"][0]["username"], told["entries"][0]["subject_id"]) == ("chief", SEAT)


def agents_view(server: Serving) -> list[dict[str, Any]]:
    """The listenings that an agent's panel is shown."""
    watch = Watch()
    with open_feed(server.url, cookie=cookie_of(server.url, Role.AGENT)) as socket:
        watch.take(msgspec.json.decode(socket.recv(timeout=30)), time.time())
    return list(watch.entities.get("listenings", {}).values())


def test_the_panel_listens_and_the_desk_says_so(supervisor: Supervisor, server: Serving, browser: Browser) -> None:
    supervisor.a_call()
    with Visitor(browser, server.url) as agent, Visitor(browser, server.url) as chief:
        agent.sign_in("li-na").open("desk")
        chief.sign_in("chief").open("floor")
        page, desk = chief.page, agent.page.get_by_role("region", name="The call", exact=True)
        expect(desk).to_be_visible()
        page.locator(f'[data-seat="pbx1/{SEAT}"]').click()
        controls = page.get_by_role("region", name="Listen on my phone")
        buttons = {name: controls.get_by_role("button", name=name, exact=True) for name in ("Listen", "Whisper")}
        chief.tab_to(lambda: chief.focus("e.textContent") == "Listen")
        page.keyboard.press("Enter")
        expect(controls.get_by_role("status")).to_have_text("Zhang Min listens")
        expect(buttons["Listen"]).to_have_attribute("aria-pressed", "true")
        expect(desk).to_contain_text("Somebody listens to this call.")
        buttons["Whisper"].click()
        expect(controls.get_by_role("status")).to_have_text("Zhang Min whispers to the agent")
        expect(desk).to_contain_text("whispers to you")
        assert violations(page) == []
        assert violations(agent.page) == []
        controls.get_by_role("button", name="Stop listening").click()
        expect(controls.get_by_role("status")).to_have_text("")
        expect(desk).not_to_contain_text("whispers")
    with Visitor(browser, server.url) as other:
        other.sign_in(Role.SUPERVISOR).open("floor")
        other.page.locator(f'[data-seat="pbx1/{SEAT}"]').click()
        expect(other.page.get_by_role("region", name="Listen on my phone")).to_contain_text("you need a phone")

"""Agents who sit down at desk phones, by the code and at the desk page, on a real Asterisk: whose calls are whose."""

import json
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import httpx
import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.settings import AgentSettings, PhoneSettings, QueueSettings, Settings
from tests.real.ami import Ami, Message
from tests.real.browsing import PATIENCE_SECONDS, Visitor, chromium, look, violations
from tests.real.conftest import Pair, running_pair
from tests.real.feed import Feed, cookie_of
from tests.replays.agreement import Count, lines_of
from tests.serving import COMMAND, PANEL, PASSWORD, Serving, add_users, serving, write_settings

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

IDLE = "1"
"""A member whose device is not in use (Asterisk, AMI event QueueMember)."""

DESK, OTHER = "PJSIP/801", "PJSIP/802"
USERS = tuple(
    NewUser(name, PASSWORD, (Role.AGENT,), agent_number=number)
    for name, number in (("li-na", "1001"), ("zhang-min", "1003"), ("chen-jie", "1004"))
)


@pytest.fixture
def pair() -> Iterator[Pair]:
    """An agent with a phone of her own, two without, one of them with a PIN; two desk phones."""
    queues = {"support": QueueSettings(extension="4000", label="Support", ring_seconds=20, wrap_up_seconds=1)}
    agents = (
        AgentSettings(number="1001", name="Li Na", queues=("support",)),
        AgentSettings(number="1003", name="Zhang Min", has_phone=False, queues=("support",), pin="2468"),  # type: ignore[arg-type]
        AgentSettings(number="1004", name="Chen Jie", has_phone=False, queues=("support",)),
    )
    phones = (PhoneSettings(number="801", label="Desk 1"), PhoneSettings(number="802", label="Desk 2"))
    with running_pair(Settings(queues=queues, agents=agents, phones=phones)) as pair:
        yield pair


@pytest.fixture
def folder(pair: Pair, tmp_path: Path) -> Path:
    write_settings(tmp_path, pair.centre.plan.settings)
    add_users(tmp_path, Role.ADMIN, *USERS)
    return tmp_path


class Room:
    """A server that runs, what it shows, and Asterisk's own word."""

    def __init__(self, pair: Pair, server: Serving, feed: Feed) -> None:
        self.pair, self.server, self.feed = pair, server, feed

    def sits(self, at: str, number: str, state: str = "ready") -> None:
        """The floor shows this agent (or nobody: "") at that phone, in that state."""
        self.feed.until(lambda: self._shown(at) == (number, state), 30)

    def _shown(self, at: str) -> tuple[str, str]:
        seat = self.feed.entities.get("seats", {}).get(f"pbx1/{at}", {})
        return seat.get("agent_number", "?"), seat.get("state", "?")

    def members(self) -> dict[str, str]:
        """Asterisk's members: the name by the interface."""
        told = self.pair.ami.listing("QueueStatus")
        return {one["Location"]: one["Name"] for one in told if one.get("Event") == "QueueMember"}

    def as_user(self, name: str) -> httpx.Client:
        headers = PANEL | {"Cookie": cookie_of(self.server.url, name)}
        return httpx.Client(base_url=self.server.url, headers=headers, timeout=10)

    def takes_a_call(self, at: str, number: str, caller: str) -> None:
        """A customer calls, the agent answers at that phone; both talk until the customer hangs up."""
        self.pair.behave(at.removeprefix("PJSIP/"), do="answer", after=0.2, talk=60)
        channel = self.pair.customer_calls("4000", caller=caller)
        self.sits(at, number, "talking")
        self.pair.outside.action("Hangup", Channel=self.pair.channel(channel))
        self.sits(at, number, "wrap_up")
        self.sits(at, number)


class Opening:
    """Serves the same folder again and again."""

    def __init__(self, pair: Pair, folder: Path) -> None:
        self.pair, self.folder = pair, folder

    def run(self, story: Callable[[Room], None]) -> None:
        """Tells a story with a server that is killed at its end."""
        with serving(self.folder) as server:
            server.await_said("pbx1: live")
            with Feed(server.url) as feed:
                story(Room(self.pair, server, feed))
            assert "Traceback" not in server.said, server.said


@pytest.fixture
def centre(pair: Pair, folder: Path) -> Opening:
    return Opening(pair, folder)


def dials(pair: Pair, phone: str, code: str, keys: str = "") -> str:
    """Somebody dials a code at a desk phone, and presses these keys when asked."""
    heard: dict[str, object] = {"Application": "SendDTMF", "Data": f"wwww{keys}wwwwww"} if keys else {}
    return pair.place(f"PJSIP/{code}@{phone}", **(heard or {"Application": "Wait", "Data": 30}))


def talks(folder: Path) -> list[tuple[str, str, str]]:
    """Who talked with whom at which phone, in order."""
    with sqlite3.connect(folder / "var" / "callcenter.db") as books:
        rows = books.execute("SELECT agent_number, number, interface FROM conversations ORDER BY began_at")
        return [(str(row[0]), str(row[1]), str(row[2])) for row in rows]


def by_replay(pair: Pair, folder: Path) -> dict[str, int]:
    """How many calls each agent answered, counted anew from the journals with what queue_log completes."""
    journals = sorted(str(file) for file in (folder / "var" / "journal").rglob("*") if file.is_file())
    asked = [*COMMAND, "replay", *journals, "--queue-log", str(pair.centre.queue_log), "--json"]
    told = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=True)
    return {name: agent["answered"] for name, agent in json.loads(told.stdout)["agents"].items() if agent["answered"]}


def takes_a_call_unheard(pair: Pair, phone: str, caller: str) -> None:
    """The same while no server listens."""
    pair.behave(phone, do="answer", after=0.2, talk=60)
    pair.ami.listing("QueueStatus")  # what was sent before it is read with it
    channel = pair.customer_calls("4000", caller=caller)
    pair.ami.wait_for("AgentConnect", Interface=f"PJSIP/{phone}")
    pair.outside.action("Hangup", Channel=pair.channel(channel))
    pair.ami.wait_for("AgentComplete", Interface=f"PJSIP/{phone}")
    is_rung_again(pair, f"PJSIP/{phone}")


def is_rung_again(pair: Pair, interface: str) -> None:
    """Waits until the queue takes the member's phone for idle: which of its events comes last is not said."""
    members: list[Message] = []
    for _ in range(150):
        members = [one for one in pair.ami.listing("QueueStatus") if one.get("Location") == interface]
        if members and all(one["Status"] == IDLE for one in members):
            return
        Event().wait(0.1)
    raise AssertionError(f"{interface} is not idle: {members}")


def is_settled(folder: Path, gaps: int) -> bool:
    with sqlite3.connect(folder / "var" / "callcenter.db") as books:
        return bool(books.execute("SELECT count(*) FROM gaps").fetchone()[0] >= gaps)


def test_agents_share_a_phone_and_each_has_their_own_calls(centre: Opening, pair: Pair, folder: Path) -> None:
    def by_code(room: Room) -> None:
        dials(pair, "801", "*70", "1003#wwwwww2468#")
        room.sits(DESK, "1003")
        assert room.members() == {DESK: "Zhang Min"}
        room.takes_a_call(DESK, "1003", "13800138001")
        # somebody else is refused there, by the code and at the page
        pair.ami.listing("QueueStatus")
        dials(pair, "801", "*701004")
        pair.ami.wait_for("Hangup", Cause="21")
        with room.as_user("chen-jie") as page:
            refused = page.post("api/agents/mine/desks/pbx1/801/sign-in", json={})
            assert (refused.status_code, refused.json()["code"]) == (409, "phone_taken")
            assert "Zhang Min" in refused.text
        assert room.members() == {DESK: "Zhang Min"}

    def still_there(room: Room) -> None:
        room.sits(DESK, "1003")
        room.takes_a_call(DESK, "1003", "13800138002")

    def at_the_page(room: Room) -> None:
        room.sits(DESK, "1004")  # who sat down while nobody listened
        room.feed.until(lambda: is_settled(folder, 2), 30)
        dials(pair, "801", "*71")
        room.sits(DESK, "", "signed_out")
        with room.as_user("zhang-min") as page:
            phones = {one["number"]: one for one in page.get("api/agents/mine/desks").json()["phones"]}
            assert (phones["801"]["is_free"], phones["801"]["is_registered"], phones["801"]["is_last"]) == (True,) * 3
            assert page.post("api/agents/mine/desks/pbx1/801/sign-in", json={}).status_code == 200
            room.sits(DESK, "1003")
            room.takes_a_call(DESK, "1003", "13800138005")
            assert page.post(f"api/seats/pbx1/{DESK}/sign-out").status_code == 200
        room.sits(DESK, "", "signed_out")
        room.feed.until(lambda: len(talks(folder)) == 5, 30)

    centre.run(by_code)
    centre.run(still_there)
    takes_a_call_unheard(pair, "801", "13800138003")
    dials(pair, "801", "*71")
    pair.ami.wait_for("QueueMemberRemoved", Interface=DESK)
    pair.quieten()
    dials(pair, "801", "*701004")
    pair.ami.wait_for("QueueMemberAdded", Interface=DESK, MemberName="Chen Jie")
    is_rung_again(pair, DESK)
    takes_a_call_unheard(pair, "801", "13800138004")
    centre.run(at_the_page)
    whose = ["1003", "1003", "1003", "1004", "1003"]
    assert talks(folder) == [(agent, f"1380013800{n}", DESK) for n, agent in enumerate(whose, 1)]
    count = Count(lines_of(pair.centre.queue_log.read_text()))
    answered = {name: agent["answered"] for name, agent in count.agents.items() if agent["answered"]}
    assert answered == {"Zhang Min": 4, "Chen Jie": 1}
    assert by_replay(pair, folder) == answered
    with sqlite3.connect(folder / "var" / "callcenter.db") as books:
        spells = books.execute("SELECT DISTINCT agent_number FROM seat_spells WHERE interface = ?", (DESK,)).fetchall()
        recorded = books.execute(
            "SELECT count(*) FROM recording_files r JOIN conversations c ON c.call_id = r.call_id"
        ).fetchone()
        missed = books.execute("SELECT count(*) FROM queue_visits WHERE agent_number = ''").fetchone()
    assert {row[0] for row in spells} == {"1003", "1004"}
    assert (recorded[0], missed[0]) == (3, 0)  # of what nobody heard, no recording is linked


def test_who_sits_down_elsewhere_is_moved_and_the_number_goes_along(centre: Opening, pair: Pair, folder: Path) -> None:
    def story(room: Room) -> None:
        room.sits("PJSIP/1001", "1001", "signed_out")
        with room.as_user("li-na") as page:
            assert page.post("api/seats/pbx1/PJSIP/1001/sign-in", json={}).status_code == 200
            room.sits("PJSIP/1001", "1001")
            assert page.post("api/agents/mine/desks/pbx1/802/sign-in", json={}).status_code == 200
            room.sits(OTHER, "1001")
            room.sits("PJSIP/1001", "1001", "signed_out")
            assert room.members() == {OTHER: "Li Na"}
            # a colleague dials her number: it rings where she sits, which the server has told the dialplan
            pair.behave("802", do="answer", after=0.2, talk=60)
            colleague = pair.place("PJSIP/1001@801", Application="Wait", Data=60)
            room.sits(OTHER, "1001", "talking")
            # who is in a call is not moved
            refused = page.post("api/agents/mine/desks/pbx1/801/sign-in", json={})
            assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
            pair.ami.listing("QueueStatus")
            dials(pair, "1001", "*70")
            pair.ami.wait_for("Hangup", Cause="21")
            pair.outside.action("Hangup", Channel=pair.channel(colleague))
            room.sits(OTHER, "1001")
            pair.quieten()
            dials(pair, "1001", "*70")  # the code at her own phone brings her back
            room.sits("PJSIP/1001", "1001")
            room.sits(OTHER, "", "signed_out")
        assert room.members() == {"PJSIP/1001": "Li Na"}
        # nobody sits at 802: a supervisor cannot sign it in, nobody can be paused there
        with room.as_user("admin") as chief:
            assert chief.post(f"api/seats/pbx1/{OTHER}/sign-in", json={"queues": ["support"]}).status_code == 409
            assert chief.post(f"api/seats/pbx1/{OTHER}/join-queue", json={"queue": "support"}).status_code == 409

    centre.run(story)


def test_the_fifth_wrong_pin_closes_the_codes_to_the_agent_for_five_minutes(centre: Opening, pair: Pair) -> None:
    def variable(name: str) -> str:
        return pair.ami.action("Getvar", Variable=name)["Value"]

    def story(room: Room) -> None:
        for count in range(1, 6):
            assert variable("CC_CLOSED_1003") == ""
            pair.ami.listing("QueueStatus")
            dials(pair, "801", "*701003", f"111{count}#wwwwwwwwwwww")
            pair.ami.wait_for("Hangup", Cause="21")
            assert variable("CC_WRONG_1003") == str(count)
        closed_for = int(variable("CC_CLOSED_1003")) - time.time()
        assert 280 < closed_for <= 300
        pair.ami.listing("QueueStatus")
        dials(pair, "802", "*701003", "2468#wwwwwwwwwwww")  # the right one, at another phone
        pair.ami.wait_for("Hangup", Cause="21")
        assert room.members() == {}
        pair.ami.action("Setvar", Variable="CC_CLOSED_1003", Value=str(int(time.time()) - 1))
        dials(pair, "802", "*701003", "2468#")
        room.sits(OTHER, "1003")
        assert variable("CC_WRONG_1003") == "0"

    centre.run(story)


def test_asterisk_starts_anew_and_the_agent_still_sits_there(centre: Opening, pair: Pair) -> None:
    def story(room: Room) -> None:
        dials(pair, "801", "*701004")
        room.sits(DESK, "1004")
        pair.quieten()
        pair.centre.stop()
        room.feed.until(lambda: room.feed.link()["state"] != "live", 30)
        pair.centre.boot()
        room.feed.until(lambda: room.feed.link()["state"] == "live", 60)
        room.feed.until(lambda: room.feed.seat(DESK)["device"] == "not_in_use", 60)
        room.sits(DESK, "1004")
        with Ami(pair.centre.plan.pbx) as ami:
            told = [one["Name"] for one in ami.listing("QueueStatus") if one.get("Location") == DESK]
            assert told == ["Chen Jie"]
            # what Asterisk forgot the server has told it again
            assert ami.action("Getvar", Variable="CC_SITS_801")["Value"] == "1004"
        room.takes_a_call(DESK, "1004", "13800138006")

    centre.run(story)


def test_the_desk_page_shows_which_phones_are_free_and_where_one_sits(centre: Opening, pair: Pair) -> None:
    def story(room: Room) -> None:
        with chromium() as browser:
            at_the_pages(room, browser)

    def at_the_pages(room: Room, browser: Browser) -> None:
        dials(pair, "802", "*701004")
        room.sits(OTHER, "1004")
        with Visitor(browser, room.server.url) as visitor:
            visitor.sign_in("zhang-min").open("desk")
            page = visitor.page
            expect(page.get_by_role("heading", name="Choose your phone")).to_be_visible()
            phone = page.get_by_role("combobox", name="Phone")
            expect(phone).to_have_value("Desk 1")  # the first that is free
            phone.click()
            expect(page.get_by_role("option", name="Desk 2 – Chen Jie sits there")).to_have_attribute(
                "data-combobox-disabled", "true"
            )
            look(page, "desk-phones-choice")
            page.get_by_role("option", name="Desk 1").click()
            assert violations(page) == []
            for width in (1440, 360):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
            look(page, "desk-phones-narrow")
            page.get_by_role("button", name="Sign in").click()
            state = page.get_by_role("region", name="My state")
            expect(state).to_contain_text("Ready")
            expect(state).to_contain_text("At Desk 1")
            assert room.members() == {DESK: "Zhang Min", OTHER: "Chen Jie"}
            page.set_viewport_size({"width": 1440, "height": 900})
            look(page, "desk-phones-at-desk")
            dials(pair, "801", "*71")  # the phone's code, and the page follows
            expect(page.get_by_role("heading", name="Choose your phone")).to_be_visible()
        with Visitor(browser, room.server.url) as visitor:
            visitor.sign_in("li-na").open("desk")  # who has a phone of her own is proposed that
            page = visitor.page
            expect(page.get_by_role("combobox", name="Phone")).to_have_value("My own phone")
            page.get_by_role("button", name="Sign in").click()
            room.sits("PJSIP/1001", "1001")
        with Visitor(browser, room.server.url) as visitor:
            visitor.sign_in("admin").open("floor")
            page = visitor.page
            card = page.locator(f'[data-seat="pbx1/{OTHER}"]')
            expect(card).to_contain_text("Chen Jie")
            expect(card).to_contain_text("Desk 2")
            expect(page.locator(f'[data-seat="pbx1/{DESK}"]')).to_contain_text("Nobody sits here")
            look(page, "desk-phones-floor")
            assert violations(page) == []

    centre.run(story)

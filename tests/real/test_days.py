"""A day in the life of an agent, a leader and a supervisor: after every step phone, panel and Asterisk agree."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import scope_of
from callcenter.accounts.service import NewUser
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import DESK, PATIENCE_SECONDS, Visitor, look
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.real.feed import cookie_of
from tests.real.test_gaps import reconciled
from tests.real.views import Floor, Floors, Stands, Views
from tests.serving import PANEL, PASSWORD, Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

LI, WANG, ZHANG, ZHAO = "1001", "1002", "1003", "1004"
KNOWN, SECOND, THIRD, FOURTH = (f"1380013800{n}" for n in range(4))
LEADER = NewUser(
    "zhang-min", PASSWORD, (Role.TEAM_LEADER,), name="Zhang Min", agent_number=ZHANG, scope=scope_of(["Team A"], [])
)
CUSTOMERS = ZoneInfo("Asia/Shanghai")
"""Whose legal hours a promise keeps to."""
ZONE = ZoneInfo(f"Etc/GMT{datetime.now(UTC).hour - 12:+}")
"""Where it is about noon: a day of this test knows no midnight. (The sign of these zones is that of the way to UTC.)"""
WRAP_UP_SECONDS = 60
"""Long enough to be seen by all three, and ended at the desk; Asterisk waits all of it before it rings again."""
ALWAYS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]
LABELS = {"support": "Support", "sales": "Sales", "break": "Break", "meal": "Meal", "training": "Training"}
BOTH = {"support": 0, "sales": 0}
ACTS = {
    "li-na": (
        "seat.sign_in", "seat.hold", "seat.resume", "seat.ask_for_help", "message.acknowledge", "wrap_up.write",
        "seat.end_wrap_up", "seat.ready", "seat.transfer", "seat.sign_out", "seat.hang_up",
    ),
    "zhang-min": (
        "seat.take_help", "seat.listen", "seat.stop_listening", "message.write", "seat.end_help", "shift_log.save",
    ),
    Role.SUPERVISOR: (
        "seat.pause", "seat.change_penalty", "waiting.to_front", "waiting.to_queue", "waiting.hang_up", "seat.ready",
    ),
}  # fmt: skip
"""What was done in the panel on this day, as the audit log calls it."""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two teams whose phones ring until somebody picks up."""
    queues = {
        name: QueueSettings(extension=extension, label=LABELS[name], ring_seconds=300, wrap_up_seconds=WRAP_UP_SECONDS)
        for name, extension in (("support", "4000"), ("sales", "4001"))
    }
    agents = (
        AgentSettings(number=LI, name="Li Na", team="Team A", queues=("support", "sales")),
        AgentSettings(number=WANG, name="Wang Wei", team="Team A", queues=("sales",)),
        AgentSettings(number=ZHANG, name="Zhang Min", team="Team A", queues=("support",)),
        AgentSettings(number=ZHAO, name="Zhao Lei", team="Team B", queues=("support",)),
    )
    with running_pair(Settings(timezone=ZONE.key, queues=queues, agents=agents)) as pair:
        pair.behave(LI, do="ignore", after=0)
        pair.behave(WANG, do="ignore", after=0)
        pair.behave(ZHANG, do="answer", after=0)
        yield pair


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("centre")


@pytest.fixture(scope="module")
def server(pair: Pair, folder: Path) -> Iterator[Serving]:
    with serving_pair(pair, folder, LI_NA, LEADER) as server:
        yield server


class Day:
    """Three people in their browsers, and how the floor stands after each step."""

    def __init__(self, pair: Pair, server: Serving, browser: Browser, people: ExitStack) -> None:
        self.pair, self.url = pair, server.url
        self.known = ""
        self.agent, self.leader, self.supervisor = (
            people.enter_context(Visitor(browser, server.url)).sign_in(name)
            for name in ("li-na", "zhang-min", Role.SUPERVISOR)
        )
        self.desk, self.team, self.floor = (one.page for one in (self.agent, self.leader, self.supervisor))
        self.agent.open("desk")
        self.leader.open("floor")
        self.supervisor.open("floor")
        self.now = Floor(dict.fromkeys((LI, WANG, ZHANG, ZHAO), Stands()), {"support": (), "sales": ()})
        floors = (
            Floors(self.team, (LI, WANG, ZHANG), ()),
            Floors(self.floor, tuple(self.now.seats), ("support", "sales")),
        )
        for page in (self.desk, self.team, self.floor):
            expect(page.get_by_role("heading", level=1)).to_be_visible()
        self.views = Views(pair, floors, {LI: self.desk}, LABELS, WRAP_UP_SECONDS)
        self.three_views_agree()

    def three_views_agree(self, **callers: tuple[str, ...]) -> None:
        """Phone, panel and Asterisk have all seats and lines as they stand now; these queues have these callers."""
        self.now = replace(self.now, callers={**self.now.callers, **callers})
        self.views.agree_on(self.now)

    def stands(self, agent: str, state: str, **how: Any) -> None:
        """From now on this seat stands so, in the queues that it is in unless others are given."""
        kept = {name: how.pop(name, getattr(self.now.seats[agent], name)) for name in ("queues", "listens")}
        self.now = replace(self.now, seats={**self.now.seats, agent: Stands(state, **kept, **how)})

    def calls(self, number: str, extension: str = "4000") -> str:
        """A customer calls; the channel's id outside."""
        return self.pair.customer_calls(extension, caller=number)

    def picks_up(self, agent: str) -> None:
        """The agent takes the call at the phone that rings."""
        self.pair.picks_up(agent)

    def hangs_up(self, customer: str) -> None:
        """A customer hangs up."""
        self.pair.outside.action("Hangup", Channel=self.pair.channel(customer))

    def seat(self, page: Page, agent: str) -> Locator:
        """What the floor page has of a seat, opened."""
        page.locator(f'[data-seat="pbx1/PJSIP/{agent}"]').click()
        return page.get_by_role("dialog")

    def close(self, page: Page) -> None:
        """Closes what was opened."""
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def press(within: Page | Locator, name: str) -> None:
    within.get_by_role("button", name=name, exact=True).click()


def choose(within: Page | Locator, page: Page, field: str, option: str) -> None:
    within.get_by_role("combobox", name=field, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_day_in_the_life_of_an_agent_a_leader_and_a_supervisor(
    pair: Pair, server: Serving, folder: Path, browser: Browser
) -> None:
    began_at = time.time()
    with ExitStack() as people:
        day = Day(pair, server, browser, people)
        _prepare(day)
        _sign_in(day)
        _known_customer(day)
        _help(day)
        _work_after_the_call(day)
        _pause_by_the_phone(day)
        _hand_over(day)
        _busy_hour(day)
        _sign_out(day)
        _leader_writes_the_log(day)
        pair.quieten()
        day.three_views_agree()
        _report_equals_queue_log(day)
    _books_are_right(server, folder, began_at)


def _prepare(day: Day) -> None:
    """What was there before the day: a known customer, a list that takes promises, the shift of today."""
    http, today = day.supervisor.context.request, datetime.now(ZONE).date()
    record = {"name": "Zhao Liu", "level": "important", "note": "likes tea", "numbers": [{"number": KNOWN}]}
    later = {"targets": [{"number": "13800138099", "due_at": time.time() + 30 * 86_400}]}
    whole = {"version": 0, "parts": [{"kind": "on_post", "start_minute": 0, "end_minute": 1440}]}

    def told(method: str, path: str, body: object = None) -> Any:
        answer = http.fetch(f"{day.url}api/{path}", method=method, headers=PANEL, data=body)
        assert answer.ok, answer.text()
        return answer.json()

    told("POST", "customers", {"record": record})
    made = told("POST", "lists", {"name": "Promises", "queue": "support", "windows": ALWAYS})["id"]
    told("POST", f"lists/{made}/targets", later)
    told("POST", f"lists/{made}/start")
    told("PUT", f"shifts/{LI}/{today}", whole)


def _sign_in(day: Day) -> None:
    """One at the desk, the others by the code of their phones."""
    press(day.desk, "Sign in")
    day.stands(LI, "ready", queues=BOTH)
    day.three_views_agree()
    day.pair.dial(WANG, "*70")
    day.stands(WANG, "ready", queues={"sales": 0})
    day.three_views_agree()
    day.pair.dial(ZHAO, "*70")
    day.stands(ZHAO, "ready", queues={"support": 0})
    day.three_views_agree()
    day.pair.dial(ZHAO, "*722")
    day.stands(ZHAO, "paused", reason="meal")
    day.three_views_agree()


def _known_customer(day: Day) -> None:
    """Who is known rings and pops; is talked with, put on hold and taken back."""
    day.known = day.calls(KNOWN)
    at_hand = {"number": KNOWN, "queue": "support"}
    day.stands(LI, "ringing", **at_hand)
    day.three_views_agree(support=(at_hand["number"],))
    card = day.desk.get_by_role("region", name="The customer")
    expect(card).to_contain_text("Zhao Liu")
    expect(card).to_contain_text("likes tea")
    for name in ("My state", "The call", "The customer"):
        box = day.desk.get_by_role("region", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= DESK[1], f"{name} is below the fold: {box}"
    day.picks_up(LI)
    day.stands(LI, "talking", **at_hand)
    day.three_views_agree(support=())
    look(day.desk, "desk-in-a-call")
    press(day.desk, "Hold")
    day.stands(LI, "on_hold", **at_hand)
    day.three_views_agree()
    press(day.desk, "Take back")
    day.stands(LI, "talking", **at_hand)
    day.three_views_agree()


def _help(day: Day) -> None:
    """The agent asks for help; the leader comes, listens, and writes what is understood at the desk."""
    press(day.desk, "Ask for help")
    asking = day.team.locator(f'[data-seat="pbx1/PJSIP/{LI}"]')
    expect(asking).to_contain_text("Help is asked for")
    day.three_views_agree()
    seat = day.seat(day.team, LI)
    press(seat, "I am on the way")
    expect(day.desk.get_by_role("region", name="My state")).to_contain_text("Zhang Min is on the way")
    day.three_views_agree()

    press(seat, "Listen")
    call = day.desk.get_by_role("region", name="The call", exact=True)
    expect(call).to_contain_text("Somebody listens to this call.")
    day.stands(ZHANG, "signed_out", listens=True)
    day.three_views_agree()
    press(seat, "Stop listening")
    expect(call).not_to_contain_text("Somebody listens")
    day.stands(ZHANG, "signed_out", listens=False)
    day.three_views_agree()
    press(seat, "Help no longer needed")
    expect(day.desk.get_by_role("button", name="Ask for help")).to_be_visible()
    day.close(day.team)

    press(day.team, "Message…")
    dialog = day.team.get_by_role("dialog", name="Messages")
    choose(dialog, day.team, "To", "A team")
    choose(dialog, day.team, "Team", "Team A")
    dialog.get_by_label("Message", exact=True).fill("Offer them the new price.")
    press(dialog, "Send message")
    came = day.desk.get_by_role("region", name="Messages")
    expect(came).to_contain_text("Offer them the new price.")
    press(came, "Understood")
    expect(came.get_by_role("listitem")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Understood: 1 of 3")).to_be_visible()
    day.close(day.team)
    day.three_views_agree()


def _work_after_the_call(day: Day) -> None:
    """What the customer wants is typed while they talk; it is saved, with a promise, when they have hung up."""
    form = day.desk.get_by_role("region", name=f"Wrap-up: {KNOWN}")
    choose(form, day.desk, "Reason", "Enquiry")
    choose(form, day.desk, "More exactly", "Price or offer")
    form.get_by_text("Solved", exact=True).click()
    form.get_by_label("Note").fill("asks for a price")
    at_ten = datetime.now(CUSTOMERS).replace(hour=10, minute=0) + timedelta(days=2)
    form.get_by_label("Call back on").fill(at_ten.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M"))
    expect(form.get_by_role("combobox", name="By the callback list")).to_have_value("Promises")
    day.hangs_up(day.known)
    day.stands(LI, "wrap_up")
    day.three_views_agree()
    press(form, "Save the wrap-up")
    expect(day.desk.get_by_text("The wrap-up is saved.")).to_be_visible()
    press(day.desk, "Wrap-up done")
    targets = day.supervisor.context.request.get(f"{day.url}api/lists/1/targets").json()["targets"]
    assert f"+86{KNOWN}" in [one["number"] for one in targets]
    day.stands(LI, "ready")
    day.three_views_agree()


def _pause_by_the_phone(day: Day) -> None:
    """Paused by the phone's code, ready again at the desk."""
    day.pair.dial(LI, "*721")
    day.stands(LI, "paused", reason="break")
    day.three_views_agree()
    press(day.desk, "Ready")
    day.stands(LI, "ready")
    day.three_views_agree()


def _hand_over(day: Day) -> None:
    """A call goes on to a colleague, whose phone rings and who talks on."""
    customer = day.calls(SECOND)
    at_hand = {"number": SECOND, "queue": "support"}
    day.stands(LI, "ringing", **at_hand)
    day.three_views_agree(support=(at_hand["number"],))
    day.picks_up(LI)
    day.stands(LI, "talking", **at_hand)
    day.three_views_agree(support=())
    press(day.desk, "Hand over…")
    dialog = day.desk.get_by_role("dialog", name="Hand the call over")
    dialog.get_by_label("Name or number").fill("Wang")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    press(dialog, "Hand over at once")
    expect(dialog).to_have_count(0)
    day.stands(LI, "wrap_up")
    day.stands(WANG, "ringing", number=SECOND)
    day.three_views_agree()
    day.picks_up(WANG)
    day.stands(WANG, "talking", number=SECOND)
    day.three_views_agree()
    press(day.desk, "Wrap-up done")
    day.hangs_up(customer)
    day.stands(LI, "ready")
    day.stands(WANG, "ready")
    day.three_views_agree()


def _busy_hour(day: Day) -> None:
    """The supervisor pauses a seat, moves who waits, changes a penalty, acts on several seats, and hangs up."""
    seat = day.seat(day.floor, LI)
    press(seat, "Pause")
    day.floor.get_by_role("menuitem", name="Training").click()
    day.stands(LI, "paused", reason="training")
    day.three_views_agree()
    seat.get_by_role("textbox", name="Penalty in Support").fill("3")
    press(seat, "Change the penalty in Support")
    day.stands(LI, "paused", reason="training", queues={"support": 3, "sales": 0})
    day.three_views_agree()
    day.close(day.floor)
    day.seat(day.floor, WANG)
    press(day.floor.get_by_role("dialog"), "Pause")
    day.floor.get_by_role("menuitem", name="Break").click()
    day.stands(WANG, "paused", reason="break")
    day.three_views_agree()
    day.close(day.floor)

    day.calls(THIRD)
    day.three_views_agree(support=(THIRD,))
    day.calls(FOURTH)
    day.three_views_agree(support=(THIRD, FOURTH))
    _of_caller(day, FOURTH, "Move to the front")
    day.three_views_agree(support=(FOURTH, THIRD))
    _of_caller(day, THIRD, "Move to another queue…")
    moving = day.floor.get_by_role("dialog", name="Move to another queue")
    choose(moving, day.floor, "Queue", "Sales")
    press(moving, "Move the caller")
    expect(moving).to_have_count(0)
    day.three_views_agree(support=(FOURTH,), sales=(THIRD,))
    _of_caller(day, THIRD, "Hang up…")
    press(day.floor.get_by_role("dialog", name="Hang up"), "Hang up")
    day.three_views_agree(sales=())

    press(day.floor, "Choose several seats")
    bar = day.floor.get_by_role("region", name="Several seats")
    for agent in (LI, WANG):
        day.floor.locator(f'[data-seat="pbx1/PJSIP/{agent}"]').click()
    choose(bar, day.floor, "What", "Ready")
    press(bar, "Do it")
    expect(bar).to_contain_text("Done at 2 of 2 seats.")
    at_hand = {"number": FOURTH, "queue": "support"}
    day.stands(LI, "ringing", **at_hand)
    day.stands(WANG, "ready")
    day.three_views_agree()
    press(bar, "Finish")
    day.picks_up(LI)
    day.stands(LI, "talking", **at_hand)
    day.three_views_agree(support=())


def _of_caller(day: Day, number: str, item: str) -> None:
    press(day.floor, f"Actions: {number}")
    day.floor.get_by_role("menuitem", name=item).click()


def _sign_out(day: Day) -> None:
    """Who signs out in a call goes on talking and is rung no more; the others dial the code."""
    press(day.desk, "Sign out")
    press(day.desk, "In a call: sign out all the same?")
    day.stands(LI, "talking", number=FOURTH, queue="support", queues={})
    day.three_views_agree()
    press(day.desk, "Hang up")
    press(day.desk, "Press again to hang up")
    day.stands(LI, "signed_out")
    day.three_views_agree()
    for agent in (WANG, ZHAO):
        day.pair.dial(agent, "*71")
        day.stands(agent, "signed_out", queues={})
        day.three_views_agree()


def _leader_writes_the_log(day: Day) -> None:
    """The leader looks at how the team kept to its shifts and writes down what was of note; no other team is there."""
    page = day.leader.another_page()
    page.goto(f"{day.url}shifts/adherence")
    row = page.get_by_role("row").filter(has_text="Li Na")
    expect(row).to_contain_text(re.compile(r"\d:\d\d / \d"))
    expect(row).not_to_contain_text("absent")
    expect(page.get_by_text("Zhao Lei")).to_have_count(0)
    page.get_by_role("link", name="Shift log").click()
    expect(page.get_by_role("region", name="Team A")).to_contain_text("Answered")
    page.get_by_label("What was of note").fill("Li Na was helped with a price.")
    press(page, "Save")
    expect(page.get_by_text("Versions: 1")).to_be_visible()
    page.close()
    day.three_views_agree()


def _report_equals_queue_log(day: Day) -> None:
    """What the supervisor reads in the report of today is what Asterisk's own log counts."""
    [path] = day.pair.centre.plan.run.rglob("queue_log")
    lines = [line.split("|") for line in path.read_text(encoding="utf-8").splitlines()]
    logged = {queue: Counter(line[4] for line in lines if line[2] == queue) for queue in day.now.callers}
    page, today = day.supervisor.another_page(), datetime.now(ZONE).date()
    page.goto(f"{day.url}reports/queues?from={today}&to={today}")
    for queue, counts in logged.items():
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=LABELS[queue]))
        shown = {name: int(row.locator(f'[data-label="{name}"]').inner_text()) for name in ("Offered", "Answered")}
        assert shown == {"Offered": counts["ENTERQUEUE"], "Answered": counts["CONNECT"]}
    page.close()


def _books_are_right(server: Serving, folder: Path, began_at: float) -> None:
    """Stored and logged stays differ only where it is known why, and each act of each of the three is written down."""
    told = reconciled(folder)
    assert told["differences"] == []
    stored = {(one["queue"], one["outcome"]): one["stored"] for one in told["counts"]}
    assert stored == {("support", "answered"): 3, ("support", "withdrawn"): 1, ("sales", "abandoned"): 1}
    cookie = {"Cookie": cookie_of(server.url, Role.ADMIN)}
    written = Counter[tuple[str, str]]()
    for name, acts in ACTS.items():
        for act in acts:
            params = {"act": act}
            answer = httpx.get(f"{server.url}api/audit", params=params, headers=cookie).raise_for_status()
            entries = [one for one in answer.json()["entries"] if one["at"] >= began_at and one["username"] == name]
            written[name, act] = len(entries)
    assert [one for one, count in written.items() if count == 0] == []

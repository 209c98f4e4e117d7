"""The agent desk in a real browser on a real Asterisk: a day at it, the phone's codes, a supervisor's hand."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from callcenter.accounts.rules import Role
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import DESK, NOTIFICATIONS, PATIENCE_SECONDS, Visitor, look, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.real.feed import cookie_of
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

NARROW = (360, 740)
"""Beside a CRM."""
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
CALLER = "13800138000"
SEAT = "pbx1/PJSIP/1001"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two agents with phones that answer soon, and time for the work after a call."""
    queues = {
        "support": QueueSettings(extension="4000", label="Support 客服", ring_seconds=120, wrap_up_seconds=60),
        "sales": QueueSettings(extension="4001", label="Sales 销售", wrap_up_seconds=60),
    }
    agents = tuple(AgentSettings(number=str(1001 + n), name=f"Li Na {n}", queues=tuple(queues)) for n in range(2))
    with running_pair(Settings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.behave("1001", do="answer", after=0.5, talk=0)
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA) as server:
        yield server


@pytest.fixture
def agent(server: Serving, browser: Browser, pair: Pair) -> Iterator[Visitor]:
    """Agent 1001's own panel."""
    pair.quieten()
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in("li-na")
    pair.quieten()
    for queue in members(pair):
        pair.ami.action("QueueRemove", Queue=queue, Interface="PJSIP/1001")


@pytest.fixture
def supervising(server: Serving) -> Iterator[httpx.Client]:
    """A supervisor's program."""
    headers = PANEL | {"Cookie": cookie_of(server.url, Role.SUPERVISOR)}
    with httpx.Client(base_url=server.url, headers=headers, timeout=10) as client:
        yield client


def state(page: Page) -> Locator:
    return page.get_by_role("region", name="My state").get_by_role("status").first


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def members(pair: Pair) -> dict[str, str]:
    """By queue, whether Asterisk has the seat paused, and why."""
    told = pair.ami.listing("QueueStatus")
    return {one["Queue"]: one["PausedReason"] if one["Paused"] == "1" else "" for one in told if "Location" in one}


def test_a_day_at_the_desk(agent: Visitor, pair: Pair) -> None:
    page = agent.page
    agent.open()
    expect(page).to_have_url(f"{agent.url}desk")  # where an agent begins
    expect(state(page)).to_have_text("Signed out")
    expect(page).to_have_title("Signed out · callcenter")
    assert violations(page) == []

    page.get_by_label("Sales").uncheck()
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    assert members(pair) == {"support": ""}
    plain = page.locator('link[rel="icon"]').get_attribute("href")

    pair.behave("1001", do="ignore")
    caller = pair.customer_calls("4000", caller=CALLER, name="Bob")
    expect(state(page)).to_have_text("Ringing")
    call = page.get_by_role("region", name="The call", exact=True)
    expect(call).to_contain_text(CALLER)
    expect(call).to_contain_text("Bob")
    expect(call).to_contain_text("Support 客服")
    expect(page).to_have_title(f"Ringing · {CALLER} · callcenter")
    assert page.locator('link[rel="icon"]').get_attribute("href") != plain
    pair.picks_up("1001")
    expect(state(page)).to_have_text("Talking")
    pair.behave("1001", do="answer")
    expect(call).to_contain_text("Bob")  # the queue has forgotten him, the desk has not
    assert violations(page) == []

    # Twice pressed in a call; once is not enough.
    press(page, "Sign out")
    sure = page.get_by_role("button", name="In a call: sign out all the same?")
    expect(sure).to_be_visible()
    assert members(pair) == {"support": ""}
    page.get_by_role("button", name="Ask for help").focus()
    expect(sure).to_have_count(0)  # whoever turns to something else has not meant it

    pair.outside.action("Hangup", Channel=pair.channel(caller))
    expect(state(page)).to_have_text("Wrap-up")
    expect(call).to_have_count(0)
    press(page, "Wrap-up done")
    expect(state(page)).to_have_text("Ready")
    figures = page.get_by_role("region", name="My day")
    expect(figures.locator("div").filter(has_text="Answered").first).to_contain_text("1")
    expect(figures).to_contain_text("target ≤")

    press(page, "Pause")
    page.get_by_role("menuitem", name="Meal").click()
    expect(state(page)).to_have_text("Paused · Meal")
    expect(page.get_by_role("region", name="My state")).to_contain_text("of 1:00:00")
    assert members(pair) == {"support": "meal"}
    assert violations(page) == []

    pair.dial("1001", "*73")  # ready, by the phone's own code
    expect(state(page)).to_have_text("Ready")
    pair.dial("1001", "*721")
    expect(state(page)).to_have_text("Paused · Break")
    press(page, "Ready")
    expect(state(page)).to_have_text("Ready")
    assert members(pair) == {"support": ""}
    pair.dial("1001", "*70")
    expect(page.get_by_role("region", name="My state")).to_contain_text("Sales 销售")

    press(page, "Sign out")
    expect(state(page)).to_have_text("Signed out")
    assert members(pair) == {}
    agent.visit("My callbacks")
    expect(page).to_have_title("Signed out · My callbacks · callcenter")
    assert page.locator('link[rel="icon"]').get_attribute("href") != plain


def test_more_time_after_a_call_at_the_desk_by_the_phones_codes_and_by_a_supervisor(
    agent: Visitor, pair: Pair, supervising: httpx.Client
) -> None:
    page = agent.page
    agent.open("desk")
    mine = page.get_by_role("region", name="My state")

    works_after_a_call(page, pair)
    expect(mine).to_contain_text("of 1:00")
    press(page, "More time")
    expect(state(page)).to_have_text("Wrap-up · more time")
    expect(mine).to_contain_text(re.compile("of (1:59|2:[0-5])"))
    assert members(pair) == {"support": "wrap_up"}
    assert violations(page) == []
    look(page, "more-time")
    press(page, "Wrap-up done")
    is_ready(page, pair)

    works_after_a_call(page, pair)
    pair.dial("1001", "*75")
    expect(state(page)).to_have_text("Wrap-up · more time")
    assert members(pair) == {"support": "wrap_up"}
    pair.dial("1001", "*74")
    is_ready(page, pair)

    works_after_a_call(page, pair)
    press(page, "More time")
    expect(state(page)).to_have_text("Wrap-up · more time")
    answer = supervising.post("api/seats/pbx1/PJSIP/1001/end-wrap-up")
    assert (answer.status_code, answer.json()["result"]) == (200, "done"), answer.text
    is_ready(page, pair)


def is_ready(page: Page, pair: Pair) -> None:
    """The desk and Asterisk say so; then signs out, since Asterisk would hold the next call back."""
    expect(state(page)).to_have_text("Ready")
    assert members(pair) == {"support": ""}
    press(page, "Sign out")
    expect(state(page)).to_have_text("Signed out")


def works_after_a_call(page: Page, pair: Pair) -> None:
    """Has signed in; a caller of the queue has been answered and has hung up."""
    page.get_by_label("Sales").uncheck()
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")  # nobody waits for an empty room
    caller = pair.customer_calls("4000", caller=CALLER)
    expect(state(page)).to_have_text("Talking")
    pair.outside.action("Hangup", Channel=pair.channel(caller))
    expect(state(page)).to_have_text("Wrap-up")


def test_the_tab_says_nothing_of_the_past(agent: Visitor) -> None:
    page = agent.page
    feeds: list[WebSocketRoute] = []
    is_cut = False

    def pass_on(feed: WebSocketRoute) -> None:
        if is_cut:
            feed.close()
            return
        feed.connect_to_server()
        feeds.append(feed)

    def mark() -> str | None:
        return page.locator('link[rel="icon"]').get_attribute("href")

    page.route_web_socket("**/api/live*", pass_on)
    agent.open("desk")
    expect(page).to_have_title("Signed out · callcenter")
    live = mark()
    is_cut = True
    for feed in feeds:
        feed.close()
    expect(page).to_have_title("No connection · callcenter")
    assert mark() != live
    is_cut = False
    expect(page).to_have_title("Signed out · callcenter")
    assert mark() == live


def test_a_recording_is_paused_at_the_desk_and_by_the_phones_code(
    agent: Visitor, server: Serving, browser: Browser, pair: Pair
) -> None:
    page = agent.page
    agent.open("desk")
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    caller = pair.customer_calls("4000", caller=CALLER)
    expect(state(page)).to_have_text("Talking")
    call = page.get_by_role("region", name="The call", exact=True)
    expect(call.get_by_role("status").filter(has_text="The call is recorded")).to_be_visible()

    agent.tab_to(lambda: agent.focus("e.textContent") == "Pause recording")
    page.keyboard.press("Enter")
    expect(call.get_by_role("status").filter(has_text="Recording paused")).to_be_visible()
    expect(call.get_by_role("button").filter(has_text="recording")).to_have_text("Resume recording")
    expect(call).to_contain_text("0:0")  # since when
    assert violations(page) == []
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert page.evaluate(SIDEWAYS) <= 0

    press(page, "Resume recording")
    expect(call.get_by_role("status").filter(has_text="The call is recorded")).to_be_visible()
    pair.outside.action("Ping")  # whatever was said before the answer has been read then
    leg = [event for event in pair.outside.of("Newchannel") if event["Exten"] == "1001"][-1]["Channel"]
    for digit in "*3":
        pair.outside.action("PlayDTMF", Channel=leg, Digit=digit, Duration=150)
    expect(call.get_by_role("status").filter(has_text="Recording paused")).to_be_visible()

    # A supervisor sees it at the seat, and ends it.
    with Visitor(browser, server.url) as supervisor:
        supervisor.sign_in(Role.SUPERVISOR).open("floor")
        supervisor.page.locator(f'[data-seat="{SEAT}"]').click()
        seat = supervisor.page.get_by_role("region", name="Commands")
        expect(seat).to_contain_text("Recording paused")
        seat.get_by_role("button", name="Resume recording").click()
        expect(seat).to_contain_text("The call is recorded")
    expect(call.get_by_role("status").filter(has_text="The call is recorded")).to_be_visible()
    pair.outside.action("Hangup", Channel=pair.channel(caller))
    expect(call).to_have_count(0)


def test_an_agent_asks_for_help_and_a_supervisor_comes(
    agent: Visitor, server: Serving, browser: Browser, pair: Pair
) -> None:
    page = agent.page
    agent.open("desk")
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    agent.tab_to(lambda: agent.focus("e.textContent") == "Ask for help")
    page.keyboard.press("Enter")
    mine = page.get_by_role("region", name="My state")
    expect(mine).to_contain_text("Help is asked for")
    assert violations(page) == []
    with Visitor(browser, server.url) as supervisor:
        supervisor.sign_in(Role.SUPERVISOR).open("floor")
        card = supervisor.page.locator(f'[data-seat="{SEAT}"]')
        expect(card).to_contain_text("Help is asked for")
        expect(card).to_contain_text("Agent asks for help")  # the alert
        assert violations(supervisor.page) == []
        card.click()
        supervisor.page.get_by_role("button", name="I am on the way").click()
        expect(card).not_to_contain_text("Agent asks for help")
    expect(mine).to_contain_text("Supervisor is on the way")
    page.reload()
    expect(mine).to_contain_text("Supervisor is on the way")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert page.evaluate(SIDEWAYS) <= 0
    assert violations(page) == []
    press(page, "Help no longer needed")
    expect(page.get_by_role("button", name="Ask for help")).to_be_visible()


def test_by_the_keyboard_alone(agent: Visitor, pair: Pair) -> None:
    page = agent.page
    agent.open("desk")
    expect(state(page)).to_have_text("Signed out")
    agent.tab_to(lambda: agent.focus("e.textContent") == "Sign in")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Ready")
    agent.tab_to(lambda: agent.focus("e.textContent") == "Pause")
    page.keyboard.press("Enter")
    expect(page.locator("[data-autofocus]")).to_be_focused()  # a menu is seen a moment before it has the keyboard
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Break")).to_be_focused()
    page.keyboard.press("Enter")
    expect(state(page)).to_contain_text("Paused")
    agent.tab_to(lambda: agent.focus("e.textContent") == "Sign out")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Signed out")
    assert members(pair) == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [NARROW, DESK])
def test_in_both_languages_and_themes_narrow_and_wide(
    server: Serving, browser: Browser, size: tuple[int, int], language: str, theme: str
) -> None:
    with Visitor(browser, server.url, size) as visitor:
        page = visitor.page
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.add_init_script(f"localStorage.setItem('callcenter.language', '{language}')")
        visitor.sign_in("li-na")
        visitor.open("desk")
        expect(page.get_by_role("button", name="Sign in" if language == "en" else "签入", exact=True)).to_be_visible()
        expect(page.get_by_text("AHT" if language == "en" else "平均通话与案头时长")).to_be_visible()
        look(page, f"desk-{size[0]}-{language}-{theme}")
        names = ("My state", "My day") if language == "en" else ("我的状态", "我的今日")
        boxes = [page.get_by_role("region", name=name).bounding_box() for name in names]
        state, figures = [box for box in boxes if box]
        is_beside = figures["x"] >= state["x"] + state["width"]
        assert is_beside is (size == DESK)
        assert page.evaluate(SIDEWAYS) <= 0
        assert violations(page) == []


def test_who_is_no_agent_has_no_desk(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        visitor.sign_in(Role.AGENT)
        visitor.open("desk")
        expect(visitor.page.get_by_text("You are no agent")).to_be_visible()
        expect(visitor.page.get_by_role("navigation").get_by_role("link", name="My desk")).to_have_count(0)
    with Visitor(browser, server.url) as visitor:
        visitor.sign_in(Role.SUPERVISOR)
        visitor.open("desk")
        expect(visitor.page.get_by_text("Your account may not see this")).to_be_visible()


def test_a_supervisor_commands_a_seat_from_the_floor(server: Serving, browser: Browser, pair: Pair) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("floor")
        page.locator(f'[data-seat="{SEAT}"]').click()
        drawer = page.get_by_role("dialog")
        drawer.get_by_role("button", name="Sign in", exact=True).click()
        expect(drawer.get_by_text("Done.")).to_be_visible()
        assert members(pair) == {"support": "", "sales": ""}
        drawer.get_by_role("button", name="Pause", exact=True).click()
        page.get_by_role("menuitem", name="Training").click()
        expect(drawer.get_by_role("button", name="Ready", exact=True)).to_be_visible()
        assert members(pair) == {"support": "training", "sales": "training"}
        assert violations(page) == []
        drawer.get_by_role("button", name="Ready", exact=True).click()
        expect(drawer.get_by_role("button", name="Ready", exact=True)).to_have_count(0)
        queues = drawer.get_by_role("region", name="Queues of the seat")
        queues.get_by_role("button", name="Remove from Sales 销售").click()
        queues.get_by_role("button", name="Really remove?").click()
        expect(queues.get_by_text("Done.")).to_be_visible()
        assert members(pair) == {"support": ""}
        queues.get_by_role("combobox", name="Another queue").click()
        page.get_by_role("option", name="Sales 销售").click()
        queues.get_by_role("button", name="Add", exact=True).click()
        expect(queues.get_by_role("button", name="Remove from Sales 销售")).to_be_visible()
        assert members(pair) == {"support": "", "sales": ""}
        expect(page.get_by_role("option")).to_have_count(0)
        assert violations(page) == []
        look(page, "seat-queues")
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert page.evaluate(SIDEWAYS) <= 0
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})

        caller = pair.customer_calls("4000", caller=CALLER)
        hang_up = drawer.get_by_role("button", name="Hang up", exact=True)
        expect(hang_up).to_be_visible()
        expect(drawer).to_contain_text("Talking")
        hang_up.click()
        drawer.get_by_role("button", name="Pause", exact=True).focus()
        expect(hang_up).to_be_visible()  # once is not enough, and forgotten
        hang_up.click()
        expect(drawer.get_by_role("button", name="Press again to hang up")).to_be_visible()
        assert violations(page) == []
        look(page, "seat-hang-up")
        drawer.get_by_role("button", name="Press again to hang up").click()
        expect(drawer.get_by_role("button", name="Wrap-up done")).to_be_visible()
        expect(hang_up).to_have_count(0)
        pair.outside.wait_for("Hangup", Uniqueid=caller)
        drawer.get_by_role("button", name="Sign out", exact=True).click()
        expect(drawer.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        assert members(pair) == {}
    with Visitor(browser, server.url) as visitor:
        visitor.sign_in(Role.AGENT)
        visitor.open("floor")
        visitor.page.locator(f'[data-seat="{SEAT}"]').click()
        expect(visitor.page.get_by_role("dialog")).to_contain_text("PJSIP/1001")
        expect(visitor.page.get_by_role("dialog").get_by_role("button", name="Sign in")).to_have_count(0)


def test_a_ring_is_told_on_whatever_page(agent: Visitor, pair: Pair) -> None:
    agent.context.add_init_script(NOTIFICATIONS)
    page, other = agent.page, agent.another_page()
    agent.open("desk")
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    other.goto(f"{agent.url}library")
    expect(other).to_have_title("Ready · callcenter")
    agent.visit("Customers")
    expect(page).to_have_title("Ready · Customers · callcenter")
    mark = page.locator('link[rel="icon"]').get_attribute("href")
    typed = page.get_by_role("textbox").first
    typed.fill("Bo")

    pair.behave("1001", do="ignore")
    pair.customer_calls("4000", caller=CALLER)
    to_desk = page.get_by_role("link", name="To my desk")
    for tab in (page, other):
        bar = tab.get_by_role("paragraph").filter(has=tab.get_by_role("link", name="To my desk"))
        expect(bar).to_contain_text(CALLER)
        expect(bar).to_contain_text("Support 客服")
        tab.wait_for_function("notes.length === 1")
    expect(page).to_have_title(f"Ringing · {CALLER} · Customers · callcenter")
    assert page.locator('link[rel="icon"]').get_attribute("href") != mark
    expect(typed).to_be_focused()
    (note,) = page.evaluate("notes")
    assert (note["title"], note["body"]) == ("Ringing", f"{CALLER} · Support 客服")
    assert other.evaluate("notes") == [note]  # of one tag, so that the desktop shows one
    assert violations(page) == []
    look(page, "ring-elsewhere")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert page.evaluate(SIDEWAYS) <= 0
    assert violations(page) == []
    look(page, "ring-elsewhere-narrow")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    press(page, "中文")
    expect(page.get_by_role("link", name="前往我的工作台")).to_be_visible()
    press(page, "English")

    to_desk.click()
    expect(state(page)).to_have_text("Ringing")
    expect(to_desk).to_have_count(0)
    pair.picks_up("1001")
    pair.behave("1001", do="answer")
    expect(state(page)).to_have_text("Talking")
    expect(other.get_by_role("link", name="To my desk")).to_have_count(0)
    expect(other).to_have_title(f"Talking · {CALLER} · callcenter")
    assert page.evaluate("notes") == [note]


def test_queues_are_added_and_left_at_the_desk_and_the_last_one_signs_out(agent: Visitor, pair: Pair) -> None:
    page = agent.page
    agent.open("desk")
    page.get_by_label("Sales").uncheck()
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    queues = page.get_by_role("region", name="My queues")
    queues.get_by_role("combobox", name="Another queue").click()
    page.get_by_role("option", name="Sales 销售").click()
    queues.get_by_role("button", name="Add", exact=True).click()
    leave = queues.get_by_role("button", name="Leave Sales 销售")
    expect(leave).to_be_visible()
    assert members(pair) == {"support": "", "sales": ""}
    expect(queues.get_by_role("button", name="Add", exact=True)).to_have_count(0)  # no other is the agent's
    expect(page.get_by_role("option")).to_have_count(0)
    assert violations(page) == []
    look(page, "own-queues")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert page.evaluate(SIDEWAYS) <= 0
    queues.get_by_role("button", name="Leave Support 客服").click()
    queues.get_by_role("button", name="Really leave?").click()
    expect(queues.get_by_role("button", name="Add", exact=True)).to_be_visible()  # there is another one again
    expect(queues.get_by_role("button", name="Leave Support 客服")).to_have_count(0)
    assert members(pair) == {"sales": ""}
    expect(state(page)).to_have_text("Ready")

    expect(leave).to_be_enabled()  # the answer to what was done before has come
    leave.press("Enter")
    sure = queues.get_by_role("button", name="The last queue: sign out?")
    expect(sure).to_be_visible()
    assert violations(page) == []
    assert members(pair) == {"sales": ""}
    sure.press("Enter")
    expect(state(page)).to_have_text("Signed out")
    assert members(pair) == {}
    expect(queues).to_have_count(0)

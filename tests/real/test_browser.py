"""The panel in a real browser, at a real server, beside a real Asterisk with customers and phones outside."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Page, Response, expect

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, DialerSettings, QueueSettings
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.real.conftest import Pair, running_pair
from tests.real.holding import taken_over
from tests.serving import PANEL, PASSWORD, Serving

pytestmark = pytest.mark.real

Pages = dict[str, str]
"""The path of a page, and what is there once it is filled."""

CUSTOMER = "13800138000"
SEAT = "pbx1/PJSIP/1001"
WATCH_THE_SEAT = """(id) => {
    window.seen = [];
    const look = (changes) => changes
        .filter((change) => change.target.dataset.seat === id)
        .forEach((change) => window.seen.push(change.target.dataset.state));
    new MutationObserver(look).observe(document.body, { subtree: true, attributeFilter: ["data-state"] });
}"""
SPREADSHEET = """number,name,policy
13900000001,Ann,A-1
not a number,Bea,A-2
13900000002,Cai,A-3
12,Dov,A-4
+86 139 0000 0001,Ann again,A-5
"""

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


# --- the stage ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A centre of two agents, the first of them signed in; who is called back is busy, or answers and hangs up."""
    queues = {"support": QueueSettings(extension="4000", label="Support 客服", ring_seconds=60, wrap_up_seconds=2)}
    agents = tuple(
        AgentSettings(number=number, name=name, team="Day", queues=("support",))
        for number, name in (("1001", "Li Na"), ("1002", "Wang Wei"))
    )
    dialer = DialerSettings(caller_id="4008001234", ring_seconds=6, earliest="00:00", latest="24:00")
    settings = OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents, dialer=dialer)
    with running_pair(settings) as pair:
        pair.sign_in("1001", queues=1)
        for number in ("13900000001", "+8613900000001", "8613900000001"):
            pair.behave(number, do="busy", after=0)
        for number in ("13900000002", "+8613900000002", "8613900000002"):
            pair.behave(number, after=0, talk=4)
        yield pair


@pytest.fixture
def stranger(server: Serving, browser: Browser) -> Iterator[Visitor]:
    """Somebody who is not signed in."""
    with Visitor(browser, server.url) as visitor:
        yield visitor


@pytest.fixture
def supervisor(stranger: Visitor) -> Visitor:
    return stranger.sign_in(Role.SUPERVISOR)


@pytest.fixture(scope="module")
def known_call(pair: Pair, server: Serving, browser: Browser) -> str:
    """The path of the page of a call that is over and whose recording is complete."""
    pair.behave("1001", after=0, talk=2)
    pair.customer_calls("4000", caller="13700137000", name="Eve")
    pair.ami.wait_for("AgentComplete", seconds=30)
    with Visitor(browser, server.url) as visitor:
        call = _recorded(visitor.sign_in(Role.SUPERVISOR), "13700137000")
    pair.behave("1001", talk="")
    return f"calls/{call['pbx']}/{call['call_id']}"


# --- what the tests look at -----------------------------------------------------------------------------------------


def _seat(page: Page) -> Locator:
    return page.locator(f'[data-seat="{SEAT}"]')


def _expect_state(page: Page, state: str) -> None:
    expect(_seat(page)).to_have_attribute("data-state", state)


def _tile(page: Page, label: str) -> Locator:
    """The value under a label among the figures."""
    figures = page.get_by_role("region", name="Figures of today")
    return figures.locator("div", has=page.locator("dt", has_text=re.compile(f"^{label}$"))).last.locator("dd")


def _ask(visitor: Visitor, path: str) -> Any:
    answer: APIResponse = visitor.context.request.get(visitor.url + path)
    assert answer.ok, answer.text()
    return answer.json()


def _until(visitor: Visitor, found: Callable[[], Any]) -> Any:
    """The first answer that is something; the browser's clock ticks between the tries."""
    for _ in range(PATIENCE_SECONDS * 10):
        if answer := found():
            return answer
        visitor.page.wait_for_timeout(100)
    raise AssertionError(f"not in {PATIENCE_SECONDS} s")


def _expect_played(visitor: Visitor, seconds: float) -> None:
    _until(visitor, lambda: visitor.page.evaluate("document.querySelector('audio').currentTime") > seconds)


def _recorded(visitor: Visitor, number: str) -> Any:
    """The call of that number once it is over and its sound is complete."""

    def look() -> Any:
        for call in _ask(visitor, f"api/calls?number={number}")["calls"]:
            recordings = _ask(visitor, f"api/calls/{call['pbx']}/{call['call_id']}")["recordings"]
            if recordings and all(recording["state"] == "ready" for recording in recordings):
                return call
        return None

    return _until(visitor, look)


# --- signing in -----------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_told_and_the_right_one_leads_to_the_floor(stranger: Visitor) -> None:
    stranger.open()
    stranger.enter("supervisor", "wrong")
    expect(stranger.page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    stranger.enter("supervisor", PASSWORD)
    _expect_state(stranger.page, "ready")
    expect(stranger.page.get_by_role("button", name=re.compile(": Live$"))).to_be_visible()
    assert stranger.page.url.endswith("/floor")


def test_a_session_that_was_ended_elsewhere_leads_back_to_the_sign_in_at_once(supervisor: Visitor) -> None:
    supervisor.open("floor")
    _expect_state(supervisor.page, "ready")
    cookies = {cookie["name"]: cookie["value"] for cookie in supervisor.context.cookies()}
    assert httpx.delete(f"{supervisor.url}api/session", cookies=cookies, headers=PANEL).status_code == 204
    expect(supervisor.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=3000)
    assert [complaint for complaint in supervisor.complaints if "401" not in complaint] == []
    supervisor.complaints.clear()


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.AGENT, ["Floor", "Customers", "Tickets", "My callbacks", "Library"]),
        (Role.QA, ["Calls", "Customers", "Reports", "Quality", "Library"]),
    ],
)
def test_a_role_has_its_pages_and_no_others(stranger: Visitor, role: Role, pages: list[str]) -> None:
    page = stranger.sign_in(role).page
    stranger.open()
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_text(pages)
    for path in {"floor", "calls", "reports", "callbacks", "quality", "users"} - {name.lower() for name in pages}:
        stranger.open(path)
        expect(page.get_by_text("Your account may not see this")).to_be_visible()


# --- a call ---------------------------------------------------------------------------------------------------------


def test_a_call_is_watched_live_then_found_and_heard(pair: Pair, supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open()
    _expect_state(page, "ready")
    answered = int(_tile(page, "Answered").inner_text() or 0) if _tile(page, "Answered").count() else 0
    page.evaluate(WATCH_THE_SEAT, SEAT)
    pair.behave("1001", do="ignore")
    pair.customer_calls("4000", caller=CUSTOMER)
    expect(page.get_by_role("region", name="Waiting callers")).to_contain_text(CUSTOMER)
    expect(_tile(page, "Waiting now")).to_have_text("1")
    _expect_state(page, "ringing")
    pair.picks_up("1001")
    _expect_state(page, "talking")
    pair.behave("1001", do="answer")
    expect(_seat(page)).to_contain_text(CUSTOMER)
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    with taken_over(pair, "1001") as phone:
        page.wait_for_timeout(1000)  # a second of speech, which must be heard later
        phone.hold()
        _expect_state(page, "on_hold")
        expect(_seat(page)).to_contain_text("On hold")
        phone.take_back()
        _expect_state(page, "talking")
        phone.hang_up()
    _expect_state(page, "wrap_up")
    _expect_state(page, "ready")
    seen = ["ringing", "talking", "on_hold", "talking", "wrap_up", "ready"]
    assert page.evaluate("window.seen") == seen
    expect(_tile(page, "Answered")).to_have_text(str(answered + 1))
    expect(_tile(page, "Waiting now")).to_have_text("0")
    _find_and_hear(supervisor)


def _find_and_hear(supervisor: Visitor) -> None:
    page = supervisor.page
    _recorded(supervisor, CUSTOMER)
    supervisor.visit("Calls")
    page.get_by_label("Customer's number").fill("8138000")
    row = page.get_by_role("row").filter(has_text=CUSTOMER)
    expect(row).to_contain_text("Li Na")
    expect(row).to_contain_text("Answered")
    expect(row.get_by_role("img", name="With recording")).to_be_visible()
    heard: list[Response] = []
    page.on("response", lambda answer: heard.append(answer) if answer.request.resource_type == "media" else None)
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(CUSTOMER)
    page.get_by_role("button", name="Play", exact=True).click()
    _expect_played(supervisor, 1)
    assert page.evaluate("document.querySelector('audio').duration") > 1
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert {answer.status for answer in heard} == {206}
    assert all("range" in answer.request.all_headers() for answer in heard)
    assert httpx.get(heard[0].url).status_code == 401


# --- callbacks ------------------------------------------------------------------------------------------------------


def test_a_list_is_made_imported_and_dialled(supervisor: Visitor, tmp_path: Path) -> None:
    page = supervisor.page
    supervisor.open("callbacks")
    _make_list(page, "Renewals 续保")
    _work_on_holidays(supervisor)
    spreadsheet = tmp_path / "renewals.csv"
    spreadsheet.write_text(SPREADSHEET)
    _import(page, spreadsheet)
    page.get_by_role("button", name="Start: Renewals").click()
    page.get_by_role("tab", name="Attempts").click()
    attempts = page.get_by_role("tabpanel").get_by_role("row")
    expect(attempts.filter(has_text="13900000001")).to_contain_text("Busy")
    reached = attempts.filter(has_text="13900000002")
    expect(reached).to_contain_text("Reached")
    expect(reached).to_contain_text("1001")
    page.get_by_role("button", name="Stop: Renewals").click()
    expect(page.get_by_role("region", name="Progress")).to_contain_text("Stopped")


def _make_list(page: Page, name: str) -> None:
    page.get_by_role("button", name="New list").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Create the list").click()
    expect(dialog).to_contain_text("Give the list a name.")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Queue").click()
    page.get_by_role("option", name="Support").click()
    for day in ("Sat", "Sun"):
        dialog.get_by_text(day, exact=True).click()
    dialog.get_by_label("From", exact=True).fill("00:00")
    dialog.get_by_label("To", exact=True).fill("00:00")
    dialog.get_by_role("button", name="Create the list").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def _work_on_holidays(supervisor: Visitor) -> None:
    """The list of the page may be dialled today, whatever day it is."""
    where = f"{supervisor.url}api/lists/{supervisor.page.url.rpartition('/')[2]}"
    changed = supervisor.context.request.patch(where, headers=PANEL, data={"calendar": {"skips_holidays": False}})
    assert changed.ok, changed.text()


def _import(page: Page, spreadsheet: Path) -> None:
    page.get_by_role("button", name="Import targets").first.click()
    dialog = page.get_by_role("dialog")
    with page.expect_file_chooser() as choosing:
        dialog.get_by_label("CSV or XLSX file").click()
    choosing.value.set_files(spreadsheet)
    dialog.get_by_role("button", name="Import", exact=True).click()
    bad = dialog.get_by_role("region", name="Rows in error").get_by_role("row").filter(has=page.get_by_role("cell"))
    expect(bad).to_have_count(2)
    assert [row.get_by_role("cell").first.inner_text() for row in bad.all()] == ["3", "5"]
    expect(bad.first).to_contain_text("Not a phone number")
    dialog.get_by_role("button", name="Leave out the 2 in error, import 2").click()
    expect(dialog).to_contain_text("has been imported")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("cell", name="Cai")).to_be_visible()


# --- every page -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(server: Serving, browser: Browser, known_call: str) -> Pages:
    """Every page of the panel, with something on it."""
    settings = {"name": "Winbacks 挽留", "pbx": "pbx1", "queue": "support"}
    with Visitor(browser, server.url).sign_in(Role.SUPERVISOR) as visitor:
        answer = visitor.context.request.post(f"{server.url}api/lists", headers=PANEL, data=settings)
        assert answer.ok, answer.text()
        list_id = answer.json()["id"]
    return {
        "floor": f'[data-seat="{SEAT}"]',
        "calls": "tbody tr",
        known_call: "audio",
        "callbacks": "tbody tr",
        f"callbacks/{list_id}": "[role=tabpanel]",
    }


def _in_turn(visitor: Visitor, pages: Pages) -> Iterator[str]:
    """Opens every page and waits until it is filled."""
    for path, landmark in pages.items():
        visitor.open(path)
        visitor.page.locator(landmark).first.wait_for(state="attached")
        yield path


def test_the_panel_speaks_chinese(supervisor: Visitor, pages: Pages) -> None:
    page = supervisor.page
    supervisor.open("floor")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    for path in _in_turn(supervisor, pages):
        _expect_only_chinese(page, path)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def _expect_only_chinese(page: Page, path: str) -> None:
    """Headings, columns, labels and buttons are Chinese, but for names that are the same everywhere."""
    places = page.locator("h1:visible, h2:visible, th:visible, dt:visible, nav a:visible, [role=tab]:visible")
    words = places.all_inner_texts()
    assert {"现场", "通话", "回访"} & set(words), words
    native = re.compile(r"[\u4e00-\u9fff]|^[\d\s+]*(Eve)?$")
    foreign = [word for word in words if not native.search(word.strip())]
    assert foreign == [], path
    keys = re.findall(r"\b[a-z]+(?:\.[a-zA-Z_]+)+\b", page.locator("body").inner_text())
    assert keys == [], path


def test_the_panel_has_a_dark_side_and_keeps_it(supervisor: Visitor) -> None:
    page = supervisor.page
    brightness = "Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3))"
    supervisor.open("floor")
    _expect_state(page, "ready")
    assert page.evaluate(brightness) > 200
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert page.evaluate(brightness) < 60
    page.reload()
    _expect_state(page, "ready")
    assert page.evaluate(brightness) < 60


def test_no_page_scrolls_sideways_on_a_phone(server: Serving, browser: Browser, pages: Pages) -> None:
    sideways = "document.documentElement.scrollWidth - window.innerWidth"
    with Visitor(browser, server.url, PHONE) as visitor:
        visitor.open()
        expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible()
        assert visitor.page.evaluate(sideways) <= 0
        visitor.sign_in(Role.SUPERVISOR)
        for path in _in_turn(visitor, pages):
            assert visitor.page.evaluate(sideways) <= 0, path


def test_on_a_phone_the_pages_beyond_the_first_are_in_a_menu(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("floor")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        bar = page.get_by_role("navigation", name="Pages")
        expect(bar.get_by_role("link")).to_have_count(4)
        assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
        bar.get_by_role("button", name="More").press("Enter")
        expect(page.get_by_role("menuitem", name="Alerts")).to_be_visible()
        look(page, "menu-of-pages")
        assert violations(page) == []
        page.get_by_role("menuitem", name="Alerts").click()
        expect(page).to_have_url(f"{server.url}alerts")
        bar.get_by_role("button", name="More").click()
        expect(page.get_by_role("menuitem", name="Alerts")).to_have_attribute("aria-current", "page")


def test_the_table_of_queues_fits_a_desk_and_has_more_columns_on_request(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("floor")
    _expect_state(page, "ready")
    table = page.get_by_role("table")
    others = page.get_by_role("columnheader", name="Abandonment rate")
    for language in ("中文", "English"):
        page.get_by_role("button", name=language).click()
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth"), language
    expect(others).to_have_count(0)
    page.get_by_role("button", name="More columns").click()
    page.reload()
    expect(others).to_be_visible()


# --- by keyboard ----------------------------------------------------------------------------------------------------


def test_a_seat_and_a_recording_are_reached_by_keyboard_alone(stranger: Visitor, known_call: str) -> None:
    page, keys = stranger.page, stranger.page.keyboard
    stranger.open()
    expect(page.get_by_label("User name")).to_be_focused()
    keys.type("supervisor")
    stranger.tab_to(lambda: stranger.focus("e.name") == "password", 3)
    keys.type(PASSWORD)
    keys.press("Enter")
    _expect_state(page, "ready")
    stranger.tab_to(lambda: stranger.focus("e.dataset.seat") == SEAT)
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Li Na")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(_seat(page)).to_be_focused()
    stranger.tab_to(lambda: str(stranger.focus("e.href")).endswith("/calls"))
    keys.press("Enter")
    page.get_by_role("row").filter(has_text="13700137000").wait_for()
    stranger.tab_to(lambda: str(stranger.focus("e.href")).endswith(known_call))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("13700137000")
    stranger.tab_to(lambda: stranger.focus("e.getAttribute('aria-label')") == "Play")
    keys.press("Space")
    _expect_played(stranger, 0.3)


# --- keys for other programs -------------------------------------------------------------------------------------


def test_a_key_is_made_shown_once_used_and_revoked(server: Serving, supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("floor")
    page.get_by_role("button", name="Account of Supervisor").click()
    page.get_by_role("menuitem", name="API keys").click()
    expect(page.get_by_text("No keys")).to_be_visible()
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("CRM <b>x</b>")
    dialog.get_by_label("May").click()
    page.get_by_role("option", name="See calls").click()
    page.keyboard.press("Escape")
    assert violations(page) == []
    dialog.get_by_role("button", name="Make key").click()
    secret = page.get_by_role("dialog").locator("code").inner_text()
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text(secret)).to_be_hidden()
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {secret}"}) as program:
        assert program.get("/api/calls").status_code == 200
        assert program.get("/api/lists").status_code == 403
        row = page.get_by_role("row").filter(has_text="CRM <b>x</b>")
        expect(row).to_contain_text("See calls")
        assert violations(page) == []
        row.get_by_role("button", name="Revoke").click()
        row.get_by_role("button", name="Really revoke").click()
        expect(page.get_by_text("No keys")).to_be_visible()
        assert program.get("/api/calls").status_code == 401
    assert secret not in server.said


# --- the PBX goes away (last: nobody can call after this) -------------------------------------------------------------


def test_a_pbx_that_goes_away_is_said_and_its_seats_are_the_past(pair: Pair, supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("floor")
    _expect_state(page, "ready")
    expect(_seat(page)).not_to_have_attribute("data-stale", "true")
    pair.centre.kill()
    expect(page.get_by_role("alert")).to_contain_text("PBX pbx1 unreachable since")
    expect(_seat(page)).to_have_attribute("data-stale", "true")
    assert violations(page) == []
    pair.centre.boot()
    expect(page.get_by_role("button", name=re.compile(": Live$"))).to_be_visible()
    expect(_seat(page)).not_to_have_attribute("data-stale", "true")

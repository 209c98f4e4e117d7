"""The pages of reports in a real browser, at a real server, over facts that a real Asterisk has made."""

import io
import re
from collections.abc import Iterator
from typing import Any

import httpx
import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, QueueSettings
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.real.conftest import Pair, running_pair
from tests.serving import Serving

pytestmark = pytest.mark.real

ANSWERED = "13700137001"
GAVE_UP = "13700137002"
OTHER = "13700137003"
SECTIONS = ("queues", "agents", "teams", "staffing", "abandoned", "actions", "saved")
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


# --- the stage ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A centre of two queues; one agent takes calls in both."""
    queues = {
        "support": QueueSettings(extension="4000", label="Support 客服", wrap_up_seconds=1, short_abandon_seconds=0),
        "sales": QueueSettings(extension="4001", label="Sales 销售", wrap_up_seconds=1),
    }
    agents = (AgentSettings(number="1001", name="Li Na", team="Day", queues=("support", "sales")),)
    with running_pair(OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.sign_in("1001")
        yield pair


@pytest.fixture(scope="module")
def server(server: Serving, pair: Pair) -> Serving:
    """A server beside it, after three calls: answered and given up in support, answered in sales."""
    _make_calls(pair)
    return server


def _make_calls(pair: Pair) -> None:
    pair.behave("1001", after=0, talk=2)
    for number, caller in (("4000", ANSWERED), ("4001", OTHER)):
        pair.ami.events.clear()
        pair.customer_calls(number, caller=caller, name="Eve")
        pair.ami.wait_for("AgentComplete", seconds=30)
        pair.quieten()
    pair.behave("1001", after=30)
    channel = pair.customer_calls("4000", caller=GAVE_UP)
    pair.ami.wait_for("AgentCalled")
    pair.outside.action("Hangup", Channel=pair.channel(channel))
    pair.ami.wait_for("QueueCallerAbandon")


@pytest.fixture
def supervisor(server: Serving, browser: Browser) -> Iterator[Visitor]:
    """A supervisor, after everything that happened has been written down."""
    with Visitor(browser, server.url) as visitor:
        visitor.sign_in(Role.SUPERVISOR)
        _await_calls(visitor)
        yield visitor


def _await_calls(visitor: Visitor) -> None:
    """Until every call is over in the facts, and the sound of the answered one is complete."""
    calls: list[Any] = []
    for _ in range(PATIENCE_SECONDS * 10):
        calls = _ask(visitor, "api/calls")["calls"]
        numbers = {call["number"] for call in calls if call["outcome"] in ("answered", "abandoned")}
        if {ANSWERED, GAVE_UP, OTHER} <= numbers and _is_recorded(visitor, calls):
            return
        visitor.page.wait_for_timeout(100)
    raise AssertionError(f"the calls are not there: {calls}")


def _is_recorded(visitor: Visitor, calls: list[Any]) -> bool:
    call = next(call for call in calls if call["number"] == ANSWERED)
    recordings = _ask(visitor, f"api/calls/{call['pbx']}/{call['call_id']}")["recordings"]
    return bool(recordings) and all(recording["state"] == "ready" for recording in recordings)


def _ask(visitor: Visitor, path: str) -> Any:
    answer = visitor.context.request.get(visitor.url + path)
    assert answer.ok, answer.text()
    return answer.json()


# --- what the tests look at -----------------------------------------------------------------------------------------


def _table(page: Page, subject: str = "Queues") -> Locator:
    return page.get_by_role("region", name=subject, exact=True).get_by_role("grid")


def _row(page: Page, name: str, subject: str = "Queues") -> Locator:
    return _table(page, subject).get_by_role("row").filter(has_text=name)


def _number(row: Locator, figure: str) -> Locator:
    return row.locator(f'[data-figure="{figure}"]')


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).first.click()
    page.get_by_role("option", name=option).click()


def _open_section(visitor: Visitor, section: str) -> None:
    visitor.open(f"reports/{section}")
    visitor.page.get_by_role("navigation", name="Reports").wait_for()
    visitor.page.wait_for_load_state("networkidle")
    expect(visitor.page.get_by_role("status", name="Loading")).to_have_count(0)


# --- a number, down to its sound --------------------------------------------------------------------------------------


def test_a_report_is_filtered_and_a_number_opened_down_to_its_recording(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open()
    supervisor.visit("Reports")
    expect(_number(_row(page, "Support"), "offered")).to_have_text("2")
    expect(_number(_row(page, "Sales"), "offered")).to_have_text("1")
    _choose(page, "Queue", "Support")
    expect(_row(page, "Sales")).to_have_count(0)
    assert "queue=pbx1%2Fsupport" in page.url
    totals = _row(page, "In all")
    expect(_number(totals, "answer_rate")).to_contain_text("50.0")
    _number(totals, "answered").click()
    drawer = page.get_by_role("dialog", name="Answered")
    expect(drawer).to_contain_text("1 queue visit")
    expect(drawer.get_by_role("row").filter(has_text=GAVE_UP)).to_have_count(0)
    heard: list[Response] = []  # from before the player opens: it may have fetched all of it when Play is clicked
    page.on("response", lambda answer: heard.append(answer) if answer.request.resource_type == "media" else None)
    drawer.get_by_role("row").filter(has_text=ANSWERED).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(ANSWERED)
    page.get_by_role("button", name="Play", exact=True).click()
    _await_sound(page)
    assert {answer.status for answer in heard} == {206}
    page.go_back()
    expect(page.get_by_role("dialog", name="Answered")).to_contain_text(ANSWERED)


def _await_sound(page: Page) -> None:
    """Until half a second was played; the page's own rules forbid to wait inside it."""
    for _ in range(PATIENCE_SECONDS * 10):
        if page.evaluate("document.querySelector('audio').currentTime") > 0.5:
            return
        page.wait_for_timeout(100)
    raise AssertionError("nothing is played")


def test_a_rate_opens_what_counts_and_what_it_is_out_of(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("reports/queues")
    _number(_row(page, "Support"), "answer_rate").click()
    drawer = page.get_by_role("dialog", name="Answer rate")
    expect(drawer).to_contain_text("answered ÷ offered")
    expect(drawer).to_contain_text("1 queue visit")
    drawer.get_by_text("Out of what").click()
    expect(drawer).to_contain_text("2 queue visits")
    expect(drawer.get_by_role("row").filter(has_text=GAVE_UP)).to_contain_text("Abandoned")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_numbers_are_walked_over_and_opened_by_keyboard(supervisor: Visitor) -> None:
    page, keys = supervisor.page, supervisor.page.keyboard
    supervisor.open("reports/queues")
    _number(_row(page, "Support"), "offered").wait_for()
    supervisor.tab_to(lambda: supervisor.focus("e.dataset.figure") == "offered")
    keys.press("ArrowDown")
    keys.press("ArrowRight")
    assert supervisor.focus("e.dataset.figure") == "answered"
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Answered")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert supervisor.focus("e.dataset.figure") == "answered"


def test_a_figure_of_today_on_the_floor_opens_the_same(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("floor")
    page.get_by_role("region", name="Figures of today").get_by_role("button", name="Abandoned:").click()
    drawer = page.get_by_role("dialog", name="Abandoned")
    expect(drawer.get_by_role("row").filter(has_text=GAVE_UP)).to_be_visible()
    expect(drawer.get_by_role("row").filter(has_text=ANSWERED)).to_have_count(0)


def test_every_number_of_every_report_is_that_of_its_list(supervisor: Visitor) -> None:
    """Counts: as many rows as the number says, for each subject."""
    for subject in ("queues", "agents", "teams"):
        report = _ask(supervisor, f"api/reports/{subject}?from={_today(supervisor)}&to={_today(supervisor)}")
        for figure in _counts(supervisor, subject):
            for row in report["rows"]:
                if (value := row["figures"].get(figure)) is None:
                    continue
                of = {"queues": "queue", "agents": "agent", "teams": "team"}[subject]
                identity = row["queue"] if subject == "queues" else row["id"]
                rows = f"api/reports/rows/{figure}?from={row['start']}&to={row['end']}&{of}={identity}"
                assert _ask(supervisor, rows)["total"] == value, (subject, row["name"], figure)


def _today(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("new Date().toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' })"))


def _counts(visitor: Visitor, subject: str) -> list[str]:
    catalogue = _ask(visitor, "api/figures")["figures"]
    return [figure["id"] for figure in catalogue if figure["unit"] == "count" and subject in figure["subjects"]]


# --- kept and taken away ----------------------------------------------------------------------------------------------


def test_a_report_is_exported_and_read_back(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("reports/queues")
    _number(_row(page, "Support"), "offered").wait_for()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Save as XLSX file").click()
    name = downloading.value.suggested_filename
    assert re.fullmatch(r"queues-\d{4}-\d\d-\d\d.*\.xlsx", name), name
    book = openpyxl.load_workbook(io.BytesIO(downloading.value.path().read_bytes()))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    head = next(row for row in rows if "Offered" in row)
    of_support = next(row for row in rows if "Support 客服" in row)
    assert of_support[head.index("Offered")] == 2
    assert of_support[head.index("Answer rate")] == 0.5


def test_a_report_is_exported_in_the_language_of_the_page(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("reports/queues")
    page.get_by_role("button", name="中文").click()
    address = page.get_by_role("link", name="XLSX").get_attribute("href")
    cookies = {cookie["name"]: cookie["value"] for cookie in supervisor.context.cookies()}
    assert address is not None
    answer = httpx.get(supervisor.url.rstrip("/") + address, cookies=cookies)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert "电话接听率" in [cell.value for row in sheet.iter_rows() for cell in row]
    page.get_by_role("button", name="English").click()


def test_a_view_is_shared_by_its_address_saved_and_opened_again(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("reports/queues?range=last_7_days&queue=pbx1%2Fsupport")
    page.get_by_role("button", name="Save this report").click()
    dialog = page.get_by_role("dialog", name="Save this report")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_contain_text("Give the report a name.")
    dialog.get_by_label("Name", exact=True).fill("Support of a week 客服周报")
    dialog.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Support of a week")
    expect(row).to_contain_text("Last 7 days")
    row.get_by_role("link").click()
    expect(page.get_by_role("combobox", name="Time range")).to_have_value("Last 7 days")
    expect(page.get_by_role("combobox", name="Queue", exact=True).first).to_have_value("Support 客服")


# --- callers, agents, seats -------------------------------------------------------------------------------------------


def test_a_caller_who_gave_up_is_put_into_a_callback_list_once(supervisor: Visitor) -> None:
    page = supervisor.page
    _make_list(supervisor, "Gave up")
    supervisor.open("reports/abandoned")
    row = page.get_by_role("row").filter(has_text=GAVE_UP)
    expect(row).to_contain_text("Not yet")
    expect(page.get_by_role("row").filter(has_text=ANSWERED)).to_have_count(0)
    for said in ("1 added.", "Is on the list already"):
        row.get_by_role("checkbox").check()
        page.get_by_role("button", name="Put into a callback list").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("combobox", name="List").click()
        page.get_by_role("option", name="Gave up").click()
        dialog.get_by_role("button", name="Put into the list").click()
        expect(dialog).to_contain_text(said)
        dialog.get_by_role("button", name="Close").last.click()


def _make_list(visitor: Visitor, name: str) -> None:
    settings = {"name": name, "pbx": "pbx1", "queue": "support"}
    answer = visitor.context.request.post(
        f"{visitor.url}api/lists", headers={"X-Requested-With": "callcenter"}, data=settings
    )
    assert answer.ok, answer.text()


def test_an_agents_day_is_told_action_by_action(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("reports/agents")
    _row(page, "Li Na", "Agents").get_by_role("link", name="Li Na").click()
    expect(page.get_by_role("heading", level=2, name="Li Na")).to_be_visible()
    actions = page.get_by_role("region", name=re.compile("^Actions:")).get_by_role("row")
    expect(actions.filter(has_text=ANSWERED).filter(has_text="Talk").first).to_be_visible()
    expect(actions.filter(has_text="Wrap-up").first).to_be_visible()
    page.get_by_role("button", name="The day before").click()
    expect(page.get_by_text("No action on this day")).to_be_visible()


def test_staffing_says_what_was_needed_and_follows_its_aims(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("reports/staffing?queue=pbx1%2Fsupport")
    table = page.get_by_role("grid", name="Seats needed and seats there")
    expect(table.get_by_role("row").nth(1)).to_be_visible()
    page.get_by_label("Shrinkage").fill("50 %")
    page.keyboard.press("Enter")
    expect(page.get_by_text("With shrinkage")).to_be_visible()
    assert "shrinkage=50" in page.url


# --- every page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_reports_has_an_accessibility_violation(supervisor: Visitor, scheme: str) -> None:
    page = supervisor.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for section in SECTIONS:
        _open_section(supervisor, section)
        assert violations(page) == [], section
    supervisor.open("reports/queues")
    _number(_row(page, "Support"), "answered").click()
    page.get_by_role("dialog").get_by_role("row").nth(1).wait_for()
    assert violations(page) == []


def test_the_pages_of_reports_speak_chinese(supervisor: Visitor) -> None:
    page = supervisor.page
    supervisor.open("reports/queues")
    page.get_by_role("button", name="中文").click()
    native = re.compile(r"[\u4e00-\u9fff]|^[\d\s–:+]*$|^(Eve|Li Na|Day)")
    for section in SECTIONS:
        supervisor.open(f"reports/{section}")
        page.get_by_role("navigation", name="报表").wait_for()
        page.wait_for_load_state("networkidle")
        places = page.locator("h1:visible, h2:visible, thead th:visible, dt:visible, nav a:visible, label:visible")
        foreign = [word for word in places.all_inner_texts() if word.strip() and not native.search(word.strip())]
        assert foreign == [], section
    page.get_by_role("button", name="English").click()


def test_no_page_of_reports_scrolls_sideways_on_a_phone(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE).sign_in(Role.SUPERVISOR) as visitor:
        for section in SECTIONS:
            _open_section(visitor, section)
            assert visitor.page.evaluate(SIDEWAYS) <= 0, section


def test_paper_has_the_figures_and_no_navigation(supervisor: Visitor) -> None:
    """The chart is told apart by patterns there, which black and white have, too."""
    page = supervisor.page
    page.emulate_media(media="print", color_scheme="dark")
    supervisor.open("reports/queues")
    _number(_row(page, "Support"), "offered").wait_for()
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("button", name="Print")).to_have_count(0)
    white = "Math.min(...getComputedStyle(document.querySelector('.panel')).backgroundColor.match(/\\d+/g).slice(0, 3))"
    assert page.evaluate(white) > 240
    page.locator("main [role=img] svg").first.wait_for()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("main [role=img] svg pattern")).not_to_have_count(0)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("role", [Role.AGENT])
def test_who_may_not_see_reports_is_told_so(server: Serving, browser: Browser, role: Role) -> None:
    with Visitor(browser, server.url).sign_in(role) as visitor:
        visitor.open("floor")
        expect(visitor.page.get_by_role("region", name="Figures of today")).to_be_visible()
        figures = visitor.page.get_by_role("region", name="Figures of today")
        expect(figures.get_by_role("button")).to_have_count(0)
        visitor.open("reports/queues")
        expect(visitor.page.get_by_text("Your account may not see this")).to_be_visible()

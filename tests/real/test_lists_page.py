"""Imports and the do-not-call list in a real browser: a file with errors, its columns, what came of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, DialerSettings, PbxSettings, QueueSettings, TrunkSettings
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.serving import PANEL, Serving, serving_with

pytestmark = pytest.mark.real

RENEWALS = """customer,mobile,contract,agent
王小明,13900000001,C-1,1001
Bea,not a number,C-2,
Cai,13900000002,C-3,1009
Dov,139 0000 0001,C-4,
=SUM(A1),12,C-5,
Eve,13900000003,C-6,
"""
REGISTER = "phone,note\n13800138000,asked\n+8610*,all of it\n"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away: imports need none."""
    folder = tmp_path_factory.mktemp("centre")
    trunks = (TrunkSettings(name="mobile", dial_string="PJSIP/{number}@gsm"),)
    queues = {"support": QueueSettings(extension="4000", label="Support 客服")}
    agents = (AgentSettings(number="1001", name="Li Na", queues=("support",)),)
    pbxs, dialer = (PbxSettings(port=9),), DialerSettings(trunks=trunks)
    with serving_with(
        folder, OwnSettings(queues=queues, agents=agents, pbxs=pbxs, dialer=dialer), Role.SUPERVISOR
    ) as server:
        yield server


@pytest.fixture
def supervisor(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.SUPERVISOR)


def _list(visitor: Visitor, name: str) -> str:
    fields = {"name": name, "queue": "support"}
    answer = visitor.context.request.post(f"{visitor.url}api/lists", headers=PANEL, data=fields)
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def _choose(page: Page, file: Path) -> Locator:
    dialog = page.get_by_role("dialog")
    with page.expect_file_chooser() as choosing:
        dialog.get_by_label("CSV or XLSX file").click()
    choosing.value.set_files(file)
    return dialog


def test_import_with_errors(supervisor: Visitor, tmp_path: Path) -> None:
    """Columns are proposed and changed; with errors nothing is imported, and then the good rows on purpose."""
    page, file = supervisor.page, tmp_path / "renewals.csv"
    file.write_text(RENEWALS, encoding="utf-8")
    supervisor.open(f"callbacks/{_list(supervisor, 'Renewals 续保')}")
    page.get_by_role("button", name="Import targets").first.click()
    dialog = _choose(page, file)
    preview = dialog.get_by_role("region", name="The first rows")
    expect(dialog.get_by_label("What customer becomes")).to_have_value("Name")
    expect(dialog.get_by_label("What mobile becomes")).to_have_value("Number")
    expect(preview).to_contain_text("Not a phone number")
    expect(preview).to_contain_text("No agent has this number")
    dialog.get_by_label("What agent becomes").click()
    page.get_by_role("option", name="Left out").click()
    expect(preview).not_to_contain_text("No agent has this number")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog).to_contain_text("Nothing was imported: some rows are in error.")
    errors = dialog.get_by_role("region", name="Rows in error").get_by_role("row")
    expect(errors).to_have_count(3)
    expect(errors.nth(1)).to_contain_text("not a number")
    with page.expect_download() as downloading:
        dialog.get_by_role("link", name="Download the rows that were not imported").click()
    text = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[1:3] == [
        "3,mobile,not a number,not_a_number,not a phone number",
        "5,,'+8613900000001,from_file,left out: the same number as in line 2",
    ]
    dialog.get_by_role("button", name="Leave out the 2 in error, import 3").click()
    expect(dialog).to_contain_text("renewals.csv has been imported.")
    dialog.get_by_role("button", name="Close").last.click()
    rows = page.get_by_role("tabpanel").get_by_role("row")
    expect(rows.filter(has_text="王小明")).to_contain_text("contract: C-1")
    expect(rows).to_have_count(4)


def test_a_file_that_cannot_be_read_says_why(supervisor: Visitor, tmp_path: Path) -> None:
    page, file = supervisor.page, tmp_path / "photo.xlsx"
    file.write_bytes(b"PK\x03\x04 no workbook")
    supervisor.open(f"callbacks/{_list(supervisor, 'Winbacks')}")
    page.get_by_role("button", name="Import targets").first.click()
    supervisor.complaints.clear()
    dialog = _choose(page, file)
    expect(dialog.get_by_role("alert")).to_contain_text("no workbook that can be read")
    supervisor.complaints = [one for one in supervisor.complaints if "422" not in one]


def test_the_do_not_call_list(supervisor: Visitor, tmp_path: Path) -> None:
    page, file = supervisor.page, tmp_path / "register.csv"
    file.write_text(REGISTER)
    supervisor.open("callbacks")
    page.get_by_role("link", name="Do-not-call list").click()
    expect(page.get_by_text("The do-not-call list is empty")).to_be_visible()
    page.get_by_role("button", name="Import a file").click()
    dialog = _choose(page, file)
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog).to_contain_text("register.csv has been imported.")
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Add a number").click()
    page.get_by_label("Number or prefix").fill("13800138001")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Write + and digits")
    page.get_by_label("Number or prefix").fill("+86 138 0013 8001")
    page.keyboard.press("Enter")
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(4)
    page.get_by_label("Number begins with").fill("+8610")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("every number that begins so")
    page.get_by_role("button", name="Remove: +8610*").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No entry begins so")).to_be_visible()


def _pick(page: Page, field: str, option: str) -> None:
    page.get_by_role("dialog").get_by_role("combobox", name=field, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_trunk_rules_and_escalation_of_a_list(supervisor: Visitor) -> None:
    """A list names its trunk and says what follows the last attempt; to go on in another list, one must be chosen."""
    page, visits = supervisor.page, _list(supervisor, "Visits 上门")
    list_id = _list(supervisor, "Unpaid bills")
    supervisor.open(f"callbacks/{list_id}")
    page.get_by_role("button", name="Change", exact=True).click()
    dialog = page.get_by_role("dialog")
    _pick(page, "Trunk", "mobile")
    _pick(page, "Busy: After the last", "next number, then escalate")
    dialog.get_by_role("checkbox", name="Invalid number").check()
    _pick(page, "Invalid number: After the last", "ask a person")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("A rule escalates: choose the list where its targets go on.")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme
    _pick(page, "Escalate to", "Visits 上门")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    kept = supervisor.context.request.get(f"{supervisor.url}api/lists/{list_id}").json()
    assert (kept["trunk"], kept["escalation_list_id"]) == ("mobile", visits)
    assert kept["rules"]["busy"] == {"delay_seconds": 300, "max_attempts": 4, "next_number": True, "then": "escalate"}
    assert kept["rules"]["invalid_number"]["then"] == "ask_agent"
    page.get_by_role("button", name="Change", exact=True).click()
    _pick(page, "Busy: After the last", "close")
    _pick(page, "Escalate to", "no list")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    kept = supervisor.context.request.get(f"{supervisor.url}api/lists/{list_id}").json()
    assert (kept["escalation_list_id"], kept["rules"]["busy"]["next_number"]) == (None, False)


def test_the_form_of_a_list_fits_on_a_phone(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        visitor.sign_in(Role.SUPERVISOR).open(f"callbacks/{_list(visitor, 'A form on a phone')}")
        visitor.page.get_by_role("button", name="Change", exact=True).click()
        dialog = visitor.page.get_by_role("dialog")
        expect(dialog.get_by_role("combobox", name="Busy: After the last")).to_be_visible()
        assert dialog.evaluate("(e) => [...e.querySelectorAll('*')].every((one) => one.scrollWidth <= innerWidth)")
        assert violations(visitor.page) == []


def test_the_wizard_fits_on_a_phone(server: Serving, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "renewals.csv"
    file.write_text(RENEWALS, encoding="utf-8")
    with Visitor(browser, server.url, PHONE) as visitor:
        visitor.sign_in(Role.SUPERVISOR).open(f"callbacks/{_list(visitor, 'On a phone')}")
        visitor.page.get_by_role("button", name="Import targets").first.click()
        dialog = _choose(visitor.page, file)
        expect(dialog.get_by_role("region", name="The first rows")).to_be_visible()
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

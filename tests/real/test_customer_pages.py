"""Customers in a real browser: found, made, changed by two at once, merged and parted again, deleted; from a call."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.customers import service
from callcenter.customers.rules import Number, Record
from callcenter.customers.service import Context
from callcenter.demo.centre import OwnSettings
from callcenter.settings import PbxSettings
from callcenter.store.engine import make_engine, make_sessions
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_conversation, a_visit
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

LI, KNOWN, OTHER = "+8613800138000", "+8613800138001", "+8613800138002"
STRANGER = "13800138009"


async def _fill(folder: Path) -> None:
    """Customers, the first one important and with a call; and a call of somebody who is not known."""
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    now = time.time()
    context = Context(make_sessions(engine), time.time)
    li = Record(name="Li Wei", level="important", attributes={"company": "ACME"}, numbers=(Number(LI, "mobile"),))
    await service.create(context, li, "system")
    for known in (
        Record(name="Wang", numbers=(Number(KNOWN),)),
        Record(name="W. Wang", note="likes tea", numbers=(Number(OTHER),)),
        Record(name="Chen", attributes={"company": "ACME"}),
        Record(name="Old"),
    ):
        await service.create(context, known, "system")
    recorder = Recorder(engine)
    for nth, number in enumerate((LI.removeprefix("+86"), STRANGER)):
        call, at = f"call-{nth}", now - 600 + nth * 60
        recorder.note(
            [
                a_call(call_id=call, number=number, started_at=at, answered_at=at, ended_at=at + 30),
                a_visit(call_id=call, number=number, channel_id=call, joined_at=at, ended_at=at + 5),
                a_conversation(call_id=call, leg_id=f"{call}.2", began_at=at, ended_at=at + 30),
            ]
        )
    await recorder.flush()
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away; each test has customers of its own."""
    settings = OwnSettings(pbxs=(PbxSettings(name="pbx1", port=9),))
    with serving_with(tmp_path_factory.mktemp("centre"), settings, *Role, filled=_fill) as server:
        yield server


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="All customers").locator("tbody").get_by_role("row")


def press(where: Page | Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def test_customers_are_found_made_and_changed(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.AGENT).page
        visitor.open()
        visitor.visit("Customers")
        expect(rows(page).filter(has_text="Li Wei")).to_contain_text("Important")
        assert violations(page) == []
        page.get_by_label("Whole number").fill("138 0013 8000")
        expect(rows(page)).to_have_count(1)
        page.get_by_label("Whole number").fill("138")
        expect(page.get_by_text("No customer like this")).to_be_visible()
        page.get_by_label("Whole number").fill("")
        page.get_by_label("Name begins with").fill("li wei")
        expect(rows(page)).to_have_count(1)
        page.reload()
        expect(rows(page)).to_have_count(1)  # what is looked for stands in the address
        page.get_by_role("link", name="Li Wei").click()
        history = page.get_by_role("region", name="History")
        expect(history).to_contain_text("Called us")
        expect(history.get_by_role("link")).to_have_count(0)  # an agent sees no calls
        expect(page.get_by_role("region", name="What is known")).to_contain_text("ACME")
        expect(page.get_by_role("button", name="Delete")).to_have_count(0)

        page.go_back()
        page.get_by_label("Name begins with").fill("Zhao")
        expect(page.get_by_text("No customer like this")).to_be_visible()
        press(page, "New customer")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Name", exact=True)).to_have_value("Zhao")
        dialog.get_by_label("Number 1", exact=True).fill("12")
        press(dialog, "Make the customer")
        expect(dialog).to_contain_text("too short or too long")
        visitor.complaints.clear()  # browsers log the 422
        dialog.get_by_label("Number 1", exact=True).fill("13800138005")
        assert violations(page) == []
        press(dialog, "Make the customer")
        expect(page.get_by_role("heading", name="Zhao")).to_be_visible()
        expect(page.get_by_role("region", name="What is known")).to_contain_text("+8613800138005")
        expect(page.get_by_text("Nothing has happened yet")).to_be_visible()

        press(page, "Do not call")
        page.get_by_role("dialog").get_by_label("Note").fill("asked so")
        press(page.get_by_role("dialog"), "Never call again")
        expect(page.get_by_role("region", name="What is known")).to_contain_text("Do not call")
        expect(page.get_by_role("button", name="Do not call")).to_have_count(0)


def test_of_two_who_change_a_record_nobody_loses_what_was_typed(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as first, Visitor(browser, server.url) as second:
        for visitor, who in ((first, Role.AGENT), (second, Role.SUPERVISOR)):
            visitor.sign_in(who).open("customers/4")
            press(visitor.page, "Change")
        ours, theirs = first.page.get_by_role("dialog"), second.page.get_by_role("dialog")
        ours.get_by_label("Company").fill("ACME Ltd")
        ours.get_by_label("Note").fill("wants a new one")
        theirs.get_by_label("Company").fill("ACME Inc")
        theirs.get_by_label("Reference").fill("A-1")
        press(theirs, "Save")
        expect(second.page.get_by_text("The record is saved")).to_be_visible()
        press(ours, "Save")
        warning = ours.get_by_role("alert")
        expect(warning).to_contain_text("supervisor has saved this record meanwhile")
        expect(warning).to_contain_text("yours is shown: Company")
        expect(ours.get_by_label("Company")).to_have_value("ACME Ltd")
        expect(ours.get_by_label("Reference")).to_have_value("A-1")
        first.complaints.clear()  # browsers log the 409
        assert violations(first.page) == []
        press(ours, "Save")
        known = first.page.get_by_role("region", name="What is known")
        expect(known).to_contain_text("ACME Ltd")
        expect(known).to_contain_text("wants a new one")
        expect(known).to_contain_text("A-1")


def test_two_records_are_merged_parted_and_deleted(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("customers/2")
        press(page, "Merge another record into this one")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Its name, or a whole number").fill("w. w")
        dialog.get_by_role("button", name="W. Wang").click()
        expect(dialog).to_contain_text("likes tea")
        expect(dialog).to_contain_text(OTHER)
        assert violations(page) == []
        press(dialog, "Merge")
        expect(page.get_by_role("region", name="What is known")).to_contain_text(OTHER)
        merges = page.get_by_role("region", name="Merged records")
        expect(merges).to_contain_text("W. Wang")
        assert violations(page) == []
        merges.get_by_role("button", name="Undo the merge of W. Wang").click()
        press(merges, "Undo the merge?")
        expect(merges).to_contain_text("undone")
        expect(page.get_by_role("region", name="What is known")).not_to_contain_text(OTHER)

        visitor.open("customers/5")
        press(page, "Delete")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        press(dialog, "Delete the customer")
        expect(rows(page).filter(has_text="Wang")).not_to_have_count(0)
        expect(rows(page).filter(has_text="Old")).to_have_count(0)


def test_from_a_call_to_its_customer_or_to_a_new_one(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("calls/pbx1/call-0")
        page.get_by_role("link", name="Customer: Li Wei").click()
        history = page.get_by_role("region", name="History")
        history.get_by_role("link", name="Called us").click()
        expect(page.get_by_role("link", name="Customer: Li Wei")).to_be_visible()

        visitor.open("calls/pbx1/call-1")
        press(page, "Make a customer from this call")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Number 1", exact=True)).to_have_value(f"+86{STRANGER}")
        dialog.get_by_label("Name", exact=True).fill("Sun")
        press(dialog, "Make the customer")
        expect(page.get_by_role("heading", name="Sun")).to_be_visible()
        expect(page.get_by_role("region", name="History")).to_contain_text("Called us")
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page  # who reads records, and writes none
        visitor.open("customers/1")
        expect(page.get_by_role("heading", name="Li Wei")).to_be_visible()
        expect(page.get_by_role("button", name="Change")).to_have_count(0)


def test_a_file_of_customers_is_looked_at_and_imported(server: Serving, browser: Browser) -> None:
    content = "phone,name,级别,company\n13800138090,Imported One,Important,ACME\n13800138000,Known,,\n12,Bad,,\n"
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("customers?name=imported")
        press(page, "Import a file")
        dialog = page.get_by_role("dialog")
        file = FilePayload(name="customers.csv", mimeType="text/csv", buffer=content.encode())
        page.locator("input[type=file]").set_input_files(file)
        preview = dialog.get_by_role("region", name="The first rows")
        expect(preview).to_contain_text("Imported One")
        expect(preview).to_contain_text("A customer has this number: left out")
        assert violations(page) == []
        press(dialog, "Import")
        expect(dialog).to_contain_text("Nothing was imported: some rows are in error")
        press(dialog, "Leave out the 1 in error, import 1")
        expect(dialog).to_contain_text("has been imported")
        dialog.get_by_role("button", name="Close", exact=True).last.click()
        expect(rows(page)).to_have_count(1)
        expect(rows(page)).to_contain_text("Important")
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.AGENT).page
        visitor.open("customers")
        expect(page.get_by_role("button", name="New customer")).to_be_visible()
        expect(page.get_by_role("button", name="Import a file")).to_have_count(0)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_in_chinese_and_dark(server: Serving, browser: Browser, size: tuple[int, int]) -> None:
    with Visitor(browser, server.url, size) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        page.emulate_media(color_scheme="dark")
        page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
        for path, words in (
            ("customers", "全部客户"),
            ("customers/1", "往来记录"),
            ("customers?name=x", "没有符合的客户"),
        ):
            visitor.open(path)
            expect(page.get_by_text(words).first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
            assert violations(page) == []
        visitor.open("customers/1")
        press(page, "修改")
        expect(page.get_by_role("dialog")).to_contain_text("致电许可")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert violations(page) == []

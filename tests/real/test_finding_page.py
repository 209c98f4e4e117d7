"""Calls found in a real browser: filters at once, chips that take them off, and what to loosen for nothing found."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from callcenter.accounts.rules import Role
from callcenter.customers.rules import Number, Record
from callcenter.customers.service import Context as Customers
from callcenter.customers.service import create
from callcenter.demo.centre import OwnSettings
from callcenter.floor.facts import Fact
from callcenter.quality.tables import Review, ReviewForm
from callcenter.recordings.processing import blank
from callcenter.recordings.tables import RecordingSound
from callcenter.retention.tables import CallTag
from callcenter.settings import PbxSettings
from callcenter.store.engine import make_engine, make_sessions
from callcenter.store.recorder import Recorder
from callcenter.store.tables import recording_files
from tests.facts import a_call, a_conversation, a_recording
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

NUMBERS = ("13800000001", "13800000002", "13800000003")


def _facts(now: float) -> Iterator[Fact]:
    """Three calls of the last minutes, each with a recording."""
    for nth, number in enumerate(NUMBERS):
        call, at = f"call-{nth}", now - 600 + nth * 60
        yield a_call(call_id=call, number=number, started_at=at, answered_at=at, ended_at=at + 30)
        yield a_conversation(call_id=call, leg_id=f"{call}.2", team="east", began_at=at, ended_at=at + 30)
        yield a_recording(path=f"/{nth}.wav", call_id=call, began_at=at, ended_at=at + 30)


async def _write_down(folder: Path) -> None:
    """The first call is tagged, the second one talked over, the third one reviewed."""
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    now = time.time()
    recorder = Recorder(engine)
    recorder.note(tuple(_facts(now)))  # type: ignore[arg-type]
    await recorder.flush()
    sessions = make_sessions(engine)
    for name, number in (("Wang Fang", NUMBERS[0]), ("Wang Wei", NUMBERS[1])):
        await create(Customers(sessions, time.time), Record(name=name, numbers=(Number(f"+86{number}"),)), "qa")
    async with sessions.begin() as session:
        session.add(CallTag(pbx="pbx1", call_id="call-0", tag="vip", added_at=now, added_by="qa"))
        second = await session.scalar(select(recording_files.c.id).where(recording_files.c.call_id == "call-1"))
        session.add(RecordingSound(**blank(second or 0) | {"talk_over_seconds": 12.0, "heard_at": now}))
        form = ReviewForm()
        session.add(form)
        await session.flush()
        session.add(
            Review(
                pbx="pbx1", call_id="call-2", agent_number="1001", agent_name="", talked_at=now, form_id=form.id,
                form_version=1, reviewer_id=1, reviewer="qa", state="published", score=55.0, is_zeroed=False,
                created_at=now, changed_at=now,
            )
        )  # fmt: skip
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away, with three calls that are over."""
    settings = OwnSettings(pbxs=(PbxSettings(name="pbx1", port=9),))
    with serving_with(tmp_path_factory.mktemp("centre"), settings, Role.QA, filled=_write_down) as server:
        yield server


def _choose(page: Page, facet: str, option: str) -> None:
    page.get_by_role("combobox", name=facet, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def _shows(page: Page, *numbers: str) -> None:
    """Waits until these calls, and no other, are listed."""
    rows = page.get_by_role("table").locator("tbody").get_by_role("row")
    expect(rows).to_have_count(len(numbers))
    for number in numbers:
        expect(rows.filter(has_text=number)).to_have_count(1)


def test_filters_narrow_at_once_and_chips_take_them_off(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("calls?range=week")
        _shows(page, *NUMBERS)
        page.get_by_role("button", name="More filters").click()
        _choose(page, "Tag", "vip")
        _shows(page, NUMBERS[0])
        chips = page.get_by_role("list", name="Filters that are set")
        expect(chips.get_by_role("button")).to_have_count(2)
        assert violations(page) == []
        chips.get_by_role("button", name="Take off Tag: vip").click()
        _shows(page, *NUMBERS)
        expect(chips).to_have_count(0)
        _choose(page, "Talk-over, at least", "Talk-over ≥ 0:10")
        _shows(page, NUMBERS[1])
        page.get_by_role("button", name="Take off Talk-over, at least: Talk-over ≥ 0:10").press("Enter")
        _shows(page, *NUMBERS)
        _choose(page, "Score, below", "Score < 60")
        _shows(page, NUMBERS[2])
        page.reload()
        _shows(page, NUMBERS[2])  # what is set stands in the address
        chips.get_by_role("button", name="Clear filters").click()
        _shows(page, *NUMBERS)


def test_a_customer_is_found_by_name_or_number_and_named_by_the_call(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("calls?range=week")
        customer = page.get_by_role("combobox", name="Customer", exact=True)
        customer.fill("wang f")
        expect(page.get_by_role("option")).to_have_count(1)
        assert violations(page) == []
        customer.press("ArrowDown")
        customer.press("Enter")
        _shows(page, NUMBERS[0])
        assert "customer=1" in page.url
        chip = page.get_by_role("button", name="Take off Customer: Wang Fang")
        expect(chip).to_be_visible()
        page.reload()
        _shows(page, NUMBERS[0])
        chip.click()
        _shows(page, *NUMBERS)
        customer.fill(NUMBERS[1])
        page.get_by_role("option", name="Wang Wei · +8613800000002").click()
        _shows(page, NUMBERS[1])
        customer.fill("nobody")
        expect(page.get_by_text("No customer is called so")).to_be_visible()
        customer.press("Escape")
        page.get_by_role("table").get_by_role("link").click()
        expect(page.get_by_role("link", name="Wang Wei")).to_have_attribute("href", "/customers/2")
        assert violations(page) == []


def test_where_nothing_is_found_it_is_said_what_to_loosen(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("calls?range=week&tag=vip&talk_over_from=10&number=0001")
        expect(page.get_by_text("No call found")).to_be_visible()
        loosen = page.get_by_role("button", name="Without Talk-over, at least: Talk-over ≥ 0:10")
        expect(loosen).to_be_visible()
        expect(page.get_by_role("button", name="Without Tag: vip")).to_have_count(0)  # that alone would not help
        assert violations(page) == []
        loosen.click()
        _shows(page, NUMBERS[0])


def test_a_phone_in_chinese_and_dark(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url, PHONE) as visitor:
        page = visitor.sign_in(Role.QA).page
        page.emulate_media(color_scheme="dark")
        page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
        for query, words in (("tag=vip&score_to=100&talk_over_from=1", "未找到通话"), ("tag=vip", NUMBERS[0])):
            visitor.open(f"calls?range=week&{query}")
            expect(page.get_by_text(words).first).to_be_visible()
            expect(page.get_by_role("button", name="移除 标签：vip")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            assert violations(page) == []

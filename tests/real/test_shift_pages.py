"""Shifts in a real browser: planned by keyboard, imported, kept to, gaps, the log of two leaders, an agent's own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.floor.facts import SeatState
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from callcenter.store.engine import make_engine
from callcenter.store.recorder import Recorder
from tests.facts import a_conversation, a_ring, a_spell, a_visit
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.serving import PASSWORD, Serving, serving_with

pytestmark = pytest.mark.real

SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
EVIL = "<img src=x onerror=alert(1)> the trunk was down"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=7 + TODAY.weekday())
"""The Monday of last week, in the centre's zone, which is UTC."""


def at(clock: str) -> float:
    return datetime.fromisoformat(f"{DAY}T{clock}:00+00:00").timestamp()


async def filled(folder: Path) -> None:
    """Li Na comes to the briefing, is ten minutes late on post, and takes a call at ten."""
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    recorder = Recorder(engine)
    ring_at, who = at("10:00"), {"team": "Team A"}
    recorder.note(
        [
            a_spell(reason="meeting", since=at("09:00"), until=at("09:30"), **who),
            a_spell(reason="", state=SeatState.READY, since=at("09:40"), until=at("11:30"), **who),
            a_visit(joined_at=ring_at, ended_at=ring_at + 10, **who),
            a_ring(began_at=ring_at, ended_at=ring_at + 5, **who),
            a_conversation(began_at=ring_at + 5, ended_at=ring_at + 65, completed_at=ring_at + 75, **who),
        ]
    )
    await recorder.flush()
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with two agents of two teams, whose PBX is away."""
    agents = (
        AgentSettings(number="1001", name="Li Na", team="Team A", queues=("service",)),
        AgentSettings(number="1002", name="Wu Wei", team="Team B", queues=("service",)),
    )
    settings = Settings(pbxs=(PbxSettings(port=1),), agents=agents, queues={"service": QueueSettings()})
    li = NewUser("li", PASSWORD, (Role.AGENT,), agent_number="1001")
    folder = tmp_path_factory.mktemp("centre")
    with serving_with(folder, settings, Role.SUPERVISOR, Role.TEAM_LEADER, li, filled=filled) as server:
        yield server


def test_a_day_is_planned_imported_kept_to_and_noted(server: Serving, browser: Browser, tmp_path: Path) -> None:
    with Visitor(browser, server.url) as boss, Visitor(browser, server.url, PHONE) as leader:
        page = boss.sign_in(Role.SUPERVISOR).page
        boss.open(f"shifts/plan?day={DAY}")
        _plan_by_keyboard(page)
        _import(page, tmp_path)
        _templates(page)
        assert violations(page) == []
        _seen_in_both_languages(page, "shifts-plan")
        page.get_by_role("link", name="Adherence").click()
        _kept(page)
        _kept_in_week(page, tmp_path)
        page.get_by_role("link", name="Gaps").click()
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="10:00"))
        expect(row).to_contain_text("1")
        assert row.inner_text().split() == ["10:00", "1", "1", "1", "2", "1", "+1.0", "−1.0"]
        assert violations(page) == []
        _seen_in_both_languages(page, "shifts-gaps")
        _gaps_of_team(page)
        _gaps_to_come(boss)
        other = leader.sign_in(Role.TEAM_LEADER).page
        boss.open(f"shifts/gaps?day={DAY}")
        leader.open(f"shifts/log?day={DAY}&team=Team A")
        _log_of_two(page, other)
        assert violations(page) == violations(other) == []
        assert other.evaluate(SIDEWAYS) <= 0
        for section in ("plan", "adherence", "gaps"):
            leader.open(f"shifts/{section}?day={DAY}")
            expect(other.get_by_role("heading", name="Shifts", exact=True)).to_be_visible()
            other.wait_for_load_state("networkidle")
            assert other.evaluate(SIDEWAYS) <= 0, section
            assert violations(other) == [], section
            _seen_in_both_languages(other, f"shifts-{section}-phone")
        boss.complaints.clear()  # the browser's own line about the note that was refused


def _plan_by_keyboard(page: Page) -> None:
    expect(page.get_by_text("Nothing is planned in this week")).to_be_visible()
    cells = page.get_by_role("button", name="no shift")
    expect(cells).to_have_count(14)
    cells.nth(1).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Li Na")
    expect(dialog.get_by_role("group", name="Part 5")).to_be_visible()
    for _part in range(3):
        dialog.get_by_role("button", name="Remove part 3").press("Enter")
    end = dialog.get_by_role("group", name="Part 2").get_by_label("End")
    end.fill("9:00")  # before its start: on the next date
    end.press("Enter")
    expect(page.get_by_role("button", name="09:00–09:00 +1")).to_be_visible()
    page.get_by_role("button", name="09:00–09:00 +1").press("Enter")
    end.fill("11:30")
    end.press("Enter")
    expect(page.get_by_role("button", name="Li Na, ").first).to_contain_text("09:00–11:30")


def _import(page: Page, folder: Path) -> None:
    bad, good = folder / "bad.csv", folder / "good.csv"
    bad.write_text(f"agent,date,kind,start,end\n1002,{DAY},nap,09:00,11:30\n", encoding="utf-8")
    good.write_text(f"agent,date,kind,start,end\n1002,{DAY},on post,09:30,11:30\n", encoding="utf-8")
    page.get_by_role("button", name="Import a file…").click()
    dialog = page.get_by_role("dialog", name="Import shifts")
    for path in (bad, good):
        with page.expect_file_chooser() as choosing:
            dialog.get_by_role("button", name="CSV or XLSX file").click()
        choosing.value.set_files(path)
        if path is bad:
            expect(dialog.get_by_text("No kind of a shift's part")).to_be_visible()
            expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
            with page.expect_download() as downloading:
                dialog.get_by_role("button", name="All errors as a file").click()
            assert "2,kind,nap,unknown_kind" in downloading.value.path().read_text(encoding="utf-8-sig")
            assert violations(page) == []
    expect(dialog.get_by_text("New: 1; replaced: 0")).to_be_visible()
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Wu Wei, ").first).to_contain_text("09:30–11:30")


def _templates(page: Page) -> None:
    """One is made, picked in a shift that is not saved, and deleted."""
    page.get_by_role("button", name="Templates…").click()
    dialog = page.get_by_role("dialog", name="Templates of shifts")
    expect(dialog.get_by_role("listitem").filter(has_text="Night")).to_contain_text("22:00–06:00 +1")
    look(page, "shifts-templates")
    assert violations(page) == []
    dialog.get_by_role("button", name="New template").click()
    dialog.get_by_label("Name in English").fill("Noon")
    dialog.get_by_role("button", name="Remove part 1").press("Enter")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("listitem").filter(has_text="Noon")).to_contain_text("09:30–17:30")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Wu Wei, ").nth(1).press("Enter")
    shift = page.get_by_role("dialog", name="Wu Wei")
    shift.get_by_role("combobox", name="Template").click()
    page.get_by_role("option", name="Noon").click()
    expect(shift.get_by_role("group", name="Part 4")).to_be_visible()
    expect(shift.get_by_role("group", name="Part 1").get_by_label("Start")).to_have_value("09:30")
    shift.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Templates…").click()
    noon = dialog.get_by_role("listitem").filter(has_text="Noon")
    noon.get_by_role("button", name="Delete Noon").click()
    noon.get_by_role("button", name="Really remove").click()
    expect(noon).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def _gaps_of_team(page: Page) -> None:
    """Half of the two who join the queue are of the team: half of its need is theirs."""
    page.get_by_role("combobox", name="Team").click()
    page.get_by_role("option", name="Team A").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="10:00"))
    expect(row).to_contain_text("0.5")
    assert row.inner_text().split() == ["10:00", "—", "0.5", "0.5", "1", "1", "+0.5", "0.0"]
    expect(page.get_by_text("What a team needs is its share")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("combobox", name="Team").click()
    page.get_by_role("option", name="All teams").click()
    expect(row).to_contain_text("+1.0")


def _gaps_to_come(boss: Visitor) -> None:
    """The next Monday is measured by the last Monday that is over, or a chosen one; its own load is unknown."""
    page, later = boss.page, DAY + timedelta(days=14)
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="10:00"))
    boss.open(f"shifts/gaps?day={later}")
    usual = "Load of a week before" if TODAY.weekday() else "Load of 2 weeks before"
    expect(page.get_by_role("combobox", name="Load of")).to_have_value(usual)
    boss.open(f"shifts/gaps?day={later}&weeks=2")
    expect(row).to_be_visible()
    assert row.inner_text().split() == ["10:00", "1", "1", "1", "0", "—", "−1.0", "—"]
    expect(page.get_by_text("in 1 of 1 intervals; load of")).to_be_visible()
    shrinkage = page.get_by_label("Shrinkage", exact=True)
    shrinkage.fill("50")
    shrinkage.press("Enter")
    expect(row).to_contain_text("−2.0")
    assert "shrinkage=50" in page.url
    boss.open(f"shifts/gaps?day={later}&weeks=0")
    expect(page.get_by_text("the load that is chosen is not known yet")).to_be_visible()
    assert violations(page) == []


def _kept(page: Page) -> None:
    row = page.get_by_role("row").filter(has_text="Li Na")
    expect(row).to_contain_text("2:20:00 / 2:30:00")
    expect(row).to_contain_text("10:00")
    expect(page.get_by_role("row").filter(has_text="Wu Wei")).to_contain_text("absent")
    briefings = page.get_by_role("region", name="Briefings")
    expect(briefings.get_by_role("listitem")).to_have_text("Li Na: there")
    assert violations(page) == []
    _seen_in_both_languages(page, "shifts-adherence")
    row.get_by_role("button").press("Enter")
    drawer = page.get_by_role("dialog", name="Li Na")
    expect(drawer.get_by_role("region", name="Spells of the seat").get_by_role("row")).to_have_count(3)
    expect(drawer.get_by_text("Meeting", exact=True)).to_be_visible()
    assert violations(page) == []
    look(page, "shifts-behind")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def _kept_in_week(page: Page, folder: Path) -> None:
    """The totals of a week by team and agent, the days behind an agent's, and the same as a file."""
    page.get_by_text("Week", exact=True).click()
    teams, agents = (page.get_by_role("region", name=name) for name in ("By team", "By agent"))
    expect(teams.get_by_role("row").filter(has_text="Team A")).to_contain_text("2:20:00 / 2:30:00")
    expect(teams.get_by_role("row").filter(has_text="Total")).to_contain_text("2:20:00 / 4:30:00")
    expect(agents.get_by_role("row")).to_have_count(3)
    assert violations(page) == []
    look(page, "shifts-adherence-week")
    agents.get_by_role("button", name="Li Na: adherence").press("Enter")
    drawer = page.get_by_role("dialog", name="Li Na")
    expect(drawer.get_by_role("row")).to_have_count(2)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    file = folder / "adherence.csv"
    downloading.value.save_as(file)
    assert "Team A,1001,Li Na,1,0,1,0,9000,8400" in file.read_text(encoding="utf-8-sig")
    page.get_by_role("radiogroup", name="Days shown").get_by_text("Day").click()


def _log_of_two(page: Page, other: Page) -> None:
    page.get_by_role("link", name="Shift log").click()
    for each in (page, other):
        expect(each.get_by_role("region", name="Team A")).to_contain_text("Answered")
    mine, theirs = (each.get_by_label("What was of note") for each in (page, other))
    theirs.fill(EVIL)
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Versions: 1")).to_be_visible()
    mine.fill("mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{Role.TEAM_LEADER.title()} has written meanwhile")).to_be_visible()
    expect(page.get_by_text(EVIL).first).to_be_visible()
    assert mine.input_value() == "mine"
    mine.fill("mine; " + EVIL)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Versions: 2")).to_be_visible()
    _seen_in_both_languages(page, "shifts-log")
    page.reload()
    expect(mine).to_have_value("mine; " + EVIL)
    mine.fill("typed")
    page.get_by_role("button", name="The day before").click()
    expect(mine).to_have_value("")
    page.get_by_role("button", name="The day after").click()
    expect(mine).to_have_value("typed")  # what is typed and not saved outlives another day and a reload
    page.reload()
    expect(mine).to_have_value("typed")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Throw it away").click()
    expect(mine).to_have_value("mine; " + EVIL)
    report = page.get_by_role("region", name="Team A").get_by_role("link", name="service")
    expect(report).to_have_attribute("href", f"/reports/queues?from={DAY}&to={DAY}&queue=pbx1%2Fservice")


def test_a_week_is_copied_when_its_numbers_were_seen_and_the_copy_is_undone(server: Serving, browser: Browser) -> None:
    far = DAY + timedelta(days=700)
    far -= timedelta(days=far.weekday())
    with Visitor(browser, server.url, PHONE) as boss:
        page = boss.sign_in(Role.SUPERVISOR).page
        boss.open(f"shifts/plan?day={far}")
        page.get_by_role("button", name="Li Na, ").first.press("Enter")
        dialog = page.get_by_role("dialog", name="Li Na")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="Copy to the next week").press("Enter")
        sure = page.get_by_role("dialog", name="Copy to the next week")
        expect(
            sure.get_by_text("New shifts: 1. Days that are planned already and stay as they are: 0.")
        ).to_be_visible()
        assert violations(page) == []
        look(page, "shifts-copy")
        sure.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="The week after").click()
        expect(page.get_by_text("Nothing is planned in this week")).to_be_visible()
        page.get_by_role("button", name="The week before").click()
        page.get_by_role("button", name="Copy to the next week").click()
        sure.get_by_role("button", name="Copy", exact=True).click()
        expect(sure).to_have_count(0)
        page.get_by_role("button", name="The week after").click()
        expect(page.get_by_role("button", name="Li Na, ").first).to_contain_text("09:00–17:30")
        page.reload()
        expect(page.get_by_text("new 1, replaced 0. It can be undone until")).to_be_visible()
        assert page.evaluate(SIDEWAYS) <= 0
        assert violations(page) == []
        page.get_by_role("button", name="Undo").press("Enter")
        expect(page.get_by_text("Nothing is planned in this week")).to_be_visible()
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_an_agent_sees_the_own_shifts_on_the_desk_and_no_page_of_shifts(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as boss, Visitor(browser, server.url, PHONE) as li:
        boss.sign_in(Role.SUPERVISOR).open(f"shifts/plan?day={TODAY + timedelta(days=1)}")
        day = f"{(TODAY + timedelta(days=1)).day} "
        cell = boss.page.get_by_role("button", name="Li Na, ").filter(has_text="–")
        expect(cell.first).to_be_visible()
        index = (TODAY + timedelta(days=1)).weekday()
        boss.page.get_by_role("button", name="Li Na, ").nth(index).press("Enter")
        dialog = boss.page.get_by_role("dialog", name="Li Na")
        expect(dialog).to_contain_text(day)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        boss.open(f"shifts/plan?day={TODAY + timedelta(days=9)}")
        boss.page.get_by_role("button", name="Li Na, ").nth((TODAY + timedelta(days=9)).weekday()).press("Enter")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        li.sign_in("li").open("desk")
        mine = li.page.get_by_role("region", name="My shifts")
        expect(mine.get_by_role("listitem")).to_have_count(5)
        expect(mine).to_contain_text("11:30–13:00 Meal")
        mine.locator("summary").press("Enter")
        expect(mine.get_by_role("listitem")).to_have_count(10)
        assert li.page.evaluate(SIDEWAYS) <= 0
        assert violations(li.page) == []
        expect(li.page.get_by_role("navigation").get_by_role("link", name="Shifts")).to_have_count(0)
        li.open("shifts/plan")
        expect(li.page.get_by_text("Your account may not see this")).to_be_visible()


def _seen_in_both_languages(page: Page, name: str) -> None:
    """Pictures for whoever wants to see them, in both languages and themes."""
    look(page, f"{name}-en-light")
    page.get_by_role("button", name="Dark theme").click()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="班次", exact=True)).to_be_visible()
    look(page, f"{name}-zh-dark")
    assert violations(page) == []
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Light theme").click()
    expect(page.get_by_role("heading", name="Shifts", exact=True)).to_be_visible()

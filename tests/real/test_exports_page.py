"""Recordings exported in a real browser: from what a search found to the file, and what becomes of it."""

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from callcenter.accounts.rules import Role
from callcenter.exports.tables import RecordingExport
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import make_engine
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_conversation, a_recording
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.recordings.sounds import tone, write_wav
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

CALLS = 3
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"


async def _write_down(folder: Path) -> None:
    """Calls of the last minutes, each with a second of sound."""
    engine = make_engine(f"sqlite+aiosqlite:///{_database(folder)}")
    recorder, now = Recorder(engine), time.time()
    for nth in range(CALLS):
        call, at = f"call-{nth}", now - 600 + nth * 60
        name = f"{nth}.wav"
        write_wav(folder / "monitor" / name, tone(1.0), modified_at=at + 30)
        of: dict[str, Any] = {"call_id": call, "number": f"1380000000{nth}"}
        recorder.note(
            [
                a_call(**of, started_at=at, answered_at=at, ended_at=at + 30),
                a_conversation(**of, leg_id=f"{call}.2", began_at=at, ended_at=at + 30),
                a_recording(path=f"/monitor/{name}", call_id=call, channel_id=call, began_at=at, ended_at=at + 30),
            ]
        )
    await recorder.flush()
    await engine.dispose()


def _database(folder: Path) -> Path:
    return folder / "var" / "callcenter.db"


def _note_exports(folder: Path, *rows: dict[str, Any]) -> None:
    """As the server wrote them; nothing wakes it for these, so that they stay as they are."""

    told = {
        "search": {"queue": "service", "from": time.time() - 86_400}, "language": "en", "user_id": 3,
        "username": "admin", "address": "", "asked_at": time.time(), "calls": 38, "recordings": 40,
        "expected_bytes": 2**24,
    }  # fmt: skip
    engine = create_engine(f"sqlite:///{_database(folder)}")
    with Session(engine) as session, session.begin():
        session.add_all([RecordingExport(**told | row) for row in rows])
    engine.dispose()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's data."""
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Serving]:
    """A server whose PBX is away, with recorded calls that are over."""
    pbx = PbxSettings(name="pbx1", port=9, recordings_folder=folder / "monitor")
    with serving_with(folder, Settings(timezone="Asia/Shanghai", pbxs=(pbx,)), *Role, filled=_write_down) as server:
        yield server


def _row(page: Page, reason: str) -> Locator:
    return page.get_by_role("row").filter(has_text=reason)


def test_what_a_search_found_is_exported_downloaded_and_deleted(
    server: Serving, browser: Browser, tmp_path: Path
) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("exports")
        expect(page.get_by_text("No export yet")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("link", name="Search for calls").click()
        page.get_by_text("7 days", exact=True).click()
        expect(page.get_by_text("3 calls shown")).to_be_visible()

        page.get_by_role("button", name="Export recordings…").click()
        dialog = page.get_by_role("dialog")
        amount = dialog.locator("dl")
        expect(amount).to_contain_text("0:03")  # of all three together
        expect(amount).to_contain_text("47 KiB")
        dialog.get_by_role("button", name="Export").click()
        expect(dialog.get_by_text("Say why.")).to_be_visible()
        dialog.get_by_label("Reason").fill("Complaint 17")
        look(page, "export-dialog")
        assert violations(page) == []
        dialog.get_by_role("button", name="Export").click()
        expect(dialog).to_have_count(0)
        expect(page.get_by_text("The export is being packed.")).to_be_visible()

        note = page.get_by_role("list", name="Exports being packed")
        expect(note).to_contain_text("Done")
        assert violations(page) == []
        with page.expect_download() as downloading:
            note.get_by_role("link", name="Download: Complaint 17").click()
        downloading.value.save_as(tmp_path / "recordings.zip")
        names = zipfile.ZipFile(tmp_path / "recordings.zip").namelist()
        assert len(names) == CALLS + 2
        assert {"index.xlsx", "index.csv"} < set(names)

        note.get_by_role("link", name="1 · Complaint 17").click()
        row = _row(page, "Complaint 17")
        expect(row).to_contain_text("Done")
        assert violations(page) == []
        row.get_by_role("button", name="Delete the file: Complaint 17").click()
        row.get_by_role("button", name="Delete the file?").click()
        expect(row).to_contain_text("File deleted by qa")
        expect(row.get_by_role("link", name="Download: Complaint 17")).to_have_count(0)
        row.get_by_role("link").click()
        expect(page.get_by_text("3 calls shown")).to_be_visible()  # the search that was asked


def test_how_an_export_stands_is_told_and_one_under_way_is_cancelled(
    server: Serving, browser: Browser, folder: Path
) -> None:
    _note_exports(
        folder,
        {"state": "failed", "reason": "Court", "detail": "The server's disk is full.", "ended_at": time.time()},
        {"state": "expired", "reason": "Training", "ended_at": time.time() - 1e6, "expires_at": time.time() - 9e5},
        {"state": "running", "reason": "Archive", "packed": 9, "left_out": 1},
    )
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("calls")
        expect(page.get_by_role("list", name="Exports being packed")).to_contain_text("Packing: 10 of 40")
        look(page, "calls-packing")
        assert violations(page) == []
        visitor.open("exports")
        expect(_row(page, "Court")).to_contain_text("The server's disk is full.")
        expect(_row(page, "Training")).to_contain_text("Expired, file deleted")
        archive = _row(page, "Archive")
        expect(archive.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "25")
        expect(archive).to_contain_text("Left out: 1; the index says why")
        archive.get_by_role("button", name="Cancel: Archive").click()
        look(page, "exports-sure")
        assert violations(page) == []
        archive.get_by_role("button", name="Cancel the export?").click()
        expect(archive).to_contain_text("Cancelled by qa")
        assert violations(page) == []


def test_where_nothing_was_recorded_nothing_is_exported(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open("calls?number=999")
        page.get_by_role("button", name="Export recordings…").click()
        expect(page.get_by_text("No call found has a recording.")).to_be_visible()
        expect(page.get_by_role("dialog").get_by_label("Reason")).to_have_count(0)
        assert violations(page) == []


def test_who_may_not_export_is_offered_nothing(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("calls?range=week")
        expect(page.get_by_text("3 calls shown")).to_be_visible()
        expect(page.get_by_role("button", name="Export recordings…")).to_have_count(0)
        visitor.open("exports")
        expect(page.get_by_text("Your account may not see this")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_pages_fit_in_both_languages_and_themes(
    server: Serving, browser: Browser, folder: Path, size: tuple[int, int]
) -> None:
    _note_exports(folder, {"state": "running", "packed": 9, "reason": "Long words " + "Donaudampfschifffahrt" * 4})
    with Visitor(browser, server.url, size) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        for path in ("exports", "calls"):
            visitor.open(path)
            for switch in ("中文", "深色主题", "English", "Light theme"):
                page.get_by_role("progressbar").first.wait_for()
                page.get_by_role("button", name=switch).click()
                page.mouse.move(2, 2)
                expect(page.get_by_role("tooltip")).to_have_count(0)
                look(page, f"{path}-{size[0]}-{switch.split()[0]}")
                assert page.evaluate(SIDEWAYS) <= 0, (path, switch)
                assert violations(page) == [], (path, switch)

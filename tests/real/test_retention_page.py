"""Rules, the dry run, holds and the log of deletions in a real browser, at a server with a recording of last year."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import make_engine
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording, a_visit
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.recordings.sounds import tone, write_wav
from tests.serving import Serving, add_users, serving, write_settings

pytestmark = pytest.mark.real

SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
CALL = f"calls/pbx1/{a_call().call_id}"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}"


async def _record(folder: Path) -> None:
    engine = make_engine(_url(folder))
    recorder = Recorder(engine)
    recorder.note([a_call(), a_visit(), a_conversation(), a_recording()])
    await recorder.flush()
    await engine.dispose()


def _retire(folder: Path) -> int:
    """As somebody does it on the console; gives how many recordings went."""
    command = [sys.executable, "-m", "callcenter.cli", "recordings", "retire", "--json"]
    done = subprocess.run([*command, "--config", folder / "callcenter.toml"], capture_output=True, check=True)
    gone: int = json.loads(done.stdout)["recordings"]
    return gone


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's data, with one recorded call."""
    folder = tmp_path_factory.mktemp("retention")
    # Nothing listens there: the floor stays empty, and the call is one of the past.
    pbx = PbxSettings(name="pbx1", port=1, recordings_folder=folder / "monitor")
    write_settings(folder, Settings(timezone="Asia/Shanghai", pbxs=(pbx,)))
    add_users(folder, *Role)
    write_wav(folder / "monitor" / Path(a_recording().path).name, tone(2.0), modified_at=NOON + 73)
    asyncio.run(_record(folder))
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Serving]:
    """The server on that data."""
    with serving(folder) as server:
        yield server
        assert "Traceback" not in server.said


def _say_why(page: Page, reason: str, button: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=button).click()
    expect(dialog.get_by_text("Say why.")).to_be_visible()
    dialog.get_by_label("Reason").fill(reason)
    assert violations(page) == []
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_have_count(0)


def test_a_call_is_tagged_held_and_deleted_by_a_rule(server: Serving, browser: Browser, folder: Path) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        visitor.open()
        page.get_by_role("button", name="Account of Admin").click()
        page.get_by_role("menuitem", name="Retention").click()
        page.get_by_role("button", name="New rule").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("About").first.click()
        page.get_by_role("option", name="Tag").click()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_text("Say what the rule is about.")).to_be_visible()
        dialog.get_by_label("Tag", exact=True).fill("Refund")
        dialog.get_by_label("Kept for").fill("30")
        assert violations(page) == []
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row").filter(has_text="Tag refund")).to_contain_text("30 days")
        expect(page.get_by_text("Nothing is to be deleted")).to_be_visible()

        visitor.open(CALL)
        kept = page.get_by_role("region", name="Retention")
        expect(kept).to_contain_text("Kept for ever")
        kept.get_by_label("Tags").fill("refund")
        page.keyboard.press("Enter")
        expect(kept).to_contain_text("Tag refund: 30 days")
        kept.get_by_role("button", name="Hold").click()
        _say_why(page, "case 17", "Hold")
        expect(kept).to_contain_text("Held: nothing deletes")
        assert violations(page) == []
        look(page, "call-held")
        assert _retire(folder) == 0

        visitor.open("retention")
        expect(page.get_by_text("Kept by legal holds: calls: 1")).to_be_visible()
        look(page, "retention-held")
        page.get_by_role("button", name="End the hold: case 17").click()
        _say_why(page, "case closed", "End the hold")
        expect(page.get_by_text("Together: calls: 1")).to_be_visible()
        page.get_by_role("button", name="Show what goes by: Tag refund").click()
        expect(page.get_by_role("dialog")).to_contain_text("13800138000")
        assert violations(page) == []
        assert _retire(folder) == 1
        page.reload()
        expect(page.get_by_role("region", name="Deleted recordings")).to_contain_text("By command")
        visitor.open(CALL)
        expect(page.get_by_text("since its time was over (Tag refund: 30 days)")).to_be_visible()
        look(page, "call-deleted")
        assert violations(page) == []


def test_who_may_tag_may_not_hold(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.QA).page
        visitor.open(CALL)
        kept = page.get_by_role("region", name="Retention")
        expect(kept.get_by_label("Tags")).to_be_visible()
        expect(kept.get_by_role("button", name="Hold")).to_have_count(0)
        expect(kept).not_to_contain_text("case 17")
        visitor.open("retention")
        expect(page.get_by_text("Your account may not see this")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_pages_fit_in_both_languages_and_themes(server: Serving, browser: Browser, size: tuple[int, int]) -> None:
    with Visitor(browser, server.url, size) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        for path in ("retention", CALL):
            visitor.open(path)
            for switch in ("中文", "深色主题", "English", "Light theme"):
                page.locator("main h2").nth(2).wait_for()
                page.get_by_role("button", name=switch).click()
                page.mouse.move(2, 2)
                expect(page.get_by_role("tooltip")).to_have_count(0)
                look(page, f"{path.replace('/', '-')}-{size[0]}-{switch.split()[0]}")
                assert page.evaluate(SIDEWAYS) <= 0, (path, switch)
                assert violations(page) == [], (path, switch)

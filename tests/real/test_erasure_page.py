"""A person erased in a real browser: from a call over the dry run to the certificate."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.dialer.tables import DoNotCall
from callcenter.erasure.tables import Erasure
from callcenter.retention.tables import CallHold
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import make_engine, make_sessions
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_conversation, a_recording
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.recordings.sounds import tone, write_wav
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

NUMBER = "13800138000"
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
UNDER_WAY, DONE = 1, 2
"""Erasures that are there at the beginning."""


async def _write_down(folder: Path) -> None:
    """Two calls of one person, the second one held; an erasure that waits, one that is done."""
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    recorder, now = Recorder(engine), time.time()
    for nth in range(2):
        at, of = now - 600 + nth * 60, {"call_id": f"call-{nth}", "number": NUMBER}
        write_wav(folder / "monitor" / f"{nth}.wav", tone(1.0), modified_at=at + 30)
        recorder.note(
            [
                a_call(**of, started_at=at, answered_at=at, ended_at=at + 30),
                a_conversation(**of, leg_id=f"call-{nth}.2", began_at=at, ended_at=at + 30),
                a_recording(path=f"/monitor/{nth}.wav", call_id=f"call-{nth}", began_at=at, ended_at=at + 30),
            ]
        )
    await recorder.flush()
    told: dict[str, Any] = {"at": now, "by": "admin", "reason": "Asked in writing", "ends": ["00", "17"]}
    async with make_sessions(engine).begin() as session:
        session.add_all(
            [
                CallHold(pbx="pbx1", call_id="call-1", at=now, username="admin", reason="case 17"),
                DoNotCall(number=f"+86{NUMBER}", created_at=now, created_by="admin"),
                # Without its numbers the server does not go on with it.
                Erasure(
                    **told, id=UNDER_WAY, reference="P-1", state="running", step="recordings", steps_done=2,
                    said="One of the numbers is in a call now", numbers=None,
                ),
                Erasure(
                    **told, id=DONE, reference="P-2 " + "Donaudampfschifffahrt" * 3, state="done", steps_done=19,
                    numbers=None, ended_at=now, counts={"recordings": 1, "calls": 12, "reviews": 0},
                    kept=[{"kind": "held", "count": 1, "calls": [{"pbx": "pbx1", "call_id": "call-1"}]}],
                ),
            ]
        )  # fmt: skip
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose PBX is away, with calls that are over."""
    folder = tmp_path_factory.mktemp("erasure")
    pbx = PbxSettings(name="pbx1", port=9, recordings_folder=folder / "monitor")
    with serving_with(folder, Settings(timezone="Asia/Shanghai", pbxs=(pbx,)), *Role, filled=_write_down) as server:
        yield server


def _certificate(page: Page, folder: Path) -> str:
    """The certificate as the browser saves it."""
    with page.expect_download() as downloading:
        page.locator("main").get_by_role("button").last.click()
    downloading.value.save_as(folder / downloading.value.suggested_filename)
    return (folder / downloading.value.suggested_filename).read_text(encoding="utf-8")


def test_a_person_is_erased_from_a_call_and_a_certificate_names_nobody(
    server: Serving, browser: Browser, tmp_path: Path
) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        visitor.open("calls/pbx1/call-0")
        page.get_by_role("link", name="Erase this customer…").click()
        numbers = page.get_by_label("Numbers")
        expect(numbers).to_have_value(NUMBER)
        assert NUMBER not in page.url  # addresses are written into logs
        numbers.fill("nobody")
        page.get_by_role("button", name="See what is held").click()
        expect(page.get_by_text("this is not a telephone number that can be dialled")).to_be_visible()
        assert violations(page) == []
        numbers.fill(NUMBER)
        page.get_by_role("button", name="See what is held").click()
        expect(page.get_by_text(f"Read as: +86{NUMBER}")).to_be_visible()
        form = page.get_by_role("region", name="Erase a person")
        expect(form.get_by_role("row", name="Recordings 1")).to_be_visible()
        expect(form).to_contain_text("1 call under a legal hold, with its recordings")
        expect(form.get_by_role("link", name="call-1")).to_be_visible()

        erase = page.get_by_role("button", name="Erase for good")
        expect(erase).to_be_disabled()
        page.get_by_label("Reference", exact=True).fill(f"of {NUMBER}")
        page.get_by_label("Reason").fill("Asked by letter")
        page.get_by_label("Type the reference once more").fill("P-17")
        expect(erase).to_be_disabled()
        page.get_by_label("Type the reference once more").fill(f"of {NUMBER}")
        erase.click()
        expect(page.get_by_text("leave the number out of the reference")).to_be_visible()
        assert all("422" in complaint for complaint in visitor.complaints)
        visitor.complaints.clear()
        page.get_by_label("Reference", exact=True).fill("P-17")
        page.get_by_label("Type the reference once more").fill("P-17 ")
        look(page, "erase-form")
        assert violations(page) == []
        erase.click()

        certificate = page.get_by_role("article")
        expect(certificate).to_contain_text("Certificate of erasure")
        expect(certificate).to_contain_text("ends in 00")
        expect(certificate).to_contain_text("Asked by letter")
        expect(certificate.get_by_text("Digests of the numbers")).to_be_visible()
        assert violations(page) == []
        english = _certificate(page, tmp_path)
        page.get_by_text("In Chinese", exact=True).click()
        expect(certificate).to_contain_text("个人数据清除证明")
        chinese = _certificate(page, tmp_path)
        for text, said in ((english, "1 call under a legal hold"), (chinese, "1 通处于法律保全的通话")):
            assert said in text
            assert "P-17" in text
            assert NUMBER not in text
        assert violations(page) == []
        page.emulate_media(media="print")
        look(page, "certificate-print")
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        expect(page.get_by_text("PBX pbx1 unreachable since")).to_be_hidden()
        page.emulate_media(media="screen")

        page.get_by_role("link", name="Erasure", exact=True).click()
        expect(page.get_by_role("row").filter(has_text="P-17")).to_contain_text("Done")
        page.get_by_label("Numbers").fill(NUMBER)
        page.get_by_role("button", name="See what is held").click()
        expect(page.get_by_text("These numbers were erased before")).to_be_visible()
        visitor.open("calls/pbx1/call-0")
        expect(page.get_by_text("erasure of a person, reference P-17")).to_be_visible()


def test_an_erasure_that_waits_says_how_far_it_is_and_why(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        visitor.open()
        page.get_by_role("button", name="Account of Admin").click()
        page.get_by_role("menuitem", name="Erasure").click()
        page.get_by_role("link", name="P-1", exact=True).click()
        expect(page.get_by_text("Step 3 of 21: Recordings")).to_be_visible()
        expect(page.get_by_text("It waits: One of the numbers is in a call now")).to_be_visible()
        look(page, "erasure-waits")
        assert violations(page) == []


def test_who_may_not_erase_sees_none_of_it(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("calls/pbx1/call-1")
        expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()
        expect(page.get_by_role("link", name="Erase this customer…")).to_have_count(0)
        for path in ("erasures", f"erasures/{DONE}"):
            visitor.open(path)
            expect(page.get_by_text("Your account may not see this")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_pages_fit_in_both_languages_and_themes(server: Serving, browser: Browser, size: tuple[int, int]) -> None:
    with Visitor(browser, server.url, size) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        for path in ("erasures", f"erasures/{DONE}"):
            visitor.open(path)
            for switch in ("中文", "深色主题", "English", "Light theme"):
                page.get_by_text("P-2").first.wait_for()
                page.get_by_role("button", name=switch).click()
                page.mouse.move(2, 2)
                expect(page.get_by_role("tooltip")).to_have_count(0)
                look(page, f"{path.replace('/', '-')}-{size[0]}-{switch.split()[0]}")
                assert page.evaluate(SIDEWAYS) <= 0, (path, switch)
                assert violations(page) == [], (path, switch)

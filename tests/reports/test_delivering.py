"""Reports delivered to a real mail server and into folders: each due time once, whatever happened meanwhile."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.delivery.tables import Delivery
from callcenter.errors import Conflict, NotFound, SetupFailed
from callcenter.reports import saved
from callcenter.reports.delivering import Sender, deliver_due, deliver_now, delivering, file_name, put
from callcenter.reports.export import Column, Grid, Language
from callcenter.reports.recurrence import Dates, dates_of
from callcenter.reports.saved import Parameters, Told
from callcenter.reports.tables import SavedReport
from callcenter.settings import MailSettings
from callcenter.store.engine import Sessions
from tests.delivery.conftest import Clock, Letters, mail_settings, sending
from tests.reports.conftest import WANG, daily, fields

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).timestamp()


class Post:
    """A sender with a report that says which days it was made of."""

    def __init__(self, sessions: Sessions, clock: Clock, folder: Path, mail: MailSettings | None = None) -> None:
        self.sessions, self.clock = sessions, clock
        self.made: list[Dates] = []
        self.fails: Exception | None = None
        self.may_send = True
        self.sender = Sender(
            sessions=sessions,
            make=self.make,
            sends_of=self.allowed,
            mail=mail or mail_settings(25),
            wake_outbox=lambda: None,
            folder=folder,
            zone=SHANGHAI,
            clock=clock,
        )

    async def allowed(self, username: str) -> Scope | None:
        return EVERYTHING if self.may_send and username in ("wang", "zhao") else None

    async def make(self, name: str, parameters: Parameters, language: Language, dates: Dates, _scope: Scope) -> Grid:
        if self.fails is not None:
            raise self.fails
        self.made.append(dates)
        columns = (
            Column("队列" if language == "zh" else "Queue"),
            Column("Offered", "count"),
            Column("Rate", "share", 1),
        )
        rows = [("service", 12, 0.5), ("=evil()", 3, None)]
        notes = [("Span", f"{dates.first} – {dates.last}")]
        return Grid(name, columns, rows, SHANGHAI, language, ("", 15, 0.5), notes)

    async def keep(self, **given: Any) -> SavedReport:
        given.setdefault("schedule", daily())
        return await saved.create(self.sessions, WANG, fields(**given), now=self.clock(), zone=SHANGHAI)

    async def runs(self, row: SavedReport) -> list[Told]:
        return await saved.runs_page(self.sessions, row.id, WANG, before=None, limit=50)

    async def mails(self) -> int:
        async with self.sessions() as session:
            return await session.scalar(select(func.count()).select_from(Delivery)) or 0


@pytest.fixture
def post(sessions: Sessions, clock: Clock, tmp_path: Path) -> Post:
    clock.now = at(24, 12)
    return Post(sessions, clock, tmp_path / "reports")


async def until_told(post: Post, row: SavedReport, *states: str) -> Told:
    """Waits until a delivery of the report stands in one of these states."""
    for _ in range(400):
        runs = await post.runs(row)
        if runs and runs[0].state in states:
            return runs[0]
        await asyncio.sleep(0.05)
    raise TimeoutError(states)


# --- by mail ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "language"), [("xlsx", "en"), ("csv", "zh")])
async def test_a_report_arrives_as_a_file_with_a_summary(
    sessions: Sessions, clock: Clock, letters: Letters, tmp_path: Path, kind: Any, language: str
) -> None:
    clock.now = at(24, 12)
    post = Post(sessions, clock, tmp_path, mail_settings(letters.port))
    recipients = ("lead@example.org", "manager@example.org")
    row = await post.keep(name="日报 queues", language=language, schedule=daily(format=kind, recipients=recipients))
    clock.now = at(25, 7)
    await deliver_due(post.sender)
    async with sending(sessions, clock, mail_settings(letters.port)):
        told = await until_told(post, row, "sent")
    [message] = letters.messages
    assert letters.recipients == [list(recipients)]
    assert message["Subject"] == "日报 queues: 2026-11-24"
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "Offered: 15" in text.get_content()
    assert "50.0%" in page.get_content()
    [file] = message.iter_attachments()
    assert file.get_filename() == f"日报-queues-2026-11-24.{kind}"
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    if kind == "csv":
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert lines == [
            ["队列", "Offered", "Rate"],
            ["service", "12", "0.5"],
            ["'=evil()", "3", ""],
            ["合计", "15", "0.5"],
        ]
    else:
        assert load_workbook(io.BytesIO(content)).worksheets[0]["B2"].value == 12
    assert (told.run.file, told.run.due_at) == (file.get_filename(), at(25, 7))
    assert (told.run.first_day, told.run.last_day) == ("2026-11-24", "2026-11-24")


async def test_what_becomes_of_the_mail_is_told_with_the_run(
    sessions: Sessions, clock: Clock, letters: Letters, tmp_path: Path
) -> None:
    clock.now = at(24, 12)
    post = Post(sessions, clock, tmp_path, mail_settings(letters.port))
    row = await post.keep()
    clock.now = at(25, 7)
    await deliver_due(post.sender)
    [told] = await post.runs(row)
    assert told.state == "waiting"
    letters.refuse["lead@example.org"] = "550 no such user"
    async with sending(sessions, clock, mail_settings(letters.port)):
        told = await until_told(post, row, "sent", "failed")
    assert told.state == "failed"
    assert "no such user" in told.detail


async def test_without_a_mail_server_it_says_so(sessions: Sessions, clock: Clock, tmp_path: Path) -> None:
    clock.now = at(24, 12)
    post = Post(sessions, clock, tmp_path, MailSettings())
    row = await post.keep()
    clock.now = at(25, 7)
    await deliver_due(post.sender)
    [told] = await post.runs(row)
    assert told.state == "failed"
    assert "mail.host" in told.detail


# --- each due time once -----------------------------------------------------------------------------------------


async def test_nothing_goes_before_its_time_and_nothing_twice(post: Post) -> None:
    row = await post.keep()
    post.clock.now = at(25, 7) - 1
    await deliver_due(post.sender)
    assert await post.runs(row) == []
    for _ in range(3):
        post.clock.now += 1
        await deliver_due(post.sender)
    assert len(await post.runs(row)) == 1
    assert await post.mails() == 1
    post.clock.now = at(26, 7)
    await deliver_due(post.sender)
    assert [told.run.due_at for told in await post.runs(row)] == [at(26, 7), at(25, 7)]


async def test_a_server_that_was_down_for_three_mornings_sends_once(post: Post) -> None:
    row = await post.keep()
    post.clock.now = at(27, 9)
    await deliver_due(post.sender)
    await deliver_due(post.sender)
    [told] = await post.runs(row)
    assert (told.run.due_at, told.run.began_at) == (at(27, 7), at(27, 9))
    assert post.made == [dates_of("yesterday", datetime(2026, 11, 27, tzinfo=UTC).date())]
    assert (await saved.kept_report(post.sessions, row.id, WANG)).row.next_due_at == at(28, 7)


async def test_two_servers_on_one_database_send_once(post: Post) -> None:
    row = await post.keep()
    post.clock.now = at(25, 7)
    await asyncio.gather(*(deliver_due(post.sender) for _ in range(4)))
    assert len(await post.runs(row)) == 1
    assert await post.mails() == 1


async def test_it_looks_by_itself_when_it_starts(post: Post) -> None:
    row = await post.keep()
    post.clock.now = at(25, 8)
    async with delivering(post.sender):
        await until_told(post, row, "waiting")
    assert len(await post.runs(row)) == 1


async def test_a_schedule_that_is_off_sends_nothing(post: Post) -> None:
    row = await post.keep(schedule=daily(is_enabled=False))
    post.clock.now = at(27, 7)
    await deliver_due(post.sender)
    assert await post.runs(row) == []


async def test_now_does_not_change_what_is_due(post: Post) -> None:
    row = await post.keep()
    post.clock.now = at(24, 18, 30)
    run = await deliver_now(post.sender, row, "zhao")
    assert (run.asked_by, run.due_at, run.is_done) == ("zhao", at(24, 18, 30), True)
    assert (await saved.told_run(post.sessions, run.id)).state == "waiting"
    post.clock.now = at(25, 7)
    await deliver_due(post.sender)
    assert [told.run.asked_by for told in await post.runs(row)] == [None, "zhao"]


async def test_now_needs_to_know_where_to(post: Post) -> None:
    row = await post.keep(schedule=None)
    with pytest.raises(Conflict):
        await deliver_now(post.sender, row, "wang")


# --- failures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "said"),
    [(NotFound("there is no such queue"), "no such queue"), (ZeroDivisionError(), "ZeroDivisionError")],
)
async def test_a_report_that_cannot_be_made_says_why_and_is_due_again(
    post: Post, error: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    row = await post.keep()
    post.fails = error
    post.clock.now = at(25, 7)
    await deliver_due(post.sender)
    [told] = await post.runs(row)
    assert told.state == "failed"
    assert said in told.detail
    assert "was not delivered" in caplog.text
    post.fails = None
    post.clock.now = at(26, 7)
    await deliver_due(post.sender)
    assert [each.run.is_done for each in await post.runs(row)] == [True, False]


async def test_a_database_that_is_away_costs_nothing_but_time(post: Post) -> None:
    row = await post.keep()
    post.fails = ConnectionRefusedError("gone")
    post.clock.now = at(25, 7)
    await deliver_due(post.sender)
    assert await post.runs(row) == []
    post.fails = None
    await deliver_due(post.sender)
    assert len(await post.runs(row)) == 1


async def test_who_may_no_longer_send_sends_nothing(post: Post) -> None:
    row = await post.keep()
    post.may_send = False
    post.clock.now = at(25, 7)
    await deliver_due(post.sender)
    [told] = await post.runs(row)
    assert "wang" in told.detail
    assert (told.state, post.made, await post.mails()) == ("failed", [], 0)


# --- into folders -----------------------------------------------------------------------------------------------


async def test_a_report_lies_in_its_folder_for_nobody_else_to_read(post: Post, tmp_path: Path) -> None:
    row = await post.keep(schedule=daily(recipients=(), folder="日报", format="csv"))
    post.clock.now = at(25, 7)
    await deliver_due(post.sender)
    [told] = await post.runs(row)
    [file] = (tmp_path / "reports" / "日报").iterdir()
    assert (told.state, file.name) == ("sent", "Queues--yesterday-2026-11-24.csv")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("folder", ["..", "../elsewhere", "a/../../elsewhere", "/etc", "a/b", "."])
def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(SetupFailed):
        put(tmp_path / "reports", folder, "x.csv", b"")
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "daily").symlink_to(elsewhere)
    with pytest.raises(SetupFailed):
        put(tmp_path / "reports", "daily", "x.csv", b"")
    assert list(elsewhere.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file, not a folder")
    with pytest.raises(SetupFailed, match="cannot be written"):
        put(tmp_path / "reports", "daily", "x.csv", b"")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc-passwd-2026-11-24.csv"),
        ("月报", "月报-2026-11-24.csv"),
        ("a\r\nb\x00", "a--b-2026-11-24.csv"),
        ("...", "report-2026-11-24.csv"),
        ("x" * 200, "x" * 80 + "-2026-11-24.csv"),
    ],
)
def test_file_names_are_safe(name: str, expected: str) -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC).date()
    assert file_name(name, Dates(day, day), "csv") == expected

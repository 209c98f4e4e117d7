"""The weekly QA report: saved, delivered into a folder and by mail, and kept from who may not read reviews."""

import asyncio
import io
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.reports.delivering import deliver_due
from callcenter.reports.quality import figures_by
from tests.delivery.conftest import Clock, Letters, mail_settings, sending
from tests.reports.test_abandoned import record
from tests.reports.test_people_api import ZONE
from tests.reports.test_quality import Desk
from tests.reports.test_saved_api import Office, signed_in

WEEKLY: dict[str, Any] = {"name": "Weekly QA", "subject": "quality", "span": "last_week", "language": "en"}
WEEK = {
    "since": datetime(2025, 11, 17, tzinfo=ZONE).timestamp(),
    "until": datetime(2025, 11, 24, tzinfo=ZONE).timestamp(),
}
SCHEDULE = {"every": "week", "weekday": 1, "time": "07:00", "format": "xlsx", "folder": "qa"}


async def test_the_weekly_report_has_agents_teams_lost_points_and_trend(engine: AsyncEngine, tmp_path: Path) -> None:
    await Desk(engine).fill()
    office = Office(engine, tmp_path)
    async with await signed_in(office, Role.SUPERVISOR) as lead:
        kept = await lead.post("/api/reports/saved", json=WEEKLY | {"schedule": SCHEDULE})
        assert kept.status_code == 201, kept.text
        office.now = kept.json()["next_run_at"]
        await deliver_due(office.sender)
        told = (await lead.get(f"/api/reports/saved/{kept.json()['id']}")).json()["last_run"]
    assert (told["state"], told["dates"]) == ("sent", {"from": "2025-11-17", "to": "2025-11-23"})
    book = load_workbook(tmp_path / "qa" / told["file"])
    assert book.sheetnames == ["Weekly QA", "Teams", "Points lost", "Trend", "Definitions"]
    assert book["Trend"].max_row == 9
    agents, teams = ([row[-1 - 8].value for row in book[name].rows][-1] for name in ("Weekly QA", "Teams"))
    last_week = [row[1].value for row in book["Trend"].rows][-1]
    assert agents == teams == last_week > 0


SHEETS = {
    "en": ["Weekly QA", "Teams", "Points lost", "Trend", "Definitions"],
    "zh": ["Weekly QA", "班组", "扣分项", "趋势", "口径说明"],
}
SAID = {
    "en": (
        "Reviews done: {reviews_done}",
        "QA pass rate: {qa_pass_rate:.1%}",
        "Average QA score: {qa_average_score:.1f}",
    ),
    "zh": ("质检完成数: {reviews_done}", "质检合格率: {qa_pass_rate:.1%}", "质检平均分: {qa_average_score:.1f}"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_it_arrives_by_mail_with_the_figures_of_the_week(
    engine: AsyncEngine, tmp_path: Path, letters: Letters, language: str
) -> None:
    desk, mail = Desk(engine), mail_settings(letters.port)
    await desk.fill()
    await record(engine, *desk.talks)
    office, clock = Office(engine, tmp_path, mail), Clock()
    by_mail = SCHEDULE | {"folder": "", "recipients": ["lead@example.org", "manager@example.org"]}
    async with await signed_in(office, Role.SUPERVISOR) as lead:
        kept = await lead.post("/api/reports/saved", json=WEEKLY | {"language": language, "schedule": by_mail})
        assert kept.status_code == 201, kept.text
        office.now = clock.now = kept.json()["next_run_at"]
        await deliver_due(office.sender)
        async with sending(desk.sessions, clock, mail):
            told = await _until_sent(lead, kept.json()["id"])
    [message] = letters.messages
    assert letters.recipients == [by_mail["recipients"]]
    assert message["Subject"] == "Weekly QA: 2025-11-17 – 2025-11-23"
    expected = desk.expected(**WEEK)
    assert expected["reviews_done"], "there is something to tell"
    text = message.get_body(("plain",))
    assert text is not None
    assert [line for line in SAID[language] if line.format(**expected) not in text.get_content()] == []
    [file] = message.iter_attachments()
    assert isinstance(file, EmailMessage)
    assert file.get_filename() == told["file"] == "Weekly-QA-2025-11-17-2025-11-23.xlsx"
    _check_book(file, desk, language)


async def _until_sent(lead: AsyncClient, report: int) -> dict[str, Any]:
    """Its last run, once the mail server has it."""
    for _ in range(400):
        run: dict[str, Any] = (await lead.get(f"/api/reports/saved/{report}")).json()["last_run"]
        if run["state"] == "sent":
            return run
        await asyncio.sleep(0.05)
    raise TimeoutError(f"report {report} was not sent")


def _check_book(file: EmailMessage, desk: Desk, language: str) -> None:
    """Each agent's line and the totals are what counting the reviews of the week one by one gives."""
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == SHEETS[language]
    names = [figure.id for figure in figures_by("agent")]
    labels = [figure.label_zh if language == "zh" else figure.label_en for figure in figures_by("agent")]
    heads, *rows, totals = book["Weekly QA"].iter_rows(values_only=True)
    assert [*heads[3:]] == labels
    assert len(rows) == 3
    counted = [desk.expected(**WEEK, agent_number=row[0]) for row in rows]
    for row, expected in zip([*rows, totals], [*counted, desk.expected(**WEEK)], strict=True):
        assert [*row[3:]] == [pytest.approx(expected[name]) for name in names], row


@pytest.mark.parametrize("field", ["queue", "interval", "compare", "figures"])
async def test_it_has_no_other_choices(engine: AsyncEngine, tmp_path: Path, field: str) -> None:
    value: Any = {"queue": "service", "interval": "day", "compare": True, "figures": ["offered"]}[field]
    async with await signed_in(Office(engine, tmp_path), Role.SUPERVISOR) as lead:
        answer = await lead.post("/api/reports/saved", json=WEEKLY | {field: value})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_agent_saves_none(engine: AsyncEngine, tmp_path: Path) -> None:
    async with await signed_in(Office(engine, tmp_path), Role.AGENT) as agent:
        assert (await agent.post("/api/reports/saved", json=WEEKLY)).status_code == 403

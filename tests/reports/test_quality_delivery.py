"""The weekly QA report: saved, delivered into a folder with all its tables, and kept from who may not read reviews."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.reports.delivering import deliver_due
from tests.reports.test_quality import Desk
from tests.reports.test_saved_api import Office, signed_in

WEEKLY: dict[str, Any] = {"name": "Weekly QA", "subject": "quality", "span": "last_week", "language": "en"}
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


@pytest.mark.parametrize("field", ["queue", "interval", "compare", "figures"])
async def test_it_has_no_other_choices(engine: AsyncEngine, tmp_path: Path, field: str) -> None:
    value: Any = {"queue": "service", "interval": "day", "compare": True, "figures": ["offered"]}[field]
    async with await signed_in(Office(engine, tmp_path), Role.SUPERVISOR) as lead:
        answer = await lead.post("/api/reports/saved", json=WEEKLY | {field: value})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_agent_saves_none(engine: AsyncEngine, tmp_path: Path) -> None:
    async with await signed_in(Office(engine, tmp_path), Role.AGENT) as agent:
        assert (await agent.post("/api/reports/saved", json=WEEKLY)).status_code == 403

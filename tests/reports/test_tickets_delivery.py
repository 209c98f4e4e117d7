"""The report of tickets: saved, and delivered into a folder, within the scope of who sends it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.reports.delivering import deliver_due
from tests.reports.test_people_api import ZONE
from tests.reports.test_saved_api import Office, signed_in
from tests.reports.test_tickets import Desk

WEEKLY: dict[str, Any] = {
    "name": "Tickets of the week", "subject": "tickets", "span": "last_week", "interval": "day", "language": "en",
}  # fmt: skip
SCHEDULE = {"every": "week", "weekday": 1, "time": "07:00", "format": "xlsx", "folder": "tickets"}
WEEK = [datetime(2025, 11, day, tzinfo=ZONE).timestamp() for day in (17, 24)]


@pytest.mark.parametrize("scope", [EVERYTHING, scope_of(["A"], [])])
async def test_it_is_delivered_by_team_owner_type_and_queue_with_its_trend(
    engine: AsyncEngine, tmp_path: Path, scope: Scope
) -> None:
    desk, office = Desk(engine), Office(engine, tmp_path)
    await desk.fill()
    client = await office.site.client(Role.SUPERVISOR, scope=scope)
    client.headers["X-Requested-With"] = "callcenter"
    async with client:
        kept = await client.post("/api/reports/saved", json=WEEKLY | {"schedule": SCHEDULE})
        assert kept.status_code == 201, kept.text
        desk.now = office.now = kept.json()["next_run_at"]
        await deliver_due(office.sender)
        told = (await client.get(f"/api/reports/saved/{kept.json()['id']}")).json()["last_run"]
    assert (told["state"], told["dates"]) == ("sent", {"from": "2025-11-17", "to": "2025-11-23"})
    book = load_workbook(tmp_path / "tickets" / told["file"])
    sheets = ["Tickets of the week", "By owner", "By type", "By queue", "Over time"]
    assert book.sheetnames == [*sheets, "Definitions"]
    expected = desk.expected(*WEEK) if scope.is_everything else desk.expected(*WEEK, team="A")
    for name in sheets[:4]:
        totals = [row[1].value for row in book[name].rows][-1]
        assert totals == expected["tickets_opened"], name
    assert sum(row[1].value for row in [*book["Over time"].rows][1:]) == expected["tickets_opened"]
    assert [row[5].value for row in book["Over time"].rows][-1] == expected["tickets_open"]


@pytest.mark.parametrize(("field", "value"), [("pbx", "pbx1"), ("compare", True), ("figures", ["offered"])])
async def test_it_has_no_other_choices(engine: AsyncEngine, tmp_path: Path, field: str, value: Any) -> None:
    async with await signed_in(Office(engine, tmp_path), Role.SUPERVISOR) as lead:
        answer = await lead.post("/api/reports/saved", json=WEEKLY | {field: value})
    assert (answer.status_code, answer.json()["field"]) == (422, field)

"""Saved reports over HTTP, made from real figures, on both databases."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient, Response
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import Scope
from callcenter.accounts.service import account_named, remove_user
from callcenter.floor.facts import SeatState
from callcenter.reports.delivering import Sender, deliver_due
from callcenter.reports.names import Names
from callcenter.reports.recurrence import dates_of
from callcenter.reports.report_files import check_report, grid_maker, report_file_routes
from callcenter.reports.saved_api import saved_routes
from callcenter.reports.service import Sources
from callcenter.settings import MailSettings
from callcenter.store.engine import make_sessions
from tests.delivery.conftest import mail_settings
from tests.facts import NOON, a_conversation, a_spell
from tests.reports.test_abandoned import answered, gave_up, record
from tests.web import Site

NAMES = Names({"service": "Service"}, {"1001": ("Li Na", "A")}, {"meal": {"en": "Meal", "zh": "用餐"}})
ZONE = ZoneInfo("Asia/Shanghai")  # NOON is 20:00 of Saturday 2025-11-22 there
NEXT_DAY = NOON + 86_400


class Office:
    """The routes of saved reports and of files, and what they send with."""

    def __init__(self, engine: AsyncEngine, folder: Path, mail: MailSettings | None = None) -> None:
        self.engine, self.now = engine, NEXT_DAY
        sessions = make_sessions(engine)
        self.sources = Sources(engine, ZONE, NAMES)
        self.sender = Sender(
            sessions=sessions,
            make=grid_maker(self.sources, self.write_down, lambda: self.now),
            sends_of=self.sends_of,
            mail=mail or mail_settings(25),
            wake_outbox=lambda: None,
            folder=folder,
            zone=ZONE,
            clock=lambda: self.now,
        )
        today = dates_of("today", date(2025, 11, 23))
        check = lambda parameters: check_report(parameters, today, self.sources)  # noqa: E731
        files = report_file_routes(self.sources, self.write_down)
        self.site = Site(sessions, saved_routes(self.sender, check), files)

    async def write_down(self) -> None:
        return

    async def sends_of(self, username: str) -> Scope | None:
        account = await account_named(self.site.access, username)
        return account.scope if account is not None and "send_reports" in account.permissions else None


@pytest.fixture
def office(engine: AsyncEngine, tmp_path: Path) -> Office:
    return Office(engine, tmp_path / "reports")


async def signed_in(office: Office, role: Role) -> AsyncClient:
    client = await office.site.client(role)
    client.headers["X-Requested-With"] = "callcenter"
    return client


@pytest.fixture
async def lead(office: Office) -> AsyncIterator[AsyncClient]:
    async with await signed_in(office, Role.SUPERVISOR) as client:
        yield client


def schedule(**given: Any) -> dict[str, Any]:
    return {"every": "day", "time": "07:00", "recipients": ["lead@example.org"], **given}


def new(**given: Any) -> dict[str, Any]:
    return {"name": "Queues", "subject": "queues", "span": "yesterday", **given}


def field(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("field")


async def a_day(engine: AsyncEngine) -> None:
    await record(
        engine,
        answered(1, "13800138000", wait_seconds=10.0),
        answered(2, "13800138001", wait_seconds=20.0),
        gave_up(3, "13800138002"),
        answered(4, "13800138003", queue="=sales", wait_seconds=1.0),
        a_conversation(talk_seconds=50.0, hold_seconds=10.0, wrap_up_seconds=10.0),
        a_spell(state=SeatState.READY, reason="", since=NOON, until=NOON + 3600),
    )


# --- doors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "/api/reports/saved", None),
        ("POST", "/api/reports/saved", new()),
        ("GET", "/api/reports/saved/1", None),
        ("PATCH", "/api/reports/saved/1", {"name": "x"}),
        ("DELETE", "/api/reports/saved/1", None),
        ("POST", "/api/reports/saved/1/send", None),
        ("GET", "/api/reports/saved/1/runs", None),
        ("GET", "/api/reports/queues.csv?from=2025-11-22&to=2025-11-22", None),
        ("GET", "/api/reports/agents.xlsx?from=2025-11-22&to=2025-11-22", None),
    ],
)
async def test_who_may_not_see_reports_gets_nowhere(office: Office, method: str, address: str, body: Any) -> None:
    headers = {"X-Requested-With": "callcenter"}
    assert (await office.site.stranger().request(method, address, json=body, headers=headers)).status_code == 401
    async with await signed_in(office, Role.AGENT) as agent:
        assert (await agent.request(method, address, json=body)).status_code == 403


async def test_a_reviewer_keeps_reports_but_sends_none(office: Office) -> None:
    async with await signed_in(office, Role.QA) as reviewer:
        kept = (await reviewer.post("/api/reports/saved", json=new())).json()
        assert (kept["owner"], kept["is_mine"], kept["schedule"]) == ("qa", True, None)
        address = f"/api/reports/saved/{kept['id']}"
        assert (await reviewer.patch(address, json={"schedule": schedule()})).status_code == 403
        assert (await reviewer.post(f"{address}/send")).status_code == 403


async def test_another_site_changes_nothing(lead: AsyncClient) -> None:
    del lead.headers["X-Requested-With"]
    assert (await lead.post("/api/reports/saved", json=new())).status_code == 403


# --- keeping ----------------------------------------------------------------------------------------------------


async def test_a_report_is_kept_changed_and_deleted(lead: AsyncClient) -> None:
    answer = await lead.post("/api/reports/saved", json=new(queue="service", figures=["offered"], schedule=schedule()))
    kept = answer.json()
    assert answer.status_code == 201
    assert (kept["queue"], kept["figures"], kept["language"], kept["is_shared"]) == (
        "service",
        ["offered"],
        "en",
        False,
    )
    assert kept["dates"] == {"from": "2025-11-22", "to": "2025-11-22"}
    assert kept["next_run_at"] == NEXT_DAY + 11 * 3600
    assert kept["schedule"] == {
        **schedule(), "weekday": None, "day": None, "format": "xlsx", "folder": "", "is_enabled": True
    }  # fmt: skip
    address = f"/api/reports/saved/{kept['id']}"
    changed = (await lead.patch(address, json={"queue": None, "is_shared": True, "span": "last_week"})).json()
    assert (changed["queue"], changed["is_shared"], changed["figures"]) == (None, True, ["offered"])
    assert changed["schedule"] == kept["schedule"]
    assert changed["dates"] == {"from": "2025-11-10", "to": "2025-11-16"}
    unscheduled = (await lead.patch(address, json={"schedule": None})).json()
    assert (unscheduled["schedule"], unscheduled["next_run_at"]) == (None, None)
    assert [each["name"] for each in (await lead.get("/api/reports/saved")).json()["reports"]] == ["Queues"]
    assert (await lead.delete(address)).status_code == 204
    assert (await lead.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\r\nBcc: all@example.org"}, "name"),
        ({"name": "a\u2028b"}, "name"),
        ({"subject": "people"}, "subject"),
        ({"span": "last_year"}, "span"),
        ({"interval": "minute"}, "interval"),
        ({"figures": ["glory"]}, "figures"),
        ({"figures": ["occupancy"]}, "figures"),
        ({"agent": "1001"}, "agent"),
        ({"queue": "a\x00"}, "queue"),
        ({"language": "fr"}, "language"),
        ({"colour": "red"}, "colour"),
        ({"schedule": schedule(time="7:00")}, "schedule.time"),
        ({"schedule": schedule(time="24:00")}, "schedule.time"),
        ({"schedule": schedule(every="hour")}, "schedule.every"),
        ({"schedule": schedule(every="week")}, "schedule.weekday"),
        ({"schedule": schedule(every="month", day=32)}, "schedule.day"),
        ({"schedule": schedule(recipients=[])}, "schedule.recipients"),
        ({"schedule": schedule(recipients=["a@b.c\nBcc: d@e.f"])}, "schedule.recipients"),
        ({"schedule": schedule(recipients=["a@example.org"] * 21)}, "schedule.recipients"),
        ({"schedule": schedule(folder="../outside")}, "schedule.folder"),
        ({"schedule": schedule(folder="/etc")}, "schedule.folder"),
        ({"schedule": schedule(folder="..")}, "schedule.folder"),
        ({"schedule": schedule(folder=".hidden")}, "schedule.folder"),
        ({"schedule": schedule(folder="a\\b")}, "schedule.folder"),
        ({"schedule": schedule(folder="a\x00b")}, "schedule.folder"),
        ({"schedule": schedule(format="exe")}, "schedule.format"),
    ],
)
async def test_what_cannot_be_is_named_and_nothing_is_kept(lead: AsyncClient, given: dict[str, Any], name: str) -> None:
    assert field(await lead.post("/api/reports/saved", json=new(**given))) == (422, name)
    assert (await lead.get("/api/reports/saved")).json() == {"reports": []}


async def test_figures_must_fit_the_subject_after_a_change_too(lead: AsyncClient) -> None:
    kept = (await lead.post("/api/reports/saved", json=new(figures=["offered"]))).json()
    answer = await lead.patch(f"/api/reports/saved/{kept['id']}", json={"subject": "agents"})
    assert field(answer) == (422, "figures")
    assert (await lead.get(f"/api/reports/saved/{kept['id']}")).json()["subject"] == "queues"


async def test_a_name_is_taken_once(lead: AsyncClient) -> None:
    await lead.post("/api/reports/saved", json=new())
    assert field(await lead.post("/api/reports/saved", json=new())) == (409, "name")


# --- sending ----------------------------------------------------------------------------------------------------


async def test_now_and_when_due(office: Office, lead: AsyncClient, tmp_path: Path) -> None:
    await a_day(office.engine)
    body = new(
        name="日报", language="zh", figures=["offered", "answer_rate"],
        schedule=schedule(folder="daily", recipients=[], format="csv"),
    )  # fmt: skip
    kept = (await lead.post("/api/reports/saved", json=body)).json()
    address = f"/api/reports/saved/{kept['id']}"
    run = (await lead.post(f"{address}/send")).json()
    assert (run["state"], run["asked_by"], run["file"]) == ("sent", "supervisor", "日报-2025-11-22.csv")
    lines = (tmp_path / "reports" / "daily" / run["file"]).read_text("utf-8-sig").splitlines()
    assert lines == ["队列,交换机,电话接听率,进线", "'=sales,pbx1,1,1", "Service,pbx1,0.666667,3", "合计,,0.75,4"]
    office.now = kept["next_run_at"]
    await deliver_due(office.sender)
    runs = (await lead.get(f"{address}/runs")).json()["runs"]
    assert [(each["asked_by"], each["dates"]["from"]) for each in runs] == [
        (None, "2025-11-23"), ("supervisor", "2025-11-22")
    ]  # fmt: skip
    first = (await lead.get(f"{address}/runs", params={"limit": 1})).json()
    second = (await lead.get(f"{address}/runs", params={"limit": 1, "cursor": first["next"]})).json()
    assert [each["runs"][0]["id"] for each in (first, second)] == [each["id"] for each in runs]
    assert (await lead.get(address)).json()["last_run"] == runs[0]


async def test_nothing_is_sent_for_who_is_gone(office: Office, lead: AsyncClient) -> None:
    async with await signed_in(office, Role.ADMIN) as admin:
        body = new(is_shared=True, schedule=schedule())
        kept = (await admin.post("/api/reports/saved", json=body)).json()
    await remove_user(office.site.access, "admin")
    office.now = kept["next_run_at"]
    await deliver_due(office.sender)
    told = (await lead.get(f"/api/reports/saved/{kept['id']}")).json()
    assert told["last_run"]["state"] == "failed"
    assert "admin" in told["last_run"]["detail"]
    again = (await lead.patch(f"/api/reports/saved/{kept['id']}", json={"schedule": schedule()})).json()
    assert again["scheduled_by"] == "supervisor"


# --- files ------------------------------------------------------------------------------------------------------


async def test_queues_as_csv(office: Office, lead: AsyncClient) -> None:
    await a_day(office.engine)
    query = {"from": "2025-11-22", "to": "2025-11-22", "figures": "offered,asa_seconds", "bom": "0"}
    answer = await lead.get("/api/reports/queues.csv", params=query)
    assert list(csv.reader(io.StringIO(answer.text, newline=""))) == [
        ["Queue", "PBX", "Offered", "ASA"],
        ["'=sales", "pbx1", "1", "1"],
        ["Service", "pbx1", "3", "15"],
        ["Total", "", "4", "10.333333"],
    ]
    assert answer.headers["content-disposition"] == 'attachment; filename="queues-2025-11-22.csv"'


async def test_agents_by_hour_as_a_workbook_in_chinese(office: Office, lead: AsyncClient) -> None:
    await a_day(office.engine)
    query = {"from": "2025-11-22", "to": "2025-11-22", "interval": "hour", "figures": "handled,ready_seconds"}
    answer = await lead.get("/api/reports/agents.xlsx", params={**query, "language": "zh"})
    rows, definitions = load_workbook(io.BytesIO(answer.content)).worksheets
    assert [cell.value for cell in rows[1]][:4] == ["工号", "客服代表", "班组", "开始"]
    assert [str(cell.value) for cell in rows[2]] == ["1001", "Li Na", "A", "2025-11-22 20:00:00", "1", "1:00:00"]
    assert rows["A3"].value == "合计"
    assert definitions["A2"].value == "时间范围"
    assert "Asia/Shanghai" in str(definitions["B2"].value)


@pytest.mark.parametrize(("interval", "start"), [("weekday", "Saturday"), ("hour_of_day", "20:00")])
async def test_folded_intervals_are_named(office: Office, lead: AsyncClient, interval: str, start: str) -> None:
    await a_day(office.engine)
    query = {"from": "2025-11-17", "to": "2025-11-23", "interval": interval, "figures": "offered", "queue": "service"}
    rows = list(csv.reader(io.StringIO((await lead.get("/api/reports/queues.csv", params=query)).text)))
    assert rows[1][2:] == [start, "3"]


async def test_pauses_by_reason_have_columns(office: Office, lead: AsyncClient) -> None:
    await record(office.engine, a_spell(since=NOON, until=NOON + 600))
    query = {"from": "2025-11-22", "to": "2025-11-22", "reasons": "1", "figures": "paused_seconds", "bom": "0"}
    rows = list(csv.reader(io.StringIO((await lead.get("/api/reports/teams.csv", params=query)).text)))
    assert rows[0] == ["Team", "Paused", "Paused: Meal"]
    assert rows[-1] == ["Total", "600", "600"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("queues.csv?from=2025-11-22&to=2025-11-22&figures=glory", "figures"),
        ("queues.csv?from=2025-11-22", "to"),
        ("teams.xlsx?from=2025-11-22&to=2025-11-22&language=de", "language"),
        ("agents.xlsx?from=2025-11-22&to=2025-11-22&colour=red", "colour"),
    ],
)
async def test_a_wrong_value_of_a_file_is_named(lead: AsyncClient, address: str, name: str) -> None:
    assert field(await lead.get(f"/api/reports/{address}")) == (422, name)

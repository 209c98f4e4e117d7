"""Actions, patterns, callers who gave up and staffing over HTTP, on both databases."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient, Response
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.dialer import service
from callcenter.floor.facts import AnyFact, RingOutcome, SeatState
from callcenter.floor.terms import CallId, ChannelId
from callcenter.reports.names import Names
from callcenter.reports.patterns import Limits
from callcenter.reports.people_api import Room, people_routes
from callcenter.reports.service import Sources
from callcenter.reports.staffing_api import staffing_routes
from callcenter.settings import PbxSettings, QueueSettings, Settings
from callcenter.store.engine import Sessions, make_sessions
from tests.dialer.conftest import FIELDS
from tests.facts import NOON, a_call, a_conversation, a_ring, a_spell
from tests.reports.test_abandoned import answered, gave_up, record
from tests.web import Site

ZONE = ZoneInfo("Asia/Shanghai")  # noon UTC is 20:00 of the same day, 2025-11-22
DAY = {"from": "2025-11-22", "to": "2025-11-22"}
SETTINGS = Settings(timezone="Asia/Shanghai", queues={"service": QueueSettings(service_level_seconds=20)})


class Desk:
    """The routes, and clients that may and may not use them."""

    def __init__(self, engine: AsyncEngine, settings: Settings = SETTINGS) -> None:
        self.engine, self.sessions = engine, make_sessions(engine)
        self.woken: list[int] = []
        self.under_way: list[Any] = []
        names = Names({}, {"1001": ("Li Na", "A")})
        sources = Sources(engine, ZONE, names, lambda: self.under_way)
        room = Room(sources, self.sessions, Limits(), self.write_down, self.woken.append, lambda: NOON + 40_000)
        self.site = Site(self.sessions, people_routes(room), staffing_routes(room, settings))
        self.writes = 0

    async def write_down(self) -> None:
        self.writes += 1


@pytest.fixture
def desk(engine: AsyncEngine) -> Desk:
    return Desk(engine)


@pytest.fixture
async def lead(desk: Desk) -> AsyncIterator[AsyncClient]:
    async with await desk.site.client(Role.SUPERVISOR) as client:
        client.headers["X-Requested-With"] = "callcenter"
        yield client


def field(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["field"]


def seat(minute: float, state: SeatState, minutes: float, **given: Any) -> AnyFact:
    reason = "break" if state is SeatState.PAUSED else ""
    begun = NOON + minute * 60
    return a_spell(**{"state": state, "reason": reason, "since": begun, "until": begun + minutes * 60, **given})


def ring(minute: float, outcome: RingOutcome, **given: Any) -> AnyFact:
    begun, name = NOON + minute * 60, ChannelId(f"ring {minute}")
    return a_ring(**{"ring_id": name, "began_at": begun, "ended_at": begun + 9, "outcome": outcome, **given})


# --- doors ------------------------------------------------------------------------------------------------------

READING = [
    *(f"/api/reports/actions{ending}?agent=1001&from=2025-11-22&to=2025-11-22" for ending in ("", ".csv", ".xlsx")),
    *(f"/api/reports/abandoned{ending}?from=2025-11-22&to=2025-11-22" for ending in ("", ".csv", ".xlsx")),
    *(f"/api/reports/staffing{ending}?queue=service&from=2025-11-22&to=2025-11-22" for ending in ("", ".csv", ".xlsx")),
    "/api/reports/patterns?from=2025-11-22&to=2025-11-22",
]


@pytest.mark.parametrize("address", READING)
async def test_only_who_may_see_reports_sees_these(desk: Desk, address: str) -> None:
    assert (await desk.site.stranger().get(address)).status_code == 401
    async with await desk.site.client(Role.AGENT) as agent:
        assert (await agent.get(address)).status_code == 403
    assert desk.writes == 0
    async with await desk.site.client(Role.QA) as reviewer:
        assert (await reviewer.get(address)).status_code == 200


async def test_callers_are_put_into_lists_by_who_may_run_lists(desk: Desk) -> None:
    body = {"list_id": 1, "visits": [1]}
    for role, status in ((Role.AGENT, 403), (Role.QA, 403), (Role.SUPERVISOR, 404)):
        async with await desk.site.client(role) as client:
            client.headers["X-Requested-With"] = "callcenter"
            assert (await client.post("/api/reports/abandoned/callbacks", json=body)).status_code == status


async def test_another_site_cannot_put_callers_into_lists(lead: AsyncClient) -> None:
    del lead.headers["X-Requested-With"]
    answer = await lead.post("/api/reports/abandoned/callbacks", json={"list_id": 1, "visits": [1]})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/reports/actions?agent=1001&from=yesterday&to=2025-11-22", "from"),
        ("/api/reports/actions?agent=1001&from=2025-11-22&to=2025-11-20", "to"),
        ("/api/reports/actions?agent=1001&from=2025-01-01&to=2025-11-22", "to"),
        ("/api/reports/actions?from=2025-11-22&to=2025-11-22", "agent"),
        ("/api/reports/patterns?from=2025-11-01&to=2025-11-22", "to"),
        ("/api/reports/abandoned?from=2025-11-22&to=2025-11-22&cursor=x", "cursor"),
        ("/api/reports/abandoned?from=2025-11-22&to=2025-11-22&state=maybe", "state"),
        ("/api/reports/abandoned?from=2025-11-22&to=2025-11-22&queues=x", "queues"),
        ("/api/reports/abandoned.csv?from=2025-11-22&to=2025-11-22&language=fr", "language"),
        ("/api/reports/staffing?queue=service&from=2025-11-22&to=2025-11-22&target=1", "target"),
        ("/api/reports/staffing?queue=service&from=2025-11-22&to=2025-11-22&shrinkage=1", "shrinkage"),
        ("/api/reports/staffing?queue=service&from=2025-11-22&to=2025-11-22&threshold=nan", "threshold"),
        ("/api/reports/staffing?queue=service&from=2025-11-22&to=2025-11-22&interval=day", "interval"),
        ("/api/reports/staffing?queue=service&from=2025-11-01&to=2025-11-22&interval=15m", "interval"),
        ("/api/reports/staffing?queue=service&from=2025-10-01&to=2025-11-22&interval=hour", "to"),
        ("/api/reports/staffing?queue=a%00b&from=2025-11-22&to=2025-11-22", "queue"),
    ],
)
async def test_a_wrong_value_is_named(lead: AsyncClient, address: str, name: str) -> None:
    assert field(await lead.get(address)) == (422, name)


# --- actions ----------------------------------------------------------------------------------------------------


async def a_morning(engine: AsyncEngine) -> None:
    """Signed in, two calls let ring out and one rejected, a talk; then a second agent who is only ready."""
    await record(
        engine,
        seat(0, SeatState.READY, 30),
        seat(30, SeatState.PAUSED, 10),
        *(ring(minute, RingOutcome.NOT_ANSWERED) for minute in (5, 10, 15)),
        ring(20, RingOutcome.ANSWERED),
        a_conversation(began_at=NOON + 1209, ended_at=NOON + 1269, completed_at=NOON + 1279),
        seat(0, SeatState.READY, 60, interface="PJSIP/1002", agent_number="1002", agent_name="Wei Bo"),
    )


async def test_the_actions_of_an_agent(desk: Desk, lead: AsyncClient) -> None:
    await a_morning(desk.engine)
    answer = (await lead.get("/api/reports/actions", params={"agent": "1001", **DAY})).json()
    assert desk.writes == 1
    assert answer["agent"] == {"number": "1001", "name": "Li Na", "team": "A"}
    assert (answer["timezone"], answer["to"] - answer["from"]) == ("Asia/Shanghai", 86_400)
    kinds = [action["kind"] for action in answer["actions"]]
    assert kinds == ["signed_in", "ready", *["ring"] * 4, "talk", "wrap_up", "pause", "signed_out"]
    [pattern] = answer["patterns"]
    rung_out = [action["id"] for action in answer["actions"] if action["outcome"] == "not_answered"]
    assert (pattern["rule"], pattern["count"], pattern["actions"]) == ("lets_calls_ring_out", 3, rung_out)


async def test_what_lasts_is_told_as_lasting(desk: Desk, lead: AsyncClient) -> None:
    await record(desk.engine, seat(0, SeatState.READY, 30))
    desk.under_way = [seat(30, SeatState.PAUSED, 5)]
    answer = (await lead.get("/api/reports/actions", params={"agent": "1001", **DAY})).json()
    assert [(action["kind"], action["until"]) for action in answer["actions"]] == [
        ("signed_in", NOON),
        ("ready", NOON + 1800),
        ("pause", None),
    ]


async def test_an_agent_without_a_number_is_found_by_the_phone(desk: Desk, lead: AsyncClient) -> None:
    await record(desk.engine, seat(0, SeatState.READY, 30, agent_number="", agent_name="", interface="SIP/9"))
    answer = (await lead.get("/api/reports/actions", params={"agent": "pbx1/SIP/9", **DAY})).json()
    assert [action["kind"] for action in answer["actions"]] == ["signed_in", "ready", "signed_out"]
    assert answer["agent"]["name"] == "pbx1/SIP/9"


async def test_nobody_has_done_nothing(lead: AsyncClient) -> None:
    answer = (await lead.get("/api/reports/actions", params={"agent": "7", **DAY})).json()
    assert (answer["actions"], answer["patterns"]) == ([], [])


async def test_the_days_with_patterns(desk: Desk, lead: AsyncClient) -> None:
    await a_morning(desk.engine)
    days = {"from": "2025-11-20", "to": "2025-11-23"}
    answer = (await lead.get("/api/reports/patterns", params=days)).json()
    [day] = answer["days"]
    assert (day["day"], day["agent_number"], day["agent_name"], day["team"]) == ("2025-11-22", "1001", "Li Na", "A")
    assert [pattern["rule"] for pattern in day["patterns"]] == ["lets_calls_ring_out"]
    assert {rule["id"] for rule in answer["rules"]} >= {"lets_calls_ring_out", "long_wrap_up"}
    assert (await lead.get("/api/reports/patterns", params={**days, "team": "B"})).json()["days"] == []


async def test_wrap_ups_are_measured_by_what_is_usual_for_the_agent(desk: Desk, lead: AsyncClient) -> None:
    def wrapped(at: float, seconds: float) -> AnyFact:
        ended = NOON + at
        return a_conversation(
            leg_id=ChannelId(str(at)),
            began_at=ended - 60,
            ended_at=ended,
            completed_at=ended + seconds,
            wrap_up_seconds=seconds,
        )

    before = [wrapped(-86_400 * (number + 2), 20.0) for number in range(12)]
    await record(desk.engine, *before, *(wrapped(number * 600, 120.0) for number in range(3)))
    answer = (await lead.get("/api/reports/actions", params={"agent": "1001", **DAY})).json()
    assert [pattern["rule"] for pattern in answer["patterns"]] == ["long_wrap_up"]


async def test_pauses_after_callbacks_are_seen_in_the_store(desk: Desk, lead: AsyncClient) -> None:
    facts: list[AnyFact] = []
    for turn in range(3):
        begun, call = NOON + turn * 900, CallId(f"call{turn}")
        facts += [
            a_call(call_id=call, started_at=begun - 20, ended_at=begun + 60, attempt_id=f"a{turn}"),
            a_conversation(
                leg_id=ChannelId(str(turn)),
                call_id=call,
                began_at=begun,
                ended_at=begun + 60,
                completed_at=begun + 60,
                wrap_up_seconds=0.0,
            ),
            a_spell(since=begun + 62, until=begun + 600),
        ]
    await record(desk.engine, *facts)
    answer = (await lead.get("/api/reports/actions", params={"agent": "1001", **DAY})).json()
    assert [pattern["rule"] for pattern in answer["patterns"]] == ["delays_callbacks"]
    assert [action["is_callback"] for action in answer["actions"] if action["kind"] == "talk"] == [True] * 3


async def test_actions_as_a_file_in_chinese(desk: Desk, lead: AsyncClient) -> None:
    await a_morning(desk.engine)
    answer = await lead.get("/api/reports/actions.csv", params={"agent": "1001", **DAY, "language": "zh"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["开始", "结束", "动作", "时长"]
    assert rows[1][:3] == ["2025-11-22 20:00:00", "2025-11-22 20:00:00", "签入"]
    assert [row[-1] for row in rows[1:] if row[5] == "未接"] == ["振铃不接"] * 3
    assert answer.headers["content-disposition"] == 'attachment; filename="actions-2025-11-22.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


# --- abandoned --------------------------------------------------------------------------------------------------


async def test_callers_with_totals_and_pages(desk: Desk, lead: AsyncClient) -> None:
    await record(desk.engine, *(gave_up(minute, f"1380013800{minute}") for minute in range(5)))
    await record(desk.engine, answered(30, "13800138002"))
    first = (await lead.get("/api/reports/abandoned", params={**DAY, "limit": 3, "state": "open"})).json()
    assert first["totals"] == {"callers": 5, "called_back": 1, "open": 4}
    assert [caller["number"][-1] for caller in first["callers"]] == ["4", "3", "1"]
    rest = await lead.get(
        "/api/reports/abandoned", params={**DAY, "limit": 3, "state": "open", "cursor": first["next"]}
    )
    assert [caller["number"][-1] for caller in rest.json()["callers"]] == ["0"]
    assert rest.json()["next"] is None
    done = (await lead.get("/api/reports/abandoned", params={**DAY, "state": "called_back"})).json()
    [caller] = done["callers"]
    assert caller["called_back"]["kind"] == "visit"
    assert caller["called_back"]["agent_name"] == "Li Na"


async def test_callers_into_a_list(desk: Desk, lead: AsyncClient, sessions: Sessions) -> None:
    list_id = await service.create_list(desk.sessions, FIELDS, NOON)
    await record(desk.engine, gave_up(1, "13800138001"), gave_up(2, "12"))
    callers = (await lead.get("/api/reports/abandoned", params=DAY)).json()["callers"]
    chosen = {"list_id": list_id, "visits": [caller["id"] for caller in callers]}
    answer = await lead.post("/api/reports/abandoned/callbacks", json=chosen)
    assert answer.json()["added"] == [{"visit": callers[1]["id"], "number": "+8613800138001"}]
    [refused] = answer.json()["refused"]
    assert (refused["visit"], refused["code"]) == (callers[0]["id"], "invalid_number")
    assert desk.woken == [list_id]
    for wrong in ({"list_id": list_id, "visits": []}, {"list_id": list_id, "visits": [1] * 1001}):
        assert field(await lead.post("/api/reports/abandoned/callbacks", json=wrong)) == (422, "visits")


async def test_callers_as_a_workbook(desk: Desk, lead: AsyncClient) -> None:
    await record(desk.engine, gave_up(1, "=1+1"), gave_up(2, "13800138002"))
    answer = await lead.get("/api/reports/abandoned.xlsx", params=DAY)
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet["A"]] == ["Number", "13800138002", "=1+1"]
    assert sheet["A3"].data_type == "s"


# --- staffing ---------------------------------------------------------------------------------------------------


async def a_busy_half_hour(engine: AsyncEngine) -> None:
    """A hundred calls of three minutes in half an hour, ten gave up after 30 s; an agent of it, and one of another."""
    facts: list[AnyFact] = []
    for number in range(100):
        minute, at = number * 0.299, NOON + number * 17.94
        number_dialled = f"138001{number:05}"
        if number % 10 == 0:
            facts.append(gave_up(minute + 0.5, number_dialled))
            continue
        facts.append(answered(minute, number_dialled, joined_at=at, ended_at=at, wait_seconds=0.0))
        facts.append(
            a_conversation(
                leg_id=ChannelId(number_dialled),
                began_at=at,
                ended_at=at + 150,
                completed_at=NOON + 1799,
                talk_seconds=150.0,
                hold_seconds=0.0,
                wrap_up_seconds=30.0,
            )
        )
    facts += [
        ring(1, RingOutcome.ANSWERED),
        seat(0, SeatState.READY, 10),
        seat(10, SeatState.PAUSED, 10),
        seat(20, SeatState.TALKING, 10),
        seat(0, SeatState.READY, 30, interface="PJSIP/1002", agent_number="1002", agent_name="Wei Bo"),
    ]
    await record(engine, *facts)


async def test_seats_needed_beside_those_there(desk: Desk, lead: AsyncClient) -> None:
    await a_busy_half_hour(desk.engine)
    query = {"queue": "service", **DAY, "max_occupancy": "0.85", "shrinkage": "0.3"}
    answer = (await lead.get("/api/reports/staffing", params=query)).json()
    assert len(answer["rows"]) == 48
    assert (answer["threshold_seconds"], answer["aht_seconds"]) == (20, 180)
    assert answer["patience_seconds"] == pytest.approx(30.0)
    [row] = [row for row in answer["rows"] if row["offered"]]
    assert (row["start"], row["offered"], row["answered"], row["abandoned"]) == (NOON, 100, 90, 10)
    assert (row["erlangs"], row["seats_needed"], row["seats_scheduled"]) == (pytest.approx(10), 14, 20)
    assert row["expected"]["service_level"] == pytest.approx(0.88835, abs=1e-5)
    assert row["seats_there"] == pytest.approx(20 / 30)
    assert row["difference"] == pytest.approx(20 / 30 - 14)
    assert (row["expected_there"]["service_level"], row["expected_there"]["asa_seconds"]) == (0, None)
    assert answer["totals"]["seat_hours_needed"] == 7
    assert answer["totals"]["intervals_short"] == 1


async def test_patience_makes_fewer_seats_enough(desk: Desk, lead: AsyncClient) -> None:
    await a_busy_half_hour(desk.engine)
    query = {"queue": "service", **DAY, "model": "erlang_a"}
    answer = (await lead.get("/api/reports/staffing", params=query)).json()
    [row] = [row for row in answer["rows"] if row["offered"]]
    assert 9 < row["seats_needed"] < 14
    assert row["expected"]["abandonment_rate"] > 0


async def test_without_anybody_who_gave_up_patience_is_not_known(lead: AsyncClient) -> None:
    answer = await lead.get("/api/reports/staffing", params={"queue": "service", **DAY, "model": "erlang_a"})
    assert field(answer) == (409, "model")


async def test_staffing_as_a_workbook(desk: Desk, lead: AsyncClient) -> None:
    await a_busy_half_hour(desk.engine)
    answer = await lead.get("/api/reports/staffing.xlsx", params={"queue": "service", **DAY, "language": "zh"})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet["H1"].value == "所需坐席"
    assert max(int(str(cell.value)) for cell in sheet["H"][1:]) == 14


async def test_of_several_pbxs_one_is_named(engine: AsyncEngine) -> None:
    desk = Desk(engine, Settings(pbxs=(PbxSettings(name="pbx1"), PbxSettings(name="pbx2"))))
    async with await desk.site.client(Role.SUPERVISOR) as client:
        assert field(await client.get("/api/reports/staffing", params={"queue": "service", **DAY})) == (422, "pbx")
        named = await client.get("/api/reports/staffing", params={"queue": "service", "pbx": "pbx2", **DAY})
        assert named.status_code == 200

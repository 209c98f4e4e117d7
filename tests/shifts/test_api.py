"""Shifts over their routes, on both databases: planned, imported, kept to, noted; and who is told of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.accounts.service import NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.floor.facts import AnyFact, SeatSpell, SeatState
from callcenter.reports.names import names_of
from callcenter.reports.service import Sources
from callcenter.settings import AgentSettings, QueueSettings, Settings
from callcenter.shifts.api import shift_routes
from callcenter.shifts.service import Planning
from callcenter.shifts.tables import ShiftNote, ShiftPart
from callcenter.store.engine import make_sessions
from callcenter.store.recorder import Recorder
from tests.facts import a_conversation, a_ring, a_spell, a_visit
from tests.web import Site

SETTINGS = Settings(
    timezone="Europe/Berlin",
    queues={"service": QueueSettings(), "sales": QueueSettings()},
    agents=(
        AgentSettings(number="1001", name="Li Na", team="Team A", queues=("service",)),
        AgentSettings(number="1002", name="Wang Wei", team="Team B", queues=("sales",)),
        AgentSettings(number="1003", name="Zhao Min", team="Team A", queues=("service",)),
        AgentSettings(number="1004", name="Sun Li", team="Team B", queues=("service",)),
        AgentSettings(number="1005", name="Qian Yi", team="Team C"),
        AgentSettings(number="1006", name="=cmd|' /C calc'!A0", team="Team C"),
    ),
)
ZONE = ZoneInfo("Europe/Berlin")
MONDAY = "2026-10-19"
PARTS = [
    {"kind": "briefing", "start_minute": 540, "end_minute": 570},
    {"kind": "on_post", "start_minute": 570, "end_minute": 690},
]
WEEK = f"from={MONDAY}&to=2026-10-25"
EVIL = "<img src=x onerror=alert(1)> '; DROP TABLE shift_notes; --\nzweite Zeile 你好"


def at(text: str) -> float:
    """An instant, as the centre's clock shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


def spell(state: str, since: str, until: str, **given: Any) -> SeatSpell:
    told: dict[str, Any] = {"state": SeatState(state), "reason": "", "since": at(since), "until": at(until)}
    return a_spell(**told | given)


class Centre:
    """The routes with three agents of two teams; the clock is moved by the tests."""

    def __init__(self, engine: AsyncEngine, settings: Settings = SETTINGS) -> None:
        self.engine, self.sessions = engine, make_sessions(engine)
        self.now = at("2026-10-26T00:00")
        self.under_way: list[SeatSpell] = []
        sources = Sources(engine, ZONE, names_of(settings), lambda: self.under_way)
        self.recorder = Recorder(engine)
        planning = Planning(self.sessions, settings, sources, self.recorder.flush, lambda: self.now)
        self.site = Site(self.sessions, shift_routes(planning))

    async def of(
        self, name: str, role: Role, agent_number: str | None = None, scope: Scope = EVERYTHING
    ) -> httpx.AsyncClient:
        new = NewUser(name, "correct horse battery", (role,), agent_number=agent_number, scope=scope)
        await add_user(self.site.access, new)
        token, _ = await sign_in(self.site.access, name, "correct horse battery", "127.0.0.1")
        client = self.nobody()
        client.cookies.set("callcenter_session", token)
        return client

    def nobody(self) -> httpx.AsyncClient:
        transport, headers = httpx.ASGITransport(self.site.app), {"X-Requested-With": "callcenter"}
        return httpx.AsyncClient(transport=transport, base_url="http://centre/api", headers=headers)

    async def record(self, *facts: AnyFact) -> None:
        self.recorder.note(facts)
        await self.recorder.flush()


@pytest.fixture
def centre(engine: AsyncEngine) -> Centre:
    return Centre(engine)


@pytest.fixture
async def boss(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    async with await centre.of("boss", Role.SUPERVISOR) as client:
        yield client


@pytest.fixture
async def leader(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    """Of Team A, and of nothing else."""
    async with await centre.of("leader", Role.TEAM_LEADER, scope=scope_of(["Team A"], [])) as client:
        yield client


async def plan(client: httpx.AsyncClient, number: str, day: str, version: int = 0, parts: Any = PARTS) -> Any:
    answer = await client.put(f"/shifts/{number}/{day}", json={"version": version, "parts": parts})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("field", "")


# --- planning -----------------------------------------------------------------------------------------------------


async def test_a_shift_is_planned_changed_and_removed_and_a_stale_version_changes_nothing(
    boss: httpx.AsyncClient, centre: Centre
) -> None:
    first = await plan(boss, "1001", MONDAY)
    assert (first["version"], first["changed_by"], first["parts"]) == (1, "boss", PARTS)
    later = [{"kind": "on_post", "start_minute": 1320, "end_minute": 1800}]
    second = await plan(boss, "1001", MONDAY, 1, later)
    assert (second["version"], second["parts"]) == (2, later)
    path = f"/shifts/1001/{MONDAY}"
    for stale in (0, 1, 3):
        body = {"version": stale, "parts": PARTS}
        assert refused(await boss.put(path, json=body)) == (409, "version")
        assert refused(await boss.delete(f"{path}?version={stale}")) == (409, "version")
    found = await told(boss, f"/shifts?{WEEK}")
    assert (found["shifts"], found["teams"], found["timezone"]) == (
        [second],
        ["Team A", "Team B", "Team C"],
        "Europe/Berlin",
    )
    assert [one["agent_number"] for one in found["agents"]] == ["1001", "1003", "1004", "1002", "1006", "1005"]
    assert (await boss.delete(f"{path}?version=2")).status_code == 204
    assert (await told(boss, f"/shifts?{WEEK}"))["shifts"] == []
    assert refused(await boss.delete(f"{path}?version=2")) == (409, "version")
    async with centre.sessions() as session:
        assert (await session.scalars(select(ShiftPart))).all() == []


async def test_bad_shifts_are_refused_by_field(boss: httpx.AsyncClient) -> None:
    twice = [PARTS[1], PARTS[1] | {"start_minute": 680}]
    for parts in (twice, [], [{"kind": "nap", "start_minute": 1, "end_minute": 2}], [PARTS[0] | {"end_minute": 2881}]):
        answer = await boss.put(f"/shifts/1001/{MONDAY}", json={"version": 0, "parts": parts})
        assert answer.status_code == 422, parts
    assert (await boss.put("/shifts/9999/2026-10-19", json={"version": 0, "parts": PARTS})).status_code == 404
    for path in (
        "/shifts?from=2026-10-19&to=2026-10-18", "/shifts?from=1999-01-01&to=1999-01-02", f"/shifts?{WEEK}&team=",
        "/shifts?from=2026-10-19&to=2026-12-01",
    ):  # fmt: skip
        assert (await boss.get(path)).status_code == 422, path
    assert (await told(boss, f"/shifts?{WEEK}"))["shifts"] == []


async def test_the_next_week_is_planned_as_this_one_and_what_is_there_stays(boss: httpx.AsyncClient) -> None:
    assert refused(await boss.post("/shifts/copy-week", json={"monday": MONDAY})) == (422, "monday")
    assert refused(await boss.post("/shifts/copy-week", json={"monday": "2026-10-20"})) == (422, "monday")
    await plan(boss, "1001", MONDAY)
    await plan(boss, "1002", "2026-10-25")
    night = [{"kind": "on_post", "start_minute": 1320, "end_minute": 1800}]
    await plan(boss, "1001", "2026-10-26", 0, night)
    done = (await boss.post("/shifts/copy-week", json={"monday": MONDAY})).json()
    assert done == {"added": 1, "replaced": 0, "unchanged": 1}
    found = (await told(boss, "/shifts?from=2026-10-26&to=2026-11-01"))["shifts"]
    assert [(one["agent_number"], one["day"], one["parts"]) for one in found] == [
        ("1001", "2026-10-26", night),
        ("1002", "2026-11-01", PARTS),
    ]


async def test_copying_is_counted_before_and_undone_after(boss: httpx.AsyncClient, centre: Centre) -> None:
    week = {"monday": MONDAY}
    before = await plan(boss, "1001", "2026-10-20")
    await plan(boss, "1002", MONDAY)
    await plan(boss, "1001", "2026-10-27", parts=PARTS[1:])
    counts = {"added": 1, "replaced": 0, "unchanged": 1}
    assert (await boss.post("/shifts/copy-week/check", json=week)).json() == counts
    following = "/shifts?from=2026-10-26&to=2026-11-01"
    as_it_was = await told(boss, following)
    assert as_it_was["undoable"] is None
    assert (await boss.post("/shifts/undo")).status_code == 409
    assert (await boss.post("/shifts/copy-week", json=week)).json() == counts
    copied = await told(boss, following)
    assert len(copied["shifts"]) == 2
    assert copied["undoable"] == {"at": centre.now, "until": centre.now + 600, "added": 1, "replaced": 0}
    assert (await boss.post("/shifts/undo")).json() == {"removed": 1, "restored": 0}
    assert await told(boss, following) == as_it_was
    assert (await boss.post("/shifts/undo")).status_code == 409  # once
    assert before in (await told(boss, f"/shifts?{WEEK}"))["shifts"]


async def test_what_an_import_replaced_comes_back_until_something_else_is_changed(
    boss: httpx.AsyncClient, leader: httpx.AsyncClient, centre: Centre
) -> None:
    await plan(boss, "1001", MONDAY)
    text = f"agent,date,kind,start,end\n1001,{MONDAY},on post,12:00,13:00\n1003,{MONDAY},on post,12:00,13:00\n"

    async def parts() -> dict[str, Any]:
        return {one["agent_number"]: one["parts"] for one in (await told(boss, f"/shifts?{WEEK}"))["shifts"]}

    for hinders in (False, True):
        assert (await boss.post("/shifts/import", files=file(text))).json()["replaced"] == 1
        assert (await parts())["1001"] == [{"kind": "on_post", "start_minute": 720, "end_minute": 780}]
        assert (await leader.post("/shifts/undo")).status_code == 409  # it is another's
        if hinders:
            await plan(leader, "1003", MONDAY, version=1)
            assert (await told(boss, f"/shifts?{WEEK}"))["undoable"] is None
            assert (await boss.post("/shifts/undo")).status_code == 409
            assert (await parts())["1003"] == PARTS
        else:
            assert (await boss.post("/shifts/undo")).json() == {"removed": 1, "restored": 1}
            assert await parts() == {"1001": PARTS}
    assert (await boss.post("/shifts/import", files=file(text))).status_code == 200
    centre.now += 600
    assert (await told(boss, f"/shifts?{WEEK}"))["undoable"] is None
    assert (await boss.post("/shifts/undo")).status_code == 409


async def test_a_night_does_not_reach_into_the_next_shift(boss: httpx.AsyncClient) -> None:
    night = [{"kind": "on_post", "start_minute": 1320, "end_minute": 1860}]
    early = [{"kind": "on_post", "start_minute": 360, "end_minute": 480}]
    await plan(boss, "1001", MONDAY, 0, night)
    body = {"version": 0, "parts": early}
    assert refused(await boss.put("/shifts/1001/2026-10-20", json=body)) == (422, "parts")
    assert (await boss.put("/shifts/1003/2026-10-20", json=body)).status_code == 200
    rows = file(f"{HEAD}1001,2026-10-20,on_post,06:30,08:00\n1003,2026-10-21,on_post,06:00,08:00\n")
    for path in ("/shifts/import/check", "/shifts/import"):
        assert refused(await boss.post(path, files=rows)) == (422, "parts")
    assert len((await told(boss, f"/shifts?{WEEK}"))["shifts"]) == 2


# --- importing ----------------------------------------------------------------------------------------------------

HEAD = "agent,date,kind,start,end\n"


def file(text: str) -> dict[str, Any]:
    return {"file": ("shifts.csv", text.encode(), "text/csv")}


async def test_a_file_is_tried_and_then_imported_whole(boss: httpx.AsyncClient) -> None:
    before = await plan(boss, "1001", MONDAY)
    rows = f"{HEAD}1001,{MONDAY},on_post,08:00,12:00\n1002,{MONDAY},on_post,22:00,06:00\n"
    tried = (await boss.post("/shifts/import/check", files=file(rows))).json()
    counted = {"rows": 2, "added": 1, "replaced": 1, "unchanged": 0, "error_count": 0, "errors": []}
    assert tried == counted
    assert (await told(boss, f"/shifts?{WEEK}"))["shifts"] == [before]
    assert (await boss.post("/shifts/import", files=file(rows))).json() == counted
    found = (await told(boss, f"/shifts?{WEEK}"))["shifts"]
    assert [(one["agent_number"], one["version"], one["parts"][0]["end_minute"]) for one in found] == [
        ("1001", 2, 720),
        ("1002", 1, 1800),
    ]
    again = (await boss.post("/shifts/import", files=file(rows))).json()
    assert (again["added"], again["replaced"], again["unchanged"]) == (0, 0, 2)
    assert (await told(boss, f"/shifts?{WEEK}"))["shifts"] == found


async def test_of_a_file_with_an_error_nothing_is_imported(boss: httpx.AsyncClient, leader: httpx.AsyncClient) -> None:
    rows = f"{HEAD}1001,{MONDAY},on_post,08:00,12:00\n1002,{MONDAY},nap,22:00,06:00\n"
    answer = await boss.post("/shifts/import", files=file(rows))
    assert refused(answer) == (422, "file")
    assert "line 3" in answer.text
    tried = (await boss.post("/shifts/import/check", files=file(rows))).json()
    assert (tried["error_count"], tried["added"]) == (1, 1)
    (error,) = tried["errors"]
    assert (error["line"], error["column"], error["value"], error["code"]) == (3, "kind", "nap", "unknown_kind")
    errors = await boss.post("/shifts/import/errors.csv?language=zh", files=file(rows))
    assert "3,kind,nap,unknown_kind," in errors.content.decode("utf-8-sig")
    # An agent of another team is for a leader as one that is not there.
    outside = await leader.post("/shifts/import/check", files=file(f"{HEAD}1002,{MONDAY},on_post,08:00,12:00\n"))
    assert outside.json()["errors"][0]["code"] == "unknown_agent"
    assert (await told(boss, f"/shifts?{WEEK}"))["shifts"] == []
    assert (await boss.post("/shifts/import")).status_code == 422


# --- kept to ------------------------------------------------------------------------------------------------------


async def test_adherence_counts_spells_and_tells_them(boss: httpx.AsyncClient, centre: Centre) -> None:
    await plan(boss, "1001", MONDAY)
    await plan(boss, "1003", MONDAY)
    long_before = spell("paused", "2026-10-17T09:00", f"{MONDAY}T09:10", reason="meeting")
    await centre.record(
        long_before,
        spell("ready", f"{MONDAY}T09:40", f"{MONDAY}T11:00"),
        spell("ready", f"{MONDAY}T09:30", f"{MONDAY}T11:30", agent_number="1002", interface="PJSIP/1002"),
    )
    centre.under_way = [spell("talking", f"{MONDAY}T11:00", f"{MONDAY}T11:20", interface="PJSIP/7")]
    li, zhao = (await told(boss, f"/shifts/adherence?{WEEK}"))["rows"]
    assert (li["agent_number"], li["day"], li["planned_seconds"], li["in_adherence_seconds"]) == (
        "1001", MONDAY, 9_000, 1_800 + 6_000,
    )  # fmt: skip
    assert (li["late_start_seconds"], li["early_end_seconds"], li["is_absent"]) == (600, 600, False)
    assert [part["out_of_adherence_seconds"] for part in li["parts"]] == [0, 1_200]
    assert (zhao["agent_number"], zhao["is_absent"], zhao["adherence_rate"]) == ("1003", True, 0)
    one = await told(boss, f"/shifts/adherence/1001/{MONDAY}")
    assert [(each["state"], each["since"]) for each in one["spells"]] == [
        ("paused", long_before.since),
        ("ready", at(f"{MONDAY}T09:40")),
        ("talking", at(f"{MONDAY}T11:00")),
    ]
    assert (await boss.get("/shifts/adherence/1001/2026-10-20")).status_code == 404
    (window,) = (await told(boss, f"/shifts/briefings?day={MONDAY}"))["briefings"]
    assert (window["team"], window["since"], window["until"]) == (
        "Team A",
        at(f"{MONDAY}T09:00"),
        at(f"{MONDAY}T09:30"),
    )
    came = {each["agent_number"]: (each["came"], each["there_seconds"]) for each in window["agents"]}
    assert came == {"1001": ("off_phone", 600), "1003": ("absent", 0)}


async def test_adherence_is_totalled_by_agent_and_team_and_told_as_a_file(
    boss: httpx.AsyncClient, leader: httpx.AsyncClient, centre: Centre
) -> None:
    tuesday = "2026-10-20"
    for number, day in (("1001", MONDAY), ("1001", tuesday), ("1003", MONDAY), ("1006", MONDAY)):
        await plan(boss, number, day, parts=PARTS[1:])
    await plan(boss, "1001", "2026-10-25", parts=[{"kind": "on_post", "start_minute": 600, "end_minute": 660}])
    await centre.record(
        spell("ready", f"{MONDAY}T09:40", f"{MONDAY}T11:30"),  # 110 of 120 minutes
        spell("ready", f"{tuesday}T09:30", f"{tuesday}T10:30"),  # half of it
        spell("ready", f"{MONDAY}T09:30", f"{MONDAY}T11:30", agent_number="1003", interface="PJSIP/1003"),
        spell("ready", "2026-10-25T10:00", "2026-10-25T11:00"),
    )
    found = await told(boss, f"/shifts/adherence/totals?{WEEK}")
    names = ("shifts", "absent_shifts", "late_starts", "early_ends", "planned_seconds", "in_adherence_seconds")

    def of(row: dict[str, Any]) -> tuple[Any, ...]:
        return (*(row[name] for name in names), pytest.approx(row["adherence_rate"]))

    by_agent = {row["agent_number"]: of(row) for row in found["agents"]}
    assert by_agent == {
        "1001": (3, 0, 1, 1, 5 * 3600, 230 * 60, 230 / 300),  # over all its time, not the mean of the days
        "1003": (1, 0, 0, 0, 2 * 3600, 2 * 3600, 1),
        "1006": (1, 1, 0, 0, 2 * 3600, 0, 0),
    }
    assert {row["team"]: of(row) for row in found["teams"]} == {
        "Team A": (4, 0, 1, 1, 7 * 3600, 350 * 60, 350 / 420),
        "Team C": by_agent["1006"],
    }
    assert of(found["total"])[:2] == (5, 1)
    mine = await told(leader, f"/shifts/adherence/totals?{WEEK}")
    assert [row["team"] for row in mine["teams"]] == ["Team A"]
    rows = (await boss.get(f"/shifts/adherence.csv?{WEEK}&language=en")).content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Team,Agent number,Agent,Shifts,Absent,Late starts")
    assert "Team A,1001,Li Na,3,0,1,1,18000,13800,4200,0.766667,600,3600" in rows
    assert "Team C,1006,'=cmd|' /C calc'!A0,1,1,0,0,7200,0,7200,0,0,0" in rows
    assert "Team A,1001,Li Na,2026-10-20,0,7200,3600,3600,0.5,0,3600" in rows
    file = await leader.get(f"/shifts/adherence.xlsx?{WEEK}&language=zh")
    assert file.content[:2] == b"PK"
    assert 'filename="adherence-2026-10-19-2026-10-25.xlsx"' in file.headers["content-disposition"]
    assert "Team C" not in (await leader.get(f"/shifts/adherence.csv?{WEEK}")).text


async def test_a_week_of_three_hundred_agents_is_told(engine: AsyncEngine) -> None:
    agents = tuple(AgentSettings(number=f"{2000 + n}", name=f"Agent {n}", team=f"Team {n % 9}") for n in range(300))
    centre = Centre(engine, Settings(timezone="Europe/Berlin", agents=agents))
    days = [f"2026-10-{day}" for day in range(19, 26)]
    text = HEAD + "".join(f"{one.number},{day},on post,09:00,17:00\n" for one in agents for day in days)
    spells = [
        spell("ready", f"{day}T09:00", f"{day}T13:00", agent_number=one.number, interface=f"PJSIP/{one.number}")
        for one in agents
        for day in days
    ]
    async with await centre.of("boss", Role.SUPERVISOR) as boss:
        assert (await boss.post("/shifts/import", files=file(text))).json()["added"] == 2_100
        await centre.record(*spells)
        found = await told(boss, f"/shifts/adherence/totals?{WEEK}")
        assert {(row["shifts"], row["adherence_rate"]) for row in found["agents"]} == {(7, 0.5)}
        assert (len(found["agents"]), len(found["teams"]), found["total"]["shifts"]) == (300, 9, 2_100)
        assert len((await told(boss, f"/shifts/adherence?{WEEK}"))["rows"]) == 2_100


async def test_gaps_are_planned_there_and_needed(boss: httpx.AsyncClient, centre: Centre) -> None:
    await plan(boss, "1001", MONDAY)
    await plan(boss, "1002", MONDAY)  # of the other queue
    ring_at = at(f"{MONDAY}T10:00")
    await centre.record(
        spell("ready", f"{MONDAY}T09:30", f"{MONDAY}T10:45"),
        a_visit(joined_at=ring_at, ended_at=ring_at + 10),
        a_ring(began_at=ring_at, ended_at=ring_at + 5),
        a_conversation(began_at=ring_at + 5, ended_at=ring_at + 65, completed_at=ring_at + 65, wrap_up_seconds=0.0),
    )
    query = f"queue=service&from={MONDAY}&to={MONDAY}"
    found = await told(boss, f"/shifts/gaps?{query}")
    rows = {datetime.fromtimestamp(row["start"], ZONE).strftime("%H:%M"): row for row in found["rows"]}
    assert len(rows) == 48
    names = ("planned", "there", "seats_needed", "offered", "planned_against_need", "there_against_plan")
    assert {clock: tuple(row[name] for name in names) for clock, row in rows.items() if row["planned"]} == {
        "09:30": (1, 1, 0, 0, 1, 0),
        "10:00": (1, 1, 1, 1, 0, 0),
        "10:30": (1, 0.5, 0, 0, 1, -0.5),
        "11:00": (1, 0, 0, 0, 1, -1),
    }
    # The week after is to come: nobody was there, the need is that of the same hour a week before; the night between
    # has an hour more.
    ahead = await told(boss, "/shifts/gaps?queue=service&from=2026-10-26&to=2026-10-26&weeks_back=1")
    (needed,) = [row for row in ahead["rows"] if row["seats_needed"]]
    assert (needed["start"], needed["load_start"]) == (at("2026-10-26T10:00"), ring_at)
    assert (needed["planned"], needed["there"], needed["planned_against_need"]) == (0, None, -1)
    assert (await boss.get("/shifts/gaps?queue=service&from=2026-10-01&to=2026-10-26")).status_code == 422


async def test_what_is_not_over_has_no_need_yet_and_is_no_all_clear(boss: httpx.AsyncClient, centre: Centre) -> None:
    called_at = at(f"{MONDAY}T10:05")
    centre.now = at(f"{MONDAY}T10:40")
    await plan(boss, "1001", MONDAY)
    await centre.record(
        a_visit(joined_at=called_at, ended_at=called_at + 10),
        a_conversation(began_at=called_at + 5, ended_at=called_at + 65, completed_at=called_at + 65),
    )
    names = ("seats_needed", "seats_scheduled", "planned_against_need", "load_start", "offered")
    for whose in ("gaps?queue=service", "team-gaps?team=Team A"):
        rows = (await told(boss, f"/shifts/{whose}&from={MONDAY}&to={MONDAY}"))["rows"]
        known = {row["end"] <= centre.now: {row[name] is None for name in names[:4]} for row in rows}
        assert known == {True: {False}, False: {True}}, whose
        # Load of one week before, of a day in more than a week: it is to come, too.
        for day, back in (("2026-10-20", 0), ("2026-10-28", 1), (MONDAY, 0)):
            rows = (await told(boss, f"/shifts/{whose}&from={day}&to={day}&weeks_back={back}"))["rows"]
            assert {row[name] for row in rows if row["start"] >= centre.now for name in names} == {None}
        (needed,) = [row for row in rows if row["seats_needed"]]
        assert needed["start"] == at(f"{MONDAY}T10:00")
        rows = (await told(boss, f"/shifts/{whose}&from=2026-10-20&to=2026-10-20&weeks_back=1"))["rows"]
        assert {row["seats_needed"] for row in rows} == {0.0}  # nobody called on that day: this is known


async def test_who_is_away_is_scheduled_beyond_the_need(boss: httpx.AsyncClient, centre: Centre) -> None:
    called_at = at(f"{MONDAY}T10:05")
    await plan(boss, "1001", MONDAY)
    await centre.record(
        a_visit(joined_at=called_at, ended_at=called_at + 10),
        a_conversation(began_at=called_at + 5, ended_at=called_at + 65, completed_at=called_at + 65),
    )
    found = await told(boss, f"/shifts/gaps?queue=service&from={MONDAY}&to={MONDAY}&shrinkage=0.5")
    (row,) = [row for row in found["rows"] if row["seats_needed"]]
    names = ("planned", "seats_needed", "seats_scheduled", "planned_against_need")
    assert tuple(row[name] for name in names) == (1, 1, 2, -1)


async def test_gaps_of_a_team_are_against_its_share_of_what_its_queues_need(
    boss: httpx.AsyncClient, leader: httpx.AsyncClient, centre: Centre
) -> None:
    await plan(boss, "1001", MONDAY)
    await plan(boss, "1004", MONDAY)  # of the other team, in the same queue
    ring_at, nine_thirty = at(f"{MONDAY}T10:00"), f"{MONDAY}T09:30"
    await centre.record(
        spell("ready", nine_thirty, f"{MONDAY}T10:45", team="Team A"),
        spell("ready", nine_thirty, f"{MONDAY}T10:45", agent_number="1004", interface="PJSIP/1004", team="Team B"),
        a_visit(joined_at=ring_at, ended_at=ring_at + 10),
        a_ring(began_at=ring_at, ended_at=ring_at + 5),
        a_conversation(began_at=ring_at + 5, ended_at=ring_at + 65, completed_at=ring_at + 65, wrap_up_seconds=0.0),
    )
    found = await told(leader, f"/shifts/team-gaps?team=Team A&from={MONDAY}&to={MONDAY}")
    rows = {datetime.fromtimestamp(row["start"], ZONE).strftime("%H:%M"): row for row in found["rows"]}
    names = ("planned", "there", "seats_needed", "planned_against_need", "there_against_plan")
    assert {clock: tuple(row[name] for name in names) for clock, row in rows.items() if row["planned"]} == {
        "09:30": (1, 1, 0, 1, 0),
        # Two of the three who join the queue are of this team.
        "10:00": (1, 1, pytest.approx(2 / 3), pytest.approx(1 / 3), 0),
        "10:30": (1, 0.5, 0, 1, -0.5),
        "11:00": (1, 0, 0, 1, -1),
    }
    assert {row["offered"] for row in found["rows"] if row["load_start"]} == {None}
    ahead = await told(boss, "/shifts/team-gaps?team=Team A&from=2026-10-26&to=2026-10-26&weeks_back=1")
    (needed,) = [row for row in ahead["rows"] if row["seats_needed"]]
    assert (needed["load_start"], needed["planned"], needed["there"]) == (ring_at, 0, None)
    assert (await leader.get(f"/shifts/team-gaps?team=Team B&from={MONDAY}&to={MONDAY}")).status_code == 404
    idle = await boss.get(f"/shifts/team-gaps?team=Team C&from={MONDAY}&to={MONDAY}")
    assert refused(idle) == (409, "team")  # its agents join no queue


# --- the log ------------------------------------------------------------------------------------------------------


async def test_the_log_keeps_every_version_and_refuses_a_stale_one(
    leader: httpx.AsyncClient, boss: httpx.AsyncClient, centre: Centre
) -> None:
    await centre.record(a_conversation(team="Team A", began_at=at(f"{MONDAY}T10:00"), ended_at=at(f"{MONDAY}T10:01"),
        completed_at=at(f"{MONDAY}T10:02")), a_visit(joined_at=at(f"{MONDAY}T10:00"), team="Team A"))  # fmt: skip
    note = {"team": "Team A", "day": MONDAY, "version": 0, "text": EVIL}
    first = await leader.post("/shift-log", json=note)
    assert (first.status_code, first.json()["version"], first.json()["written_by"]) == (201, 1, "leader")
    assert refused(await boss.post("/shift-log", json=note | {"text": "other"})) == (409, "version")
    assert (await boss.post("/shift-log", json=note | {"text": "both", "version": 1})).status_code == 201
    path = f"/shift-log?team=Team A&day={MONDAY}"
    log = await told(boss, path)
    assert [(one["version"], one["text"]) for one in log["notes"]] == [(2, "both"), (1, EVIL)]
    assert (log["figures"]["of_team"]["answered"], log["figures"]["of_queues"]["answer_rate"]) == (1, 1.0)
    # A leader sees the figures of the agents, and of no queue that is not in the scope.
    theirs = (await told(leader, path))["figures"]
    assert (theirs["queues"], theirs["of_queues"]["answer_rate"], theirs["of_team"]["answered"]) == ([], None, 1)
    assert (await boss.post("/shift-log", json=note | {"text": "a\x00b"})).status_code == 422
    async with centre.sessions() as session:
        assert len((await session.scalars(select(ShiftNote))).all()) == 2


async def test_of_those_who_write_at_once_one_is_first_and_the_others_are_told(boss: httpx.AsyncClient) -> None:
    notes = [{"team": "Team A", "day": MONDAY, "version": 0, "text": str(count)} for count in range(6)]
    answers = await asyncio.gather(*(boss.post("/shift-log", json=note) for note in notes))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    body = {"version": 0, "parts": PARTS}
    answers = await asyncio.gather(*(boss.put(f"/shifts/1001/{MONDAY}", json=body) for _each in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    again = body | {"version": 1}
    answers = await asyncio.gather(*(boss.put(f"/shifts/1001/{MONDAY}", json=again) for _each in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]


async def test_templates_are_made_changed_and_deleted_and_two_cannot_have_one_name(
    boss: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    first = (await told(leader, "/shift-templates"))["templates"]
    assert [(one["label_en"], one["label_zh"]) for one in first] == [
        ("Early", "早班"), ("Late", "晚班"), ("Night", "夜班"),
    ]  # fmt: skip
    assert {part["kind"] for one in first for part in one["parts"]} == {"briefing", "on_post", "meal"}
    made = await leader.post("/shift-templates", json={"label_zh": " 午班 ", "parts": PARTS})
    assert (made.status_code, made.json()["label_zh"], made.json()["changed_by"]) == (201, "午班", "leader")
    path = f"/shift-templates/{made.json()['id']}"
    taken = {"label_en": "Night", "label_zh": "x", "parts": PARTS}
    assert refused(await boss.post("/shift-templates", json=taken)) == (409, "label_en")
    assert refused(await boss.put(path, json=taken | {"version": 1})) == (409, "label_en")
    assert refused(await boss.post("/shift-templates", json={"label_en": " ", "parts": PARTS})) == (422, "label_en")
    overlapping = [PARTS[0], {"kind": "meal", "start_minute": 560, "end_minute": 600}]
    assert refused(await boss.post("/shift-templates", json={"label_en": "a", "parts": overlapping})) == (422, "parts")
    changed = {"label_en": "Noon", "label_zh": "午班", "parts": PARTS[:1]}
    answers = await asyncio.gather(*(boss.put(path, json=changed | {"version": 1}) for _each in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert refused(await boss.put(path, json=changed | {"version": 1})) == (409, "version")
    found = {one["label_en"]: one for one in (await told(boss, "/shift-templates"))["templates"]}
    assert (found["Noon"]["version"], found["Noon"]["parts"]) == (2, PARTS[:1])
    assert (await boss.delete(f"{path}?version=1")).status_code == 409
    assert (await boss.delete(f"{path}?version=2")).status_code == 204
    assert (await boss.delete(f"{path}?version=2")).status_code == 404
    assert len((await told(boss, "/shift-templates"))["templates"]) == 3


# --- doors --------------------------------------------------------------------------------------------------------


async def test_agents_see_their_own_shifts_of_the_next_two_weeks_and_nothing_else(
    boss: httpx.AsyncClient, centre: Centre
) -> None:
    night = [{"kind": "on_post", "start_minute": 1320, "end_minute": 1800}]
    for number, day in (
        ("1001", "2026-10-25"),
        ("1001", "2026-10-27"),
        ("1001", "2026-11-08"),
        ("1001", "2026-11-09"),
        ("1002", "2026-10-26"),
    ):
        await plan(boss, number, day, 0, night)
    async with await centre.of("li", Role.AGENT, "1001") as li:
        mine = await told(li, "/shifts/mine")
        days = ["2026-10-25", "2026-10-27", "2026-11-08"]
        assert (mine["today"], [one["day"] for one in mine["shifts"]]) == ("2026-10-26", days)
        centre.now = at("2026-10-26T06:00")
        assert [one["day"] for one in (await told(li, "/shifts/mine"))["shifts"]] == days[1:]
        await _is_refused_everywhere(li, 403)
    async with await centre.of("qa", Role.QA) as qa:
        await _is_refused_everywhere(qa, 403)
        assert (await qa.get("/shifts/mine")).status_code == 403
    async with centre.nobody() as nobody:
        await _is_refused_everywhere(nobody, 401)
        assert (await nobody.get("/shifts/mine")).status_code == 401


async def _is_refused_everywhere(client: httpx.AsyncClient, status: int) -> None:
    day = f"/shifts/1001/{MONDAY}"
    note = {"team": "Team A", "day": MONDAY, "version": 0, "text": "x"}
    answers = [
        *[await client.get(path) for path in _reading()],
        await client.put(day, json={"version": 0, "parts": PARTS}),
        await client.delete(f"{day}?version=1"),
        await client.post("/shifts/copy-week", json={"monday": MONDAY}),
        await client.post("/shifts/copy-week/check", json={"monday": MONDAY}),
        await client.post("/shifts/undo"),
        *[await client.post(f"/shifts/import{end}", files=file(HEAD)) for end in ("", "/check", "/errors.csv")],
        await client.post("/shift-log", json=note),
        await client.get("/shift-templates"),
        await client.post("/shift-templates", json={"label_en": "a", "parts": PARTS}),
        await client.put("/shift-templates/1", json={"version": 1, "label_en": "a", "parts": PARTS}),
        await client.delete("/shift-templates/1?version=1"),
    ]
    assert {answer.status_code for answer in answers} == {status}


def _reading(agent: str = "1001", team: str = "Team A", queue: str = "service") -> tuple[str, ...]:
    return (
        f"/shifts?{WEEK}",
        f"/shifts/adherence?{WEEK}&agent={agent}",
        f"/shifts/adherence/totals?{WEEK}&agent={agent}",
        f"/shifts/adherence.csv?{WEEK}&agent={agent}",
        f"/shifts/adherence/{agent}/{MONDAY}",
        f"/shifts/briefings?day={MONDAY}",
        f"/shifts/gaps?queue={queue}&from={MONDAY}&to={MONDAY}",
        f"/shifts/team-gaps?team={team}&from={MONDAY}&to={MONDAY}",
        f"/shift-log?team={team}&day={MONDAY}",
    )


async def test_a_leader_sees_and_plans_the_own_team_alone(leader: httpx.AsyncClient, boss: httpx.AsyncClient) -> None:
    await plan(boss, "1002", MONDAY)
    await plan(leader, "1001", MONDAY)
    found = await told(leader, f"/shifts?{WEEK}")
    assert [one["agent_number"] for one in found["agents"]] == ["1001", "1003"]
    assert ([one["agent_number"] for one in found["shifts"]], found["teams"]) == (["1001"], ["Team A"])
    assert (await told(leader, f"/shifts?{WEEK}&team=Team B"))["agents"] == []
    assert [one["agent_number"] for one in (await told(leader, f"/shifts/adherence?{WEEK}"))["rows"]] == ["1001"]
    for path in _reading("1002", "Team B", "sales")[1:]:
        expected = 200 if "briefings" in path else 404
        assert (await leader.get(path)).status_code == expected, path
    (window,) = (await told(leader, f"/shifts/briefings?day={MONDAY}"))["briefings"]
    assert window["team"] == "Team A"
    body = {"version": 1, "parts": PARTS}
    assert (await leader.put(f"/shifts/1002/{MONDAY}", json=body)).status_code == 404
    assert (await leader.delete(f"/shifts/1002/{MONDAY}?version=1")).status_code == 404
    note = {"team": "Team B", "day": MONDAY, "version": 0, "text": "x"}
    assert (await leader.post("/shift-log", json=note)).status_code == 404
    copied = (await leader.post("/shifts/copy-week", json={"monday": MONDAY})).json()
    assert copied["added"] == 1
    assert (await told(boss, f"/shifts?{WEEK}"))["shifts"][1]["version"] == 1

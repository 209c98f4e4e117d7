"""Lists filled by rule: who is taken, when they are due, and that nobody is taken twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.dialer import service as lists
from callcenter.dialer.tables import Target
from callcenter.filling.api import filling_routes
from callcenter.filling.running import filling
from callcenter.filling.service import Context, fill_all, rules_of
from callcenter.floor.events import CallbackRequested, CallerJoined
from callcenter.floor.facts import VisitOutcome
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId
from callcenter.live.keeper import Keeper
from callcenter.problems import tell_problems
from callcenter.settings import QueueSettings, Settings
from callcenter.store.engine import Sessions, make_sessions
from callcenter.store.recorder import Recorder
from tests.dialer.conftest import FIELDS, MONDAY_NOON
from tests.facts import a_visit

PASSWORD = "a long password"
LI, WU = "13800138001", "13800138002"


class Room:
    """A centre with a list, a clock that a test moves, and a supervisor at the routes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.sessions = engine, make_sessions(engine)
        self.now = MONDAY_NOON
        self.woken: list[int] = []
        self.is_woken = asyncio.Event()
        zone = ZoneInfo("Asia/Shanghai")
        self.context = Context(self.sessions, zone, lambda: self.now, self._flush, self._wake)
        self.clients: dict[Role, httpx.AsyncClient] = {}
        self.visits = 0

    def _wake(self, list_id: int) -> None:
        self.woken.append(list_id)
        self.is_woken.set()

    async def _flush(self) -> None:
        """Everything is written at once here."""

    async def records(self, *facts: Any) -> None:
        recorder = Recorder(self.engine)
        recorder.start()
        recorder.note(list(facts))
        await recorder.flush()
        await recorder.close()

    async def visit(self, outcome: VisitOutcome, number: str, joined_at: float, *, wait: float = 40) -> None:
        self.visits += 1
        name = f"visit-{self.visits}"
        fields = {"channel_id": ChannelId(name), "call_id": CallId(name), "number": number, "joined_at": joined_at}
        fields |= {"ended_at": joined_at + wait, "wait_seconds": wait, "outcome": outcome, "queue": "support"}
        await self.records(a_visit(**fields))

    async def targets(self, list_id: int = 1) -> list[Target]:
        async with self.sessions() as session:
            return list(await session.scalars(select(Target).where(Target.list_id == list_id).order_by(Target.due_at)))

    async def rule(self, kind: str, **options: Any) -> Any:
        body = {"kind": kind, "options": options}
        answer = await self.clients[Role.SUPERVISOR].post("/lists/1/fill-rules", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def run(self, rule_id: int = 1) -> int:
        answer = await self.clients[Role.SUPERVISOR].post(f"/fill-rules/{rule_id}/run")
        return int(answer.json()["added"])


@pytest.fixture
async def room(engine: AsyncEngine) -> AsyncIterator[Room]:
    room = Room(engine)
    sessions: Sessions = room.sessions
    access = Access(sessions, lambda: room.now, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    web = FastAPI()
    web.state.access = access
    tell_problems(web)
    web.include_router(filling_routes(room.context, Settings(queues={"support": QueueSettings()})))
    for role in Role:
        await add_user(access, NewUser(role.value, PASSWORD, (role,)))
        token, _ = await sign_in(access, role.value, PASSWORD, "192.0.2.1")
        transport, headers = httpx.ASGITransport(web), {"X-Requested-With": "callcenter"}
        room.clients[role] = httpx.AsyncClient(transport=transport, base_url="http://centre/api", headers=headers)
        room.clients[role].cookies.set(COOKIE, token)
    for name in ("Callers", "Contracts"):
        await lists.create_list(sessions, FIELDS | {"name": name}, room.now)
    yield room
    for client in room.clients.values():
        await client.aclose()


async def test_who_may_do_what(room: Room) -> None:
    routes = [
        ("GET", "/lists/1/fill-rules"),
        ("POST", "/lists/1/fill-rules"),
        ("PATCH", "/fill-rules/1"),
        ("DELETE", "/fill-rules/1"),
        ("POST", "/fill-rules/1/run"),
    ]
    for role in (Role.AGENT, Role.QA):
        for method, path in routes:
            assert (await room.clients[role].request(method, path, json={})).status_code == 403, (role, path)


async def test_who_asked_for_a_callback_keeps_the_place_in_the_line(room: Room) -> None:
    """Due since they began to wait; in that order, whenever they pressed the key."""
    await room.rule("callback_requested", priority=1)
    await room.visit(VisitOutcome.CALLBACK_REQUESTED, WU, room.now + 60, wait=10)
    await room.visit(VisitOutcome.CALLBACK_REQUESTED, LI, room.now + 30, wait=100)
    await room.visit(VisitOutcome.LEFT_BY_KEY, "13800138003", room.now + 40)
    await room.visit(VisitOutcome.CALLBACK_REQUESTED, "", room.now + 50)
    room.now += 300
    assert [await room.run(), await room.run()] == [2, 0]
    targets = await room.targets()
    assert [(t.number, t.due_at, t.priority) for t in targets] == [
        (f"+86{LI}", MONDAY_NOON + 30, 1),
        (f"+86{WU}", MONDAY_NOON + 60, 1),
    ]
    assert targets[0].attributes == {"queue": "support", "callback_requested_at": "2026-11-23 20:00"}
    assert room.woken == [1]


async def test_who_gave_up_and_was_not_reached_since(room: Room) -> None:
    """Not who was short, withheld the number, called again and was answered, or gave up a moment ago."""
    await room.rule("abandoned", after_seconds=600)
    await room.visit(VisitOutcome.ABANDONED, LI, room.now + 10)
    await room.visit(VisitOutcome.ABANDONED, "13800138003", room.now + 20, wait=2)
    await room.visit(VisitOutcome.ABANDONED, "", room.now + 30)
    await room.visit(VisitOutcome.ABANDONED, WU, room.now + 40)
    await room.visit(VisitOutcome.ANSWERED, WU, room.now + 200)
    assert await room.run() == 0
    room.now += 900
    await room.visit(VisitOutcome.ABANDONED, "13800138004", room.now - 60)
    assert await room.run() == 1
    assert [target.number for target in await room.targets()] == [f"+86{LI}"]


async def test_who_gives_up_again_after_the_callback_is_called_again(room: Room) -> None:
    await room.rule("abandoned", after_seconds=0)
    await room.visit(VisitOutcome.ABANDONED, LI, room.now + 10)
    room.now += 100
    assert await room.run() == 1
    async with room.sessions.begin() as session:
        target = (await session.scalars(select(Target))).one()
        target.state, target.due_at, target.attempts = "reached", None, 1
    assert await room.run() == 0
    await room.visit(VisitOutcome.ABANDONED, LI, room.now + 10)
    room.now += 100
    assert await room.run() == 1
    [target] = await room.targets()
    assert (target.state, target.attempts) == ("open", 0)


async def test_days_after_a_contracts_date(room: Room) -> None:
    async with room.sessions.begin() as session:
        for number, day in ((LI, "2026-11-20"), (WU, "soon")):
            await session.execute(
                insert(Target).values(
                    list_id=2, number=f"+86{number}", dial_number=f"+86{number}", name="A", due_at=None, attempts=0,
                    attributes={"signed": day}, state="reached",
                )
            )  # fmt: skip
    made = await room.rule("days_after", source_list_id=2, attribute="signed", days=7)
    [target] = await room.targets()
    assert (target.number, target.due_at) == (f"+86{LI}", 1_795_708_800.0)  # 2026-11-27 00:00 in Shanghai
    assert target.attributes == {"signed": "2026-11-20"}
    assert (await room.run(), made["list_id"]) == (0, "1")


@pytest.mark.parametrize(
    ("kind", "options", "field"),
    [
        ("days_after", {"source_list_id": 2}, "options.attribute"),
        ("days_after", {"attribute": "a"}, "options.source_list_id"),
        ("days_after", {"attribute": "a", "source_list_id": 1}, "options.source_list_id"),
        ("days_after", {"attribute": "a", "source_list_id": 9}, "options.source_list_id"),
        ("abandoned", {"queue": "nowhere"}, "options.queue"),
        ("abandoned", {"priority": 0}, "options.priority"),
        ("sometimes", {}, "kind"),
    ],
)
async def test_what_a_rule_must_not_be(room: Room, kind: str, options: Any, field: str) -> None:
    client = room.clients[Role.SUPERVISOR]
    answer = await client.post("/lists/1/fill-rules", json={"kind": kind, "options": options})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await client.get("/lists/1/fill-rules")).json() == {"rules": []}


async def test_a_rule_is_changed_turned_off_and_taken_away(room: Room) -> None:
    client = room.clients[Role.SUPERVISOR]
    rule = await room.rule("abandoned")
    changed = await client.patch(f"/fill-rules/{rule['id']}", json={"is_enabled": False})
    assert changed.json()["is_enabled"] is False
    assert (await client.delete(f"/fill-rules/{rule['id']}")).status_code == 204
    assert (await client.post(f"/fill-rules/{rule['id']}/run")).status_code == 404
    assert (await client.get("/lists/9/fill-rules")).status_code == 404


async def test_dates_are_looked_at_by_the_hour_and_callers_each_minute(room: Room) -> None:
    await room.rule("days_after", source_list_id=2, attribute="signed", days=0)
    await room.rule("abandoned", after_seconds=0)
    looked = []
    for minutes in (0, 1, 58, 1):
        room.now += minutes * 60
        await fill_all(room.context)
        rules = await rules_of(room.sessions, 1)
        looked.append([rule.looked_at for rule in rules])
    start = MONDAY_NOON
    assert looked == [[start, start], [start, start + 60], [start, start + 3540], [start + 3600, start + 3600]]


async def test_a_visit_that_becomes_known_late_is_taken(room: Room) -> None:
    """It ended while the link was away, hours before the rule looked last."""
    await room.rule("abandoned", after_seconds=600)
    room.now += 7200
    assert await room.run() == 0
    await room.visit(VisitOutcome.ABANDONED, LI, room.now - 7000)
    room.now += 60
    assert await room.run() == 1


async def test_a_request_fills_its_list_at_once(room: Room) -> None:
    """The floor's fact wakes the rules: nobody waits for the minute."""
    await room.rule("callback_requested")
    keeper, caller = Keeper(Floor()), ChannelId("visit-1")
    async with filling(room.context, keeper):
        await room.visit(VisitOutcome.CALLBACK_REQUESTED, LI, room.now + 5)
        keeper.tell(CallerJoined("pbx1", room.now + 5, "support", caller, CallId(caller), LI, "", 1))
        keeper.tell(CallbackRequested("pbx1", room.now + 45, caller, "support"))
        room.now += 60
        async with asyncio.timeout(60):
            await room.is_woken.wait()
    assert [target.number for target in await room.targets()] == [f"+86{LI}"]

"""A floor on which agent 1001 talks with a customer, the routes of wrap-up forms, and people of every role at them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import insert, select

from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access
from callcenter.customers.service import Context
from callcenter.dialer import service as lists
from callcenter.dialer.rules import ListState
from callcenter.dialer.tables import CallbackList
from callcenter.floor.call import Attempt
from callcenter.floor.facts import Direction
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Channel, Seat, Talk
from callcenter.floor.site import Site
from callcenter.floor.terms import AttemptId, CallId, ChannelId, PbxName
from callcenter.masking import MasksNumbers
from callcenter.problems import tell_problems
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, conversations
from callcenter.wrap_up.api import Desk, wrap_up_routes
from tests.dialer.conftest import FIELDS, MONDAY_NOON, Centre, centre
from tests.dialer.test_api import Panel
from tests.facts import a_call, a_conversation

__all__ = ["centre"]

PBX, LI = PbxName("pbx1"), "+8613800138000"


class WrapUps:
    """The routes, and what is true at the phones."""

    def __init__(self, centre: Centre) -> None:
        self.sessions: Sessions = centre.sessions
        self.clock = centre.clock
        self.floor = Floor()
        self.site = self.floor.sites[PBX] = Site(PBX)
        self.seats = {number: self._seat(number, team) for number, team in (("1001", "Team A"), ("1002", "Team B"))}
        self.written_down = self.told = 0
        self.customers = Context(centre.sessions, centre.clock, "CN")
        desk = Desk(self.floor, centre.worker(), self.customers, self._write_down, self._tell)
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        access = Access(centre.sessions, centre.clock, Passwords(hasher))
        self.web = web = FastAPI()
        web.state.access = access
        tell_problems(web)
        web.add_middleware(MasksNumbers)
        web.include_router(wrap_up_routes(desk))
        self.panel = Panel(web, access)

    def _seat(self, number: str, team: str) -> Seat:
        seat = Seat(PBX, f"PJSIP/{number}", agent_number=number, agent_name=f"Li Na {number}", team=team)
        self.site.seats[seat.interface.lower()] = seat
        return seat

    async def _write_down(self) -> None:
        self.written_down += 1

    def _tell(self) -> None:
        self.told += 1

    def mask(self, *roles: Role) -> None:
        """Has users of these roles see numbers masked."""
        self.web.state.access = replace(self.web.state.access, masked_for=roles)

    def talk(self, agent: str, call_id: str, *, number: str = "13800138000", **fields: Any) -> None:
        """An agent begins to talk in a call."""
        seat, leg = self.seats[agent], ChannelId(f"{call_id}.{agent}")
        talk = Talk(CallId(call_id), fields.pop("queue", "support"), seat, 1, self.clock.now - 60)
        direction = fields.pop("direction", Direction.INBOUND)
        self.site.channels[leg] = Channel(
            leg, talk.call_id, seat.interface, agent, talk.began_at, seat=seat, talk=talk, direction=direction,
            other_number=number,
        )  # fmt: skip
        seat.channels[leg] = self.site.channels[leg]

    def dialled(self, call_id: str) -> None:
        """The dialer placed this call."""
        attempt_id = AttemptId(f"a.{call_id}")
        self.site.attempts[attempt_id] = Attempt(attempt_id, CallId(call_id))

    def end(self, agent: str) -> None:
        """Everything that an agent does at the phone is over, and the wrap-up, too."""
        for leg in [*self.seats[agent].channels]:
            del self.site.channels[leg], self.seats[agent].channels[leg]

    async def over(
        self, agent: str, call_id: str, *, ago: float = 60.0, attempt_id: str | None = None, **fields: Any
    ) -> None:
        """A conversation that ended so long ago, as the database has it."""
        ended_at, seat = self.clock.now - ago, self.seats[agent]
        fact = a_conversation(
            **{"call_id": CallId(call_id), "leg_id": ChannelId(f"{call_id}.{agent}"), "agent_number": agent}
            | {"agent_name": seat.agent_name, "team": seat.team, "queue": "support", "number": "13800138000"}
            | {"began_at": ended_at - 60, "ended_at": ended_at, "completed_at": ended_at}
            | fields
        )
        call = a_call(call_id=CallId(call_id), started_at=ended_at - 70, ended_at=ended_at, attempt_id=attempt_id)
        async with self.sessions.begin() as session:
            names = conversations.c.keys()
            told = {name: getattr(fact, name) for name in fact.__struct_fields__ if name in names}
            await session.execute(insert(conversations).values(**told))
            if await session.scalar(select(calls.c.id).where(calls.c.call_id == call_id)) is None:
                told = {name: getattr(call, name) for name in call.__struct_fields__}
                await session.execute(insert(calls).values(**told))

    async def a_list(self, state: ListState = ListState.RUNNING, **fields: Any) -> int:
        """A callback list."""
        list_id = await lists.create_list(self.sessions, FIELDS | fields, MONDAY_NOON)
        async with self.sessions.begin() as session:
            (await session.get_one(CallbackList, list_id)).state = state
        return list_id


@pytest.fixture
async def desk(centre: Centre) -> AsyncIterator[WrapUps]:
    made = WrapUps(centre)
    yield made
    await made.panel.close()


@pytest.fixture
async def li(desk: WrapUps) -> httpx.AsyncClient:
    """Agent 1001."""
    return await desk.panel.of(Role.AGENT, "1001")


@pytest.fixture
async def boss(desk: WrapUps) -> httpx.AsyncClient:
    return await desk.panel.of(Role.SUPERVISOR)

"""A centre with tickets, on both databases: two teams, a call at the phone of agent 1001, people at the routes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site as Pbx
from callcenter.floor.terms import CallId, PbxName
from callcenter.settings import TicketSettings
from callcenter.store.engine import Sessions
from callcenter.tickets.api import Room, ticket_routes
from callcenter.tickets.feed import Teller
from callcenter.tickets.service import Context
from tests.facts import NOON
from tests.serving import PANEL
from tests.web import Site

LI, WANG = "+8613800138000", "+8613800138001"
NORTH = PbxName("north")
CALL = {"pbx": "north", "call_id": "1.0"}
AGENTS = {"1001": "Team A", "1002": "Team B", "1003": "Team B"}


class Centre:
    """The routes, a clock that tests move, how often a look at who is late was called for, what the feed was told."""

    def __init__(self, sessions: Sessions) -> None:
        self.now, self.looks = NOON, 0
        self.context = Context(sessions, lambda: self.now, "CN", TicketSettings(), AGENTS)
        self.floor = floor = Floor()
        pbx = floor.sites[NORTH] = Pbx(NORTH)
        for agent, call_id, number, queue in (("1001", "1.0", "13800138000", "sales"), ("1002", "2.0", "", "")):
            seat = Seat(
                NORTH, f"PJSIP/{agent}", agent_number=agent, call_id=CallId(call_id), number=number, queue=queue
            )
            pbx.seats[seat.interface.lower()] = seat
        self.told: list[tuple[int, dict[str, Any]]] = []
        self.teller = Teller(sessions, self._publish, self.context.clock)
        self.site = Site(sessions, ticket_routes(Room(self.context, floor, self._look, self.teller.tell)))

    def _publish(self, _kind: str, place: str, fields: dict[str, Any] | None) -> None:
        self.told.append((int(place), fields or {}))

    def _look(self) -> None:
        self.looks += 1

    async def client(self, role: Role, agent_number: str | None = None, scope: Scope = EVERYTHING) -> AsyncClient:
        """Somebody at the panel."""
        client = await self.site.client(role, agent_number, scope)
        client.headers.update(PANEL)
        return client


@pytest.fixture
def centre(sessions: Sessions) -> Centre:
    return Centre(sessions)


@pytest.fixture
async def boss(centre: Centre) -> AsyncIterator[AsyncClient]:
    async with await centre.client(Role.SUPERVISOR) as client:
        yield client


@pytest.fixture
async def li(centre: Centre) -> AsyncIterator[AsyncClient]:
    async with await centre.client(Role.AGENT, "1001") as client:
        yield client


async def opened(client: AsyncClient, call: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """A new ticket, whether the customer has an open one or not."""
    ticket = {"type": "complaint", "subject": "Lamp broken"} | fields
    answer = await client.post("/api/tickets", json={"ticket": ticket, "call": call, "is_new": True})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["ticket"]
    return made


async def told(client: AsyncClient, ticket: dict[str, Any]) -> dict[str, Any]:
    """A ticket as it is now."""
    answer = await client.get(f"/api/tickets/{ticket['id']}")
    assert answer.status_code == 200, answer.text
    now: dict[str, Any] = answer.json()
    return now


async def subjects(client: AsyncClient, **params: Any) -> list[str]:
    """The subjects of the tickets that are found."""
    answer = await client.get("/api/tickets", params=params)
    assert answer.status_code == 200, answer.text
    return [one["subject"] for one in answer.json()["tickets"]]

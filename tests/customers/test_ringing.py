"""Webhooks hear of each ring once, with the customer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from callcenter.customers import service
from callcenter.customers.crm import crm_of
from callcenter.customers.ringing import Herald
from callcenter.customers.service import Context
from callcenter.floor.changes import Changes
from callcenter.floor.events import LinkChanged, LinkState
from callcenter.floor.facts import Direction, SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site as Pbx
from callcenter.floor.terms import CallId, PbxName
from callcenter.settings import CrmSettings
from tests import events
from tests.customers.conftest import a_record
from tests.facts import NOON

NORTH = PbxName("north")


@pytest.fixture
def seat() -> Seat:
    call: dict[str, Any] = {"call_id": CallId("1.0"), "number": "13800138000", "queue": "sales", "since": NOON}
    return Seat(NORTH, "PJSIP/1001", agent_number="1001", direction=Direction.INBOUND, **call)


@pytest.fixture
async def herald(context: Context, seat: Seat) -> AsyncIterator[Herald]:
    floor = Floor()
    floor.sites[NORTH] = Pbx(NORTH, seats={"pjsip/1001": seat})
    async with crm_of(CrmSettings()) as crm:
        yield Herald(context, crm, floor, lambda: None)


async def _told(context: Context, herald: Herald, *states: tuple[Seat, SeatState]) -> list[Any]:
    """What webhooks are told when the seat goes through these states."""
    for seat, state in states:
        seat.state = state
        changes = Changes()
        changes.touched |= {seat.key, ("queues", "north/sales"), ("seats", "south/PJSIP/1")}
        herald.on_changes(LinkChanged(NORTH, NOON, LinkState.LIVE), changes)
    while herald._telling:
        await next(iter(herald._telling))
    return await events.told(context.sessions, "call.ringing")


async def test_a_ring_is_told_once_with_the_customer(context: Context, herald: Herald, seat: Seat) -> None:
    await events.want(context.sessions, "call.ringing")
    known = await service.create(context, a_record(reference="A-1"), "supervisor")
    states = (SeatState.READY, SeatState.RINGING, SeatState.RINGING, SeatState.TALKING)
    [told] = await _told(context, herald, *((seat, state) for state in states))
    assert told["type"] == "call.ringing"
    assert told["at"] == NOON
    customer = {"id": known.row.id, "name": "Li Wei", "reference": "A-1", "level": "regular"}
    assert told["data"] == {
        "pbx": "north",
        "interface": "PJSIP/1001",
        "agent_number": "1001",
        "call_id": "1.0",
        "number": "13800138000",
        "queue": "sales",
        "direction": "inbound",
        "at": NOON,
        "customers": [customer],
        "crm": None,
    }
    assert len(await _told(context, herald, (seat, SeatState.READY), (seat, SeatState.RINGING))) == 2


async def test_where_nobody_wants_to_know_nothing_is_told(context: Context, herald: Herald, seat: Seat) -> None:
    await events.want(context.sessions, "alert.raised")
    assert await _told(context, herald, (seat, SeatState.RINGING)) == []

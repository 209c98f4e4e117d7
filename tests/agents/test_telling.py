"""Webhooks hear how seats stand: the newest state of each, where they want to know, and only while it is news."""

import pytest
from sqlalchemy import func, select

from callcenter.agents.telling import SEAT_SECONDS, SeatTeller
from callcenter.delivery.tables import Delivery
from callcenter.floor.changes import Changes
from callcenter.floor.events import LinkChanged, LinkState
from callcenter.floor.facts import SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import PbxName
from callcenter.store.engine import Sessions
from tests import events
from tests.facts import NOON

PBX = PbxName("pbx1")
KIND = "seat.changed"


class Phones:
    """Two seats, and who tells of them."""

    def __init__(self, sessions: Sessions) -> None:
        self.now, self.woken = NOON, 0
        self.floor = Floor()
        seats = [Seat(PBX, f"PJSIP/{number}", agent_number=number, agent_name="Li Na") for number in ("1001", "1002")]
        self.floor.sites[PBX] = Site(PBX, seats={seat.interface.lower(): seat for seat in seats})
        self.li, self.wang = seats
        self.teller = SeatTeller(sessions, self.floor, lambda: self.now, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def becomes(self, seat: Seat, state: SeatState, reason: str = "") -> None:
        """A second later a seat is in this state."""
        self.now += 1
        if (seat.state, seat.reason) != (state, reason):
            seat.state, seat.reason, seat.since = state, reason, self.now
        changes = Changes()
        changes.touched |= {seat.key, ("queues", "pbx1/sales"), ("seats", "south/PJSIP/1001"), ("seats", "pbx1/gone")}
        self.teller.on_changes(LinkChanged(PBX, self.now, LinkState.LIVE), changes)


@pytest.fixture
def phones(sessions: Sessions) -> Phones:
    return Phones(sessions)


async def test_the_newest_state_of_each_seat_is_told_while_it_is_news(phones: Phones, sessions: Sessions) -> None:
    await events.want(sessions, KIND)
    phones.becomes(phones.li, SeatState.READY)
    phones.becomes(phones.li, SeatState.PAUSED, "lunch")
    phones.becomes(phones.wang, SeatState.SIGNED_OUT)
    await phones.teller.flush()
    phones.becomes(phones.li, SeatState.PAUSED, "lunch")
    await phones.teller.flush()
    [event] = await events.told(sessions, KIND)
    assert event["data"] == {
        "pbx": "pbx1",
        "interface": "PJSIP/1001",
        "agent_number": "1001",
        "agent_name": "Li Na",
        "team": "",
        "state": "paused",
        "reason": "lunch",
        "since": NOON + 2,
        "call_id": None,
        "queue": "",
    }
    async with sessions() as db:
        [row] = await db.scalars(select(Delivery))
    assert row.expires_at == row.created_at + SEAT_SECONDS
    assert phones.woken == 1


async def test_where_nobody_wants_to_know_nothing_is_written(phones: Phones, sessions: Sessions) -> None:
    await events.want(sessions, "alert.raised")
    phones.becomes(phones.li, SeatState.READY)
    await phones.teller.flush()
    async with sessions() as db:
        assert await db.scalar(select(func.count()).select_from(Delivery)) == 0
    await events.want(sessions, KIND)
    phones.becomes(phones.li, SeatState.READY)
    await phones.teller.flush()
    assert await events.told(sessions, KIND) == []

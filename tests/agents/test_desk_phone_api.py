"""Agents sign in at desk phones over the routes: who may, what is refused and in whose name; the dialplan is told."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.agents.desk_notes import DeskNotes
from callcenter.agents.desk_phone_api import desk_phone_routes
from callcenter.agents.directory import directory
from callcenter.agents.lookout import Lookout
from callcenter.agents.seat_api import seat_routes
from callcenter.agents.service import SeatDesk
from callcenter.errors import OutcomeUnknown
from callcenter.floor import commands as c
from callcenter.floor import events as e
from callcenter.floor.terms import CallId, ChannelId
from callcenter.settings import AgentSettings, PbxSettings, PhoneSettings, QueueSettings, Settings
from callcenter.store.engine import Sessions
from tests.agents.test_seat_api import PBX, Desk
from tests.facts import NOON
from tests.floor.stories import member

SETTINGS = Settings(
    pbxs=(PbxSettings(name="pbx1"),),
    queues={"support": QueueSettings(), "sales": QueueSettings()},
    agents=(
        AgentSettings(number="1001", name="Li Na", team="day", queues=("support",)),
        AgentSettings(number="1003", name="Zhang Min", team="night", has_phone=False, queues=("support", "sales")),
    ),
    phones=(PhoneSettings(number="801", label="Desk 1"), PhoneSettings(number="802", label="Desk 2")),
)
ROUTE = "/agents/mine/desks"
HERE, THERE = f"{ROUTE}/pbx1/801/sign-in", f"{ROUTE}/pbx1/802/sign-in"
DESK, OTHER = "PJSIP/801", "PJSIP/802"


class Room(Desk):
    """The routes on a floor with two desk phones, both registered."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__(sessions)
        for event in directory(SETTINGS, NOON):
            self.keeper.tell(event)
        lookout = Lookout()
        self.keeper.listen(lookout.on_changes)
        self.notes = DeskNotes(self.keeper.floor, self.phone)
        self.keeper.listen(self.notes.on_changes)
        desk = SeatDesk(self.keeper.floor, self.phone, lookout, SETTINGS, shown_seconds=0.2)
        self.web.router.routes.clear()
        self.web.include_router(desk_phone_routes(desk), prefix="")
        self.web.include_router(seat_routes(desk))
        for interface in (DESK, OTHER):
            self.device(interface, e.DeviceState.NOT_IN_USE)

    def device(self, interface: str, state: e.DeviceState) -> None:
        self.keeper.tell(e.DeviceChanged(PBX, NOON, interface, state))

    def sits(self, interface: str, name: str, queue: str = "support") -> None:
        self.keeper.tell(e.MemberAdded(PBX, NOON, member(interface, queue, name=name)))

    def who(self, interface: str) -> str:
        return self.keeper.floor.sites[PBX].seats[interface.lower()].agent_number

    def told(self) -> list[tuple[str, str]]:
        return [(one.desk, one.agent_number) for one in self.phone.sent if isinstance(one, c.TellDesk)]


@pytest.fixture
def room(sessions: Sessions) -> Room:
    return Room(sessions)


@pytest.fixture
async def zhang_min(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    async with await room.of(Role.AGENT, "1003") as client:
        yield client


@pytest.fixture
async def li_na(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    async with await room.of(Role.AGENT, "1001") as client:
        yield client


@pytest.mark.parametrize(("role", "number"), [(Role.QA, "1003"), (Role.AGENT, None), (Role.AGENT, "9999")])
async def test_only_an_agent_of_the_settings_sits_down(room: Room, role: Role, number: str | None) -> None:
    async with await room.of(role, number) as client:
        status = 404 if number == "9999" else 403
        assert (await client.get(ROUTE)).status_code == status
        assert (await client.post(HERE, json={})).status_code == status
    assert room.phone.sent == []


async def test_who_has_no_phone_sits_down_and_is_shown_there(room: Room, zhang_min: httpx.AsyncClient) -> None:
    answer = await zhang_min.post(HERE, json={"queues": ["support"]})
    assert (answer.status_code, answer.json()["result"]) == (200, "done")
    seat = answer.json()["seat"]
    assert (seat["agent_number"], seat["desk_label"], seat["queues"]) == ("1003", "Desk 1", ["support"])
    first, second = (await zhang_min.get(ROUTE)).json()["phones"]
    assert (first["is_mine"], first["is_free"], first["is_last"], first["agent_name"]) == (
        True,
        False,
        True,
        "Zhang Min",
    )
    assert (second["number"], second["is_free"], second["is_registered"]) == ("802", True, True)
    assert (await zhang_min.post(HERE, json={})).json()["seat"]["queues"] == ["sales", "support"]  # joins the rest
    assert (await zhang_min.post(f"/seats/pbx1/{DESK}/sign-out")).json()["result"] == "done"
    assert room.who(DESK) == ""
    assert (await zhang_min.get(ROUTE)).json()["phones"][0]["is_last"] is True
    assert room.told() == [("801", "1003")]


async def test_a_phone_where_somebody_sits_is_refused_with_the_name(room: Room, zhang_min: httpx.AsyncClient) -> None:
    room.sits(DESK, "Li Na")
    refused = await zhang_min.post(HERE, json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "phone_taken")
    assert "Li Na" in refused.json()["detail"]
    assert (await zhang_min.post(f"/seats/pbx1/{DESK}/sign-out")).status_code == 403
    assert room.who(DESK) == "1001"


async def test_a_phone_that_is_not_registered_is_refused(room: Room, zhang_min: httpx.AsyncClient) -> None:
    room.device(DESK, e.DeviceState.UNAVAILABLE)
    refused = await zhang_min.post(HERE, json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "phone_away")
    assert (await zhang_min.get(ROUTE)).json()["phones"][0]["is_registered"] is False
    assert (await zhang_min.post(f"{ROUTE}/pbx1/899/sign-in", json={})).status_code == 404
    assert (await zhang_min.post(HERE, json={"queues": ["vip"]})).status_code == 422


async def test_who_sits_down_elsewhere_leaves_the_phone_before(room: Room, li_na: httpx.AsyncClient) -> None:
    assert (await li_na.post("/seats/pbx1/PJSIP/1001/sign-in", json={})).status_code == 200
    assert (await li_na.post(HERE, json={})).json()["result"] == "done"
    assert (await li_na.post(THERE, json={})).json()["result"] == "done"
    assert (room.who(DESK), room.who(OTHER)) == ("", "1001")
    assert (await li_na.post("/seats/pbx1/PJSIP/1001/sign-in", json={})).json()["result"] == "done"
    signed_in = [seat.interface for seat in room.keeper.floor.sites[PBX].seats.values() if seat.members]
    assert signed_in == ["PJSIP/1001"]


async def test_who_is_in_a_call_is_not_moved(room: Room, zhang_min: httpx.AsyncClient) -> None:
    room.sits(DESK, "Zhang Min")
    leg, call = ChannelId("1.1"), CallId("1.0")
    room.keeper.tell(e.ChannelOpened(PBX, NOON, leg, call, "PJSIP/801-1", "801", "", "agents", "s", True))
    refused = await zhang_min.post(THERE, json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "Desk 1" in refused.json()["detail"]
    assert not [one for one in room.phone.sent if isinstance(one, c.RemoveMember)]


async def test_nobody_is_signed_in_for_at_a_phone_where_nobody_sits(room: Room) -> None:
    async with await room.of(Role.SUPERVISOR) as chief:
        for what, body in (("sign-in", {"queues": ["support"]}), ("join-queue", {"queue": "support"})):
            assert (await chief.post(f"/seats/pbx1/{DESK}/{what}", json=body)).status_code == 409
        room.sits(DESK, "Zhang Min")
        assert (await chief.post(f"/seats/pbx1/{DESK}/join-queue", json={"queue": "sales"})).status_code == 200
        added = room.phone.sent[-1]
        assert isinstance(added, c.AddMember)
        assert (added.interface, added.name) == (DESK, "Zhang Min")


async def test_the_dialplan_is_told_again_after_a_survey_and_after_a_failure(room: Room) -> None:
    room.phone.fails_at["TellDesk"] = OutcomeUnknown("no answer")
    room.sits(DESK, "Zhang Min")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    room.phone.fails_at.clear()
    room.sits(DESK, "Zhang Min", "sales")
    await asyncio.sleep(0)
    assert room.told() == [("801", "1003")] * 2
    found = (member(DESK, name="Zhang Min"),)
    room.keeper.tell(e.Surveyed(PBX, NOON, queues=("support",), members=found, waiting=(), channels=(), devices=()))
    await asyncio.sleep(0)
    assert room.told() == [("801", "1003")] * 3

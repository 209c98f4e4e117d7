"""Hold and handing over by the routes: who may, what is refused and why, what is sent, and when it is done."""

from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec.structs import replace

from callcenter.accounts.rules import Role
from callcenter.agents.call_api import in_call_routes
from callcenter.agents.directory import directory
from callcenter.agents.lookout import Lookout
from callcenter.agents.service import SeatDesk
from callcenter.floor import commands as c
from callcenter.floor import events as e
from callcenter.floor.terms import ChannelId
from callcenter.settings import QueueSettings
from callcenter.store.engine import Sessions
from tests.agents.test_seat_api import CALL, CUSTOMER, LEG, OTHER, OWN, PBX, SETTINGS, Desk, talks
from tests.facts import NOON

ASKED = ChannelId("1.5")
CALL_ONLY = {"call_id": CALL}
TO_COLLEAGUE = CALL_ONLY | {"agent": "1002"}
ACTS: list[tuple[str, object]] = [
    ("hold", CALL_ONLY),
    ("resume", CALL_ONLY),
    ("transfer", TO_COLLEAGUE),
    ("consult", TO_COLLEAGUE),
    ("complete-transfer", CALL_ONLY),
    ("cancel-transfer", CALL_ONLY),
]


def tell(desk: Desk, *events: e.AnyEvent) -> None:
    for event in events:
        desk.keeper.tell(event)


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    """Agent 1001 talks; 1002 is in support, ready. The queue vip has no extension."""
    desk = Desk(sessions)
    lookout = Lookout()
    desk.keeper.listen(lookout.on_changes)
    queues = {**SETTINGS.queues, "support": QueueSettings(extension="4000"), "sales": QueueSettings(extension="4001")}
    settings = SETTINGS.model_copy(update={"queues": queues})
    desk.web.include_router(in_call_routes(SeatDesk(desk.keeper.floor, desk.phone, lookout, settings, 0.2)))
    talks(desk)
    for queue in ("support", "vip"):
        member = e.Member(queue, "PJSIP/1002", "Wang Wei", "PJSIP/1002", e.DeviceState.NOT_IN_USE)
        tell(desk, e.MemberAdded(PBX, NOON, member))
    tell(desk, e.DeviceChanged(PBX, NOON, "PJSIP/1002", e.DeviceState.NOT_IN_USE))
    return desk


@pytest.fixture
async def agent(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with await desk.of(Role.AGENT, "1001") as client:
        yield client


def asks(desk: Desk, *, is_up: bool) -> None:
    """1001 asks 1002 while the caller hears music."""
    name = "Local/1002@callcenter-agents-1;1"
    tell(
        desk,
        e.HoldBegun(PBX, NOON, LEG),
        e.ChannelOpened(PBX, NOON, ASKED, CALL, name, "", "", "", "1002", is_up=is_up),
        e.BridgeEntered(PBX, NOON, ASKED, CALL, "asking"),
        e.BridgeLeft(PBX, NOON, LEG, "bridge"),
        e.BridgeEntered(PBX, NOON, LEG, CALL, "asking"),
    )


@pytest.mark.parametrize(("what", "body"), ACTS)
@pytest.mark.parametrize(
    ("role", "number", "status"),
    [(None, None, 401), (Role.QA, "1001", 403), (Role.AGENT, None, 403), (Role.AGENT, "1002", 403)],
)
async def test_nobody_else_acts_on_the_call(
    desk: Desk, role: Role | None, number: str | None, status: int, what: str, body: object
) -> None:
    async with await desk.of(role, number) as client:
        assert (await client.post(f"{OWN}/{what}", json=body)).status_code == status
    assert desk.phone.sent == []


async def test_hold_is_the_code_of_the_phone_and_its_end_a_key(desk: Desk, agent: httpx.AsyncClient) -> None:
    assert (await agent.post(f"{OWN}/resume", json=CALL_ONLY)).json()["result"] == "already"
    assert (await agent.post(f"{OWN}/hold", json=CALL_ONLY)).status_code == 202
    assert desk.phone.sent == [c.PressKey(PBX, LEG, "*"), c.PressKey(PBX, LEG, "5")]
    tell(desk, e.HoldBegun(PBX, NOON, LEG, by_code=True))
    assert (await agent.post(f"{OWN}/hold", json=CALL_ONLY)).json()["result"] == "already"
    assert (await agent.post(f"{OWN}/resume", json=CALL_ONLY)).status_code == 202
    assert desk.phone.sent[2:] == [c.PressKey(PBX, LEG, "#")]


async def test_what_the_phone_itself_holds_it_takes_back_itself(desk: Desk, agent: httpx.AsyncClient) -> None:
    tell(desk, e.HoldBegun(PBX, NOON, LEG))
    for what, body in (("resume", CALL_ONLY), ("consult", TO_COLLEAGUE)):
        answer = await agent.post(f"{OWN}/{what}", json=body)
        assert (answer.status_code, "the phone itself" in answer.json()["detail"]) == (409, True)
    assert desk.phone.sent == []


@pytest.mark.parametrize(
    ("whom", "extension"),
    [({"agent": "1002"}, "1002"), ({"number": "1002"}, "1002"), ({"queue": "support"}, "4000"),
     ({"number": "4000"}, "4000"), ({"number": "13900139000"}, "13900139000")],
)  # fmt: skip
async def test_a_call_is_sent_where_agents_may_dial(
    desk: Desk, agent: httpx.AsyncClient, whom: dict[str, str], extension: str
) -> None:
    assert (await agent.post(f"{OWN}/transfer", json=CALL_ONLY | whom)).status_code == 202
    assert (await agent.post(f"{OWN}/consult", json=CALL_ONLY | whom)).status_code == 202
    assert desk.phone.sent == [c.Transfer(PBX, LEG, extension), c.Consult(PBX, LEG, extension)]


async def test_who_is_on_hold_is_taken_back_before_somebody_is_asked(desk: Desk, agent: httpx.AsyncClient) -> None:
    tell(desk, e.HoldBegun(PBX, NOON, LEG, by_code=True))
    assert (await agent.post(f"{OWN}/consult", json=TO_COLLEAGUE)).status_code == 202
    assert desk.phone.sent == [c.PressKey(PBX, LEG, "#")]  # the hold is not seen to end: nothing is dialled
    tell(desk, e.HoldEnded(PBX, NOON, LEG))
    await agent.post(f"{OWN}/consult", json=TO_COLLEAGUE)
    assert desk.phone.sent[1:] == [c.Consult(PBX, LEG, "1002")]


async def test_who_was_asked_gets_the_call_once_they_answered(desk: Desk, agent: httpx.AsyncClient) -> None:
    asks(desk, is_up=False)
    for what, body in (("complete-transfer", CALL_ONLY), ("transfer", TO_COLLEAGUE), ("consult", TO_COLLEAGUE),
                       ("resume", CALL_ONLY)):  # fmt: skip
        assert (await agent.post(f"{OWN}/{what}", json=body)).status_code == 409, what
    assert desk.phone.sent == []
    tell(desk, e.ChannelUp(PBX, NOON, ASKED, CALL, "", ""))
    shown = (await agent.post(f"{OWN}/complete-transfer", json=CALL_ONLY)).json()["seat"]
    assert (shown["state"], shown["consulting"], shown["consult_answered"]) == ("on_hold", "1002", True)
    assert (await agent.post(f"{OWN}/cancel-transfer", json=CALL_ONLY)).status_code == 202
    assert desk.phone.sent == [c.PressKey(PBX, LEG, "*"), c.PressKey(PBX, LEG, "2"), c.CancelConsult(PBX, LEG)]


@pytest.mark.parametrize("what", ["transfer", "consult"])
@pytest.mark.parametrize(
    ("whom", "status", "field"),
    [
        ({"agent": "1999"}, 422, "agent"),
        ({"agent": "1001"}, 422, "agent"),
        ({"agent": "1002\r\nAction: Logoff"}, 422, "agent"),
        ({"queue": "nowhere"}, 422, "queue"),
        ({"queue": "vip"}, 422, "queue"),
        ({"queue": "sales"}, 409, "queue"),
        ({"number": "4001"}, 409, "queue"),
        ({"number": "+8613900139000"}, 422, "number"),
        ({"number": "139#1"}, 422, "number"),
        ({"number": "*70"}, 422, "number"),
        ({"agent": "1002", "number": "139"}, 422, None),
        ({}, 422, None),
        ({"agent": "1002", "context": "internal"}, 422, "context"),
    ],
)
async def test_where_a_caller_would_be_lost_nothing_is_sent(
    desk: Desk, agent: httpx.AsyncClient, what: str, whom: dict[str, str], status: int, field: str | None
) -> None:
    answer = await agent.post(f"{OWN}/{what}", json=CALL_ONLY | whom)
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text
    assert desk.phone.sent == []


async def test_a_busy_agent_may_be_asked_and_is_sent_nobody(desk: Desk, agent: httpx.AsyncClient) -> None:
    tell(desk, e.DeviceChanged(PBX, NOON, "PJSIP/1002", e.DeviceState.IN_USE))
    answer = await agent.post(f"{OWN}/transfer", json=TO_COLLEAGUE)
    assert (answer.status_code, answer.json()["code"]) == (409, "agent_not_free")
    assert (await agent.post(f"{OWN}/consult", json=TO_COLLEAGUE)).status_code == 202
    tell(desk, e.DeviceChanged(PBX, NOON, "PJSIP/1002", e.DeviceState.UNAVAILABLE))
    assert (await agent.post(f"{OWN}/consult", json=TO_COLLEAGUE)).status_code == 409


async def test_an_agent_is_reached_at_the_phone_in_the_browser_too(desk: Desk, agent: httpx.AsyncClient) -> None:
    told = directory(SETTINGS, NOON)[0]
    second = e.AgentEntry(number="1002", name="Wang Wei", team="", interface="PJSIP/1002-browser")
    tell(desk, replace(told, agents=(second, *told.agents)))
    for queue in ("support", "vip"):
        tell(desk, e.MemberRemoved(PBX, NOON, queue, "PJSIP/1002"))
    tell(desk, e.DeviceChanged(PBX, NOON, "PJSIP/1002", e.DeviceState.UNAVAILABLE))
    tell(desk, e.DeviceChanged(PBX, NOON, "PJSIP/1002-browser", e.DeviceState.UNAVAILABLE))
    assert (await agent.post(f"{OWN}/consult", json=TO_COLLEAGUE)).status_code == 409
    tell(desk, e.DeviceChanged(PBX, NOON, "PJSIP/1002-browser", e.DeviceState.NOT_IN_USE))
    assert (await agent.post(f"{OWN}/transfer", json=TO_COLLEAGUE)).status_code == 409  # signed in at neither
    member = e.Member("support", "PJSIP/1002-browser", "Wang Wei", "PJSIP/1002-browser", e.DeviceState.NOT_IN_USE)
    tell(desk, e.MemberAdded(PBX, NOON, member))
    assert (await agent.post(f"{OWN}/transfer", json=TO_COLLEAGUE)).status_code == 202
    assert desk.phone.sent == [c.Transfer(PBX, LEG, "1002")]


async def test_numbers_outside_need_their_permission(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = frozenset({"work_seat", "see_floor"})
    monkeypatch.setattr("callcenter.accounts.own_roles.PERMISSIONS", {Role.AGENT: fewer})
    async with await desk.of(Role.AGENT, "1001") as client:
        body = CALL_ONLY | {"number": "13900139000"}
        assert (await client.post(f"{OWN}/transfer", json=body)).status_code == 403
        assert (await client.post(f"{OWN}/transfer", json=TO_COLLEAGUE)).status_code == 202


@pytest.mark.parametrize(("what", "body"), ACTS)
async def test_a_call_that_is_over_is_not_mistaken_for_the_next(
    desk: Desk, agent: httpx.AsyncClient, what: str, body: dict[str, str]
) -> None:
    for call_id in ("1.9", "/.*/", "1.0\r\nAction: Logoff"):
        answer = await agent.post(f"{OWN}/{what}", json=body | {"call_id": call_id})
        assert (answer.status_code, answer.json()["field"]) == (409, "call_id")
    assert (await agent.post(f"{OTHER}/{what}", json=body)).status_code == 403
    tell(desk, e.ChannelClosed(PBX, NOON, CUSTOMER, CALL, 16), e.ChannelClosed(PBX, NOON, LEG, CALL, 16))
    assert (await agent.post(f"{OWN}/{what}", json=body)).status_code == 409
    assert desk.phone.sent == []

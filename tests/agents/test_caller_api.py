"""Acts on those who wait: who may, what is possible and why not, what is sent."""

from collections.abc import AsyncIterator

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import scope_of
from callcenter.agents.caller_api import caller_routes
from callcenter.agents.callers import PRIORITY_SINCE
from callcenter.agents.lookout import Lookout
from callcenter.agents.service import SeatDesk
from callcenter.errors import PhoneRefused
from callcenter.floor import commands as c
from callcenter.floor import events as e
from callcenter.floor.terms import CallId, ChannelId
from callcenter.settings import QueueSettings
from callcenter.store.engine import Sessions
from tests.agents.test_seat_api import PBX, SETTINGS, Desk
from tests.facts import NOON

FIRST, SECOND = ChannelId("1.1"), ChannelId("1.2")
SEAT = "PJSIP/1002"
VISIT = f"pbx1/{SECOND}/support/1"
URL = f"/waiting/{VISIT}"
ACTS: list[tuple[str, object]] = [
    ("hang-up", None),
    ("to-front", None),
    ("to-queue", {"queue": "sales"}),
    ("to-seat", {"interface": SEAT}),
]
QUEUES = SETTINGS.queues | {"sales": QueueSettings(label="Sales", max_waiting=1)}


def tell(desk: Desk, *events: e.AnyEvent) -> None:
    for event in events:
        desk.keeper.tell(event)


def member(queue: str, interface: str = SEAT, device: e.DeviceState = e.DeviceState.NOT_IN_USE) -> e.AnyEvent:
    return e.MemberAdded(PBX, NOON, e.Member(queue, interface, "Wang Wei", interface, device))


def joins(channel_id: ChannelId, queue: str, position: int) -> e.AnyEvent:
    return e.CallerJoined(PBX, NOON, queue, channel_id, CallId(channel_id), "139", "Bob", position)


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    """Two wait in support; agent 1002 is signed in to sales and free."""
    desk = Desk(sessions)
    desk.phone.is_silent = True
    lookout = Lookout()
    desk.keeper.listen(lookout.on_changes)
    settings = SETTINGS.model_copy(update={"queues": QUEUES})
    desk.web.include_router(caller_routes(SeatDesk(desk.keeper.floor, desk.phone, lookout, settings, 0.2)))
    for position, channel_id in enumerate((FIRST, SECOND), 1):
        name = f"PJSIP/trunk-0{position}"
        tell(
            desk,
            e.ChannelOpened(PBX, NOON, channel_id, CallId(channel_id), name, "139", "", "", "", is_up=True),
            joins(channel_id, "support", position),
        )
    tell(desk, member("sales"))
    return desk


@pytest.fixture
async def supervisor(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with await desk.of(Role.SUPERVISOR) as client:
        yield client


@pytest.mark.parametrize(("what", "body"), ACTS)
@pytest.mark.parametrize(
    ("role", "number", "status"), [(None, None, 401), (Role.AGENT, "1002", 403), (Role.QA, None, 403)]
)
async def test_who_may_not_changes_nothing(
    desk: Desk, role: Role | None, number: str | None, status: int, what: str, body: object
) -> None:
    async with await desk.of(role, number) as client:
        assert (await client.post(f"{URL}/{what}", json=body)).status_code == status
    assert desk.phone.sent == []


@pytest.mark.parametrize(
    ("what", "body", "command"),
    [
        ("hang-up", None, c.HangUp(PBX, channel_id=SECOND)),
        ("to-front", None, c.MoveToFront(PBX, "support", "PJSIP/trunk-02", max(1, int(NOON - PRIORITY_SINCE)))),
        ("to-queue", {"queue": "sales"}, c.MoveToQueue(PBX, SECOND, "sales")),
        ("to-seat", {"interface": SEAT.lower()}, c.MoveToAgent(PBX, SECOND, "1002")),
    ],
)
async def test_asterisk_is_asked_and_what_it_does_not_show_is_not_said_to_be_done(
    desk: Desk, supervisor: httpx.AsyncClient, what: str, body: object, command: c.AnyCommand
) -> None:
    answer = await supervisor.post(f"{URL}/{what}", json=body)
    assert (answer.status_code, answer.json()["result"]) == (202, "asked"), answer.text
    assert answer.json()["visit"]["position"] == 2
    assert desk.phone.sent == [command]


async def test_a_queue_outside_the_scope_is_answered_as_one_that_is_not_there(desk: Desk) -> None:
    async with await desk.of(Role.TEAM_LEADER, scope=scope_of([], ["support"])) as leader:
        answers = [await leader.post(f"{URL}/to-queue", json={"queue": queue}) for queue in ("sales", "nowhere")]
        details = [answer.json()["detail"].replace("sales", "nowhere") for answer in answers]
        assert [(answer.status_code, answer.json()["field"]) for answer in answers] == [(422, "queue")] * 2
        assert details[0] == details[1]
    assert desk.phone.sent == []
    async with await desk.of(Role.SUPERVISOR, scope=scope_of([], ["support", "sales"])) as supervisor:
        assert (await supervisor.post(f"{URL}/to-queue", json={"queue": "sales"})).status_code == 202


async def test_who_is_first_and_who_waits_there_is_so_already(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    first = await supervisor.post(f"/waiting/pbx1/{FIRST}/support/1/to-front")
    same = await supervisor.post(f"{URL}/to-queue", json={"queue": "support"})
    assert [(one.status_code, one.json()["result"]) for one in (first, same)] == [(200, "already")] * 2
    assert desk.phone.sent == []


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/waiting/pbx1/1.9/support/1/hang-up", None, 404, None),
        ("/waiting/pbx1/1.2/support/2/hang-up", None, 404, None),
        ("/waiting/pbx1/1.2/sales/1/hang-up", None, 404, None),
        ("/waiting/pbx9/1.2/support/1/hang-up", None, 404, None),
        ("/waiting/pbx1/hang-up", None, 404, None),
        (f"{URL}/to-queue", {"queue": "nowhere"}, 422, "queue"),
        (f"{URL}/to-queue", {"queue": "sales,1\r\nAction: Logoff"}, 422, "queue"),
        (f"{URL}/to-queue", {"queue": ""}, 422, "queue"),
        (f"{URL}/to-queue", {}, 422, "queue"),
        (f"{URL}/to-queue", {"queue": "sales", "priority": 9}, 422, "priority"),
        (f"{URL}/to-queue", {"queue": "vip"}, 409, "queue"),
        (f"{URL}/to-seat", {"interface": "PJSIP/9999"}, 404, None),
        (f"{URL}/to-seat", {"interface": "PJSIP/1001"}, 409, "interface"),
        (f"{URL}/to-seat", {"number": "1002"}, 422, "interface"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_sent(
    desk: Desk, supervisor: httpx.AsyncClient, path: str, body: object, status: int, field: str | None
) -> None:
    answer = await supervisor.post(path, json=body)
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text
    assert desk.phone.sent == []


@pytest.mark.parametrize("device", [e.DeviceState.UNAVAILABLE, e.DeviceState.INVALID, e.DeviceState.UNKNOWN])
async def test_a_queue_that_would_turn_the_caller_away_gets_none(
    desk: Desk, supervisor: httpx.AsyncClient, device: e.DeviceState
) -> None:
    tell(desk, e.DeviceChanged(PBX, NOON, SEAT, device))
    answer = await supervisor.post(f"{URL}/to-queue", json={"queue": "sales"})
    assert (answer.status_code, "phone that can be reached" in answer.json()["detail"]) == (409, True)
    assert desk.phone.sent == []


async def test_a_full_queue_gets_none(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    third = ChannelId("1.3")
    tell(desk, joins(third, "sales", 1))
    answer = await supervisor.post(f"{URL}/to-queue", json={"queue": "sales"})
    assert (answer.status_code, "full" in answer.json()["detail"], desk.phone.sent) == (409, True, [])


@pytest.mark.parametrize("device", [e.DeviceState.IN_USE, e.DeviceState.RINGING, e.DeviceState.UNAVAILABLE])
async def test_who_is_not_free_is_given_nobody(
    desk: Desk, supervisor: httpx.AsyncClient, device: e.DeviceState
) -> None:
    tell(desk, e.DeviceChanged(PBX, NOON, SEAT, device))
    answer = await supervisor.post(f"{URL}/to-seat", json={"interface": SEAT})
    assert (answer.status_code, "Wang Wei" in answer.json()["detail"], desk.phone.sent) == (409, True, [])


async def test_a_phone_of_no_agent_is_given_nobody(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    tell(desk, member("sales", "PJSIP/3000"))
    answer = await supervisor.post(f"{URL}/to-seat", json={"interface": "PJSIP/3000"})
    assert (answer.status_code, answer.json()["field"], desk.phone.sent) == (422, "interface", [])


async def test_who_has_been_answered_meanwhile_is_left_alone(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    tell(desk, e.CallerLeft(PBX, NOON, "support", SECOND, 2))
    for what, body in ACTS:
        assert (await supervisor.post(f"{URL}/{what}", json=body)).status_code == 404
    assert desk.phone.sent == []


async def test_a_refusal_and_a_link_that_is_down_are_told(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    desk.phone.fails_at["HangUp"] = PhoneRefused("pbx1: no")
    assert (await supervisor.post(f"{URL}/hang-up")).json()["code"] == "phone_refused"
    desk.link(e.LinkState.DOWN)
    assert (await supervisor.post(f"{URL}/hang-up")).status_code == 503

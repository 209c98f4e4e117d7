"""Listening over its routes: who may, on which phone, what is refused and why, what is sent."""

from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec.structs import replace

from callcenter.accounts.rules import Role
from callcenter.agents.directory import directory
from callcenter.agents.listening_api import listening_routes
from callcenter.agents.lookout import Lookout
from callcenter.agents.service import SeatDesk
from callcenter.errors import PhoneRefused
from callcenter.floor import commands as c
from callcenter.floor import events as e
from callcenter.floor.terms import CallId, ChannelId
from callcenter.store.engine import Sessions
from tests.agents.test_seat_api import PBX, SETTINGS, Desk
from tests.facts import NOON

SEAT, PHONE = "PJSIP/1001", "PJSIP/1002"
AGENT, CALLER, CALL = ChannelId("1.2"), ChannelId("1.1"), CallId("1.1")
LISTENER = ChannelId("listen.token.1.2")
URL = f"/seats/pbx1/{SEAT}"
LISTENS = [
    ("listen", {"call_id": CALL, "mode": "listen"}),
    ("listen-mode", {"mode": "barge"}),
    ("stop-listening", None),
]


def tell(desk: Desk, *events: e.AnyEvent) -> None:
    for event in events:
        desk.keeper.tell(event)


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    """A caller talks with agent 1001; the phone of 1002 is free."""
    desk = Desk(sessions)
    lookout = Lookout()
    desk.keeper.listen(lookout.on_changes)
    seats = SeatDesk(desk.keeper.floor, desk.phone, lookout, SETTINGS, shown_seconds=0.2)
    desk.web.include_router(listening_routes(seats, lambda: "token"))
    tell(desk, e.DeviceChanged(PBX, NOON, PHONE, e.DeviceState.NOT_IN_USE))
    for channel_id, name in ((CALLER, "PJSIP/trunk-01"), (AGENT, f"{SEAT}-02")):
        tell(
            desk,
            e.ChannelOpened(PBX, NOON, channel_id, CALL, name, "139", "", "", "", is_up=True),
            e.BridgeEntered(PBX, NOON, channel_id, CALL, "bridge"),
        )
    return desk


def hears(desk: Desk, mode: e.ListeningMode = e.ListeningMode.LISTEN) -> None:
    """The phone has picked up and hears the agent."""
    tell(
        desk,
        e.ChannelOpened(PBX, NOON, LISTENER, CallId(LISTENER), f"{PHONE}-03", "", "", "", "4", is_up=True),
        e.ListeningBegan(PBX, NOON, LISTENER, f"{PHONE}-03", AGENT, mode),
    )


@pytest.fixture
async def supervisor(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with await desk.of(Role.SUPERVISOR, "1002") as client:
        yield client


@pytest.mark.parametrize(("what", "body"), LISTENS)
@pytest.mark.parametrize(
    ("role", "number", "status"),
    [(None, None, 401), (Role.AGENT, "1002", 403), (Role.QA, "1002", 403), (Role.SUPERVISOR, None, 409),
     (Role.SUPERVISOR, "1999", 409)],
)  # fmt: skip
async def test_who_may_not_or_has_no_phone_hears_nothing(
    desk: Desk, role: Role | None, number: str | None, status: int, what: str, body: object
) -> None:
    hears(desk)
    async with await desk.of(role, number) as client:
        assert (await client.post(f"{URL}/{what}", json=body)).status_code == status
    assert desk.phone.sent == []


async def test_the_phone_is_called_to_hear_that_very_channel(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    answer = await supervisor.post(f"{URL}/listen", json={"call_id": CALL, "mode": "whisper"})
    assert (answer.status_code, answer.json()["result"]) == (202, "asked")  # it rings: nobody has picked up
    assert desk.phone.sent == [c.Listen(PBX, LISTENER, PHONE, AGENT, e.ListeningMode.WHISPER)]


async def test_the_mode_is_switched_and_listening_ends(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    hears(desk)
    assert (await supervisor.post(f"{URL}/listen-mode", json={"mode": "listen"})).json()["result"] == "already"
    assert (await supervisor.post(f"{URL}/listen-mode", json={"mode": "barge"})).status_code == 202
    assert (await supervisor.post(f"{URL}/stop-listening")).status_code == 202
    assert desk.phone.sent == [
        c.SwitchListening(PBX, LISTENER, e.ListeningMode.BARGE),
        c.HangUp(PBX, channel_id=LISTENER),
    ]
    tell(desk, e.ChannelClosed(PBX, NOON, AGENT, CALL, 16))
    assert (await supervisor.post(f"{URL}/stop-listening")).status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        (f"{URL}/listen", {"call_id": "1.9", "mode": "listen"}, 409, "call_id"),
        (f"{URL}/listen", {"call_id": "1.9\r\nAction: Logoff", "mode": "listen"}, 409, "call_id"),
        (f"{URL}/listen", {"mode": "listen"}, 422, "call_id"),
        (f"{URL}/listen", {"call_id": CALL, "mode": "shout"}, 422, "mode"),
        (f"{URL}/listen", {"call_id": CALL, "mode": "listen", "phone": "PJSIP/1"}, 422, "phone"),
        (f"{URL}/listen-mode", {"mode": "whisper"}, 409, None),
        (f"{URL}/stop-listening", None, 409, None),
        (f"/seats/pbx1/{PHONE}/listen", {"call_id": CALL}, 409, "call_id"),
        ("/seats/pbx1/PJSIP/9999/listen", {"call_id": CALL}, 404, None),
        ("/seats/pbx9/PJSIP/1001/listen", {"call_id": CALL}, 404, None),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_sent(
    desk: Desk, supervisor: httpx.AsyncClient, path: str, body: object, status: int, field: str | None
) -> None:
    answer = await supervisor.post(path, json=body)
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text
    assert desk.phone.sent == []


@pytest.mark.parametrize(
    ("device", "word"), [(e.DeviceState.UNAVAILABLE, "not registered"), (e.DeviceState.IN_USE, "in use")]
)
async def test_a_phone_that_cannot_be_called_is_told(
    desk: Desk, supervisor: httpx.AsyncClient, device: e.DeviceState, word: str
) -> None:
    tell(desk, e.DeviceChanged(PBX, NOON, PHONE, device))
    answer = await supervisor.post(f"{URL}/listen", json={"call_id": CALL})
    assert (answer.status_code, word in answer.json()["detail"], desk.phone.sent) == (409, True, [])


async def test_who_listens_already_stops_that_first(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    hears(desk)
    answer = await supervisor.post(f"{URL}/listen", json={"call_id": CALL})
    assert (answer.status_code, "Li Na" in answer.json()["detail"], desk.phone.sent) == (409, True, [])


async def test_a_refusal_and_a_link_that_is_down_are_told(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    desk.phone.fails_at["Listen"] = PhoneRefused("pbx1: no")
    assert (await supervisor.post(f"{URL}/listen", json={"call_id": CALL})).json()["code"] == "phone_refused"
    desk.link(e.LinkState.DOWN)
    assert (await supervisor.post(f"{URL}/listen", json={"call_id": CALL})).status_code == 503


def test_a_phone_that_listens_is_in_no_call(desk: Desk) -> None:
    """Its seat has no channel, no call is opened, and nothing of it becomes a fact; it is shown, and goes."""
    facts: list[object] = []
    desk.keeper.listen(lambda _event, changes: facts.extend(changes.facts))
    hears(desk)
    site = desk.keeper.floor.sites[PBX]
    assert (site.seats[PHONE.lower()].channels, list(site.calls), site.surprises) == ({}, [CALL], 0)
    shown = desk.keeper.floor.snapshot()["listenings"][f"pbx1/{LISTENER}"]
    assert (shown["interface"], shown["mode"], shown["listener_name"]) == (SEAT, "listen", "Wang Wei")
    tell(desk, e.ListeningEnded(PBX, NOON, LISTENER), e.ChannelClosed(PBX, NOON, LISTENER, CallId(LISTENER), 16))
    assert (desk.keeper.floor.snapshot()["listenings"], facts) == ({}, [])


def test_after_a_reconnect_a_survey_tells_who_listens(desk: Desk) -> None:
    def survey(*channels: e.OpenChannel) -> e.Surveyed:
        return e.Surveyed(PBX, NOON, (), (), (), channels)

    talk = [
        e.OpenChannel(CALLER, CALL, "PJSIP/trunk-01", True, "139", "", "bridge", 9.0),
        e.OpenChannel(AGENT, CALL, f"{SEAT}-02", True, "1001", "", "bridge", 9.0),
    ]
    phone = e.OpenChannel(LISTENER, CallId(LISTENER), f"{PHONE}-03", True, "", "", "", 5.0, "ChanSpy", "6")
    tell(desk, survey(*talk, phone))
    shown = desk.keeper.floor.snapshot()["listenings"][f"pbx1/{LISTENER}"]
    assert (shown["interface"], shown["mode"], shown["call_id"]) == (SEAT, "barge", CALL)
    assert list(desk.keeper.floor.sites[PBX].calls) == [CALL]
    tell(desk, survey(*talk))
    assert desk.keeper.floor.snapshot()["listenings"] == {}


async def test_of_two_phones_the_one_that_can_be_rung_is_listened_on_or_where_one_signed_in(
    desk: Desk, supervisor: httpx.AsyncClient
) -> None:
    browser = f"{PHONE}-browser"
    told = directory(SETTINGS, NOON)[0]
    second = e.AgentEntry(number="1002", name="Wang Wei", team="", interface=browser)
    tell(desk, replace(told, agents=(second, *told.agents)))
    tell(desk, e.DeviceChanged(PBX, NOON, PHONE, e.DeviceState.UNAVAILABLE))
    tell(desk, e.DeviceChanged(PBX, NOON, browser, e.DeviceState.NOT_IN_USE))
    assert (await supervisor.post(f"{URL}/listen", json={"call_id": CALL})).status_code == 202
    tell(desk, e.DeviceChanged(PBX, NOON, PHONE, e.DeviceState.NOT_IN_USE))
    member = e.Member("support", PHONE, "Wang Wei", PHONE, e.DeviceState.NOT_IN_USE)
    tell(desk, e.MemberAdded(PBX, NOON, member))
    assert (await supervisor.post(f"{URL}/listen", json={"call_id": CALL})).status_code == 202
    assert [command.interface for command in desk.phone.sent if isinstance(command, c.Listen)] == [browser, PHONE]

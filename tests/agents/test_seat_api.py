"""Seats commanded over their routes: who may, what is refused, what is answered; a phone that produces faults."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.agents.directory import directory
from callcenter.agents.lookout import Lookout
from callcenter.agents.seat_api import seat_routes
from callcenter.agents.service import SeatDesk
from callcenter.errors import CallCenterError, OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor import commands as c
from callcenter.floor import events as e
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId, PbxName
from callcenter.live.keeper import Keeper
from callcenter.problems import tell_problems
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from callcenter.store.engine import Sessions
from tests.facts import NOON

PBX = PbxName("pbx1")
PASSWORD = "correct horse battery"
SEAT = "PJSIP/1002"
SETTINGS = Settings(
    pbxs=(PbxSettings(name="pbx1"),),
    queues={"support": QueueSettings(), "sales": QueueSettings(), "vip": QueueSettings()},
    agents=(
        AgentSettings(number="1001", name="Li Na", queues=("support", "sales")),
        AgentSettings(number="1002", name="Wang Wei", queues=("support",)),
    ),
)
OWN, OTHER = "/seats/pbx1/PJSIP/1001", "/seats/pbx1/PJSIP/1002"
SEATS: list[tuple[str, object]] = [
    ("sign-in", {}),
    ("sign-out", None),
    ("pause", {"reason": "meal"}),
    ("ready", None),
    ("end-wrap-up", None),
    ("extend-wrap-up", None),
    ("pause-recording", {"call_id": "1.0"}),
    ("resume-recording", {"call_id": "1.0"}),
    ("hang-up", {"call_id": "1.0"}),
    ("ask-for-help", None),
    ("end-help", None),
    ("join-queue", {"queue": "sales"}),
    ("leave-queue", {"queue": "sales"}),
]
SUPERVISING: list[tuple[str, object]] = [
    ("penalty", {"queue": "vip", "penalty": 2}),
    ("take-help", None),
]


class Phone:
    """An Asterisk that does at once what it is asked, unless it is told to fail."""

    def __init__(self, keeper: Keeper) -> None:
        self.sent: list[c.AnyCommand] = []
        self.fails_at: dict[str, CallCenterError] = {}
        self.is_silent = False
        self.is_hung = False
        self._keeper = keeper

    async def send(self, command: c.AnyCommand) -> None:
        self.sent.append(command)
        if self.is_hung:
            await asyncio.get_running_loop().create_future()
        failure = self.fails_at.get(getattr(command, "queue", None) or type(command).__name__)
        if failure is not None:
            raise failure
        if not self.is_silent:
            asyncio.get_running_loop().call_later(0.01, self._happen, command)

    def _happen(self, command: c.AnyCommand) -> None:
        for event in self._events(command):
            self._keeper.tell(event)

    def _events(self, command: c.AnyCommand) -> list[e.AnyEvent]:
        match command:
            case c.AddMember(queue=queue, interface=interface, name=name):
                paused = {"is_paused": command.is_paused, "pause_reason": command.pause_reason}
                member = e.Member(queue, interface, name, interface, e.DeviceState.NOT_IN_USE, **paused)  # type: ignore[arg-type]
                return [e.MemberAdded(command.pbx, NOON, member)]
            case c.RemoveMember(queue=queue, interface=interface):
                return [e.MemberRemoved(command.pbx, NOON, queue, interface)]
            case c.SetPenalty(queue=queue, interface=interface, penalty=penalty):
                seat = self._keeper.floor.sites[PBX].seats[interface.lower()]
                member = msgspec.structs.replace(seat.members[queue], penalty=penalty)
                return [e.MemberChanged(command.pbx, NOON, member)]
            case c.PauseMember(interface=interface, reason=reason):
                return self._paused(interface, is_paused=True, reason=reason)
            case c.UnpauseMember(interface=interface):
                return self._paused(interface, is_paused=False, reason="")
            case c.PauseRecording(channel_id=channel_id):
                return [e.RecordingPaused(command.pbx, NOON, channel_id)]
            case c.ResumeRecording(channel_id=channel_id):
                return [e.RecordingResumed(command.pbx, NOON, channel_id)]
            case _:
                return self._told(command)

    @staticmethod
    def _told(command: c.AnyCommand) -> list[e.AnyEvent]:
        match command:
            case c.EndWrapUp(interface=interface):
                return [e.WrapUpEnded(command.pbx, NOON, interface)]
            case c.AskForHelp(interface=interface):
                return [e.HelpAsked(command.pbx, NOON, interface)]
            case c.TakeHelp(interface=interface, by=by):
                return [e.HelpTaken(command.pbx, NOON, interface, by)]
            case c.EndHelp(interface=interface):
                return [e.HelpEnded(command.pbx, NOON, interface)]
            case _:
                return []

    def _paused(self, interface: str, *, is_paused: bool, reason: str) -> list[e.AnyEvent]:
        seat = self._keeper.floor.sites[PBX].seats[interface.lower()]
        return [
            e.MemberChanged(
                seat.pbx,
                NOON,
                e.Member(
                    one.queue,
                    interface,
                    one.name,
                    interface,
                    one.device,
                    is_paused=is_paused,
                    pause_reason=reason,
                    paused_at=NOON,
                ),
            )
            for one in seat.members.values()
        ]


class Desk:
    """The routes on a floor with two agents who are signed out, and people at them."""

    def __init__(self, sessions: Sessions) -> None:
        self.keeper = Keeper(Floor(), clock=lambda: NOON)
        self.phone = Phone(self.keeper)
        lookout = Lookout()
        self.keeper.listen(lookout.on_changes)
        for event in directory(SETTINGS, NOON):
            self.keeper.tell(event)
        self.link(e.LinkState.LIVE)
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.access = Access(sessions, lambda: NOON, Passwords(hasher))
        self.web = FastAPI()
        self.web.state.access = self.access
        tell_problems(self.web)
        seats = SeatDesk(self.keeper.floor, self.phone, lookout, SETTINGS, shown_seconds=0.2)
        self.web.include_router(seat_routes(seats))

    def link(self, state: e.LinkState) -> None:
        self.keeper.tell(e.LinkChanged(PBX, NOON, state, "connection refused"))

    async def of(
        self, role: Role | None, agent_number: str | None = None, scope: Scope = EVERYTHING
    ) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.web),
            base_url="http://centre/api",
            headers={"X-Requested-With": "callcenter"},
        )
        if role is not None:
            name = f"{role}-{agent_number}"
            await add_user(self.access, NewUser(name, PASSWORD, (role,), agent_number=agent_number, scope=scope))
            token, _ = await sign_in(self.access, name, PASSWORD, "192.0.2.1")
            client.cookies.set(COOKIE, token)
        return client


@pytest.fixture
def desk(sessions: Sessions) -> Desk:
    return Desk(sessions)


@pytest.fixture
async def agent(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with await desk.of(Role.AGENT, "1001") as client:
        yield client


@pytest.fixture
async def supervisor(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with await desk.of(Role.SUPERVISOR) as client:
        yield client


@pytest.mark.parametrize(("what", "body"), SEATS + SUPERVISING)
@pytest.mark.parametrize(
    ("role", "number", "status"),
    [(None, None, 401), (Role.QA, None, 403), (Role.QA, "1001", 403), (Role.AGENT, None, 403)],
)
async def test_strangers_reviewers_and_who_is_no_agent_command_no_seat(
    desk: Desk, role: Role | None, number: str | None, status: int, what: str, body: object
) -> None:
    async with await desk.of(role, number) as client:
        assert (await client.post(f"{OWN}/{what}", json=body)).status_code == status
    assert desk.phone.sent == []


@pytest.mark.parametrize(("what", "body"), SEATS + SUPERVISING)
async def test_an_agent_commands_no_other_seat(desk: Desk, agent: httpx.AsyncClient, what: str, body: object) -> None:
    answer = await agent.post(f"{OTHER}/{what}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert desk.phone.sent == []


@pytest.mark.parametrize(("what", "body"), SUPERVISING)
async def test_an_agent_does_not_supervise_even_at_the_own_seat(
    desk: Desk, agent: httpx.AsyncClient, what: str, body: object
) -> None:
    assert (await agent.post(f"{OWN}/{what}", json=body)).status_code == 403
    assert desk.phone.sent == []


async def test_another_sites_page_commands_nothing(desk: Desk, agent: httpx.AsyncClient) -> None:
    assert (await agent.post(f"{OWN}/sign-in", json={}, headers={"X-Requested-With": ""})).status_code == 403
    assert desk.phone.sent == []


async def test_an_agent_works_a_day_at_the_own_seat(desk: Desk, agent: httpx.AsyncClient) -> None:
    steps: list[tuple[str, object, str, str]] = [
        ("sign-in", {}, "done", "ready"),
        ("sign-in", {}, "already", "ready"),
        ("pause", {"reason": "meal"}, "done", "paused"),
        ("pause", {"reason": "meal"}, "already", "paused"),
        ("pause", {"reason": "break"}, "done", "paused"),
        ("ready", None, "done", "ready"),
        ("ready", None, "already", "ready"),
        ("end-wrap-up", None, "already", "ready"),
        ("sign-out", None, "done", "signed_out"),
        ("sign-out", None, "already", "signed_out"),
    ]
    for what, body, result, state in steps:
        answer = await agent.post(f"{OWN}/{what}", json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["result"], told["seat"]["state"], told["refused"]) == (result, state, {}), what
    assert len(desk.phone.sent) == 2 + 1 + 1 + 1 + 2


async def test_more_time_after_a_call_is_asked_for_and_ended_by_the_agent_and_by_a_supervisor(
    desk: Desk, agent: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    assert (await agent.post(f"{OWN}/sign-in", json={"queues": ["sales"]})).status_code == 200
    assert (await agent.post(f"{OWN}/extend-wrap-up")).status_code == 409
    seat = desk.keeper.floor.sites[PBX].seats["pjsip/1001"]
    for client in (agent, supervisor):
        talks_and_ends(desk, str(len(desk.phone.sent)))
        told = (await agent.post(f"{OWN}/extend-wrap-up")).json()
        assert desk.phone.sent[-1] == c.PauseMember(PBX, "PJSIP/1001", e.WRAP_UP_REASON)
        shown = told["seat"]
        assert (told["result"], shown["state"], shown["is_wrap_up_extended"]) == ("done", "wrap_up", True)
        assert (shown["is_paused"], shown["wrap_up_until"]) == (False, NOON + 120)
        ended = (await client.post(f"{OWN}/end-wrap-up")).json()
        assert ended["seat"]["is_wrap_up_extended"] is False
        assert desk.phone.sent[-2:] == [c.UnpauseMember(PBX, "PJSIP/1001"), c.EndWrapUp(PBX, "PJSIP/1001")]
        assert (ended["result"], seat.wrap_up_ends_at) == ("done", None)


def talks_and_ends(desk: Desk, call: str) -> None:
    """Agent 1001 has talked to a caller of the queue sales, and works on."""
    caller, leg, call_id = ChannelId(f"{call}.0"), ChannelId(f"{call}.1"), CallId(f"{call}.0")
    for channel_id, name in ((caller, "PJSIP/trunk-1"), (leg, "PJSIP/1001-2")):
        desk.keeper.tell(e.ChannelOpened(PBX, NOON, channel_id, call_id, name, "138", "", "agents", "s", True))
    desk.keeper.tell(e.CallerJoined(PBX, NOON, "sales", caller, call_id, "138", "", 1))
    desk.keeper.tell(e.MemberRung(PBX, NOON, "sales", "PJSIP/1001", "Li Na", caller, call_id, leg))
    desk.keeper.tell(e.MemberConnected(PBX, NOON, "sales", "PJSIP/1001", "Li Na", caller, call_id, leg, 1, 1))
    desk.keeper.tell(e.ChannelClosed(PBX, NOON, leg, call_id, 16))


async def test_queues_are_chosen_among_ones_own(desk: Desk, agent: httpx.AsyncClient) -> None:
    assert (await agent.post(f"{OWN}/sign-in", json={"queues": ["sales"]})).json()["seat"]["queues"] == ["sales"]
    for queues in (["vip"], ["nowhere"], [], ["sales\r\nAction: Logoff"], "sales"):
        answer = await agent.post(f"{OWN}/sign-in", json={"queues": queues})
        assert (answer.status_code, answer.json()["field"]) == (422, "queues"), queues
    assert len(desk.phone.sent) == 1


async def test_an_agent_adds_and_leaves_queues_of_their_own(desk: Desk, agent: httpx.AsyncClient) -> None:
    assert (await agent.post(f"{OWN}/sign-in", json={"queues": ["support"]})).status_code == 200
    assert (await agent.post(f"{OWN}/pause", json={"reason": "meal"})).status_code == 200
    joined = (await agent.post(f"{OWN}/join-queue", json={"queue": "sales"})).json()
    assert (joined["result"], joined["seat"]["queues"], joined["seat"]["state"]) == (
        "done", ["sales", "support"], "paused",
    )  # fmt: skip
    added = c.AddMember(PBX, "sales", "PJSIP/1001", "Li Na", 0, True, "meal")
    assert desk.phone.sent[-1:] == [added]
    assert (await agent.post(f"{OWN}/join-queue", json={"queue": "sales"})).json()["result"] == "already"
    left = (await agent.post(f"{OWN}/leave-queue", json={"queue": "support"})).json()
    assert (left["result"], left["seat"]["queues"]) == ("done", ["sales"])
    assert desk.phone.sent[-1:] == [c.RemoveMember(PBX, "support", "PJSIP/1001")]
    last = (await agent.post(f"{OWN}/leave-queue", json={"queue": "sales"})).json()
    assert (last["seat"]["queues"], last["seat"]["state"]) == ([], "signed_out")


async def test_an_agent_neither_adds_nor_leaves_a_queue_of_others(desk: Desk, agent: httpx.AsyncClient) -> None:
    for queue in ("support", "vip"):  # a supervisor put the seat into the second
        member = e.Member(queue, "PJSIP/1001", "Li Na", "PJSIP/1001", e.DeviceState.NOT_IN_USE)
        desk.keeper.tell(e.MemberAdded(PBX, NOON, member))
    for what in ("join-queue", "leave-queue"):
        for queue in ("vip", "nowhere"):
            answer = await agent.post(f"{OWN}/{what}", json={"queue": queue})
            assert (answer.status_code, answer.json()["field"]) == (422, "queue")
            assert f"the settings do not give you the queue '{queue}'" in answer.json()["detail"]
    answer = await agent.post(f"{OWN}/join-queue", json={"queue": "sales", "penalty": 5})
    assert (answer.status_code, answer.json()["field"]) == (422, "penalty")
    assert desk.phone.sent == []


async def test_a_scope_of_queues_keeps_no_agent_out_of_adding_their_own(desk: Desk) -> None:
    async with await desk.of(Role.AGENT, "1001", scope_of([], ["support"])) as agent:
        assert (await agent.post(f"{OWN}/join-queue", json={"queue": "sales"})).status_code == 200
        assert (await agent.post(f"{OWN}/leave-queue", json={"queue": "sales"})).status_code == 200


async def test_a_supervisor_puts_a_paused_seat_into_a_queue_and_it_stays_paused(
    desk: Desk, supervisor: httpx.AsyncClient
) -> None:
    assert (await supervisor.post(f"{OTHER}/sign-in", json={})).status_code == 200
    assert (await supervisor.post(f"{OTHER}/pause", json={"reason": "training"})).status_code == 200
    joined = (await supervisor.post(f"{OTHER}/join-queue", json={"queue": "vip", "penalty": 3})).json()
    assert (joined["result"], joined["seat"]["queues"], joined["seat"]["state"]) == (
        "done", ["support", "vip"], "paused",
    )  # fmt: skip
    assert desk.phone.sent[-1] == c.AddMember(PBX, "vip", "PJSIP/1002", "Wang Wei", 3, True, "training")
    left = (await supervisor.post(f"{OTHER}/leave-queue", json={"queue": "support"})).json()
    assert left["seat"]["queues"] == ["vip"]
    assert (await supervisor.post(f"{OTHER}/leave-queue", json={"queue": "support"})).json()["result"] == "already"


async def test_a_supervisor_has_a_seat_rung_later(desk: Desk, supervisor: httpx.AsyncClient) -> None:
    assert (await supervisor.post(f"{OTHER}/join-queue", json={"queue": "vip", "penalty": 3})).status_code == 200
    for penalty, result in [(5, "done"), (5, "already"), (0, "done")]:
        told = (await supervisor.post(f"{OTHER}/penalty", json={"queue": "vip", "penalty": penalty})).json()
        assert (told["result"], told["seat"]["penalties"]) == (result, {"vip": penalty})
    assert desk.phone.sent[-1] == c.SetPenalty(PBX, "vip", "PJSIP/1002", 0)


@pytest.mark.parametrize(
    ("what", "field", "body"),
    [
        ("join-queue", "queue", {"queue": "{}"}),
        ("leave-queue", "queue", {"queue": "{}"}),
        ("penalty", "queue", {"queue": "{}", "penalty": 1}),
        ("sign-in", "queues", {"queues": ["{}"]}),
    ],
)
async def test_a_queue_outside_the_scope_is_answered_as_one_that_is_not_there(
    desk: Desk, what: str, field: str, body: dict[str, object]
) -> None:
    for queue in ("support", "vip"):
        desk.keeper.tell(e.MemberAdded(PBX, NOON, e.Member(queue, SEAT, "Wang Wei", SEAT, e.DeviceState.NOT_IN_USE)))
    async with await desk.of(Role.TEAM_LEADER, scope=scope_of([], ["support", "sales"])) as leader:
        for queue in ("vip", "nowhere"):
            sent = msgspec.json.decode(msgspec.json.encode(body).replace(b"{}", queue.encode()))
            answer = await leader.post(f"{OTHER}/{what}", json=sent)
            problem = answer.json()
            assert (answer.status_code, problem["field"]) == (422, field), problem
            assert f"there is no queue '{queue}' at pbx1" in problem["detail"]
        assert desk.phone.sent == []
        sent = msgspec.json.decode(msgspec.json.encode(body).replace(b"{}", b"support"))
        assert (await leader.post(f"{OTHER}/{what}", json=sent)).status_code == 200


async def test_a_scope_of_queues_keeps_no_agent_out_of_their_own_and_one_of_teams_from_none(desk: Desk) -> None:
    inside = scope_of([], ["support"])
    async with await desk.of(Role.AGENT, "1001", inside) as agent:
        signed_in = await agent.post(f"{OWN}/sign-in", json={"queues": ["support", "sales"]})
        assert signed_in.json()["seat"]["queues"] == ["sales", "support"]
    async with await desk.of(Role.TEAM_LEADER, scope=inside) as leader:
        assert (await leader.post(f"{OWN}/sign-in", json={"queues": ["vip"]})).status_code == 422
        assert (await leader.post(f"{OWN}/sign-in", json={"queues": ["sales"]})).status_code == 200
    async with await desk.of(Role.SUPERVISOR, scope=scope_of([""], [])) as leader:
        assert (await leader.post(f"{OWN}/join-queue", json={"queue": "vip"})).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        (f"{OWN}/pause", {"reason": "lunch"}, 422, "reason"),
        (f"{OWN}/pause", {"reason": "meal\r\nAction: Logoff"}, 422, "reason"),
        (f"{OWN}/pause", {"reason": "meal|x"}, 422, "reason"),
        (f"{OWN}/pause", {}, 422, "reason"),
        (f"{OWN}/pause", {"reason": "meal", "queue": "sales"}, 422, "queue"),
        (f"{OWN}/pause", {"reason": "meal"}, 409, None),
        (f"{OWN}/ready", None, 409, None),
        (f"{OWN}/join-queue", {"queue": "nowhere"}, 422, "queue"),
        (f"{OWN}/join-queue", {"queue": "vip\r\nAction: Logoff"}, 422, "queue"),
        (f"{OWN}/join-queue", {"queue": "vip", "penalty": -1}, 422, "penalty"),
        (f"{OWN}/penalty", {"queue": "vip", "penalty": 1}, 409, "queue"),
        (f"{OWN}/penalty", {"queue": "vip", "penalty": -1}, 422, "penalty"),
        (f"{OWN}/penalty", {"queue": "vip"}, 422, "penalty"),
        (f"{OWN}/hang-up", {"call_id": "/.*/"}, 409, "call_id"),
        (f"{OWN}/pause-recording", {"call_id": "/.*/"}, 409, "call_id"),
        (f"{OWN}/pause-recording", {}, 422, "call_id"),
        (f"{OWN}/resume-recording", {"call_id": "1.0"}, 409, "call_id"),
        (f"{OWN}/resume-recording", {"call_id": "1.0", "channel_id": "1.1"}, 422, "channel_id"),
        ("/seats/pbx1/PJSIP/9999/sign-in", {}, 404, None),
        ("/seats/pbx1/PJSIP/1001%0d%0aAction:%20Logoff/sign-in", {}, 404, None),
        ("/seats/pbx9/PJSIP/1001/sign-in", {}, 404, None),
    ],
)
async def test_bad_input_is_refused_and_nothing_is_sent(
    desk: Desk, supervisor: httpx.AsyncClient, path: str, body: object, status: int, field: str | None
) -> None:
    answer = await supervisor.post(path, json=body)
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text
    assert desk.phone.sent == []


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (PhoneRefused("pbx1: Interface not found"), 409, "phone_refused"),
        (PhoneUnreachable("no link"), 503, "phone_unreachable"),
        (OutcomeUnknown("no answer"), 504, "outcome_unknown"),
    ],
)
async def test_what_the_phone_says_is_told(
    desk: Desk, agent: httpx.AsyncClient, failure: CallCenterError, status: int, code: str
) -> None:
    await agent.post(f"{OWN}/sign-in", json={})
    desk.phone.fails_at["PauseMember"] = failure
    answer = await agent.post(f"{OWN}/pause", json={"reason": "meal"})
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (status, code, failure.message)


async def test_where_one_queue_refuses_the_other_is_joined_and_both_are_told(
    desk: Desk, agent: httpx.AsyncClient
) -> None:
    desk.phone.fails_at["sales"] = PhoneRefused("pbx1: No such queue")
    answer = await agent.post(f"{OWN}/sign-in", json={})
    assert answer.status_code == 202
    assert (answer.json()["result"], answer.json()["refused"]) == ("asked", {"sales": "pbx1: No such queue"})


async def test_what_the_floor_does_not_show_is_said_to_be_asked_only(desk: Desk, agent: httpx.AsyncClient) -> None:
    await agent.post(f"{OWN}/sign-in", json={})
    desk.phone.is_silent = True
    answer = await agent.post(f"{OWN}/pause", json={"reason": "meal"})
    told = answer.json()
    assert (answer.status_code, told["result"], told["seat"]["state"]) == (202, "asked", "ready")


async def test_an_asterisk_that_does_not_answer_is_waited_for_no_longer_than_the_floor(
    desk: Desk, agent: httpx.AsyncClient
) -> None:
    desk.phone.is_hung = True
    answer = await asyncio.wait_for(agent.post(f"{OWN}/sign-in", json={}), 5)
    assert (answer.status_code, answer.json()["code"]) == (504, "outcome_unknown")
    assert len(desk.phone.sent) == 1


async def test_while_the_link_is_down_nothing_is_called_done_already(desk: Desk, agent: httpx.AsyncClient) -> None:
    await agent.post(f"{OWN}/sign-in", json={})
    desk.link(e.LinkState.DOWN)
    for what, body in SEATS[:2]:
        answer = await agent.post(f"{OWN}/{what}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (503, "phone_unreachable")
    assert len(desk.phone.sent) == 2


async def test_an_agent_asks_for_help_and_sees_who_comes_until_either_says_that_it_is_over(
    desk: Desk, agent: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    assert (await agent.post(f"{OWN}/ask-for-help")).status_code == 409  # signed out
    await agent.post(f"{OWN}/sign-in", json={})
    assert (await supervisor.post(f"{OWN}/take-help")).status_code == 409  # nobody asks
    asked = (await agent.post(f"{OWN}/ask-for-help")).json()
    assert (asked["result"], asked["seat"]["help_since"], asked["seat"]["help_by"]) == ("done", NOON, "")
    assert (await agent.post(f"{OWN}/ask-for-help")).json()["result"] == "already"
    taken = (await supervisor.post(f"{OWN}/take-help")).json()
    assert (taken["result"], taken["seat"]["help_by"]) == ("done", "supervisor-None")
    assert (await supervisor.post(f"{OWN}/take-help")).json()["result"] == "already"
    async with await desk.of(Role.ADMIN) as other:
        answer = await other.post(f"{OWN}/take-help")
        assert (answer.status_code, "on the way" in answer.json()["detail"]) == (409, True)
    for who in (agent, supervisor):
        await agent.post(f"{OWN}/ask-for-help")
        over = (await who.post(f"{OWN}/end-help")).json()
        assert (over["result"], over["seat"]["help_since"], over["seat"]["help_by"]) == ("done", None, "")
    assert (await agent.post(f"{OWN}/end-help")).json()["result"] == "already"
    await agent.post(f"{OWN}/ask-for-help")
    assert (await agent.post(f"{OWN}/sign-out")).json()["seat"]["help_since"] is None


CALL, CUSTOMER, LEG = CallId("1.0"), ChannelId("1.0"), ChannelId("1.1")


def talks(desk: Desk, *recorded: ChannelId) -> None:
    """Agent 1001 talks with a customer; these channels are recorded."""
    for channel_id, name in ((CUSTOMER, "PJSIP/trunk-1"), (LEG, "PJSIP/1001-2")):
        desk.keeper.tell(e.ChannelOpened(PBX, NOON, channel_id, CALL, name, "138", "", "agents", "s", True))
    for channel_id in (CUSTOMER, LEG):
        desk.keeper.tell(e.BridgeEntered(PBX, NOON, channel_id, CALL, "bridge"))
    for channel_id in recorded:
        desk.keeper.tell(e.RecordingBegun(PBX, NOON, channel_id, CALL, f"/monitor/{channel_id}.wav"))


async def test_who_signed_out_may_ask_for_help_while_the_call_goes_on(desk: Desk, agent: httpx.AsyncClient) -> None:
    talks(desk)
    asked = (await agent.post(f"{OWN}/ask-for-help")).json()
    assert (asked["result"], asked["seat"]["help_since"], asked["seat"]["queues"]) == ("done", NOON, [])


@pytest.mark.parametrize("recorded", [(LEG,), (CUSTOMER,), (CUSTOMER, LEG)])
async def test_every_recording_of_the_call_is_paused_and_goes_on(
    desk: Desk, agent: httpx.AsyncClient, recorded: tuple[ChannelId, ...]
) -> None:
    talks(desk, *recorded)
    steps = [("pause", "done", NOON), ("pause", "already", NOON), ("resume", "done", None), ("resume", "already", None)]
    for what, result, since in steps:
        answer = await agent.post(f"{OWN}/{what}-recording", json={"call_id": CALL})
        told = answer.json()
        assert (answer.status_code, told["result"]) == (200, result), answer.text
        assert (told["seat"]["is_recorded"], told["seat"]["recording_paused_since"]) == (True, since)
    assert desk.phone.sent == [
        *(c.PauseRecording(PBX, channel_id) for channel_id in recorded),
        *(c.ResumeRecording(PBX, channel_id) for channel_id in recorded),
    ]


async def test_a_recording_is_paused_in_the_call_that_is_meant_only(desk: Desk, agent: httpx.AsyncClient) -> None:
    talks(desk)
    answer = await agent.post(f"{OWN}/pause-recording", json={"call_id": CALL})
    assert (answer.status_code, answer.json()["field"]) == (409, "call_id"), "nothing of it is recorded"
    desk.keeper.tell(e.RecordingBegun(PBX, NOON, LEG, CALL, "/monitor/1.wav"))
    answer = await agent.post(f"{OWN}/pause-recording", json={"call_id": "2.0"})
    assert (answer.status_code, answer.json()["field"]) == (409, "call_id")
    assert desk.phone.sent == []
    desk.link(e.LinkState.DOWN)
    answer = await agent.post(f"{OWN}/pause-recording", json={"call_id": CALL})
    assert (answer.status_code, answer.json()["code"]) == (503, "phone_unreachable")
    assert desk.phone.sent == []

"""What is asked of Asterisk for a wish at a seat, who may wish it, and when it is shown."""

import pytest

from callcenter.accounts.rules import Permission
from callcenter.agents import rules
from callcenter.errors import BadInput, Conflict, NotAllowed
from callcenter.floor import commands as c
from callcenter.floor.events import WRAP_UP_REASON, DeviceState, Member
from callcenter.floor.facts import SeatState
from callcenter.floor.seat import Channel, Seat
from callcenter.floor.terms import CallId, ChannelId, PbxName

PBX = PbxName("pbx1")
CONTROL: frozenset[Permission] = frozenset({"control_seats"})
WORK: frozenset[Permission] = frozenset({"work_seat"})


def seat(*queues: str, pause: str = "", interface: str = "PJSIP/1001") -> Seat:
    """A seat that is a member of these queues, paused for a reason if one is named."""
    made = Seat(PBX, "PJSIP/1001", agent_number="1001")
    for queue in queues:
        made.members[queue] = _member(queue, pause, interface)
    return made


def _member(queue: str, pause: str = "", interface: str = "PJSIP/1001") -> Member:
    return Member(
        queue=queue,
        interface=interface,
        name="Li Na",
        state_interface="PJSIP/1001",
        device=DeviceState.NOT_IN_USE,
        is_paused=bool(pause),
        pause_reason=pause,
    )


@pytest.mark.parametrize(
    ("permissions", "number", "may"),
    [
        (CONTROL, None, True),
        (CONTROL, "1002", True),
        (WORK, "1001", True),
        (WORK, "1002", False),
        (WORK, None, False),
    ],
)
def test_agents_work_at_their_own_seat_supervisors_at_all(
    permissions: frozenset[Permission], number: str | None, may: bool
) -> None:
    if may:
        rules.check_may_work(permissions, number, seat())
    else:
        with pytest.raises(NotAllowed):
            rules.check_may_work(permissions, number, seat())


def test_a_phone_that_is_nobodys_is_no_agents_own_seat() -> None:
    nobodys = Seat(PBX, "PJSIP/2001")
    with pytest.raises(NotAllowed):
        rules.check_may_work(WORK, None, nobodys)
    with pytest.raises(NotAllowed):
        rules.check_may_work(WORK, "1001", nobodys)


def test_an_agent_chooses_among_the_configured_queues_a_supervisor_among_all() -> None:
    own = ("support", "sales")
    assert rules.queues_to_join(WORK, own, None) == own
    assert rules.queues_to_join(WORK, own, ["sales", "sales"]) == ("sales",)
    assert rules.queues_to_join(CONTROL, own, ["vip"]) == ("vip",)
    for chosen in (["vip"], []):
        with pytest.raises(BadInput) as refused:
            rules.queues_to_join(WORK, own, chosen)
        assert refused.value.field == "queues"
    with pytest.raises(BadInput):
        rules.queues_to_join(CONTROL, (), None)


def test_signing_in_joins_what_is_missing_and_keeps_a_pause() -> None:
    at = seat("support", pause="meal")
    wish = rules.join(at, "Li Na", ("support", "sales"))
    assert wish.commands == (c.AddMember(PBX, "sales", "PJSIP/1001", "Li Na", is_paused=True, pause_reason="meal"),)
    assert not wish.is_shown()
    at.members["sales"] = _member("sales", "meal")
    assert wish.is_shown()
    assert rules.join(at, "Li Na", ("support", "sales")).commands == ()


def test_a_local_member_is_commanded_by_its_own_interface() -> None:
    local = "Local/1001@from-queue/n"
    at = seat("support", interface=local)
    assert rules.leave(at, ("support", "sales")).commands == (c.RemoveMember(PBX, "support", local),)
    assert rules.pause(at, "meal", ["meal"]).commands == (c.PauseMember(PBX, local, "meal"),)
    assert rules.join(at, "Li Na", ["sales"]).commands == (c.AddMember(PBX, "sales", local, "Li Na"),)


def test_a_pause_is_asked_for_once_and_another_reason_again() -> None:
    at = seat("support", "sales", pause="meal")
    assert rules.pause(at, "meal", ["meal", "break"]).commands == ()
    wish = rules.pause(at, "break", ["meal", "break"])
    assert wish.commands == (c.PauseMember(PBX, "PJSIP/1001", "break"),)
    at.members["support"] = _member("support", "break")
    assert not wish.is_shown()
    at.members["sales"] = _member("sales", "break")
    assert wish.is_shown()


@pytest.mark.parametrize("reason", ["lunch", "", "meal\r\nAction: Logoff", "meal|x", "Meal"])
def test_only_configured_reasons(reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        rules.pause(seat("support"), reason, ["meal"])
    assert refused.value.field == "reason"


def test_who_is_signed_out_is_neither_paused_nor_ready() -> None:
    with pytest.raises(Conflict):
        rules.pause(seat(), "meal", ["meal"])
    with pytest.raises(Conflict):
        rules.ready(seat())


def test_ready_ends_a_pause_and_the_work_after_a_call() -> None:
    at = seat("support", pause="meal")
    wish = rules.ready(at)
    assert wish.commands == (c.UnpauseMember(PBX, "PJSIP/1001"),)
    assert not wish.is_shown()
    at = seat("support")
    at.wrap_up_until = 10.0
    assert rules.ready(at).commands == rules.end_wrap_up(at).commands == (c.EndWrapUp(PBX, "PJSIP/1001"),)
    at.wrap_up_until = None
    assert rules.ready(at).commands == rules.end_wrap_up(at).commands == ()


def test_more_time_after_a_call_is_a_pause_that_done_takes_back() -> None:
    at = seat("support", pause=WRAP_UP_REASON)
    at.state = SeatState.WRAP_UP
    assert rules.extend_wrap_up(at).commands == (c.PauseMember(PBX, "PJSIP/1001", WRAP_UP_REASON),)
    assert rules.extend_wrap_up(at).is_shown()
    unpaused, told = c.UnpauseMember(PBX, "PJSIP/1001"), c.EndWrapUp(PBX, "PJSIP/1001")
    assert rules.end_wrap_up(at).commands == rules.ready(at).commands == (unpaused,)
    at.wrap_up_until = 10.0
    assert rules.end_wrap_up(at).commands == rules.ready(at).commands == (unpaused, told)
    assert not rules.end_wrap_up(at).is_shown()
    assert not rules.ready(at).is_shown()
    assert rules.join(at, "Li Na", ["sales"]).commands == (
        c.AddMember(PBX, "sales", "PJSIP/1001", "Li Na", 0, True, WRAP_UP_REASON),
    )


@pytest.mark.parametrize("state", [state for state in SeatState if state is not SeatState.WRAP_UP])
def test_more_time_is_asked_for_after_a_call_alone(state: SeatState) -> None:
    at = seat("support")
    at.state = state
    with pytest.raises(Conflict):
        rules.extend_wrap_up(at)


def test_the_call_that_is_meant_is_hung_up_and_no_other() -> None:
    at = seat("support")
    for number, call in (("1.1", "1.0"), ("2.1", "2.0")):
        at.channels[ChannelId(number)] = Channel(ChannelId(number), CallId(call), "PJSIP/1001-1", "", 0.0)
    wish = rules.hang_up(at, "1.0")
    assert wish.commands == (c.HangUp(PBX, ChannelId("1.1")),)
    del at.channels[ChannelId("1.1")]
    assert wish.is_shown()
    with pytest.raises(Conflict):
        rules.hang_up(at, "1.0")

"""Calls that do not go the straight way: forwarded rings, mobiles, customers who transfer, moves."""

import pytest

from callcenter.floor import events as e
from callcenter.floor.events import DeviceState
from callcenter.floor.facts import Conversation, EndedBy, Ring, RingOutcome, SeatState, VisitOutcome
from tests.floor.stories import Diary, about, phone
from tests.floor.test_queue_calls import a_day
from tests.floor.test_seats import in_a_talk


def local_channel(day: Diary, extension: str) -> Diary:
    """The halves of a Local channel come to be."""
    for half in ("1", "2"):
        day.opens(f"half {half}", f"Local/{extension}@agents-1;{half}", call="caller")
    day.tell(e.LocalJoined, "half 1", "half 2")
    return day


def dials_through(day: Diary, to: str, name: str) -> Diary:
    """The Local channel's dialplan rings a phone, which is picked up."""
    day.opens(to, name, call="caller")
    day.tell(e.DialBegun, "caller", "half 2", to, name, to)
    day.tell(e.ChannelRinging, to, "caller", "", "")
    day.after(3).tell(e.ChannelUp, to, "caller", "", "")
    return day


def connects_through(day: Diary, interface: str, to: str) -> Diary:
    """The queue connects the caller, and the Local channel is optimised away."""
    day.leaves("caller")
    day.tell(e.MemberConnected, "support", interface, "Li Na", "caller", "caller", "half 1", 3.0, 3.0)
    day.bridges(to, "half 2", call="caller", bridge="inner").bridges("half 1", "caller", call="caller", bridge="outer")
    day.tell(e.LocalOptimised, "half 1", "half 2", to)
    day.leaves_bridge(to, "inner").bridges(to, call="caller", bridge="outer")
    return day.closes("half 2").closes("half 1")


def forwards(day: Diary, agent: str, to: str) -> Diary:
    """A 302: the queue dials a Local channel instead, in this order, and no AgentCalled names it."""
    leg = day.leg(agent)
    day.requests_hangup(leg)
    local_channel(day, to)
    day.tell(e.DialEnded, leg, "CANCEL", to)
    day.tell(e.DialBegun, "caller", "caller", "half 1", f"Local/{to}@agents-1;1", to)
    return day.closes(leg, 23)


def test_a_forwarded_ring_is_answered_by_a_colleague_for_the_member() -> None:
    """queue_log counts the call as the member's; whose phone was picked up is seen talking."""
    day = forwards(a_day("1001", "1002").joins("caller").rings("1001", "caller"), "1001", "1002")
    assert (day.remained(Ring), day.state("1001")) == ([], SeatState.READY)
    dials_through(day, "phone", f"{phone('1002')}-9")
    assert day.state("1002") is SeatState.RINGING
    connects_through(day, phone("1001"), "phone").after(20)
    assert (day.state("1001"), day.state("1002")) == (SeatState.READY, SeatState.TALKING)
    day.requests_hangup("caller")
    day.tell(e.MemberCompleted, "support", phone("1001"), "", "caller", "phone", 3.0, 20.0, "caller")
    talk = day.closes("caller").closes("phone").talk()
    assert (talk.agent_number, talk.leg_id, talk.talk_seconds) == ("1001", "phone", about(20))
    assert day.state("1002") is SeatState.READY
    [ring] = day.remained(Ring)
    assert (ring.agent_number, ring.outcome, ring.ring_seconds) == ("1001", RingOutcome.ANSWERED, 3.0)
    assert (day.leftovers(), day.surprises) == ([], [])


def test_a_forwarded_ring_that_the_caller_does_not_wait_for() -> None:
    day = forwards(a_day("1001").joins("caller").rings("1001", "caller"), "1001", "9")
    day.requests_hangup("caller").closes("half 1").is_gone("caller").closes("half 2").closes("caller")
    assert [ring.outcome for ring in day.remained(Ring)] == [RingOutcome.GIVEN_UP]
    assert day.leftovers() == []


def test_a_forwarded_ring_that_nobody_answers() -> None:
    day = forwards(a_day("1001").joins("caller").rings("1001", "caller"), "1001", "9").after(15)
    day.tell(e.RingNotAnswered, "support", phone("1001"), "caller", "half 1", 15.0)
    day.closes("half 1").closes("half 2")
    assert [ring.outcome for ring in day.remained(Ring)] == [RingOutcome.NOT_ANSWERED]
    assert day.waiting() == 1


def test_one_of_two_rings_is_forwarded() -> None:
    """Ringall: only the ring of the phone that forwards goes on elsewhere."""
    day = a_day("1001", "1002").joins("caller").rings("1001", "caller").rings("1002", "caller")
    forwards(day, "1002", "9").after(2).gives_up("caller").closes(day.leg("1001")).closes("half 1").closes("half 2")
    assert [(ring.agent_number, ring.outcome) for ring in day.remained(Ring)] == [
        ("1001", RingOutcome.GIVEN_UP),
        ("1002", RingOutcome.GIVEN_UP),
    ]
    assert day.leftovers() == []


def test_a_dial_that_is_no_queues_ring_may_be_forwarded_too() -> None:
    day = a_day("1001").dials("1001", "13900139000", to="customer")
    day.tell(e.DialEnded, "customer", "CANCEL", "9")
    assert day.state("1001") is SeatState.READY


def test_the_agents_own_mobile() -> None:
    """A member whose Local channel leads to the trunk: no phone of ours, and the talk outlives the Local channel."""
    interface = "Local/139@out"
    day = Diary().signs_in(interface, name="Li Na").joins("caller")
    local_channel(day, "139")
    day.tell(e.MemberRung, "support", interface, "Li Na", "caller", "caller", "half 1")
    day.tell(e.ChannelRinging, "half 1", "caller", "", "")
    assert day.state(interface) is SeatState.RINGING
    connects_through(dials_through(day, "mobile", "PJSIP/trunk-9"), interface, "mobile").after(30)
    assert day.state(interface) is SeatState.TALKING
    day.requests_hangup("mobile")
    day.tell(e.MemberCompleted, "support", interface, "Li Na", "caller", "mobile", 3.0, 30.0, "agent")
    talk = day.closes("mobile").closes("caller").talk()
    assert (talk.agent_name, talk.talk_seconds, talk.ended_by) == ("Li Na", about(30), EndedBy.AGENT)
    assert (day.leftovers(), day.state(interface)) == ([], SeatState.READY)


def test_an_unknown_member_is_named_by_the_events_of_its_calls() -> None:
    """Recorded traffic may begin without a survey."""
    day = Diary().joins("caller").opens("leg", f"{phone('1001')}-1", call="caller")
    day.tell(e.MemberRung, "support", phone("1001"), "Li Na", "caller", "caller", "leg")
    assert day.closes("leg").remained(Ring)[0].agent_name == "Li Na"


@pytest.mark.parametrize(("seconds", "outcome"), [(4, VisitOutcome.WITHDRAWN), (0, VisitOutcome.ABANDONED)])
def test_whoever_outlives_the_end_of_waiting_was_moved(seconds: float, outcome: VisitOutcome) -> None:
    """AMI's Redirect to a prompt, nothing else is seen of it; AMI's Hangup ends the channel at once."""
    day = a_day().joins("caller").after(7).is_gone("caller").after(seconds).requests_hangup("caller").closes("caller")
    assert (day.visit().outcome, day.visit().wait_seconds) == (outcome, about(7))


def test_a_moved_caller_meets_somebody_in_a_bridge() -> None:
    """AMI's Bridge dials nobody."""
    day = a_day().joins("caller").after(7).is_gone("caller").opens("other", "PJSIP/trunk-2").bridges("other", "caller")
    assert day.visit().outcome is VisitOutcome.WITHDRAWN


@pytest.mark.parametrize("comes", ["before", "after"])
def test_attended_transfer_by_the_caller_leaves_the_agent_in_a_talk_of_its_own(comes: str) -> None:
    """The agent stays in the bridge, with a third party whom the caller brought; it is nobody's queue call."""
    day = in_a_talk().opens("third", "PJSIP/trunk-3", call="caller").after(30)
    day.tell(e.AttendedTransferred, "caller", "caller 2", day.leg("1001"), "third")
    if comes == "before":
        day.bridges("third", call="caller", bridge="bridge of caller")
    day.completes("1001", "caller", "transfer")
    if comes == "after":
        day.bridges("third", call="caller", bridge="bridge of caller")
    day.completes("1001", "caller", "caller")  # sometimes a stay is said to end twice, in the same millisecond
    day.leaves_bridge("caller", "bridge of caller").closes("caller").after(10)
    assert day.state("1001") is SeatState.TALKING
    day.requests_hangup("third").closes("third").closes(day.leg("1001"))
    talks = day.remained(Conversation)
    assert [(talk.queue, talk.ended_by) for talk in talks] == [("support", EndedBy.CALLER), ("", EndedBy.CALLER)]
    assert [talk.talk_seconds for talk in talks] == [about(30), about(10)]


def test_a_phone_in_use_outside_our_calls_is_not_free() -> None:
    day = a_day("1001", "1002").device("1001", DeviceState.IN_USE)
    assert (day.state("1001"), day.floor.free_seats("pbx1", "support")) == (SeatState.READY, 1)


def test_behind_a_local_member_the_caller_has_another_call_than_the_agent_who_waited_for_him() -> None:
    """An agent gives his place to a caller as a Local member is rung for it. When the Local channel is optimised away
    the phone comes to the caller's call: that is no transfer, and the talk goes on."""
    day = a_day("1001")
    day.calls("customer").calls("asking").joins("caller", "support")
    local_channel(day, "1001")
    day.tell(e.MemberRung, "support", phone("1001"), "Li Na", "caller", "caller", "half 1")
    dials_through(day, "phone", f"{phone('1001')}-9")
    day.tell(e.AttendedTransferred, "asking", "caller", "customer", "")
    day.tell(e.CallerLeft, "support", "customer", 1)
    day.tell(e.MemberConnected, "support", phone("1001"), "Li Na", "customer", "customer", "half 1", 3.0, 1.0)
    day.bridges("phone", "half 2", call="caller", bridge="inner")
    day.bridges("half 1", call="caller", bridge="outer").bridges("customer", bridge="outer")
    day.tell(e.LocalOptimised, "half 1", "half 2", "phone")
    day.leaves_bridge("phone", "inner").leaves_bridge("half 1", "outer")
    day.bridges("phone", call="customer", bridge="outer").closes("half 1").closes("half 2").after(9)
    day.tell(e.MemberCompleted, "support", phone("1001"), "Li Na", "customer", "phone", 3.0, 9.0, "caller")
    day.closes("customer").after(2).closes("phone")
    talk = day.talk()
    assert (talk.queue, talk.call_id, talk.ended_by) == ("support", "customer", EndedBy.CALLER)
    assert talk.talk_seconds == about(9)

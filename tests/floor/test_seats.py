"""What a seat is doing: calls, holds, wrap-up, pauses, devices, hot-desking."""

from collections.abc import Callable

import pytest

from callcenter.agents.extensions import is_over
from callcenter.floor import events as e
from callcenter.floor.changes import Changes
from callcenter.floor.events import WRAP_UP_REASON, DeviceState
from callcenter.floor.facts import Conversation, Direction, EndedBy, Hold, SeatSpell, SeatState
from callcenter.floor.seat import TRANSITIONS, restate
from callcenter.floor.terms import CallId
from tests.floor.stories import PBX, Diary, about, phone
from tests.floor.test_queue_calls import a_day

EXTENSION = 120


def in_a_talk(*, wrap_up: int = 0) -> Diary:
    """Agent 1001 talks to a caller."""
    return a_day("1001", wrap_up=wrap_up).joins("caller").rings("1001", "caller").answers("1001", "caller")


def after_a_talk(*, wrap_up: int = 20) -> Diary:
    """Agent 1001 has just ended a talk of ten seconds."""
    return in_a_talk(wrap_up=wrap_up).after(10).hangs_up("caller", "1001", "caller")


def test_hold_and_resume_several_times() -> None:
    day = in_a_talk()
    day.after(10).holds("1001").holds("1001")
    assert day.state("1001") is SeatState.ON_HOLD
    day.after(5).resumes("1001").resumes("1001").after(10).holds("1001").after(7).resumes("1001")
    day.after(3).hangs_up("agent", "1001", "caller")
    talk = day.talk()
    assert (talk.holds, talk.hold_seconds) == (2, about(12))
    first, second = day.remained(Hold)
    assert (first.leg_id, first.part, first.call_id) == (talk.leg_id, talk.part, talk.call_id)
    assert [hold.began_at - talk.began_at for hold in (first, second)] == [about(10), about(25)]
    assert [hold.ended_at - hold.began_at for hold in (first, second)] == [about(5), about(7)]
    assert talk.talk_seconds == about(23)
    assert day.states("1001") == [
        SeatState.TALKING,
        SeatState.ON_HOLD,
        SeatState.TALKING,
        SeatState.ON_HOLD,
        SeatState.TALKING,
    ]


def test_hanging_up_on_hold_sends_no_unhold() -> None:
    day = in_a_talk().after(10).holds("1001").after(30).hangs_up("caller", "1001", "caller")
    talk = day.talk()
    assert (talk.hold_seconds, talk.talk_seconds) == (about(30), about(10))
    [hold] = day.remained(Hold)
    assert (hold.ended_at, hold.ended_at - hold.began_at) == (talk.ended_at, about(30))


def test_hold_by_the_callers_phone_is_no_hold_of_ours() -> None:
    day = in_a_talk()
    day.tell(e.HoldBegun, "caller")
    day.tell(e.HoldEnded, "caller")
    assert day.state("1001") is SeatState.TALKING


def test_wrap_up_ends_by_time_at_the_exact_instant() -> None:
    day = after_a_talk(wrap_up=20)
    assert day.state("1001") is SeatState.WRAP_UP
    due = day.floor.next_due_at()
    assert day.remained(Conversation) == []
    day.after(60).ticks()
    talk = day.talk()
    assert talk.wrap_up_seconds == about(20)
    assert talk.completed_at == due
    assert next(spell for spell in day.remained(SeatSpell) if spell.state is SeatState.WRAP_UP).until == due
    assert (day.state("1001"), day.floor.next_due_at()) == (SeatState.READY, None)


def test_the_members_own_wrap_up_time_counts_before_the_queues() -> None:
    day = Diary().directory("1001", wrap_up=20).signs_in("1001", wrap_up_seconds=5)
    day.joins("caller").rings("1001", "caller").answers("1001", "caller").hangs_up("caller", "1001", "caller")
    assert day.after(30).ticks().talk().wrap_up_seconds == about(5)


def test_wrap_up_ended_by_the_agent() -> None:
    day = after_a_talk().after(8).wrap_up_done("1001")
    assert day.talk().wrap_up_seconds == about(8)
    assert day.state("1001") is SeatState.READY
    assert day.wrap_up_done("1001").wrap_up_done("1999").state("1001") is SeatState.READY


def test_wrap_up_ended_by_a_pause() -> None:
    """Decision 5: the agent who pauses has ended the work after the call."""
    day = after_a_talk().after(6).pauses("1001", "training")
    assert day.talk().wrap_up_seconds == about(6)
    assert (day.state("1001"), day.seat("1001").reason) == (SeatState.PAUSED, "training")
    assert day.after(60).ticks().unpauses("1001").state("1001") is SeatState.READY


def test_wrap_up_ended_by_the_next_call() -> None:
    day = after_a_talk().after(4).joins("next").rings("1001", "next")
    assert day.talk().wrap_up_seconds == about(4)
    assert day.state("1001") is SeatState.RINGING
    assert day.after(60).does_not_answer("1001", "next").state("1001") is SeatState.READY


def test_more_time_is_wrap_up_until_the_agent_is_done() -> None:
    day = after_a_talk(wrap_up=20).after(15).pauses("1001", WRAP_UP_REASON).after(60).ticks()
    shown = day.seat("1001").view()
    assert (shown["state"], shown["reason"], shown["is_paused"]) == (SeatState.WRAP_UP, "", False)
    assert (shown["is_wrap_up_extended"], shown["wrap_up_until"]) == (True, about(day.now - 60 + EXTENSION))
    assert day.remained(Conversation) == []
    day.unpauses("1001")
    assert (day.state("1001"), day.talk().wrap_up_seconds) == (SeatState.READY, about(75))
    assert day.states("1001")[-2:] == [SeatState.TALKING, SeatState.WRAP_UP]
    assert (day.seat("1001").view()["wrap_up_until"], day.surprises) == (None, [])


def test_more_time_without_a_call_is_over_with_its_pause() -> None:
    day = a_day("1001").pauses("1001", WRAP_UP_REASON).after(5)
    assert day.state("1001") is SeatState.WRAP_UP
    assert day.unpauses("1001").state("1001") is SeatState.READY
    assert day.floor.sites[PBX].wrapping_up == set()


def test_more_time_may_be_asked_for_again() -> None:
    day = after_a_talk().after(10).pauses("1001", WRAP_UP_REASON).after(100).pauses("1001", WRAP_UP_REASON)
    assert day.seat("1001").wrap_up_ends_at == about(day.now + EXTENSION)
    assert day.after(100).unpauses("1001").talk().wrap_up_seconds == about(210)


def test_the_work_after_a_call_lasts_until_the_limit_and_the_seat_waits_for_asterisk() -> None:
    day = after_a_talk().after(10).pauses("1001", WRAP_UP_REASON)
    assert day.floor.next_due_at() == about(day.now + EXTENSION)
    day.after(3 * EXTENSION).ticks()
    assert day.talk().wrap_up_seconds == about(10 + EXTENSION)
    assert (day.state("1001"), is_over(day.floor.sites[PBX], day.seat("1001"))) == (SeatState.WRAP_UP, True)
    assert day.unpauses("1001").state("1001") is SeatState.READY
    assert len(day.remained(Conversation)) == 1


def test_done_on_the_phone_ends_the_work_at_the_word_and_asterisk_is_asked() -> None:
    day = after_a_talk().after(10).pauses("1001", WRAP_UP_REASON).after(30).wrap_up_done("1001")
    assert day.talk().wrap_up_seconds == about(40)
    assert is_over(day.floor.sites[PBX], day.seat("1001"))
    assert day.unpauses("1001").state("1001") is SeatState.READY
    assert not is_over(day.floor.sites[PBX], day.seat("1001"))


def test_more_time_holds_in_all_queues_and_ends_in_the_first() -> None:
    day = a_day("1001", wrap_up=20).signs_in("1001", "sales").joins("caller").rings("1001", "caller")
    day.answers("1001", "caller").after(10).hangs_up("caller", "1001", "caller").after(15)
    day.pauses("1001", WRAP_UP_REASON).pauses("1001", WRAP_UP_REASON, "sales").after(30)
    assert day.ticks().state("1001") is SeatState.WRAP_UP
    assert day.unpauses("1001", "sales").state("1001") is SeatState.READY
    assert day.unpauses("1001").talk().wrap_up_seconds == about(45)


@pytest.mark.parametrize("leaves", [lambda day: day.pauses("1001", "meal"), lambda day: day.signs_out("1001")])
def test_a_pause_or_signing_out_ends_an_extended_wrap_up(leaves: Callable[[Diary], Diary]) -> None:
    day = leaves(after_a_talk().after(10).pauses("1001", WRAP_UP_REASON).after(30))
    assert day.talk().wrap_up_seconds == about(40)
    assert day.state("1001") in (SeatState.PAUSED, SeatState.SIGNED_OUT)
    assert day.after(EXTENSION).ticks().unpauses("1001").state("1001") is SeatState.READY


def test_a_call_of_the_agents_own_ends_the_work_and_the_time_that_was_asked_for_goes_on() -> None:
    day = after_a_talk().after(10).pauses("1001", WRAP_UP_REASON).after(20)
    day.dials("1001", "13900139000", to="customer")
    assert day.talk().wrap_up_seconds == about(30)
    day.is_answered("1001", "customer").after(5)
    day.requests_hangup("customer").closes("customer").closes(day.leg("1001"))
    assert day.state("1001") is SeatState.WRAP_UP
    day.after(EXTENSION).ticks()
    assert is_over(day.floor.sites[PBX], day.seat("1001"))
    assert [talk.wrap_up_seconds for talk in day.remained(Conversation)] == [about(30), 0.0]


def test_a_pause_asked_for_during_a_call_begins_when_it_ends() -> None:
    day = in_a_talk(wrap_up=20).pauses("1001", "meal")
    assert day.state("1001") is SeatState.TALKING
    assert day.seat("1001").view()["pause_pending"] is True
    day.after(5).hangs_up("caller", "1001", "caller")
    assert (day.state("1001"), day.seat("1001").view()["pause_pending"]) == (SeatState.PAUSED, False)
    assert day.talk().wrap_up_seconds == about(0)


def test_reason_changed_without_an_unpause() -> None:
    day = a_day("1001").after(5).pauses("1001", "meal").after(60).pauses("1001", "training").after(30).unpauses("1001")
    spells = [(spell.state, spell.reason) for spell in day.remained(SeatSpell)]
    assert spells == [(SeatState.READY, ""), (SeatState.PAUSED, "meal"), (SeatState.PAUSED, "training")]


def test_paused_in_one_queue_of_two_is_ready() -> None:
    day = a_day("1001").signs_in("1001", "sales").pauses("1001", queue="sales")
    assert day.state("1001") is SeatState.READY
    assert day.floor.free_seats("pbx1", "support") == 1
    assert day.pauses("1001", "coffee").state("1001") is SeatState.PAUSED
    assert day.seat("1001").reason == "coffee"


def test_free_seats_of_an_unknown_queue() -> None:
    day = a_day("1001")
    assert (day.floor.free_seats("pbx1", "nowhere"), day.floor.free_seats("nowhere", "support")) == (0, 0)


def test_sign_out_while_talking() -> None:
    day = in_a_talk(wrap_up=20).signs_out("1001")
    assert day.state("1001") is SeatState.TALKING
    day.after(9).hangs_up("agent", "1001", "caller")
    assert day.state("1001") is SeatState.SIGNED_OUT
    assert day.talk().talk_seconds == about(9)
    assert day.signs_out("1001").state("1001") is SeatState.SIGNED_OUT


def test_unreachable_phone() -> None:
    day = a_day("1001").device("1001", DeviceState.UNAVAILABLE).device("1999", DeviceState.IN_USE)
    assert day.state("1001") is SeatState.UNREACHABLE
    assert (
        day.device("1001", DeviceState.NOT_IN_USE).device("1001", DeviceState.NOT_IN_USE).state("1001")
        is SeatState.READY
    )


def test_two_queue_calls_at_once_on_one_seat() -> None:
    """ringinuse=yes: the first talk ends while the second goes on; its wrap-up is none."""
    day = in_a_talk(wrap_up=20)
    first = day.leg("1001")
    day.after(10).holds("1001").joins("second").rings("1001", "second").answers("1001", "second").after(5)
    assert day.state("1001") is SeatState.TALKING
    second = day.leg("1001")
    day.requests_hangup("caller")
    day.tell(e.MemberCompleted, "support", phone("1001"), "", "caller", first, 0.0, 15.0, "caller")
    day.closes("caller").closes(first).after(30)
    assert day.state("1001") is SeatState.TALKING
    ended = day.talk()
    assert (ended.leg_id, ended.wrap_up_seconds) == (first, 0.0)
    day.hangs_up("agent", "1001", "second").after(60).ticks()
    assert [talk.leg_id for talk in day.remained(Conversation)] == [first, second]
    assert day.remained(Conversation)[1].wrap_up_seconds == about(20)


def test_own_outbound_call() -> None:
    day = a_day("1001", wrap_up=20).dials("1001", "13900139000", to="customer")
    assert (day.state("1001"), day.seat("1001").direction) == (SeatState.RINGING, Direction.OUTBOUND)
    day.after(6).is_answered("1001", "customer")
    assert (day.state("1001"), day.seat("1001").number) == (SeatState.TALKING, "13900139000")
    day.after(40).requests_hangup("customer").closes("customer").closes(day.leg("1001"))
    talk = day.talk()
    assert (talk.direction, talk.queue, talk.number) == (Direction.OUTBOUND, "", "13900139000")
    assert (talk.ended_by, talk.wrap_up_seconds) == (EndedBy.CALLER, 0.0)
    assert day.state("1001") is SeatState.READY


def test_a_phone_that_asterisk_calls_for_nobody_rings_until_it_is_answered() -> None:
    """An Originate to a seat (a supervisor who listens): the phone is dialled by no channel."""
    day = a_day("1001").opens("leg", "PJSIP/1001-1")
    day.tell(e.DialBegun, "leg", "", "leg", "PJSIP/1001-1", "1001")
    day.tell(e.ChannelRinging, "leg", "leg", "1001", "")
    assert day.state("1001") is SeatState.RINGING
    day.tell(e.ChannelUp, "leg", "leg", "1001", "")
    assert day.state("1001") is SeatState.READY


def test_a_ringing_channel_of_nobody() -> None:
    day = a_day("1001").opens("customer", "PJSIP/trunk-1")
    day.tell(e.ChannelRinging, "customer", "customer", "139", "")
    day.tell(e.ChannelUp, "customer", "customer", "139", "")
    assert day.state("1001") is SeatState.READY


def test_outbound_call_that_nobody_answers() -> None:
    day = a_day("1001").dials("1001", "13900139000", to="customer").after(20)
    day.tell(e.DialEnded, "customer", "NOANSWER")
    assert day.state("1001") is SeatState.READY
    day.closes("customer").closes(day.leg("1001"))
    assert day.remained(Conversation) == []


def test_internal_call() -> None:
    day = a_day("1001", "1002").dials("1001", "1002", to="other")
    assert (day.state("1001"), day.state("1002")) == (SeatState.RINGING, SeatState.RINGING)
    day.is_answered("1001", "other").after(10).closes("other").closes(day.leg("1001"))
    talks = day.remained(Conversation)
    assert {talk.agent_number for talk in talks} == {"1001", "1002"}
    assert {talk.direction for talk in talks} == {Direction.INTERNAL}


def test_a_feature_code_is_an_internal_call() -> None:
    day = a_day("1001").opens("leg", "PJSIP/1001-1", number="1001", extension="*45")
    assert day.floor.sites["pbx1"].calls[CallId("leg")].direction is Direction.INTERNAL


def test_local_member_talks_at_the_phone_behind_it() -> None:
    """`Local/1001@agents` with StateInterface PJSIP/1001; the Local channel is optimised away once audio flows."""
    day = Diary().directory("1001")
    day.signs_in("1001", interface="Local/1001@agents", state_interface=phone("1001"))
    day.joins("caller").opens("one", "Local/1001@agents-1;1", call="caller")
    day.opens("two", "Local/1001@agents-1;2", call="caller")
    day.tell(e.LocalJoined, "one", "two")
    day.tell(e.LocalJoined, "unknown", "neither")
    day.tell(e.MemberRung, "support", "Local/1001@agents", "Li Na", "caller", "caller", "one")
    day.opens("phone", "PJSIP/1001-1", call="caller")
    day.tell(e.DialBegun, "caller", "two", "phone", "PJSIP/1001-1", "1001")
    day.tell(e.ChannelRinging, "phone", "caller", "1001", "")
    assert day.state("1001") is SeatState.RINGING
    day.after(3).tell(e.ChannelUp, "phone", "caller", "1001", "")
    day.bridges("two", "phone", call="caller", bridge="inner")
    assert day.remained(Conversation) == []
    day.leaves("caller")
    day.tell(e.MemberConnected, "support", "Local/1001@agents", "Li Na", "caller", "caller", "one", 3.0, 3.0)
    day.bridges("one", "caller", call="caller", bridge="outer")
    assert day.state("1001") is SeatState.TALKING
    day.tell(e.LocalOptimised, "one", "two", "phone")
    day.leaves_bridge("phone", "inner").bridges("phone", call="caller", bridge="outer")
    day.closes("two").closes("one").after(20)
    assert day.state("1001") is SeatState.TALKING
    day.tell(e.HoldBegun, "phone")
    day.after(5).requests_hangup("phone")
    day.tell(e.MemberCompleted, "support", "Local/1001@agents", "Li Na", "caller", "phone", 3.0, 25.0, "agent")
    talk = day.closes("phone").closes("caller").talk()
    assert (talk.leg_id, talk.part, talk.queue, talk.ended_by) == ("phone", 1, "support", EndedBy.AGENT)
    assert (talk.interface, talk.holds) == (phone("1001"), 1)
    assert day.state("1001") is SeatState.READY


def test_local_member_whose_phone_is_not_seen_talks_on_its_local_channel() -> None:
    day = Diary().signs_in("1001", interface="Local/1001@agents/n", state_interface="hint:1001@agents")
    assert day.state("Local/1001@agents/n") is SeatState.READY
    day.joins("caller").opens("one", "Local/1001@agents-1;1", call="caller")
    day.opens("two", "Local/1001@agents-1;2", call="caller")
    day.tell(e.LocalJoined, "one", "two")
    day.tell(e.MemberRung, "support", "Local/1001@agents/n", "", "caller", "caller", "one")
    day.leaves("caller")
    day.tell(e.MemberConnected, "support", "Local/1001@agents/n", "", "caller", "caller", "one", 3.0, 3.0)
    assert day.state("Local/1001@agents/n") is SeatState.TALKING
    day.after(5).tell(e.MemberCompleted, "support", "Local/1001@agents/n", "", "caller", "one", 3.0, 5.0, "caller")
    assert day.talk().leg_id == "one"


def test_hot_desking_moves_a_member_to_another_phone() -> None:
    day = Diary()
    for seat in ("PJSIP/9001", "PJSIP/9002"):
        day.signs_in("1001", interface="Local/1001@agents", state_interface=seat)
    assert (day.state("9001"), day.state("9002")) == (SeatState.SIGNED_OUT, SeatState.READY)


def test_interfaces_are_compared_without_regard_to_case() -> None:
    day = Diary().signs_in("pjsip/1001").joins("caller").rings("1001", "caller")
    assert list(day.floor.sites["pbx1"].seats) == ["pjsip/1001"]
    assert day.state("1001") is SeatState.RINGING


def test_names_come_from_the_directory_else_from_asterisk() -> None:
    day = Diary().signs_in("1001", name="Li Na").signs_in("1002")
    assert (day.seat("1001").agent_name, day.seat("1002").agent_name) == ("Li Na", "")
    assert day.directory("1001").seat("1001").agent_name == "Agent 1001"


def test_an_impossible_transition_is_taken_over_and_kept_as_a_surprise() -> None:
    day = in_a_talk()
    seat, changes = day.seat("1001"), Changes()
    seat.state = SeatState.READY
    seat.channels[day.leg("1001")].talk.hold(day.now)  # type: ignore[union-attr]
    restate(seat, day.now, changes)
    assert (seat.state, len(changes.surprises)) == (SeatState.ON_HOLD, 1)
    assert set(TRANSITIONS) == set(SeatState)


# --- transfers --------------------------------------------------------------------------------------------------


def test_blind_transfer_by_the_agent() -> None:
    day = in_a_talk(wrap_up=20).after(30)
    day.tell(e.BlindTransferred, day.leg("1001"), "caller", "4002", "queues")
    assert day.state("1001") is SeatState.WRAP_UP
    day.completes("1001", "caller", "transfer").closes(day.leg("1001")).joins("caller", "sales")
    day.after(60).ticks()
    assert (day.talk().ended_by, day.talk().wrap_up_seconds) == (EndedBy.TRANSFER, about(20))
    assert day.waiting() == 1


def test_blind_transfer_by_the_caller_is_not_the_agents() -> None:
    """The customer sends the agent elsewhere: the agent talks on with somebody else, a conversation of its own."""
    day = in_a_talk().after(30)
    day.tell(e.BlindTransferred, "caller", day.leg("1001"), "9999", "internal")
    day.leaves_bridge(day.leg("1001"), "bridge of caller").completes("1001", "caller", "transfer").closes("caller")
    day.opens("third", "PJSIP/trunk-3", call="caller").bridges(day.leg("1001"), "third", call="caller")
    assert day.state("1001") is SeatState.TALKING
    day.after(10).closes("third").closes(day.leg("1001"))
    first, second = day.remained(Conversation)
    assert (first.ended_by, first.queue, second.queue, second.part) == (EndedBy.CALLER, "support", "", 2)


def test_attended_transfer_by_the_agent() -> None:
    """1001 asks 1002 in a call of its own; then the customer and 1002 talk, 1001 is done."""
    day = a_day("1001", "1002", wrap_up=20).joins("caller").rings("1001", "caller").answers("1001", "caller")
    first_leg = day.leg("1001")
    day.after(20).holds("1001").dials("1001", "1002", to="colleague").is_answered("1001", "colleague").after(10)
    second_leg = day.leg("1001")
    assert day.state("1001") is SeatState.TALKING
    day.leaves_bridge("colleague", "bridge of colleague")
    day.bridges("colleague", call="caller", bridge="bridge of caller")
    day.tell(e.AttendedTransferred, first_leg, second_leg, "caller", "colleague")
    day.bridges("colleague", call="caller", bridge="bridge of caller")
    day.completes("1001", "caller", "transfer").closes(first_leg).closes(second_leg)
    assert (day.state("1001"), day.state("1002")) == (SeatState.READY, SeatState.TALKING)
    day.after(40).requests_hangup("caller").closes("caller").closes("colleague")
    talks = {(str(talk.leg_id), talk.part): talk for talk in day.remained(Conversation)}
    assert talks[first_leg, 1].ended_by is EndedBy.TRANSFER
    assert talks[first_leg, 1].hold_seconds == about(10)
    assert talks[second_leg, 1].ended_by is EndedBy.TRANSFER
    asked, served = talks["colleague", 1], talks["colleague", 2]
    assert (asked.call_id, asked.ended_by) == (CallId(second_leg), EndedBy.TRANSFER)
    assert (served.call_id, served.agent_number) == ("caller", "1002")
    assert served.talk_seconds == about(40)

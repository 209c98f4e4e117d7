"""What was not seen: surveys after a gap, restarts, events that come late or twice. And the links to the PBXs."""

from typing import Any

import pytest

from callcenter.floor import events as e
from callcenter.floor.events import DeviceState, LinkState, OpenChannel, WaitingCaller
from callcenter.floor.facts import (
    AttemptResult,
    CallRecord,
    Conversation,
    Direction,
    QueueVisit,
    RecordingFile,
    Ring,
    RingOutcome,
    SeatState,
    VisitOutcome,
)
from callcenter.floor.floor import Floor
from callcenter.floor.site import REMEMBERED, Ended
from callcenter.floor.terms import AttemptId, CallId, ChannelId
from tests.floor.stories import PBX, Diary, about, member, phone
from tests.floor.test_queue_calls import a_day
from tests.floor.test_seats import in_a_talk


def found_waiting(caller: str, queue: str = "support", *, waited: float = 30.0) -> WaitingCaller:
    return WaitingCaller(queue, ChannelId(caller), 1, "13800138000", f"Name of {caller}", waited)


def found_open(channel: str, name: str, **given: Any) -> OpenChannel:
    return OpenChannel(
        **{
            "channel_id": ChannelId(channel),
            "call_id": CallId(channel),
            "name": name,
            "is_up": True,
            "number": "13800138000",
            "caller_name": "",
            "bridge_id": "",
            "age_seconds": 60.0,
            **given,
        }
    )


def survey(day: Diary, **found: Any) -> Diary:
    """A survey of a PBX with one queue and agent 1001 in it, unless told otherwise."""
    day.tell(
        e.Surveyed,
        **{"queues": ("support",), "members": (member("1001"),), "waiting": (), "channels": (), "devices": (), **found},
    )
    return day


def test_what_a_survey_does_not_find_has_ended_unseen() -> None:
    day = in_a_talk().joins("waiting").rings("1001", "waiting").after(60)
    survey(day)
    assert day.remained(QueueVisit)[-1].outcome is VisitOutcome.LOST
    assert not day.remained(QueueVisit)[-1].is_certain
    assert day.remained(Ring)[-1].outcome is RingOutcome.LOST
    assert (day.talk().is_certain, [call.is_certain for call in day.remained(CallRecord)]) == (False, [False, False])
    assert (day.waiting(), day.state("1001")) == (0, SeatState.READY)
    assert day.surprises == []


def test_a_ring_whose_caller_waits_on_is_lost_with_its_leg() -> None:
    day = a_day("1001").joins("caller").rings("1001", "caller")
    survey(day, waiting=(found_waiting("caller"),), channels=(found_open("caller", "PJSIP/trunk-caller"),))
    [ring] = day.remained(Ring)
    assert (ring.outcome, ring.is_certain, day.waiting()) == (RingOutcome.LOST, False, 1)


def test_what_a_survey_finds_is_adopted() -> None:
    day = Diary()
    channels = (
        found_open("caller", "PJSIP/trunk-1", bridge_id="b"),
        found_open("leg", "PJSIP/1001-1", call_id="caller", bridge_id="b"),
        found_open("ringing", "PJSIP/1002-1", call_id="waiting", is_up=False),
        found_open("waiting", "PJSIP/trunk-2"),
    )
    members = (member("1001"), member("1002"), member("1003", is_paused=True, pause_reason="meal"))
    devices = ((phone("1003"), DeviceState.UNAVAILABLE),)
    survey(day, members=members, waiting=(found_waiting("waiting"),), channels=channels, devices=devices)
    states = [day.state(agent) for agent in ("1001", "1002", "1003")]
    assert states == [SeatState.TALKING, SeatState.RINGING, SeatState.PAUSED]
    [visit] = day.floor.snapshot()["visits"].values()
    assert visit["joined_at"] == about(day.now - 30)
    assert (visit["call_id"], day.seat("1003").device) == ("waiting", DeviceState.UNAVAILABLE)


def test_a_talk_found_under_way_is_known_for_the_queues_when_it_is_complete() -> None:
    day = Diary().directory("1001", wrap_up=20)
    channels = (
        found_open("caller", "PJSIP/trunk-1", bridge_id="b"),
        found_open("leg", "PJSIP/1001-1", call_id="caller", bridge_id="b"),
    )
    survey(day, channels=channels).after(30)
    day.tell(e.MemberCompleted, "support", phone("1001"), "", "caller", "leg", 5.0, 90.0, "caller")
    assert day.state("1001") is SeatState.WRAP_UP
    talk = day.closes("leg").closes("caller").after(60).ticks().talk()
    assert (talk.queue, talk.is_certain, talk.wrap_up_seconds) == ("support", False, about(20))
    assert talk.talk_seconds == about(30)


def test_a_survey_may_be_newer_than_events_on_their_way() -> None:
    day = Diary()
    survey(day, waiting=(found_waiting("caller"),), channels=(found_open("caller", "PJSIP/trunk-1"),))
    day.calls("caller").joins("caller", position=2)
    assert (day.waiting(), len(day.floor.sites[PBX].calls)) == (1, 1)
    survey(day, waiting=(found_waiting("caller"),), channels=(found_open("caller", "PJSIP/trunk-1"),))
    day.after(5).gives_up("caller")
    assert (day.visit().join, day.visit().outcome) == (1, VisitOutcome.ABANDONED)
    assert day.visit().wait_seconds >= 5


def test_a_survey_may_be_older_than_events_that_came_before_it() -> None:
    """Its answers began before the caller hung up: who has ended is not taken back."""
    day = a_day("1001").joins("caller").gives_up("caller")
    survey(day, waiting=(found_waiting("caller"),), channels=(found_open("caller", "PJSIP/trunk-1"),))
    assert (day.waiting(), day.floor.sites[PBX].channels) == (0, {})
    assert len(day.remained(QueueVisit)) == 1


def test_what_came_to_be_while_the_lists_came_in_is_left_alone() -> None:
    """The survey is as old as its first answer; it is told with the last one."""
    day = a_day("1001").joins("caller").rings("1001", "caller").after(1)
    asked_at, channels = day.now, (found_open("caller", "PJSIP/trunk-caller"), found_open("1001.1", "PJSIP/1001-1"))
    day.answers("1001", "caller").joins("late")
    found = (found_waiting("caller"),)
    day.apply(e.Surveyed(PBX, asked_at, ("support",), (member("1001"),), found, channels, ()))
    assert (day.state("1001"), day.waiting(), len(day.remained(QueueVisit))) == (SeatState.TALKING, 1, 1)
    assert sorted(day.floor.sites[PBX].bridges) == ["bridge of caller"]


def test_a_survey_that_finds_a_caller_in_another_queue() -> None:
    day = a_day("1001").joins("caller")
    channels = (found_open("caller", "PJSIP/trunk-caller"),)
    survey(day, queues=("support", "sales"), waiting=(found_waiting("caller", "sales"),), channels=channels)
    assert (day.visit().queue, day.visit().outcome, day.waiting()) == ("support", VisitOutcome.LOST, 1)


def test_a_survey_that_finds_a_left_caller_in_another_queue() -> None:
    day = a_day("1001").joins("caller").leaves("caller")
    channels = (found_open("caller", "PJSIP/trunk-caller"),)
    survey(day, waiting=(found_waiting("caller", "sales"),), channels=channels)
    assert (day.visit().outcome, day.waiting()) == (VisitOutcome.LEFT_BY_KEY, 1)


def test_a_survey_without_channels_keeps_them() -> None:
    """A QueueStatus that another program asked for tells of queues only."""
    day = in_a_talk().joins("waiting")
    survey(day, waiting=(found_waiting("waiting"),), channels=None, devices=None)
    assert (day.state("1001"), day.waiting()) == (SeatState.TALKING, 1)
    survey(day, channels=None, devices=None)
    assert day.visit_outcomes()[-1] is VisitOutcome.LOST


def test_a_talk_that_left_its_bridge_unseen_ends_at_the_survey() -> None:
    day = in_a_talk().after(30)
    channels = (found_open("caller", "PJSIP/trunk-caller"), found_open("1001.1", "PJSIP/1001-1", call_id="caller"))
    survey(day, channels=channels)
    survey(day.after(10), channels=channels)
    day.closes("1001.1")
    assert day.talk().talk_seconds == about(30)


def test_a_survey_signs_members_out_who_are_gone() -> None:
    day = a_day("1001", "1002")
    survey(day)
    assert [day.state(agent) for agent in ("1001", "1002")] == [SeatState.READY, SeatState.SIGNED_OUT]


def test_restart_of_asterisk() -> None:
    day = in_a_talk().joins("waiting")
    day.tell(e.PbxStopped)
    day.after(20).tell(e.PbxStarted)
    assert day.leftovers() == []
    assert (day.visit_outcomes()[-1], day.state("1001")) == (VisitOutcome.LOST, SeatState.READY)


def test_the_whole_day_told_twice_counts_once() -> None:
    day = in_a_talk(wrap_up=5).after(10).hangs_up("caller", "1001", "caller")
    day.joins("second").after(9).is_gone("second").queue_returns("second", "TIMEOUT").closes("second")
    day.calls("third").queue_returns("third", "FULL").closes("third")
    told, facts = list(day.events), [fact for fact in day.facts if not isinstance(fact, Conversation)]
    for event in told:
        day.apply(event)
    assert [fact for fact in day.facts if not isinstance(fact, Conversation)][: len(facts)] == facts
    assert len(day.remained(QueueVisit)) == 3
    assert len(day.remained(CallRecord)) == 3
    assert len(day.remained(Conversation)) == 1


@pytest.mark.parametrize("times", [1, 3])
def test_events_of_an_earlier_stay_do_not_touch_the_present_one(times: int) -> None:
    day = a_day("1001").joins("caller").after(10).is_gone("caller").queue_returns("caller", "TIMEOUT")
    earlier = [event for event in day.events if isinstance(event, e.CallerGone | e.CallerLeft | e.QueueResult)]
    day.joins("caller")
    for event in earlier * times:
        day.apply(event)
    assert (day.waiting(), len(day.remained(QueueVisit)), day.surprises) == (1, 1, [])


def test_channels_never_seen_to_open_leave_nothing_behind() -> None:
    """The link came up in the middle of everything, without a survey."""
    day = Diary()
    day.tell(e.CallerJoined, "support", "caller", "caller", "138", "", 1)
    day.tell(e.MemberRung, "support", phone("1001"), "", "caller", "caller", "leg")
    for _ in range(2):
        day.tell(e.RecordingBegun, "caller", "caller", "/monitor/1.wav")
    day.tell(e.ChannelUp, "leg", "caller", "1001", "138")
    day.tell(e.ChannelRinging, "leg", "caller", "1001", "138")
    day.tell(e.BridgeEntered, "leg", "caller", "b")
    day.tell(e.BridgeLeft, "leg", "b")
    day.tell(e.DialEnded, "leg", "ANSWER")
    day.tell(e.RingNotAnswered, "support", phone("1009"), "caller", "unknown leg", 3.0)
    day.requests_hangup("leg").requests_hangup("caller").closes("leg").is_gone_unseen("caller").closes("caller")
    assert day.leftovers() == []
    assert (day.visit().outcome, len(day.remained(RecordingFile))) == (VisitOutcome.ABANDONED, 1)
    day.tell(e.RecordingBegun, "caller", "caller", "/monitor/1.wav")
    day.tell(e.MemberRung, "support", phone("1001"), "", "caller", "caller", "leg")
    assert day.leftovers() == []


def test_a_ring_for_a_caller_who_was_never_seen() -> None:
    day = a_day("1001").opens("leg", "PJSIP/1001-1", call="caller")
    day.tell(e.MemberRung, "support", phone("1001"), "", "caller", "caller", "leg")
    day.tell(e.MemberRung, "support", phone("1001"), "", "caller", "caller", "leg")
    day.closes("leg", 26)
    assert [ring.outcome for ring in day.remained(Ring)] == [RingOutcome.WON_BY_COLLEAGUE]


def test_a_linkedid_that_changes_back_has_one_record() -> None:
    """Channels of one call meet another call and part again, their first record is the only one."""
    day = Diary().opens("one", "PJSIP/trunk-1").opens("two", "PJSIP/trunk-2")
    day.bridges("two", call="one", bridge="b").bridges("two", call="two", bridge="b").closes("two").closes("one")
    assert sorted(call.call_id for call in day.remained(CallRecord)) == ["one", "two"]
    assert day.leftovers() == []


def test_ended_ids_are_remembered_for_a_while() -> None:
    ended = Ended()
    for number in range(REMEMBERED + 5):
        ended.remember(str(number))
    assert (len(ended), "4" in ended, "5" in ended) == (REMEMBERED, False, True)


def test_a_link_goes_by_our_clock_and_says_why() -> None:
    floor = Floor()
    floor.apply(e.LinkChanged(PBX, 5e9, LinkState.DOWN, "refused"))
    assert floor.view(("links", PBX)) == {
        "pbx": PBX,
        "state": LinkState.DOWN,
        "since": 5e9,
        "detail": "refused",
        "unheard_since": None,
    }
    assert floor.sites[PBX].now == 0.0
    assert floor.view(("links", "elsewhere")) is None


def test_two_pbxs_are_kept_apart() -> None:
    day = a_day("1001").joins("caller")
    day.apply(e.CallerJoined("pbx2", day.now, "support", ChannelId("caller"), CallId("caller"), "", "", 1))
    assert sorted(day.floor.snapshot()["visits"]) == ["pbx1/caller/support/1", "pbx2/caller/support/1"]
    assert day.floor.view(("gauges", "*"))["waiting"] == 2  # type: ignore[index]


# --- attempts of the dialer -------------------------------------------------------------------------------------

ATTEMPT = "attempt-7"


def an_attempt() -> Diary:
    """The dialer's call to a customer is under way."""
    day = a_day("1001").opens(ATTEMPT, "PJSIP/trunk-77")
    day.tell(e.DialBegun, ATTEMPT, "", ATTEMPT, "PJSIP/trunk-77", "PJSIP/13900139000@trunk")
    return day


def the_result(day: Diary) -> AttemptResult:
    [result] = day.remained(AttemptResult)
    return result


def test_attempt_busy() -> None:
    """The answer to the Originate comes after the channel's end, and names no channel."""
    day = an_attempt().after(2).closes(ATTEMPT, 17, "486")
    day.tell(e.OriginateEnded, ATTEMPT, "", succeeded=False, reason=0)
    result = the_result(day)
    assert (result.was_placed, result.cause, result.tech_cause, result.answered_at) == (True, 17, "486", None)
    assert day.remained(CallRecord)[0].number == "13900139000"
    assert day.remained(CallRecord)[0].attempt_id == ATTEMPT


def test_attempt_not_answered() -> None:
    """The answer comes before the channel's end."""
    day = an_attempt().after(30)
    day.tell(e.OriginateEnded, ATTEMPT, "", succeeded=False, reason=3)
    assert day.remained(AttemptResult) == []
    assert the_result(day.closes(ATTEMPT, 0)).answered_at is None


def test_attempt_answered_by_a_machine() -> None:
    day = an_attempt()
    day.tell(e.ChannelUp, ATTEMPT, ATTEMPT, "", "")
    day.tell(e.OriginateEnded, ATTEMPT, ATTEMPT, succeeded=True, reason=4)
    day.tell(e.MachineAnswered, ATTEMPT)
    day.tell(e.MachineAnswered, "attempt-8")
    result = the_result(day.after(5).closes(ATTEMPT))
    assert (result.is_machine, result.reached_at) == (True, None)
    assert result.answered_at is not None


def test_detection_that_finds_a_person_is_kept() -> None:
    day = an_attempt()
    day.tell(e.ChannelUp, ATTEMPT, ATTEMPT, "", "")
    day.tell(e.PersonAnswered, ATTEMPT)
    day.tell(e.PersonAnswered, "attempt-8")
    assert the_result(day.after(5).closes(ATTEMPT)).is_machine is False


def test_where_detection_said_nothing_nobody_knows() -> None:
    day = an_attempt()
    day.tell(e.ChannelUp, ATTEMPT, ATTEMPT, "", "")
    assert the_result(day.after(5).closes(ATTEMPT)).is_machine is None


def test_attempt_answered_and_reached() -> None:
    day = an_attempt()
    day.tell(e.ChannelUp, ATTEMPT, ATTEMPT, "", "")
    day.tell(e.ChannelUp, ATTEMPT, ATTEMPT, "", "")
    day.adopts(ATTEMPT).joins(ATTEMPT).rings("1001", ATTEMPT).after(2).answers("1001", ATTEMPT).after(30)
    day.hangs_up("caller", "1001", ATTEMPT)
    result = the_result(day)
    assert (result.agent_number, result.reached_at) == ("1001", day.talk().began_at)
    assert day.talk().number == "13900139000"


def test_a_customer_called_back_is_shown_by_the_number_that_was_dialled() -> None:
    """Asterisk says the centre's own caller id wherever a customer's number would stand."""
    day = an_attempt()
    day.tell(e.ChannelUp, ATTEMPT, ATTEMPT, "4008001234", "")
    day.adopts(ATTEMPT).joins(ATTEMPT).rings("1001", ATTEMPT)
    assert [view["number"] for view in day.floor.snapshot()["visits"].values()] == ["13900139000"]
    assert day.seat("1001").number == "13900139000"
    day.gives_up(ATTEMPT)
    assert day.visit().number == "13900139000"


def test_a_customer_called_back_and_refused_is_known_by_the_dialled_number_too() -> None:
    day = an_attempt()
    day.tell(e.QueueResult, ATTEMPT, ATTEMPT, "FULL", "4008001234", "", "support")
    assert (day.visit().outcome, day.visit().number) == (VisitOutcome.REFUSED_FULL, "13900139000")


def test_attempt_answered_and_nobody_reached() -> None:
    day = an_attempt()
    day.tell(e.ChannelUp, ATTEMPT, ATTEMPT, "", "")
    day.adopts(ATTEMPT).joins(ATTEMPT).after(8).gives_up(ATTEMPT)
    result = the_result(day)
    assert (result.reached_at, result.agent_number) == (None, "")
    assert day.visit().outcome is VisitOutcome.ABANDONED


def test_attempt_found_on_the_line_has_answered() -> None:
    day = Diary()
    survey(day, channels=(found_open(ATTEMPT, "PJSIP/trunk-77"),))
    survey(day.after(5), channels=(found_open(ATTEMPT, "PJSIP/trunk-77"),))
    result = the_result(day.closes(ATTEMPT))
    assert result.answered_at == about(day.now - 5)


@pytest.mark.parametrize("is_agent_first", [False, True])
def test_attempt_found_in_a_talk_has_reached_the_agent(is_agent_first: bool) -> None:
    """Asterisk lists the channels of a call in no order."""
    day = a_day("1001")
    customer = found_open(ATTEMPT, "PJSIP/trunk-77", bridge_id="b", number="4008001234")
    leg = found_open("leg", "PJSIP/1001-1", call_id=ATTEMPT, bridge_id="b", number="1001")
    survey(day, channels=(leg, customer) if is_agent_first else (customer, leg))
    found_at = day.now
    result = the_result(day.after(5).closes(ATTEMPT).closes("leg"))
    assert (result.reached_at, result.agent_number) == (about(found_at), "1001")
    assert [call.attempt_id for call in day.remained(CallRecord)] == [ATTEMPT]


@pytest.mark.parametrize("is_agent_first", [False, True])
def test_a_caller_found_in_a_talk_is_who_called(is_agent_first: bool) -> None:
    day = a_day("1001")
    caller = found_open("caller", "PJSIP/trunk-77", bridge_id="b")
    leg = found_open("leg", "PJSIP/1001-1", call_id="caller", bridge_id="b", number="1001")
    survey(day, channels=(leg, caller) if is_agent_first else (caller, leg))
    day.after(5).closes("caller").closes("leg")
    assert [(call.number, call.direction) for call in day.remained(CallRecord)] == [("13800138000", Direction.INBOUND)]


def test_attempt_never_placed() -> None:
    day = a_day("1001")
    for _ in range(2):
        day.tell(e.OriginateEnded, ATTEMPT, "", succeeded=False, reason=0)
    assert (the_result(day).was_placed, the_result(day).call_id) == (False, None)


# --- an agent is called first -----------------------------------------------------------------------------------

PREVIEW, CUSTOMER = "attempt-agent-7", "pbx1-1.77"


def a_preview() -> Diary:
    """The phone of the agent who accepted a callback rings."""
    day = a_day("1001").opens(PREVIEW, "PJSIP/1001-7")
    day.tell(e.DialBegun, PREVIEW, "", PREVIEW, "PJSIP/1001-7", "1001")
    day.tell(e.ChannelRinging, PREVIEW, PREVIEW, "1001", "13900139000")
    return day


def it_dials_the_customer(day: Diary) -> Diary:
    """The agent has picked up, and the phone dials."""
    day.tell(e.ChannelUp, PREVIEW, PREVIEW, "", "")
    day.opens(CUSTOMER, "PJSIP/trunk-77", call=PREVIEW)
    day.tell(e.DialBegun, PREVIEW, PREVIEW, CUSTOMER, "PJSIP/trunk-77", "PJSIP/13900139000@trunk")
    return day


def test_who_accepted_a_preview_is_known_while_it_rings_and_the_customer_by_the_number_dialled() -> None:
    day = a_preview()
    assert day.floor.sites["pbx1"].attempts[AttemptId(PREVIEW)].agent_number == "1001"
    assert day.state("1001") is SeatState.RINGING
    it_dials_the_customer(day.after(3))
    result = the_result(day.after(5).closes(CUSTOMER, 17).closes(PREVIEW, 17))
    assert (result.was_placed, result.cause, result.answered_at, result.agent_number) == (True, 17, None, "1001")
    [call] = day.remained(CallRecord)
    assert (call.number, call.direction, call.attempt_id) == ("13900139000", Direction.OUTBOUND, PREVIEW)


def test_a_preview_is_answered_when_both_are_connected() -> None:
    day = it_dials_the_customer(a_preview().after(3))
    day.after(6).tell(e.ChannelUp, CUSTOMER, PREVIEW, "", "")
    day.bridges(PREVIEW, CUSTOMER, call=PREVIEW)
    connected_at = day.now
    day.after(30).closes(CUSTOMER).closes(PREVIEW)
    result = the_result(day)
    assert result.answered_at == result.reached_at == day.talk().began_at == about(connected_at)
    assert (day.talk().number, day.talk().queue) == ("13900139000", "")


def test_an_agent_who_does_not_pick_up_a_preview_calls_nobody() -> None:
    result = the_result(a_preview().after(20).closes(PREVIEW, 0))
    assert (result.was_placed, result.is_certain) == (False, True)


def test_an_agent_at_whom_no_customer_was_dialled_calls_nobody_either() -> None:
    day = a_preview().after(2)
    day.tell(e.ChannelUp, PREVIEW, PREVIEW, "", "")
    assert the_result(day.closes(PREVIEW, 0)).was_placed is False


def test_a_preview_found_up_may_have_called_the_customer() -> None:
    day = a_day("1001")
    survey(day, channels=(found_open(PREVIEW, "PJSIP/1001-7"),))
    result = the_result(day.after(5).closes(PREVIEW, 16))
    assert (result.was_placed, result.answered_at) == (True, None)

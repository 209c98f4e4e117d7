"""What follows each other within a second or two, in a gap or at its edge: queue_log has whole seconds."""

from typing import Any

import pytest

from callcenter.floor import events as e
from callcenter.floor import facts as f
from callcenter.floor.facts import EndedBy, VisitOutcome
from callcenter.floor.terms import ChannelId
from tests.floor.logs import Log, reconnects
from tests.floor.stories import PBX, Diary, member, phone
from tests.floor.test_detours import connects_through, dials_through, local_channel
from tests.floor.test_gaps_and_restarts import found_open, found_waiting
from tests.floor.test_queue_calls import a_day


def test_an_agent_gives_his_place_to_a_caller_whom_he_has_from_the_same_queue() -> None:
    """Nothing of it was heard, and the caller has been in this queue before."""
    day = a_day("1001", "1002")
    log = Log(day)
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    log.joins("caller").answers("1001", "caller", day.leg("1001"), 0)
    log.after(4).joins("asking", number="1001").after(3)
    log.writes("caller", "support", phone("1001"), "ATTENDEDTRANSFER", "APP", "Queue", 0, 7, 1).after(1)
    log.rings_out("1001", "caller", 1).after(1).answers("1002", "caller", "leg", 5).after(4).completes(
        "1002", "caller", 4
    )
    reconnects(log.after(5).day)
    log.settles()
    visits = {(visit.channel_id, visit.outcome, visit.interface) for visit in day.remained(f.QueueVisit)}
    assert visits == {
        ("caller", VisitOutcome.ANSWERED, phone("1001")),
        ("asking", VisitOutcome.ANSWERED, phone("1002")),
    }
    talks = {talk.interface: (talk.talk_seconds, talk.ended_by) for talk in day.remained(f.Conversation)}
    assert talks == {phone("1001"): (7, EndedBy.TRANSFER), phone("1002"): (4, EndedBy.CALLER)}
    rings = [ring for ring in day.remained(f.Ring) if ring.outcome is f.RingOutcome.NOT_ANSWERED]
    assert [(ring.interface, ring.channel_id) for ring in rings] == [(phone("1001"), "caller")]


def a_place_taken_over_in_a_gap() -> tuple[Diary, Log]:
    """1001, who talks to the caller, asks in the queue for a colleague, and hands over the caller: to his own place."""
    day = a_day("1001", "1002")
    log = Log(day)
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    log.joins("caller").answers("1001", "caller", day.leg("1001"), 0)
    log.after(2.2).joins("asking", number="1001").after(1)
    log.writes("caller", "support", phone("1001"), "ATTENDEDTRANSFER", "APP", "Queue", 0, 3, 1).after(1)
    waiting = (found_waiting("caller", waited=2),)
    reconnects(day, waiting=waiting, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    return day, log


def test_the_place_of_a_caller_who_has_been_in_the_queue_before_is_answered_after_the_survey() -> None:
    """queue_log has that answer, too, since it is in the second of the survey."""
    day, log = a_place_taken_over_in_a_gap()
    day.after(0.2).adopts("caller", "support").rings("1002", "caller").answers("1002", "caller")
    log.answers("1002", "caller", day.leg("1002"), 2)
    log.settles()
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.ANSWERED]


def test_a_talk_that_was_heard_to_begin_is_not_the_one_that_had_ended_before() -> None:
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("unseen").answers("1001", "unseen", "leg", 0).after(1).completes("1001", "unseen", 1)
    reconnects(log.after(0.3).day)
    day.joins("next").rings("1001", "next").answers("1001", "next").after(0.1).hangs_up("caller", "1001", "next")
    log.settles()
    assert {talk.leg_id for talk in day.remained(f.Conversation)} == {"leg", day.leg("1001")}


def test_a_caller_who_was_moved_out_of_a_talk_and_hangs_up_before_queue_log_is_read() -> None:
    """All of the talk was in the gap. Its end is told when the caller hangs up, long after it was over."""
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("unseen").after(2).answers("1001", "unseen", "leg", 2).after(1).joins("unseen", "sales")
    log.after(2).ends("unseen", "EXITWITHTIMEOUT", 2, "sales")
    reconnects(log.after(0.5).day, channels=(found_open("unseen", "PJSIP/trunk-unseen"),))
    day.tell(e.MemberCompleted, "support", phone("1001"), "", "unseen", "", 2.0, 3.0, "caller")
    day.closes("unseen")
    talk = log.settles().talk()
    assert (talk.interface, talk.queue, talk.number, talk.is_certain) == (
        phone("1001"),
        "support",
        "13900139000",
        False,
    )
    assert talk.talk_seconds == pytest.approx(1, abs=1)


def test_a_caller_who_was_transferred_back_into_the_queue_a_moment_before_the_survey() -> None:
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("unseen").after(1).answers("1001", "unseen", "leg", 1)
    log.writes("unseen", "support", phone("1001"), "BLINDTRANSFER", "4001", "queues", 1, 0, 1).joins("unseen")
    waiting = (found_waiting("unseen", waited=0),)
    reconnects(log.after(0.3).day, waiting=waiting, channels=(found_open("unseen", "PJSIP/trunk-unseen"),))
    assert log.settles().waiting() == 1
    day.after(3).is_gone_unseen("unseen").closes("unseen")
    assert [visit.outcome is VisitOutcome.ANSWERED for visit in day.remained(f.QueueVisit)] == [True, False]
    assert (day.talk().ended_by, day.leftovers()) == (EndedBy.TRANSFER, [])


def test_a_place_that_was_taken_over_a_moment_after_it_was_taken_is_one_stay() -> None:
    """The joining was the last that was heard."""
    day = a_day("1001", "1002")
    log = Log(day)
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    log.joins("caller").answers("1001", "caller", day.leg("1001"), 0)
    day.after(4.3).joins("asking", "sales")
    log.joins("asking", "sales", number="1001").after(0.4)
    log.writes("caller", "support", phone("1001"), "ATTENDEDTRANSFER", "APP", "Queue", 0, 4, 1).after(2.5)
    waiting = (found_waiting("caller", "sales", waited=3),)
    reconnects(day, waiting=waiting, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    assert log.settles().waiting() == 1
    day.after(3).queue_returns("caller", "TIMEOUT")
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.TIMED_OUT]


def test_such_a_place_is_known_by_the_agent_who_was_talking_to_the_caller() -> None:
    """Answered before queue_log is read."""
    day = a_day("1001", "1002").joins("caller").rings("1001", "caller").answers("1001", "caller")
    log = Log(day)
    log.joins("caller").answers("1001", "caller", day.leg("1001"), 0)
    day.now = int(day.now) + 4.3
    day.opens("asking", f"{phone('1001')}-2", number="1001").adopts("asking").joins("asking")
    log.joins("asking", number="1001").after(0.4)
    log.writes("caller", "support", phone("1001"), "ATTENDEDTRANSFER", "APP", "Queue", 0, 4, 1).after(2.2)
    reconnects(
        day, waiting=(found_waiting("caller", waited=2),), channels=(found_open("caller", "PJSIP/trunk-caller"),)
    )
    day.after(0.1).adopts("caller", "support").rings("1002", "caller").answers("1002", "caller")
    log.answers("1002", "caller", day.leg("1002"), 2).settles()
    visits = [(visit.channel_id, visit.outcome) for visit in day.remained(f.QueueVisit)]
    assert visits == [("caller", VisitOutcome.ANSWERED), ("asking", VisitOutcome.ANSWERED)]


def test_such_a_place_is_left_in_the_second_of_the_survey() -> None:
    """Heard after it, and in queue_log, too."""
    day = a_day("1001", "1002")
    log = Log(day)
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    log.joins("caller").answers("1001", "caller", day.leg("1001"), 0)
    day.after(4.3).joins("asking", "sales")
    log.joins("asking", "sales", number="1001").after(0.4)
    log.writes("caller", "support", phone("1001"), "ATTENDEDTRANSFER", "APP", "Queue", 0, 4, 1).after(2.4)
    waiting = (found_waiting("caller", "sales", waited=3),)
    reconnects(day, waiting=waiting, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    day.after(0.3).is_gone_unseen("caller", "sales").queue_returns("caller", "TIMEOUT")
    log.ends("caller", "EXITWITHTIMEOUT", 3, "sales").settles()
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.TIMED_OUT]


def test_an_asterisk_that_dies_loses_a_place_that_was_taken_over_in_the_gap_before_once() -> None:
    """queue_log loses it under the id of the agent who asked; who rang for it, it has under that of the caller."""
    day, log = a_place_taken_over_in_a_gap()
    log.settles().after(9)
    log.rings_out("1002", "caller", 3).after(4).starts()
    reconnects(day.after(0.5))
    log.settles()
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.LOST]
    rings = [(ring.interface, ring.outcome) for ring in day.remained(f.Ring) if ring.channel_id == "caller"]
    assert rings == [(phone("1001"), f.RingOutcome.ANSWERED), (phone("1002"), f.RingOutcome.NOT_ANSWERED)]
    assert day.leftovers() == []


def test_an_agent_who_goes_on_from_his_talk_into_the_queue_and_answers_himself() -> None:
    """The gap lies over the beginning of his talk; when queue_log is read his phone's channel is a caller's."""
    day = a_day("1001", "1002")
    log = Log(day)
    log.after(3).joins("unseen").answers("1001", "unseen", "leg", 0).after(0.3)
    found = (
        found_open("unseen", "PJSIP/trunk-unseen", bridge_id="b"),
        found_open("leg", f"{phone('1001')}-1", bridge_id="b", call_id="unseen"),
    )
    reconnects(day, channels=found)
    day.after(0.6).leaves_bridge("leg", "b").leaves_bridge("unseen", "b").adopts("leg", "support").joins("leg")
    day.tell(e.MemberCompleted, "support", phone("1001"), "", "unseen", "leg", 0.0, 1.0, "caller")
    day.closes("unseen").rings("1001", "leg").answers("1001", "leg")
    log.settles()
    day.after(2).hangs_up("caller", "1001", "leg")
    talks = [(talk.leg_id, talk.part, talk.queue) for talk in day.remained(f.Conversation) if talk.queue]
    assert talks == [("leg", 1, "support"), (day.leg("1001"), 1, "support")]
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.ANSWERED]


def test_a_short_talk_of_the_gap_is_not_the_next_one_of_the_seat_which_was_heard_a_moment_later() -> None:
    """It began in the first tenth of the next second; its leg is another one."""
    day = a_day("1001")
    log = Log(day)
    day.now = int(day.now) + 5.2
    log.joins("unseen").answers("1001", "unseen", "leg", 0)
    log.writes("unseen", "support", phone("1001"), "BLINDTRANSFER", "4001", "queues", 0, 0, 1)
    reconnects(log.after(0.5).day)
    day.now = int(day.now) + 1.03
    day.joins("next").rings("1001", "next").answers("1001", "next").after(0.1).hangs_up("caller", "1001", "next")
    log.settles()
    assert {talk.leg_id for talk in day.remained(f.Conversation)} == {"leg", day.leg("1001")}


def test_a_talk_that_a_survey_could_not_see_is_seen_when_a_local_channel_is_optimised_away() -> None:
    """queue_log began it in the gap, and it goes on: the bridge tells it after the survey."""
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("unseen").answers("1001", "unseen", "leg", 0).after(0.4)
    found = (
        found_open("unseen", "Local/4001@queues-1;2", bridge_id=""),
        found_open("leg", f"{phone('1001')}-1", bridge_id="b", call_id="unseen"),
    )
    reconnects(day, channels=found)
    day.after(0.1).opens("mobile", "PJSIP/trunk-m", call="unseen").bridges("mobile", call="unseen", bridge="b")
    log.settles()
    day.after(4).tell(e.MemberCompleted, "support", phone("1001"), "", "mobile", "leg", 0.0, 5.0, "caller")
    day.closes("leg").closes("mobile").closes("unseen")
    assert [(talk.leg_id, talk.queue) for talk in day.remained(f.Conversation)] == [("leg", "support")]


def test_a_ring_that_ran_out_between_the_connection_and_the_survey() -> None:
    """That was said before anything was known of the ring; the survey finds its leg a moment before it goes."""
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("unseen").after(2).rings_out("1001", "unseen", 2)
    day.apply(e.ConnectionBegan(PBX, day.floor.sites[PBX].heard_at))
    day.tell(e.RingNotAnswered, "support", phone("1001"), "unseen", "leg", 2000.0)
    rung = found_open("leg", f"{phone('1001')}-1", call_id="unseen", is_up=False, application="AppQueue", age_seconds=2)
    found = {"waiting": (found_waiting("unseen", waited=2),), "channels": (found_open("unseen", "PJSIP/t-1"), rung)}
    day.tell(e.Surveyed, queues=("support",), members=(member("1001"),), devices=(), **found)
    day.closes("leg")
    log.settles()
    [ring] = day.remained(f.Ring)
    assert (ring.ring_id, ring.outcome, ring.is_certain) == ("leg", f.RingOutcome.NOT_ANSWERED, True)


def test_the_next_gap_reads_the_end_of_a_talk_once_more() -> None:
    """Behind a Local member the leg that was rung is not the phone at which the survey found the talk."""
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("unseen").answers("1001", "unseen", "leg", 0).after(1)
    found = (
        found_open("unseen", "PJSIP/trunk-unseen", bridge_id="b"),
        found_open("phone", f"{phone('1001')}-1", bridge_id="b", call_id="unseen"),
    )
    reconnects(day, channels=found)
    day.after(0.1).requests_hangup("unseen").closes("unseen").closes("phone")
    log.completes("1001", "unseen", 1).settles()
    reconnects(day)
    log.settles()
    assert len(day.remained(f.Conversation)) == 1


def test_the_end_of_a_talk_that_a_survey_could_not_see_is_told_of_the_caller_who_was_given_to_the_agent() -> None:
    """queue_log began it under the channel of the colleague who asked; the phone is no seat's."""
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("asking", number="1002").after(1).answers("1001", "asking", "leg", 1).after(0.5)
    reconnects(day, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    day.now = int(day.now) + 1.5
    day.tell(e.MemberCompleted, "support", phone("1001"), phone("1001"), "caller", "mobile", 1.0, 1.0, "agent")
    talk = log.settles().talk()
    assert (talk.leg_id, talk.ended_by, talk.is_certain) == ("leg", EndedBy.AGENT, True)
    assert talk.talk_seconds == pytest.approx(1, abs=1)


def test_a_caller_who_comes_back_in_the_second_of_the_survey_after_a_stay_that_nobody_heard() -> None:
    day = a_day("1001")
    log = Log(day)
    day.now = int(day.now) + 3.4
    log.joins("unseen").answers("1001", "unseen", "leg", 0)
    reconnects(log.after(0.3).day, channels=(found_open("unseen", "PJSIP/trunk-unseen"),))
    day.adopts("unseen", "support").joins("unseen")
    log.settles()
    day.after(3).is_gone_unseen("unseen").closes("unseen")
    visits = [(visit.join, visit.outcome is VisitOutcome.ANSWERED) for visit in day.remained(f.QueueVisit)]
    assert sorted(visits) == [(1, False), (2, True)]


def test_a_ring_that_began_after_the_survey_is_not_the_one_that_ran_out_in_its_second() -> None:
    day = a_day("1001").joins("caller").after(2)
    log = Log(day).joins("caller")
    day.now = int(day.now) + 4.1
    log.rings_out("1001", "caller", 1).after(0.2)
    waiting = (
        found_waiting("caller", waited=int(day.now) - int(day.floor.sites[PBX].visits[ChannelId("caller")].joined_at)),
    )
    reconnects(day, waiting=waiting, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    day.rings("1001", "caller")
    log.settles()
    day.does_not_answer("1001", "caller", seconds=2)
    assert [ring.outcome for ring in day.remained(f.Ring)] == [f.RingOutcome.NOT_ANSWERED] * 2


def test_who_waits_since_later_than_was_heard_has_left_and_waits_in_his_agents_place() -> None:
    """Answered, and given the place that his agent had taken in the same queue two seconds after him."""
    day = a_day("1001", "1002")
    day.now = int(day.now) + 1.5
    day.joins("caller")
    log = Log(day).joins("caller").after(1).answers("1001", "caller", "leg", 1)
    log.after(1).joins("asking", number="1001").after(1)
    log.writes("caller", "support", phone("1001"), "ATTENDEDTRANSFER", "APP", "Queue", 1, 2, 1).after(1.3)
    waiting = (found_waiting("caller", waited=2),)
    reconnects(day, waiting=waiting, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    day.after(0.2).adopts("caller", "support").rings("1002", "caller").answers("1002", "caller")
    log.settles()
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.ANSWERED]


def test_of_two_talks_behind_a_local_member_the_one_that_was_heard_to_begin_has_its_own_end() -> None:
    """They began in one second; the other one ended first. queue_log knows the legs that were rung, not the phones, and
    names the colleague in whose place the caller was."""
    day = local_channel(a_day("1001").joins("caller"), "1001")
    day.tell(e.MemberRung, "support", phone("1001"), phone("1001"), "caller", "caller", "half 1")
    connects_through(dials_through(day, "phone", f"{phone('1001')}-9"), phone("1001"), "phone")
    log = Log(day).joins("asking").answers("1001", "asking", "half 1", 3)
    log.joins("unseen").answers("1001", "unseen", "unseen leg", 0)
    log.after(3).completes("1001", "unseen", 3, "COMPLETEAGENT").after(2).completes("1001", "asking", 5)
    reconnects(log.after(4).day)
    log.settles()
    talks = {(talk.leg_id, round(talk.talk_seconds), talk.ended_by) for talk in day.remained(f.Conversation)}
    assert talks == {("phone", 5, EndedBy.CALLER), ("unseen leg", 3, EndedBy.AGENT)}


def test_a_ring_that_ran_out_as_a_second_began_has_its_line_in_the_one_before() -> None:
    """A machine that has much to do writes the line some milliseconds before the event."""
    day = a_day("1001").joins("caller").after(1)
    log = Log(day).joins("caller")
    day.now = int(day.now) + 1.4
    waiting = (found_waiting("caller", waited=2),)
    reconnects(day, waiting=waiting, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    day.after(0.55).rings("1001", "caller")
    log.rings_out("1001", "caller", 0)
    day.now = int(day.now) + 1.01
    day.does_not_answer("1001", "caller", seconds=0)
    log.settles()
    assert [ring.outcome for ring in day.remained(f.Ring)] == [f.RingOutcome.NOT_ANSWERED]


@pytest.mark.parametrize("is_over", [False, True], ids=["goes on", "over"])
def test_a_phone_that_forwarded_in_the_gap(*, is_over: bool) -> None:
    """The leg that queue_log names is a Local channel, and the phone behind it another agent's: the call is that of the
    member who was rung."""
    day = a_day("1001", "1002")
    log = Log(day)
    log.after(3).joins("unseen").after(2).answers("1001", "unseen", "half 1", 2)
    found = (
        found_open("unseen", "PJSIP/trunk-unseen", bridge_id="b"),
        found_open("half 1", "Local/1002@agents-1;1", bridge_id="b", call_id="unseen"),
        found_open("half 2", "Local/1002@agents-1;2", bridge_id="c", call_id="unseen"),
        found_open("phone", f"{phone('1002')}-1", bridge_id="c", call_id="unseen"),
    )
    if is_over:
        log.after(4).completes("1001", "unseen", 4).after(1)
    reconnects(day, channels=() if is_over else found)
    log.settles()
    if not is_over:
        day.after(4).requests_hangup("unseen")
        day.tell(e.MemberCompleted, "support", phone("1001"), "", "unseen", "half 1", 2.0, 5.0, "caller")
        for channel in ("unseen", "half 1", "half 2", "phone"):
            day.closes(channel)
    talks = [(talk.interface, talk.queue, talk.ended_by) for talk in day.remained(f.Conversation)]
    assert talks == [(phone("1001"), "support", EndedBy.CALLER)]
    assert day.leftovers() == []


def test_a_caller_who_was_given_a_place_and_hangs_up_in_the_announcement() -> None:
    """Nobody hears it; queue_log names the agent in ABANDON, and does not say for how long his phone rang."""
    day = a_day("1001", "1002").joins("caller").rings("1002", "caller").answers("1002", "caller").after(1)
    log = Log(day).joins("asking", number="1002")
    day.joins("asking").rings("1001", "asking").after(1)
    day.tell(e.AttendedTransferred, day.leg("1002"), ChannelId("asking"), ChannelId("caller"), ChannelId(""))
    day.closes(day.leg("1002")).closes("asking").after(9)
    log.writes("caller", "support", phone("1001"), "ABANDON", 1, 1, 10)
    reconnects(log.after(2).day)
    log.settles()
    rings = {(ring.interface, ring.outcome) for ring in day.remained(f.Ring)}
    assert rings == {(phone("1002"), f.RingOutcome.ANSWERED), (phone("1001"), f.RingOutcome.GIVEN_UP)}
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.ABANDONED]


def test_a_caller_who_was_transferred_back_unheard_a_moment_after_an_answer_that_was_heard() -> None:
    day = a_day("1001")
    day.now = int(day.now) + 1.7
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    log = Log(day).joins("caller").answers("1001", "caller", day.leg("1001"), 0).after(1.5)
    day.holds("1001")
    log.after(0.3)
    log.writes("caller", "support", phone("1001"), "BLINDTRANSFER", "4001", "queues", 0, 2, 1)
    log.joins("caller").answers("1001", "caller", "leg", 0).after(3).completes("1001", "caller", 3)
    reconnects(log.after(1).day)
    log.settles()
    visits = [(visit.join, visit.outcome) for visit in day.remained(f.QueueVisit)]
    assert visits == [(1, VisitOutcome.ANSWERED), (2, VisitOutcome.ANSWERED)]
    assert len(day.remained(f.Conversation)) == 2


def test_a_phone_that_rings_for_an_agent_who_has_given_his_place_away_rings_for_the_caller() -> None:
    """The ring is still of the agent's call, in which nobody else is left."""
    day = a_day("1001", "1002")
    log = Log(day)
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    log.joins("caller").answers("1001", "caller", day.leg("1001"), 0)
    log.after(2).joins("asking", number="1001").after(1)
    log.writes("caller", "support", phone("1001"), "ATTENDEDTRANSFER", "APP", "Queue", 0, 3, 1).after(1)
    waiting = (found_waiting("caller", waited=2),)
    given: dict[str, Any] = {"call_id": "asking", "application": "AppQueue", "age_seconds": 1.0, "is_up": False}
    ring = found_open("leg", f"{phone('1002')}-1", **given)
    reconnects(day, waiting=waiting, channels=(found_open("caller", "PJSIP/trunk-caller"), ring))
    assert log.settles().state("1002") is f.SeatState.RINGING
    day.after(5).requests_hangup("caller").is_gone_unseen("caller").closes("leg").closes("caller")
    [given_up] = [one for one in day.remained(f.Ring) if one.outcome is f.RingOutcome.GIVEN_UP]
    assert (given_up.interface, given_up.channel_id, given_up.is_certain) == (phone("1002"), "caller", True)


def test_a_talk_of_the_gap_whose_end_is_in_no_account_is_told_without_a_length() -> None:
    """The caller had his agent's place, and the next agent transferred him by a key: queue_log has no end then."""
    day = a_day("1001")
    log = Log(day)
    log.after(1).joins("asking").after(1).answers("1001", "caller", "leg", 1)
    reconnects(log.after(9).day)
    talk = log.settles().talk()
    assert (talk.leg_id, talk.is_certain, talk.ended_by) == ("leg", False, EndedBy.UNKNOWN)
    assert (talk.talk_seconds, day.visit().outcome) == (0, VisitOutcome.ANSWERED)


def test_a_caller_who_gives_up_as_the_survey_is_taken() -> None:
    """That he has gone was told before the survey that found him, that he left the line after it."""
    day = a_day("1001")
    log = Log(day)
    log.after(3).joins("caller").after(2).ends("caller", "ABANDON", 2)
    day.apply(e.ConnectionBegan(PBX, day.floor.sites[PBX].heard_at))
    day.tell(e.CallerGone, "support", ChannelId("caller"), 1, 1, 2.0)
    day.tell(
        e.Surveyed,
        queues=("support",),
        members=(member("1001"),),
        waiting=(found_waiting("caller", waited=2),),
        channels=(found_open("caller", "PJSIP/trunk-caller"),),
        devices=(),
    )
    day.tell(e.CallerLeft, "support", ChannelId("caller"), 1)
    day.closes("caller")
    log.settles()
    assert day.visit_outcomes() == [VisitOutcome.ABANDONED]

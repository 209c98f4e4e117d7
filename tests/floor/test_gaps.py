"""What was not heard and queue_log tells: each fact once, after the survey that ended the gap."""

import pytest

from callcenter.agents.extensions import is_over
from callcenter.floor import events as e
from callcenter.floor import facts as f
from callcenter.floor.events import GapSettled
from callcenter.floor.facts import EndedBy, GapReason, RingOutcome, SeatState, VisitOutcome
from tests.floor.logs import Log, reconnects
from tests.floor.stories import PBX, Diary, about, member, phone
from tests.floor.test_detours import dials_through, local_channel
from tests.floor.test_gaps_and_restarts import found_open, found_waiting
from tests.floor.test_queue_calls import a_day
from tests.floor.test_seats import after_a_talk, in_a_talk


def the_gap(day: Diary) -> f.Gap:
    [gap] = day.remained(f.Gap)
    return gap


def counts(day: Diary) -> tuple[int, int]:
    return the_gap(day).recovered, the_gap(day).lost


def waiting_at_the_loss() -> tuple[Diary, Log]:
    day = a_day("1001", "1002")
    log = Log(day)
    day.joins("caller").after(0.4)
    log.joins("caller")
    day.after(2)
    return day, log


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        ("ABANDON", VisitOutcome.ABANDONED),
        ("EXITWITHTIMEOUT", VisitOutcome.TIMED_OUT),
        ("EXITEMPTY", VisitOutcome.LEFT_WHEN_EMPTY),
        ("EXITWITHKEY", VisitOutcome.LEFT_BY_KEY),
        ("WITHDRAW", VisitOutcome.WITHDRAWN),
    ],
)
def test_waiting_at_the_loss_and_gone_in_the_gap(event: str, outcome: VisitOutcome) -> None:
    day, log = waiting_at_the_loss()
    gone_at = log.after(5).ends("caller", event, 7).day.now
    reconnects(log.after(8).day)
    assert day.remained(f.QueueVisit) == []
    log.settles()
    visit = day.visit()
    assert (visit.outcome, visit.is_certain, visit.wait_seconds) == (outcome, True, 7)
    assert abs(visit.ended_at - gone_at) < 1
    assert (visit.number, visit.caller_name, visit.position) == ("13800138000", "Name of caller", 1)
    assert (counts(day), day.leftovers(), day.surprises) == ((1, 0), [], [])


def test_waiting_at_the_loss_talked_and_gone_in_the_gap() -> None:
    day, log = waiting_at_the_loss()
    log.after(3).answers("1001", "caller", "leg", 5).after(20).completes("1001", "caller", 20)
    reconnects(log.after(4).day)
    log.settles()
    assert (day.visit().outcome, day.visit().interface) == (VisitOutcome.ANSWERED, "PJSIP/1001")
    talk = day.talk()
    assert (talk.talk_seconds, talk.ended_by, talk.queue, talk.agent_number) == (20, EndedBy.CALLER, "support", "1001")
    assert (talk.number, talk.leg_id, talk.is_certain) == ("13800138000", "leg", True)
    [ring] = day.remained(f.Ring)
    assert (ring.ring_id, ring.outcome) == ("leg", RingOutcome.ANSWERED)
    assert [call.ended_at for call in day.remained(f.CallRecord)] == [talk.ended_at]
    assert counts(day) == (1, 0)


def test_ringing_at_the_loss_and_answered_in_the_gap_by_a_colleague() -> None:
    day, log = waiting_at_the_loss()
    day.rings("1001", "caller")
    log.after(6).rings_out("1001", "caller", 6).after(2).answers("1002", "caller", "other leg", 10)
    found = (
        found_open("caller", "PJSIP/trunk-caller", bridge_id="b"),
        found_open("other leg", "PJSIP/1002-2", bridge_id="b", call_id="caller"),
    )
    reconnects(log.after(10).day, channels=found)
    assert day.state("1002") is SeatState.TALKING
    log.settles()
    assert [(ring.interface, ring.outcome) for ring in day.remained(f.Ring)] == [
        ("PJSIP/1001", RingOutcome.NOT_ANSWERED),
        ("PJSIP/1002", RingOutcome.ANSWERED),
    ]
    day.after(5).tell(e.MemberCompleted, "support", "PJSIP/1002", "", "caller", "other leg", 10.0, 17.0, "agent")
    talk = day.closes("other leg").closes("caller").talk()
    assert (talk.queue, talk.is_certain) == ("support", True)
    assert talk.talk_seconds == pytest.approx(16, abs=1)
    assert (counts(day), day.leftovers()) == ((1, 0), [])


def test_a_ring_that_queue_log_does_not_end_lost_to_the_colleague_who_answered() -> None:
    day, log = waiting_at_the_loss()
    day.rings("1001", "caller").rings("1002", "caller")
    log.after(2).answers("1002", "caller", day.leg("1002"), 4).after(5).completes("1002", "caller", 5)
    reconnects(log.after(2).day)
    log.settles()
    outcomes = {ring.interface: (ring.outcome, ring.is_certain) for ring in day.remained(f.Ring)}
    assert outcomes == {
        "PJSIP/1001": (RingOutcome.WON_BY_COLLEAGUE, False),
        "PJSIP/1002": (RingOutcome.ANSWERED, True),
    }


@pytest.mark.parametrize(("event", "by"), [("COMPLETEAGENT", EndedBy.AGENT), ("BLINDTRANSFER", EndedBy.TRANSFER)])
def test_talking_at_the_loss_and_over_in_the_gap(event: str, by: EndedBy) -> None:
    day = in_a_talk()
    log, began_at = Log(day), day.now
    log.answers("1001", "caller", day.leg("1001"), 0)
    to = ("4002", "queues") if by is EndedBy.TRANSFER else ()
    log.after(30).writes("caller", "support", "PJSIP/1001", event, *to, 3, 30, 1)
    reconnects(log.after(10).day)
    log.settles()
    talk = day.talk()
    assert (talk.talk_seconds, talk.ended_by, talk.is_certain) == (30, by, True)
    assert talk.began_at == about(began_at)
    assert (counts(day), day.leftovers()) == ((1, 0), [])


def test_an_end_in_the_second_of_the_survey_which_nobody_heard() -> None:
    """The agent's phone is still there; had the end come after the survey it would be known."""
    day = in_a_talk()
    log = Log(day)
    log.answers("1001", "caller", day.leg("1001"), 0)
    log.after(30).completes("1001", "caller", 30)
    reconnects(log.after(0.2).day, channels=(found_open(day.leg("1001"), f"{phone('1001')}-1"),))
    talk = log.settles().talk()
    assert (talk.ended_by, talk.is_certain) == (EndedBy.CALLER, True)
    assert talk.talk_seconds == pytest.approx(30, abs=1)


def test_holding_at_the_loss_the_hold_is_within_the_talk() -> None:
    day = in_a_talk()
    log = Log(day)
    log.answers("1001", "caller", day.leg("1001"), 0)
    day.after(10).holds("1001").after(5).resumes("1001").after(2).holds("1001").after(3)
    log.after(5).completes("1001", "caller", 25)
    reconnects(log.after(60).day)
    talk = log.settles().talk()
    assert talk.talk_seconds + talk.hold_seconds == 25
    assert talk.hold_seconds >= 5


def test_the_work_after_a_talk_that_ended_in_the_gap_ends_in_time() -> None:
    day = in_a_talk(wrap_up=20)
    log = Log(day)
    log.answers("1001", "caller", day.leg("1001"), 0)
    log.after(30).completes("1001", "caller", 30)
    reconnects(log.after(12).day)
    assert day.state("1001") is SeatState.WRAP_UP
    log.settles()
    assert (day.state("1001"), day.remained(f.Conversation)) == (SeatState.WRAP_UP, [])
    talk = day.after(10).ticks().talk()
    assert (talk.talk_seconds, talk.is_certain) == (30, True)
    assert talk.wrap_up_seconds == about(20)
    assert counts(day) == (1, 0)


def test_the_work_after_a_talk_may_be_over_when_the_gap_is_settled() -> None:
    day = in_a_talk(wrap_up=5)
    log = Log(day)
    log.answers("1001", "caller", day.leg("1001"), 0)
    log.after(30).completes("1001", "caller", 30)
    reconnects(log.after(12).day)
    log.settles()
    assert (day.state("1001"), day.talk().wrap_up_seconds) == (SeatState.READY, about(5))


def working_on(day: Diary) -> tuple[e.Member, e.Member]:
    """What a survey finds where agent 1001 has asked for more time after the call."""
    return member("1001", is_paused=True, pause_reason=e.WRAP_UP_REASON, paused_at=day.now), member("1002")


def test_more_time_goes_on_over_a_gap() -> None:
    day = after_a_talk(wrap_up=20).after(10).pauses("1001", e.WRAP_UP_REASON)
    found = working_on(day)
    reconnects(day.after(60), members=found)
    assert (day.state("1001"), day.remained(f.Conversation)) == (SeatState.WRAP_UP, [])
    assert day.after(10).unpauses("1001").talk().wrap_up_seconds == about(80)
    assert day.surprises == []


def test_more_time_that_was_given_back_in_a_gap_counts_until_its_limit_at_most() -> None:
    day = after_a_talk(wrap_up=20).after(10).pauses("1001", e.WRAP_UP_REASON)
    reconnects(day.after(3600))
    assert (day.state("1001"), day.talk().wrap_up_seconds) == (SeatState.READY, about(130))


def test_more_time_asked_for_in_the_gap_in_which_the_talk_ended() -> None:
    day = in_a_talk(wrap_up=5)
    log = Log(day)
    log.answers("1001", "caller", day.leg("1001"), 0)
    log.after(30).completes("1001", "caller", 30)
    found = working_on(log.after(3).day)
    reconnects(log.after(12).day, members=found)
    log.settles()
    assert (day.state("1001"), day.remained(f.Conversation)) == (SeatState.WRAP_UP, [])
    assert day.after(5).unpauses("1001").talk().wrap_up_seconds == pytest.approx(20, abs=1.1)


def test_a_floor_that_knows_nothing_is_told_of_more_time_by_the_survey() -> None:
    day = Diary().after(500)
    day.tell(e.Surveyed, queues=("support",), members=working_on(day), waiting=(), channels=(), devices=())
    assert (day.state("1001"), day.seat("1001").wrap_up_ends_at) == (SeatState.WRAP_UP, about(day.now + 120))
    day.after(200).ticks()
    assert is_over(day.floor.sites[PBX], day.seat("1001"))
    assert (day.unpauses("1001").state("1001"), day.surprises) == (SeatState.READY, [])


def test_a_whole_call_in_the_gap() -> None:
    day = a_day("1001", "1002")
    log = Log(day)
    log.after(3).joins("unseen").after(4).answers("1002", "unseen", "leg", 4).after(9).completes("1002", "unseen", 9)
    reconnects(log.after(3).day)
    log.settles()
    visit, talk = day.visit(), day.talk()
    assert (visit.outcome, visit.number, visit.agent_number, visit.join) == (
        VisitOutcome.ANSWERED,
        "13900139000",
        "1002",
        1,
    )
    assert (talk.number, talk.interface, talk.talk_seconds) == ("13900139000", "PJSIP/1002", 9)
    [call] = day.remained(f.CallRecord)
    assert (call.call_id, call.started_at, call.is_certain) == ("unseen", visit.joined_at, False)
    assert counts(day) == (1, 0)


def test_twice_in_the_line_in_the_gap_and_waiting_after_it() -> None:
    day, log = waiting_at_the_loss()
    log.after(6).ends("caller", "EXITWITHTIMEOUT", 8).after(1).joins("caller").after(6).ends(
        "caller", "EXITWITHTIMEOUT", 6
    )
    log.after(2).joins("caller").after(3)
    reconnects(
        day, waiting=(found_waiting("caller", waited=3),), channels=(found_open("caller", "PJSIP/trunk-caller"),)
    )
    log.settles()
    assert day.waiting() == 1
    day.after(4).gives_up("caller")
    outcomes = [(visit.outcome, visit.is_certain) for visit in day.remained(f.QueueVisit)]
    assert outcomes == [(VisitOutcome.TIMED_OUT, True), (VisitOutcome.TIMED_OUT, True), (VisitOutcome.ABANDONED, True)]
    assert sorted(visit.join for visit in day.remained(f.QueueVisit)) == [1, 2, 3]
    assert day.leftovers() == []


def test_who_waits_after_the_gap_as_before_it_is_the_same_stay() -> None:
    day, log = waiting_at_the_loss()
    reconnects(
        log.after(10).day,
        waiting=(found_waiting("caller", waited=12),),
        channels=(found_open("caller", "PJSIP/trunk-caller"),),
    )
    assert log.settles().waiting() == 1
    assert day.after(3).gives_up("caller").visit().outcome is VisitOutcome.ABANDONED
    assert counts(day) == (0, 0)


def test_a_caller_who_had_left_when_the_gap_began() -> None:
    """Answered: the leaving was heard, the answer was not."""
    day, log = waiting_at_the_loss()
    day.rings("1001", "caller").picks_up("1001", "caller").leaves("caller")
    log.answers("1001", "caller", day.leg("1001"), 2)
    found = (
        found_open("caller", "PJSIP/trunk-caller", bridge_id="b"),
        found_open(day.leg("1001"), "PJSIP/1001-1", bridge_id="b", call_id="caller"),
    )
    reconnects(log.after(10).day, channels=found)
    log.settles()
    assert (day.visit().outcome, day.visit().is_certain) == (VisitOutcome.ANSWERED, True)
    day.after(2).hangs_up("caller", "1001", "caller")
    assert (day.talk().queue, day.talk().is_certain, day.leftovers()) == ("support", True, [])


def test_moved_in_the_gap_and_still_there() -> None:
    _, log = waiting_at_the_loss()
    log.after(5).ends("caller", "ABANDON", 7)
    reconnects(log.after(5).day, channels=(found_open("caller", "PJSIP/trunk-caller"),))
    assert log.settles().visit().outcome is VisitOutcome.WITHDRAWN


def test_an_ending_in_the_second_of_the_loss_is_not_told_twice() -> None:
    day, log = waiting_at_the_loss()
    day.gives_up("caller")
    log.ends("caller", "ABANDON", 2)
    reconnects(log.after(0.3).day)
    log.settles()
    assert (len(day.remained(f.QueueVisit)), counts(day)) == (1, (0, 0))


def test_what_is_heard_between_survey_and_settlement_is_told_once() -> None:
    """It may be in the same second of queue_log as the survey."""
    day, log = waiting_at_the_loss()
    log.after(5)
    day.now = float(int(day.now))
    reconnects(
        day, waiting=(found_waiting("caller", waited=7),), channels=(found_open("caller", "PJSIP/trunk-caller"),)
    )
    day.gives_up("caller")
    log.ends("caller", "ABANDON", 7)
    log.settles()
    assert (day.visit_outcomes(), counts(day)) == ([VisitOutcome.ABANDONED], (0, 0))


def test_a_talk_that_the_survey_found_and_that_ended_before_the_settlement() -> None:
    day, log = waiting_at_the_loss()
    log.after(3).answers("1001", "caller", "leg", 5)
    found = (
        found_open("caller", "PJSIP/trunk-caller", bridge_id="b"),
        found_open("leg", "PJSIP/1001-2", bridge_id="b", call_id="caller"),
    )
    reconnects(log.after(10).day, channels=found)
    day.tell(e.MemberCompleted, "support", "PJSIP/1001", "", "caller", "leg", 5.0, 10.0, "agent")
    day.closes("leg").closes("caller")
    assert day.remained(f.Conversation) == []
    talk = log.settles().talk()
    assert (talk.is_certain, talk.queue, talk.ended_by) == (True, "support", EndedBy.AGENT)
    assert talk.talk_seconds == pytest.approx(10, abs=1)


def test_without_a_readable_queue_log_everything_is_lost_and_told() -> None:
    day = in_a_talk().joins("waiting").rings("1002", "waiting")
    reconnects(day.after(20))
    assert day.remained(f.QueueVisit)[1:] == []
    until = day.floor.sites[PBX].gap.until  # type: ignore[union-attr]
    assert until is not None
    day.apply(GapSettled(PBX, day.now + 1, until, is_readable=False))
    assert (day.visit_outcomes()[-1], day.remained(f.Ring)[-1].outcome) == (VisitOutcome.LOST, RingOutcome.LOST)
    assert (day.talk().is_certain, the_gap(day).is_readable, counts(day)) == (False, False, (0, 2))
    assert not any(call.is_certain for call in day.remained(f.CallRecord))
    assert day.leftovers() == []


def test_another_gap_before_the_settlement_is_one_with_the_first() -> None:
    day, log = waiting_at_the_loss()
    since = day.floor.sites[PBX].heard_at
    log.after(5).ends("caller", "ABANDON", 7)
    reconnects(log.after(3).day)
    late = log.settlement()
    log.after(1).joins("unseen").after(3).ends("unseen", "EXITEMPTY", 3)
    reconnects(log.after(2).day)
    day.apply(late)
    assert day.remained(f.QueueVisit) == []
    log.settles()
    assert day.visit_outcomes() == [VisitOutcome.ABANDONED, VisitOutcome.LEFT_WHEN_EMPTY]
    assert (the_gap(day).since, counts(day)) == (since, (2, 0))


def test_asterisk_was_killed_in_the_gap() -> None:
    day = in_a_talk()
    log = Log(day)
    log.answers("1001", "caller", day.leg("1001"), 0)
    day.joins("waiting")
    log.joins("waiting").after(4).joins("unseen").after(1).joins("left").after(2).ends("left", "ABANDON", 2)
    log.after(6).starts()
    reconnects(log.after(6).day)
    log.settles()
    assert {visit.channel_id: visit.outcome for visit in day.remained(f.QueueVisit)[1:]} == {
        "waiting": VisitOutcome.LOST,
        "unseen": VisitOutcome.LOST,
        "left": VisitOutcome.ABANDONED,
    }
    assert (day.talk().is_certain, the_gap(day).reason, counts(day)) == (False, GapReason.PBX_RESTART, (1, 3))


def test_the_link_shows_since_when_nothing_was_heard() -> None:
    day, log = waiting_at_the_loss()
    heard_at = day.floor.sites[PBX].heard_at
    day.apply(e.ConnectionBegan(PBX, heard_at))
    links = day.floor.snapshot()["links"]
    assert links[PBX]["unheard_since"] == heard_at
    reconnects(log.after(5).day)
    log.settles()
    assert day.floor.snapshot()["links"][PBX]["unheard_since"] is None


def test_the_first_connection_is_no_gap() -> None:
    day = Diary()
    day.apply(e.ConnectionBegan(PBX, 0.0, is_first=True))
    assert day.floor.sites[PBX].gap is None


def test_a_restored_floor_hears_again_after_the_server_was_down() -> None:
    day, log = waiting_at_the_loss()
    heard_at = day.floor.sites[PBX].heard_at
    day.ticks()
    log.after(3).ends("caller", "ABANDON", 5)
    day.after(5).apply(e.ConnectionBegan(PBX, 0.0, is_first=True))
    day.tell(e.Surveyed, queues=("support",), members=(member("1001"),), waiting=(), channels=(), devices=())
    log.settles()
    assert (the_gap(day).reason, the_gap(day).since, counts(day)) == (GapReason.SERVER, heard_at, (1, 0))
    assert day.visit().outcome is VisitOutcome.ABANDONED


def test_spells_that_a_survey_cuts_are_uncertain() -> None:
    day = in_a_talk()
    reconnects(day.after(30))
    talking = [spell for spell in day.remained(f.SeatSpell) if spell.state is SeatState.TALKING]
    assert [spell.is_certain for spell in talking] == [False]


def test_the_next_talk_of_a_seat_is_not_taken_for_the_one_before_that_was_told() -> None:
    day = in_a_talk()
    log = Log(day)
    day.after(0.5).hangs_up("caller", "1001", "caller")
    log.joins("next").after(0.9).answers("1001", "next", "next leg", 1).after(1).completes("1001", "next", 1)
    reconnects(log.after(3).day)
    log.settles()
    assert sorted(talk.leg_id for talk in day.remained(f.Conversation)) == sorted([day.leg("1001"), "next leg"])
    assert all(talk.is_certain for talk in day.remained(f.Conversation))
    assert counts(day) == (1, 0)


def test_two_short_talks_of_a_seat_in_two_gaps_that_became_one() -> None:
    """They began within the tolerance of whole seconds; queue_log names the leg of each."""
    day, log = waiting_at_the_loss()
    log.after(0.2).answers("1001", "caller", "leg", 2).after(1).completes("1001", "caller", 1).joins("next")
    reconnects(
        log.after(0.2).day,
        waiting=(found_waiting("next", waited=0),),
        channels=(found_open("next", "PJSIP/trunk-next"),),
    )
    day.adopts("next", "support").rings("1001", "next").answers("1001", "next")
    next_leg = day.leg("1001", "next")
    log.answers("1001", "next", next_leg, 1).after(1).completes("1001", "next", 1)
    reconnects(log.after(3).day)
    log.settles()
    talks = {talk.leg_id: talk.call_id for talk in day.remained(f.Conversation)}
    assert talks == {"leg": "caller", next_leg: "next"}
    assert all(talk.is_certain for talk in day.remained(f.Conversation))


def test_a_caller_was_given_an_agents_place_in_a_line_in_the_gap() -> None:
    """Nothing names both: who waits since before the gap and was not heard to join has the place of who is not there
    any more. The next one has joined in the gap."""
    day = in_a_talk()
    log = Log(day)
    log.answers("1001", "caller", day.leg("1001"), 0)
    day.after(5).joins("asking", "sales").after(3).pauses("1002")
    log.writes("caller", "support", "PJSIP/1001", "ATTENDEDTRANSFER", "APP", "Queue", 3, 8, 1).joins("new", "sales")
    waiting = (found_waiting("caller", "sales", waited=7), found_waiting("new", "sales", waited=4))
    found = (found_open("caller", "PJSIP/trunk-caller"), found_open("new", "PJSIP/trunk-new"))
    reconnects(log.after(4).day, waiting=waiting, channels=found)
    log.settles()
    assert (day.waiting(), {visit.channel_id for visit in day.floor.sites[PBX].visits.values()}) == (
        2,
        {"asking", "new"},
    )
    day.after(1).queue_returns("caller", "TIMEOUT").queue_returns("new", "LEAVEEMPTY")
    told = {(visit.channel_id, visit.queue, visit.outcome) for visit in day.remained(f.QueueVisit)[1:]}
    assert told == {
        ("asking", "sales", VisitOutcome.TIMED_OUT),
        ("new", "sales", VisitOutcome.LEFT_WHEN_EMPTY),
    }
    [visit] = [visit for visit in day.remained(f.QueueVisit) if visit.channel_id == "asking"]
    assert (visit.number, visit.caller_name, visit.call_id) == ("13800138000", "Name of caller", "caller")
    assert (day.talk().ended_by, the_gap(day).lost) == (EndedBy.TRANSFER, 0)


def test_a_caller_who_joins_where_he_was_thought_to_wait_has_left_unheard() -> None:
    """Answered and moved into the same queue while nothing was heard, with no survey since (a replayed capture)."""
    day, _ = waiting_at_the_loss()
    day.apply(day.events[-1])
    assert (day.visit_outcomes(), day.waiting()) == ([], 1)
    day.after(12).joins("caller")
    assert (day.visit_outcomes(), day.waiting()) == ([VisitOutcome.LOST], 1)
    day.after(2).gives_up("caller")
    assert day.visit_outcomes() == [VisitOutcome.LOST, VisitOutcome.ABANDONED]


def test_the_reason_of_another_queue_is_not_that_of_the_one_before() -> None:
    """Answered in `support` and moved into `sales`, both unheard: what sales says is of sales."""
    day, _ = waiting_at_the_loss()
    day.after(10).is_gone_unseen("caller", "sales")
    day.tell(e.QueueResult, "caller", "caller", "TIMEOUT", "", "", "")
    assert (day.visit().queue, day.visit().outcome, day.visit().is_certain) == ("support", VisitOutcome.LOST, False)


def test_the_end_of_a_talk_names_the_phone_behind_a_local_member() -> None:
    """The leaving was heard, the answer and the end of the Local channel were not."""
    day = local_channel(a_day("1001").joins("caller"), "1001")
    day.tell(e.MemberRung, "support", phone("1001"), phone("1001"), "caller", "caller", "half 1")
    dials_through(day, "phone", f"{phone('1001')}-9").leaves("caller").after(10)
    day.tell(e.MemberCompleted, "support", phone("1001"), phone("1001"), "caller", "phone", 3.0, 10.0, "caller")
    day.closes("caller").closes("phone")
    assert (day.visit().outcome, day.visit().wait_seconds) == (VisitOutcome.ANSWERED, 3)


def test_the_end_of_a_talk_is_not_that_of_the_stay_that_began_with_it() -> None:
    """Transferred into the same queue, a moment after an answer of which only the last event was heard."""
    day = a_day("1001").calls("caller").after(1.3)
    day.tell(e.MemberConnected, "support", phone("1001"), "Li Na", "caller", "caller", "leg", 1.0, 1.0)
    day.after(1.0).joins("caller")
    day.tell(e.MemberCompleted, "support", phone("1001"), "Li Na", "caller", "leg", 1.0, 1.0, "transfer")
    assert (day.visit_outcomes(), day.waiting()) == ([VisitOutcome.ANSWERED], 1)
    day.after(2).gives_up("caller")
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.ABANDONED]

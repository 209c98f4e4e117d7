"""How a caller's stay in a queue ends: each outcome as a story."""

import pytest

from callcenter.floor import events as e
from callcenter.floor.account import Account
from callcenter.floor.facts import (
    CallRecord,
    Conversation,
    Direction,
    EndedBy,
    QueueVisit,
    Ring,
    RingOutcome,
    SeatState,
    VisitOutcome,
)
from callcenter.floor.terms import CallId, ChannelId
from tests.floor.stories import CALLER_NUMBER, NOON, PBX, TICK, Diary, about, phone


def a_day(*agents: str, wrap_up: int = 0) -> Diary:
    """Agents of one queue, signed in and ready."""
    day = Diary().directory(*agents, wrap_up=wrap_up)
    for agent in agents:
        day.signs_in(agent)
    return day


@pytest.mark.parametrize("who", ["caller", "agent"])
def test_answered(who: str) -> None:
    day = a_day("1001").joins("caller")
    day.after(2).rings("1001", "caller")
    assert day.state("1001") is SeatState.RINGING
    day.after(3).answers("1001", "caller")
    assert day.state("1001") is SeatState.TALKING
    assert day.waiting() == 0
    day.after(60).hangs_up(who, "1001", "caller")

    visit = day.visit()
    assert visit.outcome is VisitOutcome.ANSWERED
    assert (visit.agent_number, visit.wait_seconds) == ("1001", 5.0)
    talk = day.talk()
    assert talk.ended_by is EndedBy(who)
    assert talk.talk_seconds == about(60)
    assert (talk.queue, talk.number, talk.direction) == ("support", "13800138000", Direction.INBOUND)
    [ring] = day.remained(Ring)
    assert (ring.outcome, ring.ring_seconds) == (RingOutcome.ANSWERED, 5.0)
    [call] = day.remained(CallRecord)
    assert call.answered_at == about(talk.began_at)
    assert day.states("1001") == [SeatState.READY, SeatState.RINGING, SeatState.TALKING]
    assert day.state("1001") is SeatState.READY
    assert day.surprises == []


@pytest.mark.parametrize("seconds", [2, 20])
def test_abandoned(seconds: float) -> None:
    day = a_day("1001").joins("caller").after(seconds).gives_up("caller")
    visit = day.visit()
    assert visit.outcome is VisitOutcome.ABANDONED
    assert visit.wait_seconds == seconds
    assert (visit.wait_seconds < visit.short_abandon_seconds) == (seconds == 2)
    assert day.surprises == []


def test_abandoned_without_a_hangup_request_is_known_at_the_hangup() -> None:
    """AMI's Hangup of a waiting caller sends no HangupRequest."""
    day = a_day().joins("caller").after(9).is_gone("caller")
    assert day.remained(QueueVisit) == []
    assert day.closes("caller").visit().outcome is VisitOutcome.ABANDONED


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("TIMEOUT", VisitOutcome.TIMED_OUT),
        ("LEAVEEMPTY", VisitOutcome.LEFT_WHEN_EMPTY),
        ("LEAVEUNAVAIL", VisitOutcome.LEFT_WHEN_EMPTY),
        ("WITHDRAW", VisitOutcome.WITHDRAWN),
    ],
)
def test_queue_says_why_after_the_caller_has_left(status: str, outcome: VisitOutcome) -> None:
    day = a_day().joins("caller").after(30).is_gone("caller")
    assert (day.waiting(), day.remained(QueueVisit)) == (0, [])
    day.queue_returns("caller", status).after(5).closes("caller")
    visit = day.visit()
    assert (visit.outcome, visit.wait_seconds) == (outcome, 30.0)
    assert visit.ended_at == about(NOON + 30)


def test_withdrawn_when_somebody_moves_the_caller() -> None:
    """AMI's Redirect says QueueCallerAbandon, but the caller lives on: in another queue here."""
    day = a_day().joins("caller").after(7).is_gone("caller").joins("caller", "sales")
    assert day.visit().outcome is VisitOutcome.WITHDRAWN
    assert day.waiting() == 1


def test_withdrawn_when_a_moved_caller_dials() -> None:
    day = a_day().joins("caller").after(7).is_gone("caller")
    day.tell(e.DialBegun, "caller", "caller", "other", "PJSIP/other-1", "other")
    assert day.visit().outcome is VisitOutcome.WITHDRAWN


def test_left_by_key() -> None:
    """Neither QueueCallerAbandon nor QUEUESTATUS: only QueueCallerLeave, and the caller goes on."""
    day = a_day("1001").joins("caller").rings("1001", "caller").after(6).leaves("caller")
    day.does_not_answer("1001", "caller").closes("caller")
    assert day.visit().outcome is VisitOutcome.LEFT_BY_KEY
    assert day.visit().wait_seconds == about(6)


@pytest.mark.parametrize("leaves_first", [True, False])
def test_a_callback_is_requested_by_key(leaves_first: bool) -> None:
    """The visit keeps its number and the time when it began; said twice, it is one."""
    day = a_day().joins("caller").after(6)
    if leaves_first:
        day.leaves("caller")
    for _ in range(2):
        day.tell(e.CallbackRequested, "caller", "support")
    if not leaves_first:
        day.leaves("caller")
    day.closes("caller")
    assert (day.visit().outcome, day.visit().number) == (VisitOutcome.CALLBACK_REQUESTED, "13800138000")
    assert day.visit().wait_seconds == about(6)
    assert day.waiting() == 0


def test_left_by_key_into_another_queue() -> None:
    day = a_day().joins("caller").leaves("caller").joins("caller", "sales")
    assert day.visit().outcome is VisitOutcome.LEFT_BY_KEY


@pytest.mark.parametrize(
    ("status", "outcome"), [("JOINEMPTY", VisitOutcome.REFUSED_EMPTY), ("FULL", VisitOutcome.REFUSED_FULL)]
)
def test_refused_at_the_door(status: str, outcome: VisitOutcome) -> None:
    day = a_day().calls("caller").queue_returns("caller", status).closes("caller")
    visit = day.visit()
    assert (visit.outcome, visit.queue, visit.number) == (outcome, "", "13800138000")


@pytest.mark.parametrize("queue", ["", "support", "new"])
def test_a_refusal_counts_once_and_for_its_queue(queue: str) -> None:
    day = a_day().calls("caller").queue_returns("caller", "FULL", queue)
    for event in day.events[-2:]:
        day.apply(event)
    assert (day.visit().queue, day.visit().join) == (queue, 1)
    assert day.queue_returns("caller", "FULL", queue).remained(QueueVisit)[-1].join == 2


def test_left_by_key_into_a_full_queue() -> None:
    day = a_day().joins("caller").leaves("caller").queue_returns("caller", "FULL", "sales").closes("caller")
    assert day.visit_outcomes() == [VisitOutcome.LEFT_BY_KEY, VisitOutcome.REFUSED_FULL]


def test_other_results_say_nothing() -> None:
    """CONTINUE, UNKNOWN: Queue() returned after an answered call; a waiting caller stays."""
    day = a_day().joins("caller").queue_returns("caller", "CONTINUE")
    assert (day.waiting(), day.facts) == (1, [])


def test_the_same_queue_twice() -> None:
    day = a_day().joins("caller").after(10).is_gone("caller").queue_returns("caller", "TIMEOUT")
    day.joins("caller").after(5).gives_up("caller")
    first, second = day.remained(QueueVisit)
    assert (first.join, first.outcome) == (1, VisitOutcome.TIMED_OUT)
    assert (second.join, second.outcome) == (2, VisitOutcome.ABANDONED)


def test_ring_no_answer_then_answered_by_another() -> None:
    day = a_day("1001", "1002").joins("caller")
    day.rings("1001", "caller").after(15).does_not_answer("1001", "caller", seconds=15)
    day.rings("1002", "caller").after(4).answers("1002", "caller").after(30).hangs_up("caller", "1002", "caller")
    missed, answered = day.remained(Ring)
    assert (missed.outcome, missed.ring_seconds) == (RingOutcome.NOT_ANSWERED, 15.0)
    assert (answered.outcome, answered.agent_number) == (RingOutcome.ANSWERED, "1002")
    assert day.visit().agent_number == "1002"
    assert day.state("1001") is SeatState.READY


@pytest.mark.parametrize("cause", [17, 19, 21])
def test_a_phone_that_says_no(cause: int) -> None:
    """Busy, unavailable, declined: the queue says RingNoAnswer for all of them, the leg's cause tells."""
    day = (
        a_day("1001").joins("caller").rings("1001", "caller").does_not_answer("1001", "caller", seconds=0, cause=cause)
    )
    [ring] = day.remained(Ring)
    assert (ring.outcome, ring.ring_seconds) == (RingOutcome.REJECTED, 0.0)
    assert day.waiting() == 1


def test_a_ring_that_the_queue_says_nothing_of_was_given_up() -> None:
    """The caller pressed a key: the leg ends before QueueCallerLeave, and no AgentRingNoAnswer comes."""
    day = a_day("1001").joins("caller").rings("1001", "caller").after(8).closes(day_leg := "1001.1")
    [ring] = day.remained(Ring)
    assert (ring.ring_id, ring.outcome) == (day_leg, RingOutcome.GIVEN_UP)
    assert ring.ring_seconds == about(8)


@pytest.mark.parametrize(("status", "outcome"), [("CANCEL", RingOutcome.GIVEN_UP), ("BUSY", RingOutcome.REJECTED)])
def test_a_phone_that_says_no_as_the_caller_leaves(status: str, outcome: RingOutcome) -> None:
    """The dial tells who was first: cancelled, the queue had given it up, as its RINGCANCELED says."""
    day = a_day("1001").joins("caller").rings("1001", "caller").after(4)
    day.tell(e.DialEnded, day.leg("1001"), status)
    [ring] = day.closes(day.leg("1001"), 21).remained(Ring)
    assert ring.outcome is outcome


@pytest.mark.parametrize("cause", [1, 17])
def test_a_phone_that_says_no_as_a_colleague_answers(cause: int) -> None:
    day = a_day("1001", "1002").joins("caller").rings("1001", "caller").rings("1002", "caller").after(4)
    day.picks_up("1002", "caller").tell(e.DialEnded, day.leg("1001"), "CANCEL")
    [ring] = day.closes(day.leg("1001"), cause).remained(Ring)
    assert ring.outcome is RingOutcome.WON_BY_COLLEAGUE


@pytest.mark.parametrize(("cause", "outcome"), [(1, RingOutcome.NOT_ANSWERED), (17, RingOutcome.REJECTED)])
def test_a_phone_that_said_no_before_a_colleague_answered(cause: int, outcome: RingOutcome) -> None:
    """Its leg ends a moment later; queue_log has the RINGNOANSWER."""
    day = a_day("1001", "1002").joins("caller").rings("1001", "caller").rings("1002", "caller")
    day.tell(e.RingNotAnswered, "support", phone("1001"), "caller", day.leg("1001"), 0.0)
    day.tell(e.DialEnded, day.leg("1001"), "NOANSWER")
    day.answers("1002", "caller").closes(day.leg("1001"), cause)
    rings = {ring.agent_number: ring.outcome for ring in day.remained(Ring)}
    assert rings == {"1001": outcome, "1002": RingOutcome.ANSWERED}


def test_ringall_has_one_winner() -> None:
    """The losers get no event of the queue, only a hang-up with cause 26."""
    day = a_day("1001", "1002", "1003").joins("caller")
    for agent in ("1001", "1002", "1003"):
        day.rings(agent, "caller")
    day.after(3).picks_up("1002", "caller").closes(day.leg("1001"), 26)
    day.connects("1002", "caller").closes(day.leg("1003"), 26)
    rings = {ring.agent_number: ring.outcome for ring in day.remained(Ring)}
    assert rings == {
        "1001": RingOutcome.WON_BY_COLLEAGUE,
        "1002": RingOutcome.ANSWERED,
        "1003": RingOutcome.WON_BY_COLLEAGUE,
    }
    assert [day.state(agent) for agent in ("1001", "1002", "1003")] == [
        SeatState.READY,
        SeatState.TALKING,
        SeatState.READY,
    ]


def test_caller_gives_up_while_phones_ring() -> None:
    day = a_day("1001", "1002").joins("caller").rings("1001", "caller").rings("1002", "caller").after(5)
    day.requests_hangup("caller").closes(day.leg("1001")).is_gone("caller").closes(day.leg("1002")).closes("caller")
    assert [ring.outcome for ring in day.remained(Ring)] == [RingOutcome.GIVEN_UP] * 2
    assert day.visit().outcome is VisitOutcome.ABANDONED


def test_agent_hangs_up_in_the_announcement() -> None:
    """AgentDump: the caller stays in the line, the agent has rung all the while."""
    day = a_day("1001").joins("caller").rings("1001", "caller").picks_up("1001", "caller").after(4)
    assert day.state("1001") is SeatState.RINGING
    day.tell(e.MemberDumped, "support", phone("1001"), "caller", day.leg("1001"))
    day.closes(day.leg("1001"))
    [ring] = day.remained(Ring)
    assert ring.outcome is RingOutcome.REJECTED
    assert (day.waiting(), day.state("1001")) == (1, SeatState.READY)


def test_a_caller_who_hangs_up_as_the_queue_connects_has_talked_once() -> None:
    """Seen: AgentComplete within a millisecond of AgentConnect, and before the two are in their bridge."""
    day = a_day("1001", wrap_up=20).joins("caller").rings("1001", "caller").picks_up("1001", "caller")
    day.is_connected("1001", "caller").requests_hangup("caller").completes("1001", "caller", "caller")
    day.meets("1001", "caller")
    assert day.state("1001") is SeatState.WRAP_UP
    day.leaves_bridge("caller", "bridge of caller").closes("caller").closes(day.leg("1001")).wrap_up_done("1001")
    [talk] = day.remained(Conversation)
    assert (talk.queue, talk.part, talk.ended_by) == ("support", 1, EndedBy.CALLER)


def test_an_agent_nobody_signed_in_makes_a_seat_by_itself() -> None:
    day = Diary().joins("caller").rings("2002", "caller").answers("2002", "caller")
    assert day.state("2002") is SeatState.TALKING
    assert ("seats", "pbx1/PJSIP/2002") in {("seats", seat) for seat in day.floor.snapshot()["seats"]}


@pytest.mark.parametrize("ids", ["caller", "agent"])
def test_agent_complete_may_lack_an_id(ids: str) -> None:
    day = a_day("1001", wrap_up=20).joins("caller").rings("1001", "caller").answers("1001", "caller").after(10)
    day.requests_hangup("caller").completes("1001", "caller", "caller", ids=ids)
    assert day.state("1001") is SeatState.WRAP_UP


def test_agent_complete_without_ids_ends_no_other_talk() -> None:
    """Both channels have gone, and the talk with them: what the seat still talks is another one."""
    day = a_day("1001")
    for caller in ("first", "second"):
        day.joins(caller).rings("1001", caller).answers("1001", caller)
    day.after(5).closes(day.leg("1001", "first")).closes("first")
    day.completes("1001", "first", "caller", ids="none")
    assert day.state("1001") is SeatState.TALKING
    assert day.floor.sites["pbx1"].channels[day.leg("1001", "second")].talk is not None


def test_an_end_without_ids_is_of_the_talk_that_began_in_that_second() -> None:
    """A phone talks to two of one queue when Asterisk is stopped; both channels of the second have gone."""
    day, account = a_day("1001"), Account("pbx1")
    day.now = int(day.now) + 0.5
    day.joins("first").rings("1001", "first").answers("1001", "first").after(1)
    day.joins("second").rings("1001", "second").answers("1001", "second").after(0.85)
    for caller in ("second", "first"):
        day.closes(caller).closes(day.leg("1001", caller))
    ended = (e.MemberCompleted, "support", phone("1001"), phone("1001"))
    day.tell(*ended, "", "", 0.0, 1.0, "caller")
    day.tell(*ended, "", day.leg("1001", "first"), 0.0, 2.0, "agent")
    for event in day.events:
        account.apply(event)
    account.close()
    ends = {call.channel_id: call.talk.ended_by for call in account.calls if call.talk}
    assert ends == {"first": EndedBy.AGENT, "second": EndedBy.CALLER}


def test_a_redirected_caller_frees_the_agent_before_agent_complete() -> None:
    """AMI's Redirect of a talking caller: AgentComplete comes when the caller finally hangs up, or never."""
    day = a_day("1001", wrap_up=5).joins("caller").rings("1001", "caller").answers("1001", "caller").after(20)
    day.leaves_bridge("caller", "bridge of caller").leaves_bridge("1001.1", "bridge of caller").closes("1001.1")
    assert day.state("1001") is SeatState.WRAP_UP
    day.after(60).completes("1001", "caller", "caller")
    assert day.talk().talk_seconds == about(20)
    assert day.talk().ended_by is EndedBy.CALLER, "as queue_log says"


def test_a_caller_whose_join_was_not_seen() -> None:
    """The link came up meanwhile: the visit is known from its answer, and marked as uncertain."""
    day = a_day("1001").calls("caller")
    day.opens("leg", "PJSIP/1001-1", call="caller")
    day.tell(e.MemberConnected, "support", phone("1001"), "", "caller", "caller", "leg", 12.0, 2.0)
    visit = day.visit()
    assert (visit.outcome, visit.is_certain, visit.wait_seconds) == (VisitOutcome.ANSWERED, False, 12.0)
    assert visit.joined_at == about(day.now - 12)
    assert [surprise.came for surprise in day.surprises] == ["AgentConnect"]


def test_an_answer_on_a_channel_that_was_never_seen() -> None:
    day = a_day("1001").joins("caller")
    day.tell(e.MemberConnected, "support", phone("1001"), "", "caller", "caller", "leg", 12.0, 2.0)
    assert day.visit().outcome is VisitOutcome.ANSWERED
    assert [surprise.expected for surprise in day.surprises] == ["a channel to talk on"]


def test_a_waiting_channel_that_ends_without_a_leave_is_lost() -> None:
    day = a_day().joins("caller").closes("caller")
    assert (day.visit().outcome, day.visit().is_certain) == (VisitOutcome.LOST, False)
    assert len(day.surprises) == 1


def test_a_caller_who_appears_in_another_queue_without_leaving_the_first() -> None:
    day = a_day().joins("caller").joins("caller", "sales")
    assert day.visit().outcome is VisitOutcome.LOST
    assert (day.waiting(), len(day.surprises)) == (1, 1)


def test_an_abandon_of_nobody_is_a_surprise() -> None:
    day = a_day().calls("caller")
    day.tell(e.CallerGone, "support", "caller", 1, 1, 3.0)
    assert [surprise.came for surprise in day.surprises] == ["QueueCallerAbandon"]


def places(day: Diary) -> dict[str, int]:
    """Who stands where in the line."""
    lines = day.floor.snapshot()["visits"].values()
    return {view["caller_name"].removeprefix("Name of "): view["position"] for view in lines}


def test_those_behind_move_up_and_one_who_comes_in_front_moves_them_back() -> None:
    """Asterisk tells the place of the one who joins or leaves, and nobody else's."""
    day = a_day("1001").joins("anna", position=1).joins("ben", position=2).joins("vip", position=1)
    assert places(day) == {"vip": 1, "anna": 2, "ben": 3}
    day.rings("1001", "vip").answers("1001", "vip")
    assert places(day) == {"anna": 1, "ben": 2}
    assert day.visit().position == 1
    day.gives_up("anna")
    assert places(day) == {"ben": 1}


def test_a_feature_code_is_no_call() -> None:
    day = a_day("1001")
    day.opens("code", f"{phone('1001')}-00000001", number="1001", extension="*722").closes("code")
    assert day.remained(CallRecord) == []
    day.opens("call", f"{phone('1001')}-00000002", number="1001", extension="13800138000").closes("call")
    assert [call.direction for call in day.remained(CallRecord)] == [Direction.OUTBOUND]


def test_the_end_of_a_stay_said_again_is_not_the_end_of_the_next() -> None:
    """The caller is sent back into the same queue at once: both stays have the same second."""
    day = a_day("1001").joins("caller").rings("1001", "caller").answers("1001", "caller")
    day.completes("1001", "caller", "transfer")
    said = day.events[-1]
    day.joins("caller").apply(said)
    assert day.waiting() == 1
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED]


def test_a_caller_takes_the_place_that_the_agent_had_in_a_line() -> None:
    """An attended transfer into a line that still waits: the same stay goes on, now the caller's."""
    day = a_day("1001", "1002").joins("caller", "support").rings("1001", "caller").answers("1001", "caller").after(5)
    day.joins("asking", "sales").after(2)
    leg = day.leg("1001", "caller")
    day.tell(e.AttendedTransferred, leg, ChannelId("asking"), ChannelId("caller"), ChannelId(""))
    day.closes(leg).closes("asking")
    assert day.waiting() == 1
    [shown] = day.floor.snapshot()["visits"].values()
    assert shown["number"] == CALLER_NUMBER
    day.after(1)
    day.tell(e.CallerGone, "sales", ChannelId("caller"), 1, 1, 3.0)
    day.tell(e.CallerLeft, "sales", ChannelId("caller"), 1)
    day.tell(e.QueueResult, ChannelId("caller"), CallId("caller"), "TIMEOUT", "", "", "")
    visit = day.remained(QueueVisit)[-1]
    assert (visit.channel_id, visit.queue, visit.outcome) == ("asking", "sales", VisitOutcome.TIMED_OUT)
    assert not day.surprises


def test_a_colleague_takes_the_place_that_the_agent_had_in_a_line() -> None:
    """The agent waited first, and called the colleague from there."""
    day = a_day("1001", "1002").joins("asking").rings("1001", "asking").after(1)
    day.opens("second", f"{phone('1002')}-2", number="1002").opens("other", f"{phone('1003')}-1", number="1003")
    day.tell(e.AttendedTransferred, ChannelId("asking"), ChannelId("second"), ChannelId(""), ChannelId("other"))
    day.closes("asking").closes("second")
    assert (day.waiting(), day.visit_outcomes()) == (1, [])
    day.does_not_answer("1001", "asking", seconds=6.0).after(1)
    day.tell(e.CallerGone, "support", ChannelId("other"), 1, 1, 7.0)
    day.tell(e.CallerLeft, "support", ChannelId("other"), 1)
    day.requests_hangup("other").closes("other")
    assert (day.visit().channel_id, day.visit().outcome) == ("asking", VisitOutcome.ABANDONED)
    assert [ring.outcome for ring in day.remained(Ring)] == [RingOutcome.NOT_ANSWERED]


def test_the_answer_comes_in_the_moment_in_which_a_caller_takes_the_place_of_his_agent() -> None:
    """Asterisk tells it of the channel that joined, whose place in the bridge goes over to the caller, unsaid."""
    day = a_day("1001", "1002").joins("caller").rings("1001", "caller").answers("1001", "caller").after(5)
    day.joins("asking").rings("1002", "asking").after(2)
    leg, other = day.leg("1001", "caller"), day.leg("1002", "asking")
    day.tell(e.AttendedTransferred, leg, ChannelId("asking"), ChannelId("caller"), ChannelId(""))
    day.completes("1001", "caller", "transfer").leaves_bridge("caller", "bridge of caller").closes(leg)
    day.answers("1002", "asking").after(0.2).closes("asking")
    assert day.visit_outcomes() == [VisitOutcome.ANSWERED, VisitOutcome.ANSWERED]
    assert day.floor.sites[PBX].bridges["bridge of asking"].keys() == {other, "caller"}
    day.after(4).requests_hangup("caller").leaves_bridge("caller", "bridge of asking")
    day.leaves_bridge(other, "bridge of asking").closes(other).closes("caller")
    talks = {talk.leg_id: (talk.call_id, talk.ended_by) for talk in day.remained(Conversation)}
    assert talks == {leg: ("caller", EndedBy.TRANSFER), other: ("caller", EndedBy.CALLER)}
    assert (day.visit_outcomes()[2:], day.leftovers(), day.surprises) == ([], [], [])


def test_a_talk_whose_answer_was_not_heard_answers_the_visit() -> None:
    day = a_day("1001").joins("caller").rings("1001", "caller").after(3).leaves("caller").after(10)
    ids = ChannelId("caller"), day.leg("1001", "caller")
    day.tell(e.MemberCompleted, "support", phone("1001"), "Li Na", *ids, 3.0, 10.0, "caller")
    assert (day.visit().outcome, day.visit().wait_seconds, day.visit().is_certain) == (
        VisitOutcome.ANSWERED,
        3.0,
        False,
    )


def test_the_end_of_waiting_is_understood_in_either_order() -> None:
    day = a_day("1001").joins("caller").after(4).requests_hangup("caller")
    day.tell(e.CallerLeft, "support", ChannelId("caller"), 1)
    day.apply(e.CallerGone(PBX, day.now - TICK / 2, "support", ChannelId("caller"), 1, 1, 4.0))
    day.closes("caller")
    assert day.visit().outcome is VisitOutcome.ABANDONED

"""queue_log into facts: every ending, moved callers, endings that are not there, channels that come back, pauses."""

from pathlib import Path
from typing import TypeVar

import pytest

from callcenter.asterisk.gap_account import gap_account
from callcenter.asterisk.log_calls import LogCalls
from callcenter.asterisk.queue_log import records
from callcenter.asterisk.queue_log_facts import DAY, QueueLogFacts
from callcenter.asterisk.queue_log_lines import parse
from callcenter.floor.events import AgentEntry, DirectoryChanged, QueueRules
from callcenter.floor.facts import (
    AnyFact,
    Conversation,
    EndedBy,
    QueueVisit,
    Ring,
    RingOutcome,
    SeatSpell,
    VisitOutcome,
)

REPLAYS = Path(__file__).parent.parent / "replays"
NOON = 1_700_000_000
DIRECTORY = DirectoryChanged(
    "pbx1",
    0.0,
    (AgentEntry("1001", "Li Na", "", "PJSIP/1001"),),
    (QueueRules("sales", service_level_seconds=20.0, service_level_variant="answered", short_abandon_seconds=3.0),),
)

AFact = TypeVar("AFact", bound=AnyFact)


def log(*lines: str) -> list[str]:
    """Lines `seconds after noon|callid|queue|agent|EVENT|…`."""
    return [f"{NOON + int(line.partition('|')[0])}|{line.partition('|')[2]}" for line in lines]


def facts_of(*lines: str) -> list[AnyFact]:
    fold = QueueLogFacts("pbx1", DIRECTORY)
    found: list[AnyFact] = []
    for line in log(*lines):
        record = parse(line)
        assert record is not None, line
        found += fold.apply(record)
    return found + fold.finish()


def of(kind: type[AFact], facts: list[AnyFact]) -> list[AFact]:
    return [fact for fact in facts if isinstance(fact, kind)]


def outcomes(*lines: str) -> list[tuple[str, str, bool]]:
    visits = sorted(of(QueueVisit, facts_of(*lines)), key=lambda visit: (visit.joined_at, visit.queue, visit.join))
    return [(visit.queue, visit.outcome.value, visit.is_certain) for visit in visits]


JOINED = "0|1.1|sales|NONE|ENTERQUEUE||139|2|Wang"
ANSWERED = "7|1.1|sales|Li Na|CONNECT|7|1.5|3"


def test_an_answered_call() -> None:
    facts = facts_of(
        JOINED,
        "3|1.1|sales|Zhao|RINGNOANSWER|3000",
        ANSWERED,
        "37|1.1|sales|Li Na|COMPLETEAGENT|7|30|2",
    )
    (visit,), (tried, ring), (talk,) = of(QueueVisit, facts), of(Ring, facts), of(Conversation, facts)
    assert (visit.channel_id, visit.call_id, visit.queue, visit.join) == ("1.1", "1.1", "sales", 1)
    assert (visit.number, visit.caller_name, visit.position) == ("139", "Wang", 2)
    assert (visit.joined_at, visit.ended_at, visit.wait_seconds) == (NOON, NOON + 7, 7)
    assert (visit.outcome, visit.is_certain) == (VisitOutcome.ANSWERED, True)
    assert (visit.agent_number, visit.agent_name, visit.interface) == ("1001", "Li Na", "PJSIP/1001")
    assert (visit.service_level_seconds, visit.service_level_variant, visit.short_abandon_seconds) == (
        20,
        "answered",
        3,
    )
    assert (tried.agent_name, tried.interface, tried.agent_number) == ("Zhao", "Zhao", "")
    assert (tried.outcome, tried.began_at, tried.ended_at) == (RingOutcome.NOT_ANSWERED, NOON, NOON + 3)
    assert (ring.ring_id, ring.outcome, ring.began_at, ring.ring_seconds) == ("1.5", RingOutcome.ANSWERED, NOON + 4, 3)
    assert (talk.leg_id, talk.part, talk.queue, talk.number) == ("1.5", 1, "sales", "139")
    assert (talk.began_at, talk.ended_at, talk.talk_seconds) == (NOON + 7, NOON + 37, 30)
    assert (talk.ended_by, talk.agent_number, talk.is_certain) == (EndedBy.AGENT, "1001", True)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("ABANDON|1|1|3", "abandoned"),
        ("EXITWITHTIMEOUT|1|1|3", "timed_out"),
        ("EXITEMPTY|1|1|3", "left_when_empty"),
        ("EXITWITHKEY|9|1|1|3", "left_by_key"),
        ("WITHDRAW|1|1|3|", "withdrawn"),
        ("SYSCOMPAT", "abandoned"),
    ],
)
def test_every_way_to_leave(line: str, outcome: str) -> None:
    assert outcomes(JOINED, f"3|1.1|sales|NONE|{line}") == [("sales", outcome, True)]


def test_a_line_without_a_wait_takes_it_from_the_time() -> None:
    (visit,) = of(QueueVisit, facts_of(JOINED, "3|1.1|sales|NONE|EXITWITHTIMEOUT|1"))
    assert visit.wait_seconds == 3


def test_a_caller_who_is_moved_did_not_abandon() -> None:
    gone = "3|1.1|sales|NONE|ABANDON|1|1|3"
    support = "3|1.1|support|NONE|ENTERQUEUE||139|1"
    for lines in ((JOINED, gone, support), (JOINED, support, gone)):
        assert outcomes(*lines) == [("sales", "withdrawn", True), ("support", "lost", False)]


def test_a_dump_in_the_announcement_is_a_rejection_and_the_caller_waits_on() -> None:
    facts = facts_of(JOINED, "3|1.1|sales|Li Na|AGENTDUMP|", "9|1.1|sales|NONE|ABANDON|1|1|9")
    assert [ring.outcome for ring in of(Ring, facts)] == [RingOutcome.REJECTED]
    assert [visit.outcome for visit in of(QueueVisit, facts)] == [VisitOutcome.ABANDONED]


def test_a_caller_who_hangs_up_in_the_announcement_gives_a_ring_up() -> None:
    """ABANDON has the agent's name then, and no RINGCANCELED comes."""
    facts = facts_of(JOINED, "9|1.1|sales|Li Na|ABANDON|1|1|9")
    assert [(ring.agent_name, ring.outcome) for ring in of(Ring, facts)] == [("Li Na", RingOutcome.GIVEN_UP)]
    assert [visit.outcome for visit in of(QueueVisit, facts)] == [VisitOutcome.ABANDONED]


def test_the_same_channel_may_join_again_and_again() -> None:
    facts = facts_of(
        JOINED,
        "5|1.1|sales|NONE|EXITWITHTIMEOUT|1|1|5",
        "6|1.1|sales|NONE|ENTERQUEUE||139|1",
        "7|1.1|sales|NONE|EXITWITHKEY|1|1|1|1",
        "7|1.1|other|NONE|ENTERQUEUE||139|1",
        "8|1.1|other|NONE|ABANDON|1|1|1",
    )
    joins = [(visit.queue, visit.join, visit.outcome.value) for visit in of(QueueVisit, facts)]
    assert joins == [("sales", 1, "timed_out"), ("sales", 2, "left_by_key"), ("other", 1, "abandoned")]


def test_two_endings_of_one_stay_and_of_one_talk_count_once() -> None:
    facts = facts_of(
        JOINED,
        ANSWERED,
        "9|1.1|sales|Li Na|COMPLETECALLER|7|2|1",
        "9|1.1|sales|Li Na|ATTENDEDTRANSFER|LINK|a|b|7|2|1",
        "9|1.1|sales|NONE|ABANDON|1|1|9",
    )
    assert [talk.ended_by for talk in of(Conversation, facts)] == [EndedBy.CALLER]
    assert [visit.outcome for visit in of(QueueVisit, facts)] == [VisitOutcome.ANSWERED]


def test_one_agent_in_two_calls_and_one_call_in_two_talks() -> None:
    facts = facts_of(
        JOINED,
        ANSWERED,
        "8|2.1|sales|NONE|ENTERQUEUE||138|1",
        "9|2.1|sales|Li Na|CONNECT|1|2.5|1",
        "9|1.1|sales|NONE|ENTERQUEUE||139|1",
        "10|1.1|sales|Zhao|CONNECT|1|1.7|1",
        "20|1.1|sales|Zhao|COMPLETEAGENT|1|10|1",
        "22|1.1|sales|Li Na|COMPLETECALLER|7|15|1",
        "29|2.1|sales|Li Na|COMPLETECALLER|1|20|1",
    )
    talks = [(talk.leg_id, talk.agent_name, talk.talk_seconds) for talk in of(Conversation, facts)]
    assert talks == [("1.7", "Zhao", 10), ("1.5", "Li Na", 15), ("2.5", "Li Na", 20)]


def test_a_talk_whose_end_is_logged_under_a_hidden_channel() -> None:
    facts = facts_of(JOINED, ANSWERED, "20|9.99|sales|Li Na|COMPLETECALLER|7|13|1")
    (talk,) = of(Conversation, facts)
    assert (talk.leg_id, talk.talk_seconds, talk.is_certain) == ("1.5", 13, True)


def test_a_restart_leaves_stays_and_talks_without_an_ending() -> None:
    facts = facts_of(
        JOINED,
        ANSWERED,
        "9|2.1|sales|NONE|ENTERQUEUE||138|1",
        "12|3.1|sales|NONE|RINGNOANSWER|1000",
        "60|NONE|NONE|NONE|QUEUESTART|",
        "61|2.1|sales|NONE|ENTERQUEUE||138|1",
        "62|2.1|sales|NONE|ABANDON|1|1|1",
    )
    visits, (talk,) = of(QueueVisit, facts), of(Conversation, facts)
    ends = [(visit.outcome.value, visit.is_certain, visit.join, visit.ended_at - NOON) for visit in visits]
    assert ends == [("answered", True, 1, 7), ("lost", False, 1, 12), ("abandoned", True, 1, 62)]
    assert (talk.is_certain, talk.ended_by, talk.talk_seconds) == (False, EndedBy.UNKNOWN, 5)


def test_the_end_of_the_log_is_an_end_that_nobody_saw() -> None:
    assert outcomes(JOINED, "50|3.1|sales|NONE|RINGNOANSWER|1000") == [("sales", "lost", False)]


def test_an_ending_whose_beginning_is_not_in_the_log() -> None:
    (visit,) = of(QueueVisit, facts_of(ANSWERED))
    assert (visit.outcome, visit.is_certain, visit.joined_at) == (VisitOutcome.ANSWERED, False, NOON)


def test_what_has_no_ending_for_a_day_is_lost_without_any_length() -> None:
    facts = facts_of(JOINED, ANSWERED, "9|2.1|sales|NONE|ENTERQUEUE||138|1", f"{2 * int(DAY)}|NONE|NONE|X|PAUSEALL|")
    (talk,), visits = of(Conversation, facts), of(QueueVisit, facts)
    assert (talk.is_certain, talk.talk_seconds) == (False, 0)
    assert [(visit.outcome.value, visit.wait_seconds) for visit in visits] == [("answered", 7), ("lost", 0)]


def test_rings_have_ids_of_their_own() -> None:
    facts = facts_of(JOINED, *["3|1.1|sales|Zhao|RINGNOANSWER|0"] * 3, "4|1.1|sales|NONE|ABANDON|1|1|4")
    assert len({ring.ring_id for ring in of(Ring, facts)}) == 3


def test_reading_again_gives_the_same_facts() -> None:
    lines = (JOINED, "3|1.1|sales|Zhao|RINGNOANSWER|3000", ANSWERED)
    assert facts_of(*lines) == facts_of(*lines)


def spells(*lines: str) -> list[tuple[str, str, float, float, bool]]:
    found = of(SeatSpell, facts_of(*lines))
    return [(s.interface, s.reason, s.since - NOON, s.until - NOON, s.is_certain) for s in found]


def test_a_pause_in_several_queues_is_one_spell() -> None:
    assert spells(
        "0|NONE|NONE|Li Na|PAUSEALL|break",
        "0|NONE|sales|Li Na|PAUSE|break",
        "0|NONE|other|Li Na|PAUSE|break",
        "30|NONE|other|Li Na|UNPAUSE|",
        "40|NONE|sales|Li Na|UNPAUSE|",
        "40|NONE|sales|Li Na|UNPAUSE|",
    ) == [("PJSIP/1001", "break", 0, 40, True)]


def test_another_reason_begins_another_spell() -> None:
    assert spells(
        "0|NONE|sales|Li Na|PAUSE|break",
        "5|NONE|sales|Li Na|PAUSE|break",
        "10|NONE|sales|Li Na|PAUSE|meal",
        "90|NONE|sales|Li Na|UNPAUSE|back",
    ) == [("PJSIP/1001", "break", 0, 10, True), ("PJSIP/1001", "meal", 10, 90, True)]


def test_more_time_after_a_call_is_no_pause_and_ends_none_of_its_own() -> None:
    assert spells(
        "0|NONE|sales|Li Na|PAUSE|wrap_up",
        "30|NONE|sales|Li Na|PAUSE|meal",
        "60|NONE|sales|Li Na|UNPAUSE|",
        "70|NONE|sales|Li Na|PAUSE|wrap_up",
        "90|NONE|sales|Li Na|UNPAUSE|",
    ) == [("PJSIP/1001", "meal", 30, 60, True)]


def test_signing_in_paused_and_signing_out_while_paused() -> None:
    assert spells(
        "0|MANAGER|sales|PJSIP/1001|ADDMEMBER|PAUSED",
        "20|MANAGER|sales|PJSIP/1001|REMOVEMEMBER|",
    ) == [("PJSIP/1001", "", 0, 20, True)]


def test_a_pause_that_a_restart_ended_is_uncertain() -> None:
    paused = ("0|NONE|sales|Zhao|PAUSE|x", "20|NONE|other|Zhao|PAUSE|x")
    assert spells(*paused, "60|NONE|NONE|NONE|QUEUESTART|") == [("Zhao", "x", 0, 20, False)]


def test_what_goes_on_at_the_end_of_the_log_is_left_to_a_longer_one() -> None:
    kinds = [type(fact) for fact in facts_of(JOINED, ANSWERED, "9|NONE|sales|Zhao|PAUSE|x")]
    assert kinds == [QueueVisit, Ring]
    assert [type(fact) for fact in facts_of(JOINED, "3|1.1|sales|Zhao|RINGNOANSWER|3000")] == [QueueVisit]


def test_a_pause_of_a_night_has_lost_its_end() -> None:
    found = spells("0|NONE|sales|Zhao|PAUSE|x", "50000|NONE|sales|Zhao|UNPAUSE|")
    assert found == [("Zhao", "x", 0, 50_000, False)]


def test_the_recorded_day() -> None:
    fold = QueueLogFacts("pbx1", DIRECTORY)
    facts = [fact for record in records([REPLAYS / "queue_log.gz"]) for fact in fold.apply(record)] + fold.finish()
    counts = [fact.outcome.value for fact in of(QueueVisit, facts)]
    assert {outcome: counts.count(outcome) for outcome in sorted(set(counts))} == {
        "abandoned": 4,
        "answered": 9,
        "left_by_key": 1,
        "timed_out": 1,
        "withdrawn": 2,
    }
    talks, rings = of(Conversation, facts), of(Ring, facts)
    assert [talk.ended_by for talk in talks].count(EndedBy.TRANSFER) == 2
    assert (len(talks), sum(talk.talk_seconds for talk in talks), len(rings)) == (9, 39, 25)
    assert all(fact.is_certain for fact in facts)


def test_a_caller_takes_the_place_of_the_agent_who_asked_for_the_queue() -> None:
    """An attended transfer into a line that still waits: the lines go on under the caller's channel."""
    facts = facts_of(JOINED, "7|1.9|sales|Li Na|CONNECT|7|1.5|3", "17|1.9|sales|Li Na|COMPLETECALLER|7|10|1")
    [visit] = of(QueueVisit, facts)
    assert (visit.channel_id, visit.outcome, visit.is_certain) == ("1.1", VisitOutcome.ANSWERED, True)
    [talk] = of(Conversation, facts)
    assert (talk.talk_seconds, talk.ended_by) == (10, EndedBy.CALLER)


def test_a_caller_takes_the_place_that_his_agent_took_a_second_after_him_in_the_same_queue() -> None:
    """He has ended a stay there before: the one that began when the line says is meant."""
    facts = facts_of(
        JOINED,
        "1|1.1|sales|Li Na|CONNECT|1|1.5|1",
        "1|1.9|sales|NONE|ENTERQUEUE||1001|1",
        "4|1.1|sales|Li Na|ATTENDEDTRANSFER|APP|Queue|1|3|1",
        "4|1.1|sales|NONE|EXITWITHTIMEOUT|1|1|3",
    )
    visits = [(visit.channel_id, visit.outcome, visit.is_certain) for visit in of(QueueVisit, facts)]
    assert visits == [("1.1", VisitOutcome.ANSWERED, True), ("1.9", VisitOutcome.TIMED_OUT, True)]


def test_of_two_places_of_one_second_the_first_in_the_line_is_answered_under_another_id() -> None:
    facts = facts_of(
        "0|1.9|sales|NONE|ENTERQUEUE||1001|1",
        "0|1.8|sales|NONE|ENTERQUEUE||139|2",
        "1|1.1|sales|Li Na|CONNECT|1|1.5|1",
        "4|1.8|sales|NONE|ABANDON|1|2|4",
    )
    visits = {visit.channel_id: visit.outcome for visit in of(QueueVisit, facts)}
    assert visits == {"1.9": VisitOutcome.ANSWERED, "1.8": VisitOutcome.ABANDONED}


def test_a_place_whose_stay_ends_under_the_id_that_joined_was_not_taken_over() -> None:
    lines = log(
        "0|1.8|sales|NONE|ENTERQUEUE||139|1",
        "0|1.9|sales|NONE|ENTERQUEUE||1001|2",
        "1|1.1|sales|Li Na|CONNECT|1|1.5|1",
        "4|1.8|sales|NONE|ABANDON|1|1|4",
    )
    found = [record for line in lines if (record := parse(line)) is not None]
    settlement = gap_account(found, DIRECTORY, NOON, NOON + 9)
    visits = {visit.channel_id: visit.outcome for visit in settlement.facts if isinstance(visit, QueueVisit)}
    assert visits == {"1.9": VisitOutcome.ANSWERED, "1.8": VisitOutcome.ABANDONED}
    calls = {call.channel_id: call.outcome for call in LogCalls(found).calls}
    assert calls == visits

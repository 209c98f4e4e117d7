"""A recorded day (see capture.py) through Framer, Translator and Floor, checked against Asterisk's own queue_log.

The count of queue_log below shares no code with the server.
"""

import gzip
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from callcenter.asterisk.messages import Framer
from callcenter.asterisk.translate import Translator
from callcenter.floor import events as e
from callcenter.floor.facts import (
    AttemptResult,
    CallRecord,
    Conversation,
    Direction,
    EndedBy,
    QueueVisit,
    RecordingFile,
    Ring,
    RingOutcome,
    SeatState,
    VisitOutcome,
)
from tests.floor.test_properties import Watched, check_conversations, check_nothing_remains, check_spells, check_visits
from tests.replays.capture import AGENTS, QUEUES, settings
from tests.replays.places import OF_A_MACHINE

HERE = Path(__file__).parent
CAPTURES = ("filtered.ami", "everything.ami")

OUTCOMES = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITWITHKEY": "left_by_key",
    "WITHDRAW": "withdrawn",
}
ENDS_OF_TALKS = {"COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER"}

REFUSALS = (VisitOutcome.REFUSED_EMPTY, VisitOutcome.REFUSED_FULL)

Stay = tuple[str, str]


def unpacked(name: str) -> bytes:
    return gzip.decompress((HERE / f"{name}.gz").read_bytes())


def events_of(capture: str, piece: int = 4096) -> list[e.AnyEvent]:
    framer, translator, stream = Framer(), Translator("pbx1"), unpacked(capture)
    messages = [raw for start in range(0, len(stream), piece) for raw in framer.feed(stream[start : start + piece])]
    return [event for event in map(translator.translate, messages) if event is not None]


@cache
def the_day(capture: str) -> Watched:
    """The floor after the day, watched event by event."""
    agents = tuple(
        e.AgentEntry(agent.number, agent.name, agent.team, f"PJSIP/{agent.number}") for agent in settings().agents
    )
    rules = tuple(e.QueueRules(name, wrap_up_seconds=queue.wrap_up_seconds) for name, queue in QUEUES.items())
    return Watched().run([e.DirectoryChanged("pbx1", 0.0, agents, rules), *events_of(capture)])


def queue_log() -> list[list[str]]:
    return [line.split("|") for line in unpacked("queue_log").decode().splitlines()]


def stays_in_queue_log() -> dict[Stay, str]:
    """How each stay ended. A caller who was moved by AMI is an ABANDON there, and is seen to live on."""
    ended = {(line[1], line[2]): OUTCOMES[line[4]] for line in queue_log() if line[4] in OUTCOMES}
    alive_later = {line[1]: line[2] for line in queue_log() if line[4] == "ENTERQUEUE"}
    return {
        (call, queue): "withdrawn" if outcome == "abandoned" and alive_later[call] != queue else outcome
        for (call, queue), outcome in ended.items()
    }


def waits_in_queue_log() -> dict[Stay, float]:
    return {(line[1], line[2]): float(line[5]) for line in queue_log() if line[4] == "CONNECT"}


def talks_in_queue_log() -> dict[Stay, float]:
    return {(line[1], line[2]): float(line[-2]) for line in queue_log() if line[4] in ENDS_OF_TALKS}


def visits(capture: str) -> list[QueueVisit]:
    """The visits of callers who were let in."""
    return [visit for visit in the_day(capture).remained(QueueVisit) if visit.outcome not in REFUSALS]


@pytest.mark.parametrize("capture", CAPTURES)
def test_nothing_surprises(capture: str) -> None:
    day = the_day(capture)
    assert day.surprises == 0
    for check in (check_spells, check_conversations, check_visits):
        check(day)
    check_nothing_remains(day.floor.sites["pbx1"])
    facts = [fact for fact in day.facts.values() if not isinstance(fact, RecordingFile)]
    assert all(fact.is_certain for fact in facts)


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_stay_ends_as_queue_log_says(capture: str) -> None:
    ended = {(visit.channel_id, visit.queue): visit.outcome.value for visit in visits(capture)}
    assert ended == stays_in_queue_log()
    entered = sum(line[4] == "ENTERQUEUE" for line in queue_log())
    assert (len(visits(capture)), len(ended)) == (entered, entered)


@pytest.mark.parametrize("capture", CAPTURES)
def test_waits_are_those_of_queue_log(capture: str) -> None:
    answered = [visit for visit in visits(capture) if visit.outcome is VisitOutcome.ANSWERED]
    assert {(visit.channel_id, visit.queue): visit.wait_seconds for visit in answered} == waits_in_queue_log()
    for visit in visits(capture):
        assert visit.wait_seconds == pytest.approx(visit.ended_at - visit.joined_at, abs=1.0)


@pytest.mark.parametrize("capture", CAPTURES)
def test_talks_are_those_of_queue_log_within_a_second(capture: str) -> None:
    talks: dict[Stay, float] = defaultdict(float)
    stays = {(visit.interface, visit.call_id, visit.queue): visit.channel_id for visit in visits(capture)}
    for talk in the_day(capture).remained(Conversation):
        if talk.queue:
            stay = str(stays[talk.interface, talk.call_id, talk.queue]), talk.queue
            talks[stay] += talk.talk_seconds + talk.hold_seconds
    expected = talks_in_queue_log()
    assert talks.keys() == expected.keys()
    for stay, seconds in expected.items():
        assert talks[stay] == pytest.approx(seconds, abs=1.01), stay


@pytest.mark.parametrize("capture", CAPTURES)
def test_rings_are_those_of_queue_log(capture: str) -> None:
    """queue_log knows no losers of ringall; what it calls RINGNOANSWER we split into run out and rejected."""
    rings = Counter(ring.outcome for ring in the_day(capture).remained(Ring))
    logged = Counter(line[4] for line in queue_log())
    assert rings[RingOutcome.ANSWERED] == logged["CONNECT"]
    assert rings[RingOutcome.NOT_ANSWERED] + rings[RingOutcome.REJECTED] == logged["RINGNOANSWER"]
    assert rings[RingOutcome.GIVEN_UP] == logged["RINGCANCELED"]
    assert rings[RingOutcome.REJECTED] > 0
    assert rings[RingOutcome.WON_BY_COLLEAGUE] > 0
    assert rings[RingOutcome.LOST] == 0


@pytest.mark.parametrize("capture", CAPTURES)
def test_refusals_are_seen_though_no_queue_tells_of_them(capture: str) -> None:
    refused = [visit for visit in the_day(capture).remained(QueueVisit) if visit.outcome in REFUSALS]
    assert [visit.outcome for visit in refused] == [*REFUSALS]


@pytest.mark.parametrize("capture", CAPTURES)
def test_calls_outside_queues(capture: str) -> None:
    talks = [talk for talk in the_day(capture).remained(Conversation) if not talk.queue]
    internal = {talk.agent_number for talk in talks if talk.direction is Direction.INTERNAL}
    outbound = [talk.number for talk in talks if talk.direction is Direction.OUTBOUND]
    assert {"1001", "1002"} <= internal
    assert outbound == ["013912345678"]


@pytest.mark.parametrize("capture", CAPTURES)
def test_transfers(capture: str) -> None:
    """A blind one into another queue, and an attended one to a colleague who then talks to the customer."""
    talks = the_day(capture).remained(Conversation)
    transferred = [talk for talk in talks if talk.ended_by is EndedBy.TRANSFER and talk.queue]
    assert [talk.agent_number for talk in transferred] == ["1001", "1001"]
    attended = transferred[1]
    after = [talk for talk in talks if talk.began_at >= attended.began_at and talk.agent_number == "1003"]
    assert any(talk.call_id == attended.call_id and talk.ended_at > attended.ended_at + 5 for talk in after)


@pytest.mark.parametrize("capture", CAPTURES)
def test_the_dialers_attempts(capture: str) -> None:
    reached, busy = the_day(capture).remained(AttemptResult)
    assert (reached.agent_number, reached.was_placed, reached.reached_at is not None) == ("1001", True, True)
    assert (busy.cause, busy.tech_cause, busy.answered_at) == (17, "486", None)
    numbers = [call.number for call in the_day(capture).remained(CallRecord) if call.attempt_id]
    assert numbers == ["13900000002", "13900000004"]


@pytest.mark.parametrize("capture", CAPTURES)
def test_the_seats_after_the_day(capture: str) -> None:
    seats = the_day(capture).floor.sites["pbx1"].seats
    assert {seat.agent_number for seat in seats.values()} == set(AGENTS)
    assert seats["pjsip/1001"].state is SeatState.SIGNED_OUT
    assert seats["pjsip/1003"].members["support"].interface == "Local/1003@callcenter-agents"


def test_the_account_with_filters_sees_all_that_matters() -> None:
    filtered, everything = (the_day(capture).facts for capture in CAPTURES)
    assert list(filtered) == list(everything)


def test_pieces_make_no_difference() -> None:
    assert events_of("filtered.ami", 7) == events_of("filtered.ami", 100_000)


@pytest.mark.parametrize("name", [*CAPTURES, "queue_log"])
def test_a_capture_is_small_and_names_no_folder_of_the_machine_that_made_it(name: str) -> None:
    assert (HERE / f"{name}.gz").stat().st_size < 200_000
    content = unpacked(name)
    assert not any(word in content for word in OF_A_MACHINE)

"""Every situation of the floor on a real Asterisk: what we count of it is what Asterisk wrote into queue_log.

All situations are played once, at the same time, each with queues and agents of its own.
"""

import pytest
from msgspec import Struct

from callcenter.asterisk.installation import Installation
from callcenter.floor.facts import (
    Conversation,
    Direction,
    EndedBy,
    QueueVisit,
    Ring,
    RingOutcome,
    SeatSpell,
    SeatState,
)
from tests.floor.test_properties import Watched, check_conversations, check_nothing_remains, check_spells, check_visits
from tests.real import transfers as _transfers  # noqa: F401 - its situations are on the stage
from tests.real.books import REFUSED, Book, check_agreement, of_asterisk, of_floor
from tests.real.scenes import STAGE
from tests.real.situations import FORWARDED_TO, FORWARDING, NAMES

pytestmark = pytest.mark.real


class Played(Struct):
    """What remained of the situations: both accounts, the floor, and the scripts that failed."""

    asterisk: dict[str, Book]
    ours: dict[str, Book]
    day: Watched
    failures: dict[str, str]


@pytest.fixture(scope="module")
def played(asterisk_tree: Installation, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All situations, played once; what is needed to see why, should the accounts not agree, is kept for a while."""
    with STAGE.open(FORWARDING, FORWARDED_TO) as pair:
        heard, log, failures = STAGE.play(pair)
    folder = tmp_path_factory.mktemp("situations")
    (folder / "heard.ami").write_bytes(heard)
    (folder / "queue_log").write_text("".join("|".join(line) + "\n" for line in log))
    ours, day = of_floor(heard)
    return Played(of_asterisk(log, heard), ours, day, failures)


@pytest.mark.parametrize("number", STAGE.queues)
def test_both_accounts_agree(played: Played, number: str) -> None:
    assert number not in played.failures, played.failures[number]
    check_agreement(played.asterisk, played.ours, f"q{number}")


def test_nothing_surprises_and_nothing_remains(played: Played) -> None:
    day = played.day
    assert day.surprises == 0
    for check in (check_spells, check_conversations, check_visits):
        check(day)
    site = day.floor.sites["pbx1"]
    check_nothing_remains(site)
    facts = [fact for fact in day.facts.values() if isinstance(fact, QueueVisit | Conversation)]
    assert all(fact.is_certain for fact in facts)
    assert {seat.state for seat in site.seats.values()} <= {
        SeatState.READY,
        SeatState.PAUSED,
        SeatState.SIGNED_OUT,
        SeatState.UNREACHABLE,
    }


def test_refusals_are_seen_though_queue_log_has_none(played: Played) -> None:
    refused = [visit.outcome for visit in played.day.remained(QueueVisit) if visit.outcome in REFUSED]
    assert sorted(refused) == sorted(REFUSED)


def talks_of(played: Played, queue: str, agent: str) -> list[Conversation]:
    return [talk for talk in played.day.remained(Conversation) if (talk.queue, talk.agent_name) == (queue, agent)]


def test_whoever_is_sent_on_is_talked_with_by_the_next(played: Played) -> None:
    """A colleague after a transfer, and the agent whom the customer sent on, talk outside any queue."""
    talks = played.day.remained(Conversation)
    after = {talk.interface: talk.talk_seconds for talk in talks if not talk.queue}
    assert 3 <= after["PJSIP/1034"] < 8
    [asked] = talks_of(played, "q7005", "Agent 1007")
    assert asked.ended_by is EndedBy.TRANSFER


def test_a_forwarded_ring_is_the_members_and_talks_as_long_as_queue_log_says(played: Played) -> None:
    [talk] = talks_of(played, "q7024", f"Agent {FORWARDING}")
    assert played.asterisk["q7024"].talks == [pytest.approx(talk.talk_seconds, abs=1.01)]
    assert talk.talk_seconds >= 3


def test_holds_are_told_apart_from_talk(played: Played) -> None:
    [talk] = talks_of(played, "q7052", "Agent 1056")
    assert (talk.holds, talk.ended_by) == (3, EndedBy.AGENT)
    assert played.asterisk["q7052"].talks == [pytest.approx(talk.talk_seconds + talk.hold_seconds, abs=1.01)]
    assert talk.hold_seconds >= 3, "three holds of a second"
    assert talk.talk_seconds >= 2, "a second before each of the first two"


def test_an_agents_own_call_is_no_queues(played: Played) -> None:
    [own, _] = [talk for talk in played.day.remained(Conversation) if talk.agent_name == "Agent 1057"]
    assert (own.queue, own.number) == ("", "1058")


def test_names_arrive_as_they_were_given(played: Played) -> None:
    names = [visit.caller_name for visit in played.day.remained(QueueVisit) if visit.queue == "q7026"]
    assert len(names) == len(NAMES)
    assert names[1:3] == ["A|B|C", r"Jo \"The Ace\" Smith"], "SIP keeps its own backslashes"
    assert names[3:5] == ["Event: Hangup", "王小明 😀"]
    assert (names[0], names[5]) == ("", "x" * 79)


def test_the_customer_takes_the_agents_place_in_the_line(played: Played) -> None:
    [visit] = [visit for visit in played.day.remained(QueueVisit) if visit.queue == "q7055"]
    [talk] = talks_of(played, "q7054", "Agent 1059")
    assert visit.number.startswith("1387054"), "the line shows the customer, not the agent who asked"
    assert (visit.call_id, talk.ended_by) == (talk.call_id, EndedBy.TRANSFER)
    assert played.asterisk["q7055"].waits == [pytest.approx(visit.wait_seconds, abs=1.01)]
    assert visit.wait_seconds >= 2, "a second before the customer takes the place, two after"


def test_a_pause_in_all_queues_is_one_pause(played: Played) -> None:
    spells = [spell for spell in played.day.remained(SeatSpell) if spell.interface == "PJSIP/1063"]
    [pause] = [spell for spell in spells if spell.state is SeatState.PAUSED]
    assert pause.reason == "meal"
    assert pause.until - pause.since >= 2


def test_an_agents_own_calls_are_outbound_or_internal(played: Played) -> None:
    talks = [talk for talk in played.day.remained(Conversation) if talk.agent_name == "Agent 1066" and not talk.queue]
    assert [(talk.direction, talk.number) for talk in talks] == [
        (Direction.OUTBOUND, "013900007060"),
        (Direction.INTERNAL, "1067"),
    ]


def test_the_member_with_the_smaller_penalty_is_rung(played: Played) -> None:
    talks = [talk for talk in played.day.remained(Conversation) if talk.queue == "q7061"]
    assert [talk.agent_name for talk in sorted(talks, key=lambda talk: talk.began_at)] == ["Agent 1070", "Agent 1071"]


def test_a_phone_that_wants_no_calls_rejects(played: Played) -> None:
    rings = [(ring.agent_name, ring.outcome) for ring in played.day.remained(Ring) if ring.queue == "q7062"]
    assert rings == [("Agent 1072", RingOutcome.REJECTED), ("Agent 1073", RingOutcome.ANSWERED)]

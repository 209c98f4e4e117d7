"""Every situation of the floor on a real Asterisk: what we count of it is what Asterisk wrote into queue_log.

All situations are played once, at the same time, each with queues and agents of its own. Where queue_log is known to be
wrong, ours is listed here, with the reason.
"""

import pytest
from msgspec import Struct

from callcenter.asterisk.installation import Installation
from callcenter.floor.facts import Conversation, EndedBy, QueueVisit, SeatState, VisitOutcome
from tests.floor.test_properties import Watched, check_conversations, check_nothing_remains, check_spells, check_visits
from tests.real.books import REFUSED, Book, of_floor, of_queue_log
from tests.real.situations import FORWARDED_TO, FORWARDING, NAMES, STAGE

pytestmark = pytest.mark.real

WITHDRAWN = VisitOutcome.WITHDRAWN
MOVED = "queue_log writes ABANDON for a waiting caller whom AMI moved elsewhere"
RUNS_ON = "queue_log lets the talk of a caller whom AMI moved away run on until that caller hangs up"
CUSTOMERS = "queue_log writes a transfer by the customer as if the agent had transferred"

EXPLAINED: dict[str, tuple[str, str, list[object]]] = {
    "q7009": (MOVED, "outcomes", [WITHDRAWN, WITHDRAWN, WITHDRAWN]),
    "q7036": (MOVED, "outcomes", [WITHDRAWN]),
    "q7011": (RUNS_ON, "talks", [2.0, 2.0]),
    "q7013": (RUNS_ON, "talks", [1.0]),
    "q7028": (CUSTOMERS, "ends", [EndedBy.CALLER]),
}
"""By queue: why, what, and ours."""


class Played(Struct):
    """What remained of the situations: both accounts, the floor, and the scripts that failed."""

    asterisk: dict[str, Book]
    ours: dict[str, Book]
    day: Watched
    failures: dict[str, str]


@pytest.fixture(scope="module")
def played(asterisk_tree: Installation) -> Played:
    """All situations, played once."""
    with STAGE.open(FORWARDING, FORWARDED_TO) as pair:
        heard, log, failures = STAGE.play(pair)
    ours, day = of_floor(heard)
    return Played(of_queue_log(log), ours, day, failures)


@pytest.mark.parametrize("number", STAGE.queues)
def test_both_accounts_agree(played: Played, number: str) -> None:
    assert number not in played.failures, played.failures[number]
    queue = f"q{number}"
    ours, asterisk = played.ours[queue], played.asterisk[queue]
    assert ours.outcomes, "somebody called"
    expected = {name: getattr(asterisk, name) for name in ("outcomes", "waits", "talks", "ends", "rings")}
    if queue in EXPLAINED:
        reason, name, real = EXPLAINED[queue]
        assert sorted(expected[name]) != pytest.approx(real, abs=1.01) if name == "talks" else expected[name] != real, (
            f"no longer so: {reason}"
        )
        expected[name] = real
    for name in ("outcomes", "ends", "rings"):
        assert sorted(getattr(ours, name)) == sorted(expected[name]), name
    for name in ("waits", "talks"):
        assert sorted(getattr(ours, name)) == pytest.approx(sorted(expected[name]), abs=1.01), name


def test_nothing_surprises_and_nothing_remains(played: Played) -> None:
    day = played.day
    assert day.surprises == 0
    for check in (check_spells, check_conversations, check_visits):
        check(day)
    site = day.floor.sites["pbx1"]
    check_nothing_remains(site)
    facts = [fact for fact in day.facts.values() if isinstance(fact, QueueVisit | Conversation)]
    assert all(fact.is_certain for fact in facts)
    assert {seat.state for seat in site.seats.values()} <= {SeatState.READY, SeatState.PAUSED, SeatState.SIGNED_OUT}


def test_refusals_are_seen_though_queue_log_has_none(played: Played) -> None:
    refused = [visit.outcome for visit in played.day.remained(QueueVisit) if visit.outcome in REFUSED]
    assert sorted(refused) == sorted(REFUSED)


def talks_of(played: Played, queue: str, agent: str) -> list[Conversation]:
    return [talk for talk in played.day.remained(Conversation) if (talk.queue, talk.agent_name) == (queue, agent)]


def test_whoever_is_sent_on_is_talked_with_by_the_next(played: Played) -> None:
    """A colleague after a transfer, and the agent whom the customer sent on, talk outside any queue."""
    talks = played.day.remained(Conversation)
    after = {talk.interface: talk.talk_seconds for talk in talks if not talk.queue}
    assert after["PJSIP/1034"] == pytest.approx(3, abs=1)
    [asked] = talks_of(played, "q7005", "Agent 1007")
    assert asked.ended_by is EndedBy.TRANSFER


def test_a_forwarded_ring_is_the_members_and_talks_as_long_as_queue_log_says(played: Played) -> None:
    [talk] = talks_of(played, "q7024", f"Agent {FORWARDING}")
    assert talk.talk_seconds == pytest.approx(3, abs=0.5)


def test_names_arrive_as_they_were_given(played: Played) -> None:
    names = [visit.caller_name for visit in played.day.remained(QueueVisit) if visit.queue == "q7026"]
    assert len(names) == len(NAMES)
    assert names[1:3] == ["A|B|C", r"Jo \"The Ace\" Smith"], "SIP keeps its own backslashes"
    assert names[3:5] == ["Event: Hangup", "王小明 😀"]
    assert (names[0], names[5]) == ("", "x" * 79)

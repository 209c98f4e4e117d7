"""The two accounts of the same calls, side by side: queue_log as Asterisk wrote it, and the floor's facts.

The count of queue_log shares no code with the server.
"""

from collections import defaultdict
from collections.abc import Iterable

import pytest
from msgspec import Struct, field

from callcenter.asterisk.messages import Framer
from callcenter.asterisk.translate import Translator
from callcenter.floor.facts import Conversation, EndedBy, QueueVisit, Ring, RingOutcome, VisitOutcome
from tests.floor.test_properties import Watched

Line = list[str]

OUTCOMES = {
    "CONNECT": VisitOutcome.ANSWERED,
    "ABANDON": VisitOutcome.ABANDONED,
    "EXITWITHTIMEOUT": VisitOutcome.TIMED_OUT,
    "EXITWITHKEY": VisitOutcome.LEFT_BY_KEY,
    "EXITEMPTY": VisitOutcome.LEFT_WHEN_EMPTY,
    "WITHDRAW": VisitOutcome.WITHDRAWN,
}
ENDS = {
    "COMPLETEAGENT": EndedBy.AGENT,
    "COMPLETECALLER": EndedBy.CALLER,
    "BLINDTRANSFER": EndedBy.TRANSFER,
    "ATTENDEDTRANSFER": EndedBy.TRANSFER,
}
RINGS = {
    "CONNECT": "answered",
    "RINGNOANSWER": "not_answered",
    "RINGCANCELED": "given_up",
    "AGENTDUMP": "not_answered",  # picked up, and hung up again in the announcement
}
OUR_RINGS = {
    RingOutcome.ANSWERED: "answered",
    RingOutcome.NOT_ANSWERED: "not_answered",
    RingOutcome.REJECTED: "not_answered",
    RingOutcome.GIVEN_UP: "given_up",
}
REFUSED = (VisitOutcome.REFUSED_EMPTY, VisitOutcome.REFUSED_FULL)

WITHDRAWN = VisitOutcome.WITHDRAWN
MOVED = "queue_log writes ABANDON for a waiting caller whom AMI moved elsewhere"
RUNS_ON = "queue_log lets the talk of a caller whom AMI moved away run on until that caller hangs up"
CUSTOMERS = "queue_log writes a transfer by the customer as if the agent had transferred, an attended one by chance"
RACE = "queue_log now and then calls an attended transfer COMPLETEAGENT that the agent completed by hanging up"

RUNNING_ON = ("q7011", "q7013", "q7049")
"""Queues whose talks are compared with the bridges instead: see `bridged_seconds`."""

EXPLAINED: dict[str, tuple[str, dict[str, list[object]]]] = {
    "q7009": (MOVED, {"outcomes": [WITHDRAWN, WITHDRAWN, WITHDRAWN]}),
    "q7036": (MOVED, {"outcomes": [WITHDRAWN]}),
    **dict.fromkeys(RUNNING_ON, (RUNS_ON, {})),
    "q7028": (CUSTOMERS, {"ends": [EndedBy.CALLER]}),
    "q7042": (CUSTOMERS, {"ends": [EndedBy.CALLER]}),  # its customer is the agent who consults
    "q7043": (CUSTOMERS, {"ends": [EndedBy.CALLER]}),
    **dict.fromkeys(("q7005", "q7044", "q7056"), (RACE, {"ends": [EndedBy.TRANSFER]})),
}
"""By queue: why, and ours."""


class Book(Struct):
    """What one account says of one queue; seconds in the order of the ends. `rings` are (agent, how)."""

    outcomes: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    talks: list[float] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    rings: list[tuple[str, str]] = field(default_factory=list)


def of_asterisk(lines: Iterable[Line], heard: bytes) -> dict[str, Book]:
    """What Asterisk wrote, and where that runs on, what its bridges told."""
    books = of_queue_log(lines)
    for queue in RUNNING_ON:
        books[queue].talks = bridged_seconds(heard, queue)
    return books


def of_queue_log(lines: Iterable[Line]) -> dict[str, Book]:
    """What Asterisk wrote, by queue. Of two endings of one stay (it writes so now and then) the first counts."""
    books: dict[str, Book] = defaultdict(Book)
    talking: set[tuple[str, ...]] = set()
    for _, _, queue, agent, event, *data in lines:
        stay = (queue, agent)  # the call's id may have become another one
        book = books[queue]
        if event == "CONNECT":
            talking.add(stay)
        if event in OUTCOMES:
            book.outcomes.append(OUTCOMES[event])
            book.waits.append(_wait(event, data))
        if event in ENDS and stay in talking:
            talking.remove(stay)
            book.ends.append(ENDS[event])
            book.talks.append(float(data[-2]))
        if event in RINGS:
            book.rings.append((agent, RINGS[event]))
    return books


def _wait(event: str, data: Line) -> float:
    return float(data[0] if event == "CONNECT" else data[2] if event == "WITHDRAW" else data[-1])


def of_floor(heard: bytes) -> tuple[dict[str, Book], Watched]:
    """What the server makes of what AMI said, by queue; losers of ringall are not in queue_log and left out."""
    framer, translator = Framer(), Translator("pbx1")
    events = (translator.translate(message) for message in framer.feed(heard))
    day = Watched().run([event for event in events if event is not None])
    books: dict[str, Book] = defaultdict(Book)
    for visit in day.remained(QueueVisit):
        book = books[visit.queue]
        book.outcomes.append(visit.outcome)
        if visit.outcome not in REFUSED:
            book.waits.append(visit.wait_seconds)
    for talk in sorted(day.remained(Conversation), key=lambda talk: talk.ended_at):
        books[talk.queue].ends.append(talk.ended_by)
        books[talk.queue].talks.append(talk.talk_seconds + talk.hold_seconds)
    for ring in day.remained(Ring):
        if ring.outcome in OUR_RINGS:
            books[ring.queue].rings.append((ring.agent_name, OUR_RINGS[ring.outcome]))
        elif ring.outcome is RingOutcome.LOST:
            books[ring.queue].rings.append((ring.agent_name, "lost"))
    return books, day


def bridged_seconds(heard: bytes, queue: str) -> list[float]:
    """From each answer of a queue until the agent's leg left the bridge, by the events' own times."""
    answered: dict[str, float] = {}
    seconds = []
    for message in Framer().feed(heard):
        headers = dict(line.partition(": ")[::2] for line in message.decode().split("\r\n"))
        at = float(headers.get("Timestamp", 0))
        if headers.get("Event") == "AgentConnect" and headers["Queue"] == queue:
            answered[headers["DestUniqueid"]] = at
        if headers.get("Event") == "BridgeLeave" and headers["Uniqueid"] in answered:
            seconds.append(at - answered.pop(headers["Uniqueid"]))
    return seconds


def check_agreement(asterisk: dict[str, Book], ours: dict[str, Book], queue: str) -> None:
    """What we count of a queue is what Asterisk wrote, but for what is explained."""
    assert ours[queue].outcomes, "somebody called"
    expected = {name: getattr(asterisk[queue], name) for name in ("outcomes", "waits", "talks", "ends", "rings")}
    expected |= EXPLAINED[queue][1] if queue in EXPLAINED else {}
    for name in ("outcomes", "ends", "rings"):
        assert sorted(getattr(ours[queue], name)) == sorted(expected[name]), name
    for name in ("waits", "talks"):
        assert sorted(getattr(ours[queue], name)) == pytest.approx(sorted(expected[name]), abs=1.01), name

"""The two accounts of the same calls, side by side: queue_log as Asterisk wrote it, and the floor's facts.

The count of queue_log shares no code with the server.
"""

from collections import defaultdict
from collections.abc import Iterable

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
RINGS = {"CONNECT": "answered", "RINGNOANSWER": "not_answered", "RINGCANCELED": "given_up"}
OUR_RINGS = {
    RingOutcome.ANSWERED: "answered",
    RingOutcome.NOT_ANSWERED: "not_answered",
    RingOutcome.REJECTED: "not_answered",
    RingOutcome.GIVEN_UP: "given_up",
}
REFUSED = (VisitOutcome.REFUSED_EMPTY, VisitOutcome.REFUSED_FULL)


class Book(Struct):
    """What one account says of one queue; seconds in the order of the ends. `rings` are (agent, how)."""

    outcomes: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    talks: list[float] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    rings: list[tuple[str, str]] = field(default_factory=list)


def of_queue_log(lines: Iterable[Line]) -> dict[str, Book]:
    """What Asterisk wrote, by queue."""
    books: dict[str, Book] = defaultdict(Book)
    for _, _, queue, agent, event, *data in lines:
        book = books[queue]
        if event in OUTCOMES:
            book.outcomes.append(OUTCOMES[event])
            book.waits.append(_wait(event, data))
        if event in ENDS:
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

"""Counts queue visits from Asterisk's own queue_log, in code that shares nothing with the rest of the server.

A line is `epoch|callid|queue|agent|EVENT|data…`. A visit begins with ENTERQUEUE and ends with the first line of `_ENDS`
that has the same callid and queue. Refused callers (full or closed queue) leave no line, so they are not counted here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

_ENDS = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "SYSCOMPAT": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITEMPTY": "left_when_empty",
    "EXITWITHKEY": "left_by_key",
    "WITHDRAW": "withdrawn",
}

UNCOUNTED = frozenset({"refused_full", "refused_empty"})
"""Outcomes of which queue_log knows nothing."""

WAITING = "waiting"
"""The outcome of a visit whose end is not in the log yet."""


class Visit(NamedTuple):
    """One stay in one queue: which call, where, how it ended."""

    call: str
    queue: str
    outcome: str


class Difference(NamedTuple):
    """Visits of one queue and outcome that one side counts and the other does not."""

    queue: str
    outcome: str
    ours: int
    queue_log: int
    only_ours: tuple[str, ...]
    only_queue_log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """What a set of visits comes to."""

    offered: int
    answered: int
    abandoned: int
    outcomes: dict[str, int]


def read_visits(lines: Iterable[str]) -> list[Visit]:
    """The visits that the lines of a queue_log tell of, in the order in which they began.

    A channel may enter the same queue again (a callback, an overflow): an ending belongs to its latest stay there.
    """
    outcomes: list[str] = []
    stays: list[tuple[str, str]] = []
    latest: dict[tuple[str, str], int] = {}
    for line in lines:
        call, queue, event = _columns(line)
        stay = (call, queue)
        if event == "ENTERQUEUE":
            latest[stay] = len(stays)
            stays.append(stay)
            outcomes.append(WAITING)
        elif event in _ENDS and stay in latest and outcomes[latest[stay]] == WAITING:
            outcomes[latest[stay]] = _ENDS[event]
    return [Visit(call, queue, outcome) for (call, queue), outcome in zip(stays, outcomes, strict=True)]


def count(visits: Iterable[Visit]) -> Count:
    """Adds visits up; refused callers count under their outcome but were never offered to anybody."""
    outcomes = Counter(visit.outcome for visit in visits)
    offered = sum(number for outcome, number in outcomes.items() if outcome not in UNCOUNTED)
    return Count(offered, outcomes["answered"], outcomes["abandoned"], dict(sorted(outcomes.items())))


def differences(ours: Iterable[Visit], theirs: Iterable[Visit]) -> list[Difference]:
    """Where our visits and those of queue_log do not agree, with the calls that only one side has."""
    mine, log = (_calls_by_end(visits) for visits in (ours, theirs))
    found = []
    for queue, outcome in sorted(mine.keys() | log.keys()):
        left, right = mine.get((queue, outcome), Counter()), log.get((queue, outcome), Counter())
        if left != right:
            sides = (tuple(sorted((one - other).elements())) for one, other in ((left, right), (right, left)))
            found.append(Difference(queue, outcome, left.total(), right.total(), *sides))
    return found


def _columns(line: str) -> tuple[str, str, str]:
    columns = line.rstrip("\n").split("|")
    return (columns[1], columns[2], columns[4]) if len(columns) > 4 else ("", "", "")


def _calls_by_end(visits: Iterable[Visit]) -> dict[tuple[str, str], Counter[str]]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for visit in visits:
        if visit.outcome not in UNCOUNTED:
            found.setdefault((visit.queue, visit.outcome), Counter())[visit.call] += 1
    return found

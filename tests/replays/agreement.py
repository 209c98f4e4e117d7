"""The figures of a replay against a count of queue_log that shares no code with them, whatever happened in between.

Where the replay says that Asterisk's account is known to be wrong (`explained`), the count is corrected by just that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pytest

from callcenter.asterisk.completion import NOT_ENDED
from callcenter.asterisk.replay_figures import Figures

OUTCOMES = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITWITHKEY": "left_by_key",
    "EXITEMPTY": "left_when_empty",
    "WITHDRAW": "withdrawn",
}
ENDS = {
    "COMPLETEAGENT": "completed_by_agent",
    "COMPLETECALLER": "completed_by_caller",
    "BLINDTRANSFER": "transferred",
    "ATTENDEDTRANSFER": "transferred",
}
ENDED_BY = {"agent": "completed_by_agent", "caller": "completed_by_caller", "transfer": "transferred"}
RINGS = {"RINGNOANSWER": "not_answered", "RINGCANCELED": "given_up"}
KNOWN = {*OUTCOMES, *ENDS, *RINGS, "ENTERQUEUE", "QUEUESTART"}
COUNTS = ("offered", *OUTCOMES.values(), *ENDED_BY.values(), "lost", "waiting_now", "talking_now")


class Line(NamedTuple):
    """A line of queue_log; a `|` in a member's name moves what is behind it."""

    call: str
    queue: str
    agent: str
    event: str
    data: list[str]


def lines_of(log: str) -> Iterator[Line]:
    """The lines that a count needs."""
    for columns in (line.split("|") for line in log.splitlines()):
        place = next((place for place in range(4, len(columns)) if columns[place] in KNOWN), None)
        if place is not None:
            yield Line(columns[1], columns[2], "|".join(columns[3:place]), columns[place], columns[place + 1 :])


class Count:
    """What queue_log comes to, by queue and by agent."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.queues: dict[str, Counter[str]] = defaultdict(Counter)
        self.agents: dict[str, Counter[str]] = defaultdict(Counter)
        self._waiting: Counter[str] = Counter()
        self._talking: Counter[tuple[str, str]] = Counter()
        for line in lines:
            self._add(line)
        for name, number in self._waiting.items():
            self.queues[name]["waiting_now"] += number
        for (name, _), number in self._talking.items():
            self.queues[name]["talking_now"] += number

    def _add(self, line: Line) -> None:
        queue, agent = self.queues[line.queue], self.agents[line.agent]
        talk = line.queue, line.agent
        if line.event == "ENTERQUEUE":
            queue["offered"] += 1
            self._waiting[line.queue] += 1
        elif line.event in OUTCOMES:
            queue[OUTCOMES[line.event]] += 1
            self._waiting[line.queue] -= 1
            if line.event == "CONNECT":
                queue["wait_answered_seconds"] += int(line.data[0])
                agent["answered"] += 1
                self._talking[talk] += 1
            elif line.agent != "NONE":
                agent["given_up"] += 1  # in the announcement: no RINGCANCELED tells of it
        elif line.event in ENDS and self._talking[talk]:  # of two endings of one talk the first counts
            queue[ENDS[line.event]] += 1
            queue["talk_seconds"] += int(line.data[-2])
            agent["talk_seconds"] += int(line.data[-2])
            self._talking[talk] -= 1
        elif line.event in RINGS:
            agent[RINGS[line.event]] += 1
        elif line.event == "QUEUESTART":
            self._start()

    def _start(self) -> None:
        for name, number in self._waiting.items():
            self.queues[name]["lost"] += number
        self._waiting, self._talking = Counter(), Counter()

    def correct(self, explained: Iterable[dict[str, Any]]) -> None:
        """Takes over what the replay says Asterisk's account is wrong about."""
        for one in explained:
            assert one["reason"]
            if one["reason"].endswith("from queue_log"):
                continue  # nothing else is known of it
            queue, ours, theirs = self.queues[one["queue"]], one["ours"], one["queue_log"]
            if one["what"] == "talk_seconds":
                queue["talk_seconds"] += ours - (theirs or 0)
                queue["unwritten"] += theirs is None
                queue["talking_now"] -= one["reason"] == NOT_ENDED  # queue_log lets it run on
            else:
                names = (ENDED_BY[str(ours)], ENDED_BY[str(theirs)]) if one["what"] == "ended_by" else (ours, theirs)
                queue[names[0]] += 1
                queue[names[1]] -= 1


def check_agreement(figures: Figures, log: str) -> None:
    """Counts are equal, sums of seconds within a second a call; nothing differs that is not explained."""
    assert figures["reconciliation"]["differences"] == []
    count = Count(lines_of(log))
    count.correct(figures["reconciliation"]["explained"])
    nothing = dict.fromkeys((*COUNTS, "wait_answered_seconds", "talk_seconds"), 0)
    for name, expected in count.queues.items():
        if not name or name == "NONE":
            continue
        ours = figures["queues"].get(name, nothing)
        written = [key for key in COUNTS if not (expected["unwritten"] and key in ENDED_BY.values())]
        assert {key: ours[key] for key in written} == {key: expected[key] for key in written}, name
        assert ours["wait_answered_seconds"] == expected["wait_answered_seconds"], name
        assert ours["talk_seconds"] == pytest.approx(expected["talk_seconds"], abs=expected["answered"] + 0.01), name
    for name, agent in figures["agents"].items():
        keys = ("answered", *RINGS.values())
        assert {key: agent[key] for key in keys} == {key: count.agents[name][key] for key in keys}, name

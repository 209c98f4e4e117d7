"""The figures of recorded traffic, whole, cut and with holes, against a count of queue_log that shares no code with it.

`busy` is a busy centre; `restarts` has a hole of 15 seconds, a SIGKILL and a SIGTERM of Asterisk in it, without lists
after them; `everything` and `filtered` are the day of capture.py; `scenes` are the scenes
of tests/real: transfers, moves, Local members, everything at once.
"""

import gzip
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import callcenter.asterisk.replay_figures as replay_module
import callcenter.floor.account as account_module
from callcenter.asterisk.queue_log import records
from callcenter.asterisk.replay_figures import Figures, replay_figures
from callcenter.floor.tally import Thresholds
from tests.replays.captures import CONNECTION, END, HERE, read_capture
from tests.replays.places import OF_A_MACHINE

HOLE_SECONDS = 15.0
LOGS = {
    "busy": "busy.queue_log.gz",
    "restarts": "restarts.queue_log.gz",
    "scenes": "scenes.queue_log.gz",
    "everything": "queue_log.gz",
    "filtered": "queue_log.gz",
}
MOVED = {"everything": 1, "filtered": 1, "scenes": 4}
MOVED_TALKING = {"scenes": 3}
"""Callers whom AMI moved: ABANDON in the log for those who waited; a talk that runs on for the others."""

OUTCOMES = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITEMPTY": "left_when_empty",
    "EXITWITHKEY": "left_by_key",
    "WITHDRAW": "withdrawn",
}
TALKS = {
    "COMPLETEAGENT": "completed_by_agent",
    "COMPLETECALLER": "completed_by_caller",
    "BLINDTRANSFER": "transferred",
    "ATTENDEDTRANSFER": "transferred",
}
SHARES = (*OUTCOMES.values(), "lost", "waiting_now")


capture = cache(read_capture)


def figures_of(messages: list[bytes], log: str | None = None) -> Figures:
    return figures_of_bytes(END.join([*messages, b""]), log)


def figures_of_bytes(heard: bytes, log: str | None = None) -> Figures:
    lines = records([HERE / LOGS[log]]) if log else None
    return replay_figures([heard], "pbx1", Thresholds(), lines)[0]


@cache
def counted(name: str) -> Counter[str]:
    """queue_log line by line; what was open when Asterisk was killed has no ending there."""
    count: Counter[str] = Counter()
    lines = gzip.decompress((HERE / LOGS[name]).read_bytes()).decode().splitlines()
    waiting: Counter[tuple[str, str]] = Counter()
    talking: Counter[tuple[str, str]] = Counter()  # by the agent: the call's id may have become another one
    for _, call, queue, member, event, *columns in (line.split("|") for line in lines):
        stay, agent = (call, queue), (queue, member)
        if event == "ENTERQUEUE":
            count["offered"] += 1
            waiting[stay] += 1
        elif event in OUTCOMES:
            count[OUTCOMES[event]] += 1
            waiting[stay] -= 1
            talking[agent] += event == "CONNECT"
            count["wait_answered_seconds"] += int(columns[0]) if event == "CONNECT" else 0
        elif event in TALKS and talking[agent]:  # of two endings of one stay the first counts
            count[TALKS[event]] += 1
            talking[agent] -= 1
            count["talk_seconds"] += int(columns[-2])
        elif event == "QUEUESTART":
            count["lost"] += waiting.total()
            waiting, talking = Counter(), Counter()
    count["waiting_now"], count["talking_now"] = waiting.total(), talking.total()
    count["withdrawn"] += MOVED.get(name, 0)
    count["abandoned"] -= MOVED.get(name, 0)
    return count


def agrees_with_the_log(figures: Figures, name: str) -> None:
    expected, totals = counted(name), figures["totals"]
    names = ("offered", *SHARES, *TALKS.values(), "talking_now", "wait_answered_seconds")
    assert {key: totals[key] for key in names} == {key: expected[key] for key in names}
    assert abs(totals["talk_seconds"] - expected["talk_seconds"]) <= expected["answered"]
    assert figures["reconciliation"]["differences"] == []


def adds_up(figures: Figures) -> None:
    for figure in (figures["totals"], *figures["queues"].values()):
        assert figure["offered"] == sum(figure[share] for share in SHARES)
    total = Counter({key: value for key, value in figures["totals"].items() if isinstance(value, int)})
    for figure in figures["queues"].values():
        total.subtract({key: value for key, value in figure.items() if isinstance(value, int)})
    assert {key for key, left in total.items() if left} <= {"refused"}
    assert figures["totals"]["answered"] == sum(agent["answered"] for agent in figures["agents"].values())
    assert figures["totals"]["talk_seconds"] == pytest.approx(
        sum(agent["talk_seconds"] for agent in figures["agents"].values()), abs=0.1
    )


@pytest.mark.parametrize("name", LOGS)
def test_the_whole_capture_agrees_with_its_queue_log(name: str) -> None:
    figures = figures_of(capture(name).messages, name)
    agrees_with_the_log(figures, name)
    adds_up(figures)
    assert len(figures["reconciliation"]["explained"]) == MOVED.get(name, 0) + MOVED_TALKING.get(name, 0)


@pytest.mark.parametrize("name", ["busy", "everything", "filtered"])
def test_a_capture_without_holes_needs_no_queue_log(name: str) -> None:
    alone, beside = (figures_of(capture(name).messages, log) for log in (None, name))
    assert all(alone[key] == beside[key] for key in alone)


def test_every_event_is_counted() -> None:
    names = Counter(
        line.removeprefix(b"Event: ").decode()
        for line in END.join(capture("everything").messages).split(b"\r\n")
        if line.startswith(b"Event: ")
    )
    figures = figures_of(capture("everything").messages)
    assert figures["events"] == names.total()
    assert figures["unknown_events"].items() <= names.items()


def test_a_moved_caller_is_explained() -> None:
    (explained,) = figures_of(capture("everything").messages, "everything")["reconciliation"]["explained"]
    assert (explained["ours"], explained["queue_log"]) == ("withdrawn", "abandoned")
    assert "moved by AMI" in explained["reason"]


def test_pauses_and_rings_of_the_day() -> None:
    agents = figures_of(capture("everything").messages)["agents"]
    lines = gzip.decompress((HERE / "queue_log.gz").read_bytes()).decode().splitlines()
    rings = Counter((line.split("|")[3], line.split("|")[4]) for line in lines)
    for name, agent in agents.items():
        assert agent["not_answered"] == rings[name, "RINGNOANSWER"]
        assert agent["given_up"] == rings[name, "RINGCANCELED"]
        assert agent["answered"] == rings[name, "CONNECT"]
    assert agents["Li Na"]["pauses"] == {"break": {"count": 1, "seconds": pytest.approx(3, abs=1)}}
    assert all(160 < agent["signed_in_seconds"] < 175 for agent in agents.values())


Cut = Callable[[list[bytes]], list[bytes]]
JOINTS: dict[str, Cut] = {
    "another connection": lambda missing: [CONNECTION],
    "another connection after half an event": lambda missing: [missing[0][: len(missing[0]) // 2] + CONNECTION],
    "nothing": lambda missing: [],
}


@pytest.mark.parametrize("joint", JOINTS)
@pytest.mark.parametrize("name", ["busy", "everything", "restarts"])
@given(st.data())
@settings(max_examples=12, deadline=None)
def test_a_hole_is_filled_from_queue_log(name: str, joint: str, data: st.DataObject) -> None:
    whole = capture(name)
    last = whole.times[-1] - HOLE_SECONDS - 5
    begins = data.draw(st.floats(next(filter(None, whole.times)) + 1, last))
    left, right = (bisect_left(whole.times, at) for at in (begins, begins + HOLE_SECONDS))
    missing = whole.messages[left:right] or [b""]
    figures = figures_of([*whole.messages[:left], *JOINTS[joint](missing), *whole.messages[right:]], name)
    agrees_with_the_log(figures, name)
    adds_up(figures)
    without = figures_of([*whole.messages[:left], *JOINTS[joint](missing), *whole.messages[right:]])
    adds_up(without)


@pytest.mark.parametrize("name", ["busy", "everything", "restarts"])
@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_capture_may_begin_and_end_anywhere(name: str, data: st.DataObject) -> None:
    size = len(END.join(capture(name).messages))
    one, other = sorted(data.draw(st.tuples(st.integers(0, size), st.integers(0, size))))
    check_a_cut(name, one, other)


def test_a_capture_may_end_within_the_second_of_an_answer_and_of_its_end() -> None:
    """Asterisk was stopped as the agent picked up."""
    check_a_cut("restarts", 0, 853263)


def check_a_cut(name: str, one: int, other: int) -> None:
    stream = END.join(capture(name).messages)
    figures = figures_of_bytes(stream[one:other], name)  # as it was cut: half a message has no end
    reconciliation: dict[str, Any] = figures["reconciliation"]
    assert reconciliation["differences"] == []
    adds_up(figures)
    for key in ("offered", "answered", "timed_out", "left_by_key", *TALKS.values(), "waiting_now", "talking_now"):
        assert figures["totals"][key] == reconciliation["queue_log"][key], key
    adds_up(figures_of_bytes(stream[one:other]))


def test_a_kill_loses_what_was_open_and_nothing_else() -> None:
    figures = figures_of(capture("restarts").messages, "restarts")
    hole, killed, stopped = figures["gaps"]
    assert figures["totals"]["lost"] == counted("restarts")["lost"] > 0
    assert hole["recovered"] > 0
    assert (killed["recovered"], stopped["recovered"], stopped["lost"]) == (0, 0, 0)
    assert killed["lost"] > 0


def test_two_days_one_behind_the_other() -> None:
    """Asterisk was restarted between them; both are wholly known."""
    both = figures_of([*capture("everything").messages[:-1], *capture("busy").messages])
    parts = [figures_of(capture(name).messages)["totals"] for name in ("everything", "busy")]
    assert both["totals"] == {key: pytest.approx(parts[0][key] + parts[1][key]) for key in parts[0]}


@pytest.mark.parametrize("name", ["busy.ami.gz", "restarts.ami.gz", "scenes.ami.gz", "scenes.queue_log.gz"])
def test_a_capture_is_small_and_names_no_folder_of_the_machine_that_made_it(name: str) -> None:
    packed = (HERE / name).read_bytes()
    assert len(packed) < 300_000
    assert not any(word in gzip.decompress(packed) for word in OF_A_MACHINE)


@pytest.mark.parametrize("name", ["busy", "everything", "restarts", "scenes"])
def test_what_is_settled_on_the_way_counts_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long capture is counted as its calls end: memory does not grow with them."""
    stream = END.join(capture(name).messages)
    pieces = [stream[at : at + 4096] for at in range(0, len(stream), 4096)]
    at_the_end = replay_figures(pieces, "pbx1", Thresholds())[0]
    monkeypatch.setattr(replay_module, "SETTLING_BYTES", 1)
    monkeypatch.setattr(account_module, "SETTLED_SECONDS", 5.0)
    on_the_way = replay_figures(pieces, "pbx1", Thresholds())[0]
    assert rounded(on_the_way) == rounded(at_the_end)


def rounded(value: Any) -> Any:
    """Sums taken in another order differ by less than a hundredth of a second."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return pytest.approx(value, abs=0.01) if isinstance(value, float) else value


# fmt: off
FIGURES = [
    "offered", "answered", "abandoned", "abandoned_short", "timed_out", "left_by_key", "left_when_empty", "withdrawn",
    "refused", "lost", "answered_within", "wait_answered_seconds", "completed_by_agent", "completed_by_caller",
    "transferred", "talk_seconds", "hold_seconds", "waiting_now", "talking_now",
]
AGENT_FIGURES = [
    "rings", "rings_unheard", "answered", "not_answered", "given_up", "talk_seconds", "hold_seconds", "wrap_up_seconds",
    "pauses", "signed_in_seconds",
]
# fmt: on


def test_the_shape_of_the_figures() -> None:
    figures = figures_of(capture("everything").messages, "everything")
    assert list(figures) == [
        "totals", "queues", "agents", "events", "unknown_events", "open_calls", "gaps", "reconciliation",
    ]  # fmt: skip
    for one in (figures["totals"], *figures["queues"].values(), figures["reconciliation"]["queue_log"]):
        assert list(one) == FIGURES
    for agent in figures["agents"].values():
        assert list(agent) == AGENT_FIGURES
        assert agent["hold_seconds"] <= agent["talk_seconds"]
        assert all(list(pause) == ["count", "seconds"] for pause in agent["pauses"].values())
    assert list(figures["reconciliation"]) == ["queue_log", "differences", "explained"]

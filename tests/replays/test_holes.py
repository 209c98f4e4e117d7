"""Holes that once gave a wrong figure, and random ones: what queue_log tells is right wherever the capture is cut.

Each named hole is where something went on of which the two ends were heard and the middle was not.
"""

import gzip
from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from callcenter.asterisk.queue_log import records
from callcenter.asterisk.replay_figures import Figures, replay_figures
from callcenter.floor.tally import Thresholds
from tests.replays.agreement import check_agreement
from tests.replays.captures import CONNECTION, END, HERE, read_capture

LOGS = {"everything": "queue_log.gz", "filtered": "queue_log.gz"}
STREAMS = (
    *("busy", "everything", "filtered", "mix", "mix_moves", "mix_restarts"),
    *("mix_second", "mix_third", "mix_fourth", "mix_fifth", "mix_sixth", "mix_same_queue"),
    *("restarts", "scenes", "situations"),
)
JOINTS: dict[str, Callable[[bytes], list[bytes]]] = {
    "connection": lambda missing: [CONNECTION],
    "half an event": lambda missing: [missing[: len(missing) // 2] + CONNECTION],
    "nothing": lambda missing: [],
}


class Stream(NamedTuple):
    """The messages of a capture, each with the newest Timestamp so far, and the queue_log beside it."""

    messages: list[bytes]
    times: list[float]
    log: Path

    def without(self, place: float, seconds: float, joint: str) -> Figures:
        """The figures when so many seconds, so long after the beginning, were not heard."""
        since = next(filter(None, self.times)) + place
        left, right = (bisect_left(self.times, at) for at in (since, since + seconds))
        missing = next(iter(self.messages[left:right]), b"")
        heard = [*self.messages[:left], *JOINTS[joint](missing), *self.messages[right:]]
        return replay_figures([END.join([*heard, b""])], "pbx1", Thresholds(), records([self.log]))[0]

    def check(self, figures: Figures) -> None:
        """Both accounts are one, line by line of queue_log."""
        check_agreement(figures, gzip.decompress(self.log.read_bytes()).decode())


@cache
def stream(name: str) -> Stream:
    return Stream(*read_capture(name), HERE / LOGS.get(name, f"{name}.queue_log.gz"))


@pytest.mark.parametrize("name", STREAMS)
def test_without_a_hole_the_accounts_agree(name: str) -> None:
    whole = stream(name)
    whole.check(whole.without(0, 0, "nothing"))


HOLES = {
    "an agent gives a waiting queue to the caller": ("mix", 52.514, 3.0),
    "another channel waits for the caller, and the rings are of both": ("mix", 38.778, 15.0),
    "moved while talking, and the next queue returns": ("mix", 47.405, 3.0),
    "transferred into the same queue": ("mix", 19.844, 3.0),
    "moved into the same queue": ("mix_moves", 4.868, 3.0),
    "a ring that began unheard and ended long after": ("mix_moves", 1.613, 40.0),
    "two rings of one phone for one caller": ("mix_moves", 48.347, 3.0),
    "rung for half a minute": ("mix", 27.449, 3.0),
    "answered by a phone behind a Local member": ("situations", 4.227, 3.0),
    "the leaving heard, the answer not": ("scenes", 3.347, 3.0),
    "hung up in the announcement": ("situations", 5.2, 3.0),
    "rung elsewhere by the phone": ("situations", 6.197, 3.0),
    "a line written before its event": ("situations", 7.753, 3.0),
    "a whole call in the first second": ("scenes", 1.013, 3.0),
    "only the joining, in silence": ("mix_restarts", 27.603, 3.0),
    "an agent gives his place in the queue to a caller whom he has from it": ("mix_fourth", 23.496, 15.0),
    "answered twice, of which the second was heard": ("mix_fourth", 34.686, 2.5),
    "moved back to the same agent, whose talks end at once": ("mix_third", 56.128, 2.5),
    "one of three talks of one agent ends": ("mix_third", 40.974, 15.0),
}


@pytest.mark.parametrize("joint", JOINTS)
@pytest.mark.parametrize("hole", HOLES)
def test_what_went_on_in_a_hole_is_known_from_queue_log(hole: str, joint: str) -> None:
    name, place, seconds = HOLES[hole]
    stream(name).check(stream(name).without(place, seconds, joint))


def test_rings_that_nobody_tells_are_said_to_be_unheard() -> None:
    """queue_log has the colleague who answered, and not whose phones rang with his."""
    heard, figures = (stream("mix").without(36, seconds, "connection")["agents"] for seconds in (0, 15))
    assert all(agent["rings_unheard"] == 0 for agent in heard.values())
    missing = {name: heard[name]["rings"] - agent["rings"] for name, agent in figures.items()}
    assert all(0 <= missing[name] <= agent["rings_unheard"] for name, agent in figures.items())
    assert missing["Agent 1004"] == missing["Agent 1002"] == 5
    assert figures["Agent 1010"]["rings_unheard"] == 0


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", STREAMS)
def test_a_hole_anywhere(name: str, seed: int) -> None:
    whole, chance = stream(name), Random(f"{name} {seed}")
    lasted = whole.times[-1] - next(filter(None, whole.times))
    seconds = min(chance.choice((3.0, 15.0, 40.0)), lasted / 2)
    place = chance.uniform(1, lasted - seconds - 1)
    whole.check(whole.without(place, seconds, chance.choice(list(JOINTS))))

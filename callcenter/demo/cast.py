"""Who takes part in the demo and what each of them does: scripts drawn from one seed, without a clock or a telephone.

Every script has a random generator of its own, named after what it is for: the order in which things happen on the
line does not change what anybody does, so the same seed gives the same customers and the same softphones.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import count, cycle, islice
from random import Random

from msgspec import Struct

from callcenter.floor.terms import Seconds

MEAN_GAP_SECONDS = 1.3
"""Between two new customers, on average. With the talks below it keeps ten agents busy and some customers waiting."""

EXIT_DIGIT = "9"
"""Pressed by a waiting customer to leave the queue."""

_NAMES = (
    "张伟 Zhang Wei", "Olivia Green", "王芳 Wang Fang", "Daniel Brown", "刘强 Liu Qiang", "Fatima Khan", "陈静 Chen",
    "Lucas Martin", "杨勇 Yang Yong", "Hannah Schmidt", "黄丽 Huang Li", "Pedro Alves", "周敏 Zhou Min", "Grace O'Neil",
)  # fmt: skip


class Customer(Struct, frozen=True):
    """A customer who calls in, `at` seconds after the start, for a queue.

    Whoever is not answered in `patience_seconds` presses `key`, or hangs up where it is ""; and calls once more
    `returns_after_seconds` later unless that is None. An answered one hangs up after `talk_seconds` at the latest.
    """

    number: str
    name: str
    queue: str
    at: Seconds
    patience_seconds: Seconds
    talk_seconds: Seconds
    key: str = ""
    returns_after_seconds: Seconds | None = None


class Answer(StrEnum):
    """What a softphone does when it rings."""

    ANSWERS = "answers"
    BUSY = "busy"
    DECLINES = "declines"
    RINGS_OUT = "rings_out"


class Answering(Struct, frozen=True):
    """What a softphone does with one call: an answer `after_seconds`, at most `talk_seconds` of talk, perhaps a hold.

    `hold_after_seconds` counts from the answer; None means no hold.
    """

    answer: Answer
    after_seconds: Seconds
    talk_seconds: Seconds
    hold_after_seconds: Seconds | None = None
    hold_seconds: Seconds = 0.0


class Habit(StrEnum):
    """What an agent does after a call."""

    WAITS = "waits"
    ENDS_WRAP_UP = "ends_wrap_up"
    PAUSES = "pauses"
    SIGNS_OUT = "signs_out"


class AfterCall(Struct, frozen=True):
    """What an agent does `after_seconds` of wrap-up, and for how long; `choice` in 0–1 picks the pause reason."""

    habit: Habit
    after_seconds: Seconds
    for_seconds: Seconds
    choice: float


class Reaction(StrEnum):
    """What becomes of a call to a customer on the callback list."""

    TALKS = "talks"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNALLOCATED = "unallocated"
    REJECTS = "rejects"
    MACHINE = "machine"


class Destination(Struct, frozen=True):
    """A number on the callback list, and how whoever is there reacts."""

    number: str
    name: str
    reaction: Reaction
    after_seconds: Seconds


_REACTIONS = (
    Reaction.TALKS, Reaction.BUSY, Reaction.UNALLOCATED, Reaction.TALKS, Reaction.NO_ANSWER, Reaction.MACHINE,
    Reaction.TALKS, Reaction.REJECTS,
)  # fmt: skip
"""In turn, so that even a short list shows most of them."""


def customers(seed: int) -> Iterator[Customer]:
    """The customers who call in, in the order in which they come, without end."""
    arrivals = Random(f"{seed}/arrivals")  # noqa: S311 - a script, not a secret
    at = 0.5
    for number in count():
        yield _customer(Random(f"{seed}/customer/{number}"), number, at)  # noqa: S311
        at += min(arrivals.expovariate(1 / MEAN_GAP_SECONDS), 4 * MEAN_GAP_SECONDS)


def answering(seed: int, agent_number: str, nth: int) -> Answering:
    """What this agent's softphone does when it rings for the nth time."""
    chance = Random(f"{seed}/answering/{agent_number}/{nth}")  # noqa: S311
    answer = chance.choices(list(Answer), (88, 4, 4, 4))[0]
    after = chance.uniform(2.5, 4) if chance.random() < 0.15 else chance.uniform(0.5, 1.5)
    talk = chance.uniform(4, 11)
    if chance.random() < 0.75:
        return Answering(answer, after, talk)
    return Answering(
        answer, after, talk + 4, hold_after_seconds=chance.uniform(1.5, 3), hold_seconds=chance.uniform(2, 4)
    )


def after_call(seed: int, agent_number: str, nth: int) -> AfterCall:
    """What this agent does after the nth call."""
    chance = Random(f"{seed}/after/{agent_number}/{nth}")  # noqa: S311
    habit = chance.choices(list(Habit), (60, 20, 14, 6))[0]
    return AfterCall(habit, chance.uniform(1, 2.5), chance.uniform(4, 8), chance.random())


def destinations(seed: int, how_many: int) -> list[Destination]:
    """The callback list: so many customers, each with another number."""
    chance = Random(f"{seed}/destinations")  # noqa: S311
    numbers = chance.sample(range(10_000), how_many)
    return [
        Destination(f"+86138001{number:05d}", chance.choice(_NAMES), reaction, chance.uniform(0.8, 2.5))
        for number, reaction in zip(numbers, islice(cycle(_REACTIONS), how_many), strict=True)
    ]


def _customer(chance: Random, nth: int, at: Seconds) -> Customer:
    impatient = chance.random() < 0.16
    return Customer(
        number=f"139{nth % 1000:03d}{chance.randrange(100_000):05d}",
        name=chance.choice(_NAMES),
        queue="support" if chance.random() < 0.6 else "sales",
        at=at,
        patience_seconds=chance.uniform(1.5, 4) if impatient else chance.uniform(9, 25),
        talk_seconds=chance.uniform(5, 12),
        key=EXIT_DIGIT if chance.random() < 0.15 else "",
        returns_after_seconds=chance.uniform(4, 9) if chance.random() < 0.6 else None,
    )

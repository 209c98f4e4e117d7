"""Calls, recordings and the dialer's attempts, while they last."""

from dataclasses import dataclass, field

from callcenter.floor.events import AgentEntry
from callcenter.floor.facts import Direction
from callcenter.floor.seat import Seat
from callcenter.floor.terms import AttemptId, CallId, ChannelId, Instant

ATTEMPT_PREFIX = "attempt-"
"""The ids of the dialer's attempts begin so; the attempt's id is the id of its channel."""

AGENT_FIRST_PREFIX = f"{ATTEMPT_PREFIX}agent-"
"""So begin the ids of those in which an agent is called first: the channel is that of the agent's phone, and dials the
customer."""


def is_agent_first(channel_id: str) -> bool:
    """Whether an attempt's channel is an agent's phone."""
    return channel_id.startswith(AGENT_FIRST_PREFIX)


def interface_of(channel_name: str) -> str:
    """`PJSIP/1001-0000002a` is a channel of the interface `PJSIP/1001`."""
    return channel_name.rpartition("-")[0]


@dataclass(slots=True)
class Call:
    """The channels that share a Linkedid, and what the record of the call will say.

    `talked_with` is the seat at which the newest of its conversations began; not that of a colleague who is the caller.
    `judged` is set where another agent sits there by now.
    """

    call_id: CallId
    direction: Direction
    number: str
    caller_name: str
    dialled: str
    started_at: Instant
    answered_at: Instant | None = None
    attempt_id: AttemptId | None = None
    channels: set[ChannelId] = field(default_factory=set)
    talked_with: Seat | None = None
    judged: AgentEntry | None = None

    def customer_number(self, said: str) -> str:
        """Who is at the other end. In a call of the dialer Asterisk says our own caller id there."""
        return self.number if self.attempt_id and self.number else said

    @property
    def is_feature_code(self) -> bool:
        """A phone that dialled a code (`*72`) and talked with nobody: an act of the agent, no call."""
        return self.direction is Direction.INTERNAL and self.answered_at is None and self.dialled[:1] in ("*", "#")


@dataclass(slots=True)
class Attempt:
    """A dial of the dialer while its channel lives.

    `is_machine` is what detection said, None while it has said nothing.
    `is_placed`: the customer is or was dialled. Where an agent is called first that is when his phone dials.
    """

    attempt_id: AttemptId
    call_id: CallId
    answered_at: Instant | None = None
    reached_at: Instant | None = None
    is_machine: bool | None = None
    agent_number: str = ""
    is_placed: bool = True

    def pick_up(self, at: Instant) -> None:
        """Somebody answers its channel: the customer, unless an agent is called first."""
        if self.answered_at is None and not is_agent_first(self.attempt_id):
            self.answered_at = at

    def reach(self, agent_number: str, at: Instant) -> None:
        """Agent and customer begin to talk. An agent who was called first hears of an answer only so."""
        if self.reached_at is None:
            self.reached_at, self.agent_number = at, agent_number
            self.answered_at = at if self.answered_at is None else self.answered_at


@dataclass(slots=True)
class SurveyUnderWay:
    """A caller who is asked how satisfied they are, after the visit `join` of a queue.

    `is_told`: the answer has come, and the fact remains. What is said again until the channel ends changes nothing.
    """

    queue: str
    join: int
    asked_at: Instant
    is_told: bool = False


@dataclass(slots=True)
class Recording:
    """A file being written for a channel; nothing of what is said is kept since `paused_since`."""

    path: str
    call_id: CallId
    began_at: Instant
    paused_since: Instant | None = None

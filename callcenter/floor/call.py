"""Calls, the conversations in them, and the dialer's attempts, while they last."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callcenter.floor.events import AttemptId, CallId, ChannelId, Instant, Seconds
from callcenter.floor.facts import Direction, EndedBy

if TYPE_CHECKING:
    from callcenter.floor.seat import Seat

ATTEMPT_PREFIX = "attempt-"
"""The ids of the dialer's attempts begin so; the attempt's id is the id of its channel."""


def interface_of(channel_name: str) -> str:
    """`PJSIP/1001-0000002a` is a channel of the interface `PJSIP/1001`."""
    return channel_name.rpartition("-")[0]


@dataclass(slots=True)
class Talk:
    """A conversation under way on a seat's channel; `held_since` is set while the caller hears music.

    `seat` is whose conversation it is: not that of the phone where the member's own phone forwarded the ring to it.
    `left_bridge_at` is set while the channel is in no bridge: the talk ends there unless it enters one again.
    `is_certain` is False where a survey found it under way: when it began is not known.
    """

    call_id: CallId
    queue: str
    seat: "Seat"
    part: int
    began_at: Instant
    is_certain: bool = True
    hold_seconds: Seconds = 0.0
    holds: int = 0
    held_since: Instant | None = None
    left_bridge_at: Instant | None = None
    ended_by: EndedBy = EndedBy.UNKNOWN

    def hold(self, at: Instant) -> bool:
        """Puts the caller on hold; False when already held."""
        if self.held_since is not None:
            return False
        self.held_since = at
        self.holds += 1
        return True

    def resume(self, at: Instant) -> bool:
        """Takes the caller back; False when not held. Hanging up on hold sends no Unhold: the end closes it too."""
        if self.held_since is None:
            return False
        self.hold_seconds += max(0.0, at - self.held_since)
        self.held_since = None
        return True


@dataclass(slots=True)
class Call:
    """The channels that share a Linkedid, and what the record of the call will say."""

    call_id: CallId
    direction: Direction
    number: str
    caller_name: str
    dialled: str
    started_at: Instant
    answered_at: Instant | None = None
    attempt_id: AttemptId | None = None
    channels: set[ChannelId] = field(default_factory=set)

    def customer_number(self, said: str) -> str:
        """Who is at the other end. In a call of the dialer Asterisk says our own caller id there."""
        return self.number if self.attempt_id and self.number else said

    @property
    def is_feature_code(self) -> bool:
        """A phone that dialled a code (`*72`) and talked with nobody: an act of the agent, no call."""
        return self.direction is Direction.INTERNAL and self.answered_at is None and self.dialled[:1] in ("*", "#")


@dataclass(slots=True)
class Attempt:
    """A dial of the dialer while its channel lives."""

    attempt_id: AttemptId
    call_id: CallId
    answered_at: Instant | None = None
    reached_at: Instant | None = None
    is_machine: bool = False
    agent_number: str = ""


@dataclass(slots=True)
class Recording:
    """A file being written for a channel."""

    path: str
    call_id: CallId
    began_at: Instant

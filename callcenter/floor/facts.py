"""What remains of things that ended: immutable rows with natural keys, from which every figure is counted."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from callcenter.floor.terms import AttemptId, CallId, ChannelId, Instant, PbxName, Seconds


class SeatState(StrEnum):
    """What an agent at a phone is doing (docs/guide.md, Seats)."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    ON_HOLD = "on_hold"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"


class VisitOutcome(StrEnum):
    """How a queue visit ended: exactly one of these."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    LEFT_BY_KEY = "left_by_key"
    LEFT_WHEN_EMPTY = "left_when_empty"
    WITHDRAWN = "withdrawn"
    REFUSED_EMPTY = "refused_empty"
    REFUSED_FULL = "refused_full"
    CALLBACK_REQUESTED = "callback_requested"
    LOST = "lost"


class RingOutcome(StrEnum):
    """How a ring ended: exactly one of these."""

    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    REJECTED = "rejected"
    WON_BY_COLLEAGUE = "won_by_colleague"
    GIVEN_UP = "given_up"
    LOST = "lost"


class Direction(StrEnum):
    """Who called whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class EndedBy(StrEnum):
    """Who ended a conversation."""

    CALLER = "caller"
    AGENT = "agent"
    TRANSFER = "transfer"
    UNKNOWN = "unknown"


class GapReason(StrEnum):
    """Why nothing was heard: the link was away, the server was, or Asterisk was started meanwhile."""

    LINK = "link"
    SERVER = "server"
    PBX_RESTART = "pbx_restart"


class Fact(Struct, frozen=True, kw_only=True, tag=True):
    """One thing that is over. `key` names the fields that identify it: recording it twice changes nothing.

    `is_certain` is False where the end was not seen (link down) and had to be concluded.
    """

    key: ClassVar[tuple[str, ...]]

    pbx: PbxName
    is_certain: bool = True


class QueueVisit(Fact, frozen=True, kw_only=True):
    """One stay of a call in one queue; `join` counts the joins of this channel to this queue from 1.

    `position` is the place taken in the line when joining.
    `queue` is "" for a refusal whose queue Asterisk did not name. Thresholds are those in force when it ended;
    `team` is that of the agent then, as in every fact that names an agent.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "channel_id", "queue", "join")

    channel_id: ChannelId
    queue: str
    join: int
    call_id: CallId
    number: str
    caller_name: str
    joined_at: Instant
    ended_at: Instant
    outcome: VisitOutcome
    wait_seconds: Seconds
    position: int
    agent_number: str = ""
    agent_name: str = ""
    team: str = ""
    interface: str = ""
    service_level_seconds: Seconds
    service_level_variant: str
    short_abandon_seconds: Seconds


class Ring(Fact, frozen=True, kw_only=True):
    """One try of a queue to reach one seat."""

    key: ClassVar[tuple[str, ...]] = ("pbx", "ring_id", "channel_id")

    ring_id: ChannelId
    channel_id: ChannelId
    call_id: CallId
    queue: str
    interface: str
    agent_number: str
    agent_name: str
    team: str = ""
    began_at: Instant
    ended_at: Instant
    outcome: RingOutcome
    ring_seconds: Seconds


class Conversation(Fact, frozen=True, kw_only=True):
    """One agent talking in one call. `leg_id` is the agent's channel; `part` counts its conversations from 1.

    talk + hold = ended_at − began_at; `completed_at` is when the wrap-up ended. `queue` is "" outside any queue.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "leg_id", "part")

    leg_id: ChannelId
    part: int
    call_id: CallId
    queue: str
    direction: Direction
    number: str
    interface: str
    agent_number: str
    agent_name: str
    team: str = ""
    began_at: Instant
    ended_at: Instant
    completed_at: Instant
    talk_seconds: Seconds
    hold_seconds: Seconds
    holds: int
    wrap_up_seconds: Seconds
    ended_by: EndedBy


class Hold(Fact, frozen=True, kw_only=True):
    """One stretch of a conversation in which the other side was on hold; `leg_id` and `part` are the conversation's.

    An uncertain one may not have ended then: nobody heard the end of the talk.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "leg_id", "part", "began_at")

    leg_id: ChannelId
    part: int
    call_id: CallId
    began_at: Instant
    ended_at: Instant


class SeatSpell(Fact, frozen=True, kw_only=True):
    """A stretch of a seat in one state with one reason. Spells tile the seat's time without gap or overlap.

    Of a pause, `is_away` and `limit_seconds` (0: none) are those of its reason when it ended.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "interface", "since")

    interface: str
    agent_number: str
    agent_name: str
    team: str = ""
    state: SeatState
    reason: str
    since: Instant
    until: Instant
    call_id: CallId | None = None
    is_away: bool = False
    limit_seconds: Seconds = 0.0


class CallRecord(Fact, frozen=True, kw_only=True):
    """Everything that shared the first channel's Linkedid, from the first channel to the last."""

    key: ClassVar[tuple[str, ...]] = ("pbx", "call_id")

    call_id: CallId
    direction: Direction
    number: str
    caller_name: str
    dialled: str
    started_at: Instant
    answered_at: Instant | None
    ended_at: Instant
    attempt_id: AttemptId | None = None


class RecordingFile(Fact, frozen=True, kw_only=True):
    """A file that MixMonitor wrote, by the name that the PBX gave it."""

    key: ClassVar[tuple[str, ...]] = ("pbx", "path")

    path: str
    channel_id: ChannelId
    call_id: CallId
    began_at: Instant
    ended_at: Instant


class RecordingPause(Fact, frozen=True, kw_only=True):
    """A time in which nothing was kept in a recording: its file is silent there, and goes on in step.

    An uncertain one may not have ended then: nobody heard the end of the channel.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "path", "began_at")

    path: str
    channel_id: ChannelId
    call_id: CallId
    began_at: Instant
    ended_at: Instant


class CallerSurvey(Fact, frozen=True, kw_only=True):
    """One caller who was asked after a queue visit how satisfied they are; `join` is that of the visit.

    The agent is who talked with them last. `score` is the digit pressed, 1 to 5 with 5 the best, and 0 where none was:
    the caller hung up, or pressed nothing. An uncertain one may have been answered when nothing was heard.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "channel_id", "queue", "join")

    channel_id: ChannelId
    queue: str
    join: int
    call_id: CallId
    number: str
    interface: str = ""
    agent_number: str = ""
    agent_name: str = ""
    team: str = ""
    asked_at: Instant
    ended_at: Instant
    score: int = 0


class AttemptResult(Fact, frozen=True, kw_only=True):
    """What came of one dial of the dialer: the raw truth, from which its outcome is decided.

    `was_placed` is False when Asterisk never made a channel. `cause` is Q.850, `tech_cause` the SIP code.
    `reached_at` is when an agent and the customer began to talk. `is_machine` is what detection said, None where it
    said nothing: it is asked only of calls that were answered, and not of all of those.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "attempt_id")

    attempt_id: AttemptId
    call_id: CallId | None
    was_placed: bool
    answered_at: Instant | None
    reached_at: Instant | None
    ended_at: Instant
    cause: int
    tech_cause: str
    is_machine: bool | None
    agent_number: str = ""


class Gap(Fact, frozen=True, kw_only=True):
    """A time in which nothing was heard of the PBX, up to the survey after it, and what became of its calls.

    `recovered` calls were completed from queue_log; of `lost` ones nobody knows how their stay or talk ended.
    `is_readable`: queue_log could be read.
    """

    key: ClassVar[tuple[str, ...]] = ("pbx", "since")

    since: Instant
    until: Instant
    reason: GapReason
    recovered: int
    lost: int
    is_readable: bool


AnyFact = (
    Gap
    | QueueVisit
    | Ring
    | Conversation
    | Hold
    | SeatSpell
    | CallRecord
    | RecordingFile
    | RecordingPause
    | CallerSurvey
    | AttemptResult
)

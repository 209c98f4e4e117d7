"""What the routes of calls answer, for the API's description (docs/api.md, Calls and recordings)."""

from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

from callcenter.floor.facts import CallerSurvey, Conversation, Direction, Hold, QueueVisit, Ring, VisitOutcome
from callcenter.floor.terms import Instant, Seconds
from callcenter.told import Like


class AgentName(TypedDict):
    """An agent by number and name."""

    number: str
    name: str


class Call(TypedDict):
    """A call that is over; the seconds are null where there was no such part."""

    pbx: str
    call_id: str
    direction: Direction
    number: str
    caller_name: str
    started_at: Instant
    answered_at: Instant | None
    ended_at: Instant
    queues: list[str]
    agents: list[AgentName]
    outcome: str
    wait_seconds: Seconds | None
    talk_seconds: Seconds | None
    hold_seconds: Seconds | None
    has_recording: bool


class CallTold(TypedDict):
    """A call is over. What came after it, in its wrap-up, is not yet known.

    `queue` and `outcome` are those of its last queue visit ("" and null: it was in none), the agent is who talked last.
    `attempt_id` is that of the dialer. `is_certain` false: the end was not seen, and concluded after a gap.
    """

    pbx: str
    call_id: str
    direction: Direction
    number: str
    caller_name: str
    dialled: str
    started_at: Instant
    answered_at: Instant | None
    ended_at: Instant
    is_certain: bool
    queue: str
    outcome: VisitOutcome | None
    agent_number: str
    agent_name: str
    wait_seconds: Seconds
    talk_seconds: Seconds
    hold_seconds: Seconds
    attempt_id: str | None


class CallsPage(TypedDict):
    """A page of calls; `next` is the cursor of the following one."""

    calls: list[Call]
    next: str | None


class DeletionRule(TypedDict):
    """Why a recording was deleted: a rule of retention as it was then, an erasure, or a copy that stays."""

    scope: Literal["tag", "list", "queue", "all", "erasure", "original"]
    label: str
    days: int


class Deletion(TypedDict):
    """When a recording was deleted, how, and why."""

    at: Instant
    how: Literal["nightly", "command", "erasure"]
    rule: DeletionRule


class RecordingLeg(TypedDict):
    """One side that was recorded by itself."""

    side: Literal["agent", "customer"]


class RecordingOf(TypedDict):
    """The conversation that a recording is of."""

    leg_id: str
    part: int


class RecordedPause(TypedDict):
    """A time in which nothing was kept: the file is silent there."""

    began_at: Instant
    ended_at: Instant
    is_certain: bool


class Recording(TypedDict):
    """A recording of a call."""

    id: int
    began_at: Instant
    duration_seconds: Seconds
    size: int
    has_audio: bool
    state: Literal["ready", "writing", "missing", "deleted"]
    legs: list[RecordingLeg]
    conversation: RecordingOf | None
    pauses: list[RecordedPause]
    deleted: NotRequired[Deletion]


class CallDetail(TypedDict):
    """A call with its story and what there is to hear of it."""

    call: Call
    visits: list[Annotated[dict[str, Any], Like(QueueVisit)]]
    rings: list[Annotated[dict[str, Any], Like(Ring)]]
    conversations: list[Annotated[dict[str, Any], Like(Conversation)]]
    holds: list[Annotated[dict[str, Any], Like(Hold, "TalkHold")]]
    surveys: list[Annotated[dict[str, Any], Like(CallerSurvey)]]
    recordings: list[Recording]

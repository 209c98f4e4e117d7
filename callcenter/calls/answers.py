"""What the routes of calls answer, for the API's description (docs/api.md, Calls and recordings)."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from callcenter.floor.facts import CallerSurvey, Conversation, Direction, Hold, QueueVisit, Ring
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


class CallsPage(TypedDict):
    """A page of calls; `next` is the cursor of the following one."""

    calls: list[Call]
    next: str | None


class CallStory(TypedDict):
    """What happened in a call; what there is to hear of it stands beside."""

    call: Call
    visits: list[Annotated[dict[str, Any], Like(QueueVisit)]]
    rings: list[Annotated[dict[str, Any], Like(Ring)]]
    conversations: list[Annotated[dict[str, Any], Like(Conversation)]]
    holds: list[Annotated[dict[str, Any], Like(Hold, "TalkHold")]]
    surveys: list[Annotated[dict[str, Any], Like(CallerSurvey)]]

"""What the floor is told as: by the live feed, and by the routes that act on seats and callers (docs/api.md)."""

from typing import NotRequired

from typing_extensions import TypedDict

from callcenter.agents.service import Result
from callcenter.floor.events import DeviceState, LinkState, ListeningMode
from callcenter.floor.facts import Direction, SeatState
from callcenter.floor.terms import Instant


class Link(TypedDict):
    """The connection to a PBX; `unheard_since`: it was away, and what was missed is not settled yet."""

    pbx: str
    state: LinkState
    since: Instant
    detail: str
    unheard_since: Instant | None


class Seat(TypedDict):
    """A seat. Queues with a smaller penalty ring it first. `desk`: the number of the desk phone that it is, or "".

    `wrap_up_until`: when the work after a call ends at the latest; `is_wrap_up_extended`: more time was asked for.
    `consulting` is whom the agent asks about the call while the caller hears music, as it was dialled. While
    `recording_paused_since` is set, nothing of the call is kept in any recording of it.
    """

    pbx: str
    interface: str
    desk: str
    desk_label: str
    agent_number: str
    agent_name: str
    team: str
    state: SeatState
    reason: str
    since: Instant
    call_id: str | None
    number: str
    queue: str
    direction: Direction | None
    device: DeviceState
    is_paused: bool
    pause_pending: bool
    queues: list[str]
    penalties: dict[str, int]
    help_since: Instant | None
    help_by: str
    wrap_up_until: Instant | None
    is_wrap_up_extended: bool
    wrap_up_call_id: str | None
    is_recorded: bool
    recording_paused_since: Instant | None
    consulting: str
    consult_answered: bool


class SeatTold(TypedDict):
    """A seat is in another state, or for another reason. It is news for 30 s, and the newest comes first.

    So what comes later may be older: `since` tells. `reason` is that of a pause, `call_id` the call that it is about.
    """

    pbx: str
    interface: str
    agent_number: str
    agent_name: str
    team: str
    state: SeatState
    reason: str
    since: Instant
    call_id: str | None
    queue: str


class LiveQueue(TypedDict):
    """A queue: who waits in it, and its seats by state."""

    pbx: str
    queue: str
    label: str
    waiting: int
    oldest_joined_at: Instant | None
    members: int
    seats: dict[SeatState, int]


class WaitingVisit(TypedDict):
    """Somebody who waits in a queue."""

    pbx: str
    queue: str
    call_id: str
    number: str
    caller_name: str
    joined_at: Instant
    position: int


class Listening(TypedDict):
    """That somebody hears a seat; who it is, is told only to those who may listen themselves."""

    pbx: str
    interface: str
    call_id: str
    mode: ListeningMode
    since: Instant
    listener: NotRequired[str]
    listener_name: NotRequired[str]


class Gauges(TypedDict):
    """What is true now, over all PBXs."""

    waiting: int
    oldest_joined_at: Instant | None
    seats: dict[SeatState, int]
    surprises: int


class CallerAnswer(TypedDict):
    """What came of it, and the caller as the live feed shows them; null: they wait no more."""

    result: Result
    visit: WaitingVisit | None

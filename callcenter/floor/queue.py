"""A waiting line, the visits in it, and the rings that it makes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callcenter.floor.changes import Key
from callcenter.floor.events import AgentEntry, QueueRules
from callcenter.floor.facts import QueueVisit, Ring, RingOutcome, VisitOutcome
from callcenter.floor.seat import Census
from callcenter.floor.terms import CallId, ChannelId, Instant, PbxName, Seconds

if TYPE_CHECKING:
    from callcenter.floor.seat import Seat

OUTCOME_BY_QUEUESTATUS = {
    "TIMEOUT": VisitOutcome.TIMED_OUT,
    "LEAVEEMPTY": VisitOutcome.LEFT_WHEN_EMPTY,
    "LEAVEUNAVAIL": VisitOutcome.LEFT_WHEN_EMPTY,
    "WITHDRAW": VisitOutcome.WITHDRAWN,
}
"""Why Queue() returned after the caller had joined (app_queue's QUEUESTATUS)."""

REFUSAL_BY_QUEUESTATUS = {
    "JOINEMPTY": VisitOutcome.REFUSED_EMPTY,
    "JOINUNAVAIL": VisitOutcome.REFUSED_EMPTY,
    "FULL": VisitOutcome.REFUSED_FULL,
}
"""Why Queue() returned without letting the caller in: no queue event tells of it."""

REJECTION_CAUSES = frozenset({17, 19, 21})
"""Q.850 causes of a leg whose phone said no: 486 busy, 480 unavailable, 603 declined (docs/asterisk.md, "Queues")."""

ANSWERED_ELSEWHERE = 26
"""Q.850 cause of a leg that lost to a colleague."""


@dataclass(slots=True)
class RingUnderWay:
    """A member being rung; `ring_seconds`, `outcome` and `over_at` are known once the queue says that nobody answered.

    `is_forwarded`: the phone sent it elsewhere (302); it lives on when the leg of the phone ends, at another `leg_id`.
    `is_found`: by a survey, a moment before which the queue may have said already that nobody answered.
    `agent` is set where another agent sits at the seat by now.
    """

    ring_id: ChannelId
    channel_id: ChannelId
    call_id: CallId
    queue: str
    seat: "Seat"
    began_at: Instant
    outcome: RingOutcome | None = None
    ring_seconds: Seconds | None = None
    is_forwarded: bool = False
    is_found: bool = False
    over_at: Instant | None = None
    agent: AgentEntry | None = None
    leg_id: ChannelId = field(init=False)

    def __post_init__(self) -> None:
        self.leg_id = self.ring_id

    def ended(self, pbx: PbxName, at: Instant, outcome: RingOutcome, *, is_certain: bool = True) -> Ring:
        """The fact that remains."""
        at = at if self.over_at is None else self.over_at
        measured = at - self.began_at if self.ring_seconds is None else self.ring_seconds
        agent = self.agent or self.seat.agent
        return Ring(
            pbx=pbx,
            is_certain=is_certain,
            ring_id=self.ring_id,
            channel_id=self.channel_id,
            call_id=self.call_id,
            queue=self.queue,
            interface=self.seat.interface,
            agent_number=agent.number,
            agent_name=agent.name,
            team=agent.team,
            began_at=self.began_at,
            ended_at=max(at, self.began_at),
            outcome=outcome,
            ring_seconds=max(0.0, measured),
        )


@dataclass(slots=True)
class Visit:
    """A stay in a queue that has no outcome yet. A caller who has left waits no more, but the outcome may be open.

    `channel_id` is who joined; `holder_id` who waits now: an attended transfer may put another channel into its place.
    `position` moves up as others leave; `taken_position` is the place taken when joining.
    `is_gone`: QueueCallerAbandon came, which means any end but an answer or an exit by key; `has_hung_up`: the caller
    had hung up by the time of leaving. `left_unheard`: a survey did not find the caller in the line any more, and why
    is not known so far.
    """

    pbx: PbxName
    queue: str
    channel_id: ChannelId
    join: int
    call_id: CallId
    number: str
    caller_name: str
    position: int
    joined_at: Instant
    is_certain: bool = True
    is_gone: bool = False
    has_hung_up: bool = False
    left_unheard: bool = False
    left_at: Instant | None = None
    wait_seconds: Seconds | None = None
    rings: set[ChannelId] = field(default_factory=set)
    holder_id: ChannelId = field(init=False)
    taken_position: int = field(init=False)
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        self.holder_id = self.channel_id
        self.taken_position = self.position
        self.key = ("visits", f"{self.pbx}/{self.channel_id}/{self.queue}/{self.join}")

    @property
    def is_waiting(self) -> bool:
        """Whether the caller is still in the line."""
        return self.left_at is None

    def view(self) -> dict[str, object]:
        """The fields of the live feed (docs/api.md, `visits`)."""
        return {
            "pbx": self.pbx,
            "queue": self.queue,
            "call_id": self.call_id,
            "number": self.number,
            "caller_name": self.caller_name,
            "joined_at": self.joined_at,
            "position": self.position,
        }

    def ended(self, at: Instant, outcome: VisitOutcome, rules: QueueRules, seat: "Seat | None" = None) -> QueueVisit:
        """The fact that remains; the thresholds in force now are kept with it."""
        ended_at = max(self.joined_at, at if self.left_at is None else self.left_at)
        measured = ended_at - self.joined_at if self.wait_seconds is None else self.wait_seconds
        return QueueVisit(
            pbx=self.pbx,
            is_certain=self.is_certain,
            channel_id=self.channel_id,
            queue=self.queue,
            join=self.join,
            call_id=self.call_id,
            number=self.number,
            caller_name=self.caller_name,
            joined_at=self.joined_at,
            ended_at=ended_at,
            outcome=outcome,
            wait_seconds=measured,
            position=self.taken_position,
            agent_number=seat.agent_number if seat else "",
            agent_name=seat.agent_name if seat else "",
            team=seat.team if seat else "",
            interface=seat.interface if seat else "",
            service_level_seconds=rules.service_level_seconds,
            service_level_variant=rules.service_level_variant,
            short_abandon_seconds=rules.short_abandon_seconds,
        )


@dataclass(slots=True)
class Queue:
    """One waiting line: who waits in it and which seats are members."""

    pbx: PbxName
    name: str
    rules: QueueRules
    waiting: dict[ChannelId, Visit] = field(default_factory=dict)
    seats: "dict[str, Seat]" = field(default_factory=dict)
    census: Census = field(default_factory=Census)
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        self.key = ("queues", f"{self.pbx}/{self.name}")

    def oldest_joined_at(self) -> Instant | None:
        """Since when the caller who waits longest has waited."""
        return min((visit.joined_at for visit in self.waiting.values()), default=None)

    def view(self) -> dict[str, object]:
        """The fields of the live feed (docs/api.md, `queues`)."""
        return {
            "pbx": self.pbx,
            "queue": self.name,
            "label": self.rules.label,
            "waiting": len(self.waiting),
            "oldest_joined_at": self.oldest_joined_at(),
            "members": len(self.seats),
            "seats": dict(self.census.states),
        }

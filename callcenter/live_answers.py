"""What the live feed sends, for the API's description (docs/api.md, Live feed)."""

from typing import Any, Literal

from typing_extensions import TypedDict

from callcenter.agents.answers import Gauges, Link, Listening, LiveQueue, Seat, WaitingVisit
from callcenter.alerts.answers import Alert
from callcenter.dialer.answers import ListProgress
from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.answers import FigureValues


class JournalTrouble(TypedDict):
    """A journal that cannot be written, while that lasts."""

    pbx: str
    since: Instant
    reason: str


class MessagesChanged(TypedDict):
    """When the messages of somebody changed."""

    changed_at: Instant


class TicketChanged(TypedDict):
    """One of the last tickets that were changed."""

    id: int
    changed_at: Instant


class Entities(TypedDict, total=False):
    """The entities of the floor: by kind, then by id."""

    links: dict[str, Link]
    seats: dict[str, Seat]
    queues: dict[str, LiveQueue]
    visits: dict[str, WaitingVisit]
    listenings: dict[str, Listening]
    gauges: dict[str, Gauges]
    figures: dict[str, FigureValues]
    lists: dict[str, ListProgress]
    journals: dict[str, JournalTrouble]
    alerts: dict[str, Alert]
    messages: dict[str, MessagesChanged]
    tickets: dict[str, TicketChanged]


class SnapshotFrame(TypedDict):
    """Everything that is shown, at one moment."""

    type: Literal["snapshot"]
    epoch: str
    seq: int
    at: Instant
    entities: Entities


class DeltaFrame(TypedDict):
    """What changed since the frame before: of each entity the changed fields, and what is gone."""

    type: Literal["delta"]
    seq: int
    at: Instant
    changed: dict[str, dict[str, dict[str, Any]]]
    removed: dict[str, list[str]]


class HeartbeatFrame(TypedDict):
    """That the feed is alive, and how long ago each PBX was last heard (null: never)."""

    type: Literal["heartbeat"]
    seq: int
    at: Instant
    links: dict[str, Seconds | None]


Frame = SnapshotFrame | DeltaFrame | HeartbeatFrame

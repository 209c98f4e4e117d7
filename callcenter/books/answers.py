"""What the routes of the books answer, for the API's description (docs/api.md, Gaps and reconciliations)."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from callcenter.floor.facts import Gap
from callcenter.floor.terms import Instant
from callcenter.told import Like


class Gaps(TypedDict):
    """Times in which nothing was heard, newest first."""

    gaps: list[Annotated[dict[str, Any], Like(Gap)]]


class BookCount(TypedDict):
    """How many visits of a queue had an outcome: by what is stored, and by queue_log."""

    queue: str
    outcome: str
    stored: int
    logged: int


class BookDifference(TypedDict):
    """A visit whose outcomes differ; null: one of both has no such visit."""

    queue: str
    channel_id: str
    call_id: str
    joined_at: Instant
    stored: str | None
    logged: str | None
    explanation: str


Reconciliation = TypedDict(
    "Reconciliation",
    {
        "id": int,
        "pbx": str,
        "from": Instant,
        "to": Instant,
        "ran_at": Instant,
        "counts": list[BookCount],
        "difference_count": int,
        "differences": list[BookDifference],
        "explained_count": int,
        "explained": list[BookDifference],
        "error": str,
    },
)
Reconciliation.__doc__ = "What is stored of a day, beside what queue_log says of it."


class ReconciliationsRunning(TypedDict):
    """The PBXs whose books are compared now."""

    running: list[str]


class Reconciliations(ReconciliationsRunning):
    """The latest comparisons, and the PBXs that can be compared."""

    runs: list[Reconciliation]
    pbxs: list[str]

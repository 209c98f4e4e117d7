"""What the routes of exports answer, for the API's description (docs/api.md, Exports of recordings)."""

from typing import Any

from typing_extensions import TypedDict

from callcenter.exports.rules import ExportState
from callcenter.floor.terms import Instant, Seconds


class RecordingExport(TypedDict):
    """An export: the search that chose the recordings, who asked for it and why, and how far it is."""

    id: int
    state: ExportState
    search: dict[str, Any]
    reason: str
    by: str
    asked_at: Instant
    ended_at: Instant | None
    expires_at: Instant | None
    ended_by: str
    calls: int
    recordings: int
    packed: int
    left_out: int
    expected_bytes: int
    bytes: int
    detail: str
    is_masked: bool


class RecordingExports(TypedDict):
    """The latest exports, newest first."""

    exports: list[RecordingExport]


class ExportEstimate(TypedDict):
    """How much a search would export; how much is allowed, and how many days it would be kept."""

    calls: int
    recordings: int
    deleted: int
    bytes: int
    seconds: Seconds
    most_recordings: int
    days: float

"""The log of deleted recordings, read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from callcenter.floor.terms import Instant
from callcenter.recordings.service import deletion_shape
from callcenter.recordings.tables import RecordingDeletion
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, recording_files


@dataclass(frozen=True, kw_only=True)
class WantedDeletions:
    """Which deletions; None: any. `number` is the whole number of the customer, `subject` what the rule was about."""

    number: str | None = None
    scope: str | None = None
    subject: str | None = None
    since: Instant | None = None
    until: Instant | None = None


async def deletions(
    sessions: Sessions, wanted: WantedDeletions, *, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """A page of the log, newest first, each with its call: those written before the row `before`."""
    row, files = RecordingDeletion, recording_files.c
    query = (
        select(row, files.began_at, calls.c.number)
        .outerjoin(recording_files, files.id == row.recording_id)
        .outerjoin(calls, (calls.c.pbx == row.pbx) & (calls.c.call_id == row.call_id))
        .where(*_conditions(wanted))
        .order_by(row.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(row.id < before)
    async with sessions() as session:
        return [_told(*found) for found in await session.execute(query)]


def _conditions(wanted: WantedDeletions) -> Iterable[ColumnElement[bool]]:
    row = RecordingDeletion
    if wanted.number is not None:
        yield calls.c.number == wanted.number
    if wanted.scope is not None:
        yield row.rule_scope == wanted.scope
    if wanted.subject is not None:
        yield row.rule_subject == wanted.subject
    if wanted.since is not None:
        yield row.at >= wanted.since
    if wanted.until is not None:
        yield row.at < wanted.until


def _told(row: RecordingDeletion, began_at: float | None, number: str | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "recording_id": row.recording_id,
        "pbx": row.pbx,
        "call_id": row.call_id,
        "number": number,
        "began_at": began_at,
        **deletion_shape(row),
        "files": row.files,
        "bytes": row.bytes,
        "sha256": row.sha256,
    }

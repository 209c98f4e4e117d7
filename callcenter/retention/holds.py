"""Legal holds: while a call is held, nothing deletes its recordings."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from callcenter.calls.service import Key
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.recordings.tables import RecordingAudio
from callcenter.retention.rules import checked_reason
from callcenter.retention.tables import CallHold
from callcenter.retention.tags import check_call
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, recording_files

MOST_SHOWN = 500

End = aliased(CallHold)


async def lock_call(session: AsyncSession, pbx: str, call_id: str) -> None:
    """Until the end of the transaction nobody else holds this call or deletes audio of it: the rows of its files are
    locked on PostgreSQL, the database on SQLite. Reads that follow see what was committed before."""
    files = select(recording_files.c.id).where(recording_files.c.pbx == pbx, recording_files.c.call_id == call_id)
    audio = RecordingAudio
    touched = update(audio).where(audio.recording_id.in_(files)).values(checked_at=audio.checked_at)
    await session.execute(touched.execution_options(synchronize_session=False))


async def place_hold(sessions: Sessions, pbx: str, call_id: str, typed: str, *, by: str, now: Instant) -> int:
    """Holds a call from now on; the number of the hold. Raises BadInput without a reason, NotFound."""
    reason = checked_reason(typed)
    async with sessions.begin() as session:
        await lock_call(session, pbx, call_id)
        await check_call(session, pbx, call_id)
        hold = CallHold(pbx=pbx, call_id=call_id, at=now, username=by, reason=reason)
        session.add(hold)
        await session.flush()
        return hold.id


async def end_hold(sessions: Sessions, hold_id: int, typed: str, *, by: str, now: Instant) -> None:
    """Ends a hold. Raises BadInput without a reason, NotFound, Conflict where it has ended."""
    reason = checked_reason(typed)
    try:
        async with sessions.begin() as session:
            hold = await session.get(CallHold, hold_id)
            if hold is None or hold.ends is not None:
                raise NotFound(f"there is no hold {hold_id}")
            end = CallHold(ends=hold_id, pbx=hold.pbx, call_id=hold.call_id, at=now, username=by, reason=reason)
            session.add(end)
    except IntegrityError as error:
        raise Conflict("This hold has ended already") from error


async def holds_of(sessions: Sessions, pbx: str, call_id: str) -> list[dict[str, Any]]:
    """Every hold that a call ever had, newest first (docs/api.md)."""
    return await _holds(sessions, CallHold.pbx == pbx, CallHold.call_id == call_id)


async def open_holds(sessions: Sessions) -> list[dict[str, Any]]:
    """The holds that have not ended, newest first, at most MOST_SHOWN."""
    return await _holds(sessions, End.id.is_(None))


async def _holds(sessions: Sessions, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    query = (
        select(CallHold, End, calls.c.number, calls.c.started_at)
        .outerjoin(End, End.ends == CallHold.id)
        .outerjoin(calls, (calls.c.pbx == CallHold.pbx) & (calls.c.call_id == CallHold.call_id))
        .where(CallHold.ends.is_(None), *conditions)
        .order_by(CallHold.id.desc())
        .limit(MOST_SHOWN)
    )
    async with sessions() as session:
        return [_told(*row) for row in await session.execute(query)]


def _told(hold: CallHold, end: CallHold | None, number: str | None, started_at: float | None) -> dict[str, Any]:
    return {
        "id": hold.id,
        "pbx": hold.pbx,
        "call_id": hold.call_id,
        "number": number,
        "started_at": started_at,
        "at": hold.at,
        "by": hold.username,
        "reason": hold.reason,
        "ended": {"at": end.at, "by": end.username, "reason": end.reason} if end else None,
    }


async def held_among(session: AsyncSession, keys: Collection[Key]) -> set[Key]:
    """Which of these calls are held."""
    query = select(CallHold.pbx, CallHold.call_id).outerjoin(End, End.ends == CallHold.id)
    is_open = CallHold.ends.is_(None) & End.id.is_(None)
    rows = await session.execute(query.where(is_open, of_calls(CallHold.pbx, CallHold.call_id, keys)))
    return {(pbx, call_id) for pbx, call_id in rows} & set(keys)


def of_calls(pbx: Any, call_id: Any, keys: Collection[Key]) -> ColumnElement[bool]:
    """Narrows rows to those of these calls by their index, and perhaps some more where there are several PBXs."""
    return and_(pbx.in_(sorted({key[0] for key in keys})), call_id.in_(sorted({key[1] for key in keys})))

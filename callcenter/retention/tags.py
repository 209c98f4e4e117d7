"""Tags of calls: put on, taken off, and offered again to whoever tags the next call."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.retention.rules import MOST_TAGS, checked_tag
from callcenter.retention.tables import CallTag
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, recording_files

MOST_OFFERED = 200


async def check_call(session: AsyncSession, pbx: str, call_id: str) -> None:
    """Raises NotFound unless the call is over, or something of it was recorded."""
    is_over = select(calls.c.id).where(calls.c.pbx == pbx, calls.c.call_id == call_id).exists()
    files = recording_files.c
    is_recorded = select(files.id).where(files.pbx == pbx, files.call_id == call_id).exists()
    if not await session.scalar(select(or_(is_over, is_recorded))):
        raise NotFound(f"there is no finished call {call_id} at {pbx}")


async def add_tag(sessions: Sessions, pbx: str, call_id: str, typed: str, *, by: str, now: Instant) -> None:
    """Puts a tag on a call; one that is there stays as it is. Raises BadInput, NotFound, Conflict for too many."""
    tag = checked_tag(typed)
    async with sessions() as session:
        await check_call(session, pbx, call_id)
        there = await _tags(session, pbx, call_id)
    if any(one.tag == tag for one in there):
        return
    if len(there) >= MOST_TAGS:
        raise Conflict(f"A call has at most {MOST_TAGS} tags; take one off first")
    try:
        async with sessions.begin() as session:
            session.add(CallTag(pbx=pbx, call_id=call_id, tag=tag, added_at=now, added_by=by))
    except IntegrityError:
        return  # Somebody else was faster with the same.


async def remove_tag(sessions: Sessions, pbx: str, call_id: str, tag: str, *, by: str, now: Instant) -> None:
    """Takes a tag off a call; that it was there stays known. Raises NotFound."""
    taken_off = (
        update(CallTag)
        .where(CallTag.pbx == pbx, CallTag.call_id == call_id, CallTag.tag == tag, CallTag.removed_at.is_(None))
        .values(removed_at=now, removed_by=by)
        .returning(CallTag.id)
    )
    async with sessions.begin() as session:
        if (await session.execute(taken_off)).first() is None:
            raise NotFound(f"the call has no tag {tag}")


async def tags_of(sessions: Sessions, pbx: str, call_id: str) -> list[dict[str, Any]]:
    """The tags that are on a call (docs/api.md)."""
    async with sessions() as session:
        return [{"tag": one.tag, "at": one.added_at, "by": one.added_by} for one in await _tags(session, pbx, call_id)]


async def _tags(session: AsyncSession, pbx: str, call_id: str) -> Sequence[CallTag]:
    on = (CallTag.pbx == pbx, CallTag.call_id == call_id, CallTag.removed_at.is_(None))
    return (await session.scalars(select(CallTag).where(*on).order_by(CallTag.id))).all()


async def known_tags(sessions: Sessions) -> list[dict[str, Any]]:
    """The tags in use, those on most calls first."""
    count = func.count()
    query = (
        select(CallTag.tag, count)
        .where(CallTag.removed_at.is_(None))
        .group_by(CallTag.tag)
        .order_by(count.desc(), CallTag.tag)
        .limit(MOST_OFFERED)
    )
    async with sessions() as session:
        return [{"tag": tag, "calls": calls} for tag, calls in await session.execute(query)]

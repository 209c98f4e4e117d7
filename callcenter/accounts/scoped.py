"""A scope as a condition of SQL: on rows that name a team or a queue, and on calls."""

from typing import Any

from sqlalchemy import ColumnElement, Table, and_, false, literal, or_, select, true
from sqlalchemy.sql.elements import SQLCoreOperations

from callcenter.accounts.scope import Scope
from callcenter.store.engine import Sessions
from callcenter.store.tables import conversations, queue_visits, recording_files, rings

Names = SQLCoreOperations[Any] | None


def in_scope(scope: Scope, *, team: Names = None, queue: Names = None) -> ColumnElement[bool]:
    """That a row with these columns, of those that it has, is in the scope."""
    if scope.is_everything:
        return true()
    of_team = false() if team is None else team.in_(sorted(scope.teams))
    of_queue = false() if queue is None else queue.in_(sorted(scope.queues))
    return or_(of_team, of_queue)


def call_in_scope(scope: Scope, pbx: Any, call_id: Any) -> ColumnElement[bool]:
    """That a call waited in one of the queues, or rang at or was talked to by an agent of the scope.

    A call is seen as a whole: what became of a caller cannot be understood from half of it.
    """
    if scope.is_everything:
        return true()
    visits = queue_visits.c
    return or_(
        _has(queue_visits, pbx, call_id, in_scope(scope, team=visits.team, queue=visits.queue)),
        _has(conversations, pbx, call_id, in_scope(scope, team=conversations.c.team, queue=conversations.c.queue)),
        _has(rings, pbx, call_id, in_scope(scope, team=rings.c.team, queue=rings.c.queue)),
    )


async def check_call(sessions: Sessions, scope: Scope, pbx: str, call_id: str) -> None:
    """Raises NotFound for a call outside the scope; whether there is such a call at all, is not asked of everything."""
    if scope.is_everything:
        return
    async with sessions() as session:
        is_seen = await session.scalar(select(call_in_scope(scope, literal(pbx), literal(call_id))))
    scope.check(bool(is_seen), f"call {call_id} at {pbx}")


async def check_recording(sessions: Sessions, scope: Scope, recording_id: int) -> None:
    """Raises NotFound for a recording of a call outside the scope."""
    if scope.is_everything:
        return
    files = recording_files.c
    wanted = select(files.id).where(files.id == recording_id, call_in_scope(scope, files.pbx, files.call_id))
    async with sessions() as session:
        scope.check(await session.scalar(wanted) is not None, f"recording {recording_id}")


def _has(table: Table, pbx: Any, call_id: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(table.c.id).where(and_(table.c.pbx == pbx, table.c.call_id == call_id, condition)).exists()

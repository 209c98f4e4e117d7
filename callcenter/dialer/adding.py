"""How targets come into a list, from a file, the API or a rule: checked against what is there, all or none.

The functions work in the caller's transaction, in which the list is locked.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.calendar import zones_of_number
from callcenter.dialer.importing.rows import (
    USUAL_PRIORITY,
    Policy,
    Row,
    Sheet,
    merged,
    without_busy,
    without_known,
    without_twins,
)
from callcenter.dialer.locking import set_state
from callcenter.dialer.rules import LEFT, ListState, TargetState
from callcenter.dialer.tables import CallbackList, Target
from callcenter.floor.terms import Instant
from callcenter.store.batches import in_batches

AT_ONCE = 500
"""Rows of one statement."""

Progress = Callable[[int, int], None]


class Policies(Struct, frozen=True):
    """What becomes of numbers that came before: in the file or the list, and on other active lists.

    `skip_bad`: the good rows are added even if others are in error.
    """

    duplicates: Policy = Policy.SKIP
    other_lists: Policy = Policy.ALLOW
    skip_bad: bool = False


def _silent(_done: int, _total: int) -> None:
    """Nobody watches."""


async def compared(session: AsyncSession, list_id: int, sheet: Sheet, policies: Policies, column: str) -> Sheet:
    """The sheet as it can be added: without twins and known numbers, by the policies."""
    # In a thread, so that the floor goes on meanwhile: a sheet may have 100,000 rows.
    sheet = await asyncio.to_thread(without_twins, sheet, policies.duplicates, column)
    known = frozenset(await session.scalars(select(Target.number).where(Target.list_id == list_id)))
    busy = set[str]()
    if policies.other_lists is not Policy.ALLOW:
        for some in in_batches([row.number for row in sheet.rows], AT_ONCE):
            busy |= set(await session.scalars(_active_elsewhere(list_id, some)))
    sheet = await asyncio.to_thread(without_busy, sheet, frozenset(busy), policies.other_lists, column)
    return await asyncio.to_thread(without_known, sheet, known, policies.duplicates, column)


def _active_elsewhere(list_id: int, numbers: Collection[str]) -> Any:
    return select(Target.number).where(
        Target.list_id.in_(
            select(CallbackList.id).where(CallbackList.id != list_id, CallbackList.state != ListState.FINISHED)
        ),
        Target.state.in_((*LEFT, TargetState.ASKING)),
        Target.number.in_(numbers),
    )


async def add(session: AsyncSession, list_id: int, sheet: Sheet, *, now: Instant, progress: Progress = _silent) -> None:
    """Adds the rows of a compared sheet and merges what is to be merged; a finished list has work again, stopped."""
    callback_list = await session.get_one(CallbackList, list_id, populate_existing=True)
    total = len(sheet.rows) + len(sheet.merges)
    done = 0
    for rows in in_batches(sheet.rows, AT_ONCE):
        await session.execute(insert(Target), [target_of(callback_list, row, now) for row in rows])
        progress(done := done + len(rows), total)
    for rows in in_batches(sheet.merges, AT_ONCE):
        await _merge(session, callback_list, rows)
        progress(done := done + len(rows), total)
    if sheet.rows and callback_list.state == ListState.FINISHED:
        await set_state(session, list_id, ListState.STOPPED)


def target_of(callback_list: CallbackList, row: Row, now: Instant) -> dict[str, Any]:
    """The columns of a new target, due now unless its row says when."""
    due_at = now if row.due_at is None else row.due_at
    return {
        "list_id": callback_list.id,
        "number": row.number,
        "dial_number": row.number,
        "other_numbers": list(row.other_numbers),
        "time_zones": row.time_zones or zones_of_number(row.number),
        "name": row.name,
        "attributes": row.attributes,
        "priority": USUAL_PRIORITY if row.priority is None else row.priority,
        "owner_agent": row.owner_agent,
        "owner_until": max(now, due_at) + callback_list.personal_seconds if row.owner_agent else None,
        "state": TargetState.OPEN,
        "attempts": 0,
        "due_at": due_at,
    }


async def _merge(session: AsyncSession, callback_list: CallbackList, rows: Sequence[Row]) -> None:
    by_number = {row.number: row for row in rows}
    where = (Target.list_id == callback_list.id, Target.number.in_(by_number))
    for target in await session.scalars(select(Target).where(*where)):
        take_over(target, by_number[target.number], callback_list)
    await session.flush()


def take_over(target: Target, row: Row, callback_list: CallbackList) -> None:
    """Gives a target what a row says of its number; where it stands and what was dialled stay as they are."""
    standing = Row(
        0, target.number, target.name, target.attributes, tuple(target.other_numbers), target.priority,
        target.owner_agent, target.time_zones, target.due_at,
    )  # fmt: skip
    both = merged(standing, row)
    target.name, target.attributes, target.priority = both.name, both.attributes, both.priority or USUAL_PRIORITY
    target.other_numbers, target.time_zones = list(both.other_numbers), both.time_zones
    if row.owner_agent:
        target.owner_agent = row.owner_agent
        target.owner_until = (both.due_at or 0.0) + callback_list.personal_seconds
    if row.due_at is not None and target.state == TargetState.OPEN:
        target.due_at = row.due_at

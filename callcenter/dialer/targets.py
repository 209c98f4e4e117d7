"""Targets that come one by one or by the batch: from another system, a rule, or an agent's promise."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer import promises
from callcenter.dialer.adding import Policies, add, compared, take_over, target_of
from callcenter.dialer.importing.rows import Row, RowError, Sheet, due_after, midnight, sheet_of
from callcenter.dialer.locking import lock_list
from callcenter.dialer.numbers import CellRefused, RowFault, read_line, read_number, without_extension
from callcenter.dialer.rules import OVER, TargetState
from callcenter.dialer.standing import leave_open, run_again
from callcenter.dialer.tables import CallbackList, Target
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant
from callcenter.store.batches import in_batches
from callcenter.store.engine import Sessions

MAX_TARGETS = 10_000
ROWS_AT_ONCE = 5000
OPENED_AGAIN = (*OVER, TargetState.ASKING)
"""A new reason to call opens such a target again."""


class NewTarget(Struct, frozen=True, kw_only=True):
    """Somebody to call, as whoever asks for it writes the number; `due_at` None: now."""

    number: str
    other_numbers: Sequence[str] = ()
    name: str = ""
    attributes: Mapping[str, str] = {}
    priority: int | None = None
    owner_agent: str = ""
    time_zone: str = ""
    due_at: Instant | None = None


class Placed(Struct, frozen=True):
    """Which of those asked for (from 0) is which target."""

    index: int
    number: str
    target_id: int


class Fault(Struct, frozen=True):
    """What is wrong with which of those asked for, from 0."""

    index: int
    field: str
    code: str
    reason: str


class Twin(Struct, frozen=True):
    """One that was left out or merged, and where its number is known from."""

    index: int
    number: str
    code: str


class Added(Struct, frozen=True):
    """What came of adding targets; unless `is_done` nothing was added."""

    is_done: bool
    added: list[Placed]
    merged: list[Placed]
    duplicates: list[Twin]
    errors: list[Fault]


async def add_targets(
    sessions: Sessions,
    list_id: int,
    wanted: Sequence[NewTarget],
    policies: Policies,
    *,
    agents: Collection[str] = (),
    now: Instant,
) -> Added:
    """Adds targets, all or (with errors, unless the policies skip them) none. Raises NotFound for the list."""
    async with sessions.begin() as session:
        await lock_list(session, list_id)
        region = (await session.get_one(CallbackList, list_id)).region
        found = await asyncio.to_thread(_rows, wanted, region, agents)
        sheet = await compared(session, list_id, sheet_of(found), policies, "number")
        is_done = policies.skip_bad or not sheet.errors
        if is_done:
            await add(session, list_id, sheet, now=now)
        return await _told(session, list_id, sheet, is_done=is_done)


def _rows(wanted: Sequence[NewTarget], region: str, agents: Collection[str]) -> list[Row | RowError]:
    return [row_of_target(index, one, region, agents) for index, one in enumerate(wanted)]


def row_of_target(index: int, one: NewTarget, region: str, agents: Collection[str] = ()) -> Row | RowError:
    """The target as a row of a file; its line is the index."""
    field, value = "number", one.number
    try:
        line = without_extension(read_line(one.number, region))
        field, value = "other_numbers", ", ".join(one.other_numbers)
        others = tuple(read_number(text, region) for text in one.other_numbers)
    except CellRefused as error:
        return RowError(index, field, value, error.fault, str(error))
    if one.owner_agent and agents and one.owner_agent not in agents:
        return RowError(index, "owner_agent", one.owner_agent, RowFault.UNKNOWN_AGENT, "no agent has this number")
    return Row(
        index,
        line.number,
        one.name,
        dict(one.attributes),
        others,
        one.priority,
        one.owner_agent,
        one.time_zone or line.time_zones,
        one.due_at,
    )


async def _told(session: AsyncSession, list_id: int, sheet: Sheet, *, is_done: bool) -> Added:
    ids: dict[str, int] = {}
    for rows in (sheet.rows, sheet.merges) if is_done else ():
        for some in in_batches(rows, ROWS_AT_ONCE):
            numbers = [row.number for row in some]
            query = select(Target.number, Target.id).where(Target.list_id == list_id, Target.number.in_(numbers))
            ids.update((number, target_id) for number, target_id in await session.execute(query))
    return Added(
        is_done=is_done,
        added=[Placed(row.line, row.number, ids[row.number]) for row in sheet.rows] if is_done else [],
        merged=[Placed(row.line, row.number, ids[row.number]) for row in sheet.merges] if is_done else [],
        duplicates=[Twin(one.line, one.number, one.code) for one in sheet.duplicates],
        errors=[Fault(one.line, one.column, one.code, one.reason) for one in sheet.errors],
    )


async def promise(
    sessions: Sessions, list_id: int, wanted: NewTarget, *, agents: Collection[str] = (), now: Instant
) -> int:
    """Keeps an agent's promise to call at `due_at`: a target with that owner; its id.

    A number that the list has already is the same target, open again. Raises NotFound, BadInput naming the field.
    """
    async with sessions.begin() as session:
        await lock_list(session, list_id)
        row = row_of_target(0, wanted, (await session.get_one(CallbackList, list_id)).region, agents)
        if isinstance(row, RowError):
            raise BadInput(f"{row.column}: {row.reason}", field=row.column)
        target = await ask_for(session, list_id, row, now=now)
        await promises.promise(session, target, row.due_at or now, row.owner_agent)
        return target.id


async def ask_for(session: AsyncSession, list_id: int, row: Row, *, now: Instant) -> Target:
    """A target for a new reason to call: added, or the one of that number, open again. The list is locked.

    A list that was finished runs again: who calls in at night finds yesterday's list done.
    """
    callback_list = await session.get_one(CallbackList, list_id)
    target = await session.scalar(select(Target).where(Target.list_id == list_id, Target.number == row.number))
    if target is None:
        target = Target(**target_of(callback_list, row, now))
        session.add(target)
    else:
        _open_again(target, callback_list, row, now)
    run_again(callback_list)
    await session.flush()
    return target


def _open_again(target: Target, callback_list: CallbackList, row: Row, now: Instant) -> None:
    if target.state in OPENED_AGAIN:
        leave_open(target, TargetState.OPEN, now)
        target.attempts = 0
        target.dial_number, target.number_index = target.number, 0
    take_over(target, row, callback_list)


def days_after(day: date, days: int, zone: ZoneInfo, wanted: NewTarget) -> NewTarget:
    """The target that is due so many days after a date, from the midnight of the centre on: the list's windows say
    when on that day. For a contract's date, or that of a ticket which was closed."""
    return replace(wanted, due_at=due_after(midnight(day, zone), days))

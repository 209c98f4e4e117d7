"""Lists and targets: make, change, fill, start, stop, look at. Each function is one transaction."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, case, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.adding import Policies, add, compared
from callcenter.dialer.importing.rows import Sheet, read_sheet
from callcenter.dialer.locking import lock_list, set_state
from callcenter.dialer.rules import LEFT, ListState, TargetState
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions


class Summary(Struct, frozen=True):
    """A list and its counts now: targets in all and by state, those due, attempts by outcome; and by the time zones
    (`calendar.zones_of`) of the open ones how many of them are due."""

    row: CallbackList
    targets: int
    open: int
    due: int
    offered: int
    in_air: int
    asking: int
    reached: int
    closed: int
    erased: int
    outcomes: dict[str, int]
    zones: dict[str, int]

    @property
    def left(self) -> int:
        """How many are left to call (`rules.LEFT`)."""
        return self.open + self.offered + self.in_air


class Imported(Struct, frozen=True):
    """What came of an import: how many targets were added, and what the file holds."""

    count: int
    sheet: Sheet


async def create_list(sessions: Sessions, fields: Mapping[str, Any], now: Instant) -> int:
    """Makes a stopped list; its id. Raises Conflict if the name is taken."""
    try:
        async with sessions.begin() as session:
            row = CallbackList(**fields, created_at=now)
            session.add(row)
            await session.flush()
            return row.id
    except IntegrityError as error:
        raise Conflict(f"There is a list called {fields['name']!r} already", field="name") from error


async def change_list(sessions: Sessions, list_id: int, fields: Mapping[str, Any]) -> None:
    """Changes some fields of a list; calls in the air end by the new rules. Raises NotFound, Conflict."""
    try:
        async with sessions.begin() as session:
            await lock_list(session, list_id)
            if fields:
                await session.execute(update(CallbackList).where(CallbackList.id == list_id).values(**fields))
    except IntegrityError as error:
        raise Conflict(f"There is a list called {fields['name']!r} already", field="name") from error


Leaving = Callable[[AsyncSession, int], Awaitable[None]]
"""Writes down what others need of a list, within the transaction that deletes it."""


async def delete_list(sessions: Sessions, list_id: int, leaving: Leaving | None = None) -> None:
    """Deletes a list with its targets and attempts. Raises NotFound, Conflict while it runs or calls are in the air."""
    async with sessions.begin() as session:
        state = await lock_list(session, list_id)
        if state in (ListState.RUNNING, ListState.PAUSED):
            raise Conflict("Stop the list before you delete it")
        if await session.scalar(select(exists().where(Attempt.list_id == list_id, Attempt.ended_at.is_(None)))):
            raise Conflict("Calls of the list are still in the air; try again when they have ended")
        if leaving is not None:
            await leaving(session, list_id)
        await session.execute(delete(CallbackList).where(CallbackList.id == list_id))
        await session.execute(
            update(CallbackList).where(CallbackList.escalation_list_id == list_id).values(escalation_list_id=None)
        )


async def start_list(sessions: Sessions, list_id: int) -> None:
    """Lets a list run. Raises NotFound, Conflict if it has nobody left to call."""
    left = exists().where(Target.list_id == list_id, Target.state.in_(LEFT))
    async with sessions.begin() as session:
        await lock_list(session, list_id)
        if not await session.scalar(select(left)):
            raise Conflict("The list has no open targets; import some first")
        await set_state(session, list_id, ListState.RUNNING)


async def stop_list(sessions: Sessions, list_id: int) -> None:
    """Stops a list that runs or pauses; a finished one stays finished. Raises NotFound."""
    async with sessions.begin() as session:
        if await lock_list(session, list_id) in (ListState.RUNNING, ListState.PAUSED):
            await set_state(session, list_id, ListState.STOPPED)


async def pause_list(sessions: Sessions, list_id: int) -> None:
    """Lets a list that runs place no more calls; those in the air go on. Raises NotFound, Conflict unless it runs."""
    async with sessions.begin() as session:
        state = await lock_list(session, list_id)
        if state == ListState.RUNNING:
            await set_state(session, list_id, ListState.PAUSED)
        elif state != ListState.PAUSED:
            raise Conflict(f"The list is {state}; only a running list can be paused")


async def import_targets(
    sessions: Sessions, list_id: int, content: bytes, *, now: Instant, dry_run: bool, skip_bad: bool
) -> Imported:
    """Adds the targets of a CSV file, all good rows or nothing; with bad rows nothing, unless `skip_bad`.

    A row whose number came before is not added and reported. Raises NotFound, BadInput.
    """
    async with sessions() as session:
        region = await session.scalar(select(CallbackList.region).where(CallbackList.id == list_id))
    if region is None:
        raise NotFound(f"There is no list {list_id}")
    sheet = await asyncio.to_thread(read_sheet, content, region)
    async with sessions.begin() as session:
        await lock_list(session, list_id)
        sheet = await compared(session, list_id, sheet, Policies(), "")
        if dry_run or not sheet.rows or (sheet.errors and not skip_bad):
            return Imported(0, sheet)
        await add(session, list_id, sheet, now=now)
        return Imported(len(sheet.rows), sheet)


async def summaries(sessions: Sessions, now: Instant, list_id: int | None = None) -> list[Summary]:
    """Every list (or one) with its counts, by name. Raises NotFound if the one does not exist."""
    only = [] if list_id is None else [list_id]
    is_due = func.sum(case((Target.due_at <= now, 1), else_=0))
    async with sessions() as session:
        lists = (await session.scalars(_of(select(CallbackList), CallbackList.id, only))).all()
        by = (Target.list_id, Target.state, Target.time_zones)
        targets = (await session.execute(_of(select(*by, func.count(), is_due).group_by(*by), by[0], only))).all()
        ended = select(Attempt.list_id, Attempt.outcome, func.count()).group_by(Attempt.list_id, Attempt.outcome)
        ended = ended.where(Attempt.outcome.is_not(None), Attempt.is_counted)
        by_outcome = (await session.execute(_of(ended, Attempt.list_id, only))).all()
    if only and not lists:
        raise NotFound(f"There is no list {list_id}")
    return [_summary(row, targets, by_outcome) for row in sorted(lists, key=lambda row: row.name)]


def _of(query: Any, column: Any, only: list[int]) -> Any:
    return query.where(column.in_(only)) if only else query


def _summary(row: CallbackList, targets: Sequence[Any], outcomes: Sequence[Any]) -> Summary:
    states: Counter[str] = Counter()
    zones: Counter[str] = Counter()
    for owner, state, names, count, due in targets:
        if owner == row.id:
            states[state] += count
            if state == TargetState.OPEN:
                zones[names] += due
    return Summary(
        row=row,
        targets=states.total(),
        due=zones.total(),
        outcomes={word: count for owner, word, count in outcomes if owner == row.id},
        zones=dict(zones),
        **{state.value: states[state] for state in TargetState},
    )


async def next_due(sessions: Sessions, list_id: int, now: Instant) -> dict[str, Instant]:
    """By time zones, when the next target that is not due yet falls due."""
    query = select(Target.time_zones, func.min(Target.due_at)).group_by(Target.time_zones)
    query = query.where(Target.list_id == list_id, Target.state == TargetState.OPEN, Target.due_at > now)
    async with sessions() as session:
        return {zones: at for zones, at in await session.execute(query) if at is not None}


async def targets_page(
    sessions: Sessions, list_id: int, *, state: TargetState | None, after: int, limit: int
) -> Sequence[Target]:
    """Targets in the order they were imported, those behind id `after`. Raises NotFound."""
    where: list[ColumnElement[bool]] = [Target.list_id == list_id, Target.id > after]
    if state is not None:
        where.append(Target.state == state)
    async with sessions() as session:
        await _must_exist(session, list_id)
        return (await session.scalars(select(Target).where(*where).order_by(Target.id).limit(limit))).all()


async def attempts_page(
    sessions: Sessions, list_id: int, *, before: int | None, limit: int
) -> Sequence[tuple[Attempt, str]]:
    """Attempts with the name of whom they were for, newest first, those before id `before`. Raises NotFound."""
    query = select(Attempt, Target.name).join(Target, Target.id == Attempt.target_id)
    query = query.where(Attempt.list_id == list_id)
    if before is not None:
        query = query.where(Attempt.id < before)
    async with sessions() as session:
        await _must_exist(session, list_id)
        return (await session.execute(query.order_by(Attempt.id.desc()).limit(limit))).all()


async def list_row(sessions: Sessions, list_id: int) -> CallbackList:
    """A list. Raises NotFound."""
    async with sessions() as session:
        row = await session.get(CallbackList, list_id)
    if row is None:
        raise NotFound(f"There is no list {list_id}")
    return row


async def _must_exist(session: AsyncSession, list_id: int) -> None:
    if await session.get(CallbackList, list_id) is None:
        raise NotFound(f"There is no list {list_id}")

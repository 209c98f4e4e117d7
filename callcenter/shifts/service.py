"""Shifts in the database: read, changed, copied to the next week; and what agents did meanwhile."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, insert, literal_column, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import BadInput, Conflict
from callcenter.floor.facts import SeatState
from callcenter.floor.terms import Instant
from callcenter.reports.service import Sources
from callcenter.reports.spans import Span
from callcenter.settings import AgentSettings, Settings
from callcenter.shifts.presence import Reasons, Spell
from callcenter.shifts.rules import Kind, Part, Planned, check_apart, checked_parts, planned
from callcenter.shifts.tables import Shift, ShiftPart, ShiftTemplatePart
from callcenter.shifts.undoing import UNDO_SECONDS, Change, Key, LastChanges
from callcenter.store.batches import in_batches
from callcenter.store.engine import Sessions
from callcenter.store.tables import LONG_SPELL_SECONDS, seat_spells

AT_ONCE = 500
"""Rows of one statement."""

MOST_AGENT_DAYS = 10_000
"""Shifts of one answer: 300 agents on a month."""

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Planning:
    """What shifts work with. `write_down` has what ended until now written before it is counted."""

    sessions: Sessions
    settings: Settings
    sources: Sources
    write_down: Callable[[], Awaitable[None]]
    clock: Callable[[], Instant]
    last_changes: LastChanges = field(default_factory=LastChanges)

    @property
    def reasons(self) -> Reasons:
        """For which reasons a pause is what a kind of part is for."""
        return {Kind(kind): codes for kind, codes in self.settings.shifts.reasons.model_dump(by_alias=True).items()}

    def planned(self, shift: "Seen") -> tuple[Planned, ...]:
        """The parts of a shift as they lie in time."""
        return planned(shift.day, shift.parts, self.settings.zone)


class Seen(Struct, frozen=True, kw_only=True):
    """A shift with its parts in their order."""

    agent_number: str
    day: date
    version: int
    changed_at: Instant
    changed_by: str
    parts: tuple[Part, ...]


class Saved(Struct, frozen=True, kw_only=True):
    """What became of many shifts at once."""

    added: int
    replaced: int
    unchanged: int


async def shifts(sessions: Sessions, agents: Iterable[AgentSettings], days: Collection[date]) -> list[Seen]:
    """The shifts of these agents on these dates, by date and agent."""
    async with sessions() as session:
        return await _shifts(session, [one.number for one in agents], min(days), max(days))


async def _shifts(session: AsyncSession, numbers: Sequence[str], first: date, last: date) -> list[Seen]:
    found: list[Seen] = []
    for some in in_batches(numbers, AT_ONCE):
        wanted = and_(Shift.agent_number.in_(some), Shift.day >= first, Shift.day <= last)
        rows = (await session.scalars(select(Shift).where(wanted))).all()
        parts: defaultdict[int, list[Part]] = defaultdict(list)
        of_them = select(ShiftPart).join(Shift, Shift.id == ShiftPart.shift_id).where(wanted)
        for part in await session.scalars(of_them.order_by(ShiftPart.start_minute)):
            parts[part.shift_id].append(part_of(part))
        found += [_seen(row, parts[row.id]) for row in rows]
    return sorted(found, key=lambda one: (one.day, one.agent_number))


def _seen(row: Shift, parts: Iterable[Part]) -> Seen:
    told = ("agent_number", "day", "version", "changed_at", "changed_by")
    return Seen(**{name: getattr(row, name) for name in told}, parts=tuple(parts))


# --- changing ---------------------------------------------------------------------------------------------------


async def save(planning: Planning, key: Key, parts: Iterable[Part], version: int, by: str) -> Seen:
    """Makes the shift (`version` 0), or replaces the parts of the one of that version.

    Raises BadInput, and Conflict where it is of another version by now, or there is none, or there is one.
    """
    checked, now = checked_parts(parts), planning.clock()
    try:
        async with planning.sessions.begin() as session:
            claimed = (await _next_versions(session, {key: version} if version else {}, by, now)).get(key)
            row_id = (await _make(session, [key], by, now))[key] if claimed is None else claimed
            _check_apart(await _around(session, [key]), {key: checked})
            await _write_parts(session, {row_id: checked})
    except IntegrityError as error:
        raise _conflict() from error
    planning.last_changes.forget([key])
    return Seen(agent_number=key[0], day=key[1], version=version + 1, changed_at=now, changed_by=by, parts=checked)


async def remove(planning: Planning, key: Key, version: int) -> None:
    """Takes a shift out of the plan. Raises Conflict unless there is one of that version."""
    async with planning.sessions.begin() as session:
        ids = await _next_versions(session, {key: version}, "", planning.clock())
        await _delete(session, list(ids.values()))
    planning.last_changes.forget([key])


async def _delete(session: AsyncSession, ids: Sequence[int]) -> None:
    for some in in_batches(ids, AT_ONCE):
        await session.execute(delete(ShiftPart).where(ShiftPart.shift_id.in_(some)))
        await session.execute(delete(Shift).where(Shift.id.in_(some)))


async def _next_versions(session: AsyncSession, versions: Mapping[Key, int], by: str, now: Instant) -> dict[Key, int]:
    """The ids of these shifts, which are ours until the end of the transaction, each with the version after this one.

    Raises Conflict unless each of them is of this version: asked by the very statement that changes it, since of two
    who read first and then write, both would have read the same.
    """
    ids: dict[Key, int] = {}
    for some in in_batches(list(versions), AT_ONCE):
        wanted = tuple_(Shift.agent_number, Shift.day, Shift.version).in_([(*key, versions[key]) for key in some])
        ours = update(Shift).where(wanted).values(version=Shift.version + 1, changed_at=now, changed_by=by)
        rows = await session.execute(ours.returning(Shift.agent_number, Shift.day, Shift.id))
        ids |= {(row.agent_number, row.day): row.id for row in rows}
    if len(ids) != len(versions):
        raise _conflict()
    return ids


async def _make(session: AsyncSession, keys: Iterable[Key], by: str, now: Instant) -> dict[Key, int]:
    """The ids of new shifts. Raises IntegrityError where there is one already."""
    rows = {key: Shift(agent_number=key[0], day=key[1], version=1, changed_at=now, changed_by=by) for key in keys}
    session.add_all(rows.values())
    await session.flush()
    return {key: row.id for key, row in rows.items()}


def _conflict() -> Conflict:
    return Conflict("Somebody has changed this shift meanwhile; load it again", field="version")


def part_of(row: ShiftPart | ShiftTemplatePart) -> Part:
    """A part as it is planned, of a row of a shift or of a template."""
    return Part(row.start_minute, row.end_minute, Kind(row.kind))


def values_of(part: Part) -> dict[str, object]:
    """The same as the columns of either."""
    return {"start_minute": part.start_minute, "end_minute": part.end_minute, "kind": part.kind.value}


async def _write_parts(session: AsyncSession, parts: Mapping[int, Sequence[Part]]) -> None:
    for some in in_batches(list(parts), AT_ONCE):
        await session.execute(delete(ShiftPart).where(ShiftPart.shift_id.in_(some)))
        rows = [{"shift_id": one, **values_of(part)} for one in some for part in parts[one]]
        await session.execute(insert(ShiftPart), rows)


async def save_all(
    planning: Planning, wanted: Mapping[Key, tuple[Part, ...]], by: str, *, keeps_present: bool = False, dry: bool
) -> Saved:
    """Makes or replaces all of these shifts, or none of them; `dry`: only counts.

    With `keeps_present` those that are there stay as they are. For some minutes it can be undone.

    Raises BadInput where one goes on when the next has begun, Conflict where somebody makes or changes one of them at
    the same moment.
    """
    if not wanted:
        return Saved(added=0, replaced=0, unchanged=0)
    try:
        async with planning.sessions.begin() as session:
            around = await _around(session, wanted)
            present = {key: seen for key, seen in around.items() if key in wanted}
            new = [key for key in wanted if key not in present]
            changed = [key for key, seen in present.items() if seen.parts != wanted[key] and not keeps_present]
            _check_apart(around, {key: wanted[key] for key in (*new, *changed)})
            if not dry:
                now = planning.clock()
                ids = await _next_versions(session, {key: present[key].version for key in changed}, by, now)
                ids |= await _make(session, new, by, now)
                await _write_parts(session, {ids[key]: wanted[key] for key in ids})
    except IntegrityError as error:
        raise _conflict() from error
    if not dry and (new or changed):
        _keep_change(planning, by, new, [present[key] for key in changed])
    return Saved(added=len(new), replaced=len(changed), unchanged=len(present) - len(changed))


async def _around(session: AsyncSession, keys: Collection[Key]) -> dict[Key, Seen]:
    """The shifts of these agents from the day before the first of these dates to the day after the last."""
    numbers, days = sorted({number for number, _ in keys}), [day for _, day in keys]
    found = await _shifts(session, numbers, min(days) - DAY, max(days) + DAY)
    return {(one.agent_number, one.day): one for one in found}


def _check_apart(around: Mapping[Key, Seen], wanted: Mapping[Key, tuple[Part, ...]]) -> None:
    check_apart({key: one.parts for key, one in around.items()} | dict(wanted))


def _keep_change(planning: Planning, by: str, new: Collection[Key], replaced: Iterable[Seen]) -> None:
    before = {(one.agent_number, one.day): one for one in replaced}
    versions = dict.fromkeys(new, 1) | {key: one.version + 1 for key, one in before.items()}
    parts = {key: one.parts for key, one in before.items()}
    planning.last_changes.forget(versions)
    planning.last_changes.keep(by, Change(at=planning.clock(), versions=versions, replaced=parts))


class Undone(Struct, frozen=True, kw_only=True):
    """What was undone: shifts that are gone again, and shifts that are what they were."""

    removed: int
    restored: int


async def undo(planning: Planning, by: str, change: Change) -> Undone:
    """Puts back what an account changed at once.

    Raises Conflict where one of these shifts has been changed since, BadInput where one that comes back goes on when
    another one has begun that was planned meanwhile.
    """
    async with planning.sessions.begin() as session:
        ids = await _next_versions(session, change.versions, by, planning.clock())
        await _delete(session, [ids[key] for key in change.added])
        if change.replaced:
            _check_apart(await _around(session, change.replaced), change.replaced)
            await _write_parts(session, {ids[key]: parts for key, parts in change.replaced.items()})
    planning.last_changes.forget(change.versions)
    return Undone(removed=len(change.added), restored=len(change.replaced))


def undoable(planning: Planning, by: str) -> Change:
    """What an account changed at once in the last minutes. Raises Conflict where there is none."""
    change = planning.last_changes.of(by, planning.clock())
    if change is None:
        raise Conflict(
            f"there is nothing to undo: a copied week or an imported file can be undone for {UNDO_SECONDS // 60:.0f} "
            "minutes, until one of its shifts is changed"
        )
    return change


async def copy_week(
    planning: Planning, agents: Sequence[AgentSettings], monday: date, by: str, *, dry: bool = False
) -> Saved:
    """Plans the next week of these agents as this one; shifts that are there already stay as they are.

    `dry`: only counts. Raises BadInput where nothing is planned in this week.
    """
    week = [monday + timedelta(days=days) for days in range(7)]
    found = await shifts(planning.sessions, agents, week)
    if not found:
        raise BadInput("nothing is planned in this week", field="monday")
    wanted = {(one.agent_number, one.day + WEEK): one.parts for one in found}
    return await save_all(planning, wanted, by, keeps_present=True, dry=dry)


# --- what agents did --------------------------------------------------------------------------------------------


def check_agent_days(agents: Collection[AgentSettings], days: Collection[date]) -> None:
    """Raises BadInput where that would be too many shifts for one answer."""
    if len(agents) * len(days) > MOST_AGENT_DAYS:
        raise BadInput(f"to: {len(agents)} agents on {len(days)} days; ask for one team, or for fewer days", field="to")


async def spells_of(planning: Planning, numbers: Collection[str], span: Span) -> dict[str, list[Spell]]:
    """What these agents did in a span, at whatever phone, by their number."""
    s = seat_spells.c
    # The number is written out, so that the condition of long spells is seen to be that of their index.
    longest_short: ColumnElement[float] = literal_column(str(LONG_SPELL_SECONDS))
    is_short = and_(s.until - s.since <= longest_short, s.since > span.since - LONG_SPELL_SECONDS - 1)
    is_long = s.until - s.since > longest_short
    found: defaultdict[str, list[Spell]] = defaultdict(list)
    async with planning.sessions() as session:
        for some in in_batches(sorted(numbers), AT_ONCE):
            touching = (s.agent_number.in_(some), s.since < span.until, s.until > span.since)
            wanted = select(s.agent_number, s.state, s.reason, s.since, s.until).where(
                *touching, or_(is_short, is_long)
            )
            rows = (await session.execute(wanted.order_by(s.since))).all()
            for number, of_agent in (await asyncio.to_thread(_by_number, rows)).items():
                found[number] += of_agent
    for spell in planning.sources.spells_under_way():
        if spell.agent_number in numbers:
            found[spell.agent_number].append(Spell(spell.state, spell.reason, spell.since, spell.until))
    return found


def _by_number(rows: Iterable[Sequence[Any]]) -> dict[str, list[Spell]]:
    found: defaultdict[str, list[Spell]] = defaultdict(list)
    for number, state, *rest in rows:
        found[number].append(Spell(SeatState(state), *rest))
    return found

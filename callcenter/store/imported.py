"""Facts from another account of the same time (queue_log) into rows, beside those that were recorded live.

An imported fact never replaces a certain one. That other account may count a channel's joins from another beginning,
does not know the ids of rings, and knows Local channels where we know phones: so what is already there is recognised by
its channel or agent, its queue and its time as well as by its key.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from msgspec import structs
from sqlalchemy import ColumnElement, Table, and_, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.floor.facts import AnyFact, Conversation, Fact, QueueVisit, Ring, SeatSpell, VisitOutcome
from callcenter.floor.terms import PbxName
from callcenter.store.erased import Erased
from callcenter.store.tables import conversations, queue_visits, rings, seat_spells
from callcenter.store.touched import touch
from callcenter.store.upsert import Columns, upsert

TOLERANCE_SECONDS = 2.0
"""Whole seconds on one side, and the time that Asterisk takes to write a line."""

REFUSED = (VisitOutcome.REFUSED_EMPTY, VisitOutcome.REFUSED_FULL)

Found = Mapping[Any, Any]


async def import_facts(
    engine: AsyncEngine, pbx: PbxName, facts: Iterable[AnyFact], own_ids: str, erased: Erased | None = None
) -> None:
    """Writes the facts of one PBX, all or none. Ring ids that begin with `own_ids` are none of Asterisk's.

    Persons who were `erased` are written blank; None: nobody can be.
    """
    async with engine.begin() as connection:
        kinds: dict[type[Fact], list[Any]] = {}
        for fact in facts if erased is None else await erased.blanked(connection, list(facts)):
            kinds.setdefault(type(fact), []).append(fact)
        visits, talks = kinds.get(QueueVisit, []), kinds.get(Conversation, [])
        stored = Stored(connection, pbx)
        known = await stored.visits(
            {fact.channel_id for fact in (*visits, *kinds.get(Ring, []))} | {fact.call_id for fact in talks}
        )
        if known:
            kinds[QueueVisit] = numbered(visits, known)
            kinds[Ring] = new_rings(kinds.get(Ring, []), await stored.rings(known, own_ids), own_ids)
            kinds[Conversation] = new_talks(talks, await stored.talks(known), known)
        if spells := kinds.get(SeatSpell):
            kinds[SeatSpell] = new_spells(spells, await stored.spells(spells))
        await touch(connection, kinds)
        for kind, new in kinds.items():
            if new:
                await upsert(connection, kind, new, _surer)


class Stored:
    """What the database has of the stays and agents of a batch."""

    def __init__(self, connection: AsyncConnection, pbx: PbxName) -> None:
        self._connection = connection
        self._pbx = pbx

    async def visits(self, channels: Collection[str]) -> Sequence[Found]:
        """The visits of these channels."""
        c = queue_visits.c
        columns = (c.channel_id, c.queue, c.join, c.joined_at, c.outcome, c.call_id)
        return await self._rows(queue_visits, columns, c.channel_id.in_(channels))

    async def rings(self, visits: Iterable[Found], own_ids: str) -> Sequence[Found]:
        """The rings of these visits' calls that were seen live."""
        c = rings.c
        is_live = ~c.ring_id.startswith(own_ids, autoescape=True)
        columns = (c.channel_id, c.queue, c.ended_at)
        return await self._rows(rings, columns, and_(c.call_id.in_({visit["call_id"] for visit in visits}), is_live))

    async def talks(self, visits: Iterable[Found]) -> Sequence[Found]:
        """The conversations of these visits' calls."""
        c = conversations.c
        columns = (c.call_id, c.queue, c.leg_id, c.began_at)
        return await self._rows(conversations, columns, c.call_id.in_({visit["call_id"] for visit in visits}))

    async def spells(self, spells: Sequence[SeatSpell]) -> Sequence[Found]:
        """What these agents did in that time."""
        c = seat_spells.c
        is_theirs = or_(
            c.interface.in_({spell.interface for spell in spells}),
            c.agent_name.in_({spell.agent_name for spell in spells}),
        )
        is_then = and_(c.since < max(spell.until for spell in spells), c.until > min(spell.since for spell in spells))
        return await self._rows(seat_spells, (c.interface, c.agent_name, c.since, c.until), and_(is_theirs, is_then))

    async def _rows(self, table: Table, columns: Iterable[Any], condition: ColumnElement[bool]) -> Sequence[Found]:
        result = await self._connection.execute(select(*columns).where(table.c.pbx == self._pbx, condition))
        return result.mappings().all()


def numbered(visits: Iterable[QueueVisit], stored: Iterable[Found]) -> list[QueueVisit]:
    """The visits with the join that the same stay has in the database; a stay that is not there gets a free one.

    Joins differ where one side saw what the other did not: a caller refused at the door, the beginning of the log.
    """
    stays: dict[tuple[str, str], list[Found]] = {}
    for row in stored:
        stays.setdefault((row["channel_id"], row["queue"]), []).append(row)
    taken = {(*stay, row["join"]) for stay, rows in stays.items() for row in rows}
    result = []
    for visit in visits:
        stay = visit.channel_id, visit.queue
        same = _same(visit, stays.get(stay, []))
        if same is not None:
            join = same["join"]
            stays[stay].remove(same)
        else:
            join = next(join for join in count(visit.join) if (*stay, join) not in taken)
        taken.add((*stay, join))
        result.append(visit if join == visit.join else structs.replace(visit, join=join))
    return result


def _same(visit: QueueVisit, rows: Iterable[Found]) -> Found | None:
    near = [
        row
        for row in rows
        if row["outcome"] not in REFUSED and abs(row["joined_at"] - visit.joined_at) <= TOLERANCE_SECONDS
    ]
    return min(near, key=lambda row: (row["join"] != visit.join, abs(row["joined_at"] - visit.joined_at)), default=None)


def new_rings(new: Iterable[Ring], stored: Iterable[Found], own_ids: str) -> list[Ring]:
    """Without those that were seen live, which have an id of Asterisk's there."""
    seen: dict[tuple[str, str], list[float]] = {}
    for row in stored:
        seen.setdefault((row["channel_id"], row["queue"]), []).append(row["ended_at"])
    return [
        ring
        for ring in new
        if not ring.ring_id.startswith(own_ids) or not _is_near(ring.ended_at, seen.get((ring.channel_id, ring.queue)))
    ]


def new_talks(new: Iterable[Conversation], stored: Iterable[Found], visits: Iterable[Found]) -> list[Conversation]:
    """Without those seen live on another leg: at the phone behind a Local channel, which is all that the log knows."""
    channels: dict[str, set[str]] = {}
    for visit in visits:
        channels.setdefault(visit["call_id"], set()).add(visit["channel_id"])
    seen: dict[tuple[str, str], list[Found]] = {}
    for row in stored:
        for channel_id in channels.get(row["call_id"], ()):
            seen.setdefault((channel_id, row["queue"]), []).append(row)
    return [
        talk
        for talk in new
        if not any(
            row["leg_id"] != talk.leg_id and _is_near(talk.began_at, (row["began_at"],))
            for row in seen.get((talk.call_id, talk.queue), ())
        )
    ]


def _is_near(at: float, others: Iterable[float] | None) -> bool:
    return any(abs(at - other) <= TOLERANCE_SECONDS for other in others or ())


def new_spells(new: Iterable[SeatSpell], stored: Iterable[Found]) -> list[SeatSpell]:
    """Without those of a time in which the seat was seen live, whatever it did: live spells leave no gap."""
    rows: dict[str, list[Found]] = {}
    for row in stored:
        for name in {row["interface"], row["agent_name"]}:
            rows.setdefault(name, []).append(row)
    return [
        spell
        for spell in new
        if not any(_is_another(spell, row) for row in (*rows.get(spell.interface, ()), *rows.get(spell.agent_name, ())))
    ]


def _is_another(spell: SeatSpell, row: Found) -> bool:
    overlaps: bool = row["since"] < spell.until and row["until"] > spell.since
    return overlaps and (row["interface"], row["since"]) != (spell.interface, spell.since)


def _surer(old: Columns, new: Columns) -> ColumnElement[bool]:
    """Replaces what was concluded by what was seen, and what was lost by whatever is known."""
    lost: ColumnElement[str] = literal_column(f"'{VisitOutcome.LOST}'")
    is_more = or_(new.is_certain, old.outcome == lost) if "outcome" in old else new.is_certain
    return and_(~old.is_certain, is_more)

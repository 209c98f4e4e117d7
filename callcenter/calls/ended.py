"""Other systems are told of each call that is over: the webhook `call.ended` (docs/api.md, Calls and recordings).

It is put into the outbox in the transaction that writes the record of the call, and only where there was none before:
a journal that is read back, or a gap that is settled, tells a record again, but nobody is told twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from callcenter.calls.answers import CallTold
from callcenter.delivery.kinds import EventKind
from callcenter.delivery.service import post_webhooks, wanting
from callcenter.floor.facts import AnyFact, CallRecord, Conversation, Fact, QueueVisit
from callcenter.floor.floor import Floor
from callcenter.store.batches import in_batches
from callcenter.store.tables import calls, conversations, fact_of, queue_visits

CALL_ENDED = EventKind("call.ended", CallTold)

MOST_CALLS = 2_000
"""Databases take some 32,000 parameters in one statement."""

Place = tuple[str, str]
"""PBX and call."""

Part = QueueVisit | Conversation
Parts = dict[tuple[object, ...], Part]
"""Stays and talks by their keys: each once, wherever it stands."""


class CallsEnded:
    """Tells of calls whose records are written. The `floor` knows the talks whose wrap-up is under way."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def tell(self, connection: AsyncConnection, batch: Sequence[AnyFact], waiting: Iterable[AnyFact]) -> None:
        """Puts the events of the calls of a batch into the outbox, before the batch is written."""
        records = {_place(fact): fact for fact in batch if isinstance(fact, CallRecord)}
        if not records:
            return
        async with AsyncSession(connection, expire_on_commit=False) as db, db.begin():
            webhooks = await wanting(db, CALL_ENDED)
            if not webhooks:
                return
            for place in await _stored(db, records):
                records.pop(place, None)
            # Nothing is written meanwhile: each part of a call is in the database, waits, or is at a seat still.
            parts = await _stored_parts(db, records) | self._unwritten(records, waiting)
            of_call: dict[Place, list[Part]] = {}
            for part in parts.values():
                of_call.setdefault(_place(part), []).append(part)
            for place, record in records.items():
                ended = told(record, of_call.get(place, ()))
                await post_webhooks(db, CALL_ENDED, ended, record.ended_at, to=webhooks)

    def _unwritten(self, places: Iterable[Place], waiting: Iterable[AnyFact]) -> Parts:
        wanted = set(places)
        return {_key(part): part for part in (*self._at_seats(), *_among(waiting)) if _place(part) in wanted}

    def _at_seats(self) -> Iterator[Conversation]:
        for site in self._floor.sites.values():
            for seat in site.seats.values():
                if seat.unfinished is not None:
                    yield seat.unfinished


def told(record: CallRecord, parts: Sequence[Part]) -> CallTold:
    """What is told of a call with these stays and talks."""
    visits = sorted((one for one in parts if isinstance(one, QueueVisit)), key=attrgetter("joined_at"))
    talks = sorted((one for one in parts if isinstance(one, Conversation)), key=attrgetter("began_at"))
    visit, last = visits[-1] if visits else None, (talks or visits or [None])[-1]
    return CallTold(
        pbx=record.pbx,
        call_id=record.call_id,
        direction=record.direction,
        number=record.number,
        caller_name=record.caller_name,
        dialled=record.dialled,
        started_at=record.started_at,
        answered_at=record.answered_at,
        ended_at=record.ended_at,
        is_certain=record.is_certain,
        queue=visit.queue if visit else "",
        outcome=visit.outcome if visit else None,
        agent_number=last.agent_number if last else "",
        agent_name=last.agent_name if last else "",
        wait_seconds=sum(one.wait_seconds for one in visits),
        talk_seconds=sum(one.talk_seconds for one in talks),
        hold_seconds=sum(one.hold_seconds for one in talks),
        attempt_id=record.attempt_id,
    )


def _among(facts: Iterable[AnyFact]) -> Iterator[Part]:
    return (fact for fact in facts if isinstance(fact, QueueVisit | Conversation))


async def _stored(db: AsyncSession, places: Iterable[Place]) -> list[Place]:
    """Which of these calls have a record already."""
    found: list[Place] = []
    for pbx, ids in _by_pbx(places):
        rows = await db.scalars(select(calls.c.call_id).where(calls.c.pbx == pbx, calls.c.call_id.in_(ids)))
        found += [(pbx, call_id) for call_id in rows]
    return found


async def _stored_parts(db: AsyncSession, places: Iterable[Place]) -> Parts:
    found: list[Part] = []
    for pbx, ids in _by_pbx(places):
        stays = select(queue_visits).where(queue_visits.c.pbx == pbx, queue_visits.c.call_id.in_(ids))
        talks = select(conversations).where(conversations.c.pbx == pbx, conversations.c.call_id.in_(ids))
        found += [fact_of(QueueVisit, row) for row in (await db.execute(stays)).mappings()]
        found += [fact_of(Conversation, row) for row in (await db.execute(talks)).mappings()]
    return {_key(part): part for part in found}


def _by_pbx(places: Iterable[Place]) -> Iterator[tuple[str, Sequence[str]]]:
    of_pbx: dict[str, list[str]] = {}
    for pbx, call_id in places:
        of_pbx.setdefault(pbx, []).append(call_id)
    for pbx, ids in of_pbx.items():
        for part in in_batches(ids, MOST_CALLS):
            yield pbx, part


def _place(fact: CallRecord | Part) -> Place:
    return fact.pbx, fact.call_id


def _key(fact: Fact) -> tuple[object, ...]:
    return type(fact), *(getattr(fact, name) for name in fact.key)

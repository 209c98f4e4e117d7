"""What the rules ask about recordings: the tags, lists, queues and holds of their calls."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.service import Key
from callcenter.dialer.tables import Attempt
from callcenter.floor.terms import Instant
from callcenter.retention.holds import held_among, of_calls
from callcenter.retention.rulebook import labelled, rules_in
from callcenter.retention.rules import Kept, deciding_rule, kept_until
from callcenter.retention.tables import CallTag
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, conversations, queue_visits, recording_files


async def kept_among(session: AsyncSession, ended: Mapping[Key, Instant]) -> dict[Key, Kept]:
    """What is known of the recordings of these calls, each of which ended then."""
    held = await held_among(session, ended)
    tags = await _tags(session, ended)
    queues = await _queues(session, ended)
    lists = await _lists(session, ended)
    return {
        key: Kept(
            ended_at=ended_at,
            is_held=key in held,
            tags=frozenset(tags[key]),
            lists=lists.get(key, frozenset()),
            queues=frozenset(queues[key]),
        )
        for key, ended_at in ended.items()
    }


def _by_call(rows: Iterable[Any]) -> defaultdict[Key, set[str]]:
    found: defaultdict[Key, set[str]] = defaultdict(set)
    for pbx, call_id, value in rows:
        found[pbx, call_id].add(value)
    return found


async def _tags(session: AsyncSession, keys: Collection[Key]) -> defaultdict[Key, set[str]]:
    query = select(CallTag.pbx, CallTag.call_id, CallTag.tag)
    return _by_call(
        await session.execute(query.where(CallTag.removed_at.is_(None), of_calls(CallTag.pbx, CallTag.call_id, keys)))
    )


async def _queues(session: AsyncSession, keys: Collection[Key]) -> defaultdict[Key, set[str]]:
    parts = [
        select(table.c.pbx, table.c.call_id, table.c.queue).where(
            table.c.queue != "", of_calls(table.c.pbx, table.c.call_id, keys)
        )
        for table in (queue_visits, conversations)
    ]
    return _by_call(await session.execute(union(*parts)))


async def _lists(session: AsyncSession, keys: Collection[Key]) -> dict[Key, frozenset[str] | None]:
    """The list whose dialer placed each call. None: its attempt went with its list, and it may have been any.

    A call of the dialer that left no record is found by its id, which is that of its first channel.
    """
    placed = select(calls.c.pbx, calls.c.call_id, calls.c.attempt_id).where(
        of_calls(calls.c.pbx, calls.c.call_id, keys)
    )
    attempt_of = {(pbx, call_id): attempt for pbx, call_id, attempt in await session.execute(placed)}
    wanted = {attempt for attempt in attempt_of.values() if attempt} | {call_id for _pbx, call_id in keys}
    query = select(Attempt.pbx, Attempt.attempt_id, Attempt.list_id).where(Attempt.attempt_id.in_(sorted(wanted)))
    list_of = {(pbx, attempt): str(list_id) for pbx, attempt, list_id in await session.execute(query)}
    found: dict[Key, frozenset[str] | None] = {
        key: frozenset([of_list]) for key, of_list in list_of.items() if key not in attempt_of
    }
    for (pbx, call_id), attempt in attempt_of.items():
        of_list = list_of.get((pbx, attempt or call_id))
        if of_list is not None:
            found[pbx, call_id] = frozenset([of_list])
        elif attempt:
            found[pbx, call_id] = None
    return found


async def kept_for(sessions: Sessions, pbx: str, call_id: str) -> dict[str, Any]:
    """Which rule decides about a call's recordings, and until when they are kept; None: for ever (docs/api.md)."""
    files = recording_files.c
    query = select(files.ended_at).where(files.pbx == pbx, files.call_id == call_id)
    async with sessions() as session:
        ends = (await session.scalars(query.order_by(files.ended_at))).all()
        if not ends:
            is_held = bool(await held_among(session, [(pbx, call_id)]))
            return {"is_held": is_held, "rule": None, "until": None}
        kept = (await kept_among(session, {(pbx, call_id): ends[-1]}))[pbx, call_id]
        rule = deciding_rule(await rules_in(session), kept)
        label = (await labelled(session, [rule]))[rule.id] if rule else ""
    told = {"scope": rule.scope, "label": label, "days": rule.days} if rule else None
    return {"is_held": kept.is_held, "rule": told, "until": kept_until(rule, kept) if rule else None}

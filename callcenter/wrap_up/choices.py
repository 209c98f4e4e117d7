"""Reasons and results: what a wrap-up form offers, edited as a whole. Each function is one transaction."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import Conflict
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions
from callcenter.wrap_up.rules import Choice, Entry, Kind, check_entries
from callcenter.wrap_up.tables import WrapUpChoice


async def all_choices(sessions: Sessions) -> Sequence[WrapUpChoice]:
    """Every choice, those below one another in their order; the retired ones behind the others."""
    async with sessions() as session:
        return await _rows(session)


async def _rows(session: AsyncSession, *, is_locking: bool = False) -> Sequence[WrapUpChoice]:
    order = (WrapUpChoice.retired_at.is_not(None), WrapUpChoice.place, WrapUpChoice.id)
    query = select(WrapUpChoice).order_by(*order)
    return (await session.scalars(query.with_for_update() if is_locking else query)).all()


def version_of(rows: Iterable[WrapUpChoice]) -> str:
    """What the choices are at this moment, in short: who changes them says what they looked at."""
    said = [
        (row.id, row.label_en, row.label_zh, row.queues, row.place, row.retired_at is None)
        for row in sorted(rows, key=lambda row: row.id)
    ]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]


def known(rows: Iterable[WrapUpChoice]) -> Mapping[int, Choice]:
    """The choices by their id, as the rules see them."""
    return {
        row.id: Choice(
            id=row.id,
            kind=Kind(row.kind),
            parent_id=row.parent_id,
            label_en=row.label_en,
            label_zh=row.label_zh,
            is_retired=row.retired_at is not None,
        )
        for row in rows
    }


async def save_choices(
    sessions: Sessions, reasons: Sequence[Entry], results: Sequence[Entry], *, version: str, now: Instant
) -> Sequence[WrapUpChoice]:
    """Puts these in the place of the present ones: what is left out is retired, what was retired comes back.

    Raises BadInput naming the field, Conflict where somebody else has changed them since `version`.
    """
    async with sessions.begin() as session:
        rows = await _rows(session, is_locking=True)
        if version != version_of(rows):
            raise Conflict("Somebody else has changed the reasons meanwhile; load them again")
        check_entries(reasons, results, known(rows))
        by_id = {row.id: row for row in rows}
        kept: set[int] = set()
        for kind, entries in ((Kind.REASON, reasons), (Kind.RESULT, results)):
            await _place(session, by_id, kept, kind, entries, None)
        for row in rows:
            if row.id not in kept and row.retired_at is None:
                row.retired_at = now
    return await all_choices(sessions)


async def _place(
    session: AsyncSession,
    by_id: Mapping[int, WrapUpChoice],
    kept: set[int],
    kind: Kind,
    entries: Sequence[Entry],
    parent_id: int | None,
) -> None:
    for place, entry in enumerate(entries):
        row = WrapUpChoice(kind=kind, parent_id=parent_id) if entry.id is None else by_id[entry.id]
        row.label_en, row.label_zh = entry.label_en.strip(), entry.label_zh.strip()
        row.queues, row.place, row.retired_at = list(entry.queues), place, None
        session.add(row)
        await session.flush()
        kept.add(row.id)
        await _place(session, by_id, kept, kind, entry.choices, row.id)

"""The do-not-call list: numbers and beginnings of numbers that nobody calls."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.leasing import serialise
from callcenter.dialer.numbers import SHORTEST_PREFIX
from callcenter.dialer.permit import Ban
from callcenter.dialer.tables import DoNotCall
from callcenter.errors import NotFound
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions


class NewBan(Struct, frozen=True):
    """An entry to make: a number or prefix (`+` and digits), until when, from where, and why."""

    number: str
    is_prefix: bool = False
    expires_at: Instant | None = None
    source: str = ""
    note: str = ""


async def bans_of(session: AsyncSession, numbers: Collection[str], now: Instant) -> dict[str, Ban]:
    """What forbids each of these numbers now, the longest of several; numbers that nothing forbids are left out."""
    beginnings = {number: _beginnings(number) for number in numbers}
    entries = select(DoNotCall.number, DoNotCall.is_prefix, DoNotCall.expires_at).where(
        or_(DoNotCall.expires_at.is_(None), DoNotCall.expires_at > now),
        or_(
            and_(DoNotCall.is_prefix.is_(False), DoNotCall.number.in_(numbers)),
            and_(DoNotCall.is_prefix.is_(True), DoNotCall.number.in_(set().union(*beginnings.values()))),
        ),
    )
    found = (await session.execute(entries)).all()
    bans = {}
    for number, parts in beginnings.items():
        ends = [row.expires_at for row in found if (row.number in parts if row.is_prefix else row.number == number)]
        if ends:
            bans[number] = Ban(None if None in ends else max(end for end in ends if end is not None))
    return bans


def _beginnings(number: str) -> set[str]:
    return {number[:length] for length in range(SHORTEST_PREFIX, len(number) + 1)}


async def unlisted(session: AsyncSession, numbers: Collection[str]) -> set[str]:
    """Those of these numbers that have no entry of their own without an end."""
    lasting = select(DoNotCall.number).where(DoNotCall.is_prefix.is_(False), DoNotCall.expires_at.is_(None))
    return set(numbers).difference(await session.scalars(lasting.where(DoNotCall.number.in_(numbers))))


async def ban(sessions: Sessions, entries: Sequence[NewBan], *, now: Instant, by: str) -> int:
    """Adds entries, all or none; one that is there takes over the new expiry, source and note. How many.

    Once this returns, no attempt is committed to any of these numbers.
    """
    async with sessions.begin() as session:
        return await ban_in(session, entries, now=now, by=by)


async def ban_in(session: AsyncSession, entries: Sequence[NewBan], *, now: Instant, by: str) -> int:
    """As `ban`, in the caller's transaction."""
    rows = [{f: getattr(entry, f) for f in entry.__struct_fields__} | {"created_at": now, "created_by": by}
            for entry in {(entry.number, entry.is_prefix): entry for entry in entries}.values()]  # fmt: skip
    if not rows:
        return 0
    await serialise(session)
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(DoNotCall)
    taken_over = ("expires_at", "source", "note", "created_at", "created_by")
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["number", "is_prefix"], set_={name: statement.excluded[name] for name in taken_over}
        ),
        rows,
    )
    return len(rows)


async def unban(sessions: Sessions, entry_id: int) -> None:
    """Removes an entry. Raises NotFound."""
    async with sessions.begin() as session:
        gone = await session.scalar(delete(DoNotCall).where(DoNotCall.id == entry_id).returning(DoNotCall.id))
        if gone is None:
            raise NotFound(f"There is no entry {entry_id} on the do-not-call list")


async def bans_page(
    sessions: Sessions, *, beginning: str, before: int | None, limit: int
) -> tuple[Sequence[DoNotCall], int]:
    """Entries, newest first, those before id `before` whose number begins so; and how many there are in all."""
    where: list[ColumnElement[bool]] = [DoNotCall.number.startswith(beginning, autoescape=True)] if beginning else []
    async with sessions() as session:
        count = await session.scalar(select(func.count()).select_from(DoNotCall).where(*where))
        if before is not None:
            where.append(DoNotCall.id < before)
        query = select(DoNotCall).where(*where).order_by(DoNotCall.id.desc()).limit(limit)
        return (await session.scalars(query)).all(), count or 0

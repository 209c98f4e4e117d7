"""How far the tables reach: the newest instant that any fact of a PBX tells of."""

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.floor.terms import Instant, PbxName
from callcenter.store.tables import FACT_TABLES

_ENDS = ("completed_at", "until", "ended_at")


async def last_stored_at(engine: AsyncEngine, pbx: PbxName) -> Instant:
    """When the newest stored fact of a PBX ended; 0 without any."""
    newest = [
        select(func.max(next(table.c[end] for end in _ENDS if end in table.c)).label("at")).where(table.c.pbx == pbx)
        for table in FACT_TABLES.values()
    ]
    ends = union_all(*newest).subquery()
    async with engine.connect() as connection:
        return float(await connection.scalar(select(func.max(ends.c.at))) or 0.0)

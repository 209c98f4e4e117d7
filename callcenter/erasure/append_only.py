"""Tables that can only grow, changed for once: in one transaction nobody else sees them unguarded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

GUARDED = frozenset(
    {"audit_entries", "call_holds", "recording_accesses", "recording_deletions", "review_steps"} | {"ticket_changes"}
)
"""What store/migrations/append_only.py keeps."""


@asynccontextmanager
async def unguarded(session: AsyncSession, table: str) -> AsyncIterator[None]:
    """Rows of the table can be changed during the block, by this transaction alone. For the first statements in it."""
    if table not in GUARDED:
        yield
        return
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        # The driver opens no transaction before DDL.
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        found = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        triggers = (await connection.execute(found, {"table": table})).all()
        for name, _sql in triggers:
            await connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        await session.flush()
        for _name, sql in triggers:
            await connection.exec_driver_sql(sql)
        return
    await connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {table}_kept")
    yield
    await session.flush()
    await connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER {table}_kept")

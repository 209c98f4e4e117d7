"""Entries of a ticket's history."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.floor.terms import Instant
from callcenter.tickets.tables import TicketChange

BY_ITSELF = "callcenter"
"""Who escalates and calls back in the history: the server."""


async def note(session: AsyncSession, ticket_id: int, by: str, at: Instant, columns: Mapping[str, Any]) -> None:
    """Writes an entry of a ticket's history."""
    session.add(TicketChange(ticket_id=ticket_id, by=by, at=at, **columns))
    await session.flush()

"""Entries of a ticket's history; other systems are told of each (docs/api.md, Tickets)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.delivery.kinds import EventKind
from callcenter.delivery.service import post_webhooks, wanting
from callcenter.floor.terms import Instant
from callcenter.tickets.rules import Outcome, State, What, number_of
from callcenter.tickets.tables import Ticket, TicketChange
from callcenter.tickets.telling import TicketName, TicketStanding, TicketTold

BY_ITSELF = "callcenter"
"""Who escalates and calls back in the history: the server."""

TICKET_CHANGED = EventKind("ticket.changed", TicketTold)


async def note(session: AsyncSession, ticket_id: int, by: str, at: Instant, columns: Mapping[str, Any]) -> None:
    """Writes an entry of a ticket's history, and tells webhooks of it in the same transaction."""
    change = TicketChange(ticket_id=ticket_id, by=by, at=at, **columns)
    session.add(change)
    await session.flush()
    if webhooks := await wanting(session, TICKET_CHANGED):
        row = await session.get_one(Ticket, ticket_id)
        told = TicketTold(what=What(change.what), details=change.details, at=at, by=by, ticket=_standing(row))
        await post_webhooks(session, TICKET_CHANGED, told, at, to=webhooks)


def _standing(row: Ticket) -> TicketStanding:
    into = row.merged_into
    return TicketStanding(
        id=row.id,
        ticket=number_of(row.id),
        type=row.type,
        subject=row.subject,
        state=State(row.state),
        customer_id=row.customer_id,
        caller_number=row.caller_number,
        owner_agent=row.owner_agent,
        owner_user=row.owner_user,
        team=row.team,
        queue=row.queue,
        due_at=row.due_at,
        outcome=Outcome(row.outcome) if row.outcome else "",
        result=row.result,
        merged_into=None if into is None else TicketName(id=into, ticket=number_of(into)),
    )

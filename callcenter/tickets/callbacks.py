"""Closed complaints ask for a callback: which there are, and the target of a list that was raised for one."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.service import as_shown, numbers_of
from callcenter.floor.terms import Instant
from callcenter.tickets.rules import Complaint, State, What, told_change
from callcenter.tickets.service import BY_ITSELF, note
from callcenter.tickets.tables import Ticket, TicketCallback


async def closed_complaints(
    session: AsyncSession, types: Collection[str], since: Instant, queue: str
) -> list[Complaint]:
    """The tickets of these types that were closed since an instant, of a queue ("": any), the first closed first."""
    query = select(Ticket).where(
        Ticket.state == State.CLOSED, Ticket.closed_at >= since, Ticket.type.in_(types), Ticket.merged_into.is_(None)
    )
    if queue:
        query = query.where(Ticket.queue == queue)
    rows = (await session.scalars(query.order_by(Ticket.closed_at, Ticket.id))).all()
    customers = await as_shown(session, {row.customer_id for row in rows if row.customer_id is not None})
    numbers = await numbers_of(session, {one.id for one in customers.values()})
    found = []
    for row in rows:
        customer = customers.get(row.customer_id) if row.customer_id is not None else None
        first = next((one.number for one in numbers.get(customer.id, ())), "") if customer else ""
        name = customer.name if customer else ""
        found.append(Complaint(row.id, row.subject, row.closed_at or since, row.caller_number or first, name))
    return found


async def raise_callback(session: AsyncSession, ticket_id: int, target_id: int, now: Instant) -> None:
    """Puts a target with the ticket for which it was raised: what comes of it stands there."""
    session.add(TicketCallback(ticket_id=ticket_id, target_id=target_id, raised_at=now))
    await note(session, ticket_id, BY_ITSELF, now, told_change(What.CALLBACK_RAISED))

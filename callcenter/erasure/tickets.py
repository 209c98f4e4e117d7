"""The tickets of a person: what somebody wrote in them goes, and what was done when stays counted."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.service import with_merged
from callcenter.customers.tables import CustomerNumber
from callcenter.erasure.append_only import unguarded
from callcenter.erasure.around import Around
from callcenter.erasure.person import Person, of_these
from callcenter.lines import ERASED
from callcenter.store.batches import in_batches
from callcenter.tickets.tables import Ticket, TicketCall, TicketCallback, TicketChange, TicketStep

TICKETS_AT_ONCE = 500
WORDS = frozenset({"subject", "note", "result", "text", "step", "why", "caller_number"})
"""What somebody wrote, in the details of the history."""


async def _tickets(session: AsyncSession, person: Person) -> list[int]:
    """Those of the customers whose records go, of the numbers, and of the calls; what is erased already is not told."""
    numbers = [line.e164 for line in person.lines]
    theirs = select(CustomerNumber.customer_id).where(CustomerNumber.number.in_(numbers))
    customers = await with_merged(session, set(await session.scalars(theirs)))
    of_calls = [
        Ticket.id.in_(select(TicketCall.ticket_id).where(condition))
        for condition in of_these(TicketCall.pbx, TicketCall.call_id, person.keys)
    ]
    is_theirs = or_(Ticket.customer_id.in_(customers), Ticket.caller_number.in_(numbers), *of_calls)
    return list(await session.scalars(select(Ticket.id).where(is_theirs, Ticket.subject != ERASED).order_by(Ticket.id)))


async def count_tickets(session: AsyncSession, person: Person) -> int:
    """How many tickets are the person's."""
    return len(await _tickets(session, person))


async def erase_tickets(around: Around, person: Person, _reference: str) -> None:
    """The words and the number go; type, dates, owner and outcome stay."""
    async with around.sessions() as session:
        found = await _tickets(session, person)
    for some in in_batches(found, TICKETS_AT_ONCE):
        async with around.sessions.begin() as session, unguarded(session, "ticket_changes"):
            await _blank(session, some)


async def _blank(session: AsyncSession, ids: Collection[int]) -> None:
    words = {"subject": ERASED, "note": "", "caller_number": "", "result": ""}
    await session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(**words, customer_id=None))
    await session.execute(update(TicketStep).where(TicketStep.ticket_id.in_(ids)).values(text=ERASED))
    of_callbacks = select(TicketCallback).where(TicketCallback.ticket_id.in_(ids), TicketCallback.kept.is_not(None))
    for callback in await session.scalars(of_callbacks):
        callback.kept = _unsaid(callback.kept or {})
    for row in await session.scalars(select(TicketChange).where(TicketChange.ticket_id.in_(ids))):
        row.details = _blanked(row.details)


def _unsaid(kept: dict[str, Any]) -> dict[str, Any]:
    """What came of a callback, without whose it was and what was noted."""
    attempts = [attempt | {"note": ERASED if attempt["note"] else ""} for attempt in kept["attempts"]]
    return kept | {"number": ERASED, "attempts": attempts}


def _blanked(details: dict[str, Any]) -> dict[str, Any]:
    return {name: _words(value) if name in WORDS else value for name, value in details.items()}


def _words(value: Any) -> Any:
    """As it was and as it became, or what was said once."""
    return [ERASED] * len(value) if isinstance(value, list) else ERASED

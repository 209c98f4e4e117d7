"""Tickets found again: lists, one with everything that belongs to it, and the open ones of somebody who calls again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.customers.numbers import caller_number
from callcenter.customers.service import as_shown, with_merged
from callcenter.customers.tables import Customer, CustomerNumber
from callcenter.floor.terms import Instant
from callcenter.tickets.callbacks import Told, callbacks_of
from callcenter.tickets.rules import DAY_SECONDS, State, id_of, number_of
from callcenter.tickets.service import Context, family, is_given_to, is_told, told_row
from callcenter.tickets.tables import Ticket, TicketCall, TicketChange, TicketStep

MOST_OFFERED = 20
"""Open tickets of one caller that are told."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which tickets; None: any. `ticket` is a number as people say it, `number` a whole one of a caller.

    `is_unfinished` leaves those out that are closed, `is_mine` those that neither belong to who asks nor wait for their
    step.
    """

    ticket: str | None = None
    number: str | None = None
    customer_id: int | None = None
    state: str | None = None
    is_unfinished: bool = False
    type: str | None = None
    team: str | None = None
    owner: str | None = None
    is_overdue: bool = False
    is_escalated: bool = False
    is_mine: bool = False


class Shown(Struct, frozen=True):
    """A ticket with its customer as they are known now."""

    row: Ticket
    customer: Customer | None


class Whole(Struct, frozen=True):
    """A ticket with everything it has, that of the tickets merged into it included."""

    shown: Shown
    merged: Sequence[Ticket]
    steps: Sequence[TicketStep]
    calls: Sequence[TicketCall]
    changes: Sequence[TicketChange]
    callbacks: Sequence[Told]


# --- lists ------------------------------------------------------------------------------------------------------


async def page(context: Context, account: Account, wanted: Wanted, *, before: int | None, limit: int) -> list[Shown]:
    """Tickets of which the account is told, the newest first, none that is a part of another unless it is named."""
    async with context.sessions() as session:
        query = select(Ticket).where(is_told(account), *await _conditions(session, context, wanted))
        if wanted.is_mine:
            query = query.where(is_given_to(account, TicketStep.done_at.is_(None)))
        if wanted.ticket is None:
            query = query.where(Ticket.merged_into.is_(None))
        if before is not None:
            query = query.where(Ticket.id < before)
        rows = (await session.scalars(query.order_by(Ticket.id.desc()).limit(limit))).all()
        return await _shown(session, rows)


async def _conditions(session: AsyncSession, context: Context, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = list(_of_columns(wanted, context.clock()))
    if wanted.ticket is not None:
        ticket_id = id_of(wanted.ticket)
        found.append(Ticket.id == (0 if ticket_id is None else ticket_id))
    if wanted.customer_id is not None:
        found.append(Ticket.customer_id.in_(await with_merged(session, [wanted.customer_id])))
    if wanted.number is not None:
        found.append(await _of_caller(session, None, caller_number(wanted.number, context.region)))
    return found


def _of_columns(wanted: Wanted, now: Instant) -> Iterable[ColumnElement[bool]]:
    for name in ("state", "type", "team"):
        if (value := getattr(wanted, name)) is not None:
            yield getattr(Ticket, name) == value
    if wanted.owner is not None:
        yield or_(Ticket.owner_agent == wanted.owner, Ticket.owner_user == wanted.owner)
    if wanted.is_unfinished:
        yield Ticket.state != State.CLOSED
    if wanted.is_overdue:
        yield Ticket.next_due_at <= now
    if wanted.is_escalated:
        yield Ticket.escalation_level > 0


async def _shown(session: AsyncSession, rows: Sequence[Ticket]) -> list[Shown]:
    customers = await as_shown(session, {row.customer_id for row in rows if row.customer_id is not None})
    return [Shown(row, customers.get(row.customer_id) if row.customer_id else None) for row in rows]


async def shown(context: Context, account: Account, ticket_id: int) -> Shown:
    """A ticket. Raises NotFound, also for one outside the scope."""
    async with context.sessions() as session:
        [found] = await _shown(session, [await told_row(session, account, ticket_id)])
        return found


# --- who calls again --------------------------------------------------------------------------------------------


async def open_tickets(
    context: Context, account: Account, *, customer_id: int | None, number: str, lately: bool = False
) -> list[Shown]:
    """The tickets of a customer or a number (in any spelling, "": unknown) that are not closed, the newest first.

    With `lately` those of which the customer was heard within the days of the settings: another call is a repeat.
    """
    e164 = caller_number(number, context.region) if number else ""
    if customer_id is None and not e164:
        return []
    async with context.sessions() as session:
        theirs = await _of_caller(session, customer_id, e164)
        query = select(Ticket).where(theirs, is_told(account), Ticket.merged_into.is_(None))
        query = query.where(Ticket.state != State.CLOSED)
        if lately:
            query = query.where(Ticket.contact_at >= context.clock() - context.settings.repeat_days * DAY_SECONDS)
        rows = (await session.scalars(query.order_by(Ticket.id.desc()).limit(MOST_OFFERED))).all()
        return await _shown(session, rows)


async def _of_caller(session: AsyncSession, customer_id: int | None, number: str) -> ColumnElement[bool]:
    """That a ticket is a customer's, or of one of their numbers, or of a number and of whoever has it alone."""
    ids = set() if customer_id is None else {customer_id}
    if number and customer_id is None:
        having = select(CustomerNumber.customer_id).join(Customer, Customer.id == CustomerNumber.customer_id)
        owners = set(
            await session.scalars(having.where(CustomerNumber.number == number, Customer.merged_into.is_(None)))
        )
        # A number of several customers, a switchboard's, does not say whose ticket it is.
        ids |= owners if len(owners) == 1 else set()
    numbers = {number} - {""}
    if ids:
        own = select(CustomerNumber.number).where(CustomerNumber.customer_id.in_(ids))
        numbers |= set(await session.scalars(own))
        ids = await with_merged(session, ids)
    of_nobody_else = or_(Ticket.customer_id.is_(None), Ticket.customer_id.in_(ids))
    return or_(Ticket.customer_id.in_(ids), Ticket.caller_number.in_(numbers) & of_nobody_else)


# --- one with everything ----------------------------------------------------------------------------------------


async def whole(context: Context, account: Account, ticket_id: int) -> Whole:
    """A ticket with everything it has. Raises NotFound, also for one outside the scope."""
    async with context.sessions() as session:
        [found] = await _shown(session, [await told_row(session, account, ticket_id)])
        ids = await family(session, [ticket_id])
        steps, calls, changes = TicketStep, TicketCall, TicketChange
        in_order = (steps.done_at.is_not(None), steps.due_at.is_(None), steps.due_at, steps.id)
        merged = select(Ticket).where(Ticket.id.in_(ids - {ticket_id})).order_by(Ticket.id)
        return Whole(
            found,
            (await session.scalars(merged)).all(),
            (await session.scalars(select(steps).where(steps.ticket_id.in_(ids)).order_by(*in_order))).all(),
            (
                await session.scalars(select(calls).where(calls.ticket_id.in_(ids)).order_by(calls.added_at.desc()))
            ).all(),
            (
                await session.scalars(select(changes).where(changes.ticket_id.in_(ids)).order_by(changes.id.desc()))
            ).all(),
            await callbacks_of(session, ids),
        )


async def of_customer(
    context: Context, account: Account, customer_id: int, before: Instant | None, limit: int
) -> list[tuple[Instant, dict[str, Any]]]:
    """The tickets of a customer that were opened before an instant, each with when it was, the newest first.

    Those of one of their numbers that are nobody else's are there, too: the record may have been made later. As other
    rooms tell them; none for an account that may not work on tickets.
    """
    if "work_tickets" not in account.permissions:
        return []
    async with context.sessions() as session:
        theirs = await _of_caller(session, customer_id, "")
        query = select(Ticket).where(theirs, is_told(account), Ticket.merged_into.is_(None))
        if before is not None:
            query = query.where(Ticket.created_at < before)
        query = query.order_by(Ticket.created_at.desc(), Ticket.id.desc()).limit(limit)
        return [(row.created_at, _told(row)) for row in await session.scalars(query)]


def _told(row: Ticket) -> dict[str, Any]:
    names = ("id", "type", "subject", "state", "outcome", "closed_at")
    return {name: getattr(row, name) for name in names} | {"ticket": number_of(row.id)}

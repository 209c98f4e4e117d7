"""Closed complaints ask for a callback: which there are, the target of a list that was raised for one, what came of it.

As long as there is the list, what came of a callback is read there. Before it is deleted all of it is written down.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.customers.service import as_shown, numbers_of
from callcenter.dialer.locking import lock_list
from callcenter.dialer.rules import OVER, Outcome, TargetState
from callcenter.dialer.standing import close
from callcenter.dialer.tables import Attempt, CallbackList, Offer, Target
from callcenter.floor.terms import Instant
from callcenter.forms.tables import FormRecord
from callcenter.tickets.history import BY_ITSELF, note
from callcenter.tickets.rules import OF_COMPLAINT, Complaint, State, What, told_change
from callcenter.tickets.tables import Ticket, TicketCallback, TicketChange

Told = dict[str, Any]
"""A callback as docs/api.md (Tickets) has it."""


async def closed_complaints(
    session: AsyncSession, types: Collection[str], since: Instant, queue: str
) -> list[Complaint]:
    """The tickets of these types that were closed since an instant, of a queue ("": any), the first closed first."""
    query = select(Ticket).where(
        Ticket.state == State.CLOSED, Ticket.closed_at >= since, Ticket.type.in_(types), Ticket.merged_into.is_(None)
    )
    if queue:
        query = query.where(Ticket.queue == queue)
    return await as_complaints(session, (await session.scalars(query.order_by(Ticket.closed_at, Ticket.id))).all())


async def as_complaints(session: AsyncSession, rows: Sequence[Ticket]) -> list[Complaint]:
    """Tickets, and whom to call about each: who complained, or the first number of the customer."""
    customers = await as_shown(session, {row.customer_id for row in rows if row.customer_id is not None})
    numbers = await numbers_of(session, {one.id for one in customers.values()})
    found = []
    for row in rows:
        customer = customers.get(row.customer_id) if row.customer_id is not None else None
        first = next((one.number for one in numbers.get(customer.id, ())), "") if customer else ""
        name = customer.name if customer else ""
        found.append(Complaint(row.id, row.subject, row.closed_at or 0.0, row.queue, row.caller_number or first, name))
    return found


async def called_back(session: AsyncSession, ticket_ids: Collection[int]) -> dict[int, Instant]:
    """When the last callback of each of these tickets was raised, of those that have one."""
    raised = TicketCallback.raised_at
    query = select(TicketCallback.ticket_id, func.max(raised)).where(TicketCallback.ticket_id.in_(ticket_ids))
    return {row[0]: row[1] for row in await session.execute(query.group_by(TicketCallback.ticket_id))}


async def missing_noted(session: AsyncSession, ticket_ids: Collection[int]) -> dict[int, Instant]:
    """When it was written down last of each of these tickets that it raises no callback."""
    of, at = TicketChange.ticket_id, func.max(TicketChange.at)
    query = select(of, at).where(of.in_(ticket_ids), TicketChange.what == What.CALLBACK_MISSING).group_by(of)
    return {row[0]: row[1] for row in await session.execute(query)}


async def raise_callback(session: AsyncSession, ticket_id: int, target_id: int, now: Instant) -> None:
    """Puts a target with the ticket for which it was raised: what comes of it stands there."""
    session.add(TicketCallback(ticket_id=ticket_id, target_id=target_id, raised_at=now))
    await note(session, ticket_id, BY_ITSELF, now, told_change(What.CALLBACK_RAISED))


async def withdraw_callbacks(session: AsyncSession, ticket_id: int, by: str, now: Instant) -> None:
    """Takes back the callbacks of a ticket that are not made yet: its closing, which they are about, does not hold.

    A target that is called for another reason, too, stays; one at which nobody has tried yet goes as if it had never
    been.
    """
    pending = select(TicketCallback).where(TicketCallback.ticket_id == ticket_id, TicketCallback.is_noted.is_(False))
    for row in (await session.scalars(pending.where(TicketCallback.target_id.is_not(None)))).all():
        target = await session.get_one(Target, row.target_id)
        await lock_list(session, target.list_id)
        await session.refresh(target)
        if target.state not in (TargetState.OPEN, TargetState.ASKING):
            continue
        callback_list = await session.get_one(CallbackList, target.list_id)
        await note(session, ticket_id, by, now, told_change(What.CALLBACK_WITHDRAWN, {"list": callback_list.name}))
        await _withdraw(session, row, target, now)


async def _withdraw(session: AsyncSession, row: TicketCallback, target: Target, now: Instant) -> None:
    is_tried = await session.scalar(
        select(Target.id).where(
            Target.id == target.id,
            or_(*(select(one.id).where(one.target_id == target.id).exists() for one in (Attempt, Offer))),
        )
    )
    other = select(TicketCallback.id).where(TicketCallback.target_id == target.id, TicketCallback.id != row.id)
    is_shared = await session.scalar(other.where(TicketCallback.is_noted.is_(False)).limit(1)) is not None
    is_promised = bool(target.owner_agent) or target.promised_at is not None
    is_only_ours = not is_shared and not is_promised and set(target.attributes) <= set(OF_COMPLAINT)
    if is_tried:
        row.is_noted = True
        if is_only_ours:
            close(target, TargetState.CLOSED, now)
        return
    await session.delete(row)
    await session.flush()
    if is_only_ours:
        await session.delete(target)


# --- what came of it --------------------------------------------------------------------------------------------


async def callbacks_of(session: AsyncSession, ticket_ids: Collection[int]) -> list[Told]:
    """The callbacks of tickets, the one raised last first, each with its attempts, the last first."""
    query = select(TicketCallback).where(TicketCallback.ticket_id.in_(ticket_ids))
    rows = (await session.scalars(query.order_by(TicketCallback.id.desc()))).all()
    return [row.kept if row.kept is not None else await _told(session, row) for row in rows]


async def _told(session: AsyncSession, row: TicketCallback) -> Told:
    target = await session.get_one(Target, row.target_id)
    callback_list = await session.get_one(CallbackList, target.list_id)
    return {
        "list": {"id": str(callback_list.id), "name": callback_list.name},
        "number": target.number,
        "raised_at": row.raised_at,
        "due_at": target.due_at,
        "state": target.state,
        "attempts": [_attempt(*found) for found in await _attempts(session, row)],
    }


def _attempt(attempt: Attempt, record: FormRecord | None) -> Told:
    names = ("placed_at", "outcome", "agent_number", "pbx", "call_id")
    said = {"result": record.result if record else None, "note": record.note if record else ""}
    return {name: getattr(attempt, name) for name in names} | said


async def _attempts(session: AsyncSession, row: TicketCallback) -> Sequence[tuple[Attempt, FormRecord | None]]:
    query = (
        select(Attempt, FormRecord)
        .outerjoin(FormRecord, FormRecord.attempt_id == Attempt.id)
        .where(Attempt.target_id == row.target_id, Attempt.placed_at >= row.raised_at)
        .order_by(Attempt.placed_at.desc(), Attempt.id.desc())
    )
    return [(attempt, record) for attempt, record in (await session.execute(query)).all()]


async def note_callbacks(session: AsyncSession, now: Instant) -> list[int]:
    """Writes down which customers were reached, and what came of callbacks that are over; of which tickets."""
    await session.execute(_reaching())
    is_over = select(Target.id).where(Target.id == TicketCallback.target_id, Target.state.in_(OVER)).exists()
    query = select(TicketCallback).where(TicketCallback.is_noted.is_(False), is_over).order_by(TicketCallback.id)
    rows = (await session.scalars(query)).all()
    for row in rows:
        await _note(session, row, await _told(session, row), now)
    return [row.ticket_id for row in rows]


async def keep_callbacks(session: AsyncSession, list_id: int, clock: Callable[[], Instant]) -> None:
    """Writes down what came of the callbacks of a list that is about to be deleted."""
    of_list = TicketCallback.target_id.in_(select(Target.id).where(Target.list_id == list_id))
    await session.execute(_reaching(of_list))
    for row in (await session.scalars(select(TicketCallback).where(of_list).order_by(TicketCallback.id))).all():
        row.kept = await _told(session, row)
        row.kept["list"]["id"] = None
        if not row.is_noted:
            await _note(session, row, row.kept, clock())


def _reaching(*among: ColumnElement[bool]) -> Any:
    """When each customer was reached first, where that is not written down."""
    since = (Attempt.target_id == TicketCallback.target_id, Attempt.placed_at >= TicketCallback.raised_at)
    first = select(func.min(Attempt.placed_at)).where(*since, Attempt.outcome == Outcome.REACHED).scalar_subquery()
    missing = (TicketCallback.reached_at.is_(None), TicketCallback.is_noted.is_(False), first.is_not(None))
    change = update(TicketCallback).where(*missing, *among).values(reached_at=first)
    return change.execution_options(synchronize_session=False)


async def _note(session: AsyncSession, row: TicketCallback, told: Told, now: Instant) -> None:
    last: Told = told["attempts"][0] if told["attempts"] else {}
    details = {"list": told["list"]["name"]} | {
        name: last[name] for name in ("outcome", "agent_number", "result", "note") if last.get(name)
    }
    row.is_noted = True
    await note(session, row.ticket_id, BY_ITSELF, now, told_change(What.CALLBACK_ENDED, details))

"""Tickets that are late go up, level by level: each minute, and when one was changed; alerts are told of them."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from callcenter.floor.changes import View
from callcenter.looking import looking
from callcenter.tickets.callbacks import note_callbacks
from callcenter.tickets.history import BY_ITSELF, note
from callcenter.tickets.rules import State, What, level_of, number_of, told_change
from callcenter.tickets.service import Context
from callcenter.tickets.tables import Ticket

log = logging.getLogger(__name__)

AT_ONCE = 500
MOST_TOLD = 2000
"""Alerts are told of so many tickets, the latest ones first: more is one alert about the floor, not thousands."""

Tell = Callable[[Mapping[str, View]], None]
"""Takes all tickets that are escalated now, by id."""


Changed = Callable[[Sequence[int]], Awaitable[None]]
"""Takes the tickets that a look has changed."""


@asynccontextmanager
async def escalating(context: Context, tell: Tell, changed: Changed) -> AsyncIterator[Callable[[], None]]:
    """Escalates during the block, and writes down what came of callbacks; what is told calls for a look at once."""

    async def look() -> None:
        try:
            raised = await escalate(context)
            async with context.sessions.begin() as session:
                called = await note_callbacks(session, context.clock())
            tell(await escalated(context))
            await changed([*raised, *called])
        except (DBAPIError, OSError):
            log.warning("Tickets could not be looked at; trying again in a minute", exc_info=True)

    async with looking(look, at_once=True, second=10) as soon:
        yield soon


async def escalate(context: Context) -> list[int]:
    """Puts every ticket that is late at its level; which went up."""
    after = [one.after_seconds for one in context.settings.escalations]
    now, raised = context.clock(), list[int]()
    for level, seconds in enumerate(after, 1):
        late = select(Ticket).where(
            Ticket.state.in_((State.OPEN, State.WAITING)),  # those that are closed are many, and the index begins so
            Ticket.next_due_at <= now - seconds,
            Ticket.escalation_level < level,
            Ticket.merged_into.is_(None),
        )
        while True:
            async with context.sessions.begin() as session:
                rows = (await session.scalars(late.order_by(Ticket.id).limit(AT_ONCE).with_for_update())).all()
                for row in rows:
                    row.escalation_level = level_of(row.next_due_at, now, after)
                    row.escalated_to = context.settings.escalations[row.escalation_level - 1].to
                    row.escalated_at = now
                    row.highest_level = max(row.highest_level, row.escalation_level)
                    details = {"level": row.escalation_level, "to": row.escalated_to}
                    await note(session, row.id, BY_ITSELF, now, told_change(What.ESCALATED, details))
            raised += [row.id for row in rows]
            if len(rows) < AT_ONCE:
                break
    return raised


async def escalated(context: Context) -> dict[str, View]:
    """The tickets that are escalated now, as alerts look at them; nothing of the customer is among it."""
    late = select(Ticket).where(Ticket.escalation_level > 0, Ticket.merged_into.is_(None))
    async with context.sessions() as session:
        rows = await session.scalars(late.order_by(Ticket.next_due_at).limit(MOST_TOLD))
        return {str(row.id): _view(row) for row in rows}


def _view(row: Ticket) -> View:
    return {
        "ticket": number_of(row.id),
        "type": row.type,
        "team": row.team,
        "queue": row.queue,
        "agent_number": row.owner_agent,
        "level": row.escalation_level,
        "to": row.escalated_to,
        "due_at": row.next_due_at,
    }

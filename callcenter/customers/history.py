"""What happened between a customer and the centre: calls, callbacks with what was written down, newest first."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations

from callcenter.accounts.scoped import Names, call_in_scope, in_scope
from callcenter.accounts.service import Account
from callcenter.calls.service import CallSummary, Facet, Key, Search, search_calls
from callcenter.customers.service import Context, forms_of, numbers_of, one_row
from callcenter.dialer.rules import TargetState
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.floor.terms import Instant
from callcenter.forms.tables import FormRecord
from callcenter.store.tables import calls

ReviewsOf = Callable[[Collection[Key], Account], Awaitable[Sequence[tuple[Key, dict[str, Any]]]]]
"""The reviews of these calls that an account may read, as they are told; the quality room knows them."""


TicketsOf = Callable[[Account, int, Instant | None, int], Awaitable[Sequence[tuple[Instant, dict[str, Any]]]]]
"""The tickets of a customer that an account may read, opened before an instant (None: at any time), the newest first,
so many at most, each with when it was opened, as it is told; the room of tickets knows them."""


class Callback(Struct, frozen=True):
    """An attempt to call the customer, the list that it was on, and what the agent wrote down."""

    attempt: Attempt
    list_name: str
    record: FormRecord | None


class Event(Struct, frozen=True):
    """Something that happened: a call, a callback with the reviews that the reader may read; or a ticket was opened."""

    at: Instant
    call: CallSummary | None = None
    callback: Callback | None = None
    ticket: dict[str, Any] | None = None
    reviews: Sequence[dict[str, Any]] = ()

    @property
    def key(self) -> Key | None:
        """The call that it is about."""
        if self.call is not None:
            return self.call.call.pbx, str(self.call.call.call_id)
        attempt = self.callback.attempt if self.callback else None
        return (attempt.pbx, attempt.call_id) if attempt and attempt.call_id else None


class Waiting(Struct, frozen=True):
    """A callback that is still to be made."""

    target: Target
    list_name: str


async def history(
    context: Context,
    account: Account,
    customer_id: int,
    tickets_of: TicketsOf,
    *,
    before: Instant | None,
    limit: int,
) -> tuple[list[Event], Instant | None]:
    """A page of what happened before an instant and the account sees, newest first, and before when to ask next.

    Raises NotFound.
    """
    forms = await forms_of(context, customer_id)
    wanted = Search(until=before, forms=forms, scope=account.scope)
    called, _ = await search_calls(context.sessions, wanted, _without_callbacks, limit=limit + 1)
    async with context.sessions() as session:
        numbers = await _numbers(session, customer_id)
        back = await _callbacks(session, account, numbers, before, limit + 1)
    events = [Event(one.call.started_at, call=one) for one in called]
    events += [Event(one.attempt.placed_at, callback=one) for one in back]
    tickets = await tickets_of(account, customer_id, before, limit + 1)
    events += [Event(at, ticket=ticket) for at, ticket in tickets]
    events.sort(key=lambda event: event.at, reverse=True)
    if len(events) <= limit:
        return events, None
    last = events[limit - 1].at
    return [event for event in events if event.at >= last], last


async def _without_callbacks(_session: AsyncSession, _search: Search) -> list[Facet]:
    """A callback is told as such, with what came of it."""
    return [Facet(~exists().where(Attempt.attempt_id == calls.c.attempt_id))]


async def _numbers(session: AsyncSession, customer_id: int) -> list[str]:
    found = await numbers_of(session, [customer_id])
    return [one.number for one in found.get(customer_id, ())]


async def _callbacks(
    session: AsyncSession, account: Account, numbers: Sequence[str], before: Instant | None, limit: int
) -> list[Callback]:
    query = (
        select(Attempt, CallbackList.name, FormRecord)
        .join(CallbackList, CallbackList.id == Attempt.list_id)
        .outerjoin(FormRecord, FormRecord.attempt_id == Attempt.id)
        .where(Attempt.number.in_(numbers))
        .where(_attempt_is_seen(account))
        .order_by(Attempt.placed_at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Attempt.placed_at < before)
    return [Callback(*row) for row in (await session.execute(query)).all()]


def _attempt_is_seen(account: Account) -> ColumnElement[bool]:
    is_seen = _is_seen(account, Attempt.queue, Attempt.agent_number)
    return or_(is_seen, call_in_scope(account.scope, Attempt.pbx, Attempt.call_id))


def _is_seen(account: Account, queue: Names, agent: SQLCoreOperations[Any]) -> ColumnElement[bool]:
    """That a callback is one of a queue in the scope, or the account's own."""
    is_own = false() if account.agent_number is None else agent == account.agent_number
    return or_(in_scope(account.scope, queue=queue), is_own)


async def waiting(context: Context, account: Account, customer_id: int) -> list[Waiting]:
    """The callbacks that the customer is still to get and the account sees, the next one first. Raises NotFound."""
    async with context.sessions() as session:
        await one_row(session, customer_id)
        numbers = await _numbers(session, customer_id)
        query = (
            select(Target, CallbackList.name)
            .join(CallbackList, CallbackList.id == Target.list_id)
            # Names the lists, since targets are found by list and number.
            .where(Target.list_id.in_(select(CallbackList.id)), Target.number.in_(numbers))
            .where(Target.state == TargetState.OPEN, _is_seen(account, CallbackList.queue, Target.owner_agent))
            .order_by(Target.due_at)
        )
        return [Waiting(*row) for row in (await session.execute(query)).all()]


async def with_reviews(events: Sequence[Event], account: Account, reviews_of: ReviewsOf) -> list[Event]:
    """The events with the reviews of them that this account may read."""
    keys = {event.key for event in events if event.key is not None}
    found: dict[Key, list[dict[str, Any]]] = {}
    for key, review in await reviews_of(keys, account) if keys else ():
        found.setdefault(key, []).append(review)
    return [structs.replace(one, reviews=found.get(one.key, ()) if one.key else ()) for one in events]

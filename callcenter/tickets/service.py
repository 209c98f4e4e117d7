"""Tickets in the database: opened, changed, closed and opened again, with their steps, a transaction each."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, case, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from callcenter.accounts.scoped import in_scope
from callcenter.accounts.service import Account
from callcenter.accounts.tables import User
from callcenter.customers.popping import KnownCall
from callcenter.customers.service import one_row as one_customer
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.settings import TicketSettings, TicketType
from callcenter.store.engine import Sessions
from callcenter.tickets.callbacks import withdraw_callbacks
from callcenter.tickets.history import note
from callcenter.tickets.rules import (
    CONTENT,
    Content,
    Outcome,
    State,
    What,
    check_closed,
    check_content,
    check_open,
    check_unmerged,
    differences,
    level_of,
    next_due,
    number_of,
    told_change,
)
from callcenter.tickets.tables import Ticket, TicketCall, TicketStep


@dataclass(frozen=True)
class Context:
    """What tickets are kept with; national numbers are those of `region`, `agents` have these teams."""

    sessions: Sessions
    clock: Callable[[], Instant]
    region: str = "CN"
    settings: TicketSettings = field(default_factory=TicketSettings)
    agents: Mapping[str, str] = field(default_factory=dict)

    @property
    def types(self) -> dict[str, TicketType]:
        """The types of tickets by code."""
        return {one.code: one for one in self.settings.types}

    def checked(self, content: Content, account: Account) -> Content:
        """What is written, as it is kept: the team of a ticket is that of its agent, unless another one is said.

        Raises BadInput naming the field at fault; agents and teams outside the scope are as if they were none.
        """
        teams = {team for team in self.agents.values() if team and account.scope.sees(team, "")}
        agents = {number for number, team in self.agents.items() if account.scope.sees(team, "")}
        own = account.agent_number
        if own is not None and own in self.agents:
            agents.add(own)
            teams |= {self.agents[own]} - {""}
        check_content(content, self.types, agents, teams)
        team = content.team or self.agents.get(content.owner_agent, "")
        return replace(content, team=team, subject=content.subject.strip(), note=content.note.strip())


class StepContent(Struct, frozen=True, kw_only=True):
    """What somebody writes down of a step."""

    text: str
    agent_number: str = ""
    due_at: Instant | None = None
    is_done: bool = False


def content_of(row: Ticket) -> Content:
    """A row as what somebody wrote."""
    return Content(**{name: getattr(row, name) for name in CONTENT})


def is_told(account: Account) -> ColumnElement[bool]:
    """That an account is told of a ticket: of its scope, or its own, opened by it, or with a step given to it."""
    if account.scope.is_everything:
        return true()
    is_seen = in_scope(account.scope, team=Ticket.team, queue=Ticket.queue)
    return or_(is_seen, Ticket.created_by == account.username, is_given_to(account, TicketStep.id.is_not(None)))


def is_given_to(account: Account, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """That an account owns a ticket, or that its agent has one of `which` steps in it or in one merged into it."""
    is_users = Ticket.owner_user == account.username
    if account.agent_number is None:
        return is_users
    part = aliased(Ticket)
    steps = select(TicketStep.ticket_id).where(TicketStep.agent_number == account.agent_number, which)
    given = steps.cte(recursive=True)
    given = given.union(select(part.merged_into).where(part.id == given.c.ticket_id, part.merged_into.is_not(None)))
    return or_(is_users, Ticket.owner_agent == account.agent_number, Ticket.id.in_(select(given.c.ticket_id)))


# --- opening and changing ---------------------------------------------------------------------------------------


async def open_ticket(context: Context, account: Account, content: Content, call: KnownCall | None) -> Ticket:
    """Opens a ticket, with the call that it came from; what it says is checked (`Context.checked`). Raises BadInput."""
    now = context.clock()
    due_at = content.due_at
    if due_at is None and (after := context.types[content.type].due_seconds) is not None:
        due_at = now + after
    async with context.sessions.begin() as session:
        await _check_people(session, content)
        made = {name: getattr(content, name) for name in CONTENT} | {"due_at": due_at}
        stamps = {"created_at": now, "created_by": account.username, "changed_at": now, "changed_by": account.username}
        row = Ticket(**made, **stamps, contact_at=now, queue=call.queue if call else "")
        session.add(row)
        await session.flush()
        await note(session, row.id, account.username, now, told_change(What.OPENED))
        if call is not None:
            await _add_call(session, row, call, account.username, now)
        await settle(session, context, row)
    return row


async def _check_people(session: AsyncSession, content: Content) -> None:
    if content.customer_id is not None:
        try:
            await one_customer(session, content.customer_id)
        except NotFound as error:
            raise BadInput(error.message, field="customer_id") from None
    if content.owner_user:
        found = select(User.id).where(User.username == content.owner_user, User.is_disabled.is_(False))
        if await session.scalar(found) is None:
            raise BadInput(f"There is no user {content.owner_user!r}", field="owner_user")


async def change(context: Context, account: Account, place: tuple[int, int], content: Content) -> Ticket:
    """Replaces what a ticket (id and version) says. Raises NotFound, BadInput, Conflict if it was changed meanwhile."""
    now = context.clock()
    async with context.sessions.begin() as session:
        row = await changing(session, account, place, now)
        check_open(row.state)
        before = content_of(row)
        content = context.checked(content, account) if _moves(before, content) else _same_people(content, before)
        if content.state == State.CLOSED:
            raise BadInput("A ticket is closed with its result alone", field="state")
        if content.customer_id != before.customer_id or content.owner_user != before.owner_user:
            await _check_people(session, content)
        for name in CONTENT:
            setattr(row, name, getattr(content, name))
        changed = differences(before, content)
        if changed:
            await note(session, row.id, account.username, now, told_change(What.CHANGED, changed))
        await settle(session, context, row)
    return row


def _moves(before: Content, after: Content) -> bool:
    names = ("type", "owner_agent", "owner_user", "team")
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _same_people(content: Content, before: Content) -> Content:
    """What is written by somebody who may not see whose the ticket is, and leaves that as it is."""
    return replace(content, team=before.team, subject=content.subject.strip(), note=content.note.strip())


async def changing(session: AsyncSession, account: Account, place: tuple[int, int], now: Instant) -> Ticket:
    """The ticket, locked, with the next version. Raises NotFound, Conflict unless the version is the present one."""
    ticket_id, version = place
    await told_row(session, account, ticket_id)
    ours = update(Ticket).where(Ticket.id == ticket_id, Ticket.version == version)
    next_version = ours.values(version=version + 1, changed_at=now, changed_by=account.username)
    row: Ticket | None = await session.scalar(
        next_version.returning(Ticket), execution_options={"populate_existing": True}
    )
    if row is None:
        raise Conflict("Somebody has changed this ticket meanwhile; load it again", field="version")
    check_unmerged(row.merged_into)
    return row


async def touching(session: AsyncSession, account: Account, ticket_id: int, now: Instant) -> Ticket:
    """The ticket, locked, for what is only added to it. Raises NotFound, Conflict for one that is closed or merged."""
    row = await told_row(session, account, ticket_id)
    await session.refresh(row, with_for_update=True)
    row.changed_at, row.changed_by = now, account.username
    check_unmerged(row.merged_into)
    check_open(row.state)
    return row


async def told_row(session: AsyncSession, account: Account, ticket_id: int) -> Ticket:
    """A ticket of which the account is told. Raises NotFound."""
    row = await session.scalar(select(Ticket).where(Ticket.id == ticket_id, is_told(account)))
    if row is None:
        raise NotFound(f"There is no ticket {number_of(ticket_id)}")
    return row


# --- steps and calls --------------------------------------------------------------------------------------------


async def add_step(context: Context, account: Account, ticket_id: int, step: StepContent) -> TicketStep:
    """Adds a step. Raises NotFound, BadInput, Conflict for a ticket that is closed or merged."""
    now = context.clock()
    _check_agent(context, account, step.agent_number)
    async with context.sessions.begin() as session:
        row = await touching(session, account, ticket_id, now)
        made = TicketStep(ticket_id=row.id, created_at=now, created_by=account.username, **_columns(step))
        session.add(made)
        details = {"text": step.text, "agent_number": step.agent_number, "due_at": step.due_at}
        await note(session, row.id, account.username, now, told_change(What.STEP_ADDED, details))
        _mark(made, step, account.username, now)
        await settle(session, context, row)
    return made


def _check_agent(context: Context, account: Account, number: str) -> None:
    is_seen = number == account.agent_number or account.scope.sees(context.agents.get(number, ""), "")
    if number and not (number in context.agents and is_seen):
        raise BadInput(f"There is no agent {number}", field="agent_number")


def _columns(step: StepContent) -> dict[str, Any]:
    return {"text": step.text.strip(), "agent_number": step.agent_number, "due_at": step.due_at}


def _mark(row: TicketStep, step: StepContent, by: str, now: Instant) -> None:
    if step.is_done != (row.done_at is not None):
        row.done_at, row.done_by = (now, by) if step.is_done else (None, "")


async def change_step(
    context: Context, account: Account, ticket_id: int, step_id: int, step: StepContent
) -> TicketStep:
    """Replaces what a step says, and whether it is done. Raises NotFound, BadInput, Conflict."""
    now = context.clock()
    async with context.sessions.begin() as session:
        row = await touching(session, account, ticket_id, now)
        found = await _step(session, row.id, step_id)
        if step.agent_number != found.agent_number:
            _check_agent(context, account, step.agent_number)
        before = {**_kept(found), "is_done": found.done_at is not None}
        after = {**_columns(step), "is_done": step.is_done}
        for name, value in _columns(step).items():
            setattr(found, name, value)
        _mark(found, step, account.username, now)
        changed = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        if changed:
            details = {"step": found.text} | changed
            await note(session, row.id, account.username, now, told_change(What.STEP_CHANGED, details))
        await settle(session, context, row)
    return found


async def _step(session: AsyncSession, ticket_id: int, step_id: int) -> TicketStep:
    found = await session.get(TicketStep, step_id)
    if found is None or found.ticket_id not in await family(session, [ticket_id]):
        raise NotFound(f"There is no step {step_id} of this ticket")
    return found


async def text_of_step(context: Context, account: Account, ticket_id: int, step_id: int) -> str:
    """What a step of a ticket says. Raises NotFound."""
    async with context.sessions() as session:
        return (await _step(session, (await told_row(session, account, ticket_id)).id, step_id)).text


def _kept(row: TicketStep) -> dict[str, Any]:
    return {"text": row.text, "agent_number": row.agent_number, "due_at": row.due_at}


async def add_call(context: Context, account: Account, ticket_id: int, call: KnownCall) -> Ticket:
    """Adds a call to a ticket; again: nothing. Raises NotFound, Conflict for a ticket that is closed or merged."""
    now = context.clock()
    async with context.sessions.begin() as session:
        row = await touching(session, account, ticket_id, now)
        if await session.get(TicketCall, (row.id, call.pbx, call.call_id)) is None:
            await _add_call(session, row, call, account.username, now)
            row.contact_at = now
    return row


async def _add_call(session: AsyncSession, row: Ticket, call: KnownCall, by: str, now: Instant) -> None:
    session.add(TicketCall(ticket_id=row.id, pbx=call.pbx, call_id=call.call_id, added_at=now, added_by=by))
    details = {"pbx": call.pbx, "call_id": call.call_id}
    await note(session, row.id, by, now, told_change(What.CALL_ADDED, details))


# --- closing ----------------------------------------------------------------------------------------------------


async def close(context: Context, account: Account, place: tuple[int, int], outcome: Outcome, result: str) -> Ticket:
    """Closes a ticket with what came of it. Raises NotFound, Conflict for one that is closed or merged already."""
    now = context.clock()
    async with context.sessions.begin() as session:
        row = await changing(session, account, place, now)
        check_open(row.state)
        row.state, row.closed_at, row.closed_by = State.CLOSED, now, account.username
        row.outcome, row.result = outcome, result.strip()
        details = {"outcome": outcome, "result": row.result}
        await note(session, row.id, account.username, now, told_change(What.CLOSED, details))
        await settle(session, context, row)
    return row


async def reopen(context: Context, account: Account, place: tuple[int, int], why: str) -> Ticket:
    """Opens a closed ticket again; what it had come to stands in its history, and nobody is called about it any more.

    Raises NotFound, Conflict.
    """
    now = context.clock()
    async with context.sessions.begin() as session:
        row = await changing(session, account, place, now)
        check_closed(row.state)
        row.state, row.closed_at, row.closed_by, row.outcome, row.result = State.OPEN, None, "", "", ""
        await note(session, row.id, account.username, now, told_change(What.REOPENED, {"why": why.strip()}))
        await withdraw_callbacks(session, row.id, account.username, now)
        await settle(session, context, row)
    return row


# --- what follows from the rest ---------------------------------------------------------------------------------


async def family(session: AsyncSession, ids: Collection[int]) -> set[int]:
    """These tickets and all that were merged into them, also by way of others."""
    found, more = set(ids), set(ids)
    while more:
        into = select(Ticket.id).where(Ticket.merged_into.in_(more))
        more = set(await session.scalars(into)) - found
        found |= more
    return found


async def settle(session: AsyncSession, context: Context, row: Ticket) -> None:
    """Works out when the next thing of a ticket is due, and takes back an escalation that has no cause any more.

    What was promised of the tickets merged into it holds, unless they were closed before.
    """
    await session.flush()
    ids = await family(session, [row.id])
    waiting = select(TicketStep.due_at).where(TicketStep.ticket_id.in_(ids), TicketStep.done_at.is_(None))
    parts = select(Ticket.due_at).where(Ticket.id.in_(ids - {row.id}), Ticket.state != State.CLOSED)
    found = [*await session.scalars(waiting), *await session.scalars(parts)]
    due = [at for at in found if at is not None]
    row.next_due_at = next_due(row.state, row.due_at, due)
    level = level_of(row.next_due_at, context.clock(), [one.after_seconds for one in context.settings.escalations])
    if level < row.escalation_level:
        row.escalation_level = level
        row.escalated_to = context.settings.escalations[level - 1].to if level else ""
        row.escalated_at = row.escalated_at if level else None
    await session.flush()


class Backlog(Struct, frozen=True):
    """What a team has to do: tickets that are not closed, those of them that are late, the oldest one's opening."""

    team: str
    open: int
    waiting: int
    overdue: int
    escalated: int
    oldest_at: Instant


async def backlog(context: Context, account: Account) -> Sequence[Backlog]:
    """The backlog of each team ("": of none) that the account is told of."""
    now = context.clock()
    counted = (
        func.sum(_one(Ticket.state == State.OPEN)),
        func.sum(_one(Ticket.state == State.WAITING)),
        func.sum(_one(Ticket.next_due_at <= now)),
        func.sum(_one(Ticket.escalation_level > 0)),
    )
    query = (
        select(Ticket.team, *counted, func.min(Ticket.created_at))
        .where(Ticket.state != State.CLOSED, Ticket.merged_into.is_(None), is_told(account))
        .group_by(Ticket.team)
        .order_by(Ticket.team)
    )
    async with context.sessions() as session:
        return [Backlog(*row) for row in (await session.execute(query)).all()]


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)

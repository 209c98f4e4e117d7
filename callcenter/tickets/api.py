"""The routes of tickets (docs/api.md, Tickets)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from msgspec import structs

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.customers.numbers import caller_number
from callcenter.customers.popping import KnownCall, own_call
from callcenter.customers.shapes import Row, Typed
from callcenter.errors import NotFound
from callcenter.floor.floor import Floor
from callcenter.masks import check_searched_number
from callcenter.tickets import answers, finding, merging, service
from callcenter.tickets.finding import Wanted, open_tickets
from callcenter.tickets.known_calls import known_call
from callcenter.tickets.owners import owners
from callcenter.tickets.rules import Content
from callcenter.tickets.service import Context, content_of
from callcenter.tickets.shapes import (
    CallerQuery,
    CallShape,
    CloseShape,
    NewTicketShape,
    ReopenShape,
    StepShape,
    TicketChangeShape,
    TicketMergeShape,
    TicketsQuery,
    backlog_shape,
    step_shape,
    ticket_shape,
    whole_shape,
)

Worker = Annotated[Account, requires("work_tickets", reach="scoped")]
Changer = Annotated[Account, requires("work_tickets", takes_masks=True, reach="scoped")]
Keeper = Annotated[Account, requires("manage_tickets", reach="scoped")]

Tell = Callable[..., Awaitable[None]]
"""Tells open pages of tickets that were changed (feed.py)."""


class Room:
    """What the routes work with; `soon` calls for a look at who is late, `tell` tells open pages of a change."""

    def __init__(self, context: Context, floor: Floor, soon: Callable[[], None], tell: Tell) -> None:
        self.context, self.floor, self.soon, self.tell = context, floor, soon, tell

    async def call(self, account: Account, shape: CallShape | None) -> KnownCall | None:
        """The call that is meant. Raises NotFound."""
        if shape is None:
            return None
        return await known_call(self.context.sessions, self.floor, account, shape.pbx, shape.call_id)

    async def told(self, account: Account, ticket_id: int, *others: int, was: str | None = None) -> dict[str, Any]:
        """A ticket with everything it has, after it was changed, and others with it; `was` is the team that it had."""
        await self.changed(ticket_id, *others, was=was)
        return whole_shape(await finding.whole(self.context, account, ticket_id), self.context)

    async def changed(self, *ticket_ids: int, was: str | None = None) -> None:
        """Says so to whoever has to know."""
        self.soon()
        await self.tell(ticket_ids, *([] if was is None else [was]))


def ticket_routes(room: Room) -> APIRouter:
    """Tickets are found, opened, worked on, closed and merged; each route says which permission it needs."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _finding_routes(routes, room)
    _opening_routes(routes, room)
    _changing_routes(routes, room)
    _step_routes(routes, room)
    _closing_routes(routes, room)
    _merging_routes(routes, room)
    return routes


def _finding_routes(routes: APIRouter, room: Room) -> None:
    context = room.context

    @routes.get("/tickets", response_model=answers.TicketsPage)
    async def page(query: Annotated[TicketsQuery, Query()], account: Worker) -> dict[str, Any]:
        if not account.sees_numbers:
            check_searched_number(query.number)
        wanted = Wanted(**query.model_dump(exclude={"cursor", "limit"}))
        found = await finding.page(context, account, wanted, before=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        following = shown[-1].row.id if len(found) > query.limit else None
        return {"tickets": [ticket_shape(one, context) for one in shown], "next": following}

    @routes.get("/ticket-backlog", response_model=answers.TicketBacklog)
    async def backlog(account: Worker) -> dict[str, Any]:
        return {"teams": [backlog_shape(row) for row in await service.backlog(context, account)]}

    @routes.get("/ticket-owners", response_model=answers.TicketOwners)
    async def who_may_own(account: Worker) -> dict[str, Any]:
        return {"users": [structs.asdict(one) for one in await owners(context, account)]}

    @routes.get("/ticket-pop", response_model=answers.TicketPop)
    async def pop(
        pbx: Annotated[Typed, Query()],
        call_id: Annotated[Typed, Query()],
        account: Annotated[Account, requires("work_tickets", reach="own")],
    ) -> dict[str, Any]:
        call = own_call(room.floor, own_agent(account.agent_number), pbx, call_id)
        if call is None:
            raise NotFound(f"there is no call {call_id} at your phone")
        found = await open_tickets(context, account, customer_id=None, number=call.number)
        number = caller_number(call.number, context.region)
        return {"number": number, "tickets": [ticket_shape(one, context) for one in found]}

    @routes.get("/tickets/{ticket_id}", response_model=answers.WholeTicket)
    async def one(ticket_id: Row, account: Worker) -> dict[str, Any]:
        return whole_shape(await finding.whole(context, account, ticket_id), context)


def _opening_routes(routes: APIRouter, room: Room) -> None:
    context = room.context

    @routes.get("/ticket-repeats", response_model=answers.TicketsFound)
    async def repeats(query: Annotated[CallerQuery, Query()], account: Worker) -> dict[str, Any]:
        if not account.sees_numbers:
            check_searched_number(query.number or None)
        found = await open_tickets(context, account, **query.model_dump(), lately=True)
        return {"tickets": [ticket_shape(one, context) for one in found]}

    @routes.post("/tickets", response_model=answers.TicketOpened, status_code=201)
    async def open_one(shape: NewTicketShape, account: Worker, response: Response) -> dict[str, Any]:
        call = await room.call(account, shape.call)
        content = context.checked(_with_caller(shape.ticket.content(context.region), call, context.region), account)
        if not shape.is_new:
            whose, number = content.customer_id, content.caller_number
            found = await open_tickets(context, account, customer_id=whose, number=number, lately=True)
            if found:
                response.status_code = 200
                return {"ticket": None, "repeats": [ticket_shape(one, context) for one in found]}
        row = await service.open_ticket(context, account, content, call)
        return {"ticket": await room.told(account, row.id), "repeats": []}


def _with_caller(content: Content, call: KnownCall | None, region: str) -> Content:
    """The caller's number is that of the call, unless somebody wrote another one."""
    if call is None or content.caller_number:
        return content
    return structs.replace(content, caller_number=caller_number(call.number, region))


def _changing_routes(routes: APIRouter, room: Room) -> None:
    context = room.context

    @routes.put("/tickets/{ticket_id}", response_model=answers.WholeTicket)
    async def change(ticket_id: Row, shape: TicketChangeShape, account: Changer) -> dict[str, Any]:
        before = (await finding.shown(context, account, ticket_id)).row
        if not account.sees_numbers:
            shape = shape.as_kept(content_of(before))
        content, was = shape.ticket.content(context.region), before.team
        await service.change(context, account, (ticket_id, shape.version), content)
        return await room.told(account, ticket_id, was=was)

    @routes.post("/tickets/{ticket_id}/calls", response_model=answers.WholeTicket, status_code=201)
    async def add_call(ticket_id: Row, shape: CallShape, account: Worker) -> dict[str, Any]:
        call = await known_call(context.sessions, room.floor, account, shape.pbx, shape.call_id)
        await service.add_call(context, account, ticket_id, call)
        return await room.told(account, ticket_id)


def _step_routes(routes: APIRouter, room: Room) -> None:
    context = room.context

    @routes.post("/tickets/{ticket_id}/steps", response_model=answers.TicketStep, status_code=201)
    async def add_step(ticket_id: Row, shape: StepShape, account: Worker) -> dict[str, Any]:
        made = await service.add_step(context, account, ticket_id, shape.step())
        await room.changed(ticket_id)
        return step_shape(made)

    @routes.put("/tickets/{ticket_id}/steps/{step_id}", response_model=answers.TicketStep)
    async def change_step(ticket_id: Row, step_id: Row, shape: StepShape, account: Changer) -> dict[str, Any]:
        if not account.sees_numbers:
            shape = shape.as_kept(await service.text_of_step(context, account, ticket_id, step_id))
        changed = await service.change_step(context, account, ticket_id, step_id, shape.step())
        await room.changed(ticket_id)
        return step_shape(changed)


def _closing_routes(routes: APIRouter, room: Room) -> None:
    context = room.context

    @routes.post("/tickets/{ticket_id}/close", response_model=answers.WholeTicket)
    async def close(ticket_id: Row, shape: CloseShape, account: Worker) -> dict[str, Any]:
        await service.close(context, account, (ticket_id, shape.version), shape.outcome, shape.result)
        return await room.told(account, ticket_id)

    @routes.post("/tickets/{ticket_id}/reopen", response_model=answers.WholeTicket)
    async def reopen(ticket_id: Row, shape: ReopenShape, account: Worker) -> dict[str, Any]:
        await service.reopen(context, account, (ticket_id, shape.version), shape.why)
        return await room.told(account, ticket_id)


def _merging_routes(routes: APIRouter, room: Room) -> None:
    context = room.context

    @routes.post("/tickets/{ticket_id}/merges", response_model=answers.WholeTicket, status_code=201)
    async def merge(ticket_id: Row, shape: TicketMergeShape, account: Keeper) -> dict[str, Any]:
        kept, gone = (ticket_id, shape.version), (shape.other_id, shape.other_version)
        await merging.merge(context, account, kept, gone)
        return await room.told(account, ticket_id, shape.other_id)

    @routes.post("/tickets/{ticket_id}/unmerge", response_model=answers.WholeTicket)
    async def undo(ticket_id: Row, account: Keeper) -> dict[str, Any]:
        kept = (await finding.shown(context, account, ticket_id)).row.merged_into
        await merging.undo(context, account, ticket_id)
        return await room.told(account, ticket_id, *([] if kept is None else [kept]))

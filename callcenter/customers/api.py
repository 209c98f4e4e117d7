"""The routes of customers (docs/api.md, Customers)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.calls.service import tell_call
from callcenter.customers import answers, history, merging, service
from callcenter.customers.history import ReviewsOf, TicketsOf
from callcenter.customers.rules import check_sees
from callcenter.customers.service import Context, Wanted
from callcenter.customers.shapes import (
    BanShape,
    ChangeShape,
    MergePreviewShape,
    MergeShape,
    NewShape,
    PageQuery,
    Row,
    Typed,
    customer_shape,
    event_shape,
    found_shape,
    merge_shape,
)
from callcenter.masks import check_searched_words

Reader = Annotated[Account, requires("see_customers", reach="shared")]
Viewer = Annotated[Account, requires("see_customers", reach="scoped")]
"""Of what happened: the records are common knowledge, calls and callbacks are not."""
Editor = Annotated[Account, requires("edit_customers", reach="shared")]
Changer = Annotated[Account, requires("edit_customers", takes_masks=True, reach="shared")]
Keeper = Annotated[Account, requires("manage_customers")]


def customer_routes(context: Context, reviews_of: ReviewsOf, tickets_of: TicketsOf) -> APIRouter:
    """Records are read, written, merged and deleted; each route says which permission it needs."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _reading_routes(routes, context)
    _history_routes(routes, context, reviews_of, tickets_of)
    _changing_routes(routes, context)
    _merging_routes(routes, context)
    return routes


def _reading_routes(routes: APIRouter, context: Context) -> None:
    @routes.get("/customers", response_model=answers.CustomersPage)
    async def page(query: Annotated[PageQuery, Query()], account: Reader) -> dict[str, Any]:
        if not account.sees_numbers:
            check_searched_words(query.name, "name")
        wanted = Wanted(**query.model_dump(exclude={"cursor", "limit"}))
        found = await service.page(context, wanted, after=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        following = shown[-1].row.id if len(found) > query.limit else None
        return {"customers": [customer_shape(one) for one in shown], "next": following}

    @routes.get(
        "/customer-lookup",
        response_model=answers.CustomersFound,
        dependencies=[requires("see_customers", reach="shared")],
    )
    async def lookup(number: Annotated[Typed, Query()]) -> dict[str, Any]:
        return found_shape(*await service.known_callers(context, number))

    @routes.get("/calls/{pbx}/{call_id}/customers", response_model=answers.CustomersFound)
    async def of_call(
        pbx: Typed, call_id: Typed, account: Annotated[Account, requires("see_calls", reach="scoped")]
    ) -> dict[str, Any]:
        check_sees(account.permissions)
        call = (await tell_call(context.sessions, pbx, call_id, account.scope)).summary.call
        return found_shape(*await service.known_callers(context, call.number))

    @routes.get(
        "/customers/{customer_id}",
        response_model=answers.Customer,
        dependencies=[requires("see_customers", reach="shared")],
    )
    async def one(customer_id: Row) -> dict[str, Any]:
        return customer_shape(await service.one(context, customer_id))


def _history_routes(routes: APIRouter, context: Context, reviews_of: ReviewsOf, tickets_of: TicketsOf) -> None:
    @routes.get("/customers/{customer_id}/history", response_model=answers.CustomerHistory)
    async def happened(
        customer_id: Row,
        account: Viewer,
        cursor: Annotated[float, Query(gt=0, le=4e9, allow_inf_nan=False)] | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 25,
    ) -> dict[str, Any]:
        events, following = await history.history(context, account, customer_id, tickets_of, before=cursor, limit=limit)
        events = await history.with_reviews(events, account, reviews_of)
        return {"events": [event_shape(event) for event in events], "next": following}

    @routes.get("/customers/{customer_id}/callbacks", response_model=answers.ComingCallbacks)
    async def callbacks(customer_id: Row, account: Viewer) -> dict[str, Any]:
        found = await history.waiting(context, account, customer_id)
        told = ("id", "number", "due_at", "attempts", "last_outcome", "owner_agent")
        return {
            "callbacks": [
                {name: getattr(one.target, name) for name in told}
                | {"list": {"id": str(one.target.list_id), "name": one.list_name}}
                for one in found
            ]
        }


def _changing_routes(routes: APIRouter, context: Context) -> None:
    @routes.post("/customers", response_model=answers.Customer, status_code=201)
    async def create(shape: NewShape, account: Editor) -> dict[str, Any]:
        return customer_shape(await service.create(context, shape.record.record(context.region), account.username))

    @routes.put("/customers/{customer_id}", response_model=answers.Customer)
    async def change(customer_id: Row, shape: ChangeShape, account: Changer) -> dict[str, Any]:
        if not account.sees_numbers:
            shape = shape.as_kept((await service.one(context, customer_id)).record)
        record = shape.record.record(context.region)
        return customer_shape(await service.change(context, customer_id, record, shape.version, account.username))

    @routes.post("/customers/{customer_id}/do-not-call", response_model=answers.Customer)
    async def forbid(customer_id: Row, shape: BanShape, account: Editor) -> dict[str, Any]:
        return customer_shape(await service.forbid_calls(context, customer_id, shape.note, account.username))

    @routes.delete("/customers/{customer_id}", status_code=204, dependencies=[requires("manage_customers")])
    async def delete(customer_id: Row) -> None:
        await service.remove(context, customer_id)


def _merging_routes(routes: APIRouter, context: Context) -> None:
    @routes.get(
        "/customers/{customer_id}/merges",
        response_model=answers.CustomerMerges,
        dependencies=[requires("see_customers", reach="shared")],
    )
    async def merges(customer_id: Row) -> dict[str, Any]:
        return {"merges": [merge_shape(one) for one in await merging.merges(context, customer_id)]}

    @routes.get("/customers/{customer_id}/merge-preview", dependencies=[requires("manage_customers")])
    async def preview(customer_id: Row, other: Annotated[Row, Query()]) -> MergePreviewShape:
        change = await merging.foresee(context, customer_id, other)
        return MergePreviewShape(changed=change.changed, added=change.added, stays=change.stays)

    @routes.post("/customers/{customer_id}/merges", response_model=answers.Customer, status_code=201)
    async def merge(customer_id: Row, shape: MergeShape, account: Keeper) -> dict[str, Any]:
        kept, gone = (customer_id, shape.version), (shape.other_id, shape.other_version)
        return customer_shape(await merging.merge(context, kept, gone, account.username))

    @routes.post("/customer-merges/{merge_id}/undo", response_model=answers.Customer)
    async def undo(merge_id: Row, account: Keeper) -> dict[str, Any]:
        return customer_shape(await merging.undo(context, merge_id, account.username))

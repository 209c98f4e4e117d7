"""The routes by which a desk learns whom its agent talks with (docs/api.md, Customers)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from callcenter.accounts.api import requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.customers import service
from callcenter.customers.popping import seat_in_call
from callcenter.customers.rules import check_sees
from callcenter.customers.service import Context
from callcenter.customers.shapes import Row, Typed, found_shape
from callcenter.floor.floor import Floor
from callcenter.forms.service import IN_HAND_SECONDS, sheet_of_target


def pop_routes(context: Context, floor: Floor) -> APIRouter:
    """The customers of one's own call, and of a callback before it is made."""
    routes = APIRouter(prefix="/api")

    @routes.get("/customer-pop")
    async def of_own_call(
        pbx: Annotated[Typed, Query()],
        call_id: Annotated[Typed, Query()],
        account: Annotated[Account, requires("work_seat")],
    ) -> dict[str, Any]:
        check_sees(account.permissions)
        seat = seat_in_call(floor, own_agent(account.agent_number), pbx, call_id)
        return found_shape(*await service.known_callers(context, seat.number))

    @routes.get("/targets/{target_id}/customers")
    async def of_target(target_id: Row, account: Annotated[Account, requires("work_callbacks")]) -> dict[str, Any]:
        check_sees(account.permissions)
        since = context.clock() - IN_HAND_SECONDS
        target = (await sheet_of_target(context.sessions, target_id, since=since)).target
        return found_shape(*await service.known_callers(context, target.number))

    return routes

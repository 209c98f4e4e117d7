"""The routes by which a desk learns whom its agent talks with (docs/api.md, Customers)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from callcenter.accounts.api import requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.customers import answers, service
from callcenter.customers.crm import Crm
from callcenter.customers.numbers import caller_number
from callcenter.customers.popping import KnownCall, address_of, own_call
from callcenter.customers.rules import check_sees
from callcenter.customers.service import Context
from callcenter.customers.shapes import Row, Typed, found_shape
from callcenter.errors import NotFound
from callcenter.floor.floor import Floor
from callcenter.forms.own import check_own_target
from callcenter.forms.service import IN_HAND_SECONDS, sheet_of_target

Agent = Annotated[Account, requires("work_seat", reach="own")]


class OutsideShape(BaseModel):
    """What the CRM says of the caller; `link` is the customer's page there."""

    name: str
    level: str
    link: str


class CrmShape(BaseModel):
    """What the CRM says; None where it knows nobody, fails, or takes too long."""

    found: OutsideShape | None


def pop_routes(context: Context, crm: Crm, floor: Floor) -> APIRouter:
    """The customers of one's own call, and of a callback before it is made."""
    routes = APIRouter(prefix="/api")

    async def own(
        pbx: Annotated[Typed, Query()],
        call_id: Annotated[Typed, Query()],
        account: Agent,
    ) -> KnownCall:
        check_sees(account.permissions)
        call = own_call(floor, own_agent(account.agent_number), pbx, call_id)
        if call is None:
            raise NotFound(f"there is no call {call_id} at your phone")
        return call

    @routes.get("/customer-pop", response_model=answers.CustomerPop)
    async def of_own_call(call: Annotated[KnownCall, Depends(own)], account: Agent) -> dict[str, Any]:
        number, found = await service.known_callers(context, call.number)
        address = address_of(context.settings.pop, own_agent(account.agent_number), call, number, found)
        opens = bool(address) and context.settings.pop.opens == "ring"
        return found_shape(number, found) | {"address": address, "opens_by_itself": opens}

    @routes.get("/customer-pop/crm")
    async def of_crm(call: Annotated[KnownCall, Depends(own)]) -> CrmShape:
        found = await crm.look_up(caller_number(call.number, context.region))
        return CrmShape.model_validate({"found": found}, from_attributes=True)

    @routes.get("/targets/{target_id}/customers", response_model=answers.CustomersFound)
    async def of_target(
        target_id: Row, account: Annotated[Account, requires("work_callbacks", reach="own")]
    ) -> dict[str, Any]:
        check_sees(account.permissions)
        now = context.clock()
        sheet = await sheet_of_target(context.sessions, target_id, since=now - IN_HAND_SECONDS)
        await check_own_target(context.sessions, floor, account, sheet, now)
        return found_shape(*await service.known_callers(context, sheet.target.number))

    return routes

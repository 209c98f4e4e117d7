"""The routes by which supervisors act on those who wait in a queue (docs/api.md, Waiting callers)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from callcenter.accounts.scope import Scope
from callcenter.agents import answers, callers
from callcenter.agents.rules import Wish
from callcenter.agents.seat_api import QueueShape, Shape, Supervisor
from callcenter.agents.service import Result, SeatDesk, fulfil
from callcenter.floor.changes import Key
from callcenter.floor.queue import Visit
from callcenter.floor.site import Site

Wishing = Callable[[Site, Visit], tuple[Key, Wish]]
"""What is wished for somebody who waits, and the entity of the floor that shows it."""


class SeatShape(Shape):
    """Whose phone is to ring, at the caller's PBX."""

    interface: Annotated[str, Field(min_length=1, max_length=128)]


def caller_routes(desk: SeatDesk) -> APIRouter:
    """`visit` is the id that the live feed gives who waits; whoever may control seats may do this."""
    routes = APIRouter(prefix="/api/waiting/{visit:path}")

    @routes.post("/hang-up", response_model=answers.CallerAnswer)
    async def hang_up(visit: str, account: Supervisor, response: Response) -> dict[str, Any]:
        return await _done(
            desk, account.scope, visit, response, lambda site, one: (one.key, callers.hang_up(site, one))
        )

    @routes.post("/to-front", response_model=answers.CallerAnswer)
    async def to_front(visit: str, account: Supervisor, response: Response) -> dict[str, Any]:
        return await _done(
            desk, account.scope, visit, response, lambda site, one: (one.key, callers.to_front(site, one))
        )

    @routes.post("/to-queue", response_model=answers.CallerAnswer)
    async def to_queue(visit: str, shape: QueueShape, account: Supervisor, response: Response) -> dict[str, Any]:
        def wished(site: Site, one: Visit) -> tuple[Key, Wish]:
            known = {name: queue for name, queue in desk.settings.queues.items() if account.scope.fills_queue(name)}
            most = known[shape.queue].max_waiting if shape.queue in known else 0
            wish = callers.to_queue(site, one, shape.queue, known, most)
            return site.queues[shape.queue].key, wish

        return await _done(desk, account.scope, visit, response, wished)

    @routes.post("/to-seat", response_model=answers.CallerAnswer)
    async def to_seat(visit: str, shape: SeatShape, account: Supervisor, response: Response) -> dict[str, Any]:
        def wished(site: Site, one: Visit) -> tuple[Key, Wish]:
            seat = desk.seat(site.pbx, shape.interface, account.scope)
            return seat.key, callers.to_seat(site, one, seat, desk.agents)

        return await _done(desk, account.scope, visit, response, wished)

    return routes


async def _done(desk: SeatDesk, scope: Scope, visit_id: str, response: Response, wished: Wishing) -> dict[str, Any]:
    """202 where it was asked and the floor does not show it within the time: that may still come."""
    site = desk.site(visit_id.partition("/")[0])
    visit = callers.waiting(site, visit_id, scope)
    key, wish = wished(site, visit)
    result = (await fulfil(desk, site.pbx, key, wish)).result
    if result is Result.ASKED:
        response.status_code = 202
    is_there = site.visits.get(visit.holder_id) is visit and visit.is_waiting
    return {"result": result, "visit": visit.view() if is_there else None}

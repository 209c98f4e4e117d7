"""The routes by which supervisors listen to calls on their own phone (docs/api.md, Listening)."""

from collections.abc import Callable
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response

from callcenter.accounts.api import requires
from callcenter.accounts.service import Account
from callcenter.agents import listening
from callcenter.agents.seat_api import CallShape, SeatAnswer, Shape, noted, told
from callcenter.agents.service import SeatDesk, carry_out
from callcenter.floor.events import ListeningMode
from callcenter.floor.seat import Seat

Listener = Annotated[Account, requires(listening.LISTEN, reach="scoped")]


class ListenShape(CallShape):
    """The call that is meant, so that the next one is not heard in its place, and how."""

    mode: ListeningMode = ListeningMode.LISTEN


class ModeShape(Shape):
    """How to go on."""

    mode: ListeningMode


def new_token() -> str:
    """A word that is used once."""
    return uuid4().hex[:16]


def listening_routes(desk: SeatDesk, token: Callable[[], str] = new_token) -> APIRouter:
    """Whoever may listen does so on the phone of the agent who they are."""
    routes = APIRouter(prefix="/api/seats/{pbx}/{interface:path}")

    async def heard(pbx: str, interface: str, account: Listener, request: Request) -> Seat:
        return noted(request, desk.seat(pbx, interface, account.scope))

    async def own(pbx: str, account: Listener) -> Seat:
        return listening.phone_of(desk.site(pbx), account.agent_number)

    heard_seat, own_phone = Depends(heard), Depends(own)

    @routes.post("/listen")
    async def listen(
        shape: ListenShape, response: Response, seat: Seat = heard_seat, phone: Seat = own_phone
    ) -> SeatAnswer:
        wish = listening.start(desk.site(seat.pbx), seat, phone, shape.call_id, shape.mode, token())
        return told(desk, await carry_out(desk, seat, wish), response)

    @routes.post("/listen-mode")
    async def switch(
        shape: ModeShape, response: Response, seat: Seat = heard_seat, phone: Seat = own_phone
    ) -> SeatAnswer:
        wish = listening.switch(desk.site(seat.pbx), seat, phone, shape.mode)
        return told(desk, await carry_out(desk, seat, wish), response)

    @routes.post("/stop-listening")
    async def stop(response: Response, seat: Seat = heard_seat, phone: Seat = own_phone) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, listening.stop(desk.site(seat.pbx), seat, phone)), response)

    return routes

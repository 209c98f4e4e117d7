"""The routes by which an agent holds the call in front of them and hands it over (docs/api.md, Seats)."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from callcenter.accounts.service import Account
from callcenter.agents import transfers
from callcenter.agents.rules import Wish
from callcenter.agents.seat_api import Anybody, CallShape, QueueName, SeatAnswer, told, worked_seat
from callcenter.agents.service import Result, SeatDesk, carry_out
from callcenter.floor.seat import Seat


class WhomShape(CallShape):
    """Whom the call is for: an agent by number, a queue by name, or any number as it is dialled on the phone."""

    agent: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    queue: QueueName | None = None
    number: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.agent, self.queue, self.number].count(None) != 2:
            raise ValueError("give one of agent, queue and number")
        return self

    def whom(self) -> transfers.Whom:
        """The same for the rules."""
        return transfers.Whom(self.agent, self.queue, self.number)


def in_call_routes(desk: SeatDesk) -> APIRouter:
    """Whoever may work at a seat may do this with its call; numbers outside need a permission of their own."""
    routes = APIRouter(prefix="/api/seats/{pbx}/{interface:path}")
    worked = worked_seat(desk)
    _hold_routes(routes, desk, worked)
    _handing_over_routes(routes, desk, worked)
    _ending_routes(routes, desk, worked)
    return routes


async def _done(desk: SeatDesk, seat: Seat, wish: Wish, response: Response) -> SeatAnswer:
    return told(desk, await carry_out(desk, seat, wish), response)


def _hold_routes(routes: APIRouter, desk: SeatDesk, worked: Any) -> None:
    code = desk.settings.feature_codes.hold

    @routes.post("/hold")
    async def hold(shape: CallShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        return await _done(desk, seat, transfers.hold(seat, shape.call_id, code), response)

    @routes.post("/resume")
    async def resume(shape: CallShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        return await _done(desk, seat, transfers.resume(desk.site(seat.pbx), seat, shape.call_id), response)


def _handing_over_routes(routes: APIRouter, desk: SeatDesk, worked: Any) -> None:
    directory = transfers.Directory(desk.agents, desk.settings.queues)

    def extension(seat: Seat, shape: WhomShape, account: Account, *, is_asked: bool) -> str:
        site, may = desk.site(seat.pbx), account.permissions
        return transfers.extension_of(site, seat, shape.whom(), directory, may, is_asked=is_asked)

    @routes.post("/transfer")
    async def transfer(shape: WhomShape, account: Anybody, response: Response, seat: Seat = worked) -> SeatAnswer:
        to = extension(seat, shape, account, is_asked=False)
        return await _done(desk, seat, transfers.transfer(desk.site(seat.pbx), seat, shape.call_id, to), response)

    @routes.post("/consult")
    async def consult(shape: WhomShape, account: Anybody, response: Response, seat: Seat = worked) -> SeatAnswer:
        to = extension(seat, shape, account, is_asked=True)
        site = desk.site(seat.pbx)
        # What is dialled while the agent's channel waits for the end of a hold is lost.
        resumed = await carry_out(desk, seat, transfers.resume(site, seat, shape.call_id))
        if resumed.result is Result.ASKED:
            return told(desk, resumed, response)
        return await _done(desk, seat, transfers.consult(site, seat, shape.call_id, to), response)


def _ending_routes(routes: APIRouter, desk: SeatDesk, worked: Any) -> None:
    @routes.post("/complete-transfer")
    async def complete(shape: CallShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        return await _done(desk, seat, transfers.complete(desk.site(seat.pbx), seat, shape.call_id), response)

    @routes.post("/cancel-transfer")
    async def cancel(shape: CallShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        return await _done(desk, seat, transfers.cancel(desk.site(seat.pbx), seat, shape.call_id), response)

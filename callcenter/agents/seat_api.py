"""The routes by which seats are commanded (docs/api.md, Seats)."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import note, requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.agents import answers, rules
from callcenter.agents.service import Answer, Result, SeatDesk, carry_out
from callcenter.errors import Conflict, NotAllowed, NotFound
from callcenter.floor.seat import Seat

QueueName = Annotated[str, Field(min_length=1, max_length=128)]

Anybody = Annotated[Account, requires(reach="scoped")]
Supervisor = Annotated[Account, requires(rules.EVERY, reach="scoped")]


class Shape(BaseModel):
    """What is sent: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class SignInShape(Shape):
    """Which queues; None: the agent's configured ones."""

    queues: Annotated[list[QueueName], Field(max_length=100)] | None = None


class PauseShape(Shape):
    """Why: the code of a configured reason."""

    reason: Annotated[str, Field(max_length=64)]


class QueueShape(Shape):
    """A queue."""

    queue: QueueName


class MembershipShape(QueueShape):
    """A queue to be added; members with a smaller penalty are rung first."""

    penalty: Annotated[int, Field(ge=0, le=1000)] = 0


class PenaltyShape(QueueShape):
    """A queue of the seat; members with a smaller penalty are rung first."""

    penalty: Annotated[int, Field(ge=0, le=1000)]


class CallShape(Shape):
    """The call that is meant, so that nothing is done to the next one in its place."""

    call_id: Annotated[str, Field(min_length=1, max_length=150)]


class OwnAgent(BaseModel):
    """The agent who one is, with the queues that the settings give them."""

    agent_number: str
    name: str
    team: str
    queues: list[str]


class SeatAnswer(BaseModel):
    """What came of it, the seat as the live feed shows it, and what was refused of several commands: by queue, why."""

    result: Result
    seat: answers.Seat
    refused: dict[str, str]


def seat_routes(desk: SeatDesk) -> APIRouter:
    """The routes; who may work at a seat says `rules.check_may_work`."""
    routes = APIRouter(prefix="/api/seats/{pbx}/{interface:path}")
    seats = APIRouter()

    @seats.get("/api/agents/mine")
    async def mine(account: Annotated[Account, requires(rules.OWN, reach="own")]) -> OwnAgent:
        number = own_agent(account.agent_number)
        agent = desk.agents.get(number)
        if agent is None:
            raise NotFound(f"there is no agent {number} in the settings")
        return OwnAgent(agent_number=number, name=agent.name, team=agent.team, queues=list(agent.queues))

    async def any_seat(pbx: str, interface: str, account: Supervisor, request: Request) -> Seat:
        return noted(request, desk.seat(pbx, interface, account.scope))

    worked = worked_seat(desk)
    _own_routes(routes, desk, worked)
    _queue_routes(routes, desk, worked)
    _wrap_up_routes(routes, desk, worked)
    _call_routes(routes, desk, worked)
    _supervising_routes(routes, desk, Depends(any_seat))
    seats.include_router(routes)
    return seats


def worked_seat(desk: SeatDesk) -> Any:
    """The dependency of routes for whoever may work at the seat that the path names: its own agent, or a supervisor."""

    async def worked(pbx: str, interface: str, account: Anybody, request: Request) -> Seat:
        # Whoever may command no seat at all is not told which there are.
        if account.permissions.isdisjoint({rules.OWN, rules.EVERY}):
            raise NotAllowed(f"this needs the permission {rules.OWN} or {rules.EVERY}")
        seat = desk.seat(pbx, interface)
        if seat.agent_number != account.agent_number:
            seat = desk.seat(pbx, interface, account.scope)
        rules.check_may_work(account.permissions, account.agent_number, seat)
        return noted(request, seat)

    return Depends(worked)


def noted(request: Request, seat: Seat) -> Seat:
    """The seat, and for the audit log who sits there now: at a desk phone somebody else will, later."""
    note(request, pbx=seat.pbx, interface=seat.interface, agent_number=seat.agent_number, agent_name=seat.agent_name)
    return seat


def _own_routes(routes: APIRouter, desk: SeatDesk, worked: Any) -> None:
    reasons = [reason.code for reason in desk.settings.pause_reasons]

    @routes.post("/sign-in")
    async def sign_in(shape: SignInShape, account: Anybody, response: Response, seat: Seat = worked) -> SeatAnswer:
        agent = desk.agents.get(seat.agent_number)
        own = agent.queues if agent else ()
        queues = rules.queues_to_join(account.permissions, own, shape.queues)
        desk.check_queues(seat.pbx, queues, account.scope, own)
        wish = rules.join(seat, _name(desk, seat), queues)
        wish = rules.moved(desk.site(seat.pbx), seat, seat.agent_number, wish)
        return told(desk, await carry_out(desk, seat, wish), response)

    @routes.post("/sign-out")
    async def sign_out(response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.leave(seat, tuple(seat.members))), response)

    @routes.post("/pause")
    async def pause(shape: PauseShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.pause(seat, shape.reason, reasons)), response)

    @routes.post("/ready")
    async def ready(response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.ready(seat)), response)

    @routes.post("/ask-for-help")
    async def ask_for_help(response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.ask_for_help(seat)), response)

    @routes.post("/end-help")
    async def end_help(response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.end_help(seat)), response)


def _queue_routes(routes: APIRouter, desk: SeatDesk, worked: Any) -> None:
    def check(account: Account, seat: Seat, queue: str) -> None:
        agent = desk.agents.get(seat.agent_number) if seat.agent_number == account.agent_number else None
        own = agent.queues if agent else ()
        rules.check_given(account.permissions, own, (queue,), field="queue")
        desk.check_queues(seat.pbx, (queue,), account.scope, own, field="queue")

    @routes.post("/join-queue")
    async def join(shape: MembershipShape, account: Anybody, response: Response, seat: Seat = worked) -> SeatAnswer:
        rules.check_penalty(account.permissions, shape.penalty)
        check(account, seat, shape.queue)
        wish = rules.join(seat, _name(desk, seat), (shape.queue,), shape.penalty)
        wish = rules.moved(desk.site(seat.pbx), seat, seat.agent_number, wish)
        return told(desk, await carry_out(desk, seat, wish), response)

    @routes.post("/leave-queue")
    async def leave(shape: QueueShape, account: Anybody, response: Response, seat: Seat = worked) -> SeatAnswer:
        check(account, seat, shape.queue)
        return told(desk, await carry_out(desk, seat, rules.leave(seat, (shape.queue,))), response)


def _wrap_up_routes(routes: APIRouter, desk: SeatDesk, worked: Any) -> None:
    @routes.post("/end-wrap-up")
    async def end_wrap_up(response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.end_wrap_up(seat)), response)

    @routes.post("/extend-wrap-up")
    async def extend_wrap_up(response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.extend_wrap_up(seat)), response)


def _call_routes(routes: APIRouter, desk: SeatDesk, worked: Any) -> None:
    @routes.post("/hang-up")
    async def hang_up(shape: CallShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        return told(desk, await carry_out(desk, seat, rules.hang_up(seat, shape.call_id)), response)

    @routes.post("/pause-recording")
    async def pause_recording(shape: CallShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        wish = rules.pause_recording(desk.site(seat.pbx), seat, shape.call_id)
        return told(desk, await carry_out(desk, seat, wish), response)

    @routes.post("/resume-recording")
    async def resume_recording(shape: CallShape, response: Response, seat: Seat = worked) -> SeatAnswer:
        wish = rules.resume_recording(desk.site(seat.pbx), seat, shape.call_id)
        return told(desk, await carry_out(desk, seat, wish), response)


def _supervising_routes(routes: APIRouter, desk: SeatDesk, any_seat: Any) -> None:
    @routes.post("/penalty")
    async def set_penalty(
        shape: PenaltyShape, account: Supervisor, response: Response, seat: Seat = any_seat
    ) -> SeatAnswer:
        desk.check_queues(seat.pbx, (shape.queue,), account.scope, field="queue")
        return told(desk, await carry_out(desk, seat, rules.set_penalty(seat, shape.queue, shape.penalty)), response)

    @routes.post("/take-help")
    async def take_help(account: Supervisor, response: Response, seat: Seat = any_seat) -> SeatAnswer:
        wish = rules.take_help(seat, account.name or account.username)
        return told(desk, await carry_out(desk, seat, wish), response)


def _name(desk: SeatDesk, seat: Seat) -> str:
    """As whom the seat is a member: the agent, as the feature code says it. Raises Conflict where nobody sits."""
    if seat.is_vacant:
        raise Conflict("nobody sits at this desk phone: an agent signs in there, at the desk page or on the phone")
    agent = desk.agents.get(seat.agent_number)
    return agent.name if agent else seat.agent_name or seat.interface


def told(desk: SeatDesk, answer: Answer, response: Response) -> SeatAnswer:
    """202 where it was asked and the floor does not show it: that may still come, or the rest was refused."""
    if answer.result is Result.ASKED:
        response.status_code = 202
    seat = cast("answers.Seat", desk.shown(answer.seat))
    return SeatAnswer(result=answer.result, seat=seat, refused=dict(answer.refused))

"""The routes of how good the lines of agents' phones were: told by a page, shown with the call."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from callcenter.accounts.api import requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.scoped import check_call
from callcenter.accounts.service import Account
from callcenter.calls.api import Word
from callcenter.calls.line_tables import LineQuality, Measurer
from callcenter.errors import NotFound
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.terms import Instant, PbxName
from callcenter.store.engine import Sessions

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]


class LineShape(BaseModel):
    """How good a line was in the call so far; shares are 0–1, the score is 1–4.5."""

    model_config = ConfigDict(extra="forbid")

    received_loss_rate: Rate
    sent_loss_rate: Rate
    jitter_seconds: Length
    rtt_seconds: Length
    mos: Annotated[float, Field(ge=1, le=4.5, allow_inf_nan=False)]


class LineAnswer(LineShape):
    """The same, whose line it was, and when and by whom it was measured last."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    agent_number: str
    measured_by: Measurer
    measured_at: Instant


class LinesAnswer(BaseModel):
    """Of each agent who talked in the call, by each who measured it."""

    lines: list[LineAnswer]


def line_routes(sessions: Sessions, floor: Floor, clock: Callable[[], Instant]) -> APIRouter:
    """`/api/calls/{pbx}/{call_id}/line-quality`."""
    routes = APIRouter(prefix="/api/calls/{pbx}/{call_id}/line-quality")

    @routes.get("")
    async def lines(
        pbx: Word, call_id: Word, account: Annotated[Account, requires("see_calls", reach="scoped")]
    ) -> LinesAnswer:
        await check_call(sessions, account.scope, pbx, call_id)
        of_call = select(LineQuality).where(LineQuality.pbx == pbx, LineQuality.call_id == call_id)
        async with sessions() as session:
            found = (await session.scalars(of_call.order_by(LineQuality.agent_number, LineQuality.measured_by))).all()
        return LinesAnswer(lines=[LineAnswer.model_validate(line) for line in found])

    @routes.put("", status_code=204)
    async def measured(
        pbx: Word, call_id: Word, shape: LineShape, account: Annotated[Account, requires("work_seat", reach="own")]
    ) -> None:
        agent = own_agent(account.agent_number)
        _check_talks(floor, pbx, call_id, agent)
        async with sessions.begin() as session:
            of = {"pbx": pbx, "call_id": call_id, "agent_number": agent, "measured_by": "browser"}
            await session.merge(LineQuality(**of, measured_at=clock(), **shape.model_dump()))

    return routes


def _check_talks(floor: Floor, pbx: str, call_id: str, agent_number: str) -> None:
    """Raises NotFound unless the agent talks in this call now: nobody measures another's line, or one of before."""
    site = floor.sites.get(PbxName(pbx))
    own = (seat for seat in (site.seats.values() if site else ()) if seat.agent_number == agent_number)
    if not any(_talks(seat, call_id) for seat in own):
        raise NotFound(f"agent {agent_number} does not talk in a call {call_id} at {pbx}")


def _talks(seat: Seat, call_id: str) -> bool:
    return any(channel.talk is not None and channel.call_id == call_id for channel in seat.channels.values())

"""The routes of callbacks that are offered to an agent (docs/api.md, Offers)."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.dialer.attempts import last_attempts
from callcenter.dialer.tables import Offer
from callcenter.dialer.worker import Worker
from callcenter.forms.service import sheet_of_target
from callcenter.forms.shapes import Label, Row, Shape, sheet_shape
from callcenter.store.engine import Sessions

HISTORY = 5


class WhoShape(Shape):
    """The agent who wants a callback."""

    agent_number: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9]+$")]


class SkipShape(Shape):
    """Why the agent does not want it."""

    reason: Label


def offer_routes(sessions: Sessions, worker: Worker) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api/offers", dependencies=[requires("work_callbacks")])

    @routes.post("")
    async def show(who: WhoShape) -> dict[str, Any]:
        return {"offer": await offer_shape(sessions, await worker.offer_next(who.agent_number))}

    @routes.post("/{offer_id}/accept")
    async def accept(offer_id: Row) -> dict[str, int]:
        return {"attempt": await worker.accept_offer(offer_id)}

    @routes.post("/{offer_id}/skip", status_code=204)
    async def skip(offer_id: Row, why: SkipShape) -> None:
        await worker.skip_offer(offer_id, why.reason)

    return routes


async def offer_shape(sessions: Sessions, offer: Offer | None) -> dict[str, Any] | None:
    """An offer as it is told: whom it is for, and what came of the last calls."""
    if offer is None:
        return None
    sheet = await sheet_of_target(sessions, offer.target_id, since=0.0)
    history = await last_attempts(sessions, offer.target_id, HISTORY)
    told = ("placed_at", "outcome", "agent_number")
    return {
        "id": offer.id,
        "agent_number": offer.agent_number,
        "offered_at": offer.offered_at,
        "until": offer.until,
        "is_personal": sheet.target.owner_agent == offer.agent_number,
        "sheet": sheet_shape(sheet),
        "history": [{name: getattr(attempt, name) for name in told} for attempt in history],
    }

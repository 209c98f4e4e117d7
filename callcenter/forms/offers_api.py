"""The routes of callbacks that are offered to an agent (docs/api.md, Offers)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from callcenter.accounts.api import requires
from callcenter.accounts.service import Account
from callcenter.accounts.user_api import AgentNumber
from callcenter.dialer.attempts import last_attempts
from callcenter.dialer.offers import offer_row
from callcenter.dialer.tables import Offer
from callcenter.dialer.worker import Worker
from callcenter.forms import answers
from callcenter.forms.own import check_is_for
from callcenter.forms.service import sheet_of_target
from callcenter.forms.shapes import Label, Row, Shape, sheet_shape
from callcenter.store.engine import Sessions

HISTORY = 5

WorkerAccount = Annotated[Account, requires("work_callbacks", reach="own")]


class WhoShape(Shape):
    """The agent who wants a callback, or the one that he promised."""

    agent_number: AgentNumber


class SkipShape(Shape):
    """Why the agent does not want it."""

    reason: Label


def offer_routes(sessions: Sessions, worker: Worker) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter()
    routes.include_router(_offered_routes(sessions, worker))

    @routes.post("/api/callbacks/mine/{target_id}/call", response_model=answers.OfferAccepted)
    async def call(target_id: Row, who: WhoShape, account: WorkerAccount) -> dict[str, int]:
        check_is_for(account, who.agent_number)
        return {"attempt": await worker.call_own(who.agent_number, target_id)}

    return routes


def _offered_routes(sessions: Sessions, worker: Worker) -> APIRouter:
    routes = APIRouter(prefix="/api/offers")

    async def offered_to(offer_id: Row, account: WorkerAccount) -> int:
        offer, _ = await offer_row(sessions, offer_id)
        check_is_for(account, offer.agent_number)
        return offer_id

    OfferId = Annotated[int, Depends(offered_to)]  # noqa: N806 - a type

    @routes.post("", response_model=answers.Offered)
    async def show(who: WhoShape, account: WorkerAccount) -> dict[str, Any]:
        check_is_for(account, who.agent_number)
        return {"offer": await offer_shape(sessions, await worker.offer_next(who.agent_number))}

    @routes.post("/{offer_id}/accept", response_model=answers.OfferAccepted)
    async def accept(offer_id: OfferId) -> dict[str, int]:
        return {"attempt": await worker.accept_offer(offer_id)}

    @routes.post("/{offer_id}/skip", status_code=204)
    async def skip(offer_id: OfferId, why: SkipShape) -> None:
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

"""The routes of calls that are over (docs/api.md, Calls and recordings)."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import structs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.rules import READ_REVIEWS
from callcenter.accounts.service import Account
from callcenter.calls import answers
from callcenter.calls.service import NOT_ANSWERED, Beyond, CallStory, CallSummary, Search, search_calls, tell_call
from callcenter.errors import NotAllowed
from callcenter.floor.facts import Conversation, Direction, EndedBy, VisitOutcome
from callcenter.floor.terms import CallId, PbxName, Seconds
from callcenter.masks import check_searched_number
from callcenter.store.engine import Sessions

RecordingsOf = Callable[[PbxName, CallId, Sequence[Conversation]], Awaitable[list[dict[str, Any]]]]
"""What there is to hear of a call, in the shape of docs/api.md; recordings know it, a floor above."""

FormsOf = Callable[[int], Awaitable[Collection[str]]]
"""How the numbers of a customer may stand in calls; the customers' room knows it. Raises NotFound."""

# PostgreSQL cannot be asked for a NUL.
Word = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
When = Annotated[float, Field(allow_inf_nan=False)]
Length = Annotated[Seconds, Field(ge=0, allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

OUTCOMES = [outcome.value for outcome in VisitOutcome] + [NOT_ANSWERED]


def _known_outcome(outcome: str | None) -> str | None:
    if outcome not in (None, *OUTCOMES):
        raise ValueError(f"is one of {', '.join(OUTCOMES)}")
    return outcome


class Facets(BaseModel):
    """What can be searched for."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[When | None, Field(alias="from")] = None
    until: Annotated[When | None, Field(alias="to")] = None
    number: Word | None = None
    agent: Word | None = None
    queue: Word | None = None
    outcome: Annotated[str | None, AfterValidator(_known_outcome)] = None
    direction: Direction | None = None
    team: Word | None = None
    talk_from: Length | None = None
    talk_to: Length | None = None
    hold_from: Length | None = None
    hold_to: Length | None = None
    ended_by: EndedBy | None = None
    has_recording: bool | None = None
    list_id: Annotated[int | None, Field(alias="list", ge=1, lt=2**63)] = None
    result: Word | None = None
    tag: Word | None = None
    wrap_up_reason: Annotated[int | None, Field(ge=1, lt=2**53)] = None
    talk_over_from: Length | None = None
    score_from: Score | None = None
    score_to: Score | None = None
    customer: Annotated[int | None, Field(ge=1, lt=2**53)] = None

    async def wanted(self, account: Account, forms_of: FormsOf) -> Search:
        """The same for the service. Raises NotFound for a customer who is none.

        Raises NotAllowed for somebody who may not see the customers and asks for one, or who could not read the reviews
        and asks for their score, BadInput for a part of a number that is told masked: what is found would tell it.
        """
        if not account.sees_numbers:
            check_searched_number(self.number)
        if (self.score_from, self.score_to) != (None, None) and account.permissions.isdisjoint(READ_REVIEWS):
            raise NotAllowed("a search by score needs the permission review_calls")
        fields = {name: getattr(self, name) for name in Facets.model_fields if name != "customer"}
        if self.customer is None:
            return Search(**fields, scope=account.scope)
        if "see_customers" not in account.permissions:
            raise NotAllowed("a search by customer needs the permission see_customers")
        return Search(**fields, forms=await forms_of(self.customer), scope=account.scope)


class CallQuery(Facets):
    """The search as it stands in the address."""

    cursor: Word | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def call_routes(sessions: Sessions, recordings_of: RecordingsOf, beyond: Beyond, forms_of: FormsOf) -> APIRouter:
    """`/api/calls`: the search and one call."""
    routes = APIRouter()

    @routes.get("/api/calls", response_model=answers.CallsPage)
    async def search(
        query: Annotated[CallQuery, Query()], account: Annotated[Account, requires("see_calls", reach="scoped")]
    ) -> dict[str, Any]:
        wanted = await query.wanted(account, forms_of)
        page, following = await search_calls(sessions, wanted, beyond, cursor=query.cursor, limit=query.limit)
        return {"calls": [_summary_shape(summary) for summary in page], "next": following}

    @routes.get("/api/calls/{pbx}/{call_id}", response_model=answers.CallDetail)
    async def tell(
        pbx: Word, call_id: Word, account: Annotated[Account, requires("see_calls", reach="scoped")]
    ) -> dict[str, Any]:
        story = await tell_call(sessions, pbx, call_id, account.scope)
        heard = await recordings_of(pbx, story.summary.call.call_id, story.conversations)
        return _story_shape(story, heard)

    return routes


def _summary_shape(summary: CallSummary) -> dict[str, Any]:
    call = summary.call
    return {
        "pbx": call.pbx,
        "call_id": call.call_id,
        "direction": call.direction,
        "number": call.number,
        "caller_name": call.caller_name,
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "queues": summary.queues,
        "agents": [{"number": number, "name": name} for number, name in summary.agents.items()],
        "outcome": summary.outcome,
        "wait_seconds": summary.wait_seconds,
        "talk_seconds": summary.talk_seconds,
        "hold_seconds": summary.hold_seconds,
        "has_recording": summary.has_recording,
    }


def _story_shape(story: CallStory, heard: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "call": _summary_shape(story.summary),
        "visits": [structs.asdict(visit) for visit in story.visits],
        "rings": [structs.asdict(ring) for ring in story.rings],
        "conversations": [structs.asdict(conversation) for conversation in story.conversations],
        "holds": [structs.asdict(hold) for hold in story.holds],
        "surveys": [structs.asdict(survey) for survey in story.surveys],
        "recordings": heard,
    }

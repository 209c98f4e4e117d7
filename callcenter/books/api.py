"""The routes of gaps and of comparisons with queue_log (docs/api.md, Books)."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import structs
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.books import answers
from callcenter.books.rules import asked_span
from callcenter.books.service import Books
from callcenter.books.tables import ReconciliationRun
from callcenter.errors import BadInput

When = Annotated[float, Field(allow_inf_nan=False)]


class GapQuery(BaseModel):
    """A span; open where nothing is given."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[When | None, Field(alias="from")] = None
    until: Annotated[When | None, Field(alias="to")] = None


class Asked(BaseModel):
    """What to compare: a day of the centre (yesterday), at one PBX (all that have a queue_log)."""

    model_config = ConfigDict(extra="forbid")

    day: date | None = None
    pbx: Annotated[str | None, Field(max_length=64)] = None


def book_routes(books: Books) -> APIRouter:
    """`/api/gaps` and `/api/reconciliations`."""
    routes = APIRouter(route_class=OnceRoute)

    @routes.get("/api/gaps", response_model=answers.Gaps, dependencies=[requires("see_floor", reach="shared")])
    async def tell_gaps(query: Annotated[GapQuery, Query()]) -> dict[str, Any]:
        if query.since is not None and query.until is not None and query.since > query.until:
            raise BadInput("from must not be later than to", field="from")
        found = await books.gaps(query.since, query.until)
        return {"gaps": [structs.asdict(gap) for gap in found]}

    @routes.get("/api/reconciliations", response_model=answers.Reconciliations, dependencies=[requires("see_calls")])
    async def tell_runs(limit: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, Any]:
        runs = await books.runs(limit)
        return {"runs": [_shape(run) for run in runs], "running": sorted(books.running), "pbxs": sorted(books.compare)}

    @routes.post(
        "/api/reconciliations",
        response_model=answers.ReconciliationsRunning,
        status_code=202,
        dependencies=[requires("manage_users")],
    )
    async def run_now(asked: Asked) -> dict[str, Any]:
        if asked.pbx is not None and asked.pbx not in books.compare:
            raise BadInput(f"no queue_log is set for {asked.pbx}", field="pbx")
        pbxs = sorted(books.compare) if asked.pbx is None else [asked.pbx]
        if not pbxs:
            raise BadInput("no queue_log is set for any PBX: there is nothing to compare with", field="pbx")
        books.begin(pbxs, asked_span(asked.day, books.clock(), books.zone))
        return {"running": sorted(books.running)}

    return routes


def _shape(run: ReconciliationRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "pbx": run.pbx,
        "from": run.since,
        "to": run.until,
        "ran_at": run.ran_at,
        "counts": run.counts,
        "difference_count": run.difference_count,
        "differences": run.differences,
        "explained_count": run.explained_count,
        "explained": run.explained,
        "error": run.error,
    }

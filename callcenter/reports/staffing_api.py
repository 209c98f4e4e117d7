"""The routes of staffing (docs/api.md, Staffing)."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Response
from msgspec import to_builtins
from pydantic import Field

from callcenter.accounts.scope import Scope
from callcenter.errors import BadInput
from callcenter.reports import answers
from callcenter.reports.export import Ending
from callcenter.reports.files import FileOptions, Word, dated, file_answer
from callcenter.reports.grids import staffing_grid
from callcenter.reports.people_api import Room, See, SpanQuery
from callcenter.reports.service import Sources
from callcenter.reports.staffing import Model, Target
from callcenter.reports.staffing_report import HOUR, Interval, Staffing, Wish, check_span, staffing
from callcenter.settings import QueueSettings, Settings


class LoadQuery(SpanQuery):
    """When, at which PBX, and what is wanted of the load."""

    pbx: Word | None = None
    interval: Interval = "30m"
    target: Annotated[float, Field(gt=0, lt=1)] = 0.8
    threshold: Annotated[float | None, Field(ge=0, le=3600)] = None
    shrinkage: Annotated[float, Field(ge=0, le=0.9)] = 0
    max_occupancy: Annotated[float, Field(ge=0.1, le=1)] = 0.9
    model: Model = "erlang_c"


class StaffingQuery(LoadQuery):
    """The load of a queue, and what is wanted of it."""

    queue: Word


class StaffingFile(StaffingQuery, FileOptions):
    """The same as a file."""


def staffing_routes(room: Room, settings: Settings) -> APIRouter:
    """`/api/reports/staffing`, with its files."""
    routes = APIRouter()

    async def found(query: StaffingQuery, scope: Scope) -> Staffing:
        scope.check(scope.sees_queue(query.queue), f"queue {query.queue}")
        wish = wish_of(query, query.queue, room.sources, settings)
        check_span(wish, room.sources)
        await room.write_down()
        return await staffing(room.sources, wish)

    @routes.get("/api/reports/staffing", response_model=answers.Staffing)
    async def told(account: See, query: Annotated[StaffingQuery, Query()]) -> dict[str, Any]:
        return _shape(await found(query, account.scope), room.sources.zone.key)

    def add_file(ending: Ending) -> None:
        @routes.get(f"/api/reports/staffing.{ending}")
        async def file(account: See, query: Annotated[StaffingFile, Query()]) -> Response:
            zone = room.sources.zone
            answer = await found(query, account.scope)
            grid = staffing_grid(answer, zone, query.language_for(account))
            return await file_answer(grid, account, dated("staffing", answer.wish.span, zone), ending, query)

    for ending in get_args(Ending):
        add_file(ending)
    return routes


def wish_of(query: LoadQuery, queue: str, sources: Sources, settings: Settings) -> Wish:
    """What is asked of a queue. Raises BadInput for a span that cannot be, and where it says not which of the PBXs."""
    threshold = query.threshold
    if threshold is None:
        threshold = settings.queues.get(queue, QueueSettings()).service_level_seconds
    return Wish(
        queue=queue,
        pbx=query.pbx or _only_pbx(settings),
        span=query.span(sources),
        interval=query.interval,
        target=Target(query.target, threshold, query.max_occupancy),
        shrinkage=query.shrinkage,
        model=query.model,
    )


def _only_pbx(settings: Settings) -> str:
    if len(settings.pbxs) != 1:
        raise BadInput("pbx: there are several; name one", field="pbx")
    return settings.pbxs[0].name


def _shape(found: Staffing, timezone: str) -> dict[str, Any]:
    wish, rows = found.wish, found.rows

    def hours(name: str) -> float:
        total: float = sum(getattr(need, name) * (need.end - need.start) / HOUR for need in rows)
        return total

    return {
        "queue": wish.queue,
        "pbx": wish.pbx,
        "from": wish.span.since,
        "to": wish.span.until,
        "interval": wish.interval,
        "timezone": timezone,
        "model": wish.model,
        "target": wish.target.service_level,
        "threshold_seconds": wish.target.threshold_seconds,
        "shrinkage": wish.shrinkage,
        "max_occupancy": wish.target.max_occupancy,
        "patience_seconds": found.patience_seconds,
        "aht_seconds": found.aht_seconds,
        "rows": to_builtins(rows),
        "totals": {
            "offered": sum(need.offered for need in rows),
            "seat_hours_needed": hours("seats_needed"),
            "seat_hours_scheduled": hours("seats_scheduled"),
            "seat_hours_there": hours("seats_there"),
            "intervals_short": sum(round(need.seats_there) < need.seats_needed for need in rows),
        },
    }

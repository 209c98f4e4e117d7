"""The routes of agents' actions and of callers who gave up (docs/api.md)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Response
from msgspec import to_builtins
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.scope import Scope
from callcenter.accounts.service import Account
from callcenter.dialer.scoped import check_list
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds
from callcenter.reports import answers
from callcenter.reports.abandoned import Caller, State, Wanted, abandoned_callers, add_to_list, page_of
from callcenter.reports.actions import ActionList, actions_of, unusual_days
from callcenter.reports.export import Ending
from callcenter.reports.files import FileOptions, When, Word, dated, file_answer
from callcenter.reports.grids import abandoned_grid, actions_grid, within
from callcenter.reports.patterns import RULES, Limits, rule_words
from callcenter.reports.service import Sources
from callcenter.reports.shape import span_shape
from callcenter.reports.spans import Span, read_span
from callcenter.store.engine import Sessions

DAY_SECONDS: Seconds = 86_400
MOST_DAYS = 31
MOST_DAYS_OF_EVERYBODY = 7

RowNumber = Annotated[int, Field(ge=1, le=2**53)]
See = Annotated[Account, requires("see_reports", reach="scoped")]


@dataclass(frozen=True)
class Room:
    """What these routes need. `write_down` has what ended until now written before it is counted."""

    sources: Sources
    sessions: Sessions
    limits: Limits
    write_down: Callable[[], Awaitable[None]]
    wake_list: Callable[[int], None]
    clock: Callable[[], Instant]


class SpanQuery(BaseModel):
    """A span as it stands in the address."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[When, Field(alias="from")]
    until: Annotated[When, Field(alias="to")]

    def span(self, sources: Sources, most_days: int = MOST_DAYS) -> Span:
        """Raises BadInput for one that cannot be, or that is too long."""
        span = read_span(self.since, self.until, sources.zone)
        if span.until - span.since > most_days * DAY_SECONDS + 3600:  # a day may have 25 hours
            raise BadInput(f"to: at most {most_days} days", field="to")
        return span


class ActionsQuery(SpanQuery):
    """Whose actions."""

    agent: Word


class PatternsQuery(SpanQuery):
    """Whose patterns: those of a team, or everybody's."""

    team: Word | None = None


class AbandonedQuery(SpanQuery):
    """Which callers."""

    queue: Word | None = None
    pbx: Word | None = None
    state: State | None = None


class AbandonedPage(AbandonedQuery):
    """Which page of them."""

    cursor: Word | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ActionsFile(ActionsQuery, FileOptions):
    """The same as a file."""


class AbandonedFile(AbandonedQuery, FileOptions):
    """The same as a file."""


class Chosen(BaseModel):
    """Callers to put into a list."""

    model_config = ConfigDict(extra="forbid")

    list_id: RowNumber
    visits: Annotated[list[RowNumber], Field(min_length=1, max_length=1000)]


def people_routes(room: Room) -> APIRouter:
    """The routes, with their files."""
    routes = APIRouter(route_class=OnceRoute)
    _action_routes(routes, room)
    _abandoned_routes(routes, room)
    for ending in get_args(Ending):
        _file_routes(routes, room, ending)
    return routes


def _action_routes(routes: APIRouter, room: Room) -> None:
    sources = room.sources

    @routes.get("/api/reports/actions", response_model=answers.ReportActions)
    async def actions(account: See, query: Annotated[ActionsQuery, Query()]) -> dict[str, Any]:
        span = query.span(sources)
        await room.write_down()
        return span_shape(span, sources.zone) | _actions_shape(
            await actions_of(sources, query.agent, span, room.limits, account.scope)
        )

    @routes.get("/api/reports/patterns", response_model=answers.ReportPatterns)
    async def patterns(account: See, query: Annotated[PatternsQuery, Query()]) -> dict[str, Any]:
        span = query.span(sources, MOST_DAYS_OF_EVERYBODY)
        await room.write_down()
        found = await unusual_days(sources, span, room.limits, query.team, account.scope)
        days = [
            {
                "day": each.day,
                "agent_number": each.agent.identity,
                "agent_name": each.agent.name,
                "team": each.agent.team,
                "patterns": to_builtins(each.patterns),
            }
            for each in found
        ]
        return span_shape(span, sources.zone) | {"rules": _rules(room.limits), "days": days}


def _abandoned_routes(routes: APIRouter, room: Room) -> None:
    @routes.get("/api/reports/abandoned", response_model=answers.AbandonedPage)
    async def abandoned(account: See, query: Annotated[AbandonedPage, Query()]) -> dict[str, Any]:
        callers = await _callers(room, query, account.scope)
        page, following = page_of(callers, query.state, query.cursor, query.limit)
        called_back = sum(caller.contact is not None for caller in callers)
        totals = {"callers": len(callers), "called_back": called_back, "open": len(callers) - called_back}
        return {"callers": [_caller_shape(caller) for caller in page], "next": following, "totals": totals}

    @routes.post(
        "/api/reports/abandoned/callbacks",
        response_model=answers.PutIntoList,
        dependencies=[requires("run_lists", reach="scoped")],
    )
    async def call_back(account: See, chosen: Chosen) -> dict[str, Any]:
        await check_list(room.sessions, account.scope, chosen.list_id)
        zone = room.sources.zone

        def told(at: Instant) -> str:
            return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")

        now, scope = room.clock(), account.scope
        added, refused = await add_to_list(
            room.sessions, chosen.list_id, chosen.visits, now=now, told=told, scope=scope
        )
        room.wake_list(chosen.list_id)
        return {"added": to_builtins(added), "refused": to_builtins(refused)}


def _file_routes(routes: APIRouter, room: Room, ending: Ending) -> None:
    sources = room.sources

    @routes.get(f"/api/reports/actions.{ending}")
    async def actions_file(account: See, query: Annotated[ActionsFile, Query()]) -> Response:
        span = query.span(sources)
        await room.write_down()
        found = await actions_of(sources, query.agent, span, room.limits, account.scope)
        grid = within(actions_grid(found, span, sources, query.language_for(account)), account.scope)
        return await file_answer(grid, account, dated("actions", span, sources.zone), ending, query)

    @routes.get(f"/api/reports/abandoned.{ending}")
    async def abandoned_file(account: See, query: Annotated[AbandonedFile, Query()]) -> Response:
        span = query.span(sources)
        callers, _ = page_of(await _callers(room, query, account.scope), query.state, None, 10**9)
        grid = within(abandoned_grid(callers, span, sources.zone, query.language_for(account)), account.scope)
        return await file_answer(grid, account, dated("abandoned", span, sources.zone), ending, query)


async def _callers(room: Room, query: AbandonedQuery, scope: Scope) -> list[Caller]:
    span = query.span(room.sources)
    await room.write_down()
    wanted = Wanted(since=span.since, until=span.until, queue=query.queue, pbx=query.pbx, scope=scope)
    return await abandoned_callers(room.sessions, wanted)


# --- shapes -----------------------------------------------------------------------------------------------------


def _actions_shape(found: ActionList) -> dict[str, Any]:
    agent = found.agent
    return {
        "agent": {"number": agent.identity, "name": agent.name, "team": agent.team},
        "actions": to_builtins(found.actions),
        "patterns": to_builtins(found.patterns),
    }


def _rules(limits: Limits) -> list[dict[str, Any]]:
    return [
        {
            "id": rule.id,
            "label_en": rule.label_en,
            "label_zh": rule.label_zh,
            **rule_words(rule, limits),
            "limit": rule.limit(limits),
            "window_seconds": limits.window_seconds,
        }
        for rule in RULES
    ]


def _caller_shape(caller: Caller) -> dict[str, Any]:
    visit = caller.visit
    return {
        "id": caller.row,
        "pbx": visit.pbx,
        "call_id": visit.call_id,
        "queue": visit.queue,
        "number": visit.number,
        "caller_name": visit.caller_name,
        "joined_at": visit.joined_at,
        "ended_at": visit.ended_at,
        "wait_seconds": visit.wait_seconds,
        "is_short": caller.is_short,
        "called_back": None if caller.contact is None else to_builtins(caller.contact),
    }

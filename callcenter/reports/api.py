"""The routes of figures and reports (docs/api.md, Reports)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_args

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.service import Account
from callcenter.errors import BadInput, NotFound
from callcenter.floor.terms import Instant
from callcenter.reports import answers
from callcenter.reports.counted import Part, Wanted, counted_rows, row_shape
from callcenter.reports.figures import FIGURE_BY_ID, FIGURES, LIVE_FIGURES, figures_of
from callcenter.reports.figures.entry import Figure, Subject
from callcenter.reports.figures.measures import OF_QUALITY, OF_TICKETS, Source
from callcenter.reports.heat import heat_map
from callcenter.reports.ranking import Ranking
from callcenter.reports.service import Asked, Sources, agents_behind, chosen_figures, report
from callcenter.reports.shape import report_shape, span_shape
from callcenter.reports.spans import IntervalKind, Piece, Span, day_of, hours_of, merged, read_span
from callcenter.reports.sums import Only
from callcenter.store.engine import snapshot

SHOWN = (
    *("id", "label_en", "label_zh", "formula_en", "formula_zh", "unit", "decimals", "direction", "target"),
    *("group", "subjects", "numerator", "denominator", "opens", "opens_below"),
)

MINE = ("answered", "aht_seconds", "average_talk_seconds", "handled_per_hour", "paused_seconds", "away_compliance")
"""What agents see of themselves."""

# PostgreSQL cannot be asked for a NUL.
Word = Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$")]
When = Annotated[str, Field(max_length=40)]


SeeInScope = Annotated[Account, requires("see_reports", reach="scoped")]


class SpanQuery(BaseModel):
    """A span and what it is restricted to, as they stand in the address."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[When, Field(alias="from")]
    until: Annotated[When, Field(alias="to")]
    pbx: Word | None = None
    queue: Word | None = None

    def only(self, scope: Scope) -> Only:
        """What is not left open, of what whoever asks sees."""
        return Only(**self.model_dump(include=set(Only._fields)), scope=scope)


class ReportQuery(SpanQuery):
    """A report as it stands in the address."""

    interval: IntervalKind = "none"
    agent: Word | None = None
    team: Word | None = None
    compare: Annotated[str, Field(pattern="^(previous)?$")] = ""
    figures: Annotated[str, Field(max_length=2_000)] = ""
    reasons: bool = False


class HeatQuery(SpanQuery):
    """A heat map as it stands in the address."""

    figure: Word = "offered"


class RowsQuery(SpanQuery):
    """Which rows behind which number."""

    part: Part = "numerator"
    agent: Word | None = None
    team: Word | None = None
    weekday: Annotated[int | None, Field(ge=1, le=7)] = None
    hour: Annotated[int | None, Field(ge=0, le=23)] = None
    reason: Word | None = None
    cursor: Word | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def asked_of(subject: Subject, query: ReportQuery, sources: Sources, scope: Scope = EVERYTHING) -> Asked:
    """The report that a query asks for, within a scope. Raises BadInput naming the field at fault."""
    only = query.only(scope)
    if subject == "queues" and (only.agent is not None or only.team is not None):
        field = "agent" if only.agent is not None else "team"
        raise BadInput(f"{field}: the report of queues knows no agents; ask for that of agents", field=field)
    identities = [word for word in query.figures.split(",") if word]
    return Asked(
        subject=subject,
        span=read_span(query.since, query.until, sources.zone),
        interval=query.interval,
        only=only,
        figures=chosen_figures(subject, only, identities),
        compares=query.compare == "previous",
        has_reasons=query.reasons,
    )


def catalogue() -> list[dict[str, Any]]:
    """Every figure as it is told to others."""
    return [
        {**{name: getattr(figure, name) for name in SHOWN}, "is_live": figure in LIVE_FIGURES} for figure in FIGURES
    ]


def report_routes(
    sources: Sources,
    write_down: Callable[[], Awaitable[None]],
    clock: Callable[[], Instant],
    *,
    shows_rank: bool = False,
) -> APIRouter:
    """`/api/figures` and `/api/reports`. `write_down` has what ended until now written before it is counted.

    `shows_rank`: agents are told where they stand in their team.
    """
    routes = APIRouter()
    told = {"figures": catalogue()}

    @routes.get("/api/figures", response_model=answers.Figures, dependencies=[requires(reach="shared")])
    async def figures() -> dict[str, Any]:
        return told

    @routes.get("/api/reports/heatmap", response_model=answers.HeatMap)
    async def heat(query: Annotated[HeatQuery, Query()], account: SeeInScope) -> Response:
        span = read_span(query.since, query.until, sources.zone)
        figure = _figure(query.figure)
        await write_down()
        cells = await heat_map(sources, figure, span, query.only(account.scope))
        return _json({"figure": figure.id, **span_shape(span, sources.zone), "cells": cells})

    @routes.get("/api/reports/rows/{figure}", response_model=answers.CountedRows)
    async def rows(figure: Word, query: Annotated[RowsQuery, Query()], account: SeeInScope) -> Response:
        await write_down()
        return _json(await _rows(sources, _known(figure), query, account.scope))

    async def answer(subject: Subject, query: ReportQuery, scope: Scope) -> Response:
        asked = asked_of(subject, query, sources, scope)
        await write_down()
        return _json(report_shape(await report(sources, asked), sources.zone, clock()))

    ranking = Ranking(sources, chosen_figures("agents", Only(), MINE)) if shows_rank else None

    @routes.get("/api/reports/mine", response_model=answers.OwnFigures)
    async def mine(account: Annotated[Account, requires("work_seat", reach="own")]) -> Response:
        agent, now = own_agent(account.agent_number), clock()
        only = Only(agent=agent)
        figures = chosen_figures("agents", only, MINE)
        today = day_of(now, sources.zone)
        await write_down()
        counted = await report(sources, Asked(subject="agents", span=today, only=only, figures=figures))
        places = await ranking.of(agent, today, now) if ranking else {}
        told = dict(figures_of(counted.part.totals, figures))
        return _json({"from": today.since, "to": today.until, "figures": told, "ranks": places})

    for subject in get_args(Subject):
        _add_report(routes, subject, answer)
    return routes


def _add_report(
    routes: APIRouter, subject: Subject, answer: Callable[[Subject, ReportQuery, Scope], Awaitable[Response]]
) -> None:
    @routes.get(f"/api/reports/{subject}", response_model=answers.Report)
    async def told_report(query: Annotated[ReportQuery, Query()], account: SeeInScope) -> Response:
        return await answer(subject, query, account.scope)


def _json(values: Any) -> Response:
    # A table of agents by day has thousands of values: written in one go, without looking at each in Python.
    return Response(msgspec.json.encode(values), media_type="application/json")


def _known(identity: str) -> Figure:
    figure = FIGURE_BY_ID.get(identity)
    if figure is None:
        raise NotFound(f"there is no figure {identity!r}")
    return figure


def _figure(identity: str) -> Figure:
    """A figure of queues. Raises BadInput."""
    return chosen_figures("queues", Only(), [identity])[0]


async def _rows(sources: Sources, figure: Figure, query: RowsQuery, scope: Scope) -> dict[str, Any]:
    span = read_span(query.since, query.until, sources.zone)
    pieces = _pieces(span, query, sources)
    wanted = Wanted(figure=figure, part=query.part, pieces=pieces, only=query.only(scope), reason=query.reason)
    if wanted.source is Source.TARGETS:
        raise BadInput(f"{figure.id} counts targets: see /api/reports/callbacks/targets", field="figure")
    if wanted.source in OF_QUALITY:
        raise BadInput(f"{figure.id} counts reviews: see /api/reports/quality/reviews", field="figure")
    if wanted.source in OF_TICKETS:
        raise BadInput(f"{figure.id} counts tickets: see /api/reports/tickets/counted", field="figure")
    if query.reason is not None and wanted.source is not Source.SPELLS:
        raise BadInput(f"reason: {figure.id} counts no pauses", field="reason")
    head = {"figure": figure.id, "part": query.part, "kind": wanted.source.value}
    if wanted.source is Source.AGENTS:
        return {**head, **await _agents(sources, wanted)}
    async with snapshot(sources.engine) as connection:
        page = await counted_rows(connection, wanted, query.cursor, query.limit)
    shapes = [row_shape(wanted.source, row) for row in page.rows]
    return {**head, "count": page.count, "total": page.total, "rows": shapes, "next": page.next}


def _pieces(span: Span, query: RowsQuery, sources: Sources) -> list[Piece]:
    if query.weekday is None and query.hour is None:
        return [Piece(0, *span)]
    return merged(hours_of(span, sources.zone, query.weekday, query.hour))


async def _agents(sources: Sources, wanted: Wanted) -> dict[str, Any]:
    found = await agents_behind(sources, wanted)
    rows = []
    for identity, agent in sorted(found.items()):
        name, team = sources.names.agent(identity, "", "")
        person = {"agent_number": identity, "agent_name": name, "team": team}
        rows.append({"id": identity, "kind": "agents", "value": 1, **person, **agent._asdict()})
    return {"count": len(rows), "total": len(rows), "rows": rows, "next": None}

"""The routes of the callback report and of what forms were answered (docs/api.md, Callback report)."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Response
from msgspec import to_builtins
from pydantic import Field

from callcenter.accounts.scope import Scope
from callcenter.dialer.scoped import check_list
from callcenter.dialer.service import list_row
from callcenter.reports import answers
from callcenter.reports.callbacks import (
    CALLBACK_FIGURES,
    By,
    Line,
    Report,
    Wanted,
    callback_report,
    counted_targets,
)
from callcenter.reports.counted import Part, check_rows, figure_among
from callcenter.reports.export import Cell, Column, Ending, Grid, Language
from callcenter.reports.figures import figures_of
from callcenter.reports.figures.entry import Figure
from callcenter.reports.files import FileOptions, Word, dated, file_answer
from callcenter.reports.form_results import Results, counted, form_results, results_grid
from callcenter.reports.grids import KINDS, covered, told_span, within
from callcenter.reports.people_api import Room, RowNumber, See, SpanQuery
from callcenter.reports.service import Sources
from callcenter.reports.shape import span_shape
from callcenter.reports.wording import word

MOST_DAYS = 366


class CallbackQuery(SpanQuery):
    """Which targets."""

    list_id: Annotated[RowNumber | None, Field(alias="list")] = None
    agent: Word | None = None
    team: Word | None = None


class ReportQuery(CallbackQuery):
    """By what they are counted."""

    by: By = "list"


class TargetsQuery(CallbackQuery):
    """Which number they stand behind."""

    figure: Word
    part: Part = "numerator"
    hour: Annotated[int | None, Field(ge=0, le=23)] = None


class FormQuery(SpanQuery):
    """The records of which list."""

    list_id: Annotated[RowNumber, Field(alias="list")]


class ReportFile(ReportQuery, FileOptions):
    """The same as a file."""


class TargetsFile(TargetsQuery, FileOptions):
    """The same as a file."""


class FormFile(FormQuery, FileOptions):
    """The same as a file."""


def callback_report_routes(room: Room) -> APIRouter:
    """The routes, with their files."""
    routes = APIRouter()
    _report_routes(routes, room)
    for ending in get_args(Ending):
        _file_routes(routes, room, ending)
    return routes


def _report_routes(routes: APIRouter, room: Room) -> None:
    sources = room.sources

    @routes.get("/api/reports/callbacks", response_model=answers.CallbackReport)
    async def report(account: See, query: Annotated[ReportQuery, Query()]) -> dict[str, Any]:
        wanted = await _wanted(room, query, account.scope)
        return span_shape(wanted.span, sources.zone) | _report_shape(await callback_report(sources, wanted, query.by))

    @routes.get("/api/reports/callbacks/targets", response_model=answers.CountedTargets)
    async def targets(account: See, query: Annotated[TargetsQuery, Query()]) -> dict[str, Any]:
        wanted = await _wanted(room, query, account.scope, query.hour)
        rows = await _targets(sources, wanted, query)
        return span_shape(wanted.span, sources.zone) | {"count": len(rows), "targets": rows[:200]}

    @routes.get("/api/reports/forms", response_model=answers.FormResults)
    async def forms(account: See, query: Annotated[FormQuery, Query()]) -> dict[str, Any]:
        results = await _results(room, query, account.scope)
        return {
            "from": results.span.since,
            "to": results.span.until,
            "list": {"id": str(results.callback_list.id), "name": results.callback_list.name},
            "records": len(results.entries),
            "results": _result_counts(results),
            "questions": to_builtins(counted(results)),
        }


def _file_routes(routes: APIRouter, room: Room, ending: Ending) -> None:
    sources = room.sources

    @routes.get(f"/api/reports/callbacks.{ending}")
    async def report_file(account: See, query: Annotated[ReportFile, Query()]) -> Response:
        wanted = await _wanted(room, query, account.scope)
        grid = _report_grid(
            await callback_report(sources, wanted, query.by), wanted, sources, query.language_for(account)
        )
        return await file_answer(grid, account, dated("callbacks", wanted.span, sources.zone), ending, query)

    @routes.get(f"/api/reports/callbacks/targets.{ending}")
    async def targets_file(account: See, query: Annotated[TargetsFile, Query()]) -> Response:
        wanted = await _wanted(room, query, account.scope, query.hour)
        rows = await _targets(sources, wanted, query)
        grid = _targets_grid(rows, _figure(query.figure), wanted, sources, query.language_for(account))
        return await file_answer(grid, account, dated(query.figure, wanted.span, sources.zone), ending, query)

    @routes.get(f"/api/reports/forms.{ending}")
    async def forms_file(account: See, query: Annotated[FormFile, Query()]) -> Response:
        results = await _results(room, query, account.scope)
        grid = results_grid(results, sources.names, sources.zone, query.language_for(account))
        grid = within(grid, account.scope)
        return await file_answer(grid, account, dated("callback-records", results.span, sources.zone), ending, query)


async def _wanted(room: Room, query: CallbackQuery, scope: Scope, hour: int | None = None) -> Wanted:
    """Raises BadInput, NotFound for the list."""
    span = query.span(room.sources, MOST_DAYS)
    if query.list_id is not None and scope.is_everything:  # others are told what is inside, of whichever list
        await list_row(room.sessions, query.list_id)
    await room.write_down()
    return Wanted(
        span=span, now=room.clock(), list_id=query.list_id, agent=query.agent, team=query.team, hour=hour, scope=scope
    )


async def _results(room: Room, query: FormQuery, scope: Scope) -> Results:
    span = query.span(room.sources, MOST_DAYS)
    await check_list(room.sessions, scope, query.list_id)
    await room.write_down()
    return await form_results(room.sessions, query.list_id, span)


def _figure(identity: str) -> Figure:
    return figure_among(CALLBACK_FIGURES, identity, "callbacks")


async def _targets(sources: Sources, wanted: Wanted, query: TargetsQuery) -> list[Mapping[str, Any]]:
    figure = _figure(query.figure)
    rows = await counted_targets(sources, wanted, figure, query.part)
    check_rows(rows, "targets")
    return rows


# --- shapes -----------------------------------------------------------------------------------------------------


def _report_shape(report: Report) -> dict[str, Any]:
    return {
        "by": report.by,
        "figures": [figure.id for figure in CALLBACK_FIGURES],
        "rows": [
            {"id": line.key, "name": line.name, "figures": figures_of(line.sums, CALLBACK_FIGURES)}
            for line in report.lines
        ],
        "totals": figures_of(report.totals, CALLBACK_FIGURES),
        "best_hours": [int(key) for key in report.best],
    }


def _result_counts(results: Results) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in results.entries:
        counts[entry.record.result] = counts.get(entry.record.result, 0) + 1
    return counts


# --- as tables --------------------------------------------------------------------------------------------------


def _report_grid(report: Report, wanted: Wanted, sources: Sources, language: Language) -> Grid:
    columns = [
        Column(word(report.by, language), is_own=True),
        *([Column(word("agent_name", language))] if report.by == "agent" else []),
    ]
    columns += [_figure_column(figure, language) for figure in CALLBACK_FIGURES]
    rows = [[*_whose(report.by, line), *_cells(line.sums)] for line in report.lines]
    blank: list[Cell] = [None] * (2 if report.by == "agent" else 1)
    notes = [(word("span", language), told_span(wanted.span, sources.zone)), *covered(wanted.scope, language)]
    totals = [*blank, *_cells(report.totals)]
    return Grid(word("callbacks", language), tuple(columns), rows, sources.zone, language, totals, notes)


def _whose(by: By, line: Line) -> list[Cell]:
    return [line.key, line.name] if by == "agent" else [line.name]


def _cells(sums: Mapping[str, float]) -> list[Cell]:
    return [*figures_of(sums, CALLBACK_FIGURES).values()]


def _figure_column(figure: Figure, language: Language) -> Column:
    label, meaning = (figure.label_zh, figure.formula_zh) if language == "zh" else (figure.label_en, figure.formula_en)
    return Column(label, KINDS[figure.unit], figure.decimals, meaning)


def _targets_grid(
    rows: list[Mapping[str, Any]], figure: Figure, wanted: Wanted, sources: Sources, language: Language
) -> Grid:
    """The targets with their own columns: what is handed on to whoever goes there."""
    own = sorted({name for row in rows for name in row["attributes"]})
    label = _figure_column(figure, language).label
    columns = [
        Column(word("list", language)),
        Column(word("number", language)),
        Column(word("customer", language)),
        Column(word("attempts", language), "count"),
        Column(word("last_at", language), "instant"),
        Column(word("last_outcome", language)),
        *(Column(name) for name in own),
    ]
    table = [
        [
            *(row["list"], row["number"], row["name"], row["attempts"], row["last_at"], row["last_outcome"] or ""),
            *(row["attributes"].get(name, "") for name in own),
        ]
        for row in rows
    ]
    notes = [(word("figure", language), label), (word("span", language), told_span(wanted.span, sources.zone))]
    notes += covered(wanted.scope, language)
    return Grid(word("targets", language), tuple(columns), table, sources.zone, language, notes=notes)

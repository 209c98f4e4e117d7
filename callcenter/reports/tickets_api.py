"""The routes of the report of tickets (docs/api.md, Ticket report)."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Response

from callcenter.accounts.api import requires
from callcenter.accounts.scope import Scope
from callcenter.reports import answers
from callcenter.reports.api import SeeInScope
from callcenter.reports.api import Word as Whose
from callcenter.reports.counted import Part, check_rows, figure_among
from callcenter.reports.export import Ending
from callcenter.reports.figures import figures_of
from callcenter.reports.figures.entry import Figure
from callcenter.reports.files import FileOptions, Word, dated, file_answer
from callcenter.reports.people_api import Room, SpanQuery
from callcenter.reports.shape import span_shape
from callcenter.reports.spans import FOLDED, IntervalKind
from callcenter.reports.tickets import (
    TICKET_FIGURES,
    By,
    Interval,
    Line,
    Report,
    Wanted,
    counted_tickets,
    ticket_report,
)
from callcenter.reports.tickets_grids import counted_grid, report_grid
from callcenter.tickets.rules import number_of

MOST_DAYS = 366
SHOWN_TICKETS = 200


class TicketQuery(SpanQuery):
    """Which tickets; what is "" belongs to none: no team, no owner, no queue."""

    team: Whose | None = None
    owner: Whose | None = None
    type: Whose | None = None
    queue: Whose | None = None

    def wanted(self, room: Room, scope: Scope) -> Wanted:
        """Raises BadInput."""
        named = self.model_dump(include={"team", "owner", "type", "queue", "interval"})
        return Wanted(span=self.span(room.sources, MOST_DAYS), now=room.clock(), scope=scope, **named)


class ReportQuery(TicketQuery):
    """By what they are counted, and how the trend is cut."""

    by: By = "team"
    interval: IntervalKind = "none"


class CountedQuery(TicketQuery):
    """Which number they stand behind."""

    figure: Word
    part: Part = "numerator"


class ReportFile(ReportQuery, FileOptions):
    """The same as a file."""


class CountedFile(CountedQuery, FileOptions):
    """The same as a file."""


def ticket_report_routes(room: Room) -> APIRouter:
    """The routes, with their files."""
    routes = APIRouter(prefix="/api/reports/tickets")
    _report_routes(routes, room)
    for ending in get_args(Ending):
        _file_routes(routes, room, ending)
    return routes


SEES_TICKETS = [requires("work_tickets", reach="scoped")]
"""What a ticket says is read by those who work on them; figures by those who see reports."""


def _report_routes(routes: APIRouter, room: Room) -> None:
    @routes.get("", response_model=answers.TicketReport)
    async def report(account: SeeInScope, query: Annotated[ReportQuery, Query()]) -> dict[str, Any]:
        wanted = query.wanted(room, account.scope)
        await room.write_down()
        found = await ticket_report(room.sources, wanted, query.by)
        return span_shape(wanted.span, room.sources.zone) | _report_shape(found, wanted)

    @routes.get("/counted", response_model=answers.CountedTickets, dependencies=SEES_TICKETS)
    async def counted(account: SeeInScope, query: Annotated[CountedQuery, Query()]) -> dict[str, Any]:
        wanted = query.wanted(room, account.scope)
        rows = await _counted(room, wanted, query)
        shown = [_ticket_shape(row) for row in rows[:SHOWN_TICKETS]]
        return span_shape(wanted.span, room.sources.zone) | {"count": len(rows), "tickets": shown}


def _file_routes(routes: APIRouter, room: Room, ending: Ending) -> None:
    zone = room.sources.zone

    @routes.get(f".{ending}")
    async def report_file(account: SeeInScope, query: Annotated[ReportFile, Query()]) -> Response:
        wanted, language = query.wanted(room, account.scope), query.language_for(account)
        await room.write_down()
        grid = report_grid(await ticket_report(room.sources, wanted, query.by), wanted, room.sources, language)
        return await file_answer(grid, account, dated("tickets", wanted.span, zone), ending, query)

    @routes.get(f"/counted.{ending}", dependencies=SEES_TICKETS)
    async def counted_file(account: SeeInScope, query: Annotated[CountedFile, Query()]) -> Response:
        wanted, language = query.wanted(room, account.scope), query.language_for(account)
        rows = await _counted(room, wanted, query)
        grid = counted_grid(rows, _figure(query.figure), wanted, room.sources, language)
        return await file_answer(grid, account, dated(query.figure, wanted.span, zone), ending, query)


def _figure(identity: str) -> Figure:
    return figure_among(TICKET_FIGURES, identity, "tickets")


async def _counted(room: Room, wanted: Wanted, query: CountedQuery) -> list[Mapping[str, Any]]:
    rows = await counted_tickets(room.sources, wanted, _figure(query.figure), query.part)
    check_rows(rows, "tickets")
    return rows


# --- shapes -----------------------------------------------------------------------------------------------------


def _report_shape(report: Report, wanted: Wanted) -> dict[str, Any]:
    return {
        "by": report.by,
        "interval": wanted.interval,
        "figures": [figure.id for figure in report.figures],
        "rows": [_line_shape(line, report.figures) for line in report.lines],
        "totals": figures_of(report.totals, report.figures),
        "intervals": [_interval_shape(interval, report, wanted) for interval in report.intervals],
    }


def _line_shape(line: Line, figures: tuple[Figure, ...]) -> dict[str, Any]:
    name = {"name_en": line.name.en, "name_zh": line.name.zh}
    return {"id": line.key, **name, "figures": figures_of(line.sums, figures)}


def _interval_shape(interval: Interval, report: Report, wanted: Wanted) -> dict[str, Any]:
    is_folded = wanted.interval in FOLDED
    return {
        "index": interval.piece.group,
        "start": None if is_folded else interval.piece.since,
        "end": None if is_folded else interval.piece.until,
        "figures": figures_of(interval.sums, report.interval_figures),
    }


def _ticket_shape(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "ticket": number_of(row["id"])}

"""Reports of figures as files: for a request, and for what is delivered by itself."""

from collections.abc import Awaitable, Callable
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Response
from msgspec import convert, to_builtins

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant
from callcenter.reports.api import ReportQuery, SeeInScope, asked_of
from callcenter.reports.delivering import MakeGrid
from callcenter.reports.export import Ending, Grid, Language
from callcenter.reports.figures.entry import Subject
from callcenter.reports.files import FileOptions, dated, file_answer
from callcenter.reports.grids import report_grid
from callcenter.reports.quality import Wanted
from callcenter.reports.quality_grids import weekly_grid
from callcenter.reports.recurrence import Dates
from callcenter.reports.saved import Parameters
from callcenter.reports.service import Asked, Sources, report
from callcenter.reports.spans import LAST_INSTANT, IntervalKind, pieces_of, read_span
from callcenter.reports.tickets import Wanted as TicketsWanted
from callcenter.reports.tickets_grids import saved_grid

WriteDown = Callable[[], Awaitable[None]]


class ReportFile(ReportQuery, FileOptions):
    """A report as it stands in the address, wanted as a file."""


def report_file_routes(sources: Sources, write_down: WriteDown) -> APIRouter:
    """`/api/reports/{subject}.csv` and `.xlsx`."""
    routes = APIRouter()

    def add(subject: Subject, ending: Ending) -> None:
        @routes.get(f"/api/reports/{subject}.{ending}")
        async def file(account: SeeInScope, query: Annotated[ReportFile, Query()]) -> Response:
            asked = asked_of(subject, query, sources, account.scope)
            await write_down()
            found = await report(sources, asked)
            grid = report_grid(found, sources.zone, sources.names, query.language_for(account))
            return await file_answer(grid, account, dated(subject, asked.span, sources.zone), ending, query)

    for subject in get_args(Subject):
        for ending in get_args(Ending):
            add(subject, ending)
    return routes


def asked_for(parameters: Parameters, dates: Dates, sources: Sources, scope: Scope = EVERYTHING) -> Asked:
    """What a saved report asks for on these days, within a scope. Raises BadInput naming the field at fault."""
    values = {name: value for name, value in to_builtins(parameters).items() if name in COMMON and value is not None}
    days = {"from": dates.first.isoformat(), "to": dates.last.isoformat()}
    query = ReportQuery.model_validate({**values, **days, "figures": ",".join(parameters.figures)})
    subject: Subject = convert(parameters.subject, Subject)
    return asked_of(subject, query, sources, scope)


COMMON = ("interval", "pbx", "queue", "agent", "team")
"""What a saved report and the query of one have in common."""


def check_report(parameters: Parameters, dates: Dates, sources: Sources) -> None:
    """Raises BadInput naming the field at fault of a saved report that could not be made of these days."""
    if parameters.subject == QUALITY:
        quality_asked(parameters, dates, sources)
    elif parameters.subject == TICKETS:
        tickets_asked(parameters, dates, sources)
    else:
        asked_for(parameters, dates, sources)


QUALITY = "quality"
"""The subject of the QA report, which is made in one way only."""


def quality_asked(parameters: Parameters, dates: Dates, sources: Sources, scope: Scope = EVERYTHING) -> Wanted:
    """What a saved QA report counts on these days, within a scope. Raises BadInput for what it cannot show."""
    _check_choices(parameters, "agent", "team")
    span = read_span(dates.first.isoformat(), dates.last.isoformat(), sources.zone)
    return Wanted(span=span, agent=parameters.agent, team=parameters.team, scope=scope)


TICKETS = "tickets"
"""The subject of the report of tickets, which is made by team, owner, type and queue."""


def tickets_asked(
    parameters: Parameters, dates: Dates, sources: Sources, scope: Scope = EVERYTHING, now: Instant = LAST_INSTANT
) -> TicketsWanted:
    """What a saved report of tickets counts on these days, within a scope. Raises BadInput for what it cannot show."""
    _check_choices(parameters, "interval", "agent", "team", "queue")
    span = read_span(dates.first.isoformat(), dates.last.isoformat(), sources.zone)
    interval: IntervalKind = convert(parameters.interval, IntervalKind)
    pieces_of(span, interval, sources.zone)
    whose = {"team": parameters.team, "owner": parameters.agent, "queue": parameters.queue}
    return TicketsWanted(span=span, now=now, interval=interval, scope=scope, **whose)


def _check_choices(parameters: Parameters, *names: str) -> None:
    """Raises BadInput for a choice that the report does not have: of all but its span it has only these."""
    choices = {name: getattr(parameters, name) for name in ("subject", "span", *names)}
    plain = Parameters(**choices)
    for field in Parameters.__struct_fields__:
        if getattr(parameters, field) != getattr(plain, field):
            raise BadInput(f"{field}: this report has no such choice", field=field)


def grid_maker(sources: Sources, write_down: WriteDown, clock: Callable[[], Instant]) -> MakeGrid:
    """Makes the tables of saved reports, each within a scope."""

    async def make(name: str, parameters: Parameters, language: Language, dates: Dates, scope: Scope) -> Grid:
        if parameters.subject == QUALITY:
            return await weekly_grid(sources, quality_asked(parameters, dates, sources, scope), language, name)
        await write_down()
        if parameters.subject == TICKETS:
            wanted = tickets_asked(parameters, dates, sources, scope, clock())
            return await saved_grid(sources, wanted, language, name)
        asked = asked_for(parameters, dates, sources, scope)
        return report_grid(await report(sources, asked), sources.zone, sources.names, language, title=name)

    return make

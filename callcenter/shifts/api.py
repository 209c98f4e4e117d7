"""The routes of shifts (docs/api.md, Shifts)."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, File, Query, Response, UploadFile
from msgspec import to_builtins

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.agents.rules import OWN
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.forms.shapes import Row
from callcenter.reports.export import Ending
from callcenter.reports.files import dated, file_answer
from callcenter.reports.spans import Span, local, midnight
from callcenter.reports.staffing_api import wish_of
from callcenter.reports.staffing_report import Wish
from callcenter.settings import AgentSettings
from callcenter.shifts import answers, gaps, keeping, logbook, service, templates
from callcenter.shifts.files import adherence_grid
from callcenter.shifts.importing import MOST_BYTES, Sheet, error_file, read_shifts
from callcenter.shifts.rules import agent_seen, agents_seen, check_monday, check_team, days_between, teams_seen
from callcenter.shifts.service import DAY, Planning
from callcenter.shifts.shapes import (
    AgentNumber,
    ChangedTemplateShape,
    CopyShape,
    Day,
    DayQuery,
    DaysQuery,
    FiguresAnswer,
    GapsQuery,
    ImportAnswer,
    KeptFile,
    KeptQuery,
    LogAnswer,
    LogQuery,
    MineAnswer,
    NoteAnswer,
    NoteShape,
    PlanAnswer,
    SavedAnswer,
    ShiftAnswer,
    ShiftShape,
    TeamGapsQuery,
    TemplateAnswer,
    TemplatesAnswer,
    TemplateShape,
    UndoneAnswer,
    Version,
    agent_answer,
    briefing_shape,
    gap_shape,
    import_answer,
    kept_shape,
    note_answer,
    shift_answer,
    spell_shape,
    template_answer,
    undoable_answer,
)
from callcenter.shifts.tables import ShiftNote

Agent = Annotated[Account, requires(OWN, reach="own")]
Reader = Annotated[Account, requires("see_shifts", reach="scoped")]
Planner = Annotated[Account, requires("plan_shifts", reach="scoped")]
Patterner = Annotated[Account, requires("plan_shifts", reach="shared")]
DAYS_AHEAD = 14
"""Of today and what is to come, that agents see of their own shifts."""
Upload = Annotated[UploadFile, File()]


def shift_routes(planning: Planning) -> APIRouter:
    """Who sees shifts reads them, who plans them changes them, each within the scope; agents see their own."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _reading_routes(routes, planning)
    _kept_routes(routes, planning)
    _kept_total_routes(routes, planning)
    _changing_routes(routes, planning)
    _import_routes(routes, planning)
    _template_routes(routes, planning)
    _log_routes(routes, planning)
    return routes


def _agents(planning: Planning, account: Account, team: str | None, agent: str | None = None) -> list[AgentSettings]:
    """Those asked for, of those whom the account sees. Raises NotFound for an agent whom it does not see."""
    agents = planning.settings.agents
    if agent is not None:
        return [agent_seen(agents, account.scope, agent)]
    return agents_seen(agents, account.scope, team)


def _reading_routes(routes: APIRouter, planning: Planning) -> None:
    zone = planning.settings.zone

    @routes.get("/shifts")
    async def plan(query: Annotated[DaysQuery, Query()], account: Reader) -> PlanAnswer:
        days = days_between(query.since, query.until)
        agents = _agents(planning, account, query.team)
        found = await service.shifts(planning.sessions, agents, days)
        everybody = agents_seen(planning.settings.agents, account.scope)
        return PlanAnswer(
            timezone=zone.key,
            teams=sorted({one.team for one in everybody if one.team}),
            agents=[agent_answer(one) for one in agents],
            shifts=[shift_answer(one) for one in found],
            undoable=undoable_answer(planning.last_changes.of(account.username, planning.clock())),
        )

    @routes.get("/shifts/mine")
    async def mine(account: Agent) -> MineAnswer:
        number, today = own_agent(account.agent_number), local(planning.clock(), zone).date()
        me = AgentSettings(number=number, name="")
        # A shift through the night is still yesterday's.
        days = [today + timedelta(days=days) for days in range(-1, DAYS_AHEAD)]
        found = await service.shifts(planning.sessions, [me], days)
        now = planning.clock()
        shown = [one for one in found if one.day >= today or planning.planned(one)[-1].until > now]
        return MineAnswer(timezone=zone.key, today=today, shifts=[shift_answer(one) for one in shown])

    @routes.get("/shifts/gaps", response_model=answers.ShiftGaps)
    async def missing(query: Annotated[GapsQuery, Query()], account: Reader) -> dict[str, Any]:
        account.scope.check(account.scope.sees_queue(query.queue), f"queue {query.queue!r}")
        wish = wish_of(query, query.queue, planning.sources, planning.settings)
        rows = await gaps.gaps(planning, wish, planning.settings.agents, query.weeks_back)
        return _told_gaps(planning, wish, rows) | {"queue": wish.queue}

    @routes.get("/shifts/team-gaps", response_model=answers.TeamShiftGaps)
    async def of_team(query: Annotated[TeamGapsQuery, Query()], account: Reader) -> dict[str, Any]:
        agents = planning.settings.agents
        check_team(agents, account.scope, query.team)
        queues = sorted({queue for one in agents if one.team == query.team for queue in one.queues})
        if not queues:
            raise Conflict(f"no agent of team {query.team!r} joins a queue", field="team")
        wishes = [wish_of(query, queue, planning.sources, planning.settings) for queue in queues]
        rows = await gaps.team_gaps(planning, query.team, wishes, agents, query.weeks_back)
        return _told_gaps(planning, wishes[0], rows) | {"team": query.team}


def _told_gaps(planning: Planning, wish: Wish, rows: list[gaps.Gap]) -> dict[str, Any]:
    span = {"from": wish.span.since, "to": wish.span.until, "timezone": planning.settings.zone.key}
    return span | {"pbx": wish.pbx, "rows": [gap_shape(row) for row in rows]}


async def _kept(planning: Planning, query: KeptQuery, account: Account) -> list[keeping.AgentDay]:
    days = days_between(query.since, query.until)
    return await keeping.adherence(planning, _agents(planning, account, query.team, query.agent), days)


def _kept_total_routes(routes: APIRouter, planning: Planning) -> None:
    zone = planning.settings.zone

    @routes.get("/shifts/adherence/totals", response_model=answers.AdherenceTotals)
    async def adherence_totals(query: Annotated[KeptQuery, Query()], account: Reader) -> dict[str, Any]:
        found = await _kept(planning, query, account)
        return {"timezone": zone.key, **to_builtins(keeping.totals(found))}

    def add_file(ending: Ending) -> None:
        @routes.get(f"/shifts/adherence.{ending}")
        async def file(query: Annotated[KeptFile, Query()], account: Reader) -> Response:
            days, found = days_between(query.since, query.until), await _kept(planning, query, account)
            grid = adherence_grid(found, days, account.scope, zone, query.language_for(account))
            name = dated("adherence", Span(midnight(days[0], zone), midnight(days[-1] + DAY, zone)), zone)
            return await file_answer(grid, account, name, ending, query)

    for ending in get_args(Ending):
        add_file(ending)


def _kept_routes(routes: APIRouter, planning: Planning) -> None:
    zone = planning.settings.zone

    @routes.get("/shifts/adherence", response_model=answers.Adherence)
    async def adherence(query: Annotated[KeptQuery, Query()], account: Reader) -> dict[str, Any]:
        return {"timezone": zone.key, "rows": [kept_shape(one) for one in await _kept(planning, query, account)]}

    @routes.get("/shifts/adherence/{agent}/{day}", response_model=answers.AdherenceOfDay)
    async def behind(agent: AgentNumber, day: Day, account: Reader) -> dict[str, Any]:
        chosen = _agents(planning, account, None, agent)
        found = await keeping.adherence(planning, chosen, [day])
        if not found:
            raise NotFound(f"there is no shift of agent {agent} on {day.isoformat()}")
        spells = await keeping.spells_behind(planning, agent, planning.planned(found[0].shift))
        return {"timezone": zone.key, **kept_shape(found[0]), "spells": [spell_shape(one) for one in spells]}

    @routes.get("/shifts/briefings", response_model=answers.Briefings)
    async def briefings(query: Annotated[DayQuery, Query()], account: Reader) -> dict[str, Any]:
        agents = _agents(planning, account, query.team)
        found = await keeping.briefings(planning, agents, query.day)
        return {"timezone": zone.key, "briefings": [briefing_shape(one) for one in found]}


def _changing_routes(routes: APIRouter, planning: Planning) -> None:
    @routes.put("/shifts/{agent}/{day}")
    async def put(agent: AgentNumber, day: Day, shape: ShiftShape, account: Planner) -> ShiftAnswer:
        _agents(planning, account, None, agent)
        return shift_answer(await service.save(planning, (agent, day), shape.made(), shape.version, account.username))

    @routes.delete("/shifts/{agent}/{day}", status_code=204)
    async def remove(agent: AgentNumber, day: Day, version: Annotated[Version, Query()], account: Planner) -> None:
        _agents(planning, account, None, agent)
        await service.remove(planning, (agent, day), version)

    @routes.post("/shifts/copy-week/check")
    async def check_copy(shape: CopyShape, account: Planner) -> SavedAnswer:
        check_monday(shape.monday)
        agents = _agents(planning, account, shape.team)
        saved = await service.copy_week(planning, agents, shape.monday, account.username, dry=True)
        return SavedAnswer.model_validate(saved, from_attributes=True)

    @routes.post("/shifts/copy-week")
    async def copy(shape: CopyShape, account: Planner) -> SavedAnswer:
        check_monday(shape.monday)
        agents = _agents(planning, account, shape.team)
        saved = await service.copy_week(planning, agents, shape.monday, account.username)
        return SavedAnswer.model_validate(saved, from_attributes=True)

    @routes.post("/shifts/undo")
    async def undo(account: Planner) -> UndoneAnswer:
        change = service.undoable(planning, account.username)
        for number in {number for number, _ in change.versions}:
            _agents(planning, account, None, number)
        undone = await service.undo(planning, account.username, change)
        return UndoneAnswer.model_validate(undone, from_attributes=True)


def _template_routes(routes: APIRouter, planning: Planning) -> None:
    """Templates are the whole centre's: a shift that is planned by one is a copy of it."""

    @routes.get("/shift-templates", dependencies=[requires("see_shifts", reach="shared")])
    async def all_templates() -> TemplatesAnswer:
        return TemplatesAnswer(templates=[template_answer(one) for one in await templates.templates(planning)])

    @routes.post("/shift-templates", status_code=201)
    async def make(shape: TemplateShape, account: Patterner) -> TemplateAnswer:
        return template_answer(await templates.make(planning, shape.pattern(), account.username))

    @routes.put("/shift-templates/{template_id}")
    async def change(template_id: Row, shape: ChangedTemplateShape, account: Patterner) -> TemplateAnswer:
        wanted = shape.pattern()
        return template_answer(await templates.change(planning, template_id, wanted, shape.version, account.username))

    @routes.delete(
        "/shift-templates/{template_id}",
        status_code=204,
        dependencies=[requires("plan_shifts", reach="shared")],
    )
    async def remove(template_id: Row, version: Annotated[Version, Query()]) -> None:
        await templates.remove(planning, template_id, version)


def _import_routes(routes: APIRouter, planning: Planning) -> None:
    async def read(file: UploadFile, account: Account) -> Sheet:
        content = await file.read(MOST_BYTES + 1)
        seen = {one.number for one in agents_seen(planning.settings.agents, account.scope)}
        # In a thread, so that the floor goes on meanwhile.
        return await asyncio.to_thread(read_shifts, content, seen)

    @routes.post("/shifts/import/check")
    async def check(file: Upload, account: Planner) -> ImportAnswer:
        sheet = await read(file, account)
        saved = await service.save_all(planning, sheet.shifts, account.username, dry=True)
        return import_answer(sheet, saved)

    @routes.post("/shifts/import/errors.csv")
    async def errors(file: Upload, account: Planner, language: Literal["en", "zh"] = "en") -> Response:
        content = error_file(await read(file, account), language)
        headers = {"Content-Disposition": 'attachment; filename="shifts-errors.csv"'}
        return Response(content, media_type="text/csv", headers=headers)

    @routes.post("/shifts/import")
    async def run(file: Upload, account: Planner) -> ImportAnswer:
        sheet = await read(file, account)
        if sheet.errors:
            first = sheet.errors[0]
            raise BadInput(
                f"line {first.line}: {first.reason('en')}; {len(sheet.errors)} such rows, nothing was imported",
                field="file",
            )
        return import_answer(sheet, await service.save_all(planning, sheet.shifts, account.username, dry=False))


def _log_routes(routes: APIRouter, planning: Planning) -> None:
    agents = planning.settings.agents

    @routes.get("/shift-log")
    async def log(query: Annotated[LogQuery, Query()], account: Reader) -> LogAnswer:
        check_team(agents, account.scope, query.team)
        await planning.write_down()
        figures = await logbook.figures_of_day(planning.sources, agents, query.team, query.day, account.scope)
        return LogAnswer(
            team=query.team,
            day=query.day,
            teams=teams_seen(agents, account.scope),
            figures=FiguresAnswer.model_validate(figures, from_attributes=True),
            notes=[note_answer(one) for one in await logbook.notes(planning.sessions, query.team, query.day)],
        )

    @routes.post("/shift-log", status_code=201)
    async def write(shape: NoteShape, account: Planner) -> NoteAnswer:
        check_team(agents, account.scope, shape.team)
        note = ShiftNote(
            team=shape.team,
            day=shape.day,
            text=shape.text,
            version=shape.version + 1,
            written_at=planning.clock(),
            written_by=account.name or account.username,
        )
        await logbook.write(planning.sessions, note)
        return note_answer(note)

"""The routes of callback lists (docs/api.md, Callbacks)."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Response, UploadFile
from fastapi.responses import JSONResponse
from msgspec import to_builtins

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.scope import Scope
from callcenter.accounts.service import Account
from callcenter.dialer import answers, service
from callcenter.dialer.holidays import is_known
from callcenter.dialer.importing.sheets import MAX_BYTES
from callcenter.dialer.rules import (
    DEFAULT_MAX_ATTEMPTS,
    DEFAULT_MAX_ATTEMPTS_PER_DAY,
    DEFAULT_RULES,
    TargetState,
)
from callcenter.dialer.scoped import check_list, check_queue, of_list
from callcenter.dialer.service import Leaving, Summary
from callcenter.dialer.shapes import CalendarShape, ListChanges, ListId, NewList
from callcenter.dialer.tables import Attempt, Target
from callcenter.dialer.trunks import trunk_names
from callcenter.dialer.worker import Worker
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.settings import Settings
from callcenter.store.engine import Sessions

Cursor = Annotated[int, Query(ge=0, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=500)]


def callback_routes(
    sessions: Sessions, worker: Worker, settings: Settings, leaving: Leaving | None = None
) -> APIRouter:
    """The routes; each says which permission it needs. `leaving` is told of a list before it is deleted."""
    routes = APIRouter(prefix="/api/lists", route_class=OnceRoute)
    _list_routes(routes, sessions, worker, settings)
    _deleting_route(routes, sessions, worker, leaving)
    _state_routes(routes, sessions, worker)
    _content_routes(routes, sessions, worker)
    return routes


def _list_routes(routes: APIRouter, sessions: Sessions, worker: Worker, settings: Settings) -> None:
    @routes.get("", response_model=answers.CallbackLists)
    async def lists(account: Annotated[Account, requires("see_lists", reach="scoped")]) -> dict[str, Any]:
        found = await service.summaries(sessions, worker.clock())
        return {"lists": [_list(each, worker) for each in found if account.scope.sees_queue(each.row.queue)]}

    @routes.get("/{list_id}", response_model=answers.CallbackList, dependencies=[of_list(sessions, "see_lists")])
    async def one_list(list_id: ListId) -> dict[str, Any]:
        return await _one(sessions, worker, list_id)

    @routes.post("", response_model=answers.CallbackList, status_code=201)
    async def create(
        new: NewList, account: Annotated[Account, requires("run_lists", reach="scoped")]
    ) -> dict[str, Any]:
        fields = _defaults(settings) | new.fields()
        _check_place(fields, settings, account.scope)
        await _check_escalation(sessions, fields, account.scope)
        list_id = await service.create_list(sessions, fields, worker.clock())
        worker.wake(list_id)
        return await _one(sessions, worker, list_id)

    @routes.patch("/{list_id}", response_model=answers.CallbackList)
    async def change(
        list_id: ListId, changes: ListChanges, account: Annotated[Account, of_list(sessions, "run_lists")]
    ) -> dict[str, Any]:
        fields = changes.fields()
        _check_place(fields, settings, account.scope)
        await _check_escalation(sessions, fields, account.scope, list_id)
        await service.change_list(sessions, list_id, fields)
        worker.wake(list_id)
        return await _one(sessions, worker, list_id)


def _deleting_route(routes: APIRouter, sessions: Sessions, worker: Worker, leaving: Leaving | None) -> None:
    @routes.delete("/{list_id}", status_code=204, dependencies=[of_list(sessions, "run_lists")])
    async def delete(list_id: ListId) -> None:
        await service.delete_list(sessions, list_id, leaving)
        worker.wake(list_id)


def _state_routes(routes: APIRouter, sessions: Sessions, worker: Worker) -> None:
    @routes.post("/{list_id}/start", response_model=answers.CallbackList, dependencies=[of_list(sessions, "run_lists")])
    async def start(list_id: ListId) -> dict[str, Any]:
        await worker.start_list(list_id)
        return await _one(sessions, worker, list_id)

    @routes.post("/{list_id}/pause", response_model=answers.CallbackList, dependencies=[of_list(sessions, "run_lists")])
    async def pause(list_id: ListId) -> dict[str, Any]:
        await worker.pause_list(list_id)
        return await _one(sessions, worker, list_id)

    @routes.post("/{list_id}/stop", response_model=answers.CallbackList, dependencies=[of_list(sessions, "run_lists")])
    async def stop(list_id: ListId) -> dict[str, Any]:
        await worker.stop_list(list_id)
        return await _one(sessions, worker, list_id)


def _content_routes(routes: APIRouter, sessions: Sessions, worker: Worker) -> None:
    @routes.post(
        "/{list_id}/import", response_model=answers.ListImported, dependencies=[of_list(sessions, "run_lists")]
    )
    async def import_(
        list_id: ListId, file: Annotated[UploadFile, File()], dry_run: bool = False, skip_bad: bool = False
    ) -> Response:
        content = await file.read(MAX_BYTES + 1)
        imported = await service.import_targets(
            sessions, list_id, content, now=worker.clock(), dry_run=dry_run, skip_bad=skip_bad
        )
        worker.wake(list_id)
        sheet = imported.sheet
        is_refused = bool(sheet.errors) and not skip_bad and not dry_run
        body = {
            "imported": imported.count,
            "rows": sheet.row_count,
            "errors": to_builtins(sheet.errors),
            "duplicates": to_builtins(sheet.duplicates),
        }
        return JSONResponse(body, status_code=422 if is_refused else 200)

    @routes.get("/{list_id}/targets", response_model=answers.TargetsPage, dependencies=[of_list(sessions, "see_lists")])
    async def targets(
        list_id: ListId, state: TargetState | None = None, cursor: Cursor = 0, limit: Limit = 50
    ) -> dict[str, Any]:
        page = await service.targets_page(sessions, list_id, state=state, after=cursor, limit=limit)
        return {"targets": [_target(row) for row in page], "next": page[-1].id if len(page) == limit else None}

    @routes.get(
        "/{list_id}/attempts", response_model=answers.AttemptsPage, dependencies=[of_list(sessions, "see_lists")]
    )
    async def attempts(list_id: ListId, cursor: Cursor | None = None, limit: Limit = 50) -> dict[str, Any]:
        page = await service.attempts_page(sessions, list_id, before=cursor, limit=limit)
        next_cursor = page[-1][0].id if len(page) == limit else None
        return {"attempts": [_attempt(row, name) for row, name in page], "next": next_cursor}


def _defaults(settings: Settings) -> dict[str, Any]:
    """A working day on weekdays, the usual delays, the first PBX. Raises Conflict where there is none."""
    if not settings.pbxs:
        raise Conflict("no PBX is configured that could call; name one in [[pbxs]]", field="pbx")
    return {
        "pbx": settings.pbxs[0].name,
        "windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}],
        "rules": {outcome.value: to_builtins(rule) for outcome, rule in DEFAULT_RULES.items()},
        "max_attempts": DEFAULT_MAX_ATTEMPTS,
        "max_attempts_per_day": DEFAULT_MAX_ATTEMPTS_PER_DAY,
        "calendar": CalendarShape(region=settings.region if is_known(settings.region) else "").model_dump(),
        "detect_machine": False,
        "region": settings.region,
    }


def _check_place(fields: dict[str, Any], settings: Settings, scope: Scope) -> None:
    """Raises BadInput for a PBX, a queue or a trunk that the settings do not know, and a queue outside the scope."""
    known = {
        "pbx": [pbx.name for pbx in settings.pbxs],
        "queue": list(settings.queues),
        "trunk": trunk_names(settings.dialer),
    }
    for field, names in known.items():
        if field in fields and fields[field] not in names:
            raise BadInput(f"There is no {field} {fields[field]!r}", field=field)
    if "queue" in fields:
        check_queue(scope, fields["queue"], "queue")


async def _check_escalation(sessions: Sessions, fields: dict[str, Any], scope: Scope, list_id: int = 0) -> None:
    """Raises BadInput where targets are to go on in a list that is not there for the scope, or in the same one.

    Where they go on already they may, whoever else changes the list.
    """
    other = fields.get("escalation_list_id")
    if other is None:
        return
    if other == list_id:
        raise BadInput("A list cannot escalate to itself", field="escalation_list_id")
    if list_id and (await service.list_row(sessions, list_id)).escalation_list_id == other:
        return
    try:
        await check_list(sessions, scope, other)
        await service.list_row(sessions, other)
    except NotFound as error:
        raise BadInput(error.message, field="escalation_list_id") from error


async def _one(sessions: Sessions, worker: Worker, list_id: int) -> dict[str, Any]:
    [summary] = await service.summaries(sessions, worker.clock(), list_id)
    return _list(summary, worker)


def _list(summary: Summary, worker: Worker) -> dict[str, Any]:
    row = summary.row
    return {
        "id": str(row.id),
        "name": row.name,
        "pbx": row.pbx,
        "queue": row.queue,
        "state": row.state,
        "why_idle": worker.why_idle(summary),
        "windows": row.windows,
        "rules": row.rules,
        "max_attempts": row.max_attempts,
        "max_attempts_per_day": row.max_attempts_per_day,
        "calendar": row.calendar,
        "mode": row.mode,
        "trunk": row.trunk,
        "reserved_seats": row.reserved_seats,
        "abandon_target": row.abandon_target,
        "preview_seconds": row.preview_seconds,
        "personal_seconds": row.personal_seconds,
        "escalation_list_id": None if row.escalation_list_id is None else str(row.escalation_list_id),
        "hourly_goal": row.hourly_goal,
        "detect_machine": row.detect_machine,
        "region": row.region,
        "created_at": row.created_at,
        "opens_at": worker.outlook.opens_at(summary),
        "targets": summary.targets,
        "open": summary.open,
        "due": summary.due,
        "offered": summary.offered,
        "in_air": summary.in_air,
        "asking": summary.asking,
        "reached": summary.reached,
        "closed": summary.closed,
        "erased": summary.erased,
        "outcomes": summary.outcomes,
    }


def _target(row: Target) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "other_numbers": row.other_numbers,
        "dial_number": row.dial_number,
        "time_zones": row.time_zones,
        "priority": row.priority,
        "owner_agent": row.owner_agent,
        "owner_until": row.owner_until,
        "name": row.name,
        "state": row.state,
        "attempts": row.attempts,
        "last_outcome": row.last_outcome,
        "due_at": row.due_at,
        "attributes": row.attributes,
    }


def _attempt(row: Attempt, name: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "target_id": row.target_id,
        "number": row.number,
        "name": name,
        "placed_at": row.placed_at,
        "answered_at": row.answered_at,
        "ended_at": row.ended_at,
        "outcome": row.outcome,
        "mode": row.mode,
        "is_machine": row.is_machine,
        "agent_number": row.agent_number,
        "call_id": row.call_id,
        "pbx": row.pbx,
        "trunk": row.trunk,
    }

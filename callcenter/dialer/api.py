"""The routes of callback lists (docs/api.md, Callbacks)."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Response, UploadFile
from fastapi.responses import JSONResponse
from msgspec import to_builtins
from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from callcenter.accounts.api import requires
from callcenter.dialer import service
from callcenter.dialer.importing import MAX_BYTES
from callcenter.dialer.rules import (
    DEFAULT_MAX_ATTEMPTS,
    DEFAULT_RULES,
    NEVER_REDIALLED,
    Outcome,
    TargetState,
)
from callcenter.dialer.service import Summary
from callcenter.dialer.tables import Attempt, Target
from callcenter.dialer.windows import minute_of
from callcenter.dialer.worker import Worker
from callcenter.errors import BadInput
from callcenter.settings import Settings
from callcenter.store.engine import Sessions

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Attempts = Annotated[int, Field(ge=1, le=50)]
Weekday = Annotated[int, Field(ge=1, le=7)]
TimeOfDay = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
ListId = Annotated[int, Field(ge=1, le=2**53)]
Cursor = Annotated[int, Query(ge=0, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=500)]

MAX_DELAY_SECONDS = 30 * 86400


class Shape(BaseModel):
    """Input: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid")


class WindowShape(Shape):
    """On these weekdays (1 is Monday) from one time of the centre's clock up to another; "24:00" is midnight."""

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    from_: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "WindowShape":
        if minute_of(self.from_) >= minute_of(self.until):
            raise ValueError("a window must open before it closes; cut one over midnight in two")
        return self


class RuleShape(Shape):
    """What to do after an outcome."""

    delay_seconds: Annotated[float, Field(ge=10, le=MAX_DELAY_SECONDS)]
    max_attempts: Attempts


class ListChanges(Shape):
    """The fields of a list that may be changed; absent ones stay."""

    name: Name | None = None
    pbx: str | None = None
    queue: str | None = None
    windows: Annotated[list[WindowShape], Field(max_length=50)] | None = None
    rules: dict[Outcome, RuleShape] | None = None
    max_attempts: Attempts | None = None
    detect_machine: bool | None = None
    region: str | None = None

    @field_validator("rules")
    @classmethod
    def _may_be_redialled(cls, rules: dict[Outcome, RuleShape] | None) -> dict[Outcome, RuleShape] | None:
        wrong = sorted(NEVER_REDIALLED.intersection(rules or ()))
        if wrong:
            raise ValueError(f"after {', '.join(wrong)} nobody is called again")
        return rules

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        if region is not None and region not in SUPPORTED_REGIONS:
            raise ValueError(f"unknown region {region!r}; use a country's code such as CN")
        return region

    def fields(self) -> dict[str, Any]:
        """The columns that were given."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class NewList(ListChanges):
    """A list to make."""

    name: Name
    queue: str


def callback_routes(sessions: Sessions, worker: Worker, settings: Settings) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api/lists")
    _list_routes(routes, sessions, worker, settings)
    _state_routes(routes, sessions, worker)
    _content_routes(routes, sessions, worker)
    return routes


def _list_routes(routes: APIRouter, sessions: Sessions, worker: Worker, settings: Settings) -> None:
    see, run = [requires("see_lists")], [requires("run_lists")]

    @routes.get("", dependencies=see)
    async def lists() -> dict[str, Any]:
        return {"lists": [_list(summary, worker) for summary in await service.summaries(sessions, worker.clock())]}

    @routes.get("/{list_id}", dependencies=see)
    async def one_list(list_id: ListId) -> dict[str, Any]:
        return await _one(sessions, worker, list_id)

    @routes.post("", status_code=201, dependencies=run)
    async def create(new: NewList) -> dict[str, Any]:
        fields = _defaults(settings) | new.fields()
        _check_place(fields, settings)
        list_id = await service.create_list(sessions, fields, worker.clock())
        worker.wake(list_id)
        return await _one(sessions, worker, list_id)

    @routes.patch("/{list_id}", dependencies=run)
    async def change(list_id: ListId, changes: ListChanges) -> dict[str, Any]:
        fields = changes.fields()
        _check_place(fields, settings)
        await service.change_list(sessions, list_id, fields)
        worker.wake(list_id)
        return await _one(sessions, worker, list_id)

    @routes.delete("/{list_id}", status_code=204, dependencies=run)
    async def delete(list_id: ListId) -> None:
        await service.delete_list(sessions, list_id)
        worker.wake(list_id)


def _state_routes(routes: APIRouter, sessions: Sessions, worker: Worker) -> None:
    @routes.post("/{list_id}/start", dependencies=[requires("run_lists")])
    async def start(list_id: ListId) -> dict[str, Any]:
        await worker.start_list(list_id)
        return await _one(sessions, worker, list_id)

    @routes.post("/{list_id}/stop", dependencies=[requires("run_lists")])
    async def stop(list_id: ListId) -> dict[str, Any]:
        await worker.stop_list(list_id)
        return await _one(sessions, worker, list_id)


def _content_routes(routes: APIRouter, sessions: Sessions, worker: Worker) -> None:
    @routes.post("/{list_id}/import", dependencies=[requires("run_lists")])
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

    @routes.get("/{list_id}/targets", dependencies=[requires("see_lists")])
    async def targets(
        list_id: ListId, state: TargetState | None = None, cursor: Cursor = 0, limit: Limit = 50
    ) -> dict[str, Any]:
        page = await service.targets_page(sessions, list_id, state=state, after=cursor, limit=limit)
        return {"targets": [_target(row) for row in page], "next": page[-1].id if len(page) == limit else None}

    @routes.get("/{list_id}/attempts", dependencies=[requires("see_lists")])
    async def attempts(list_id: ListId, cursor: Cursor | None = None, limit: Limit = 50) -> dict[str, Any]:
        page = await service.attempts_page(sessions, list_id, before=cursor, limit=limit)
        next_cursor = page[-1][0].id if len(page) == limit else None
        return {"attempts": [_attempt(row, name) for row, name in page], "next": next_cursor}


def _defaults(settings: Settings) -> dict[str, Any]:
    """A working day on weekdays, the usual delays, the first PBX."""
    return {
        "pbx": settings.pbxs[0].name,
        "windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}],
        "rules": {outcome.value: to_builtins(rule) for outcome, rule in DEFAULT_RULES.items()},
        "max_attempts": DEFAULT_MAX_ATTEMPTS,
        "detect_machine": False,
        "region": settings.region,
    }


def _check_place(fields: dict[str, Any], settings: Settings) -> None:
    """Raises BadInput for a PBX or a queue that the settings do not know."""
    known = {"pbx": [pbx.name for pbx in settings.pbxs], "queue": list(settings.queues)}
    for field, names in known.items():
        if field in fields and fields[field] not in names:
            raise BadInput(f"There is no {field} {fields[field]!r}", field=field)


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
        "reserved_seats": row.reserved_seats,
        "abandon_target": row.abandon_target,
        "preview_seconds": row.preview_seconds,
        "personal_seconds": row.personal_seconds,
        "escalation_list_id": None if row.escalation_list_id is None else str(row.escalation_list_id),
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
        "outcomes": summary.outcomes,
    }


def _target(row: Target) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
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
        "agent_number": row.agent_number,
        "call_id": row.call_id,
        "pbx": row.pbx,
    }

"""The routes of saved reports (docs/api.md, Saved reports)."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from msgspec import convert, to_builtins
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.floor.terms import Instant
from callcenter.reports import answers, saved
from callcenter.reports.delivering import Sender, deliver_now
from callcenter.reports.export import Language
from callcenter.reports.figures.entry import Subject
from callcenter.reports.files import Word
from callcenter.reports.people_api import RowNumber
from callcenter.reports.quality_api import check_sees_quality
from callcenter.reports.recurrence import Every, Span, dates_of
from callcenter.reports.report_files import QUALITY
from callcenter.reports.saved import Kept, Parameters, Schedule, Told
from callcenter.reports.spans import IntervalKind

# A mail's subject begins with it: nothing that could end a line.
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\x85\u2028\u2029]+$")]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Folder = Annotated[str, Field(pattern=r"^([\p{L}\p{N}_][\p{L}\p{N}_.-]{0,63})?$")]
Check = Callable[[Parameters], object]
See = Annotated[Account, requires("see_reports", reach="shared")]
Send = Annotated[Account, requires("send_reports", reach="scoped")]
SavedSubject = Literal[Subject, "quality", "tickets"]


class Shape(BaseModel):
    """Input: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid")


class ScheduleShape(Shape):
    """When, where to and as what a report is delivered."""

    every: Every
    time: TimeOfDay
    weekday: Annotated[int | None, Field(ge=1, le=7)] = None
    day: Annotated[int | None, Field(ge=1, le=31)] = None
    format: Literal["xlsx", "csv"] = "xlsx"
    recipients: Annotated[list[Annotated[str, Field(max_length=254)]], Field(max_length=20)] = []
    folder: Folder = ""
    is_enabled: bool = True


class Changes(Shape):
    """The fields that may be changed; absent ones stay, and null takes a restriction or the schedule away."""

    name: Name | None = None
    is_shared: bool | None = None
    language: Language | None = None
    subject: SavedSubject | None = None
    span: Span | None = None
    interval: IntervalKind | None = None
    compare: bool | None = None
    pbx: Word | None = None
    queue: Word | None = None
    agent: Word | None = None
    team: Word | None = None
    figures: Annotated[list[Word] | None, Field(max_length=200)] = None
    schedule: ScheduleShape | None = None

    def fields(self, before: Parameters | None, account: Account, check: Check) -> dict[str, Any]:
        """What is to be changed.

        Raises BadInput for a report that cannot be made, such as of another's figures; NotAllowed for one of quality.
        """
        if QUALITY in (self.subject, before and before.subject):
            check_sees_quality(account)
        given = self.model_dump(exclude_unset=True)
        parameters = {name: given.pop(name) for name in Parameters.__struct_fields__ if name in given}
        fields = {name: value for name, value in given.items() if value is not None or name == "schedule"}
        if before is None:
            fields.setdefault("language", "zh" if account.language == "zh" else "en")
            fields.setdefault("is_shared", False)
        if fields.get("schedule") is not None:
            fields["schedule"] = convert(fields["schedule"], Schedule)
        if parameters:
            fields["parameters"] = _parameters(before, parameters, check)
        return fields


class NewReport(Changes):
    """A report to keep."""

    name: Name
    subject: SavedSubject
    span: Span


NULLABLE = ("pbx", "queue", "agent", "team")


def _parameters(before: Parameters | None, given: dict[str, Any], check: Check) -> dict[str, Any]:
    """The parameters as they will be kept."""
    known = {} if before is None else to_builtins(before)
    together = known | {name: value for name, value in given.items() if value is not None or name in NULLABLE}
    after = convert(together, Parameters)
    check(after)
    kept: dict[str, Any] = to_builtins(after)
    return kept


def saved_routes(sender: Sender, check: Check) -> APIRouter:
    """The routes: one's own and shared reports, their schedules and deliveries. `check` raises BadInput."""
    routes = APIRouter(prefix="/api/reports/saved", route_class=OnceRoute)
    _keeping_routes(routes, sender, check)
    _delivery_routes(routes, sender)
    return routes


def _keeping_routes(routes: APIRouter, sender: Sender, check: Check) -> None:
    sessions = sender.sessions

    @routes.get("", response_model=answers.SavedReports)
    async def everything(account: See) -> dict[str, Any]:
        kept = await saved.kept_reports(sessions, account)
        return {"reports": [_shape(each, account, sender) for each in kept]}

    @routes.post("", response_model=answers.SavedReport, status_code=201)
    async def create(new: NewReport, account: See) -> dict[str, Any]:
        fields = new.fields(None, account, check)
        row = await saved.create(sessions, account, fields, now=sender.clock(), zone=sender.zone)
        return _shape(Kept(row, None), account, sender)

    @routes.get("/{report_id}", response_model=answers.SavedReport)
    async def one(report_id: RowNumber, account: See) -> dict[str, Any]:
        return _shape(await saved.kept_report(sessions, report_id, account), account, sender)

    @routes.patch("/{report_id}", response_model=answers.SavedReport)
    async def change(report_id: RowNumber, changes: Changes, account: See) -> dict[str, Any]:
        kept = await saved.kept_report(sessions, report_id, account)
        fields = changes.fields(saved.parameters_of(kept.row), account, check)
        row = await saved.change(sessions, report_id, account, fields, now=sender.clock(), zone=sender.zone)
        return _shape(Kept(row, kept.last_run), account, sender)

    @routes.delete("/{report_id}", status_code=204)
    async def remove(report_id: RowNumber, account: See) -> None:
        await saved.remove(sessions, report_id, account)


def _delivery_routes(routes: APIRouter, sender: Sender) -> None:
    sessions = sender.sessions

    @routes.post(
        "/{report_id}/send", response_model=answers.ReportRun, dependencies=[requires("see_reports", reach="scoped")]
    )
    async def send(report_id: RowNumber, account: Send) -> dict[str, Any]:
        kept = await saved.kept_report(sessions, report_id, account)
        if saved.parameters_of(kept.row).subject == QUALITY:
            check_sees_quality(account)
        run = await deliver_now(sender, kept.row, account.username)
        return _run(await saved.told_run(sessions, run.id))

    @routes.get("/{report_id}/runs", response_model=answers.ReportRuns)
    async def runs(
        report_id: RowNumber,
        account: See,
        cursor: Annotated[int | None, Query(ge=0, le=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        page = await saved.runs_page(sessions, report_id, account, before=cursor, limit=limit)
        return {"runs": [_run(told) for told in page], "next": page[-1].run.id if len(page) == limit else None}


# --- shapes -----------------------------------------------------------------------------------------------------


def _shape(kept: Kept, account: Account, sender: Sender) -> dict[str, Any]:
    row, parameters = kept.row, saved.parameters_of(kept.row)
    dates = dates_of(parameters.span, _today(sender.clock(), sender))
    return {
        "id": row.id,
        "name": row.name,
        "owner": row.owner,
        "is_mine": row.owner == account.username,
        "is_shared": row.is_shared,
        "language": row.language,
        **to_builtins(parameters),
        "schedule": to_builtins(saved.schedule_of(row)),
        "scheduled_by": row.scheduled_by,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "next_run_at": row.next_due_at,
        "last_run": None if kept.last_run is None else _run(kept.last_run),
        "dates": {"from": dates.first.isoformat(), "to": dates.last.isoformat()},
    }


def _today(now: Instant, sender: Sender) -> Any:
    return datetime.fromtimestamp(now, sender.zone).date()


def _run(told: Told) -> dict[str, Any]:
    run = told.run
    return {
        "id": run.id,
        "due_at": run.due_at,
        "began_at": run.began_at,
        "ended_at": run.ended_at,
        "state": told.state,
        "asked_by": run.asked_by,
        "detail": told.detail,
        "file": run.file,
        "dates": {"from": run.first_day, "to": run.last_day},
    }

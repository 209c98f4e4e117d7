"""Saved reports: made, changed, found, deleted. Who sees and changes whose is decided here.

Of what others share, a limited scope sees what is not about something outside it. Of which team an agent is, a report
does not say: one about an agent is then its owner's alone.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, convert, to_builtins
from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.delivery.rules import check_recipients
from callcenter.delivery.tables import Delivery
from callcenter.errors import BadInput, Conflict, NotAllowed, NotFound
from callcenter.floor.terms import Instant
from callcenter.reports.recurrence import Every, Plan, Span, next_due
from callcenter.reports.tables import ReportRun, SavedReport
from callcenter.store.engine import Sessions


class Parameters(Struct, frozen=True, kw_only=True):
    """What a saved report shows; `figures` empty: all of the subject's."""

    subject: str
    span: Span
    interval: str = "none"
    compare: bool = False
    pbx: str | None = None
    queue: str | None = None
    agent: str | None = None
    team: str | None = None
    figures: tuple[str, ...] = ()


class Schedule(Struct, frozen=True, kw_only=True):
    """When and how a report is delivered: `time` by the centre's clock, by mail and into a folder, or one of them."""

    every: Every
    time: str
    weekday: int | None = None
    day: int | None = None
    format: Literal["xlsx", "csv"] = "xlsx"
    recipients: tuple[str, ...] = ()
    folder: str = ""
    is_enabled: bool = True

    def plan(self) -> Plan:
        """When it is due."""
        return Plan(self.every, time.fromisoformat(self.time), self.weekday or 1, self.day or 1)


class Kept(Struct, frozen=True):
    """A saved report with its last delivery."""

    row: SavedReport
    last_run: "Told | None"


class Told(Struct, frozen=True):
    """A delivery and what became of its mail since."""

    run: ReportRun
    state: Literal["waiting", "sent", "failed"]
    detail: str


def check_schedule(schedule: Schedule) -> None:
    """Raises BadInput naming the field at fault."""
    if schedule.every == "week" and schedule.weekday is None:
        raise BadInput("a weekly report needs a weekday, 1 (Monday) to 7", field="schedule.weekday")
    if schedule.every == "month" and schedule.day is None:
        raise BadInput("a monthly report needs a day, 1 to 31", field="schedule.day")
    if not schedule.recipients and not schedule.folder:
        raise BadInput("name at least one recipient or a folder", field="schedule.recipients")
    if schedule.recipients:
        try:
            check_recipients(schedule.recipients)
        except BadInput as error:
            raise BadInput(error.message, field="schedule.recipients") from error


# --- changing ---------------------------------------------------------------------------------------------------


async def create(
    sessions: Sessions, account: Account, fields: Mapping[str, Any], *, now: Instant, zone: ZoneInfo
) -> SavedReport:
    """Keeps a report. Raises BadInput, Conflict for the name, NotAllowed for a schedule without send_reports."""
    row = SavedReport(owner=account.username, created_at=now)
    _change(row, account, fields, now, zone)
    async with _unique(sessions, row.name) as session:
        session.add(row)
    return row


async def change(
    sessions: Sessions, report_id: int, account: Account, fields: Mapping[str, Any], *, now: Instant, zone: ZoneInfo
) -> SavedReport:
    """Changes some fields. Raises NotFound, NotAllowed, BadInput, Conflict."""
    async with _unique(sessions, fields.get("name", "")) as session:
        row = await _changeable(session, report_id, account)
        _change(row, account, fields, now, zone)
    return row


async def remove(sessions: Sessions, report_id: int, account: Account) -> None:
    """Deletes a report with the account of its deliveries. Raises NotFound, NotAllowed."""
    async with sessions.begin() as session:
        row = await _changeable(session, report_id, account)
        await session.execute(delete(SavedReport).where(SavedReport.id == row.id))


def _change(row: SavedReport, account: Account, fields: Mapping[str, Any], now: Instant, zone: ZoneInfo) -> None:
    for name in ("name", "is_shared", "language", "parameters"):
        if name in fields:
            setattr(row, name, fields[name])
    row.changed_at = now
    if "schedule" not in fields:
        return
    schedule: Schedule | None = fields["schedule"]
    if schedule is not None and "send_reports" not in account.permissions:
        raise NotAllowed("this needs the permission send_reports")
    if schedule is not None:
        check_schedule(schedule)
    row.schedule = to_builtins(schedule)
    row.scheduled_by = account.username if schedule else ""
    row.next_due_at = next_due(schedule.plan(), zone, now) if schedule and schedule.is_enabled else None


@asynccontextmanager
async def _unique(sessions: Sessions, name: str) -> AsyncIterator[AsyncSession]:
    """A transaction in which a name that is taken is a Conflict."""
    try:
        async with sessions.begin() as session:
            yield session
    except IntegrityError as error:
        raise Conflict(f"You have a report called {name!r} already", field="name") from error


# --- finding ----------------------------------------------------------------------------------------------------


def is_seen_by(account: Account) -> ColumnElement[bool]:
    """One's own, and what others share."""
    return or_(SavedReport.owner == account.username, SavedReport.is_shared)


async def kept_reports(sessions: Sessions, account: Account) -> list[Kept]:
    """What the account sees, by name."""
    async with sessions() as session:
        found = (await session.scalars(select(SavedReport).where(is_seen_by(account)))).all()
        rows = [row for row in found if _is_inside(row, account)]
        last = await _last_runs(session, [row.id for row in rows])
    return [Kept(row, last.get(row.id)) for row in sorted(rows, key=lambda row: (row.name, row.id))]


async def kept_report(sessions: Sessions, report_id: int, account: Account) -> Kept:
    """One of them. Raises NotFound."""
    async with sessions() as session:
        row = await _visible(session, report_id, account)
        last = await _last_runs(session, [row.id])
    return Kept(row, last.get(row.id))


async def runs_page(
    sessions: Sessions, report_id: int, account: Account, *, before: int | None, limit: int
) -> list[Told]:
    """Its deliveries, newest first, those before run `before`. Raises NotFound."""
    query = _runs().where(ReportRun.report_id == report_id).order_by(ReportRun.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ReportRun.id < before)
    async with sessions() as session:
        await _visible(session, report_id, account)
        return [_told(*row) for row in await session.execute(query)]


async def told_run(sessions: Sessions, run_id: int) -> Told:
    """One delivery and what became of it."""
    async with sessions() as session:
        return _told(*(await session.execute(_runs().where(ReportRun.id == run_id))).one())


def _runs() -> Any:
    mail = Delivery.delivery_id == ReportRun.delivery_id
    return select(ReportRun, Delivery.state, Delivery.said).outerjoin(Delivery, mail)


def _told(run: ReportRun, mail_state: Any, said: str | None) -> Told:
    """The outbox forgets what was sent long ago: without a word of it the mail has gone."""
    if not run.is_done:
        return Told(run, "failed", run.detail)
    return Told(run, mail_state or "sent", said or run.detail)


async def _last_runs(session: AsyncSession, reports: Sequence[int]) -> dict[int, Told]:
    last = select(func.max(ReportRun.id)).where(ReportRun.report_id.in_(reports)).group_by(ReportRun.report_id)
    rows = await session.execute(_runs().where(ReportRun.id.in_(last)))
    return {row[0].report_id: _told(*row) for row in rows}


async def _visible(session: AsyncSession, report_id: int, account: Account) -> SavedReport:
    row = await session.scalar(select(SavedReport).where(SavedReport.id == report_id, is_seen_by(account)))
    if row is None or not _is_inside(row, account):
        raise NotFound(f"there is no saved report {report_id}")
    return row


def _is_inside(row: SavedReport, account: Account) -> bool:
    if row.owner == account.username or account.scope.is_everything:
        return True
    shown = parameters_of(row)
    is_of_team = shown.team is None or account.scope.sees_agent(shown.team)
    is_of_queue = shown.queue is None or account.scope.sees_queue(shown.queue)
    return is_of_team and is_of_queue and shown.agent is None


async def _changeable(session: AsyncSession, report_id: int, account: Account) -> SavedReport:
    row = await _visible(session, report_id, account)
    if row.owner != account.username and "send_reports" not in account.permissions:
        raise NotAllowed(f"this report is {row.owner}'s; changing it needs the permission send_reports")
    return row


def parameters_of(row: SavedReport) -> Parameters:
    """What it shows."""
    return convert(row.parameters, Parameters)


def schedule_of(row: SavedReport) -> Schedule | None:
    """When it is delivered."""
    return None if row.schedule is None else convert(row.schedule, Schedule)

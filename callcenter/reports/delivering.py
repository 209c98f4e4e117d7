"""Delivers saved reports when they are due: by mail, into a folder, each due time once.

When a report is due stands in its row. APScheduler only says "look" each minute, so that a look that comes late, or not
at all while the server is down, loses nothing: what fell due meanwhile is made up once, for the last time it was due.
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from callcenter.accounts.scope import Scope
from callcenter.delivery.mail import NOT_SET, Attachment, Mail, as_message
from callcenter.delivery.service import send_mail
from callcenter.errors import CallCenterError, Conflict, NotAllowed, SetupFailed
from callcenter.floor.terms import Instant
from callcenter.reports.export import MEDIA_TYPES, Grid, Language, csv_of, html_of, summary_of, xlsx_of
from callcenter.reports.recurrence import Dates, dates_of, last_due, next_due
from callcenter.reports.saved import Parameters, Schedule, parameters_of, schedule_of
from callcenter.reports.tables import ReportRun, SavedReport
from callcenter.settings import MailSettings
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

KIND = "report"
"""Of the mail, in the log of deliveries."""

LONGEST_NAME = 80
"""Characters of a file's name that come from the report's."""

MakeGrid = Callable[[str, Parameters, Language, Dates, Scope], Awaitable[Grid]]
"""Makes the table of a report called so, of those days and what a scope sees. Raises CallCenterError."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What deliveries need: `folder` holds the folders of schedules, `sends_of` tells what a user sees who still may
    send reports, None for any other."""

    sessions: Sessions
    make: MakeGrid
    sends_of: Callable[[str], Awaitable[Scope | None]]
    mail: MailSettings
    wake_outbox: Callable[[], None]
    folder: Path
    zone: ZoneInfo
    clock: Callable[[], Instant]


class Parcel(Struct, frozen=True):
    """A report ready to go."""

    file_name: str
    content: bytes
    mail: Mail | None


class Order(Struct, frozen=True):
    """Which report to deliver, as it was due when, asked for by whom (None: its schedule)."""

    row: SavedReport
    schedule: Schedule
    due_at: Instant
    asked_by: str | None = None


@asynccontextmanager
async def delivering(sender: Sender) -> AsyncIterator[None]:
    """Delivers what is due now, and then each minute."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    looking = asyncio.Lock()

    async def look() -> None:
        async with looking:
            await deliver_due(sender)

    options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler.add_job(look, "cron", second=0, next_run_time=datetime.now(UTC), **options)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        async with looking:  # what is under way is brought to its end
            scheduler.shutdown(wait=False)


async def deliver_due(sender: Sender) -> None:
    """Delivers each report that is due, once, however often it fell due. Never fails: the database is asked again."""
    now = sender.clock()
    try:
        async with sender.sessions() as session:
            rows = (await session.scalars(select(SavedReport).where(SavedReport.next_due_at <= now))).all()
        for row in rows:
            schedule = schedule_of(row)
            if schedule is not None:
                await _deliver(sender, Order(row, schedule, last_due(schedule.plan(), sender.zone, now)))
    except (DBAPIError, OSError):
        log.warning("Reports wait for the database", exc_info=True)


async def deliver_now(sender: Sender, row: SavedReport, username: str) -> ReportRun:
    """Delivers a report at once, beside its schedule. Raises Conflict if it has none."""
    schedule = schedule_of(row)
    if schedule is None:
        raise Conflict("the report has no schedule that says where it goes; set one first", field="schedule")
    run = await _deliver(sender, Order(row, schedule, sender.clock(), username))
    if run is None:
        raise Conflict("the report is being delivered")
    return run


async def _deliver(sender: Sender, order: Order) -> ReportRun | None:
    """Delivers, or says why not; None if somebody else delivers this due time."""
    began_at = sender.clock()
    dates = dates_of(parameters_of(order.row).span, datetime.fromtimestamp(order.due_at, sender.zone).date())
    parcel, detail = None, ""
    try:
        parcel = await _pack(sender, order, dates)
    except CallCenterError as error:
        detail = error.message
    except Exception as error:
        if isinstance(error, (DBAPIError, OSError)):
            raise
        log.exception("Report %d could not be made", order.row.id)
        detail = f"the report could not be made ({type(error).__name__}); the server's log says why"
    run = ReportRun(
        report_id=order.row.id,
        due_at=order.due_at,
        began_at=began_at,
        ended_at=sender.clock(),
        asked_by=order.asked_by,
        is_done=parcel is not None,
        detail=detail[:500],
        file=parcel.file_name if parcel else "",
        first_day=dates.first.isoformat(),
        last_day=dates.last.isoformat(),
    )
    if detail:
        log.warning("Report %d was not delivered: %s", order.row.id, detail)
    return await _commit(sender, order, run, parcel)


async def _commit(sender: Sender, order: Order, run: ReportRun, parcel: Parcel | None) -> ReportRun | None:
    """The run, its mail and the next due time in one transaction: what is told, what is sent and what is next agree."""
    async with sender.sessions.begin() as session:
        if order.asked_by is None:
            following = next_due(order.schedule.plan(), sender.zone, order.due_at)
            claim = update(SavedReport).where(
                SavedReport.id == order.row.id, SavedReport.next_due_at == order.row.next_due_at
            )
            claimed = await session.execute(claim.values(next_due_at=following).returning(SavedReport.id))
            if claimed.first() is None:
                return None
        if parcel is not None and parcel.mail is not None:
            run.delivery_id = await send_mail(session, KIND, parcel.mail, sender.clock())
        session.add(run)
    sender.wake_outbox()
    return run


async def _pack(sender: Sender, order: Order, dates: Dates) -> Parcel:
    """The file, in its folder already if it goes to one, and the mail, checked."""
    who = order.asked_by or order.row.scheduled_by
    scope = await sender.sends_of(who)
    if scope is None:
        raise NotAllowed(f"{who}, who set this schedule, may no longer send reports; set it again")
    if order.schedule.recipients and not sender.mail.is_set:
        raise Conflict(NOT_SET)
    language: Language = "zh" if order.row.language == "zh" else "en"
    grid = await sender.make(order.row.name, parameters_of(order.row), language, dates, scope)
    make = csv_of if order.schedule.format == "csv" else xlsx_of
    content = await asyncio.to_thread(make, grid)
    name = file_name(order.row.name, dates, order.schedule.format)
    mail = _mail(order, grid, dates, Attachment(name, MEDIA_TYPES[order.schedule.format], content))
    if order.schedule.folder:
        await asyncio.to_thread(put, sender.folder, order.schedule.folder, name, content)
    return Parcel(name, content, mail)


def _mail(order: Order, grid: Grid, dates: Dates, attachment: Attachment) -> Mail | None:
    if not order.schedule.recipients:
        return None
    summary = summary_of(grid)
    mail = Mail(
        to=order.schedule.recipients,
        subject=f"{order.row.name}: {told(dates)}",
        text="\n".join(f"{row[0]}: {row[1]}" for row in (*summary.notes, *summary.rows)),
        html=html_of(summary),
        attachments=(attachment,),
    )
    as_message(mail)
    return mail


def told(dates: Dates) -> str:
    """The days, for people."""
    return f"{dates.first}" if dates.first == dates.last else f"{dates.first} – {dates.last}"


# --- files ------------------------------------------------------------------------------------------------------


def file_name(name: str, dates: Dates, ending: str) -> str:
    """A name that is safe on any disk: what is no letter or digit of any script is a hyphen."""
    safe = "".join(sign if sign.isalnum() or sign == "_" else "-" for sign in name)[:LONGEST_NAME].strip("-")
    days = f"{dates.first}" if dates.first == dates.last else f"{dates.first}-{dates.last}"
    return f"{safe or 'report'}-{days}.{ending}"


def put(base: Path, folder: str, name: str, content: bytes) -> Path:
    """Writes a file into a folder below `base`, whole or not at all; one of the same name is replaced.

    Raises SetupFailed if the folder leads elsewhere (a link, a name that was never checked) or cannot be written.
    """
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = (base / folder).resolve()
        if place.parent != base.resolve():
            raise SetupFailed(f"the folder {folder!r} leads out of {base}")
        place.mkdir(mode=0o700, exist_ok=True)
        number, path = tempfile.mkstemp(dir=place, prefix=".unfinished-")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
            Path(path).replace(place / name)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SetupFailed(f"the folder {folder!r} of {base} cannot be written: {error.strerror}") from error
    return place / name

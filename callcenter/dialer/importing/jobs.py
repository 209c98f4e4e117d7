"""Imports as jobs: a file is kept, looked at, and then becomes targets, do-not-call entries or customers, all or none.

The rows and the state `done` are committed in one transaction: what was interrupted has changed nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from msgspec import Struct, convert, to_builtins
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from callcenter.dialer.adding import Policies, add, compared
from callcenter.dialer.banning import NewBan, ban_in
from callcenter.dialer.importing.checking import check
from callcenter.dialer.importing.columns import Columns, Kind, Role, checked, proposed
from callcenter.dialer.importing.rows import (
    Plan,
    Policy,
    Row,
    RowError,
    Sheet,
    become,
    first_records,
    sheet_of,
    without_twins,
)
from callcenter.dialer.importing.sheets import Broken, Record, read_file
from callcenter.dialer.locking import lock_list
from callcenter.dialer.tables import CallbackList, Import
from callcenter.errors import CallCenterError, Conflict, NotFound
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

PREVIEW_ROWS = 20
KEPT_SECONDS: Seconds = 7 * 86_400
"""How long a file that nobody imported is kept."""
INTERRUPTED = "The server was stopped meanwhile; nothing was imported. Start the import again."


class ImportState(StrEnum):
    """Where an import stands. `refused`: rows were in error and were not to be skipped; nothing was imported."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Options(Struct, frozen=True):
    """How a file is read and what becomes of its rows (docs/api.md, Imports)."""

    columns: tuple[Role, ...] | None = None
    region: str = ""
    extensions: str = "refuse"
    due_days: int = 0
    duplicates: Policy = Policy.SKIP
    other_lists: Policy = Policy.ALLOW
    skip_bad: bool = False


Phase = Literal["checking", "saving"]


class Progress(Struct):
    """How far a running import is: it checks rows, then it saves them."""

    phase: Phase = "checking"
    done: int = 0
    total: int = 0

    def told(self, phase: Phase) -> Callable[[int, int], None]:
        """Takes down how far a phase is."""

        def tell(done: int, total: int) -> None:
            self.phase, self.done, self.total = phase, done, total

        return tell


class PreviewRow(Struct, frozen=True):
    """A row as it stands in the file and what it would become: a target, an error, or (`duplicate`) nothing new."""

    line: int
    values: list[str]
    row: Row | None
    error: RowError | None
    duplicate: str = ""


class Customers(Protocol):
    """The room of customers, above this one: how a file may call levels and the like, and what becomes of rows."""

    levels: dict[str, str]
    attributes: dict[str, str]
    consents: dict[str, str]

    async def compared(self, session: AsyncSession, sheet: Sheet, policy: Policy, column: str) -> Sheet:
        """The sheet as it can be saved: without twins and what customers have already, by the policy."""

    async def save(self, session: AsyncSession, sheet: Sheet, by: str, progress: Callable[[int, int], None]) -> None:
        """Makes customers of the rows of a compared sheet, and gives others what its merges say."""


@dataclass(frozen=True)
class Context:
    """What imports need: `wake` tells the dialer of a list, `region` and `zone` are the centre's, as are `agents`."""

    sessions: Sessions
    wake: Callable[[int | None], None]
    clock: Callable[[], Instant]
    region: str = "CN"
    zone: str = "UTC"
    agents: frozenset[str] = frozenset()
    customers: Customers | None = None

    @property
    def attributes(self) -> dict[str, str]:
        """Those of customers, by what a file may call them."""
        return self.customers.attributes if self.customers else {}

    def columns(self, row: Import, options: Options) -> Columns:
        """The columns of a kept file. Raises BadInput naming the option at fault."""
        return checked(row.columns, options.columns, Kind(row.kind), self.attributes)


@dataclass
class Importer:
    """The imports of this process; `close` stops those that run, which then have changed nothing."""

    context: Context
    progress: dict[int, Progress] = field(default_factory=dict)
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def recover(self) -> None:
        """Says of what an earlier run left running that it was interrupted."""
        running = update(Import).where(Import.state == ImportState.RUNNING)
        async with self.context.sessions.begin() as session:
            await session.execute(running.values(state=ImportState.FAILED, detail=INTERRUPTED))

    async def close(self) -> None:
        """Stops what runs."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self.recover()

    async def start(self, import_id: int, options: Options) -> None:
        """Begins the import of a draft, or again one of which nothing came. Raises NotFound, Conflict, BadInput."""
        row = await one_import(self.context.sessions, import_id)
        self.context.columns(row, options)
        begun = (
            update(Import)
            .where(Import.id == import_id, Import.state.not_in((ImportState.RUNNING, ImportState.DONE)))
            .values(
                state=ImportState.RUNNING, began_at=self.context.clock(), ended_at=None, detail="", report={},
                counts={}, options=to_builtins(options),
            )
        )  # fmt: skip
        async with self.context.sessions.begin() as session:
            if await session.scalar(begun.returning(Import.id)) is None:
                raise Conflict("The import runs or is done already")
        self.progress[import_id] = Progress()
        self._tasks[import_id] = asyncio.create_task(self._run(import_id), name=f"import {import_id}")

    async def finished(self, import_id: int) -> None:
        """Waits until an import that runs here has ended."""
        task = self._tasks.get(import_id)
        if task is not None:
            await asyncio.wait([task])

    async def _run(self, import_id: int) -> None:
        try:
            await _import(self.context, import_id, self.progress[import_id])
        except CallCenterError as error:
            await self._fail(import_id, error.message)
        except Exception:
            log.exception("Import %d has failed", import_id)
            await self._fail(import_id, "The server failed; its log says why. Nothing was imported.")
        finally:
            self.progress.pop(import_id, None)
            self._tasks.pop(import_id, None)

    async def _fail(self, import_id: int, detail: str) -> None:
        async with self.context.sessions.begin() as session:
            await session.execute(
                update(Import)
                .where(Import.id == import_id)
                .values(state=ImportState.FAILED, detail=detail[:500], ended_at=self.context.clock())
            )


# --- drafts -----------------------------------------------------------------------------------------------------


async def make_draft(context: Context, kind: Kind, list_id: int | None, name: str, content: bytes, by: str) -> Import:
    """Keeps a file to be imported. Raises NotFound for the list, BadInput for a file that cannot be read."""
    names, _ = await asyncio.to_thread(read_file, content)
    now = context.clock()
    row = Import(
        list_id=list_id, kind=kind, file_name=_printable(name), state=ImportState.DRAFT, columns=names,
        options=to_builtins(Options(columns=proposed(names, kind, context.attributes))), counts={}, created_at=now,
        created_by=by, content=content, report={},
    )  # fmt: skip
    async with context.sessions.begin() as session:
        if list_id is not None and await session.get(CallbackList, list_id) is None:
            raise NotFound(f"There is no list {list_id}")
        unused = (ImportState.DRAFT, ImportState.REFUSED, ImportState.FAILED)
        old = delete(Import).where(Import.created_at < now - KEPT_SECONDS, Import.state.in_(unused))
        await session.execute(old)
        session.add(row)
    return row


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in name).strip()[-200:] or "file"


async def preview(context: Context, import_id: int, options: Options) -> list[PreviewRow]:
    """What the first rows would become. Raises NotFound, BadInput naming the option at fault."""
    row = await one_import(context.sessions, import_id, with_content=True)
    if row.content is None:
        raise Conflict("The file has been imported already")
    plan = await _plan(context, row, options)
    columns, first = await asyncio.to_thread(first_records, row.content, plan, PREVIEW_ROWS)
    found = [become(record, columns, plan) for record in first]
    sheet = await _compared(context, row, sheet_of(found), options, columns)
    return [_shown(record, one, sheet) for record, one in zip(first, found, strict=True)]


async def _compared(context: Context, row: Import, sheet: Sheet, options: Options, columns: Columns) -> Sheet:
    if row.kind == Kind.DO_NOT_CALL:
        return without_twins(sheet, Policy.MERGE, columns.number_name)
    async with context.sessions() as session:
        if row.list_id is None:
            return await _customers(context).compared(session, sheet, options.duplicates, columns.number_name)
        return await compared(session, row.list_id, sheet, _policies(options), columns.number_name)


def _shown(record: Record | Broken, found: Row | RowError, sheet: Sheet) -> PreviewRow:
    line, values = (record.line, []) if isinstance(record, Broken) else record
    error = next((one for one in sheet.errors if one.line == line), None)
    duplicate = next((one.code for one in sheet.duplicates if one.line == line), "")
    row = found if isinstance(found, Row) else None
    return PreviewRow(line, values, row, error, duplicate)


async def _plan(context: Context, row: Import, options: Options) -> Plan:
    region = options.region or context.region
    if not options.region and row.list_id is not None:
        async with context.sessions() as session:
            region = (await session.get_one(CallbackList, row.list_id)).region
    return Plan(
        region=region,
        kind=Kind(row.kind),
        roles=options.columns,
        keeps_extension=options.extensions == "keep",
        due_days=options.due_days,
        zone=context.zone,
        agents=context.agents,
        levels=context.customers.levels if context.customers else {},
        attributes=context.attributes,
        consents=context.customers.consents if context.customers else {},
    )


def _customers(context: Context) -> Customers:
    if context.customers is None:
        raise NotFound("This server imports no customers")
    return context.customers


def _policies(options: Options) -> Policies:
    return Policies(options.duplicates, options.other_lists, options.skip_bad)


# --- the import -------------------------------------------------------------------------------------------------


async def _import(context: Context, import_id: int, progress: Progress) -> None:
    row = await one_import(context.sessions, import_id, with_content=True)
    if row.content is None:
        raise Conflict("The file of this import is gone; choose it again")
    options = convert(row.options, Options)
    column, sheet = await check(row.content, await _plan(context, row, options), progress.told("checking"))
    async with context.sessions.begin() as session:
        save = SAVERS[Kind(row.kind)]
        sheet, is_saved = await save(session, context, row, sheet, column, progress)
        await _note(session, row, sheet, is_saved=is_saved, now=context.clock())
    if is_saved:
        context.wake(row.list_id)


async def _save_targets(
    session: AsyncSession, context: Context, row: Import, sheet: Sheet, column: str, progress: Progress
) -> tuple[Sheet, bool]:
    list_id, options = row.list_id or 0, convert(row.options, Options)
    await lock_list(session, list_id)
    sheet = await compared(session, list_id, sheet, _policies(options), column)
    if sheet.errors and not options.skip_bad:
        return sheet, False
    await add(session, list_id, sheet, now=context.clock(), progress=progress.told("saving"))
    return sheet, True


async def _save_bans(
    session: AsyncSession, context: Context, row: Import, sheet: Sheet, column: str, progress: Progress
) -> tuple[Sheet, bool]:
    if sheet.errors and not convert(row.options, Options).skip_bad:
        return sheet, False
    by_entry = {(one.number, one.is_prefix): one for one in sheet.rows}
    tell, bans = progress.told("saving"), [_ban(one, row) for one in by_entry.values()]
    tell(0, len(bans))
    await ban_in(session, bans, now=context.clock(), by=row.created_by)
    return Sheet(list(by_entry.values()), sheet.errors, [], sheet.row_count), True


async def _save_customers(
    session: AsyncSession, context: Context, row: Import, sheet: Sheet, column: str, progress: Progress
) -> tuple[Sheet, bool]:
    options, customers = convert(row.options, Options), _customers(context)
    sheet = await customers.compared(session, sheet, options.duplicates, column)
    if sheet.errors and not options.skip_bad:
        return sheet, False
    await customers.save(session, sheet, row.created_by, progress.told("saving"))
    return sheet, True


Save = Callable[[AsyncSession, Context, Import, Sheet, str, Progress], Awaitable[tuple[Sheet, bool]]]
SAVERS: Mapping[Kind, Save] = {
    Kind.TARGETS: _save_targets,
    Kind.DO_NOT_CALL: _save_bans,
    Kind.CUSTOMERS: _save_customers,
}


def _ban(one: Row, row: Import) -> NewBan:
    said = one.attributes
    expires_at = float(said["expires"]) if said.get("expires") else None
    source = said.get("source") or row.file_name[:64]
    return NewBan(one.number, one.is_prefix, expires_at, source, said.get("note", ""))


async def _note(session: AsyncSession, row: Import, sheet: Sheet, *, is_saved: bool, now: Instant) -> None:
    """Writes down what came of it, in the transaction of the rows."""
    counts = {
        "rows": sheet.row_count,
        "imported": len(sheet.rows) if is_saved else 0,
        "merged": len(sheet.merges) if is_saved else 0,
        "errors": len(sheet.errors),
        "duplicates": len(sheet.duplicates),
    }
    report = {"errors": to_builtins(sheet.errors), "duplicates": to_builtins(sheet.duplicates)}
    values: dict[str, Any] = {"counts": counts, "report": report, "ended_at": now}
    values |= {"state": ImportState.DONE, "content": None} if is_saved else {"state": ImportState.REFUSED}
    noted = await session.scalar(update(Import).where(Import.id == row.id).values(**values).returning(Import.id))
    if noted is None:
        raise NotFound("The import was taken away meanwhile")


# --- looking ----------------------------------------------------------------------------------------------------


async def one_import(
    sessions: Sessions, import_id: int, *, with_content: bool = False, with_report: bool = False
) -> Import:
    """An import. Raises NotFound."""
    more = [undefer(Import.content)] * with_content + [undefer(Import.report)] * with_report
    async with sessions() as session:
        row = await session.get(Import, import_id, options=more)
    if row is None:
        raise NotFound(f"There is no import {import_id}")
    return row


async def imports_page(sessions: Sessions, kind: Kind, list_id: int | None, *, limit: int) -> Sequence[Import]:
    """The latest imports of a kind, of targets those into one list, newest first."""
    where = Import.list_id.is_(None) & (Import.kind == kind) if list_id is None else Import.list_id == list_id
    async with sessions() as session:
        return (await session.scalars(select(Import).where(where).order_by(Import.id.desc()).limit(limit))).all()


async def drop_import(sessions: Sessions, import_id: int) -> None:
    """Forgets an import and its file. Raises NotFound, Conflict while it runs."""
    async with sessions.begin() as session:
        row = await session.get(Import, import_id)
        if row is None:
            raise NotFound(f"There is no import {import_id}")
        if row.state == ImportState.RUNNING:
            raise Conflict("The import is running; it is done in a moment")
        await session.delete(row)

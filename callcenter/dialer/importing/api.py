"""The routes of imports: a file, what it would become, and the import itself (docs/api.md, Imports)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Query, Response, UploadFile
from msgspec import convert, to_builtins
from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, field_validator

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.dialer.importing import answers, jobs
from callcenter.dialer.importing.columns import PERMITTING, ROLES, Kind, Role
from callcenter.dialer.importing.error_file import error_file
from callcenter.dialer.importing.jobs import Importer, Options
from callcenter.dialer.importing.rows import Policy
from callcenter.dialer.importing.sheets import MAX_BYTES, MAX_COLUMNS
from callcenter.dialer.scoped import of_list, sees_list
from callcenter.dialer.shapes import ListId, Shape
from callcenter.dialer.tables import Import
from callcenter.errors import NotAllowed, NotFound
from callcenter.masks import masked

Reader = Annotated[Account, requires("see_lists", reach="scoped")]
Runner = Annotated[Account, requires("run_lists", reach="scoped")]
Banner = Annotated[Account, requires("run_lists")]
MAX_DUE_DAYS = 3650
SHOWN_LINES = 200
"""Of the rows in error, and of those left out, that an answer tells; the file has all."""


class OptionsShape(Shape):
    """How a file is read; what is left out is as usual."""

    columns: Annotated[list[Role], Field(max_length=MAX_COLUMNS)] | None = None
    region: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    extensions: Literal["refuse", "keep"] = "refuse"
    due_days: Annotated[int, Field(ge=0, le=MAX_DUE_DAYS)] = 0
    duplicates: Literal["skip", "merge", "refuse"] = "skip"
    other_lists: Literal["allow", "skip", "refuse"] = "allow"
    skip_bad: bool = False

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str) -> str:
        if region and region not in SUPPORTED_REGIONS:
            raise ValueError(f"unknown region {region!r}; use a country's code such as CN")
        return region

    def options(self) -> Options:
        """As the import knows them."""
        return Options(
            columns=None if self.columns is None else tuple(self.columns),
            region=self.region,
            extensions=self.extensions,
            due_days=self.due_days,
            duplicates=Policy(self.duplicates),
            other_lists=Policy(self.other_lists),
            skip_bad=self.skip_bad,
        )


def import_routes(importer: Importer) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _file_routes(routes, importer)
    _customer_routes(routes, importer)
    _job_routes(routes, importer)
    return routes


def _file_routes(routes: APIRouter, importer: Importer) -> None:
    context = importer.context

    @routes.post("/lists/{list_id}/imports", response_model=answers.Import, status_code=201)
    async def into(
        list_id: ListId,
        file: Annotated[UploadFile, File()],
        account: Annotated[Account, of_list(context.sessions, "run_lists")],
    ) -> dict[str, Any]:
        content, name = await file.read(MAX_BYTES + 1), file.filename or ""
        row = await jobs.make_draft(context, Kind.TARGETS, list_id, name, content, account.username)
        return await _one(importer, row.id)

    @routes.get(
        "/lists/{list_id}/imports",
        response_model=answers.Imports,
        dependencies=[of_list(context.sessions, "see_lists")],
    )
    async def into_list(list_id: ListId, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
        rows = await jobs.imports_page(context.sessions, Kind.TARGETS, list_id, limit=limit)
        return {"imports": [_import(row, importer) for row in rows]}

    @routes.post("/do-not-call/imports", response_model=answers.Import, status_code=201)
    async def of_bans(file: Annotated[UploadFile, File()], account: Banner) -> dict[str, Any]:
        content, name = await file.read(MAX_BYTES + 1), file.filename or ""
        row = await jobs.make_draft(context, Kind.DO_NOT_CALL, None, name, content, account.username)
        return await _one(importer, row.id)

    @routes.get("/do-not-call/imports", response_model=answers.Imports, dependencies=[requires("see_lists")])
    async def into_bans(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
        rows = await jobs.imports_page(context.sessions, Kind.DO_NOT_CALL, None, limit=limit)
        return {"imports": [_import(row, importer) for row in rows]}


def _customer_routes(routes: APIRouter, importer: Importer) -> None:
    """Files of customers; what becomes of them is asked by the routes of all imports."""
    context = importer.context

    @routes.post("/customer-imports", response_model=answers.Import, status_code=201)
    async def of_customers(
        file: Annotated[UploadFile, File()], account: Annotated[Account, requires("manage_customers")]
    ) -> dict[str, Any]:
        content, name = await file.read(MAX_BYTES + 1), file.filename or ""
        row = await jobs.make_draft(context, Kind.CUSTOMERS, None, name, content, account.username)
        return await _one(importer, row.id)

    @routes.get("/customer-imports", response_model=answers.Imports, dependencies=[requires("manage_customers")])
    async def into_customers(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
        rows = await jobs.imports_page(context.sessions, Kind.CUSTOMERS, None, limit=limit)
        return {"imports": [_import(row, importer) for row in rows]}


def _job_routes(routes: APIRouter, importer: Importer) -> None:
    sessions = importer.context.sessions

    async def read(import_id: ListId, account: Reader) -> int:
        await _check_kind(importer, import_id, account)
        return import_id

    async def run(import_id: ListId, account: Runner) -> int:
        await _check_kind(importer, import_id, account)
        return import_id

    to_read, to_run = Depends(read), Depends(run)

    @routes.get("/imports/{import_id}", response_model=answers.Import)
    async def one(import_id: int = to_read) -> dict[str, Any]:
        return await _one(importer, import_id)

    @routes.post("/imports/{import_id}/preview", response_model=answers.ImportPreview)
    async def preview(shape: OptionsShape, account: Runner, import_id: int = to_run) -> dict[str, Any]:
        await _check_columns(importer, import_id, shape.options(), account)
        rows = await jobs.preview(importer.context, import_id, shape.options())
        return {"rows": to_builtins(rows)}

    @routes.post("/imports/{import_id}/start", response_model=answers.Import, status_code=202)
    async def start(shape: OptionsShape, account: Runner, import_id: int = to_run) -> dict[str, Any]:
        await _check_columns(importer, import_id, shape.options(), account)
        await importer.start(import_id, shape.options())
        return await _one(importer, import_id)

    @routes.get("/imports/{import_id}/errors.csv")
    async def errors(account: Reader, import_id: int = to_read, language: Literal["en", "zh"] = "en") -> Response:
        row = await jobs.one_import(sessions, import_id, with_report=True)
        report = row.report if account.sees_numbers else masked(row.report)
        headers = {"Content-Disposition": f'attachment; filename="import-{row.id}-errors.csv"'}
        return Response(error_file(report, language), media_type="text/csv", headers=headers)

    @routes.delete("/imports/{import_id}", status_code=204)
    async def drop(import_id: int = to_run) -> None:
        await jobs.drop_import(sessions, import_id)


async def _check_kind(importer: Importer, import_id: int, account: Account) -> None:
    """Raises NotAllowed where it is of customers, for somebody who may not manage them; NotFound.

    Of a limited scope only imports into its lists are there: customers and do-not-call entries are of everybody.
    """
    sessions = importer.context.sessions
    row = await jobs.one_import(sessions, import_id)
    is_seen = (
        account.scope.is_everything if row.list_id is None else await sees_list(sessions, account.scope, row.list_id)
    )
    if not is_seen:
        raise NotFound(f"There is no import {import_id}")
    if row.kind == Kind.CUSTOMERS and "manage_customers" not in account.permissions:
        raise NotAllowed("this import needs the permission manage_customers")


async def _check_columns(importer: Importer, import_id: int, options: Options, account: Account) -> None:
    """Raises NotAllowed for columns that say of customers what the account may not write into a record; BadInput."""
    row = await jobs.one_import(importer.context.sessions, import_id)
    said = PERMITTING.intersection(importer.context.columns(row, options).roles)
    if said and "edit_customers" not in account.permissions:
        raise NotAllowed(f"a column that is {min(said)} needs the permission edit_customers")


async def _one(importer: Importer, import_id: int) -> dict[str, Any]:
    row = await jobs.one_import(importer.context.sessions, import_id, with_report=True)
    report = {name: lines[:SHOWN_LINES] for name, lines in row.report.items()}
    return _import(row, importer) | {"errors": [], "duplicates": []} | report


def _import(row: Import, importer: Importer) -> dict[str, Any]:
    progress = importer.progress.get(row.id)
    return {
        "id": row.id,
        "list_id": None if row.list_id is None else str(row.list_id),
        "kind": row.kind,
        "file_name": row.file_name,
        "state": row.state,
        "columns": row.columns,
        "roles": ROLES[Kind(row.kind)],
        "options": to_builtins(convert(row.options, Options)),
        "progress": None if progress is None else to_builtins(progress),
        "counts": row.counts or None,
        "detail": row.detail,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "began_at": row.began_at,
        "ended_at": row.ended_at,
    }

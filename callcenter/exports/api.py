"""The routes of exports (docs/api.md, Exports of recordings)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse
from pydantic import Field
from starlette.status import HTTP_201_CREATED

from callcenter.accounts.api import address_of, requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.calls.api import Facets, FormsOf
from callcenter.exports import answers
from callcenter.exports.choosing import Context, Order, estimate, order_export
from callcenter.exports.packing import Packer
from callcenter.exports.rules import LONGEST_REASON
from callcenter.exports.service import (
    cancel_export,
    check_inside,
    check_seen,
    delete_export,
    exports,
    take_export,
    tell_export,
)
from callcenter.floor.terms import Instant
from callcenter.forms.shapes import Shape
from callcenter.recordings.accesses import Listener
from callcenter.recordings.giving import giving
from callcenter.reports.export import Language

May = Annotated[Account, requires("export_recordings", reach="scoped")]
ExportId = Annotated[int, Path(ge=1, lt=2**63)]
SECONDS_A_DAY = 86_400


class OrderShape(Shape):
    """Which recordings somebody wants, and why."""

    search: Facets
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")]
    language: Language | None = None

    async def order(self, account: Account, forms_of: FormsOf) -> Order:
        """The same for the service. Raises NotAllowed, NotFound for a search that the account may not make."""
        language: Language = self.language or ("zh" if account.language == "zh" else "en")
        asked = self.search.model_dump(mode="json", by_alias=True, exclude_none=True)
        search = await self.search.wanted(account, forms_of)
        return Order(
            search=search, asked=asked, reason=self.reason, language=language, is_masked=not account.sees_numbers
        )


def export_routes(context: Context, packer: Packer, forms_of: FormsOf) -> APIRouter:
    """`/api/recording-exports`; all for who may export recordings."""
    routes = APIRouter(prefix="/api/recording-exports", route_class=OnceRoute)
    _order_routes(routes, context, packer, forms_of)
    _file_routes(routes, context)
    return routes


def _order_routes(routes: APIRouter, context: Context, packer: Packer, forms_of: FormsOf) -> None:
    @routes.get("", response_model=answers.RecordingExports)
    async def page(account: May, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
        return {"exports": await exports(context, account, limit=limit)}

    @routes.get("/estimate", response_model=answers.ExportEstimate)
    async def estimated(search: Annotated[Facets, Query()], account: May) -> dict[str, Any]:
        found = await estimate(context, await search.wanted(account, forms_of))
        return {
            "calls": found.calls,
            "recordings": found.recordings,
            "deleted": found.deleted,
            "bytes": found.bytes,
            "seconds": found.seconds,
            "most_recordings": context.most_recordings,
            "days": context.kept_seconds / SECONDS_A_DAY,
        }

    @routes.post("", response_model=answers.RecordingExport, status_code=HTTP_201_CREATED)
    async def order(shape: OrderShape, request: Request, account: May) -> dict[str, Any]:
        by = _listener(request, account, context.now())
        export_id = await order_export(context, await shape.order(account, forms_of), by)
        packer.wake()
        return await tell_export(context, export_id)

    @routes.get("/{export_id}", response_model=answers.RecordingExport)
    async def one(export_id: ExportId, account: May) -> dict[str, Any]:
        await check_seen(context, export_id, account)
        return await tell_export(context, export_id)

    @routes.post("/{export_id}/cancel", status_code=204)
    async def cancel(export_id: ExportId, account: May) -> None:
        await check_seen(context, export_id, account)
        await cancel_export(context, export_id, account.username)


def _file_routes(routes: APIRouter, context: Context) -> None:
    @routes.delete("/{export_id}", status_code=204)
    async def delete(export_id: ExportId, account: May) -> None:
        await check_seen(context, export_id, account)
        await delete_export(context, export_id, account.username)

    @routes.get("/{export_id}/file", response_class=FileResponse)
    async def file(export_id: ExportId, request: Request, account: May) -> FileResponse:
        listener = _listener(request, account, context.now())
        await check_seen(context, export_id, account)
        await check_inside(context, export_id, account.scope)
        archive = await take_export(context, export_id, listener, sees_numbers=account.sees_numbers)
        name = f"recordings-{export_id}.zip"
        headers = {"Cache-Control": "private, no-store"}
        return giving(archive, media_type="application/zip", filename=name, headers=headers)


def _listener(request: Request, account: Account, at: Instant) -> Listener:
    return Listener.of(account, address_of(request), at)

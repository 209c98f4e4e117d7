"""The routes of tags and holds of a call (docs/api.md, Retention)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.scoped import check_call
from callcenter.accounts.service import Account
from callcenter.calls.api import Word
from callcenter.floor.terms import Instant
from callcenter.forms.shapes import Shape
from callcenter.retention import answers
from callcenter.retention.holds import end_hold, holds_of, open_holds, place_hold
from callcenter.retention.keeping import kept_for
from callcenter.retention.tags import add_tag, known_tags, remove_tag, tags_of
from callcenter.store.engine import Sessions

Row = Annotated[int, Path(ge=1, lt=2**63)]
Tagger = Annotated[Account, requires("tag_calls", reach="scoped")]
Keeper = Annotated[Account, requires("manage_retention")]
Holder = Annotated[Account, requires("manage_retention", reach="scoped")]
Seer = Annotated[Account, requires("see_calls", reach="scoped")]

OF_CALL = "/api/calls/{pbx}/{call_id}"


class TagShape(Shape):
    """A tag to be put on a call."""

    tag: Word


class ReasonShape(Shape):
    """Why a call is held, or no longer."""

    reason: Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]


def call_retention_routes(sessions: Sessions, clock: Callable[[], Instant]) -> APIRouter:
    """Tags and holds of calls."""
    routes = APIRouter(route_class=OnceRoute)

    @routes.get(OF_CALL + "/retention", response_model=answers.CallRetention)
    async def beside(pbx: Word, call_id: Word, account: Seer) -> dict[str, Any]:
        await check_call(sessions, account.scope, pbx, call_id)
        told = {"tags": await tags_of(sessions, pbx, call_id), **await kept_for(sessions, pbx, call_id)}
        if "manage_retention" in account.permissions:
            told["holds"] = await holds_of(sessions, pbx, call_id)
        return told

    _tag_routes(routes, sessions, clock)
    _hold_routes(routes, sessions, clock)
    return routes


def _tag_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.get(
        "/api/call-tags", response_model=answers.KnownTags, dependencies=[requires("see_calls", reach="shared")]
    )
    async def known() -> dict[str, Any]:
        return {"tags": await known_tags(sessions)}

    @routes.post(OF_CALL + "/tags", response_model=answers.CallTags)
    async def add(pbx: Word, call_id: Word, shape: TagShape, account: Tagger) -> dict[str, Any]:
        await check_call(sessions, account.scope, pbx, call_id)
        await add_tag(sessions, pbx, call_id, shape.tag, by=account.username, now=clock())
        return {"tags": await tags_of(sessions, pbx, call_id)}

    @routes.delete(OF_CALL + "/tags/{tag}", response_model=answers.CallTags)
    async def remove(pbx: Word, call_id: Word, tag: Word, account: Tagger) -> dict[str, Any]:
        await check_call(sessions, account.scope, pbx, call_id)
        await remove_tag(sessions, pbx, call_id, tag, by=account.username, now=clock())
        return {"tags": await tags_of(sessions, pbx, call_id)}


def _hold_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.post(OF_CALL + "/holds", status_code=201, response_model=answers.HoldPlaced)
    async def place(pbx: Word, call_id: Word, shape: ReasonShape, account: Holder) -> dict[str, Any]:
        await check_call(sessions, account.scope, pbx, call_id)
        hold_id = await place_hold(sessions, pbx, call_id, shape.reason, by=account.username, now=clock())
        return {"id": hold_id, "holds": await holds_of(sessions, pbx, call_id)}

    @routes.post("/api/holds/{hold_id}/end", status_code=204)
    async def end(hold_id: Row, shape: ReasonShape, account: Keeper) -> None:
        await end_hold(sessions, hold_id, shape.reason, by=account.username, now=clock())

    @routes.get("/api/holds", response_model=answers.CallHolds, dependencies=[requires("manage_retention")])
    async def all_open() -> dict[str, Any]:
        return {"holds": await open_holds(sessions)}

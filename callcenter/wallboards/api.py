"""The routes of wallboards (docs/api.md, Wallboards): those of the panel, and those that a board's link opens."""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import CLOSE_CODE, ComeBack, requires, serve_while
from callcenter.accounts.rules import Permission
from callcenter.accounts.scope import Scope as AccountScope
from callcenter.accounts.service import Account
from callcenter.accounts.tokens import bearer_of
from callcenter.errors import BadInput, NotFound, NotSignedIn
from callcenter.floor.terms import Instant, Seconds
from callcenter.live.hub import Hub
from callcenter.live.socket import feed_client, known_seq
from callcenter.store.engine import Sessions
from callcenter.wallboards import answers, service
from callcenter.wallboards.rules import Scope, Together, sees
from callcenter.wallboards.tables import Wallboard

MAY: Permission = "manage_wallboards"
Keeper = Annotated[Account, requires(MAY, reach="scoped")]

HELLO_SECONDS: Seconds = 10
"""A client must show its link within this time."""

RECHECK_SECONDS: Seconds = 2
"""A TV loses a revoked board after no more than this."""

LONGEST_TOKEN = 200

BoardId = Annotated[int, Field(ge=1, le=2**53)]


class NewWallboard(BaseModel):
    """A board to make; no `queues` means the whole centre, no `expires_at` that its link lasts until revoked."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    queues: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)] = []
    shows_agents: bool = False
    expires_at: Annotated[float, Field(ge=0, le=1e11)] | None = None


@dataclass(frozen=True)
class Boards:
    """What wallboards are served from. `known` are the queues there are; `setting` is what every board is told.

    `together` gives today's figures of some queues as if they were one.
    """

    sessions: Sessions
    hub: Hub
    clock: Callable[[], Instant]
    known: Callable[[], Collection[str]]
    together: Together
    setting: Mapping[str, Any]


def wallboard_routes(boards: Boards) -> APIRouter:
    """The routes of the panel, and `GET /api/wallboard` for a board's own link."""
    routes = APIRouter()
    sessions = boards.sessions

    @routes.get("/api/wallboards", response_model=answers.Wallboards)
    async def wallboards(account: Keeper) -> dict[str, Any]:
        found = await service.wallboards(sessions)
        return {"wallboards": [_shape(row) for row in found if sees(account.scope, row.queues)]}

    @routes.post("/api/wallboards", response_model=answers.Wallboard, status_code=201)
    async def create(new: NewWallboard, account: Keeper) -> dict[str, Any]:
        _check(new, boards, account.scope)
        row, token = await service.add_wallboard(sessions, new.model_dump(), account.name, boards.clock())
        return _shape(row) | {"token": token}

    @routes.post("/api/wallboards/{board_id}/link", response_model=answers.Wallboard)
    async def renew(board_id: BoardId, account: Keeper) -> dict[str, Any]:
        await _check_seen(boards, board_id, account.scope)
        row, token = await service.renew_link(sessions, board_id)
        return _shape(row) | {"token": token}

    @routes.delete("/api/wallboards/{board_id}", status_code=204)
    async def revoke(board_id: BoardId, account: Keeper) -> None:
        await _check_seen(boards, board_id, account.scope)
        await service.revoke(sessions, board_id)

    @routes.get("/api/wallboard", response_model=answers.OwnWallboard)
    async def own(request: Request) -> dict[str, Any]:
        token = bearer_of(request)
        if token is None:
            raise NotSignedIn("a wallboard is opened by its link")
        row = await service.open_board(sessions, token[:LONGEST_TOKEN], boards.clock())
        return {"name": row.name, "queues": row.queues, "now": boards.clock(), **boards.setting}

    return routes


@dataclass(frozen=True)
class BoardSocket:
    """`WS /api/wallboard/live`: the client's first message shows its link; then comes the board's part of the feed."""

    boards: Boards
    recheck_seconds: Seconds = RECHECK_SECONDS

    async def __call__(self, websocket: WebSocket) -> None:
        """Serves one TV."""
        await websocket.accept()
        try:
            hello = await _hello(websocket)
            row = await self._open(hello)
        except NotSignedIn as error:
            await websocket.close(CLOSE_CODE + error.status)
            return
        except WebSocketDisconnect:
            return
        shown = _shown(row)

        async def check() -> None:
            if _shown(await self._open(hello)) != shown:
                raise ComeBack

        await serve_while(websocket, self._serve(websocket, row, hello), check, self.recheck_seconds)

    async def _open(self, hello: Mapping[str, Any]) -> Wallboard:
        return await service.open_board(self.boards.sessions, str(hello["token"])[:LONGEST_TOKEN], self.boards.clock())

    async def _serve(self, websocket: WebSocket, row: Wallboard, hello: Mapping[str, Any]) -> None:
        hub, name = self.boards.hub, f"wallboard {row.id} {_shown(row)}"
        try:
            branch = hub.branch(name, self._scope(row).sieve)
            await feed_client(websocket, branch, str(hello.get("epoch", "")), known_seq(str(hello.get("seq", ""))))
        finally:
            hub.drop(name)

    def _scope(self, row: Wallboard) -> Scope:
        return Scope(row.queues, shows_agents=row.shows_agents, together=self.boards.together)


async def _hello(websocket: WebSocket) -> Mapping[str, Any]:
    """The client's first message. Raises NotSignedIn for none in time, or one without a token."""
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            hello = json.loads(await websocket.receive_text())
    except (TimeoutError, ValueError, KeyError) as error:
        raise NotSignedIn("show the wallboard's link first") from error
    if not isinstance(hello, dict) or "token" not in hello:
        raise NotSignedIn("show the wallboard's link first")
    return hello


def _shown(row: Wallboard) -> str:
    return json.dumps([sorted(row.queues), row.shows_agents])


async def _check_seen(boards: Boards, board_id: int, scope: AccountScope) -> None:
    """Raises NotFound for a board that shows more than the scope."""
    if scope.is_everything:
        return
    row = await service.wallboard(boards.sessions, board_id)
    if not sees(scope, row.queues):
        raise NotFound(f"there is no wallboard {board_id}")


def _check(new: NewWallboard, boards: Boards, scope: AccountScope) -> None:
    unknown = sorted(set(new.queues) - set(boards.known()))
    outside = unknown or [queue for queue in sorted(new.queues) if not sees(scope, [queue])]
    if outside:
        raise BadInput(f"there is no queue {outside[0]!r}", field="queues")
    if not sees(scope, new.queues):
        raise BadInput("name the queues: your account sees a part of the centre", field="queues")
    if new.expires_at is not None and new.expires_at <= boards.clock():
        raise BadInput("this moment is in the past", field="expires_at")


def _shape(row: Wallboard) -> dict[str, Any]:
    names = ("id", "name", "queues", "shows_agents", "created_at", "created_by", "expires_at", "last_used_at")
    return {name: getattr(row, name) for name in names}

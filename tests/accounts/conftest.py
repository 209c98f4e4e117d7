"""A clock to turn by hand, a quick hasher, and access to an empty database on SQLite and on PostgreSQL."""

from typing import get_args

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from callcenter.accounts import service
from callcenter.accounts.api import Guarded, requires
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Permission, Role
from callcenter.accounts.service import Access, NewUser
from callcenter.accounts.session_api import Centre, session_routes
from callcenter.problems import tell_problems
from callcenter.store.engine import Sessions
from tests.accounts.clock import Clock

SECRET = "correct horse"
PERMISSION_NAMES: tuple[Permission, ...] = get_args(Permission)


@pytest.fixture
def clock() -> Clock:
    """A clock to turn by hand."""
    return Clock()


@pytest.fixture
def access(sessions: Sessions, clock: Clock) -> Access:
    """Accounts on an empty database; hashes are weak, since their strength is not what is tested."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Access(sessions, clock, Passwords(quick))


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        return


async def _nothing() -> None:
    return None


@pytest.fixture
async def web(access: Access) -> FastAPI:
    """An app with a route and a websocket for each permission, and a user `ada` who is a supervisor."""
    web = FastAPI()
    web.state.access = access
    tell_problems(web)
    web.include_router(session_routes(access, Centre("Asia/Shanghai", is_demo=False, secure_cookie=False)))
    for permission in PERMISSION_NAMES:
        web.add_api_route(
            f"/{permission}", _nothing, methods=["GET", "POST"], status_code=204, dependencies=[requires(permission)]
        )
        web.add_api_websocket_route(f"/live/{permission}", Guarded(permission, _echo, recheck_seconds=0.02))
    await service.add_user(access, NewUser("ada", SECRET, (Role.SUPERVISOR,), "Ada Lovelace", "zh"))
    return web

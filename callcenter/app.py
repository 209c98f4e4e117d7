"""The composition root: builds the parts, wires them, starts and stops them; the only file that knows them all."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.api import Centre, session_routes
from callcenter.accounts.service import Access, has_admin
from callcenter.agents.api import settings_routes
from callcenter.errors import NotFound
from callcenter.floor.events import Instant
from callcenter.headers import CarefulHeaders
from callcenter.panel_files import PanelFiles
from callcenter.problems import tell_problems
from callcenter.serving import listen, served, stop_asked, url_of
from callcenter.settings import Settings
from callcenter.store.engine import make_engine, make_sessions, migrate

log = logging.getLogger(__name__)

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class App:
    """Everything that runs, for whoever started it: `serve`, the demo, tests."""

    settings: Settings
    access: Access
    panel: PanelFiles
    web: FastAPI


@asynccontextmanager
async def running(
    settings: Settings, *, is_demo: bool = False, clock: Callable[[], Instant] = time.time
) -> AsyncIterator[App]:
    """The whole server but the listening: parts are started in this order and stopped in the reverse.

    Raises SetupFailed if a part cannot start; what had started is stopped then.
    """
    async with AsyncExitStack() as stack:
        engine = await _store(stack, settings)
        access = Access(make_sessions(engine), clock)
        # Here: the recorder (store); the floor, its keeper, ticker and hub (live), told directory(settings, clock()).
        # Here: one link for each of settings.pbxs (asterisk).
        # Here: figures (reports), audio (recordings), callbacks (dialer): each gives a router to the list below.
        centre = Centre(settings.timezone, is_demo, settings.http.secure_cookie)
        routers = [session_routes(access, centre), settings_routes(settings), _health(engine)]
        panel = PanelFiles()
        yield App(settings, access, panel, _web(access, panel, routers))


async def serve(settings: Settings) -> None:
    """Runs the server until Ctrl-C or SIGTERM. Raises SetupFailed if it cannot start."""
    with listen(settings.http) as listener:
        async with running(settings) as app, served(app.web, listener):
            await _announce(app, url_of(listener))
            await stop_asked()
            log.info("stopping")


async def _store(stack: AsyncExitStack, settings: Settings) -> AsyncEngine:
    engine = make_engine(settings.storage_url)
    stack.push_async_callback(engine.dispose)
    await migrate(engine)
    return engine


def _web(access: Access, panel: PanelFiles, routers: Sequence[APIRouter]) -> FastAPI:
    """The routes in the order in which they are tried: the API's own, no such route of the API, the panel."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.state.access = access
    tell_problems(web)
    web.add_middleware(CarefulHeaders)
    for router in routers:
        web.include_router(router)
    # Here: web.add_api_websocket_route("/api/live", Guarded("see_floor", …)).
    web.add_api_route("/api/{path:path}", _no_such_route, methods=EVERY_METHOD)
    web.add_route("/{path:path}", panel.answer, methods=["GET"])
    return web


async def _no_such_route(path: str) -> None:
    raise NotFound(f"there is no /api/{path}")


def _health(engine: AsyncEngine) -> APIRouter:
    routes = APIRouter()

    @routes.get("/api/health")
    async def health(response: Response) -> dict[str, str]:
        try:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, DBAPIError):
            log.warning("the database cannot be reached", exc_info=True)
            response.status_code = 503
            return {"status": "no database"}
        return {"status": "ok"}

    return routes


async def _announce(app: App, url: str) -> None:
    for pbx in app.settings.pbxs:
        log.info("PBX %s at %s:%d", pbx.name, pbx.host, pbx.port)
    if not app.panel.is_built:
        log.warning("the panel is not built: run make panel")
    if not await has_admin(app.access):
        log.warning("there is no administrator yet: run callcenter user add NAME --role admin")
    log.info("the panel is at %s", url)

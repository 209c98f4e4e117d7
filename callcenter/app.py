"""The composition root: builds the parts, wires them, starts and stops them; the only file that knows them all."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.api import Centre, Guarded, session_routes
from callcenter.accounts.service import Access, has_admin
from callcenter.agents.api import settings_routes
from callcenter.agents.directory import directory
from callcenter.asterisk.journal import Journal
from callcenter.asterisk.link import Link
from callcenter.calls.api import call_routes
from callcenter.dialer.api import callback_routes
from callcenter.dialer.dialling_api import dialling_routes
from callcenter.dialer.schedule import Schedule
from callcenter.dialer.seats import FloorSeats
from callcenter.dialer.worker import Surroundings, Worker
from callcenter.errors import NotFound, PhoneUnreachable
from callcenter.floor.commands import AnyCommand, Phone
from callcenter.floor.events import Instant, PbxName, Seconds
from callcenter.floor.floor import Floor
from callcenter.headers import CarefulHeaders
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.live.socket import serve_feed
from callcenter.live.ticker import tick
from callcenter.panel_files import PanelFiles
from callcenter.problems import tell_problems
from callcenter.recordings.api import recording_routes
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.service import recordings_of
from callcenter.reports.api import figure_routes
from callcenter.reports.queries import sums_by_queue
from callcenter.reports.today import Today
from callcenter.serving import listen, served, stop_asked, url_of
from callcenter.settings import Settings
from callcenter.store.engine import Sessions, make_engine, make_sessions, migrate
from callcenter.store.recorder import Recorder

log = logging.getLogger(__name__)

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class App:
    """Everything that runs, for whoever started it: `serve`, the demo, tests."""

    settings: Settings
    access: Access
    engine: AsyncEngine
    keeper: Keeper
    hub: Hub
    recorder: Recorder
    links: Mapping[PbxName, Link]
    dialer: Worker
    panel: PanelFiles
    web: FastAPI


class Switchboard:
    """Every PBX's phone as one: a command goes to the link of the PBX that it names."""

    def __init__(self, links: Mapping[PbxName, Link]) -> None:
        self._links = links

    async def send(self, command: AnyCommand) -> None:
        """Carries out a command at its PBX; raises what the link raises, and PhoneUnreachable for an unknown PBX."""
        link = self._links.get(command.pbx)
        if link is None:
            raise PhoneUnreachable(f"there is no PBX {command.pbx!r} in the settings")
        await link.send(command)


@asynccontextmanager
async def running(
    settings: Settings, *, is_demo: bool = False, clock: Callable[[], Instant] = time.time
) -> AsyncIterator[App]:
    """The whole server but the listening: parts are started in this order and stopped in the reverse.

    Raises SetupFailed if a part cannot start; what had started is stopped then.
    """
    async with AsyncExitStack() as stack:
        engine = await _store(stack, settings)
        sessions = make_sessions(engine)
        access = Access(sessions, clock)
        library = Library(
            {pbx.name: pbx.recordings_folder for pbx in settings.pbxs}, settings.data_folder / "mended", clock
        )
        measurer = Measurer(sessions, library)
        measurer.start()
        stack.push_async_callback(measurer.close)
        recorder = Recorder(engine, after_write=measurer.on_facts)
        recorder.start()
        stack.push_async_callback(recorder.close)
        keeper, hub = await _floor(stack, settings, engine, recorder, clock)
        links = _links(stack, settings, keeper)
        _in_background(stack, hub.beat(partial(_link_ages, links, clock)), "heartbeat")
        dialer = _dialer(stack, settings, sessions, keeper, hub, Switchboard(links))
        centre = Centre(settings.timezone, is_demo, settings.http.secure_cookie)
        routers = [
            session_routes(access, centre),
            settings_routes(settings),
            figure_routes(),
            call_routes(sessions, partial(recordings_of, sessions, library)),
            recording_routes(sessions, library),
            dialling_routes(sessions, dialer),
            callback_routes(sessions, dialer, settings),
            _health(engine),
        ]
        panel = PanelFiles()
        web = _web(access, hub, panel, routers)
        for link in links.values():
            link.start()
        yield App(settings, access, engine, keeper, hub, recorder, links, dialer, panel, web)


async def serve(settings: Settings) -> None:
    """Runs the server until Ctrl-C or SIGTERM. Raises SetupFailed if it cannot start."""
    with listen(settings.http) as listener:
        async with running(settings) as app, served(app.web, listener):
            await _announce(app, url_of(listener.getsockname()))
            await stop_asked()
            log.info("stopping")


async def _floor(
    stack: AsyncExitStack,
    settings: Settings,
    engine: AsyncEngine,
    recorder: Recorder,
    clock: Callable[[], Instant],
) -> tuple[Keeper, Hub]:
    """The live floor and those who are told of it, in this order: the record, today's figures, the panels."""
    keeper = Keeper(Floor(), clock=clock)
    hub = Hub(keeper.floor)
    today = Today(settings.zone, hub.touch, clock())
    hub.show("figures", today.view)
    today.load(await sums_by_queue(engine, today.since, today.until))
    keeper.listen(lambda event, changes: recorder.note(changes.facts))
    keeper.listen(today.on_changes)
    keeper.listen(hub.on_changes)
    for event in directory(settings, clock()):
        keeper.tell(event)
    _in_background(stack, tick(keeper), "ticker")
    _in_background(stack, today.follow_the_calendar(clock), "calendar")
    return keeper, hub


def _in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None], name: str) -> None:
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


def _links(stack: AsyncExitStack, settings: Settings, keeper: Keeper) -> dict[PbxName, Link]:
    """One link for each PBX, with its journal; not yet started."""
    links = {}
    for pbx in settings.pbxs:
        journal = Journal(settings.data_folder / "journal", pbx.name)
        stack.callback(journal.close)
        link = links[pbx.name] = Link(pbx, sink=keeper.tell, journal=journal)
        stack.push_async_callback(link.close)
    return links


def _link_ages(links: Mapping[PbxName, Link], clock: Callable[[], Instant]) -> dict[PbxName, Seconds | None]:
    now = clock()
    return {name: round(now - link.last_heard_at, 3) if link.last_heard_at else None for name, link in links.items()}


def _dialer(
    stack: AsyncExitStack, settings: Settings, sessions: Sessions, keeper: Keeper, hub: Hub, phone: Phone
) -> Worker:
    """The dialer: told of the floor after the panels, it asks the phone and waits for what comes of it."""
    surroundings = Surroundings(
        sessions=sessions,
        phone=phone,
        seats=FloorSeats(keeper.floor),
        schedule=Schedule(settings.storage_url),
        publish=hub.put,
        settings=settings.dialer,
        zone=settings.zone,
    )
    worker = Worker(surroundings)
    keeper.listen(worker.on_changes)
    _in_background(stack, worker.run(), "dialer")
    return worker


async def _store(stack: AsyncExitStack, settings: Settings) -> AsyncEngine:
    engine = make_engine(settings.storage_url)
    stack.push_async_callback(engine.dispose)
    await migrate(engine)
    return engine


def _web(access: Access, hub: Hub, panel: PanelFiles, routers: Sequence[APIRouter]) -> FastAPI:
    """The routes in the order in which they are tried: the API's own, no such route of the API, the panel."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.state.access = access
    tell_problems(web)
    web.add_middleware(CarefulHeaders)
    for router in routers:
        web.include_router(router)
    web.add_api_websocket_route("/api/live", Guarded("see_floor", partial(serve_feed, hub=hub)))
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

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
from callcenter.accounts.service import Access, account_named, has_admin
from callcenter.agents.api import settings_routes
from callcenter.agents.directory import directory
from callcenter.asterisk import marks
from callcenter.asterisk.gap_filling import GapFiller
from callcenter.asterisk.intake import Memory
from callcenter.asterisk.journal import Journal
from callcenter.asterisk.link import Link
from callcenter.asterisk.marks import Told
from callcenter.asterisk.queue_log_source import QueueLog, queue_log_of
from callcenter.books.api import book_routes
from callcenter.books.rules import Span as Compared
from callcenter.books.service import Books, Comparison
from callcenter.calls.api import call_routes
from callcenter.delivery.api import delivery_routes
from callcenter.delivery.outbox import Outbox, Ways
from callcenter.dialer.api import callback_routes
from callcenter.dialer.schedule import Schedule
from callcenter.dialer.seats import FloorSeats
from callcenter.dialer.worker import Surroundings, Worker
from callcenter.errors import NotFound, PhoneUnreachable
from callcenter.floor.commands import AnyCommand, Phone
from callcenter.floor.events import Instant, PbxName, Seconds
from callcenter.floor.facts import SeatSpell
from callcenter.floor.floor import Floor, spells_under_way
from callcenter.headers import CarefulHeaders
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.live.socket import serve_feed
from callcenter.live.ticker import tick
from callcenter.panel_files import PanelFiles
from callcenter.problems import tell_problems
from callcenter.queue_logs import reconcile_span
from callcenter.recordings.api import recording_routes
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.service import recordings_of
from callcenter.reports.api import report_routes
from callcenter.reports.delivering import Sender, delivering
from callcenter.reports.names import names_of
from callcenter.reports.patterns import Limits
from callcenter.reports.people_api import Room, people_routes
from callcenter.reports.recurrence import dates_of
from callcenter.reports.report_files import asked_for, grid_maker, report_file_routes
from callcenter.reports.roll_ups import keep_rolled_up
from callcenter.reports.saved import Parameters
from callcenter.reports.saved_api import saved_routes
from callcenter.reports.service import Sources, sums_by_queue
from callcenter.reports.spans import Span, local
from callcenter.reports.staffing_api import staffing_routes
from callcenter.reports.today import Today
from callcenter.resuming import Checkpoints, Past, alone_in, resume
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
        stack.enter_context(alone_in(settings.data_folder))
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
        past = Past(Floor(), recorder, engine, settings.data_folder / "checkpoints", clock)
        keeper = Keeper(past.floor, clock=clock)
        journals = _journals(stack, settings, clock)
        links = _links(settings, keeper, journals, await _resumed(settings, past, journals))
        _keep_checkpoints(stack, past, journals, links)
        hub = await _floor(stack, settings, past, keeper, journals)
        logs = _fill_gaps(stack, settings, keeper, journals)
        books = _books(stack, settings, engine, logs, clock)
        _show_health(stack, hub, journals, links, clock)
        ways = Ways(settings.mail, settings.webhooks)
        outbox = Outbox(sessions, ways, clock=clock)
        _in_background(stack, outbox.run(), "outbox")
        dialer = _dialer(stack, settings, sessions, keeper, hub, Switchboard(links))
        sources = Sources(engine, settings.zone, names_of(settings), partial(_spells_under_way, keeper, clock))
        room = Room(sources, sessions, Limits(**settings.patterns.model_dump()), recorder.flush, dialer.wake, clock)
        sender = _sender(room, settings, access, outbox)
        await stack.enter_async_context(delivering(sender))
        centre = Centre(settings.timezone, is_demo, settings.http.secure_cookie)
        routers = [
            session_routes(access, centre),
            settings_routes(settings),
            *_report_routes(room, sender, settings),
            call_routes(sessions, partial(recordings_of, sessions, library)),
            recording_routes(sessions, library),
            callback_routes(sessions, dialer, settings),
            book_routes(books),
            delivery_routes(sessions, outbox, ways, ("test",)),
            _health(engine),
        ]
        panel = PanelFiles()
        web = _web(access, hub, panel, routers)
        books.start()
        _in_background(stack, keep_rolled_up(engine, settings.zone, clock), "roll-ups")
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


def _journals(stack: AsyncExitStack, settings: Settings, clock: Callable[[], Instant]) -> dict[PbxName, Journal]:
    """The journal of each PBX, not yet opened."""
    folder, keep_days = settings.data_folder / "journal", settings.journal_days
    journals = {pbx.name: Journal(folder, pbx.name, keep_days=keep_days, clock=clock) for pbx in settings.pbxs}
    for journal in journals.values():
        stack.callback(journal.close)
    return journals


async def _resumed(settings: Settings, past: Past, journals: Mapping[PbxName, Journal]) -> dict[PbxName, Memory]:
    """The floor is as the last run left it, and the record complete up to there."""
    return {told.pbx: await resume(past, journals[told.pbx], told) for told in directory(settings, past.clock())}


def _links(
    settings: Settings,
    keeper: Keeper,
    journals: Mapping[PbxName, Journal],
    memories: Mapping[PbxName, Memory],
) -> dict[PbxName, Link]:
    """One link for each PBX, which goes on where the last run ended; not yet started."""
    links = {}
    for pbx in settings.pbxs:
        link = links[pbx.name] = Link(pbx, sink=keeper.tell, journal=journals[pbx.name])
        link.intake.memory = memories[pbx.name]
    return links


def _keep_checkpoints(
    stack: AsyncExitStack, past: Past, journals: Mapping[PbxName, Journal], links: Mapping[PbxName, Link]
) -> None:
    """The next start is kept ready; the links end before the last checkpoint is taken."""
    checkpoints = Checkpoints(past, journals, {name: link.intake for name, link in links.items()})
    stack.push_async_callback(checkpoints.close)
    for link in links.values():
        stack.push_async_callback(link.close)
    _in_background(stack, checkpoints.keep(), "checkpoints")


async def _floor(
    stack: AsyncExitStack, settings: Settings, past: Past, keeper: Keeper, journals: Mapping[PbxName, Journal]
) -> Hub:
    """Those who are told of the floor, in this order: the record, today's figures, the panels."""
    clock = past.clock
    hub = Hub(keeper.floor)
    today = Today(settings.zone, hub.touch, clock())
    hub.show("figures", today.view)
    today.load(await sums_by_queue(past.engine, Span(today.since, today.until)))
    keeper.listen(lambda event, changes: past.recorder.note(changes.facts))
    keeper.listen(today.on_changes)
    keeper.listen(hub.on_changes)
    tell = partial(_tell_and_keep, keeper, journals)
    for event in directory(settings, clock()):
        tell(event)
    _in_background(stack, tick(keeper, tell), "ticker")
    _in_background(stack, today.follow_the_calendar(clock), "calendar")
    return hub


def _tell_and_keep(keeper: Keeper, journals: Mapping[PbxName, Journal], event: Told) -> None:
    """Tells what no PBX says, and keeps it in the journal: read back, it gives what was."""
    journals[event.pbx].append(marks.told(event))
    keeper.tell(event)


def _show_health(
    stack: AsyncExitStack,
    hub: Hub,
    journals: Mapping[PbxName, Journal],
    links: Mapping[PbxName, Link],
    clock: Callable[[], Instant],
) -> None:
    """Panels see how old what they show is, and whether it is kept."""
    _in_background(stack, hub.beat(partial(_link_ages, links, clock)), "heartbeat")
    for name, journal in journals.items():
        journal.changed = partial(_show_journal, hub, journal, links[name])
        journal.changed()


def _show_journal(hub: Hub, journal: Journal, link: Link) -> None:
    """Panels see a journal that cannot be written (docs/api.md, `journals`); behind a hole it begins with a survey."""
    name, trouble = link.settings.name, journal.trouble
    hub.put("journals", name, {"pbx": name, **trouble._asdict()} if trouble else None)
    if trouble is None:
        link.survey_again()


def _in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None], name: str) -> None:
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


def _fill_gaps(
    stack: AsyncExitStack, settings: Settings, keeper: Keeper, journals: Mapping[PbxName, Journal]
) -> dict[PbxName, QueueLog | None]:
    """What AMI did not tell is taken from queue_log; gives each PBX's, None where it is not known."""
    logs = {pbx.name: queue_log_of(pbx, settings.zone) for pbx in settings.pbxs}
    filler = GapFiller(keeper.floor, partial(_tell_and_keep, keeper, journals), logs)
    keeper.listen(filler.on_changes)
    stack.push_async_callback(filler.close)
    return logs


def _books(
    stack: AsyncExitStack,
    settings: Settings,
    engine: AsyncEngine,
    logs: Mapping[PbxName, QueueLog | None],
    clock: Callable[[], Instant],
) -> Books:
    """Our books and Asterisk's, compared for each PBX whose queue_log is known."""

    async def compare(pbx: PbxName, queue_log: QueueLog, span: Compared) -> Comparison:
        found = (await reconcile_span(engine, settings, pbx, queue_log, span)).as_dict()
        return Comparison(found["counts"], found["differences"], found["explained"])

    comparing = {name: partial(compare, name, queue_log) for name, queue_log in logs.items() if queue_log is not None}
    books = Books(make_sessions(engine), comparing, settings.zone, clock)
    stack.push_async_callback(books.close)
    return books


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


def _spells_under_way(keeper: Keeper, clock: Callable[[], Instant]) -> list[SeatSpell]:
    return spells_under_way(keeper.floor, clock())


def _sender(room: Room, settings: Settings, access: Access, outbox: Outbox) -> Sender:
    """What delivers saved reports."""

    async def may_send(username: str) -> bool:
        account = await account_named(access, username)
        return account is not None and "send_reports" in account.permissions

    return Sender(
        sessions=room.sessions,
        make=grid_maker(room.sources, room.write_down),
        may_send=may_send,
        mail=settings.mail,
        wake_outbox=outbox.wake,
        folder=settings.data_folder / "reports",
        zone=settings.zone,
        clock=room.clock,
    )


def _report_routes(room: Room, sender: Sender, settings: Settings) -> list[APIRouter]:
    return [
        report_routes(room.sources, room.write_down, room.clock),
        report_file_routes(room.sources, room.write_down),
        people_routes(room),
        staffing_routes(room, settings),
        saved_routes(sender, partial(_check_report, room)),
    ]


def _check_report(room: Room, parameters: Parameters) -> None:
    """Raises BadInput for a saved report that could not be made today."""
    today = local(room.clock(), room.sources.zone).date()
    asked_for(parameters, dates_of(parameters.span, today), room.sources)


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

"""The composition root: starts the parts in their order, wires them, stops them in the reverse."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from fastapi import APIRouter, FastAPI, Response, WebSocket
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import TypedDict

from callcenter.accounts.api import Guarded
from callcenter.accounts.first_run import FirstRun
from callcenter.accounts.first_run_api import first_run_routes
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.oidc.api import oidc_routes
from callcenter.accounts.oidc.provider import provider_of
from callcenter.accounts.profile_api import profile_routes
from callcenter.accounts.role_api import role_routes
from callcenter.accounts.roles import no_roles, roles_to_come
from callcenter.accounts.second_factor_api import second_factor_routes
from callcenter.accounts.service import Access
from callcenter.accounts.session_api import Centre, session_routes
from callcenter.accounts.user_api import user_routes
from callcenter.agents.api import settings_routes
from callcenter.agents.telling import SEAT_CHANGED, SeatTeller
from callcenter.alerts.api import alert_routes
from callcenter.alerts.register import ALERT_KINDS
from callcenter.assembly import (
    Switchboard,
    alert_desk,
    boards_of,
    books_of,
    dialer_of,
    eraser_of,
    fill_gaps,
    filler_of,
    importer_of,
    in_background,
    journals_of,
    keep_checkpoints,
    links_of,
    listeners,
    report_room_routes,
    resumed,
    sampler_of,
    seat_room_routes,
    sender_of,
    show_health,
    sources_of,
    ticket_room_routes,
    tickets_of,
)
from callcenter.asterisk.link import Link
from callcenter.audit.api import audit_routes
from callcenter.audit.writing import WritesAudit
from callcenter.books.api import book_routes
from callcenter.calls.api import call_routes
from callcenter.calls.ended import CALL_ENDED, CallsEnded
from callcenter.calls.line_api import line_routes
from callcenter.calls.line_notes import LineNotes
from callcenter.customers.api import customer_routes
from callcenter.customers.crm import crm_of
from callcenter.customers.pop_api import pop_routes
from callcenter.customers.ringing import RINGING, Herald
from callcenter.customers.service import Context as Customers
from callcenter.customers.service import forms_of
from callcenter.delivery.api import delivery_routes
from callcenter.delivery.kinds import TEST, AnyKind, describe_events
from callcenter.delivery.outbox import Outbox, Ways
from callcenter.description import DescribedApi, description_routes
from callcenter.dialer.api import callback_routes
from callcenter.dialer.dialling_api import dialling_routes
from callcenter.dialer.importing.api import import_routes
from callcenter.dialer.results import RESULT
from callcenter.dialer.targets_api import target_routes
from callcenter.dialer.worker import Worker
from callcenter.erasure.api import erasure_routes
from callcenter.errors import NotFound
from callcenter.exports.api import export_routes
from callcenter.exports.choosing import Context as ExportContext
from callcenter.exports.ending import being_packed
from callcenter.exports.packing import Packer
from callcenter.exports.service import expiring as exports_expiring
from callcenter.filling.api import filling_routes
from callcenter.finding import beyond_calls
from callcenter.floor.facts import AnyFact, CallRecord
from callcenter.floor.floor import Floor
from callcenter.floor.terms import Instant, PbxName
from callcenter.forms.api import form_routes
from callcenter.forms.offers_api import offer_routes
from callcenter.headers import CarefulHeaders
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.live_feed import Together, serve_floor
from callcenter.masking import MasksNumbers
from callcenter.messages.api import ACKNOWLEDGED, WRITTEN, Post, message_routes
from callcenter.panel_files import PanelFiles
from callcenter.problems import tell_problems
from callcenter.quality.api import quality_routes
from callcenter.quality.calibration.api import calibration_routes
from callcenter.quality.clips.api import clip_routes
from callcenter.quality.clips.cutting import Cutter
from callcenter.quality.clips.expiry import expiring as clips_expiring
from callcenter.quality.coaching.api import coaching_routes
from callcenter.quality.losses import note_missing_losses
from callcenter.quality.plan_api import plan_routes
from callcenter.quality.plan_rules import DAY_SECONDS
from callcenter.quality.reading import reviews_of_calls, was_reviewed_for
from callcenter.quality.review_api import review_routes
from callcenter.quality.reviews import Terms
from callcenter.quality.service import ship_forms
from callcenter.recordings.access_api import access_routes
from callcenter.recordings.api import recording_routes
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.processing import Processor
from callcenter.recordings.receiving import Receiver
from callcenter.recordings.receiving_api import receiving_routes
from callcenter.recordings.service import recordings_of
from callcenter.reports.patterns import Limits
from callcenter.reports.people_api import Room
from callcenter.reports.roll_ups import keep_rolled_up
from callcenter.resuming import Past, alone_in
from callcenter.retention.api import retention_routes
from callcenter.retention.call_api import call_retention_routes
from callcenter.retention.nightly import retiring
from callcenter.serving import listen, served, spare_the_collector, stop_signals, url_of
from callcenter.settings import AccountSettings, QualitySettings, Settings
from callcenter.shifts.api import shift_routes
from callcenter.shifts.service import Planning
from callcenter.store.engine import Sessions, make_engine, make_sessions, migrate
from callcenter.store.erased import Erased
from callcenter.store.recorder import Recorder
from callcenter.tickets.callbacks import keep_callbacks
from callcenter.tickets.finding import of_customer as tickets_of_customer
from callcenter.tickets.history import TICKET_CHANGED
from callcenter.versions import TakesVersions
from callcenter.wallboards.api import Boards, BoardSocket, wallboard_routes
from callcenter.wrap_up.api import Desk as WrapUpDesk
from callcenter.wrap_up.api import wrap_up_routes
from callcenter.wrap_up.records import WRITTEN as WRAP_UP_WRITTEN

log = logging.getLogger(__name__)

Feed = Callable[[WebSocket], Awaitable[None]]


class Health(TypedDict):
    """Whether the server and its database work."""

    status: Literal["ok", "no database"]


EVENT_KINDS: tuple[AnyKind, ...] = (
    *ALERT_KINDS,
    RESULT,
    RINGING,
    CALL_ENDED,
    SEAT_CHANGED,
    WRAP_UP_WRITTEN,
    TICKET_CHANGED,
)
"""What webhooks can be told."""

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class App:
    """Everything that runs, for whoever started it: `serve`, the demo, tests."""

    settings: Settings
    access: Access
    first_run: FirstRun
    engine: AsyncEngine
    keeper: Keeper
    hub: Hub
    recorder: Recorder
    links: Mapping[PbxName, Link]
    dialer: Worker
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
        stack.enter_context(alone_in(settings.data_folder))
        engine = await _store(stack, settings)
        sessions, access = make_sessions(engine), _access(settings, engine, clock)
        ways, panel = Ways(settings.mail, settings.webhooks), PanelFiles()
        first_run = FirstRun(access, settings.data_folder)
        outbox, floor = _outbox(stack, sessions, ways, clock), Floor()
        library, measurer, recorder = _recording(stack, settings, engine, floor, outbox)
        past = Past(floor, recorder, engine, settings.data_folder / "checkpoints", clock)
        keeper = Keeper(past.floor, clock=clock)
        journals = journals_of(stack, settings, clock)
        links = links_of(settings, keeper, journals, await resumed(settings, past, journals))
        keep_checkpoints(stack, past, journals, links)
        hub, today = await listeners(stack, settings, past, keeper, journals)
        desk = await alert_desk(stack, settings, sessions, keeper, hub, outbox)
        measurer.missing = desk.watch.on_fact
        books = books_of(stack, settings, engine, fill_gaps(stack, settings, keeper, journals), clock)
        show_health(stack, hub, journals, links, clock)
        dialer = dialer_of(stack, settings, outbox, keeper, hub, Switchboard(links))
        sources = sources_of(settings, engine, keeper, clock)
        room = Room(sources, sessions, Limits(**settings.patterns.model_dump()), recorder.flush, dialer.wake, clock)
        sender = await sender_of(stack, room, settings, access, outbox)
        boards = boards_of(settings, sessions, hub, today, clock, is_demo=is_demo)
        routers = [
            first_run_routes(first_run),
            *await _account_routes(
                stack, access, Centre(settings.timezone, is_demo, settings.http.secure_cookie), settings.accounts
            ),
            settings_routes(settings),
            *seat_room_routes(stack, settings, keeper, Switchboard(links)),
            *report_room_routes(room, sender, settings),
            *await _customer_rooms(stack, settings, library, keeper, outbox),
            recording_routes(sessions, library, partial(was_reviewed_for, sessions)),
            receiving_routes(Receiver(sessions, library.folders, clock)),
            access_routes(sessions, library, partial(was_reviewed_for, sessions)),
            *await _retention(stack, sessions, library, settings),
            await _clips(stack, sessions, library, settings),
            erasure_routes(eraser_of(stack, settings, sessions, library, keeper)),
            dialling_routes(sessions, dialer),
            callback_routes(sessions, dialer, settings, partial(keep_callbacks, clock=clock)),
            filling_routes(await filler_of(stack, room, keeper, settings), settings),
            await ticket_room_routes(stack, settings, outbox, keeper, hub, desk.watch),
            target_routes(sessions, dialer, settings),
            import_routes(await importer_of(stack, settings, sessions, dialer)),
            form_routes(sessions, dialer, keeper.floor),
            offer_routes(sessions, dialer),
            wrap_up_routes(WrapUpDesk(keeper.floor, dialer, _customers(settings, outbox), recorder.flush, outbox.wake)),
            await _quality(sessions, clock),
            plan_routes(await sampler_of(stack, room, settings)),
            *_review_rooms(sessions, library, settings.quality, clock),
            book_routes(books),
            delivery_routes(sessions, outbox, ways, EVENT_KINDS),
            alert_routes(desk),
            _messages(Post(sessions, keeper.floor, hub.put, clock)),
            shift_routes(Planning(sessions, settings, sources, recorder.flush, clock)),
            wallboard_routes(boards),
            audit_routes(sessions, settings.zone),
            _health(engine),
        ]
        web = _web(access, _feed(settings, hub, today.view_of), panel, boards, routers, settings.browser_phone_urls)
        await stack.enter_async_context(books.every_night())
        in_background(stack, keep_rolled_up(engine, settings.zone, clock), "roll-ups")
        for link in links.values():
            link.start()
        yield App(settings, access, first_run, engine, keeper, hub, recorder, links, dialer, panel, web)


def _outbox(stack: AsyncExitStack, sessions: Sessions, ways: Ways, clock: Callable[[], Instant]) -> Outbox:
    outbox = Outbox(sessions, ways, clock=clock)
    in_background(stack, outbox.run(), "outbox")
    return outbox


async def serve(settings: Settings) -> None:
    """Runs the server until Ctrl-C or SIGTERM. Raises SetupFailed if it cannot start."""
    with listen(settings.http) as listener:
        async with running(settings) as app, served(app.web, listener):
            spare_the_collector()
            with stop_signals() as asked:  # before it says that it runs: whoever reads that may stop it at once
                await _announce(app, url_of(listener.getsockname()))
                await asked.wait()
                log.info("stopping")


async def _account_routes(
    stack: AsyncExitStack, access: Access, centre: Centre, settings: AccountSettings
) -> list[APIRouter]:
    provider = await stack.enter_async_context(provider_of(settings.oidc))
    of_accounts = (key_routes, second_factor_routes, user_routes, role_routes, profile_routes)
    at_doors = [session_routes(access, centre), oidc_routes(access, centre, provider)]
    return [*at_doors, *(routes(access) for routes in of_accounts)]


async def _quality(sessions: Sessions, clock: Callable[[], Instant]) -> APIRouter:
    await ship_forms(sessions, clock())
    await note_missing_losses(sessions)
    return quality_routes(sessions, clock)


async def _customer_rooms(
    stack: AsyncExitStack, settings: Settings, library: Library, keeper: Keeper, outbox: Outbox
) -> list[APIRouter]:
    """Calls, who called or calls now, and exports of what was said; other systems are told of rings and seats."""
    sessions = outbox.sessions
    customers = _customers(settings, outbox)
    of_customer = partial(forms_of, customers)
    crm = await stack.enter_async_context(crm_of(settings.customers.crm))
    tickets = tickets_of(settings, sessions, outbox.clock)
    herald = Herald(customers, crm, keeper.floor, outbox.wake)
    keeper.listen(herald.on_changes)
    stack.push_async_callback(herald.close)
    seats = SeatTeller(sessions, keeper.floor, outbox.clock, outbox.wake)
    keeper.listen(seats.on_changes)
    in_background(stack, seats.run(), "seat.changed")
    lines = LineNotes(sessions, keeper.floor)
    keeper.listen(lines.on_changes)
    stack.push_async_callback(lines.close)
    return [
        call_routes(sessions, partial(recordings_of, sessions, library), beyond_calls, of_customer),
        line_routes(sessions, keeper.floor, outbox.clock),
        customer_routes(customers, partial(reviews_of_calls, sessions), partial(tickets_of_customer, tickets)),
        pop_routes(customers, crm, keeper.floor),
        export_routes(*await _exports(stack, sessions, library, settings), of_customer),
    ]


def _customers(settings: Settings, outbox: Outbox) -> Customers:
    return Customers(outbox.sessions, outbox.clock, settings.region, settings.customers)


def _messages(post: Post) -> APIRouter:
    post.tell(WRITTEN, ACKNOWLEDGED)  # a desk that comes back after a restart asks again
    return message_routes(post)


def _review_rooms(
    sessions: Sessions, library: Library, quality: QualitySettings, clock: Callable[[], Instant]
) -> list[APIRouter]:
    heard = partial(recordings_of, sessions, library)
    terms = Terms(quality.pass_score, quality.appeal_days * DAY_SECONDS)
    return [
        review_routes(sessions, heard, terms, clock),
        calibration_routes(sessions, heard, clock),
        coaching_routes(sessions, clock),
    ]


async def _retention(
    stack: AsyncExitStack, sessions: Sessions, library: Library, settings: Settings
) -> list[APIRouter]:
    is_wanted = None if settings.recordings.keep_originals else being_packed
    await stack.enter_async_context(retiring(sessions, library, settings.zone, is_wanted))
    return [call_retention_routes(sessions, library.clock), retention_routes(sessions, library)]


async def _clips(stack: AsyncExitStack, sessions: Sessions, library: Library, settings: Settings) -> APIRouter:
    cutter = Cutter(library, settings.recordings.encoding)
    await stack.enter_async_context(clips_expiring(sessions, cutter, settings.zone))
    return clip_routes(sessions, cutter)


async def _exports(
    stack: AsyncExitStack, sessions: Sessions, library: Library, settings: Settings
) -> tuple[ExportContext, Packer]:
    context = ExportContext(
        sessions=sessions,
        library=library,
        beyond=beyond_calls,
        folder=settings.exports_folder,
        zone=settings.zone,
        most_recordings=settings.exports.most_recordings,
        kept_seconds=settings.exports.days * DAY_SECONDS,
    )
    await stack.enter_async_context(exports_expiring(context))
    packer = Packer(context)
    in_background(stack, packer.run(), "exports")
    return context, packer


def _access(settings: Settings, engine: AsyncEngine, clock: Callable[[], Instant]) -> Access:
    return Access(
        make_sessions(engine),
        clock,
        masked_for=settings.privacy.masked_for,
        second_factor_for=settings.accounts.second_factor_for if settings.accounts.has_own_factors else (),
        takes_passwords=settings.accounts.takes_passwords,
        asks_after_provider=settings.accounts.asks_after_provider,
    )


async def _store(stack: AsyncExitStack, settings: Settings) -> AsyncEngine:
    engine = make_engine(settings.storage_url)
    stack.push_async_callback(engine.dispose)
    await migrate(engine)
    return engine


def _recording(
    stack: AsyncExitStack, settings: Settings, engine: AsyncEngine, floor: Floor, outbox: Outbox
) -> tuple[Library, Measurer, Recorder]:
    """Facts into rows, with what other systems are told of them, and the audio that belongs to them."""
    library = Library.of(settings, outbox.clock)
    processor = Processor(outbox.sessions, library, settings.recordings.encoding)
    stack.push_async_callback(processor.close)
    in_background(stack, processor.run(), "processor")
    measurer = Measurer(outbox.sessions, library)
    measurer.complete = processor.wake
    stack.push_async_callback(measurer.close)
    in_background(stack, measurer.run(), "measurer")
    erased = Erased(settings.data_folder, settings.region)

    def after_write(facts: Sequence[AnyFact]) -> None:
        measurer.on_facts(facts)
        if any(isinstance(fact, CallRecord) for fact in facts):
            outbox.wake()

    recorder = Recorder(engine, beside=CallsEnded(floor).tell, after_write=after_write, erased=erased)
    recorder.start()
    stack.push_async_callback(recorder.close)
    return library, measurer, recorder


def _feed(settings: Settings, hub: Hub, together: Together) -> Feed:
    return partial(serve_floor, hub=hub, together=together, agents_are_told=settings.listening.agents_are_told)


def _web(
    access: Access, feed: Feed, panel: PanelFiles, boards: Boards, routers: Sequence[APIRouter], phones: Sequence[str]
) -> FastAPI:
    """The routes in the order in which they are tried: the API's own, no such route of the API, the panel."""
    web = DescribedApi(docs_url=None, redoc_url=None, openapi_url=None)
    web.state.access = access
    tell_problems(web)
    web.add_middleware(WritesAudit, sessions=access.sessions, clock=access.clock)
    web.add_middleware(MasksNumbers)
    web.add_middleware(CarefulHeaders, phones=phones)
    web.add_middleware(TakesVersions)
    for router in routers:
        web.include_router(router)
    web.add_api_websocket_route("/api/live", Guarded("see_floor", feed))
    web.add_api_websocket_route("/api/wallboard/live", BoardSocket(boards))
    web.include_router(description_routes(web))
    describe_events(web.webhooks, (*EVENT_KINDS, TEST))
    web.add_api_route("/api/{path:path}", _no_such_route, methods=EVERY_METHOD, include_in_schema=False)
    web.add_route("/{path:path}", panel.answer, methods=["GET"])
    return web


async def _no_such_route(path: str) -> None:
    raise NotFound(f"there is no /api/{path}")


def _health(engine: AsyncEngine) -> APIRouter:
    routes = APIRouter()

    @routes.get("/api/health")
    async def health(response: Response) -> Health:
        try:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, DBAPIError):
            log.warning("the database cannot be reached", exc_info=True)
            response.status_code = 503
            return Health(status="no database")
        return Health(status="ok")

    return routes


async def _announce(app: App, url: str) -> None:
    for pbx in app.settings.pbxs:
        log.info("PBX %s at %s:%d", pbx.name, pbx.host, pbx.port)
    if not app.panel.is_built:
        log.warning("the panel is not built: run make panel")
    for role in await roles_to_come(app.access):
        log.warning("accounts.second_factor_for names %r, and there is no such role: it asks nobody", role)
    oidc = app.settings.accounts.oidc
    for role in await no_roles(app.access, oidc.named_roles if oidc else ()):
        log.warning("accounts.oidc names %r, and there is no such role: it is given to nobody", role)
    if await app.first_run.open():
        log.warning(
            "there is no administrator yet: the panel makes one with the word in %s; "
            "or run callcenter user add NAME --role admin",
            app.first_run.file,
        )
    log.info("the panel is at %s", url)

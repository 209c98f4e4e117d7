"""How each part of the server is built from the others, and what it is told of; `app` says in which order."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.scope import Scope
from callcenter.accounts.service import Access, account_named
from callcenter.agents.browser_phone_api import browser_phone_routes
from callcenter.agents.call_api import in_call_routes
from callcenter.agents.caller_api import caller_routes
from callcenter.agents.desk_notes import DeskNotes
from callcenter.agents.desk_phone_api import desk_phone_routes
from callcenter.agents.directory import directory
from callcenter.agents.extensions import Extensions
from callcenter.agents.listening_api import listening_routes
from callcenter.agents.lookout import Lookout
from callcenter.agents.recording_pauses import RecordingPauses
from callcenter.agents.seat_api import seat_routes
from callcenter.agents.service import SeatDesk
from callcenter.alerts import service as alerts
from callcenter.alerts.api import Desk
from callcenter.alerts.kinds import Scene
from callcenter.alerts.register import Register
from callcenter.alerts.rules import KINDS
from callcenter.alerts.watch import Watch
from callcenter.asterisk import marks
from callcenter.asterisk.channel_log import ChannelLogs
from callcenter.asterisk.gap_filling import GapFiller
from callcenter.asterisk.intake import Memory
from callcenter.asterisk.journal import Journal
from callcenter.asterisk.link import Link
from callcenter.asterisk.marks import Told
from callcenter.asterisk.queue_log_source import QueueLog, queue_log_of
from callcenter.books.rules import Span as Compared
from callcenter.books.service import Books, Comparison
from callcenter.customers.importing import Imported
from callcenter.customers.service import Context as Customers
from callcenter.delivery.outbox import Outbox
from callcenter.dialer.importing.jobs import Context, Importer
from callcenter.dialer.schedule import Schedule
from callcenter.dialer.seats import FloorSeats
from callcenter.dialer.surroundings import Surroundings
from callcenter.dialer.worker import Worker
from callcenter.erasure.around import Around, in_call_on
from callcenter.erasure.running import Eraser
from callcenter.errors import PhoneUnreachable
from callcenter.filling.running import filling
from callcenter.filling.service import Context as Filling
from callcenter.floor.commands import AnyCommand, Phone
from callcenter.floor.facts import SeatSpell
from callcenter.floor.floor import spells_under_way
from callcenter.floor.terms import Instant, PbxName, Seconds
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.live.ticker import tick
from callcenter.quality.inbox_filling import inbox_filling
from callcenter.quality.plans import Context as Sampler
from callcenter.queue_logs import reconcile_span
from callcenter.recordings.library import Library
from callcenter.reports.api import report_routes
from callcenter.reports.callback_api import callback_report_routes
from callcenter.reports.delivering import Sender, delivering
from callcenter.reports.figures import FIGURES
from callcenter.reports.names import names_of
from callcenter.reports.people_api import Room, people_routes
from callcenter.reports.quality_api import quality_report_routes
from callcenter.reports.recurrence import dates_of
from callcenter.reports.report_files import check_report, grid_maker, report_file_routes
from callcenter.reports.saved import Parameters
from callcenter.reports.saved_api import saved_routes
from callcenter.reports.service import Sources, sums_by_queue
from callcenter.reports.spans import Span, local
from callcenter.reports.staffing_api import staffing_routes
from callcenter.reports.tickets_api import ticket_report_routes
from callcenter.reports.today import Today
from callcenter.resuming import Checkpoints, Past, own_name, resume
from callcenter.settings import Settings
from callcenter.store.engine import Sessions, make_sessions
from callcenter.store.erased import Erased
from callcenter.tickets.api import Room as TicketRoom
from callcenter.tickets.api import ticket_routes
from callcenter.tickets.escalating import escalating
from callcenter.tickets.feed import Teller as TicketTeller
from callcenter.tickets.service import Context as Tickets
from callcenter.wallboards.api import Boards

KIND_WORDS = ("id", "label_en", "label_zh", "told_en", "told_zh", "measure")


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


def seat_desk(stack: AsyncExitStack, settings: Settings, keeper: Keeper, phone: Phone) -> SeatDesk:
    """What commands seats: it listens after the panels, which are shown an event before a command is answered.

    Agents pause the recording of their call by a code of the phone, too, and a pause that is forgotten ends.
    """
    lookout = Lookout()
    keeper.listen(lookout.on_changes)
    pauses = RecordingPauses(keeper, phone, settings.recordings.pause_limit_seconds)
    keeper.listen(pauses.on_changes)
    in_background(stack, pauses.watch(), "pauses of recordings")
    keeper.listen(DeskNotes(keeper.floor, phone).on_changes)
    keeper.listen(Extensions(keeper.floor, phone).on_changes)
    return SeatDesk(keeper.floor, phone, lookout, settings)


def seat_room_routes(stack: AsyncExitStack, settings: Settings, keeper: Keeper, phone: Phone) -> list[APIRouter]:
    desk = seat_desk(stack, settings, keeper, phone)
    own = [browser_phone_routes(settings), desk_phone_routes(desk)]
    return [*own, seat_routes(desk), in_call_routes(desk), listening_routes(desk), caller_routes(desk)]


def in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None], name: str) -> None:
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


def journals_of(stack: AsyncExitStack, settings: Settings, clock: Callable[[], Instant]) -> dict[PbxName, Journal]:
    """The journal of each PBX, not yet opened."""
    folder, keep_days = settings.data_folder / "journal", settings.journal_days
    journals = {pbx.name: Journal(folder, pbx.name, keep_days=keep_days, clock=clock) for pbx in settings.pbxs}
    for journal in journals.values():
        stack.callback(journal.close)
    return journals


async def resumed(settings: Settings, past: Past, journals: Mapping[PbxName, Journal]) -> dict[PbxName, Memory]:
    """The floor is as the last run left it, and the record complete up to there."""
    return {told.pbx: await resume(past, journals[told.pbx], told) for told in directory(settings, past.clock())}


def links_of(
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


def keep_checkpoints(
    stack: AsyncExitStack, past: Past, journals: Mapping[PbxName, Journal], links: Mapping[PbxName, Link]
) -> None:
    """The next start is kept ready; the links end before the last checkpoint is taken."""
    checkpoints = Checkpoints(past, journals, {name: link.intake for name, link in links.items()})
    stack.push_async_callback(checkpoints.close)
    for link in links.values():
        stack.push_async_callback(link.close)
    in_background(stack, checkpoints.keep(), "checkpoints")


async def listeners(
    stack: AsyncExitStack, settings: Settings, past: Past, keeper: Keeper, journals: Mapping[PbxName, Journal]
) -> tuple[Hub, Today]:
    """Those who are told of the floor, in this order: the record, today's figures, the panels."""
    clock = past.clock
    hub = Hub(keeper.floor)
    today = Today(settings.zone, hub.touch, clock())
    hub.show("figures", today.view)
    stored = partial(sums_by_queue, past.engine)
    today.load(await stored(Span(today.since, today.until)))
    keeper.listen(lambda event, changes: past.recorder.note(changes.facts))
    keeper.listen(today.on_changes)
    keeper.listen(hub.on_changes)
    tell = partial(_tell_and_keep, keeper, journals)
    for event in directory(settings, clock()):
        tell(event)
    in_background(stack, tick(keeper, tell), "ticker")
    in_background(stack, today.follow_the_calendar(clock), "calendar")
    in_background(stack, today.follow_the_store(past.recorder, stored), "today's figures")
    return hub, today


def _tell_and_keep(keeper: Keeper, journals: Mapping[PbxName, Journal], event: Told) -> None:
    """Tells what no PBX says, and keeps it in the journal: read back, it gives what was."""
    journals[event.pbx].append(marks.told(event))
    keeper.tell(event)


def show_health(
    stack: AsyncExitStack,
    hub: Hub,
    journals: Mapping[PbxName, Journal],
    links: Mapping[PbxName, Link],
    clock: Callable[[], Instant],
) -> None:
    """Panels see how old what they show is, and whether it is kept."""
    in_background(stack, hub.heartbeat(partial(_link_ages, links, clock)), "heartbeat")
    for name, journal in journals.items():
        journal.changed = partial(_show_journal, hub, journal, links[name])
        journal.changed()


def _show_journal(hub: Hub, journal: Journal, link: Link) -> None:
    """Panels see a journal that cannot be written (docs/api.md, `journals`); behind a hole it begins with a survey."""
    name, trouble = link.settings.name, journal.trouble
    hub.put("journals", name, {"pbx": name, **trouble._asdict()} if trouble else None)
    if trouble is None:
        link.survey_again()


def _link_ages(links: Mapping[PbxName, Link], clock: Callable[[], Instant]) -> dict[PbxName, Seconds | None]:
    now = clock()
    return {name: round(now - link.last_heard_at, 3) if link.last_heard_at else None for name, link in links.items()}


def fill_gaps(
    stack: AsyncExitStack, settings: Settings, keeper: Keeper, journals: Mapping[PbxName, Journal]
) -> dict[PbxName, QueueLog | None]:
    """What AMI did not tell is taken from queue_log; gives each PBX's, None where it is not known."""
    logs = {pbx.name: queue_log_of(pbx, settings.zone) for pbx in settings.pbxs}
    filler = GapFiller(keeper.floor, partial(_tell_and_keep, keeper, journals), logs)
    keeper.listen(filler.on_changes)
    stack.push_async_callback(filler.close)
    return logs


def books_of(
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


async def alert_desk(
    stack: AsyncExitStack, settings: Settings, sessions: Sessions, keeper: Keeper, hub: Hub, outbox: Outbox
) -> Desk:
    """The rules that watch the floor: told of it after the panels, and of figures and lists by the hub."""
    away_limits = {reason.code: reason.limit_seconds for reason in settings.pause_reasons if reason.is_away}
    scene = Scene(keeper.floor, away_limits, hub.view)
    register = Register(sessions, lambda: watch.rules, outbox.wake)
    watch = Watch(scene, settings.zone, hub.put, register.note, outbox.clock)
    await alerts.ship_rules(sessions)
    watch.begin(await alerts.rules(sessions), await alerts.open_alerts(sessions))
    keeper.listen(watch.on_changes)
    hub.follow(watch.on_touched)
    stack.callback(watch.close)
    in_background(stack, register.run(), "alerts")
    return Desk(sessions, watch, register, outbox.wake, outbox.clock)


def boards_of(
    settings: Settings, sessions: Sessions, hub: Hub, today: Today, clock: Callable[[], Instant], *, is_demo: bool
) -> Boards:
    """Wallboards: what every one of them is told beside its part of the feed."""
    names = ("id", "label_en", "label_zh", "unit", "direction", "target")
    figures = [{name: getattr(figure, name) for name in names} for figure in FIGURES]
    kinds = [{name: getattr(kind, name) for name in KIND_WORDS} for kind in KINDS.values()]
    reasons = [reason.model_dump(include={"code", "label_en", "label_zh"}) for reason in settings.pause_reasons]
    words = {"figures": figures, "kinds": kinds, "pause_reasons": reasons}
    setting = {"timezone": settings.timezone, "demo": is_demo, **words}
    return Boards(sessions, hub, clock, lambda: hub.published.get("queues", {}), today.view_of, setting)


def dialer_of(
    stack: AsyncExitStack, settings: Settings, outbox: Outbox, keeper: Keeper, hub: Hub, phone: Phone
) -> Worker:
    """The dialer: told of the floor after the panels, it asks the phone and waits for what comes of it."""
    surroundings = Surroundings(
        sessions=outbox.sessions,
        phone=phone,
        seats=FloorSeats(keeper.floor),
        schedule=Schedule(settings.storage_url),
        publish=hub.put,
        settings=settings.dialer,
        zone=settings.zone,
        witness=ChannelLogs({pbx.name: pbx.cel for pbx in settings.pbxs if pbx.cel is not None}),
        holder=own_name(settings.data_folder),
        told=outbox.wake,
    )
    worker = Worker(surroundings)
    keeper.listen(worker.on_changes)
    in_background(stack, worker.run(), "dialer")
    return worker


def eraser_of(
    stack: AsyncExitStack, settings: Settings, sessions: Sessions, library: Library, keeper: Keeper
) -> Eraser:
    """What erases persons: it looks at the floor, since nobody is erased while they talk."""
    around = Around(
        sessions=sessions,
        library=library,
        exports=settings.exports_folder,
        erased=Erased(settings.data_folder, settings.region),
        journal_days=settings.journal_days,
        in_call=in_call_on(keeper.floor, settings.region),
        clock=library.clock,
    )
    eraser = Eraser(around)
    in_background(stack, eraser.run(), "erasures")
    return eraser


async def filler_of(stack: AsyncExitStack, room: Room, keeper: Keeper, settings: Settings) -> Filling:
    """What fills lists by their rules."""
    complaints = settings.tickets.complaints
    context = Filling(room.sessions, room.sources.zone, room.clock, room.write_down, room.wake_list, complaints)
    await stack.enter_async_context(filling(context, keeper))
    return context


def tickets_of(settings: Settings, sessions: Sessions, clock: Callable[[], Instant]) -> Tickets:
    """What tickets are kept with."""
    teams = {agent.number: agent.team for agent in settings.agents}
    return Tickets(sessions, clock, settings.region, settings.tickets, teams)


async def ticket_room_routes(
    stack: AsyncExitStack, settings: Settings, outbox: Outbox, keeper: Keeper, hub: Hub, watch: Watch
) -> APIRouter:
    """Tickets, what tells the alerts which of them are late, and open pages and other systems of changes."""
    tickets = tickets_of(settings, outbox.sessions, outbox.clock)
    teller = TicketTeller(tickets.sessions, hub.put, tickets.clock)

    async def tell(ticket_ids: Sequence[int], *teams: str) -> None:
        outbox.wake()
        await teller.tell(ticket_ids, *teams)

    soon = await stack.enter_async_context(escalating(tickets, watch.on_tickets, tell))
    return ticket_routes(TicketRoom(tickets, keeper.floor, soon, tell))


async def sampler_of(stack: AsyncExitStack, room: Room, settings: Settings) -> Sampler:
    """What fills the reviewers' inbox by the sampling plans."""
    queues, complaints = frozenset(settings.queues), settings.tickets.complaints
    context = Sampler(room.sessions, room.sources.zone, room.clock, room.write_down, queues, complaints)
    await stack.enter_async_context(inbox_filling(context))
    return context


async def importer_of(stack: AsyncExitStack, settings: Settings, sessions: Sessions, dialer: Worker) -> Importer:
    """What imports files; an import that an earlier run left is told as interrupted."""
    agents = frozenset(agent.number for agent in settings.agents)
    customers = Imported(Customers(sessions, dialer.clock, settings.region, settings.customers))
    context = Context(
        sessions, dialer.wake, dialer.clock, settings.region, settings.timezone, agents, customers=customers
    )
    importer = Importer(context)
    await importer.recover()
    stack.push_async_callback(importer.close)
    return importer


def sources_of(settings: Settings, engine: AsyncEngine, keeper: Keeper, clock: Callable[[], Instant]) -> Sources:
    """Where reports come from."""

    def spells_now() -> list[SeatSpell]:
        return spells_under_way(keeper.floor, clock())

    return Sources(engine, settings.zone, names_of(settings), spells_now, settings.tickets.complaints)


async def sender_of(stack: AsyncExitStack, room: Room, settings: Settings, access: Access, outbox: Outbox) -> Sender:
    """What delivers saved reports."""

    async def sends_of(username: str) -> Scope | None:
        account = await account_named(access, username)
        return account.scope if account is not None and "send_reports" in account.permissions else None

    sender = Sender(
        sessions=room.sessions,
        make=grid_maker(room.sources, room.write_down, room.clock),
        sends_of=sends_of,
        mail=settings.mail,
        wake_outbox=outbox.wake,
        folder=settings.data_folder / "reports",
        zone=settings.zone,
        clock=room.clock,
    )
    await stack.enter_async_context(delivering(sender))
    return sender


def report_room_routes(room: Room, sender: Sender, settings: Settings) -> list[APIRouter]:
    return [
        report_routes(room.sources, room.write_down, room.clock, shows_rank=settings.desk.shows_rank),
        report_file_routes(room.sources, room.write_down),
        people_routes(room),
        callback_report_routes(room),
        quality_report_routes(room),
        ticket_report_routes(room),
        staffing_routes(room, settings),
        saved_routes(sender, partial(_check_report, room)),
    ]


def _check_report(room: Room, parameters: Parameters) -> None:
    """Raises BadInput for a saved report that could not be made today."""
    today = local(room.clock(), room.sources.zone).date()
    check_report(parameters, dates_of(parameters.span, today), room.sources)

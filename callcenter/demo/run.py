"""The demo from end to end: two Asterisks, the server, the people outside; and at the end everything is gone again."""

import asyncio
import logging
import os
import secrets
import sys
import time
import webbrowser
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct
from rich.console import Console

from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.app import running
from callcenter.asterisk import packages
from callcenter.asterisk.private import PrivateAsterisk
from callcenter.demo.callbacks import start_list, stop_list
from callcenter.demo.cast import Destination, destinations
from callcenter.demo.centre import centre
from callcenter.demo.http_client import Address
from callcenter.demo.lines import Lines
from callcenter.demo.panel import Panel
from callcenter.demo.people import Outside
from callcenter.demo.plans import plan_shifts
from callcenter.demo.queue_log_count import count, differences
from callcenter.demo.report import Complaints, Ear, Report, callbacks_of, errors_in, look_up, visits_in
from callcenter.demo.watch import Watch
from callcenter.demo.world import ari_of, centre_and_world
from callcenter.floor.terms import Seconds
from callcenter.serving import listen, served, stop_signals, url_of
from callcenter.settings import AgentSettings

USERNAME = "admin"

DRAIN_SECONDS = 12.0
"""At the end of a bounded run: so long nobody new calls, so that everything that began also ends."""

HURRY_SECONDS = 5.0
"""The last part of it: whoever still waits or talks hangs up, and the agents finish their wrap-up."""

SHORTEST_TALK_SECONDS = 2.0
SETTLE_SECONDS = 10.0
"""How long the last facts may take from the wire to the database."""

BUSY_STATES = ("ringing", "talking", "on_hold", "wrap_up")


class Options(Struct, frozen=True):
    """What was asked for; `seconds` None runs until Ctrl-C, `port` 0 takes a free one."""

    seconds: Seconds | None
    seed: int
    port: int
    opens_browser: bool
    wants_report: bool


class Stage(Struct, frozen=True):
    """Everything that is running."""

    centre: PrivateAsterisk
    panel: Panel
    watch: Watch
    outside: Outside
    people: list[Destination]
    complaints: Complaints


async def run_demo(options: Options, console: Console) -> Report | None:
    """Runs the demo and ends all of it; returns the report if one is wanted. Raises SetupFailed if it cannot start."""
    async with set_up(options, console) as stage:
        began = time.monotonic()
        list_id = await open_the_doors(stage)
        async with beside(stage.outside.let_customers_in(), _show(stage, console)):
            await _day_is_over(options)
        await stop_list(stage.panel, list_id)
        if not options.wants_report:
            return None
        with console.status("Ending the calls that are open"):
            await _drain(stage)
        with console.status("Comparing with Asterisk's own log, listening to every recording"):
            return await _report(stage, list_id, round(time.monotonic() - began, 1))


@asynccontextmanager
async def set_up(options: Options, console: Console) -> AsyncIterator[Stage]:
    """Starts everything in order; stops it in the reverse order, whatever happened."""
    async with AsyncExitStack() as stack:
        complaints = Complaints()
        logging.getLogger().addHandler(complaints)
        stack.callback(logging.getLogger().removeHandler, complaints)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="callcenter-demo-")))
        this_centre, world = await stack.enter_async_context(two_asterisks(folder, options.port, console))
        settings = this_centre.plan.settings
        listener = stack.enter_context(listen(settings.http))
        address, url = Address(*listener.getsockname()[:2]), url_of(listener.getsockname())
        app = await stack.enter_async_context(running(settings, is_demo=True))
        await stack.enter_async_context(served(app.web, listener))
        password = secrets.token_urlsafe(9)
        await _add_users(app.access, settings.agents[0], password)
        panel, watch = Panel(address), Watch()
        await panel.sign_in(USERNAME, password)
        people = destinations(options.seed, 60 if options.seconds is None else 16)
        outside, lines = _outside(this_centre, world, people, options.seed)
        await stack.enter_async_context(beside(watch.run(panel), lines.run()))
        await lines.connected.wait()
        _announce(console, url, password, settings.agents[0], options)
        yield Stage(this_centre, panel, watch, outside, people, complaints)


@asynccontextmanager
async def two_asterisks(
    folder: Path, port: int, console: Console
) -> AsyncIterator[tuple[PrivateAsterisk, PrivateAsterisk]]:
    """The centre's and the world's, fetched if need be and booted; removed at the end of the block."""
    installation = await asyncio.to_thread(packages.find, None, console)
    with console.status(f"Starting two Asterisks {installation.version}"):
        pair = await asyncio.to_thread(centre_and_world, centre(folder / "data", port))
        try:
            await asyncio.gather(*(asyncio.to_thread(one.boot) for one in pair))
            await ari_of(pair[1]).take_over()
        except BaseException:
            await _remove(pair)
            raise
    try:
        yield pair
    finally:
        await _remove(pair)


@asynccontextmanager
async def beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs these while the block runs; a failure of one of them ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()


async def open_the_doors(stage: Stage) -> str:
    """Shifts are planned, agents sign in, the callback list is started; returns the list's id."""
    settings = stage.centre.plan.settings
    await plan_shifts(stage.panel, settings.agents, datetime.now(settings.zone))
    await stage.outside.sign_in_all()
    return await start_list(stage.panel, stage.people)


def _outside(
    this_centre: PrivateAsterisk, world: PrivateAsterisk, people: list[Destination], seed: int
) -> tuple[Outside, Lines]:
    outside = Outside(this_centre.plan.settings, people, seed)
    lines = outside.lines = Lines(ari_of(world), outside.take)
    return outside, lines


async def _remove(pair: tuple[PrivateAsterisk, PrivateAsterisk]) -> None:
    await asyncio.gather(*(asyncio.to_thread(one.remove) for one in pair))


async def _add_users(access: Access, agent: AgentSettings, password: str) -> None:
    """Who may do everything, and what an agent and a reviewer see."""
    for user in (
        NewUser(USERNAME, password, (Role.ADMIN,), name="Demo"),
        NewUser(Role.AGENT, password, (Role.AGENT,), name=agent.name, agent_number=agent.number),
        NewUser(Role.QA, password, (Role.QA,), name="QA"),
    ):
        await add_user(access, user)


def _announce(console: Console, url: str, password: str, agent: AgentSettings, options: Options) -> None:
    console.print(f"The panel: [bold]{url}[/]   user [bold]{USERNAME}[/]   password [bold]{password}[/]")
    console.print(
        f"With the same password: [bold]{Role.AGENT}[/], the desk of {agent.name} ({agent.number}), "
        f"and [bold]{Role.QA}[/], who reviews calls."
    )
    console.print("Ctrl-C ends it." if options.seconds is None else f"It runs for {options.seconds:.0f} s.")
    if options.opens_browser and _has_display():
        webbrowser.open(url)


def _has_display() -> bool:
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


async def _day_is_over(options: Options) -> None:
    """Returns when it is time to close, or at Ctrl-C."""
    open_seconds = None if options.seconds is None else max(options.seconds - DRAIN_SECONDS, options.seconds / 2)
    try:
        async with asyncio.timeout(open_seconds):
            with stop_signals() as asked:
                await asked.wait()
    except TimeoutError:
        return


async def _show(stage: Stage, console: Console) -> None:
    """One quiet line that tells how it goes."""
    with console.status("", refresh_per_second=2) as status:
        while True:
            status.update(_line(stage.watch))
            await asyncio.sleep(0.5)


def _line(watch: Watch) -> str:
    figures = [watch.show("figures", name) or 0 for name in ("offered", "answered", "abandoned")]
    lists = watch.entities.get("lists", {}).values()
    reached = sum(entry.get("reached") or 0 for entry in lists)
    waiting = watch.show("gauges", "waiting") or 0
    return (
        f"calls {figures[0]}   waiting {waiting}   answered {figures[1]}   abandoned {figures[2]}   callbacks {reached}"
    )


async def _drain(stage: Stage) -> None:
    """Nobody new comes; who is there finishes, or is hurried; then the agents end their wrap-up."""
    outside = stage.outside
    outside.doors.closed.set()
    await _within(DRAIN_SECONDS - HURRY_SECONDS, outside.lines.all_over.wait())
    await outside.lines.hang_up_all(SHORTEST_TALK_SECONDS)
    await _within(SHORTEST_TALK_SECONDS, outside.lines.all_over.wait())
    await outside.lines.hang_up_all()
    await _within(HURRY_SECONDS, outside.lines.all_over.wait())
    await _within(SETTLE_SECONDS, stage.watch.until(lambda: not _is_busy(stage.watch)))


def _is_busy(watch: Watch) -> bool:
    seats = watch.entities.get("seats", {}).values()
    return bool(watch.entities.get("visits")) or any(seat.get("state") in BUSY_STATES for seat in seats)


async def _within(seconds: Seconds, work: Coroutine[Any, Any, object]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return


async def _report(stage: Stage, list_id: str, seconds: Seconds) -> Report:
    """Looks until both books agree and every recording is there, or until the last facts should have come."""
    deadline = time.monotonic() + SETTLE_SECONDS
    ear = Ear(stage.panel)
    while True:
        report = await _look(stage, list_id, ear, seconds)
        is_whole = report.recordings.linked == report.recordings.expected and "in_air" not in report.callbacks
        if (is_whole and not report.differences) or time.monotonic() > deadline:
            return report
        await asyncio.sleep(0.5)


async def _look(stage: Stage, list_id: str, ear: Ear, seconds: Seconds) -> Report:
    this_centre = stage.centre
    findings = await look_up(stage.panel, ear)
    log = visits_in(this_centre.queue_log)
    ours = count(findings.visits)
    return Report(
        asterisk=str(this_centre.plan.installation.version),
        seconds=seconds,
        offered=ours.offered,
        answered=ours.answered,
        abandoned=ours.abandoned,
        outcomes=ours.outcomes,
        queue_log=count(log),
        differences=differences(findings.visits, log),
        recordings=findings.recordings,
        callbacks=await callbacks_of(stage.panel, list_id),
        live=stage.watch.measured(),
        errors=[*stage.complaints.lines, *errors_in(this_centre.plan.run / "log/messages.log")],
    )

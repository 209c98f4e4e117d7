"""`callcenter dialer`: asks the rules of the dialer, without dialling."""

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from callcenter.dialer import service
from callcenter.dialer.outlook import rulebook_of
from callcenter.dialer.tester import Answer, may_call
from callcenter.errors import BadInput, NotFound
from callcenter.floor.terms import Instant
from callcenter.settings import Settings, load
from callcenter.store.engine import make_engine, make_sessions, migrate

dialer_commands = typer.Typer(no_args_is_help=True, help=__doc__)


@dialer_commands.callback()
def dialer() -> None:
    """Asks the rules of the dialer."""


@dialer_commands.command("may-call")
def may_call_command(
    number: str,
    list_name: Annotated[str, typer.Option("--list", help="The list's name or number.")],
    at: Annotated[str, typer.Option(help="When, on the centre's clock: 2026-11-23T12:00; now unless given.")] = "",
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
) -> None:
    """Says whether NUMBER may be called; status 1 if not, with every reason."""
    settings = load(config)
    moment = _moment(at, settings.zone)
    answer = asyncio.run(_ask(settings, number, list_name, moment))
    _tell(Console(soft_wrap=True), answer, settings.zone)
    raise typer.Exit(0 if answer.permit.is_given else 1)


def _moment(text: str, zone: ZoneInfo) -> Instant:
    if not text:
        return time.time()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--at {text!r} is no time; write 2026-11-23T12:00", field="at") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


async def _ask(settings: Settings, number: str, list_name: str, at: Instant) -> Answer:
    engine = make_engine(settings.storage_url)
    try:
        await migrate(engine)
        sessions = make_sessions(engine)
        rows = [summary.row for summary in await service.summaries(sessions, at)]
        found = [row for row in rows if list_name in (row.name, str(row.id))]
        if not found:
            names = ", ".join(row.name for row in rows) or "none yet"
            raise NotFound(f"There is no list {list_name!r}; there are: {names}", field="list")
        return await may_call(sessions, found[0], rulebook_of(found[0], settings.dialer, settings.zone), number, at)
    finally:
        await engine.dispose()


def _tell(console: Console, answer: Answer, zone: ZoneInfo) -> None:
    where = answer.time_zones or "unknown time zone: the centre's is taken"
    verdict = "may be called" if answer.permit.is_given else "may not be called"
    console.print(f"{answer.number} ({where}) {verdict}", markup=False, highlight=False)
    for refused in answer.permit.refused:
        until = f" until {_clock(refused.until, zone)}" if refused.until is not None else ""
        console.print(f"  {refused.reason}{until}", markup=False, highlight=False)
    if not answer.permit.is_given and answer.permit.next_at is not None:
        console.print(f"  next: {_clock(answer.permit.next_at, zone)}", markup=False, highlight=False)


def _clock(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).isoformat(" ", "minutes")

"""`callcenter import queue-log` and `callcenter reconcile`: Asterisk's account taken over, or compared with ours."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.asterisk.queue_log_source import queue_log_of
from callcenter.asterisk.reconciliation import Difference, Reconciliation
from callcenter.errors import BadInput, SetupFailed
from callcenter.floor.facts import Conversation, QueueVisit, Ring, SeatSpell
from callcenter.floor.terms import Instant, PbxName
from callcenter.queue_logs import Imported, import_files, reconcile_span
from callcenter.settings import PbxSettings, Settings, load
from callcenter.store.engine import make_engine, migrate

T = TypeVar("T")
Config = Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")]

import_commands = typer.Typer(no_args_is_help=True, help="Takes over what others have recorded.")


@import_commands.command("queue-log")
def import_queue_log(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="queue_logs: plain, gzip, bzip2 or xz.")],
    pbx: Annotated[str, typer.Option(help="Whose log it is; needed where the settings have several PBXs.")] = "",
    config: Config = None,
) -> None:
    """Builds the past from Asterisk's queue_log.

    Give all the files together, in any order. Importing again changes nothing, so a broken import is simply repeated.
    What was recorded live is never replaced.
    """
    settings = load(config)
    name = _pbx(settings, pbx).name
    sizes = sum(file.stat().st_size for file in files if file.is_file())
    with Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("queue_log", total=sizes)

        def advance(count: int) -> None:
            progress.advance(task, count)

        imported = _run(settings, lambda engine: import_files(engine, settings, name, files, advance))
    _tell_imported(imported, settings)


def reconcile(
    since: Annotated[str, typer.Option("--from", metavar="WHEN", help="A date, or a date and time (ISO 8601).")],
    until: Annotated[
        str, typer.Option("--to", metavar="WHEN", help="The end, not included; of a date, the whole day.")
    ],
    pbx: Annotated[str, typer.Option(help="One PBX only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    config: Config = None,
) -> None:
    """Compares the recorded queue visits with the PBX's queue_log; exit status 1 where they differ."""
    settings = load(config)
    span = _instant(since, "from", settings), _instant(until, "to", settings, days=1)
    if span[0] >= span[1]:
        raise BadInput("--to must be later than --from", field="to")
    found = {each.name: _reconciled(settings, each, span) for each in _pbxs_with_log(settings, pbx)}
    if as_json:
        plain = {"from": span[0], "to": span[1], "pbxs": {name: each.as_dict() for name, each in found.items()}}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        for name, reconciliation in found.items():
            _tell(name, reconciliation, settings, Console())
    if any(each.differences for each in found.values()):
        raise typer.Exit(1)


def _reconciled(settings: Settings, pbx: PbxSettings, span: tuple[Instant, Instant]) -> Reconciliation:
    queue_log = queue_log_of(pbx, settings.zone)
    assert queue_log is not None, "only PBXs with a queue_log are asked"  # noqa: S101 - by construction
    return _run(settings, lambda engine: reconcile_span(engine, settings, pbx.name, queue_log, span))


# --- options ----------------------------------------------------------------------------------------------------


def _pbx(settings: Settings, name: PbxName) -> PbxSettings:
    """The PBX of that name; the only one if none is named."""
    known = ", ".join(pbx.name for pbx in settings.pbxs)
    if not name and len(settings.pbxs) != 1:
        raise BadInput(f"--pbx is needed; the settings have {known or 'no PBX'}", field="pbx")
    found = next((pbx for pbx in settings.pbxs if name in ("", pbx.name)), None)
    if found is None:
        raise BadInput(f"--pbx: the settings have no {name!r}, but {known}", field="pbx")
    return found


def _pbxs_with_log(settings: Settings, name: PbxName) -> list[PbxSettings]:
    asked = [_pbx(settings, name)] if name else list(settings.pbxs)
    found = [pbx for pbx in asked if queue_log_of(pbx, settings.zone) is not None]
    if not found:
        names = " or ".join(pbx.name for pbx in asked)
        raise SetupFailed(
            f"pbxs: no queue_log is set for {names}: the path where this machine sees it, or queue_log_url"
        )
    return found


def _instant(text: str, option: str, settings: Settings, *, days: int = 0) -> Instant:
    """A date is the beginning of its day in the centre's time zone, so many days later."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= len("2026-01-31"):
            moment = datetime.combine(date.fromisoformat(text) + timedelta(days=days), time(0))
    except (ValueError, OverflowError):
        raise BadInput(
            f"--{option}: {text!r} is no date such as 2026-01-31 or 2026-01-31T08:00", field=option
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=settings.zone)).timestamp()


def _run(settings: Settings, task: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    """Carries out one task on the centre's database."""
    return asyncio.run(_with_engine(settings, task))


async def _with_engine(settings: Settings, task: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    engine = make_engine(settings.storage_url)
    try:
        await migrate(engine)
        return await task(engine)
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise SetupFailed(f"The database refused: {reason}", field="database_url") from error
    finally:
        await engine.dispose()


# --- what is printed --------------------------------------------------------------------------------------------


def _tell_imported(imported: Imported, settings: Settings) -> None:
    counts = imported.counts
    words = f"{counts[QueueVisit]} visits, {counts[Ring]} rings, {counts[Conversation]} conversations, "
    words += f"{counts[SeatSpell]} pauses"
    if imported.first_at is not None:
        words += f", {_told(imported.first_at, settings)} to {_told(imported.last_at, settings)}"
    typer.echo(words)


def _tell(pbx: PbxName, found: Reconciliation, settings: Settings, console: Console) -> None:
    rows = [(each.queue, each.outcome.value, str(each.stored), str(each.logged)) for each in found.counts]
    console.print(_table(("queue", "outcome", "recorded", "queue_log"), rows, pbx))
    for each in (*found.differences, *found.explained):
        console.print(_told_difference(each, settings), soft_wrap=True)
    console.print(f"{pbx}: {len(found.differences)} differences, {len(found.explained)} explained", highlight=False)


def _told_difference(each: Difference, settings: Settings) -> Text:
    """One line, so that it can be searched; the call is its channel, which both sides name alike."""
    ours, theirs = (outcome.value if outcome else "nothing" for outcome in (each.stored, each.logged))
    why = f" ({each.explanation})" if each.explanation else ""
    where = f"{_told(each.joined_at, settings)} {each.queue} {each.channel_id}"
    return Text(f"{where}: recorded {ours}, queue_log {theirs}{why}")


def _told(at: Instant, settings: Settings) -> str:
    return datetime.fromtimestamp(at, settings.zone).strftime("%Y-%m-%d %H:%M:%S")


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]], title: str) -> Table:
    table = Table(*titles, title=Text(title), title_justify="left")
    for row in rows:
        # Text, since a queue may be called "[red]".
        table.add_row(*(Text(cell) for cell in row))
    return table

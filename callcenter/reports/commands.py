"""`callcenter report` and `callcenter rebuild-figures`: the figures of the API, on a terminal or for programs."""

import asyncio
import csv
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TimeRemainingColumn
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.errors import BadInput, SetupFailed
from callcenter.reports.export import xlsx_of
from callcenter.reports.figures import figures_of_each
from callcenter.reports.figures.entry import Figure, Subject
from callcenter.reports.grids import report_grid
from callcenter.reports.names import names_of
from callcenter.reports.roll_ups import rebuild
from callcenter.reports.service import Asked, Report, Sources, chosen_figures, report
from callcenter.reports.shape import flat_rows
from callcenter.reports.spans import FOLDED, IntervalKind, local, read_span
from callcenter.reports.sums import Only
from callcenter.settings import Settings, load
from callcenter.spreadsheets import harmless
from callcenter.store.engine import make_engine, migrate

T = TypeVar("T")

Config = Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")]
From = Annotated[str, typer.Option("--from", metavar="WHEN", help="A date, or a date and time (ISO 8601).")]
To = Annotated[str, typer.Option("--to", metavar="WHEN", help="The end, not included; of a date, the whole day.")]

FEW: dict[Subject, tuple[str, ...]] = {
    "queues": (
        *("offered", "answered", "abandoned", "abandoned_short", "timed_out", "answer_rate", "service_level"),
        *("asa_seconds", "aht_seconds", "handled"),
    ),
    "agents": (
        *("handled", "aht_seconds", "average_talk_seconds", "average_hold_seconds", "average_wrap_up_seconds"),
        *("rings_not_answered", "signed_in_seconds", "paused_seconds", "occupancy", "handled_per_hour"),
    ),
    "teams": (
        *("handled", "aht_seconds", "rings_not_answered", "signed_in_seconds", "paused_seconds", "occupancy"),
        *("handled_per_hour", "agents_over_target_rate"),
    ),
}
"""What a terminal has room for, unless figures are named."""

FILE_WIDTH = 200


def print_report(  # noqa: PLR0913 - each is an option of the command
    subject: Annotated[Subject, typer.Argument(help="By what: queues, agents or teams.")],
    since: From,
    until: To,
    interval: Annotated[IntervalKind, typer.Option(help="Row by row for each of these.")] = "none",
    figures: Annotated[str, typer.Option(help="Only these, by id, with commas between them.")] = "",
    queue: Annotated[str | None, typer.Option(help="One queue only.")] = None,
    agent: Annotated[str | None, typer.Option(help="One agent only, by number.")] = None,
    team: Annotated[str | None, typer.Option(help="One team only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list of rows.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an Excel file.")] = None,
    config: Config = None,
) -> None:
    """Prints the figures of a span, as the panel's reports show them."""
    settings = load(config)
    asked = _asked(settings, subject, (since, until), Only(queue=queue, agent=agent, team=team), figures)
    found = _run(settings, lambda sources: report(sources, _with_interval(asked, interval)))
    if as_json:
        typer.echo(json.dumps(flat_rows(found), ensure_ascii=False, indent=2))
    elif as_csv:
        _print_csv(found)
    elif xlsx is not None:
        _write_xlsx(found, settings, xlsx)
    else:
        _print_table(found, settings.zone, is_short=not figures)


def rebuild_figures(since: From, until: To, config: Config = None) -> None:
    """Counts the roll-ups of a span again from its rows: after the time zone was changed, or to be sure of them.

    Reports go on meanwhile. Doing it again changes nothing, so a rebuild that was broken off is simply repeated.
    """
    settings = load(config)
    span = read_span(since, until, settings.zone)
    with Progress(BarColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("roll-ups", total=span.until - span.since)

        def done(at: float) -> None:
            progress.update(task, completed=at - span.since)

        _run(settings, lambda sources: rebuild(sources.engine, settings.zone, span, time.time(), done))
    typer.echo(f"rebuilt {_clock(span.since, settings.zone)} to {_clock(span.until, settings.zone)}")


def _asked(settings: Settings, subject: Subject, bounds: tuple[str, str], only: Only, figures: str) -> Asked:
    if subject == "queues" and (only.agent is not None or only.team is not None):
        raise BadInput("--agent and --team are for the reports of agents and teams", field="agent")
    named = [word for word in figures.split(",") if word]
    span = read_span(*bounds, settings.zone)
    return Asked(subject=subject, span=span, only=only, figures=chosen_figures(subject, only, named))


def _with_interval(asked: Asked, interval: IntervalKind) -> Asked:
    return Asked(subject=asked.subject, span=asked.span, interval=interval, only=asked.only, figures=asked.figures)


def _run(settings: Settings, task: Callable[[Sources], Awaitable[T]]) -> T:
    return asyncio.run(_with_sources(settings, task))


async def _with_sources(settings: Settings, task: Callable[[Sources], Awaitable[T]]) -> T:
    engine: AsyncEngine = make_engine(settings.storage_url)
    try:
        await migrate(engine)
        return await task(Sources(engine, settings.zone, names_of(settings)))
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise SetupFailed(f"The database refused: {reason}", field="database_url") from error
    finally:
        await engine.dispose()


# --- what is printed --------------------------------------------------------------------------------------------


def _print_csv(found: Report) -> None:
    rows = flat_rows(found)
    identity = {"queues": ("id", "name", "pbx", "queue")}.get(found.asked.subject, ("id", "name", "team"))
    writer = csv.DictWriter(
        sys.stdout,
        [*identity, "index", "start", "end", *(figure.id for figure in found.asked.figures)],
        extrasaction="ignore",
        lineterminator="\n",
    )
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})


def _harmless(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value


def _write_xlsx(found: Report, settings: Settings, path: Path) -> None:
    names = names_of(settings)
    try:
        path.write_bytes(xlsx_of(report_grid(found, settings.zone, names, "en")))
    except OSError as error:
        raise BadInput(f"--xlsx: {path} cannot be written: {error.strerror}", field="xlsx") from error
    typer.echo(f"{path}: {len(found.part.rows)} rows")


def _print_table(found: Report, zone: ZoneInfo, *, is_short: bool) -> None:
    asked = found.asked
    figures = [figure for figure in asked.figures if not is_short or figure.id in FEW[asked.subject]]
    is_divided = asked.interval != "none"
    titles = ["name", *([asked.interval] if is_divided else []), *(figure.label_en for figure in figures)]
    title = f"{asked.subject}, {_clock(asked.span.since, zone)} to {_clock(asked.span.until, zone)}"
    table = Table(title=Text(title), title_justify="left")
    for number, column in enumerate(titles):
        table.add_column(Text(column), justify="right" if number > int(is_divided) else "left")
    each = figures_of_each([row.sums for row in found.part.rows], tuple(figures))
    for row, told in zip(found.part.rows, each, strict=True):
        start = [_interval(found, row.group, zone)] if is_divided else []
        cells = [row.name or "–", *start, *(_told(figure, told[figure.id]) for figure in figures)]
        # Text, since a queue may be called "[red]".
        table.add_row(*(Text(cell) for cell in cells))
    totals = [_told(figure, figure.of(found.part.totals)) for figure in figures]
    table.add_section()
    table.add_row("all", *([""] if is_divided else []), *totals)
    # A file or a pipe has no width; the columns would be cut to that of a small terminal.
    Console(width=None if sys.stdout.isatty() else FILE_WIDTH).print(table)
    if not found.part.rows:
        Console(stderr=True).print("Nothing was recorded in this span.")


def _interval(found: Report, group: int, zone: ZoneInfo) -> str:
    return str(group) if found.asked.interval in FOLDED else _clock(found.part.pieces[group].since, zone)


def _told(figure: Figure, value: float | None) -> str:
    if value is None:
        return "–"
    if figure.unit == "share":
        return f"{value:.{figure.decimals}%}"
    return f"{value:,.{figure.decimals}f}"


def _clock(at: float, zone: ZoneInfo) -> str:
    moment: datetime = local(at, zone)
    return moment.strftime("%Y-%m-%d %H:%M")

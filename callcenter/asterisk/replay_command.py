"""`callcenter replay`: tells what happened in recorded AMI traffic."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter.asterisk.capture import read
from callcenter.asterisk.queue_log import records
from callcenter.asterisk.replay import Reading
from callcenter.asterisk.replay_figures import Figures, replay_figures
from callcenter.errors import BadInput
from callcenter.floor.tally import Thresholds


def replay(
    captures: Annotated[
        list[Path],
        typer.Argument(metavar="CAPTURE...", help="What an AMI socket delivered, plain, gzip or zstd; in their order."),
    ],
    queue_log: Annotated[
        Path | None, typer.Option(help="Asterisk's own account, to complete what was missed and to compare.")
    ] = None,
    service_level: Annotated[float, typer.Option(min=0, help="Answered within so many seconds is in time.")] = 20,
    short_abandon: Annotated[float, typer.Option(min=0, help="An abandon before so many seconds is short.")] = 5,
    pbx: Annotated[str, typer.Option(help="The name of the PBX that was recorded.")] = "pbx1",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Reads recorded AMI traffic back and tells what happened in it."""
    figures, reading = replay_figures(
        chain.from_iterable(read(capture) for capture in captures),
        pbx,
        Thresholds(service_level, short_abandon),
        None if queue_log is None else records([queue_log]),
    )
    if not reading.messages and any(capture.stat().st_size for capture in captures):
        raise BadInput(f"{captures[0]} holds no AMI message: is it what an AMI socket delivered?", field="CAPTURE")
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        _print(figures, reading, Console())


def _print(figures: Figures, reading: Reading, console: Console) -> None:
    since, until = _told(reading.first_at), _told(reading.last_at)
    console.print(f"{figures['events']} events, {since} to {until}, {figures['open_calls']} open calls")
    for title, counts in (("events", reading.events), ("unknown", reading.unknown), ("failures", reading.failures)):
        if counts:
            console.print(_table((title, "count"), [(name, str(count)) for name, count in counts.most_common()]))
    for title in ("queues", "agents"):
        if figures[title]:
            console.print(_figures(title, figures[title]))
    for gap in figures["gaps"]:
        lost = f"{gap['recovered']} calls recovered, {gap['lost']} lost"
        console.print(f"Nothing was heard from {_told(gap['from'])} to {_told(gap['to'])}: {lost}")
    for title in ("differences", "explained"):
        for difference in figures.get("reconciliation", {}).get(title, ()):
            console.print(Text(f"{title}: " + ", ".join(f"{name} {value}" for name, value in difference.items())))


def _figures(title: str, rows: Mapping[str, dict[str, Any]]) -> Table:
    """One row a queue or agent; columns that are 0 everywhere are left out."""
    names = [name for name in next(iter(rows.values())) if any(figures[name] for figures in rows.values())]
    return _table((title, *names), [(key, *(_cell(row[name]) for name in names)) for key, row in rows.items()])


def _cell(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(f"{reason or '-'} {pause['count']}x {pause['seconds']} s" for reason, pause in value.items())


def _told(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="seconds")


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(*titles)
    for row in rows:
        # Text, since a queue may be called "[red]".
        table.add_row(*(Text(cell) for cell in row))
    return table

"""`callcenter replay`: tells what happened in recorded AMI traffic."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter.asterisk.journal import read
from callcenter.asterisk.replay import replay_on_floor


def replay(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Journals (.ami, .ami.gz), in their order.")],
    pbx: Annotated[str, typer.Option(help="The name of the PBX that was recorded.")] = "pbx1",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Reads recorded AMI traffic back and tells what happened in it."""
    reading = replay_on_floor(chain.from_iterable(read(file) for file in files), pbx).as_dict()
    if as_json:
        typer.echo(json.dumps(reading, ensure_ascii=False, indent=2))
    else:
        _print(reading, Console())


def _print(reading: dict[str, Any], console: Console) -> None:
    since, until = (_told(reading[at]) for at in ("first_at", "last_at"))
    console.print(f"{reading['messages']} messages, {since} to {until}, {reading['surprises']} surprises")
    for title in ("events", "unknown", "failures"):
        if reading[title]:
            rows = [(name, str(count)) for name, count in reading[title].items()]
            console.print(_table((title, "count"), rows))
    outcomes = [
        (queue or "(not named)", outcome, str(count))
        for queue, counts in reading["outcomes"].items()
        for outcome, count in counts.items()
    ]
    console.print(_table(("queue", "outcome", "visits"), outcomes))


def _told(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="seconds")


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(*titles)
    for row in rows:
        # Text, since a queue may be called "[red]".
        table.add_row(*(Text(cell) for cell in row))
    return table

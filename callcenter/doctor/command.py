"""`callcenter doctor`: the checks as a table for people, or as JSON for programs."""

import asyncio
import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter.doctor.checks import Row, look, worst
from callcenter.doctor.findings import Status
from callcenter.settings import load

STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.ERROR: "bold red", Status.UNKNOWN: "dim"}


def doctor(
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Checks everything the server relies on, and says what to do. Exit status 1 if there is an error."""
    rows = asyncio.run(look(partial(load, config)))
    if as_json:
        typer.echo(json.dumps(as_dict(rows), ensure_ascii=False, indent=2))
    else:
        show(rows, Console())
    if worst(rows) is Status.ERROR:
        raise typer.Exit(1)


def as_dict(rows: list[Row]) -> dict[str, object]:
    """The rows for programs; `name` and `status` are stable words."""
    return {
        "status": worst(rows).value,
        "verdict": verdict(rows),
        "checks": [
            {
                "name": row.name,
                "pbx": row.pbx or None,
                "status": row.finding.status.value,
                "said": row.finding.said,
                "advice": row.finding.advice,
            }
            for row in rows
        ],
    }


def show(rows: list[Row], console: Console) -> None:
    """One table, in the order of fixing: what was seen, and below it what to do. The verdict ends it."""
    with_names = len({row.pbx for row in rows if row.pbx}) > 1
    table = Table("", "check", "what was seen", show_edge=False, pad_edge=False)
    table.columns[2].overflow = "fold"
    for row in rows:
        status = row.finding.status
        # Text, since names come from the PBX and may look like markup.
        seen = Text(row.finding.said, style="dim" if status is Status.UNKNOWN else "")
        if row.finding.advice:
            seen.append(f"\n→ {row.finding.advice}", style="italic")
        title = f"{row.pbx}: {row.title}" if with_names and row.pbx else row.title
        table.add_row(Text("–" if status is Status.UNKNOWN else status.value, STYLES[status]), Text(title), seen)
    console.print(table)
    console.print(Text(verdict(rows), STYLES[worst(rows)]))


def verdict(rows: list[Row]) -> str:
    """The whole in one line."""
    counts = Counter(row.finding.status for row in rows)
    first = next((row for row in rows if row.finding.status is worst(rows)), rows[0])
    not_known = f"; {counts[Status.UNKNOWN]} could not be looked at" if counts[Status.UNKNOWN] else ""
    if worst(rows) is Status.OK:
        return f"All is well{not_known}."
    told = [
        f"{counts[status]} {status.value}{'s' if counts[status] > 1 else ''}"
        for status in (Status.ERROR, Status.WARNING)
        if counts[status]
    ]
    return f"{' and '.join(told)}{not_known}. Begin with: {first.title}{f' of {first.pbx}' if first.pbx else ''}."

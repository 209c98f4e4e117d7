"""The `callcenter` command."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter import app as server
from callcenter.accounts.commands import commands as user_commands
from callcenter.asterisk.journal import read
from callcenter.asterisk.replay import replay_on_floor
from callcenter.errors import CallCenterError
from callcenter.logs import set_up_logs
from callcenter.settings import load

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(user_commands, name="user")


@app.command()
def serve(
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
) -> None:
    """Runs the server until Ctrl-C."""
    set_up_logs()
    asyncio.run(server.serve(load(config)))


@app.command()
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
        _print_reading(reading)


def _print_reading(reading: dict[str, Any]) -> None:
    console = Console()
    span = [
        datetime.fromtimestamp(reading[at], UTC).isoformat(sep=" ", timespec="seconds")
        for at in ("first_at", "last_at")
    ]
    console.print(f"{reading['messages']} messages, {span[0]} to {span[1]}, {reading['surprises']} surprises")
    for title in ("events", "unknown", "failures"):
        if reading[title]:
            table = Table(title, "count", title_justify="left")
            for name, count in reading[title].items():
                table.add_row(Text(name), str(count))
            console.print(table)
    outcomes = Table("queue", "outcome", "visits")
    for queue, counts in reading["outcomes"].items():
        for outcome, count in counts.items():
            outcomes.add_row(Text(queue or "(not named)"), outcome, str(count))
    console.print(outcomes)


@app.callback()
def callcenter() -> None:
    """A call-centre server beside Asterisk."""


def main() -> None:
    """Runs the command; an expected failure is told clearly, with exit status 1."""
    try:
        app()
    except CallCenterError as error:
        Console(stderr=True, soft_wrap=True).print(Text.assemble(("callcenter: ", "red"), error.message))
        sys.exit(1)


if __name__ == "__main__":
    main()

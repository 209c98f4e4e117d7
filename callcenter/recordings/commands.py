"""`callcenter recordings …`: recordings looked at without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

recording_commands = typer.Typer(no_args_is_help=True, help="Looks at recordings.")


@recording_commands.callback()
def _recordings() -> None:
    """Looks at recordings."""


@recording_commands.command("inspect")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording, or its agent's side alone.")],
    other: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The customer's side, if the first is the agent's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Says how long a recording is, who talks when, and whether there is anything to hear.

    A stereo file has the agent on its left. A file that a crash cut off is read to its end. Nothing is changed.
    """
    # numpy takes a tenth of a second to load; only this command needs it.
    from callcenter.recordings.inspection import inspect_files
    from callcenter.recordings.telling import inspection_shape, tell

    files = [file] if other is None else [file, other]
    found = inspect_files(files)
    if as_json:
        typer.echo(json.dumps(inspection_shape(found)))
    else:
        tell(files, found, Console())

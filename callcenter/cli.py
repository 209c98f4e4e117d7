"""The `callcenter` command."""

import sys

import typer
from rich.console import Console

from callcenter.errors import CallCenterError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


def main() -> None:
    """Runs the command; an expected failure is one clear line and exit status 1."""
    try:
        app()
    except CallCenterError as error:
        Console(stderr=True).print(f"[red]callcenter:[/red] {error.message}", highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()

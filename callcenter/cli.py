"""The `callcenter` command."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from callcenter.asterisk.commands import dialplan_commands, pbx_commands
from callcenter.asterisk.replay_command import replay
from callcenter.demo.command import demo
from callcenter.dialer.commands import dialer_commands
from callcenter.doctor.command import doctor
from callcenter.encryption_commands import encrypt, rotate_key
from callcenter.erasure_commands import customer_commands
from callcenter.errors import CallCenterError
from callcenter.logs import set_up_logs
from callcenter.queue_log_commands import import_commands, reconcile
from callcenter.recordings.commands import recording_commands
from callcenter.recordings.ship_command import ship
from callcenter.reports.commands import print_report, rebuild_figures
from callcenter.retention.commands import retire_command
from callcenter.settings import load
from callcenter.user_commands import commands as user_commands

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(user_commands, name="user")
app.add_typer(pbx_commands, name="pbx")
app.add_typer(dialplan_commands, name="dialplan")
app.add_typer(import_commands, name="import")
app.add_typer(customer_commands, name="customer")
app.add_typer(dialer_commands, name="dialer")
recording_commands.command("retire")(retire_command)
recording_commands.command("ship")(ship)
recording_commands.command("rotate-key")(rotate_key)
recording_commands.command("encrypt")(encrypt)
app.add_typer(recording_commands, name="recordings")
app.command()(replay)
app.command()(reconcile)
app.command("report")(print_report)
app.command("rebuild-figures")(rebuild_figures)
app.command()(demo)
app.command()(doctor)


@app.command()
def serve(
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
) -> None:
    """Runs the server until Ctrl-C."""
    # The server is half of the time that any command takes to start; only this one needs it.
    from callcenter import app as server

    set_up_logs()
    asyncio.run(server.serve(load(config)))


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

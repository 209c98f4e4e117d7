"""`callcenter customer erase`: says what is held of a person, or erases it."""

import asyncio
import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.erasure.around import Around, NotYet
from callcenter.erasure.service import DONE, Wanted, ask, carry_out, look, told_erasure
from callcenter.errors import BadInput, SetupFailed
from callcenter.recordings.library import Library
from callcenter.resuming import alone_in
from callcenter.settings import Settings, load
from callcenter.store.engine import make_engine, make_sessions, migrate
from callcenter.store.erased import Erased

LOOK_SECONDS = 1.0

customer_commands = typer.Typer(no_args_is_help=True, help="Customers' data.")


@customer_commands.callback()
def _customers() -> None:
    """Customers' data."""


@customer_commands.command("erase")
def erase(  # noqa: PLR0913 - the options of a command
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="All numbers of one person.")],
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Say what is held, and erase nothing.")] = False,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    reference: Annotated[str, typer.Option(help="The case's own reference; it is kept.")] = "",
    removes_bans: Annotated[
        bool, typer.Option("--remove-do-not-call", help="Remove the person from the do-not-call list, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
) -> None:
    """Erases one person from all that is kept; figures stay as they are.

    It asks for the reference once more. Beside a running server, the server carries it out and this command waits.
    """
    if is_dry:
        told = asyncio.run(_run(load(config), None, numbers))
    else:
        confirmation = typer.prompt(f"Type the reference {reference!r} to erase", err=True) if reference else ""
        wanted = Wanted(
            numbers=numbers, reason=reason, reference=reference, confirmation=confirmation, removes_bans=removes_bans
        )
        told = asyncio.run(_run(load(config), wanted, numbers))
    if as_json:
        typer.echo(json.dumps(told))
    else:
        _tell(Console(), told, is_dry=is_dry)


async def _run(settings: Settings, wanted: Wanted | None, numbers: list[str]) -> dict[str, Any]:
    engine = make_engine(settings.storage_url)
    try:
        await migrate(engine)
        if wanted is None:
            return await look(_around(settings, engine, is_alone=False), numbers)
        try:
            with alone_in(settings.data_folder):
                around = _around(settings, engine, is_alone=True)
                erasure_id = await ask(around, wanted, by=getpass.getuser()[:64])
                try:
                    await carry_out(around, erasure_id)
                except OSError as error:
                    raise NotYet(f"{error}; the erasure goes on when the server runs") from error
                return await told_erasure(around.sessions, erasure_id)
        except SetupFailed as error:
            if error.field != "data_folder" or not _is_served(settings):
                raise
        return await _by_server(_around(settings, engine, is_alone=False), wanted)
    finally:
        await engine.dispose()


def _is_served(settings: Settings) -> bool:
    try:
        with alone_in(settings.data_folder):
            return False
    except SetupFailed:
        return (settings.data_folder / "server.lock").exists()


async def _by_server(around: Around, wanted: Wanted) -> dict[str, Any]:
    erasure_id = await ask(around, wanted, by=getpass.getuser()[:64])
    console, said = Console(stderr=True), ""
    while (told := await told_erasure(around.sessions, erasure_id))["state"] != DONE:
        if told["said"] not in ("", said):
            said = told["said"]
            console.print(f"Waiting: {said}", markup=False)
        await asyncio.sleep(LOOK_SECONDS)
    return told


def _around(settings: Settings, engine: AsyncEngine, *, is_alone: bool) -> Around:
    """Without a floor: a call that goes on is the server's to see."""
    library = Library.of(settings)
    return Around(
        sessions=make_sessions(engine),
        library=library,
        exports=settings.exports_folder,
        erased=Erased(settings.data_folder, settings.region),
        journal_days=settings.journal_days,
        in_call=lambda _lines: False,
        clock=library.clock,
        is_alone=is_alone,
    )


def _tell(console: Console, told: dict[str, Any], *, is_dry: bool) -> None:
    console.print("Held of this person:" if is_dry else f"Erased, reference {told['reference']}:", markup=False)
    table = Table("kind", "count")
    for kind, count in told["counts"].items():
        if count:
            table.add_row(kind.replace("_", " "), str(count))
    console.print(table)
    for one in told["kept"]:
        console.print("Kept: " + kept_words(one), markup=False, highlight=False)
    if told.get("other_numbers"):
        console.print("Lists have more numbers of this person: " + ", ".join(told["other_numbers"]), markup=False)
    if told.get("in_call"):
        console.print("One of the numbers is in a call now", style="yellow")


def kept_words(kept: dict[str, Any]) -> str:
    """What an erasure leaves and why, as the command says it. Raises BadInput for a kind that it does not know."""
    match kept["kind"]:
        case "held":
            return f"{kept['count']} calls under a legal hold: " + ", ".join(one["call_id"] for one in kept["calls"])
        case "do_not_call":
            return f"{kept['count']} entries of the do-not-call list, so that nobody calls the person"
        case "journal":
            until = datetime.fromtimestamp(kept["until"], UTC).date()
            return f"the journal, which is not rewritten; its last day of this person is deleted on {until}"
        case "queue_log":
            return "the PBX's own queue_log and captures, which this server does not write"
    raise BadInput(f"unknown kind {kept['kind']}")

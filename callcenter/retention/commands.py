"""`callcenter recordings retire`: deletes recordings whose time is over, or says which they are."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter.recordings.library import Library
from callcenter.retention.deleting import Retired, retire
from callcenter.retention.dry_run import page_due, sum_due
from callcenter.settings import Settings, load
from callcenter.store.engine import Sessions, make_engine, make_sessions, migrate

MEBIBYTE = 1 << 20
PAGE = 1_000


def retire_command(
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
) -> None:
    """Deletes the recordings whose time is over by the rules of retention; the server does the same each night.

    Status 1 if some could not be deleted: they are tried again by the next run.
    """
    told = asyncio.run(_carry_out(load(config), is_dry=is_dry))
    if as_json:
        typer.echo(json.dumps(told))
    else:
        _tell(Console(), told, is_dry=is_dry)
    raise typer.Exit(1 if told.get("failed") else 0)


async def _carry_out(settings: Settings, *, is_dry: bool) -> dict[str, Any]:
    engine = make_engine(settings.storage_url)
    try:
        await migrate(engine)
        sessions = make_sessions(engine)
        library = Library.of(settings)
        if is_dry:
            return await sum_due(sessions, library) | {"due": await _all_due(sessions, library)}
        return _shape(await retire(sessions, library, "command"))
    finally:
        await engine.dispose()


async def _all_due(sessions: Sessions, library: Library) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page, after = await page_due(sessions, library, rule=None, after=after, limit=PAGE)
        found += page
    return found


def _shape(done: Retired) -> dict[str, Any]:
    failed = [{"recording_id": one.recording_id, "reason": one.reason} for one in done.failed]
    return done.deleted.told() | {"failed": failed}


def _tell(console: Console, told: dict[str, Any], *, is_dry: bool) -> None:
    def words(counted: dict[str, Any]) -> str:
        size = f"{counted['bytes'] / MEBIBYTE:.1f} MiB"
        return f"{counted['calls']} calls, {counted['recordings']} recordings, {counted['files']} files, {size}"

    console.print(("Would be deleted: " if is_dry else "Deleted: ") + words(told), highlight=False)
    if told.get("by_rule"):
        table = Table("rule", "days", "calls", "recordings", "files", "MiB")
        for one in told["by_rule"]:
            counts = [str(one[name]) for name in ("days", "calls", "recordings", "files")]
            # Text, since a queue's label may look like markup.
            rule = Text(f"{one['scope']} {one['label']}".strip())
            table.add_row(rule, *counts, f"{one['bytes'] / MEBIBYTE:.1f}")
        console.print(table)
    if is_dry:
        console.print("Kept by legal holds: " + words(told["held"]), highlight=False)
        if told["not_found"]:
            console.print(f"Not found on disk, and left alone: {told['not_found']} recordings", style="yellow")
    for one in told.get("failed", ()):
        console.print(f"Not deleted: recording {one['recording_id']}: {one['reason']}", style="red", markup=False)

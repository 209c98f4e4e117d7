"""`callcenter recordings rotate-key` and `encrypt`: a new master key; copies that lie plain encrypted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from callcenter.errors import Conflict, SetupFailed
from callcenter.quality.clips.cutting import Cutter
from callcenter.quality.clips.encrypting import encrypt_clips
from callcenter.recordings.encrypting import count_plain, encrypt_copies
from callcenter.recordings.keys import WrappedAnew, check_masters, wrap_anew
from callcenter.recordings.library import Library
from callcenter.recordings.masters import FIELD, Masters, put_new_key
from callcenter.settings import Settings, load
from callcenter.store.engine import Sessions, make_engine, make_sessions, migrate


def rotate_key(
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
) -> None:
    """Puts a new master key into the key file, and wraps the key of every encrypted file under it.

    A server that runs goes on, and uses the new key at once. What was broken off goes on when this is run again: no
    other key is made then. Status 1 if some keys are damaged.
    """
    damaged = asyncio.run(_rotate(load(config), Console()))
    raise typer.Exit(1 if damaged else 0)


def encrypt(
    config: Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")] = None,
) -> None:
    """Encrypts the copies of recordings and the clips that lie plain, from before there was a master key.

    A server that runs goes on. The plain copy goes when the encrypted one was read back and is the same. What was
    broken off goes on when this is run again. Status 1 if some copies could not be encrypted.
    """
    failed = asyncio.run(_encrypt(load(config), Console()))
    raise typer.Exit(1 if failed else 0)


@asynccontextmanager
async def _sessions(settings: Settings) -> AsyncIterator[Sessions]:
    engine = make_engine(settings.storage_url)
    try:
        await migrate(engine)
        yield make_sessions(engine)
    finally:
        await engine.dispose()


def _bar() -> Progress:
    return Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True))


# --- encrypt ----------------------------------------------------------------------------------------------------


async def _encrypt(settings: Settings, console: Console) -> bool:
    library = Library.of(settings)
    _check_key(library.masters)
    async with _sessions(settings) as sessions:
        await check_masters(sessions, library.masters)
        await asyncio.to_thread(library.store.check)
        with _bar() as progress:
            task = progress.add_task("", total=await count_plain(sessions))
            done = await encrypt_copies(sessions, library, lambda: progress.advance(task))
        clips = await encrypt_clips(sessions, Cutter(library, settings.recordings.encoding))
    console.print(f"{done.count} copies and {clips} clips were encrypted.", highlight=False)
    for recording_id, reason in done.failed.items():
        console.print(f"Not encrypted: recording {recording_id}: {reason}", style="red", markup=False)
    return bool(done.failed)


def _check_key(masters: Masters) -> None:
    if not masters.keys:
        raise SetupFailed("nothing is encrypted: there is no master key; set [recordings] master_key_file", field=FIELD)


# --- rotate-key -------------------------------------------------------------------------------------------------


async def _rotate(settings: Settings, console: Console) -> bool:
    masters = Masters.of(settings.recordings)
    _check_key(masters)
    async with _sessions(settings) as sessions:
        used = await check_masters(sessions, masters)
        console.print(_begun(masters, used), highlight=False)
        done = await _wrapped(sessions, masters, sum(used.values()) - used.get(masters.ids[0], 0))
        left = await check_masters(sessions, masters)
    _tell(console, masters, done, left)
    return bool(done.damaged)


def _begun(masters: Masters, used: dict[str, int]) -> str:
    """Makes a new key, unless what was broken off is to go on; what is said of it."""
    old = sum(count for master, count in used.items() if master != masters.ids[0])
    if old:
        return f"No new key is made: {old} keys are not yet under the newest, {masters.ids[0]}."
    if masters.file is None:
        raise Conflict(
            "every key is under the newest master key. A new one cannot be put into a variable: put it before the "
            "other in CALLCENTER_RECORDINGS__MASTER_KEY, with a comma between, restart the server, and run this again"
        )
    return f"The new master key {put_new_key(masters.file.path, datetime.now(UTC).date())} is in {masters.file.path}."


async def _wrapped(sessions: Sessions, masters: Masters, total: int) -> WrappedAnew:
    with _bar() as progress:
        task = progress.add_task("", total=total)
        count = 0
        while True:
            # Again until there was nothing: the server may have kept a key under the old one at the last moment.
            done = await wrap_anew(sessions, masters, lambda some: progress.advance(task, some))
            count += done.count
            if not done.count:
                return WrappedAnew(count, done.damaged)


def _tell(console: Console, masters: Masters, done: WrappedAnew, left: dict[str, int]) -> None:
    console.print(f"{done.count} keys were wrapped anew.", highlight=False)
    unused = [master for master in masters.ids if master not in left and master != masters.ids[0]]
    if unused:
        console.print(
            f"Not in use any more: {', '.join(unused)}. Keep them as long as there are backups of the database from "
            "before; then take their lines out of the key file.",
            highlight=False,
        )
    for name in done.damaged:
        console.print(f"Damaged, and left as it is: the key of {name}", style="red", markup=False)

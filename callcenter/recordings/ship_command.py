"""`callcenter recordings ship`: run on the PBX's machine where the server does not see its folder."""

import os
import ssl
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from callcenter.errors import BadInput, NoRoom, SetupFailed
from callcenter.recordings.shipping import TIMEOUT_SECONDS, NotSent, Round, Shipper, Told

KEY = "CALLCENTER_API_KEY"
LONGEST_WAIT_SECONDS = 300.0


def ship(  # noqa: PLR0913 - each is an option of the command
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What Asterisk records into.")],
    to: Annotated[str, typer.Option(metavar="URL", help="The server: https://…")],
    pbx: Annotated[str, typer.Option(help="This PBX's name in the server's settings.")] = "pbx1",
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"An API key with ship_recordings; or in the environment as {KEY}."),
    ] = None,
    every: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Look again and again; 0: once, and end.")
    ] = 10,
    keep_days: Annotated[
        float | None,
        typer.Option(min=0, help="Remove files here that the server has, so long after they were written."),
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Whom to trust, if the certificate is your own.")
    ] = None,
) -> None:
    """Sends recordings to the server: each when it is whole, checked on arrival, going on after a break."""
    headers = {"Authorization": f"Bearer {_key(key_file)}"}
    with httpx.Client(base_url=_address(to), headers=headers, verify=_tls(ca), timeout=TIMEOUT_SECONDS) as http:
        shipper = Shipper(http, pbx, folder.absolute(), keep_days)
        if every == 0:
            with _bar() as told:
                done = shipper.send(told)
            typer.echo(_said(done))
            if done.failed:
                raise NotSent(_why(done))
        else:
            _for_ever(shipper, every, threading.Event().wait)


def _for_ever(shipper: Shipper, every: float, wait: Callable[[float], object]) -> None:
    """Until it is stopped; what cannot be sent now is tried again, ever more seldom."""
    failures, complained = 0, ""
    while True:
        try:
            done = shipper.send()
        except (SetupFailed, NoRoom) as error:
            failures, why = failures + 1, error.message
        else:
            failures, why = 0, _why(done)
            if done.sent or done.removed:
                typer.echo(_said(done))
        if why and why != complained:
            typer.echo(why, err=True)
        complained = why
        wait(min(every * 2.0 ** min(failures, 20), max(every, LONGEST_WAIT_SECONDS)))


def _said(done: Round) -> str:
    removed = f", {done.removed} removed here" if done.removed else ""
    return f"{done.sent} files sent, {done.bytes / 1e6:.1f} MB{removed}"


def _why(done: Round) -> str:
    first = [f"  {path}: {reason}" for path, reason in list(done.failed.items())[:10]]
    more = [f"  and {len(done.failed) - 10} more"] if len(done.failed) > 10 else []
    return "\n".join([f"{len(done.failed)} files were not sent:", *first, *more]) if done.failed else ""


def _bar() -> "_Bar | nullcontext[Told]":
    return _Bar() if sys.stderr.isatty() else nullcontext(lambda path, count: None)


class _Bar:
    """The file that is being sent, and how fast."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True))

    def __enter__(self) -> Told:
        self._progress.start()
        task = self._progress.add_task("", total=None)

        def told(path: str, count: int) -> None:
            self._progress.update(task, advance=count, description=path[-40:].replace("[", "("))

        return told

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _key(key_file: Path | None) -> str:
    if key_file is None:
        key = os.environ.get(KEY, "")
    else:
        try:
            key = key_file.read_text(encoding="utf-8")
        except OSError as error:
            raise BadInput(f"--key-file: {key_file} cannot be read: {error.strerror}", field="key_file") from error
    if not key.strip() or not key.strip().isascii():
        raise BadInput(f"--key-file: give a file with an API key, or {KEY} in the environment", field="key_file")
    return key.strip()


def _address(to: str) -> str:
    try:
        url = httpx.URL(to)
    except httpx.InvalidURL as error:
        raise BadInput(f"--to: {to!r} is no address", field="to") from error
    if url.scheme not in ("https", "http") or not url.host:
        raise BadInput(f"--to: {to!r} is no address such as https://centre.example", field="to")
    if url.scheme == "http" and not _is_own(url.host):
        raise BadInput("--to: recordings and keys are sent over https only", field="to")
    return to if to.endswith("/") else f"{to}/"


def _is_own(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _tls(ca: Path | None) -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context() if ca is None else ssl.create_default_context(cafile=str(ca))
    except OSError as error:
        raise BadInput(f"--ca: {ca} cannot be read: {error}", field="ca") from error

"""`callcenter demo`: a call centre at work on this machine."""

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console

from callcenter.demo.report import Report
from callcenter.errors import BadInput, CallCenterError
from callcenter.logs import set_up_logs

if TYPE_CHECKING:
    from callcenter.demo.run import Options

INTERRUPTED = 130
"""The exit status of a shell's command that Ctrl-C ended."""


def demo(
    seconds: Annotated[float | None, typer.Option(min=10, help="How long; until Ctrl-C unless given.")] = None,
    report: Annotated[Path | None, typer.Option(help="Where to write the report, a JSON object.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same people.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The panel's port; a free one unless given.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the panel when there is a display.")] = True,
) -> None:
    """A call centre at work: real calls through a real Asterisk, seen live, recorded, called back."""
    # Not at the top: with it comes the whole server, and every other command would load that, too.
    from callcenter.demo.run import Options

    if report and not report.absolute().parent.is_dir():
        raise BadInput(f"--report: there is no folder {report.absolute().parent}", field="report")
    set_up_logs("WARNING")
    console = Console(soft_wrap=True, highlight=False)
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    options = Options(seconds, chosen, port, browser, wants_report=bool(report) or seconds is not None)
    try:
        result = _run(options, console)
    except KeyboardInterrupt:  # before the doors were open, or after they were closed: all of it has ended
        raise typer.Exit(INTERRUPTED if options.wants_report else 0) from None
    if result is None:
        return
    if report:
        report.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    for line in summary(result):
        console.print(line, markup=False)
    if not result.is_good:
        raise typer.Exit(1)


def summary(report: Report) -> list[str]:
    """The report in a few lines, with everything that is wrong."""
    sound, delay = report.recordings, report.live.event_to_client_ms
    callbacks = ", ".join(f"{outcome} {times}" for outcome, times in report.callbacks.items())
    return [
        f"Asterisk {report.asterisk}, {report.seconds:.0f} s: offered {report.offered}, answered {report.answered}, "
        f"abandoned {report.abandoned}; its queue_log: {report.queue_log.offered}, {report.queue_log.answered}, "
        f"{report.queue_log.abandoned}",
        f"Recordings: expected {sound.expected}, linked {sound.linked}, audible {sound.audible}",
        f"Callbacks: {callbacks}",
        f"Event to panel: p50 {delay.p50} ms, p99 {delay.p99} ms, {report.live.deltas} frames",
        *(f"Difference: {one}" for one in report.differences),
        *(f"Error: {line}" for line in report.errors),
    ]


def _run(options: "Options", console: Console) -> Report | None:
    from callcenter.demo.run import run_demo

    try:
        return asyncio.run(run_demo(options, console))
    except* CallCenterError as group:
        raise _first(group) from None


def _first(group: BaseExceptionGroup[CallCenterError]) -> CallCenterError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error

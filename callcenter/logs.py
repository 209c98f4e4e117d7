"""Log lines for people: standard logging, formatted by structlog on standard error, personal data masked."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

PERSONAL = "pii."
MASK = "***"
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}
QUIET = {
    "uvicorn": logging.WARNING,
    "uvicorn.error": logging.WARNING,
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
}
"""Libraries whose ordinary news nobody needs: a failure of theirs is still told."""


def set_up_logs(level: str = "INFO") -> None:
    """Sends every log line to standard error. Call it once, before anything else logs."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(colours=sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, threshold in QUIET.items():
        logging.getLogger(name).setLevel(threshold)


def formatter(*, colours: bool) -> logging.Formatter:
    """One line a record: time, level, text, then the keys of `extra`; those starting with `pii.` are masked."""
    # The plain traceback: structlog's own choice would print local variables, and secrets with them.
    renderer = structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
            structlog.stdlib.ExtraAdder(),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_personal, one_line, renderer],
    )


def mask_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces what personal keys hold."""
    return {key: MASK if key.startswith(PERSONAL) else value for key, value in event.items()}


def one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Shows control characters as escapes: what came from outside neither begins a line nor moves the cursor."""
    return {key: value.translate(CONTROLS) if isinstance(value, str) else value for key, value in event.items()}

"""Checks of what Asterisk writes beside AMI: queue_log, and the recordings; and of AMI by comparison with queue_log."""

import os
import re
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from callcenter.asterisk.examination import Examination, Reached
from callcenter.asterisk.messages import END, event_name
from callcenter.doctor.account import how_to_hear
from callcenter.doctor.findings import Finding, PbxCheck, error, ok, unknown, warning
from callcenter.floor.terms import Instant
from callcenter.settings import Settings

QUIET_SECONDS = 7 * 86_400.0
LOG_TAIL_BYTES = 64 * 1024
JOURNAL_TAIL_BYTES = 8 * 1024 * 1024
NEAR_SECONDS = 15.0
"""The journal has a Timestamp at least every ten seconds while the link lives: the answer to a ping."""

TWINS = {
    "ENTERQUEUE": b"QueueCallerJoin",
    "CONNECT": b"AgentConnect",
    "ADDMEMBER": b"QueueMemberAdded",
    "REMOVEMEMBER": b"QueueMemberRemoved",
    "PAUSE": b"QueueMemberPause",
    "UNPAUSE": b"QueueMemberPause",
}
"""Lines of queue_log and the AMI event that always goes with them (docs/asterisk.md)."""

_TIMESTAMP = re.compile(rb"(?:^|\r\n)Timestamp: ([0-9]{1,12}(?:\.[0-9]+)?)")
LOGGER = (
    "In [general] of logger.conf: queue_log = yes (and queue_log_to_file = yes); then: asterisk -rx 'logger reload'."
)


class Line(NamedTuple):
    """When a line of queue_log was written, and its event."""

    at: Instant
    event: str


def _tail(path: Path, size: int) -> bytes:
    """The last bytes of a file. Raises OSError."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read()


def _lines(data: bytes) -> list[Line]:
    rows = (line.split("|", 5) for line in data.decode("utf-8", "replace").splitlines())
    return [Line(float(row[0]), row[4]) for row in rows if len(row) > 4 and row[0].isdecimal()]


def queue_log(found: Examination, _settings: Settings) -> Finding:
    """Whether the second book of the queues can be read, and is the one that this Asterisk writes."""
    path = found.pbx.queue_log
    if path is None:
        return warning(
            "not in the settings: what happens while the link is down stays unknown",
            f"Set queue_log of this PBX to the file as this machine sees it (/var/log/asterisk/queue_log). {LOGGER}",
        )
    try:
        lines = _lines(_tail(path, LOG_TAIL_BYTES))
    except FileNotFoundError:
        return error(
            f"there is no {path}", f"{LOGGER} Asterisk makes the file with its first line, at a sign-in or a call."
        )
    except OSError as failure:
        return error(
            f"{path} cannot be read: {failure.strerror}", "Put the server's user into the group of the file (asterisk)."
        )
    return _lately(found, path, lines)


def _lately(found: Examination, path: Path, lines: Sequence[Line]) -> Finding:
    if not lines:
        return error(f"{path} has no line that is one of queue_log", f"Is it the right file? {LOGGER}")
    now, last = time.time(), lines[-1].at
    if found.booted and _calls(found) and last < now - float(found.booted.get("Uptime", "0")) - NEAR_SECONDS:
        return error(
            f"the last line of {path} is of {_told(last)}, but Asterisk has had calls since it started later",
            f"Asterisk writes elsewhere: compare the path. {LOGGER}",
        )
    if last < now - QUIET_SECONDS:
        return warning(f"the last line of {path} is of {_told(last)}", f"Without calls that is right; else: {LOGGER}")
    return ok(f"{path}, last line of {_told(last)}")


def _told(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _calls(found: Examination) -> int:
    """How many calls the queues have counted since Asterisk started."""
    items = found.lists.get("QueueStatus") or ()
    counts = (item.get(header, "0") for item in items for header in ("Completed", "Abandoned"))
    return sum(int(count) for count in counts if count.isdecimal())


def queue_events(found: Examination, settings: Settings) -> Finding:
    """Whether the events of queues come. No question brings one; the server's journal tells whether they came."""
    if any(event.get("Privilege") == "agent,all" for event in found.events):
        return ok("one came just now")
    try:
        lines = _lines(_tail(found.pbx.queue_log, LOG_TAIL_BYTES)) if found.pbx.queue_log else []
        journal = _newest(settings.data_folder / "journal" / found.pbx.name)
        heard = _Heard(_tail(journal, JOURNAL_TAIL_BYTES)) if journal else _Heard(b"")
    except OSError as failure:
        return unknown(f"queue_log and the journal could not be compared: {failure.strerror}")
    covered = [line for line in lines if line.event in TWINS and heard.was_listening(line.at)]
    if not covered:
        return unknown(
            "cannot be asked for without a call: known once the server has run while something happened in a queue"
        )
    hidden = sorted({line.event for line in covered} - {line.event for line in covered if heard.has_twin(line)})
    if not hidden:
        return ok(f"the journal has them for the last {len(covered)} lines of queue_log")
    missing = ", ".join(dict.fromkeys(TWINS[event].decode() for event in hidden))
    return error(
        f"queue_log has {', '.join(hidden)}, but AMI did not tell: {missing} (compared with the server's journal)",
        how_to_hear(found.pbx.username),
    )


def _newest(folder: Path) -> Path | None:
    """The journal's file of the day that is still open."""
    return max(folder.glob("*.ami"), default=None)


class _Heard:
    """When a journal has anything, and when it has which queue event; by the newest Timestamp up to there."""

    def __init__(self, data: bytes) -> None:
        self._alive: list[Instant] = []
        self._events: dict[bytes, list[Instant]] = defaultdict(list)
        for raw in data.split(END):
            stamp = _TIMESTAMP.search(raw)
            if stamp:
                self._alive.append(float(stamp[1]))
            name = event_name(raw)
            if name in TWINS.values() and self._alive:
                self._events[name].append(self._alive[-1])
        self._alive.sort()

    def was_listening(self, at: Instant) -> bool:
        """Whether the link was there shortly before and after."""
        place = bisect_left(self._alive, at)
        before, after = self._alive[max(0, place - 1) : place], self._alive[bisect_right(self._alive, at + 1) :][:1]
        return bool(before and after) and at - before[0] < NEAR_SECONDS and after[0] - at < NEAR_SECONDS

    def has_twin(self, line: Line) -> bool:
        """Whether the event that goes with a line came about when it was written."""
        return any(abs(at - line.at) <= NEAR_SECONDS for at in self._events[TWINS[line.event]])


def recordings(found: Examination, _settings: Settings) -> Finding:
    """Whether what Asterisk records can be played here."""
    folder = found.pbx.recordings_folder
    advice = (
        "Asterisk makes the folder with its first recording. Set recordings_folder of this PBX to the folder as "
        "this machine sees it (mount it, if the PBX is elsewhere); put the server's user into its group (asterisk)."
    )
    if not folder.is_dir():
        return error(f"there is no folder {folder}: no recording can be played", advice)
    if not os.access(folder, os.R_OK | os.X_OK):
        return error(f"{folder} may not be read by this user", advice)
    closed = [entry.name for entry in _some(folder) if not os.access(entry, os.R_OK)]
    if closed:
        return error(f"{closed[0]} in {folder} may not be read by this user", advice)
    return ok(f"{folder} can be read")


def _some(folder: Path) -> Iterable[Path]:
    """A few of its files: a folder may hold millions."""
    return islice(folder.iterdir(), 50)


CHECKS = (
    PbxCheck("queue_log", "queue_log", Reached.NOTHING, queue_log),
    PbxCheck("queue_events", "Events of queues", Reached.LOGIN, queue_events),
    PbxCheck("recordings", "Recordings", Reached.NOTHING, recordings),
)

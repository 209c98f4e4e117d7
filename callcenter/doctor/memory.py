"""Checks of what a start goes on from: the journals, and the checkpoints of the floor."""

import mmap
import re
from datetime import UTC, datetime
from pathlib import Path

from callcenter.asterisk import marks
from callcenter.asterisk.journal import days
from callcenter.doctor.findings import CentreCheck, Finding, Visit, error, ok, unknown, warning
from callcenter.live import checkpoint
from callcenter.live.checkpoint import Header, Unusable

_HOLE = re.compile(re.escape(marks.HOLE) + rb"Timestamp: ([0-9.]+)\r\nSince: ([0-9.]+)\r\n\r\n")


def _told(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def journals(visit: Visit) -> Finding:
    """Whether the journals are whole, and how far back they reach."""
    said = []
    for pbx in visit.settings.pbxs:
        folder = visit.settings.data_folder / "journal" / pbx.name
        try:
            kept, size, hole = days(folder), _size(folder), _last_hole(folder)
        except OSError as failure:
            return error(
                f"the journal in {folder} cannot be read: {failure.strerror}", "Give the folder to the server's user."
            )
        if hole is not None:
            since, until = hole
            return warning(
                f"the journal of {pbx.name} could not be written from {_told(since)} to {_told(until)}",
                f"Keep room for {visit.settings.data_folder}, or set journal_days lower. What is missing there can be "
                "taken from queue_log alone.",
            )
        if kept:
            said.append(f"{pbx.name}: {len(kept)} days since {kept[0]}, {size / 1e6:,.0f} MB")
    if not said:
        return unknown("none yet: the server has not heard a PBX")
    return ok(f"{'; '.join(said)}; kept for {visit.settings.journal_days} days")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.ami*"))


def _last_hole(folder: Path) -> tuple[float, float] | None:
    """The last time in the newest day when nothing could be written."""
    newest = max(folder.glob("*.ami"), default=None)
    if newest is None or not newest.stat().st_size:
        return None
    with newest.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.rfind(marks.HOLE)
        found = _HOLE.match(content, at) if at >= 0 else None
        return (float(found[2]), float(found[1])) if found else None


def checkpoints(visit: Visit) -> Finding:
    """Whether the next start can go on from where the server is."""
    said = []
    folder = visit.settings.data_folder / "checkpoints"
    for pbx in visit.settings.pbxs:
        try:
            header = checkpoint.header_of(checkpoint.path_of(folder, pbx.name))
        except FileNotFoundError:
            continue
        except (Unusable, OSError) as failure:
            return warning(
                f"the checkpoint of {pbx.name} cannot be used: {failure}",
                "The next start goes on from the one before, or reads the journal of the day back; nothing else to do.",
            )
        if header.fingerprint != checkpoint.fingerprint():
            return warning(
                f"the checkpoint of {pbx.name} was written by another version",
                "The first start of this version reads the journal of the day back, which may take a minute.",
            )
        behind = _behind(visit.settings.data_folder / "journal" / pbx.name, header)
        said.append(f"{pbx.name}: of {_told(header.at)}, {behind / 1e6:,.1f} MB of journal behind it")
    return ok("; ".join(said)) if said else unknown("none yet: the server keeps one every 15 s while it runs")


def _behind(folder: Path, header: Header) -> int:
    later = [path.stat().st_size for path in folder.glob("*.ami") if path.stem > header.day]
    today = folder / f"{header.day}.ami"
    return sum(later) + max(0, (today.stat().st_size if today.exists() else 0) - header.offset)


CHECKS = (
    CentreCheck("journal", "Journal", journals),
    CentreCheck("checkpoint", "Checkpoint", checkpoints),
)

"""Keeps what the connection to one PBX said by day, before it is applied; reads it back from any position."""

import errno
import gzip
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from callcenter.asterisk import capture, marks
from callcenter.asterisk.messages import END
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant

log = logging.getLogger(__name__)

KEEP_DAYS = 90


class Position(NamedTuple):
    """A place between two messages of a journal: so many bytes, unpacked, behind the beginning of a day (UTC)."""

    day: str
    offset: int


class Trouble(NamedTuple):
    """Since when a journal cannot be written, and why."""

    since: Instant
    reason: str


class Journal:
    """Appends whole messages of one PBX to `folder/pbx/YYYY-MM-DD.ami` (UTC days), unbuffered.

    Closed days are packed in the background, and deleted after `keep_days`. A disk that is full is said once, is
    `trouble` while it lasts and a mark in the journal once it is over (`changed` is told both times); it never disturbs
    the link.
    """

    def __init__(
        self,
        folder: Path,
        pbx: str,
        *,
        keep_days: int = KEEP_DAYS,
        clock: Callable[[], Instant] = time.time,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = folder / pbx
        self.lost_chunks = 0
        self.trouble: Trouble | None = None
        self.changed = changed
        self._keep_days = keep_days
        self._clock = clock
        self._day = ""
        self._file: int | None = None
        self._size = 0
        self._packer: threading.Thread | None = None
        self._tidying = threading.Lock()

    @property
    def position(self) -> Position | None:
        """The end of what was written; None while no file could be opened."""
        return None if self._file is None else Position(self._day, self._size)

    def open(self) -> None:
        """Opens today's file and cuts off what a crash left half written. Never raises: see `trouble`."""
        self.append(b"")

    def append(self, messages: bytes) -> None:
        """Writes whole messages. Never raises: what could not be written is counted."""
        try:
            file = self._open_today()
            mark = marks.hole(self.trouble.since, self._clock()) if self.trouble else b""
            self._write(file, mark + messages)
        except OSError as error:
            self._failed(error)
            return
        if self.trouble is not None:
            log.warning("Journal %s writes again; %d chunks were lost", self.folder, self.lost_chunks)
            self.trouble = None
            self.changed()

    def sync(self) -> None:
        """Returns once what was written is on the disk. Raises OSError."""
        if self._file is not None:
            os.fsync(self._file)

    def close(self) -> None:
        """Closes today's file and waits until closed days are packed."""
        self._close_file()
        if self._packer is not None:
            self._packer.join()

    def _open_today(self) -> int:
        day = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%d")
        # Never an older day than the last: a clock that was put back must not turn the order of the days round.
        if self._file is not None and day <= self._day:
            return self._file
        self._close_file()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        begun = sorted(self.folder.glob("*.ami"))
        for path in begun:
            cut_torn_end(path)
        self._day = max([day, *(path.stem for path in begun)])
        # The journal holds callers' numbers: nobody else on this machine may read it.
        path = self.folder / f"{self._day}.ami"
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size
        self._packer = threading.Thread(target=self._tidy, args=(self._day,), daemon=True, name="journal-packer")
        self._packer.start()
        return self._file

    def _tidy(self, day: str) -> None:
        with self._tidying:
            tidy(self.folder, day, self._keep_days)

    def _write(self, file: int, data: bytes) -> None:
        """All of `data` or none of it: a disk that fills up half-way leaves no half message."""
        written = os.write(file, data)
        if written < len(data):
            os.ftruncate(file, self._size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._size += written

    def _failed(self, error: OSError) -> None:
        self.lost_chunks += 1
        if self.trouble is None:
            self.trouble = Trouble(self._clock(), error.strerror or str(error))
            log.error("Journal %s cannot write: %s. The link goes on without it.", self.folder, error)
            self.changed()

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def cut_torn_end(path: Path) -> None:
    """Cuts off what stands behind the last whole message: a crash came in the middle of writing. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb+") as file:
        whole = _end_of_last_message(file.fileno(), size)
        if whole < size:
            log.warning("%s ended in the middle of a message: its last %d bytes are cut off", path, size - whole)
            file.truncate(whole)


def _end_of_last_message(file: int, size: int) -> int:
    """Where the last whole message ends, looked for backwards."""
    piece = 1 << 16
    for start in range(max(0, size - piece), -piece, -piece):
        # Over the edge, in case the blank line lies on it.
        found = os.pread(file, piece + len(END), max(0, start)).rfind(END)
        if found >= 0:
            return max(0, start) + found + len(END)
    return 0


def tidy(folder: Path, today: str, keep_days: int) -> None:
    """Packs every closed day of a journal, and deletes those that are older than `keep_days`."""
    pack(folder, today)
    oldest = (date.fromisoformat(today) - timedelta(days=keep_days)).isoformat()
    expired = [path for path in folder.glob("*.ami.gz") if path.name < oldest]
    for path in expired:
        with suppress(OSError):
            path.unlink()
    if expired:
        log.info("Journal %s: %d days before %s were deleted (journal_days)", folder, len(expired), oldest)


def pack(folder: Path, today: str) -> None:
    """Compresses every closed day of a journal. A day is replaced by its `.gz` only when that is whole."""
    for path in sorted(folder.glob("*.ami")):
        part, packed = path.with_suffix(".ami.part"), path.with_suffix(".ami.gz")
        # Of both, neither replaces the other: which one is whole nobody knows.
        if path.stem >= today or packed.exists():
            continue
        try:
            with path.open("rb") as plain, part.open("wb") as raw, gzip.open(raw, "wb", compresslevel=6) as target:
                part.chmod(0o600)
                shutil.copyfileobj(plain, target, 1 << 20)
            part.replace(packed)
            path.unlink()
        except OSError as error:
            log.warning("Journal %s could not be compressed: %s", path, error)
            part.unlink(missing_ok=True)


def days(folder: Path) -> list[str]:
    """The days that a journal still has, in their order."""
    return sorted({path.name[:10] for pattern in ("*.ami", "*.ami.gz") for path in folder.glob(pattern)})


def read_from(folder: Path, start: Position) -> Iterator[bytes]:
    """Everything in a journal behind a position, also where its day has been packed since.

    A day that is not there any more is passed over; so is, with a line in the log, what cannot be read of one.
    """
    for day in days(folder):
        if day >= start.day:
            yield from _read_day(folder / f"{day}.ami", start.offset if day == start.day else 0)


def _read_day(plain: Path, offset: int) -> Iterator[bytes]:
    # It may be packed in this moment: the packed file is there before the plain one goes.
    try:
        yield from capture.read(plain if plain.exists() else plain.with_suffix(".ami.gz"), offset)
    except BadInput as error:
        log.error("The journal cannot be read whole: %s", error.message)

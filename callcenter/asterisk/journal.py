"""Keeps the raw bytes of an AMI connection by day, before they are applied."""

import gzip
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)

END = b"\r\n\r\n"


class Journal:
    """Appends what the socket of one PBX delivered to `folder/pbx/YYYY-MM-DD.ami` (UTC days), unbuffered.

    A new day begins between two messages. Closed days are compressed in the background. A full disk is said once and
    counted in `lost_chunks`; it never disturbs the link.
    """

    def __init__(self, folder: Path, pbx: str, *, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder / pbx
        self.lost_chunks = 0
        self._clock = clock
        self._day = ""
        self._file: int | None = None
        self._is_between_messages = True
        self._is_failing = False
        self._packer: threading.Thread | None = None

    def append(self, data: bytes) -> None:
        """Writes the bytes as they came. Never raises: what could not be written is counted."""
        try:
            file = self._open_today()
            self._write(file, END + data if self._is_failing else data)
        except OSError as error:
            self._failed(error)
            return
        self._is_between_messages = data.endswith(END)
        if self._is_failing:
            self._is_failing = False
            log.warning("Journal %s writes again; %d chunks were lost", self.folder, self.lost_chunks)

    def close(self) -> None:
        """Closes today's file and waits until closed days are packed."""
        self._close_file()
        if self._packer is not None:
            self._packer.join()

    def _open_today(self) -> int:
        day = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%d")
        if self._file is not None and (day == self._day or not self._is_between_messages):
            return self._file
        self._close_file()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The journal holds callers' numbers: nobody else on this machine may read it.
        self._file = os.open(self.folder / f"{day}.ami", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._day = day
        self._packer = threading.Thread(target=pack, args=(self.folder, day), daemon=True, name="journal-packer")
        self._packer.start()
        return self._file

    def _write(self, file: int, data: bytes) -> None:
        """All of `data` or none of it: a disk that fills up half-way leaves no half chunk."""
        written = os.write(file, data)
        if written < len(data):
            os.ftruncate(file, os.fstat(file).st_size - written)
            raise OSError(28, "only a part could be written")

    def _failed(self, error: OSError) -> None:
        self.lost_chunks += 1
        if not self._is_failing:
            self._is_failing = True
            log.error("Journal %s cannot write: %s. The link goes on without it.", self.folder, error)

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def pack(folder: Path, today: str) -> None:
    """Compresses every closed day of a journal. A day is replaced by its `.gz` only when that is whole."""
    for path in sorted(folder.glob("*.ami")):
        part, packed = path.with_suffix(".ami.part"), path.with_suffix(".ami.gz")
        # A clock that was put back may have written a packed day again: neither file replaces the other.
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

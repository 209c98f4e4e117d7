"""A ZIP archive on disk to which files are added one by one, stored as they are, and which goes on after a break."""

import hashlib
import os
import time
from collections.abc import Iterable
from datetime import datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from msgspec import Struct

from callcenter.errors import Damaged, StoreAway
from callcenter.floor.terms import Instant
from callcenter.recordings.storing import Readable, stream

CHUNK = 1024**2
HEADER_BYTES, HEADER_SIGN = 30, b"PK\x03\x04"
"""Of the fixed part before each file (APPNOTE.TXT 4.3.7); the lengths of name and extra field stand at its end."""

FIRST_YEAR, LAST_YEAR = 1980, 2107
"""Of the dates that a ZIP file knows."""


class Entry(Struct, frozen=True):
    """A file in the archive: its entry begins at `start`, `size` and `sha256` are of its bytes."""

    name: str
    date: tuple[int, int, int, int, int, int]
    start: int
    size: int
    crc: int
    sha256: str


class Broken(Exception):
    """The file does not hold what it is said to hold."""


class Unreadable(Exception):
    """A file could not be read to its end; nothing of it is in the archive."""


def entry_date(at: Instant, zone: tzinfo) -> tuple[int, int, int, int, int, int]:
    """When a file was made, as a ZIP tells it: by the clock of a place, which it does not name."""
    when = datetime.fromtimestamp(at, zone)
    year = min(max(when.year, FIRST_YEAR), LAST_YEAR)
    return (year, when.month, when.day, when.hour, when.minute, when.second)


class Archive:
    """An archive under way. What follows the entries it is opened with is cut off: it was written before a break.

    Every method may raise the OSError of the disk that the archive is on; what was added before stays good. Opening it
    raises Broken where the file does not hold those entries (any more).
    """

    def __init__(self, path: Path, entries: Iterable[Entry] = ()) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: BinaryIO = os.fdopen(handle, "r+b")
        self._infos = [_info(entry) for entry in entries]
        try:
            self._end = self._end_of_last()
            self._zip = self._writer()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.fp = None  # nothing more is written: only `finish` completes an archive
        self._file.close()

    @property
    def size(self) -> int:
        """The bytes that are good so far."""
        return self._end

    def add(self, name: str, file: Path | Readable, date: tuple[int, int, int, int, int, int]) -> Entry:
        """Copies a file. Raises Unreadable where it cannot be read, StoreAway where it can be later."""
        info = ZipInfo(name, date)
        source, info.file_size = _opened(file)  # by its size the entry gets room for one above 4 GiB
        with source:
            try:
                sha256 = self._copy(source, info)
            except (Unreadable, StoreAway):
                self._rewind()
                raise
        self._infos.append(info)
        self._end = self._file.tell()
        return Entry(name, date, info.header_offset, info.file_size, info.CRC, sha256)

    def _copy(self, source: BinaryIO, info: ZipInfo) -> str:
        digest = hashlib.sha256()
        with self._zip.open(info, "w") as copy:
            while chunk := _read(source):
                digest.update(chunk)
                copy.write(chunk)
        return digest.hexdigest()

    def keep(self) -> None:
        """Has the disk remember what was added."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self, more: Iterable[tuple[str, bytes]]) -> int:
        """Adds these small files and completes the archive; its size in bytes."""
        for name, content in more:
            self._zip.writestr(ZipInfo(name, time.localtime()[:6]), content)
        self._zip.close()
        self.keep()
        self._end = os.fstat(self._file.fileno()).st_size
        return self._end

    def _end_of_last(self) -> int:
        """Where the entries end that are known to be whole."""
        if not self._infos:
            return 0
        last = max(self._infos, key=lambda info: info.header_offset)
        self._file.seek(last.header_offset)
        header = self._file.read(HEADER_BYTES)
        name_length, extra_length = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
        end = last.header_offset + len(header) + name_length + extra_length + last.file_size
        if not header.startswith(HEADER_SIGN) or os.fstat(self._file.fileno()).st_size < end:
            raise Broken
        return end

    def _rewind(self) -> None:
        """Takes out what was written of an entry that is not whole."""
        self._zip.fp = None
        self._zip = self._writer()

    def _writer(self) -> ZipFile:
        self._file.seek(self._end)
        self._file.truncate()
        writer = ZipFile(self._file, "w", ZIP_STORED)
        writer.filelist.extend(self._infos)
        writer.NameToInfo.update({info.filename: info for info in self._infos})
        return writer


def _opened(file: Path | Readable) -> tuple[BinaryIO, int]:
    """The file to be read, and its size in bytes."""
    try:
        if not isinstance(file, Path):
            return stream(file), file.found.size
        source = file.open("rb")
        return source, os.fstat(source.fileno()).st_size
    except (OSError, Damaged) as error:
        raise Unreadable(_told(error)) from error


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read(CHUNK)
    except (OSError, Damaged) as error:
        raise Unreadable(_told(error)) from error


def _told(error: OSError | Damaged) -> str:
    return error.message if isinstance(error, Damaged) else error.strerror or type(error).__name__


def _info(entry: Entry) -> ZipInfo:
    """What the directory at the end of the archive says of an entry."""
    info = ZipInfo(entry.name, entry.date)
    info.header_offset, info.CRC = entry.start, entry.crc
    info.file_size = info.compress_size = entry.size
    info.external_attr = 0o600 << 16
    return info

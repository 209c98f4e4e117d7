"""Reads Asterisk's queue_log: one file or many, current, rotated or compressed, in the order of time."""

import bz2
import gzip
import heapq
import lzma
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from io import TextIOWrapper
from itertools import islice
from os import SEEK_END
from pathlib import Path
from typing import IO, cast

from zstandard import ZstdError

from callcenter.asterisk import zstd_file
from callcenter.asterisk.queue_log_lines import AnyRecord, parse
from callcenter.errors import BadInput, NotFound
from callcenter.floor.terms import Instant

BytesRead = Callable[[int], None]
"""Told now and then how many more bytes of the files, as they are on disk, have been read."""

LINES_A_TELLING = 2_000

PASSED_OVER_BYTES = 262_144
"""A stretch so short is read. It also forgives a clock that was set back by what is written in it."""

_OPENERS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b": lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file)),
    b"BZh": lambda file: cast(IO[bytes], bz2.BZ2File(file)),
    b"\xfd7zXZ": lambda file: cast(IO[bytes], lzma.LZMAFile(file)),  # noqa: SIM115 - closed by _opened
    b"\x28\xb5\x2f\xfd": zstd_file.unpacked,
}


def records(
    paths: Iterable[Path],
    since: Instant | None = None,
    until: Instant | None = None,
    bytes_read: BytesRead = lambda count: None,
) -> Iterator[AnyRecord]:
    """What the files tell from `since` up to, but without, `until`; in the order of time, whatever that of the files.

    Lines of one file keep their order. The last line of a file is left out while its line end is missing. Bytes that
    are no UTF-8 become U+FFFD. Raises NotFound or BadInput that names the file, and the line that is none of a
    queue_log.
    """
    begun = ((_first_at(path), place, path) for place, path in enumerate(paths))
    started = sorted((at, place, path) for at, place, path in begun if at is not None)
    begins = float("-inf") if since is None else since
    ends = float("inf") if until is None else until
    for record in _merged([(at, path) for at, _, path in started if at < ends], begins, bytes_read):
        if begins <= record.at < ends:
            yield record


def files_of(path: Path) -> list[Path]:
    """A queue_log and what rotation left beside it (`queue_log.1`, `queue_log-20260101.gz`); NotFound without one."""
    folder = path.parent
    found = sorted(file for file in folder.iterdir() if file.name.startswith(path.name)) if folder.is_dir() else []
    if not found:
        raise NotFound(f"{path}: there is no such file")
    return found


def files_since(path: Path, since: Instant) -> list[Path]:
    """Those of `files_of` that have lines from `since` on, as far as the beginnings of the files tell."""
    begun = sorted((at, file) for file in files_of(path) if (at := _first_at(file)) is not None)
    before = [place for place, (at, _) in enumerate(begun) if at < since]
    return [file for _, file in begun[before[-1] if before else 0 :]]


def _merged(started: list[tuple[Instant, Path]], since: Instant, bytes_read: BytesRead) -> Iterator[AnyRecord]:
    """Rotated files lie one behind the other: a file is opened when its time has come, so few are open at once."""
    waiting = deque(started)
    rest: Iterator[AnyRecord]
    heap: list[tuple[Instant, int, AnyRecord, Iterator[AnyRecord]]] = []
    while waiting or heap:
        if waiting and (not heap or waiting[0][0] <= heap[0][0]):
            rest = _records_of(waiting.popleft()[1], bytes_read, since)
            place = -len(waiting)
        else:
            _, place, record, rest = heapq.heappop(heap)
            yield record
        # As long as no other file has anything older, this one is read through.
        others = [at for at, _ in islice(waiting, 1)] + [at for at, *_ in heap[:1]]
        alone_until = min(others, default=float("inf"))
        for record in rest:
            if record.at >= alone_until:
                heapq.heappush(heap, (record.at, place, record, rest))
                break
            yield record


def _records_of(path: Path, bytes_read: BytesRead, since: Instant = float("-inf")) -> Generator[AnyRecord]:
    """The whole lines that are not empty.

    Of a long plain file the lines before `since` are passed over; then they are numbered from where reading began.
    """
    with _opened(path, since) as (file, lines):
        told = file.tell()
        for number, line in enumerate(lines, 1):
            if number % LINES_A_TELLING == 0:
                told = _tell(file, told, bytes_read)
            if line[-1] == "\n" and (text := _cleaned(line)):
                record = parse(text)
                if record is None:
                    raise BadInput(f"{path}:{number}: this is no line of a queue_log", field="file")
                yield record
        _tell(file, told, bytes_read)


def _first_at(path: Path) -> Instant | None:
    """When the file begins; None for an empty one."""
    with closing(_records_of(path, lambda count: None)) as found:
        first = next(found, None)
    return first.at if first else None


@contextmanager
def _opened(path: Path, since: Instant) -> Iterator[tuple[IO[bytes], IO[str]]]:
    """The file, and the lines in it from the first that matters; errors of either say which file it is."""
    try:
        with path.open("rb") as file, unpacked(file) as content:
            if content is file:
                pass_over(file, since, _at_of)
            yield file, TextIOWrapper(content, "utf-8", "replace", newline="\n")
    except FileNotFoundError:
        raise NotFound(f"{path}: there is no such file") from None
    except (EOFError, zlib.error, lzma.LZMAError, ZstdError) as error:
        raise BadInput(f"{path}: the packed file is damaged: {error}", field="file") from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}", field="file") from error


def pass_over(file: IO[bytes], since: Instant, at_of: Callable[[str], Instant | None]) -> None:
    """Goes to the beginning of a line before which everything is older, by halving: logs of years are long.

    `at_of` says when a line was written, None for one that cannot be read.
    """
    low, high = 0, file.seek(0, SEEK_END)
    while high - low > PASSED_OVER_BYTES:
        middle = (low + high) // 2
        at = _next_at(file, middle, at_of)
        low, high = (middle, high) if at is not None and at < since else (low, middle)
    file.seek(low)
    if low:
        file.readline()


def _at_of(line: str) -> Instant | None:
    record = parse(line)
    return record.at if record is not None else None


def _next_at(file: IO[bytes], place: int, at_of: Callable[[str], Instant | None]) -> Instant | None:
    """When the first readable line behind this place was written."""
    file.seek(place)
    file.readline()
    for raw in islice(file, 100):
        at = at_of(_cleaned(raw.decode("utf-8", "replace")))
        if at is not None:
            return at
    return None


def unpacked(file: IO[bytes]) -> IO[bytes]:
    """What a file holds: itself, or, if it is packed by one of the usual programs, what was packed."""
    magic = file.read(6)
    file.seek(0)
    return next((unpack(file) for start, unpack in _OPENERS.items() if magic.startswith(start)), file)


def _cleaned(line: str) -> str:
    # A machine that lost power may leave zero bytes where it was about to write.
    return line.replace("\0", "").rstrip("\r\n")


def _tell(file: IO[bytes], told: int, bytes_read: BytesRead) -> int:
    position = file.tell()
    bytes_read(position - told)
    return position

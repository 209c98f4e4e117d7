"""Reads a capture of an AMI socket in pieces, plain or packed; what it is packed with is told by its first bytes."""

import gzip
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import zstandard

from callcenter.errors import BadInput, NotFound

log = logging.getLogger(__name__)

PIECE_BYTES = 1 << 16
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def read(path: Path, offset: int = 0) -> Iterator[bytes]:
    """The bytes of a journal file or of any capture of an AMI socket: plain, gzip or zstd; those behind `offset`.

    A torn end (crash, cut copy) ends the reading without an error. Raises NotFound if there is no such file, BadInput
    if it cannot be read or unpacked.
    """
    if not path.is_file():
        raise NotFound(f"There is no capture {path}.")
    try:
        with path.open("rb") as file, _unpacked(file) as content:
            if offset:
                content.seek(offset)
            while piece := content.read(PIECE_BYTES):
                yield piece
    except EOFError:
        log.warning("%s ends in the middle of its compressed data", path)
    except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise BadInput(f"{path} cannot be decompressed: {error}", field="file") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}", field="file") from error


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    magic = file.read(4)
    file.seek(0)
    if magic.startswith(GZIP):
        return cast(IO[bytes], gzip.open(file, "rb"))
    if magic == ZSTD:
        return cast(IO[bytes], zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
    return file

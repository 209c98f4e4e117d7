"""A file packed with zstd, read so that a torn end is an error as it is with the other packings."""

from io import BufferedReader, RawIOBase
from typing import IO, Any

from typing_extensions import override
from zstandard import ZstdDecompressor

PIECE_BYTES = 1 << 16


class ZstdFile(RawIOBase):
    """Raises EOFError where the file ends within its data, ZstdError where that is damaged."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._frame = ZstdDecompressor().decompressobj()
        self._rest = b""

    @override
    def readable(self) -> bool:
        """It is only read."""
        return True

    @override
    def readinto(self, into: Any) -> int:
        """Unpacks the next bytes; frames may follow each other."""
        while not self._rest:
            packed = self._frame.unused_data if self._frame.eof else b""
            packed = packed or self._file.read(PIECE_BYTES)
            if not packed:
                if not self._frame.eof:
                    raise EOFError("it ends in the middle of its data")
                return 0
            if self._frame.eof:
                self._frame = ZstdDecompressor().decompressobj()
            self._rest = self._frame.decompress(packed)
        count = min(len(into), len(self._rest))
        into[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def unpacked(file: IO[bytes]) -> BufferedReader:
    """What is in a packed file."""
    return BufferedReader(ZstdFile(file))

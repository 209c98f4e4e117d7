"""Files that are sealed: AES-256-GCM under a key of each file's own, in chunks, so that any part is read alone.

A chunk is CHUNK_BYTES of the file (the last one less) and a tag. Its nonce is its number and whether it is the last;
what is authenticated with it is the size of the whole file. So nothing can be changed, moved, left out, put in from
another file, or cut off without being noticed. A nonce is used once: a key seals one file, once.

The key of a file is kept wrapped under a master key (masters.py), apart from the file.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callcenter.errors import Damaged
from callcenter.recordings.storing import Found, Readable

SEALED = ".sealed"
"""What is added to the name of a sealed file."""
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
KEY_BYTES = 32
NONCE_BYTES = 12
SCHEME = b"callcenter sealed recording 1"


def sealed_name(name: str) -> str:
    """What a file is called when it is sealed."""
    return name if name.endswith(SEALED) else name + SEALED


def new_key() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(KEY_BYTES * 8)


class Reads(Protocol):
    """What is read from its beginning."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer only at the end."""


def seal(source: Reads, size: int, target: IO[bytes], key: bytes) -> None:
    """Seals a file of `size` bytes. Raises OSError, also where it is of another size."""
    cipher, count = AESGCM(key), _chunks(size)
    for number in range(count):
        content = source.read(CHUNK_BYTES)
        if len(content) != min(CHUNK_BYTES, size - number * CHUNK_BYTES):
            raise OSError("the file changed while it was sealed")
        target.write(cipher.encrypt(_nonce(number, count), content, _bound(size)))
    if source.read(1):
        raise OSError("the file changed while it was sealed")


def seal_file(source: Path, target: Path, key: bytes) -> None:
    """Seals a file of this machine into another, which must not be there, whole or not at all. Raises OSError."""
    try:
        with source.open("rb") as plain, target.open("xb") as sealed:
            os.fchmod(sealed.fileno(), 0o600)
            seal(plain, source.stat().st_size, sealed, key)
            sealed.flush()
            os.fsync(sealed.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def sealed_size(size: int) -> int:
    """How long a file of that size is when it is sealed."""
    return size + _chunks(size) * TAG_BYTES


def plain_size(sealed: int) -> int:
    """How long a sealed file is when it is read. Raises Damaged where no file seals to that."""
    size = sealed - max(1, -(-sealed // (CHUNK_BYTES + TAG_BYTES))) * TAG_BYTES
    if size < 0 or sealed_size(size) != sealed:
        raise Damaged("the encrypted recording is damaged: it was cut off")
    return size


@dataclass(frozen=True)
class Unsealed:
    """A sealed file, read as it was. `sealed` is as it is kept. Raises Damaged where a byte is not as it was."""

    sealed: Readable
    key: bytes = field(repr=False)

    @property
    def found(self) -> Found:
        """As of the plain file."""
        return self.sealed.found._replace(size=plain_size(self.sealed.found.size))

    def read(self, start: int, end: int) -> bytes:
        """Fetches and opens the chunks that hold those bytes."""
        size = self.found.size
        if not size:  # An empty file has a tag, too: one that was cut off to it must not pass for it.
            return self._opened(self.sealed.read(0, TAG_BYTES), 0, size)
        end = min(end, size)
        if start >= end:
            return b""
        first, behind = start // CHUNK_BYTES, -(-end // CHUNK_BYTES)
        step = CHUNK_BYTES + TAG_BYTES
        content = self.sealed.read(first * step, behind * step)
        opened = b"".join(
            self._opened(content[at * step : (at + 1) * step], first + at, size) for at in range(behind - first)
        )
        return opened[start - first * CHUNK_BYTES : end - first * CHUNK_BYTES]

    def _opened(self, content: bytes, number: int, size: int) -> bytes:
        try:
            return AESGCM(self.key).decrypt(_nonce(number, _chunks(size)), content, _bound(size))
        except (InvalidTag, ValueError) as error:
            raise Damaged("the encrypted recording is damaged, or was changed: it is not what was sealed") from error


def _chunks(size: int) -> int:
    return max(1, -(-size // CHUNK_BYTES))


def _nonce(number: int, count: int) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + bytes([number == count - 1])


def _bound(size: int) -> bytes:
    return SCHEME + size.to_bytes(8, "big")

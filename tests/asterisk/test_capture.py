"""Captures in every packing, whole and torn."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from callcenter.asterisk.capture import read
from callcenter.errors import BadInput, NotFound

CONTENT = b"Event: Hangup\r\nUniqueid: 1\r\n\r\n" * 20_000
Pack = Callable[[bytes], bytes]

PACKERS: dict[str, Pack] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("packing", ["plain", "gzip", "zstd"])
def test_the_first_bytes_tell_the_packing_whatever_the_name(tmp_path: Path, packing: str) -> None:
    file = tmp_path / "capture.bin"
    file.write_bytes(PACKERS[packing](CONTENT))
    assert b"".join(read(file)) == CONTENT


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_packed_pieces_one_behind_the_other(tmp_path: Path, packing: str) -> None:
    file = tmp_path / "capture"
    file.write_bytes(PACKERS[packing](CONTENT) + PACKERS[packing](CONTENT[:100]))
    assert b"".join(read(file)) == CONTENT + CONTENT[:100]


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_a_torn_end_ends_the_reading(tmp_path: Path, packing: str) -> None:
    file = tmp_path / "capture"
    packed = PACKERS[packing](bytes(range(256)) * 4_000)
    file.write_bytes(packed[: len(packed) // 2])
    assert (bytes(range(256)) * 4_000).startswith(b"".join(read(file)))


@pytest.mark.parametrize("magic", [b"\x1f\x8b", b"\x28\xb5\x2f\xfd"])
def test_damage_is_said(tmp_path: Path, magic: bytes) -> None:
    file = tmp_path / "capture"
    file.write_bytes(magic + b"no such thing" * 100)
    with pytest.raises(BadInput, match="cannot be decompressed"):
        b"".join(read(file))


def test_a_missing_capture_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        next(read(tmp_path / "none"))


def test_an_empty_capture_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "capture"
    file.write_bytes(b"")
    assert list(read(file)) == []

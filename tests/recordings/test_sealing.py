"""A sealed file reads as it was, wherever one begins, and nothing in it can be changed without being noticed."""

import io
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import Damaged
from callcenter.recordings.sealing import (
    CHUNK_BYTES,
    TAG_BYTES,
    Unsealed,
    new_key,
    plain_size,
    seal,
    sealed_size,
)
from callcenter.recordings.storing import Found

KEY = new_key()
STEP = CHUNK_BYTES + TAG_BYTES


@dataclass(frozen=True)
class Kept:
    """Bytes as a store keeps them."""

    content: bytes

    @property
    def found(self) -> Found:
        return Found(len(self.content), 0.0, "")

    def read(self, start: int, end: int) -> bytes:
        return self.content[start:end]


def _bytes(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def _sealed(content: bytes, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(content), len(content), target, key)
    return target.getvalue()


# Sizes about the edges of chunks, and any.
SIZES = st.one_of(
    st.integers(0, 40),
    st.builds(lambda chunks, off: max(0, chunks * CHUNK_BYTES + off), st.integers(1, 3), st.integers(-2, 2)),
    st.integers(0, 4 * CHUNK_BYTES),
)


@given(size=SIZES, start=st.integers(0, 4 * CHUNK_BYTES + 3), length=st.integers(0, 3 * CHUNK_BYTES))
def test_any_part_is_as_it_was(size: int, start: int, length: int) -> None:
    content = _bytes(size)
    sealed = _sealed(content)
    assert (len(sealed), plain_size(len(sealed))) == (sealed_size(size), size)
    unsealed = Unsealed(Kept(sealed), KEY)
    assert unsealed.found.size == size
    assert unsealed.read(start, start + length) == content[start : start + length]


@given(size=SIZES, data=st.data())
def test_a_changed_byte_is_refused(size: int, data: st.DataObject) -> None:
    sealed = bytearray(_sealed(_bytes(size)))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    unsealed = Unsealed(Kept(bytes(sealed)), KEY)
    with pytest.raises(Damaged):
        unsealed.read(0, size)
    if size:
        place = min(at // STEP * CHUNK_BYTES, size - 1)
        with pytest.raises(Damaged):
            unsealed.read(place, place + 1)


@given(size=SIZES, data=st.data())
def test_a_file_that_was_cut_off_or_grew_is_refused_from_its_first_byte(size: int, data: st.DataObject) -> None:
    sealed = _sealed(_bytes(size))
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    grown = sealed + data.draw(st.binary(min_size=1, max_size=64))
    for other in (cut, grown, sealed[:STEP], sealed + sealed):
        if other != sealed:
            with pytest.raises(Damaged):
                Unsealed(Kept(other), KEY).read(0, 1)


def test_chunks_cannot_change_places_or_files() -> None:
    first, second = _sealed(_bytes(3 * CHUNK_BYTES)), _sealed(bytes(3 * CHUNK_BYTES), new_key())
    swapped = first[STEP : 2 * STEP] + first[:STEP] + first[2 * STEP :]
    mixed = first[:STEP] + second[STEP : 2 * STEP] + first[2 * STEP :]
    for other in (swapped, mixed):
        with pytest.raises(Damaged):
            Unsealed(Kept(other), KEY).read(CHUNK_BYTES, CHUNK_BYTES + 1)
    with pytest.raises(Damaged):
        Unsealed(Kept(second), KEY).read(0, 1)


def test_the_same_file_is_sealed_otherwise_each_time_and_tells_nothing() -> None:
    content = bytes(CHUNK_BYTES * 2)
    first, second = _sealed(content, new_key()), _sealed(content, new_key())
    assert first != second
    assert first[:CHUNK_BYTES] != first[STEP : STEP + CHUNK_BYTES]


@pytest.mark.parametrize("size", [99, 101])
def test_a_file_that_changes_while_it_is_sealed_is_an_error(size: int) -> None:
    with pytest.raises(OSError, match="changed"):
        seal(io.BytesIO(bytes(100)), size, io.BytesIO(), KEY)

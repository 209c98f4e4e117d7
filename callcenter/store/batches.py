"""Long lists in parts: databases limit the parameters of one statement, the strictest to 32,766."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in their order, at most `size` at a time; nothing of nothing."""
    return (items[start : start + size] for start in range(0, len(items), size))

"""Finds one and the same thing in two accounts, of which one has whole seconds."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from callcenter.floor.terms import Instant, Seconds

T = TypeVar("T")

HALF_A_SECOND = 0.5
"""A whole second stands for the middle of it."""

WITHIN_A_SECOND = HALF_A_SECOND + 0.1
"""From its middle; Asterisk needs a moment from one account to the other."""


def nearest(at: Instant, candidates: Iterable[T], when: Callable[[T], Instant], within: Seconds) -> T | None:
    """The candidate whose time is nearest to `at`, if it is near enough."""
    found = min(candidates, key=lambda one: abs(when(one) - at), default=None)
    return found if found is not None and abs(when(found) - at) <= within else None

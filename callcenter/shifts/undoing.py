"""Many shifts that were changed at once, as they were before: for some minutes they can be put back. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from msgspec import Struct

from callcenter.floor.terms import Instant, Seconds
from callcenter.shifts.rules import Part

UNDO_SECONDS: Seconds = 600
"""Long enough to see on the plan that it was the wrong week or file; later others have planned on."""

Key = tuple[str, date]
"""An agent's number and a date."""


class Change(Struct, frozen=True, kw_only=True):
    """What became of many shifts at once: the version that each of them has since, and what those replaced were."""

    at: Instant
    versions: Mapping[Key, int]
    replaced: Mapping[Key, tuple[Part, ...]]

    @property
    def added(self) -> frozenset[Key]:
        """Those that were not there before."""
        return frozenset(self.versions.keys() - self.replaced.keys())


class LastChanges:
    """The last such change of each account, in memory: a restart forgets them, and so does a change of their shifts."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}

    def keep(self, by: str, change: Change) -> None:
        """This is the last one of that account now."""
        self._changes[by] = change

    def of(self, by: str, now: Instant) -> Change | None:
        """What the account can undo."""
        found = self._changes.get(by)
        return found if found is not None and now - found.at < UNDO_SECONDS else None

    def forget(self, keys: Collection[Key]) -> None:
        """These shifts have been changed since: what they were before is not to be put back over that."""
        for by in [by for by, one in self._changes.items() if any(key in one.versions for key in keys)]:
            del self._changes[by]

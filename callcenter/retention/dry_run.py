"""What a deletion run would delete now, told before anything is deleted."""

from collections.abc import Mapping
from typing import Any

from callcenter.recordings.library import Library
from callcenter.retention.due import DELETING, Due, all_due
from callcenter.retention.rulebook import labelled
from callcenter.retention.rules import Rule
from callcenter.store.engine import Sessions


class Sum:
    """Calls, recordings, files and bytes of what is due."""

    def __init__(self) -> None:
        self._calls: set[tuple[str, str]] = set()
        self.recordings = self.files = self.bytes = 0

    def add(self, due: Due) -> None:
        """Counts one in."""
        self._calls.add(due.candidate.key)
        self.recordings += 1
        self.files += len(due.files)
        self.bytes += due.bytes

    def told(self) -> dict[str, int]:
        """The same as plain values."""
        return {
            "calls": len(self._calls),
            "recordings": self.recordings,
            "files": self.files,
            "bytes": self.bytes,
        }


async def sum_due(sessions: Sessions, library: Library) -> dict[str, Any]:
    """How much is due by which rule; how much of it holds keep, and how many recordings are not found on disk."""
    total, held, not_found = Sum(), Sum(), 0
    by_rule: dict[int, tuple[Rule, Sum]] = {}
    async for due in all_due(sessions, library):
        if not is_deletable(due):
            if due.is_held:
                held.add(due)
            elif due.candidate.state == "ready":
                not_found += 1
            continue
        total.add(due)
        by_rule.setdefault(due.rule.id, (due.rule, Sum()))[1].add(due)
    rules = [rule for rule, _sum in by_rule.values()]
    async with sessions() as session:
        labels = await labelled(session, rules)
    told = [told_rule(rule, labels) | counted.told() for rule, counted in by_rule.values()]
    told.sort(key=lambda one: -one["bytes"])
    return {"at": library.clock(), **total.told(), "by_rule": told, "held": held.told(), "not_found": not_found}


def is_deletable(due: Due) -> bool:
    """Whether a run would delete it: not held, and its file is there, or was when a run that broke off began it."""
    return not due.is_held and (due.is_found or due.candidate.state == DELETING)


def told_rule(rule: Rule, labels: Mapping[int, str]) -> dict[str, Any]:
    """A rule as it stands beside what it lets go."""
    return {"rule_id": rule.id, "scope": rule.scope, "label": labels[rule.id], "days": rule.days}


async def page_due(
    sessions: Sessions, library: Library, *, rule: int | None, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """The recordings that a run would delete, by their number, and where the next page begins."""
    page: list[Due] = []
    async for due in all_due(sessions, library, after):
        if is_deletable(due) and rule in (None, due.rule.id):
            page.append(due)
            if len(page) > limit:
                break
    shown = page[:limit]
    async with sessions() as session:
        labels = await labelled(session, [due.rule for due in shown])
    told = [_told(due) | told_rule(due.rule, labels) for due in shown]
    return told, shown[-1].candidate.recording_id if len(page) > limit else None


def _told(due: Due) -> dict[str, Any]:
    one = due.candidate
    return {
        "recording_id": one.recording_id,
        "pbx": one.file.pbx,
        "call_id": one.file.call_id,
        "number": one.number,
        "began_at": one.file.began_at,
        "files": len(due.files),
        "bytes": due.bytes,
    }

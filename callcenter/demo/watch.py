"""Watches the live feed like one more panel, and measures how long news takes to get there."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from callcenter.demo.panel import Panel
from callcenter.floor.terms import Instant

_TOLD_BY_ASTERISK = frozenset({"ringing", "talking", "on_hold", "paused"})
"""Seat states whose `since` is the Timestamp of the AMI event that brought them; others may begin by the clock."""


class Delays(Struct, frozen=True):
    """From an AMI event's Timestamp to the receipt of the frame that carries it; None where nothing was measured."""

    p50: float | None
    p99: float | None


class Live(Struct, frozen=True):
    """What the live feed brought."""

    deltas: int
    event_to_client_ms: Delays


class Watch:
    """One client of the feed: keeps the entities, counts frames, measures."""

    def __init__(self) -> None:
        self.entities: dict[str, dict[str, dict[str, Any]]] = {}
        self._deltas = 0
        self._delays_ms: list[float] = []
        self._news = asyncio.Event()

    async def run(self, panel: Panel) -> None:
        """Watches until the server closes the feed."""
        async for frame in panel.frames():
            self.take(frame, time.time())

    def take(self, frame: Any, now: Instant) -> None:
        """Applies a frame that came at `now`."""
        if frame["type"] == "snapshot":
            self.entities = frame["entities"]
        elif frame["type"] == "delta":
            self._deltas += 1
            self._delays_ms += [(now - at) * 1000 for at in _events_in(frame["changed"])]
            self._apply(frame)
        self._news.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits for frames until it is so."""
        while not is_so():
            self._news.clear()
            await self._news.wait()

    def show(self, kind: str, field: str, entity: str = "*") -> Any:
        """One field as a panel would show it now; None while it is not known."""
        return self.entities.get(kind, {}).get(entity, {}).get(field)

    def measured(self) -> Live:
        """What it comes to."""
        return Live(self._deltas, Delays(_percentile(self._delays_ms, 0.5), _percentile(self._delays_ms, 0.99)))

    def _apply(self, frame: Any) -> None:
        for kind, changed in frame["changed"].items():
            known = self.entities.setdefault(kind, {})
            for entity, fields in changed.items():
                known.setdefault(entity, {}).update(fields)
        for kind, removed in frame["removed"].items():
            for entity in removed:
                self.entities.get(kind, {}).pop(entity, None)


def _events_in(changed: dict[str, dict[str, dict[str, Any]]]) -> list[Instant]:
    """When the events happened that a frame tells of: callers who joined, seats that Asterisk moved."""
    joined = [fields["joined_at"] for fields in changed.get("visits", {}).values() if "joined_at" in fields]
    seats = changed.get("seats", {}).values()
    moved = [fields["since"] for fields in seats if "since" in fields and fields.get("state") in _TOLD_BY_ASTERISK]
    return joined + moved


def _percentile(values: list[float], share: float) -> float | None:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1) if values else None

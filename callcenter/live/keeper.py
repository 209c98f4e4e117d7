"""The keeper: the one door by which events reach the floor, one after another."""

import logging
import time
from collections.abc import Callable

from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent
from callcenter.floor.floor import OURS, Floor
from callcenter.floor.terms import Instant, PbxName

log = logging.getLogger(__name__)

Listener = Callable[[AnyEvent, Changes], None]


class Keeper:
    """Applies events to the floor and tells the listeners what changed, in the order in which they were added.

    Everything happens in the caller's turn of the loop; a listener must not block. One that fails is logged, and the
    next one is told all the same.
    """

    def __init__(self, floor: Floor, *, clock: Callable[[], Instant] = time.time) -> None:
        self.floor = floor
        self.failures = 0
        self._clock = clock
        self._lag: dict[PbxName, float] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Adds a listener, told after those added before it."""
        self._listeners.append(listener)

    def tell(self, event: AnyEvent) -> None:
        """Applies an event. One that cannot be applied is logged and counted; it never stops the next one."""
        if type(event) not in OURS:
            self._lag[event.pbx] = self._clock() - event.at
        try:
            changes = self.floor.apply(event)
        except Exception:
            self.failures += 1
            log.exception("An event could not be applied: %s", type(event).__name__)
            return
        for surprise in changes.surprises:
            log.info("Expected %s, came %s", surprise.expected, surprise.came, extra={"call_id": surprise.call_id})
        for listener in self._listeners:
            try:
                listener(event, changes)
            except Exception:
                self.failures += 1
                log.exception("A listener failed at %s", type(event).__name__)

    def pbx_time(self, pbx: PbxName) -> Instant:
        """Now, by the clock of the PBX: its clock may differ from ours."""
        return self._clock() - self._lag.get(pbx, 0.0)

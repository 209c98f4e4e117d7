"""The dialing loop: sleeps until woken, settles what ended, places what is due while seats are free.

It is woken by seats, results, people and the schedule, and polls nothing. Every step is right after a crash at any
point before it: an attempt is committed before its call is asked for, and nothing is ever asked for twice.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.dialer import service
from callcenter.dialer.rules import AirState, WhyIdle
from callcenter.dialer.schedule import Schedule
from callcenter.floor.commands import Phone
from callcenter.floor.events import AttemptId, Instant, PbxName, Seconds
from callcenter.floor.facts import AnyFact, AttemptResult
from callcenter.settings import DialerSettings
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

Publish = Callable[[str, str, Mapping[str, Any] | None], None]

# How long an attempt of which nothing is heard and nothing is seen keeps its number locked.
QUARANTINE_SECONDS: Seconds = 300
# A hang-up may be asked for before the channel is there: Asterisk makes it after it has accepted the Originate.
HANG_UP_TRIES = 4
HANG_UP_PAUSE_SECONDS: Seconds = 0.25
DATABASE_PAUSE_SECONDS: Seconds = 1.0
LINK_PAUSE_SECONDS: Seconds = 5.0


class Seats(Protocol):
    """What the dialer must know of the floor; every answer is of this moment."""

    def is_live(self, pbx: PbxName) -> bool:
        """Whether what is known of the PBX is true now."""
        ...

    def free_seats(self, pbx: PbxName, queue: str) -> int:
        """How many seats of the queue are ready."""
        ...

    def in_air(self, pbx: PbxName) -> Mapping[AttemptId, AirState]:
        """The attempts whose channel is open, and how far each has come."""
        ...


class Withdrawal(Struct, frozen=True):
    """A call that never left: nothing happened."""

    attempt_id: AttemptId


class Worker:
    """The dialer of this process. `run` is its task; the other methods may be called at any time on its loop."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        phone: Phone,
        seats: Seats,
        schedule: Schedule,
        publish: Publish,
        settings: DialerSettings,
        zone: ZoneInfo,
        clock: Callable[[], Instant] = time.time,
        quarantine_seconds: Seconds = QUARANTINE_SECONDS,
    ) -> None:
        self.sessions, self.phone, self.seats, self.schedule, self.publish = sessions, phone, seats, schedule, publish
        self.settings, self.zone, self.clock, self.quarantine_seconds = settings, zone, clock, quarantine_seconds
        self._woken = asyncio.Event()
        self._ended: deque[AttemptResult | Withdrawal] = deque()
        self._since: dict[AttemptId, tuple[PbxName, Instant]] = {}
        self._is_recovered = False
        self._halted: set[int] = set()
        self._placing: dict[AttemptId, tuple[int, asyncio.Task[None]]] = {}
        self._failures: Counter[PbxName] = Counter()
        self._rests_until: dict[PbxName, Instant] = {}
        self._link_down_until: dict[PbxName, Instant] = {}
        self._why: dict[int, WhyIdle | None] = {}
        self._published: dict[int, dict[str, Any]] = {}
        self._touched: set[int] = set()
        self._background: set[asyncio.Task[None]] = set()

    # --- from outside -------------------------------------------------------------------------------------------

    def wake(self, list_id: int | None = None) -> None:
        """Something may have changed for one list, or for all: seats, the link, a window, a list, its targets."""
        if list_id is not None:
            self._touched.add(list_id)
        self._woken.set()

    def on_facts(self, facts: Iterable[AnyFact]) -> None:
        """Takes the results of attempts out of what the floor tells; does not wait."""
        results = [fact for fact in facts if isinstance(fact, AttemptResult)]
        self._ended.extend(results)
        if results:
            self.wake()

    def why_idle(self, list_id: int) -> WhyIdle | None:
        """Why nothing was dialled when the list was last looked at."""
        return self._why.get(list_id)

    async def start_list(self, list_id: int) -> None:
        """Lets a list be dialled. Raises NotFound, Conflict."""
        await service.start_list(self.sessions, list_id)
        self._halted.discard(list_id)
        self.wake(list_id)

    async def stop_list(self, list_id: int) -> None:
        """Stops a list: once this returns no call of it is placed, and those that nobody answered are hung up.

        Raises NotFound.
        """
        self._halted.add(list_id)
        try:
            await service.stop_list(self.sessions, list_id)
        finally:
            await self._hang_up_unanswered(list_id)
            placing = [task for owner, task in self._placing.values() if owner == list_id]
            if placing:
                await asyncio.wait(placing)
            self.wake(list_id)

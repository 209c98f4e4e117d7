"""Asks the telephone system for reserved calls, once each, and hangs up those that are no longer wanted."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable

from msgspec import Struct

from callcenter.dialer.attempts import OpenAttempt
from callcenter.dialer.pacing import PATIENCE_SECONDS
from callcenter.dialer.reserving import Reservation
from callcenter.dialer.rules import Mode, Outcome, rest_seconds
from callcenter.dialer.trunks import trunk_of
from callcenter.errors import BadInput, OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.commands import HangUp, Phone, PlaceCall
from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import AttemptId, ChannelId, Instant, PbxName, Seconds
from callcenter.settings import DialerSettings

log = logging.getLogger(__name__)

# Asterisk makes the channel after it has accepted the Originate: a hang-up may come too early and be refused.
HANG_UP_TRIES = 4
HANG_UP_PAUSE_SECONDS: Seconds = 0.25
# A call that is not asked for so soon after its attempt was committed is not asked for at all: whoever finds the
# attempt later, and no call, must be sure that none comes any more.
SEND_WITHIN_SECONDS: Seconds = 5.0
# How long a link that just failed a call is not tried again, should nothing be heard of it before.
LINK_PAUSE_SECONDS: Seconds = 5.0


class Withdrawal(Struct, frozen=True):
    """A call that never left: nothing happened."""

    attempt_id: AttemptId


End = AttemptResult | Withdrawal


class Placing:
    """The calls being asked for in this process, and the lists that must not be asked for any more.

    `ended` is told of every attempt that came to nothing here; all others end by what the floor tells.
    """

    def __init__(
        self, phone: Phone, settings: DialerSettings, clock: Callable[[], Instant], ended: Callable[[End], None]
    ) -> None:
        self._phone, self._settings, self._clock, self._ended = phone, settings, clock, ended
        self._halted: set[int | None] = set()
        self._calmed: set[int | None] = set()
        self._under_way: dict[asyncio.Task[None], int] = {}
        self._hanging_up: set[asyncio.Task[None]] = set()
        self._failures: Counter[tuple[PbxName, str]] = Counter()
        self._rests_until: dict[tuple[PbxName, str], Instant] = {}
        self._down_until: dict[PbxName, Instant] = {}

    # --- placing ------------------------------------------------------------------------------------------------

    def place(self, reservation: Reservation, since: Seconds) -> None:
        """Begins to place a call; `since` is the loop's time before its attempt was committed."""
        task = asyncio.create_task(self._place(reservation, since + SEND_WITHIN_SECONDS))
        self._under_way[task] = reservation.list_id
        task.add_done_callback(self._under_way.pop)

    async def _place(self, reservation: Reservation, deadline: Seconds) -> None:
        attempt_id, pbx = reservation.attempt_id, reservation.pbx
        # Nothing may be awaited between this look and the sending: a stop would come in between.
        if self.is_halted(reservation.list_id) or asyncio.get_running_loop().time() > deadline:
            self._ended(Withdrawal(attempt_id))
            return
        try:
            await self._phone.send(self._command(reservation))
        except (PhoneRefused, BadInput) as error:
            log.warning("The call of attempt %s was refused: %s", attempt_id, error.message)
            self._ended(self._not_placed(pbx, attempt_id))
            return
        except PhoneUnreachable:
            self._down_until[pbx] = self._clock() + LINK_PAUSE_SECONDS
            self._ended(Withdrawal(attempt_id))
            return
        except OutcomeUnknown:
            log.warning("Nobody answered whether attempt %s was placed; it waits for its result", attempt_id)
        except Exception:
            # It may have been sent: like an answer that never came.
            log.exception("Attempt %s failed in a way that is not known", attempt_id)
        if reservation.list_id in self._calmed or None in self._calmed:
            self._begin_to_hang_up(pbx, attempt_id)

    def _command(self, reservation: Reservation) -> PlaceCall:
        """The command. Raises BadInput if the settings do not name the reservation's trunk."""
        trunk = trunk_of(self._settings, reservation.trunk)
        if trunk is None:
            raise BadInput(f"The settings name no trunk {reservation.trunk!r}", field="trunk")
        return PlaceCall(
            pbx=reservation.pbx,
            attempt_id=reservation.attempt_id,
            number=reservation.number,
            dial_string=trunk.dial_string,
            queue=reservation.queue,
            ring_seconds=self._settings.ring_seconds,
            caller_id=trunk.caller_id,
            detect_machine=reservation.detect_machine,
            patience_seconds=PATIENCE_SECONDS if reservation.mode is Mode.PREDICTIVE else 0,
            agent_interface=reservation.interface,
        )

    def _not_placed(self, pbx: PbxName, attempt_id: AttemptId) -> AttemptResult:
        return AttemptResult(
            pbx=pbx,
            attempt_id=attempt_id,
            call_id=None,
            was_placed=False,
            answered_at=None,
            reached_at=None,
            ended_at=self._clock(),
            cause=0,
            tech_cause="",
            is_machine=None,
        )

    # --- pauses -------------------------------------------------------------------------------------------------

    def note(self, pbx: PbxName, trunk: str, outcome: Outcome) -> None:
        """Learns from an outcome whether the trunk works."""
        way = (pbx, trunk)
        self._failures[way] = self._failures[way] + 1 if outcome is Outcome.FAILED else 0
        self._rests_until[way] = self._clock() + rest_seconds(self._failures[way])

    def is_resting(self, pbx: PbxName, trunk: str) -> bool:
        """Whether the trunk is left alone because call after call failed."""
        return self._clock() < self._rests_until.get((pbx, trunk), 0.0)

    def is_down(self, pbx: PbxName) -> bool:
        """Whether the link has just failed to carry a call."""
        return self._clock() < self._down_until.get(pbx, 0.0)

    def pauses_end(self) -> Instant | None:
        """When the next pause ends."""
        ends = (*self._rests_until.values(), *self._down_until.values())
        return min((end for end in ends if end > self._clock()), default=None)

    # --- stopping -----------------------------------------------------------------------------------------------

    def halt(self, list_id: int | None) -> None:
        """From this moment no call of the list (None: of any) is asked for."""
        self._halted.add(list_id)

    def resume(self, list_id: int | None) -> None:
        """The list may be dialled again (None: those that are not halted themselves)."""
        self._halted.discard(list_id)
        self._calmed.discard(list_id)

    def is_halted(self, list_id: int) -> bool:
        """Whether the list must not be dialled."""
        return list_id in self._halted or None in self._halted

    def calm(self, list_id: int | None, unanswered: Iterable[OpenAttempt]) -> None:
        """Begins to hang up `unanswered`, and whatever of the halted list is being asked for in this moment."""
        self._calmed.add(list_id)
        for attempt in unanswered:
            self._begin_to_hang_up(attempt.pbx, attempt.attempt_id)

    async def settled(self, list_id: int | None) -> None:
        """Returns when no call of the halted list is being asked for any more."""
        under_way = [task for task, owner in self._under_way.items() if list_id in (owner, None)]
        if under_way:
            await asyncio.wait(under_way)

    def _begin_to_hang_up(self, pbx: PbxName, attempt_id: AttemptId) -> None:
        task = asyncio.create_task(self._hang_up(pbx, attempt_id))
        self._hanging_up.add(task)
        task.add_done_callback(self._hanging_up.discard)

    async def _hang_up(self, pbx: PbxName, attempt_id: AttemptId) -> None:
        for _ in range(HANG_UP_TRIES):
            try:
                await self._phone.send(HangUp(pbx=pbx, channel_id=ChannelId(attempt_id)))
            except PhoneRefused:
                await asyncio.sleep(HANG_UP_PAUSE_SECONDS)
            except (PhoneUnreachable, OutcomeUnknown) as error:
                log.warning("Attempt %s may ring on: %s", attempt_id, error.message)
                return
            else:
                return

    async def close(self) -> None:
        """Gives up what is under way; attempts without an answer are settled at the next start."""
        tasks = [*self._under_way, *self._hanging_up]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

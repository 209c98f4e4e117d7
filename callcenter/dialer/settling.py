"""Settles attempts: by what the floor tells of them, or, where it cannot tell, by what others have written down."""

import logging
from collections import deque
from collections.abc import Callable, Iterable

from callcenter.dialer import attempts
from callcenter.dialer.air import Air
from callcenter.dialer.attempts import Ending
from callcenter.dialer.lost import settle_lost
from callcenter.dialer.outlook import Outlook
from callcenter.dialer.placing import End, Placing, Withdrawal
from callcenter.dialer.rules import Outcome, outcome_of
from callcenter.dialer.surroundings import Surroundings
from callcenter.floor.facts import AnyFact, AttemptResult, Conversation

log = logging.getLogger(__name__)


class Settling:
    """The ends of attempts that wait for the database. `touched` is told of each list whose target has moved on."""

    def __init__(self, around: Surroundings, air: Air, outlook: Outlook, touched: Callable[[int], None]) -> None:
        self._around, self._air, self._outlook, self._touched = around, air, outlook, touched
        self._sessions, self._clock = around.sessions, around.clock
        self._ends: deque[End] = deque()

    def take(self, end: End) -> None:
        """An attempt has come to its end; does not wait."""
        self._ends.append(end)

    def take_facts(self, facts: Iterable[AnyFact]) -> bool:
        """Takes what the floor tells of attempts, and whether it told any; does not wait."""
        before = len(self._ends)
        for fact in facts:
            if isinstance(fact, AttemptResult):
                self._ends.append(fact)
            elif isinstance(fact, Conversation):
                experience = self._outlook.experience(fact.pbx, fact.queue)
                experience.handled(fact.completed_at - fact.began_at)
        return len(self._ends) > before

    async def recover(self) -> None:
        """Takes in what an earlier run left in the air; what came of it may be recorded already."""
        self._ends.extend(await attempts.recorded_results(self._sessions))
        for attempt in await attempts.open_attempts(self._sessions):
            self._air.take_over(attempt, self._clock())

    async def settle(self, placing: Placing) -> None:
        """Settles what has ended. An end stays until it is in the database."""
        while self._ends:
            await self._settle(self._ends[0], placing)
            self._ends.popleft()

    async def _settle(self, end: End, placing: Placing) -> None:
        if isinstance(end, Withdrawal):
            self._note(await attempts.withdraw(self._sessions, end.attempt_id, self._clock()))
        elif outcome_of(end) is Outcome.UNKNOWN and self._air.vanish(end.attempt_id, self._clock()):
            return
        else:
            ending = await attempts.settle(self._sessions, end)
            self._note(ending)
            if ending is not None:
                placing.note(ending.pbx, ending.trunk, ending.outcome)
                self.learn(ending)
        self._air.remove(end.attempt_id)

    async def settle_lost(self) -> None:
        """Asks the books for the attempts of which a live link shows nothing."""
        for attempt in self._air.lost(self._clock()):
            is_last_look = self._air.is_given_up(attempt.attempt_id, self._clock())
            ending = await settle_lost(
                self._sessions, self._around.witness, attempt, self._clock(), is_last_look=is_last_look
            )
            if ending == "not yet":
                self._air.ask_again(attempt.attempt_id, self._clock())
                continue
            if ending is not None:
                log.warning("Attempt %s was lost sight of; settled as %s", attempt.attempt_id, ending.outcome.value)
            self._note(ending)
            self._air.remove(attempt.attempt_id)

    def _note(self, ending: Ending | None) -> None:
        if ending is not None:
            self._touched(ending.list_id)
            self._around.told()

    def learn(self, ending: Ending) -> None:
        """Adds a call that has ended to what is known of its queue's calls."""
        fate_at = ending.ended_at if ending.answered_at is None else ending.answered_at
        self._outlook.experience(ending.pbx, ending.queue).dialled(
            fate_at,
            max(0.0, fate_at - ending.placed_at),
            is_person=ending.outcome in (Outcome.REACHED, Outcome.ABANDONED),
            is_abandoned=ending.outcome is Outcome.ABANDONED,
        )

"""The calls in the air that this process knows of. The table of attempts is the truth; this saves asking it."""

from callcenter.dialer.attempts import OpenAttempt
from callcenter.dialer.rules import AirState
from callcenter.dialer.seats import Seats
from callcenter.floor.call import is_agent_first
from callcenter.floor.terms import AttemptId, Instant, PbxName, Seconds

# Until the telephone system has surely written down what has just happened, and a gap in what was heard is filled.
WRITING_SECONDS: Seconds = 2
# A call whose channel a live link does not show so long after its attempt was committed is not on the line.
SHOWN_WITHIN_SECONDS: Seconds = 10
ASK_AGAIN_SECONDS: Seconds = 5
# Books that have told nothing for so long will not tell any more.
PATIENCE_WITH_BOOKS_SECONDS: Seconds = 600


class Air:
    """Open attempts, and from when on each is lost if it is neither seen nor heard of."""

    def __init__(self, seats: Seats, quarantine_seconds: Seconds) -> None:
        self._seats = seats
        self._quarantine_seconds = quarantine_seconds
        self._known: dict[AttemptId, tuple[OpenAttempt, Instant]] = {}
        self._given_up_at: dict[AttemptId, Instant] = {}

    def add(self, attempt: OpenAttempt, now: Instant) -> None:
        """Takes in an attempt."""
        self._known[attempt.attempt_id] = (attempt, now + self._quarantine_seconds)
        self._given_up_at[attempt.attempt_id] = now + self._quarantine_seconds + PATIENCE_WITH_BOOKS_SECONDS

    def remove(self, attempt_id: AttemptId) -> None:
        """The attempt is over."""
        self._known.pop(attempt_id, None)
        self._given_up_at.pop(attempt_id, None)

    def vanish(self, attempt_id: AttemptId, now: Instant) -> bool:
        """Its channel has gone and nobody saw how: the books are asked soon. False if the attempt is not known here."""
        return self._ask_at(attempt_id, now + WRITING_SECONDS)

    def ask_again(self, attempt_id: AttemptId, now: Instant) -> None:
        """The books cannot tell yet."""
        self._ask_at(attempt_id, now + ASK_AGAIN_SECONDS)

    def _ask_at(self, attempt_id: AttemptId, at: Instant) -> bool:
        if attempt_id not in self._known:
            return False
        self._known[attempt_id] = (self._known[attempt_id][0], at)
        return True

    def is_given_up(self, attempt_id: AttemptId, now: Instant) -> bool:
        """Whether the books have had long enough to tell."""
        return self._given_up_at.get(attempt_id, now) <= now

    def take_over(self, attempt: OpenAttempt, now: Instant) -> None:
        """Takes in an attempt of an earlier run, which cannot ask for its call any more."""
        self.add(attempt, now)
        lost_at = max(attempt.placed_at + self._quarantine_seconds, now + WRITING_SECONDS)
        self._ask_at(attempt.attempt_id, min(lost_at, now + self._quarantine_seconds))

    def gone(self, pbx: PbxName, now: Instant) -> set[AttemptId]:
        """The attempts that are not on the line, though nobody knows what became of them: they need no seat."""
        if not self._seats.is_live(pbx):
            return set()
        seen = self._seats.in_air(pbx)
        return {
            attempt_id
            for attempt_id, (attempt, _) in self._known.items()
            if attempt_id not in seen and attempt.pbx == pbx and attempt.placed_at + SHOWN_WITHIN_SECONDS <= now
        }

    def unseated(self, pbx: PbxName, queue: str, now: Instant) -> int:
        """How many calls of a queue still need a free seat."""
        seen, gone = self._seats.in_air(pbx), self.gone(pbx, now)
        return sum(
            attempt.pbx == pbx
            and attempt.queue == queue
            and attempt_id not in gone
            and not is_agent_first(attempt_id)
            and seen.get(attempt_id) is not AirState.SEATED
            for attempt_id, (attempt, _) in self._known.items()
        )

    def waiting(self, pbx: PbxName, queue: str) -> int:
        """How many customers of a queue's calls have answered and wait for a seat."""
        seen = self._seats.in_air(pbx)
        return sum(
            attempt.pbx == pbx and attempt.queue == queue and seen.get(attempt.attempt_id) is AirState.ANSWERED
            for attempt, _ in self._known.values()
        )

    def ringing(self, pbx: PbxName, queue: str, now: Instant) -> list[Seconds]:
        """For how long the calls of a queue have rung that nobody has answered and no agent waits for."""
        seen, gone = self._seats.in_air(pbx), self.gone(pbx, now)
        return [
            now - attempt.placed_at
            for attempt, _ in self._known.values()
            if attempt.pbx == pbx
            and attempt.queue == queue
            and attempt.attempt_id not in gone
            and not is_agent_first(attempt.attempt_id)
            and seen.get(attempt.attempt_id, AirState.DIALLING) is AirState.DIALLING
        ]

    def count(self, pbx: PbxName, trunk: str) -> int:
        """How many calls of a trunk of a PBX are in the air."""
        return sum((attempt.pbx, attempt.trunk) == (pbx, trunk) for attempt, _ in self._known.values())

    def unanswered(self, list_id: int | None) -> list[OpenAttempt]:
        """The calls of a list (None: of all) that no customer has answered, as far as is known."""
        return [
            attempt
            for attempt, _ in self._known.values()
            if list_id in (attempt.list_id, None)
            and self._seats.in_air(attempt.pbx).get(attempt.attempt_id, AirState.DIALLING) is AirState.DIALLING
        ]

    def lost(self, now: Instant) -> list[OpenAttempt]:
        """The attempts whose quarantine is over and of which a live link shows nothing."""
        return [
            attempt
            for attempt, lost_at in self._known.values()
            if lost_at <= now
            and self._seats.is_live(attempt.pbx)
            and attempt.attempt_id not in self._seats.in_air(attempt.pbx)
        ]

    def quarantine_ends(self, now: Instant) -> Instant | None:
        """When the next quarantine ends."""
        return min((lost_at for _, lost_at in self._known.values() if lost_at > now), default=None)

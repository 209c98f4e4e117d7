"""Settles an attempt whose end nobody told: from what is recorded of its channel, before its number is tried again."""

from typing import Literal, Protocol

from msgspec import Struct
from sqlalchemy import select

from callcenter.dialer.attempts import Ending, OpenAttempt, give_up, settle, withdraw
from callcenter.floor.facts import AttemptResult, VisitOutcome
from callcenter.floor.terms import AttemptId, CallId, Instant, PbxName
from callcenter.store.engine import Sessions
from callcenter.store.tables import queue_visits

Never = Literal["never"]
"""The books are complete and know of no such call: it was not placed."""
NotYet = Literal["not yet"]
"""The books may tell later."""
Recalled = AttemptResult | Never | NotYet | None


class Witness(Protocol):
    """Reads the telephone system's own books."""

    async def recall(self, pbx: PbxName, attempt_id: AttemptId, placed_at: Instant) -> Recalled:
        """What came of an attempt; None if there are no books, or they will never tell."""
        ...


class NoWitness(Struct, frozen=True):
    """Where there are no books to look at."""

    async def recall(self, pbx: PbxName, attempt_id: AttemptId, placed_at: Instant) -> Recalled:
        """Nothing is known."""
        return None


NO_WITNESS = NoWitness()


async def settle_lost(
    sessions: Sessions, witness: Witness, attempt: OpenAttempt, now: Instant, *, is_last_look: bool = True
) -> Ending | NotYet | None:
    """Settles an attempt of which a live link shows nothing: by its queue visit, by the PBX's books, or as unknown."""
    result = await _visit_result(sessions, attempt)
    if result is not None:
        return await settle(sessions, result)
    recalled = await witness.recall(attempt.pbx, attempt.attempt_id, attempt.placed_at)
    if recalled == "not yet" and not is_last_look:
        return "not yet"
    if recalled == "never":
        return await withdraw(sessions, attempt.attempt_id, now)
    if isinstance(recalled, AttemptResult):
        return await settle(sessions, recalled)
    return await give_up(sessions, attempt.attempt_id, now)


async def _visit_result(sessions: Sessions, attempt: OpenAttempt) -> AttemptResult | None:
    """The result that follows from the customer's stay in the queue, from wherever that is known (queue_log, too)."""
    c = queue_visits.c
    query = select(queue_visits).where(c.pbx == attempt.pbx, c.channel_id == attempt.attempt_id).order_by(c.ended_at)
    async with sessions() as session:
        visits = (await session.execute(query)).mappings().all()
    if not visits:
        return None
    reached = [visit for visit in visits if visit["outcome"] == VisitOutcome.ANSWERED]
    last = (reached or visits)[-1]
    return AttemptResult(
        pbx=attempt.pbx,
        attempt_id=attempt.attempt_id,
        call_id=CallId(last["call_id"]),
        was_placed=True,
        answered_at=visits[0]["joined_at"],
        reached_at=last["ended_at"] if reached else None,
        ended_at=last["ended_at"],
        cause=0,
        tech_cause="",
        is_machine=None,
        agent_number=last["agent_number"],
    )

"""A time in which nothing was heard of a PBX: what ended unseen in it is not told before it is settled."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent, MemberCompleted, PbxStarted, Surveyed
from callcenter.floor.facts import (
    AnyFact,
    CallRecord,
    Conversation,
    GapReason,
    QueueVisit,
    Ring,
    RingOutcome,
    SeatSpell,
    VisitOutcome,
)
from callcenter.floor.terms import Instant

TOLD_SECONDS = 5.0
"""queue_log has whole seconds: what ended so shortly before a gap may be told again by its first lines."""

ToldFact = QueueVisit | Ring | Conversation

_FROM_THE_LOG = (QueueVisit, Ring, Conversation)

_OF_THE_VISIT = (RingOutcome.GIVEN_UP, RingOutcome.WON_BY_COLLEAGUE)
"""Ends of rings that follow from the end of their visit: they may have ended before it, unheard."""


@dataclass(slots=True)
class OpenGap:
    """Nothing was heard after `since`; `until` is the survey that ended that, None while there was none.

    `unsettled` are the facts that had to be concluded: queue_log may know better. `completed` are the ends that were
    heard of talks of which nothing else was.
    """

    since: Instant
    reason: GapReason
    until: Instant | None = None
    unsettled: list[AnyFact] = field(default_factory=list)
    completed: list[MemberCompleted] = field(default_factory=list)


class _Site(Protocol):
    now: Instant
    gap: OpenGap | None
    told: deque[ToldFact]


def pass_on(site: _Site, event: AnyEvent, changes: Changes) -> None:
    """Holds back what was concluded while a gap is open, and remembers for a while what was told."""
    gap = site.gap
    if gap is not None:
        is_found = isinstance(event, Surveyed | PbxStarted)
        gap.unsettled += [fact for fact in changes.facts if _is_concluded(fact, gap)]
        told = [fact for fact in changes.facts if not _is_concluded(fact, gap)]
        changes.facts = [_told(fact, is_found=is_found) for fact in told]
    site.told.extend(fact for fact in changes.facts if isinstance(fact, _FROM_THE_LOG))
    kept_since = (gap.since if gap else site.now) - TOLD_SECONDS
    while site.told and site.told[0].ended_at < kept_since:
        site.told.popleft()


def _is_concluded(fact: AnyFact, gap: OpenGap) -> bool:
    """Whether queue_log may know better: of what ended between the connection and the survey, too, something that told
    its reason may not have been heard."""
    if isinstance(fact, QueueVisit) and fact.outcome is VisitOutcome.LEFT_BY_KEY and gap.until is None:
        return True
    if isinstance(fact, Ring) and fact.outcome in _OF_THE_VISIT and gap.until is None:
        return True
    return isinstance(fact, QueueVisit | Ring | Conversation | CallRecord) and not fact.is_certain


def _told(fact: AnyFact, *, is_found: bool) -> AnyFact:
    """A seat that a survey finds in another state left the one before at a time that nobody knows."""
    return replace(fact, is_certain=False) if is_found and isinstance(fact, SeatSpell) else fact

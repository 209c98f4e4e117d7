"""What queue_log tells of a gap: what ended in it, and who was talking at its end."""

from collections.abc import Iterable
from itertools import takewhile

from callcenter.asterisk.queue_log_facts import QueueLogFacts
from callcenter.asterisk.queue_log_lines import AnyRecord, Started
from callcenter.asterisk.queue_log_places import kept
from callcenter.floor.events import DirectoryChanged, GapSettled
from callcenter.floor.facts import AnyFact, Conversation, QueueVisit, Ring
from callcenter.floor.terms import Instant

MARGIN_SECONDS = 2.0
"""A whole second before a gap may still be one of it, and talks are told by their rounded length."""


def gap_account(records: Iterable[AnyRecord], known: DirectoryChanged, since: Instant, until: Instant) -> GapSettled:
    """The settlement of the gap between these instants. The records begin with the oldest call that was open in it.

    Pauses are not taken: a seat's spells tell them as the surveys found them.
    """
    lines = list(takewhile(lambda record: record.at <= until, records))
    fold = QueueLogFacts(known.pbx, known, kept(lines))
    facts: list[AnyFact] = []
    has_start = False
    for record in lines:
        facts += fold.apply(record)
        has_start = has_start or (isinstance(record, Started) and record.at > since - 1)
    facts += fold.settle() + fold.rings()
    ended = tuple(fact for fact in facts if _is_of(fact, since))
    return GapSettled(known.pbx, until, until, ended, tuple(fold.talks()), has_start, waiting=tuple(fold.waiting()))


def _is_of(fact: AnyFact, since: Instant) -> bool:
    return isinstance(fact, QueueVisit | Ring | Conversation) and fact.ended_at > since - MARGIN_SECONDS

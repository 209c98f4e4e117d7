"""Compares the stored queue visits with those that queue_log tells of."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from msgspec import Struct

from callcenter.floor.facts import QueueVisit, VisitOutcome
from callcenter.floor.matching import nearest
from callcenter.floor.tally import REFUSALS
from callcenter.floor.terms import CallId, ChannelId, Instant

TOLERANCE_SECONDS = 2.0
"""One stay may have joined by so much earlier or later on the other side: queue_log has whole seconds."""

EXPLANATIONS = {
    (VisitOutcome.WITHDRAWN, VisitOutcome.ABANDONED): "somebody moved the caller, which queue_log writes as ABANDON",
    (VisitOutcome.CALLBACK_REQUESTED, VisitOutcome.LEFT_BY_KEY): "the key asked for a callback",
}
"""Where Asterisk's own account is known to tell less than ours: stored outcome, logged outcome → why."""


class Difference(Struct, frozen=True):
    """A stay that the two sides do not tell alike; None stands for a side that has none.

    `explanation` says why ours is right, where that is known.
    """

    queue: str
    channel_id: ChannelId
    call_id: CallId
    joined_at: Instant
    stored: VisitOutcome | None
    logged: VisitOutcome | None
    explanation: str = ""


class Count(NamedTuple):
    """How many visits of one queue and outcome each side has."""

    queue: str
    outcome: VisitOutcome
    stored: int
    logged: int


class Reconciliation(Struct, frozen=True):
    """`differences` need somebody's attention; `explained` ones are right on our side."""

    counts: list[Count]
    differences: list[Difference]
    explained: list[Difference]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "counts": [count._asdict() for count in self.counts],
            "differences": [_plain(each) for each in self.differences],
            "explained": [_plain(each) for each in self.explained],
        }


class Pair(NamedTuple):
    """One stay as each side has it."""

    stored: QueueVisit | None
    logged: QueueVisit | None

    @property
    def either(self) -> QueueVisit:
        """Ours, if we have it."""
        found = self.stored or self.logged
        assert found is not None, "a pair has a side"  # noqa: S101 - by construction
        return found


def reconcile(
    stored: Iterable[QueueVisit], logged: Iterable[QueueVisit], since: Instant, until: Instant
) -> Reconciliation:
    """Compares the visits that began from `since` up to, but without, `until`.

    Give both sides from TOLERANCE_SECONDS before to as much after, so that no stay at an edge loses its twin.
    """
    pairs = [pair for pair in paired(stored, logged) if since <= pair.either.joined_at < until]
    differing = [_difference(pair) for pair in pairs if _outcome(pair.stored) is not _outcome(pair.logged)]
    return Reconciliation(
        counts=_counts(pairs),
        differences=[each for each in differing if not each.explanation],
        explained=[each for each in differing if each.explanation],
    )


def paired(stored: Iterable[QueueVisit], logged: Iterable[QueueVisit]) -> list[Pair]:
    """Each stay with its twin, which has the same channel and queue and began within TOLERANCE_SECONDS; by time.

    A place that was taken over in a gap is stored under the channel that has it since; queue_log names the one that
    joined. Its twin began, ended and came out alike in the same queue.
    """
    told = [visit for visit in stored if visit.outcome not in REFUSALS]  # of these queue_log knows nothing
    same, told, alone = _twins(told, logged, lambda visit: (visit.channel_id, visit.queue))
    alike, told, alone = _twins(told, alone, lambda visit: (visit.queue, visit.outcome), _end_together)
    one_sided = [*(Pair(visit, None) for visit in told), *(Pair(None, visit) for visit in alone)]
    return sorted([*same, *alike, *one_sided], key=lambda pair: (pair.either.joined_at, pair.either.channel_id))


def _twins(
    stored: Iterable[QueueVisit],
    logged: Iterable[QueueVisit],
    key: Callable[[QueueVisit], tuple[str, str]],
    is_twin: Callable[[QueueVisit, QueueVisit], bool] = lambda ours, theirs: True,
) -> tuple[list[Pair], list[QueueVisit], list[QueueVisit]]:
    """The pairs that have this in common, and what is left on each side."""
    ours: dict[tuple[str, str], list[QueueVisit]] = {}
    for visit in sorted(stored, key=_joined_at):
        ours.setdefault(key(visit), []).append(visit)
    pairs, alone = [], []
    for visit in sorted(logged, key=_joined_at):
        candidates = ours.get(key(visit), [])
        twins = [one for one in candidates if is_twin(one, visit)]
        twin = nearest(visit.joined_at, twins, _joined_at, TOLERANCE_SECONDS)
        if twin is None:
            alone.append(visit)
        else:
            candidates.remove(twin)
            pairs.append(Pair(twin, visit))
    return pairs, [visit for visits in ours.values() for visit in visits], alone


def _end_together(ours: QueueVisit, theirs: QueueVisit) -> bool:
    return abs(ours.ended_at - theirs.ended_at) <= TOLERANCE_SECONDS


def _joined_at(visit: QueueVisit) -> Instant:
    return visit.joined_at


def _outcome(visit: QueueVisit | None) -> VisitOutcome | None:
    return visit.outcome if visit else None


def _difference(pair: Pair) -> Difference:
    visit, stored, logged = pair.either, _outcome(pair.stored), _outcome(pair.logged)
    explanation = EXPLANATIONS.get((stored, logged), "") if stored and logged else ""
    return Difference(visit.queue, visit.channel_id, visit.call_id, visit.joined_at, stored, logged, explanation)


def _counts(pairs: Iterable[Pair]) -> list[Count]:
    stored: Counter[tuple[str, VisitOutcome]] = Counter()
    logged: Counter[tuple[str, VisitOutcome]] = Counter()
    for pair in pairs:
        for visit, counter in ((pair.stored, stored), (pair.logged, logged)):
            if visit is not None:
                counter[visit.queue, visit.outcome] += 1
    return [Count(*key, stored[key], logged[key]) for key in sorted(stored.keys() | logged.keys())]


def _plain(difference: Difference) -> dict[str, Any]:
    return {name: getattr(difference, name) for name in difference.__struct_fields__}

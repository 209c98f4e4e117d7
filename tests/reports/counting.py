"""Figures counted in plain Python from facts: what roll-ups and SQL are compared with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from callcenter.floor.facts import AnyFact, QueueVisit, SeatSpell
from callcenter.reports.figures.measures import COUNTED_AT, LIVE_FACTS, REPEAT_DAYS, measures_of, merge, sums_of
from callcenter.reports.spans import Piece

Sums = dict[str, float]


def counted(facts: Sequence[AnyFact], pieces: Iterable[Piece]) -> dict[tuple[int, AnyFact], Sums]:
    """What each fact adds to each group of pieces."""
    visits = [fact for fact in facts if isinstance(fact, QueueVisit)]
    found: dict[tuple[int, AnyFact], Sums] = defaultdict(dict)
    for piece in pieces:
        for fact in facts:
            sums = _of(fact, piece, visits)
            if sums:
                merge(found[piece.group, fact], sums)
    return found


def _of(fact: AnyFact, piece: Piece, visits: Sequence[QueueVisit]) -> Mapping[str, float]:
    source = LIVE_FACTS.get(type(fact))
    if source is None:
        return {}
    measures = [measure for measure in measures_of(source) if measure.is_live]
    if isinstance(fact, SeatSpell):
        seconds = min(fact.until, piece.until) - max(fact.since, piece.since)
        if seconds <= 0:
            return {}
        is_whole = fact.until <= piece.until
        return sums_of([each for each in measures if each.is_cut or is_whole], fact, seconds)
    if not piece.since <= getattr(fact, COUNTED_AT[source]) < piece.until:
        return {}
    sums = dict(sums_of(measures, fact))
    if isinstance(fact, QueueVisit) and "offered" in sums and _is_repeat(fact, visits):
        sums["repeat_calls"] = 1
    return sums


def _is_repeat(visit: QueueVisit, visits: Iterable[QueueVisit]) -> bool:
    return visit.number != "" and any(
        other.number == visit.number
        and other.call_id != visit.call_id
        and visit.joined_at - REPEAT_DAYS * 86_400 <= other.joined_at < visit.joined_at
        for other in visits
    )

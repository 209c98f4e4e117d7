"""What seats are doing at this moment: their time until now, which becomes a fact only when the spell ends. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from callcenter.floor.facts import SeatSpell
from callcenter.reports.figures.measures import Measure, Source, sums_of
from callcenter.reports.folding import Record
from callcenter.reports.spans import Piece
from callcenter.reports.sums import Only


def running_records(
    spells: Iterable[SeatSpell], pieces: Sequence[Piece], only: Only, measures: Iterable[Measure]
) -> list[Record]:
    """The seconds of spells under way in each piece, as far as they have come; pieces are in the order of time."""
    cut = [measure for measure in measures if measure.source is Source.SPELLS and measure.is_cut]
    return [
        Record(piece.group, (_agent(spell), spell.team), spell.agent_name, sums_of(cut, spell, seconds))
        for spell in spells
        if _is_meant(spell, only)
        for piece, seconds in _overlaps(spell, pieces)
    ]


def _overlaps(spell: SeatSpell, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, float]]:
    for piece in pieces[max(0, bisect_right(pieces, spell.since, key=lambda piece: piece.since) - 1) :]:
        if piece.since >= spell.until:
            return
        seconds = min(spell.until, piece.until) - max(spell.since, piece.since)
        if seconds > 0:
            yield piece, seconds


def _agent(spell: SeatSpell) -> str:
    return spell.agent_number or f"{spell.pbx}/{spell.interface}"


def _is_meant(spell: SeatSpell, only: Only) -> bool:
    if only.queue is not None or not only.scope.sees_agent(spell.team):
        return False
    wanted = ((only.pbx, spell.pbx), (only.agent, _agent(spell)), (only.team, spell.team))
    return all(asked in (None, value) for asked, value in wanted)

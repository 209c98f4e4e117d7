"""Which parts of a span its roll-ups can answer, and which have to be counted from rows. Pure."""

from bisect import bisect_left
from typing import NamedTuple

from callcenter.floor.terms import Instant
from callcenter.reports.spans import QUARTER, Piece, Span, quarter_of


class Plan(NamedTuple):
    """Where the sums of some pieces come from: roll-ups by day and by quarter of an hour, and rows for the rest."""

    days: list[Piece]
    quarters: list[Piece]
    rows: list[Piece]


def plan(pieces: list[Piece], unrolled: list[Instant], days: list[Span]) -> Plan:
    """Divides the pieces; `unrolled` are the quarters that roll-ups do not know (sorted), `days` those rolled up."""
    found = Plan([], [], [])
    for piece in pieces:
        _divide(piece, unrolled, days, found)
    return found


def _divide(piece: Piece, unrolled: list[Instant], days: list[Span], found: Plan) -> None:
    first, last = -(-piece.since // QUARTER) * QUARTER, quarter_of(piece.until)
    if first >= last:
        _add(found.rows, piece)
        return
    _add(found.rows, Piece(piece.group, piece.since, first))
    at = first
    for quarter in unrolled[bisect_left(unrolled, first) : bisect_left(unrolled, last)]:
        _divide_known(Piece(piece.group, at, quarter), days, found)
        _add(found.rows, Piece(piece.group, quarter, quarter + QUARTER))
        at = quarter + QUARTER
    _divide_known(Piece(piece.group, at, last), days, found)
    _add(found.rows, Piece(piece.group, last, piece.until))


def _divide_known(piece: Piece, days: list[Span], found: Plan) -> None:
    at = piece.since
    for day in days[bisect_left(days, piece.since, key=lambda day: day.since) :]:
        if day.until > piece.until:
            break
        _add(found.quarters, Piece(piece.group, at, day.since))
        _add(found.days, Piece(piece.group, *day))
        at = day.until
    _add(found.quarters, Piece(piece.group, at, piece.until))


def _add(pieces: list[Piece], piece: Piece) -> None:
    """Adds a piece, as one with that before it where they touch; nothing if it is empty."""
    if piece.since >= piece.until:
        return
    if pieces and pieces[-1].group == piece.group and pieces[-1].until == piece.since:
        pieces[-1] = Piece(piece.group, pieces[-1].since, piece.until)
    else:
        pieces.append(piece)

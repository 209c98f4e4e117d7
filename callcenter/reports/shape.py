"""A report as plain values: for the API (docs/api.md, Reports), and as one flat row a line for programs and files."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.floor.terms import Instant
from callcenter.reports.figures import figures_of, figures_of_each
from callcenter.reports.folding import Part, Row
from callcenter.reports.service import Asked, Report
from callcenter.reports.spans import FOLDED, Piece, Span

Values = dict[str, Any]


def span_shape(span: Span, zone: ZoneInfo) -> Values:
    """What every report says first: the span that it counts, in epoch seconds, and whose days they are."""
    return {"from": span.since, "to": span.until, "timezone": zone.key}


def report_shape(report: Report, zone: ZoneInfo, now: Instant) -> Values:
    """The report as the API tells it."""
    asked = report.asked
    return {
        "subject": asked.subject,
        **span_shape(asked.span, zone),
        "interval": asked.interval,
        "is_running": asked.span.until > now,
        "figures": [figure.id for figure in asked.figures],
        **_part_shape(report.part, asked),
        "previous": _previous_shape(report.before, asked) if report.before else None,
    }


def flat_rows(report: Report) -> list[Values]:
    """One row a line of the report: its name, its interval and its figures by id."""
    asked = report.asked
    return [
        {
            **_identity(row, asked),
            "index": row.group,
            **_bounds(row.group, report.part, asked),
            **figures,
        }
        for row, figures in _told_rows(report.part, asked)
    ]


def _previous_shape(part: Part, asked: Asked) -> Values:
    return {"from": part.span.since, "to": part.span.until, **_part_shape(part, asked)}


def _part_shape(part: Part, asked: Asked) -> Values:
    intervals = {piece.group: piece for piece in part.pieces}
    return {
        "intervals": [{"index": index, **_piece_bounds(piece, asked)} for index, piece in sorted(intervals.items())],
        "rows": [_row_shape(row, figures, part, asked) for row, figures in _told_rows(part, asked)],
        "totals": figures_of(part.totals, asked.figures),
        "interval_totals": [
            {"index": group, **_bounds(group, part, asked), "figures": figures}
            for group, figures in zip(
                part.group_totals, figures_of_each([*part.group_totals.values()], asked.figures), strict=True
            )
            if asked.interval != "none"
        ],
    }


def _told_rows(part: Part, asked: Asked) -> Iterator[tuple[Row, Values]]:
    """Each row with its figures."""
    return zip(part.rows, figures_of_each([row.sums for row in part.rows], asked.figures), strict=True)


def _row_shape(row: Row, figures: Values, part: Part, asked: Asked) -> Values:
    shape = {
        **_identity(row, asked),
        "index": row.group,
        **_bounds(row.group, part, asked),
        "figures": figures,
    }
    return shape if row.reasons is None else {**shape, "reasons": row.reasons}


def _identity(row: Row, asked: Asked) -> Values:
    if asked.subject == "queues":
        pbx, queue = row.keys
        return {"id": f"{pbx}/{queue}", "name": row.name, "pbx": pbx, "queue": queue}
    identity = {"id": row.keys[0], "name": row.name, "pbx": "", "team": row.team}
    return {**identity, "agent": row.keys[0]} if asked.subject == "agents" else identity


def _bounds(group: int, part: Part, asked: Asked) -> Values:
    if asked.interval in FOLDED:
        return {"start": None, "end": None}
    return _piece_bounds(part.pieces[group], asked)


def _piece_bounds(piece: Piece, asked: Asked) -> Values:
    if asked.interval in FOLDED:
        return {"start": None, "end": None}
    return {"start": piece.since, "end": piece.until}

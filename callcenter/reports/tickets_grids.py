"""The report of tickets as tables for files: its lines, their trend, and the tickets counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from callcenter.reports.export import Cell, Column, Grid, Language
from callcenter.reports.figures import figures_of
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.measures import Sums
from callcenter.reports.grids import covered, figure_column, interval_cells, interval_columns, told_span
from callcenter.reports.quality_grids import said, with_more
from callcenter.reports.service import Sources
from callcenter.reports.tickets import By, Report, Wanted, ticket_report
from callcenter.reports.wording import word
from callcenter.tickets.rules import number_of


def report_grid(report: Report, wanted: Wanted, sources: Sources, language: Language, title: str = "") -> Grid:
    """One row a line, with the totals below; the trend as a table of its own."""
    lines = _lines_grid(report, wanted, sources, language, title)
    return with_more(lines, *_trend_grids(report, wanted, sources, language))


async def saved_grid(sources: Sources, wanted: Wanted, language: Language, title: str) -> Grid:
    """The report that is delivered: by team, owner, type and queue, and the trend where it is cut into intervals."""
    whole = structs.replace(wanted, interval="none")
    first = await ticket_report(sources, wanted, "team")
    others: tuple[By, ...] = ("owner", "type", "queue")
    more = [
        _lines_grid(
            await ticket_report(sources, whole, by), wanted, sources, language, word(f"tickets_by_{by}", language)
        )
        for by in others
    ]
    trend = _trend_grids(first, wanted, sources, language)
    return with_more(_lines_grid(first, wanted, sources, language, title), *more, *trend)


def counted_grid(
    rows: Sequence[Mapping[str, Any]], figure: Figure, wanted: Wanted, sources: Sources, language: Language
) -> Grid:
    """The tickets that a number counts."""
    columns = (
        *(Column(word(name, language), is_own=True) for name in ("ticket", "ticket_type")),
        Column(word("subject", language)),
        *(Column(word(name, language), is_own=True) for name in ("owner", "team", "queue")),
        *(Column(word(name, language), "instant") for name in ("opened_at", "due_at", "closed_at")),
        Column(word("outcome", language), is_own=True),
    )
    notes = [(word("figure", language), figure_column(figure, language).label), *_notes(wanted, sources, language)]
    table = [_ticket(row, sources, language) for row in rows]
    return Grid(word("tickets", language), columns, table, sources.zone, language, notes=notes)


def _ticket(row: Mapping[str, Any], sources: Sources, language: Language) -> list[Cell]:
    names = sources.names
    return [
        number_of(row["id"]),
        names.ticket_type(row["type"], language),
        row["subject"],
        names.agent(row["owner"], "", "")[0],
        row["team"],
        names.queue(row["queue"]),
        *(row[name] for name in ("created_at", "due_at", "closed_at")),
        word(f"outcome_{row['outcome']}", language) if row["outcome"] else "",
    ]


def _lines_grid(report: Report, wanted: Wanted, sources: Sources, language: Language, title: str) -> Grid:
    head = Column(word("ticket_type" if report.by == "type" else report.by, language), is_own=True)
    rows: list[list[Cell]] = [
        [said(line.name, language) or word("none", language), *_cells(line.sums, report.figures)]
        for line in report.lines
    ]
    totals: list[Cell] = [None, *_cells(report.totals, report.figures)]
    columns = (head, *(figure_column(figure, language) for figure in report.figures))
    name, notes = title or word("tickets", language), _notes(wanted, sources, language)
    return Grid(name, columns, rows, sources.zone, language, totals, notes)


def _trend_grids(report: Report, wanted: Wanted, sources: Sources, language: Language) -> list[Grid]:
    """One row an interval; none for a report that is not cut into them."""
    if not report.intervals:
        return []
    figures = report.interval_figures
    starts = {interval.piece.group: interval.piece.since for interval in report.intervals}
    columns = (*interval_columns(wanted.interval, language), *(figure_column(figure, language) for figure in figures))
    rows = [
        [
            *interval_cells(wanted.interval, interval.piece.group, starts, language),
            *_cells(interval.sums, figures),
        ]
        for interval in report.intervals
    ]
    return [Grid(word("tickets_trend", language), columns, rows, sources.zone, language)]


def _cells(sums: Sums, figures: tuple[Figure, ...]) -> list[Cell]:
    return [*figures_of(sums, figures).values()]


def _notes(wanted: Wanted, sources: Sources, language: Language) -> list[tuple[str, str]]:
    restrictions = (
        ("team", wanted.team),
        ("owner", wanted.owner),
        ("ticket_type", None if wanted.type is None else sources.names.ticket_type(wanted.type, language)),
        ("queue", wanted.queue),
    )
    notes = [(word("span", language), told_span(wanted.span, sources.zone))]
    notes += [(word(name, language), value) for name, value in restrictions if value is not None]
    return [*notes, *covered(wanted.scope, language)]

"""The report of quality as tables for files: its lines, their trend, the lost points, and the reviews counted."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec import structs

from callcenter.quality.rules import Words
from callcenter.reports.export import Cell, Column, Grid, Language
from callcenter.reports.figures import figures_of
from callcenter.reports.figures.entry import Figure
from callcenter.reports.figures.measures import Sums
from callcenter.reports.grids import KINDS, covered, told_span
from callcenter.reports.quality import (
    LOSS_FIGURES,
    By,
    Line,
    Lost,
    Report,
    Wanted,
    figures_by,
    lost_points,
    quality_report,
)
from callcenter.reports.service import Sources
from callcenter.reports.spans import Span, local, midnight
from callcenter.reports.wording import word

TREND_WEEKS = 8
"""So many weeks end with the span of the QA report."""

WHOSE: Mapping[By, tuple[str, ...]] = {
    "agent": ("agent", "agent_name", "team"),
    "team": ("team",),
    "reviewer": ("reviewer",),
    "form": ("form",),
}


def lines_grid(report: Report, wanted: Wanted, sources: Sources, language: Language, title: str = "") -> Grid:
    """One row a line, with the totals below."""
    figures, whose = figures_by(report.by), WHOSE[report.by]
    columns = [*(Column(word(name, language), is_own=True) for name in whose), *_columns(figures, language)]
    rows = [[*_whose(report.by, line, language), *_cells(line.sums, figures)] for line in report.lines]
    blank: list[Cell] = [None] * len(whose)
    totals = [*blank, *_cells(report.totals, figures)]
    name, notes = title or word("quality", language), _notes(wanted, sources, language)
    return Grid(name, tuple(columns), rows, sources.zone, language, totals, notes)


def trend_grid(report: Report, sources: Sources, language: Language) -> Grid:
    """One row an interval."""
    figures = figures_by("agent")
    columns = (Column(word("start", language), "day"), *_columns(figures, language))
    rows = [[interval.piece.since, *_cells(interval.sums, figures)] for interval in report.intervals]
    return Grid(word("quality_trend", language), columns, rows, sources.zone, language)


def lost_grid(found: Sequence[Lost], wanted: Wanted, sources: Sources, language: Language) -> Grid:
    """One row an item, the one that lost most first."""
    columns = [Column(word("form", language)), Column(word("item", language)), *_columns(LOSS_FIGURES, language)]
    rows = [
        [said(lost.form_name, language), said(lost.label, language), *_cells(lost.sums, LOSS_FIGURES)] for lost in found
    ]
    notes = _notes(wanted, sources, language)
    return Grid(word("lost_points", language), tuple(columns), rows, sources.zone, language, notes=notes)


def reviews_grid(
    rows: Sequence[Mapping[str, Any]], figure: Figure, wanted: Wanted, sources: Sources, language: Language
) -> Grid:
    """The reviews that a number counts."""
    columns = (
        Column(word("counted_at", language), "instant"),
        *(Column(word(name, language), is_own=True) for name in ("agent", "agent_name", "team", "reviewer")),
        Column(word("score", language), "number", 1),
        Column(word("pass_score", language), "number", 1),
        *(Column(word(name, language), is_own=True) for name in ("pbx", "call_id")),
    )
    shown = ("at", "agent", "agent_name", "team", "reviewer", "score", "pass_score", "pbx", "call_id")
    label = _columns([figure], language)[0].label
    notes = [(word("figure", language), label), *_notes(wanted, sources, language)]
    table = [[row[name] for name in shown] for row in rows]
    return Grid(word("reviews", language), columns, table, sources.zone, language, notes=notes)


async def page_grid(sources: Sources, wanted: Wanted, by: By, language: Language) -> Grid:
    """What the page shows: the lines, with trend and lost points as tables of their own."""
    report = await quality_report(sources, wanted, by)
    lost = await lost_points(sources, wanted)
    more = (
        *([trend_grid(report, sources, language)] if report.intervals else []),
        lost_grid(lost, wanted, sources, language),
    )
    return with_more(lines_grid(report, wanted, sources, language), *more)


async def weekly_grid(sources: Sources, wanted: Wanted, language: Language, title: str) -> Grid:
    """The QA report: by agent and by team, the commonest lost points, and the trend of the weeks before."""
    by_agent = await quality_report(sources, wanted, "agent")
    by_team = await quality_report(sources, wanted, "team")
    lost = await lost_points(sources, wanted)
    trend = await quality_report(sources, _weeks_before(wanted, sources), "team")
    return with_more(
        lines_grid(by_agent, wanted, sources, language, title),
        lines_grid(by_team, wanted, sources, language, word("teams", language)),
        lost_grid(lost, wanted, sources, language),
        trend_grid(trend, sources, language),
    )


def with_more(grid: Grid, *more: Grid) -> Grid:
    """The table with those that belong to it."""
    return structs.replace(grid, more=more)


def said(words: Words, language: Language) -> str:
    """The words in that language."""
    return words.zh if language == "zh" else words.en


def _weeks_before(wanted: Wanted, sources: Sources) -> Wanted:
    """The same of whole weeks, up to the one in which the span ends."""
    last = local(wanted.span.until - 1, sources.zone).date()
    first = last - timedelta(days=last.isoweekday() - 1, weeks=TREND_WEEKS - 1)
    return structs.replace(wanted, span=Span(midnight(first, sources.zone), wanted.span.until), interval="week")


def _whose(by: By, line: Line, language: Language) -> list[Cell]:
    name = said(line.name, language)
    return [line.key, name, line.team] if by == "agent" else [name]


def _cells(sums: Sums, figures: tuple[Figure, ...]) -> list[Cell]:
    return [*figures_of(sums, figures).values()]


def _columns(figures: Sequence[Figure], language: Language) -> list[Column]:
    return [
        Column(figure.label_zh, KINDS[figure.unit], figure.decimals, figure.formula_zh)
        if language == "zh"
        else Column(figure.label_en, KINDS[figure.unit], figure.decimals, figure.formula_en)
        for figure in figures
    ]


def _notes(wanted: Wanted, sources: Sources, language: Language) -> list[tuple[str, str]]:
    restrictions = (("agent", wanted.agent), ("team", wanted.team), ("reviewer", wanted.reviewer))
    notes = [(word("span", language), told_span(wanted.span, sources.zone))]
    notes += [(word(name, language), value) for name, value in restrictions if value is not None]
    return [*notes, *covered(wanted.scope, language)]

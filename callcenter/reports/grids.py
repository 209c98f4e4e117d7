"""Reports as tables for files, in the language asked for."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs

from callcenter.accounts.scope import Scope
from callcenter.floor.facts import EndedBy
from callcenter.reports.abandoned import Caller
from callcenter.reports.actions import ActionList
from callcenter.reports.export import Cell, Column, Grid, Kind, Language
from callcenter.reports.figures import figures_of, figures_of_each
from callcenter.reports.figures.entry import Figure, Unit
from callcenter.reports.folding import Row
from callcenter.reports.names import Names
from callcenter.reports.patterns import RULES, Action
from callcenter.reports.service import Report, Sources
from callcenter.reports.spans import Span
from callcenter.reports.staffing_report import Staffing
from callcenter.reports.wording import WEEKDAYS, word

KINDS: dict[Unit, Kind] = {
    "count": "count",
    "seconds": "seconds",
    "share": "share",
    "per_hour": "number",
    "number": "number",
}
DATED = ("day", "week", "month")
"""Intervals of which the date says it all."""


def told_span(span: Span, zone: ZoneInfo) -> str:
    """From when until when, by the centre's clock."""
    first, last = (datetime.fromtimestamp(at, zone) for at in span)
    return f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M} ({zone.key})"


def covered(scope: Scope, language: Language) -> list[tuple[str, str]]:
    """The line that says what a file covers, where that is not everything."""
    return [] if scope.is_everything else [(word("scope", language), ", ".join(scope.names()))]


def within(grid: Grid, scope: Scope) -> Grid:
    """The table, saying what it covers."""
    return structs.replace(grid, notes=[*grid.notes, *covered(scope, grid.language)])


# --- figures ----------------------------------------------------------------------------------------------------


def report_grid(report: Report, zone: ZoneInfo, names: Names, language: Language, *, title: str = "") -> Grid:
    """A report of queues, agents or teams: one row an interval and queue, agent or team; its totals below."""
    asked, part = report.asked, report.part
    reasons = sorted({reason for row in part.rows for reason in row.reasons or ()})
    whose, when = _whose_columns(report, language), interval_columns(asked.interval, language)
    columns = [*whose, *when, *(figure_column(figure, language) for figure in asked.figures)]
    columns += [_reason_column(names.reason(reason, language), language) for reason in reasons]
    starts = {piece.group: piece.since for piece in part.pieces}
    rows = [
        [
            *_whose(report, row),
            *interval_cells(asked.interval, row.group, starts, language),
            *figures.values(),
            *((row.reasons or {}).get(reason) for reason in reasons),
        ]
        for row, figures in zip(part.rows, figures_of_each([row.sums for row in part.rows], asked.figures), strict=True)
    ]
    blank: list[Cell] = [None] * (len(whose) + len(when))
    paused: list[Cell] = [sum((row.reasons or {}).get(reason, 0.0) for row in part.rows) for reason in reasons]
    totals = [*blank, *figures_of(part.totals, asked.figures).values(), *paused]
    name, notes = title or word(asked.subject, language), _notes(report, zone, language)
    return Grid(name, tuple(columns), rows, zone, language, totals, notes)


def _reason_column(label: str, language: Language) -> Column:
    return Column(f"{word('paused', language)}: {label}", "seconds")


def _notes(report: Report, zone: ZoneInfo, language: Language) -> list[tuple[str, str]]:
    only = report.asked.only
    restrictions = (("pbx", only.pbx), ("queue", only.queue), ("agent", only.agent), ("team", only.team))
    notes = [(word("span", language), told_span(report.asked.span, zone))]
    notes += [(word(name, language), value) for name, value in restrictions if value is not None]
    return [*notes, *covered(only.scope, language)]


def figure_column(figure: Figure, language: Language) -> Column:
    """A column of a figure, with what it means."""
    label, meaning = (figure.label_zh, figure.formula_zh) if language == "zh" else (figure.label_en, figure.formula_en)
    return Column(label, KINDS[figure.unit], figure.decimals, meaning)


def _whose_columns(report: Report, language: Language) -> list[Column]:
    names = {"queues": ("queue", "pbx"), "agents": ("agent", "agent_name", "team"), "teams": ("team",)}
    return [Column(word(name, language), is_own=True) for name in names[report.asked.subject]]


def _whose(report: Report, row: Row) -> list[Cell]:
    if report.asked.subject == "queues":
        return [row.name, row.keys[0]]
    return [row.keys[0], row.name, row.team] if report.asked.subject == "agents" else [row.name]


def interval_columns(interval: str, language: Language) -> list[Column]:
    """The column that says which interval a row is; none for a report that is not cut."""
    if interval == "none":
        return []
    if interval in ("hour_of_day", "weekday"):
        return [Column(word(interval, language))]
    return [Column(word("start", language), "day" if interval in DATED else "instant")]


def interval_cells(interval: str, group: int, starts: dict[int, float], language: Language) -> list[Cell]:
    """Which interval a row is."""
    if interval == "none":
        return []
    if interval == "hour_of_day":
        return [f"{group:02}:00"]
    return [WEEKDAYS[language][group - 1]] if interval == "weekday" else [starts[group]]


# --- the others -------------------------------------------------------------------------------------------------


def _columns(language: Language, *columns: tuple[str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(word(name, language), kind, 1 if kind in ("share", "number") else 0) for name, kind in columns)


def abandoned_grid(callers: Iterable[Caller], span: Span, zone: ZoneInfo, language: Language) -> Grid:
    """Callers who gave up, each with what came of it since."""
    columns = _columns(
        language,
        ("number", "text"),
        ("caller_name", "text"),
        ("queue", "text"),
        ("joined_at", "instant"),
        ("wait", "seconds"),
        ("short", "text"),
        ("called_back", "text"),
        ("called_back_at", "instant"),
        ("by", "text"),
    )
    rows = [_caller(caller, language) for caller in callers]
    return Grid(
        word("abandoned", language),
        columns,
        rows,
        zone,
        language,
        notes=[(word("span", language), told_span(span, zone))],
    )


def _caller(caller: Caller, language: Language) -> list[Cell]:
    visit, contact = caller.visit, caller.contact
    short = word("yes" if caller.is_short else "no", language)
    row: list[Cell] = [visit.number, visit.caller_name, visit.queue, visit.joined_at, visit.wait_seconds, short]
    if contact is None:
        return [*row, word("no", language), None, ""]
    how = contact.kind if contact.is_reached else "not_reached"
    return [*row, word(how, language), contact.at, contact.agent_name or contact.agent_number]


def actions_grid(found: ActionList, span: Span, sources: Sources, language: Language) -> Grid:
    """Everything that an agent did, with the patterns that each action belongs to."""
    columns = _columns(
        language,
        ("since", "instant"),
        ("until", "instant"),
        ("action", "text"),
        ("length", "seconds"),
        ("reason", "text"),
        ("outcome", "text"),
        ("queue", "text"),
        ("number", "text"),
        ("interface", "text"),
        ("patterns", "text"),
    )
    labels = {rule.id: rule.label_zh if language == "zh" else rule.label_en for rule in RULES}
    marked: dict[str, list[str]] = {}
    for pattern in found.patterns:
        for action in pattern.actions:
            marked.setdefault(action, []).append(labels[pattern.rule])
    rows = [_action(action, marked.get(action.id, []), sources, language) for action in found.actions]
    who = f"{found.agent.identity} {found.agent.name}".strip()
    notes = [(word("agent", language), who), (word("span", language), told_span(span, sources.zone))]
    return Grid(word("actions", language), columns, rows, sources.zone, language, notes=notes)


def _action(action: Action, patterns: Sequence[str], sources: Sources, language: Language) -> list[Cell]:
    return [
        action.since,
        action.until,
        word(action.kind, language),
        action.seconds,
        sources.names.reason(action.reason, language),
        _outcome(action, language),
        action.queue,
        action.number,
        action.interface,
        ", ".join(patterns),
    ]


def _outcome(action: Action, language: Language) -> str:
    if not action.outcome:
        return ""
    return word("agent_ended" if action.outcome == EndedBy.AGENT else action.outcome, language)


STAFFING: tuple[tuple[str, Kind], ...] = (
    ("start", "instant"),
    ("offered", "count"),
    ("answered_calls", "count"),
    ("abandoned_calls", "count"),
    ("service_level", "share"),
    ("aht", "seconds"),
    ("erlangs", "number"),
    ("seats_needed", "count"),
    ("seats_scheduled", "count"),
    ("seats_there", "number"),
    ("difference", "number"),
    ("expected_level", "share"),
    ("expected_asa", "seconds"),
    ("expected_occupancy", "share"),
)


def staffing_grid(found: Staffing, zone: ZoneInfo, language: Language) -> Grid:
    """Seats needed and seats there, interval by interval."""
    wish = found.wish
    rows: list[list[Any]] = [
        [
            need.start,
            need.offered,
            need.answered,
            need.abandoned,
            need.service_level,
            need.aht_seconds,
            need.erlangs,
            need.seats_needed,
            need.seats_scheduled,
            need.seats_there,
            need.difference,
            need.expected.service_level,
            need.expected.asa_seconds,
            need.expected.occupancy,
        ]
        for need in found.rows
    ]
    target = f"{wish.target.service_level:.0%} / {wish.target.threshold_seconds:g} s"
    notes = [
        (word("queue", language), wish.queue),
        (word("span", language), told_span(wish.span, zone)),
        (word("target", language), target),
        (word("model", language), wish.model),
        (word("shrinkage", language), f"{wish.shrinkage:.0%}"),
    ]
    return Grid(word("staffing", language), _columns(language, *STAFFING), rows, zone, language, notes=notes)

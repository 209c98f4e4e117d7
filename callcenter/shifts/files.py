"""Adherence as tables for files: the totals by agent and by team, and each shift."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.accounts.scope import Scope
from callcenter.reports.export import Column, Grid, Kind, Language
from callcenter.reports.grids import within
from callcenter.reports.spans import midnight
from callcenter.shifts.keeping import AgentDay, totals

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Adherence", "遵守情况"),
    "teams": ("Teams", "班组"),
    "shifts_title": ("Shifts", "班次"),
    "days": ("Days", "日期"),
    "team": ("Team", "班组"),
    "agent_number": ("Agent number", "工号"),
    "agent_name": ("Agent", "坐席"),
    "day": ("Day", "日期"),
    "shifts": ("Shifts", "班次数"),
    "absent_shifts": ("Absent", "缺勤班次"),
    "is_absent": ("Absent", "缺勤"),
    "late_starts": ("Late starts", "迟到次数"),
    "early_ends": ("Early ends", "早退次数"),
    "planned_seconds": ("Planned", "计划时长"),
    "in_adherence_seconds": ("In adherence", "遵守时长"),
    "out_of_adherence_seconds": ("Out of adherence", "未遵守时长"),
    "adherence_rate": ("Adherence", "遵守率"),
    "late_start_seconds": ("Late start", "迟到时长"),
    "early_end_seconds": ("Early end", "早退时长"),
    "adherence_meaning": ("Time in adherence ÷ scheduled time, up to now", "遵守时长 ÷ 计划时长，截至当前"),
}
"""What a column is called in English and in Chinese."""

SECONDS = (
    "planned_seconds",
    "in_adherence_seconds",
    "out_of_adherence_seconds",
    "adherence_rate",
    "late_start_seconds",
    "early_end_seconds",
)
OF_TOTAL = ("shifts", "absent_shifts", "late_starts", "early_ends", *SECONDS)
OF_SHIFT = ("is_absent", *SECONDS)


def adherence_grid(
    found: Sequence[AgentDay], days: Sequence[date], scope: Scope, zone: ZoneInfo, language: Language
) -> Grid:
    """One row an agent; on sheets of their own one row a team, and one a shift."""

    def word(name: str) -> str:
        return WORDS[name][language == "zh"]

    def column(name: str) -> Column:
        meaning = word("adherence_meaning") if name == "adherence_rate" else ""
        return Column(word(name), _kind(name), 1 if name == "adherence_rate" else 0, meaning)

    def columns(*names: str) -> tuple[Column, ...]:
        return tuple(map(column, names))

    whose = tuple(Column(word(name), is_own=True) for name in ("team", "agent_number", "agent_name"))
    summed = totals(found)
    total = _values(summed.total, OF_TOTAL)
    by_agent = [[one.team, one.agent_number, one.agent_name, *_values(one, OF_TOTAL)] for one in summed.agents]
    by_team = [[one.team, *_values(one, OF_TOTAL)] for one in summed.teams]
    by_shift = [
        [one.agent.team, one.agent.number, one.agent.name, midnight(one.shift.day, zone), *_values(one.kept, OF_SHIFT)]
        for one in found
    ]
    teams = Grid(word("teams"), (whose[0], *columns(*OF_TOTAL)), by_team, zone, language, [None, *total])
    shifts = Grid(word("shifts_title"), (*whose, *columns("day", *OF_SHIFT)), by_shift, zone, language)
    notes = [(word("days"), f"{days[0].isoformat()} – {days[-1].isoformat()} ({zone.key})")]
    grid = Grid(
        word("title"),
        (*whose, *columns(*OF_TOTAL)),
        by_agent,
        zone,
        language,
        [None, None, None, *total],
        notes,
        (teams, shifts),
    )
    return within(grid, scope)


def _values(of: object, names: Sequence[str]) -> list[Any]:
    found = [getattr(of, name) for name in names]
    return [int(value) if isinstance(value, bool) else value for value in found]


def _kind(name: str) -> Kind:
    if name == "day":
        return "day"
    if name.endswith("_seconds"):
        return "seconds"
    return "share" if name.endswith("_rate") else "count"

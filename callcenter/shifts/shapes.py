"""What the routes of shifts take and tell (docs/api.md, Shifts)."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from callcenter.forms.shapes import Shape
from callcenter.plain_text import PlainText
from callcenter.reports.files import FileOptions
from callcenter.reports.staffing_api import LoadQuery, StaffingQuery
from callcenter.settings import AgentSettings
from callcenter.shifts.gaps import Gap
from callcenter.shifts.importing import Fault, RowError, Sheet
from callcenter.shifts.keeping import AgentDay, Briefing
from callcenter.shifts.presence import Spell
from callcenter.shifts.rules import LAST_MINUTE, MOST_PARTS, Kind, Part
from callcenter.shifts.service import Saved, Seen
from callcenter.shifts.tables import ShiftNote
from callcenter.shifts.templates import Pattern, Template
from callcenter.shifts.undoing import UNDO_SECONDS, Change

SHOWN_ERRORS = 200
"""Of the rows in error, that an answer tells; the file of errors has all."""

MOST_WEEKS_BACK = 8


def _in_our_time(day: date) -> date:
    if not 2000 <= day.year <= 2099:
        raise ValueError("a date of the years 2000 to 2099")
    return day


Day = Annotated[date, AfterValidator(_in_our_time)]
AgentNumber = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
TeamName = Annotated[PlainText, Field(min_length=1, max_length=128)]
Version = Annotated[int, Field(ge=0, le=1_000_000)]
Minute = Annotated[int, Field(ge=0, le=LAST_MINUTE)]
Label = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
LogText = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]


class PartShape(Shape):
    """A part of a shift."""

    kind: Kind
    start_minute: Minute
    end_minute: Minute


class PartsShape(Shape):
    """The parts of a shift."""

    parts: Annotated[list[PartShape], Field(min_length=1, max_length=MOST_PARTS)]

    def made(self) -> list[Part]:
        """The parts."""
        return [Part(one.start_minute, one.end_minute, one.kind) for one in self.parts]


class ShiftShape(PartsShape):
    """A shift; `version` is the one that it replaces, 0 where there was none."""

    version: Version


class TemplateShape(PartsShape):
    """A pattern of shifts with a name, in one language at least."""

    label_en: Label = ""
    label_zh: Label = ""

    def pattern(self) -> Pattern:
        """What is to be kept."""
        return Pattern(label_en=self.label_en, label_zh=self.label_zh, parts=tuple(self.made()))


class ChangedTemplateShape(TemplateShape):
    """Another name or pattern; `version` is the one that it replaces."""

    version: Version


class CopyShape(Shape):
    """Which week is the next one to be like, and of which team."""

    monday: Day
    team: TeamName | None = None


class NoteShape(Shape):
    """What is noted of a team's day; `version` is the one that was read before, 0 where there was none."""

    team: TeamName
    day: Day
    version: Version
    text: LogText


class DaysQuery(Shape):
    """Which dates, of which team or agent."""

    since: Annotated[Day, Field(alias="from")]
    until: Annotated[Day, Field(alias="to")]
    team: TeamName | None = None


class KeptQuery(DaysQuery):
    """The same, of one agent."""

    agent: AgentNumber | None = None


class KeptFile(KeptQuery, FileOptions):
    """The same as a file."""


class DayQuery(Shape):
    """A date, of which team."""

    day: Day
    team: TeamName | None = None


class LogQuery(Shape):
    """A team's date."""

    team: TeamName
    day: Day


WeeksBack = Annotated[int, Field(ge=0, le=MOST_WEEKS_BACK)]


class GapsQuery(StaffingQuery):
    """The load of a queue, of this span or of some weeks before, and what is wanted of it."""

    weeks_back: WeeksBack = 0


class TeamGapsQuery(LoadQuery):
    """The same of the queues that a team's agents join."""

    team: TeamName
    weeks_back: WeeksBack = 0


class PartAnswer(BaseModel):
    """A part of a shift, on the centre's clock, in minutes since its date began."""

    kind: Kind
    start_minute: int
    end_minute: int


class ShiftAnswer(BaseModel):
    """A shift."""

    agent_number: str
    day: date
    version: int
    changed_at: float
    changed_by: str
    parts: list[PartAnswer]


class TemplateAnswer(BaseModel):
    """A pattern of shifts with a name."""

    id: int
    label_en: str
    label_zh: str
    version: int
    changed_at: float
    changed_by: str
    parts: list[PartAnswer]


class TemplatesAnswer(BaseModel):
    """All templates, by the time at which they begin."""

    templates: list[TemplateAnswer]


class UndoableAnswer(BaseModel):
    """What the account changed at once by a copied week or an imported file, and can still undo."""

    at: float
    until: float
    added: int
    replaced: int


class UndoneAnswer(BaseModel):
    """What was undone: shifts that are gone again, and shifts that are what they were."""

    removed: int
    restored: int


class AgentAnswer(BaseModel):
    """An agent, as the settings have them."""

    agent_number: str
    agent_name: str
    team: str


class PlanAnswer(BaseModel):
    """The shifts of some dates, and everybody who could have one; `teams` are those that one may choose from.

    `undoable` is what one has changed at once in the last minutes.
    """

    timezone: str
    teams: list[str]
    agents: list[AgentAnswer]
    shifts: list[ShiftAnswer]
    undoable: UndoableAnswer | None


class MineAnswer(BaseModel):
    """One's own shifts of this date and the next two weeks."""

    timezone: str
    today: date
    shifts: list[ShiftAnswer]


class SavedAnswer(BaseModel):
    """What became of many shifts at once."""

    added: int
    replaced: int
    unchanged: int


class RowErrorAnswer(BaseModel):
    """A row that cannot be imported, and why."""

    line: int
    column: str
    value: str
    code: Fault
    detail: str
    reason: str


class ImportAnswer(SavedAnswer):
    """What a file would become, or has become; with an error nothing of it is imported."""

    rows: int
    error_count: int
    errors: list[RowErrorAnswer]


class NoteAnswer(BaseModel):
    """A version of what was noted of a team's day."""

    version: int
    text: str
    written_at: float
    written_by: str


class FiguresAnswer(BaseModel):
    """The figures of a team's day by their id: of the queues that its agents join, and of its agents."""

    queues: list[str]
    of_queues: dict[str, float | None]
    of_team: dict[str, float | None]


class LogAnswer(BaseModel):
    """A team's day: its figures, and every version of what was noted, the newest first."""

    team: str
    day: date
    teams: list[str]
    figures: FiguresAnswer
    notes: list[NoteAnswer]


def agent_answer(agent: AgentSettings) -> AgentAnswer:
    """An agent as they are told."""
    return AgentAnswer(agent_number=agent.number, agent_name=agent.name, team=agent.team)


def shift_answer(seen: Seen) -> ShiftAnswer:
    """A shift as it is told."""
    return ShiftAnswer.model_validate(seen, from_attributes=True)


def undoable_answer(change: Change | None) -> UndoableAnswer | None:
    """What can be undone, as it is told."""
    if change is None:
        return None
    counts = {"added": len(change.added), "replaced": len(change.replaced)}
    return UndoableAnswer(at=change.at, until=change.at + UNDO_SECONDS, **counts)


def template_answer(one: Template) -> TemplateAnswer:
    """A template as it is told."""
    return TemplateAnswer.model_validate(one, from_attributes=True)


def note_answer(row: ShiftNote) -> NoteAnswer:
    """A version as it is told."""
    return NoteAnswer.model_validate(row, from_attributes=True)


def import_answer(sheet: Sheet, saved: Saved) -> ImportAnswer:
    """An import as it is told."""
    errors = [_error(one) for one in sheet.errors[:SHOWN_ERRORS]]
    counts = {name: getattr(saved, name) for name in SavedAnswer.model_fields}
    return ImportAnswer(**counts, rows=sheet.rows, error_count=len(sheet.errors), errors=errors)


def _error(one: RowError) -> RowErrorAnswer:
    told = {name: getattr(one, name) for name in ("line", "column", "value", "code", "detail")}
    return RowErrorAnswer(**told, reason=one.reason("en"))


def kept_shape(one: AgentDay) -> dict[str, Any]:
    """How an agent kept to a shift, as it is told."""
    kept = {name: getattr(one.kept, name) for name in one.kept.__struct_fields__ if name != "parts"}
    parts = [{name: getattr(part, name) for name in part.__struct_fields__} for part in one.kept.parts]
    return {**agent_answer(one.agent).model_dump(), "day": one.shift.day, **kept, "parts": parts}


def spell_shape(spell: Spell) -> dict[str, Any]:
    """A spell as it is told."""
    return {name: getattr(spell, name) for name in spell.__struct_fields__}


def briefing_shape(one: Briefing) -> dict[str, Any]:
    """A briefing as it is told."""
    agents = [
        agent_answer(each.agent).model_dump()
        | {name: getattr(each.attendance, name) for name in each.attendance.__struct_fields__}
        for each in one.agents
    ]
    return {"team": one.team, "since": one.since, "until": one.until, "agents": agents}


def gap_shape(gap: Gap) -> dict[str, Any]:
    """An interval as it is told."""
    return {name: getattr(gap, name) for name in gap.__struct_fields__}

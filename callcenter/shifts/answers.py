"""What the reports of shifts answer, for the API's description (docs/api.md, Shifts)."""

from datetime import date
from typing import Annotated, Any

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.answers import ReportSpan
from callcenter.shifts.gaps import Gap
from callcenter.shifts.keeping import AgentTotal, TeamTotal
from callcenter.shifts.presence import Came, KeptTotal, PartKept, Spell
from callcenter.told import Like


class _Gaps(ReportSpan):
    pbx: str
    rows: list[Annotated[dict[str, Any], Like(Gap, "ShiftGap")]]


class ShiftGaps(_Gaps):
    """How many agents are planned, were there and are needed in a queue, by interval."""

    queue: str


class TeamShiftGaps(_Gaps):
    """The same of a team: its share of what its queues need."""

    team: str


class ShiftAgent(TypedDict):
    """An agent, as the settings have them."""

    agent_number: str
    agent_name: str
    team: str


class ShiftKept(ShiftAgent):
    """How an agent kept to the shift of a day, up to now."""

    day: date
    planned_seconds: Seconds
    in_adherence_seconds: Seconds
    out_of_adherence_seconds: Seconds
    adherence_rate: float | None
    late_start_seconds: Seconds
    early_end_seconds: Seconds
    is_absent: bool
    parts: list[Annotated[dict[str, Any], Like(PartKept)]]


class Adherence(TypedDict):
    """How agents kept to their shifts."""

    timezone: str
    rows: list[ShiftKept]


class AdherenceTotals(TypedDict):
    """The totals of some days: by agent, by team ("": without one), and of all."""

    timezone: str
    agents: list[Annotated[dict[str, Any], Like(AgentTotal, "AgentAdherence")]]
    teams: list[Annotated[dict[str, Any], Like(TeamTotal, "TeamAdherence")]]
    total: Annotated[dict[str, Any], Like(KeptTotal, "AdherenceTotal")]


class AdherenceOfDay(ShiftKept):
    """One of them with what the agent did."""

    timezone: str
    spells: list[Annotated[dict[str, Any], Like(Spell, "ShiftSpell")]]


class BriefingAgent(ShiftAgent):
    """What an agent did during a briefing."""

    came: Came
    there_seconds: Seconds
    off_phone_seconds: Seconds
    elsewhere_seconds: Seconds


class Briefing(TypedDict):
    """A briefing, and who was to be at it."""

    team: str
    since: Instant
    until: Instant
    agents: list[BriefingAgent]


class Briefings(TypedDict):
    """The briefings of a day."""

    timezone: str
    briefings: list[Briefing]

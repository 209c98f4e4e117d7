"""What the routes of figures and reports answer, for the API's description (docs/api.md, Reports)."""

from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

from callcenter.dialer.answers import LastOutcome
from callcenter.dialer.rules import TargetState
from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.abandoned import Added, Refused
from callcenter.reports.callbacks import By as CallbackBy
from callcenter.reports.calling_back import Contact
from callcenter.reports.counted import Part
from callcenter.reports.export import Language
from callcenter.reports.figures.entry import About, Direction, Group, Subject, Unit
from callcenter.reports.figures.measures import Source
from callcenter.reports.form_results import Counted
from callcenter.reports.patterns import Action, Pattern
from callcenter.reports.quality import By as QualityBy
from callcenter.reports.ranking import Rank
from callcenter.reports.recurrence import Span
from callcenter.reports.saved import Schedule
from callcenter.reports.spans import IntervalKind
from callcenter.reports.staffing import Model
from callcenter.reports.staffing_report import Interval, Need
from callcenter.reports.tickets import By as TicketsBy
from callcenter.tickets.rules import Outcome as TicketOutcome
from callcenter.tickets.rules import State as TicketState
from callcenter.told import Like

FigureValues = dict[str, float | None]
"""By figure; null where there is nothing to divide by."""


class FigureTold(TypedDict):
    """An entry of the catalogue of figures."""

    id: str
    label_en: str
    label_zh: str
    formula_en: str
    formula_zh: str
    unit: Unit
    decimals: int
    direction: Direction
    target: float | None
    group: Group
    subjects: list[About]
    numerator: list[str]
    denominator: list[str]
    opens: Source
    opens_below: Source | None
    is_live: bool


class Figures(TypedDict):
    """The catalogue of figures."""

    figures: list[FigureTold]


ReportSpan = TypedDict("ReportSpan", {"from": Instant, "to": Instant, "timezone": str})
ReportSpan.__doc__ = "The span that is counted, and whose days they are."


class IntervalBounds(TypedDict):
    """An interval; an hour of the day and a day of the week begin nowhere."""

    index: int
    start: Instant | None
    end: Instant | None


class ReportRow(IntervalBounds):
    """A line of a report: a queue, an agent or a team in an interval."""

    id: str
    name: str
    pbx: str
    queue: NotRequired[str]
    agent: NotRequired[str]
    team: NotRequired[str]
    figures: FigureValues
    reasons: NotRequired[dict[str, Seconds]]


class IntervalFigures(IntervalBounds):
    """All lines of an interval together."""

    figures: FigureValues


class ReportCounts(TypedDict):
    """What was counted."""

    intervals: list[IntervalBounds]
    rows: list[ReportRow]
    totals: FigureValues
    interval_totals: list[IntervalFigures]


PreviousCounts = TypedDict(
    "PreviousCounts",
    {
        "from": Instant,
        "to": Instant,
        "intervals": list[IntervalBounds],
        "rows": list[ReportRow],
        "totals": FigureValues,
        "interval_totals": list[IntervalFigures],
    },
)
PreviousCounts.__doc__ = "The same of the span before."


class Report(ReportSpan, ReportCounts):
    """A report; `is_running`: its span has not ended yet."""

    subject: Subject
    interval: IntervalKind
    is_running: bool
    figures: list[str]
    previous: PreviousCounts | None


OwnFigures = TypedDict(
    "OwnFigures", {"from": Instant, "to": Instant, "figures": FigureValues, "ranks": dict[str, Rank]}
)
OwnFigures.__doc__ = "What agents see of themselves today; places in the team by figure, where the centre shows them."


class HeatCell(TypedDict):
    """A figure in an hour (0-23) of a day of the week, 1 (Monday) to 7."""

    weekday: int
    hour: int
    value: float | None


class HeatMap(ReportSpan):
    """A figure by weekday and hour."""

    figure: str
    cells: list[HeatCell]


class CountedSeconds(TypedDict, total=False):
    """How long the parts of what is counted took."""

    wait: Seconds
    ring: Seconds
    talk: Seconds
    hold: Seconds
    wrap_up: Seconds
    spell: Seconds
    limit: Seconds


class CountedFact(TypedDict):
    """One of what a number counts; `until` and `outcome` null: it goes on."""

    id: int
    kind: Literal["visits", "conversations", "rings", "spells", "surveys", "attempts"]
    value: float
    pbx: str
    call_id: str | None
    queue: str
    number: str
    agent_number: str
    agent_name: str
    team: str
    interface: str
    reason: str
    at: Instant
    until: Instant | None
    outcome: str | None
    seconds: CountedSeconds
    is_certain: bool


class CountedAgent(TypedDict):
    """An agent whom a number counts, and why."""

    id: str
    kind: Literal["agents"]
    value: float
    agent_number: str
    agent_name: str
    team: str
    handled: float
    signed_in_seconds: Seconds


class CountedRows(TypedDict):
    """What a number counts: how many rows, what they add up to; `next` is the cursor of the following page."""

    figure: str
    part: Part
    kind: Literal["visits", "conversations", "rings", "spells", "surveys", "attempts", "agents"]
    count: int
    total: float
    rows: list[CountedFact | CountedAgent]
    next: str | None


class AgentTold(TypedDict):
    """An agent, by the number or `pbx/interface`."""

    number: str
    name: str
    team: str


class ReportActions(ReportSpan):
    """What an agent did, and what of it is unusual."""

    agent: AgentTold
    actions: list[Annotated[dict[str, Any], Like(Action)]]
    patterns: list[Annotated[dict[str, Any], Like(Pattern)]]


class PatternRule(TypedDict):
    """A kind of pattern: from how many on, within which time."""

    id: str
    label_en: str
    label_zh: str
    rule_en: str
    rule_zh: str
    limit: int
    window_seconds: Seconds


class UnusualDay(TypedDict):
    """A day on which an agent did unusual things."""

    day: str
    agent_number: str
    agent_name: str
    team: str
    patterns: list[Annotated[dict[str, Any], Like(Pattern)]]


class ReportPatterns(ReportSpan):
    """The rules, and the days on which they were met."""

    rules: list[PatternRule]
    days: list[UnusualDay]


class AbandonedCaller(TypedDict):
    """A caller who gave up, and how they were called back."""

    id: int
    pbx: str
    call_id: str
    queue: str
    number: str
    caller_name: str
    joined_at: Instant
    ended_at: Instant
    wait_seconds: Seconds
    is_short: bool
    called_back: Annotated[dict[str, Any], Like(Contact)] | None


class AbandonedTotals(TypedDict):
    """How many callers gave up in all."""

    callers: int
    called_back: int
    open: int


class AbandonedPage(TypedDict):
    """A page of callers who gave up; `next` is the cursor of the following one."""

    callers: list[AbandonedCaller]
    next: str | None
    totals: AbandonedTotals


class PutIntoList(TypedDict):
    """Who is a target now, and who is not and why."""

    added: list[Annotated[dict[str, Any], Like(Added, "AddedCaller")]]
    refused: list[Annotated[dict[str, Any], Like(Refused, "RefusedCaller")]]


class CallbackLine(TypedDict):
    """A line of the callback report."""

    id: str
    name: str
    figures: FigureValues


class CallbackReport(ReportSpan):
    """The callback report; `best_hours` are those in which most were reached."""

    by: CallbackBy
    figures: list[str]
    rows: list[CallbackLine]
    totals: FigureValues
    best_hours: list[int]


class CountedTarget(TypedDict):
    """A target behind a number."""

    id: int
    list: str
    number: str
    name: str
    state: TargetState
    last_outcome: LastOutcome | None
    owner_agent: str
    due_at: Instant | None
    attributes: dict[str, str]
    attempts: int
    last_at: Instant | None


class CountedTargets(ReportSpan):
    """How many targets a number counts, and the first of them."""

    count: int
    targets: list[CountedTarget]


class FormOfList(TypedDict):
    """The list whose records are counted."""

    id: str
    name: str


FormResults = TypedDict(
    "FormResults",
    {
        "from": Instant,
        "to": Instant,
        "list": FormOfList,
        "records": int,
        "results": dict[str, int],
        "questions": list[Annotated[dict[str, Any], Like(Counted, "CountedQuestion")]],
    },
)
FormResults.__doc__ = "How the record form of a list was answered."


class QualityLine(TypedDict):
    """A line of the report of quality."""

    id: str
    name_en: str
    name_zh: str
    team: str
    figures: FigureValues


class QualityReport(ReportSpan):
    """What reviews say."""

    by: QualityBy
    interval: Literal["none", "day", "week", "month"]
    figures: list[str]
    rows: list[QualityLine]
    totals: FigureValues
    intervals: list[IntervalFigures]


class LostItem(TypedDict):
    """What an item of a form lost."""

    form: int
    form_name_en: str
    form_name_zh: str
    item: str
    label_en: str
    label_zh: str
    figures: FigureValues


class LostPoints(ReportSpan):
    """Where points are lost, the most first."""

    figures: list[str]
    items: list[LostItem]


class CountedReview(TypedDict):
    """A review behind a number, or a conversation that a plan drew, whose `id` is null while it has no review."""

    id: int | None
    at: Instant
    pbx: str
    call_id: str
    agent: str
    agent_name: str
    team: str
    reviewer: str | None
    form: int
    score: float | None
    pass_score: float | None


class CountedReviews(ReportSpan):
    """How many reviews a number counts, and the first of them."""

    count: int
    reviews: list[CountedReview]


class StaffingTotals(TypedDict):
    """All intervals together."""

    offered: int
    seat_hours_needed: float
    seat_hours_scheduled: float
    seat_hours_there: float
    intervals_short: int


class Staffing(ReportSpan):
    """How many seats a load needs, and how many were there; `patience_seconds` null: nobody gave up."""

    queue: str
    pbx: str
    interval: Interval
    model: Model
    target: float
    threshold_seconds: Seconds
    shrinkage: float
    max_occupancy: float
    patience_seconds: Seconds | None
    aht_seconds: Seconds | None
    rows: list[Annotated[dict[str, Any], Like(Need, "StaffingRow")]]
    totals: StaffingTotals


ReportDates = TypedDict("ReportDates", {"from": str, "to": str})
ReportDates.__doc__ = "The first and the last day that a report is of."


class ReportRun(TypedDict):
    """A delivery of a report; `waiting`: its mail is in the outbox."""

    id: int
    due_at: Instant
    began_at: Instant
    ended_at: Instant
    state: Literal["waiting", "sent", "failed"]
    asked_by: str | None
    detail: str
    file: str
    dates: ReportDates


class ReportRuns(TypedDict):
    """A page of deliveries, newest first; `next` is the cursor of the following one."""

    runs: list[ReportRun]
    next: int | None


class SavedReport(TypedDict):
    """A report that is kept, and when it is delivered; `dates` are those that it would be of now."""

    id: int
    name: str
    owner: str
    is_mine: bool
    is_shared: bool
    language: Language
    subject: Subject | Literal["quality", "tickets"]
    span: Span
    interval: IntervalKind
    compare: bool
    pbx: str | None
    queue: str | None
    agent: str | None
    team: str | None
    figures: list[str]
    schedule: Annotated[dict[str, Any], Like(Schedule, "ReportSchedule")] | None
    scheduled_by: str
    created_at: Instant
    changed_at: Instant
    next_run_at: Instant | None
    last_run: ReportRun | None
    dates: ReportDates


class SavedReports(TypedDict):
    """One's own reports and shared ones."""

    reports: list[SavedReport]


class TicketLine(TypedDict):
    """A line of the report of tickets: a team, an owner, a type or a queue; with `id` "" those of none."""

    id: str
    name_en: str
    name_zh: str
    figures: FigureValues


class TicketReport(ReportSpan):
    """The report of tickets, and its trend."""

    by: TicketsBy
    interval: IntervalKind
    figures: list[str]
    rows: list[TicketLine]
    totals: FigureValues
    intervals: list[IntervalFigures]


class CountedTicket(TypedDict):
    """A ticket that a number counts."""

    id: int
    ticket: str
    type: str
    subject: str
    state: TicketState
    owner: str
    team: str
    queue: str
    created_at: Instant
    due_at: Instant | None
    closed_at: Instant | None
    outcome: TicketOutcome | Literal[""]


class CountedTickets(ReportSpan):
    """What a number of the report of tickets counts; the first of them."""

    count: int
    tickets: list[CountedTicket]

"""What the routes of callbacks answer, for the API's description (docs/api.md, Callbacks)."""

from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

from callcenter.dialer.calendar import Closed
from callcenter.dialer.importing.rows import Duplicate, RowError
from callcenter.dialer.permit import Refused
from callcenter.dialer.rules import ListState, Mode, Outcome, TargetState, Then, WhyIdle
from callcenter.dialer.targets import Added as AddedTargets
from callcenter.floor.terms import Instant, Seconds
from callcenter.told import Like

SpanOfDay = TypedDict("SpanOfDay", {"from": str, "until": str})
SpanOfDay.__doc__ = "A time of day, by the centre's clock: `09:00` until `18:00`."
CallingWindow = TypedDict("CallingWindow", {"weekdays": list[int], "from": str, "until": str})
CallingWindow.__doc__ = "When is called: on these days of the week, 1 (Monday) to 7."


LastOutcome = Outcome | Literal["do_not_call", "withdrawn"]
"""What came of the last attempt, or why a target was closed without one."""


class ListName(TypedDict):
    """A callback list."""

    id: str
    name: str


class RedialRule(TypedDict):
    """What becomes of a target after an outcome."""

    delay_seconds: Seconds
    max_attempts: int
    next_number: NotRequired[bool]
    then: NotRequired[Then]


class CalendarException(TypedDict):
    """A date that is unlike its day of the week."""

    date: str
    windows: list[SpanOfDay]
    note: str


class ListCalendar(TypedDict, total=False):
    """Whose holidays count, and whose clock; a list that is older than calendars says less."""

    region: str
    skips_holidays: bool
    works_make_up_days: bool
    uses_customer_clock: bool
    exceptions: list[CalendarException]


class CallbackList(TypedDict):
    """A callback list: how it calls, and how far it is."""

    id: str
    name: str
    pbx: str
    queue: str
    state: ListState
    why_idle: WhyIdle | None
    windows: list[CallingWindow]
    rules: dict[Outcome, RedialRule]
    max_attempts: int
    max_attempts_per_day: int
    calendar: ListCalendar
    mode: Mode
    trunk: str
    reserved_seats: int
    abandon_target: float
    preview_seconds: Seconds
    personal_seconds: Seconds
    escalation_list_id: str | None
    hourly_goal: int
    detect_machine: bool
    region: str
    created_at: Instant
    opens_at: Instant | None
    targets: int
    open: int
    due: int
    offered: int
    in_air: int
    asking: int
    reached: int
    closed: int
    erased: int
    outcomes: dict[Outcome, int]


class ListProgress(TypedDict):
    """How far a callback list is, as the live feed shows it."""

    id: str
    name: str
    queue: str
    state: ListState
    why_idle: WhyIdle | None
    targets: int
    open: int
    due: int
    in_air: int
    reached: int
    closed: int


class CallbackLists(TypedDict):
    """All callback lists."""

    lists: list[CallbackList]


class Target(TypedDict):
    """Somebody on a callback list; `dial_number` is the one that is called next."""

    id: int
    number: str
    other_numbers: list[str]
    dial_number: str
    time_zones: str
    priority: int
    owner_agent: str
    owner_until: Instant | None
    name: str
    state: TargetState
    attempts: int
    last_outcome: LastOutcome | None
    due_at: Instant | None
    attributes: dict[str, str]


class TargetsPage(TypedDict):
    """A page of targets; `next` is the cursor of the following one."""

    targets: list[Target]
    next: int | None


class Attempt(TypedDict):
    """A call that was placed to a target; its outcome is null while it goes on."""

    id: int
    target_id: int
    number: str
    name: str
    placed_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    outcome: Outcome | None
    mode: Mode
    is_machine: bool | None
    agent_number: str
    call_id: str | None
    pbx: str
    trunk: str


class AttemptsPage(TypedDict):
    """A page of attempts, newest first; `next` is the cursor of the following one."""

    attempts: list[Attempt]
    next: int | None


class ResultTarget(TypedDict):
    """Whom a result is of."""

    id: int
    number: str
    name: str
    attributes: dict[str, str]
    state: TargetState
    attempts: int
    due_at: Instant | None


class ResultAttempt(TypedDict):
    """The attempt that had the result."""

    id: int
    number: str
    outcome: Outcome | None
    placed_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    agent_number: str
    call_id: str | None
    pbx: str
    mode: Mode
    is_machine: bool | None


class ResultTold(TypedDict):
    """What came of an attempt; again where one that was unknown is put right."""

    list: ListName
    target: ResultTarget
    attempt: ResultAttempt


class CallResult(ResultTold):
    """What came of an attempt."""

    id: int


class ResultsPage(TypedDict):
    """Results in the order in which they became known; `next` is what to ask behind next time."""

    results: list[CallResult]
    next: int


class ListImported(TypedDict):
    """What became of a file of targets; unless `skip_bad` was said, nothing was imported where there are errors."""

    imported: int
    rows: int
    errors: list[Annotated[dict[str, Any], Like(RowError)]]
    duplicates: list[Annotated[dict[str, Any], Like(Duplicate)]]


TargetsAdded = Annotated[dict[str, Any], Like(AddedTargets, "TargetsAdded")]


class Promised(TypedDict):
    """The target that a promise made, or moved."""

    target_id: int


class MayCall(TypedDict):
    """Whether a number may be called at a moment, what is against it, and when it may be next."""

    number: str
    time_zones: str
    at: Instant
    may_call: bool
    refused: list[Annotated[dict[str, Any], Like(Refused)]]
    next_at: Instant | None


class ListDay(TypedDict):
    """What a list's calendar says of a date."""

    date: str
    windows: list[SpanOfDay]
    closed: Closed | None
    holiday: str
    replaces_weekday: int | None
    exception: CalendarException | None


class ListDays(TypedDict):
    """What a list's calendar says of some dates."""

    days: list[ListDay]


class DoNotCallEntry(TypedDict):
    """A number, or all that begin so, which must not be called; `expires_at` null: for ever."""

    id: int
    number: str
    is_prefix: bool
    expires_at: Instant | None
    source: str
    note: str
    created_at: Instant
    created_by: str


class DoNotCallPage(TypedDict):
    """A page of the do-not-call list, newest first, and how many there are in all."""

    entries: list[DoNotCallEntry]
    count: int
    next: int | None


class Added(TypedDict):
    """How many were added."""

    added: int


class EmergencyStop(TypedDict):
    """Whether all dialling is stopped, and by whom."""

    is_stopped: bool
    stopped_at: Instant | None
    stopped_by: str
    reason: str

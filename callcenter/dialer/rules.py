"""The dialer's decisions as pure functions: outcomes, redials, how many calls, and why none."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import Instant, Seconds


class ListState(StrEnum):
    """Whether a list is worked; `finished` when none of its targets is left to call.

    A `paused` list lets its calls ring on, a `stopped` one hangs up those that nobody answered.
    """

    STOPPED = "stopped"
    PAUSED = "paused"
    RUNNING = "running"
    FINISHED = "finished"


class Mode(StrEnum):
    """How a list's calls are placed: `preview` when an agent accepts the record, `progressive` one for each free seat,
    `predictive` as many as keep abandoned calls under the list's target."""

    PREVIEW = "preview"
    PROGRESSIVE = "progressive"
    PREDICTIVE = "predictive"


class TargetState(StrEnum):
    """Where a target stands. `offered`: an agent looks at it; `asking`: a person must say what happens next.

    `closed` is over without having been reached. `erased` waited for a call when its person was erased: nobody calls it
    any more, and reports count it as they did.
    """

    OPEN = "open"
    OFFERED = "offered"
    IN_AIR = "in_air"
    ASKING = "asking"
    REACHED = "reached"
    CLOSED = "closed"
    ERASED = "erased"


LEFT = (TargetState.OPEN, TargetState.OFFERED, TargetState.IN_AIR)
"""A list with such targets is not finished."""

OVER = (TargetState.REACHED, TargetState.CLOSED)
"""Nobody calls such targets any more."""


class OfferState(StrEnum):
    """What became of a target that was shown to an agent; `expired` when the countdown ran out."""

    OPEN = "open"
    ACCEPTED = "accepted"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class AttemptState(StrEnum):
    """`placed` from before the call is asked for; `unknown` when nobody ever told what became of it."""

    PLACED = "placed"
    ENDED = "ended"
    UNKNOWN = "unknown"


class AirState(StrEnum):
    """How far an attempt whose channel is open has come; `seated`: a seat rings for it or talks with the customer."""

    DIALLING = "dialling"
    ANSWERED = "answered"
    SEATED = "seated"


class Outcome(StrEnum):
    """What came of an attempt: exactly one of these (docs/api.md, Callbacks)."""

    REACHED = "reached"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    INVALID_NUMBER = "invalid_number"
    REJECTED = "rejected"
    MACHINE = "machine"
    ABANDONED = "abandoned"
    FAILED = "failed"
    UNKNOWN = "unknown"


class WhyIdle(StrEnum):
    """Why a list dials nothing, in one word that the panel translates."""

    EMERGENCY_STOP = "emergency_stop"
    STOPPED = "stopped"
    PAUSED = "paused"
    FINISHED = "finished"
    STANDBY = "standby"
    OUTSIDE_WINDOW = "outside_window"
    HOLIDAY = "holiday"
    CLOSED_DATE = "closed_date"
    OUTSIDE_LEGAL_HOURS = "outside_legal_hours"
    LINK_DOWN = "link_down"
    TRUNK_UNKNOWN = "trunk_unknown"
    TRUNK_FAILING = "trunk_failing"
    NOTHING_DUE = "nothing_due"
    WAITING_FOR_AGENTS = "waiting_for_agents"
    NO_FREE_SEAT = "no_free_seat"
    SEATS_RESERVED = "seats_reserved"
    TRUNK_FULL = "trunk_full"


# --- outcome ----------------------------------------------------------------------------------------------------

# Q.850 cause of a call that was not answered → outcome; measured with chan_pjsip (docs/asterisk.md) unless it
# says "source", which is Asterisk's table from SIP codes to causes. A cause that is not here is trouble
# on our side: failed.
OUTCOME_BY_CAUSE: dict[int, Outcome] = {
    0: Outcome.NO_ANSWER,  # a plain ring-out
    1: Outcome.INVALID_NUMBER,  # 404, 604: unallocated
    16: Outcome.NO_ANSWER,  # we gave up before the answer
    17: Outcome.BUSY,  # 486, 600
    18: Outcome.UNREACHABLE,  # 408: nothing responded
    19: Outcome.NO_ANSWER,  # rang out, or 480; the SIP code is 480 in both cases, so they cannot be told apart
    20: Outcome.UNREACHABLE,  # subscriber absent (source: mobile carriers)
    21: Outcome.REJECTED,  # 603, 403
    22: Outcome.INVALID_NUMBER,  # 410: number changed
    27: Outcome.FAILED,  # 502: trunk
    28: Outcome.INVALID_NUMBER,  # 484: format
    31: Outcome.NO_ANSWER,  # "normal, unspecified" (source)
    34: Outcome.FAILED,  # 503: trunk congestion
    38: Outcome.FAILED,  # 500: trunk
    58: Outcome.FAILED,  # 488: codecs
    127: Outcome.NO_ANSWER,  # 487, or cancelled; other SIP codes: see PROTOCOL_TROUBLE
}

# Asterisk folds every other 4xx into 127, which would pass a broken trunk off as customers who do not answer.
CAUSE_INTERWORKING = 127
CANCELLED_CODES = frozenset({"", "480", "487"})


def outcome_of(result: AttemptResult) -> Outcome:
    """What came of an attempt. Where the end was not seen and no talk either, nobody knows: `unknown`."""
    if result.reached_at is not None:
        return Outcome.REACHED
    if not result.is_certain:
        return Outcome.UNKNOWN
    if result.is_machine:
        return Outcome.MACHINE
    if result.answered_at is not None:
        return Outcome.ABANDONED
    if not result.was_placed:
        return Outcome.FAILED
    if result.cause == CAUSE_INTERWORKING and result.tech_cause not in CANCELLED_CODES:
        return Outcome.FAILED
    return OUTCOME_BY_CAUSE.get(result.cause, Outcome.FAILED)


# --- redial -----------------------------------------------------------------------------------------------------


class Then(StrEnum):
    """What becomes of a target that is not called again by itself."""

    CLOSE = "close"
    ESCALATE = "escalate"
    ASK_AGENT = "ask_agent"


class RedialRule(Struct, frozen=True):
    """After this outcome: how long to wait, and how many attempts at one number may end so.

    After the last of them the target's next number is called if `next_number` and there is one, else `then`.
    """

    delay_seconds: Seconds
    max_attempts: int
    next_number: bool = False
    then: Then = Then.CLOSE


class Standing(Struct, frozen=True):
    """How a target stands at the end of an attempt, this one included. `with_this_outcome` is of the number dialled."""

    outcome: Outcome
    ended_at: Instant
    with_this_outcome: int
    attempts: int
    numbers_left: int = 0


class Redial(Struct, frozen=True):
    """What becomes of a target after an attempt; `due_at` is when it may be called again, None if never by itself.

    `is_next_number`: its next number is called. `is_escalated`: it goes on as a target of the other list.
    """

    state: TargetState
    due_at: Instant | None = None
    is_next_number: bool = False
    is_escalated: bool = False


DEFAULT_RULES: dict[Outcome, RedialRule] = {
    Outcome.BUSY: RedialRule(delay_seconds=300, max_attempts=4),
    Outcome.NO_ANSWER: RedialRule(delay_seconds=7200, max_attempts=3),
    Outcome.UNREACHABLE: RedialRule(delay_seconds=14400, max_attempts=3),
    Outcome.MACHINE: RedialRule(delay_seconds=14400, max_attempts=2),
    Outcome.ABANDONED: RedialRule(delay_seconds=3600, max_attempts=2),
    Outcome.FAILED: RedialRule(delay_seconds=600, max_attempts=3),
}
DEFAULT_MAX_ATTEMPTS = 5
DEFAULT_MAX_ATTEMPTS_PER_DAY = 3

# `unknown` may have rung somebody, `reached` did: neither number is ever called again by itself. The number is wrong or
# the customer refused: calling it again would be the same or worse.
NEVER_REDIALLED = frozenset({Outcome.REACHED, Outcome.UNKNOWN, Outcome.INVALID_NUMBER, Outcome.REJECTED})

_ENDS: dict[Then, Redial] = {
    Then.CLOSE: Redial(TargetState.CLOSED),
    Then.ESCALATE: Redial(TargetState.CLOSED, is_escalated=True),
    Then.ASK_AGENT: Redial(TargetState.ASKING),
}


def redial(standing: Standing, rules: Mapping[Outcome, RedialRule], max_attempts: int) -> Redial:
    """Whether, when and at which number the target is called again, and what becomes of it otherwise."""
    if standing.outcome is Outcome.REACHED:
        return Redial(TargetState.REACHED)
    rule = rules.get(standing.outcome)
    if rule is None:
        return _ENDS[Then.CLOSE]
    due_at = standing.ended_at + rule.delay_seconds
    if standing.attempts >= max_attempts:
        return _ENDS[rule.then]
    if standing.outcome not in NEVER_REDIALLED and standing.with_this_outcome < rule.max_attempts:
        return Redial(TargetState.OPEN, due_at)
    if rule.next_number and standing.numbers_left:
        return Redial(TargetState.OPEN, due_at, is_next_number=True)
    return _ENDS[rule.then]


# --- why nothing is dialled -----------------------------------------------------------------------------------


class Moment(Struct, frozen=True, kw_only=True):
    """What matters for a list right now. `offered` and `in_air` are its own targets; `is_resting`: the trunk
    has failed; `is_trunk_known`: the settings name it.

    `closed` is why no customer of it may be called at this time; `reserved_seats` are kept for callers who call in.
    """

    mode: Mode = Mode.PROGRESSIVE
    is_emergency: bool = False
    is_leader: bool = True
    closed: str | None = None
    is_live: bool = True
    is_trunk_known: bool = True
    is_resting: bool = False
    due: int
    offered: int = 0
    in_air: int
    free_seats: int
    reserved_seats: int = 0
    is_trunk_full: bool = False


def why_idle(state: ListState, moment: Moment) -> WhyIdle | None:
    """Why nothing is dialled for a list, None if it dials; what somebody chose is named before what only happens."""
    is_waiting = not moment.in_air
    needs_seats = is_waiting and moment.mode is not Mode.PREVIEW
    reasons = {
        WhyIdle.EMERGENCY_STOP: moment.is_emergency,
        WhyIdle(state) if state is not ListState.RUNNING else WhyIdle.STOPPED: state is not ListState.RUNNING,
        WhyIdle.STANDBY: not moment.is_leader,
        WhyIdle(moment.closed or WhyIdle.OUTSIDE_WINDOW): moment.closed is not None,
        WhyIdle.LINK_DOWN: not moment.is_live,
        WhyIdle.TRUNK_UNKNOWN: not moment.is_trunk_known,
        WhyIdle.TRUNK_FAILING: moment.is_resting,
        WhyIdle.NOTHING_DUE: is_waiting and not (moment.due or moment.offered),
        WhyIdle.WAITING_FOR_AGENTS: is_waiting and moment.mode is Mode.PREVIEW and not moment.offered,
        WhyIdle.NO_FREE_SEAT: needs_seats and not moment.free_seats,
        WhyIdle.SEATS_RESERVED: needs_seats and moment.free_seats <= moment.reserved_seats,
        WhyIdle.TRUNK_FULL: is_waiting and moment.is_trunk_full,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


# --- resting ----------------------------------------------------------------------------------------------------

FAILURES_BEFORE_REST = 3
SHORTEST_REST_SECONDS: Seconds = 5
LONGEST_REST_SECONDS: Seconds = 300


def rest_seconds(failures: int) -> Seconds:
    """How long a trunk is left alone after this many failed calls in a row: a broken trunk must not eat up a list."""
    if failures < FAILURES_BEFORE_REST:
        return 0
    return min(LONGEST_REST_SECONDS, SHORTEST_REST_SECONDS * 2.0 ** min(failures - FAILURES_BEFORE_REST, 10))

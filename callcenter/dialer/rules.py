"""The dialer's decisions as pure functions: outcomes, redials, how many calls, and why none."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from callcenter.floor.events import Instant, Seconds
from callcenter.floor.facts import AttemptResult


class ListState(StrEnum):
    """Whether a list is worked; `finished` when none of its targets is left to call."""

    STOPPED = "stopped"
    RUNNING = "running"
    FINISHED = "finished"


class TargetState(StrEnum):
    """Where a target stands. `closed` is over without having been reached."""

    OPEN = "open"
    IN_AIR = "in_air"
    REACHED = "reached"
    CLOSED = "closed"


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

    STOPPED = "stopped"
    FINISHED = "finished"
    OUTSIDE_WINDOW = "outside_window"
    LINK_DOWN = "link_down"
    TRUNK_FAILING = "trunk_failing"
    NOTHING_DUE = "nothing_due"
    NO_FREE_SEAT = "no_free_seat"


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


class RedialRule(Struct, frozen=True):
    """After this outcome: how long to wait, and how many attempts may end so before the target is closed."""

    delay_seconds: Seconds
    max_attempts: int


class Redial(Struct, frozen=True):
    """What becomes of a target after an attempt; `due_at` is when it may be called again, None if never."""

    state: TargetState
    due_at: Instant | None = None


DEFAULT_RULES: dict[Outcome, RedialRule] = {
    Outcome.BUSY: RedialRule(delay_seconds=300, max_attempts=4),
    Outcome.NO_ANSWER: RedialRule(delay_seconds=7200, max_attempts=3),
    Outcome.UNREACHABLE: RedialRule(delay_seconds=14400, max_attempts=3),
    Outcome.MACHINE: RedialRule(delay_seconds=14400, max_attempts=2),
    Outcome.ABANDONED: RedialRule(delay_seconds=3600, max_attempts=2),
    Outcome.FAILED: RedialRule(delay_seconds=600, max_attempts=3),
}
DEFAULT_MAX_ATTEMPTS = 5

# `unknown` may have rung somebody, `reached` did: neither is ever called again by itself. The number is wrong or
# the customer refused: calling again would be the same or worse.
NEVER_REDIALLED = frozenset({Outcome.REACHED, Outcome.UNKNOWN, Outcome.INVALID_NUMBER, Outcome.REJECTED})


def redial(
    outcome: Outcome,
    ended_at: Instant,
    *,
    rules: Mapping[Outcome, RedialRule],
    with_this_outcome: int,
    attempts: int,
    max_attempts: int,
) -> Redial:
    """Whether and when the target is called again; the counts include the attempt that has just ended."""
    if outcome is Outcome.REACHED:
        return Redial(TargetState.REACHED)
    rule = None if outcome in NEVER_REDIALLED else rules.get(outcome)
    if rule is None or with_this_outcome >= rule.max_attempts or attempts >= max_attempts:
        return Redial(TargetState.CLOSED)
    return Redial(TargetState.OPEN, ended_at + rule.delay_seconds)


# --- pacing -----------------------------------------------------------------------------------------------------


def calls_to_place(free_seats: int, in_air: int) -> int:
    """Progressive: every call in the air has a free seat that waits for it."""
    return max(0, free_seats - in_air)


class Moment(Struct, frozen=True):
    """What matters for a list right now. `in_air` are its own calls; `is_resting`: after failures of the trunk."""

    is_window_open: bool
    is_live: bool
    is_resting: bool
    due: int
    in_air: int
    free_seats: int


def why_idle(state: ListState, moment: Moment) -> WhyIdle | None:
    """Why nothing is dialled for a list, None if it dials; what somebody chose is named before what only happens."""
    reasons = {
        WhyIdle.STOPPED: state is ListState.STOPPED,
        WhyIdle.FINISHED: state is ListState.FINISHED,
        WhyIdle.OUTSIDE_WINDOW: not moment.is_window_open,
        WhyIdle.LINK_DOWN: not moment.is_live,
        WhyIdle.TRUNK_FAILING: moment.is_resting,
        WhyIdle.NOTHING_DUE: not moment.in_air and not moment.due,
        WhyIdle.NO_FREE_SEAT: not moment.in_air and not moment.free_seats,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


# --- resting ----------------------------------------------------------------------------------------------------

FAILURES_BEFORE_REST = 3
SHORTEST_REST_SECONDS: Seconds = 5
LONGEST_REST_SECONDS: Seconds = 300


def rest_seconds(failures: int) -> Seconds:
    """How long a PBX is left alone after this many failed calls in a row: a broken trunk must not eat up a list."""
    if failures < FAILURES_BEFORE_REST:
        return 0
    return min(LONGEST_REST_SECONDS, SHORTEST_REST_SECONDS * 2.0 ** min(failures - FAILURES_BEFORE_REST, 10))

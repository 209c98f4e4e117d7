"""Outcomes, redials, pacing and reasons for idleness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.dialer.pacing import calls_to_place
from callcenter.dialer.rules import (
    DEFAULT_RULES,
    NEVER_REDIALLED,
    ListState,
    Mode,
    Moment,
    Outcome,
    Redial,
    RedialRule,
    Standing,
    TargetState,
    Then,
    WhyIdle,
    outcome_of,
    redial,
    rest_seconds,
    why_idle,
)
from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import AttemptId, CallId


def result(
    cause: int = 0,
    tech_cause: str = "",
    *,
    was_placed: bool = True,
    answered_at: float | None = None,
    reached_at: float | None = None,
    is_machine: bool | None = None,
    is_certain: bool = True,
) -> AttemptResult:
    return AttemptResult(
        pbx="pbx1",
        is_certain=is_certain,
        attempt_id=AttemptId("a1"),
        call_id=CallId("a1"),
        was_placed=was_placed,
        answered_at=answered_at,
        reached_at=reached_at,
        ended_at=100.0,
        cause=cause,
        tech_cause=tech_cause,
        is_machine=is_machine,
    )


# The measured table of docs/asterisk.md: far end, cause, SIP code, outcome.
MEASURED = [
    (17, "486", Outcome.BUSY),
    (17, "600", Outcome.BUSY),
    (19, "480", Outcome.NO_ANSWER),
    (18, "408", Outcome.UNREACHABLE),
    (21, "603", Outcome.REJECTED),
    (21, "403", Outcome.REJECTED),
    (1, "404", Outcome.INVALID_NUMBER),
    (1, "604", Outcome.INVALID_NUMBER),
    (22, "410", Outcome.INVALID_NUMBER),
    (28, "484", Outcome.INVALID_NUMBER),
    (34, "503", Outcome.FAILED),
    (38, "500", Outcome.FAILED),
    (27, "502", Outcome.FAILED),
    (58, "488", Outcome.FAILED),
    (127, "487", Outcome.NO_ANSWER),
    (127, "421", Outcome.FAILED),
    (0, "", Outcome.NO_ANSWER),
    (20, "", Outcome.UNREACHABLE),
    (999, "", Outcome.FAILED),
]


@pytest.mark.parametrize(("cause", "tech_cause", "expected"), MEASURED)
def test_the_cause_of_an_unanswered_call_decides(cause: int, tech_cause: str, expected: Outcome) -> None:
    assert outcome_of(result(cause, tech_cause)) is expected


def test_what_happened_comes_before_the_cause() -> None:
    assert outcome_of(result(16, answered_at=1.0, reached_at=2.0)) is Outcome.REACHED
    assert outcome_of(result(16, answered_at=1.0)) is Outcome.ABANDONED
    assert outcome_of(result(16, answered_at=1.0, is_machine=True)) is Outcome.MACHINE
    assert outcome_of(result(17, was_placed=False)) is Outcome.FAILED


def test_an_end_that_nobody_saw_is_unknown_unless_they_talked() -> None:
    assert outcome_of(result(is_certain=False)) is Outcome.UNKNOWN
    assert outcome_of(result(is_certain=False, answered_at=1.0)) is Outcome.UNKNOWN
    assert outcome_of(result(is_certain=False, answered_at=1.0, reached_at=2.0)) is Outcome.REACHED


def test_a_busy_target_is_due_again_after_the_delay() -> None:
    rules = {Outcome.BUSY: RedialRule(delay_seconds=60, max_attempts=2)}
    first, second = (redial(Standing(Outcome.BUSY, 1000.0, nth, nth), rules, 9) for nth in (1, 2))
    assert (first.state, first.due_at) == (TargetState.OPEN, 1060.0)
    assert (second.state, second.due_at) == (TargetState.CLOSED, None)


standings = st.builds(
    Standing,
    st.sampled_from(Outcome),
    st.floats(0, 4e9),
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(0, 3),
)
rule_sets = st.dictionaries(
    st.sampled_from(Outcome),
    st.builds(RedialRule, st.floats(10, 1e6), st.integers(1, 9), st.booleans(), st.sampled_from(Then)),
)


@given(standings, rule_sets, st.integers(1, 20))
def test_redialling_always_ends(standing: Standing, rules: dict[Outcome, RedialRule], max_attempts: int) -> None:
    after = redial(standing, rules, max_attempts)
    assert (after.due_at is not None) == (after.state is TargetState.OPEN)
    if after.due_at is not None:
        assert standing.attempts < max_attempts
        assert after.due_at == standing.ended_at + rules[standing.outcome].delay_seconds
        if not after.is_next_number:
            assert standing.with_this_outcome < rules[standing.outcome].max_attempts
            assert standing.outcome not in NEVER_REDIALLED
        else:
            assert standing.numbers_left > 0


@given(st.lists(st.sampled_from([o for o in Outcome if o is not Outcome.REACHED]), max_size=40), st.integers(1, 8))
def test_attempts_never_exceed_the_maximum(fates: list[Outcome], max_attempts: int) -> None:
    seen: list[Outcome] = []
    for fate in fates:
        seen.append(fate)
        after = redial(Standing(fate, 0.0, seen.count(fate), len(seen)), DEFAULT_RULES, max_attempts)
        if after.state is not TargetState.OPEN:
            break
    assert len(seen) <= max_attempts


@pytest.mark.parametrize(
    ("outcome", "number_left", "expected"),
    [
        (Outcome.INVALID_NUMBER, 1, Redial(TargetState.OPEN, 10.0, is_next_number=True)),
        (Outcome.INVALID_NUMBER, 0, Redial(TargetState.ASKING)),
        (Outcome.BUSY, 1, Redial(TargetState.OPEN, 60.0)),
        (Outcome.MACHINE, 1, Redial(TargetState.CLOSED, is_escalated=True)),
        (Outcome.REJECTED, 1, Redial(TargetState.CLOSED)),
        (Outcome.REACHED, 1, Redial(TargetState.REACHED)),
    ],
)
def test_the_next_number_another_list_or_a_person(outcome: Outcome, number_left: int, expected: Redial) -> None:
    rules = {
        Outcome.INVALID_NUMBER: RedialRule(10, 1, next_number=True, then=Then.ASK_AGENT),
        Outcome.BUSY: RedialRule(60, 2, next_number=True),
        Outcome.MACHINE: RedialRule(60, 1, then=Then.ESCALATE),
    }
    assert redial(Standing(outcome, 0.0, 1, 1, number_left), rules, 9) == expected


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_never_more_in_the_air_than_free_seats(moments: list[tuple[int, int]]) -> None:
    in_air = 0
    for free_seats, ended in moments:
        in_air = max(0, in_air - ended)
        placed = calls_to_place(free_seats, in_air)
        assert placed >= 0
        assert placed == 0 or in_air + placed <= free_seats
        in_air += placed


READY = Moment(due=5, in_air=0, free_seats=5)
RUNNING = ListState.RUNNING


@pytest.mark.parametrize(
    ("expected", "state", "moment"),
    [
        (WhyIdle.EMERGENCY_STOP, ListState.STOPPED, replace(READY, is_emergency=True)),
        (WhyIdle.STOPPED, ListState.STOPPED, READY),
        (WhyIdle.PAUSED, ListState.PAUSED, READY),
        (WhyIdle.FINISHED, ListState.FINISHED, READY),
        (WhyIdle.STANDBY, RUNNING, replace(READY, is_leader=False, closed="holiday")),
        (WhyIdle.OUTSIDE_WINDOW, RUNNING, replace(READY, closed="outside_window", is_live=False)),
        (WhyIdle.HOLIDAY, RUNNING, replace(READY, closed="holiday")),
        (WhyIdle.LINK_DOWN, RUNNING, replace(READY, is_live=False)),
        (WhyIdle.TRUNK_UNKNOWN, RUNNING, replace(READY, is_trunk_known=False)),
        (WhyIdle.TRUNK_FAILING, RUNNING, replace(READY, is_resting=True)),
        (WhyIdle.NOTHING_DUE, RUNNING, replace(READY, due=0)),
        (WhyIdle.WAITING_FOR_AGENTS, RUNNING, replace(READY, mode=Mode.PREVIEW)),
        (WhyIdle.NO_FREE_SEAT, RUNNING, replace(READY, free_seats=0)),
        (WhyIdle.SEATS_RESERVED, RUNNING, replace(READY, reserved_seats=5)),
        (WhyIdle.TRUNK_FULL, RUNNING, replace(READY, is_trunk_full=True)),
        (None, RUNNING, READY),
        (None, RUNNING, replace(READY, due=0, in_air=1)),
        (None, RUNNING, replace(READY, free_seats=0, in_air=1)),
    ],
)
def test_one_word_says_why_nothing_is_dialled(expected: WhyIdle | None, state: ListState, moment: Moment) -> None:
    assert why_idle(state, moment) is expected


def test_a_trunk_that_fails_again_and_again_is_left_alone_for_longer() -> None:
    assert [rest_seconds(failures) for failures in (0, 2, 3, 4, 5)] == [0, 0, 5, 10, 20]
    assert rest_seconds(1000) == 300

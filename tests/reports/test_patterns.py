"""Diaries of agents: what they did in order, and what of it is unusual."""

from collections.abc import Sequence
from typing import Any

import pytest

from callcenter.floor.facts import Conversation, Ring, RingOutcome, SeatSpell, SeatState
from callcenter.floor.terms import CallId, ChannelId
from callcenter.reports.patterns import (
    RULES,
    Action,
    Kind,
    Limits,
    Pattern,
    find_patterns,
    rule_words,
    usual_wrap_up,
)
from callcenter.reports.timeline import Numbered, cut, timeline
from callcenter.settings import PatternSettings
from tests.facts import NOON, a_conversation, a_ring, a_spell

READY, PAUSED, TALKING, WRAP_UP = SeatState.READY, SeatState.PAUSED, SeatState.TALKING, SeatState.WRAP_UP
RINGING = SeatState.RINGING


def diary(*lines: tuple[float, SeatState | None, float], reason: str = "break", **given: Any) -> list[SeatSpell]:
    """Spells from (minute, state, minutes); None is a time signed out."""
    return [
        a_spell(
            state=state,
            reason=reason if state is PAUSED else "",
            since=NOON + minute * 60,
            until=NOON + (minute + minutes) * 60,
            **given,
        )
        for minute, state, minutes in lines
        if state is not None
    ]


def day(
    spells: Sequence[SeatSpell] = (),
    rings: Sequence[Ring] = (),
    talks: Sequence[Conversation] = (),
    callbacks: Any = (),
) -> list[Action]:
    numbered = [Numbered(row, spell) for row, spell in enumerate(spells)]
    return timeline(numbered, enumerate(rings), enumerate(talks), callbacks)


def told(actions: Sequence[Action]) -> list[tuple[float, str, float]]:
    return [((action.since - NOON) / 60, action.kind.value, action.seconds / 60) for action in actions]


def rules(patterns: Sequence[Pattern]) -> list[str]:
    return [pattern.rule for pattern in patterns]


# --- the timeline -----------------------------------------------------------------------------------------------


def test_a_morning_in_order() -> None:
    spells = diary((0, READY, 5), (5, RINGING, 0.25), (5.25, TALKING, 2), (7.25, WRAP_UP, 0.5), (7.75, PAUSED, 10))
    ring = a_ring(began_at=NOON + 300, ended_at=NOON + 315, ring_seconds=15.0)
    talk = a_conversation(
        began_at=NOON + 315, ended_at=NOON + 435, completed_at=NOON + 465, wrap_up_seconds=30.0, talk_seconds=110.0
    )
    actions = day(spells, [ring], [talk])
    assert told(actions) == [
        (0, "signed_in", 0),
        (0, "ready", 5),
        (5, "ring", 0.25),
        (5.25, "talk", 2),
        (7.25, "wrap_up", 0.5),
        (7.75, "pause", 10),
        (17.75, "signed_out", 0),
    ]
    assert (actions[2].outcome, actions[3].hold_seconds, actions[5].reason) == ("answered", 10.0, "break")
    assert len({action.id for action in actions}) == len(actions)


def test_a_gap_is_a_time_signed_out() -> None:
    kinds = [kind for _, kind, _ in told(day(diary((0, READY, 5), (9, READY, 5))))]
    assert kinds == ["signed_in", "ready", "signed_out", "signed_in", "ready", "signed_out"]


def test_a_call_of_a_phone_nobody_is_signed_in_at_is_no_sign_in() -> None:
    assert day(diary((0, TALKING, 5))) == []


def test_pauses_of_imported_time_are_no_sign_ins() -> None:
    assert [kind for _, kind, _ in told(day(diary((0, PAUSED, 5), (20, PAUSED, 5))))] == ["pause", "pause"]


def test_what_lasts_has_no_end_and_is_no_sign_out() -> None:
    [spell] = diary((0, READY, 5))
    actions = timeline([Numbered(0, spell, is_under_way=True)], [], [], ())
    assert [(action.kind, action.until) for action in actions] == [(Kind.SIGNED_IN, NOON), (Kind.READY, None)]


def test_seats_of_one_agent_are_kept_apart() -> None:
    here, there = diary((0, READY, 60)), diary((10, READY, 20), interface="PJSIP/2001")
    kinds = [kind for _, kind, _ in told(day([*here, *there]))]
    assert kinds == ["signed_in", "ready", "signed_in", "ready", "signed_out", "signed_out"]


def test_a_cut_leaves_what_touches_the_span() -> None:
    actions = cut(day(diary((0, READY, 5), (5, PAUSED, 5), (10, READY, 5))), NOON + 300, NOON + 600)
    assert [kind for _, kind, _ in told(actions)] == ["pause"]


# --- the patterns -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("every", "times", "expected"), [(14, 4, 1), (21, 4, 0), (14, 3, 0)])
def test_signing_in_and_out_again_and_again(every: float, times: int, expected: int) -> None:
    found = find_patterns(day(diary(*((every * turn, READY, 2) for turn in range(times)))), Limits())
    assert rules(found) == ["signs_in_and_out"] * expected
    if found:
        assert (found[0].count, found[0].limit, found[0].since) == (4, 4, NOON)
        assert len(found[0].actions) == 4


def bursts(minutes: float, *, count: int = 4) -> list[SeatSpell]:
    lines: list[tuple[float, SeatState | None, float]] = []
    for turn in range(count):
        lines += [(turn * 10, PAUSED, minutes), (turn * 10 + minutes, READY, 10 - minutes)]
    return diary(*lines)


def test_pausing_in_short_bursts() -> None:
    assert rules(find_patterns(day(bursts(0.5)), Limits())) == ["short_pauses"]
    assert find_patterns(day(bursts(1.0)), Limits()) == []
    assert find_patterns(day(bursts(0.5, count=3)), Limits()) == []


def test_a_pause_that_calls_interrupt_is_one_pause() -> None:
    lines: list[tuple[float, SeatState | None, float]] = [(0, READY, 1)]
    for turn in range(6):
        lines += [(1 + turn, PAUSED, 0.5), (1.5 + turn, TALKING, 0.5)]
    assert find_patterns(day(diary(*lines)), Limits()) == []


@pytest.mark.parametrize(
    ("outcome", "rule"), [(RingOutcome.REJECTED, "rejects_calls"), (RingOutcome.NOT_ANSWERED, "lets_calls_ring_out")]
)
def test_rings_refused_or_ignored(outcome: RingOutcome, rule: str) -> None:
    rings = [a_ring(outcome=outcome, began_at=NOON + turn * 600, ended_at=NOON + turn * 600 + 15) for turn in range(5)]
    [found] = find_patterns(day(rings=rings), Limits())
    assert (found.rule, found.count, len(found.actions)) == (rule, 5, 5)
    assert (found.since, found.until) == (NOON, NOON + 2415)
    for harmless in (RingOutcome.WON_BY_COLLEAGUE, RingOutcome.GIVEN_UP, RingOutcome.LOST, RingOutcome.ANSWERED):
        others = [a_ring(outcome=harmless, began_at=ring.began_at, ended_at=ring.ended_at) for ring in rings]
        assert find_patterns(day(rings=others), Limits()) == []


def test_windows_that_share_an_action_are_one_pattern_and_others_are_not() -> None:
    minutes = [0, 25, 50, 75, 100, 300, 301, 302]
    rings = [
        a_ring(outcome=RingOutcome.REJECTED, began_at=NOON + minute * 60, ended_at=NOON + minute * 60 + 5)
        for minute in minutes
    ]
    found = find_patterns(day(rings=rings), Limits())
    assert [(pattern.count, len(pattern.actions)) for pattern in found] == [(3, 5), (3, 3)]


def a_callback(turn: int, wait: float) -> tuple[Conversation, SeatSpell]:
    """A callback of two minutes with wrap-up of half a minute, and a pause some seconds after it."""
    begun = NOON + turn * 900
    talk = a_conversation(
        leg_id=ChannelId(f"leg{turn}"),
        call_id=CallId(f"call{turn}"),
        began_at=begun,
        ended_at=begun + 120,
        completed_at=begun + 150,
        wrap_up_seconds=30.0,
    )
    return talk, a_spell(since=begun + 150 + wait, until=begun + 600, reason="break")


def test_delaying_the_next_callback() -> None:
    callbacks = {("pbx1", f"call{turn}") for turn in range(3)}
    at_once = [a_callback(turn, 0.0) for turn in range(3)]
    talks, pauses = [talk for talk, _ in at_once], [pause for _, pause in at_once]
    [found] = find_patterns(day(pauses, talks=talks, callbacks=callbacks), Limits())
    assert (found.rule, found.count) == ("delays_callbacks", 3)
    assert find_patterns(day(pauses, talks=talks), Limits()) == []
    later = [pause for _, pause in (a_callback(turn, 60.0) for turn in range(3))]
    assert find_patterns(day(later, talks=talks, callbacks=callbacks), Limits()) == []
    ready = [
        a_spell(state=READY, reason="", since=pause.since, until=pause.since + 1, interface="PJSIP/1001")
        for pause in pauses
    ]
    after_ready = [a_spell(since=spell.until, until=spell.until + 300) for spell in ready]
    assert find_patterns(day([*ready, *after_ready], talks=talks, callbacks=callbacks), Limits()) == []


def test_wrap_up_much_longer_than_usual() -> None:
    talks = [
        a_conversation(ended_at=NOON + turn * 600, completed_at=NOON + turn * 600 + 90, wrap_up_seconds=90.0)
        for turn in range(3)
    ]
    actions = day(talks=talks)
    assert rules(find_patterns(actions, Limits(), 40.0)) == ["long_wrap_up"]
    assert find_patterns(actions, Limits(), 46.0) == []
    assert find_patterns(actions, Limits(), None) == []
    assert usual_wrap_up([10.0] * 9) is None
    assert usual_wrap_up([10.0] * 6 + [500.0] * 5) == 10.0


def test_what_nobody_saw_is_held_against_nobody() -> None:
    uncertain = diary(*((14 * turn, READY, 2) for turn in range(4)), is_certain=False)
    assert find_patterns(day(uncertain), Limits()) == []


def test_every_rule_is_named_and_explained_in_both_languages_with_its_limits() -> None:
    for rule in RULES:
        words = rule_words(rule, Limits(window_seconds=1800))
        assert rule.label_en
        assert rule.label_zh
        assert "30" in words["rule_en"]
        assert "30" in words["rule_zh"]
        assert "{" not in words["rule_en"] + words["rule_zh"]


def test_the_settings_are_these_limits() -> None:
    assert Limits(**PatternSettings().model_dump()) == Limits()

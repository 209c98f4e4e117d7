"""The most specific kind of rule decides, within it the longest; nothing goes that is held or before its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import BadInput
from callcenter.retention.rules import (
    DAY_SECONDS,
    Kept,
    Rule,
    Scope,
    checked_subject,
    checked_tag,
    deciding_rule,
    rule_due,
)

NAMES = st.sampled_from(["1", "2", "3"])
SETS = st.frozensets(NAMES)
KEPT = st.builds(
    Kept,
    ended_at=st.floats(0, 1e9),
    is_held=st.booleans(),
    tags=SETS,
    lists=st.none() | SETS,
    queues=SETS,
)
RULES = st.lists(
    st.builds(Rule, id=st.integers(1, 99), scope=st.sampled_from(Scope), subject=NAMES, days=st.integers(1, 400))
)
NOW = st.floats(0, 1.1e9)


def a_rule(scope: Scope, days: int, subject: str = "1", number: int = 1) -> Rule:
    return Rule(number, scope, subject, days)


def of(**given: frozenset[str] | bool | None) -> Kept:
    empty: frozenset[str] = frozenset()
    known = {"tags": empty, "lists": empty, "queues": empty, "is_held": False, **given}
    return Kept(ended_at=0.0, **known)  # type: ignore[arg-type]


ONE = frozenset({"1"})


@pytest.mark.parametrize(
    ("kept", "days"),
    [
        (of(), 400),
        (of(queues=ONE), 300),
        (of(queues=ONE, lists=ONE), 200),
        (of(queues=ONE, lists=ONE, tags=ONE), 100),
        (of(queues=ONE, tags=frozenset({"2"})), 300),
        (of(lists=None), 200),
    ],
)
def test_tag_before_list_before_queue_before_all(kept: Kept, days: int) -> None:
    kinds = {Scope.ALL: 400, Scope.QUEUE: 300, Scope.LIST: 200, Scope.TAG: 100}
    decided = deciding_rule([a_rule(scope, length) for scope, length in kinds.items()], kept)
    assert decided is not None
    assert decided.days == days


def test_without_a_rule_that_meets_it_a_recording_stays() -> None:
    assert deciding_rule([a_rule(Scope.TAG, 1)], of()) is None
    assert rule_due([], of(), 1e12) is None


def test_of_several_tags_the_longest_wins() -> None:
    rules = [a_rule(Scope.TAG, 10, "1"), a_rule(Scope.TAG, 90, "2", 2)]
    decided = deciding_rule(rules, of(tags=frozenset({"1", "2"})))
    assert decided is not None
    assert decided.days == 90


def test_the_days_are_over_to_the_second() -> None:
    rules = [a_rule(Scope.ALL, 2)]
    assert rule_due(rules, of(), 2 * DAY_SECONDS - 1) is None
    assert rule_due(rules, of(), 2 * DAY_SECONDS) == rules[0]


@given(RULES, KEPT, NOW)
def test_what_is_held_is_never_deleted(rules: list[Rule], kept: Kept, now: float) -> None:
    if kept.is_held:
        assert rule_due(rules, kept, now) is None


@given(RULES, KEPT, NOW)
def test_nothing_is_deleted_before_the_days_of_the_deciding_rule(rules: list[Rule], kept: Kept, now: float) -> None:
    due = rule_due(rules, kept, now)
    if due is not None:
        assert due == deciding_rule(rules, kept)
        assert kept.ended_at + due.days * DAY_SECONDS <= now
        assert due.days == max(
            rule.days for rule in rules if rule.scope is due.scope and deciding_rule([rule], kept) is not None
        )


@given(RULES.filter(bool), KEPT, st.data())
def test_more_rules_of_the_deciding_kind_never_shorten(rules: list[Rule], kept: Kept, data: st.DataObject) -> None:
    before = deciding_rule(rules, kept)
    if before is None:
        return
    more = data.draw(st.builds(Rule, id=st.just(100), scope=st.just(before.scope), subject=NAMES, days=st.integers(1)))
    after = deciding_rule([*rules, more], kept)
    assert after is not None
    assert after.days >= before.days


@given(RULES, KEPT)
def test_the_order_of_rules_does_not_matter(rules: list[Rule], kept: Kept) -> None:
    decided, turned = deciding_rule(rules, kept), deciding_rule(rules[::-1], kept)
    assert (decided and decided.days) == (turned and turned.days)


def test_subjects_are_kept_as_calls_name_them() -> None:
    assert checked_subject(Scope.ALL, " ") == ""
    assert checked_subject(Scope.TAG, " ＶＩＰ  client") == checked_tag("vip client") == "vip client"
    assert checked_subject(Scope.QUEUE, " Service ") == "Service"
    assert checked_subject(Scope.LIST, "12") == "12"


@pytest.mark.parametrize(
    ("scope", "subject"),
    [
        (Scope.ALL, "x"),
        (Scope.TAG, ""),
        (Scope.TAG, "x" * 41),
        (Scope.QUEUE, " "),
        (Scope.LIST, "x"),
        (Scope.LIST, "１"),
    ],
)
def test_a_subject_that_cannot_be_names_its_field(scope: Scope, subject: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_subject(scope, subject)
    assert refused.value.field == "subject"

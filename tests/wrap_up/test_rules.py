"""What may be chosen in a wrap-up form, and what a filled-in one must say."""

from collections.abc import Callable
from typing import Any

import pytest

from callcenter.errors import BadInput
from callcenter.wrap_up.rules import (
    NOTHING_SAID,
    Choice,
    Entry,
    Filled,
    Kind,
    Said,
    check_entries,
    check_filled,
    check_promised,
)
from tests.facts import NOON

KNOWN = {
    one.id: one
    for one in (
        Choice(id=1, kind=Kind.REASON, label_en="Enquiry"),
        Choice(id=2, kind=Kind.REASON, parent_id=1, label_en="Price"),
        Choice(id=3, kind=Kind.REASON, parent_id=1, label_en="Fax", is_retired=True),
        Choice(id=4, kind=Kind.REASON, label_zh="其他"),
        Choice(id=5, kind=Kind.RESULT, label_en="Solved"),
        Choice(id=6, kind=Kind.RESULT, label_en="Telegraphed", is_retired=True),
    )
}
GOOD = Filled(reason_id=2, result_id=5)
REASONS = [Entry(id=1, label_en="Enquiry", choices=(Entry(id=2, label_en="Price"),)), Entry(id=4, label_zh="其他")]
RESULTS = [Entry(id=5, label_en="Solved")]


def _refused(act: Callable[..., object], *given: Any) -> str | None:
    with pytest.raises(BadInput) as refused:
        act(*given)
    return refused.value.field


@pytest.mark.parametrize(
    "filled",
    [GOOD, Filled(reason_id=4, result_id=5), Filled(reason_id=2, result_id=5, next_at=NOON, list_id=1, is_mine=True)],
)
def test_a_reason_a_result_and_a_promise_can_be_filled_in(filled: Filled) -> None:
    check_filled(filled, KNOWN, NOTHING_SAID)


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        (Filled(reason_id=1, result_id=5), "reason_id"),  # one below it must be chosen
        (Filled(reason_id=3, result_id=5), "reason_id"),
        (Filled(reason_id=5, result_id=5), "reason_id"),
        (Filled(reason_id=9, result_id=5), "reason_id"),
        (Filled(reason_id=2, result_id=2), "result_id"),
        (Filled(reason_id=2, result_id=6), "result_id"),
        (Filled(reason_id=2, result_id=5, next_at=NOON), "list_id"),
        (Filled(reason_id=2, result_id=5, list_id=1), "next_at"),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_its_field(filled: Filled, field: str) -> None:
    assert _refused(check_filled, filled, KNOWN, NOTHING_SAID) == field


def test_what_was_chosen_before_it_retired_stays_chosen() -> None:
    old = Filled(reason_id=3, result_id=6)
    check_filled(old, KNOWN, Said(3, 6))
    assert _refused(check_filled, old, KNOWN, Said(2, 6)) == "reason_id"
    # A reason that got others below it later.
    check_filled(Filled(reason_id=1, result_id=5), KNOWN, Said(1, 5))


@pytest.mark.parametrize("at", [NOON, NOON - 1, NOON + 367 * 86_400])
def test_a_call_is_promised_for_a_time_ahead(at: float) -> None:
    check_promised(NOON + 1, NOON)
    assert _refused(check_promised, at, NOON) == "next_at"


def test_choices_are_changed_added_and_left_out() -> None:
    check_entries(REASONS, RESULTS, KNOWN)
    news = [*REASONS, Entry(label_en="New", queues=("sales",), choices=(Entry(label_zh="新"),))]
    check_entries(news, [*RESULTS, Entry(id=6, label_en="Telegraphed")], KNOWN)


@pytest.mark.parametrize(
    ("reasons", "results", "field"),
    [
        ([*REASONS, Entry(label_en=" ")], RESULTS, "reasons.2.label_en"),
        ([*REASONS, Entry(label_en="enquiry ")], RESULTS, "reasons.2.label_en"),
        ([*REASONS, Entry(label_zh="其他")], RESULTS, "reasons.2.label_zh"),
        ([*REASONS, Entry(id=9, label_en="Other")], RESULTS, "reasons.2.id"),
        ([*REASONS, Entry(id=4, label_en="Other")], RESULTS, "reasons.2.id"),
        ([*REASONS, Entry(id=2, label_en="Moved up")], RESULTS, "reasons.2.id"),
        ([*REASONS, Entry(id=5, label_en="A result")], RESULTS, "reasons.2.id"),
        ([Entry(id=4, label_en="Other", choices=(Entry(id=2, label_en="Price"),))], RESULTS, "reasons.0.choices.0.id"),
        ([Entry(id=1, label_en="A", choices=(Entry(), Entry()))], RESULTS, "reasons.0.choices.0.label_en"),
        ([Entry(label_en="For some", queues=("sales",))], RESULTS, "reasons"),
        ([], RESULTS, "reasons"),
        (REASONS, [], "results"),
    ],
)
def test_choices_that_would_mean_something_else_are_refused(
    reasons: list[Entry], results: list[Entry], field: str
) -> None:
    assert _refused(check_entries, reasons, results, KNOWN) == field

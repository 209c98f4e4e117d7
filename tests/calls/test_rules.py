"""Numbers as people type them, and cursors that nobody can forge into something else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.rules import plain_number, read_cursor, shorter_forms, write_cursor
from callcenter.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("+86 138-0013-8000", "8613800138000"),
        ("(010) 6552.9988", "01065529988"),
        ("PJSIP Anna", "pjsipanna"),
        ("8000", "8000"),
    ],
)
def test_punctuation_of_numbers_is_ignored(typed: str, plain: str) -> None:
    assert plain_number(typed) == plain


@pytest.mark.parametrize("typed", ["", " ", "+-()"])
def test_a_number_needs_something_in_it(typed: str) -> None:
    with pytest.raises(BadInput) as refusal:
        plain_number(typed)
    assert refusal.value.field == "number"


def test_shorter_forms_leave_out_the_country_but_not_more() -> None:
    assert "13800138000" in shorter_forms("8613800138000")
    assert min(map(len, shorter_forms("8613800138000"))) == 7
    assert shorter_forms("8000") == shorter_forms("anna.smith") == []


@given(st.floats(0, 1e11), st.integers(0, 2**63 - 1))
def test_a_cursor_reads_back(started_at: float, row: int) -> None:
    assert read_cursor(write_cursor(started_at, row)) == (started_at, row)


def _forged(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        "é",
        *map(_forged, ["", "1", "1 2 3", "nan 1", "inf 1", "0x1p0 -1", f"0x1p0 {2**63}", "0x1p99999 1"]),
    ],
)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_cursor(cursor)
    assert refusal.value.field == "cursor"

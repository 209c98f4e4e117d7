"""Which quarters of an hour a time touches."""

from callcenter.store.touched import LONGEST_SECONDS, QUARTER, quarters_between

AT = 1_900_000_800.0  # a whole quarter


def test_a_time_touches_each_quarter_that_it_lies_in() -> None:
    assert list(quarters_between(AT + 1, AT + QUARTER + 1)) == [AT, AT + QUARTER]
    assert list(quarters_between(AT + 1, AT + QUARTER)) == [AT]
    assert list(quarters_between(AT + 1, AT + 1)) == [AT]


def test_a_seat_that_is_ready_since_1970_touches_a_year_and_not_two_million_quarters() -> None:
    touched = list(quarters_between(0.0, AT))
    assert touched[-1] == AT - QUARTER
    assert len(touched) == LONGEST_SECONDS // QUARTER

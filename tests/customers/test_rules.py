"""What a record may hold, how numbers are read and written, and merges that come apart again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.customers.numbers import caller_number, checked_number, written_forms
from callcenter.customers.rules import Number, Record, check_record, differences, foreseen, merged, name_key, unmerged
from callcenter.errors import BadInput
from tests.customers.conftest import LI, WANG, a_record

NAMES = ("company", "address", "email")


def _refused(record: Record) -> str | None:
    with pytest.raises(BadInput) as refused:
        check_record(record, {"regular"}, NAMES)
    return refused.value.field


def test_a_record_says_what_is_wrong_with_it() -> None:
    check_record(a_record(attributes={"company": "ACME"}), {"regular"}, NAMES)
    assert _refused(Record()) == "name"
    assert _refused(a_record(level="royal")) == "level"
    assert _refused(a_record(attributes={"shoe_size": "44"})) == "attributes"
    assert _refused(a_record(consent="given")) == "consent_at"
    assert _refused(a_record(numbers=(LI, WANG, LI))) == "numbers.2"


@pytest.mark.parametrize("typed", ["13800138000", "+86 138-0013-8000", "008613800138000", "8613800138000"])
def test_one_line_has_one_spelling(typed: str) -> None:
    assert caller_number(typed, "CN") == LI
    assert checked_number(typed, "CN", "number") == LI


@pytest.mark.parametrize("typed", ["", "anonymous", "12", "+86", "*70", "+8610*", "9" * 30])
def test_what_is_no_number_is_nobodys(typed: str) -> None:
    assert caller_number(typed, "CN") == ""
    with pytest.raises(BadInput) as refused:
        checked_number(typed, "CN", "numbers.0")
    assert refused.value.field == "numbers.0"


def test_a_pbx_writes_numbers_in_several_ways_abroad_only_with_the_country() -> None:
    assert written_forms(LI, "CN") == {"8613800138000", "008613800138000", "13800138000"}
    assert written_forms(LI, "DE") == {"8613800138000", "008613800138000"}
    assert "01082345678" in written_forms("+861082345678", "CN")
    assert written_forms("+14155550123", "US") == {"14155550123", "0014155550123", "4155550123"}


def test_names_are_compared_whatever_their_width_and_case() -> None:
    assert name_key("Ｌi  Wei") == name_key("li wei") == "liwei"


# --- merging ----------------------------------------------------------------------------------------------------

WORDS = st.text(alphabet="abc 客", min_size=1, max_size=6).map(str.strip).filter(bool)
NUMBERS = st.lists(st.sampled_from([f"+861380013800{n}" for n in range(6)]), unique=True, max_size=5)


@st.composite
def records(draw: st.DrawFn) -> Record:
    consent = draw(st.sampled_from(["", "given", "withdrawn"]))
    return Record(
        name=draw(st.one_of(st.just(""), WORDS)),
        reference=draw(st.one_of(st.just(""), WORDS)),
        level=draw(st.sampled_from(["", "regular", "important"])),
        attributes=draw(st.dictionaries(st.sampled_from(NAMES), WORDS)),
        consent=consent,
        consent_at=draw(st.floats(1, 1e9)) if consent else None,
        consent_how=draw(WORDS) if consent else "",
        note=draw(st.one_of(st.just(""), WORDS)),
        numbers=tuple(Number(number, draw(st.sampled_from(["", "work"]))) for number in draw(NUMBERS)),
    )


def _added(before: Record, after: Record) -> list[str]:
    had = {one.number for one in before.numbers}
    return [one.number for one in after.numbers if one.number not in had]


@given(records(), records())
def test_a_merge_undone_is_as_if_it_had_not_been(kept: Record, gone: Record) -> None:
    after = merged(kept, gone)
    assert unmerged(after, differences(kept, after), _added(kept, after)) == kept


@given(records(), records(), records())
def test_merges_are_undone_one_after_another(kept: Record, first: Record, second: Record) -> None:
    once = merged(kept, first)
    twice = merged(once, second)
    assert unmerged(twice, differences(once, twice), _added(once, twice)) == once


@given(records(), records())
def test_a_merge_loses_nothing_that_one_of_them_alone_knew(kept: Record, gone: Record) -> None:
    after = merged(kept, gone)
    assert {one.number for one in after.numbers} == {one.number for one in (*kept.numbers, *gone.numbers)}
    assert set(after.attributes) == set(kept.attributes) | set(gone.attributes)
    assert kept.attributes.items() <= after.attributes.items()
    assert kept.note in after.note
    assert gone.note in after.note
    assert after.name == (kept.name or gone.name)
    assert after.reference == (kept.reference or gone.reference)
    assert {one.number for one in after.numbers if one.label} == {
        one.number for one in (*kept.numbers, *gone.numbers) if one.label
    }
    assert bool(after.consent) == bool(kept.consent or gone.consent)


def test_whoever_withdrew_consent_anywhere_has_withdrawn_it() -> None:
    yes = a_record(consent="given", consent_at=10.0)
    no = a_record(consent="withdrawn", consent_at=20.0)
    assert merged(yes, no).consent == merged(no, yes).consent == "withdrawn"
    again = a_record(consent="given", consent_at=30.0)
    assert merged(again, no).consent == merged(no, again).consent == "withdrawn"
    assert merged(yes, again).consent_at == merged(again, yes).consent_at == 30.0


def test_what_two_records_say_differently_is_told_before_they_are_merged() -> None:
    kept = a_record(level="regular", attributes={"address": "X"})
    more = {"reference": "C-77", "level": "important", "attributes": {"address": "Y"}}
    gone = replace(a_record(name="Wei", **more), numbers=(Number(LI, "work"),))
    after, change = foreseen(kept, gone, ["important", "regular"])
    assert change.changed == {
        "reference": ["", "C-77"],
        "level": ["regular", "important"],
        "labels": [[[LI, ""]], [[LI, "work"]]],
    }
    assert change.stays == {"name": "Wei", "attributes.address": "Y"}
    assert unmerged(after, change.changed, change.added) == kept
    assert foreseen(gone, kept, ["important", "regular"])[1].stays == {
        "name": "Li Wei",
        "level": "regular",
        "attributes.address": "X",
    }


def test_what_was_changed_after_a_merge_stays_when_it_is_undone() -> None:
    kept, gone = a_record(name="", attributes={}), a_record(numbers=(WANG,), attributes={"company": "ACME"})
    after = merged(kept, gone)
    later = Record(name="Li Wei the younger", level="regular", attributes=after.attributes, numbers=after.numbers)
    undone = unmerged(later, differences(kept, after), _added(kept, after))
    assert undone.name == "Li Wei the younger"
    assert undone.attributes == {}
    assert [one.number for one in undone.numbers] == [LI]

"""What is hidden of a number, and what of a text is no number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import BadInput
from callcenter.masks import as_kept, masked, masked_text, refuse_masks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("01065551234", "010****1234"),
        ("65551234", "****1234"),
        ("5551234", "***1234"),
        ("+49 30 1234567", "+49 30 ***4567"),
        ("138-0013-8000", "138-****-8000"),
        ("(010) 6555 1234", "(010) **** 1234"),
        ("01.42.68.53.00", "01.**.**.53.00"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("call 13800138000, or +86 139 0013 8001.", "call 138****8000, or +86 139 **** 8001."),
        ("1.13800138000 2.13900139000", "1.138****8000 2.139****9000"),
        ("20261127-101500-13800138000-1764151234.12.wav", "****1127-101500-138****8000-1764151234.12.wav"),
        ("110101199003071234", "**************1234"),
    ],
)
def test_four_digits_of_a_number_are_hidden(text: str, shown: str) -> None:
    assert masked_text(text) == shown
    assert masked_text(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", "1001", "10086", "110", "PJSIP/1001", "spell-123456", "2 calls in 30 seconds"),
        *("1763812800.1", "pbx1/1763812800.1/support/1", "192.168.100.200", "22.10.1"),
        *("2026-11-27", "2026-11-27 10:15:00", "queues-2026-11-01-2026-11-30.xlsx"),
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert masked_text(text) == text


@given(st.from_regex(r"[0-9]{7,15}", fullmatch=True), st.text(alphabet="ab:;,_ ", max_size=5))
def test_no_number_stays_whole_wherever_it_stands(number: str, beside: str) -> None:
    shown = masked_text(f"{beside}{number}{beside}")
    assert shown == f"{beside}{masked_text(number)}{beside}"
    assert re.fullmatch(r"[0-9]*\*{3,4}[0-9]{4}", masked_text(number))


@given(st.lists(st.from_regex(r"[0-9]{1,6}", fullmatch=True), min_size=1, max_size=6))
def test_a_mask_is_its_own_mask(parts: list[str]) -> None:
    shown = masked_text(" ".join(parts))
    assert masked_text(shown) == shown


def test_names_and_numbers_of_the_centre_stay() -> None:
    told = {
        "call_id": "17638128001", "agent_number": "20261127", "number": "13800138000",
        "agents": [{"number": "20261127", "name": "Li"}], "agent": {"number": "20261127"},
        "target": {"other_numbers": ["+8613900139000"], "attributes": {"phone 2": "13700137000"}},
        "attributes": {"id": "13700137000", "agent": {"number": "13700137000"}},
        "at": 1763812800.5, "is_masked": True, "nothing": None,
    }  # fmt: skip
    assert masked(told) == told | {
        "attributes": {"id": "137****7000", "agent": {"number": "137****7000"}},
        "number": "138****8000",
        "target": {"other_numbers": ["+86139****9000"], "attributes": {"phone 2": "137****7000"}},
    }


def test_what_comes_back_as_it_was_told_is_as_it_was_kept() -> None:
    kept = {"note": "call 13800138000", "answers": {"why": "13900139000", "how": "well"}, "score": 3}
    assert as_kept(masked(kept), kept) == kept
    sent = {"note": "call 138****8000 today", "answers": {"why": "new"}}
    assert as_kept(sent, kept) == sent


@pytest.mark.parametrize("text", ["138****8000", "138-****-8000", "***1234", "now: 01.**.**.53.00", "a **** 8001."])
def test_a_mask_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        refuse_masks({"record": {"numbers": [{"number": "1"}, {"number": text}]}})
    assert refused.value.field == "record.numbers.1.number"
    with pytest.raises(BadInput):
        refuse_masks({"attributes": {"id": text}})


@pytest.mark.parametrize("sent", [None, 1, "**bold** 2026", "5 * 1234", "* * *", {"password": "***1234"}])
def test_what_is_no_mask_is_taken(sent: object) -> None:
    refuse_masks(sent)

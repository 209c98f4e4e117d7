"""One line in all its spellings, and nobody else's."""

import pytest

from callcenter.errors import BadInput
from callcenter.lines import has_line, is_line, read_lines, stand_in, without_line

(MOBILE,) = read_lines(["138 0013 8000"], "CN")
(LANDLINE,) = read_lines(["010 6552 9988"], "CN")
(HONG_KONG,) = read_lines(["+852 2123 4567"], "CN")


@pytest.mark.parametrize(
    "stored",
    ["13800138000", "+8613800138000", "008613800138000", "8613800138000", "013800138000", "86 138-0013-8000",
     "913800138000", "9013800138000", "(+86) 138 0013 8000"],
)  # fmt: skip
def test_a_mobile_number_is_known_in_every_spelling(stored: str) -> None:
    assert is_line(stored, MOBILE, "CN")
    assert not is_line(stored, LANDLINE, "CN")


@pytest.mark.parametrize("stored", ["01065529988", "+861065529988", "1065529988", "901065529988"])
def test_so_is_one_with_an_area_code(stored: str) -> None:
    assert is_line(stored, LANDLINE, "CN")


@pytest.mark.parametrize("stored", ["0085221234567", "+852 2123 4567", "90085221234567"])
def test_so_is_one_abroad(stored: str) -> None:
    assert is_line(stored, HONG_KONG, "CN")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "1001",
        "13800138001",
        "+13800138000",
        "138001380001",
        "anonymous",
        "sip:13800138000@host",
        "1763812800.138",
        "٣",
    ],
)
def test_others_are_not(stored: str) -> None:
    assert not is_line(stored, MOBILE, "CN")


@pytest.mark.parametrize("typed", ["", "1001", "abc", "+8613800138000;ext=12", "\0", "9" * 60])
def test_what_is_nobodys_own_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_lines([typed], "CN")
    assert refused.value.field == "numbers"


def test_spellings_of_one_line_are_one() -> None:
    assert read_lines(["13800138000", "+86 138 0013 8000"], "CN") == (MOBILE,)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "+86 138-0013-8000",
        "138 (0013) 8000",
        "138.0013.8000",
        "008613800138000",
        "913800138000",
        "86138 0013 8000",
    ],
)
def test_a_text_that_names_it_does_not_any_more(text: str) -> None:
    told = f"call {text}, said 王小明"
    assert has_line(told, MOBILE)
    assert without_line(told, MOBILE) == "call [erased], said 王小明"


def test_a_longer_run_of_digits_is_another_number() -> None:
    assert not has_line("order 138001380001 of 1763812800", MOBILE)


def test_spellings_stay_as_alike_as_they_were() -> None:
    letters = "bcdfghjkmnp"
    assert stand_in("13800138000", letters) == letters
    assert stand_in("+86 138-0013-8000", letters) == "+86 bcd-fghj-kmnp"
    assert stand_in("013800138000", letters) == "0" + letters

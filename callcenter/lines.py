"""Telephone lines by any of their spellings, and what stands in their place once their person is erased. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from msgspec import Struct

from callcenter.errors import BadInput

SHORTEST_LINE = 7
"""Digits of a subscriber's number, without the country: a shorter one is an extension or a service, nobody's own."""

LONGEST_DIGITS = 24
MOST_PREFIX_DIGITS = 5
"""Before the number itself there may be an outside line, 00 and a country's code, or a trunk prefix."""

ERASED = "[erased]"
"""What stands in a text where the number stood."""

LETTERS = "bcdfghjkmnpqrstvwxz"
"""No vowels, so that no stand-in is a word, and nothing that is read as a digit."""

_BETWEEN = r"[ \t\u00a0()/.+\-]{0,3}"
_RUN = re.compile(r"\+?\d{7,24}")


class Line(Struct, frozen=True):
    """One telephone line: the code of its country and the digits behind it."""

    country: str
    national: str

    @property
    def e164(self) -> str:
        """`+` and all digits: one spelling for each line in the world."""
        return f"+{self.country}{self.national}"

    @property
    def end(self) -> str:
        """The last two digits: enough to tell two numbers of a person apart, and to find nobody by."""
        return self.national[-2:]

    @property
    def like(self) -> str:
        """A pattern of SQL's LIKE that each text with this number in it meets, and some others."""
        return f"%{'%'.join(self.national)}%"


def read_lines(typed: Iterable[str], region: str) -> tuple[Line, ...]:
    """The lines that somebody named, each once. Raises BadInput (`numbers`) for one that cannot be a person's."""
    found = dict.fromkeys(_read(text, region) for text in typed)
    if not found:
        raise BadInput("give at least one telephone number", field="numbers")
    return tuple(found)


def _read(text: str, region: str) -> Line:
    number = _parsed(text, region)
    if number is None or number.extension:
        raise BadInput("this is not a telephone number that can be dialled", field="numbers")
    line = _line(number)
    if len(line.national) < SHORTEST_LINE:
        raise BadInput(f"a number of fewer than {SHORTEST_LINE} digits is no person's own", field="numbers")
    return line


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _line(number: phonenumbers.PhoneNumber) -> Line:
    return Line(str(number.country_code), phonenumbers.national_significant_number(number))


@lru_cache(maxsize=16_384)
def lines_of(stored: str, region: str) -> tuple[Line, ...]:
    """Which lines a number as a PBX or a person wrote it may be: one where it is valid as it stands.

    Otherwise perhaps the one behind an outside line's digit (`9` and the number), too.
    """
    digits = "".join(sign for sign in stored if sign in "0123456789")
    if not SHORTEST_LINE <= len(digits) <= LONGEST_DIGITS or any(sign.isalpha() for sign in stored):
        return ()
    whole = _parsed(stored, region)
    if whole is not None and phonenumbers.is_valid_number(whole):
        return (_line(whole),)
    found = [] if whole is None else [_line(whole)]
    for start in range(1, min(MOST_PREFIX_DIGITS, len(digits) - SHORTEST_LINE) + 1):
        rest = _parsed(digits[start:], region)
        if rest is not None and phonenumbers.is_valid_number(rest):
            return (*found, _line(rest))
    return tuple(found)


def is_line(stored: str, line: Line, region: str) -> bool:
    """Whether a stored number is this line, however it was written."""
    return line in lines_of(stored, region)


# --- what stands in its place -----------------------------------------------------------------------------------


def stand_in(stored: str, letters: str) -> str:
    """A number with its own digits made letters; what stands before them and between them stays.

    So two spellings are as different, and as alike, as they were: whoever counts repeated calls counts the same.
    """
    signs = list(stored)
    places = [place for place, sign in enumerate(signs) if sign in "0123456789"]
    for place, letter in zip(reversed(places), reversed(letters), strict=False):
        signs[place] = letter
    return "".join(signs)


@lru_cache(maxsize=256)
def _spellings(line: Line) -> re.Pattern[str]:
    prefix = rf"(?:\+?(?:\d{_BETWEEN}){{0,{MOST_PREFIX_DIGITS}}})?"
    return re.compile(rf"(?<!\d){prefix}{_BETWEEN.join(line.national)}(?!\d)")


def has_line(text: str, line: Line) -> bool:
    """Whether a text names the line, with whatever people write between digits."""
    return _spellings(line).search(text) is not None


def without_line(text: str, line: Line) -> str:
    """The text with `[erased]` wherever it names the line."""
    return _spellings(line).sub(ERASED, text)


def numbers_in(path: str) -> list[str]:
    """The runs of digits in a file's path that may be a telephone number."""
    return _RUN.findall(path)

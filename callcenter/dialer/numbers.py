"""Phone numbers as people write them, in one spelling for each line in the world. Pure."""

from enum import StrEnum

import phonenumbers
from msgspec import Struct

from callcenter.dialer.calendar import zones_of_line

# Calling these costs us money for every minute: a list full of them is a known fraud.
COSTLY = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST})
PREFIX_SIGN = "*"
"""Behind a number of the do-not-call list: every number that begins so."""
SHORTEST_PREFIX = 3
"""`+` and two digits, all of a country; a shorter one would be a whole continent by a slip of the finger."""


class RowFault(StrEnum):
    """What can be wrong with a row; the panel has its words for each, so a value never changes."""

    NOT_CSV = "not_csv"
    TOO_MANY_VALUES = "too_many_values"
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    NOT_A_NUMBER = "not_a_number"
    HAS_EXTENSION = "has_extension"
    INVALID_NUMBER = "invalid_number"
    COSTLY_NUMBER = "costly_number"
    BAD_PRIORITY = "bad_priority"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_TIME_ZONE = "unknown_time_zone"
    BAD_DATE = "bad_date"
    SHORT_PREFIX = "short_prefix"
    TWICE_IN_FILE = "twice_in_file"
    ON_LIST = "on_list"
    ON_OTHER_LIST = "on_other_list"
    UNKNOWN_LEVEL = "unknown_level"
    REFERENCE_TAKEN = "reference_taken"
    IS_CUSTOMER = "is_customer"
    BAD_CONSENT = "bad_consent"
    NOT_YES_OR_NO = "not_yes_or_no"


class CellRefused(ValueError):
    """A number, or another cell of a row, that cannot be taken: which fault, and the reason in words."""

    def __init__(self, fault: RowFault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


class Line(Struct, frozen=True):
    """A number that can be called (E.164), its extension, and the time zones where it may be."""

    number: str
    extension: str
    time_zones: str


def read_line(text: str, region: str) -> Line:
    """A number written by somebody, with what else is known of it. Raises CellRefused if it cannot be called."""
    number = _parsed(text, region)
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:
        raise CellRefused(RowFault.INVALID_NUMBER, f"no valid number in +{number.country_code}")
    if kind in COSTLY:
        raise CellRefused(RowFault.COSTLY_NUMBER, "a premium-rate or shared-cost number")
    extension = number.extension or ""
    number.extension = None
    spelling = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Line(spelling, extension, zones_of_line(number, kind))


def without_extension(line: Line) -> Line:
    """The same line. Raises CellRefused for one with an extension."""
    if line.extension:
        raise CellRefused(RowFault.HAS_EXTENSION, "has an extension, which cannot be dialled")
    return line


def read_number(text: str, region: str) -> str:
    """A number written by somebody as `+` and digits, one spelling for each line in the world.

    Raises CellRefused if it cannot be called.
    """
    return without_extension(read_line(text, region)).number


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber:
    if not text:
        raise CellRefused(RowFault.NO_NUMBER, "no number")
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise CellRefused(RowFault.NOT_A_NUMBER, "not a phone number") from None


def read_possible(text: str, region: str) -> str:
    """A number as `+` and digits. Any that could be one is taken, since the lists of what is assigned are always late.

    Raises CellRefused.
    """
    number, is_prefix = read_banned(text, region)
    if is_prefix:
        raise CellRefused(RowFault.NOT_A_NUMBER, "not a phone number")
    if not phonenumbers.is_possible_number(phonenumbers.parse(number)):
        raise CellRefused(RowFault.INVALID_NUMBER, "too short or too long for a number")
    return number


def read_banned(text: str, region: str) -> tuple[str, bool]:
    """A number that is not to be called, or `+8610*`: how such numbers begin. Raises CellRefused."""
    if not text.endswith(PREFIX_SIGN):
        number = _parsed(text, region)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).partition(";")[0], False
    prefix = "".join(sign for sign in text.removesuffix(PREFIX_SIGN) if sign not in " -()")
    if not (prefix.startswith("+") and prefix[1:].isdecimal() and prefix.isascii()):
        raise CellRefused(RowFault.NOT_A_NUMBER, "a prefix is + and digits with * behind them, such as +8610*")
    if len(prefix) < SHORTEST_PREFIX:
        raise CellRefused(RowFault.SHORT_PREFIX, "a prefix has at least two digits behind the +")
    return prefix, True

"""A customer's number in one spelling, and how a PBX may have written it. Pure."""

import phonenumbers

from callcenter.dialer.numbers import CellRefused, read_possible
from callcenter.errors import BadInput

MOST_TYPED = 64


def checked_number(text: str, region: str, field: str) -> str:
    """As `read_possible`. Raises BadInput naming the field."""
    try:
        return read_possible(text.strip(), region)
    except CellRefused as error:
        raise BadInput(f"This is {error}" if str(error).startswith("n") else str(error), field=field) from None


def caller_number(text: str, region: str) -> str:
    """The number of a caller in the spelling of customers' numbers; "" where it is none: withheld, an extension."""
    try:
        return read_possible(text.strip()[:MOST_TYPED], region)
    except CellRefused:
        return ""


def written_forms(number: str, region: str) -> frozenset[str]:
    """The ways in which a PBX writes a customer's number, without punctuation.

    Without its country only where that is the centre's own: elsewhere the same digits are somebody else.
    """
    parsed = phonenumbers.parse(number)
    digits = number.removeprefix("+")
    forms = {digits, f"00{digits}"}
    if phonenumbers.country_code_for_region(region) == parsed.country_code:
        national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        forms |= {phonenumbers.national_significant_number(parsed), "".join(s for s in national if s.isdecimal())}
    return frozenset(forms)

"""A customer's number in one spelling, and how a PBX may have written it. Pure."""

import phonenumbers

from callcenter.dialer.numbers import CellRefused, RowFault, read_banned
from callcenter.errors import BadInput

MOST_TYPED = 64


def read_customer_number(text: str, region: str) -> str:
    """A number as `+` and digits. Any that could be one is taken, since the lists of what is assigned are always late.

    Raises CellRefused.
    """
    number, is_prefix = read_banned(text, region)
    if is_prefix:
        raise CellRefused(RowFault.NOT_A_NUMBER, "not a phone number")
    if not phonenumbers.is_possible_number(phonenumbers.parse(number)):
        raise CellRefused(RowFault.INVALID_NUMBER, "too short or too long for a number")
    return number


def checked_number(text: str, region: str, field: str) -> str:
    """As `read_customer_number`. Raises BadInput naming the field."""
    try:
        return read_customer_number(text.strip(), region)
    except CellRefused as error:
        raise BadInput(f"This is {error}" if str(error).startswith("n") else str(error), field=field) from None


def caller_number(text: str, region: str) -> str:
    """The number of a caller in the spelling of customers' numbers; "" where it is none: withheld, an extension."""
    try:
        return read_customer_number(text.strip()[:MOST_TYPED], region)
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

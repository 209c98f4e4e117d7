"""What a search for a number means, and the cursor that a page of calls ends with."""

import base64
import binascii
import math

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant

PUNCTUATION = " +-().\u00a0"
"""What people write into a number for the eye; `plain_number` is a number without it."""

SHORTEST_WHOLE_NUMBER = 7
"""Digits from which on an ending of what was typed may be a whole number, written without its country or area code."""

NUMBER_END_SIGNS = 4
"""Signs at the end of a number that are kept in order: few calls of millions share them, and who types fewer searches
by time."""


def plain_number(typed: str) -> str:
    """A number, or its last part, as it is compared. Raises BadInput when nothing remains."""
    plain = typed.translate({ord(sign): None for sign in PUNCTUATION}).lower()
    if not plain:
        raise BadInput("a number, or the last digits of one, is needed", field="number")
    return plain


def shorter_forms(plain: str) -> list[str]:
    """The same number without its country or area code: +86 138 0013 8000 was perhaps stored as 13800138000."""
    if not plain.isdecimal():
        return []
    return [plain[start:] for start in range(1, len(plain) - SHORTEST_WHOLE_NUMBER + 1)]


def number_end(plain: str) -> str:
    """The last NUMBER_END_SIGNS signs of a number, filled up in front where it is shorter."""
    return plain.rjust(NUMBER_END_SIGNS)[-NUMBER_END_SIGNS:]


def write_cursor(started_at: Instant, row: int) -> str:
    """Where a page ended; opaque to its reader."""
    return base64.urlsafe_b64encode(f"{started_at.hex()} {row}".encode()).decode()


def read_cursor(cursor: str) -> tuple[Instant, int]:
    """Where the page before ended. Raises BadInput for anything that `write_cursor` did not write."""
    try:
        at, row = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split(" ")
        started_at, number = float.fromhex(at), int(row)
    except (ValueError, OverflowError, binascii.Error):
        raise BadInput("this is not a cursor of this list", field="cursor") from None
    if not math.isfinite(started_at) or not 0 <= number < 2**63:
        raise BadInput("this is not a cursor of this list", field="cursor")
    return started_at, number

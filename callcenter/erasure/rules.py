"""What an erasure must say before it begins. Pure."""

from collections.abc import Iterable

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds
from callcenter.lines import Line, has_line

DAY_SECONDS: Seconds = 86_400.0
MOST_NUMBERS = 20
"""Of one person."""
LONGEST_REASON = 500
LONGEST_REFERENCE = 100


def checked_words(typed: str, field: str, longest: int, lines: Iterable[Line]) -> str:
    """A reason or a reference, which is kept for good: so it must not name the number. Raises BadInput."""
    words = " ".join(typed.split())
    if not 1 <= len(words) <= longest or not words.isprintable():
        raise BadInput(f"the {field} has 1 to {longest} characters", field=field)
    if any(has_line(words, line) for line in lines):
        raise BadInput(f"leave the number out of the {field}: it is kept, and the number is not", field=field)
    return words


def check_confirmation(typed: str, reference: str) -> None:
    """Raises BadInput unless somebody typed the reference again: what is erased does not come back."""
    if " ".join(typed.split()) != reference:
        raise BadInput("type the reference once more to confirm", field="confirmation")


def journal_is_gone_at(erased_at: Instant, journal_days: int) -> Instant:
    """When the last day of the journal that may tell of the person is deleted: a day is closed when it is over."""
    return (erased_at // DAY_SECONDS + 2 + journal_days) * DAY_SECONDS

"""The number of a call as a search compares it, and the index by its last digits."""

from sqlalchemy import ColumnElement, Index, String, func, literal_column

from callcenter.calls.rules import NUMBER_END_SIGNS, PUNCTUATION
from callcenter.store.tables import calls


def _word(constant: str) -> ColumnElement[str]:
    """A constant that stands in the statement itself: an index is used for the very expression that it is made of."""
    return literal_column(f"'{constant}'", String())


def _plain(number: ColumnElement[str]) -> ColumnElement[str]:
    plain: ColumnElement[str] = func.lower(number)
    for sign in PUNCTUATION:
        plain = func.replace(plain, _word(sign), _word(""))
    return plain


stored_number = _plain(calls.c.number)
"""Without punctuation, in small letters: as `rules.plain_number` makes what was typed."""

stored_number_end: ColumnElement[str] = func.substr(
    _word(" " * (NUMBER_END_SIGNS - 1)).concat(stored_number), func.length(stored_number)
)
"""The last NUMBER_END_SIGNS signs of stored_number, filled up in front where it is shorter."""

Index("ix_calls_number_end", stored_number_end, calls.c.started_at)

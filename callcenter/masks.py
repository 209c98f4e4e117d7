"""Customers' numbers with four of their digits hidden, wherever in an answer a number may stand. Pure.

What is told is looked through as a whole, free text included, so that a new field is masked without anybody's doing;
only fields that are known to hold names of our own are left alone.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from callcenter.errors import BadInput, NotAllowed

SHORTEST_NUMBER = 7
"""Digits: what is shorter is an extension, a service or an agent, and is nobody's own."""

LONGEST_NUMBER = 15
"""Digits of a number in the world (E.164): of what is longer only the end is shown."""

SHOWN_AT_END = 4
HIDDEN = 4
"""Before those at the end: `138****1234`."""

FEWEST_SEARCHED = SHOWN_AT_END + HIDDEN
"""Who searches by fewer digits would find the hidden ones one after another, not all four at once."""

MOST_DIGITS_IN_WORDS = 2
"""Of a search by the beginning or a part of words: more could be those of a number."""

OWN_FIELDS = frozenset(
    {
        *("id", "call_id", "channel_id", "leg_id", "ring_id", "list_id", "alert_id", "delivery_id", "visit", "actions"),
        *("next", "seed", "sha256", "secret", "token", "password", "recovery_codes", "image"),
        *("pbx", "queue", "queues", "interface", "listener", "team", "teams", "username"),
        *("agent", "agents", "agent_number", "next_agent", "owner_agent", "owner_user", "ticket"),
    }
)
"""Fields that hold identities and names of the centre's own: left alone, however many digits they have."""

NAMED_BY_PEOPLE = ("attributes", "answers", "details")
"""Below these fields are called as somebody wished: whatever its name, each may hold a number."""

NEVER_TOLD = ("password", "old_password")
"""What comes in these was not told before, so that it is no mask, whatever it looks like."""

OF_AGENTS = ("agent", "agents")
"""Below these `number` is an agent's."""

_BETWEEN = r"[ \t\u00a0()./\-]"
_KEPT = r"\d{4}-\d\d-\d\d(?!\d)|1\d{9}\.\d+(?!\d)|\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
"""A date, an id of Asterisk (an instant and a count), an address of the network."""

_FOUND = re.compile(
    rf"(?<![\d.])(?P<kept>{_KEPT})|\d{{{SHORTEST_NUMBER},}}|(?<![\d*])\d{{2,6}}(?!\d)(?:{_BETWEEN}{{1,3}}\d{{2,6}}(?![\d*]))+"
)
_MASK = re.compile(rf"\*(?:{_BETWEEN}{{0,3}}\*){{2,}}(?:{_BETWEEN}{{0,3}}\d){{{SHOWN_AT_END}}}(?!\d)")


def masked_text(text: str) -> str:
    """The text with each number in it masked, however it is spaced: `+86 138 0013 8000` is `+86 138 **** 8000`."""
    return _FOUND.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    signs = list(found[0])
    places = [place for place, sign in enumerate(signs) if sign.isdecimal()]
    if found["kept"] or len(places) < SHORTEST_NUMBER:
        return found[0]
    first = -SHOWN_AT_END - HIDDEN if len(places) <= LONGEST_NUMBER else None
    for place in places[first:-SHOWN_AT_END]:
        signs[place] = "*"
    return "".join(signs)


def masked(told: Any, name: str = "") -> Any:
    """The same with all texts masked but those of `OWN_FIELDS`; `name` is the field that it is told in."""
    if isinstance(told, str):
        return told if name in OWN_FIELDS else masked_text(told)
    if isinstance(told, dict):
        return {key: masked(value, _field(name, key)) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [masked(value, name) for value in told]
    return told


def _field(above: str, key: str) -> str:
    """As which field something is told below another one."""
    if above in NAMED_BY_PEOPLE:
        return above
    return "agent_number" if above in OF_AGENTS and key == "number" else key


# --- what comes back --------------------------------------------------------------------------------------------


def as_kept(sent: Any, kept: Any) -> Any:
    """What somebody sent who was told `kept` masked: a text, or a field of an object, that is unchanged is as kept."""
    if isinstance(sent, str) and isinstance(kept, str):
        return kept if sent == masked_text(kept) else sent
    if isinstance(sent, dict) and isinstance(kept, dict):
        return {name: as_kept(value, kept.get(name)) for name, value in sent.items()}
    return sent


def refuse_masks(sent: Any) -> None:
    """Raises BadInput naming the field in which a masked number came: it would be kept in place of the number."""
    field = next(_masks(sent, ""), None)
    if field is not None:
        raise BadInput("a masked number cannot be kept: write it in full, or leave it out", field=field)


def _masks(sent: Any, field: str) -> Iterator[str]:
    if isinstance(sent, str) and _MASK.search(sent):
        yield field
    parts = sent.items() if isinstance(sent, dict) else enumerate(sent) if isinstance(sent, list) else ()
    for step, part in parts:
        if step not in NEVER_TOLD:
            yield from _masks(part, f"{field}.{step}" if field else str(step))


# --- searches ---------------------------------------------------------------------------------------------------


def check_searched_number(typed: str | None) -> None:
    """Raises BadInput unless somebody who sees numbers masked may search by this number: one known as a whole."""
    if typed is not None and _digits(typed) < FEWEST_SEARCHED:
        raise BadInput(
            f"numbers are masked for your role: search by a whole number, of {FEWEST_SEARCHED} digits or more",
            field="number",
        )


def check_searched_words(typed: str | None, field: str) -> None:
    """Raises NotAllowed where somebody who sees numbers masked searches by words that may be a part of a number."""
    if typed is not None and _digits(typed) > MOST_DIGITS_IN_WORDS:
        raise NotAllowed(f"a search for digits in the {field} needs the permission see_numbers", field=field)


def _digits(typed: str) -> int:
    return sum(sign.isdecimal() for sign in unicodedata.normalize("NFKC", typed))

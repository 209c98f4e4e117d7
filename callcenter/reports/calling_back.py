"""Whether somebody who gave up waiting was heard of again: the same number, later. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct, structs

from callcenter.calls.rules import PUNCTUATION, SHORTEST_WHOLE_NUMBER
from callcenter.floor.terms import Instant

How = Literal["conversation", "attempt", "visit"]


class Contact(Struct, frozen=True, kw_only=True):
    """One time that a number and the centre had to do with each other; `is_reached`: an agent talked with them."""

    kind: How
    number: str
    at: Instant
    is_reached: bool
    pbx: str
    call_id: str | None
    agent_number: str = ""
    agent_name: str = ""


def without_whom(contact: Contact) -> Contact:
    """That it was, for who is not told who it was and in which call."""
    return structs.replace(contact, pbx="", call_id=None, agent_number="", agent_name="")


def digits_of(number: str) -> str:
    """A number as it is compared: without what people write into it for the eye."""
    return number.translate({ord(sign): None for sign in PUNCTUATION})


def key_of(number: str) -> str:
    """What all spellings of a number have in common: its last digits, whatever codes stand before them."""
    return digits_of(number)[-SHORTEST_WHOLE_NUMBER:]


def is_same(one: str, other: str) -> bool:
    """Whether these are one number: equal, or one is the other without its country or area code.

    A long-distance 0 before the area code is none of the other's: 010 6552 9988 is +86 10 6552 9988.
    """
    short, long = sorted((digits_of(one).lstrip("0"), digits_of(other).lstrip("0")), key=len)
    return bool(short) and (short == long or (len(short) >= SHORTEST_WHOLE_NUMBER and long.endswith(short)))


def by_key(contacts: Iterable[Contact]) -> dict[str, list[Contact]]:
    """The contacts of each number, in their order."""
    found: dict[str, list[Contact]] = {}
    for contact in sorted(contacts, key=lambda contact: contact.at):
        found.setdefault(key_of(contact.number), []).append(contact)
    return found


def called_back(number: str, gave_up_at: Instant, contacts: Mapping[str, Sequence[Contact]]) -> Contact | None:
    """The first contact after that instant in which somebody was reached; else the first at all; None without any."""
    later = [
        contact
        for contact in contacts.get(key_of(number), ())
        if contact.at >= gave_up_at and is_same(number, contact.number)
    ]
    reached = next((contact for contact in later if contact.is_reached), None)
    return reached or (later[0] if later else None)

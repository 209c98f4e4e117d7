"""Answers "may this number be called at this moment, and why not": the dialer's own question, asked by a person."""

import phonenumbers
from msgspec import Struct
from sqlalchemy import select

from callcenter.dialer.calendar import zones_of_number
from callcenter.dialer.forbidding import forbidden_of
from callcenter.dialer.permit import Permit, Rulebook
from callcenter.dialer.reserving import dialled_lately
from callcenter.dialer.tables import CallbackList, Target
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions


class Answer(Struct, frozen=True):
    """The number as it would be dialled, where its customer may be, and whether it may be called."""

    number: str
    time_zones: str
    permit: Permit


async def may_call(sessions: Sessions, row: CallbackList, rulebook: Rulebook, number: str, at: Instant) -> Answer:
    """The answer for a number as somebody types it; on the list or not. Raises BadInput for what is none."""
    full = full_number(number, row.region)
    async with sessions() as session:
        query = select(Target).where(Target.list_id == row.id, Target.number == full)
        target = await session.scalar(query)
        zones = target.time_zones if target else zones_of_number(full)
        dialled = await dialled_lately(session, rulebook, full, at, target_id=target.id if target else None)
        forbidden = await forbidden_of(session, [full], at)
        return Answer(full, zones, rulebook.may_call(zones, at, dialled, forbidden[full]))


def full_number(number: str, region: str) -> str:
    """A number in full (E.164). Raises BadInput."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException as error:
        raise BadInput(f"{number[:40]!r} is no phone number", field="number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadInput(f"{number[:40]!r} is no possible phone number in {region}", field="number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

"""Who rings at a seat, or is called from there: what its desk shows of them until the work is done."""

from collections.abc import Sequence

from msgspec import Struct

from callcenter.customers.addresses import filled
from callcenter.customers.service import Seen
from callcenter.floor.floor import Floor
from callcenter.floor.terms import PbxName
from callcenter.settings import PopSettings


class KnownCall(Struct, frozen=True):
    """A call, whom it was with as the PBX wrote the number, and the queue that it came from ("": none)."""

    pbx: str
    call_id: str
    number: str
    queue: str


def own_call(floor: Floor, agent: str, pbx: str, call_id: str) -> KnownCall | None:
    """The call at an agent's own seat, or in the work after it; None where it is another's, or over."""
    site = floor.sites.get(PbxName(pbx))
    for seat in site.seats.values() if site else ():
        if seat.agent_number != agent:
            continue
        if seat.call_id == call_id:
            return KnownCall(pbx, call_id, seat.number, seat.queue)
        if seat.unfinished is not None and seat.unfinished.call_id == call_id:
            return KnownCall(pbx, call_id, seat.unfinished.number, seat.unfinished.queue)
    return None


def address_of(settings: PopSettings, agent: str, call: KnownCall, number: str, found: Sequence[Seen]) -> str:
    """The other system's page of whom an agent's call is with; "" where the settings name none."""
    values = {
        "number": number or call.number,
        "customer_id": str(found[0].row.id) if found else "",
        "call_id": call.call_id,
        "queue": call.queue,
        "agent": agent,
    }
    return filled(settings.url, values)

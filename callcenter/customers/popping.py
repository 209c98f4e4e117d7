"""Who rings at a seat, or is called from there: what its desk shows of the customer while the call lasts."""

from collections.abc import Sequence

from callcenter.customers.addresses import filled
from callcenter.customers.service import Seen
from callcenter.errors import NotFound
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.terms import PbxName
from callcenter.settings import PopSettings


def seat_in_call(floor: Floor, agent_number: str, pbx: str, call_id: str) -> Seat:
    """The agent's seat that this call is at now. Raises NotFound: nobody is shown who calls at another's."""
    site = floor.sites.get(PbxName(pbx))
    for seat in site.seats.values() if site else ():
        if seat.agent_number == agent_number and seat.call_id == call_id:
            return seat
    raise NotFound(f"there is no call {call_id} at a phone of agent {agent_number}")


def address_of(settings: PopSettings, seat: Seat, number: str, found: Sequence[Seen]) -> str:
    """The other system's page of whom a seat's call is with; "" where the settings name none."""
    values = {
        "number": number or seat.number,
        "customer_id": str(found[0].row.id) if found else "",
        "call_id": seat.call_id or "",
        "queue": seat.queue,
        "agent": seat.agent_number,
    }
    return filled(settings.url, values)

"""Who rings at a seat, or is called from there: what its desk shows of the customer while the call lasts."""

from callcenter.errors import NotFound
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.terms import PbxName


def seat_in_call(floor: Floor, agent_number: str, pbx: str, call_id: str) -> Seat:
    """The agent's seat that this call is at now. Raises NotFound: nobody is shown who calls at another's."""
    site = floor.sites.get(PbxName(pbx))
    for seat in site.seats.values() if site else ():
        if seat.agent_number == agent_number and seat.call_id == call_id:
            return seat
    raise NotFound(f"there is no call {call_id} at a phone of agent {agent_number}")

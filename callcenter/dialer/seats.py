"""What the dialer reads off the live floor: free seats, and how far each of its calls has come."""

from collections.abc import Mapping

from callcenter.dialer.rules import AirState
from callcenter.floor.call import Attempt
from callcenter.floor.events import AttemptId, LinkState, PbxName
from callcenter.floor.floor import Floor
from callcenter.floor.site import Site


class FloorSeats:
    """The floor as the dialer sees it; every answer is of this moment."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def is_live(self, pbx: PbxName) -> bool:
        """Whether what is known of the PBX is true now."""
        site = self._floor.sites.get(pbx)
        return site is not None and site.link is LinkState.LIVE

    def free_seats(self, pbx: PbxName, queue: str) -> int:
        """How many seats of the queue are ready."""
        return self._floor.free_seats(pbx, queue)

    def in_air(self, pbx: PbxName) -> Mapping[AttemptId, AirState]:
        """The attempts whose channel is open, and how far each has come."""
        site = self._floor.sites.get(pbx)
        return {} if site is None else {key: _air_state(site, attempt) for key, attempt in site.attempts.items()}


def _air_state(site: Site, attempt: Attempt) -> AirState:
    if attempt.answered_at is None:
        return AirState.DIALLING
    call = site.call(attempt.call_id)
    legs = (site.channels.get(channel_id) for channel_id in (call.channels if call else ()))
    return AirState.SEATED if any(leg is not None and leg.seat is not None for leg in legs) else AirState.ANSWERED

"""What the dialer must know of the floor, and how it is read from the one in this process."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from callcenter.dialer.rules import AirState
from callcenter.floor.call import is_agent_first
from callcenter.floor.events import DeviceState, LinkState
from callcenter.floor.facts import SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.site import Site, is_attempt
from callcenter.floor.terms import AttemptId, ChannelId, PbxName, Seconds

BUSY = frozenset({SeatState.RINGING, SeatState.TALKING, SeatState.ON_HOLD, SeatState.WRAP_UP})


class Desk(Struct, frozen=True):
    """Where an agent works: the phone, the queues he is signed in to, and whether the phone can be called now."""

    pbx: PbxName
    interface: str
    queues: frozenset[str]
    is_free: bool


class Seats(Protocol):
    """Every answer is of this moment."""

    def is_live(self, pbx: PbxName) -> bool:
        """Whether what is known of the PBX is true now."""
        ...

    def free_seats(self, pbx: PbxName, queue: str) -> int:
        """How many seats of the queue are ready and waited for by nobody."""
        ...

    def busy_seconds(self, pbx: PbxName, queue: str) -> list[Seconds]:
        """For how long each seat of the queue has been busy with its call that will be ready again."""
        ...

    def in_air(self, pbx: PbxName) -> Mapping[AttemptId, AirState]:
        """The attempts whose channel is open, and how far each has come."""
        ...

    def desk(self, agent: str) -> Desk | None:
        """Where the agent of this number works; None if no phone of his is known."""
        ...


class FloorSeats:
    """Reads the floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def is_live(self, pbx: PbxName) -> bool:
        """Whether the link is live."""
        site = self._floor.sites.get(pbx)
        return site is not None and site.link is LinkState.LIVE

    def free_seats(self, pbx: PbxName, queue: str) -> int:
        """Ready seats not paused in this queue, less the callers who wait for one and whom none rings yet.

        Our own customers in the line are not taken off: they count as calls in the air.
        """
        site = self._floor.sites.get(pbx)
        if site is None or queue not in site.queues:
            return 0
        line = site.queues[queue]
        ready = sum(
            seat.state is SeatState.READY and not seat.members[queue].is_paused
            for seat in line.seats.values()
            if queue in seat.members
        )
        waiting = sum(not visit.rings and not is_attempt(visit.channel_id) for visit in line.waiting.values())
        return max(0, ready - waiting)

    def busy_seconds(self, pbx: PbxName, queue: str) -> list[Seconds]:
        """Of seats in a call or in wrap-up that nobody has paused meanwhile; a wrap-up goes on with its call."""
        site = self._floor.sites.get(pbx)
        if site is None or queue not in site.queues:
            return []
        seats = site.queues[queue].seats.values()
        busy = [seat for seat in seats if seat.state in BUSY and not seat.is_paused]
        return [site.now - (seat.unfinished.began_at if seat.unfinished else seat.since) for seat in busy]

    def in_air(self, pbx: PbxName) -> Mapping[AttemptId, AirState]:
        """The attempts that the floor follows."""
        site = self._floor.sites.get(pbx)
        return {} if site is None else {attempt_id: _air_state(site, attempt_id) for attempt_id in site.attempts}

    def desk(self, agent: str) -> Desk | None:
        """The phone that the agent has signed in at, or one where he could."""
        sites = self._floor.sites.values()
        seats = [seat for site in sites for seat in site.seats.values() if agent and seat.agent_number == agent]
        if not seats:
            return None
        seat = max(seats, key=lambda seat: (bool(seat.members), seat.device is not DeviceState.UNAVAILABLE))
        is_free = not seat.channels and seat.state is not SeatState.UNREACHABLE
        return Desk(seat.pbx, seat.interface, frozenset(seat.members), is_free)


def _air_state(site: Site, attempt_id: AttemptId) -> AirState:
    attempt, channel_id = site.attempts[attempt_id], ChannelId(attempt_id)
    visit, channel = site.visits.get(channel_id), site.channels.get(channel_id)
    if attempt.reached_at is not None or (visit is not None and visit.rings):
        return AirState.SEATED
    # A channel found by a survey is up without anybody having seen when it was answered.
    is_up = channel is not None and channel.is_up and not is_agent_first(attempt_id)
    is_up = is_up or attempt.answered_at is not None
    return AirState.ANSWERED if is_up else AirState.DIALLING

"""Keeps account of the agents over a span: rings, pauses, and how long each was signed in."""

from callcenter.floor.changes import Key
from callcenter.floor.facts import Ring, RingOutcome, SeatSpell, SeatState, VisitOutcome
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.tally import AgentTally, PauseTally, QueueCall
from callcenter.floor.terms import ChannelId, Instant

RINGS_COUNTED_AS = {
    RingOutcome.NOT_ANSWERED: "not_answered",
    RingOutcome.REJECTED: "not_answered",
    RingOutcome.GIVEN_UP: "given_up",
}
"""As queue_log has them: RINGNOANSWER and RINGCANCELED."""

Who = tuple[str, str]
"""A member's name, where it must be kept, and the interface."""

_IN_A_CALL = frozenset({SeatState.RINGING, SeatState.TALKING, SeatState.ON_HOLD})


class Attendance:
    """What the agents at the seats of one PBX did; named as members are, which is known at the end at the latest."""

    def __init__(self, site: Site) -> None:
        self.agents: dict[str, AgentTally] = {}
        self.rings: list[tuple[Ring, str]] = []
        """The rings that ended, each with the member's name where it is known."""
        self.dumped: set[ChannelId] = set()
        """The rings that ended as AGENTDUMP."""
        self._site = site
        self._spells: dict[Who, SeatSpell] = {}
        self._pauses: list[tuple[Who, str, float, bool]] = []
        self._signed_in: dict[str, tuple[Who, Instant]] = {}
        self._presences: list[tuple[Who, float]] = []

    def spell(self, fact: SeatSpell) -> None:
        """A stretch of a seat is over. A call in a pause does not make two pauses of it."""
        who = self._who(fact.agent_name, fact.interface)
        before = self._spells.get(who)
        if fact.state in _IN_A_CALL and before is not None and before.state is SeatState.PAUSED:
            return
        if fact.state is SeatState.PAUSED:
            self._pause(who, fact.reason, fact.until - fact.since)
        self._spells[who] = fact

    def _who(self, name: str, interface: str) -> Who:
        """At a desk phone the name is that of the moment; elsewhere the one that is known at the end."""
        return (name if interface.lower() in self._site.desks else "", interface)

    def _pause(self, who: Who, reason: str, seconds: float) -> None:
        before = self._spells.get(who)
        goes_on = before is not None and before.state is SeatState.PAUSED and before.reason == reason
        self._pauses.append((who, reason, seconds, not goes_on))

    def members_changed(self, touched: set[Key]) -> None:
        """Who signed in or out: a seat is signed in while it is a member of a queue."""
        for kind, identity in touched:
            seat = self._site.seats.get(identity.partition("/")[2].lower()) if kind == "seats" else None
            if seat is not None:
                self._note_presence(seat)

    def _note_presence(self, seat: Seat) -> None:
        who = self._who(seat.agent_name, seat.interface)
        was, since = self._signed_in.get(seat.interface, (who, self._site.now))
        if not seat.members or was != who:
            if self._signed_in.pop(seat.interface, None):
                self._presences.append((was, self._site.now - since))
            since = self._site.now
        if seat.members:
            self._signed_in[seat.interface] = who, since

    def close(self) -> None:
        """Adds everything up, with what is still going on."""
        site = self._site
        for seat in site.seats.values():
            if seat.state is SeatState.PAUSED:
                self._pause(self._who(seat.agent_name, seat.interface), seat.reason, site.now - seat.since)
        self._presences += [(who, site.now - since) for who, since in self._signed_in.values()]
        self._add_seconds()
        for ring, name in self.rings:  # kept for who compares them with another account
            self._add_ring(ring, name)

    def add_up(self) -> None:
        """Adds up what is over, and forgets it."""
        self._add_seconds()
        for ring, name in self.rings:
            self._add_ring(ring, name)
        self.rings.clear()
        self.dumped.clear()

    def _add_seconds(self) -> None:
        for who, seconds in self._presences:
            self._agent(*who).signed_in_seconds += seconds
        for who, reason, seconds, is_new in self._pauses:
            pause = self._agent(*who).pauses.setdefault(reason, PauseTally())
            pause.count += is_new
            pause.seconds += seconds
        self._presences, self._pauses = [], []

    def _add_ring(self, ring: Ring, name: str) -> None:
        _count_ring(self._agent(name, ring.interface), self.outcome_of(ring))

    def outcome_of(self, ring: Ring) -> RingOutcome | None:
        """How a ring counts; None if the agent hung up in the announcement, which is no RINGNOANSWER."""
        return None if ring.ring_id in self.dumped else ring.outcome

    def add_ring(self, agent: str, outcome: RingOutcome | None) -> None:
        """A ring of which nothing was known."""
        _count_ring(self._agent(agent, agent), outcome)

    def doubt_ring(self, agent: str) -> None:
        """A ring that may have been, or not."""
        self._agent(agent, agent).rings_unheard += 1

    def names_in(self, queue: str) -> set[str]:
        """The members of a queue, and whom it was heard to ring."""
        members = {self.name_of("", seat.interface) for seat in self._site.queue(queue).seats.values()}
        return members | {self.name_of(name, ring.interface) for ring, name in self.rings if ring.queue == queue}

    def correct_ring(self, agent: str, before: RingOutcome | None, outcome: RingOutcome | None) -> None:
        """A ring ended otherwise than was counted."""
        tally = self._agent(agent, agent)
        _count_ring(tally, before, -1)
        _count_ring(tally, outcome)

    def add_wrap_up(self, call: QueueCall, seconds: float) -> None:
        """The work after a talk."""
        self._agent(call.agent, call.interface).wrap_up_seconds += seconds

    def credit(self, call: QueueCall) -> None:
        """Counts a visit for the agent who answered it, if somebody did."""
        if call.outcome is not VisitOutcome.ANSWERED:
            return
        agent = self._agent(call.agent, call.interface)
        agent.answered += 1
        if call.talk is not None and call.talk.ended_by is not None:
            agent.talk_seconds += call.talk.seconds
            agent.hold_seconds += call.talk.hold_seconds

    def name_of(self, name: str, interface: str) -> str:
        """The member's name; of one that Asterisk never told the interface."""
        if name:
            return name
        seat = self._site.seats.get(interface.lower())
        return (seat.agent_name if seat else "") or interface

    def _agent(self, name: str, interface: str) -> AgentTally:
        return self.agents.setdefault(self.name_of(name, interface), AgentTally())


def _count_ring(into: AgentTally, outcome: RingOutcome | None, number: int = 1) -> None:
    into.rings += number
    counted = RINGS_COUNTED_AS.get(outcome) if outcome else None
    if counted:
        setattr(into, counted, getattr(into, counted) + number)

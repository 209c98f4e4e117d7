"""Keeps account of everything that happens on a floor from first to last: visits with their talks, and agents.

It holds every visit, so it is for a span that ends (a replay), not for a server that runs on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from callcenter.floor import events as e
from callcenter.floor.changes import Key
from callcenter.floor.events import AnyEvent, ChannelId, DeviceState, Instant
from callcenter.floor.facts import AnyFact, Conversation, EndedBy, QueueVisit, Ring, RingOutcome, SeatSpell, SeatState
from callcenter.floor.facts import VisitOutcome as Outcome
from callcenter.floor.floor import Floor
from callcenter.floor.queue import Visit
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.tally import AgentTally, PauseTally, QueueCall, QueueTalk

REASONS = {"agent": EndedBy.AGENT, "caller": EndedBy.CALLER, "transfer": EndedBy.TRANSFER}

RINGS_COUNTED_AS = {
    RingOutcome.NOT_ANSWERED: "not_answered",
    RingOutcome.REJECTED: "not_answered",
    RingOutcome.GIVEN_UP: "given_up",
}
"""As queue_log has them: RINGNOANSWER and RINGCANCELED."""

CLOCK_SECONDS = 2.0
"""How far an instant that follows from Asterisk's whole seconds may be off."""

MOST_TALKS = 20
"""More than any seat has under way in one queue."""

_IN_A_CALL = frozenset({SeatState.RINGING, SeatState.TALKING, SeatState.ON_HOLD})
_DEVICES_WITHOUT_CALL = frozenset({DeviceState.NOT_IN_USE, DeviceState.UNAVAILABLE, DeviceState.INVALID})
_MEMBERSHIP = (e.MemberAdded, e.MemberRemoved, e.MemberChanged, e.Surveyed)


@dataclass(slots=True, eq=False)
class Answer:
    """An answered visit: what the floor saw of its talk (`parts`), and what Asterisk said at its end (`said`)."""

    call: QueueCall
    parts: list[Conversation] = field(default_factory=list)
    said: e.MemberCompleted | None = None

    def talk(self) -> QueueTalk | None:
        """The talk as it really was; None while it lasts.

        A talk goes on in another conversation of the same leg when the other side is exchanged by an attended
        transfer; Asterisk's own end of the visit tells how many of these belong to it.
        """
        said = self.said
        parts = self.parts[:1] if said is None else [part for part in self.parts if part.began_at < said.at]
        if said is not None and not (parts and all(part.is_certain for part in parts)):
            return QueueTalk(seconds=said.talk_seconds, ended_by=REASONS.get(said.reason), ended_at=said.at)
        if not parts:
            return None
        hold_seconds = sum(part.hold_seconds for part in parts)
        return QueueTalk(
            seconds=hold_seconds + sum(part.talk_seconds for part in parts),
            hold_seconds=hold_seconds,
            ended_by=self._ended_by(parts[-1]),
            ended_at=parts[-1].ended_at,
        )

    def _ended_by(self, last: Conversation) -> EndedBy | None:
        # A transfer that succeeded is one, whatever Asterisk calls the end of the visit.
        if last.ended_by is EndedBy.TRANSFER:
            return EndedBy.TRANSFER
        if self.said is not None:
            return REASONS.get(self.said.reason, last.ended_by)
        return last.ended_by if last.is_certain else None


class Account:
    """A floor of one PBX, and what it came to. `apply` everything, then `close`, then read `calls` and `agents`."""

    def __init__(self, pbx: str) -> None:
        self.floor = Floor()
        self.calls: list[QueueCall] = []
        self.rings: list[tuple[Ring, str]] = []
        """The rings that ended, each with the member's name."""
        self.agents: dict[str, AgentTally] = {}
        self._pbx = pbx
        self._answers: list[Answer] = []
        self._of_stay: dict[tuple[ChannelId, str], Answer] = {}
        self._of_ring: dict[ChannelId, Answer] = {}
        self._of_seat: dict[tuple[str, str], list[Answer]] = {}
        self._of_leg: dict[ChannelId, Answer] = {}
        self._rung: dict[ChannelId, str] = {}
        self._dumped: set[ChannelId] = set()
        self._spells: dict[str, SeatSpell] = {}
        self._pauses: list[tuple[str, str, str, float, bool]] = []
        self._signed_in: dict[str, Instant] = {}
        self._presences: list[tuple[str, float]] = []
        self._wrap_ups: list[tuple[Answer, float]] = []
        self._unheard: set[ChannelId] = set()

    @property
    def site(self) -> Site:
        """The PBX; made by the first event."""
        return self.floor.sites.setdefault(self._pbx, Site(self._pbx))

    # --- what happens -------------------------------------------------------------------------------------------

    def apply(self, event: AnyEvent) -> None:
        """Applies an event to the floor and keeps what ended by it."""
        if self._unheard:
            self._unheard.discard(getattr(event, "channel_id", ""))
        if isinstance(event, e.MemberRung):
            self._rung[event.ring_id] = event.member_name
        changes = self.floor.apply(event)
        for fact in changes.facts:
            keep = _KEEP.get(type(fact))
            if keep is not None:
                keep(self, fact)
        note = _NOTE.get(type(event))
        if note is not None:
            note(self, event)
        if changes.touched and isinstance(event, _MEMBERSHIP):
            self._note_members(changes.touched)

    def lose_sight(self) -> None:
        """Something was missed here: what is open now and is never heard of again has ended unseen."""
        self._unheard = {*self.site.channels, *self.site.visits}

    def _visit(self, fact: QueueVisit) -> None:
        call = QueueCall(
            channel_id=fact.channel_id,
            queue=fact.queue,
            joined_at=fact.joined_at,
            outcome=fact.outcome,
            left_at=fact.ended_at,
            wait_seconds=fact.wait_seconds,
            agent=fact.agent_name,
            interface=fact.interface,
        )
        self._keep_call(call)

    def _keep_call(self, call: QueueCall) -> Answer | None:
        self.calls.append(call)
        if call.outcome is not Outcome.ANSWERED:
            return None
        answer = self._of_stay[call.channel_id, call.queue] = Answer(call)
        self._answers.append(answer)
        talking = self._of_seat.setdefault((call.interface.lower(), call.queue), [])
        talking.append(answer)
        del talking[:-MOST_TALKS]
        return answer

    def _connected(self, event: e.MemberConnected) -> None:
        answer = self._of_stay.get((event.channel_id, event.queue))
        if answer is not None:
            self._of_ring[event.ring_id] = answer
            answer.call.agent = event.member_name or answer.call.agent

    def _completed(self, event: e.MemberCompleted) -> None:
        answer = self._of_stay.get((event.channel_id, event.queue)) or self._of_ring.get(event.ring_id)
        if answer is None and not event.channel_id:
            waiting = self._of_seat.get((self._phone(event.queue, event.interface), event.queue), ())
            answer = next((one for one in waiting if one.said is None), None)
        if answer is None and event.channel_id:
            answer = self._unseen(event)
        if answer is not None and answer.said is None:  # of two endings of one stay the first counts
            answer.said = event

    def _unseen(self, event: e.MemberCompleted) -> Answer | None:
        """The end of a talk whose beginning was not seen."""
        left_at = event.at - event.talk_seconds
        return self._keep_call(
            QueueCall(
                channel_id=event.channel_id,
                queue=event.queue,
                joined_at=left_at - event.wait_seconds,
                outcome=Outcome.ANSWERED,
                left_at=left_at,
                wait_seconds=event.wait_seconds,
                agent=event.member_name,
                interface=self._phone(event.queue, event.interface),
            )
        )

    def _phone(self, queue: str, interface: str) -> str:
        seat = self.site.queue(queue).seats.get(interface.lower())
        return (seat.interface if seat else interface).lower()

    def _conversation(self, fact: Conversation) -> None:
        answer = self._answer_of(fact)
        if answer is not None:
            if fact.queue:
                self._of_seat[fact.interface.lower(), fact.queue].remove(answer)
            answer.parts.append(fact)
            self._of_leg[fact.leg_id] = answer
            self._wrap_ups.append((answer, fact.wrap_up_seconds))

    def _answer_of(self, fact: Conversation) -> Answer | None:
        if not fact.queue:
            before = self._of_leg.get(fact.leg_id)
            follows = before is not None and abs(fact.began_at - before.parts[-1].ended_at) < 1
            return before if follows else None
        ours = [
            answer
            for answer in self._of_seat.get((fact.interface.lower(), fact.queue), ())
            if (answer.call.left_at or 0.0) <= fact.began_at + CLOCK_SECONDS
        ]
        return min(ours, key=lambda answer: abs((answer.call.left_at or 0.0) - fact.began_at), default=None)

    def _ring(self, fact: Ring) -> None:
        self.rings.append((fact, self._rung.pop(fact.ring_id, "")))

    def _dump(self, event: e.MemberDumped) -> None:
        self._dumped.add(event.ring_id)

    def _spell(self, fact: SeatSpell) -> None:
        before = self._spells.get(fact.interface)
        if fact.state in _IN_A_CALL and before is not None and before.state is SeatState.PAUSED:
            return  # a call in a pause does not make two pauses of it
        self._spells[fact.interface] = fact
        if fact.state is SeatState.PAUSED:
            self._pause(fact, fact.until - fact.since, before)

    def _pause(self, paused: SeatSpell | Seat, seconds: float, before: SeatSpell | None) -> None:
        is_new = before is None or before.state is not SeatState.PAUSED or before.reason != paused.reason
        self._pauses.append((paused.interface, paused.agent_name, paused.reason, seconds, is_new))

    def _note_members(self, touched: set[Key]) -> None:
        """Who signed in or out: a seat is signed in while it is a member of a queue."""
        for kind, identity in touched:
            seat = self.site.seats.get(identity.partition("/")[2].lower()) if kind == "seats" else None
            if seat is not None and seat.members:
                self._signed_in.setdefault(seat.interface, self.site.now)
            elif seat is not None and seat.interface in self._signed_in:
                self._presences.append((seat.interface, self.site.now - self._signed_in.pop(seat.interface)))

    # --- the end ------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Takes what is still open into the account as it stands."""
        site = self.site
        for seat in site.seats.values():
            if seat.unfinished is not None:
                self._conversation(replace(seat.unfinished, wrap_up_seconds=site.now - seat.unfinished.ended_at))
            if seat.state is SeatState.PAUSED:
                self._pause(seat, site.now - seat.since, self._spells.get(seat.interface))
        for visit in site.visits.values():
            self._keep_call(self._open(visit))
        for answer in self._answers:
            answer.call.talk = answer.talk()
            answer.call.is_over = answer.call.talk is None and self._has_gone(answer.call)
        self._presences += [(interface, site.now - since) for interface, since in self._signed_in.items()]
        self._tally_agents()

    def _open(self, visit: Visit) -> QueueCall:
        is_lost = visit.channel_id in self._unheard
        return QueueCall(
            channel_id=visit.channel_id,
            queue=visit.queue,
            joined_at=visit.joined_at,
            outcome=Outcome.LOST if is_lost else None,
            wait_seconds=max(0.0, self.site.now - visit.joined_at),
        )

    def _has_gone(self, call: QueueCall) -> bool:
        """Whether a talk that nobody saw end cannot go on: its channel has gone, or was missed and its phone is free."""
        if call.channel_id in self.site.ended_channels:
            return True
        seat = self.site.seats.get(call.interface.lower())
        is_free = seat is not None and seat.device in _DEVICES_WITHOUT_CALL
        return call.channel_id in self._unheard and is_free

    def open_calls(self) -> int:
        """Calls that are under way, without those that were lost sight of."""
        return sum(not call.channels <= self._unheard for call in self.site.calls.values() if call.channels)

    def _tally_agents(self) -> None:
        for seat in self.site.seats.values():
            if seat.members:
                self._agent("", seat.interface)
        for ring, name in self.rings:
            agent = self._agent(name or ring.agent_name, ring.interface)
            agent.rings += 1
            counted = RINGS_COUNTED_AS.get(ring.outcome)
            if counted and ring.ring_id not in self._dumped:  # AGENTDUMP is no RINGNOANSWER
                setattr(agent, counted, getattr(agent, counted) + 1)
        for interface, name, reason, seconds, is_new in self._pauses:
            pause = self._agent(name, interface).pauses.setdefault(reason, PauseTally())
            pause.count += is_new
            pause.seconds += seconds
        for interface, seconds in self._presences:
            self._agent("", interface).signed_in_seconds += seconds
        for answer, seconds in self._wrap_ups:
            self._agent(answer.call.agent, answer.call.interface).wrap_up_seconds += seconds

    def credit_calls(self) -> None:
        """Adds the visits to the agents who answered them, once they are complete."""
        for call in self.calls:
            if call.outcome is Outcome.ANSWERED:
                agent = self._agent(call.agent, call.interface)
                agent.answered += 1
                if call.talk is not None:
                    agent.talk_seconds += call.talk.seconds
                    agent.hold_seconds += call.talk.hold_seconds

    def add_ring(self, agent: str, outcome: RingOutcome) -> None:
        """A ring of which only Asterisk's own account tells."""
        counted = RINGS_COUNTED_AS.get(outcome)
        into = self._agent(agent, agent)
        into.rings += 1
        if counted:
            setattr(into, counted, getattr(into, counted) + 1)

    def _agent(self, name: str, interface: str) -> AgentTally:
        return self.agents.setdefault(self._name(name, interface), AgentTally())

    def _name(self, name: str, interface: str) -> str:
        """The member's name; one that Asterisk never told is the interface."""
        if name:
            return name
        seat = self.site.seats.get(interface.lower())
        return (seat.agent_name if seat else "") or interface


_KEEP: dict[type[AnyFact], Callable[[Account, Any], None]] = {
    QueueVisit: Account._visit,
    Conversation: Account._conversation,
    Ring: Account._ring,
    SeatSpell: Account._spell,
}

_NOTE: dict[type[AnyEvent], Callable[[Account, Any], None]] = {
    e.MemberConnected: Account._connected,
    e.MemberCompleted: Account._completed,
    e.MemberDumped: Account._dump,
}

"""Keeps account of everything that happens on a floor from first to last: visits with their talks, and agents.

It is for a span that ends (a replay), not for a server that runs on. It holds every visit until somebody takes those
that are settled.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from callcenter.floor import events as e
from callcenter.floor.attendance import Attendance
from callcenter.floor.events import AnyEvent, DeviceState
from callcenter.floor.facts import AnyFact, Conversation, EndedBy, QueueVisit, Ring, SeatSpell
from callcenter.floor.facts import VisitOutcome as Outcome
from callcenter.floor.floor import Floor
from callcenter.floor.matching import HALF_A_SECOND, WITHIN_A_SECOND
from callcenter.floor.queue import Visit
from callcenter.floor.site import CLOCK_SECONDS, Site
from callcenter.floor.tally import QueueCall, QueueTalk
from callcenter.floor.terms import ChannelId, Seconds

REASONS = {"agent": EndedBy.AGENT, "caller": EndedBy.CALLER, "transfer": EndedBy.TRANSFER}

SETTLED_SECONDS = 900.0
"""So long after its end nothing more is said of a visit or of its talk, nor of the work after it."""

MOST_TALKS = 20
"""More than any seat has under way in one queue."""

_DEVICES_WITHOUT_CALL = frozenset({DeviceState.NOT_IN_USE, DeviceState.UNAVAILABLE, DeviceState.INVALID})
_MEMBERSHIP = (e.MemberAdded, e.MemberRemoved, e.MemberChanged, e.Surveyed)


@dataclass(slots=True, eq=False)
class Answer:
    """An answered visit: what the floor saw of its talk (`parts`), and what Asterisk said at its end (`said`)."""

    call: QueueCall
    parts: list[Conversation] = field(default_factory=list)
    said: e.MemberCompleted | None = None
    wrap_up_seconds: float = 0.0

    def is_ended_by(self, event: e.MemberCompleted) -> bool:
        """Of two endings of one stay the first counts, but for one of another length: that is of the caller's next
        stay, which nobody saw begin."""
        return self.said is None or (self._began_with(event) and not self._began_with(self.said))

    def _began_with(self, said: e.MemberCompleted) -> bool:
        return abs(self.began_later(said)) <= WITHIN_A_SECOND

    def began_later(self, said: e.MemberCompleted) -> Seconds:
        """By how much this talk began later than the one that ended so: a difference of whole-second clocks."""
        return (self.call.left_at or 0.0) - (int(said.at) - said.talk_seconds + HALF_A_SECOND)

    def talk(self) -> QueueTalk | None:
        """The talk as it really was; None while it lasts.

        A talk goes on in another conversation of the same leg when the other side is exchanged by an attended
        transfer; Asterisk's own end of the visit tells how many of these belong to it.
        """
        said = self.said
        parts = self.parts[:1] + [part for part in self.parts[1:] if said is not None and _is_before(part, said)]
        if said is not None and not (parts and all(part.is_certain for part in parts)):
            ended_by = REASONS.get(said.reason, EndedBy.UNKNOWN)
            return QueueTalk(seconds=said.talk_seconds, ended_by=ended_by, ended_at=said.at)
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


def _is_before(part: Conversation, said: e.MemberCompleted) -> bool:
    """Whether it was over when the visit's talk was; what began in that moment may be heard before or after."""
    return part.began_at < said.at and part.ended_at <= said.at + CLOCK_SECONDS


class Account:
    """A floor of one PBX, and what it came to. `apply` everything, then `close`, then read `calls` and `attendance`."""

    def __init__(self, pbx: str) -> None:
        self.floor = Floor()
        self.calls: list[QueueCall] = []
        self.site = self.floor.sites[pbx] = Site(pbx)
        self.attendance = Attendance(self.site)
        self._answers: list[Answer] = []
        self._of_stay: dict[tuple[ChannelId, str], Answer] = {}
        self._of_ring: dict[ChannelId, Answer] = {}
        self._lost: dict[tuple[ChannelId, str], QueueCall] = {}
        self._of_seat: dict[tuple[str, str], list[Answer]] = {}
        self._of_leg: dict[ChannelId, Answer] = {}
        self._halves: dict[ChannelId, tuple[ChannelId, ChannelId]] = {}
        self._rung: dict[ChannelId, str] = {}
        self._unheard: set[ChannelId] = set()
        self._newest: Answer | None = None

    # --- what happens -------------------------------------------------------------------------------------------

    def apply(self, event: AnyEvent) -> None:
        """Applies an event to the floor and keeps what ended by it."""
        if self._unheard:
            self._unheard.discard(getattr(event, "channel_id", ""))
        if isinstance(event, e.MemberRung):
            self._rung[event.ring_id] = event.member_name
        self._newest = None
        changes = self.floor.apply(event)
        for fact in changes.facts:
            keep = _KEEP.get(type(fact))
            if keep is not None:
                keep(self, fact)
        note = _NOTE.get(type(event))
        if note is not None:
            note(self, event)
        if changes.touched and isinstance(event, _MEMBERSHIP):
            self.attendance.members_changed(changes.touched)

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
        if call.outcome is Outcome.LOST and not self._was_answered(call):
            self._lost[call.channel_id, call.queue] = call
            self.calls.append(call)
        elif call.outcome is not Outcome.LOST:
            self._keep_call(call)

    def _was_answered(self, call: QueueCall) -> bool:
        """Whether a visit whose end was missed is known to be answered, since the end of its talk was seen."""
        answer = self._of_stay.get((call.channel_id, call.queue))
        if answer is None or (answer.call.left_at or 0.0) < call.joined_at:
            return False
        answer.call.joined_at = call.joined_at
        return True

    def _keep_call(self, call: QueueCall) -> Answer | None:
        self.calls.append(call)
        if call.outcome is not Outcome.ANSWERED:
            return None
        answer = self._newest = self._of_stay[call.channel_id, call.queue] = Answer(call)
        self._answers.append(answer)
        talking = self._of_seat.setdefault((call.interface.lower(), call.queue), [])
        talking.append(answer)
        del talking[:-MOST_TALKS]
        return answer

    def _connected(self, event: e.MemberConnected) -> None:
        # Another channel may have taken the place of the one that joined: its talk ends under the new id.
        answer = self._newest or self._of_stay.get((event.channel_id, event.queue))
        if answer is not None:
            self._of_stay[event.channel_id, event.queue] = answer
            self._of_ring[event.ring_id] = answer
            answer.call.agent = event.member_name or answer.call.agent

    def _completed(self, event: e.MemberCompleted) -> None:
        stays = ((one, event.queue) for one in (event.channel_id, *self._halves.get(event.channel_id, ())))
        answer = self._newest or next(filter(None, map(self._of_stay.get, stays)), None)
        answer = answer or self._of_ring.get(event.ring_id)
        if answer is None and not (event.channel_id and event.ring_id):
            answer = self._by_seconds(event)
        if answer is None and event.channel_id:
            answer = self._unseen(event)
        if answer is not None and answer.is_ended_by(event):
            answer.said = event

    def _optimised(self, event: e.LocalOptimised) -> None:
        """The caller of a stay may be behind a Local channel, too: the phone there has its place since."""
        self._halves[event.source_id] = event.one_id, event.two_id

    def _by_seconds(self, event: e.MemberCompleted) -> Answer | None:
        """The talk of this seat in this queue that began so many seconds ago, after so many seconds of waiting.

        Of channels that have gone the ids are missing, or the caller's is that of the channel on which the agent
        called another queue, whose place the caller has taken.
        """
        began_at = event.at - event.talk_seconds
        talks = self._of_seat.get((self._phone(event.queue, event.interface), event.queue), ())
        # It may come after both channels have gone, so after the end of the talk was seen; and it may be said again.
        said = next((one for one in talks if one.said == event), None)
        if said is not None:
            return said
        open_ones = (one for one in talks if one.said is None)
        began_then = [
            one
            for one in open_ones
            if abs((one.call.left_at or 0.0) - began_at) <= CLOCK_SECONDS
            and one.began_later(event) <= WITHIN_A_SECOND
            and one.call.wait_seconds == event.wait_seconds
        ]
        # A phone may talk to several at once: Asterisk takes one clock's whole second from the other's.
        return min(began_then, key=lambda one: abs(int(one.call.left_at or 0.0) - int(began_at)), default=None)

    def _unseen(self, event: e.MemberCompleted) -> Answer | None:
        """The end of a talk whose beginning was not seen."""
        left_at = event.at - event.talk_seconds
        lost = self._lost.pop((event.channel_id, event.queue), None)
        if lost is not None:
            self.calls.remove(lost)
        return self._keep_call(
            QueueCall(
                channel_id=event.channel_id,
                queue=event.queue,
                joined_at=lost.joined_at if lost else left_at - event.wait_seconds,
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
            answer.parts.append(fact)
            self._of_leg[fact.leg_id] = answer
            answer.wrap_up_seconds += fact.wrap_up_seconds

    def _answer_of(self, fact: Conversation) -> Answer | None:
        if not fact.queue:
            before = self._of_leg.get(fact.leg_id)
            follows = before is not None and abs(fact.began_at - before.parts[-1].ended_at) < 1
            return before if follows else None
        ours = [
            answer
            for answer in self._of_seat.get((fact.interface.lower(), fact.queue), ())
            if not answer.parts and (answer.call.left_at or 0.0) <= fact.began_at + CLOCK_SECONDS
        ]
        return min(ours, key=lambda answer: abs((answer.call.left_at or 0.0) - fact.began_at), default=None)

    def _ring(self, fact: Ring) -> None:
        self.attendance.rings.append((fact, self._rung.pop(fact.ring_id, "") or fact.agent_name))

    def _dump(self, event: e.MemberDumped) -> None:
        self.attendance.dumped.add(event.ring_id)

    def _spell(self, fact: SeatSpell) -> None:
        self.attendance.spell(fact)

    # --- what is settled ---------------------------------------------------------------------------------------

    def take_settled(self) -> list[QueueCall]:
        """The visits of which nothing more will be said: they are forgotten here, and the agents' part is added up."""
        before = self.site.now - SETTLED_SECONDS
        answers = [answer for answer in self._answers if self._is_settled(answer, before)]
        others = [call for call in self.calls if call.outcome is not Outcome.ANSWERED and self._is_over(call, before)]
        if answers:
            self._forget(answers)
        taken = {id(call) for call in (*others, *(answer.call for answer in answers))}
        settled = [call for call in self.calls if id(call) in taken]
        self.calls[:] = [call for call in self.calls if id(call) not in taken]
        self._lost = {stay: call for stay, call in self._lost.items() if id(call) not in taken}
        for answer in answers:
            self._sum_up(answer)
        self.attendance.add_up()
        return settled

    def _is_over(self, call: QueueCall, before: float) -> bool:
        return (call.left_at or before) < before and call.channel_id not in self.site.channels

    def _is_settled(self, answer: Answer, before: float) -> bool:
        talk = answer.talk()
        is_told = answer.said is not None or self._is_over(answer.call, before)
        return is_told and talk is not None and talk.ended_at < before

    def _forget(self, answers: list[Answer]) -> None:
        gone = {id(answer) for answer in answers}
        self._answers = [answer for answer in self._answers if id(answer) not in gone]
        self._of_stay = {stay: answer for stay, answer in self._of_stay.items() if id(answer) not in gone}
        for index in (self._of_ring, self._of_leg):
            for key in [key for key, answer in index.items() if id(answer) in gone]:
                del index[key]
        self._halves = {phone: halves for phone, halves in self._halves.items() if phone in self.site.channels}
        for talking in self._of_seat.values():
            talking[:] = [answer for answer in talking if id(answer) not in gone]

    def _sum_up(self, answer: Answer) -> None:
        answer.call.talk = answer.talk()
        answer.call.is_over = answer.call.talk is None and self._has_gone(answer.call)
        self.attendance.add_wrap_up(answer.call, answer.wrap_up_seconds)

    # --- the end ------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Takes what is still open into the account as it stands."""
        site = self.site
        for seat in site.seats.values():
            if seat.unfinished is not None:
                self._conversation(replace(seat.unfinished, wrap_up_seconds=site.now - seat.unfinished.ended_at))
        for call in map(self._open, site.visits.values()):
            if not self._was_answered(call):
                self.calls.append(call)
        self.attendance.close()
        for answer in self._answers:
            self._sum_up(answer)

    def _open(self, visit: Visit) -> QueueCall:
        return QueueCall(
            channel_id=visit.channel_id,
            queue=visit.queue,
            joined_at=visit.joined_at,
            outcome=self._outcome_so_far(visit),
            left_at=visit.left_at,
            wait_seconds=max(0.0, (visit.left_at or self.site.now) - visit.joined_at),
        )

    def _outcome_so_far(self, visit: Visit) -> Outcome | None:
        """None while the caller waits, or has left just now: what decides the outcome follows at once."""
        if visit.left_at is not None and self.site.now - visit.left_at > CLOCK_SECONDS:
            return Outcome.ABANDONED if visit.is_gone else Outcome.LEFT_BY_KEY
        return Outcome.LOST if visit.holder_id in self._unheard else None

    def _has_gone(self, call: QueueCall) -> bool:
        """Whether a talk that nobody saw end is over: its channel has gone, or its phone is free after a gap."""
        if call.channel_id in self.site.ended_channels:
            return True
        seat = self.site.seats.get(call.interface.lower())
        is_free = seat is not None and seat.device in _DEVICES_WITHOUT_CALL
        return call.channel_id in self._unheard and is_free

    def open_calls(self) -> int:
        """Calls that are under way, without those that were lost sight of."""
        return sum(not call.channels <= self._unheard for call in self.site.calls.values() if call.channels)


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
    e.LocalOptimised: Account._optimised,
}

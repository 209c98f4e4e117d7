"""A seat, its channels and talks: an agent at a phone, in exactly one state. States and transitions are tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from callcenter.floor.changes import Changes, Key, Surprise
from callcenter.floor.events import (
    WRAP_UP_REASON,
    AgentEntry,
    DeskPhone,
    DeviceState,
    ListeningMode,
    Member,
    PauseRules,
)
from callcenter.floor.facts import Conversation, Direction, EndedBy, SeatSpell, SeatState
from callcenter.floor.terms import CallId, ChannelId, Instant, PbxName, Seconds


@dataclass(slots=True, eq=False)
class Census:
    """How many seats are in each state, kept as they change: counting thousands for every frame would cost too much."""

    states: dict[SeatState, int] = field(default_factory=dict)

    def add(self, state: SeatState, number: int) -> None:
        """So many seats more (or fewer) are in this state."""
        now = self.states.get(state, 0) + number
        if now:
            self.states[state] = now
        else:
            del self.states[state]


@dataclass(slots=True)
class Talk:
    """A conversation under way on a seat's channel; `held_since` is set while the caller hears music.

    `held_in` is the bridge in which that is, `is_held_by_code` set where the phone did not hold by itself.
    `seat` is whose conversation it is: not that of the phone where the member's own phone forwarded the ring to it.
    `agent` is set where another agent sits at that seat by now.
    `left_bridge_at` is set while the channel is in no bridge: the talk ends there unless it enters one again.
    `is_certain` is False where a survey found it under way: when it began is not known.
    """

    call_id: CallId
    queue: str
    seat: "Seat"
    part: int
    began_at: Instant
    is_certain: bool = True
    hold_seconds: Seconds = 0.0
    holds: int = 0
    held_since: Instant | None = None
    held_in: str = ""
    is_held_by_code: bool = False
    left_bridge_at: Instant | None = None
    ended_by: EndedBy = EndedBy.UNKNOWN
    agent: AgentEntry | None = None

    def may_be_of(self, queue: str) -> bool:
        """Whether this is a queue's talk: whose a talk is that a survey found under way, its end tells first."""
        return self.queue == queue or not (self.queue or self.is_certain)

    def hold(self, at: Instant) -> bool:
        """Puts the caller on hold; False when already held."""
        if self.held_since is not None:
            return False
        self.held_since = at
        self.holds += 1
        return True

    def resume(self, at: Instant) -> bool:
        """Takes the caller back; False when not held. Hanging up on hold sends no Unhold: the end closes it too."""
        if self.held_since is None:
            return False
        self.hold_seconds += max(0.0, at - self.held_since)
        self.held_since = None
        return True


@dataclass(slots=True)
class Channel:
    """An open channel; `seat` is the seat at whose phone it ends, if it is one.

    `queue` is the queue that rang it, `other_number` who is at the other end, `parts` counts its conversations.
    `bridged_at` is when it entered or left a bridge last,
    `dialled_by` is the channel that dialled it, `twin_id` the other half of a Local channel. `has_handed_over`: its
    agent transferred the call away, so that what it still does is no conversation; `given_to` is who takes its place.
    """

    channel_id: ChannelId
    call_id: CallId
    name: str
    number: str
    opened_at: Instant
    seat: "Seat | None" = None
    is_up: bool = False
    is_ringing: bool = False
    is_dialling: bool = False
    bridge_id: str = ""
    bridged_at: Instant = 0.0
    hangup_requested: bool = False
    talk: Talk | None = None
    parts: int = 0
    queue: str = ""
    direction: Direction | None = None
    other_number: str = ""
    dialled_by: ChannelId | None = None
    twin_id: ChannelId | None = None
    has_handed_over: bool = False
    given_to: ChannelId | None = None


@dataclass(slots=True, eq=False)
class Seat:
    """What is known of one phone and of the agent at it; the state follows from it by the table `STATES`.

    At a `desk` phone the agent is whoever has signed in there, and nobody when all that is over (`desks.py`).
    """

    pbx: PbxName
    interface: str
    desk: DeskPhone | None = None
    agent_number: str = ""
    agent_name: str = ""
    team: str = ""
    device: DeviceState = DeviceState.UNKNOWN
    pause_rules: Mapping[str, PauseRules] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[ChannelId, Channel] = field(default_factory=dict)
    counted_in: list[Census] = field(default_factory=list)
    wrap_up_until: Instant | None = None
    help_since: Instant | None = None
    """Since when the agent asks for help; `help_by` is on the way."""
    help_by: str = ""
    unfinished: Conversation | None = None
    """The conversation whose wrap-up is under way: it becomes a fact when that ends."""
    state: SeatState = SeatState.SIGNED_OUT
    reason: str = ""
    since: Instant = 0.0
    call_id: CallId | None = None
    number: str = ""
    queue: str = ""
    direction: Direction | None = None
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        self.key = ("seats", f"{self.pbx}/{self.interface}")

    @property
    def agent(self) -> AgentEntry:
        """Who sits there now."""
        return AgentEntry(self.agent_number, self.agent_name, self.team, self.interface)

    @property
    def is_vacant(self) -> bool:
        """Whether it is a desk phone at which nobody sits."""
        return self.desk is not None and not (self.agent_number or self.agent_name)

    @property
    def is_paused(self) -> bool:
        """Paused in every queue that the seat is a member of, for a reason other than the work after a call."""
        return self.is_rung_by_none and self.pause_reason != WRAP_UP_REASON

    @property
    def extended_until(self) -> Instant | None:
        """Until when at most the agent has asked for more time after a call; None when no more was asked for."""
        if not (self.is_rung_by_none and self.pause_reason == WRAP_UP_REASON):
            return None
        rules = self.pause_rules.get(WRAP_UP_REASON, _EXTENSION)
        return max(member.paused_at for member in self.members.values()) + rules.limit_seconds

    @property
    def wrap_up_ends_at(self) -> Instant | None:
        """When the work after the call ends at the latest; None when there is none."""
        return max((at for at in (self.wrap_up_until, self.extended_until) if at is not None), default=None)

    @property
    def is_rung_by_none(self) -> bool:
        """Paused in every queue that the seat is a member of, whatever for."""
        return bool(self.members) and all(member.is_paused for member in self.members.values())

    @property
    def is_free(self) -> bool:
        """Ready, and the phone is not in use for something that is no call of ours (a prompt, a parked call)."""
        return self.state is SeatState.READY and self.device in _FREE_DEVICES

    @property
    def pause_reason(self) -> str:
        """The reason given last."""
        paused = [member for member in self.members.values() if member.is_paused]
        return max(paused, key=lambda member: member.paused_at).pause_reason if paused else ""

    def count_in(self, census: Census) -> None:
        """Has this seat counted by a census, whatever its state will be."""
        census.add(self.state, 1)
        self.counted_in.append(census)

    def count_out(self, census: Census) -> None:
        """Has this seat no longer counted."""
        census.add(self.state, -1)
        self.counted_in.remove(census)

    def busiest(self) -> Channel | None:
        """The channel that decides the state: talking before on hold before ringing."""
        return max(self.channels.values(), key=_business, default=None)

    def view(self) -> dict[str, object]:
        """The fields of the live feed (docs/api.md, `seats`)."""
        return {
            "pbx": self.pbx,
            "interface": self.interface,
            "desk": self.desk.number if self.desk else "",
            "desk_label": self.desk.label if self.desk else "",
            "agent_number": self.agent_number,
            "agent_name": self.agent_name,
            "team": self.team,
            "state": self.state,
            "reason": self.reason,
            "since": self.since,
            "call_id": self.call_id,
            "number": self.number,
            "queue": self.queue,
            "direction": self.direction,
            "device": self.device,
            "is_paused": self.is_paused,
            "pause_pending": self.is_paused and self.state != SeatState.PAUSED,
            "queues": sorted(self.members),
            "penalties": {queue: self.members[queue].penalty for queue in sorted(self.members)},
            "help_since": self.help_since,
            "help_by": self.help_by,
            "wrap_up_until": self.wrap_up_ends_at if self.state == SeatState.WRAP_UP else None,
            "is_wrap_up_extended": self.extended_until is not None,
            "wrap_up_call_id": self.unfinished.call_id if self.unfinished else None,
        }


@dataclass(slots=True, eq=False)
class Listening:
    """Somebody hears a channel of `seat` on the phone at `listener`: `listener_id` is that phone's channel."""

    listener_id: ChannelId
    channel_id: ChannelId
    seat: Seat
    call_id: CallId
    listener: str
    listener_name: str
    mode: ListeningMode
    since: Instant

    @property
    def key(self) -> Key:
        """Its place in the live feed."""
        return ("listenings", f"{self.seat.pbx}/{self.listener_id}")

    def view(self) -> dict[str, object]:
        """The fields of the live feed (docs/api.md, `listenings`)."""
        return {
            "pbx": self.seat.pbx,
            "interface": self.seat.interface,
            "call_id": self.call_id,
            "mode": self.mode,
            "since": self.since,
            "listener": self.listener,
            "listener_name": self.listener_name,
        }


def _business(channel: Channel) -> int:
    if channel.talk:
        return 2 if channel.talk.held_since is not None else 3
    return 1 if channel.is_ringing or channel.is_dialling else 0


class Rule(NamedTuple):
    """A state and when it applies; `busiest` is the rank of the seat's busiest channel (see `_business`)."""

    state: SeatState
    applies: Callable[[Seat, int], bool]


_EXTENSION = PauseRules(WRAP_UP_REASON, limit_seconds=120.0)
"""Where the directory has not told how long an extension of the work after a call lasts at most."""

_FREE_DEVICES = frozenset({DeviceState.NOT_IN_USE, DeviceState.UNKNOWN})
UNREACHABLE_DEVICES = frozenset({DeviceState.UNAVAILABLE, DeviceState.INVALID})
"""Of phones that cannot be rung."""

STATES: tuple[Rule, ...] = (
    Rule(SeatState.TALKING, lambda seat, busiest: busiest == 3),
    Rule(SeatState.ON_HOLD, lambda seat, busiest: busiest == 2),
    Rule(SeatState.RINGING, lambda seat, busiest: busiest == 1),
    Rule(SeatState.SIGNED_OUT, lambda seat, busiest: not seat.members),
    Rule(SeatState.PAUSED, lambda seat, busiest: seat.is_paused),
    Rule(SeatState.WRAP_UP, lambda seat, busiest: seat.wrap_up_ends_at is not None),
    Rule(SeatState.UNREACHABLE, lambda seat, busiest: seat.device in UNREACHABLE_DEVICES),
    Rule(SeatState.READY, lambda seat, busiest: True),
)
"""The first rule that applies gives the state. To add a state: an entry here and one in `TRANSITIONS`."""

_ANYWHERE = frozenset(SeatState)
_FROM_IDLE = _ANYWHERE - {SeatState.ON_HOLD}

TRANSITIONS: dict[SeatState, frozenset[SeatState]] = {
    SeatState.SIGNED_OUT: _FROM_IDLE,
    SeatState.READY: _FROM_IDLE,
    SeatState.RINGING: _ANYWHERE,
    SeatState.TALKING: _ANYWHERE,
    SeatState.ON_HOLD: _ANYWHERE,
    SeatState.WRAP_UP: _ANYWHERE,
    SeatState.PAUSED: _FROM_IDLE,
    SeatState.UNREACHABLE: _FROM_IDLE,
}
"""What may follow each state. Anything else is taken over as Asterisk says it, and kept as a surprise."""


def restate(seat: Seat, at: Instant, changes: Changes) -> None:
    """Brings the seat's state in line with what is known; a state left behind becomes a spell.

    Wrap-up ends here too, whatever ended it: its time, the agent's word, a pause or the next call.
    """
    channel = seat.busiest()
    rank = _business(channel) if channel else 0
    state = _state(seat, rank)
    reason = seat.pause_reason if state == SeatState.PAUSED else ""
    call_id = channel.call_id if channel and rank else None
    changes.touched.add(seat.key)
    if state == seat.state and reason == seat.reason and call_id == seat.call_id:
        return
    _leave(seat, max(at, seat.since), changes)
    if state not in TRANSITIONS[seat.state]:
        changes.surprises.append(Surprise(seat.pbx, at, f"{seat.interface} stays {seat.state}", state, seat.call_id))
    if state != SeatState.WRAP_UP:
        finish_wrap_up(seat, at, changes)
    for census in seat.counted_in:
        census.add(seat.state, -1)
        census.add(state, 1)
    seat.state, seat.reason, seat.since, seat.call_id = state, reason, max(at, seat.since), call_id
    _show_call(seat, channel if rank else None)
    changes.touched.update(("queues", f"{seat.pbx}/{queue}") for queue in seat.members)


def _state(seat: Seat, rank: int) -> SeatState:
    for state, applies in STATES[:-1]:
        if applies(seat, rank):
            return state
    return STATES[-1].state


def _show_call(seat: Seat, channel: Channel | None) -> None:
    seat.queue = channel.queue if channel else ""
    seat.number = channel.other_number if channel else ""
    seat.direction = channel.direction if channel else None


def _leave(seat: Seat, at: Instant, changes: Changes) -> None:
    spell = spell_until(seat, at)
    if spell is not None:
        changes.facts.append(spell)


def spell_until(seat: Seat, at: Instant) -> SeatSpell | None:
    """What the seat has done since it came into its state; None when signed out, or when it did so just now."""
    if seat.state == SeatState.SIGNED_OUT or at <= seat.since:
        return None
    rules = seat.pause_rules.get(seat.reason) if seat.state == SeatState.PAUSED else None
    return SeatSpell(
        pbx=seat.pbx,
        interface=seat.interface,
        agent_number=seat.agent_number,
        agent_name=seat.agent_name,
        team=seat.team,
        state=seat.state,
        reason=seat.reason,
        since=seat.since,
        until=at,
        call_id=seat.call_id,
        is_away=rules.is_away if rules else False,
        limit_seconds=rules.limit_seconds if rules else 0.0,
    )


def finish_wrap_up(seat: Seat, at: Instant, changes: Changes) -> None:
    """Ends a wrap-up at `at`, if one is under way: only now is the conversation handled."""
    seat.wrap_up_until = None
    unfinished, seat.unfinished = seat.unfinished, None
    if unfinished is None:
        return
    ended_at = max(at, unfinished.ended_at)
    changes.facts.append(replace(unfinished, completed_at=ended_at, wrap_up_seconds=ended_at - unfinished.ended_at))

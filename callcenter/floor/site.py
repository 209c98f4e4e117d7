"""One PBX as the floor knows it: its seats, queues, calls, and how they are found."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from callcenter.floor.call import ATTEMPT_PREFIX, Attempt, Call, Recording, SurveyUnderWay, interface_of
from callcenter.floor.changes import Changes, Key, Surprise
from callcenter.floor.events import AgentEntry, DeskPhone, LinkState, PauseRules, QueueRules
from callcenter.floor.facts import CallRecord, Direction
from callcenter.floor.gap import OpenGap, ToldFact
from callcenter.floor.queue import Queue, RingUnderWay, Visit
from callcenter.floor.seat import Census, Channel, Listening, Seat
from callcenter.floor.terms import AttemptId, CallId, ChannelId, Instant, PbxName

CLOCK_SECONDS = 2.0
"""How far an instant that follows from Asterisk's whole seconds may be off."""

REMEMBERED = 8_000
"""How many ended channels and calls a site remembers: those of some minutes. What comes late is milliseconds late."""


class Ended(OrderedDict[str, None]):
    """Ids of what ended lately. Asterisk never uses an id again, so an event about one of them has come late."""

    def remember(self, identity: str) -> None:
        """Keeps an id; the oldest one is forgotten for it."""
        self[identity] = None
        if len(self) > REMEMBERED:
            self.popitem(last=False)


@dataclass(slots=True)
class Stays:
    """The stays of one channel in one queue: how many, when the latest one began, the newest event about any of them.

    What is older than that has been said before, unless it came late within the latest stay. `answered` is the number
    of the newest stay that was answered, 0 without any.
    """

    joins: int = 0
    began_at: Instant = 0.0
    heard_at: Instant = 0.0
    answered: int = 0


@dataclass(slots=True)
class Site:
    """Everything open at one PBX. `visits` holds those without an outcome, the last of each channel.

    `heard_at` is the newest event of the PBX itself. `gap` is set from a new connection until what was not heard before
    it is settled; `told` are the facts that it may tell again (see `gap.py`).
    `stays` is kept for living channels, by queue. `ended_channels` and `ended_calls` tell what came late from what is
    new.
    """

    pbx: PbxName
    link: LinkState = LinkState.CONNECTING
    link_since: Instant = 0.0
    link_detail: str = ""
    now: Instant = 0.0
    heard_at: Instant = 0.0
    gap: OpenGap | None = None
    told: deque[ToldFact] = field(default_factory=deque)
    seats: dict[str, Seat] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    channels: dict[ChannelId, Channel] = field(default_factory=dict)
    calls: dict[CallId, Call] = field(default_factory=dict)
    bridges: dict[str, dict[ChannelId, Channel]] = field(default_factory=dict)
    visits: dict[ChannelId, Visit] = field(default_factory=dict)
    stays: dict[ChannelId, dict[str, Stays]] = field(default_factory=dict)
    rings: dict[ChannelId, RingUnderWay] = field(default_factory=dict)
    attempts: dict[AttemptId, Attempt] = field(default_factory=dict)
    recordings: dict[ChannelId, list[Recording]] = field(default_factory=dict)
    surveys: dict[ChannelId, SurveyUnderWay] = field(default_factory=dict)
    """The callers who are, or were, asked after their call; kept while their channels live."""
    listenings: dict[ChannelId, Listening] = field(default_factory=dict)
    census: Census = field(default_factory=Census)
    wrapping_up: set[Seat] = field(default_factory=set)
    due_at: Instant = math.inf
    """Before this no wrap-up ends by itself."""
    ended_channels: Ended = field(default_factory=Ended)
    ended_calls: Ended = field(default_factory=Ended)
    talked_legs: Ended = field(default_factory=Ended)
    """The legs whose queue's talk was heard to begin: queue_log may let it end long after it was over."""
    agents: dict[str, AgentEntry] = field(default_factory=dict)
    """The directory by interface; `named` has it by name, and so those without a phone of their own, too."""
    named: dict[str, AgentEntry] = field(default_factory=dict)
    desks: dict[str, DeskPhone] = field(default_factory=dict)
    """The desk phones by interface; `sat_last` is where the agent of a name signed in last, if at one of them."""
    sat_last: dict[str, str] = field(default_factory=dict)
    rules: dict[str, QueueRules] = field(default_factory=dict)
    surprises: int = 0
    pause_rules: dict[str, PauseRules] = field(default_factory=dict)
    made: set[Key] = field(default_factory=set)
    """Entities made by the event under way: the feed has never shown them."""
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        self.key = ("links", self.pbx)
        self.made.add(self.key)

    def view(self) -> dict[str, object]:
        """The fields of the live feed (docs/api.md, `links`)."""
        return {
            "pbx": self.pbx,
            "state": self.link,
            "since": self.link_since,
            "detail": self.link_detail,
            "unheard_since": self.gap.since if self.gap else None,
        }

    def directory(self) -> tuple[AgentEntry, ...]:
        """The agents of the directory, each of their phones for itself."""
        return (*self.agents.values(), *(agent for agent in self.named.values() if not agent.interface))

    def desk_seats(self) -> list[Seat]:
        """The seats at the desk phones."""
        return [self.seat(desk.interface) for desk in self.desks.values()]

    def fell_due_at(self, now: Instant) -> Instant | None:
        """When the last wrap-up ended, of those that have fallen due by `now`; None if none has."""
        ends = [seat.wrap_up_ends_at for seat in self.wrapping_up]
        due = [at for at in ends if at is not None and at <= now]
        return max(self.now, *due) if due else None

    def seat(self, interface: str) -> Seat:
        """The seat at an interface, made if it is new. Asterisk compares interfaces without regard to case."""
        found = self.seats.get(interface.lower())
        if found is None:
            found = Seat(self.pbx, interface, self.desks.get(interface.lower()), pause_rules=self.pause_rules)
            self.seats[interface.lower()] = found
            if found.desk is None:  # a phone at which nobody sits is no seat to be counted
                found.count_in(self.census)
                name_seat(found, self.agents.get(interface.lower()))
            self.made.add(found.key)
        return found

    def seat_of_channel(self, channel_name: str) -> Seat | None:
        """The seat at whose phone this channel ends; None for trunks and other channels."""
        return self.seats.get(interface_of(channel_name).lower())

    def queue(self, name: str) -> Queue:
        """The queue of this name, made if it is new."""
        found = self.queues.get(name)
        if found is None:
            rules = self.rules.get(name) or QueueRules(name)
            found = self.queues[name] = Queue(self.pbx, name, rules)
            self.made.add(found.key)
        return found

    def call(self, call_id: CallId) -> Call | None:
        """The call of this Linkedid, while one of its channels lives."""
        return self.calls.get(call_id)

    def stays_in(self, channel_id: ChannelId, queue: str) -> Stays:
        """The stays of a channel in a queue so far."""
        return self.stays.setdefault(channel_id, {}).setdefault(queue, Stays())

    def surprise(self, expected: str, came: str, changes: Changes, call_id: CallId | None = None) -> None:
        """Keeps that something else came than the model expected."""
        changes.surprises.append(Surprise(self.pbx, self.now, expected, came, call_id))


def name_seat(seat: Seat, agent: AgentEntry | None) -> None:
    """Gives a seat the agent whom the directory knows at its interface."""
    if agent is not None:
        seat.agent_number, seat.agent_name, seat.team = agent.number, agent.name, agent.team


def is_attempt(channel_id: ChannelId) -> bool:
    """Whether the dialer placed this channel: it gave it its id."""
    return channel_id.startswith(ATTEMPT_PREFIX)


def close_call(site: Site, call: Call, changes: Changes, *, is_certain: bool = True) -> None:
    """The last channel of a call has gone: its record remains, once."""
    site.calls.pop(call.call_id, None)
    if call.call_id in site.ended_calls or call.is_feature_code:
        return
    site.ended_calls.remember(call.call_id)
    changes.facts.append(
        CallRecord(
            pbx=site.pbx,
            is_certain=is_certain,
            call_id=call.call_id,
            direction=call.direction,
            number=call.number,
            caller_name=call.caller_name,
            dialled=call.dialled,
            started_at=call.started_at,
            answered_at=call.answered_at,
            ended_at=max(site.now, call.started_at),
            attempt_id=call.attempt_id,
        )
    )


def opened_call(site: Site, channel: Channel, caller_name: str, dialled: str) -> Call:
    """The call that a first channel opens; who called whom follows from what kind of channel it is."""
    is_ours = is_attempt(channel.channel_id)
    call = Call(
        channel.call_id,
        _direction(channel, dialled),
        "" if is_ours else dialled if channel.seat else channel.number,
        caller_name,
        dialled,
        channel.opened_at,
        attempt_id=AttemptId(channel.channel_id) if is_ours else None,
    )
    site.calls[channel.call_id] = call
    return call


def _direction(channel: Channel, dialled: str) -> Direction:
    if channel.seat and dialled[:1] in ("*", "#"):
        return Direction.INTERNAL
    return Direction.OUTBOUND if channel.seat or is_attempt(channel.channel_id) else Direction.INBOUND

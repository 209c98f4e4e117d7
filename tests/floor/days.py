"""Whole days of a small centre for property tests: many stories at once, told in a random order, then disturbed."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hypothesis import strategies as st

from callcenter.floor import events as e
from callcenter.floor.events import AnyEvent, DeviceState, OpenChannel, WaitingCaller
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId
from tests.floor.stories import PBX, Diary

AGENTS = ("1001", "1002", "1003")
QUEUES = ("support", "sales")
LONGEST_WRAP_UP = 5
EXTENSION_SECONDS = 120

Step = Callable[[], object]
Story = Callable[[Diary, str, random.Random], Iterator[Step]]


def _ring(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    """Some agents do not answer before the one who does."""
    agent = chance.choice(AGENTS)
    yield lambda: day.rings(agent, caller)
    if chance.random() < 0.4:
        cause = chance.choice((0, 17, 21))
        yield lambda: day.does_not_answer(agent, caller, cause=cause)
        yield from _ring(day, caller, chance)
    else:
        yield lambda: day.answers(agent, caller)
        yield from _talk(day, agent, caller, chance)


def _talk(day: Diary, agent: str, caller: str, chance: random.Random) -> Iterator[Step]:
    leg = day.leg(agent, caller)
    if chance.random() < 0.5:
        yield lambda: day.tell(e.RecordingBegun, leg, CallId(caller), f"/monitor/{leg}.wav")
        yield lambda: day.tell(e.RecordingPaused, leg)
        if chance.random() < 0.5:
            yield lambda: day.tell(e.RecordingResumed, leg)
    if chance.random() < 0.5:
        yield lambda: day.tell(e.HoldBegun, leg)
        if chance.random() < 0.5:
            yield lambda: day.tell(e.HoldEnded, leg)
    if chance.random() < 0.2:
        yield lambda: day.tell(e.BlindTransferred, leg, caller, "4002", "queues")
        yield lambda: day.completes(agent, caller, "transfer").closes(leg).closes(caller)
    elif chance.random() < 0.3:
        yield from _survey(day, agent, caller, chance)
    else:
        who = chance.choice(("caller", "agent"))
        yield lambda: day.hangs_up(who, agent, caller)


def _survey(day: Diary, agent: str, caller: str, chance: random.Random) -> Iterator[Step]:
    """The caller is asked after the call, and may press a digit before hanging up."""
    queue = day.queue_of(caller)
    yield lambda: day.lets_go(agent, caller)
    yield lambda: day.is_asked(caller, queue)
    if chance.random() < 0.6:
        score = chance.randint(1, 5)
        yield lambda: day.presses(caller, score, queue)
    yield lambda: day.requests_hangup(caller).closes(caller)


def answered(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    yield lambda: day.joins(caller, chance.choice(QUEUES))
    yield from _ring(day, caller, chance)


def ringall(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    yield lambda: day.joins(caller)
    for agent in AGENTS:
        yield lambda agent=agent: day.rings(agent, caller)  # type: ignore[misc]
    winner = chance.choice(AGENTS)
    yield lambda: day.picks_up(winner, caller).connects(winner, caller)
    for agent in AGENTS:
        if agent != winner:
            yield lambda agent=agent: day.closes(day.leg(agent, caller), 26)  # type: ignore[misc]
    yield from _talk(day, winner, caller, chance)


def abandoned(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    yield lambda: day.joins(caller, chance.choice(QUEUES))
    if chance.random() < 0.5:
        yield lambda: day.rings("1001", caller)
        yield lambda: day.requests_hangup(caller).closes(day.leg("1001", caller)).is_gone(caller).closes(caller)
    else:
        yield lambda: day.gives_up(caller)


def timed_out(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    yield lambda: day.joins(caller)
    yield lambda: day.is_gone(caller).queue_returns(caller, "TIMEOUT")
    if chance.random() < 0.5:
        yield lambda: day.joins(caller)
        yield lambda: day.is_gone(caller).queue_returns(caller, "TIMEOUT")
    yield lambda: day.closes(caller)


def left_by_key(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    yield lambda: day.joins(caller)
    yield lambda: day.leaves(caller)
    yield lambda: day.closes(caller)


def refused(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    yield lambda: day.calls(caller)
    yield lambda: day.queue_returns(caller, "FULL", chance.choice(("", "support"))).closes(caller)


def outbound(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    agent, number = chance.choice(AGENTS), chance.choice(("1002", "13900139000"))
    yield lambda: day.dials(agent, number, to=caller)
    leg = day.leg(agent, caller)
    yield lambda: day.tell(e.ChannelUp, ChannelId(caller), CallId(leg), "", agent)
    yield lambda: day.tell(e.DialEnded, ChannelId(caller), "ANSWER")
    yield lambda: day.bridges(leg, caller, call=leg)
    if chance.random() < 0.3:
        third = f"third {caller}"
        yield lambda: day.opens(third, "PJSIP/trunk-3").bridges(third, call=leg, bridge=f"bridge of {caller}")
        yield lambda: day.closes(third)
    yield lambda: day.closes(caller).closes(leg)


def attempt(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    channel = f"attempt-{caller}"
    yield lambda: day.opens(channel, "PJSIP/trunk-77").adopts(channel)
    if chance.random() < 0.5:
        yield lambda: day.joins(channel)
        yield from _ring(day, channel, chance)
    else:
        yield lambda: day.closes(channel, 17)
        yield lambda: day.tell(e.OriginateEnded, channel, "", succeeded=False, reason=0)


def preview(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    """An agent is called first; his phone dials the customer, who may answer."""
    channel, agent = f"attempt-agent-{caller}", chance.choice(AGENTS)
    yield lambda: day.opens(channel, f"PJSIP/{agent}-{caller}")
    if chance.random() < 0.7:
        yield lambda: day.tell(e.ChannelUp, channel, channel, "", "")
        yield lambda: day.opens(caller, "PJSIP/trunk-77", call=channel)
        yield lambda: day.tell(e.DialBegun, channel, channel, caller, "PJSIP/trunk-77", "PJSIP/13900139000@trunk")
        if chance.random() < 0.5:
            yield lambda: day.bridges(channel, caller, call=channel)
        yield lambda: day.closes(caller, 17)
    yield lambda: day.closes(channel, 17)


def seat_life(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    agent, queue = chance.choice(AGENTS), chance.choice(QUEUES)
    yield lambda: day.pauses(agent, chance.choice(("meal", "training", e.WRAP_UP_REASON)), queue)
    yield lambda: day.wrap_up_done(agent)
    yield lambda: day.device(agent, chance.choice((DeviceState.UNAVAILABLE, DeviceState.NOT_IN_USE)))
    yield lambda: day.unpauses(agent, queue)
    if chance.random() < 0.3:
        yield lambda: day.signs_out(agent, queue)
        yield lambda: day.signs_in(agent, queue)


def surveyed(day: Diary, caller: str, chance: random.Random) -> Iterator[Step]:
    yield lambda: day.tell(lambda pbx, at: true_survey(day.floor, at))


STORIES: tuple[Story, ...] = (
    answered,
    answered,
    ringall,
    abandoned,
    timed_out,
    left_by_key,
    refused,
    outbound,
    attempt,
    preview,
    seat_life,
    surveyed,
)


def true_survey(floor: Floor, at: float) -> e.Surveyed:
    """What a survey would find now, if the floor has seen everything."""
    site = floor.sites[PBX]
    members = [member for seat in site.seats.values() for member in seat.members.values()]
    waiting = [
        WaitingCaller(visit.queue, visit.channel_id, 1, visit.number, visit.caller_name, at - visit.joined_at)
        for queue in site.queues.values()
        for visit in queue.waiting.values()
    ]
    channels = [
        OpenChannel(c.channel_id, c.call_id, c.name, c.is_up, c.number, "", c.bridge_id, float(int(at - c.opened_at)))
        for c in site.channels.values()
    ]
    return e.Surveyed(PBX, at, QUEUES, tuple(members), tuple(waiting), tuple(channels), ())


class Disturbance(NamedTuple):
    """What happens to the stream on its way: each entry is a kind and a place, as a share of the stream."""

    drops: list[float]
    repeats: list[tuple[float, float]]
    swaps: list[float]
    delays: list[tuple[float, int]]


def a_day(seed: int, stories: list[int]) -> Diary:
    """The diary of a day: the stories, interleaved in an order that the seed decides."""
    chance = random.Random(seed)
    day = Diary().directory(*AGENTS, wrap_up=chance.choice((0, LONGEST_WRAP_UP)))
    for agent in AGENTS:
        for queue in QUEUES:
            day.signs_in(agent, queue)
    under_way = [STORIES[kind](day, f"c{number}", chance) for number, kind in enumerate(stories)]
    while under_way:
        story = chance.choice(under_way)
        day.after(chance.choice((0.0, 0.0, 0.3, 2.0, 9.0)))
        step = next(story, None)
        if step is None:
            under_way.remove(story)
        else:
            step()
    day.after(20).ticks()
    return day


def disturbed(stream: list[AnyEvent], how: Disturbance) -> list[AnyEvent]:
    """The stream with some events dropped, said again, swapped with their neighbour or brought late."""
    result = list(stream)
    for place in how.swaps:
        index = int(place * (len(result) - 1))
        result[index : index + 2] = reversed(result[index : index + 2])
    for place, distance in how.delays:
        index = int(place * len(result))
        result.insert(index + distance, result.pop(index))
    for place, later in how.repeats:
        index = int(place * len(result))
        result.insert(index + 1 + int(later * (len(result) - index)), result[index])
    for place in how.drops:
        if result:
            result.pop(int(place * len(result)))
    return result


_SHARE = st.floats(0, 1, exclude_max=True)

days = st.builds(
    a_day,
    st.integers(0, 2**32),
    st.lists(st.integers(0, len(STORIES) - 1), min_size=1, max_size=8),
)
"""Days on which everything is told, once and in order."""

repetitions = st.builds(
    Disturbance,
    st.just([]),
    st.lists(st.tuples(_SHARE, _SHARE), min_size=1, max_size=8),
    st.just([]),
    st.just([]),
)
"""Everything is told in order, some of it again later."""

disturbances = st.builds(
    Disturbance,
    st.lists(_SHARE, max_size=6),
    st.lists(st.tuples(_SHARE, _SHARE), max_size=4),
    st.lists(_SHARE, max_size=6),
    st.lists(st.tuples(_SHARE, st.integers(1, 12)), max_size=4),
)
"""Anything may be wrong with the stream."""


def joins(stream: list[AnyEvent]) -> int:
    """How many different callers' joins a stream tells of."""
    return len({event for event in stream if isinstance(event, e.CallerJoined)})


def channels_named(stream: list[AnyEvent]) -> list[str]:
    """Every channel that a stream names, in the order of their first naming."""
    fields = ("channel_id", "ring_id", "caller_id", "one_id", "two_id")
    named = {getattr(event, field, "") for event in stream for field in fields}
    found = [waiting.channel_id for event in stream if isinstance(event, e.Surveyed) for waiting in event.waiting]
    return sorted({*named, *found} - {""})

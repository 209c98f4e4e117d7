"""The facts of one stay in a queue, from the lines of queue_log that tell of it."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from callcenter.asterisk.queue_log_lines import Completed, Connected, Entered, Left, RingEnded
from callcenter.floor.events import AgentEntry, QueueRules
from callcenter.floor.facts import (
    AnyFact,
    Conversation,
    Direction,
    EndedBy,
    QueueVisit,
    Ring,
    RingOutcome,
    VisitOutcome,
)
from callcenter.floor.terms import OWN_ID, CallId, ChannelId, Instant, PbxName

NOBODY = AgentEntry("", "", "", "")


class Stay(Struct):
    """A caller in the line. `is_seen` is False when the join lies before the beginning of the log.

    `moved_in` is the part of the stay in which another channel had its place: the agent who waited gave it to a caller.
    """

    channel_id: ChannelId
    queue: str
    join: int
    joined_at: Instant
    number: str = ""
    caller_name: str = ""
    position: int = 0
    is_seen: bool = True
    rings: dict[ChannelId, RingEnded | Connected] = {}
    moved_in: "Stay | None" = None


def entered(record: Entered, join: int) -> Stay:
    """A stay that begins."""
    number, name = record.number, record.caller_name
    return Stay(record.channel_id, record.queue, join, record.at, number, name, record.position)


def unseen(end: Connected | Left, join: int) -> Stay:
    """A stay of which only the ending is in the log."""
    return Stay(end.channel_id, end.queue, join, end.at - (end.wait_seconds or 0.0), is_seen=False)


def unknown(record: RingEnded) -> Stay:
    """A stay of which nothing is in the log so far but that somebody was rung for it."""
    return Stay(record.channel_id, record.queue, 0, record.at, is_seen=False)


class StayFacts:
    """Makes facts for one PBX: who sits where and the thresholds to be kept are those of its directory."""

    def __init__(self, pbx: PbxName, agents: Iterable[AgentEntry], rules: Iterable[QueueRules]) -> None:
        self._pbx = pbx
        self._rules = {each.queue: each for each in rules}
        # Of who sits at a desk phone queue_log does not say at which: an interface of the kind that Asterisk once had.
        known = (agent if agent.interface else replace(agent, interface=f"Agent/{agent.number}") for agent in agents)
        self._agents = {word.lower(): agent for agent in known for word in (agent.name, agent.interface)}

    def agent_of(self, column: str) -> AgentEntry:
        """Who is meant by a member's name or interface; of a stranger what is written stands for both."""
        return self._agents.get(column) or self._agents.setdefault(column, self._meant(column.lower(), column))

    def _meant(self, word: str, column: str) -> AgentEntry:
        return self._agents.get(word) or self._agents.setdefault(word, AgentEntry("", column, "", column))

    def visit(self, stay: Stay, outcome: VisitOutcome, at: Instant, end: Connected | Left | None) -> QueueVisit:
        """The stay, ended at `at` by that record; by none where the ending is not in the log."""
        wait_seconds = end.wait_seconds if end else None
        agent = self.agent_of(end.agent) if isinstance(end, Connected) else NOBODY
        rules = self._rules.get(stay.queue) or self._rules.setdefault(stay.queue, QueueRules(stay.queue))
        ended_at = max(stay.joined_at, at)
        return QueueVisit(
            pbx=self._pbx,
            is_certain=stay.is_seen and end is not None,
            channel_id=stay.channel_id,
            queue=stay.queue,
            join=stay.join,
            call_id=CallId(stay.channel_id),
            number=stay.number,
            caller_name=stay.caller_name,
            joined_at=stay.joined_at,
            ended_at=ended_at,
            outcome=outcome,
            wait_seconds=ended_at - stay.joined_at if wait_seconds is None else wait_seconds,
            position=stay.position,
            agent_number=agent.number,
            agent_name=agent.name,
            team=agent.team,
            interface=agent.interface,
            service_level_seconds=rules.service_level_seconds,
            service_level_variant=rules.service_level_variant,
            short_abandon_seconds=rules.short_abandon_seconds,
        )

    def rings(self, stay: Stay) -> list[AnyFact]:
        """The rings of a stay that has ended."""
        parts = [stay, stay.moved_in] if stay.moved_in else [stay]
        call_id = CallId(stay.channel_id)
        return [self._ring(part, call_id, ring_id, end) for part in parts for ring_id, end in part.rings.items()]

    def _ring(self, stay: Stay, call_id: CallId, ring_id: ChannelId, end: RingEnded | Connected) -> Ring:
        agent = self.agent_of(end.agent)
        return Ring(
            pbx=self._pbx,
            ring_id=ring_id,
            channel_id=stay.channel_id,
            call_id=call_id,
            queue=stay.queue,
            interface=agent.interface,
            agent_number=agent.number,
            agent_name=agent.name,
            team=agent.team,
            began_at=end.at - end.ring_seconds,
            ended_at=end.at,
            outcome=end.outcome if isinstance(end, RingEnded) else RingOutcome.ANSWERED,
            ring_seconds=end.ring_seconds,
        )

    def conversation(self, stay: Stay, begin: Connected, ended_at: Instant, end: Completed | None) -> Conversation:
        """The talk; without an `end` nobody knows who ended it and when, `ended_at` is the latest that is known."""
        logged = end.talk_seconds if end else None
        talk_seconds = max(0.0, ended_at - begin.at) if logged is None else logged
        agent = self.agent_of(begin.agent)
        return Conversation(
            pbx=self._pbx,
            is_certain=end is not None,
            leg_id=leg_id(begin),
            part=1,
            call_id=CallId(stay.channel_id),
            queue=stay.queue,
            direction=Direction.INBOUND,
            number=stay.number,
            interface=agent.interface,
            agent_number=agent.number,
            agent_name=agent.name,
            team=agent.team,
            began_at=begin.at,
            ended_at=begin.at + talk_seconds,
            completed_at=begin.at + talk_seconds,
            talk_seconds=talk_seconds,
            hold_seconds=0.0,
            holds=0,
            wrap_up_seconds=0.0,
            ended_by=end.ended_by if end else EndedBy.UNKNOWN,
        )


def leg_id(record: Connected) -> ChannelId:
    """The agent's channel; very old versions of Asterisk did not write it."""
    return record.ring_id or ChannelId(f"{OWN_ID}{int(record.at)}:{record.channel_id}:{record.queue}")


def add_ring(stay: Stay, record: RingEnded) -> None:
    """Keeps an unanswered ring, under an id that is the same however often and with whatever else the log is read."""
    ring_id = ChannelId(f"{OWN_ID}{int(record.at)}:{record.queue}:{record.agent}")
    while ring_id in stay.rings:
        ring_id = ChannelId(f"{ring_id}+")
    stay.rings[ring_id] = record

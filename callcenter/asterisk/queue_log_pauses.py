"""Pauses as far as queue_log can tell: when an agent was paused in any queue, and why (it does not know them all)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from callcenter.asterisk.queue_log_lines import AnyRecord, MemberAdded, MemberRemoved, Paused, Started, Unpaused
from callcenter.floor import events
from callcenter.floor.events import AgentEntry, PauseRules
from callcenter.floor.facts import AnyFact, SeatSpell, SeatState
from callcenter.floor.terms import Instant

LONGEST_PAUSE_SECONDS = 12 * 3600
"""A longer one has most likely an end that was not logged: an agent of whom only the name is known signed out."""


@dataclass(slots=True)
class _Pause:
    agent: AgentEntry
    since: Instant
    reason: str
    queues: set[str] = field(default_factory=set)


class Pauses:
    """Takes records one after another and gives the spells that have ended.

    An agent who signs out of a queue is paused there no more; a restart of Asterisk ends every pause, at a time that
    nobody wrote down.
    """

    def __init__(self, pbx: str, agent_of: Callable[[str], AgentEntry], rules: Iterable[PauseRules] = ()) -> None:
        self._pbx = pbx
        self._rules = {each.reason: each for each in rules}
        self._agent_of = agent_of
        self._open: dict[str, _Pause] = {}

    def apply(self, record: AnyRecord, heard_at: Instant) -> list[AnyFact]:
        """`heard_at` is when the record before this one was written."""
        match record:
            case Paused(reason=events.WRAP_UP_REASON):  # more time after a call is no pause
                return self._unpaused(record)
            case Paused():
                return self._paused(record, record.reason)
            case MemberAdded(is_paused=True):
                return self._paused(record, "")
            case Unpaused() | MemberRemoved():
                return self._unpaused(record)
            case Started():
                return self._lose(heard_at)
            case _:
                return []

    def _lose(self, at: Instant) -> list[AnyFact]:
        spells = [spell for pause in self._open.values() for spell in self._spell(pause, at, is_certain=False)]
        self._open.clear()
        return spells

    def _paused(self, record: Paused | MemberAdded, reason: str) -> list[AnyFact]:
        agent = self._agent_of(record.agent)
        pause = self._open.get(agent.interface)
        if pause is None:
            pause = self._open[agent.interface] = _Pause(agent, record.at, reason)
        pause.queues.add(record.queue)
        if pause.reason == reason:
            return []
        spells = self._spell(pause, record.at)
        pause.since, pause.reason = record.at, reason
        return spells

    def _unpaused(self, record: Paused | Unpaused | MemberRemoved) -> list[AnyFact]:
        key = self._agent_of(record.agent).interface
        pause = self._open.get(key)
        if pause is None or record.queue not in pause.queues:
            return []
        pause.queues.discard(record.queue)
        if pause.queues:
            return []
        del self._open[key]
        return self._spell(pause, record.at)

    def _spell(self, pause: _Pause, until: Instant, *, is_certain: bool = True) -> list[AnyFact]:
        """The fact that remains; none of a pause shorter than the whole seconds of queue_log."""
        if until <= pause.since:
            return []
        rules = self._rules.get(pause.reason) or PauseRules(pause.reason)
        return [
            SeatSpell(
                pbx=self._pbx,
                is_certain=is_certain and until - pause.since <= LONGEST_PAUSE_SECONDS,
                interface=pause.agent.interface,
                agent_number=pause.agent.number,
                agent_name=pause.agent.name,
                team=pause.agent.team,
                state=SeatState.PAUSED,
                reason=pause.reason,
                since=pause.since,
                until=until,
                is_away=rules.is_away,
                limit_seconds=rules.limit_seconds,
            )
        ]

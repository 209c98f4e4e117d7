"""What queues, agents, reasons and types of tickets are called now; facts know what they were called then."""

from collections.abc import Mapping
from typing import NamedTuple

from callcenter.settings import Settings


class Names(NamedTuple):
    """Labels of queues, names and teams of agents by number, labels of reasons for pausing and of types of tickets by
    code and language."""

    queues: Mapping[str, str] = {}
    agents: Mapping[str, tuple[str, str]] = {}
    reasons: Mapping[str, Mapping[str, str]] = {}
    ticket_types: Mapping[str, Mapping[str, str]] = {}

    def queue(self, name: str) -> str:
        """The label of a queue; its name if it has none."""
        return self.queues.get(name) or name

    def agent(self, identity: str, name: str, team: str) -> tuple[str, str]:
        """The name and team of an agent; those given (from facts) if the settings do not know the agent."""
        return self.agents.get(identity) or (name or identity, team)

    def reason(self, code: str, language: str) -> str:
        """The label of a reason for pausing; its code if the settings do not know it."""
        return self.reasons.get(code, {}).get(language, code)

    def ticket_type(self, code: str, language: str) -> str:
        """The label of a type of tickets; its code if the settings do not know it any more."""
        return self.ticket_types.get(code, {}).get(language, code)


def names_of(settings: Settings) -> Names:
    """The names in the settings."""
    return Names(
        {name: queue.label for name, queue in settings.queues.items()},
        {agent.number: (agent.name, agent.team) for agent in settings.agents},
        {reason.code: {"en": reason.label_en, "zh": reason.label_zh} for reason in settings.pause_reasons},
        {one.code: {"en": one.label_en, "zh": one.label_zh} for one in settings.tickets.types},
    )

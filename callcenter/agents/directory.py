"""The configured agents, queues and pauses, told to the floor as one event per PBX."""

from callcenter.floor.events import WRAP_UP_REASON, AgentEntry, DeskPhone, DirectoryChanged, PauseRules, QueueRules
from callcenter.floor.terms import Instant
from callcenter.settings import PbxSettings, Settings


def directory(settings: Settings, at: Instant) -> tuple[DirectoryChanged, ...]:
    """Who sits behind which interface, how queues and pauses are judged."""
    queues = tuple(
        QueueRules(
            queue=name,
            label=queue.label or name,
            wrap_up_seconds=queue.wrap_up_seconds,
            service_level_seconds=queue.service_level_seconds,
            service_level_variant=queue.service_level_variant,
            short_abandon_seconds=queue.short_abandon_seconds,
        )
        for name, queue in settings.queues.items()
    )
    pauses = (
        *(
            PauseRules(reason=reason.code, is_away=reason.is_away, limit_seconds=reason.limit_seconds)
            for reason in settings.pause_reasons
        ),
        PauseRules(WRAP_UP_REASON, limit_seconds=settings.desk.wrap_up_extension_seconds),
    )
    desks = tuple(DeskPhone(phone.number, phone.called(), phone.at()) for phone in settings.phones)
    return tuple(
        DirectoryChanged(pbx.name, at, agents=_agents(settings, pbx), queues=queues, pauses=pauses, phones=desks)
        for pbx in settings.pbxs
    )


def _agents(settings: Settings, pbx: PbxSettings) -> tuple[AgentEntry, ...]:
    """Phones in the browser first: where a name alone is told, the last one of it is meant."""
    return tuple(
        AgentEntry(number=agent.number, name=agent.name, team=agent.team, interface=interface)
        for agent in settings.agents
        for interface in reversed(agent.interfaces(pbx) or ("",))
    )

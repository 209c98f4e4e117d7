"""The directory as the floor is told it."""

from callcenter.agents.directory import directory
from callcenter.floor.events import AgentEntry, QueueRules
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings


def test_every_pbx_is_told_all_agents_and_queues() -> None:
    settings = Settings(
        pbxs=(PbxSettings(name="north"), PbxSettings(name="south")),
        queues={
            "sales": QueueSettings(label="Sales", wrap_up_seconds=20, service_level_seconds=10),
            "support": QueueSettings(service_level_variant="answered", short_abandon_seconds=3),
        },
        agents=(
            AgentSettings(number="1001", name="Ada", team="A"),
            AgentSettings(number="1002", name="王小明", interface="Local/1002@from-queue/n"),
        ),
    )
    north, south = directory(settings, at=12.5)
    assert (north.pbx, south.pbx) == ("north", "south")
    assert {event.at for event in (north, south)} == {12.5}
    assert north.agents == south.agents
    assert north.agents == (
        AgentEntry(number="1001", name="Ada", team="A", interface="PJSIP/1001"),
        AgentEntry(number="1002", name="王小明", team="", interface="Local/1002@from-queue/n"),
    )
    assert north.queues == south.queues
    assert north.queues == (
        QueueRules(queue="sales", label="Sales", wrap_up_seconds=20, service_level_seconds=10),
        QueueRules(
            queue="support",
            label="support",
            wrap_up_seconds=15,
            service_level_seconds=15,
            service_level_variant="answered",
            short_abandon_seconds=3,
        ),
    )


def test_a_phone_in_the_browser_is_told_where_there_is_one_before_the_agents_own() -> None:
    north = PbxSettings(name="north", browser_phone_url="wss://north.example/ws")
    agents = (AgentSettings(number="1001", name="Ada", has_browser_phone=True), AgentSettings(number="1002", name="Bo"))
    told = directory(Settings(pbxs=(north, PbxSettings(name="south")), agents=agents), at=1.0)
    assert [[agent.interface for agent in event.agents] for event in told] == [
        ["PJSIP/1001-browser", "PJSIP/1001", "PJSIP/1002"],
        ["PJSIP/1001", "PJSIP/1002"],
    ]

"""The outside world of the demo and the tests: a second private Asterisk with the agents' phones and the customers."""

from pathlib import Path

from callcenter.asterisk.dialplan import Trunk
from callcenter.asterisk.ports import PortBlock
from callcenter.asterisk.private import Plan, PrivateAsterisk, plan, write_shipped
from callcenter.asterisk.template import render_folder
from callcenter.settings import Settings

_TEMPLATES = Path(__file__).parent / "outside"


def centre_and_world(settings: Settings) -> tuple[PrivateAsterisk, PrivateAsterisk]:
    """The centre with the shipped dialplans, and a world whose phones register to it; neither is booted yet.

    The world's account is the centre's kind of account on another port: `world.plan.pbx`.
    """
    ports, world_ports = PortBlock.take(), PortBlock.take()
    centre_plan = plan(settings, ports=ports, trunk=Trunk("127.0.0.1", world_ports.sip))
    agents = centre_plan.settings.agents
    outside = settings.model_copy(update={"queues": {}, "agents": ()})
    world_plan = plan(outside, ports=world_ports, installation=centre_plan.installation)

    def write(chosen: Plan) -> None:
        write_shipped(chosen)
        phones = [
            {"endpoint": agent.at().removeprefix("PJSIP/"), "secret": agent.secret.get_secret_value()}
            for agent in agents
        ]
        values = {"host": "127.0.0.1", "port": ports.sip, "sip_address": "127.0.0.1", "phones_port": world_ports.phones}
        render_folder(_TEMPLATES, chosen.run / "etc", values, {"phone": phones})

    return PrivateAsterisk(centre_plan), PrivateAsterisk(world_plan, write)

"""The outside world of the demo and the tests: a second private Asterisk with the agents' phones and the customers."""

from pathlib import Path

from callcenter.asterisk.dialplan import Trunk
from callcenter.asterisk.ports import PortBlock
from callcenter.asterisk.private import Plan, PrivateAsterisk, plan, write_shipped
from callcenter.asterisk.template import Row, render_folder
from callcenter.demo.ari import APP, Ari
from callcenter.demo.http_client import Address
from callcenter.errors import SetupFailed
from callcenter.settings import AgentSettings, PhoneSettings, Settings

_TEMPLATES = Path(__file__).parent / "outside"

SPEECH = ("demo-congrats", "basic-pbx-ivr-main", "demo-echotest", "demo-instruct")
"""Long prompts of Asterisk's own English set: what people in the world say when a script lets them speak."""


def centre_and_world(settings: Settings) -> tuple[PrivateAsterisk, PrivateAsterisk]:
    """The centre with the shipped dialplans, and a world whose phones register to it; neither is booted yet.

    The world's account is the centre's kind of account on another port: `world.plan.pbx`.
    """
    ports, world_ports = PortBlock.take(), PortBlock.take()
    centre_plan = plan(settings, ports=ports, trunk=Trunk("127.0.0.1", world_ports.sip))
    own = (agent for agent in centre_plan.settings.agents if agent.has_phone)
    registered: tuple[AgentSettings | PhoneSettings, ...] = (*own, *centre_plan.settings.phones)
    outside = settings.model_copy(update={"queues": {}, "agents": (), "phones": ()})
    world_plan = plan(outside, ports=world_ports, installation=centre_plan.installation)

    def write(chosen: Plan) -> None:
        write_shipped(chosen)
        phones = [
            {"endpoint": phone.at().removeprefix("PJSIP/"), "secret": phone.secret.get_secret_value()}
            for phone in registered
        ]
        render_folder(_TEMPLATES, chosen.run / "etc", _values(chosen, ports), {"phone": phones})

    return PrivateAsterisk(centre_plan), PrivateAsterisk(world_plan, write)


def ari_of(world: PrivateAsterisk) -> Ari:
    """The REST interface of a world that was started; its account is the one of AMI."""
    pbx = world.plan.pbx
    return Ari(Address("127.0.0.1", world.plan.ports.http), pbx.username, pbx.secret.get_secret_value())


def _values(world: Plan, centre: PortBlock) -> Row:
    return {
        "host": "127.0.0.1",
        "port": centre.sip,
        "sip_address": "127.0.0.1",
        "phones_port": world.ports.phones,
        "http_port": world.ports.http,
        "ari_user": world.pbx.username,
        "ari_password": world.pbx.secret.get_secret_value(),
        "app": APP,
        "speech": _gather_speech(world),
    }


def _gather_speech(world: Plan) -> Path:
    """A folder of links to the prompts. Raises SetupFailed when this Asterisk came without them."""
    folder = world.run / "speech"
    folder.mkdir(exist_ok=True)
    for name in SPEECH:
        prompt = next((world.installation.data / "sounds").glob(f"**/{name}.*"), None)
        if prompt is None:
            raise SetupFailed(f"this Asterisk has no prompt {name!r}; install the package asterisk-core-sounds-en")
        (folder / prompt.name).unlink(missing_ok=True)
        (folder / prompt.name).symlink_to(prompt)
    return folder

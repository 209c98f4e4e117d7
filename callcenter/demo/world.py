"""The second Asterisk of the demo: everything that is not the call centre. It listens on the loopback alone."""

from pathlib import Path

from callcenter.asterisk.ports import PortBlock
from callcenter.asterisk.private import Plan, PrivateAsterisk, plan
from callcenter.asterisk.template import Row, render_folder
from callcenter.demo.ari import APP, Ari
from callcenter.demo.centre import OwnSettings
from callcenter.demo.http_client import Address
from callcenter.errors import SetupFailed
from callcenter.settings import PbxSettings

TEMPLATES = Path(__file__).parent / "outside"

SPEECH = ("demo-congrats", "basic-pbx-ivr-main", "demo-echotest", "demo-instruct")
"""Long prompts of Asterisk's own English set: what everybody outside says."""


def trunk_port(ports: PortBlock) -> int:
    """Where customers call from; the block's own SIP port is that of the softphones."""
    return ports.first + 2


def http_port(ports: PortBlock) -> int:
    """Where the REST interface listens."""
    return ports.first + 3


def build_world(centre: Plan, ports: PortBlock, run: Path) -> PrivateAsterisk:
    """The outside world of this centre, not yet started. Its AMI account is that of its REST interface, too."""
    world = plan(
        OwnSettings(pbxs=(PbxSettings(name="outside"),)), run=run, ports=ports, installation=centre.installation
    )

    def write(world: Plan) -> None:
        render_folder(TEMPLATES, world.run / "etc", _values(centre, world), {"phone": _phones(centre)})

    return PrivateAsterisk(world, write)


def ari_of(world: PrivateAsterisk) -> Ari:
    """The REST interface of a world that was started."""
    pbx = world.plan.pbx
    return Ari(Address("127.0.0.1", http_port(world.plan.ports)), pbx.username, pbx.secret.get_secret_value())


def _values(centre: Plan, world: Plan) -> Row:
    return {
        "app": APP,
        "etc": world.run / "etc",
        "run": world.run,
        "modules": world.installation.modules,
        "data": world.installation.data,
        "speech": _gather_speech(world),
        "ami_port": world.ports.ami,
        "ami_user": world.pbx.username,
        "ami_secret": world.pbx.secret.get_secret_value(),
        "http_port": http_port(world.ports),
        "rtp_first": world.ports.rtp[0],
        "rtp_last": world.ports.rtp[1],
        "phones_port": world.ports.sip,
        "trunk_port": trunk_port(world.ports),
        "centre_port": centre.ports.sip,
    }


def _phones(centre: Plan) -> list[Row]:
    return [
        {
            "number": agent.number,
            "endpoint": agent.at().removeprefix("PJSIP/"),
            "secret": agent.secret.get_secret_value(),
        }
        for agent in centre.settings.agents
    ]


def _gather_speech(world: Plan) -> Path:
    """A folder of links to the prompts. Raises SetupFailed when this Asterisk came without them."""
    folder = world.run / "speech"
    folder.mkdir(exist_ok=True)
    for name in SPEECH:
        prompt = next((world.installation.data / "sounds").glob(f"**/{name}.*"), None)
        if prompt is None:
            raise SetupFailed(
                f"this Asterisk has no recorded prompt {name!r}; install the package asterisk-core-sounds-en"
            )
        (folder / prompt.name).unlink(missing_ok=True)
        (folder / prompt.name).symlink_to(prompt)
    return folder
